"""From a comment to the facts that answer it: names first, then the words of the question, then the embedding model."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dialogue.asking import (
    ABOUT_IT,
    COMPARES,
    FIELDS,
    GREETING,
    MEDICAL,
    POINTS_AT,
    PROMOTED,
    REAL,
    THANKS,
    Intent,
    asked_fields,
    asked_section,
    is_question,
)
from dialogue.catalogue import Product
from dialogue.contract import Embedder
from dialogue.embedding import DIMENSIONS
from dialogue.facts import Fact, product_facts
from dialogue.intents import CommentIntent, IntentClassifier, IntentGuess
from dialogue.language import comparable, has_han, language_of, simplified, singular, words
from dialogue.product_names import ProductNames, with_pronoun
from dialogue.room_content import RoomContent
from dialogue.second_person import SecondPerson
from dialogue.sums import total_fact
from dialogue.vocabulary import PLAIN_WORDS

NEAR = 0.905
"""Cosine of two questions that ask the same. Measured with multilingual-e5-small at 4 bit: rewordings of one question reach
0.90–0.98, questions about other things stay below 0.89, most below 0.87."""
SURE = 0.5
"""Probability from which the classifier's word is taken where neither rules nor examples know a comment: at 0.5 it is right in
94 of 100 held-back comments, and speaks of 86 of 100."""
VERY_SURE = 0.7
"""The same for intents that it takes for others more often: 97 of 100, and complaints 92."""
CLEAR = 0.012
"""By how much the nearest must beat the nearest of another kind."""
_MOST_LEARNED = 200


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What a comment is about, and what is known of it."""

    intent: Intent
    question: bool
    products: tuple[Product, ...] = ()
    fields: tuple[str, ...] = ()
    """What was asked of the products, whether or not it is known."""
    facts: tuple[Fact, ...] = ()
    """What must be said, in order; empty if nothing is known."""


@dataclass(frozen=True, slots=True)
class Understood:
    """A comment as rules, examples and the classifier together take it."""

    found: Retrieval
    guess: IntentGuess | None
    vector: NDArray[np.float32]
    """Its query embedding, products' names replaced by "it": shape (DIMENSIONS,), unit length."""


@dataclass(slots=True)
class _Learned:
    """A question that a person has answered during the show."""

    question: str
    fact: Fact
    vector: NDArray[np.float32] | None = None


