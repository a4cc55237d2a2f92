"""Fresh food: steak, blueberries, eggs, rice, yogurt."""

from __future__ import annotations

import numpy as np

from . import materials as m
from .photo_set import PhotoSet
from .pieces import Random, heap, mound, pile, strewn
from .solids import (
    Points,
    Solid,
    ball,
    box,
    filleted,
    joined,
    lathe,
    loft,
    rectangle,
    slab,
    smoothed,
    superellipse,
    tube,
)

BEECH = ((0.66, 0.43, 0.24), (0.40, 0.22, 0.105))
_KRAFT = (0.40, 0.265, 0.155)


def steak(table: PhotoSet, rng: Random) -> None:
    """A marbled ribeye on a small board, with rosemary and pepper."""
    table.put(slab(rectangle(24, 18.0, 2.2), 1.6, 0.35), m.wood("board", *BEECH))
    for place, turn, size in (((-0.9, 1.3, 1.6), 14.0, 1.10),):
        table.put(_cut(rng).moved(scale=size), m.meat("meat"), place, (0, 0, turn))
    table.put(
        _rosemary(rng),
        m.pied("rosemary", [(0.2, (0.035, 0.075, 0.028)), (0.9, (0.12, 0.19, 0.085))], 0.6),
        (4.4, -6.9, 2.0),
        (0, 0, 10),
    )
    places = np.stack([rng.uniform(-10.5, 10.5, 16), rng.uniform(-8.2, -6.6, 16), np.full(16, 1.85)], 1)
    table.put(
        strewn(rng, ball(0.24, 0.24, 0.24, 8, 12), places, tilt=90),
        m.rough_coat("pepper", (0.022, 0.015, 0.011), 0.7, 9, 0.05),
    )
    salt = np.stack([rng.uniform(-9, 0, 46), rng.uniform(-8.2, -6.8, 46), np.full(46, 1.66)], 1)
    table.put(
        strewn(rng, box(0.22, 0.17, 0.13, 0.02), salt, tilt=40, size=0.4), m.plain("salt", (0.85, 0.85, 0.84), 0.3)
    )


def _cut(rng: Random) -> Solid:
    """The slice of meat: an eye of meat with a tail; tint is the share of fat, by the distance from the rim."""
    angle = 2 * np.pi * np.arange(160) / 160
    radius = 7.6 + 1.9 * np.cos(angle - 0.25) + 0.75 * np.cos(2 * angle + 0.6) + 0.35 * np.cos(3 * angle + 2.0)
    radius = radius - 1.6 * np.exp(-(((angle - 3.9) / 0.30) ** 2)) + 0.10 * np.sin(11 * angle + 1.0)
    outline = np.stack([radius * np.cos(angle), 0.80 * radius * np.sin(angle)], 1)
    height, edge = 2.5, 0.75
    rings = [(0.0, 0.0, 0.0), (0.9, 0.0, 0.0)]
    bend = np.linspace(-np.pi / 2, np.pi / 2, 17)
    rings += [
        (
            1.0,
            edge * (1 - np.cos(a)),
            height / 2 + (height / 2 - edge) * np.sign(a) * min(1, abs(a) * 1.6) + edge * np.sin(a),
        )
        for a in bend
    ]
    inner = np.linspace(0.965, 0.0, 34)
    start = rings[-1][2]
    rings += [(s, edge * s, start) for s in inner[:-1]] + [(0.0, 0.0, start)]
    body = loft(outline, rings)
    points = body.points.copy()
    share = np.hypot(points[:, 0], points[:, 1] / 0.8)
    at = np.arctan2(points[:, 1] / 0.8, points[:, 0]) % (2 * np.pi)
    rim = np.interp(at, angle, radius, period=2 * np.pi)
    top = points[:, 2] > 0.4
    wave = 0.10 * np.sin(1.1 * points[:, 0] + 0.4) * np.sin(0.9 * points[:, 1] + 1.2) + 0.05 * np.sin(
        2.7 * points[:, 0] + 2.1 * points[:, 1]
    )
    points[:, 2] += np.where(top, wave * points[:, 2] / height * 1.6, 0)
    # fat: a cap along the far side, thin elsewhere, and a kernel between the eye and the tail
    depth = rim - share
    wide = 1.75 * np.exp(-(((at - 2.0) / 0.95) ** 2)) + 1.1 * np.exp(-(((at - 3.9) / 0.3) ** 2)) - 0.28
    wide = wide + 0.22 * np.sin(5 * at + 1.0)
    cap = np.clip(0.52 + 0.60 * (wide - depth), 0, 1)
    kernel = np.exp(-(((points[:, 0] + 2.6) / 1.0) ** 2 + ((points[:, 1] + 2.7) / 0.75) ** 2))
    seam = np.exp(-(((depth - 3.0 - 0.5 * np.sin(2 * at)) / 0.33) ** 2)) * np.exp(-(((at - 3.2) / 1.0) ** 2))
    return Solid(points, body.faces, np.maximum(cap, 0.95 * np.maximum(kernel, 0.8 * seam)))


