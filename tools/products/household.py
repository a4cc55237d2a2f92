"""Household goods: pan, knife, apron, cutting board, dish soap."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from . import materials as m
from .fresh import BEECH
from .photo_set import PhotoSet
from .pieces import Random
from .solids import (
    Points,
    Solid,
    filleted,
    lathe,
    loft,
    rectangle,
    sheet,
    slab,
    smoothed,
    superellipse,
    tube,
)


def pan(table: PhotoSet, rng: Random) -> None:
    """A cast-iron skillet with two pouring lips, a helper grip and a long handle with a hole."""
    iron = m.iron("iron")
    wall = filleted(
        [
            (0, 0),
            (10.6, 0, 0.5),
            (12.9, 5.0, 0.4),
            (13.2, 5.2, 0.15),
            (12.75, 5.3, 0.15),
            (12.4, 5.0, 0.4),
            (10.3, 0.75, 1.2),
            (0, 0.55),
        ],
        8,
    )
    body = lathe(wall, 144)
    points = body.points.copy()
    r, at = np.hypot(points[:, 0], points[:, 1]), np.arctan2(points[:, 1], points[:, 0])
    lip = (
        sum(np.exp(-(((at - a) / 0.13) ** 2)) for a in (np.pi / 2, -np.pi / 2))
        * np.clip((points[:, 2] - 3.2) / 2.0, 0, 1)
        * (r > 10)
    )
    points[:, :2] *= (1 + 0.055 * lip)[:, None]
    points[:, 2] -= 0.35 * lip
    table.put(Solid(points, body.faces), iron)
    table.put(_handle(), iron, (12.4, 0, 4.0), (0, -7, 0))
    table.put(_loop(smoothed([(-12.6, -3.6), (-15.0, -2.7), (-15.7, 0), (-15.0, 2.7), (-12.6, 3.6)], 8), 4.4), iron)


def _handle() -> Solid:
    """The long handle, a ring of walls: an outline with a hole near its end, raised and rounded."""
    t = np.linspace(0, 1, 90)
    half = np.interp(t, [0, 0.06, 0.2, 0.55, 0.80, 0.92, 1.0], [2.6, 1.9, 1.35, 1.5, 1.95, 1.75, 0.0])
    half = np.where(t > 0.9, 1.85 * np.sqrt(np.clip(1 - ((t - 0.88) / 0.12) ** 2, 0, 1)), half)
    length = 14.5
    hole_at, hole = 0.82 * length, 0.78
    u = np.linspace(-1, 1, 33)
    x = length * t[:, None] + 0 * u
    y = half[:, None] * u
    thick = 0.62 * np.sqrt(np.clip(1 - np.abs(u) ** 4, 0, 1))[None, :] + 0 * x
    ring = np.hypot((x - hole_at) / 1.7, y)
    thick = np.where(ring < hole * 1.5, thick * np.clip((ring - hole) / (hole * 0.5), 0.0, 1) ** 0.4, thick)
    groove = 0.28 * np.exp(-((y / 0.75) ** 2)) * np.exp(-(((x - 5.0) / 4.0) ** 4))
    rise = 0.9 * t[:, None] ** 2
    top = np.stack([x, y, thick - groove + rise], -1)
    foot = np.stack([x, y, -thick + rise], -1)
    keep_top, keep_foot = sheet(top), sheet(foot)
    gone = (ring < hole).ravel()
    faces = [f for f in keep_top.faces if not all(gone[i] for i in f)]
    faces += [tuple(reversed([i + x.size for i in f])) for f in keep_foot.faces if not all(gone[i] for i in f)]
    return Solid(np.vstack([keep_top.points, keep_foot.points]), [tuple(reversed(f)) for f in faces])


def _loop(path: Points, z: float) -> Solid:
    return tube(np.c_[path, np.full(len(path), z)], 0.62, 20, 1.0)


def knife(table: PhotoSet, rng: Random) -> None:
    """A chef's knife: ground blade, bolster, beech handle with three rivets."""
    table.put(_blade(), m.steel("blade", rough=0.20, colour=(0.66, 0.66, 0.66), round_z=False), (0, 0, 1.5))
    edge = _blade(low=0.0, high=0.26)
    table.put(edge, m.plain("edge", (0.86, 0.86, 0.86), 0.10, Metallic=1.0), (0, 0, 1.5))
    bolster = slab(rectangle(1.9, 2.5, 0.5), 1.75, 0.45)
    table.put(bolster, m.steel("bolster", rough=0.16, round_z=False), (-0.75, 1.15, 0.62))
    x = np.concatenate([-1.3 - 11.4 * np.linspace(0, 1, 60), -12.7 - 0.75 * np.sin(np.linspace(0.08, np.pi / 2, 14))])
    stations = (
        [-13.5, -12.4, -11.0, -8.0, -4.5, -1.3],
        [1.9, 2.35, 2.55, 2.55, 2.6, 2.35],
        [0.0, -0.75, -0.85, -0.2, -0.25, -0.05],
    )
    high, low = (
        np.convolve(np.pad(np.interp(x, stations[0], side), 5, mode="edge"), np.ones(11) / 11, "valid")
        for side in stations[1:]
    )
    end = np.sqrt(np.clip(1 - ((x + 12.7) / 0.76).clip(-1, 0) ** 2, 0.0, 1))
    section = superellipse(2.0, 2.0, 2.9, 48)
    middle, half = (high + low) / 2, (high - low) / 2 * end
    y = middle[:, None] + half[:, None] * section[:, 0]
    z = 1.5 + (0.98 * (0.35 + 0.65 * end))[:, None] * section[:, 1]
    grip = sheet(np.stack([x[:, None] + 0 * y, y, z], -1))
    rings, sides = y.shape
    seam = [(k * sides + sides - 1, k * sides, (k + 1) * sides, (k + 1) * sides + sides - 1) for k in range(rings - 1)]
    closed = Solid(
        grip.points, [*grip.faces, *seam, tuple(range(sides)), tuple((rings - 1) * sides + k for k in range(sides))]
    )
    table.put(closed, m.wood("handle", (0.50, 0.285, 0.14), (0.29, 0.145, 0.065), fine=1.5))
    rivet = lathe(filleted([(0, 0), (0.36, 0, 0.02), (0.34, 0.12, 0.05), (0, 0.16)]), 32)
    for along in (-3.6, -7.2, -10.8):
        table.put(rivet, m.steel("rivet", rough=0.18), (along, 1.15, 2.42))


