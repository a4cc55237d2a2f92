"""What promotions make of prices and answers: flash prices in the catalogue's place, and the facts of what runs."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from dialogue.catalogue import Catalogue, Product
from dialogue.facts import Fact, product_facts
from dialogue.promotion_facts import promotion_facts
from dialogue.promotions.machine import Promotions, PromotionState, Standing
from dialogue.promotions.plan import PromotionKind
from dialogue.promotions.standing_words import told_of
from dialogue.retrieval import Retrieval
from dialogue.sums import at_the_price_of

REMEMBERED_S: Final = 15 * 60.0
"""So long after its end a promotion is still spoken of when somebody asks."""


class Offers:
    """Prices and promotions as they hold at the moment that `clock` gives."""

    def __init__(self, promotions: Promotions, catalogue: Catalogue, clock: Callable[[], float]) -> None:
        self._promotions = promotions
        self._catalogue = catalogue
        self._clock = clock

    def product(self, product: Product) -> Product:
        """The product as it is sold now, with the moment at which its price changes, where that is known."""
        now = self._clock()
        for one in self._promotions.standing():
            plan = one.plan
            if plan.kind is not PromotionKind.FLASH_PRICE or plan.sku != product.sku or plan.price is None:
                continue
            if one.state is PromotionState.OPEN and now < one.until:
                usual = product.list_price if product.list_price is not None else product.price
                return replace(product, price=plan.price, list_price=usual, price_until=one.until)
            if one.state is PromotionState.ANNOUNCED and now < one.until:
                return replace(product, price_until=one.until)
        return product

    def facts_of(self, sku: str) -> dict[str, Fact]:
        """All facts of a product by field, at the prices of this moment; KeyError if there is no such product."""
        return product_facts(self.product(self._catalogue[sku]))

    def current(self, found: Retrieval) -> Retrieval:
        """What was found, at the prices of this moment."""
        products = tuple(map(self.product, found.products))
        changed = {
            p.sku: product_facts(p) for p in map(self._of, {f.sku for f in found.facts if f.sku}) if p is not None
        }
        by_sku = {product.sku: product for product in products}
        facts = tuple(
            at_the_price_of(by_sku[f.sku], f)
            if f.field == "total" and f.sku in by_sku
            else changed[f.sku].get(f.field, f)
            if f.sku in changed
            else f
            for f in found.facts
        )
        return replace(found, products=products, facts=facts)

    def running_facts(self) -> tuple[Fact, ...]:
        """What is true of the promotions that run; where none does, how the last one ended, if that was a short while ago."""
        now = self._clock()
        live = list(promotion_facts(self._promotions.running(), now))
        standing = self._promotions.standing()
        flash = [one for one in standing if one.plan.kind is PromotionKind.FLASH_PRICE and one.state in _LIVE]
        live += [self._fact(one, now) for one in flash if now < one.until]
        if live:
            return tuple(live)
        over = [one for one in standing if one.over and now - one.since < REMEMBERED_S]
        return (self._fact(over[-1], now),) if over else ()

    def _of(self, sku: str) -> Product | None:
        product = self._catalogue.get(sku)
        current = self.product(product) if product is not None else None
        return current if current is not product else None

    def _fact(self, one: Standing, now: float) -> Fact:
        product = self._catalogue.get(one.plan.sku) if one.plan.sku else None
        english, chinese = told_of(one, now, product, zh=False), told_of(one, now, product, zh=True)
        until = one.until if one.until != float("inf") else None
        return Fact(
            f"promotion/{one.plan.id}.{one.state}",
            "promotion",
            one.plan.title,
            english[0],
            english[0],
            chinese[0],
            label_zh=one.plan.title_zh or one.plan.title,
            tellings=english,
            tellings_zh=chinese,
            until=until,
        )


_LIVE: Final = frozenset({PromotionState.ANNOUNCED, PromotionState.OPEN})
