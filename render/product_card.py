"""The product card: what the stage shows of a product while the host speaks of it."""

import logging
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from render.contract import ProductCard
from render.typography import Canvas, Colour, Patch, font, rounded, shortened, wrap

log = logging.getLogger(__name__)

PAPER: Colour = (250, 248, 244)
_INK: Colour = (24, 26, 30)
_SOFT: Colour = (104, 108, 116)
_RULE: Colour = (222, 218, 210)
_PRICE: Colour = (190, 58, 12)
_WIDTH, _PAD, _RADIUS = 304, 20, 18
_HEIGHT = 376
"""At most, so that the card ends above the captions; the picture takes what the text leaves."""
_PICTURE_HEIGHT = 190
_LEAST_PICTURE_HEIGHT = 80


def product_card(card: ProductCard, unit: float) -> Patch:
    """Set a card; `unit` px for one of a frame 720 wide. Slow (some 10 ms, and the picture's decoding)."""

    def px(units: float) -> int:
        return max(1, round(units * unit))

    width, pad = px(_WIDTH), px(_PAD)
    inner = width - 2 * pad
    name, name_zh = font(px(28), 700), font(px(22), 400)
    price, small = font(_price_size(card.price, px(46), inner), 800), font(px(21), 400)
    names = shortened(card.name, wrap(card.name, name, inner), 2, name, inner)
    names_zh = shortened(card.name_zh, wrap(card.name_zh, name_zh, inner), 1, name_zh, inner)
    # The list price stands beside the price; where there is no room, before the unit.
    struck = card.list_price if card.list_price != card.price else ""
    beside = price.getlength(card.price) + px(12) + small.getlength(struck) <= inner
    indent = 0 if beside or not struck else round(small.getlength(struck)) + px(12)
    units = shortened(card.unit, wrap(card.unit, small, inner - indent), 1 if indent else 2, small, inner - indent)

    rule = px(14) + len(names) * px(36) + len(names_zh) * px(30) + px(14)
    text_height = rule + px(60) + max(len(units), 1 if indent else 0) * px(29) + px(18)
    picture = _picture(
        card.picture, width, min(px(_PICTURE_HEIGHT), px(_HEIGHT) - text_height), px(_LEAST_PICTURE_HEIGHT)
    )
    top = picture.shape[0] if picture is not None else 0
    canvas = Canvas(width, top + text_height)
    canvas.panel(PAPER, 0.97, px(_RADIUS))
    if picture is not None:
        canvas.picture(0, 0, picture, rounded(width, top + text_height, px(_RADIUS))[:top])
    y = top + px(14)
    for line in names:
        y += px(36)
        canvas.text(pad, y - px(8), line, name, _INK)
    for line in names_zh:
        y += px(30)
        canvas.text(pad, y - px(6), line, name_zh, _SOFT)
    canvas.panel(_RULE, 1.0, 0, (pad, top + rule, width - pad, top + rule + max(1, px(1))))
    y = top + rule + px(52)
    end = canvas.text(pad, y, card.price, price, _PRICE)
    if struck:
        x, base = (end + px(12), y) if beside else (float(pad), y + px(31))
        after = canvas.text(x, base, struck, small, _SOFT)
        middle = base - px(8)
        canvas.panel(_SOFT, 1.0, 0, (round(x) - px(2), middle, round(after) + px(2), middle + px(2)))
    for line in units:
        y += px(31)
        canvas.text(pad + indent, y, line, small, _SOFT)
    return canvas.patch()


def _price_size(text: str, size: int, width: int) -> int:
    """The largest size up to `size` at which a price fits."""
    while size > 12 and font(size, 800).getlength(text) > width:
        size -= 2
    return size


def _picture(path: str, width: int, height: int, least: int) -> NDArray[np.uint8] | None:
    """The product's picture filling (width, height), cut at its longer side; None without one or with less than `least`.

    A picture that can't be read is told to the log.
    """
    if not path or height < least:
        return None
    file = Path(path)
    data = np.fromfile(file, np.uint8) if file.is_file() else np.empty(0, np.uint8)
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if decoded is None:
        log.warning("the product picture %s can't be read; the card goes without it", path)
        return None
    scale = max(width / decoded.shape[1], height / decoded.shape[0])
    size = (max(width, round(decoded.shape[1] * scale)), max(height, round(decoded.shape[0] * scale)))
    scaled = cv2.resize(decoded, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    x, y = (size[0] - width) // 2, (size[1] - height) // 2
    return np.asarray(scaled[y : y + height, x : x + width], np.uint8)
