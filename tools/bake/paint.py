"""What is painted on the skin at face scale: creases, blush, shadows, stubble and the wet rims of the lids.

The maps lie over the face as seen from the front. Their coordinates are distances of the eyes: x to the picture's right
from the middle between the eyes, y upwards from the eyes' level. Both halves mirror each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Map = NDArray[np.float32]

WIDTH, HEIGHT = 3.2, 4.2
"""Extent of the maps in distances of the eyes."""

BELOW = 2.6
"""How far the maps reach below the eyes."""

CREASES = ("forehead", "eyes", "folds", "glabella")
"""Channels of the crease map: lines of the forehead, beside and under the eyes, from nose to mouth, between the brows."""

_PIXELS = 320  # per distance of the eyes


@dataclass(frozen=True)
class Proportions:
    """Of one face, in distances of the eyes: heights of nose tip and mouth (below the eyes: negative)."""

    nose: float = -0.66
    mouth: float = -1.16


@dataclass(frozen=True)
class Complexion:
    """How much of each, 0 to 1: redness of cheeks, nose and ears; shadow under the eyes; stubble; colour on the lips."""

    blush: float
    tired: float
    stubble: float
    lips: float


def coordinates(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Texture coordinates (0..1 inside the maps, v upwards) of points given in distances of the eyes."""
    return x / WIDTH + 0.5, (y + BELOW) / HEIGHT


def creases(face: Proportions, seed: int) -> Map:
    """(H, W, 4) depth of the creases, 0 to 1, one channel per name in ``CREASES``; first row is the top."""
    rng = np.random.default_rng(seed)
    sheet = np.zeros((*_shape(), 4), np.float32)
    for level, depth in ((0.72, 0.8), (0.86, 1.0), (1.0, 0.85), (1.12, 0.5)):
        x = np.linspace(-0.62, 0.62, 60)
        wave = 0.025 * np.sin(x * rng.uniform(3, 5) + rng.uniform(0, 6)) + 0.05 * np.cos(x * 2.2)
        y = level + wave - 0.05
        fade = np.clip((0.62 - np.abs(x - rng.uniform(-0.08, 0.08))) / 0.3, 0, 1)
        _stroke(sheet[..., 0], x, y, 0.016, depth * fade * rng.uniform(0.7, 1.0, x.size))
    for side in (-1, 1):
        for angle, reach, depth in ((30, 0.20, 0.7), (10, 0.26, 1.0), (-10, 0.26, 0.9), (-30, 0.24, 0.75)):
            way = np.radians(angle + rng.uniform(-4, 4))
            t = np.linspace(0, 1, 30)
            x = 0.83 + 0.02 * abs(angle) / 30 + t * reach * np.cos(way)
            y = -0.01 + 0.10 * np.sin(way) + t * reach * np.sin(way) - 0.05 * t * t
            _stroke(sheet[..., 1], side * x, y, 0.011, depth * np.sin(np.pi * np.clip(t * 0.9 + 0.1, 0, 1)))
        for drop, depth in ((0.20, 0.9), (0.27, 0.5)):
            t = np.linspace(0, 1, 40)
            x = 0.32 + 0.42 * t
            y = -0.10 - drop * np.sin(np.pi * (0.15 + 0.7 * t)) * (1 - 0.35 * t)
            _stroke(sheet[..., 1], side * x, y, 0.013, depth * np.sin(np.pi * t) * 0.7)
        t = np.linspace(0, 1, 60)
        x = 0.345 + 0.25 * t + 0.05 * np.sin(np.pi * t)
        y = face.nose + 0.10 + (face.mouth - 0.06 - face.nose - 0.10) * t
        _stroke(sheet[..., 2], side * x, y, 0.035, np.clip(np.sin(np.pi * (0.12 + 0.84 * t)), 0, 1))
        t = np.linspace(0, 1, 24)
        x = 0.085 + 0.02 * t
        _stroke(sheet[..., 3], side * x, 0.16 + 0.22 * t, 0.016, np.sin(np.pi * t))
    return sheet


