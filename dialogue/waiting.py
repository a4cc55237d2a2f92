"""Comments that wait for the host, and which of them comes next. Pure: time is passed in."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dialogue.clusters import same_question
from dialogue.contract import Comment
from dialogue.ranking import ANY_TOPIC, Attention, Score, Topic, Waiting, Worth, same_key

__all__ = ["MOST_WAITING", "PATIENCE_S", "Score", "Topic", "Waiting", "WaitingRoom", "Worth"]

MOST_WAITING: Final = 64
PATIENCE_S: Final = {Worth.QUESTION: 90.0, Worth.GREETING: 30.0, Worth.TALK: 30.0, Worth.NOISE: 0.0}
"""How long a comment waits to be spoken to."""
SETTLING_S: Final = 2.5
"""Before then nothing is said about whether a question will be reached: others may ask the same, or it may rise."""
HORIZON_S: Final = 60.0
"""A question that would not be reached within so long of its asking is answered in writing without waiting for it."""
_FIRST_GUESS_S: Final = 10.0
"""What an answer takes, read-back included, until some have been given in this show."""
OWN_BEFORE: Final = 2.0
"""Handicap for each question of the same viewer that comes first: who asks ten things does not fill the queue with them."""
_LOOK_S: Final = 0.4
"""Between two looks at who is out of reach: ranking all for each comment of a flood would cost more than the comment."""
_PACE: Final = 0.2
"""Weight of the last answer in the running mean of what answers take."""


def _order(scored: tuple[Waiting, Score]) -> tuple[float, float]:
    return -scored[1].total, scored[0].comment.at


class WaitingRoom:
    """At most `MOST_WAITING` comments; one more pushes out the least worthy, the oldest of those first."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, ...], Waiting] = {}
        self._attention = Attention()
        self._answer_s = _FIRST_GUESS_S
        self._chosen: tuple[Waiting, float] | None = None
        self._looked_at = -_LOOK_S

    def __len__(self) -> int:
        return len(self._waiting)

    def same(self, comment: Comment, topic: Topic = ANY_TOPIC) -> Waiting | None:
        """The comment in the queue that asks the same."""
        return self._waiting.get(same_key(comment, topic))

    def add(self, entry: Waiting) -> Waiting | None:
        """Put a comment in the queue; returns the one that had to leave for it."""
        self._waiting[entry.key] = entry
        if len(self._waiting) <= MOST_WAITING:
            return None
        least = min(self._waiting.values(), key=lambda w: (w.worth, len(w.also), w.comment.at))
        return self._waiting.pop(least.key)

    def ranking(self, now: float, on_show: str | None = None) -> list[tuple[Waiting, Score]]:
        """Everybody who waits, the next first, with the reasons."""
        languages = Counter(w.comment.language for w in self._waiting.values())
        scored = [
            (w, self._attention.score(w, now, on_show=on_show, languages=languages)) for w in self._waiting.values()
        ]
        scored.sort(key=_order)
        before: Counter[str] = Counter()
        for place, (entry, score) in enumerate(scored):
            viewer = entry.comment.viewer.casefold()
            if before[viewer]:
                scored[place] = entry, score.less("own questions before it", OWN_BEFORE * before[viewer])
            before[viewer] += 1
        return sorted(scored, key=_order)

    def choose(
        self, now: float, on_show: str | None = None, *, may: Callable[[Waiting], bool] = lambda entry: True
    ) -> Waiting | None:
        """Take out the next of those that `may` be answered."""
        chosen = next((entry for entry, _ in self.ranking(now, on_show) if entry.ready_at <= now and may(entry)), None)
        if chosen is None:
            return None
        self._chosen = chosen, now
        return self._waiting.pop(chosen.key)

    def next_ready(self, now: float) -> float | None:
        """When a comment that may not be chosen yet may be."""
        return min((entry.ready_at for entry in self._waiting.values() if entry.ready_at > now), default=None)

    def understood(
        self, comment: str, worth: Worth, topic: Topic, vector: NDArray[np.float32] | None
    ) -> tuple[Waiting, Waiting] | None:
        """The model has read a comment: what it asks is known better now.

        Returns the two entries if it turns out to ask what another one asks: the one that stays, and the one that went into it.
        """
        entry = self.take(comment)
        if entry is None:
            return None
        entry.worth, entry.topic, entry.vector, entry.ready_at = worth, topic, vector, 0.0
        like = self._waiting.get(entry.key) or next(
            (w for w in self._waiting.values() if same_question(w, entry)), None
        )
        if like is None or like.held or entry.held:
            if entry.key in self._waiting:  # a held one keeps its place: this one asks the same and is held with it
                return self._joined(self._waiting[entry.key], entry)
            self._waiting[entry.key] = entry
            return None
        older, newer = sorted((like, entry), key=lambda w: w.comment.at)
        self._waiting.pop(like.key)
        self._waiting[older.key] = older
        return self._joined(older, newer)

    def hold(self, comment: str, why: str) -> None:
        """Keep a comment from being chosen until a person lets it go; else it is declined with `why`."""
        for entry in self._waiting.values():
            if entry.comment.id == comment:
                entry.held, entry.held_for = True, why

    def raided(self, text: str) -> list[Waiting]:
        """Take out what says `text` (in comparable form) and nothing of the shop answers: many are pasting it."""
        gone = [w for w in self._waiting.values() if w.plain == text and not w.topic.facts and not w.approved]
        for entry in gone:
            del self._waiting[entry.key]
        return gone

    def beyond_reach(
        self, now: float, on_show: str | None = None, *, may: Callable[[Waiting], bool] = lambda entry: True
    ) -> list[Waiting]:
        """Take out the questions that have so many before them that the host will not get to them, of those that `may` be answered."""
        if len(self._waiting) * self._answer_s <= HORIZON_S or now - self._looked_at < _LOOK_S:
            return []
        self._looked_at = now
        far: list[Waiting] = []
        ahead = 0
        for entry, _ in self.ranking(now, on_show):
            if not may(entry) or entry.held or entry.approved or entry.worth is not Worth.QUESTION:
                continue
            waited = now - entry.comment.at - entry.stopped_s
            if waited >= SETTLING_S and waited + ahead * self._answer_s > HORIZON_S:
                far.append(entry)
            else:
                ahead += 1
        for entry in far:
            del self._waiting[entry.key]
        return far

    @staticmethod
    def _joined(stays: Waiting, goes: Waiting) -> tuple[Waiting, Waiting]:
        known = {c.viewer.casefold() for c in (stays.comment, *stays.also)}
        stays.also += [c for c in (goes.comment, *goes.also) if c.viewer.casefold() not in known]
        return stays, goes

    def entries(self) -> tuple[Waiting, ...]:
        """Everybody who waits, in the order of coming."""
        return tuple(self._waiting.values())

    def entry(self, comment: str) -> Waiting | None:
        """The one with this comment id, which stays."""
        return next((w for w in self._waiting.values() if w.comment.id == comment), None)

    def take(self, comment: str) -> Waiting | None:
        """Take out the one with this comment id."""
        entry = next((w for w in self._waiting.values() if w.comment.id == comment), None)
        return self._waiting.pop(entry.key) if entry is not None else None

    def answered(self, comment: Comment, now: float) -> None:
        """A comment has been answered aloud."""
        self._attention.answered(comment.viewer, comment.language, now)
        if self._chosen is not None and self._chosen[0].comment is comment:
            entry, since = self._chosen
            self._attention.told(entry.key, now)
            for other in entry.also:
                self._attention.answered(other.viewer, other.language, now)
            self._answer_s += _PACE * (now - since - self._answer_s)

    def expire(self, now: float) -> list[Waiting]:
        """Take out those that have waited too long."""
        late = [w for w in self._waiting.values() if now >= self._expiry(w)]
        for entry in late:
            del self._waiting[entry.key]
        return late

    def next_expiry(self, *, may: Callable[[Waiting], bool] = lambda entry: True) -> float | None:
        """When the next comment will have waited too long, of those whose patience runs (`may`)."""
        return min((self._expiry(entry) for entry in self._waiting.values() if may(entry)), default=None)

    def clear(self) -> Iterable[Waiting]:
        """Take out all."""
        left, self._waiting = list(self._waiting.values()), {}
        return left

    def _expiry(self, entry: Waiting) -> float:
        return entry.comment.at + PATIENCE_S[entry.worth] + entry.stopped_s