def _rosemary(rng: Random) -> Solid:
    t = np.linspace(0, 1, 20)
    stem = np.stack([-4 + 9.5 * t, 1.0 * np.sin(2.2 * t), 0.10 + 0.5 * np.sin(np.pi * t)], 1)
    parts = [tube(stem, np.linspace(0.11, 0.05, 20), 8).tinted(0.1)]
    needle = ball(0.09, 0.045, 1.0, 8, 8).moved((0, 0, 0.95))
    for k in range(84):
        at = stem[min(19, int(k / 84 * 18) + 1)]
        lean = rng.uniform(35, 62)
        spin = rng.uniform(0, 360)
        leaf = needle.moved((0, 0, 0), (0, lean, spin), rng.uniform(0.75, 1.15) * (1 - 0.4 * k / 84))
        # from "up" to "along the stem"
        points = leaf.points @ np.array([[0, 0, -1.0], [0, 1.0, 0], [1.0, 0, 0]]).T + at
        points[:, 2] = np.maximum(points[:, 2], -0.25)
        parts.append(Solid(points, leaf.faces).tinted(rng.uniform(0.2, 1)))
    return joined(parts)


def blueberries(table: PhotoSet, rng: Random) -> None:
    """A paper punnet heaped with blueberries, a few beside it."""
    wall = [
        (0.84, 0.0, 0.0),
        (0.86, 0.0, 0.1),
        (1.0, 0.0, 5.4),
        (1.03, 0.0, 5.5),
        (1.03, 0.0, 5.62),
        (0.985, 0.0, 5.55),
        (0.845, 0.0, 0.35),
    ]
    table.put(loft(rectangle(14, 10.5, 1.4), wall), m.pulp("punnet", (0.62, 0.50, 0.36), 4.0))
    fruit = _blueberry()
    centres = pile(rng, 150, 0.80, (5.2, 3.5), tries=90) + [0, 0, 0.4]
    # the sides slope: what lies higher may lie further out
    centres[:, :2] *= (1 + 0.020 * centres[:, 2:]).clip(1, 1.15)
    skin = m.berry("skin")
    table.put(_faced(rng, fruit, centres), skin, weighted=False)
    beside = np.array(
        [[-8.2, -6.2, 0.83], [-5.9, -7.6, 0.83], [8.6, -5.2, 0.83], [6.9, -7.0, 0.83], [-6.6, -5.9, 0.83]]
    )
    table.put(_faced(rng, fruit, beside), skin, weighted=False)
    leaf = m.pied("leaf", [(0.2, (0.05, 0.13, 0.03)), (0.8, (0.11, 0.23, 0.06))], 0.45)
    for at, turn in (((-4.6, -7.0, 0.25), 20.0), ((1.8, -2.6, 6.6), 200.0)):
        table.put(_leaf(5.0, 2.2), leaf, at, (8, -10, turn), thick=0.04)


