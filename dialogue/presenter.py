"""The running presentation: from the rundown's beats to clauses, one at a time, with a place to come back to. Pure."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from dialogue.catalogue import Product
from dialogue.clauses import WORDS_A_BREATH, thoughts_of
from dialogue.disclosure import Disclosure
from dialogue.facts import Fact
from dialogue.pacing import Pace, seconds_to_say
from dialogue.phrasebook import Phrasebook
from dialogue.pitch_clause import Manner, PitchClause, Sentence, retold, sentence_of
from dialogue.programme import Planned, Programme
from dialogue.room_content import RoomContent
from dialogue.route import Route
from dialogue.rundown import Beat
from dialogue.rundown_progress import RundownProgress
from dialogue.telling import PitchWording, Teller
from render.contract import Emotion

__all__ = ["PitchClause", "Presenter"]

SENTENCE_REST_S: Final = 0.0
BEAT_REST_S: Final = 0.9
SEGMENT_REST_S: Final = 1.8
_REMEMBERED: Final = 16
_BRIDGE_CHANCE: Final = 0.2
_BRIDGE_AGAIN_S: Final = 40.0
"""Said after every answer the way back becomes a habit that viewers hear."""
_SOONER: Final = 0.4
"""Part of the usual time after which a filler is told again where there is nothing else."""
_PLAN_FIRST: Final = 2
"""Beats of the plan before anything comes between."""
_PRICES: Final = frozenset({"price", "list_price"})
_NOTHING: Final = PitchClause("", 0, 0, 0.0, None, (), Emotion.NEUTRAL, 0.5)


class Presenter:
    """Goes through the rundown round after round; never ends. Nothing may be taken from one that is `silent`.

    `now` never goes back. `current` gives a product as it is sold at present (a flash price differs from the catalogue's).
    """

    def __init__(
        self,
        content: RoomContent,
        wording: PitchWording,
        book: Phrasebook,
        *,
        current: Callable[[Product], Product] = lambda product: product,
    ) -> None:
        self._catalogue = content.catalogue
        self._wording = wording
        self._book = book
        self._current = current
        self._founder = content.persona.name_zh if wording.language == "zh" else content.persona.first_name
        self._breath = (content.profile.breath_words if content.profile is not None else None) or WORDS_A_BREATH
        self._programme = Programme(content, wording)
        self._pace = Pace()
        self._route = Route(content.rundown.segments)
        self._teller = Teller(wording, book, self._programme.prose)
        self.disclosure = Disclosure()
        """When viewers were told last that the host is an AI."""
        self._now = 0.0
        self._bridged_at = -_BRIDGE_AGAIN_S
        self._count = 0
        self._opening = False
        self._planned: Planned | None = None
        """The beat that is being told, for as long as nothing of it has been taken."""
        self._said_last = _NOTHING
        self._telling: Planned | None = None
        """The beat of which something has been taken last."""
        self._planned_from = 0
        """Number of its first sentence."""
        self._coming: deque[PitchClause] = deque()
        self._begun_again: int | None = None
        """Number of the last sentence that was broken off and told from its beginning."""
        self._recent: deque[Sentence] = deque(maxlen=_REMEMBERED)

    # ---- what is on --------------------------------------------------------------------------------------------

    @property
    def language(self) -> str:
        """What the presentation is spoken in."""
        return self._wording.language

    @property
    def wording(self) -> PitchWording:
        """How it is worded."""
        return self._wording

    @property
    def founder(self) -> str:
        """Whose double presents, as they are called in its language."""
        return self._founder

    @property
    def product(self) -> Product | None:
        """What the current segment presents, at its present price."""
        segment = self._route.current
        product = self._catalogue.get(segment.product) if segment is not None else None
        return self._current(product) if product is not None else None

    @property
    def silent(self) -> bool:
        """There is nothing to present: the host only answers."""
        return not self._route.segments

    @property
    def pinned(self) -> str | None:
        """The sku that stays on show."""
        return self._route.pinned

    def progress(self, now: float) -> RundownProgress:
        """How far the show is in its rundown."""
        titles = {product.sku: product.name for product in self._catalogue.products}
        return self._route.progress(self._pace.spent(self._tell(now)), titles)

    # ---- the presentation itself ---------------------------------------------------------------------------------

    def peek(self, now: float) -> PitchClause:
        """The clause that comes next."""
        self._tell(now)
        while not self._coming:
            self._next_beat()
        return self._coming[0]

    def coming(self) -> tuple[PitchClause, ...]:
        """What is worded already and comes next, in order; `peek` words more."""
        return tuple(self._coming)

    def take(self, now: float) -> PitchClause:
        """The clause that comes next, which then counts as on its way."""
        clause = self.peek(now)
        self._coming.popleft()
        if self._planned is not None and clause.sentence >= self._planned_from:
            self._programme.told(self._planned, self._now)
            self._telling, self._planned = self._planned, None
            self._pace.begin(self._now)
        self._said_last = clause
        self._pace.said(seconds_to_say(clause.text))
        if clause.index == 0:
            sentence = next((s for s in self._recent if s.number == clause.sentence), None)
            self._teller.note(sentence.text if sentence is not None else clause.text, clause.facts, self._now)
        self.disclosure.heard(clause.text, self._now)
        if clause.product is not None:  # worded a while ago, its card may show a price that is over
            clause = replace(clause, product=self._current_of(clause.product))
        return clause

    def heard(self, clause: PitchClause) -> None:
        """A clause has been heard to its end."""
        if clause.closes:
            self._pace.turn_over()

    def give_back(self, clause: PitchClause) -> None:
        """A clause on its way will not be heard: go on from the beginning of its sentence.

        Told from the middle it would make no sense after an answer; the sentence is worded anew where that is possible.
        One that has been begun twice already is left: nobody says the same thing three times.
        """
        at = next((i for i, s in enumerate(self._recent) if s.number == clause.sentence), None)
        if at is None:
            return
        sentences = list(self._recent)[at:]
        if clause.sentence <= self._said_last.sentence:
            self._said_last = self._recent[at - 1].clauses[-1] if at > 0 else _NOTHING
        if clause.index > 0:
            if clause.sentence == self._begun_again:
                self._coming = deque(c for s in sentences[1:] for c in s.clauses)
                if not self._coming:
                    self._pace.turn_over()
                return
            self._begun_again = clause.sentence
        stale = any(self._stale(fact, clause.product) for fact in sentences[0].clauses[0].facts)
        if stale and sentences[0].field is None:  # an author's words around the old price: the new one is told instead
            self._coming = deque(c for s in sentences[1:] for c in s.clauses)
            self._programme.plan.appendleft(Planned(Beat(tell=("price",), emotion=Emotion.EXCITED), 5.0, must=True))
            return
        again = self._reworded(sentences[0]) if clause.index > 0 or stale else sentences[0]
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
        self._bridged_at = self._now
        text = self._wording.bridge(product)
        return PitchClause(text, -1, 0, BEAT_REST_S, product, (), Emotion.NEUTRAL, 0.5)

    def wants_bridge(self, spoken_of: Sequence[str]) -> bool:
        """Whether the way back from an answer about these skus is to be said: from elsewhere, else now and then; not too often."""
        product = self.product
        elsewhere = product is not None and bool(spoken_of) and product.sku not in spoken_of
        if self._now - self._bridged_at < _BRIDGE_AGAIN_S:
            return False
        begun = self._programme.told_of_plan > 1  # with less there is nothing to come back to
        return begun and self.mid_segment() and (elsewhere or self._book.chance(_BRIDGE_CHANCE))

    def mid_segment(self) -> bool:
        """Whether something of the current segment has been told and something is still to come."""
        more = bool(self._coming or self._programme.plan)
        return self._pace.begun and more and not (self._coming and self._coming[0].opens)

    def repriced(self) -> None:
        """A price has changed: what was worded with the old one and has not been said is worded anew."""
        if self._planned is not None:
            self._unplan()
        for sentence in [s for s in self._recent if s.clauses[0] in self._coming]:
            if any(self._stale(fact, sentence.clauses[0].product) for fact in sentence.clauses[0].facts):
                self.give_back(sentence.clauses[0])
                return

    # ---- time ------------------------------------------------------------------------------------------------------

    def answer_begun(self, now: float) -> None:
        """A comment is being answered."""
        self._pace.answer_begun(self._tell(now))

    def answer_over(self, now: float) -> None:
        """The answer is over: what was about to be begun is thought over, for time has passed."""
        self._pace.answer_over(self._tell(now))
        if self._planned is not None and not self._opening_waits():
            self._unplan()
        if self._planned is None and self._telling is not None and self._telling.key and self._pace.late(self._now):
            self._coming.clear()  # what only filled time is not told to its end when there is none left
            self._pace.turn_over()
        else:
            self._leave_stale()

    def answered_with(self, facts: Sequence[str], now: float) -> None:
        """An answer has told these facts (their names): the presentation need not tell them again straight away."""
        self._teller.note_answer(facts, self._tell(now))

    def presses(self, now: float) -> bool:
        """Whether the presentation must have the floor before another comment is answered.

        So a product keeps its budget, and its price is told, however much is asked. Asked only when a comment waits.
        """
        now = self._tell(now)
        if self.silent:
            return False
        must = self._programme.must_s() if self._route.pinned is None else 0.0
        return self._pace.presses(now, must)

    def pause(self, now: float) -> None:
        """A person holds the show: the clock of the budget stands still until `resume`."""
        self._pace.pause(self._tell(now))

    def resume(self, now: float) -> None:
        """The show goes on."""
        self._pace.resume(self._tell(now))

    # ---- steering: what is on its way should be withdrawn by the caller ------------------------------------------------

    def next_segment(self, now: float) -> None:
        """Leave the present segment for the next one."""
        self._open_at(now, self._route.forward)

    def previous_segment(self, now: float) -> None:
        """Go back to the segment before the present one."""
        self._open_at(now, self._route.back)

    def go_to(self, ident: str, now: float) -> bool:
        """Go to a segment by its id, or to the first one of a product by its sku; False if there is none."""
        if not self._route.knows(ident):
            return False
        self._open_at(now, lambda: self._route.to(ident))
        return True

    def pin(self, sku: str, now: float = 0.0) -> bool:
        """Stay with a product until `unpin`, whatever its budget; False if no segment presents it."""
        if (self.product is None or self.product.sku != sku) and not self.go_to(sku, now):
            return False
        self._route.pinned = sku
        return True

    def unpin(self) -> None:
        """Let the rundown go on."""
        self._route.pinned = None

    # ---- inside ----------------------------------------------------------------------------------------------------------

    def _tell(self, now: float) -> float:
        self._now = max(self._now, now)
        return self._now

    def _open_at(self, now: float, move: Callable[[], None]) -> None:
        spent = self._pace.spent(self._tell(now))
        self._coming.clear()
        self._recent.clear()
        self._planned = None
        self._route.pinned = None
        self._route.leave(spent)
        move()
        self._enter()

    def _next_beat(self) -> None:
        planned = self._choose()
        while planned is None:
            if self._route.pinned is not None and self.product is not None:
                self._enter()  # once more from the beginning, in other words
                self._opening = False
            else:
                self._route.leave(self._pace.spent(self._now))
                self._route.forward()
                self._enter()
            planned = self._choose()
        self._planned = planned
        self._tell_beat(planned)

    def _choose(self) -> Planned | None:
        """What comes next of the present segment; None if it is to be left."""
        if self._route.current is None:
            return None
        if self.disclosure.due(self._now):
            say = tuple(text.replace("{founder}", self._founder) for text in self._wording.disclosures)
            if not (self._opening and any(self.disclosure.discloses(text) for text in self._first_wordings())):
                return Planned(Beat(say=say, emotion=Emotion.WARM), 4.0, must=True, key="disclosure")
        plan, pace, now = self._programme.plan, self._pace, self._now
        pinned = self._route.pinned is not None
        if self._opening and plan:
            return plan.popleft()
        while plan:
            if plan[0].must:
                break
            skus = self.product.sku if self.product is not None else ""
            answered = self._teller.answered((f"catalogue/{skus}.{name}" for name in plan[0].beat.tell), self._now)
            if (
                not answered
                and not self._programme.told_lately(plan[0], now)
                and (pinned or pace.fits(plan[0].seconds, now, before=self._programme.must_s()))
            ):
                break
            plan.popleft()
        if plan:
            filler = self._between() if not pinned else None
            return filler if filler is not None else plan.popleft()
        if pinned:
            return self._fitting(pinned=True)
        return None if pace.late(now) else self._fitting()

    def _between(self) -> Planned | None:
        """Something more of the product before the plan goes on, when there is much more time than plan."""
        plan, pace = self._programme.plan, self._pace
        if self._programme.told_of_plan < _PLAN_FIRST or (self._telling is not None and self._telling.key):
            return None  # the plan leads
        spare = (pace.budget_s - pace.spent(self._now)) * pace.share - self._programme.plan_s()
        near = list(self._programme.near(self._now))
        fitting, total = 0, 0.0
        for planned in near:
            total += planned.seconds
            fitting += total <= spare
        return near[0] if fitting >= len(plan) and near and near[0].key.startswith("more/") else None

    def _fitting(self, *, pinned: bool = False) -> Planned | None:
        """A filler that the rest of the budget has room for; sooner than usual again rather than leave far too early."""
        for part in (1.0,) if self._pace.may_leave(self._now) else (1.0, _SOONER):
            for fillers in (self._programme.near(self._now, part=part), self._programme.far(self._now, part=part)):
                for planned in fillers:
                    if (pinned or self._pace.fits(planned.seconds, self._now)) and self._teller.has_news(
                        planned, self._of(planned), self._now, part
                    ):
                        return planned
        return None

    def _of(self, planned: Planned) -> Product | None:
        return self._current(planned.of) if planned.of is not None else self.product

    def _enter(self) -> None:
        segment = self._route.current
        if segment is None:
            return
        self._pace.enter(segment.seconds, strict=segment.product is not None)
        self._opening = True
        product = self.product
        self._programme.open(segment, product)
        if product is None:
            return
        again = segment.again or (bool(segment.beats) and self._route.round > 1 and self._book.chance(0.4))
        if again or not segment.beats:
            text = self._wording.opener(product, again=again)
            self._programme.plan.appendleft(Planned(Beat(say=(text,)), seconds_to_say(text), must=True))

    def _opening_waits(self) -> bool:
        return any(clause.opens for clause in self._coming)

    def _leave_stale(self) -> None:
        """After an answer: what it has told is left, and so is the rest of a thought, whose beginning nobody remembers."""
        left: deque[PitchClause] = deque()
        for clause in self._coming:
            coming = self._planned is not None and clause.sentence >= self._planned_from
            if coming or not (self._dangles(clause) or self._answered(clause)):
                left.append(clause)
        if self._coming and not left:
            self._pace.turn_over()
        self._coming = left

    def _answered(self, clause: PitchClause) -> bool:
        return self._teller.answered((f.name for f in clause.facts if f.field not in _PRICES), self._now)

    def _dangles(self, clause: PitchClause) -> bool:
        """Whether it only goes on with what was said before the answer: an aside, or more words on the same fact."""
        telling = self._telling
        if telling is None or telling.must or clause.opens or clause.sentence <= self._said_last.sentence:
            return False
        if telling.beat.say:
            return not clause.facts and self._programme.told_of_plan > 1
        return clause.facts == self._said_last.facts

    def _unplan(self) -> None:
        """Nothing of the beat has been taken: choose again when the time comes. What is to be told again before it stays."""
        planned, self._planned = self._planned, None
        if planned is None:
            return
        self._opening = self._opening or self._opening_waits()
        self._recent = deque((s for s in self._recent if s.number < self._planned_from), maxlen=_REMEMBERED)
        self._coming = deque(clause for clause in self._coming if clause.sentence < self._planned_from)
        if not planned.key:
            self._programme.plan.appendleft(planned)

    def _first_wordings(self) -> tuple[str, ...]:
        plan = self._programme.plan
        return plan[0].beat.say if plan else ()

    # ---- words -----------------------------------------------------------------------------------------------------------

    def _tell_beat(self, planned: Planned) -> None:
        rest = SEGMENT_REST_S if self._opening else BEAT_REST_S
        opening, segment = self._opening, self._route.current
        self._opening = self._opening and planned.key == "disclosure"
        self._planned_from = self._count + 1
        made: list[Sentence] = []
        for text, facts, field in self._teller.told(planned, self._of(planned), self._now):
            for sentence in thoughts_of(text):
                self._count += 1
                opens = opening and not made and not self._opening
                how = Manner(self._of(planned), planned.beat, rest, opens, self._breath)
                made.append(sentence_of(sentence, self._count, facts, field, how))
                rest = SENTENCE_REST_S
        if not made:
            return
        last = made[-1]
        made[-1] = replace(last, clauses=(*last.clauses[:-1], replace(last.clauses[-1], closes=True)))
        if opening and not self._opening and segment is not None and segment.promotion and self._route.round == 1:
            first = made[0]
            opener = replace(first.clauses[0], promotion=segment.promotion)
            made[0] = replace(first, clauses=(opener, *first.clauses[1:]))
        self._recent.extend(made)
        self._coming.extend(clause for sentence in made for clause in sentence.clauses)

    def _stale(self, fact: Fact, product: Product | None) -> bool:
        """Whether it is a price that does not hold any more."""
        told = product is not None and fact.field in ("price", "list_price")
        return told and product is not None and self._current_of(product).price != product.price

    def _current_of(self, product: Product) -> Product:
        known = self._catalogue.get(product.sku)
        return self._current(known) if known is not None else product

    def _reworded(self, sentence: Sentence) -> Sentence:
        first = sentence.clauses[0]
        if sentence.field is None or first.product is None:
            return sentence
        product = self._current_of(first.product)
        told = self._wording.pitch(sentence.field, product)
        return sentence if told is None else retold(sentence, told, product, most_words=self._breath)
