"""Captions on the picture: a page is set once, and the word being heard is coloured in it."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from render.captions import CaptionPage, page_at, paginate
from render.typography import Colour, Patch, font, rounded, text_mask

_INK: Colour = (255, 255, 255)
_MARK: Colour = (255, 200, 87)
_PANEL: Colour = (14, 17, 22)
_PANEL_OPACITY = 0.72


@dataclass(frozen=True, slots=True)
class _Page:
    """A page with its text set."""

    lines: tuple[tuple[int, int], ...]
    insets: tuple[float, ...]
    plain: Patch
    marked: NDArray[np.uint8]
    """The colour of the same page with every word marked."""


@dataclass(frozen=True, slots=True)
class SetCaption:
    """A caption's text, broken into pages and set."""

    text: str
    pages: tuple[CaptionPage, ...]
    set_pages: tuple[_Page, ...]


class CaptionSetter:
    """Sets captions for a panel of one width. Slow (some milliseconds a page): for another thread than the one that draws."""

    def __init__(self, width: int, size: int) -> None:
        """`width` of the panel at most, `size` of the text, both in px."""
        self._width = width
        self.face = font(size, 600)
        self._measure = lru_cache(4096)(self.face.getlength)  # shaping takes 30 us a piece, and pieces come again
        self.leading = round(size * 1.36)
        self._pad_x, self.pad_y = round(size * 0.62), round(size * 0.36)
        self._radius = round(size * 0.5)

    def set(self, text: str) -> SetCaption:
        pages = paginate(text, self._measure, self._width - 2 * self._pad_x)
        return SetCaption(text, pages, tuple(self._page(text, page) for page in pages))

    def _page(self, text: str, page: CaptionPage) -> _Page:
        """A page plain and, with the same glyphs, marked from end to end."""
        texts = [text[first:last] for first, last in page.lines]
        lengths = [self.face.getlength(line) for line in texts]
        width = min(self._width, round(max(lengths)) + 2 * self._pad_x)
        height = 2 * self.pad_y + len(texts) * self.leading
        insets = tuple((width - length) / 2 for length in lengths)
        glyphs = np.zeros((height, width), np.float32)
        for row, (line, inset) in enumerate(zip(texts, insets, strict=True)):
            baseline = self.pad_y + (row + 1) * self.leading - round(self.leading * 0.27)
            glyphs = np.maximum(glyphs, text_mask(width, height, inset, baseline, line, self.face))
        panel = rounded(width, height, self._radius) * np.float32(_PANEL_OPACITY) * (1 - glyphs)
        clear = np.asarray(cv2.cvtColor(255 * (1 - glyphs - panel), cv2.COLOR_GRAY2BGR).round(), np.uint8)
        plain = Patch(_coloured(glyphs, _INK, panel), clear)
        return _Page(page.lines, insets, plain, _coloured(glyphs, _MARK, panel))


class CaptionBoard:
    """Shows captions that have been set; a new word costs a fraction of a millisecond."""

    def __init__(self, width: int, size: int) -> None:
        self.setter = CaptionSetter(width, size)
        self._caption: SetCaption | None = None
        self._now = (-1, 0, 0)
        self._shown: Patch | None = None

    def take(self, caption: SetCaption) -> None:
        """Show this text from now on."""
        if caption is not self._caption:
            self._caption, self._now, self._shown = caption, (-1, 0, 0), None

    def draw(
        self,
        frame: NDArray[np.uint8],
        text: str,
        first: int,
        last: int,
        *,
        middle: int,
        bottom: int,
        opacity: float = 1.0,
    ) -> None:
        """Lay the caption over `frame`, centred on column `middle`, its lower edge at `bottom`; characters first..last are heard.

        A text that was not taken before is set here and now.
        """
        if self._caption is None or self._caption.text != text:
            self.take(self.setter.set(text))
        assert self._caption is not None
        page = page_at(self._caption.pages, first)
        if page < 0:
            return
        if (page, first, last) != self._now:
            self._now = (page, first, last)
            self._shown = self._marked(self._caption, page, first, last)
        if self._shown is not None:
            shown = self._shown if opacity >= 1 else self._shown.faded(opacity)
            shown.lay(frame, middle - shown.width // 2, bottom - shown.height)

    def _marked(self, caption: SetCaption, number: int, first: int, last: int) -> Patch:
        page, setter = caption.set_pages[number], self.setter
        if last <= first:
            return page.plain
        shown = Patch(page.plain.colour.copy(), page.plain.clear)
        for row, (start, end) in enumerate(page.lines):
            a, b = max(start, first), min(end, last)
            if a >= b:
                continue
            left = page.insets[row]
            x0 = round(left + setter.face.getlength(caption.text[start:a]))
            x1 = round(left + setter.face.getlength(caption.text[start:b])) + 1
            y0 = setter.pad_y + row * setter.leading
            where = np.s_[y0 : y0 + setter.leading, x0:x1]
            shown.colour[where] = page.marked[where]
        return shown


def _coloured(glyphs: NDArray[np.float32], ink: Colour, panel: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Premultiplied BGR of glyphs on a panel, both given as coverage 0..1, shape (h, w, 3)."""
    channels = [
        cv2.addWeighted(glyphs, text, panel, ground, 0.0) for text, ground in zip(ink[::-1], _PANEL[::-1], strict=True)
    ]
    return np.asarray(cv2.convertScaleAbs(cv2.merge(channels)), np.uint8)
