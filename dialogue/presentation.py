"""The presentation on its way to the stage: which clauses are there, which come back, what a person changed. Pure."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from dialogue.callouts import callouts_of
from dialogue.catalogue import Product
from dialogue.presenter import PitchClause, Presenter
from render.contract import Line, LineEnded, LineKind, ProductCard

AHEAD: Final = 2
"""Pitch Lines on their way: one being heard, one ready behind it."""
_MOST_CHANGES: Final = 128
_MOST_SKIPPED: Final = 32
"""Clauses left out in one go; whoever drops more than that sees the rest."""

_Place = tuple[int, int]
"""Number of a sentence, and of a clause in it."""


@dataclass(slots=True)
class _Pitched:
    clause: PitchClause
    line: Line
    at: float
    begun: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """A clause that the presenter will say if nothing comes between."""

    id: str
    clause: PitchClause


class Presentation:
    """Takes clauses from the presenter, gives Lines, and puts back what was not heard."""

    def __init__(
        self,
        presenter: Presenter,
        card: Callable[[Product | None], ProductCard | None],
        next_number: Callable[[], int],
        *,
        id_prefix: str = "",
    ) -> None:
        self.presenter = presenter
        self._card = card
        self._next_number = next_number
        self._prefix = id_prefix
        self._pitched: OrderedDict[str, _Pitched] = OrderedDict()
        self._bridge = False
        self._changed: OrderedDict[_Place, tuple[str, str | None]] = OrderedDict()
        """What a person made of a clause: its text as it was, and as it is to be (None: left out)."""
        self._finishing: int | None = None
        """The sentence that is still to be told to its end while the host rests."""
        self.not_before = 0.0
        """Not before then the presentation goes on."""
        self.quiet_since = 0.0

    @property
    def on_way(self) -> bool:
        """Whether a Line of it is on the stage or on its way there."""
        return bool(self._pitched)

    @property
    def silent(self) -> bool:
        """There is nothing to present."""
        return self.presenter.silent

    # ---- what happens to its Lines -----------------------------------------------------------------------

    def started(self, line: Line, now: float) -> PitchClause | None:
        """A Line has begun; returns its clause if it is one of these."""
        pitched = self._pitched.get(line.id)
        if pitched is None:
            return None
        pitched.begun, pitched.at = True, now
        return pitched.clause

    def ended(self, event: LineEnded) -> bool:
        """A Line is over; True if it was broken off, so that what waits behind it must come back too."""
        pitched = self._pitched.pop(event.line.id, None)
        if pitched is None:
            return False
        if not event.interrupted:
            self.presenter.heard(pitched.clause)
            return False
        self.presenter.give_back(pitched.clause)
        return bool(self._pitched)

    def give_back(self, lines: Sequence[str]) -> None:
        """Lines that will not be heard go back to the presenter, the earliest last so that it is the one to go on from."""
        mine = [self._pitched.pop(line) for line in lines if line in self._pitched]
        for pitched in sorted(mine, key=lambda p: (p.clause.sentence, p.clause.index), reverse=True):
            self.presenter.give_back(pitched.clause)

    def give_back_all(self) -> None:
        """None of them will be heard."""
        self.give_back(list(self._pitched))

    def give_back_lost(self, now: float, after_s: float) -> None:
        """Those of which nothing was heard for `after_s` seconds are lost."""
        for line in [p.line.id for p in self._pitched.values() if now - p.at >= after_s]:
            self.give_back([line])

    def failed(self, line: str) -> None:
        """The voice can't say this Line: said again it would fail again."""
        self._pitched.pop(line, None)

    def leave(self, now: float) -> tuple[str | None, list[Line]]:
        """The presentation goes on elsewhere, to be called before the presenter does: the sentence being heard is ended.

        Returns the `reply` that its Lines share and those of them that are still to be said.
        """
        keep = self.finish_sentence()
        ending: list[Line] = []
        while self.mid_sentence(now):
            clause = self.presenter.take(now)
            if not self._left_out(clause):
                line = self._line(self._as_changed(clause))
                self._pitched[line.id] = _Pitched(clause, line, now)
                ending.append(line)
        self._finishing, self._bridge = None, False
        return keep, ending

    # ---- going on ----------------------------------------------------------------------------------------

    def break_off(self, spoken_of: Sequence[str]) -> None:
        """The floor goes to an answer about these skus; what was begun is told again afterwards."""
        self._bridge = self._bridge or self.presenter.wants_bridge(spoken_of)
        self.presenter.break_off()

    def finish_sentence(self) -> str | None:
        """Only the sentence being heard is told to its end; returns the `reply` that its Lines share."""
        begun = next((p.clause.sentence for p in self._pitched.values() if p.begun), None)
        self._finishing = begun
        return f"{self._prefix}s{begun}" if begun is not None and begun >= 0 else None

    def rest(self, now: float) -> str | None:
        """A person leads: as `finish_sentence`, and the clock of the rundown stands still until `go_on`."""
        self.presenter.pause(now)
        return self.finish_sentence()

    def go_on(self, now: float, after_s: float) -> None:
        """The rest is over."""
        self.presenter.resume(now)
        self._finishing = None
        self.not_before = max(self.not_before, now + after_s)

    def due(self) -> float | None:
        """When the next Line is to be given, if none is on its way and nothing else is to be said."""
        if self._pitched or self.silent:
            return None
        return max(self.not_before, self.quiet_since + self.presenter.peek(self.not_before).rest_s)

    def lost_at(self, after_s: float) -> list[float]:
        """When each Line on its way counts as lost."""
        return [pitched.at + after_s for pitched in self._pitched.values()]

    def opens_next(self, now: float) -> bool:
        """Whether the next clause begins a segment."""
        return not self.silent and self.presenter.peek(now).opens

    def between_sentences(self, now: float) -> bool:
        """Whether a sentence has ended with what is on its way, so that something else can be said before the next."""
        return self.silent or self.presenter.peek(now).index == 0

    def mid_sentence(self, now: float) -> bool:
        """Whether the sentence that is told to its end has clauses that are not yet on their way."""
        return self._finishing is not None and self.presenter.peek(now).sentence == self._finishing

    def lines(self, now: float, *, resting: bool) -> list[Line]:
        """The Lines to be said now; while `resting` only what ends the sentence that was begun."""
        given: list[Line] = []
        while len(self._pitched) < AHEAD and now >= self.not_before:
            self._leave_out(now)
            clause = self.presenter.peek(now)
            if resting and clause.sentence != self._finishing:
                break
            if clause.rest_s > 0 and (self._pitched or now < self.quiet_since + clause.rest_s):
                break  # a rest is kept by waiting for the Line before it to end
            self._bridge = self._bridge and not clause.opens  # a new subject needs no way back
            if self._bridge and not resting:
                self._bridge = False
                clause = self.presenter.bridge()
            else:
                clause = self._as_changed(self.presenter.take(now))
            line = self._line(clause)
            self._pitched[line.id] = _Pitched(clause, line, now)
            given.append(line)
        return given

    def _line(self, clause: PitchClause) -> Line:
        return Line(
            id=f"{self._prefix}l{self._next_number()}",
            text=clause.text,
            language=self.presenter.language,
            kind=LineKind.PITCH,
            emotion=clause.emotion,
            energy=clause.energy,
            product=self._card(clause.product),
            facts=tuple(fact.name for fact in clause.facts),
            layout=clause.layout,
            callouts=callouts_of(clause.text, clause.facts, self.presenter.language),
            valid_until=_valid_until(clause),
            # Lines of one sentence belong together, which keeps the pause between them short
            reply=f"{self._prefix}s{clause.sentence}" if clause.sentence >= 0 else None,
        )

    # ---- a person's hand on it ---------------------------------------------------------------------------

    def planned(self) -> list[Planned]:
        """What is worded and comes next, as a person changed it; to look at it changes nothing."""
        coming = [clause for clause in self.presenter.coming() if not self._left_out(clause)]
        return [Planned(self._name(c), self._as_changed(c)) for c in coming]

    def planned_as(self, line: str) -> str | None:
        """The name under which a Line on its way was planned; None for one that never was."""
        pitched = self._pitched.get(line)
        return self._name(pitched.clause) if pitched is not None and pitched.clause.sentence >= 0 else None

    def line_of(self, planned: str) -> str | None:
        """The Line that a planned clause has become and that has not begun; None if there is none."""
        return next(
            (line for line, one in self._pitched.items() if not one.begun and self._name(one.clause) == planned), None
        )

    def _name(self, clause: PitchClause) -> str:
        return f"{self._prefix}p{clause.sentence}.{clause.index}"

    def change_planned(self, ident: str, text: str | None) -> PitchClause | None:
        """Word a planned clause anew, or leave it out; None if it is not planned (any more)."""
        for clause in self.presenter.coming():
            if ident == self._name(clause) and not self._left_out(clause):
                self._note(clause, text)
                return clause
        return None

    def change(self, line: str, text: str | None) -> Line | None:
        """Note what a person made of a Line on its way; returns it as it now is, or as it was if it is left out."""
        pitched = self._pitched.get(line)
        if pitched is None or pitched.begun:
            return None
        self._note(pitched.clause, text)
        if text is None:
            return self._pitched.pop(line).line
        language = self.presenter.language
        callouts = callouts_of(text, pitched.clause.facts, language)
        pitched.line = replace(pitched.line, text=text, caption="", callouts=callouts)
        return pitched.line

    def _note(self, clause: PitchClause, text: str | None) -> None:
        place = (clause.sentence, clause.index)
        before = self._changed.get(place)
        # a clause that was changed already is known by the text that the presenter gives
        original = before[0] if before is not None and before[1] == clause.text else clause.text
        self._changed[place] = (original, text)
        while len(self._changed) > _MOST_CHANGES:
            self._changed.popitem(last=False)

    def _as_changed(self, clause: PitchClause) -> PitchClause:
        original, text = self._changed.get((clause.sentence, clause.index), ("", None))
        return replace(clause, text=text) if text is not None and original == clause.text else clause

    def _left_out(self, clause: PitchClause) -> bool:
        return self._changed.get((clause.sentence, clause.index)) == (clause.text, None)

    def _leave_out(self, now: float) -> None:
        for _ in range(_MOST_SKIPPED):
            if not self._left_out(self.presenter.peek(now)):
                return
            self.presenter.take(now)


def _valid_until(clause: PitchClause) -> float | None:
    """When a price that the clause tells, or its card shows, is another one."""
    moments = [fact.until for fact in clause.facts] + [
        clause.product.price_until if clause.product is not None else None
    ]
    return min((moment for moment in moments if moment is not None), default=None)
