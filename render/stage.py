"""What lies over the host: the AI label, captions, the product card and the comment being read."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from render.contract import ProductCard
from render.typography import Patch, canvas, font, patch_of, wrap

LABEL = "AI digital human · AI数字人"
_INK = (255, 255, 255, 255)
_PLATE = (16, 20, 26, 190)
_SOFT = (214, 220, 228, 255)
_ACCENT = (255, 200, 87, 255)
_MOVE_S = 0.32
_MARGIN = 28


def lay(frame: NDArray[np.uint8], patch: Patch, x: int, y: int) -> None:
    """Lay a patch on a BGR frame at (x, y); what sticks out is cut off."""
    height, width = frame.shape[:2]
    x0, y0, x1, y1 = max(0, x), max(0, y), min(width, x + patch.width), min(height, y + patch.height)
    if x0 >= x1 or y0 >= y1:
        return
    part = patch.cut(x0 - x, x1 - x, y0 - y, y1 - y)
    region = frame[y0:y1, x0:x1]
    cv2.multiply(region, part.clear, dst=region, scale=1 / 255)
    cv2.add(region, part.colour, dst=region)


@dataclass(slots=True)
class _Sliding:
    """A patch on its way in or out, as a function of the show clock."""

    patch: Patch
    since: float
    leaving: float | None = None

    def progress(self, now: float) -> float:
        shown = min(1.0, max(0.0, (now - self.since) / _MOVE_S))
        if self.leaving is not None:
            shown *= 1.0 - min(1.0, max(0.0, (now - self.leaving) / _MOVE_S))
        return shown * shown * (3 - 2 * shown)


class StageGraphics:
    """Composes everything that is not the host. Text is set once and laid many times."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._width, self._height = size
        self._unit = self._width / 720
        self._label = self._pill(LABEL, self._px(30), self._px(46))
        self._cards: dict[ProductCard, Patch] = {}
        self._card: _Sliding | None = None
        self._old_card: _Sliding | None = None
        self._quote: _Sliding | None = None
        self._captions = _Captions(self._width - 2 * self._px(_MARGIN), self._px(36))

    # ---- what changes --------------------------------------------------------------------------------------

    def prepare(self, card: ProductCard) -> None:
        """Set a card's text; slow (some 10 ms), for another thread than the one that draws."""
        if card not in self._cards:
            if len(self._cards) > 64:
                self._cards.pop(next(iter(self._cards)))
            self._cards[card] = self._make_card(card)

    def show_product(self, card: ProductCard | None, now: float) -> None:
        if self._card is not None:
            self._card.leaving = now
            self._old_card = self._card
            self._card = None
        if card is not None:
            self.prepare(card)
            self._card = _Sliding(self._cards[card], now)

    def quote(self, viewer: str, text: str, now: float) -> None:
        """Show the comment that is being read."""
        self._quote = _Sliding(self._make_quote(viewer, text), now)

    def unquote(self, now: float) -> None:
        if self._quote is not None:
            self._quote.leaving = now + 1.2

    # ---- every frame ---------------------------------------------------------------------------------------

    def draw(self, frame: NDArray[np.uint8], now: float, caption: tuple[str, int, int] | None) -> None:
        """Lay everything over `frame`; `caption` is (text, first, last character of the word being heard)."""
        margin = self._px(_MARGIN)
        for card in (self._old_card, self._card):
            if card is not None:
                progress = card.progress(now)
                if card.leaving is not None and progress == 0.0:
                    self._old_card = None
                x = self._width - round((card.patch.width + margin) * progress)
                lay(frame, card.patch, x, self._px(690))
        if self._quote is not None:
            progress = self._quote.progress(now)
            if self._quote.leaving is not None and now > self._quote.leaving + _MOVE_S:
                self._quote = None
            else:
                patch = self._quote.patch
                lay(frame, patch, round((patch.width + margin) * progress) - patch.width, self._px(104))
        if caption is not None:
            self._captions.draw(frame, *caption, bottom=self._height - self._px(60), left=margin)
        lay(frame, self._label, margin, self._px(36))

    # ---- setting ---------------------------------------------------------------------------------------------

    def _px(self, units: float) -> int:
        """Design units (of a frame 720 wide) in pixels."""
        return max(1, round(units * self._unit))

    def _pill(self, text: str, size: int, height: int) -> Patch:
        face = font(size, 600)
        width = round(face.getlength(text)) + height
        image, draw = canvas(width, height)
        draw.rounded_rectangle((0, 0, width - 1, height - 1), height // 2, (16, 20, 26, 215))
        draw.text((height // 2, height / 2), text, _INK, face, anchor="lm")
        return patch_of(image)

    def _make_card(self, card: ProductCard) -> Patch:
        width, pad = self._px(300), self._px(20)
        name, name_zh = font(self._px(30), 700), font(self._px(24), 400)
        price, small = font(self._px(44), 800), font(self._px(22), 400)
        lines = wrap(card.name, name, width - 2 * pad)[:3]
        y = pad
        height = 2 * pad + len(lines) * self._px(38) + self._px(36) + self._px(64) + (self._px(32) if card.unit else 0)
        image, draw = canvas(width, height)
        draw.rounded_rectangle((0, 0, width - 1, height - 1), self._px(20), (16, 20, 26, 205))
        draw.rounded_rectangle((0, pad, self._px(5), height - pad), self._px(2), _ACCENT)
        for first, last in lines:
            draw.text((pad, y), card.name[first:last], _INK, name)
            y += self._px(38)
        draw.text((pad, y), card.name_zh, _SOFT, name_zh)
        y += self._px(36)
        draw.text((pad, y), card.price, _ACCENT, price)
        if card.list_price and card.list_price != card.price:
            x = pad + price.getlength(card.price) + self._px(12)
            base = y + self._px(22)
            draw.text((x, base), card.list_price, _SOFT, small)
            middle = base + self._px(15)
            draw.line((x, middle, x + small.getlength(card.list_price), middle), _SOFT, max(1, self._px(2)))
        y += self._px(64)
        if card.unit:
            draw.text((pad, y), card.unit, _SOFT, small)
        return patch_of(image)

    def _make_quote(self, viewer: str, text: str) -> Patch:
        width, pad = self._px(470), self._px(18)
        who, what = font(self._px(24), 700), font(self._px(28), 400)
        lines = wrap(text, what, width - 2 * pad)
        shown = [text[a:b] for a, b in lines[:2]]
        if len(lines) > 2:
            shown[1] = shown[1].rstrip() + "…"
        height = 2 * pad + self._px(32) + len(shown) * self._px(38)
        image, draw = canvas(width, height)
        draw.rounded_rectangle((0, 0, width - 1, height - 1), self._px(18), (16, 20, 26, 205))
        draw.text((pad, pad - self._px(4)), viewer, _ACCENT, who)
        for row, line in enumerate(shown):
            draw.text((pad, pad + self._px(30) + row * self._px(38)), line, _INK, what)
        return patch_of(image)


class _Captions:
    """Two lines of the text being heard, the word of the moment marked. A page is set when it is first needed."""

    def __init__(self, width: int, size: int) -> None:
        self._width, self._size = width, size
        self._face = font(size, 600)
        self._leading = round(size * 1.34)
        self._pad = size // 2
        self._text = ""
        self._lines: list[tuple[int, int]] = []
        self._page = -1
        self._plain: Patch | None = None
        self._marked: Patch | None = None

    def draw(self, frame: NDArray[np.uint8], text: str, first: int, last: int, *, bottom: int, left: int) -> None:
        if text != self._text:
            self._text, self._page = text, -1
            self._lines = wrap(text, self._face, self._width - 2 * self._pad)
        line = next((i for i, (_, end) in enumerate(self._lines) if first < end), len(self._lines) - 1)
        if line < 0:
            return
        if line // 2 != self._page:
            self._page = line // 2
            self._plain, self._marked = self._set(_INK), self._set(_ACCENT)
        assert self._plain is not None
        assert self._marked is not None
        y = bottom - self._plain.height
        x = left + (self._width - self._plain.width) // 2
        lay(frame, self._plain, x, y)
        if last > first:
            row, (start, end) = line % 2, self._lines[line]
            inset = self._inset(line)
            x0 = inset + round(self._face.getlength(self._text[start : max(start, first)]))
            x1 = inset + round(self._face.getlength(self._text[start : min(end, last)])) + 1
            y0 = self._pad // 2 + row * self._leading
            word = self._marked.cut(x0, x1, y0, y0 + self._leading)
            region = frame[y + y0 : y + y0 + word.height, x + x0 : x + x0 + word.width]
            lay(region, word, 0, 0)

    def _rows(self) -> list[tuple[int, int]]:
        return self._lines[self._page * 2 : self._page * 2 + 2]

    def _box_width(self) -> int:
        return max(round(self._face.getlength(self._text[a:b])) for a, b in self._rows()) + 2 * self._pad

    def _inset(self, line: int) -> int:
        start, end = self._lines[line]
        return (self._box_width() - round(self._face.getlength(self._text[start:end]))) // 2

    def _set(self, ink: tuple[int, int, int, int]) -> Patch:
        width, height = self._box_width(), self._pad + len(self._rows()) * self._leading
        image, draw = canvas(width, height)
        if ink is _INK:
            draw.rounded_rectangle((0, 0, width - 1, height - 1), self._pad, _PLATE)
        for row, (start, end) in enumerate(self._rows()):
            x = self._inset(self._page * 2 + row)
            draw.text(
                (x, self._pad // 2 + (row + 0.5) * self._leading), self._text[start:end], ink, self._face, anchor="lm"
            )
        return patch_of(image)
