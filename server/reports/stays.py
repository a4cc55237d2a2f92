"""Products in a show: how long each was on the stage and spoken of, what was asked and clicked."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Stay:
    """One product in one show."""

    sku: str
    name: str = ""
    name_zh: str = ""
    price: str = ""
    first_at: float | None = None
    times: int = 0
    """How often it came on the stage."""
    seconds: float = 0.0
    """On the stage, all times together."""
    spoken_seconds: float = 0.0
    """Of Lines that show it."""
    opened: int = 0
    cart: int = 0
    asked: set[str] = field(default_factory=set)
    """Comments whose answer showed it."""

    def as_json(self) -> dict[str, Any]:
        """One row of the report."""
        return {
            "sku": self.sku,
            "name": self.name,
            "name_zh": self.name_zh,
            "price": self.price,
            "first_at": round(self.first_at, 2) if self.first_at is not None else None,
            "times": self.times,
            "seconds": round(self.seconds, 1),
            "spoken_seconds": round(self.spoken_seconds, 1),
            "questions": len(self.asked),
            "opened": self.opened,
            "cart": self.cart,
        }


class Stays:
    """Feed it a show's events in order."""

    def __init__(self) -> None:
        self._stays: dict[str, Stay] = {}
        self._on_stage: tuple[Stay, float] | None = None
        self._spoken: dict[str, tuple[Stay, float]] = {}

    def feed(self, type_: str, at: float, data: dict[str, Any]) -> None:
        """Take one event."""
        if type_ == "product.shown":
            self._leave(at)
            product = data.get("product")
            if product is not None:
                stay = self._stay(product["sku"])
                stay.name, stay.name_zh = product.get("name", ""), product.get("name_zh", "")
                stay.price = product.get("price", "")
                stay.first_at = at if stay.first_at is None else stay.first_at
                stay.times += 1
                self._on_stage = stay, at
        elif type_ == "line.started" and data.get("product"):
            stay = self._stay(data["product"])
            self._spoken[data["line"]] = stay, at
            stay.asked.update(data.get("comments", ()))
        elif type_ == "line.ended" and data["line"] in self._spoken:
            stay, began = self._spoken.pop(data["line"])
            stay.spoken_seconds += max(0.0, at - began)
        elif type_ == "product.clicked":
            stay = self._stay(data["sku"])
            stay.cart += data.get("action") == "cart"
            stay.opened += data.get("action") == "open"

    def finish(self, at: float) -> None:
        """The show ends here."""
        self._leave(at)
        for stay, began in self._spoken.values():
            stay.spoken_seconds += max(0.0, at - began)
        self._spoken.clear()

    def rows(self) -> list[dict[str, Any]]:
        """The products in the order in which they first came, those only clicked or spoken of last."""
        stays = sorted(self._stays.values(), key=lambda stay: (stay.first_at is None, stay.first_at or 0.0, stay.sku))
        return [stay.as_json() for stay in stays]

    def _stay(self, sku: str) -> Stay:
        return self._stays.setdefault(sku, Stay(sku))

    def _leave(self, at: float) -> None:
        if self._on_stage is not None:
            stay, began = self._on_stage
            stay.seconds += max(0.0, at - began)
            self._on_stage = None
