"""Products of no shop, made from `goods.yaml`, so that copying a value is learnt and no value is memorised."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field

from dialogue.catalogue import Product

FILE: Final = Path(__file__).parent / "goods.yaml"
_RANGE: Final = re.compile(r"<(\d+)-(\d+)>")
_ONE_OF: Final = re.compile(r"<([^<>|]+(?:\|[^<>|]+)+)>")
_CURRENCIES: Final = ("CNY", "CNY", "CNY", "EUR", "USD", "GBP")
_ENDINGS: Final = (Decimal("0"), Decimal("0"), Decimal("0.9"), Decimal("0.5"), Decimal("0.99"))


class GoodsModel(BaseModel):
    """The file, as it is written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    categories: Mapping[str, Mapping[str, Any]]
    names: tuple[str, ...] = Field(min_length=4)
    held_names: tuple[str, ...] = Field(min_length=2)
    manners: tuple[str, ...] = Field(min_length=2)
    held_manners: tuple[str, ...] = Field(min_length=1)
    founders: tuple[str, ...] = Field(min_length=2)


@dataclass(frozen=True, slots=True)
class Good:
    """A kind of thing, with what may be written of it by field."""

    name: str
    unit: str
    low: int
    high: int
    fields: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Goods:
    """All kinds of things; those that are held are never trained on."""

    taught: tuple[Good, ...]
    held: tuple[Good, ...]
    model: GoodsModel

    def of(self, held: bool) -> tuple[Good, ...]:
        return self.held if held else self.taught


def read_goods(path: Path = FILE) -> Goods:
    """Read the file; raises `ValueError` where it is not as it should be."""
    model = GoodsModel.model_validate(yaml.safe_load(path.read_text("utf-8")))
    taught: list[Good] = []
    held: list[Good] = []
    for entries in model.categories.values():
        low, high = (int(part) for part in str(entries["price"]).split("-"))
        fields = {name: tuple(value) for name, value in entries.items() if name not in ("goods", "held", "price")}
        for kind, goods in (("goods", taught), ("held", held)):
            for entry in entries[kind]:
                name, unit = (part.strip() for part in entry.split(";"))
                goods.append(Good(name, unit, low, high, fields))
    return Goods(tuple(taught), tuple(held), model)


def drawn(template: str, chance: Random) -> str:
    """A template with its ranges and alternatives drawn."""
    text = _RANGE.sub(lambda m: str(chance.randint(int(m[1]), int(m[2]))), template)
    return _ONE_OF.sub(lambda m: chance.choice(m[1].split("|")), text)


def make_product(good: Good, chance: Random, *, without: frozenset[str], sold_out: bool = False) -> Product:
    """A product of this kind with values of its own; `without` names fields that it lacks."""
    price = Decimal(chance.randint(good.low, good.high)) + chance.choice(_ENDINGS)
    listed = price + Decimal(chance.randint(5, max(6, int(price) // 2)))
    bare = Product("X", good.name, price, "CNY", 0)
    grammar = {
        "it": "they" if bare.plural else "it",
        "them": "them" if bare.plural else "it",
        "is": "are" if bare.plural else "is",
    }
    details = {
        name: drawn(chance.choice(options), chance).format_map(grammar)
        for name, options in good.fields.items()
        if name not in without
    }
    return Product(
        sku="X",
        name=good.name,
        price=price,
        currency=chance.choice(_CURRENCIES),
        line=0,
        list_price=listed,
        unit=drawn(good.unit, chance),
        stock=None if "stock" in without else 0 if sold_out else chance.randint(2, 900),
        details=details,
    )
