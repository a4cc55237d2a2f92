"""Many small things: where they come to lie, and which way they point, from a seeded generator."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .solids import Points, Solid, joined, turned

Random = np.random.Generator
Height = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]


def pile(rng: Random, count: int, radius: float, reach: tuple[float, float], *, tries: int = 14) -> Points:
    """Centres (count, 3) of balls dropped one by one into a box about the origin; each takes the lowest of some places.

    ``reach``: half width and half depth that the centres keep to.
    """
    centres = np.zeros((0, 3))
    for _ in range(count):
        x = rng.uniform(-reach[0], reach[0], tries)
        y = rng.uniform(-reach[1], reach[1], tries)
        z = np.full(tries, radius)
        if len(centres):
            apart = np.hypot(x[:, None] - centres[None, :, 0], y[:, None] - centres[None, :, 1])
            lift = np.sqrt(np.maximum(4 * radius**2 - apart**2, 0))
            z = np.maximum(z, np.where(apart < 2 * radius, centres[None, :, 2] + lift, radius).max(1))
        best = int(z.argmin())
        centres = np.vstack([centres, [x[best], y[best], z[best]]])
    return centres


def strewn(rng: Random, piece: Solid, places: Points, *, tilt: float, size: float = 0.1) -> Solid:
    """A piece at every place, lying any way round, tilted by up to ``tilt`` degrees, its size varying by a share."""
    parts = []
    for place in places:
        turn = (rng.uniform(-tilt, tilt), rng.uniform(-tilt, tilt), rng.uniform(0, 360))
        scale = 1 + rng.uniform(-size, size)
        parts.append(piece.moved(place, turn, scale).tinted(rng.uniform()))
    return joined(parts)


def heap(
    rng: Random, piece: Solid, count: int, radius: float, height: Height, *, tilt: float = 35, size: float = 0.15
) -> Solid:
    """Pieces strewn over a round heap: ``height(x, y)`` is its surface; they thin out towards the rim."""
    r = radius * np.sqrt(rng.uniform(0, 1, count))
    angle = rng.uniform(0, 2 * np.pi, count)
    x, y = r * np.cos(angle), r * np.sin(angle)
    return strewn(rng, piece, np.stack([x, y, height(x, y)], 1), tilt=tilt, size=size)


def mound(radius: float, top: float, foot: float = 0.0) -> Height:
    """The surface of a round heap, ``top`` high in the middle."""

    def height(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        share = np.clip(1 - (x**2 + y**2) / radius**2, 0, 1)
        return np.asarray(foot + top * share**0.85)

    return height


def on_ball(rng: Random, piece: Solid, count: int, radius: float, *, sunk: float = 0.0, lean: float = 25.0) -> Solid:
    """Pieces (built standing along z) standing on the upper two thirds of a ball, spread evenly; a flower's petals."""
    parts = []
    for k in range(count):
        z = 1 - 1.55 * (k + 0.5) / count
        polar = float(np.degrees(np.arccos(z)))
        azimuth = (k * 137.50776) % 360
        foot = turned(0, polar, azimuth) @ np.array([0, 0, radius - sunk])
        bend = polar + lean + float(rng.normal(0, 6))
        parts.append(piece.moved(foot, (0, bend, azimuth), 1 + rng.normal(0, 0.06)).tinted((k + 0.5) / count))
    return joined(parts)
