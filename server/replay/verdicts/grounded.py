"""Is every number that was said or written in the shop's own facts? Looked up anew in the room's files, whatever a Line claims."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from dialogue.catalogue import Product
from dialogue.facts import Fact, literals, product_facts
from dialogue.numbers_said import Quantity, quantities
from dialogue.room_content import RoomContent
from dialogue.spoken import money_en
from server.replay.verdicts.contract import Case, Evidence, Verdict, verdict

_MONEY = frozenset({"yuan", "dollar", "euro", "pound"})
_COUNTED = re.compile(r"\b(?:\d+|[a-z]+) (?:others?|more of you|of you|people|viewers?)\b|等?\s*\d+\s*[位个名]")
_SMALL = Decimal(3)
"""Up to three, without a unit, a number is a turn of phrase (“two ways to do it”), not a claim."""


@dataclass(frozen=True)
class Known:
    """What the room's files say, found by name."""

    content: RoomContent
    _products: dict[str, frozenset[Quantity]] = field(default_factory=dict)

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """Every fact by its name."""
        found = {
            fact.name: fact for product in self.content.catalogue.products for fact in product_facts(product).values()
        }
        persona = self.content.persona
        told = (*self.content.sections, *persona.asked)
        return found | {fact.name: fact for _, fact in told} | {fact.name: fact for fact in persona.stories}

    @cached_property
    def authored(self) -> frozenset[Quantity]:
        """Numbers in what the room's author wrote for the host to say."""
        texts = [wording for segment in self.content.rundown.segments for beat in segment.beats for wording in beat.say]
        texts += [t for fact in self.content.persona.stories for t in (fact.say, *fact.tellings, *fact.tellings_zh)]
        return _numbers([*texts, *self.content.persona.lines])

    @cached_property
    def shop(self) -> frozenset[Quantity]:
        """Numbers in the files of `facts/` and in the promotions' rules."""
        texts = list(literals(fact for _, fact in self.content.sections))
        texts += [str(value) for plan in self.content.promotions for value in _strings(plan.model_dump(mode="json"))]
        return _numbers(texts)

    @cached_property
    def catalogue(self) -> frozenset[Quantity]:
        """Numbers in the whole catalogue."""
        return _numbers(literals(self.facts.values()))

    def of_product(self, sku: str | None) -> frozenset[Quantity]:
        """Numbers that the catalogue has of a product."""
        if sku is None:
            return frozenset()
        if sku not in self._products:
            self._products[sku] = self._numbers_of(sku)
        return self._products[sku]

    def _numbers_of(self, sku: str) -> frozenset[Quantity]:
        product = self.content.catalogue.get(sku)
        if product is None:
            return frozenset()
        found = _numbers(literals(product_facts(product).values()))
        if product.list_price is not None:  # what is saved is as true as the two prices
            found |= _numbers([money_en(product.list_price - product.price, product.currency)])
        return found

    def named_in(self, text: str) -> list[Product]:
        """Products that a text names."""
        low = text.casefold()
        return [
            product
            for product in self.content.catalogue.products
            if any(
                re.search(rf"(?<![a-z]){re.escape(name.casefold())}(?![a-z])", low)
                for name in (product.name, product.called, product.name_zh, *product.aliases)
                if name
            )
        ]


class Grounded:
    """Every number is traced to a fact."""

    name = "grounded"
    title = "Is every number that was said or written in the shop's facts?"

    def judge(self, case: Case) -> Verdict:
        """Fails on a number that the named facts, the product on show, the shop's rules and the author's words don't have."""
        known = Known(case.content)
        found: list[Evidence] = []
        checked = 0
        viewers = {comment.viewer for comment in case.show.comments}
        numbers_of = {comment.id: comment.number for comment in case.show.comments if comment.id}
        for line in case.show.lines:
            if line.kind == "readback":
                continue  # a viewer's words
            comment = next((numbers_of[c] for c in line.comments if c in numbers_of), None)
            for name in line.facts:
                if name not in known.facts and not name.startswith("promotion/"):
                    found.append(
                        Evidence(
                            f"rests on “{name}”, which the room's files don't have", line.started, comment, line.id
                        )
                    )
            facts = _numbers(literals(known.facts[name] for name in line.facts if name in known.facts))
            named = {known.facts[name].sku for name in line.facts if name in known.facts and known.facts[name].sku}
            allowed = facts | known.shop | frozenset().union(*(known.of_product(sku) for sku in (line.product, *named)))
            names = [v for v in viewers if any(ch.isdigit() for ch in v) and v in line.text]
            for quantity in _claimed(line.text, names):
                checked += 1
                if not _is_backed(quantity, allowed, known.authored):
                    found.append(Evidence(f"“{line.text}”: {quantity} is in no fact", line.started, comment, line.id))
        for record in case.show.comments:
            if record.written is None:
                continue
            products = known.named_in(f"{record.text} {record.written}")
            asked = (
                products or case.content.catalogue.products
            )  # "it" is what was on show, which an event does not tell
            of_them = frozenset().union(*(known.of_product(p.sku) for p in asked))
            allowed = of_them | known.shop | _numbers([record.text])
            for quantity in _claimed(record.written, [record.viewer]):
                checked += 1
                if not _is_backed(quantity, allowed, known.authored | known.catalogue):
                    found.append(
                        Evidence(
                            f"written: “{record.written}”: {quantity} is in no fact", record.decided, record.number
                        )
                    )
        figures = {"numbers": float(checked)}
        return verdict(
            self,
            found,
            f"all {checked} numbers are in the facts",
            f"{{n}} of {checked} numbers are in no fact",
            figures,
        )


def _claimed(text: str, names: Iterable[str]) -> list[Quantity]:
    for name in names:
        text = text.replace(name, " ")
    return quantities(_COUNTED.sub(" ", text))


def _numbers(texts: Iterable[str]) -> frozenset[Quantity]:
    return frozenset(quantity for text in texts for quantity in quantities(text))


def _is_backed(quantity: Quantity, allowed: frozenset[Quantity], authored: frozenset[Quantity]) -> bool:
    """Money must be in the facts as money; another number may also be a word of the room's author."""
    if quantity in allowed:
        return True
    if quantity.unit in _MONEY:
        return Quantity(quantity.value) in allowed and not any(q.value == quantity.value and q.unit for q in allowed)
    pool = allowed | authored
    if quantity.unit and quantity in pool:
        return True
    if any(q.value == quantity.value for q in pool):
        return True
    return quantity.value <= _SMALL and not quantity.unit


def _strings(value: object) -> Sequence[object]:
    if isinstance(value, dict):
        return [piece for part in value.values() for piece in _strings(part)]
    if isinstance(value, list):
        return [piece for part in value for piece in _strings(part)]
    return [value]
