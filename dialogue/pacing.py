"""How the time of one segment is spent: its budget, what answers take of it, and when the presentation must have the floor. Pure."""

import math
from typing import Final

from dialogue.clauses import clauses_of, length_in_words, sentences_of

EARLIEST: Final = 0.85
"""Share of its budget at which a segment may be left at the earliest, and (2 − this) at the latest."""
LATEST: Final = 1.15
AIM: Final = 0.9
"""From this share on nothing more is begun in a segment."""
FULL: Final = 0.98
"""Nothing is begun that would end after this share of the budget."""
RETURN_S: Final = 4.0
"""From the end of an answer to the presentation: a rest, and the way back."""
CHANGE_S: Final = 3.0
"""From the last words of a segment to the first of the next: a rest, and a breath for the voice."""
TURN_AFTER_S: Final = 24.0
"""After so many seconds of answers in a row the presentation has a beat, or viewers forget what is on the table."""
LONGEST_TURN_S: Final = 25.0
_SAFE: Final = 1.11
_FIRST_ANSWER_S: Final = 15.0
_FORGETS: Final = 0.99
_SHARE_MEMORY_S: Final = 60.0
_LEAST_SHARE: Final = 0.3
_WORD_S: Final = 0.36
"""Unhurried speech at 165 words a minute; between two clauses there is a breath."""
_BREATH_S: Final = 0.35


def seconds_to_say(text: str) -> float:
    """About how long a text takes to be said."""
    clauses = sum(len(clauses_of(sentence)) for sentence in sentences_of(text))
    return _WORD_S * length_in_words(text) + _BREATH_S * clauses


class Pace:
    """The clock of the segment that is on; every method takes the time, in seconds of any clock that never goes back."""

    def __init__(self) -> None:
        self.budget_s = math.inf
        self._strict = True
        self._begun_at: float | None = None
        self._before: tuple[float, float] | None = None
        """Beginning and budget of the segment that is being left, until the next one has begun."""
        self._paused_at: float | None = None
        self._answering_since: float | None = None
        self._turn_since: float | None = None
        self._answered_s = 0.0
        """Answers since the presentation had the floor last."""
        self._answer_s = _FIRST_ANSWER_S
        """About the longest that an answer takes at present."""
        self._pitch_share_s = self._answer_share_s = 0.0

    def enter(self, budget_s: float, *, strict: bool = True) -> None:
        """A segment comes up; its time begins with its first words (`begin`). Comments wait for its budget only if `strict`."""
        if self._begun_at is not None:
            self._before = (self._begun_at, self.budget_s if self._strict else math.inf)
        self.budget_s, self._strict = budget_s, strict
        self._begun_at = None

    def begin(self, now: float) -> None:
        """The first words of the segment are on their way."""
        if self._begun_at is None:
            self._begun_at, self._before = now, None

    def spent(self, now: float) -> float:
        """Seconds of the budget that are gone."""
        if self._begun_at is None:
            return 0.0
        until = now if self._paused_at is None else self._paused_at
        return max(0.0, until - self._begun_at)

    @property
    def begun(self) -> bool:
        return self._begun_at is not None

    # ---- what happens ----------------------------------------------------------------------------------------

    def said(self, seconds: float) -> None:
        """The presentation takes the floor for about so long."""
        self._answered_s = 0.0
        self._weigh(pitch_s=seconds)

    def answer_begun(self, now: float) -> None:
        """A comment is being answered."""
        self._answering_since = now

    def answer_over(self, now: float) -> None:
        """The answer is over."""
        if self._answering_since is None:
            return
        seconds = max(0.0, now - self._answering_since)
        self._answering_since = None
        self._answered_s += seconds
        self._answer_s = max(seconds, _FORGETS * self._answer_s + (1 - _FORGETS) * seconds)
        self._weigh(answer_s=seconds)

    def pause(self, now: float) -> None:
        """A person holds the show: the budget's clock stands still."""
        if self._paused_at is None:
            self._paused_at = now

    def resume(self, now: float) -> None:
        """The show goes on."""
        passed = max(0.0, now - self._paused_at) if self._paused_at is not None else 0.0
        if self._begun_at is not None:
            self._begun_at += passed
        if self._before is not None:
            self._before = (self._before[0] + passed, self._before[1])
        self._paused_at = None
        self._turn_since = None

    def turn_over(self) -> None:
        """The presentation has had what it wanted."""
        self._turn_since = None

    # ---- what follows ------------------------------------------------------------------------------------------

    def fits(self, seconds: float, now: float, *, before: float = 0.0) -> bool:
        """Whether so much can still be told, with the answers that will come between, and `before` seconds that must be told."""
        return self.spent(now) + CHANGE_S + (seconds + before) / self.share <= FULL * self.budget_s

    def late(self, now: float) -> bool:
        """Whether nothing new should be begun."""
        return self.spent(now) + CHANGE_S >= AIM * self.budget_s

    def may_leave(self, now: float) -> bool:
        """Whether enough of the budget has been spent."""
        return self.spent(now) >= EARLIEST * self.budget_s

    @property
    def share(self) -> float:
        """How much of the time the presentation has had of late, from 0.3 to 1."""
        told = self._pitch_share_s + 10.0
        return max(_LEAST_SHARE, told / (told + self._answer_share_s))

    def presses(self, now: float, must_s: float) -> bool:
        """Whether the presentation must have the floor before another comment is answered; `must_s` is what it must tell."""
        if self._paused_at is not None:
            return False
        if self._turn_since is not None:
            if now - self._turn_since < LONGEST_TURN_S:
                return True
            self._turn_since = None  # its Lines have been lost
            self._answered_s = 0.0
            return False
        if self._answered_s >= TURN_AFTER_S or self._behind_after_next(now, must_s):
            self._turn_since = now
            return True
        return False

    def _behind_after_next(self, now: float, must_s: float) -> bool:
        """Whether one more answer would take the segment (the one before, if this has not begun) over its budget."""
        if self._begun_at is not None and not self._strict:
            return False
        if self._begun_at is not None:
            return self.spent(now) + self._answer_s + RETURN_S + must_s + CHANGE_S > _SAFE * self.budget_s
        if self._before is None:
            return False
        begun_at, budget_s = self._before
        return now - begun_at + self._answer_s > _SAFE * budget_s

    def _weigh(self, *, pitch_s: float = 0.0, answer_s: float = 0.0) -> None:
        fade = math.exp(-(pitch_s + answer_s) / _SHARE_MEMORY_S)
        self._pitch_share_s = fade * self._pitch_share_s + pitch_s
        self._answer_share_s = fade * self._answer_share_s + answer_s