class Retriever:
    """Answers `find` for one room."""

    def __init__(
        self,
        content: RoomContent,
        embedder: Embedder | None,
        *,
        promotions: Callable[[], Sequence[Fact]] = tuple,
    ) -> None:
        """`promotions` gives the facts of the promotions that run at the moment."""
        self._content = content
        self._embedder = embedder
        self._names = ProductNames(content.catalogue)
        self._facts = {product.sku: product_facts(product) for product in content.catalogue.products}
        self._sections = {section.ident: fact for section, fact in content.sections}
        self._asked = {section.ident: fact for section, fact in content.persona.asked}
        self._asked_literally = {
            comparable(text): (kind, section.ident)
            for kind, pairs in (("section", content.sections), ("persona", content.persona.asked))
            for section, _ in pairs
            for text in section.asked_as
        }
        self._examples: list[tuple[str, str]] = []
        """(kind, name): ``("field", "price")``, ``("section", "cost")``, ``("persona", "you")``."""
        self._vectors: NDArray[np.float32] | None = None
        self._classifier = IntentClassifier.load()
        self._founder = SecondPerson(content.persona.name, content.persona.name_zh)
        self._promotions = promotions
        self._learned: OrderedDict[tuple[str, ...], _Learned] = OrderedDict()

    async def prepare(self) -> None:
        """Embed the examples of every kind of question, once; raises `ModelError`."""
        if self._embedder is None:
            return
        pairs: list[tuple[tuple[str, str], str]] = [
            (("field", name), text) for name, field in FIELDS.items() for text in field.examples
        ]
        pairs += [(("section", s.ident), t) for s, _ in self._content.sections for t in (s.heading, *s.asked_as)]
        pairs += [(("persona", s.ident), t) for s, _ in self._content.persona.asked for t in (s.heading, *s.asked_as)]
        vectors = await self._embedder.embed([text for _, text in pairs], query=True)
        self._examples = [kind for kind, _ in pairs]
        self._vectors = vectors

    def facts_of(self, sku: str) -> dict[str, Fact]:
        """All facts of a product by field."""
        return self._facts[sku]

    def named(self, text: str) -> tuple[Product, ...]:
        """The products that a text names."""
        return self._names.find(text)[0]

    async def find(self, text: str, *, on_show: str | None) -> Retrieval:
        """What `text` asks and the facts that answer it; `on_show` is the sku that "it" means. Raises `ModelError`.

        Rules decide where they can, at no cost; the embedding model is asked only where they can't.
        """
        by_rule = self.find_by_rule(text, on_show=on_show)
        settled = by_rule.intent not in (Intent.UNKNOWN, Intent.CHAT, Intent.THANKS)
        if settled or self._vectors is None:
            return by_rule
        return (await self.understand([(text, on_show)]))[0].found

    async def understand(self, asked: Sequence[tuple[str, str | None]]) -> list[Understood]:
        """Several comments at once, each with what was on show when it came. Raises `ModelError`.

        Needs an embedder, and `prepare` before.
        """
        assert self._embedder is not None
        plain = [self._plain(simplified(text)) for text, _ in asked]
        unread = [learned for learned in self._learned.values() if learned.vector is None]
        vectors = await self._embedder.embed([*(learned.question for learned in unread), *plain], query=True)
        for learned, vector in zip(unread, vectors, strict=False):
            learned.vector = vector
        vectors = vectors[len(unread) :]
        guesses: Sequence[IntentGuess | None] = [None] * len(plain)
        if vectors.shape[1] == DIMENSIONS:  # another model's vectors say nothing to this classifier
            guesses = self._classifier.classify(vectors, [simplified(text) for text, _ in asked])
        return [
            Understood(self._refined(text, on_show, vector, guess), guess, vector)
            for (text, on_show), vector, guess in zip(asked, vectors, guesses, strict=True)
        ]

    def _plain(self, text: str) -> str:
        """A comment as the examples have it: "it" for the products it names, "you" for the founder."""
        for product in self.named(text):
            text = with_pronoun(text, product)
        return self._founder.in_second_person(text)

    def learn(self, question: str, products: Iterable[str], fact: Fact) -> None:
        """From now on this fact answers this question, asked of these products (skus), in the question's language."""
        self._learned[language_of(question), comparable(question), *products] = _Learned(question, fact)
        if len(self._learned) > _MOST_LEARNED:
            self._learned.popitem(last=False)

    def _promoted(self) -> Retrieval:
        """What runs at the moment, or that nothing does."""
        running = tuple(self._promotions())
        return Retrieval(Intent.PROMOTION, True, (), (), tuple(f for f in running if f.field == "promotion") or running)

    @property
    def understands(self) -> bool:
        """Whether there is a model to understand with."""
        return self._vectors is not None

    def _refined(
        self, text: str, on_show: str | None, vector: NDArray[np.float32], guess: IntentGuess | None
    ) -> Retrieval:
        by_rule = self.find_by_rule(text, on_show=on_show)
        if by_rule.facts or by_rule.intent is Intent.GREETING:
            return by_rule
        about = (language_of(text), *(product.sku for product in by_rule.products))
        for (language, _, *skus), learned in self._learned.items():
            if about == (language, *skus) and learned.vector is not None and float(learned.vector @ vector) >= NEAR:
                return Retrieval(Intent.SHOP, True, by_rule.products, (), (learned.fact,))
        products = self.named(text)
        nearest = self._nearest(vector) if by_rule.intent is Intent.UNKNOWN else None
        strays = guess is not None and guess.intent is CommentIntent.OFFTOPIC and guess.probability >= SURE
        if nearest is not None and not (strays and nearest[0] == "persona"):
            kind, name = nearest
            if (kind == "section" and not (products and name == "range")) or (kind == "persona" and not products):
                return self._about(kind, name, products)
            pointed = products or self._pointed(text, on_show)
            if kind == "field" and pointed and (facts := self._field_facts(pointed, (name,))):
                return Retrieval(Intent.PRODUCT, True, pointed, (name,), facts)
            return by_rule
        if guess is None or guess.probability < SURE:
            return by_rule
        return self._by_intent(by_rule, guess, named=bool(products)) or by_rule

    def _by_intent(self, by_rule: Retrieval, guess: IntentGuess, *, named: bool) -> Retrieval | None:
        """What the classifier makes of it: being asked for the truth about the host must never be missed."""
        intent, question = guess.intent, by_rule.question
        very_sure = guess.probability >= VERY_SURE
        if intent is CommentIntent.HOSTILE:
            return Retrieval(Intent.HOSTILE, question)
        unhappy = intent is CommentIntent.COMPLAINT or (intent is CommentIntent.AFTERSALE and not question)
        if unhappy and (very_sure or not question):
            return Retrieval(Intent.COMPLAINT, question, by_rule.products if named else ())
        if (field := _FIELD_OF.get(intent)) is not None and question and very_sure:
            facts = self._field_facts(by_rule.products, (field,))
            if facts or not by_rule.products:
                return Retrieval(Intent.PRODUCT if facts else Intent.UNKNOWN, True, by_rule.products, (field,), facts)
        if named:
            return None
        if intent is CommentIntent.REAL:
            return self._about("persona", "real")
        if intent is CommentIntent.TROUBLE and "trouble" in self._sections:
            return self._about("section", "trouble")
        if intent is CommentIntent.PROMOTION and question and very_sure:
            return self._promoted()
        if intent is CommentIntent.PRAISE and not question:
            return Retrieval(Intent.THANKS, False)
        if intent is CommentIntent.OFFTOPIC:
            return Retrieval(Intent.OFFTOPIC, question)
        if intent is CommentIntent.FOUNDER and question:
            return Retrieval(Intent.FOUNDER, True)
        return None

    def find_by_rule(self, text: str, *, on_show: str | None) -> Retrieval:
        """`find` without the embedding model."""
        found = self._by_words(simplified(text), on_show)
        if self._learned and found.intent is Intent.UNKNOWN:
            skus = (product.sku for product in found.products)
            learned = self._learned.get((language_of(text), comparable(text), *skus))
            if learned is not None:
                return Retrieval(Intent.SHOP, True, found.products, (), (learned.fact,))
        return found

    def _by_words(self, text: str, on_show: str | None) -> Retrieval:
        products, rest = self._names.find(text)
        if REAL.search(text):
            return self._about("persona", "real")
        if (known := self._asked_literally.get(comparable(text))) is not None:
            return self._about(*known)
        question = is_question(text)
        if MEDICAL.search(text) and question:
            return Retrieval(Intent.MEDICAL, True, products)
        if PROMOTED.search(text) and question:
            return self._promoted()
        fields = asked_fields(rest)
        section = asked_section(text)
        if section == "bargain" and (coupons := tuple(f for f in self._promotions() if f.field == "coupon")):
            return Retrieval(Intent.PROMOTION, True, (), (), coupons)
        if (
            section is not None
            and section in self._sections
            and not (products and fields and section not in _BEFORE_FIELDS)
        ):
            return self._about("section", section, products)
        pointed = products or self._pointed(rest, on_show)
        if fields and pointed:
            facts = self._field_facts(pointed, fields)
            if "price" in fields and len(pointed) == 1 and (total := total_fact(pointed[0], text)) is not None:
                facts = (*facts, total)
            if facts:
                return Retrieval(Intent.PRODUCT, True, pointed, fields, facts)
        if products and not fields:
            return self._about_product(products, text, rest, question)
        if fields:
            return Retrieval(Intent.UNKNOWN, True, pointed, fields)
        if GREETING.search(text):
            return Retrieval(Intent.GREETING, False)
        if THANKS.search(text) and not question:
            return Retrieval(Intent.THANKS, False)
        if question and pointed and (column := self._column_like(pointed[0], rest)) is not None:
            return Retrieval(Intent.PRODUCT, True, pointed, (column.field,), (column,))
        return Retrieval(Intent.UNKNOWN if question else Intent.CHAT, question, pointed)

    def _pointed(self, text: str, on_show: str | None) -> tuple[Product, ...]:
        """The product on show, which a bare "how much?" means as well as "how much is it?"."""
        product = self._content.catalogue.get(on_show)
        short = len(words(text)) <= 6
        return (product,) if product is not None and (short or POINTS_AT.search(text)) else ()

    def _field_facts(self, products: Sequence[Product], fields: Iterable[str]) -> tuple[Fact, ...]:
        found: dict[str, Fact] = {}
        for product in products:
            known = self._facts[product.sku]
            for name in fields:
                columns = FIELDS[name].columns
                if name in ("price", "list_price"):
                    found.update({known[c].name: known[c] for c in columns if c in known})
                elif (column := next((c for c in columns if c in known), None)) is not None:
                    found[known[column].name] = known[column]
                elif (section := self._sections.get(FIELDS[name].section)) is not None:
                    found[section.name] = section
        return tuple(found.values())

    def _about_product(self, products: tuple[Product, ...], text: str, rest: str, question: bool) -> Retrieval:
        """A product is named and no field of it is recognised."""
        weighty = [w for w in words(rest) if w not in PLAIN_WORDS and not (has_han(w) and ABOUT_IT.search(text))]
        if (column := self._column_like(products[0], rest)) is not None and question:
            return Retrieval(Intent.PRODUCT, True, products, (column.field,), (column,))
        if len(products) > 1 and question and COMPARES.search(text):
            both = tuple(self._facts[p.sku]["description"] for p in products if "description" in self._facts[p.sku])
            return Retrieval(Intent.PRODUCT, True, products, ("description",), both)
        alone = not set(words(rest)) - {"it", "please", "and", "the"}
        if not weighty and (question or alone or ABOUT_IT.search(text)):
            known = self._facts[products[0].sku]
            facts = tuple(known[c] for c in ("description", "price", "unit") if c in known)
            return Retrieval(Intent.PRODUCT, True, products[:1], ("description",), facts)
        if THANKS.search(text) and not question:
            return Retrieval(Intent.THANKS, False, products)
        return Retrieval(Intent.UNKNOWN if question else Intent.CHAT, question, products)

    def _column_like(self, product: Product, rest: str) -> Fact | None:
        """The column that shares a weighty word with the question ("induction", "sugar")."""
        asked = {singular(w) for w in words(rest) if w not in PLAIN_WORDS and len(w) > 3}
        if not asked:
            return None
        best: tuple[int, Fact] | None = None
        for column, fact in self._facts[product.sku].items():
            if column in ("price", "list_price", "stock", "unit"):
                continue
            shared = len(asked & {singular(w) for w in words(f"{fact.say} {fact.label}")})
            if shared and (best is None or shared > best[0]):
                best = shared, fact
        return best[1] if best else None

    def _about(self, kind: str, ident: str, products: tuple[Product, ...] = ()) -> Retrieval:
        """What a section of the shop's facts or of the persona answers."""
        if kind == "section":
            return Retrieval(Intent.SHOP, True, products, (), (self._sections[ident],))
        intent = Intent.REAL if ident == "real" else Intent.PERSONA
        return Retrieval(intent, True, (), (), (self._asked[ident],))

    def _nearest(self, vector: NDArray[np.float32]) -> tuple[str, str] | None:
        assert self._vectors is not None
        scores: dict[tuple[str, str], float] = {}
        for kind, score in zip(self._examples, (self._vectors @ vector).tolist(), strict=True):
            scores[kind] = max(score, scores.get(kind, -1.0))
        ranked = sorted(scores.items(), key=lambda pair: -pair[1])
        best, second = ranked[0], ranked[1]
        if best[1] < NEAR or (best[1] - second[1] < CLEAR and best[1] < NEAR + 0.03):
            return None
        return best[0]


_FIELD_OF = {CommentIntent.PRICE: "price", CommentIntent.STOCK: "stock", CommentIntent.ORIGIN: "origin"}
"""What to tell of a product where the classifier knows what is asked and no rule does."""
_BEFORE_FIELDS = frozenset({"cost", "time", "area", "damaged", "refund-time", "change-of-mind", "bargain", "trouble"})
