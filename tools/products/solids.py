"""Shapes in plain numpy, in centimetres, z up: turned bodies, lofts, swept tubes, sheets, and many small pieces as one mesh."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

_CLOSE = 1e-9


@dataclass(frozen=True)
class Solid:
    """A mesh: points (N, 3), faces as tuples of indices, and one number a point that materials may colour by."""

    points: Points
    faces: list[tuple[int, ...]]
    tint: NDArray[np.float64] | None = None

    def moved(self, at: Sequence[float] = (0, 0, 0), turn: Sequence[float] = (0, 0, 0), scale: object = 1.0) -> Solid:
        """Scaled (a number or one an axis), then turned about x, y, z (degrees, in this order), then moved."""
        points = self.points * np.asarray(scale, float) @ turned(*turn).T + np.asarray(at, float)
        return replace(self, points=points)

    def tinted(self, tint: object) -> Solid:
        """With a tint: one number, or one a point."""
        return replace(self, tint=np.broadcast_to(np.asarray(tint, float), (len(self.points),)).copy())


def turned(x: float, y: float, z: float) -> Points:
    """3x3 matrix that turns about x, then y, then z, in degrees."""
    cx, cy, cz = np.cos(np.radians([x, y, z]))
    sx, sy, sz = np.sin(np.radians([x, y, z]))
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    return np.asarray(about_z @ about_y @ about_x)


def filleted(corners: Sequence[Sequence[float]], steps: int = 5) -> Points:
    """A polyline (u, v, radius) with its corners rounded by arcs, as far as the legs are long enough; (N, 2)."""
    points = np.array([corner[:2] for corner in corners], float)
    radii = [corner[2] if len(corner) > 2 else 0.0 for corner in corners]
    line = [points[0]]
    for before, here, after, radius in zip(points, points[1:], points[2:], radii[1:-1], strict=False):
        into, out = before - here, after - here
        reach_in, reach_out = np.linalg.norm(into), np.linalg.norm(out)
        if radius <= 0 or reach_in < _CLOSE or reach_out < _CLOSE:
            line.append(here)
            continue
        into, out = into / reach_in, out / reach_out
        half = np.arccos(np.clip(into @ out, -1, 1)) / 2
        reach = min(radius / max(np.tan(half), 1e-6), 0.49 * reach_in, 0.49 * reach_out)
        t = np.linspace(0, 1, steps + 1)[:, None]
        # a quadratic arc through both ends: close to a circle's, and never overshoots
        line.extend((1 - t) ** 2 * (here + into * reach) + 2 * t * (1 - t) * here + t**2 * (here + out * reach))
    line.append(points[-1])
    return np.array(line)


def smoothed(points: Sequence[Sequence[float]], per: int = 8) -> Points:
    """A curve through all points (Catmull-Rom), ``per`` steps between two."""
    known = np.array(points, float)
    padded = np.vstack([2 * known[0] - known[1], known, 2 * known[-1] - known[-2]])
    t = (np.arange(per) / per)[:, None]
    parts = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        parts.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.vstack([*parts, known[-1:]])


def circle(radius: float = 1.0, sides: int = 96) -> Points:
    """Outline (sides, 2), counter-clockwise."""
    angle = 2 * np.pi * np.arange(sides) / sides
    return radius * np.stack([np.cos(angle), np.sin(angle)], 1)


def rectangle(width: float, depth: float, radius: float, steps: int = 8) -> Points:
    """Outline of a rectangle with round corners, counter-clockwise about the origin."""
    corners = []
    for sx, sy, begin in ((1, 1, 0), (-1, 1, 90), (-1, -1, 180), (1, -1, 270)):
        angle = np.radians(np.linspace(begin, begin + 90, steps + 1))
        centre = np.array([sx * (width / 2 - radius), sy * (depth / 2 - radius)])
        corners.append(centre + radius * np.stack([np.cos(angle), np.sin(angle)], 1))
    return np.vstack(corners)


def superellipse(width: float, depth: float, power: float, sides: int = 96) -> Points:
    """Outline |x/a|^n + |y/b|^n = 1; power 2 is an ellipse, 4 almost a rectangle."""
    c, s = circle(1.0, sides).T
    return np.stack(
        [width / 2 * np.sign(c) * np.abs(c) ** (2 / power), depth / 2 * np.sign(s) * np.abs(s) ** (2 / power)], 1
    )


def loft(outline: Points, rings: Sequence[Sequence[float]] | Points, *, caps: bool = True) -> Solid:
    """An outline carried along rings (scale, inset, z): scaled about the origin, then moved inwards along its normals.

    A ring of scale 0 becomes a point. Open ends are closed with a flat face if ``caps``.
    """
    along = np.roll(outline, -1, 0) - np.roll(outline, 1, 0)
    normal = np.stack([along[:, 1], -along[:, 0]], 1)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), _CLOSE)
    sides = len(outline)
    points: list[Points] = []
    starts: list[tuple[int, bool]] = []  # index of the ring's first point, and whether it is a single point
    total = 0
    for scale, inset, z in rings:
        single = abs(scale) < _CLOSE
        ring = np.zeros((1, 2)) if single else outline * scale - normal * inset
        points.append(np.c_[ring, np.full(len(ring), z)])
        starts.append((total, single))
        total += len(ring)
    faces: list[tuple[int, ...]] = []
    for (a, a_single), (b, b_single) in zip(starts, starts[1:], strict=False):
        for i in range(sides):
            j = (i + 1) % sides
            if a_single and b_single:
                continue
            if a_single:
                faces.append((a, b + j, b + i))
            elif b_single:
                faces.append((a + i, a + j, b))
            else:
                faces.append((a + i, a + j, b + j, b + i))
    if caps:
        first, last = starts[0], starts[-1]
        if not first[1]:
            faces.append(tuple(first[0] + i for i in reversed(range(sides))))
        if not last[1]:
            faces.append(tuple(last[0] + i for i in range(sides)))
    return Solid(np.vstack(points), faces)


def lathe(profile: Sequence[Sequence[float]] | Points, sides: int = 96, *, caps: bool = True) -> Solid:
    """A profile (radius, z) turned about the z axis, from below upwards on the outside."""
    return loft(circle(1.0, sides), [(r, 0.0, z) for r, z in np.asarray(profile, float)[:, :2]], caps=caps)


def slab(outline: Points, height: float, edge: float, steps: int = 5) -> Solid:
    """An outline raised from z 0 to ``height`` with its upper and lower edges rounded."""
    angle = np.linspace(0, np.pi / 2, steps + 1)
    foot = [(1.0, edge * (1 - np.sin(a)), edge * (1 - np.cos(a))) for a in angle]
    return loft(outline, foot + [(s, i, height - z) for s, i, z in reversed(foot)])


def box(width: float, depth: float, height: float, edge: float) -> Solid:
    """A box on the ground with all edges rounded."""
    return slab(rectangle(width, depth, max(edge * 1.2, 0.02)), height, edge)


def ball(x: float, y: float, z: float, rings: int = 24, sides: int = 48) -> Solid:
    """An ellipsoid about the origin with these half axes."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, rings + 1)
    profile = np.stack([np.cos(angle), np.sin(angle)], 1)
    profile[0, 0] = profile[-1, 0] = 0
    return lathe(profile, sides).moved(scale=(x, y, z))


