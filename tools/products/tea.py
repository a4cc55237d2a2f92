"""Tea: a tin, a box with sachets, a pressed cake, a bag, a jar of flowers."""

from __future__ import annotations

import numpy as np

from . import materials as m
from .photo_set import PhotoSet
from .pieces import Random, heap, mound, on_ball, pile, strewn
from .solids import (
    Points,
    Solid,
    ball,
    box,
    circle,
    filleted,
    joined,
    lathe,
    sheet,
    slab,
    superellipse,
    tube,
)

_GREEN = [(0.0, (0.075, 0.105, 0.030)), (0.5, (0.155, 0.190, 0.050)), (1.0, (0.290, 0.300, 0.095))]
_DARK = [(0.0, (0.012, 0.008, 0.006)), (0.6, (0.045, 0.026, 0.016)), (1.0, (0.095, 0.055, 0.030))]


def _sliver(length: float, width: float, bend: float, curl: float = 0.5) -> Solid:
    """A dried leaf: a narrow pointed strip, bent along and curled across."""
    u, v = np.meshgrid(np.linspace(0, 1, 9), np.linspace(-1, 1, 4), indexing="ij")
    half = width / 2 * np.sin(np.pi * np.clip(u, 0.02, 0.98)) ** 0.7
    z = bend * np.sin(np.pi * u) + curl * width * v**2 * 0.5 + 0.02
    return sheet(np.stack([length * (u - 0.5), v * half, z], -1))


def _twist(length: float, thick: float) -> Solid:
    """A rolled leaf: a thin crooked rod."""
    t = np.linspace(0, 1, 9)
    path = np.stack([length * (t - 0.5), 0.12 * length * np.sin(5.0 * t), thick + 0.10 * length * np.sin(3.1 * t)], 1)
    return tube(path, thick * (0.35 + np.sin(np.pi * t)), 6, 0.7)


def tin(table: PhotoSet, rng: Random) -> None:
    """A green tin with a cream label, and a dish of flat green leaves."""
    enamel = m.plain("enamel", (0.030, 0.085, 0.045), 0.28, Coat_Weight=0.4, Coat_Roughness=0.1)
    gold = m.plain("gold", (0.60, 0.42, 0.17), 0.26, Metallic=1.0)
    at = (-3.4, 2.4, 0)
    table.put(lathe(filleted([(0, 0), (4.2, 0, 0.15), (4.2, 10.6, 0.1), (4.0, 10.7)])), enamel, at)
    table.put(
        lathe(
            filleted([(4.0, 10.55), (4.32, 10.55, 0.05), (4.32, 13.2, 0.5), (3.6, 13.6, 0.3), (0, 13.75)]), caps=False
        ),
        enamel,
        at,
    )
    for z in (0.12, 10.35, 10.62):
        ring = np.array(
            [(4.33 + 0.05 * np.cos(a), z + 0.09 * np.sin(a)) for a in np.linspace(-np.pi / 2, np.pi / 2, 7)]
        )
        table.put(lathe(ring - [0.08, 0], caps=False), gold, at)
    paper = m.pulp("paper", (0.74, 0.68, 0.54), 7.0, 0.01)
    a = np.radians(np.linspace(-128, -52, 40))
    table.put(
        sheet(
            np.stack(
                [np.stack([4.235 * np.cos(a), 4.235 * np.sin(a), np.full(40, z)], 1) for z in np.linspace(2.4, 8.4, 3)]
            )
        ),
        paper,
        at,
        thick=0.03,
    )
    leaf = slab(superellipse(0.95, 2.6, 1.45, 64), 0.06, 0.02).moved(turn=(0, 0, -32))
    table.put(leaf, m.plain("mark", (0.050, 0.110, 0.045), 0.5), (at[0], at[1] - 4.27, 5.4), (90, 0, 0))
    dish = filleted(
        [
            (0, 0),
            (1.8, 0, 0.1),
            (1.9, 0.5, 0.2),
            (3.9, 1.25, 0.8),
            (4.5, 1.9, 0.1),
            (4.4, 1.98, 0.1),
            (3.7, 1.45, 0.8),
            (0, 0.75),
        ]
    )
    table.put(lathe(dish), m.porcelain("dish"), (4.6, -3.6, 0))
    leaves = m.pied("leaves", _GREEN, 0.62, grain=2.0)
    table.put(
        heap(rng, _sliver(2.0, 0.44, 0.10), 330, 3.5, mound(3.7, 1.35, 1.50), tilt=26, size=0.3),
        leaves,
        (4.6, -3.6, 0),
        thick=0.03,
        weighted=False,
    )
    near = np.stack([rng.normal(-0.5, 1.9, 16), rng.normal(-7.0, 0.6, 16), np.full(16, 0.04)], 1)
    table.put(strewn(rng, _sliver(2.0, 0.44, 0.10), near, tilt=8, size=0.25), leaves, thick=0.03, weighted=False)


