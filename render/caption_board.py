"""Captions on the picture: a page is set once, and the word being heard is coloured in it."""

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


class CaptionBoard:
    """Draws the page of the moment. Setting a page takes some milliseconds, a new word a fraction of one."""

    def __init__(self, width: int, size: int) -> None:
        """`width` of the panel at most, `size` of the text, both in px."""
        self._width = width
        self._face = font(size, 600)
        self._measure = lru_cache(4096)(self._face.getlength)  # shaping takes 30 us a piece, and pieces come again
        self._leading = round(size * 1.36)
        self._pad_x, self._pad_y = round(size * 0.62), round(size * 0.36)
        self._radius = round(size * 0.5)
        self._text = ""
        self._pages: tuple[CaptionPage, ...] = ()
        self._page = -1
        self._word = (0, 0)
        self._plain: Patch | None = None
        self._marked: NDArray[np.uint8] | None = None
        self._shown: Patch | None = None

    def draw(self, frame: NDArray[np.uint8], text: str, first: int, last: int, *, bottom: int) -> None:
        """Lay the caption over `frame`, centred, its lower edge at `bottom`; characters first..last are being heard."""
        if text != self._text:
            self._text, self._page = text, -1
            self._pages = paginate(text, self._measure, self._width - 2 * self._pad_x)
        page = page_at(self._pages, first)
        if page < 0:
            return
        if page != self._page:
            self._set(page)
        if (first, last) != self._word:
            self._mark(first, last)
        assert self._shown is not None
        self._shown.lay(frame, (frame.shape[1] - self._shown.width) // 2, bottom - self._shown.height)

    def _set(self, page: int) -> None:
        """Set a page plain and, with the same glyphs, marked from end to end."""
        self._page, self._word = page, (0, 0)
        lines = self._pages[page].lines
        texts = [self._text[first:last] for first, last in lines]
        width = min(self._width, round(max(self._face.getlength(line) for line in texts)) + 2 * self._pad_x)
        height = 2 * self._pad_y + len(lines) * self._leading
        glyphs = np.zeros((height, width), np.float32)
        for row, line in enumerate(texts):
            baseline = self._pad_y + (row + 1) * self._leading - round(self._leading * 0.27)
            glyphs = np.maximum(glyphs, text_mask(width, height, self._inset(row, width), baseline, line, self._face))
        panel = rounded(width, height, self._radius) * np.float32(_PANEL_OPACITY) * (1 - glyphs)
        clear = np.asarray(cv2.cvtColor(255 * (1 - glyphs - panel), cv2.COLOR_GRAY2BGR).round(), np.uint8)
        self._plain = Patch(_coloured(glyphs, _INK, panel), clear)
        self._marked = _coloured(glyphs, _MARK, panel)
        self._shown = self._plain

    def _mark(self, first: int, last: int) -> None:
        assert self._plain is not None
        assert self._marked is not None
        self._word = (first, last)
        if last <= first:
            self._shown = self._plain
            return
        shown = Patch(self._plain.colour.copy(), self._plain.clear)
        for row, (start, end) in enumerate(self._pages[self._page].lines):
            a, b = max(start, first), min(end, last)
            if a >= b:
                continue
            left = self._inset(row, shown.width)
            x0 = round(left + self._face.getlength(self._text[start:a]))
            x1 = round(left + self._face.getlength(self._text[start:b])) + 1
            y0 = self._pad_y + row * self._leading
            where = np.s_[y0 : y0 + self._leading, x0:x1]
            shown.colour[where] = self._marked[where]
        self._shown = shown

    def _inset(self, row: int, width: int) -> float:
        first, last = self._pages[self._page].lines[row]
        return (width - self._face.getlength(self._text[first:last])) / 2


def _coloured(glyphs: NDArray[np.float32], ink: Colour, panel: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Premultiplied BGR of glyphs on a panel, both given as coverage 0..1, shape (h, w, 3)."""
    channels = [
        cv2.addWeighted(glyphs, text, panel, ground, 0.0) for text, ground in zip(ink[::-1], _PANEL[::-1], strict=True)
    ]
    return np.asarray(cv2.convertScaleAbs(cv2.merge(channels)), np.uint8)
