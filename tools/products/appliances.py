"""Kitchen appliances: rice cooker, gooseneck kettle, hand blender, air fryer."""

from __future__ import annotations

import numpy as np

from . import materials as m
from .fresh import BEECH
from .photo_set import PhotoSet
from .pieces import Random
from .solids import (
    Solid,
    ball,
    box,
    filleted,
    joined,
    lathe,
    loft,
    rectangle,
    sheet,
    slab,
    smoothed,
    superellipse,
    tube,
)


def cooker(table: PhotoSet, rng: Random) -> None:
    """A small white rice cooker: rounded body, domed lid with a vent, handle, dark front panel."""
    white = m.plain("shell", (0.80, 0.785, 0.75), 0.26, Coat_Weight=0.3, Coat_Roughness=0.1)
    dark = m.plain("dark", (0.020, 0.019, 0.018), 0.22)
    grey = m.plain("grey", (0.16, 0.155, 0.15), 0.4)
    outline = superellipse(26, 24, 3.0, 128)
    body = filleted([(1.6, 0), (0.7, 0.0, 0.4), (0.0, 4.0, 3), (0.05, 12.6, 0.5), (0.35, 12.9)])
    table.put(loft(outline, [(1.0, i, z + 0.6) for i, z in body]), white)
    table.put(slab(superellipse(22, 20, 3.0), 0.8, 0.2), grey)
    table.put(loft(outline, [(1.0, 0.45, 13.4), (1.0, 0.45, 13.9)]), dark)
    lid = [(1.0, 0.5, 13.8), (1.0, 0.12, 14.0), (1.0, 0.08, 15.0)]
    lid += [(s, 0.08 * s, 15.0 + 4.6 * (1 - s**2.6) ** 0.72) for s in np.cos(np.linspace(0.12, np.pi / 2, 26))[:-1]] + [
        (0.0, 0.0, 19.6)
    ]
    table.put(loft(outline, lid), white)
    table.put(lathe(filleted([(0, 0), (2.5, 0, 0.1), (2.4, 0.55, 0.25), (0, 0.6)])), grey, (0, 4.4, 18.75), (-13, 0, 0))
    for x in (-0.9, 0.0, 0.9):
        table.put(box(0.4, 1.8, 0.1, 0.04), dark, (x, 4.4, 19.33), (-13, 0, 0))
    table.put(box(6.4, 2.0, 1.2, 0.5), grey, (0, -11.2, 14.3), (18, 0, 0))
    panel = slab(rectangle(9.6, 7.2, 1.6), 0.5, 0.15)
    table.put(panel, dark, (0, -11.75, 7.5), (88, 0, 0))
    table.put(
        slab(rectangle(5.6, 1.9, 0.4), 0.12, 0.03),
        m.plain("display", (0.02, 0.03, 0.035), 0.2, Emission_Color=(0.55, 0.85, 1.0, 1), Emission_Strength=0.55),
        (0, -12.25, 9.0),
        (88, 0, 0),
    )
    button = lathe(filleted([(0, 0), (0.62, 0, 0.05), (0.58, 0.22, 0.1), (0, 0.25)]), 32)
    for x in (-2.4, 0.0, 2.4):
        table.put(button, m.steel("button", rough=0.3), (x, -12.22, 6.1), (88, 0, 0))
    swing = np.stack(
        [
            13.2 * np.cos(np.linspace(0.0, np.pi, 40)),
            np.zeros(40) + 4.5,
            14.4 - 3.2 * np.sin(np.linspace(0, np.pi, 40)) * 0,
        ],
        1,
    )
    swing[:, 1] = 4.5 + 8.6 * np.sin(np.linspace(0, np.pi, 40))
    table.put(tube(swing, 0.62, 20), grey)
    for side in (-1, 1):
        table.put(
            lathe(filleted([(0, 0), (1.3, 0, 0.1), (1.2, 0.8, 0.3), (0, 0.85)]), 40),
            grey,
            (side * 12.5, 4.5, 14.4),
            (0, side * 90, 0),
        )