def tube(path: Points, radius: object, sides: int = 24, flat: float = 1.0) -> Solid:
    """A path (N, 3) with round ends swept by a circle of a radius (one, or one a point); ``flat`` squeezes it sideways."""
    path = np.asarray(path, float)
    radii = np.broadcast_to(np.asarray(radius, float), (len(path),))
    way = np.gradient(path, axis=0)
    way /= np.maximum(np.linalg.norm(way, axis=1, keepdims=True), _CLOSE)
    side = np.cross(way[0], [0, 0, 1.0] if abs(way[0, 2]) < 0.9 else [0, 1.0, 0])
    round_ = circle(1.0, sides)
    rings, points = [], [path[:1] - way[:1] * radii[0] * 0.35]
    for here, direction, r in zip(path, way, radii, strict=True):
        side = side - (side @ direction) * direction
        side /= max(float(np.linalg.norm(side)), _CLOSE)
        up = np.cross(side, direction)
        rings.append(here + r * (flat * round_[:, :1] * side + round_[:, 1:] * up))
    points += [*rings, path[-1:] + way[-1:] * radii[-1] * 0.35]
    faces: list[tuple[int, ...]] = []
    for i in range(sides):
        j = (i + 1) % sides
        faces.append((0, 1 + i, 1 + j))
        for k in range(len(path) - 1):
            a, b = 1 + k * sides, 1 + (k + 1) * sides
            faces.append((a + i, b + i, b + j, a + j))
        last = 1 + (len(path) - 1) * sides
        faces.append((last + sides, last + j, last + i))
    return Solid(np.vstack(points), faces)


def sheet(points: Points) -> Solid:
    """A surface from a grid of points (rows, columns, 3)."""
    rows, columns = points.shape[:2]
    index = np.arange(rows * columns).reshape(rows, columns)
    corners = np.stack([index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]], -1).reshape(-1, 4)
    return Solid(points.reshape(-1, 3).copy(), [tuple(int(i) for i in face) for face in corners])


def joined(solids: Sequence[Solid]) -> Solid:
    """Several solids as one mesh; those without a tint have tint 0.5."""
    points: list[Points] = []
    faces: list[tuple[int, ...]] = []
    tints: list[NDArray[np.float64]] = []
    total = 0
    for solid in solids:
        points.append(solid.points)
        faces.extend(tuple(i + total for i in face) for face in solid.faces)
        tints.append(np.full(len(solid.points), 0.5) if solid.tint is None else solid.tint)
        total += len(solid.points)
    return Solid(np.vstack(points), faces, np.concatenate(tints))