def sachets(table: PhotoSet, rng: Random) -> None:
    """A dark red box with a gilt band, its lid drawn open on a row of sachets; two of them lie in front."""
    red = m.rough_coat("red", (0.235, 0.020, 0.016), 0.46, 14.0, 0.006)
    gold = m.plain("gold", (0.62, 0.43, 0.17), 0.30, Metallic=1.0)
    inside = m.plain("inside", (0.55, 0.45, 0.30), 0.8)
    width, depth, height = 20.0, 12.0, 6.4
    for x, y, w, d in (
        (0, -depth / 2, width, 0.5),
        (0, depth / 2, width, 0.5),
        (-width / 2 + 0.25, 0, 0.5, depth),
        (width / 2 - 0.25, 0, 0.5, depth),
    ):
        table.put(box(w, d, height, 0.10), red, (x, y, 0))
    table.put(box(width - 0.4, depth - 0.2, 0.3, 0.05), inside, (0, 0, 0.05))
    table.put(box(width + 0.06, 0.1, 1.0, 0.03), gold, (0, -depth / 2 - 0.24, 2.6))
    foil = m.rough_coat("foil", (0.52, 0.060, 0.035), 0.34, 0.9, 0.06, Metallic=0.25)
    for k in range(12):
        column, row = k % 6, k // 6
        at = (-7.9 + 3.16 * column, -2.9 + 5.7 * row, 0.6)
        table.put(_sachet(2.7, 5.2, 7.2), foil, at, (-6 + rng.normal(0, 2.0), 0, 90 + rng.normal(0, 3)))
    lid = box(width + 0.5, depth + 0.5, 1.2, 0.12)
    table.put(lid, red, (0.0, depth / 2 + 5.2, 6.2), (68, 0, 0))
    table.put(slab(circle(2.6, 72), 0.08, 0.03), gold, (0.0, depth / 2 + 4.55, 6.4), (68, 0, 0))
    table.put(_sachet(1.7, 5.4, 8.4), foil, (-5.4, -9.6, 0.75), (-88, 0, 20))
    table.put(_sachet(1.7, 5.4, 8.4), foil, (0.9, -10.9, 0.75), (-88, 0, -14))
    leaves = m.pied("leaves", _DARK, 0.5, grain=2.0)
    table.put(
        heap(rng, _twist(2.1, 0.14), 170, 3.0, mound(3.0, 1.5, 0.05), tilt=30, size=0.3),
        leaves,
        (7.4, -11.0, 0),
        weighted=False,
    )


def _sachet(fat: float, width: float, height: float) -> Solid:
    """A pillow of foil standing on its lower seam, seams pressed flat."""
    rows, columns = 34, 26
    t, u = np.meshgrid(np.linspace(0, 1, rows), np.linspace(-1, 1, columns), indexing="ij")
    inner = np.clip((t - 0.08) / 0.84, 0, 1)
    bulge = fat / 2 * (np.sin(np.pi * inner) ** 0.55) * (1 - np.abs(u) ** 2.6)
    wrinkle = 0.05 * np.sin(19 * u + 7 * t) * np.exp(-(((inner - 0.5) / 0.42) ** 8)) * (1 - np.abs(u))
    teeth = 0.05 * np.sin(40 * u) * ((t < 0.02) | (t > 0.98))
    x, z = width / 2 * u * (1 - 0.06 * np.sin(np.pi * inner)), height * t + teeth
    front = sheet(np.stack([x, -bulge - wrinkle - 0.02, z], -1))
    back = sheet(np.stack([x, bulge + wrinkle + 0.02, z], -1))
    return joined([front, Solid(back.points, [tuple(reversed(f)) for f in back.faces])])