def kettle(table: PhotoSet, rng: Random) -> None:
    """A gooseneck kettle of brushed steel with a beech handle, on its base."""
    metal = m.steel("metal")
    black = m.plain("black", (0.016, 0.015, 0.014), 0.38)
    beech = m.wood("handle", *BEECH, along="z", fine=1.6)
    table.put(lathe(filleted([(0, 0), (8.0, 0, 0.3), (8.0, 2.0, 0.5), (0, 2.05)])), black)
    table.put(
        lathe(filleted([(0, 0), (0.9, 0, 0.05), (0.85, 0.5, 0.12), (0, 0.5)]), 40), metal, (0, -7.9, 1.05), (90, 0, 0)
    )
    body = filleted(
        [(0, 2.3), (7.0, 2.3, 0.5), (7.1, 4.0, 0.6), (6.5, 8.0, 8), (5.1, 12.6, 0.5), (5.05, 13.2, 0.15), (4.6, 13.3)],
        8,
    )
    table.put(lathe(body, 128), metal)
    lid = filleted([(0, 13.2), (4.8, 13.2, 0.1), (4.85, 13.55, 0.15), (4.3, 13.85, 0.6), (1.0, 14.3, 0.5), (0, 14.3)])
    table.put(lathe(lid, 96), metal)
    table.put(
        lathe(
            filleted([(0, 14.3), (0.65, 14.3, 0.1), (0.6, 15.0, 0.3), (1.35, 15.6, 0.3), (1.25, 16.5, 0.5), (0, 16.6)]),
            48,
        ),
        beech,
    )
    neck = smoothed(
        [
            (-5.6, 0, 4.6),
            (-8.0, 0, 4.7),
            (-10.2, 0, 6.3),
            (-10.7, 0, 9.3),
            (-11.2, 0, 12.0),
            (-12.6, 0, 13.7),
            (-14.7, 0, 14.0),
            (-15.6, 0, 13.6),
        ],
        9,
    )
    table.put(tube(neck, np.linspace(1.25, 0.52, len(neck)), 32), m.steel("neck", round_z=False))
    grip = smoothed(
        [(5.0, 0, 12.4), (7.6, 0, 13.2), (10.4, 0, 12.8), (11.6, 0, 10.6), (11.4, 0, 7.4), (10.8, 0, 4.9)], 9
    )
    thick = np.interp(np.linspace(0, 1, len(grip)), [0, 0.3, 0.42, 0.7, 1.0], [0.55, 0.6, 1.0, 1.12, 0.75])
    table.put(tube(grip[:16], 0.55, 24, 1.3), black)
    table.put(tube(grip[14:], thick[14:], 28, 1.15), beech)


