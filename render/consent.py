"""Whose face an avatar pack shows, and why and until when it may be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from render.pack_manifest import AvatarPackError, ManifestFile

_ADD = (
    'Add "consent": {"kind": "synthetic", "statement": "..."} to the manifest, or for a person {"kind": "person", '
    '"statement": "...", "who": "...", "what_for": "...", "until": "YYYY-MM-DD", "proof": "..."}.'
)


@dataclass(frozen=True, slots=True)
class Consent:
    """Whose face this is, and why it may be shown.

    ``kind`` is ``synthetic`` (nobody's face) or ``person``; ``statement`` says in a sentence why it may be shown. For a
    person the rest is known too: ``who`` (their name), ``what_for`` (the use they agreed to), ``until`` (the last day) and
    ``proof`` (where the signed record is kept). A synthetic face has none of it, or what its manifest tells all the same.
    """

    kind: str
    statement: str
    who: str = ""
    what_for: str = ""
    until: date | None = None
    proof: str = ""

    def expired(self, today: date) -> bool:
        """True from the day after ``until``."""
        return self.until is not None and today > self.until


def read_consent(manifest: Mapping[str, object], file: ManifestFile, today: date) -> Consent:
    """The consent record of a manifest.

    Raises AvatarPackError when it is missing or incomplete, or when its last day has passed.
    """
    record = manifest.get("consent")
    if not isinstance(record, dict):
        record = {}
    kind, statement = record.get("kind"), _text(record, "statement")
    if kind not in ("synthetic", "person") or not statement:
        raise AvatarPackError(file.file, "The pack does not say whose face it shows and that it may be shown.", _ADD)
    lacking = [key for key in ("who", "what_for", "until", "proof") if not _text(record, key)]
    if kind == "person" and lacking:
        raise AvatarPackError(
            file.file,
            f"The pack shows a person, and its consent record lacks {', '.join(lacking)}.",
            f"Ask the person, and write down what they agreed to. {_ADD}",
        )
    consent = Consent(
        kind=kind,
        statement=statement,
        who=_text(record, "who"),
        what_for=_text(record, "what_for"),
        until=_day(record, file),
        proof=_text(record, "proof"),
    )
    if consent.expired(today):
        raise AvatarPackError(
            file.file,
            f"The consent of {consent.who or 'the person shown'} ended on {consent.until:%Y-%m-%d} (today is {today:%Y-%m-%d}).",
            "Do not show this face. Ask for a new consent, and write its last day into the manifest.",
        )
    return consent


def _text(record: Mapping[str, object], key: str) -> str:
    value = record.get(key)
    return value.strip() if isinstance(value, str) else ""


def _day(record: Mapping[str, object], file: ManifestFile) -> date | None:
    written = _text(record, "until")
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise AvatarPackError(
            file.file,
            f'"consent.until" is {written!r}, which is no day.',
            "Write the last day as YYYY-MM-DD.",
        ) from None
