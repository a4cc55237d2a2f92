"""Which price stands on the product's card? Read off received pictures, among all the prices that it could be."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from tests.perception.typeset import Found, Luma, Setting, best_setting, find

_SIZES: Final = range(22, 90, 2)
_WEIGHTS: Final = (500, 600, 700, 800, 900)
LEAST_SCORE: Final = 0.72
_REACH: Final = 60
"""The price may stand this far (px) from where it stood on another card: names take one line or two."""


@dataclass(frozen=True, slots=True)
class PriceSeen:
    """The price that fits a picture best, and how much better than the next."""

    text: str
    score: float
    margin: float
    place: Found

    @property
    def legible(self) -> bool:
        return self.score >= LEAST_SCORE and self.margin > 0.0


@dataclass(slots=True)
class PriceReader:
    """Reads prices by their digits before the point, which all `prices` must have different and equally many of."""

    prices: Sequence[str]
    _known: list[tuple[Setting, Found]] = field(default_factory=list)
    """Ways in which cards have set a price so far."""

    def __post_init__(self) -> None:
        digits = [whole(price) for price in self.prices]
        if len(set(digits)) < len(digits) or len({len(d) for d in digits}) > 1:
            raise ValueError("prices that the reader can tell apart have as many digits and differ before the point")

    def learn(self, luma: Luma, price: str) -> bool:
        """Search the whole picture for a price, set in any way; whether it is there, set in a way that was not known."""
        setting, found = best_setting(luma, whole(price), _SIZES, _WEIGHTS)
        if found.score < LEAST_SCORE:
            return False
        self._known.append((setting, found))
        return True

    def read(self, luma: Luma) -> PriceSeen | None:
        """The price in the picture; None before anything was learnt."""
        best: PriceSeen | None = None
        for setting, place in self._known:
            part = luma[
                max(0, place.y - _REACH) : place.y + place.height + _REACH,
                max(0, place.x - _REACH) : place.x + place.width + _REACH,
            ]
            found = [find(part, whole(price), setting) for price in self.prices]
            order = np.argsort([-f.score for f in found])
            first, second = found[order[0]], found[order[1]]
            seen = PriceSeen(self.prices[order[0]], first.score, first.score - second.score, first)
            if best is None or seen.score > best.score:
                best = seen
        return best


def whole(price: str) -> str:
    """The digits before the point: ``¥199.00`` → ``199``."""
    return "".join(c for c in price.split(".")[0] if c.isdigit())