def blender(table: PhotoSet, rng: Random) -> None:
    """A hand blender standing on its foot, with whisk, chopper and beaker."""
    white = m.plain("shell", (0.78, 0.765, 0.73), 0.3, Coat_Weight=0.2)
    grey = m.plain("grey", (0.045, 0.044, 0.043), 0.45)
    metal = m.steel("metal", rough=0.24)
    clear = m.glass("clear")
    motor = filleted(
        [
            (2.2, 19.4),
            (2.75, 19.6, 0.3),
            (2.55, 24.0, 3),
            (2.75, 30.5, 3),
            (2.9, 36.5, 1.0),
            (2.2, 38.6, 0.8),
            (0, 38.9),
        ],
        8,
    )
    table.put(lathe(motor, 72), white)
    table.put(lathe(filleted([(0, 18.4), (2.25, 18.4, 0.2), (2.25, 19.5, 0.1), (0, 19.5)])), grey)
    table.put(tube(np.array([[0, -2.62, 29.2], [0, -2.72, 32.6]]), 0.85, 28, 1.0), grey)
    table.put(tube(np.array([[0, -2.75, 34.4], [0, -2.8, 34.9]]), 0.5, 24, 1.0), metal)
    foot = filleted(
        [
            (3.0, 0.9),
            (3.35, 0.9, 0.1),
            (3.25, 2.4, 0.8),
            (1.35, 5.2, 2.0),
            (1.25, 12, 1),
            (1.6, 17.6, 0.6),
            (2.0, 18.5),
            (0, 18.5),
        ],
        8,
    )
    table.put(lathe(foot, 72, caps=False), metal)
    for k in range(4):
        table.put(
            box(1.6, 0.9, 1.1, 0.2),
            metal,
            (3.0 * np.cos(k * np.pi / 2 + 0.7), 3.0 * np.sin(k * np.pi / 2 + 0.7), 0.0),
            (0, 0, 40 + 90 * k),
        )
    # beaker
    beaker = filleted(
        [
            (0, 0),
            (4.1, 0, 0.5),
            (4.9, 15.2, 0.3),
            (5.15, 15.5),
            (4.95, 15.5),
            (4.75, 15.2, 0.3),
            (3.95, 0.5, 0.4),
            (0, 0.45),
        ]
    )
    table.put(lathe(beaker, 80), clear, (12.2, 2.5, 0))
    for z in (4.0, 7.0, 10.0, 13.0):
        r = 4.12 + 0.8 * z / 15.2
        arc = np.radians(np.linspace(235, 275, 14))
        table.put(tube(np.stack([r * np.cos(arc), r * np.sin(arc), np.full(14, z)], 1), 0.10, 8), grey, (12.2, 2.5, 0))
    # chopper: bowl, blades, lid
    table.put(
        lathe(filleted([(0, 0), (4.9, 0, 0.8), (5.5, 6.6, 0.2), (5.35, 6.6, 0.1), (4.8, 0.4, 0.6), (0, 0.4)]), 80),
        clear,
        (-11.6, 2.0, 0),
    )
    table.put(lathe([(0, 0.4), (0.5, 0.4), (0.4, 6.5), (0, 6.5)], 24), white, (-11.6, 2.0, 0))
    for z, angle in ((1.6, 20.0), (3.4, 200.0)):
        table.put(
            box(4.0, 1.0, 0.12, 0.04),
            metal,
            (-11.6 + 2.0 * np.cos(np.radians(angle)), 2.0 + 2.0 * np.sin(np.radians(angle)), z),
            (14, 0, angle),
        )
    table.put(
        lathe(filleted([(0, 6.5), (5.75, 6.5, 0.1), (5.8, 7.6, 0.4), (3.0, 8.6, 0.6), (2.3, 9.8, 0.3), (0, 9.9)]), 80),
        grey,
        (-11.6, 2.0, 0),
    )
    # whisk lying in front
    wires = []
    for k in range(5):
        turn = k * 36.0
        loop = smoothed(
            [
                (0.4, 0, 0),
                (1.4, 0, 3.5),
                (2.5, 0, 7.4),
                (2.1, 0, 10.2),
                (0, 0, 11.4),
                (-2.1, 0, 10.2),
                (-2.5, 0, 7.4),
                (-1.4, 0, 3.5),
                (-0.4, 0, 0),
            ],
            7,
        )
        wires.append(tube(loop, 0.11, 8).moved((0, 0, 0), (0, 0, turn)))
    table.put(joined(wires), metal, (-1.8, -9.6, 2.5), (0, 88, 8))
    table.put(
        lathe(filleted([(0, -6.5), (1.7, -6.5, 0.2), (1.75, -3.0, 0.4), (0.9, -0.5, 0.4), (0.8, 0.6), (0, 0.7)]), 48),
        grey,
        (-1.8, -9.6, 2.0),
        (0, 88, 8),
    )