def cake(table: PhotoSet, rng: Random) -> None:
    """A pressed cake of dark tea on a wooden stand, crumbs and its paper in front."""
    lean = -14.0
    stand = m.wood("stand", (0.24, 0.115, 0.05), (0.11, 0.045, 0.018), fine=1.5)
    at = np.array([0.0, 0.0, 10.6])
    profile = [
        (0.0, -0.6),
        (2.2, -0.5),
        (3.0, -1.15),
        (8.4, -1.0),
        (9.7, -0.35),
        (9.9, 0.1),
        (9.7, 0.6),
        (8.6, 1.25),
        (5.5, 1.62),
        (0.0, 1.75),
    ]
    body = lathe(filleted([(*p, 0.8) for p in profile], 6), 96)
    table.put(body, m.pied("core", _DARK, 0.72, grain=2.5, share=0.9, depth=0.15), tuple(at), (90 + lean, 0, 0))
    count = 2600
    angle, share = rng.uniform(0, 2 * np.pi, count), np.sqrt(rng.uniform(0, 1, count))
    radius = 9.75 * share
    z = np.interp(radius, [0, 5.5, 8.6, 9.7], [1.75, 1.62, 1.25, 0.62])
    slope = np.degrees(np.arctan(np.interp(radius, [0, 5.5, 8.6, 9.7], [0.0, 0.06, 0.25, 0.75])))
    parts = []
    kinds = [_sliver(1.9, 0.42, 0.07), _sliver(1.35, 0.34, 0.12), _twist(1.6, 0.09)]
    for k in range(count):
        piece = kinds[k % 3].moved(
            (0, 0, 0), (rng.uniform(-10, 10), rng.uniform(-8, 8), rng.uniform(0, 360)), rng.uniform(0.7, 1.25)
        )
        piece = piece.moved((0, 0, 0), (0, slope[k], 0)).moved((0, 0, 0), (0, 0, np.degrees(angle[k])))
        value = float(np.clip(rng.beta(1.6, 2.6) + (0.35 if rng.uniform() < 0.06 else 0), 0, 1))
        parts.append(
            piece.moved((radius[k] * np.cos(angle[k]), radius[k] * np.sin(angle[k]), z[k] - 0.03)).tinted(value)
        )
    brown = [
        (0.0, (0.020, 0.012, 0.008)),
        (0.45, (0.070, 0.038, 0.021)),
        (0.8, (0.150, 0.086, 0.044)),
        (1.0, (0.28, 0.175, 0.085)),
    ]
    table.put(
        joined(parts),
        m.pied("leaves", brown, 0.55, grain=2.0, share=0.2),
        tuple(at),
        (90 + lean, 0, 0),
        thick=0.03,
        weighted=False,
    )
    # the stand: a foot, a lip in front, two bars behind
    table.put(box(15.0, 8.0, 0.9, 0.25), stand, (0, 1.6, 0))
    table.put(box(11.0, 1.0, 1.5, 0.3), stand, (0, -1.9, 0.8))
    for x in (-3.6, 3.6):
        table.put(box(1.3, 1.1, 13.5, 0.3), stand, (x, 2.6, 0.6), (lean, 0, 0))
    crumbs = np.stack([rng.normal(5.6, 1.9, 120), rng.normal(-5.6, 0.8, 120), np.abs(rng.normal(0.1, 0.14, 120))], 1)
    table.put(
        strewn(rng, _sliver(1.2, 0.4, 0.1), crumbs, tilt=35, size=0.4),
        m.pied("crumbs", brown, 0.6, grain=2.0, share=0.2),
        thick=0.05,
        weighted=False,
    )
    lump = ball(1.25, 0.95, 0.55, 14, 22)
    rough = lump.points * (
        1 + 0.16 * np.sin(4.1 * lump.points[:, :1] + 2 * lump.points[:, 1:2]) + 0.10 * np.sin(9 * lump.points[:, 1:2])
    )
    for x, y, size in ((4.2, -5.4, 1.0), (6.9, -6.2, 0.7)):
        table.put(
            Solid(rough, lump.faces, np.full(len(rough), 0.3)).moved(scale=size),
            m.pied("lump", _DARK, 0.7, grain=4.0, share=0.9, depth=0.2),
            (x, y, 0.45 * size),
            (0, 0, 40 * x),
        )


