"""From a comment to the facts that answer it: names first, then the words of the question, then the embedding model."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dialogue.asking import (
    ABOUT_IT,
    FIELDS,
    GREETING,
    POINTS_AT,
    REAL,
    THANKS,
    Intent,
    asked_fields,
    asked_section,
    is_question,
)
from dialogue.catalogue import Catalogue, Product
from dialogue.contract import Embedder
from dialogue.facts import Fact, product_facts
from dialogue.intents import CommentIntent, IntentClassifier
from dialogue.language import comparable, has_han, singular, words
from dialogue.room_content import RoomContent
from dialogue.vocabulary import PLAIN_WORDS

NEAR = 0.905
"""Cosine of two questions that ask the same. Measured with multilingual-e5-small at 4 bit: rewordings of one question reach
0.90–0.98, questions about other things stay below 0.89, most below 0.87."""
SURE = 0.5
"""Probability from which the classifier's word is taken where neither rules nor examples know a comment."""
CLEAR = 0.012
"""By how much the nearest must beat the nearest of another kind."""
_MOST_PRODUCTS = 2


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


class ProductNames:
    """Finds products by what they are called."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._names: list[tuple[tuple[str, ...], Product]] = []
        self._chinese: list[tuple[str, Product]] = []
        owners: dict[str, set[str]] = {}
        for product in catalogue.products:
            for name in dict.fromkeys((product.name, product.called, product.name_zh, product.sku, *product.aliases)):
                if has_han(name):
                    self._chinese.append((comparable(name).replace(" ", ""), product))
                elif name:
                    self._names.append((_stems(name), product))
            for word in set(_stems(product.name)):
                owners.setdefault(word, set()).add(product.sku)
        for product in catalogue.products:
            # "the kettle" will do for the gooseneck kettle, if no other product's name has that word
            last = _stems(product.name)[-1:]
            if last and owners[last[0]] == {product.sku} and last[0] not in PLAIN_WORDS:
                self._names.append((last, product))
        self._names.sort(key=lambda pair: (-len(pair[0]), -sum(map(len, pair[0]))))
        self._chinese.sort(key=lambda pair: -len(pair[0]))

    def find(self, text: str) -> tuple[tuple[Product, ...], str]:
        """The products that a text names, in its order, and the text with "it" for each name."""
        plain = words(comparable_words(text))
        stems = list(_stems(text))
        found: dict[str, tuple[int, Product]] = {}
        for name, product in self._names:
            if not name:
                continue
            for at in range(len(stems) - len(name) + 1):
                if tuple(stems[at : at + len(name)]) == name:
                    stems[at : at + len(name)] = ["\0"] * len(name)
                    plain[at : at + len(name)] = ["it", *[""] * (len(name) - 1)]
                    found.setdefault(product.sku, (at, product))
        rest = re.sub(r"\b(?:the|your|this|that|these|those|a|an) it\b", "it", " ".join(word for word in plain if word))
        if not has_han(text):
            return _ordered(found), rest
        # Chinese has no spaces to tell words by: names are cut out of the text as it stands
        bare = comparable(text).replace(" ", "")
        for chinese, product in self._chinese:
            if chinese and chinese in bare:
                found.setdefault(product.sku, (1000 + bare.index(chinese), product))
                bare = bare.replace(chinese, "\0" * len(chinese))
        return _ordered(found), bare.replace("\0", " ")


def _ordered(found: Mapping[str, tuple[int, Product]]) -> tuple[Product, ...]:
    return tuple(product for _, product in sorted(found.values(), key=lambda pair: pair[0]))[:_MOST_PRODUCTS]


def _stems(text: str) -> tuple[str, ...]:
    return tuple(singular(w.removesuffix("'s").replace("'", "")) for w in words(comparable_words(text)))


def comparable_words(text: str) -> str:
    """The text with the apostrophes that `comparable` keeps, and hyphens as spaces."""
    return comparable(text.replace("-", " ").replace("’", "'"))


class Retriever:
    """Answers `find` for one room."""

    def __init__(self, content: RoomContent, embedder: Embedder | None) -> None:
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
        settled = by_rule.intent not in (Intent.UNKNOWN, Intent.CHAT)
        if settled or self._vectors is None or self._embedder is None:
            return by_rule
        products, rest = self._names.find(text)
        pointed = products or self._pointed(text, on_show)
        asked = text
        for product in products:
            asked = _with_pronoun(asked, product)
        vector = (await self._embedder.embed([asked], query=True))[0]
        nearest = self._nearest(vector) if by_rule.intent is Intent.UNKNOWN else None
        if nearest is None:
            return by_rule if products else self._by_intent(vector, asked) or by_rule
        kind, name = nearest
        if kind == "section" or (kind == "persona" and not products):
            return self._about(kind, name, products)
        if kind == "field" and pointed:
            facts = self._field_facts(pointed, (name,))
            if facts:
                return Retrieval(Intent.PRODUCT, True, pointed, (name,), facts)
        return by_rule

    def _by_intent(self, vector: NDArray[np.float32], text: str) -> Retrieval | None:
        """What the classifier makes of it: being asked for the truth about the host must never be missed."""
        guess = self._classifier.classify(vector[None], [text])[0]
        if guess.probability < SURE:
            return None
        if guess.intent is CommentIntent.REAL:
            return self._about("persona", "real")
        if guess.intent is CommentIntent.TROUBLE and "trouble" in self._sections:
            return self._about("section", "trouble")
        if guess.intent is CommentIntent.PRAISE and not is_question(text):
            return Retrieval(Intent.THANKS, False)
        return None

    def find_by_rule(self, text: str, *, on_show: str | None) -> Retrieval:
        """`find` without the embedding model."""
        products, rest = self._names.find(text)
        question = is_question(text)
        if REAL.search(text):
            return self._about("persona", "real")
        if (known := self._asked_literally.get(comparable(text))) is not None:
            return self._about(*known)
        fields = asked_fields(rest)
        section = asked_section(text)
        if (
            section is not None
            and section in self._sections
            and not (products and fields and section not in _BEFORE_FIELDS)
        ):
            return self._about("section", section, products)
        pointed = products or self._pointed(rest, on_show)
        if fields and pointed:
            facts = self._field_facts(pointed, fields)
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


_BEFORE_FIELDS = frozenset({"cost", "time", "area", "damaged", "refund-time", "change-of-mind", "bargain", "trouble"})


def _with_pronoun(text: str, product: Product) -> str:
    """The question with the product's name replaced by "it", as the examples have it."""
    for name in sorted((product.name, product.called, *product.aliases), key=len, reverse=True):
        if name and not has_han(name):
            text, count = re.subn(rf"(?:\bthe |\byour |\bthis )?\b{re.escape(name)}\b", "it", text, flags=re.IGNORECASE)
            if count:
                return text
    return text