def _blade(low: float = 0.0, high: float = 1.0) -> Solid:
    """The blade lying flat, spine to +y; a share of its height from the edge upwards."""
    x = np.linspace(0, 20.4, 120)
    spine = np.interp(x, [0, 9, 14, 17.5, 19.5, 20.4], [2.45, 2.40, 2.05, 1.35, 0.55, -0.05])
    spine = np.convolve(np.pad(spine, 6, mode="edge"), np.ones(13) / 13, "valid")
    cut = np.interp(x, [0, 6, 12, 16, 19, 20.4], [-2.35, -2.40, -2.15, -1.55, -0.65, 0.0])
    cut = np.convolve(np.pad(cut, 6, mode="edge"), np.ones(13) / 13, "valid")
    spine = np.maximum(spine, cut + 0.02)
    v = np.linspace(low, high, 24)
    y = cut[:, None] + (spine - cut)[:, None] * v
    half = 0.13 * np.minimum(v * 1.15, 1.0) * np.linspace(1.0, 0.45, 120)[:, None]
    lift = 0.004 if high < 1 else 0.0
    xs = x[:, None] + 0 * v
    if high < 1:  # the bevel ends in a line that waves a little, as a hand grinds it
        y = cut[:, None] + np.minimum((spine - cut)[:, None], 4.0) * v * (1 + 0.06 * np.sin(x / 2.3))[:, None]
    top = sheet(np.stack([xs, y, half + lift], -1))
    foot = sheet(np.stack([xs, y, -half - lift], -1))
    count = len(top.points)
    faces = [tuple(reversed(f)) for f in top.faces] + [tuple(i + count for i in f) for f in foot.faces]
    columns = len(v)
    faces += [
        (
            i * columns + columns - 1,
            (i + 1) * columns + columns - 1,
            count + (i + 1) * columns + columns - 1,
            count + i * columns + columns - 1,
        )
        for i in range(119)
    ]
    return Solid(np.vstack([top.points, foot.points]), faces)


