"""Why one comment comes before another: a score that can be explained, part by part."""

import math
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dialogue.contract import Comment
from dialogue.intents import CommentIntent
from dialogue.language import comparable


class Worth(IntEnum):
    """What a comment asks of the host."""

    NOISE = 0
    """Nothing in it to answer."""
    TALK = 1
    GREETING = 2
    QUESTION = 3


@dataclass(frozen=True, slots=True)
class Topic:
    """What a comment is about, as far as rules can tell."""

    facts: tuple[str, ...] = ()
    """Names of the facts that answer it: two questions with the same facts are one."""
    products: tuple[str, ...] = ()
    """Skus that it names."""
    intent: CommentIntent | None = None
    addressed: bool = False
    """It speaks to the host by name."""


ANY_TOPIC: Final = Topic()
"""Nothing is known of what it is about."""


@dataclass(slots=True)
class Waiting:
    """A comment in the queue, with those that ask the same."""

    comment: Comment
    worth: Worth
    also: list[Comment] = field(default_factory=list)
    """Comments of other viewers that were merged into this one."""
    topic: Topic = ANY_TOPIC
    held: bool = False
    """A person holds it back; it keeps its place and its patience."""
    approved: bool = False
    """A person has let it be answered aloud."""
    stopped_s: float = 0.0
    """For how long its patience was stopped."""
    held_for: str = ""
    """Why it is held where no person said so; if none lets it go, it is declined with this."""
    ready_at: float = 0.0
    """Not chosen before then: what it says is just being read by the model."""
    vector: NDArray[np.float32] | None = None
    """Its query embedding, once the model has read it."""
    plain: str = field(init=False)
    """Its words in comparable form."""

    def __post_init__(self) -> None:
        self.plain = comparable(self.comment.text)

    @property
    def key(self) -> tuple[str, ...]:
        """Equal for comments that one answer serves: the facts they ask for, else their words; by language."""
        return (self.comment.language, *(self.topic.facts or ("", self.plain)))


def same_key(comment: Comment, topic: Topic) -> tuple[str, ...]:
    """What makes two comments the same question in one language."""
    return (comment.language, *(topic.facts or ("", comparable(comment.text))))


_BASE: Final = {Worth.QUESTION: 6.0, Worth.GREETING: 2.0, Worth.TALK: 1.0, Worth.NOISE: 0.0}
_INTENT: Final = {
    CommentIntent.REAL: 1.5,
    CommentIntent.TROUBLE: 1.0,
    CommentIntent.AFTERSALE: 0.5,
    CommentIntent.OFFTOPIC: -3.0,
    CommentIntent.HOSTILE: -4.0,
}
_ANSWERED_BY_FACTS: Final = 1.2
"""What the shop has an answer to serves more people than another "I don't know"; that one is written at once."""
_ON_SHOW: Final = 1.0
_CLUSTER: Final = 0.8
"""For each doubling of those who ask the same."""
_WAITED: Final = 1 / 10
"""A point for every ten seconds."""
_NEWCOMER: Final = 0.7
_JUST_ANSWERED: Final = 1.4
"""Handicap of a viewer who was answered within the last minute."""
_SHARE: Final = 0.5
"""Handicap for each answer that a viewer has had within five minutes."""
_ADDRESSED: Final = 0.4
_TOLD: Final = 2.0
"""Handicap of a question that was answered aloud just now; it is worked off within `_TOLD_S`."""
_TOLD_S: Final = 120.0
_MOST_TOLD: Final = 256
_SMALLER_LANGUAGE: Final = 0.8
_MINUTE_S: Final = 60.0
_SHARE_S: Final = 300.0
_MOST_VIEWERS: Final = 10_000
_RECENT_LANGUAGES: Final = 12


@dataclass(frozen=True, slots=True)
class Score:
    """How urgently a comment waits to be spoken to, and why."""

    total: float
    parts: tuple[tuple[str, float], ...]
    """Name and points, only those that are not zero."""

    def less(self, why: str, points: float) -> "Score":
        """The same with a handicap more."""
        return Score(self.total - points, (*self.parts, (why, -points)))


class Attention:
    """Whom and what the host has attended to; fairness is decided by it."""

    def __init__(self) -> None:
        self._answered: OrderedDict[str, deque[float]] = OrderedDict()
        self._languages: deque[str] = deque(maxlen=_RECENT_LANGUAGES)
        self._told: OrderedDict[tuple[str, ...], float] = OrderedDict()

    def told(self, key: tuple[str, ...], now: float) -> None:
        """A question has been answered aloud."""
        self._told[key] = now
        self._told.move_to_end(key)
        while len(self._told) > _MOST_TOLD:
            self._told.popitem(last=False)

    def answered(self, viewer: str, language: str, now: float) -> None:
        """A viewer has had the host's attention."""
        name = viewer.casefold()
        self._answered.setdefault(name, deque(maxlen=8)).append(now)
        self._answered.move_to_end(name)
        while len(self._answered) > _MOST_VIEWERS:
            self._answered.popitem(last=False)
        self._languages.append(language)

    def score(self, entry: Waiting, now: float, *, on_show: str | None, languages: dict[str, int]) -> Score:
        """The score of a comment; `languages` counts the comments that wait in each."""
        times = self._answered.get(entry.comment.viewer.casefold(), ())
        recent = [t for t in times if now - t < _SHARE_S]
        parts = {
            "kind": _BASE[entry.worth],
            "intent": _INTENT.get(entry.topic.intent, 0.0) if entry.topic.intent is not None else 0.0,
            "has an answer": _ANSWERED_BY_FACTS if entry.topic.facts else 0.0,
            "on show": _ON_SHOW if on_show is not None and on_show in entry.topic.products else 0.0,
            "asked by several": _CLUSTER * math.log2(1 + len(entry.also)),
            "waiting": _WAITED * max(0.0, now - entry.comment.at),
            "newcomer": 0.0 if times else _NEWCOMER,
            "answered just now": -_JUST_ANSWERED if recent and now - recent[-1] < _MINUTE_S else 0.0,
            "had answers": -_SHARE * len(recent),
            "to the host": _ADDRESSED if entry.topic.addressed else 0.0,
            "answered already": self._repeated(entry.key, now),
            "smaller language": self._language(entry.comment.language, languages),
        }
        told = tuple((name, round(points, 2)) for name, points in parts.items() if points)
        return Score(sum(parts.values()), told)

    def _repeated(self, key: tuple[str, ...], now: float) -> float:
        since = now - self._told.get(key, -_TOLD_S)
        return -_TOLD * max(0.0, 1 - since / _TOLD_S)

    def _language(self, language: str, waiting: dict[str, int]) -> float:
        """A language that waits and has had less than its share of the last answers gets a push."""
        if len(self._languages) < 4 or len(waiting) < 2:
            return 0.0
        share = waiting.get(language, 0) / sum(waiting.values())
        had = self._languages.count(language) / len(self._languages)
        return _SMALLER_LANGUAGE if had < min(share, 0.5) else 0.0
