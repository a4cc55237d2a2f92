"""Puts a beat into words that have not been heard lately. Pure."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, Protocol, TypeVar

from dialogue.catalogue import Product
from dialogue.clauses import thoughts_of
from dialogue.facts import Fact, product_facts
from dialogue.phrasebook import Phrasebook
from dialogue.programme import Planned, TimelessWording
from dialogue.reception import CourtesyWording
from dialogue.rundown import Beat
from dialogue.said_lately import SaidLately

_TRIES: Final = 6
"""Wordings that are looked at for one that has not been heard lately."""
_ANSWERED_PART: Final = 0.1
"""Part of half an hour for which what an answer has told is not told again."""
_Told = TypeVar("_Told", bound=tuple[str, tuple[Fact, ...]] | None)


class PitchWording(TimelessWording, CourtesyWording, Protocol):
    """What the presentation needs of a language."""

    @property
    def disclosures(self) -> tuple[str, ...]:
        """Ways to say that the host is an AI, with ``{founder}``."""

    def pitch(self, field: str, product: Product) -> tuple[str, tuple[Fact, ...]] | None: ...

    def authored(self, wording: str, product: Product | None) -> tuple[str, tuple[Fact, ...]]: ...

    def bridge(self, product: Product | None) -> str: ...

    def opener(self, product: Product, *, again: bool = False) -> str: ...

    def tellings(self, fact: Fact) -> tuple[str, ...]:
        """Whole sentences that tell a story or a section."""


class Teller:
    """Words the beats of one show; `prose` gives the story or the section that a beat tells."""

    def __init__(self, wording: PitchWording, book: Phrasebook, prose: Callable[[Beat], Fact | None]) -> None:
        self._wording = wording
        self._book = book
        self._prose = prose
        self._lately = SaidLately()

    def note(self, sentence: str, facts: Iterable[Fact], now: float) -> None:
        """A whole sentence is being said."""
        self._lately.note(sentence, now)
        for fact in facts:
            self._lately.note(_value(fact), now)

    def note_answer(self, facts: Iterable[str], now: float) -> None:
        """An answer has told these facts (their names)."""
        for name in facts:
            self._lately.note(f"\1{name}", now)

    def answered(self, names: Iterable[str], now: float) -> bool:
        """Whether there are names, and an answer has told all of these facts just now."""
        told = [not self._lately.fresh(f"\1{name}", now, part=_ANSWERED_PART) for name in names]
        return bool(told) and all(told)

    def has_news(self, planned: Planned, of: Product | None, now: float, part: float) -> bool:
        """Whether it can be told in words that have not been heard for that part of half an hour."""
        if planned.beat.tell:  # worded anew each time, but two products may share a value
            known = product_facts(of) if of is not None else {}
            return all(self._lately.fresh(_value(known[name]), now, part=part / 2) for name in planned.beat.tell)
        fact = self._prose(planned.beat)
        wordings = planned.beat.say if fact is None else self._wording.tellings(fact)
        filled = (self._wording.authored(w, of)[0] if fact is None else w for w in wordings)
        return any(self._lately.fresh(_first_sentence(text), now, part=part) for text in filled)

    def told(self, planned: Planned, of: Product | None, now: float) -> list[tuple[str, tuple[Fact, ...], str | None]]:
        """The texts of a beat on a product, each with its facts and the column that it tells."""
        beat = planned.beat
        if (fact := self._prose(beat)) is not None:
            tellings = [(text, (fact,)) for text in self._wording.tellings(fact)]
            return [(*self._longest_unheard(fact.name, tellings), None)]
        if beat.say:
            filled = [self._wording.authored(wording, of) for wording in beat.say]
            return [(*self._longest_unheard(f"say/{beat.say[0]}", filled), None)]
        told: list[tuple[str, tuple[Fact, ...], str | None]] = []
        for name in beat.tell:
            one = self._pitch(name, of, now) if of is not None else None
            if one is not None:
                told.append((*one, name))
        return told

    def _longest_unheard(
        self, key: str, wordings: Sequence[tuple[str, tuple[Fact, ...]]]
    ) -> tuple[str, tuple[Fact, ...]]:
        """Of several wordings one that was never heard, else the one that was heard the longest ago."""
        last = {text: self._lately.last(_first_sentence(text)) for text, _ in wordings}
        oldest = min(last.values())
        chosen = self._book.choose(key, [text for text in last if last[text] == oldest])
        return next(wording for wording in wordings if wording[0] == chosen)

    def _pitch(self, name: str, product: Product, now: float) -> tuple[str, tuple[Fact, ...]] | None:
        return self._fresh(lambda: self._wording.pitch(name, product), now)

    def _fresh(self, word: Callable[[], _Told], now: float) -> _Told:
        """What `word` gives; asked again a few times while it gives what has been heard lately."""
        told = word()
        for _ in range(_TRIES):
            if told is None or self._lately.fresh(_first_sentence(told[0]), now):
                break
            told = word()
        return told


def _first_sentence(text: str) -> str:
    return thoughts_of(text)[0]


def _value(fact: Fact) -> str:
    """A value as it is remembered, whichever product has it."""
    return f"\0{fact.field} {fact.say}"
