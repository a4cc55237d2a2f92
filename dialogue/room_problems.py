"""What pydantic found wrong with a room's file, told to the person who wrote it."""

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from dialogue.contract import RoomProblem
from dialogue.yaml_places import Location, YamlFile, dotted

_KINDS: Mapping[str, str] = {
    "string_type": "must be text; put it in quotes",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": "must be a list: one item a line, each after a dash",
    "tuple_type": "must be a list: one item a line, each after a dash",
    "dict_type": "must be a group of `name: value` lines, indented below it",
    "model_type": "must be a group of `name: value` lines, indented below it",
    "model_attributes_type": "must be a group of `name: value` lines, indented below it",
    "missing": "is missing; add it",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must have at least {min_length} items",
    "too_long": "must have at most {max_length} items",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "multiple_of": "must be a multiple of {multiple_of}",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "union_tag_invalid": "{tag} is not known here; choose one of {expected_tags}",
    "union_tag_not_found": "does not say which kind it is; add {discriminator}",
    "url_parsing": "must be a web address such as http://127.0.0.1:8000/v1",
    "url_scheme": "must begin with {expected_schemes}",
}


def room_problems(file: YamlFile, model: type[BaseModel], error: ValidationError) -> list[RoomProblem]:
    """One problem for each thing wrong, in the order of the file's lines."""
    schema = model.model_json_schema()
    problems = [_problem(file, schema, detail) for detail in error.errors(include_url=False)]
    return sorted(problems, key=lambda problem: problem.line or 0)


def _problem(file: YamlFile, schema: Mapping[str, Any], detail: ErrorDetails) -> RoomProblem:
    where = _in_file(file, detail["loc"])
    return RoomProblem(file.name, file.line(where), dotted(where), _words(schema, detail, where))


def _words(schema: Mapping[str, Any], detail: ErrorDetails, where: Location) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown(str(where[-1]), _known_names(schema, detail["loc"][:-1]))
    if kind == "value_error":
        return str(context.get("error", detail["msg"]))
    template = _KINDS.get(kind)
    if template is None:
        return detail["msg"][:1].lower() + detail["msg"][1:]
    given = detail["input"]
    words = template.format_map({**context, "discriminator": str(context.get("discriminator", "")).strip("'")})
    if kind == "missing" or isinstance(given, (dict, list)):
        return words
    return f"{words}; it is {'empty' if given is None else repr(given)}"


def _unknown(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.6)
    if close:
        return f"there is no such setting; did you mean {close[0]}?"
    if known:
        return f"there is no such setting; there are {', '.join(known)}"
    return "there is no such setting; remove it"


def _in_file(file: YamlFile, location: Sequence[int | str]) -> Location:
    """Pydantic's place without what it puts in between, such as the kind that was chosen in a union."""
    where: Location = ()
    for index, part in enumerate(location):
        if (*where, part) in file.lines or index == len(location) - 1:
            where = (*where, part)
    return where


def _known_names(schema: Mapping[str, Any], location: Sequence[int | str]) -> list[str]:
    """Names that the schema knows at a place, in its order; empty if the place can't be found."""
    definitions = schema.get("$defs", {})

    def resolve(node: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in node:
            node = definitions[node["$ref"].rsplit("/", 1)[1]]
        return node

    node = resolve(schema)
    for part in location:
        chosen = node.get("discriminator", {}).get("mapping", {}).get(part)
        if chosen is not None:
            node = resolve({"$ref": chosen})
        elif isinstance(part, int):
            node = resolve(node.get("items", {}))
        else:
            node = resolve(node.get("properties", {}).get(part, {}))
        for option in node.get("anyOf", []):
            if "$ref" in option:
                node = resolve(option)
    return list(node.get("properties", {}))
