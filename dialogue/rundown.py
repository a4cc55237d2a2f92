"""The show's plan: segments, and the beats that must be conveyed in each. Never a script to recite."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from dialogue.catalogue import Catalogue, Product
from dialogue.contract import RoomProblem
from dialogue.facts import product_facts
from dialogue.room_problems import room_problems
from dialogue.yaml_places import YamlFile, dotted, read_yaml
from render.contract import Emotion, Layout

DEFAULT_TOLD = ("description", "origin", "net_content", "material", "usage", "storage", "price", "shipping")
SLOT = re.compile(r"\{([a-z_]+)\}")
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=400)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Beat(_Part):
    """One thing to convey: either in one of several wordings by the room's author, or fields in the host's own words."""

    say: tuple[Sentence, ...] = ()
    """Wordings of which one is chosen each time; ``{price}`` and the other fields are slots."""
    tell: tuple[str, ...] = ()
    """Fields of the product to be told."""
    story: str | None = None
    """Ident of a story of the persona."""
    fact: str | None = None
    """Ident of a section in `facts/`, told as the file tells it."""
    must: bool = False
    """To be told even when the chat has taken the time. A price always is."""
    emotion: Emotion = Emotion.NEUTRAL
    energy: float = Field(0.5, ge=0, le=1)
    layout: Layout = Layout.AUTO
    """How host and product share the picture; ``auto`` shows a new product large and then in a corner."""

    @model_validator(mode="after")
    def _one_thing(self) -> "Beat":
        if sum((bool(self.say), bool(self.tell), self.story is not None, self.fact is not None)) != 1:
            raise ValueError("give exactly one of: say, tell, story, fact")
        return self


class Segment(_Part):
    """A stretch of the show: a product's, or talk."""

    id: str = Field(min_length=1, max_length=40)
    product: str | None = None
    title: str = Field("", max_length=60)
    """What the hosts see of it; the product's name, or the id, where it is empty."""
    seconds: float = Field(60, gt=0, le=3600)
    """Its time budget, answers included."""
    beats: tuple[Beat, ...] = ()
    """Empty for a product: its fields are told in the usual order."""
    more: tuple[Beat, ...] = ()
    """What fills the budget when the chat leaves time, in this order."""
    again: bool = False
    """A product that has been presented before: another look at it, worded so."""
    once: bool = False
    """Only in the first round of the show."""
    promotion: str | None = None
    """Id of a promotion that the segment announces when it begins, if it has not run yet."""


class Rundown(_Part):
    """The whole plan; after its last segment the show goes round again. Without segments the host only answers."""

    version: Literal[1] = 1
    segments: tuple[Segment, ...]
    fill: tuple[Beat, ...] = ()
    """What may be told anywhere once a segment has nothing more of its own."""


def fill_slots(wording: str, values: Mapping[str, str]) -> str:
    """A wording with its ``{slots}`` filled; one that has no value stays as it is."""
    return SLOT.sub(lambda match: values.get(match[1], match[0]), wording)


def default_rundown(catalogue: Catalogue) -> Rundown:
    """A plan for a room that has none: each product in the order of the catalogue."""
    return Rundown(
        segments=tuple(Segment(id=p.sku, product=p.sku, beats=default_beats(p.details)) for p in catalogue.products)
    )


def default_beats(details: Mapping[str, str]) -> tuple[Beat, ...]:
    """The usual order in which a product is told."""
    told = [name for name in DEFAULT_TOLD if name == "price" or name in details]
    return tuple(Beat(tell=(name,), emotion=Emotion.EXCITED if name == "price" else Emotion.NEUTRAL) for name in told)


def read_rundown(
    path: Path,
    catalogue: Catalogue,
    stories: frozenset[str],
    *,
    sections: frozenset[str] = frozenset(),
    promotions: frozenset[str] = frozenset(),
    called: str = "rundown.yaml",
) -> tuple[Rundown, list[RoomProblem]]:
    """Read the plan and everything that is wrong with it; without a file, the default."""
    if not path.exists():
        return default_rundown(catalogue), []
    try:
        file = read_yaml(path, called=called)
    except RoomProblem as problem:
        return default_rundown(catalogue), [problem]
    problems = list(file.problems)
    try:
        rundown = Rundown.model_validate(file.value, strict=False)
    except ValidationError as error:
        return default_rundown(catalogue), [*problems, *room_problems(file, Rundown, error)]
    known = _Known(file, catalogue, stories, sections)
    for index, segment in enumerate(rundown.segments):
        problems += _segment_problems(segment, ("segments", index), known)
        if segment.promotion is not None and segment.promotion not in promotions:
            at = ("segments", index, "promotion")
            message = f"there is no promotion {segment.promotion} in promotions.yaml"
            problems.append(RoomProblem(file.name, file.line(at), dotted(at), message))
    for index, beat in enumerate(rundown.fill):
        problems += _beat_problems(beat, ("fill", index), known, None)
    return rundown, problems


@dataclass(frozen=True, slots=True)
class _Known:
    file: YamlFile
    catalogue: Catalogue
    stories: frozenset[str]
    sections: frozenset[str]


def _segment_problems(segment: Segment, where: tuple[str | int, ...], known: _Known) -> Iterator[RoomProblem]:
    file, product = known.file, known.catalogue.get(segment.product)
    if segment.product is not None and product is None:
        at = (*where, "product")
        yield RoomProblem(
            file.name, file.line(at), dotted(at), f"there is no product {segment.product} in the catalogue"
        )
        return
    if product is None and not segment.beats:
        yield RoomProblem(file.name, file.line(where), dotted(where), "a segment without a product needs beats")
    for kind, beats in (("beats", segment.beats), ("more", segment.more)):
        for index, beat in enumerate(beats):
            yield from _beat_problems(beat, (*where, kind, index), known, product)


def _beat_problems(
    beat: Beat, at: tuple[str | int, ...], room: _Known, product: Product | None
) -> Iterator[RoomProblem]:
    file, known = room.file, product_facts(product) if product is not None else {}
    for name in beat.tell:
        if name not in known:
            message = (
                f"'{name}' is no filled column of {product.sku}"
                if product
                else "only a product's segment can tell fields"
            )
            yield RoomProblem(file.name, file.line(at), dotted((*at, "tell")), message)
    if beat.story is not None and beat.story not in room.stories:
        message = f"there is no story {{#{beat.story}}} in persona.md"
        yield RoomProblem(file.name, file.line(at), dotted((*at, "story")), message)
    if beat.fact is not None and beat.fact not in room.sections:
        message = f"there is no section {{#{beat.fact}}} in facts/"
        yield RoomProblem(file.name, file.line(at), dotted((*at, "fact")), message)
    for number, sentence in enumerate(beat.say):
        for slot in SLOT.findall(sentence):
            if slot not in known and slot != "name":
                place = (*at, "say", number)
                of = f"of {product.sku}" if product else "here: no product is on show"
                yield RoomProblem(file.name, file.line(place), dotted(place), f"{{{slot}}} is no filled column {of}")
