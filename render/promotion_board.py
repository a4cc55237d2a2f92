"""The promotion board: title, a row of its terms at a time, and the countdown."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from render.contract import Board
from render.motion import ease
from render.typography import Canvas, Colour, Face, Patch, font, shortened, text_mask, wrap

_INK: Colour = (255, 255, 255)
_SOFT: Colour = (214, 219, 228)
_ACCENT: Colour = (255, 200, 87)
_PANEL: Colour = (14, 17, 22)
_OPACITY = 0.88
_ROW_S, _CHANGE_S = 4.0, 0.3
_CLOCK = "0123456789:"
_LEAST_ROW_SCALE = 0.8


def countdown(ends_at: float, now: float) -> str:
    """What is left as ``mm:ss``, minutes going on past 99; ``00:00`` once it is over."""
    left = max(0, math.ceil(ends_at - now - 1e-6))
    return f"{left // 60:02d}:{left % 60:02d}"


@dataclass(frozen=True, slots=True)
class _Digit:
    glyph: Patch
    width: int


class PromotionBoard:
    """A board that is set once; drawing it lays a panel, a row and five digits."""

    def __init__(self, board: Board, width: int, height: int, unit: float) -> None:
        self.board = board
        self._unit = unit
        px = self._px
        pad = px(22)
        face = font(px(38), 700)
        self._digits = {mark: _digit(mark, face, px(46)) for mark in _CLOCK} if board.ends_at is not None else {}
        clock = 4 * self._digits["0"].width + self._digits[":"].width if self._digits else 0
        stacked = bool(self._digits) and height >= px(140)  # narrow and high: the clock has a line of its own
        room = width - 2 * pad - px(20) - (0 if stacked else clock + px(20))
        canvas = Canvas(width, height)
        canvas.panel(_PANEL, _OPACITY, px(14))
        canvas.panel(_ACCENT, 1.0, px(3), (pad, px(18), pad + px(6), px(48)))
        head = px(29)
        while head > px(20) and font(head, 700).getlength(board.title) > room:
            head -= 1
        title = font(head, 700)
        lines = wrap(board.title, title, room)
        line = "".join(shortened(board.title, lines, 1, title, room))
        canvas.text(pad + px(20), px(44), line, title, _INK)
        self._panel = canvas.patch()
        self._rows = [self._row(row, width - 2 * pad, px(40)) for row in board.rows]
        self._row_at = (pad, height - px(48))
        self._clock_right = pad + clock if stacked else width - pad
        self._clock_y = px(54) if stacked else px(10)

    @property
    def height(self) -> int:
        return self._panel.height

    def lay(self, frame: NDArray[np.uint8], x: int, y: int, now: float, since: float, opacity: float = 1.0) -> None:
        """Lay it with its corner at (x, y); `since` is the moment at which it came."""
        _lay(self._panel, frame, x, y, opacity)
        if self._rows:
            turn, into = divmod(max(0.0, now - since), _ROW_S)
            row = self._rows[int(turn) % len(self._rows)]
            shown = (
                1.0
                if len(self._rows) == 1
                else ease(into / _CHANGE_S) * (1 - ease((into - _ROW_S + _CHANGE_S) / _CHANGE_S))
            )
            _lay(row, frame, x + self._row_at[0], y + self._row_at[1], opacity * shown)
        if self.board.ends_at is not None:
            at = x + self._clock_right
            for mark in reversed(countdown(self.board.ends_at, now)):
                digit = self._digits[mark]
                at -= digit.width
                _lay(digit.glyph, frame, at, y + self._clock_y, opacity)

    def _px(self, units: float) -> int:
        return max(1, round(units * self._unit))

    def _row(self, text: str, width: int, height: int) -> Patch:
        size, least = self._px(25), self._px(25 * _LEAST_ROW_SCALE)
        while size > least and font(size, 400).getlength(text) > width:
            size -= 1
        face = font(size, 400)
        line = "".join(shortened(text, wrap(text, face, width), 1, face, width))
        canvas = Canvas(min(width, math.ceil(face.getlength(line)) + self._px(4)), height)
        canvas.text(0, round(height * 0.72), line, face, _SOFT)
        return canvas.patch()


def _digit(mark: str, face: Face, height: int) -> _Digit:
    """A digit in a box as wide as the widest, so that the clock does not shiver."""
    widest = max(face.getlength(digit) for digit in "0123456789")
    width = math.ceil(widest if mark != ":" else 0.6 * widest)
    mask = text_mask(width, height, (width - face.getlength(mark)) / 2, round(height * 0.82), mark, face)
    canvas = Canvas(width, height)
    canvas.stain(0, 0, mask, _ACCENT)
    return _Digit(canvas.patch(), width)


def _lay(patch: Patch, frame: NDArray[np.uint8], x: int, y: int, opacity: float) -> None:
    if opacity >= 1.0:
        patch.lay(frame, x, y)
    elif opacity > 0.0:
        patch.faded(opacity).lay(frame, x, y)
