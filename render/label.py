"""The label that every frame carries: who is heard and seen, the AI host or a person."""

from collections.abc import Callable, Mapping
from typing import Final

from render.contract import LiveMode
from render.typography import Canvas, Colour, Patch, font

LABELS: Final[Mapping[LiveMode, tuple[str, ...]]] = {
    LiveMode.NONE: ("AI digital human · AI数字人",),
    LiveMode.VOICE: ("Human voice, AI picture", "真人声音 · AI画面"),
    LiveMode.CAMERA: ("Human, live picture · 真人直播",),
}
"""Rows of the label in each mode."""

_INK: Colour = (255, 255, 255)
_PANEL: Colour = (14, 17, 22)
_SIZE, _HEIGHT = 41, 60
"""Size at which the Chinese characters of the label are 36 units high: 5 % of the short side (GB 45438-2025)."""
_LEADING = 50
_PAD = 20


def make_labels(px: Callable[[float], int]) -> dict[LiveMode, Patch]:
    """The labels of all modes, set beforehand; `px` turns units of the grid (720 on the short side) into pixels."""
    return {mode: _label(rows, px) for mode, rows in LABELS.items()}


def _label(rows: tuple[str, ...], px: Callable[[float], int]) -> Patch:
    face, pad = font(px(_SIZE), 600), px(_PAD)
    width = round(max(face.getlength(row) for row in rows)) + 2 * pad
    canvas = Canvas(width, px(_HEIGHT) + (len(rows) - 1) * px(_LEADING))
    canvas.panel(_PANEL, 0.84, px(14))
    for place, row in enumerate(rows):
        canvas.text(pad, round(px(_HEIGHT) * 0.745) + place * px(_LEADING), row, face, _INK)
    return canvas.patch()
