"""What is fed into the room: comments at their times, cut out of chat logs."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dialogue.language import language_of
from server.replay.sources.contract import ChatSource, LogError, Unreadable

_MOST_REPORTED = 200
"""Unreadable pieces that are told one by one; the others are counted."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A comment that is to come in."""

    number: int
    """Place in the script, from 1; by it two runs are compared."""
    t: float
    """Seconds from the beginning of the replay."""
    viewer: str
    text: str
    source: str = ""
    """Log and line that it comes from."""


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a log, in its own seconds."""

    start: float = 0.0
    end: float = float("inf")

    def __contains__(self, t: float) -> bool:
        return self.start <= t < self.end


@dataclass(frozen=True, slots=True)
class Script:
    """All comments of a replay, in order."""

    arrivals: tuple[Arrival, ...]
    logs: tuple[str, ...]
    digest: str
    """Tells whether two replays were fed the same: SHA-256 of times, names and words."""
    unreadable: tuple[Unreadable, ...] = ()
    unreadable_count: int = 0
    left_out: Counter[str] | None = None
    """What a log held that is no comment (gifts, people entering), by type; the room hears comments only."""
    outside: int = 0
    """Comments outside the window."""

    @property
    def seconds(self) -> float:
        """When the last comment comes."""
        return self.arrivals[-1].t if self.arrivals else 0.0

    def languages(self) -> Counter[str]:
        """How many comments are in which language."""
        return Counter(language_of(arrival.text) for arrival in self.arrivals)

    def again(self, round_: int, length_s: float) -> Iterator[Arrival]:
        """The same comments, `round_` lengths later."""
        for arrival in self.arrivals:
            number = arrival.number + round_ * len(self.arrivals)
            yield replace(arrival, number=number, t=arrival.t + round_ * length_s)


def parse_window(text: str) -> Window:
    """Read ``10:00-20:00`` (also ``1:10:00-``, ``90-120`` in seconds); raises ValueError with what is wrong."""
    found = re.fullmatch(r"\s*([\d:.]*)\s*-\s*([\d:.]*)\s*", text)
    if found is None:
        raise ValueError(f"{text!r} is no window; write 10:00-20:00 (minutes:seconds), or 600-1200 (seconds)")
    start = seconds_of(found[1]) if found[1] else 0.0
    end = seconds_of(found[2]) if found[2] else float("inf")
    if end <= start:
        raise ValueError(f"{text!r} ends before it begins")
    return Window(start, end)


def seconds_of(text: str) -> float:
    """Read ``31:10``, ``00:31:10`` or ``1870``; raises ValueError."""
    parts = text.split(":")
    if len(parts) > 3 or not all(re.fullmatch(r"\d+(?:\.\d+)?", part) for part in parts):
        raise ValueError(f"{text!r} is no time; write 31:10, 00:31:10 or 1870")
    value = 0.0
    for part in parts:
        value = value * 60 + float(part)
    return value


def read_script(logs: Sequence[tuple[str, ChatSource]], window: Window | None = None) -> Script:
    """Read whole logs, each from its own beginning, merged by time; raises `LogError` if nothing is left to replay."""
    inside = window or Window()
    heard: list[tuple[float, str, str, str]] = []
    bad: list[Unreadable] = []
    left_out: Counter[str] = Counter()
    bad_count = outside = 0
    for name, source in logs:
        for item in source:
            if isinstance(item, Unreadable):
                bad_count += 1
                if len(bad) < _MOST_REPORTED:
                    bad.append(item)
            elif not item.says:
                left_out[item.type.value] += 1
            elif item.t in inside:
                heard.append((item.t - inside.start, item.user or item.user_id, item.text, f"{name}:{item.line}"))
            else:
                outside += 1
    heard.sort(key=lambda row: row[0])  # stable: what a log gives at one moment stays in its order
    if not heard:
        why = f"all {outside} lie outside the window" if outside else "it holds none"
        names = ", ".join(name for name, _ in logs)
        raise LogError("no-comments", f"{names}: there is no comment to replay ({why}).")
    arrivals = tuple(Arrival(n, t, user, text, at) for n, (t, user, text, at) in enumerate(heard, 1))
    return Script(
        arrivals,
        tuple(name for name, _ in logs),
        _digest(arrivals),
        tuple(bad),
        bad_count,
        left_out,
        outside,
    )


def _digest(arrivals: Sequence[Arrival]) -> str:
    told = hashlib.sha256()
    for arrival in arrivals:
        told.update(f"{arrival.t:.3f}\t{arrival.viewer}\t{arrival.text}\n".encode("utf-8", "replace"))
    return told.hexdigest()[:16]


def name_of(path: Path) -> str:
    """How a log is called in reports: its file's name; folders are nobody's business."""
    return path.name
