"""What a chat log holds, whatever it came from, and what reads it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol, Self


class ChatType(StrEnum):
    """What a viewer did."""

    CHAT = "chat"
    GIFT = "gift"
    PAID = "paid"
    """Money, with words or without: a Super Chat, bits, a membership."""
    ENTER = "enter"
    FOLLOW = "follow"
    LIKE = "like"
    SYSTEM = "system"
    """What the platform or a moderator said."""


@dataclass(frozen=True, slots=True)
class ChatEvent:
    """One thing in a chat, in the form that all formats are read into."""

    t: float
    """Seconds from the start of the stream; below zero for what was written while viewers waited for it."""
    ts: float | None
    """Unix time at which it was written, if the log says so."""
    platform: str
    """``youtube``, ``twitch``, ``bilibili``, ``douyin``, ``tiktok``, ``metastudio``, ``talkback``, ``irc``, or what a table says."""
    type: ChatType
    user_id: str
    """The platform's id of the viewer; the name where the log has no id; never empty for `CHAT`."""
    user: str
    """The name that viewers see."""
    text: str
    """The words alone; empty where there are none. Valid Unicode (no lone surrogates), otherwise as written."""
    amount: float | None = None
    currency: str | None = None
    """ISO 4217, or the platform's own coin: ``bits``, ``coins``, ``gold``."""
    roles: tuple[str, ...] = ()
    """Of ``owner``, ``moderator``, ``member``, ``verified``, ``vip``."""
    badges: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    """Names after an @ in the text, without it."""
    raw_id: str | None = None
    line: int = field(default=0, compare=False)
    """Where it stands in the log, from 1; 0 where that means nothing."""

    @property
    def says(self) -> bool:
        """Whether it is something to answer: words from a viewer."""
        return self.type in (ChatType.CHAT, ChatType.PAID) and bool(self.text.strip())


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A piece of a log that was skipped, and why."""

    line: int
    reason: str
    excerpt: str
    """Its beginning, at most 120 characters."""


class LogError(Exception):
    """A log that can't be read at all; `code` is for machines, the message for a person, with what to do.

    Codes: ``missing``, ``no-access``, ``empty``, ``unknown-format``, ``spreadsheet``, ``no-such-show``, ``no-comments``,
    ``damaged``.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class ChatSource(Protocol):
    """A chat log being read, or a chat that goes on; iterate once, then close (or use ``with``).

    What can't be read comes as `Unreadable` between the events; nothing is left out silently. Events come in order of `t`.
    """

    @property
    def format(self) -> str:
        """The format's name, such as ``youtube-ytdlp`` or ``bilibili-xml``."""

    @property
    def notes(self) -> Sequence[str]:
        """What was assumed, and what was left out on purpose, as sentences; complete once the iteration has ended."""

    def __iter__(self) -> Iterator[ChatEvent | Unreadable]: ...

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *details: object) -> None: ...


def open_log(path: Path, *, show: str | None = None) -> ChatSource:
    """Open a log of any known format, told by its content; gzip too.

    `show` chooses one of the shows in our own event log (default: the last one with comments). Raises `LogError`.
    """
    from server.replay.sources.recognise import recognise

    return recognise(path, show=show)
