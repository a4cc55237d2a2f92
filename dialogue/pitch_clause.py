"""A sentence of the presentation and the clauses that it is said in. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dialogue.catalogue import Product
from dialogue.clauses import clauses_of, joined, lines_of
from dialogue.facts import Fact
from dialogue.rundown import Beat
from render.contract import Emotion, Layout


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
    closes: bool = False
    """The last words of a beat: after it the presentation can wait."""
    promotion: str | None = None
    """Id of a promotion that is to be announced when these words begin."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the presentation, in clauses."""

    number: int
    clauses: tuple[PitchClause, ...]
    field: str | None = None
    """The column that it tells, so that it can be told again in other words."""

    @property
    def text(self) -> str:
        """The whole of it."""
        whole = ""
        for clause in self.clauses:
            whole = joined(whole, clause.text)
        return whole


@dataclass(frozen=True, slots=True)
class Manner:
    """How a sentence is said."""

    product: Product | None
    beat: Beat
    rest_s: float
    opens: bool
    most_words: int
    """Between two breaths."""

    @property
    def layout(self) -> Layout:
        """What the rundown says; else a product is shown large while its first sentence is heard, and then in a corner."""
        if self.beat.layout is not Layout.AUTO:
            return self.beat.layout
        if self.product is None:
            return Layout.HOST
        return Layout.AUTO if self.opens else Layout.INSET


def sentence_of(text: str, number: int, facts: tuple[Fact, ...], field: str | None, how: Manner) -> Sentence:
    """A sentence cut into clauses."""
    clauses = tuple(
        PitchClause(
            part,
            number,
            i,
            how.rest_s if i == 0 else 0.0,
            how.product,
            facts,
            how.beat.emotion,
            how.beat.energy,
            how.opens and i == 0,
            how.layout,
        )
        for i, part in enumerate(clauses_of(text, most_words=how.most_words))
    )
    return Sentence(number, clauses, field)


def retold(sentence: Sentence, told: tuple[str, Sequence[Fact]], product: Product, *, most_words: int) -> Sentence:
    """The sentence in other words (text and facts), at the place of the old one."""
    first, last = sentence.clauses[0], sentence.clauses[-1]
    parts = lines_of(told[0], most_words=most_words)
    clauses = tuple(
        replace(
            first,
            text=part,
            index=i,
            rest_s=first.rest_s if i == 0 else 0.0,
            opens=first.opens and i == 0,
            product=product,
            facts=tuple(told[1]),
            closes=last.closes and i == len(parts) - 1,
            promotion=first.promotion if i == 0 else None,
        )
        for i, part in enumerate(parts)
    )
    return Sentence(sentence.number, clauses, sentence.field)
