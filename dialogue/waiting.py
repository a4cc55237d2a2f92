"""Comments that wait for the host, and which of them comes next. Pure: time is passed in."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from dialogue.contract import Comment
from dialogue.ranking import ANY_TOPIC, Attention, Score, Topic, Waiting, Worth, same_key

__all__ = ["MOST_WAITING", "PATIENCE_S", "Score", "Topic", "Waiting", "WaitingRoom", "Worth"]

MOST_WAITING: Final = 64
PATIENCE_S: Final = {Worth.QUESTION: 90.0, Worth.GREETING: 30.0, Worth.TALK: 30.0, Worth.NOISE: 0.0}
"""How long a comment waits to be spoken to."""


class WaitingRoom:
    """At most `MOST_WAITING` comments; one more pushes out the least worthy, the oldest of those first."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, ...], Waiting] = {}
        self._attention = Attention()

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
        return sorted(scored, key=lambda pair: (-pair[1].total, pair[0].comment.at))

    def choose(self, now: float, on_show: str | None = None) -> Waiting | None:
        """Take out the next."""
        if not self._waiting:
            return None
        chosen, _ = self.ranking(now, on_show)[0]
        return self._waiting.pop(chosen.key)

    def answered(self, comment: Comment, now: float) -> None:
        """A viewer has had the host's attention."""
        self._attention.answered(comment.viewer, comment.language, now)

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
