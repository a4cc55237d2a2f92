"""The consent of a person whose voice is cloned: without it, or after its last day, the voice is not loaded."""

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from render.contract import VoiceError

_Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
_EXAMPLE = 'Write {"kind": "person", "statement": "...", "who": "...", "what_for": "...", "until": "YYYY-MM-DD", "proof": "..."}.'


class VoiceConsent(BaseModel):
    """The same record as that of a person's avatar pack; the two may be one file."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: Literal["person"]
    statement: _Words
    """A sentence: why this voice may be used."""
    who: _Words
    what_for: _Words
    until: date
    """The last day."""
    proof: _Words
    """Where the signed record is kept."""


def read_voice_consent(file: Path, today: date) -> VoiceConsent:
    """Read a consent file (JSON; the record itself, or under ``consent``); raises `VoiceError` where it does not allow the voice."""
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise VoiceError(
            "voice-consent-missing",
            f"{file} does not exist. A person's voice is cloned with their consent only, which this file records. {_EXAMPLE}",
        ) from None
    except (OSError, ValueError) as error:
        raise VoiceError("voice-consent-missing", f"{file} can't be read as JSON: {error}. {_EXAMPLE}") from error
    if isinstance(record, dict) and isinstance(record.get("consent"), dict):
        record = record["consent"]
    try:
        consent = VoiceConsent.model_validate(record)
    except ValidationError as error:
        lacking = ", ".join(str(part["loc"][0]) if part["loc"] else "everything" for part in error.errors())
        raise VoiceError(
            "voice-consent-missing", f"{file}: the consent record is incomplete or wrong in: {lacking}. {_EXAMPLE}"
        ) from error
    if today > consent.until:
        raise VoiceError(
            "voice-consent-expired",
            f"{file}: the consent of {consent.who} ended on {consent.until} (today is {today}). "
            "Ask for a new one, or choose another voice.",
        )
    return consent
