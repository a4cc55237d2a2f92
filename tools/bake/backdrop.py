"""The studios behind the hosts: drawn in light, then put out of focus as a lens does, quiet round the head.

Shapes keep to the sides and below the shoulders: head motion warps the frame near the head, and an edge there would
show it. Coordinates are those of a frame 720 wide; colours are linear light, blue, green, red.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Light = NDArray[np.float32]  # (H, W, 3) BGR, linear, 1 is white

_BLUR_PX = 15.0  # radius of the disc that a far point becomes
_GRAIN = 0.8  # standard deviation, of 255: without it an encoder turns the gradients into bands


class _Sheet:
    """A picture in linear light that is drawn on in units of a frame 720 wide."""

    def __init__(self, width: int, height: int) -> None:
        self.unit = width / 720
        rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
        self.x, self.y = (columns + 0.5) / self.unit, (rows + 0.5) / self.unit
        self.light: Light = np.zeros((height, width, 3), np.float32)

    def wash(self, top: tuple[float, ...], foot: tuple[float, ...]) -> None:
        """Fill with a gradient."""
        down = np.clip(self.y / 1280, 0, 1)[..., None]
        self.light[:] = np.array(top, np.float32) * (1 - down) + np.array(foot, np.float32) * down

    def glow(self, centre: tuple[float, float], radius: tuple[float, float], colour: tuple[float, ...]) -> None:
        """Add a soft pool of light."""
        fall = np.exp(-(((self.x - centre[0]) / radius[0]) ** 2 + ((self.y - centre[1]) / radius[1]) ** 2))
        self.light += fall[..., None] * np.array(colour, np.float32)

    def block(self, box: tuple[float, ...], colour: tuple[float, ...], *, lit: float = 0.0) -> None:
        """A rectangle; ``lit`` brightens its top edge as a lamp above it does."""
        x0, y0, x1, y1 = (round(value * self.unit) for value in box)
        x0, y0, x1, y1 = (max(value, 0) for value in (x0, y0, x1, y1))
        part = self.light[y0:y1, x0:x1]
        if part.size:
            part[:] = np.array(colour, np.float32)
            part *= 1 + lit * np.exp(-np.linspace(0, 3, len(part), dtype=np.float32))[:, None, None]

    def disc(self, centre: tuple[float, float], radius: float, colour: tuple[float, ...]) -> None:
        """A filled circle."""
        inside = np.hypot(self.x - centre[0], self.y - centre[1]) < radius
        self.light[inside] = np.array(colour, np.float32)

    def leaf(self, points: NDArray[np.float64], width: float, colour: tuple[float, ...]) -> None:
        """A curved stroke."""
        line = np.round(points * self.unit * 16).astype(np.int32)
        cv2.polylines(self.light, [line], False, colour, max(1, round(width * self.unit)), cv2.LINE_AA, 4)

    def defocused(self, radius: float) -> Light:
        """What is drawn so far, every point spread to a disc with soft edges."""
        size = radius * self.unit
        reach = int(size + 2)
        rows, columns = np.mgrid[-reach : reach + 1, -reach : reach + 1]
        disc = np.clip(size + 0.5 - np.hypot(rows, columns), 0, 1)
        kernel = (disc / disc.sum()).astype(np.float32)
        return np.asarray(cv2.filter2D(self.light, -1, kernel, borderType=cv2.BORDER_REPLICATE), np.float32)


def draw(studio: str, width: int, height: int, seed: int) -> NDArray[np.uint8]:
    """The studio of a name in ``STUDIOS``, (H, W, 3) uint8 BGR."""
    sheet = _Sheet(width, height)
    rng = np.random.default_rng(seed)
    STUDIOS[studio](sheet, rng)
    light = np.clip(sheet.light, 0, 1)
    encoded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055) * 255
    return np.asarray(np.clip(encoded + rng.normal(0, _GRAIN, encoded.shape) + 0.5, 0, 255), np.uint8)


def over(render: NDArray[np.uint8], backdrop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """An RGBA render (as OpenCV reads it: BGRA, straight alpha) laid over a backdrop of the same size."""
    alpha = render[..., 3:].astype(np.float32) / 255
    mixed = render[..., :3] * alpha + backdrop * (1 - alpha)
    return np.asarray(np.clip(mixed + 0.5, 0, 255), np.uint8)


def _kitchen(sheet: _Sheet, rng: np.random.Generator) -> None:
    """A shop kitchen in the evening: slate wall, oak shelves under warm light, lamps, herbs at the window."""
    sheet.wash((0.090, 0.074, 0.058), (0.044, 0.036, 0.030))
    sheet.glow((330, 420), (330, 420), (0.050, 0.044, 0.040))
    _tiles(sheet, rng)
    sheet.light = sheet.defocused(26)
    oak, dark = (0.040, 0.085, 0.170), (0.012, 0.016, 0.022)
    for board in (262, 470, 690):
        sheet.glow((662, board - 70), (110, 80), (0.030, 0.085, 0.180))
        x = 596.0
        while x < 716:
            wide, tall = float(rng.uniform(20, 36)), float(rng.uniform(52, 112))
            kind = rng.choice(3)
            colour = ((0.10, 0.17, 0.26), (0.05, 0.09, 0.13), (0.16, 0.19, 0.20))[kind]
            sheet.block((x, board - tall, x + wide, board), colour, lit=1.4)
            if kind == 0:  # a jar's lid
                sheet.block((x + 2, board - tall - 10, x + wide - 2, board - tall), (0.03, 0.06, 0.10), lit=2.0)
            x += wide + float(rng.uniform(3, 9))
        sheet.block((586, board, 720, board + 13), oak, lit=0.8)
        sheet.block((586, board + 13, 720, board + 20), dark)
    # A window at the left with the last daylight, herbs before it.
    sheet.block((-10, 150, 74, 640), (0.200, 0.150, 0.100))
    sheet.block((-10, 150, 74, 300), (0.260, 0.190, 0.125))
    for bar in ((70, 130, 84, 655), (-10, 392, 76, 402), (-10, 640, 100, 656)):
        sheet.block(bar, dark)
    sheet.block((6, 566, 74, 642), (0.045, 0.090, 0.170), lit=0.6)
    _leaves(sheet, rng, (40, 570), 46, (70, 190), (0.030, 0.085, 0.045))
    for x, y in ((118, 62), (46, 22), (640, 96)):
        sheet.disc((x, y), 15, (1.5, 3.0, 5.2))
        sheet.block((x - 1.5, 0, x + 1.5, y - 14), dark)
    for _ in range(16):  # lights of the street beyond the window
        place = (float(rng.uniform(0, 66)), float(rng.uniform(320, 560)))
        sheet.disc(place, 2.6, tuple(float(v) for v in rng.uniform(0.6, 1.0) * np.array([1.0, 3.2, 6.0])))
    _finish(sheet, ((118, 62), (46, 22), (640, 96)), (0.030, 0.075, 0.140))


def _teahouse(sheet: _Sheet, rng: np.random.Generator) -> None:
    """A tea house by day: warm plaster, a round lattice window, a paper lantern, tea caddies, bamboo."""
    sheet.wash((0.300, 0.385, 0.450), (0.125, 0.170, 0.210))
    sheet.glow((380, 430), (360, 430), (0.075, 0.085, 0.090))
    sheet.light = sheet.defocused(20)
    walnut, line = (0.030, 0.055, 0.095), (0.045, 0.085, 0.140)
    centre = (16.0, 372.0)
    sheet.disc(centre, 156, walnut)
    sheet.disc(centre, 142, (0.520, 0.640, 0.600))
    inside = np.hypot(sheet.x - centre[0], sheet.y - centre[1]) < 142
    garden = np.exp(-(((sheet.x - 20) / 120) ** 2 + ((sheet.y - 450) / 90) ** 2))[..., None]
    green = np.array([0.10, 0.26, 0.17], np.float32)
    sheet.light = np.where(inside[..., None], sheet.light * (1 - 0.75 * garden) + green * garden * 0.75, sheet.light)
    before = sheet.light.copy()
    for bar in range(-2, 6):
        sheet.block((bar * 44 - 28, 200, bar * 44 - 20, 560), line)
    for bar in range(5):
        sheet.block((-20, 236 + bar * 72, 230, 243 + bar * 72), line)
    sheet.light = np.where(inside[..., None], sheet.light, before)
    for board in (520, 706):
        sheet.glow((668, board - 60), (100, 80), (0.030, 0.075, 0.120))
        x = 604.0
        while x < 716:
            wide, tall = float(rng.uniform(28, 44)), float(rng.uniform(46, 92))
            colour = ((0.30, 0.36, 0.30), (0.06, 0.12, 0.30), (0.40, 0.46, 0.48), (0.10, 0.16, 0.11))[rng.choice(4)]
            sheet.block((x, board - tall, x + wide, board), colour, lit=0.5)
            sheet.block((x + 6, board - tall - 12, x + wide - 6, board - tall), tuple(0.7 * v for v in colour))
            x += wide + float(rng.uniform(5, 12))
        sheet.block((592, board, 720, board + 13), walnut, lit=0.8)
    _leaves(sheet, rng, (20, 900), 42, (200, 420), (0.060, 0.150, 0.085))
    rows = np.abs((sheet.y - 205) / 92)
    lantern = np.hypot((sheet.x - 662) / 70, (sheet.y - 205) / 92) < 1
    paper = (1 - 0.35 * rows)[..., None] * np.array([0.42, 0.80, 1.15], np.float32)
    sheet.light = np.where(lantern[..., None], paper.astype(np.float32), sheet.light)
    sheet.block((660, 0, 664, 116), walnut)
    sheet.block((636, 108, 688, 118), walnut)
    sheet.block((636, 292, 688, 302), walnut)
    _finish(sheet, ((662, 205),), (0.030, 0.070, 0.115))


STUDIOS: dict[str, Callable[[_Sheet, np.random.Generator], None]] = {"kitchen": _kitchen, "teahouse": _teahouse}


def _finish(sheet: _Sheet, lamps: tuple[tuple[float, float], ...], colour: tuple[float, ...]) -> None:
    """Out of focus, with the lamps' bloom, and darker to the corners."""
    sheet.light = sheet.defocused(_BLUR_PX)
    for lamp in lamps:
        sheet.glow(lamp, (150, 150), colour)
    corner = np.hypot((sheet.x - 360) / 640, (sheet.y - 560) / 1000)
    sheet.light *= (1 - 0.42 * np.clip(corner, 0, 1.2) ** 2)[..., None]


def _tiles(sheet: _Sheet, rng: np.random.Generator) -> None:
    """Courses of glazed tile on the wall, each a little different."""
    for row, y in enumerate(range(0, 1280, 40)):
        for x in range(-40 * (row % 2), 720, 80):
            sheet.block((x, y, x + 77, y + 37), tuple(np.array([0.098, 0.081, 0.064]) * rng.uniform(0.8, 1.2)))


def _leaves(
    sheet: _Sheet,
    rng: np.random.Generator,
    foot: tuple[float, float],
    count: int,
    reach: tuple[float, float],
    colour: tuple[float, ...],
) -> None:
    for _ in range(count):
        start = np.array(foot) + rng.uniform(-18, 18, 2) * (1.0, 0.2)
        tip = start + np.array([rng.uniform(-0.34, 0.34) * reach[1], -rng.uniform(*reach)])
        bend = (start + tip) / 2 + np.array([rng.uniform(-22, 22), -16.0])
        t = np.linspace(0, 1, 16)[:, None]
        curve = (1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t**2 * tip
        sheet.leaf(curve, float(rng.uniform(5, 9)), tuple(value * rng.uniform(0.6, 1.5) for value in colour))
