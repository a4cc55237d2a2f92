"""The shop's products, read from the spreadsheet that the merchant keeps."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from urllib.parse import urlsplit

from dialogue.contract import RoomProblem
from dialogue.language import tidy
from dialogue.spoken import CURRENCY_SIGNS, money_written
from render.contract import ProductCard

REQUIRED = ("sku", "name", "price")
KNOWN = (*REQUIRED, "name_zh", "aliases", "list_price", "currency", "unit", "unit_zh", "stock", "spoken_name", "link")
MAX_PRODUCTS = 2_000
MAX_BYTES = 4 * 1024 * 1024
MAX_CELL_CHARS = 600
MAX_LINK_CHARS = 500


@dataclass(frozen=True, slots=True)
class Product:
    """One row of the catalogue."""

    sku: str
    name: str
    price: Decimal
    currency: str
    line: int
    """Where it stands in the file."""
    name_zh: str = ""
    aliases: tuple[str, ...] = ()
    list_price: Decimal | None = None
    unit: str = ""
    """What the price is for: ``box of 10 × 150 g``."""
    unit_zh: str = ""
    stock: int | None = None
    spoken_name: str = ""
    """How it is called within a sentence, without an article: ``ribeye steaks``."""
    link: str = ""
    """Where it can be bought: an https address, shown to viewers and never spoken."""
    details: Mapping[str, str] = field(default_factory=dict)
    """The other columns that are filled in, by their headings; ``origin_zh`` is the Chinese of ``origin``."""
    price_until: float | None = None
    """Show-clock second from which the price is another one: a flash price begins or ends."""

    @property
    def called(self) -> str:
        """The name within an English sentence."""
        return self.spoken_name or _lowered(self.name)

    @property
    def plural(self) -> bool:
        """Whether the name takes ``are``."""
        last = self.called.split()[-1].casefold()
        return last.endswith("s") and not last.endswith(("ss", "us"))

    def card(self, picture: str = "", clip: str = "") -> ProductCard:
        """What the stage shows of it."""
        return ProductCard(
            sku=self.sku,
            name=self.name,
            name_zh=self.name_zh,
            price=money_written(self.price, self.currency),
            list_price=money_written(self.list_price, self.currency) if self.list_price else "",
            unit=self.unit,
            picture=picture,
            clip=clip,
            unit_zh=self.unit_zh,
            link=self.link,
            stock=self.stock,
        )


def _lowered(name: str) -> str:
    """The first letter small, unless the first word is written in capitals (USB) or has an inner one."""
    first = name.split()[0] if name.split() else name
    return name if any(ch.isupper() for ch in first[1:]) else name[:1].lower() + name[1:]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All products, in the order of the file."""

    products: tuple[Product, ...]

    def __getitem__(self, sku: str) -> Product:
        for product in self.products:
            if product.sku == sku:
                return product
        raise KeyError(sku)

    def get(self, sku: str | None) -> Product | None:
        """The product, or None if there is no such sku."""
        return next((p for p in self.products if p.sku == sku), None)


def read_catalogue(path: Path, *, called: str = "catalogue.csv") -> tuple[Catalogue, list[RoomProblem]]:
    """Read the file and everything that is wrong with it; the products returned are those without a problem.

    Commas, semicolons and tabs are understood, UTF-8 with or without a mark and GB18030 (what a Chinese Excel saves).
    """
    problems: list[RoomProblem] = []
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return Catalogue(()), [RoomProblem(called, None, "", "the file is missing; every room needs a catalogue")]
    except OSError as error:
        return Catalogue(()), [RoomProblem(called, None, "", f"can't be read: {error.strerror}")]
    if len(raw) > MAX_BYTES:
        return Catalogue(()), [RoomProblem(called, None, "", f"larger than {MAX_BYTES // 2**20} MiB")]
    text, trouble = _decode(raw, called)
    if trouble is not None:
        return Catalogue(()), [trouble]
    rows, trouble = _rows(text, called)
    if trouble is not None:
        return Catalogue(()), [trouble]
    heading, *body = rows
    columns = [tidy(cell).casefold().replace(" ", "_") for cell in heading[1]]
    problems += _heading_problems(columns, heading[0], called)
    if problems:
        return Catalogue(()), problems
    products: list[Product] = []
    seen: dict[str, int] = {}
    for line, cells in body[:MAX_PRODUCTS]:
        if not any(cell.strip() for cell in cells):
            continue
        row = _Row(called, line, dict(zip(columns, (tidy(cell) for cell in cells), strict=False)), problems)
        before = len(problems)
        if len(cells) > len(columns):
            row.wrong(
                "", f"has {len(cells)} cells, the heading has {len(columns)}; is a text with a comma not in quotes?"
            )
        product = row.product()
        if product.sku and product.sku in seen:
            row.wrong("sku", f"{product.sku} stands already in line {seen[product.sku]}")
        seen.setdefault(product.sku, line)
        if len(problems) == before:
            products.append(product)
    if len(body) > MAX_PRODUCTS:
        problems.append(RoomProblem(called, None, "", f"holds more than {MAX_PRODUCTS} products"))
    problems += _alias_problems(products, called)
    if not products and not problems:
        problems.append(RoomProblem(called, None, "", "holds no product"))
    return Catalogue(tuple(products)), problems


def _decode(raw: bytes, called: str) -> tuple[str, RoomProblem | None]:
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return "", RoomProblem(called, None, "", "is an Excel workbook; save it as CSV (UTF-8)")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace"), None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding), None
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
    return "", RoomProblem(called, line, "", "is neither UTF-8 nor GB18030; save it as CSV (UTF-8)")


