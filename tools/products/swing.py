"""How a clip turns its product: to one side, to the other and back, easing into both ends, so that it loops."""

from __future__ import annotations

import math

FRAMES = 80
"""Frames of one round; a multiple of 4."""
OVERLAP = 10
"""Frames of the beginning that the file shows again at its end: the stage dissolves the last 0.4 s of a clip into its
beginning (`render/product_media.py`), and so dissolves like into like."""
SWING_DEG = 42.0
_QUARTER = FRAMES // 4

STEPS = tuple(sorted(range(-_QUARTER, _QUARTER + 1), key=abs))
"""The frames to render: steps from the picture's own view, outwards. On the way back the same ones are shown again."""


def angle(step: int) -> float:
    """Degrees from the picture's own view."""
    return SWING_DEG * math.sin(2 * math.pi * step / FRAMES)


def step_of(index: int) -> int:
    """Which step a frame of the clip shows; it repeats after `FRAMES`."""
    place = index % FRAMES
    if place <= _QUARTER:
        return place
    return FRAMES // 2 - place if place <= 3 * _QUARTER else place - FRAMES
