"""Teaware: a porcelain gaiwan, a purple clay teapot, a travel set."""

from __future__ import annotations

import numpy as np

from . import materials as m
from .photo_set import PhotoSet
from .pieces import Random
from .solids import ball, filleted, lathe, loft, slab, smoothed, superellipse, tube


def gaiwan(table: PhotoSet, rng: Random) -> None:
    """A white lidded bowl on its saucer."""
    white = m.porcelain("white")
    saucer = filleted(
        [
            (0, 0),
            (2.5, 0, 0.1),
            (2.6, 0.35, 0.1),
            (4.2, 0.75, 1.0),
            (5.4, 1.55, 0.1),
            (5.3, 1.66, 0.1),
            (4.0, 0.98, 1.0),
            (2.4, 0.72, 0.3),
            (2.2, 0.55, 0.1),
            (0, 0.5),
        ],
        8,
    )
    table.put(lathe(saucer, 128), white)
    bowl = smoothed([(2.05, 0.6), (2.1, 1.15), (2.7, 1.7), (3.6, 3.0), (4.05, 4.6), (4.3, 5.6), (4.9, 6.35)], 8)
    inner = smoothed([(4.84, 6.42), (4.20, 5.7), (3.9, 4.6), (3.4, 3.0), (0.0, 1.6)], 8)
    table.put(lathe(np.vstack([[(0, 0.62)], bowl, inner]), 128), white)
    lid = smoothed(
        [
            (3.95, 5.55),
            (4.05, 5.75),
            (3.7, 6.3),
            (2.7, 7.0),
            (1.4, 7.45),
            (0.85, 7.6),
            (0.8, 7.95),
            (1.25, 8.45),
            (1.3, 8.6),
            (1.15, 8.65),
            (0.9, 8.5),
            (0, 8.4),
        ],
        8,
    )
    table.put(lathe(np.vstack([[(0, 5.5)], lid]), 128), white, (0.12, 0, 0), (0, 0, 0))


def teapot(table: PhotoSet, rng: Random) -> None:
    """A round pot of purple clay: body, fitted lid with a pearl, short spout, ring of a handle."""
    clay = m.clay("clay")
    body = smoothed(
        [(2.3, 0.0), (2.75, 0.12), (3.3, 0.55), (4.45, 2.0), (4.75, 3.4), (4.35, 4.9), (3.3, 5.9), (2.75, 6.15)], 9
    )
    table.put(lathe(np.vstack([[(0, 0.05)], body, [(2.7, 6.2), (2.4, 6.1), (0, 6.0)]]), 128), clay)
    rim = np.array([(2.78 + 0.16 * np.cos(a), 6.22 + 0.13 * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 17)])
    table.put(lathe(rim, 96, caps=False), clay)
    lid = smoothed([(2.62, 6.32), (2.74, 6.46), (2.6, 6.66), (1.8, 7.02), (0.9, 7.22), (0.42, 7.32), (0.36, 7.5)], 8)
    table.put(lathe(np.vstack([[(0, 6.3)], lid, [(0, 7.5)]]), 96), clay)
    table.put(ball(0.72, 0.72, 0.62, 24, 48), clay, (0, 0, 7.92))
    spout = smoothed([(3.5, 0, 2.5), (4.9, 0, 3.05), (5.9, 0, 4.1), (6.55, 0, 5.2), (7.25, 0, 5.95)], 9)
    table.put(tube(spout, np.interp(np.linspace(0, 1, len(spout)), [0, 0.3, 1], [1.35, 1.0, 0.52]), 40, 0.9), clay)
    mouth = spout[-2:] + np.array([[0.05, 0, 0.05], [0.085, 0, 0.075]])
    table.put(tube(mouth, 0.33, 32), m.plain("hole", (0.020, 0.009, 0.006), 0.9))
    grip = smoothed(
        [
            (-3.7, 0, 5.2),
            (-5.0, 0, 5.95),
            (-6.5, 0, 5.6),
            (-7.1, 0, 4.1),
            (-6.4, 0, 2.4),
            (-5.0, 0, 1.6),
            (-3.8, 0, 1.6),
        ],
        9,
    )
    thick = np.interp(np.linspace(0, 1, len(grip)), [0, 0.15, 0.5, 0.85, 1], [0.62, 0.46, 0.50, 0.42, 0.55])
    table.put(tube(grip, thick, 32, 1.15), clay)


