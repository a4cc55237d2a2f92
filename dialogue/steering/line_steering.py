"""What a person can do to Lines: have something said, word one that has not begun anew, drop it; and what is coming."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from dialogue.catalogue import Product
from dialogue.clauses import lines_of
from dialogue.contract import Comment
from dialogue.floor import LineDropped, PersonSays, When
from dialogue.steering.hands import Hands
from dialogue.steering.refusal import SteeringRefused
from dialogue.steering.statements import WORDS_A_LINE, Statement
from render.contract import Emotion, Layout, Line, LineKind, ProductCard

MOST_WAITING: Final = 24
"""Lines of persons that have not begun; whoever wants more said waits."""
_BEGUN: Final = "This Line is being heard, was heard, or was taken back."


@dataclass(frozen=True, slots=True)
class Coming:
    """Something that is to be said."""

    line: str
    kind: str
    text: str
    language: str
    product: str | None
    comments: tuple[str, ...]
    by: str | None
    stage: str
    """``voiced``: ready to be heard; ``waiting``: on its way; ``planned``: said if nothing comes between."""
    editable: bool
    planned_as: str | None = None
    """The name that it had while it was planned; orders take it until the Line begins."""


class LineSteering:
    """Orders about Lines; each raises `SteeringRefused`."""

    def __init__(
        self,
        hands: Hands,
        product: Callable[[str], Product | None],
        card: Callable[[Product | None], ProductCard | None],
        *,
        id_prefix: str = "",
    ) -> None:
        self._hands = hands
        self._product = product
        self._card = card
        self._prefix = id_prefix
        self._count = 0

    def say(
        self,
        by: str,
        text: str,
        *,
        when: When = When.SENTENCE,
        language: str | None = None,
        emotion: Emotion | None = None,
        energy: float | None = None,
        product: str | None = None,
        as_is: bool = False,
    ) -> tuple[str, int]:
        """Have the host say something; returns the id of its (first) Line and the desk's revision."""
        hands = self._hands
        hands.require_voice()
        shown = self._product(product) if product is not None else None
        if product is not None and shown is None:
            raise SteeringRefused("no-such-product", 422, f"There is no product {product} in the catalogue.")
        about = product if product is not None else hands.director.on_show
        statement = hands.statements.check(text, on_show=about, language=language, as_is=as_is)
        lines = self._lines(by, statement, shown, emotion, energy, when is When.NOW)
        if emotion is not None or energy is not None:
            hands.lectern.keep_manner(lines)
        hands.tell_director(PersonSays(lines, when))
        after = {"text": statement.text, "when": when.value, "as_is": as_is, "lines": [line.id for line in lines]}
        return lines[0].id, hands.done(by, "say", lines[0].id, None, after)

    def answer(self, by: str, text: str, comment: Comment) -> None:
        """Have a checked text said, as the answer to a comment."""
        statement = Statement(text, self._hands.statements.language_of(text), (), ())
        lines = self._lines(by, statement, None, Emotion.WARM, None, False, (comment.id,))
        self._hands.tell_director(PersonSays(lines, When.SENTENCE))

    def rewrite(self, by: str, line: str, text: str, *, as_is: bool = False, seen: int | None = None) -> int:
        """Word a Line anew that has not begun; it keeps its place."""
        hands = self._hands
        line = self._unchanged(line, by, seen)
        before = self._coming(line)
        about = before.product if before.product is not None else hands.director.on_show
        checked = hands.statements.check(text, on_show=about, language=before.language, as_is=as_is)
        show = hands.director.presentation
        if before.stage == "planned":
            done = show.change_planned(line, checked.text) is not None
        elif hands.director.words.change(line, checked.text):
            done = True
        else:
            done = hands.lectern.replace(line, checked.text) is not None
            if done and before.kind == LineKind.PITCH.value:
                show.change(line, checked.text)
        if not done:
            raise SteeringRefused("begun", 409, _BEGUN)
        hands.wrote(by, line)
        return hands.done(by, "rewrite", line, {"text": before.text}, {"text": checked.text, "as_is": as_is})

    def drop(self, by: str, line: str, *, seen: int | None = None) -> int:
        """Take a Line back that has not begun; it is not said at all."""
        hands = self._hands
        line = self._unchanged(line, by, seen)
        before = self._coming(line)
        if before.stage == "planned":
            done = hands.director.presentation.change_planned(line, None) is not None
        elif hands.director.words.change(line, None):
            done = True
        else:
            gone = hands.lectern.take_away(line, by)
            done = gone is not None
            if gone is not None:
                hands.tell_director(LineDropped(gone))
        if not done:
            raise SteeringRefused("begun", 409, _BEGUN)
        return hands.done(by, "drop", line, {"text": before.text}, None)

    def coming(self) -> list[Coming]:
        """What is to be said, in order: what is on the stage, what persons ordered, what the presenter plans."""
        hands = self._hands
        lectern, director = hands.lectern, hands.director
        found = [self._told(ln, "voiced" if lectern.is_voiced(ln.id) else "waiting") for ln in lectern.pending()]
        found += [self._told(line, "waiting") for says in director.words.held_back for line in says.lines]
        for planned in director.presentation.planned():
            clause = planned.clause
            sku = clause.product.sku if clause.product is not None else None
            language = director.presentation.presenter.language
            by = hands.author(planned.id)
            found.append(
                Coming(planned.id, LineKind.PITCH.value, clause.text, language, sku, (), by, "planned", editable=True)
            )
        return found

    # ---- inside ------------------------------------------------------------------------------------------------

    def _lines(
        self,
        by: str,
        statement: Statement,
        shown: Product | None,
        emotion: Emotion | None,
        energy: float | None,
        urgent: bool,
        comments: tuple[str, ...] = (),
    ) -> tuple[Line, ...]:
        parts = lines_of(statement.text, most_words=WORDS_A_LINE)
        if self._hands.director.words.lines + len(parts) > MOST_WAITING:
            message = f"{MOST_WAITING} Lines of the hosts are waiting to be said already. Drop some, or wait."
            raise SteeringRefused("too-much", 409, message)
        self._count += 1
        reply = f"{self._prefix}o{self._count}"
        lines = tuple(
            Line(
                id=f"{reply}.{number}",
                text=part,
                language=statement.language,
                kind=LineKind.NOTICE,
                emotion=emotion if emotion is not None else Emotion.NEUTRAL,
                energy=energy if energy is not None else 0.55,
                product=self._card(shown),
                comments=comments,
                facts=tuple(fact.name for fact in statement.facts),
                reply=reply,
                urgent=urgent,
                layout=Layout.INSET if shown is not None else Layout.AUTO,
            )
            for number, part in enumerate(parts, 1)
        )
        for line in lines:
            self._hands.wrote(by, line.id)
        return lines

    def _unchanged(self, line: str, by: str, seen: int | None) -> str:
        """The name that a Line has by now; raises `SteeringRefused` if another changed it, under either name, after `seen`."""
        show = self._hands.director.presentation
        now = show.line_of(line) or line
        for name in (line, now, show.planned_as(now)):
            if name is not None:
                self._hands.require_unchanged(name, by, seen)
        return now

    def _coming(self, line: str) -> Coming:
        """The Line of this id, which has not begun; raises `SteeringRefused`."""
        coming = next((one for one in self.coming() if one.line == line), None)
        if coming is None:
            raise SteeringRefused("begun", 409, _BEGUN)
        if not coming.editable:
            message = "These are the words of a promotion, which go with its clock. Cancel the promotion instead."
            raise SteeringRefused("fixed", 409, message)
        return coming

    def _told(self, line: Line, stage: str) -> Coming:
        sku = line.product.sku if line.product is not None else None
        fixed = any(fact.startswith("promotion/") for fact in line.facts) and line.kind is LineKind.NOTICE
        was = self._hands.director.presentation.planned_as(line.id)
        by = self._hands.author(line.id) or (self._hands.author(was) if was is not None else None)
        return Coming(line.id, line.kind.value, line.text, line.language, sku, line.comments, by, stage, not fixed, was)


def as_dict(coming: Coming) -> dict[str, Any]:
    """As the desk shows it."""
    return {
        "line": coming.line,
        "kind": coming.kind,
        "text": coming.text,
        "language": coming.language,
        "product": coming.product,
        "comments": list(coming.comments),
        "by": coming.by,
        "stage": coming.stage,
        "editable": coming.editable,
        "planned_as": coming.planned_as,
    }
