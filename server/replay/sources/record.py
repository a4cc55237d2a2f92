"""One JSON object of a log, whose members may be missing or of any type."""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_MILLISECONDS = 1e11
"""Unix times above this are in milliseconds (as seconds it is the year 5138, as milliseconds 1973)."""
_MICROSECONDS = 1e14
_NANOSECONDS = 1e17


class Record:
    """A JSON object with the line where it begins, read without trusting it."""

    __slots__ = ("fields", "line", "path")

    def __init__(self, fields: Mapping[str, Any], line: int = 0, path: str = "") -> None:
        self.fields = fields
        self.line = line
        self.path = path
        """Name of the array it stood in, where the log is one JSON document."""

    def __contains__(self, name: str) -> bool:
        return name in self.fields

    def get(self, *names: str) -> Any:
        """The first of these members that is there and not null."""
        for name in names:
            value = self.fields.get(name)
            if value is not None:
                return value
        return None

    def text(self, *names: str) -> str:
        """The first of these members that is a string or a number, as text; empty if none."""
        for name in names:
            value = as_text(self.fields.get(name))
            if value:
                return value
        return ""

    def number(self, *names: str) -> float | None:
        """The first of these members that is a finite number, also written as a string."""
        for name in names:
            value = as_number(self.fields.get(name))
            if value is not None:
                return value
        return None

    def moment(self, *names: str) -> float | None:
        """The first of these members that tells a time: Unix time in s, ms, µs or ns, or ISO 8601."""
        for name in names:
            value = as_unix(self.fields.get(name))
            if value is not None:
                return value
        return None

    def child(self, *names: str) -> "Record":
        """The first of these members that is an object; an empty one if none is."""
        for name in names:
            value = self.fields.get(name)
            if isinstance(value, dict):
                return Record(value, self.line)
        return Record({}, self.line)

    def children(self, *names: str) -> "list[Record]":
        """The objects in the first of these members that is an array."""
        for name in names:
            value = self.fields.get(name)
            if isinstance(value, list):
                return [Record(item, self.line, name) for item in value if isinstance(item, dict)]
        return []

    def flag(self, *names: str) -> bool:
        """Whether one of these members is true (or ``1``, ``"true"``)."""
        return any(self.fields.get(name) in (True, 1, "1", "true", "True") for name in names)


def as_text(value: object) -> str:
    """A string or a number as valid Unicode; empty for everything else."""
    if isinstance(value, str):
        return valid(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    if isinstance(value, float) and not math.isfinite(value):
        return ""
    try:
        return str(value)
    except ValueError:  # an integer of thousands of digits
        return ""


def valid(text: str) -> str:
    """The text with lone surrogates replaced: JSON can write them, but nothing can send them."""
    return text.encode("utf-8", "replace").decode("utf-8")


def as_number(value: object) -> float | None:
    """A finite number, also written as a string."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def as_unix(value: object) -> float | None:
    """Unix time in seconds from a number in s, ms, µs or ns, or from ISO 8601 with its zone; None where it has none."""
    number = as_number(value)
    if number is not None:
        if number <= 0:
            return None
        for least, each in ((_NANOSECONDS, 1e9), (_MICROSECONDS, 1e6), (_MILLISECONDS, 1e3)):
            if number >= least:
                number /= each
                break
        return number if number < _MILLISECONDS else None
    moment = as_datetime(value)
    return moment.timestamp() if moment is not None and moment.tzinfo is not None else None


def as_datetime(value: object) -> datetime | None:
    """A date with a time in ISO 8601 or its usual relatives; with its zone if it tells one."""
    if not isinstance(value, str) or not 10 < len(value) < 50:
        return None
    text = value.strip().replace("/", "-")
    if text.endswith(" UTC"):
        text = text[:-4] + "+00:00"
    text = _cut_fraction(text)
    try:
        moment = datetime.fromisoformat(text)
        moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
    return moment if 1971 <= moment.year < 2200 else None


def _cut_fraction(text: str) -> str:
    """The text with its fraction of a second cut to the six digits that `datetime` keeps (Twitch gives nine)."""
    head, dot, tail = text.partition(".")
    if not dot:
        return text
    digits = len(tail) - len(tail.lstrip("0123456789"))
    return f"{head}.{tail[: min(digits, 6)].ljust(6, '0')}{tail[digits:]}" if digits else text


def parse_object(text: str) -> dict[str, Any] | None:
    """The JSON object that the text is, or None."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
