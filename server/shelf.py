"""What the shop sells, as pages show it beside the stream: names, price, stock, link and picture."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from dialogue.catalogue import Product
from dialogue.room_content import RoomContent

_SHOWABLE = frozenset({".webp", ".png", ".jpg", ".jpeg"})


@dataclass(frozen=True, slots=True)
class Article:
    """One product, with the picture that belongs to it."""

    product: Product
    picture: Path | None

    def as_json(self, base: str) -> dict[str, object]:
        """What a viewer may know; `base` is the room's address, below which the picture lies."""
        product, card = self.product, self.product.card()
        address = f"{base}/products/{quote(product.sku, safe='')}/picture"
        return {
            "sku": product.sku,
            "name": product.name,
            "name_zh": product.name_zh,
            "price": card.price,
            "list_price": card.list_price,
            "unit": product.unit,
            "unit_zh": product.unit_zh,
            "stock": product.stock,
            "link": _https(product.link),
            "picture": address if self.picture is not None else None,
        }


class Shelf:
    """All products of a room, in the order of its catalogue."""

    def __init__(self, products: Iterable[Product], picture_of: Callable[[Product], str], media: Path) -> None:
        """`picture_of` gives a picture's path, or an empty string; only what lies in the folder `media` is shown."""
        self._articles: Mapping[str, Article] = {
            product.sku: Article(product, _showable(picture_of(product), media)) for product in products
        }

    @classmethod
    def of(cls, content: RoomContent) -> "Shelf":
        """The shelf of a room."""
        return cls(content.catalogue.products, content.picture, content.folder / "media")

    def get(self, sku: str) -> Article | None:
        """The product of that number, or None."""
        return self._articles.get(sku)

    def __iter__(self) -> Iterator[Article]:
        return iter(self._articles.values())


def _showable(named: str, media: Path) -> Path | None:
    """The picture's file, if there is one in the room's folder that a browser can show."""
    if not named:
        return None
    path = Path(named).resolve()
    inside = path.is_relative_to(media.resolve())
    return path if inside and path.suffix.lower() in _SHOWABLE and path.is_file() else None


def _https(link: str) -> str | None:
    """The link if it leads to a secure page; anything else could run in the viewer's page or lead into the server's network."""
    parts = urlsplit(link.strip())
    return link.strip() if parts.scheme == "https" and parts.hostname else None
