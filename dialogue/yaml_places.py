"""YAML with the line of every value, so that an error can say where it is."""

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from dialogue.contract import RoomProblem

_MOST_BYTES = 1_000_000
_MOST_VALUES = 50_000

Location = tuple[int | str, ...]
"""Where a value is: keys and list positions from the top, as in pydantic's ``loc``."""


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A YAML file's value, and the line (from 1) of each key or list item in it."""

    name: str
    """How the file is called in messages."""
    value: Any
    lines: dict[Location, int] = field(default_factory=dict)
    problems: tuple[RoomProblem, ...] = ()
    """What YAML itself lets pass and a person did not mean: keys given twice."""

    def line(self, location: Sequence[int | str]) -> int:
        """Line of the value, or of the nearest thing that holds it."""
        where = tuple(location)
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 1)


def read_yaml(path: Path, *, called: str = "", header: bool = False) -> YamlFile:
    """Read a file, called so in messages (else by its path); raises `RoomProblem` with the line if it can't be read or is not YAML.

    With `header` only what stands before a second line of ``---`` is read: what follows it is no YAML.
    """
    name = called or str(path)
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise RoomProblem(name, None, "", "there is no such file; write one, or copy that of rooms/demo") from None
    except OSError as error:
        raise RoomProblem(name, None, "", f"it can't be read ({error.strerror})") from None
    if header and raw.startswith(b"---"):
        raw = re.split(rb"\n---[ \t]*(?:\r?\n|$)", raw, maxsplit=1)[0]
    if len(raw) > _MOST_BYTES:
        raise RoomProblem(name, None, "", f"it is larger than {_MOST_BYTES // 1000} kB; this can't be a room's file")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise RoomProblem(name, line, "", "this is not UTF-8 text; save the file as UTF-8") from None
    lines: dict[Location, int] = {(): 1}
    problems: list[RoomProblem] = []
    try:
        value = _load(text, name, lines, problems)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = error.problem or "it can't be understood"
        raise RoomProblem(
            name, mark.line + 1 if mark else None, "", f"not YAML: {what}; check the indentation and the quotes"
        ) from None
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise RoomProblem(name, line, "", "there is a character that YAML does not allow; remove it") from None
    except (ValueError, RecursionError) as error:
        raise RoomProblem(name, None, "", f"not YAML that can be used: {error}") from None
    return YamlFile(name, value, lines, tuple(problems))


def _load(text: str, file: str, lines: dict[Location, int], problems: list[RoomProblem]) -> Any:
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        _walk(node, (), file, lines, problems, set())
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _walk(
    node: yaml.Node,
    where: Location,
    file: str,
    lines: dict[Location, int],
    problems: list[RoomProblem],
    above: set[int],
) -> None:
    if id(node) in above or len(lines) > _MOST_VALUES:  # aliases can hold themselves, or multiply without end
        raise RoomProblem(file, node.start_mark.line + 1, "", "aliases (*) make this endless; write it out instead")
    above = above | {id(node)}
    if isinstance(node, yaml.MappingNode):
        seen: dict[Hashable, int] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            line = key.start_mark.line + 1
            if name in seen and name != "<<":
                problems.append(
                    RoomProblem(file, line, dotted((*where, name)), f"given twice, first in line {seen[name]}")
                )
            seen.setdefault(name, line)
            lines[(*where, name)] = line
            _walk(value, (*where, name), file, lines, problems, above)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            lines[(*where, index)] = item.start_mark.line + 1
            _walk(item, (*where, index), file, lines, problems, above)


def dotted(location: Sequence[int | str]) -> str:
    """Write a location as a person would: ``ice_servers[0].urls``."""
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