def jasmine(table: PhotoSet, rng: Random) -> None:
    """A kraft bag with a window-less front and a folded top; loose green tea and jasmine flowers before it."""
    kraft = m.pulp("kraft", (0.43, 0.285, 0.165), 5.0, 0.018)
    table.put(_pouch(13.0, 6.4, 19.0), kraft, (-2.2, 2.6, 0), (0, 0, 6))
    label = m.plain("label", (0.77, 0.745, 0.665), 0.6)
    table.put(_patch(13.0, 6.4, 19.0, 3.3, (0.24, 0.62)), label, (-2.2, 2.6, 0), (0, 0, 6), thick=0.04)
    table.put(
        _patch(13.0, 6.4, 19.0, 3.3, (0.27, 0.31)),
        m.plain("stripe", (0.10, 0.20, 0.09), 0.6),
        (-2.25, 2.52, 0),
        (0, 0, 6),
        thick=0.05,
    )
    leaves = m.pied(
        "leaves",
        [(0.0, (0.040, 0.048, 0.018)), (0.6, (0.115, 0.120, 0.042)), (1.0, (0.25, 0.23, 0.10))],
        0.6,
        grain=2.0,
    )
    table.put(
        heap(rng, _twist(1.7, 0.10), 520, 4.3, mound(4.4, 1.7, 0.05), tilt=30, size=0.35),
        leaves,
        (4.4, -5.4, 0),
        weighted=False,
    )
    white = m.plain("petal", (0.86, 0.85, 0.78), 0.5, Subsurface_Weight=0.3, Subsurface_Scale=0.1)
    for x, y, z, tilt in (
        (3.4, -6.2, 2.45, 22.0),
        (6.6, -5.2, 2.0, 14.0),
        (1.2, -9.4, 0.5, 20.0),
        (-2.0, -7.4, 0.4, 12.0),
        (7.8, -9.0, 0.4, 18.0),
        (4.6, -8.9, 1.25, 32.0),
    ):
        table.put(
            _jasmine(rng).moved(scale=1.45),
            white,
            (x, y, z),
            (tilt, tilt * 0.6, float(rng.uniform(0, 360))),
            thick=0.03,
            weighted=False,
        )
        table.put(
            lathe([(0.0, -0.9), (0.14, -0.85), (0.16, 0.0), (0.24, 0.22), (0, 0.26)], 16),
            m.plain("heart", (0.52, 0.55, 0.24), 0.6),
            (x, y, z),
            (tilt, tilt * 0.6, 0),
        )


def _jasmine(rng: Random) -> Solid:
    parts = []
    for ring, (count, length, rise) in enumerate(((6, 1.25, 0.32), (5, 0.95, 0.60))):
        for k in range(count):
            u, v = np.meshgrid(np.linspace(0, 1, 12), np.linspace(-1, 1, 7), indexing="ij")
            half = 0.36 * np.sin(np.pi * u**0.75) ** 0.8 + 0.02
            z = rise * length * u**1.3 - 0.35 * u**3 + 0.22 * half * v**2
            parts.append(
                sheet(np.stack([length * u, half * v, z], -1)).moved(
                    (0, 0, 0), (0, 0, 360 * (k + 0.5 * ring) / count + rng.normal(0, 5))
                )
            )
    return joined(parts)


def _pouch_point(width: float, depth: float, height: float, t: Points, u: Points) -> Points:
    """The front of a stand-up pouch: bulging below, pressed flat at the top; t up, u across (-1 to 1)."""
    flat = np.clip((t - 0.74) / 0.12, 0, 1)
    bulge = depth / 2 * (1 - 0.30 * t) * (1 - flat * flat * (3 - 2 * flat)) * (1 - np.abs(u) ** 3.2) ** 0.8
    bulge = bulge + 0.05 + 0.10 * np.sin(5 * u + 6 * t) * (1 - flat) * (1 - np.abs(u))
    x = width / 2 * u * (1 - 0.05 * np.sin(np.pi * t))
    return np.stack([x, -bulge, height * t], -1)


def _pouch(width: float, depth: float, height: float) -> Solid:
    t, u = np.meshgrid(np.linspace(0, 1, 60), np.linspace(-1, 1, 60), indexing="ij")
    front = _pouch_point(width, depth, height, t, u)
    back = front * [1, -1, 1]
    fold = sheet(
        np.stack([np.linspace(-1, 1, 20) * width / 2 * 1.01, np.full(20, -0.32), np.full(20, height * 0.99)], 1)[None]
        + np.array([[[0, 0, 0.0]], [[0, -0.12, -2.2]]])
    )
    back_sheet = sheet(back)
    return joined([sheet(front), Solid(back_sheet.points, [tuple(reversed(f)) for f in back_sheet.faces]), fold])