def apron(table: PhotoSet, rng: Random) -> None:
    """A linen apron as if somebody wore it: bib, crossed straps, a pocket, folds that fall from the waist."""
    linen = m.weave("linen", (0.130, 0.185, 0.235), 1.5)
    table.put(sheet(_worn(_apron_half, 0.0, 1.0)), linen, thick=0.22, weighted=False)
    # hem and pocket are cloth on cloth
    table.put(sheet(_worn(lambda t: 10.2 + 0 * t, 0.40, 0.63, out=0.55)), linen, thick=0.25, weighted=False)
    table.put(sheet(_worn(lambda t: 10.4 + 0 * t, 0.385, 0.415, out=0.75)), linen, thick=0.3, weighted=False)
    for low, high in ((0.985, 1.0), (0.0, 0.018)):
        table.put(sheet(_worn(_apron_half, low, high, out=0.25)), linen, thick=0.3, weighted=False)
    top = _worn(_apron_half, 0.0, 0.01)[0]
    for side in (-1, 1):
        begin = top[5 if side < 0 else -6]
        end = _worn(_apron_half, 0.335, 0.345)[0][0 if side > 0 else -1]
        path = smoothed(
            [
                begin + [0, 0.1, -1.5],
                begin + [side * 0.3, 0.8, 4.5],
                begin + [0.0, 6.5, 11.0],
                [begin[0] * 0.55, 15.0, begin[2] + 7.5],
                [-begin[0] * 0.5, 17.0, begin[2] - 7.0],
                end + [0.2 * side, 6.0, 3.0],
                end,
            ],
            10,
        )
        ribbon = np.stack([path + np.array([w, 0, 0.25 * w * side]) for w in np.linspace(-1.7, 1.7, 5)])
        table.put(sheet(ribbon), linen, thick=0.25, weighted=False)


def _apron_half(t: Points) -> Points:
    """Half the cloth's width, measured round the body, at a share of the height from the top."""
    return np.asarray(
        np.interp(t, [0, 0.02, 0.12, 0.22, 0.30, 0.36, 0.42, 1.0], [13.5, 13.5, 13.8, 15.0, 19.0, 27.0, 31.0, 33.5])
    )


def _worn(
    half: Callable[[NDArray[np.float64]], NDArray[np.float64]], low: float, high: float, out: float = 0.0
) -> Points:
    """A part of the apron between two shares of its height, bent round an absent body; (rows, columns, 3)."""
    t = np.linspace(low, high, max(2, round(90 * (high - low)) + 2))
    u = np.linspace(-1, 1, 81)
    width = half(t)
    along = width[:, None] * u
    girth = np.interp(t, [0, 0.2, 0.36, 0.5, 1.0], [17.0, 17.5, 15.5, 18.5, 23.0])[:, None]
    girth = girth + out
    angle = along / girth * 0.86
    fold = np.clip((t[:, None] - 0.36) / 0.64, 0, 1) ** 1.2
    ripple = fold * (
        1.5 * np.sin(5.2 * angle + 0.8) + 0.8 * np.sin(9.5 * angle + 2.4 * t[:, None]) * np.abs(np.sin(angle))
    )
    small = 0.22 * np.sin(13 * t[:, None] + 2.2 * angle) * np.exp(-(((t[:, None] - 0.34) / 0.10) ** 2))
    r = girth + ripple + small
    x = r * np.sin(angle)
    y = -0.82 * r * np.cos(angle)
    z = 88.0 * (1 - t)[:, None] + 0.9 * fold * np.sin(3.1 * angle + 1.0) + 0 * u
    return np.stack([x, y, z + 2.0], -1)


