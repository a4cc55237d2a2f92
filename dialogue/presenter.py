"""The running presentation: from the rundown's beats to clauses, one at a time, with a place to come back to. Pure."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from dialogue.catalogue import Product
from dialogue.clauses import clauses_of, lines_of, thoughts_of
from dialogue.facts import Fact
from dialogue.phrasebook import Phrasebook
from dialogue.room_content import RoomContent
from dialogue.rundown import Beat, Segment, default_beats
from render.contract import Emotion, Layout

SENTENCE_REST_S = 0.0
BEAT_REST_S = 0.9
SEGMENT_REST_S = 1.8
_OVER_BUDGET = 1.15
_REMEMBERED = 8
_BRIDGE_CHANCE = 0.3


@dataclass(frozen=True, slots=True)
class PitchClause:
    """A few words of the presentation, as long as a breath."""

    text: str
    sentence: int
    """Number of the sentence that it belongs to."""
    index: int
    """Which clause of the sentence it is, from 0."""
    rest_s: float
    """Silence that should come before it."""
    product: Product | None
    facts: tuple[Fact, ...]
    emotion: Emotion
    energy: float
    opens: bool = False
    """The first words on a product."""
    layout: Layout = Layout.AUTO


@dataclass(frozen=True, slots=True)
class _Sentence:
    number: int
    clauses: tuple[PitchClause, ...]
    field: str | None = None
    """The column that it tells, so that it can be told again in other words."""


class PitchWording(Protocol):
    """What the presentation needs of a language."""

    @property
    def language(self) -> str: ...

    def pitch(self, field: str, product: Product) -> tuple[str, tuple[Fact, ...]] | None: ...

    def authored(self, wording: str, product: Product | None) -> tuple[str, tuple[Fact, ...]]: ...

    def bridge(self, product: Product | None) -> str: ...

    def opener(self, product: Product, *, again: bool = False) -> str: ...

    def story(self, fact: Fact) -> str: ...


class Presenter:
    """Goes through the rundown round after round; never ends. Nothing may be taken from one that is `silent`."""

    def __init__(self, content: RoomContent, wording: PitchWording, book: Phrasebook) -> None:
        self._content = content
        self._wording = wording
        self._book = book
        self._stories = {fact.field: fact for fact in content.persona.stories}
        self._segment = -1
        self._beats: deque[Beat] = deque()
        self._round = 1
        self._begun_at = 0.0
        self._count = 0
        self._opening = False
        self._coming: deque[PitchClause] = deque()
        self._begun_again: int | None = None
        """Number of the last sentence that was broken off and told from its beginning."""
        self._recent: deque[_Sentence] = deque(maxlen=_REMEMBERED)

    @property
    def language(self) -> str:
        """What the presentation is spoken in."""
        return self._wording.language

    @property
    def product(self) -> Product | None:
        """What the current segment presents."""
        return self._content.catalogue.get(self._current.product) if self._segment >= 0 else None

    @property
    def silent(self) -> bool:
        """There is nothing to present: the host only answers."""
        return not self._content.rundown.segments

    @property
    def _current(self) -> Segment:
        return self._content.rundown.segments[self._segment]

    def peek(self, now: float) -> PitchClause:
        """The clause that comes next."""
        while not self._coming:
            self._next_beat(now)
        return self._coming[0]

    def take(self, now: float) -> PitchClause:
        """The clause that comes next, which then counts as on its way."""
        clause = self.peek(now)
        self._coming.popleft()
        return clause

    def give_back(self, clause: PitchClause) -> None:
        """A clause on its way will not be heard: go on from the beginning of its sentence.

        Told from the middle it would make no sense after an answer; the sentence is worded anew where that is possible.
        One that has been begun twice already is left: nobody says the same thing three times.
        """
        at = next((i for i, s in enumerate(self._recent) if s.number == clause.sentence), None)
        if at is None:
            return
        sentences = list(self._recent)[at:]
        if clause.index > 0:
            if clause.sentence == self._begun_again:
                self._coming = deque(c for s in sentences[1:] for c in s.clauses)
                return
            self._begun_again = clause.sentence
        again = self._reworded(sentences[0]) if clause.index > 0 else sentences[0]
        self._coming = deque(c for s in (again, *sentences[1:]) for c in s.clauses)
        if again is not sentences[0]:
            self._recent[at] = again

    def break_off(self) -> None:
        """The presentation was left for an answer: a sentence that was begun will be told from its beginning."""
        if self._coming and self._coming[0].index > 0:
            self.give_back(self._coming[0])

    def bridge(self) -> PitchClause:
        """A short way back to the presentation, to be said before the next clause."""
        product = self.product
        text = self._wording.bridge(product)
        return PitchClause(text, -1, 0, BEAT_REST_S, product, (), Emotion.NEUTRAL, 0.5)

    def wants_bridge(self, spoken_of: Sequence[str]) -> bool:
        """Whether the way back from an answer about these skus is to be said: always from elsewhere, else now and then."""
        product = self.product
        elsewhere = product is not None and bool(spoken_of) and product.sku not in spoken_of
        return self.mid_segment() and (elsewhere or self._book.chance(_BRIDGE_CHANCE))

    def mid_segment(self) -> bool:
        """Whether something of the current segment has been told and something is still to come."""
        return bool(self._recent) and bool(self._coming or self._beats) and not (self._coming and self._coming[0].opens)

    def _next_beat(self, now: float) -> None:
        over = now - self._begun_at > _OVER_BUDGET * self._current.seconds if self._segment >= 0 else False
        while self._beats and over and "price" not in self._beats[0].tell:
            self._beats.popleft()
        if not self._beats:
            self._next_segment(now)
            return
        beat = self._beats.popleft()
        told = list(self._told(beat))
        rest = SEGMENT_REST_S if self._opening else BEAT_REST_S
        for text, facts, field in told:
            for sentence in thoughts_of(text):
                self._add(sentence, facts, field, beat, rest)
                rest = SENTENCE_REST_S

    def _next_segment(self, now: float) -> None:
        segments = self._content.rundown.segments
        while True:
            self._segment += 1
            if self._segment >= len(segments):
                self._segment, self._round = 0, self._round + 1
            if self._round == 1 or not self._current.once or all(s.once for s in segments):
                break
        self._begun_at, self._opening = now, True
        product = self.product
        beats = self._current.beats or default_beats(product.details if product is not None else {})
        self._beats = deque(beats)
        if product is None:
            return
        again = bool(self._current.beats) and self._round > 1 and self._book.chance(0.4)
        if again or not self._current.beats:
            text = self._wording.opener(product, again=again)
            self._add(text, (), None, Beat(say=(text,)), SEGMENT_REST_S)

    def _told(self, beat: Beat) -> list[tuple[str, tuple[Fact, ...], str | None]]:
        product = self.product
        if beat.story is not None:
            fact = self._stories[beat.story]
            return [(self._wording.story(fact), (fact,), None)]
        if beat.say:
            text, facts = self._wording.authored(self._book.choose(f"say/{beat.say[0]}", beat.say), product)
            return [(text, facts, None)]
        told: list[tuple[str, tuple[Fact, ...], str | None]] = []
        for name in beat.tell:
            one = self._wording.pitch(name, product) if product is not None else None
            if one is not None:
                told.append((*one, name))
        return told

    def _add(self, sentence: str, facts: tuple[Fact, ...], field: str | None, beat: Beat, rest_s: float) -> None:
        made = self._sentence(sentence, facts, field, beat, rest_s, self._opening)
        self._opening = False
        self._recent.append(made)
        self._coming.extend(made.clauses)

    def _sentence(
        self,
        text: str,
        facts: tuple[Fact, ...],
        field: str | None,
        beat: Beat,
        rest_s: float,
        opens: bool,
    ) -> _Sentence:
        self._count += 1
        layout = self._layout(beat, opens)
        clauses = tuple(
            PitchClause(
                part,
                self._count,
                i,
                rest_s if i == 0 else 0.0,
                self.product,
                facts,
                beat.emotion,
                beat.energy,
                opens and i == 0,
                layout,
            )
            for i, part in enumerate(clauses_of(text))
        )
        return _Sentence(self._count, clauses, field)

    def _layout(self, beat: Beat, opens: bool) -> Layout:
        """What the rundown says; else a product is shown large while its first sentence is heard, and then in a corner."""
        if beat.layout is not Layout.AUTO:
            return beat.layout
        if self.product is None:
            return Layout.HOST
        return Layout.AUTO if opens else Layout.INSET

    def _reworded(self, sentence: _Sentence) -> _Sentence:
        first = sentence.clauses[0]
        if sentence.field is None or first.product is None:
            return sentence
        told = self._wording.pitch(sentence.field, first.product)
        if told is None:
            return sentence
        parts = lines_of(told[0])
        clauses = tuple(
            replace(first, text=part, index=i, rest_s=first.rest_s if i == 0 else 0.0, opens=first.opens and i == 0)
            for i, part in enumerate(parts)
        )
        return _Sentence(sentence.number, clauses, sentence.field)