def _blueberry() -> Solid:
    angle = np.linspace(-np.pi / 2, np.pi / 2 - 0.34, 15)
    profile = [(0.86 * np.cos(a), 0.78 * np.sin(a)) for a in angle]
    profile[0] = (0.0, profile[0][1])
    foot_r, foot_z = profile[-1]
    profile += [
        (foot_r + 0.03, foot_z + 0.10),
        (foot_r - 0.02, foot_z + 0.14),
        (foot_r - 0.08, foot_z + 0.02),
        (0.10, foot_z - 0.05),
        (0.0, foot_z - 0.05),
    ]
    fruit = lathe(profile, 30)
    points = fruit.points.copy()
    r = np.hypot(points[:, 0], points[:, 1])
    crown = points[:, 2] > foot_z + 0.05
    lobes = np.cos(5 * np.arctan2(points[:, 1], points[:, 0]))
    points[:, 2] += np.where(crown, 0.06 * lobes, 0)
    points[crown, :2] *= (1 + 0.10 * lobes[crown])[:, None]
    dark = (points[:, 2] > foot_z + 0.01) | ((r < foot_r * 0.98) & (points[:, 2] > 0.4))
    return Solid(points, fruit.faces, dark.astype(float))


def _faced(rng: Random, fruit: Solid, centres: Points) -> Solid:
    """Fruit turned so that most crowns show upwards or forwards; keeps the fruit's own tint."""
    parts = []
    for centre in centres:
        tilt = min(abs(rng.normal(0, 55)), 150)
        parts.append(fruit.moved(centre, (tilt, 0, rng.uniform(-100, 100)), rng.uniform(0.88, 1.07)))
    return joined(parts)


def _leaf(length: float, width: float) -> Solid:
    u, v = np.meshgrid(np.linspace(0, 1, 22), np.linspace(-1, 1, 9), indexing="ij")
    half = width / 2 * np.sin(np.pi * u**0.85) ** 0.9
    z = 0.25 * np.abs(v) * half + 0.35 * np.sin(np.pi * u) + 0.04 * np.sin(14 * u) * np.abs(v)
    index = np.arange(22 * 9).reshape(22, 9)
    corners = np.stack([index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]], -1).reshape(-1, 4)
    points = np.stack([length * (u - 0.5), v * half, z], -1).reshape(-1, 3)
    return Solid(points, [tuple(int(i) for i in face) for face in corners], np.full(len(points), 0.5))


def eggs(table: PhotoSet, rng: Random) -> None:
    """Thirty brown eggs in a tray of pressed pulp."""
    pitch, columns, rows = 4.9, 6, 5
    table.put(_egg_tray(pitch, columns, rows), m.pulp("tray", (0.33, 0.315, 0.295), 3.0, 0.05), weighted=False)
    t = np.linspace(-np.pi / 2, np.pi / 2, 30)
    profile = np.stack([2.12 * np.cos(t) * (1 - 0.10 * np.sin(t)), 2.75 * np.sin(t)], 1)
    profile[0, 0] = profile[-1, 0] = 0
    egg = lathe(profile, 40)
    parts = []
    for i in range(columns):
        for j in range(rows):
            at = ((i - (columns - 1) / 2) * pitch, (j - (rows - 1) / 2) * pitch, 3.35 + rng.normal(0, 0.06))
            turn = (180 + rng.normal(0, 6), rng.normal(0, 6), rng.uniform(0, 360))
            parts.append(
                egg.moved(at, turn, 1 + rng.normal(0, 0.018)).tinted(float(np.clip(rng.normal(0.5, 0.28), 0, 1)))
            )
    stops = [(0.1, (0.72, 0.47, 0.30)), (0.5, (0.60, 0.335, 0.19)), (0.9, (0.46, 0.215, 0.11))]
    shell = m.pied(
        "shell",
        stops,
        0.5,
        grain=9,
        share=0.10,
        depth=0.006,
        Subsurface_Weight=0.15,
        Subsurface_Radius=(1.0, 0.6, 0.4),
        Subsurface_Scale=0.2,
    )
    table.put(joined(parts), shell, weighted=False)