def board(table: PhotoSet, rng: Random) -> None:
    """A thick beech board with a juice groove."""
    outline = rectangle(40, 28, 3.4, 10)
    edge = [(1.0, 0.5, 0.0), (1.0, 0.15, 0.15), (1.0, 0.0, 0.5), (1.0, 0.0, 2.5), (1.0, 0.15, 2.85), (1.0, 0.5, 3.0)]
    groove = [(1.0, 1.75, 3.0)]
    bend = np.linspace(np.pi, 2 * np.pi, 13)
    groove += [(1.0, 2.35 + 0.55 * np.cos(a), 3.0 + 0.55 * np.sin(a)) for a in bend]
    inner = [(1.0, 3.1, 3.0), (0.55, 0.0, 3.0), (0.0, 0.0, 3.0)]
    table.put(loft(outline, [*edge, *groove, *inner]), m.wood("beech", *BEECH, rough=0.36, fine=0.75))


def soap(table: PhotoSet, rng: Random) -> None:
    """Two bottles of clear green soap with white caps and plain labels."""
    outline = superellipse(8.0, 5.4, 2.5, 96)
    profile = smoothed([(0.45, 0.0), (0.0, 0.8), (0.0, 8.0), (0.05, 13.5), (0.9, 16.5), (1.75, 18.2)], 7)
    green = m.plain(
        "soap",
        (0.30, 0.50, 0.13),
        0.12,
        Transmission_Weight=0.35,
        IOR=1.33,
        Subsurface_Weight=0.6,
        Subsurface_Radius=(0.6, 1.0, 0.3),
        Subsurface_Scale=1.2,
        Coat_Weight=0.6,
    )
    white = m.plain("cap", (0.80, 0.79, 0.76), 0.32)
    paper = m.plain("label", (0.80, 0.765, 0.68), 0.55)
    leaf = m.plain("leaf", (0.13, 0.24, 0.07), 0.55)
    for x, y, turn in ((-5.2, 1.6, 12.0), (5.0, -1.6, -8.0)):
        body = loft(outline, [(1.0, float(i), float(z)) for i, z in profile])
        table.put(body, green, (x, y, 0), (0, 0, turn))
        table.put(
            loft(superellipse(3.9, 2.9, 2.2), [(1, 0, 18.0), (1, 0, 18.6), (1, 0.15, 18.9)]),
            white,
            (x, y, 0),
            (0, 0, turn),
        )
        collar = filleted(
            [
                (0, 18.7),
                (1.7, 18.7, 0.1),
                (1.6, 20.6, 0.3),
                (0.75, 20.9, 0.1),
                (0.55, 21.1),
                (0.55, 23.0),
                (0.95, 23.1, 0.1),
                (0.95, 24.2, 0.3),
                (0, 24.35),
            ]
        )
        table.put(lathe(collar, 64), white, (x, y, 0), (0, 0, turn))
        spout = smoothed([(0, 0, 23.7), (-2.0, -0.2, 23.75), (-3.4, -0.35, 23.5), (-4.1, -0.4, 22.9)], 6)
        table.put(tube(spout, np.linspace(0.62, 0.40, len(spout)), 24, 1.2), white, (x, y, 0), (0, 0, turn))
        table.put(
            loft(outline, [(1.0, -0.03, 3.6), (1.0, -0.03, 11.6)], caps=False),
            paper,
            (x, y, 0),
            (0, 0, turn),
            weighted=False,
        )
        for k, lean in enumerate((-32.0, 0.0, 32.0)):
            blade = (
                slab(superellipse(1.05, 2.7, 1.45, 48), 0.05, 0.01).moved((0, 1.35, 0)).moved((0, 0, 0), (0, 0, lean))
            )
            table.put(
                blade.moved((0, 0, 0), (90, 0, 0)).moved((0, -2.72, 6.3 + 0.0 * k)), leaf, (x, y, 0), (0, 0, turn)
            )
