"""The product card: name in both languages, price, list price struck out, unit; and the picture where it stands in the card."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from render.contract import ProductCard
from render.layouts import CardStyle, Rect
from render.product_media import fitted
from render.typography import Canvas, Colour, Face, Patch, font, rounded, shortened, wrap

PAPER: Colour = (250, 248, 244)
INK: Colour = (24, 26, 30)
SOFT: Colour = (92, 96, 104)
PRICE: Colour = (184, 52, 8)
_RULE: Colour = (218, 212, 202)
_GROUND_TOP: Colour = (246, 238, 226)
_GROUND_BOTTOM: Colour = (226, 208, 184)
_RADIUS, _PAD = 20, 14
_SHRINK = (1.0, 0.92, 0.84, 0.76, 0.68, 0.6)
_STRIP_SPLIT = 0.52
_STRIP_SHRINK = (1.0, 0.94, 0.88, 0.82, 0.76)


@dataclass(frozen=True, slots=True)
class CardPatch:
    """A card that is ready to be laid."""

    patch: Patch
    hole: Rect | None
    """Where a clip runs in it, in px of the patch."""


def product_card(
    card: ProductCard, style: CardStyle, size: tuple[int, int], unit: float, picture: NDArray[np.uint8] | None
) -> CardPatch:
    """Set a card of `size` (width, height) in px; `unit` px for one of the grid. Slow (some 10 ms)."""
    width, height = size
    radius, pad = (0 if style is CardStyle.STRIP else _px(_RADIUS, unit)), _px(_PAD, unit)
    canvas = Canvas(width, height)
    line = max(1, _px(2, unit))
    if style is CardStyle.STRIP:
        canvas.panel(PAPER, 1.0, 0)
        canvas.panel(_RULE, 1.0, 0, (0, 0, width, line))
    else:  # a hairline parts it from a picture as light as itself
        canvas.panel(_RULE, 1.0, radius)
        canvas.panel(PAPER, 1.0, radius - line, (line, line, width - line, height - line))
    hole: Rect | None = None
    if style is CardStyle.PICTURE_LEFT and picture is not None:
        hole = Rect(pad, pad, height - 2 * pad, height - 2 * pad)
    elif style is CardStyle.PICTURE_TOP and picture is not None:
        hole = Rect(pad, pad, width - 2 * pad, round(height * 0.56))
    if hole is not None and picture is not None:
        inside, _ = fitted(picture, (hole.width, hole.height), Rect(0, 0, hole.width, hole.height))
        canvas.picture(hole.x, hole.y, inside, rounded(hole.width, hole.height, 0))
    room = _text_room(style, hole, width, height, pad, unit)
    if style is CardStyle.STRIP:
        _set_strip(canvas, card, room, unit)
    else:
        _set_block(canvas, card, room, unit)
    return CardPatch(canvas.patch(), hole)


def typographic_picture(card: ProductCard, box: tuple[int, int], free: Rect, unit: float) -> NDArray[np.uint8]:
    """What stands where a picture should: the product's name, large, on warm paper; shape (height, width, 3)."""
    width, height = box
    share = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    top, bottom = np.array(_GROUND_TOP[::-1], np.float32), np.array(_GROUND_BOTTOM[::-1], np.float32)
    ground = np.asarray((top * (1 - share) + bottom * share).repeat(width, axis=1).round(), np.uint8)
    canvas = Canvas(free.width, free.height)
    room = free.width - 2 * _px(36, unit)
    for scale in _SHRINK:
        big, small = font(_px(76 * scale, unit), 800), font(_px(44 * scale, unit), 400)
        names, names_zh = wrap(card.name, big, room), wrap(card.name_zh, small, room)
        tall = len(names) * _px(90 * scale, unit) + len(names_zh) * _px(60 * scale, unit) + _px(34, unit)
        if tall <= free.height - 2 * _px(16, unit) and len(names) <= 3:
            break
    y = max(0, (free.height - tall) // 2)
    rule = _px(64, unit)
    left = _px(36, unit)
    canvas.panel(PRICE, 1.0, 0, (left, y, left + rule, y + max(2, _px(5, unit))))
    y += _px(24, unit)
    for line in shortened(card.name, names, 3, big, room):
        y += _px(90 * scale, unit)
        canvas.text(left, y - _px(20 * scale, unit), line, big, INK)
    for line in shortened(card.name_zh, names_zh, 2, small, room):
        y += _px(60 * scale, unit)
        canvas.text(left, y - _px(14 * scale, unit), line, small, SOFT)
    canvas.patch().lay(ground, free.x, free.y)
    return ground


def _px(units: float, unit: float) -> int:
    return max(1, round(units * unit))


def _text_room(style: CardStyle, hole: Rect | None, width: int, height: int, pad: int, unit: float) -> Rect:
    side = _px(24, unit)
    if style is CardStyle.PICTURE_LEFT and hole is not None:
        return Rect(hole.right + _px(20, unit), pad, width - hole.right - _px(20, unit) - side, height - 2 * pad)
    if style is CardStyle.PICTURE_TOP and hole is not None:
        return Rect(_px(20, unit), hole.bottom + pad, width - 2 * _px(20, unit), height - hole.bottom - 2 * pad)
    if style is CardStyle.STRIP:
        return Rect(_px(28, unit), 0, width - 2 * _px(28, unit), min(height, _px(138, unit)))
    return Rect(side, pad, width - 2 * side, height - 2 * pad)


@dataclass(frozen=True, slots=True)
class _Lines:
    """Names and units as lines that fit, at one scale."""

    names: list[str]
    names_zh: list[str]
    units: list[str]
    whole: bool
    """Nothing was left out."""


def _broken(card: ProductCard, scale: float, width: int, unit: float, most_names: int) -> _Lines:
    bold, plain, small = (
        font(_px(31 * scale, unit), 700),
        font(_px(24 * scale, unit), 400),
        font(_px(21 * scale, unit), 400),
    )
    names, names_zh = wrap(card.name, bold, width), wrap(card.name_zh, plain, width)
    units = [text for text in (card.unit, card.unit_zh) if text]
    together = " · ".join(units)
    rows = [together] if small.getlength(together) <= width else units
    parted = [wrap(row, small, width) for row in rows]
    return _Lines(
        shortened(card.name, names, most_names, bold, width),
        shortened(card.name_zh, names_zh, 1, plain, width),
        [line for row, lines in zip(rows, parted, strict=True) for line in shortened(row, lines, 1, small, width)],
        len(names) <= most_names and len(names_zh) <= 1 and all(len(lines) <= 1 for lines in parted),
    )


def _set_block(canvas: Canvas, card: ProductCard, room: Rect, unit: float) -> None:
    """Name, Chinese name, price and unit under each other, in the middle of `room`."""
    for scale in _SHRINK:
        lines = _broken(card, scale, room.width, unit, 2)
        price = _fitting_font(card.price, _px(54 * scale, unit), room.width, 800)
        listed = font(_px(25 * scale, unit), 400)
        struck = card.list_price if card.list_price and card.list_price != card.price else ""
        beside = price.getlength(card.price) + _px(14, unit) + listed.getlength(struck) <= room.width
        tall = (
            len(lines.names) * _px(39 * scale, unit)
            + len(lines.names_zh) * _px(33 * scale, unit)
            + _px(66 * scale, unit)
            + (0 if beside else _px(32 * scale, unit))
            + len(lines.units) * _px(29 * scale, unit)
        )
        if tall <= room.height and lines.whole:
            break
    bold, plain, small = (
        font(_px(31 * scale, unit), 700),
        font(_px(24 * scale, unit), 400),
        font(_px(21 * scale, unit), 400),
    )
    x, y = room.x, room.y + max(0, (room.height - tall) // 2)
    for line in lines.names:
        y += _px(39 * scale, unit)
        canvas.text(x, y - _px(9 * scale, unit), line, bold, INK)
    for line in lines.names_zh:
        y += _px(33 * scale, unit)
        canvas.text(x, y - _px(9 * scale, unit), line, plain, SOFT)
    y += _px(66 * scale, unit)
    base = y - _px(14 * scale, unit)
    end = canvas.text(x, base, card.price, price, PRICE)
    if struck:
        if beside:
            _strike(canvas, end + _px(14, unit), base, struck, listed, unit)
        else:
            y += _px(32 * scale, unit)
            _strike(canvas, x, y - _px(9 * scale, unit), struck, listed, unit)
    for line in lines.units:
        y += _px(29 * scale, unit)
        canvas.text(x, y - _px(8 * scale, unit), line, small, SOFT)


def _set_strip(canvas: Canvas, card: ProductCard, room: Rect, unit: float) -> None:
    """Names and unit on the left, the price on the right."""
    struck = card.list_price if card.list_price and card.list_price != card.price else ""
    price = _fitting_font(card.price, _px(58, unit), round(room.width * (1 - _STRIP_SPLIT)), 800)
    listed = font(_px(25, unit), 400)
    right = max(price.getlength(card.price), listed.getlength(struck))
    left = round(room.width - right - _px(24, unit))
    for scale in _STRIP_SHRINK:
        lines = _broken(card, scale, left, unit, 2)
        tall = (
            len(lines.names) * _px(38 * scale, unit)
            + len(lines.names_zh) * _px(31 * scale, unit)
            + len(lines.units) * _px(28 * scale, unit)
        )
        if tall <= room.height - _px(12, unit) and lines.whole:
            break
    bold, plain, small = (
        font(_px(31 * scale, unit), 700),
        font(_px(24 * scale, unit), 400),
        font(_px(21 * scale, unit), 400),
    )
    y = room.y + (room.height - tall) // 2
    for line in lines.names:
        y += _px(38 * scale, unit)
        canvas.text(room.x, y - _px(9 * scale, unit), line, bold, INK)
    for line in lines.names_zh:
        y += _px(31 * scale, unit)
        canvas.text(room.x, y - _px(8 * scale, unit), line, plain, SOFT)
    for line in lines.units:
        y += _px(28 * scale, unit)
        canvas.text(room.x, y - _px(8 * scale, unit), line, small, SOFT)
    middle = room.y + room.height // 2
    base = middle + _px(20 if not struck else 6, unit)
    canvas.text(room.right - price.getlength(card.price), base, card.price, price, PRICE)
    if struck:
        _strike(canvas, room.right - listed.getlength(struck), base + _px(36, unit), struck, listed, unit)


def _strike(canvas: Canvas, x: float, base: int, text: str, face: Face, unit: float) -> None:
    end = canvas.text(x, base, text, face, SOFT)
    middle = base - round(face.size * 0.36)
    canvas.panel(SOFT, 1.0, 0, (round(x) - _px(2, unit), middle, round(end) + _px(2, unit), middle + _px(2, unit)))


def _fitting_font(text: str, size: int, width: int, weight: int) -> Face:
    """The largest size up to `size` at which a text fits on a line: a price is never cut."""
    while size > 8 and font(size, weight).getlength(text) > width:
        size -= 1
    return font(size, weight)