def _rows(text: str, called: str) -> tuple[list[tuple[int, list[str]]], RoomProblem | None]:
    """Rows with the line they begin in; the separator is the one that the heading uses most."""
    if "\x00" in text:
        return [], RoomProblem(called, text[: text.index("\x00")].count("\n") + 1, "", "holds binary data")
    first = next((line for line in text.splitlines() if line.strip()), "")
    if first.lower().startswith("sep="):  # a line that Excel writes and reads itself
        text, first = text.replace(first, "", 1), ""
        first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    rows: list[tuple[int, list[str]]] = []
    begin = 1
    try:
        for cells in reader:
            if cells:
                rows.append((begin, cells))
            begin = reader.line_num + 1
    except csv.Error as error:
        return [], RoomProblem(called, begin, "", f"can't be read as a table: {error}; check the quotation marks")
    if not rows:
        return [], RoomProblem(called, None, "", "is empty")
    return rows, None


def _heading_problems(columns: Sequence[str], line: int, called: str) -> list[RoomProblem]:
    problems = [
        RoomProblem(called, line, name, "this column is missing from the heading")
        for name in REQUIRED
        if name not in columns
    ]
    for index, name in enumerate(columns):
        if not name:
            problems.append(RoomProblem(called, line, "", f"column {index + 1} has no heading"))
        elif columns.index(name) != index:
            problems.append(RoomProblem(called, line, name, "this column stands twice in the heading"))
    return problems


def _alias_problems(products: Sequence[Product], called: str) -> list[RoomProblem]:
    """A name that two products share can't tell a viewer's question apart."""
    owner: dict[str, Product] = {}
    problems = []
    for product in products:
        for name in dict.fromkeys(n.casefold() for n in (product.name, product.name_zh, *product.aliases) if n):
            other = owner.setdefault(name, product)
            if other is not product:
                problems.append(
                    RoomProblem(
                        called, product.line, "aliases", f"'{name}' is also a name of {other.sku} (line {other.line})"
                    )
                )
    return problems


@dataclass(slots=True)
class _Row:
    called: str
    line: int
    cells: dict[str, str]
    problems: list[RoomProblem]

    def wrong(self, name: str, message: str) -> None:
        self.problems.append(RoomProblem(self.called, self.line, name, message))

    def product(self) -> Product:
        for name in ("sku", "name"):
            if not self.cells.get(name):
                self.wrong(name, "is empty")
        for name, value in self.cells.items():
            if len(value) > MAX_CELL_CHARS:
                self.wrong(name, f"is {len(value)} characters long, at most {MAX_CELL_CHARS} can be told")
        price = self.amount("price", required=True) or Decimal(0)
        list_price = self.amount("list_price")
        if list_price is not None and price > list_price:
            self.wrong("price", f"{price} is higher than list_price {list_price}")
        currency = (self.cells.get("currency") or "CNY").upper()
        if currency not in CURRENCY_SIGNS:
            self.wrong("currency", f"'{currency}' is not known; use one of {', '.join(CURRENCY_SIGNS)}")
        return Product(
            sku=self.cells.get("sku", ""),
            name=self.cells.get("name", ""),
            price=price,
            currency=currency,
            line=self.line,
            name_zh=self.cells.get("name_zh", ""),
            aliases=tuple(a for a in (part.strip() for part in self.cells.get("aliases", "").split("|")) if a),
            list_price=list_price if list_price != price else None,
            unit=self.cells.get("unit", ""),
            unit_zh=self.cells.get("unit_zh", ""),
            stock=self.count("stock"),
            spoken_name=self.cells.get("spoken_name", ""),
            link=self.address("link"),
            details={k: v for k, v in self.cells.items() if v and k not in KNOWN},
        )

    def amount(self, name: str, *, required: bool = False) -> Decimal | None:
        text = self.cells.get(name, "")
        if not text:
            if required:
                self.wrong(name, "is empty")
            return None
        bare = text.lstrip("¥$€£ ").replace(",", "") if text.count(",") == 0 or "." in text else text
        try:
            amount = Decimal(bare)
        except InvalidOperation:
            self.wrong(name, f"'{text}' is not an amount; write it like 199.00")
            return None
        if not amount.is_finite() or amount <= 0 or amount >= 10_000_000:
            self.wrong(name, f"'{text}' must be above 0 and below 10,000,000")
            return None
        if amount != amount.quantize(Decimal("0.01")):
            self.wrong(name, f"'{text}' has more than two decimals")
            return None
        return amount

    def address(self, name: str) -> str:
        text = self.cells.get(name, "")
        if not text:
            return ""
        try:
            parts = urlsplit(text)
            host = parts.hostname or ""
            _ = parts.port
        except ValueError:  # brackets that do not match, a port that is no number
            host = ""
        whole = bool(host) and ("." in host or ":" in host) and not any(ch.isspace() for ch in text)
        if not whole or parts.scheme.lower() != "https":
            self.wrong(
                name,
                f"'{text[:60]}' is not an address that viewers can open; write it whole: https://shop.example/ribeye",
            )
        elif parts.username is not None or parts.password is not None:
            self.wrong(name, "holds a user name or password, which every viewer would see; leave it out")
        elif len(text) > MAX_LINK_CHARS:
            self.wrong(name, f"is {len(text)} characters long, at most {MAX_LINK_CHARS} are taken")
        else:
            return text
        return ""

    def count(self, name: str) -> int | None:
        text = self.cells.get(name, "")
        if not text:
            return None
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            self.wrong(name, f"'{text}' is not a number of pieces; write a whole number, or leave it empty if unknown")
            return None
        return int(text)
