"""What QA asks of a replayed show: a scenario file (YAML), checked, with errors that name line and field."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from dialogue.contract import RoomProblem
from dialogue.room_problems import room_problems
from dialogue.yaml_places import read_yaml

SCENARIO_SCHEMA = 1
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
FateName = Literal["spoken", "written", "merged", "declined", "expired", "refused"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(_Part):
    """Something that must, or must not, be so."""

    name: Name
    comment: str | None = Field(None, description="regular expression: the rule is for the comments that match")
    viewer: str | None = Field(None, description="regular expression: and come from these viewers")
    must_say: list[str] = Field(default_factory=list, description="regular expressions; the answer matches each")
    must_not_say: list[str] = Field(default_factory=list, description="regular expressions; nothing said matches any")
    facts: list[str] = Field(default_factory=list, description="names of facts that the answer rests on")
    fate: list[FateName] = Field(default_factory=list, description="one of these")
    within: float | None = Field(None, gt=0, description="seconds from the comment to the first word of its answer")
    by: float | None = Field(
        None, ge=0, description="second of the show by which it was said; for rules without a comment"
    )
    absent: bool = Field(False, description="no comment may match, and no answer may exist")

    @field_validator("comment", "viewer")
    @classmethod
    def _is_pattern(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            _compiled(pattern)
        return pattern

    @field_validator("must_say", "must_not_say")
    @classmethod
    def _are_patterns(cls, patterns: list[str]) -> list[str]:
        for pattern in patterns:
            _compiled(pattern)
        return patterns

    @model_validator(mode="after")
    def _asks_something(self) -> "Rule":
        if not (self.must_say or self.must_not_say or self.facts or self.fate or self.within or self.absent):
            raise ValueError("asks nothing: give must_say, must_not_say, facts, fate, within or absent")
        if self.comment is None and self.viewer is None and (self.facts or self.fate or self.within or self.absent):
            raise ValueError("facts, fate, within and absent are about a comment: give comment or viewer")
        return self


class Action(_Part):
    """What the operator does at a moment of the show."""

    at: float = Field(ge=0, description="second of the show")
    promotion: Name
    do: Literal["start", "open", "close", "draw", "cancel"] = "start"


class Bars(_Part):
    """Where a verdict begins to fail; the product's own bars unless a scenario sets others."""

    fate_s: float = Field(120.0, gt=0, description="a comment has its fate after this long at the latest")
    first_word_p95_s: float = Field(90.0, gt=0, description="comment to first word heard, 95 % of those answered aloud")
    promotion_s: float = Field(
        6.0, gt=0, description="a promotion's change is told aloud after this long at the latest"
    )
    silence_s: float = Field(12.0, gt=0, description="longest silence between two Lines")
    repeats: int = Field(3, ge=2, description="so often within ten minutes the presentation may not say the same words")
    word_errors: float = Field(
        0.25,
        gt=0,
        le=1,
        description="share of words that a listener gets wrong; the packaged one has some 10 % of its own",
    )
    likeness: float = Field(0.90, gt=0, le=1, description="least likeness of the voice to itself")
    lips_closed: float = Field(0.95, gt=0, le=1, description="share of p, b, m with closed lips")
    av_offset_ms: float = Field(40.0, gt=0)
    picture_gap_ms: float = Field(120.0, gt=0)
    loudness_lu: float = Field(2.0, gt=0, description="how far a Line may be from -16 LUFS")


class Judgement(_Part):
    """A question put to a model about every answer; it can fail nothing that a rule has passed or failed."""

    name: Name
    question: Annotated[str, StringConstraints(min_length=8, max_length=600)]


class Scenario(_Part):
    """A scenario file."""

    schema_version: Literal[1] = Field(1, alias="schema")
    title: str = Field("", max_length=200)
    lasts: float | None = Field(None, gt=0, description="seconds for which the show goes on at least")
    actions: list[Action] = Field(default_factory=list, max_length=200)
    rules: list[Rule] = Field(default_factory=list, max_length=500)
    bars: Bars = Field(default_factory=Bars)
    judge: list[Judgement] = Field(default_factory=list, max_length=20)


class ScenarioUnusable(Exception):
    """A scenario that can't be used; the message says by line and field what is wrong."""


def read_scenario(path: Path) -> Scenario:
    """Read a scenario; raises `ScenarioUnusable` with everything that is wrong in it."""
    try:
        file = read_yaml(path, header=True)  # a scenario with its comments, as `replay extract` writes it
    except RoomProblem as problem:
        raise ScenarioUnusable(str(problem)) from None
    problems = list(file.problems)
    scenario: Scenario | None = None
    if not isinstance(file.value, dict):
        problems.append(RoomProblem(file.name, 1, "", "must be `name: value` lines, beginning with `schema: 1`"))
    else:
        try:
            scenario = Scenario.model_validate(file.value)
        except ValidationError as error:
            problems.extend(room_problems(file, Scenario, error))
    if scenario is None or problems:
        raise ScenarioUnusable("\n".join(str(problem) for problem in problems))
    return scenario


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