def travel(table: PhotoSet, rng: Random) -> None:
    """A small porcelain pot and two cups in front of their round felt case."""
    white = m.porcelain("white", (0.80, 0.83, 0.80))
    grey = m.felt("grey", (0.175, 0.170, 0.165))
    at = (-1.0, 6.2, 0)
    table.put(lathe(filleted([(0, 0), (5.5, 0, 0.7), (5.5, 8.2, 0.1), (5.45, 8.3)])), grey, at)
    table.put(lathe(filleted([(5.45, 8.55), (5.55, 8.6, 0.1), (5.55, 11.0, 0.9), (0, 11.5)]), caps=False), grey, at)
    zip_ = np.array([(5.50 + 0.07 * np.cos(a), 8.42 + 0.14 * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 13)])
    table.put(lathe(zip_, 96, caps=False), m.plain("zip", (0.03, 0.03, 0.03), 0.5), at)
    table.put(
        slab(superellipse(0.7, 1.9, 2.5), 0.16, 0.05),
        m.steel("tab", rough=0.25),
        (at[0] + 1.6, at[1] - 5.42, 7.5),
        (90, 0, 16),
    )
    arc = np.linspace(0, np.pi, 30)
    strap = np.stack([3.4 * np.cos(arc), 0 * arc, 10.9 + 2.9 * np.sin(arc)], 1)
    table.put(tube(strap, 0.55, 20, 0.30), m.plain("strap", (0.36, 0.20, 0.10), 0.6), at)
    # the pot: a straight cup with a lid that strains, a small lip and a band of felt
    pot = (4.6, -2.6, 0)
    table.put(
        lathe(
            np.vstack(
                [
                    [(0, 0)],
                    filleted([(2.4, 0), (3.0, 0.4, 0.4), (3.35, 3.2, 2), (3.3, 5.9, 0.3), (3.1, 6.0)]),
                    [(0, 5.8)],
                ]
            ),
            112,
        ),
        white,
        pot,
    )
    table.put(
        lathe(np.array([(3.36, 2.0), (3.43, 2.05), (3.45, 3.2), (3.43, 4.3), (3.36, 4.35)]), 96, caps=False),
        m.felt("band", (0.30, 0.19, 0.115)),
        pot,
    )
    table.put(
        lathe(
            smoothed(
                [
                    (0, 5.9),
                    (3.25, 5.95),
                    (3.38, 6.15),
                    (3.1, 6.5),
                    (1.6, 6.95),
                    (0.75, 7.05),
                    (0.7, 7.35),
                    (1.0, 7.7),
                    (0.6, 7.95),
                    (0, 7.95),
                ],
                6,
            ),
            96,
        ),
        white,
        pot,
    )
    lip = smoothed([(3.0, 0, 4.7), (3.6, 0, 5.3), (4.25, 0, 5.9)], 8)
    table.put(tube(lip, np.linspace(0.85, 0.42, len(lip)), 28), white, pot, (0, 0, -150))
    cup = np.vstack(
        [
            [(0, 0)],
            filleted(
                [
                    (1.35, 0),
                    (1.5, 0.35, 0.2),
                    (2.35, 1.2, 1.0),
                    (2.7, 3.3, 0.1),
                    (2.6, 3.36, 0.1),
                    (2.2, 1.4, 1.0),
                    (1.2, 0.7),
                    (0, 0.6),
                ]
            ),
        ]
    )
    for x, y in ((-5.2, -3.2), (-0.9, -6.0)):
        table.put(lathe(cup, 96), white, (x, y, 0))
        table.put(
            lathe([(2.42, 2.35), (0, 2.35)], 64, caps=False),
            m.plain("tea", (0.62, 0.30, 0.07), 0.06, Coat_Weight=0.3),
            (x, y, 0),
        )
    table.put(loft(superellipse(1.0, 1.0, 2), [(1.0, 0, 0.0), (0.0, 0, 0.01)]), grey, (at[0], at[1], 0.0))