def _egg_tray(pitch: float, columns: int, rows: int) -> Solid:
    per = 12
    width, depth = columns * pitch + 1.0, rows * pitch + 1.0
    x = np.linspace(-width / 2, width / 2, columns * per + 1)
    y = np.linspace(-depth / 2, depth / 2, rows * per + 1)
    gx, gy = np.meshgrid(x, y, indexing="ij")
    cup = (
        np.cos(np.pi * (gx / pitch + (0 if columns % 2 else 0.5))) ** 2
        * np.cos(np.pi * (gy / pitch + (0 if rows % 2 else 0.5))) ** 2
    )
    post = (
        np.sin(np.pi * (gx / pitch + (0 if columns % 2 else 0.5))) ** 2
        * np.sin(np.pi * (gy / pitch + (0 if rows % 2 else 0.5))) ** 2
    )
    edge = np.minimum(width / 2 - np.abs(gx), depth / 2 - np.abs(gy))
    z = 2.0 - 1.7 * cup + 2.6 * post**1.5 * (edge > 1.2)
    z = np.where(edge < 0.9, 2.3, z)
    z = np.where(edge < 0.05, 0.0, z)
    index = np.arange(gx.size).reshape(gx.shape)
    corners = np.stack([index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]], -1).reshape(-1, 4)
    return Solid(np.stack([gx, gy, z], -1).reshape(-1, 3), [tuple(int(i) for i in face) for face in corners])


def rice(table: PhotoSet, rng: Random) -> None:
    """A vacuum-packed bag of rice, and a bowl heaped with it."""
    table.put(_bag(rng, 19, 8.5, 27), m.rough_coat("bag", (0.74, 0.70, 0.62), 0.38, 1.3, 0.10), (-4.5, 4, 0), (0, 0, 8))
    table.put(
        _bag(rng, 19.15, 8.62, 27, part=(0.30, 0.66)),
        m.plain("label", (0.30, 0.055, 0.045), 0.5),
        (-4.5, 4, 0),
        (0, 0, 8),
        weighted=False,
    )
    bowl = filleted(
        [
            (0, 0),
            (3.0, 0, 0.2),
            (3.2, 0.7, 0.2),
            (5.4, 2.2, 2.0),
            (6.9, 5.2, 0.3),
            (6.98, 5.5, 0.1),
            (6.7, 5.5, 0.1),
            (6.5, 5.1, 0.3),
            (4.9, 2.4, 2.0),
            (0, 1.2),
        ]
    )
    table.put(lathe(bowl), m.wood("bowl", (0.36, 0.19, 0.085), (0.19, 0.085, 0.035)), (7.6, -7.2, 0))
    surface = mound(6.5, 2.0, 4.5)
    grain = ball(0.37, 0.115, 0.10, 6, 8)
    white = m.pied(
        "grain",
        [(0.0, (0.74, 0.70, 0.60)), (1.0, (0.90, 0.88, 0.81))],
        0.32,
        Subsurface_Weight=0.3,
        Subsurface_Scale=0.1,
    )
    core = lathe([(6.5, 4.5), (5.4, 5.22), (4.2, 5.72), (2.4, 6.25), (0, 6.45)], 64, caps=False)
    table.put(
        core,
        m.plain("core", (0.80, 0.77, 0.68), 0.6, Emission_Color=(0.8, 0.77, 0.68, 1), Emission_Strength=0.25),
        (7.6, -7.2, 0),
    )
    table.put(heap(rng, grain, 3400, 6.3, surface, tilt=28), white, (7.6, -7.2, 0.06), weighted=False)
    spilt = np.stack([rng.normal(-1.5, 2.6, 110), rng.normal(-10.0, 1.3, 110), np.full(110, 0.1)], 1)
    table.put(strewn(rng, grain, spilt, tilt=6), white, weighted=False)


