"""Products over HTTP: the list, one of them, and its picture. All of it is what viewers may know."""

from collections.abc import Mapping
from urllib.parse import quote

from aiohttp import web

from server.problem import Problem
from server.rooms import not_ready, room_of
from server.shelf import Article, Shelf

_KINDS: Mapping[str, str] = {
    ".webp": "image/webp",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
}


async def get_products(request: web.Request) -> web.Response:
    """``GET /rooms/{room}/products``."""
    shelf, base = _shelf(request)
    return web.json_response({"products": [article.as_json(base) for article in shelf]})


async def get_product(request: web.Request) -> web.Response:
    """``GET /rooms/{room}/products/{sku}``."""
    shelf, base = _shelf(request)
    return web.json_response(_article(request, shelf).as_json(base))


async def get_product_picture(request: web.Request) -> web.StreamResponse:
    """``GET /rooms/{room}/products/{sku}/picture``."""
    article = _article(request, _shelf(request)[0])
    if article.picture is None or not article.picture.is_file():
        raise Problem(404, "no-picture", f"There is no picture of {article.product.sku}.")
    kind = _KINDS[article.picture.suffix.lower()]
    return web.FileResponse(article.picture, headers={"Content-Type": kind, "Cache-Control": "no-cache"})


def _shelf(request: web.Request) -> tuple[Shelf, str]:
    room = room_of(request)
    shelf = room.studio.shelf
    if shelf is None:
        raise not_ready(room)
    return shelf, f"/rooms/{quote(room.name, safe='')}"


def _article(request: web.Request, shelf: Shelf) -> Article:
    sku = request.match_info["sku"]
    article = shelf.get(sku)
    if article is None:
        raise Problem(404, "no-such-product", "The catalogue holds no product of that number.")
    return article
