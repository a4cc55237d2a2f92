"""The consent file: what a person whose photo is used has agreed to, written down in YAML."""

from datetime import date
from pathlib import Path
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from render.photo.refusal import PhotoRefused

TEMPLATE: Final = """\
# Consent to a digital double. Without this record no avatar is made from a photo.
# The person in the photo agrees; whoever fills this in keeps the signed original.

# Who is in the photo: their name.
who:

# What their face may be used for. Be exact: which shop, which shows, which channels.
what_for:

# The last day of the consent, YYYY-MM-DD. From the day after, the avatar no longer loads.
until:

# Where the signed record is kept, so that someone can go and look at it.
proof:

# One sentence that says it, for viewers and hosts to read.
# For example: Lin Wei agreed on 3 May 2026 that her likeness hosts the shows of Wei Tea.
statement:
"""

_MOST_BYTES = 20_000
_REMEDY = "Fill in every field, as `talkback avatar consent-template` shows."


class ConsentRecord(BaseModel):
    """What the file says. Every field is needed."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    who: str = Field(min_length=2, max_length=120)
    what_for: str = Field(min_length=4, max_length=600)
    until: date
    proof: str = Field(min_length=4, max_length=600)
    statement: str = Field(min_length=10, max_length=600)

    @field_validator("until", mode="before")
    @classmethod
    def _a_day(cls, value: object) -> object:
        if isinstance(value, date) or (isinstance(value, str) and len(value.strip()) == 10):
            return value
        raise ValueError("write the last day as YYYY-MM-DD")


def read_consent_file(file: Path, today: date) -> ConsentRecord:
    """The record in a file. Raises PhotoRefused: missing, malformed (by field), or expired by `today`."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise PhotoRefused(
            "consent-missing",
            f"The consent file {file} can't be read: {error.strerror or error}.",
            "Write one: talkback avatar consent-template > consent.yaml",
        ) from error
    if len(data) > _MOST_BYTES:
        raise PhotoRefused("consent-malformed", f"{file} is too long for a consent record.", _REMEDY)
    try:
        written = yaml.safe_load(data.decode("utf-8"))
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 1}" if where is not None else ""
        raise PhotoRefused(
            "consent-malformed", f"{file}{line}: this is not YAML.", "Put values with a colon in them in quotes."
        ) from error
    if not isinstance(written, dict):
        raise PhotoRefused("consent-malformed", f"{file} holds no fields.", _REMEDY)
    lacking = [name for name in ConsentRecord.model_fields if written.get(name) in (None, "")]
    if lacking:
        raise PhotoRefused("consent-incomplete", f"{file} leaves open: {', '.join(lacking)}.", _REMEDY)
    try:
        record = ConsentRecord.model_validate(written)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        raise PhotoRefused("consent-malformed", f"{file}, {field}: {said}.", _REMEDY) from error
    if today > record.until:
        raise PhotoRefused(
            "consent-expired",
            f"The consent of {record.who} ended on {record.until:%Y-%m-%d} (today is {today:%Y-%m-%d}).",
            "Ask for a new one, and write its last day under until.",
        )
    return record