def _bag(rng: Random, width: float, depth: float, height: float, part: tuple[float, float] = (0.0, 1.0)) -> Solid:
    """A brick-like bag, its walls sucked in and wrinkled, with a flat crimped seam on top; or a band of it."""
    outline = superellipse(width, depth, 5.0, 160)
    levels = np.linspace(0, 1, 60)
    rings = []
    for t in levels[(levels >= part[0]) & (levels <= part[1])]:
        body = min(t / 0.86, 1.0)
        inset = 0.9 * (1 - min(1, t / 0.05)) ** 2 + 0.9 * max(0.0, (body - 0.93) / 0.07) ** 2
        rings.append((1.0, inset, t))
    bag = loft(outline, rings, caps=part == (0.0, 1.0))
    points = bag.points.copy()
    t = points[:, 2].copy()
    seam = np.clip((t - 0.83) / 0.06, 0, 1)
    seam = seam * seam * (3 - 2 * seam)
    points[:, 1] *= 1 - 0.95 * seam
    points[:, 0] *= 1 + 0.02 * seam
    points[:, 2] = height * t
    phase = 1.7
    crease = (
        0.14
        * np.sin(0.9 * points[:, 0] + 0.55 * points[:, 2] + phase)
        * np.sin(0.38 * points[:, 2] - 0.5 * points[:, 0])
    )
    crease += 0.07 * np.sin(2.1 * points[:, 0] - 1.3 * points[:, 2])
    points[:, 1] += np.sign(points[:, 1]) * crease * (1 - seam)
    points[:, 1] += 0.12 * np.sin(1.4 * points[:, 0]) * seam
    return Solid(points, bag.faces)


def yogurt(table: PhotoSet, rng: Random) -> None:
    """Cups of set yogurt under paper lids; the front one is open and its spoon stands upright."""
    cup = filleted(
        [
            (0, 0),
            (2.6, 0, 0.3),
            (3.55, 7.4, 0.2),
            (3.8, 7.5, 0.06),
            (3.8, 7.72, 0.06),
            (3.45, 7.72, 0.06),
            (2.7, 1.0),
            (0, 0.6),
        ]
    )
    band = np.array([(2.6 + 0.95 * t + 0.035, 7.4 * t) for t in np.linspace(0.16, 0.80, 8)])
    white = m.plain("cup", (0.83, 0.82, 0.79), 0.28, Subsurface_Weight=0.2, Subsurface_Scale=0.2)
    blue = m.plain("band", (0.085, 0.20, 0.36), 0.5)
    lid = m.rough_coat("lid", (0.80, 0.77, 0.70), 0.42, 1.0, 0.05)
    for x, y, shut in ((-4.4, 5.2, True), (4.4, 5.2, True), (-8.3, -1.7, True), (8.3, -1.7, True), (0, -3.0, False)):
        table.put(lathe(cup), white, (x, y, 0))
        table.put(lathe(band, caps=False), blue, (x, y, 0))
        if shut:
            table.put(
                lathe(
                    filleted(
                        [
                            (0, 7.73),
                            (3.95, 7.73, 0.05),
                            (3.97, 7.5, 0.02),
                            (4.02, 7.5, 0.02),
                            (4.02, 7.8, 0.06),
                            (0, 7.86),
                        ]
                    )
                ),
                lid,
                (x, y, 0),
            )
            table.put(box(1.5, 1.1, 0.06, 0.02), lid, (x + 0.6, y - 4.3, 7.7), (-14, 0, 8))
    milk = m.plain(
        "yogurt", (0.88, 0.85, 0.77), 0.30, Subsurface_Weight=0.5, Subsurface_Radius=(1, 0.9, 0.7), Subsurface_Scale=0.3
    )
    set_ = lathe([(3.45, 6.86), (2.6, 6.92), (1.2, 6.92), (0.6, 6.86), (0, 6.82)], 60, caps=False)
    table.put(set_, milk, (0, -3, 0))
    spoon = smoothed([(0, 0, 5.5), (0.05, 0.1, 8.5), (0.0, 0.25, 11.5), (-0.1, 0.3, 14.2)], 8)
    table.put(
        tube(spoon, np.interp(np.linspace(0, 1, len(spoon)), [0, 0.55, 0.9, 1], [0.34, 0.38, 0.62, 0.5]), 20, 0.32),
        m.wood("spoon", *BEECH, along="z"),
        (0.4, -2.7, 0),
        (0, 6, 70),
    )
