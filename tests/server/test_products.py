"""The shop's products for pages, and the pages themselves."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from dialogue.catalogue import Product
from server.shelf import Shelf
from tests.server.fakes import Site, open_site

RIBEYE = Product(
    "RB 10/x",
    "Ribeye",
    Decimal("199"),
    "CNY",
    2,
    name_zh="牛排",
    list_price=Decimal("259"),
    unit="box of 10",
    stock=240,
    link="https://shop.example/rb",
)
PICTURE = b"RIFF....WEBP"


def shelf(folder: Path) -> Shelf:
    """One product with a picture, one whose picture lies outside the room, one with a file that is no picture."""
    media = folder / "media"
    media.mkdir()
    (media / "rb.webp").write_bytes(PICTURE)
    (media / "notes.txt").write_text("buy low")
    (folder / "secret.webp").write_bytes(b"secret")
    pictures = {"RB 10/x": media / "rb.webp", "OUT": media / ".." / "secret.webp", "TXT": media / "notes.txt"}
    other = [
        replace(RIBEYE, sku=sku, link=link) for sku, link in (("OUT", "http://10.0.0.1/"), ("TXT", "javascript:x"))
    ]
    return Shelf([RIBEYE, *other], lambda product: str(pictures[product.sku]), media)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(tmp_path) as opened:
        opened.studio.shelf = shelf(tmp_path)
        yield opened


async def test_products_are_told_to_anybody_with_prices_as_written_and_a_picture(site: Site) -> None:
    response = await site.client.get("/rooms/demo/products")
    first, *others = (await response.json())["products"]
    assert first == {
        "sku": "RB 10/x",
        "name": "Ribeye",
        "name_zh": "牛排",
        "price": "¥199.00",
        "list_price": "¥259.00",
        "unit": "box of 10",
        "unit_zh": "",
        "stock": 240,
        "link": "https://shop.example/rb",
        "picture": "/rooms/demo/products/RB%2010%2Fx/picture",
    }
    assert [(one["sku"], one["picture"], one["link"]) for one in others] == [("OUT", None, None), ("TXT", None, None)]
    alone = await site.client.get("/rooms/demo/products/OUT")
    assert (await alone.json())["sku"] == "OUT"


async def test_picture_is_given_and_nothing_else_of_the_disk(site: Site) -> None:
    response = await site.client.get("/rooms/demo/products/RB%2010%2Fx/picture")
    assert (response.status, response.content_type, await response.read()) == (200, "image/webp", PICTURE)
    for sku, code in (("OUT", "no-picture"), ("TXT", "no-picture"), ("NONE", "no-such-product")):
        refused = await site.client.get(f"/rooms/demo/products/{sku}/picture")
        assert refused.status == 404
        assert (await refused.json())["type"] == f"/problems/{code}"


async def test_products_wait_for_the_room(tmp_path: Path) -> None:
    async with open_site(tmp_path, start=False) as site:
        assert (await site.client.get("/rooms/demo/products")).status == 503


async def test_pages_of_hosts_hold_nothing_and_may_ask_for_the_camera(site: Site) -> None:
    for path in ("/host/demo", "/host/demo/shows", "/host/demo/shows/demo-1"):
        response = await site.client.get(path)
        assert (response.status, response.content_type) == (200, "text/html"), path
        assert "camera=(self)" in response.headers["Permissions-Policy"]
        assert "script-src 'self'" in response.headers["Content-Security-Policy"]
        assert site.token not in await response.text()
        assert "Ribeye" not in await response.text()
    assert "camera=()" in (await site.client.get("/rooms/demo")).headers["Permissions-Policy"]
    assert (await site.client.get("/host/nowhere")).status == 404