def fryer(table: PhotoSet, rng: Random) -> None:
    """An air fryer with a window in its drawer, chips golden behind it."""
    shell = m.plain("shell", (0.055, 0.062, 0.058), 0.36, Coat_Weight=0.25, Coat_Roughness=0.2)
    dark = m.plain("dark", (0.012, 0.012, 0.012), 0.2)
    metal = m.steel("metal", rough=0.3)
    outline = superellipse(28, 32, 3.4, 128)
    body = [(1.0, 1.6, 0.8), (1.0, 0.5, 1.4), (1.0, 0.0, 4.0), (1.0, -0.05, 14.0), (1.0, 0.5, 21.0), (1.0, 1.7, 26.0)]
    body = [(1.0, i, z) for i, z in smoothed([(r[1], r[2]) for r in body], 6)]
    top = [(s, 1.7 * s, 26.0 + 3.4 * (1 - s**3) ** 0.75) for s in np.cos(np.linspace(0.1, np.pi / 2, 22))[:-1]]
    table.put(loft(outline, [*body, *top, (0.0, 0.0, 29.4)]), shell)
    table.put(slab(superellipse(24, 28, 3.4), 1.0, 0.2), dark)
    # the drawer's front: a frame, the window in it, the handle below
    front = superellipse(28.5, 32.5, 3.4, 256)
    front = front[(front[:, 1] < -10.5)]
    order = np.argsort(front[:, 0])
    line = front[order]
    line = line[np.abs(line[:, 0]) < 12.2]

    def pane(x: float, low: float, high: float, out: float) -> Solid:
        part = line[np.abs(line[:, 0]) <= x]
        levels = np.linspace(low, high, 12)
        grid = np.stack([np.c_[part * (1 + out / 16), np.full(len(part), z)] for z in levels])
        return sheet(grid)

    table.put(pane(12.0, 3.0, 16.6, 0.1), m.plain("drawer", (0.075, 0.084, 0.078), 0.4), thick=0.6)
    glow = m.plain("oven", (0.10, 0.045, 0.02), 0.6, Emission_Color=(1.0, 0.50, 0.16, 1), Emission_Strength=0.12)
    table.put(pane(8.6, 8.2, 15.0, 0.36), glow, thick=0.02)
    chips = []
    for k in range(110):
        x, layer = rng.uniform(-7.2, 7.2), k / 110
        depth = float(np.interp(x, line[:, 0], line[:, 1])) * 1.026
        chip = (
            box(0.75, 0.34, rng.uniform(3.0, 4.6), 0.08)
            .moved((0, 0, -1.8))
            .moved(turn=(0, rng.normal(90, 26), rng.normal(0, 9)))
        )
        chips.append(
            chip.moved((x, depth - rng.uniform(0, 0.42), 9.0 + 3.1 * layer + rng.uniform(-0.4, 0.4))).tinted(
                rng.uniform()
            )
        )
    golden = [(0.0, (0.95, 0.74, 0.32)), (0.6, (0.90, 0.56, 0.15)), (1.0, (0.50, 0.21, 0.04))]
    fried = m.pied("chips", golden, 0.5, share=0.15, Emission_Color=(1.0, 0.6, 0.2, 1), Emission_Strength=0.05)
    table.put(joined(chips), fried)
    table.put(pane(9.2, 7.7, 15.5, 1.15), m.glass("window", (0.97, 0.95, 0.92), 0.35), thick=0.05)
    for low, high in ((7.3, 7.9), (15.2, 15.8)):
        table.put(pane(9.6, low, high, 0.95), metal, thick=0.55)
    table.put(box(3.4, 6.0, 2.6, 0.9), dark, (0, -18.6, 3.4))
    table.put(box(9.0, 2.2, 3.0, 1.0), dark, (0, -21.2, 3.2))
    # dial and small lamps above
    table.put(
        lathe(filleted([(0, 0), (2.7, 0, 0.1), (2.5, 1.4, 0.3), (0, 1.5)]), 64), metal, (0, -14.7, 21.2), (76, 0, 0)
    )
    table.put(box(0.3, 1.5, 0.2, 0.08), dark, (0, -16.1, 22.9), (-14, 0, 0))
    for x in (-6.6, -5.0, 5.0, 6.6):
        table.put(
            ball(0.34, 0.2, 0.34, 10, 16),
            m.plain("lamp", (0.6, 0.6, 0.58), 0.3, Emission_Color=(1, 0.95, 0.85, 1), Emission_Strength=0.6),
            (x, -15.0 + 0.012 * x * x, 21.4),
        )
