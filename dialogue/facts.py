"""What the shop knows: named facts from the catalogue's columns and from the files in `facts/`."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dialogue.catalogue import Product
from dialogue.contract import RoomProblem
from dialogue.sections import Section, read_sections
from dialogue.spoken import aloud, money_en, money_written, money_zh

LABELS = {
    "price": ("price", "价格"),
    "list_price": ("list price", "原价"),
    "stock": ("stock", "库存"),
    "unit": ("unit", "单位"),
    "description": ("what it is", "介绍"),
    "origin": ("origin", "产地"),
    "net_content": ("in the pack", "规格"),
    "storage": ("storage", "储存方式"),
    "shelf_life": ("how long it keeps", "保质期"),
    "shipping": ("shipping", "发货"),
    "material": ("material", "材质"),
    "size": ("size", "尺寸"),
    "power": ("power", "功率"),
    "warranty": ("warranty", "保修"),
    "usage": ("how to use it", "使用方法"),
    "ingredients": ("ingredients", "配料"),
    "care": ("care", "保养"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known, and how it may be said."""

    name: str
    """``catalogue/RB-10.price``, ``facts/returns.damaged``, ``persona/real``."""
    field: str
    label: str
    value: str
    """As it is written, for people: ``¥199.00``."""
    say: str
    """What must be said literally, in English: ``199 yuan``; a whole sentence for a fact that is prose."""
    say_zh: str
    sku: str = ""
    label_zh: str = ""
    tellings: tuple[str, ...] = ()
    """Whole English sentences that tell it, each as good as the other (facts from files)."""
    tellings_zh: tuple[str, ...] = ()
    until: float | None = None
    """When it stops being true, in seconds on the show clock; nothing that rests on it is begun after that."""

    @property
    def prose(self) -> bool:
        """Whether it is told in whole sentences of its own."""
        return bool(self.tellings)


def product_facts(product: Product) -> dict[str, Fact]:
    """All that the catalogue says of a product, by field."""

    def fact(field: str, value: str, say: str, say_zh: str) -> Fact:
        label, label_zh = LABELS.get(field, (field.replace("_", " "), field))
        name = f"catalogue/{product.sku}.{field}"
        until = product.price_until if field in ("price", "list_price") else None
        return Fact(name, field, label, value, say, say_zh, product.sku, label_zh, until=until)

    money, money_cn = money_en(product.price, product.currency), money_zh(product.price, product.currency)
    facts = {"price": fact("price", money_written(product.price, product.currency), money, money_cn)}
    if product.list_price is not None:
        facts["list_price"] = fact(
            "list_price",
            money_written(product.list_price, product.currency),
            money_en(product.list_price, product.currency),
            money_zh(product.list_price, product.currency),
        )
    if product.unit:
        facts["unit"] = fact("unit", product.unit, aloud(product.unit), product.unit_zh or product.unit)
    if product.stock is not None:
        facts["stock"] = fact("stock", str(product.stock), str(product.stock), str(product.stock))
    for column, value in product.details.items():
        if not column.endswith("_zh") and column not in ("category", "picture", "clip"):
            facts[column] = fact(column, value, aloud(value).rstrip("."), product.details.get(f"{column}_zh", value))
    return facts


def section_fact(section: Section, source: str) -> Fact:
    """A section of a file as a fact, named ``source`` and its ident: ``facts/returns.damaged``."""
    english = section.tellings("en") or section.tellings("zh")
    chinese = section.tellings("zh") or english
    return Fact(
        f"{source}{section.ident}",
        section.ident,
        section.heading.casefold(),
        english[0],
        english[0],
        chinese[0],
        label_zh=section.heading_zh or section.heading,
        tellings=english,
        tellings_zh=chinese,
    )


def read_facts(folder: Path, *, called: str = "facts") -> tuple[tuple[tuple[Section, Fact], ...], list[RoomProblem]]:
    """Read every section of every ``*.md`` of a folder, and everything that is wrong with them."""
    problems: list[RoomProblem] = []
    if not folder.is_dir():
        return (), []
    found: list[tuple[Section, Fact]] = []
    for path in sorted(folder.glob("*.md")):
        sections, wrong = read_sections(path, level=2, called=f"{called}/{path.name}")
        problems += wrong
        found += [(section, section_fact(section, f"facts/{path.stem}.")) for section in sections]
    return tuple(found), problems


def literals(facts: Iterable[Fact]) -> tuple[str, ...]:
    """Every wording in which the values of facts may be spoken, longest first."""
    found: dict[str, None] = {}
    for fact in facts:
        for text in (fact.say, fact.value, fact.say_zh, aloud(fact.value), *fact.tellings, *fact.tellings_zh):
            if text:
                found.setdefault(text)
    return tuple(sorted(found, key=len, reverse=True))
