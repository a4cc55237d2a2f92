"""Call-outs: a few words beside the product, each shown from the word on that names it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from render.contract import CallOut
from render.layouts import Rect
from render.motion import ease
from render.typography import Canvas, Colour, Patch, font, shortened, wrap

MOST_CALLOUTS = 3
_INK: Colour = (24, 26, 30)
_PAPER: Colour = (255, 214, 122)
_MOVE_S = 0.28
_SIZE, _LEAST_SIZE, _HEIGHT, _GAP = 27, 21, 48, 6


def chip(text: str, width: int, unit: float) -> Patch:
    """Set a call-out no wider than `width` px: shrunk, then shortened, if it is long."""
    pad, height = round(18 * unit), max(4, round(_HEIGHT * unit))
    size = round(_SIZE * unit)
    while size > round(_LEAST_SIZE * unit) and font(size, 700).getlength(text) > width - 2 * pad:
        size -= 1
    face = font(size, 700)
    line = "".join(shortened(text, wrap(text, face, width - 2 * pad), 1, face, width - 2 * pad))
    canvas = Canvas(min(width, math.ceil(face.getlength(line)) + 2 * pad), height)
    canvas.panel(_PAPER, 1.0, height / 2)
    canvas.text(pad, round(height * 0.5 + size * 0.36), line, face, _INK)
    return canvas.patch()


@dataclass(slots=True)
class _Shown:
    text: str
    patch: Patch
    x: int
    y: int
    since: float
    leaving: float | None = None

    def progress(self, now: float) -> float:
        shown = ease((now - self.since) / _MOVE_S)
        return shown if self.leaving is None else shown * (1 - ease((now - self.leaving) / _MOVE_S))

    def gone(self, now: float) -> bool:
        return self.leaving is not None and now >= self.leaving + _MOVE_S


class CallOutBoard:
    """At most three at once; what is shown keeps its place until it leaves with its product or Line."""

    def __init__(self, unit: float) -> None:
        self._gap = max(1, round(_GAP * unit))
        self._slide = max(1, round(20 * unit))
        self._coming: list[tuple[CallOut, Patch]] = []
        self._shown: list[_Shown] = []

    @property
    def visible(self) -> tuple[str, ...]:
        """What is on the screen and stays."""
        return tuple(shown.text for shown in self._shown if shown.leaving is None)

    def begin(self, callouts: Sequence[tuple[CallOut, Patch]]) -> None:
        """The call-outs of a Line, which come with its words."""
        self._coming = sorted(callouts, key=lambda pair: pair[0].first)

    def heard(self, first: int, zone: Rect, now: float) -> None:
        """The word that begins at character `first` of the Line is being heard."""
        while self._coming and self._coming[0][0].first <= first:
            callout, patch = self._coming.pop(0)
            if callout.text in self.visible:
                continue
            standing = [shown for shown in self._shown if shown.leaving is None]
            place = self._place(standing, patch, zone) if len(standing) < MOST_CALLOUTS else None
            if place is None:
                self.clear(now)
                place = self._place([], patch, zone)
            if place is not None:
                self._shown.append(_Shown(callout.text, patch, *place, now))

    def clear(self, now: float) -> None:
        """Let all go that are shown; those of the Line's later words still come."""
        for shown in self._shown:
            if shown.leaving is None:
                shown.leaving = now

    def forget(self) -> None:
        """The Line is over: what it has not named will not come."""
        self._coming = []

    def draw(self, frame: NDArray[np.uint8], now: float) -> None:
        self._shown = [shown for shown in self._shown if not shown.gone(now)]
        for shown in self._shown:
            progress = shown.progress(now)
            if progress > 0:
                patch = shown.patch if progress >= 1 else shown.patch.faded(progress)
                patch.lay(frame, shown.x, shown.y + round(self._slide * (1 - progress)))

    def _place(self, standing: Sequence[_Shown], patch: Patch, zone: Rect) -> tuple[int, int] | None:
        """Beside the last, else in a new row above it; None where the zone is full."""
        if not standing:
            return (zone.x, zone.bottom - patch.height)
        last = standing[-1]
        x = last.x + last.patch.width + self._gap
        if x + patch.width <= zone.right:
            return x, last.y
        y = last.y - self._gap - patch.height
        return (zone.x, y) if y >= zone.y else None
