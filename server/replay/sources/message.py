"""A message as a format's reader finds it, before it has its place in time; and what a reader says of what it does not read."""

from collections import Counter
from dataclasses import dataclass, field

from server.replay.sources.contract import ChatType, Unreadable

EXCERPT_CHARS = 120


@dataclass(frozen=True, slots=True)
class Message:
    """One thing in a chat with whatever its log says of the time."""

    platform: str
    type: ChatType
    user_id: str
    user: str
    text: str
    offset: float | None = None
    """Seconds from the start of the stream."""
    ts: float | None = None
    """Unix time."""
    amount: float | None = None
    currency: str | None = None
    roles: tuple[str, ...] = ()
    badges: tuple[str, ...] = ()
    raw_id: str | None = None
    line: int = 0


Found = Message | Unreadable


class Malformed(Exception):
    """A record of a known shape that lacks what it must have; the message says what."""


class LeftOut(Exception):
    """A record that holds nothing of a chat, or the same thing again; the message names the kind."""


@dataclass(slots=True)
class Notes:
    """What is told about a reading besides its events: assumptions once each, what was left out with its count."""

    _said: dict[str, None] = field(default_factory=dict)
    _left_out: Counter[str] = field(default_factory=Counter)

    def say(self, sentence: str) -> None:
        """Tell an assumption, once however often it is made."""
        self._said[sentence] = None

    def leave_out(self, kind: str) -> None:
        """Count something that was left out on purpose. At most 50 kinds are told apart."""
        if kind not in self._left_out and len(self._left_out) >= _MOST_KINDS:
            kind = "other"
        self._left_out[kind] += 1

    def sentences(self) -> tuple[str, ...]:
        """All of them, in the order in which they first came up."""
        counted = (f"Left out: {count} × {kind}." for kind, count in self._left_out.items())
        return (*self._said, *counted)


_MOST_KINDS = 50


def excerpt(text: str) -> str:
    """The beginning of something that can't be read, on one line and printable."""
    short = text[: EXCERPT_CHARS * 2].strip()
    shown = "".join(ch if ch.isprintable() else " " for ch in short)
    return shown[:EXCERPT_CHARS]


def unreadable(line: int, reason: str, text: str) -> Unreadable:
    """An `Unreadable` with its excerpt made of `text`."""
    return Unreadable(line, reason, excerpt(text))