def tones(face: Proportions, complexion: Complexion, seed: int) -> Map:
    """(H, W, 4): red, green and blue factors on the skin's colour, and wetness (0 to 1); first row is the top."""
    x, y = _grid()
    side = np.abs(x)
    colour = np.ones((*_shape(), 3), np.float32)
    cheeks = _blob(side, y, (0.62, face.nose + 0.10), (0.30, 0.24))
    nose = _blob(side, y, (0.0, face.nose), (0.20, 0.16))
    chin = 0.5 * _blob(side, y, (0.0, face.mouth - 0.45), (0.25, 0.15))
    _mix(colour, np.clip(cheeks + 0.7 * nose + chin, 0, 1) * complexion.blush, (1.04, 0.80, 0.78))
    under = _blob(side, y, (0.52, -0.21), (0.22, 0.07)) + 0.6 * _blob(side, y, (0.33, -0.08), (0.07, 0.12))
    _mix(colour, np.clip(under, 0, 1) * complexion.tired, (0.88, 0.80, 0.84))
    rim = np.exp(-(((_lid_ring(side, y)) / 0.10) ** 2))
    _mix(colour, rim * 0.25, (0.92, 0.78, 0.74))
    _mix(colour, _beard(face, side, y) * complexion.stubble, (0.70, 0.74, 0.80))
    if complexion.stubble > 0:
        grain = _grain(seed, 0.9)
        dots = np.clip((grain - 1.15) * 1.4, 0, 1) * _beard(face, side, y) * complexion.stubble
        _mix(colour, dots, (0.40, 0.36, 0.34))
    lips = _blob(side, y, (0.0, face.mouth), (0.34, 0.13))
    _mix(colour, np.clip(lips * 1.3, 0, 1) * complexion.lips, (1.0, 0.72, 0.74))
    mottle = _grain(seed + 1, 14.0) * 0.020 + _grain(seed + 2, 5.0) * 0.018 + _grain(seed + 3, 1.6) * 0.016
    colour *= (1 + mottle[..., None] * np.array([0.6, 1.0, 1.05], np.float32)).astype(np.float32)
    wet = np.exp(-((_lid_ring(side, y) / 0.045) ** 2)) + 0.7 * lips
    sheet = np.dstack([colour - 1, np.clip(wet, 0, 1)])
    # Outside the maps their outermost pixels go on for ever: nothing may be painted there.
    edge = np.minimum(WIDTH / 2 - side, np.minimum(y + BELOW, HEIGHT - BELOW - y))
    sheet *= _step(edge / 0.35)[..., None]
    sheet[..., :3] += 1
    return sheet.astype(np.float32)


def _beard(face: Proportions, side: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
    """Where a beard would grow, 0 to 1: round the mouth, chin, jaw, and up to the sideburns."""
    jaw = _step((face.nose - 0.05 - y + 0.75 * np.clip(side - 0.55, 0, 0.6)) / 0.35) * _step(
        (y - face.mouth + 1.15) / 0.3
    )
    mouth = 1 - _blob(side, y, (0.0, face.mouth), (0.36, 0.10))
    above = 1 - 0.6 * _blob(side, y, (0.55, face.mouth + 0.15), (0.16, 0.18))
    return np.asarray(np.clip(jaw * mouth * above, 0, 1), np.float32)


def _lid_ring(side: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rough distance from the rim of the open lids, in distances of the eyes."""
    radius = np.hypot((side - 0.545) / 0.215, (y + 0.01) / 0.085)
    return np.asarray((radius - 1) * 0.10, np.float32)


def _mix(colour: Map, share: NDArray[Any], tint: Sequence[float]) -> None:
    colour *= 1 + share[..., None] * (np.array(tint, np.float32) - 1)


def _blob(
    x: NDArray[np.float32], y: NDArray[np.float32], centre: tuple[float, float], radius: tuple[float, float]
) -> NDArray[np.float32]:
    away = ((x - centre[0]) / radius[0]) ** 2 + ((y - centre[1]) / radius[1]) ** 2
    return np.asarray(np.exp(-away), np.float32)


def _step(share: NDArray[np.float32]) -> NDArray[np.float32]:
    inside = np.clip(share, 0, 1)
    return np.asarray(inside * inside * (3 - 2 * inside), np.float32)


def _grain(seed: int, sigma_px: float) -> NDArray[np.float32]:
    """Smooth noise of unit spread."""
    noise = cv2.GaussianBlur(np.random.default_rng(seed).normal(size=_shape()).astype(np.float32), (0, 0), sigma_px)
    return np.asarray(noise / noise.std(), np.float32)


def _shape() -> tuple[int, int]:
    return round(HEIGHT * _PIXELS), round(WIDTH * _PIXELS)


def _grid() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    rows, columns = np.mgrid[0 : _shape()[0], 0 : _shape()[1]].astype(np.float32) + 0.5
    return columns / _PIXELS - WIDTH / 2, HEIGHT - BELOW - rows / _PIXELS


def _stroke(
    sheet: NDArray[np.float32],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    width: float,
    depth: NDArray[np.float64],
) -> None:
    """Lay a soft line through points into a channel, keeping what is deeper."""
    sigma = width * _PIXELS
    reach = int(3 * sigma) + 1
    steps = np.arange(-reach, reach + 1)
    along = np.linspace(0, len(x) - 1, 6 * len(x))
    places = np.arange(len(x))
    for px, py, deep in zip(
        np.interp(along, places, x), np.interp(along, places, y), np.interp(along, places, depth), strict=True
    ):
        column, row = (px + WIDTH / 2) * _PIXELS - 0.5, (HEIGHT - BELOW - py) * _PIXELS - 0.5
        c0, r0 = round(column), round(row)
        if not (reach <= c0 < sheet.shape[1] - reach and reach <= r0 < sheet.shape[0] - reach):
            continue
        bell = np.exp(-((steps[None] + c0 - column) ** 2 + (steps[:, None] + r0 - row) ** 2) / (2 * sigma**2))
        patch = sheet[r0 - reach : r0 + reach + 1, c0 - reach : c0 + reach + 1]
        np.maximum(patch, (deep * bell).astype(np.float32), out=patch)
