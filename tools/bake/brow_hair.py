"""Brows as strands: rooted on triangles of the skin, so that they go where the skin goes, mirrored left and right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .figure import Points
from .host import Brows

POINTS = 5
"""Points of one strand."""

TAPER = np.array([0.7, 1.0, 0.9, 0.6, 0.15])


@dataclass(frozen=True)
class BrowRoots:
    """Where the strands stand: triangle corners (N, 3), shares of the corners (N, 3), comb (N, 3), length (N,) in dm."""

    corners: NDArray[np.int64]
    shares: Points
    comb: Points
    length: NDArray[np.float64]


def centre_line(brows: Brows, along: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """X and height above the eyes, in distances of the eyes, of the brow's middle at 0 (inner end) to 1 (outer end)."""
    x = brows.inner + (brows.outer - brows.inner) * along
    rise = np.interp(along, [0, 0.2, 0.45, 0.66, 0.85, 1.0], [0.0, 0.32, 0.78, 1.0, 0.62, -0.1])
    smooth = rise * 0.5 + 0.5 * np.sin(np.pi * np.clip(along * 0.78, 0, 1))
    return x, brows.height + brows.arch * smooth + brows.tilt * (along - 0.5)


def plant(brows: Brows, triangles: NDArray[np.int64], body: Points, eye: Points, seed: int) -> BrowRoots:
    """Roots of both brows on a body at rest (Blender's axes); ``eye`` is the centre of the eye at positive x."""
    rng = np.random.default_rng(seed)
    apart = 2 * abs(float(eye[0]))
    count = brows.strands
    along = rng.beta(1.25, 1.25, count)
    across = rng.uniform(-1, 1, count)
    x, height = centre_line(brows, along)
    half = 0.5 * brows.thickness * np.interp(along, [0, 0.12, 0.45, 0.7, 1], [0.62, 1.0, 0.95, 0.66, 0.12])
    height = height + across * half
    x = x + rng.normal(0, 0.006, count)
    lean = np.radians(np.interp(along, [0, 0.15, 0.4, 0.7, 1.0], [58, 46, 24, -2, -22]))
    lean = lean - across * np.radians(np.interp(along, [0, 0.3, 1], [4, 24, 10])) + rng.normal(0, 0.10, count)
    length = (
        apart * brows.length * np.interp(along, [0, 0.25, 0.8, 1], [0.55, 1.0, 0.9, 0.6]) * rng.uniform(0.7, 1.1, count)
    )
    corners, shares, comb, lengths = [], [], [], []
    for side in (1.0, -1.0):
        places = np.stack([side * x * apart, eye[2] + height * apart], 1)
        found, share = _under(places, triangles, body)
        good = found >= 0
        corners.append(triangles[found[good]])
        shares.append(share[good])
        comb.append(np.stack([side * np.cos(lean), np.zeros(count), np.sin(lean)], 1)[good])
        lengths.append(length[good])
    return BrowRoots(np.concatenate(corners), np.concatenate(shares), np.concatenate(comb), np.concatenate(lengths))


def strands(roots: BrowRoots, body: Points) -> Points:
    """(N, POINTS, 3) strands on a body in any expression."""
    triangle = body[roots.corners]
    foot = (triangle * roots.shares[:, :, None]).sum(1)
    normal = _unit(np.cross(triangle[:, 1] - triangle[:, 0], triangle[:, 2] - triangle[:, 0]))
    normal = np.where(normal[:, 1:2] > 0, -normal, normal)  # to the front
    way = _unit(roots.comb - (roots.comb * normal).sum(1, keepdims=True) * normal)
    curve = np.zeros((len(foot), POINTS, 3))
    curve[:, 0] = foot + 0.010 * normal  # the smoothed skin bulges over its coarse triangles
    for k in range(1, POINTS):
        t = k / (POINTS - 1)
        bend = np.sign(way[:, :1]) * np.array([[0.25 * t, 0, 0]]) - np.array([[0, 0, 0.10 * t]])
        step = _unit(way + normal * (0.42 - 0.50 * t) + bend)
        curve[:, k] = curve[:, k - 1] + step * (roots.length / (POINTS - 1))[:, None]
    return curve


def _under(places: NDArray[np.float64], triangles: NDArray[np.int64], body: Points) -> tuple[NDArray[np.int64], Points]:
    """For points (x, z) seen from the front: index of the foremost triangle there (-1: none), and corner shares."""
    corners = body[triangles]
    a, b, c = (corners[:, k][:, [0, 2]] for k in range(3))
    near = corners[:, :, 1].mean(1)
    twice = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (c[:, 0] - a[:, 0]) * (b[:, 1] - a[:, 1])
    best = np.full(len(places), -1, np.int64)
    share = np.zeros((len(places), 3))
    for place, point in enumerate(places):
        with np.errstate(divide="ignore", invalid="ignore"):
            second = ((point[0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (c[:, 0] - a[:, 0]) * (point[1] - a[:, 1])) / twice
            third = ((b[:, 0] - a[:, 0]) * (point[1] - a[:, 1]) - (point[0] - a[:, 0]) * (b[:, 1] - a[:, 1])) / twice
        inside = np.flatnonzero((second >= 0) & (third >= 0) & (second + third <= 1))
        if inside.size:
            front = inside[near[inside].argmin()]
            best[place] = front
            share[place] = (1 - second[front] - third[front], second[front], third[front])
    return best, share


def _unit(vectors: Points) -> Points:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9))
