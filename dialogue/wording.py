"""Facts put into sentences: the product's grammar, the values in their slots, and a choice that does not repeat itself."""

import re
from collections.abc import Iterable, Sequence

from dialogue import phrases
from dialogue.catalogue import Product
from dialogue.clauses import capital
from dialogue.facts import Fact, product_facts
from dialogue.persona_profile import PersonaProfile
from dialogue.phrasebook import Phrasebook
from dialogue.rundown import SLOT
from dialogue.spoken import aloud, money_en

_COUNTS = (
    *("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
_LIST_PRICE_CHANCE = 0.7
_GAPS = re.compile(r"\s+([.,;:!?])")


class Wording:
    """Says facts of one room in English."""

    language = "en"

    def __init__(self, book: Phrasebook, ordinary_words: frozenset[str], profile: PersonaProfile | None = None) -> None:
        self._profile = profile if profile is not None and profile.language == "en" else PersonaProfile()
        self._book = book
        self._ordinary = ordinary_words

    def fill(self, template: str, product: Product | None, **slots: str) -> str:
        """A template with its slots filled; the product's own come by themselves."""
        values = {**(self._grammar(product) if product is not None else {}), **slots}
        text = re.sub(r"\{(\w+)\}", lambda m: values.get(m[1], m[0]), template)
        return capital(_GAPS.sub(r"\1", " ".join(text.split())))

    def choose(self, key: str, options: Sequence[str], product: Product | None = None, **slots: str) -> str:
        """The next of several templates, filled."""
        return self.fill(self._book.choose(key, options), product, **slots)

    def answer(self, facts: Sequence[Fact], products: Sequence[Product]) -> list[tuple[str, tuple[Fact, ...]]]:
        """Sentences that say all the facts, each with those it rests on; not the words of the last time."""
        by_sku = {product.sku: product for product in products}
        best: list[tuple[str, tuple[Fact, ...]]] = []
        for _ in range(12):
            said = self._sentences(facts, by_sku, phrases.ANSWERS)
            whole = " ".join(text for text, _ in said)
            if not best or self._book.said(whole) < self._book.said(" ".join(t for t, _ in best)):
                best = said
            if not self._book.said(" ".join(text for text, _ in best)):
                break
        self._book.note(" ".join(text for text, _ in best))
        return best

    recaps, callbacks = phrases.RECAPS, phrases.CALLBACKS
    invites, invites_talk = phrases.INVITES, phrases.INVITES_TALK
    disclosures = phrases.DISCLOSURES

    def pitch(self, field: str, product: Product) -> tuple[str, tuple[Fact, ...]] | None:
        """One sentence that presents a field of a product; None if nothing is known of it."""
        known = product_facts(product)
        fact = known.get(field)
        if fact is None:
            return None
        key = f"pitch/{product.sku}.{field}"
        facts: tuple[Fact, ...] = (fact,)
        if field == "price":
            told_what_for = self._grammar(product)["per"] and self._book.chance(0.6)
            text = self._one(key if told_what_for else f"{key}/only", fact, product, phrases.PITCH, whole=told_what_for)
            if product.list_price is not None and self._book.chance(_LIST_PRICE_CHANCE):
                saving = known["list_price"]
                text += " " + self._one(f"{key}/list", saving, product, phrases.PITCH)
                facts = (fact, saving)
            return text, facts
        return self._opened(self._one(key, fact, product, phrases.PITCH)), facts

    def _opened(self, text: str) -> str:
        """The sentence with one of the founder's openings, now and then."""
        habits = self._profile
        if not habits.openings or text.split(".")[0].endswith("?") or not self._book.chance(habits.opening_share):
            return text
        return f"{self._book.choose('opening', habits.openings)}, {self._low(text)}"

    def bridge(self, product: Product | None) -> str:
        """A short way back to the presentation."""
        if product is None:
            return self.choose("bridge/talk", phrases.BRIDGES_TALK)
        return self.choose("bridge", phrases.BRIDGES, product)

    def opener(self, product: Product, *, again: bool = False) -> str:
        """The first words on a product; `again` when it has been presented before."""
        return self.choose("opener", phrases.RETURNERS if again else phrases.OPENERS, product)

    def welcome_all(self, names: Sequence[str], more: int) -> str:
        """A greeting to several, like ``Welcome, Lin, Wei and eleven more``."""
        who = _several(names, more) or self._book.choose("everybody", phrases.EVERYBODY)
        return self.choose("welcome all", phrases.WELCOMES_ALL, who=who)

    def thank_all(self, names: Sequence[str], more: int) -> str:
        """Thanks to several."""
        who = _several(names, more) or self._book.choose("all of you", phrases.ALL_OF_YOU)
        return self.choose("thank all", phrases.THANKS_ALL, who=who)

    def disclosed(self, founder: str) -> str:
        """That the host is an AI."""
        return self._book.choose("disclosed", self.disclosures).replace("{founder}", founder)

    def story(self, fact: Fact) -> str:
        """A story of the persona, in one of its tellings."""
        return self._book.choose(fact.name, self.tellings(fact))

    @staticmethod
    def tellings(fact: Fact) -> tuple[str, ...]:
        """Whole sentences that tell a story or a section."""
        return fact.tellings

    def price_of_what(self, product: Product) -> str:
        """What a price that was just told is for; empty where that goes without saying (one kettle)."""
        return self.choose("price of what", phrases.PRICE_OF_WHAT, product) if self._grammar(product)["per"] else ""

    def authored(self, wording: str, product: Product | None) -> tuple[str, tuple[Fact, ...]]:
        """A wording by the room's author with its fields filled in, and the facts that it uses."""
        known = product_facts(product) if product is not None else {}
        used = tuple(known[name] for name in dict.fromkeys(SLOT.findall(wording)) if name in known)
        slots = {fact.field: fact.say for fact in used}
        if product is not None and "stock" in slots:
            slots["stock"] = stocked(product)
        return self.fill(wording, product, **slots), used

    def _sentences(
        self, facts: Sequence[Fact], products: dict[str, Product], templates: dict[str, tuple[str, ...]]
    ) -> list[tuple[str, tuple[Fact, ...]]]:
        said: list[tuple[str, tuple[Fact, ...]]] = []
        for fact in facts:
            product = products.get(fact.sku)
            if fact.prose:
                said.append((self._book.choose(fact.name, fact.tellings), (fact,)))
            elif fact.field == "unit" and any(f.field == "price" and f.sku == fact.sku for f in facts):
                continue  # the price says it
            elif product is not None:
                text = self._one(f"answer/{fact.name}", fact, product, templates)
                if len(products) > 1 and product.called.casefold() not in text.casefold():
                    text = self.fill("{The}. ", product) + f" {text}"
                also = [f for f in facts if f.field == "unit" and f.sku == fact.sku] if fact.field == "price" else []
                said.append((text, (fact, *also)))
        prices = [f for f in facts if f.field == "price"]
        for fact in prices:
            product = products[fact.sku]
            saved = product_facts(product).get("list_price")
            if (
                saved is not None
                and len(facts) <= 2
                and not any(f.field == "list_price" for f in facts)
                and self._book.chance(0.5)
            ):
                said.append((self._one(f"answer/{saved.name}", saved, product, templates), (saved,)))
        return said

    def _one(
        self, key: str, fact: Fact, product: Product, templates: dict[str, tuple[str, ...]], *, whole: object = True
    ) -> str:
        """`whole` False tells a price without what it is for."""
        field = fact.field if whole else "price_only"
        slots = {"value": fact.say, "low": self._low(fact.say), "Value": capital(fact.say)}
        slots |= {"label": fact.label, "Label": capital(fact.label)}
        if field == "stock":
            if product.stock == 0:
                field = "stock_none"
            slots["value"] = stocked(product)
        if field == "list_price" and product.list_price is not None:
            slots["list"] = fact.say
            slots["saving"] = money_en(product.list_price - product.price, product.currency)
        options = templates.get(field) or phrases.ANSWERS.get(field) or phrases.ANSWERS[""]
        return self.fill(self._book.choose(key, options), product, **slots)

    def _low(self, value: str) -> str:
        first = value.split()[0] if value else ""
        return value[:1].lower() + value[1:] if first[:1].lower() + first[1:] in self._ordinary else value

    def _grammar(self, product: Product) -> dict[str, str]:
        many = product.plural
        unit = aloud(product.unit)
        per = "" if not unit or unit.casefold().startswith(("one ", "1 ")) else f" for {_article(unit)} {unit}"
        return {
            "the": f"the {product.called}",
            "The": f"The {product.called}",
            "name": product.called,
            "it": "they" if many else "it",
            "It": "They" if many else "It",
            "them": "them" if many else "it",
            "is": "are" if many else "is",
            "has": "have" if many else "has",
            "stands": "stand" if many else "stands",
            "s": "" if many else "s",
            "es": "" if many else "es",
            "per": per,
            "per_comma": f",{per}" if per else "",
        }


def _several(names: Sequence[str], more: int) -> str:
    """``Lin, Wei and eleven more``; empty where nobody's name can be said."""
    if not names:
        return ""
    parts = [*names, f"{_COUNTS[more] if more < len(_COUNTS) else more} more"] if more else list(names)
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]


def _article(noun: str) -> str:
    return "an" if noun[:1].casefold() in "aeio" else "a"


def stocked(product: Product) -> str:
    """``240 boxes``: the stock with the thing that it counts."""
    thing = product.unit.split(" of ")[0].removeprefix("one ").strip() or "piece"
    if product.stock == 1:
        return f"1 {thing}"
    if thing.endswith(("x", "ch", "sh", "ss")):
        return f"{product.stock} {thing}es"
    if thing.endswith("fe"):
        return f"{product.stock} {thing[:-2]}ves"
    return f"{product.stock} {thing}s"


def names_of(products: Iterable[Product]) -> tuple[str, ...]:
    """Every English name by which an answer may call these products."""
    return tuple(name for p in products for name in (p.name, p.called, *p.aliases))
