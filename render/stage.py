"""What lies over the host: the AI label, captions, the product card and the comment being read."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from render.caption_board import CaptionBoard
from render.contract import ProductCard
from render.motion import ease
from render.product_card import product_card
from render.typography import Canvas, Colour, Patch, font, shortened, wrap

LABEL = "AI digital human · AI数字人"
READING = "Reading · 正在读"

_INK: Colour = (255, 255, 255)
_SOFT: Colour = (196, 203, 214)
_ACCENT: Colour = (255, 200, 87)
_PANEL: Colour = (14, 17, 22)
_MOVE_S = 0.32
_LINGER_S = 1.2
"""A quoted comment stays a moment after it has been read, so that late readers see what is answered."""
_CARDS_KEPT = 64

# The grid, in units of a frame 720 wide and 1280 high.
_MARGIN = 28
_LABEL_TOP, _LABEL_SIZE, _LABEL_HEIGHT = 28, 41, 60
"""Size at which the Chinese characters of the label are 36 units high: 5 % of the short side (GB 45438-2025)."""
_QUOTE_TOP = 100
_CARD_TOP = 716
_CAPTION_BOTTOM, _CAPTION_SIZE = 56, 37
_SLIDE = 36


@dataclass(slots=True)
class _Sliding:
    """A patch on its way in or out, as a function of the show clock."""

    patch: Patch
    since: float
    leaving: float | None = None

    def progress(self, now: float) -> float:
        """0 away to 1 in its place."""
        shown = ease((now - self.since) / _MOVE_S)
        return shown if self.leaving is None else shown * (1.0 - ease((now - self.leaving) / _MOVE_S))

    def gone(self, now: float) -> bool:
        return self.leaving is not None and now >= self.leaving + _MOVE_S

    def lay(self, frame: NDArray[np.uint8], x: int, y: int, now: float, slide: tuple[int, int]) -> None:
        """Lay it at (x, y), or on the way there from `slide` px aside."""
        progress = self.progress(now)
        if progress <= 0.0:
            return
        patch = self.patch if progress >= 1.0 else self.patch.faded(progress)
        patch.lay(frame, x + round(slide[0] * (1 - progress)), y + round(slide[1] * (1 - progress)))


class StageGraphics:
    """Composes everything that is not the host. Text is set once and laid many times."""

    def __init__(self, size: tuple[int, int]) -> None:
        """`size`: (width, height) of the frame in px."""
        self._width, self._height = size
        self._unit = self._width / 720
        self._label = self._make_label()
        self._cards: dict[ProductCard, Patch] = {}
        self._card: _Sliding | None = None
        self._old_card: _Sliding | None = None
        self._quote: _Sliding | None = None
        self._captions = CaptionBoard(self._width - 2 * self._px(_MARGIN), self._px(_CAPTION_SIZE))

    # ---- what changes --------------------------------------------------------------------------------------

    def prepare(self, card: ProductCard) -> None:
        """Set a card's text and read its picture; slow, for another thread than the one that draws."""
        if card not in self._cards:
            patch = product_card(card, self._unit)
            while len(self._cards) >= _CARDS_KEPT:  # the oldest goes; it is set again if it is needed again
                self._cards.pop(next(iter(self._cards)), None)
            self._cards[card] = patch

    def show_product(self, card: ProductCard | None, now: float) -> None:
        """Let a card in (set here and now if nobody has prepared it) and the one before out; None leaves none."""
        if self._card is not None:
            self._card.leaving = now
            self._old_card, self._card = self._card, None
        if card is not None:
            self.prepare(card)
            self._card = _Sliding(self._cards[card], now)

    def quote(self, viewer: str, text: str, now: float) -> None:
        """Show the comment that is being read."""
        self._quote = _Sliding(self._make_quote(viewer, text), now)

    def unquote(self, now: float) -> None:
        if self._quote is not None and self._quote.leaving is None:
            self._quote.leaving = now + _LINGER_S

    # ---- every frame ---------------------------------------------------------------------------------------

    def draw(self, frame: NDArray[np.uint8], now: float, caption: tuple[str, int, int] | None) -> None:
        """Lay everything over `frame`; `caption` is (text, first, last character of the word being heard)."""
        margin, slide = self._px(_MARGIN), self._px(_SLIDE)
        if self._old_card is not None and self._old_card.gone(now):
            self._old_card = None
        if self._quote is not None and self._quote.gone(now):
            self._quote = None
        for card in (self._old_card, self._card):
            if card is not None:
                card.lay(frame, self._width - margin - card.patch.width, self._px(_CARD_TOP), now, (slide, 0))
        if self._quote is not None:
            self._quote.lay(frame, margin, self._px(_QUOTE_TOP), now, (0, -slide // 2))
        if caption is not None:
            self._captions.draw(frame, *caption, bottom=self._height - self._px(_CAPTION_BOTTOM))
        self.label(frame)

    def label(self, frame: NDArray[np.uint8]) -> None:
        """Lay the AI label, which every frame carries."""
        self._label.lay(frame, self._px(_MARGIN), self._px(_LABEL_TOP))

    # ---- setting ---------------------------------------------------------------------------------------------

    def _px(self, units: float) -> int:
        """Units of the grid in pixels."""
        return max(1, round(units * self._unit))

    def _make_label(self) -> Patch:
        face = font(self._px(_LABEL_SIZE), 600)
        height, pad = self._px(_LABEL_HEIGHT), self._px(20)
        canvas = Canvas(round(face.getlength(LABEL)) + 2 * pad, height)
        canvas.panel(_PANEL, 0.84, self._px(14))
        canvas.text(pad, round(height * 0.745), LABEL, face, _INK)
        return canvas.patch()

    def _make_quote(self, viewer: str, text: str) -> Patch:
        width, pad = self._width - 2 * self._px(_MARGIN), self._px(20)
        head, who, what = font(self._px(20), 500), font(self._px(22), 700), font(self._px(28), 400)
        room = width - 2 * pad
        lines = shortened(text, wrap(text, what, room), 2, what, room)
        canvas = Canvas(width, self._px(44) + len(lines) * self._px(37) + self._px(12))
        canvas.panel(_PANEL, 0.78, self._px(14))
        x = canvas.text(pad, self._px(33), READING, head, _SOFT) + self._px(12)
        name = shortened(viewer, wrap(viewer, who, round(width - pad - x)), 1, who, round(width - pad - x))
        canvas.text(x, self._px(33), "".join(name), who, _ACCENT)
        for row, line in enumerate(lines):
            canvas.text(pad, self._px(72) + row * self._px(37), line, what, _INK)
        return canvas.patch()
