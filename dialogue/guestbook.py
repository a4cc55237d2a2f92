"""Greetings and thanks from the chat, collected so that many are answered in one breath. Pure: time is passed in."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dialogue.contract import Comment

EVERY_S: Final = 20.0
"""Shortest time between two batches of a kind."""
LATEST_S: Final = 40.0
"""After so long a batch is said, however small it is."""
_FEW_WAIT_S: Final = 28.0
_FEW: Final = 2
MOST: Final = 500
"""Comments in a batch; one more pushes out the oldest."""


class Courtesy(StrEnum):
    """What somebody was kind enough to say."""

    GREETING = "greeting"
    THANKS = "thanks"


@dataclass(frozen=True, slots=True)
class Batch:
    """Comments of a kind that are answered together, one a viewer first, in the order of coming."""

    kind: Courtesy
    comments: tuple[Comment, ...]

    @property
    def viewers(self) -> tuple[str, ...]:
        """Each once."""
        return tuple(dict.fromkeys(comment.viewer for comment in self.comments))


class Guestbook:
    """Decides which greetings are answered one by one (in a calm room) and which in a batch, and when."""

    def __init__(self) -> None:
        self._waiting: dict[Courtesy, list[Comment]] = {kind: [] for kind in Courtesy}
        self._last = dict.fromkeys(Courtesy, float("-inf"))
        """When the last of a kind was answered, alone or in a batch."""

    def takes(self, comment: Comment, kind: Courtesy, now: float) -> list[Comment] | None:
        """Collect it, which returns what had to leave for it; None if it is to be answered by itself: the room is calm."""
        waiting = self._waiting[kind]
        if not waiting and now - self._last[kind] >= EVERY_S:
            self._last[kind] = now
            return None
        waiting.append(comment)
        gone, self._waiting[kind] = waiting[:-MOST], waiting[-MOST:]
        return gone

    def due(self, now: float) -> Batch | None:
        """Take out a batch whose time has come."""
        for kind in Courtesy:
            at = self._due_at(kind)
            if at is not None and now >= at:
                batch = Batch(kind, tuple(self._waiting[kind]))
                self._waiting[kind], self._last[kind] = [], now
                return batch
        return None

    def next_due(self) -> float | None:
        """When the next batch should be said."""
        return min((at for kind in Courtesy if (at := self._due_at(kind)) is not None), default=None)

    def put_back(self, batch: Batch) -> None:
        """It was not heard: its people come first in the next one, which may follow soon."""
        self._waiting[batch.kind] = [*batch.comments, *self._waiting[batch.kind]][-MOST:]
        self._last[batch.kind] -= EVERY_S

    @property
    def waiting(self) -> tuple[Comment, ...]:
        """All that are collected."""
        return tuple(comment for waiting in self._waiting.values() for comment in waiting)

    def take(self, comment: str) -> Comment | None:
        """Take out one by its id: a person sees to it."""
        for waiting in self._waiting.values():
            for one in waiting:
                if one.id == comment:
                    waiting.remove(one)
                    return one
        return None

    def clear(self) -> Iterable[Comment]:
        """Take out all."""
        left = [comment for waiting in self._waiting.values() for comment in waiting]
        self._waiting = {kind: [] for kind in Courtesy}
        return left

    def _due_at(self, kind: Courtesy) -> float | None:
        waiting = self._waiting[kind]
        if not waiting:
            return None
        people = len({comment.viewer.casefold() for comment in waiting})
        wait = EVERY_S if people > _FEW else _FEW_WAIT_S
        return min(max(self._last[kind] + EVERY_S, waiting[0].at + wait - EVERY_S), waiting[0].at + LATEST_S)