def _patch(width: float, depth: float, height: float, half: float, span: tuple[float, float]) -> Solid:
    t, u = np.meshgrid(np.linspace(*span, 24), np.linspace(-1, 1, 30) * half / (width / 2), indexing="ij")
    return sheet(_pouch_point(width, depth, height, t, u) + [0, -0.05, 0])


def jar(table: PhotoSet, rng: Random) -> None:
    """A glass jar of chrysanthemum buds under a cork, a few flowers before it."""
    at = (-1.2, 1.6, 0)
    glass = m.glass("glass")
    table.put(
        lathe(
            filleted(
                [
                    (0, 0),
                    (4.8, 0, 0.7),
                    (4.9, 11.4, 1.2),
                    (3.9, 12.8, 0.4),
                    (3.9, 13.6, 0.2),
                    (4.15, 13.9, 0.1),
                    (3.85, 14.0),
                    (3.7, 13.6),
                ]
            ),
            caps=False,
        ),
        glass,
        at,
    )
    table.put(
        lathe(filleted([(0, 12.6), (3.6, 12.6, 0.1), (3.95, 14.0, 0.1), (4.1, 15.4, 0.3), (0, 15.5)])),
        m.pied(
            "cork", [(0.25, (0.36, 0.205, 0.105)), (0.8, (0.60, 0.40, 0.23))], 0.85, grain=3.0, share=1.0, depth=0.05
        ),
        at,
    )
    bud = m.pied(
        "bud",
        [(0.0, (0.95, 0.84, 0.42)), (0.4, (0.95, 0.80, 0.27)), (1.0, (0.88, 0.60, 0.10))],
        0.7,
        grain=2.0,
        share=0.25,
        Emission_Color=(1.0, 0.80, 0.30, 1),
        Emission_Strength=0.05,
    )
    flowers = [_bud(rng, opened) for opened in (34.0, 46.0, 58.0)]
    centres = pile(rng, 300, 0.74, (3.95, 3.95), tries=30)
    centres = centres[(np.hypot(centres[:, 0], centres[:, 1]) < 4.0) & (centres[:, 2] < 11.4)]
    parts = [
        flowers[k % 2].moved(
            c + [0, 0, 0.15], (rng.uniform(-75, 75), rng.uniform(-75, 75), rng.uniform(0, 360)), rng.uniform(0.85, 1.1)
        )
        for k, c in enumerate(centres)
    ]
    table.put(joined(parts), bud, at, weighted=False)
    table.put(lathe([(0, 0.3), (2.4, 0.3), (2.4, 10.4), (0, 10.4)], 40), m.plain("depth", (0.80, 0.62, 0.20), 0.9), at)
    front = [(3.4, -5.6), (5.9, -4.2), (6.6, -6.4), (1.0, -6.6), (4.5, -7.8)]
    for k, (x, y) in enumerate(front):
        table.put(
            flowers[k % 3],
            bud,
            (x, y, 0.72),
            (rng.uniform(-50, 10), rng.uniform(-30, 30), rng.uniform(0, 360)),
            weighted=False,
        )
    label = m.pulp("label", (0.78, 0.72, 0.58), 7.0, 0.01)
    a = np.radians(np.linspace(-118, -62, 30))
    table.put(
        sheet(
            np.stack(
                [np.stack([4.97 * np.cos(a), 4.97 * np.sin(a), np.full(30, z)], 1) for z in np.linspace(4.2, 8.0, 3)]
            )
        ),
        label,
        at,
        thick=0.03,
    )


def _bud(rng: Random, opened: float) -> Solid:
    """A chrysanthemum bud: narrow petals laid over a ball; tint runs from the heart outwards."""
    u, v = np.meshgrid(np.linspace(0, 1, 6), np.linspace(-1, 1, 3), indexing="ij")
    petal = sheet(
        np.stack([0.04 * v**2 - 0.05 * u, 0.16 * v * np.sin(np.pi * np.clip(u + 0.12, 0, 0.98)) ** 0.6, 0.62 * u], -1)
    )
    petals = on_ball(rng, petal, 50, 0.42, sunk=0.05, lean=-opened)
    calyx = ball(0.34, 0.34, 0.26, 8, 12).moved((0, 0, -0.34)).tinted(1.0)
    return joined([petals, ball(0.46, 0.46, 0.44, 10, 16).tinted(0.7), calyx])
