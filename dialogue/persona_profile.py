"""`persona_profile.yaml`: how the founder speaks, as measured from talks; wording and voice take it up."""

from pathlib import Path
from typing import Final, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dialogue.contract import RoomProblem
from dialogue.room_problems import room_problems
from dialogue.yaml_places import read_yaml
from render.settings import RhythmProfile

_Voice = TypeVar("_Voice", bound=BaseModel)
PROFILE_FILE: Final = "persona_profile.yaml"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Measured(_Part):
    """What was measured, for the people who read the file; nothing depends on it."""

    talks: tuple[str, ...] = ()
    words: int = Field(0, ge=0)
    sentences: int = Field(0, ge=0)
    speech_seconds: float = Field(0.0, ge=0)
    """Of recordings, pauses left out."""
    words_a_minute: float | None = None
    """While speaking; of Chinese, characters."""
    pause_seconds: float | None = None
    """Median length."""
    pitch_range_semitones: float | None = None
    """From the 5th to the 95th percentile of a sentence, the median over sentences."""
    sentence_words: tuple[float, float] | None = None
    """Median and 90th percentile."""


class PersonaProfile(_Part):
    """The habits that the host takes up. Every line may be edited or taken out."""

    version: Literal[1] = 1
    language: Literal["en", "zh"] = "en"
    openings: tuple[str, ...] = Field((), max_length=12)
    """With what sentences like to begin: ``So``, ``Look``."""
    opening_share: float = Field(0.0, ge=0, le=0.5)
    """How many of the sentences that present a fact get one."""
    catch_phrases: tuple[str, ...] = Field((), max_length=24)
    """Short sentences that may be said now and then, wherever there is time."""
    breath_words: int | None = Field(None, ge=5, le=12)
    """Words between two breaths; two Chinese characters count as one."""
    rhythm: RhythmProfile | None = None
    """Factors for the voice; those of room.yaml go first."""
    measured: Measured = Measured()


def read_profile(path: Path, *, called: str = PROFILE_FILE) -> tuple[PersonaProfile | None, list[RoomProblem]]:
    """Read the file and everything that is wrong with it; a room need not have one."""
    if not path.exists():
        return None, []
    try:
        file = read_yaml(path, called=called)
    except RoomProblem as problem:
        return None, [problem]
    try:
        return PersonaProfile.model_validate(file.value), list(file.problems)
    except ValidationError as error:
        return None, [*file.problems, *room_problems(file, PersonaProfile, error)]


def with_rhythm(voice: _Voice, profile: PersonaProfile | None) -> _Voice:
    """A voice's settings with the founder's rhythm, unless the room has given it one of its own."""
    if profile is None or profile.rhythm is None or "rhythm" in voice.model_fields_set:
        return voice
    return voice.model_copy(update={"rhythm": profile.rhythm})


def written(profile: PersonaProfile) -> str:
    """The profile as the file holds it."""
    values = profile.model_dump(mode="json", exclude_none=True)
    head = (
        "# How the founder speaks, measured by `talkback persona import`. The host takes it up: openings and catch phrases in its\n"
        "# words, breath_words in the length of its clauses, rhythm in its voice. Edit it, or delete it to do without.\n"
    )
    return head + yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=110)
