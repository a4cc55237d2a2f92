"""Comments that wait for the host, and which of them comes next. Pure: time is passed in."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum

from dialogue.contract import Comment
from dialogue.language import comparable


class Worth(IntEnum):
    """What a comment asks of the host; the higher ones go first."""

    NOISE = 0
    """Nothing in it to answer."""
    TALK = 1
    GREETING = 2
    QUESTION = 3


MOST_WAITING = 64
PATIENCE_S = {Worth.QUESTION: 90.0, Worth.GREETING: 30.0, Worth.TALK: 30.0, Worth.NOISE: 0.0}
"""How long a comment waits to be spoken to."""
_NEWCOMER_S = 10.0
"""Head start of a viewer who has not been answered yet."""
_JUST_ANSWERED_S = 20.0
"""Handicap of a viewer who was answered within the last minute."""
_MINUTE_S = 60.0
_MOST_VIEWERS = 10_000


@dataclass(slots=True)
class Waiting:
    """A comment in the queue, with those that ask the same."""

    comment: Comment
    worth: Worth
    also: list[Comment] = field(default_factory=list)
    """Comments of other viewers that were merged into this one."""

    @property
    def key(self) -> str:
        return comparable(self.comment.text)


class WaitingRoom:
    """At most `MOST_WAITING` comments; one more pushes out the least worthy, the oldest of those first."""

    def __init__(self) -> None:
        self._waiting: dict[str, Waiting] = {}
        self._answered: dict[str, float] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def same(self, comment: Comment) -> Waiting | None:
        """The comment in the queue that says the same."""
        return self._waiting.get(comparable(comment.text))

    def add(self, entry: Waiting) -> Waiting | None:
        """Put a comment in the queue; returns the one that had to leave for it."""
        self._waiting[entry.key] = entry
        if len(self._waiting) <= MOST_WAITING:
            return None
        least = min(self._waiting.values(), key=lambda w: (w.worth, w.comment.at))
        return self._waiting.pop(least.key)

    def choose(self, now: float) -> Waiting | None:
        """Take out the next: questions before talk, then who has waited longest, newcomers a little sooner."""
        if not self._waiting:
            return None
        chosen = max(self._waiting.values(), key=lambda w: (w.worth, self._age(w, now)))
        return self._waiting.pop(chosen.key)

    def answered(self, viewer: str, now: float) -> None:
        """A viewer has had the host's attention."""
        self._answered.pop(viewer.casefold(), None)
        self._answered[viewer.casefold()] = now
        while len(self._answered) > _MOST_VIEWERS:
            del self._answered[next(iter(self._answered))]

    def expire(self, now: float) -> list[Waiting]:
        """Take out those that have waited too long."""
        late = [w for w in self._waiting.values() if now >= self._expiry(w)]
        for entry in late:
            del self._waiting[entry.key]
        return late

    def next_expiry(self) -> float | None:
        """When the next comment will have waited too long."""
        return min(map(self._expiry, self._waiting.values()), default=None)

    def clear(self) -> Iterable[Waiting]:
        """Take out all."""
        left, self._waiting = list(self._waiting.values()), {}
        return left

    def _expiry(self, entry: Waiting) -> float:
        return entry.comment.at + PATIENCE_S[entry.worth]

    def _age(self, entry: Waiting, now: float) -> float:
        age = now - entry.comment.at
        last = self._answered.get(entry.comment.viewer.casefold())
        if last is None:
            return age + _NEWCOMER_S
        return age - _JUST_ANSWERED_S if now - last < _MINUTE_S else age
