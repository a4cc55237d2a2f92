"""The studio behind the host: drawn, out of focus, quiet where the head moves over it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float32]  # (H, W, 3) BGR, 0..255


def draw(width: int, height: int, seed: int) -> NDArray[np.uint8]:
    """A wall with a soft glow, a shelf with lamp and books at one side, a plant at the other; (H, W, 3) uint8 BGR.

    The shapes keep to the sides: head motion warps the frame, and a straight edge beside the face would show it.
    """
    unit = width / 720
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / unit
    wall = _wall(x, y)
    _shelves(wall, unit)
    _plant(wall, unit, np.random.default_rng(seed))
    soft = cv2.GaussianBlur(wall, (0, 0), 11 * unit)
    soft += _glow(x, y, (642, 340), 62, (34, 62, 92)) + _glow(x, y, (642, 340), 230, (8, 18, 30))
    edge = np.hypot((x - 360) / 620, (y - 560) / 980)
    soft *= (1 - 0.34 * np.clip(edge, 0, 1.2) ** 2)[..., None]
    # Dither, or the gradients show bands once a video encoder has had them.
    soft += np.random.default_rng(seed).normal(0, 0.9, soft.shape).astype(np.float32)
    return np.asarray(np.clip(soft, 0, 255), np.uint8)


def over(render: NDArray[np.uint8], backdrop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """An RGBA render (as OpenCV reads it: BGRA, straight alpha) laid over a backdrop of the same size."""
    alpha = render[..., 3:].astype(np.float32) / 255
    mixed = render[..., :3] * alpha + backdrop * (1 - alpha)
    return np.asarray(np.clip(mixed + 0.5, 0, 255), np.uint8)


def _wall(x: NDArray[np.float32], y: NDArray[np.float32]) -> Picture:
    down = np.clip(y / 1280, 0, 1)[..., None]
    top, foot = np.array([104, 92, 82], np.float32), np.array([62, 52, 46], np.float32)
    wall = top * (1 - down) + foot * down
    return np.asarray(wall + _glow(x, y, (210, 380), 420, (44, 42, 38)), np.float32)


def _glow(
    x: NDArray[np.float32], y: NDArray[np.float32], centre: tuple[float, float], radius: float, colour: tuple[int, ...]
) -> Picture:
    fall = np.exp(-((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / (2 * radius**2))
    return fall[..., None].astype(np.float32) * np.array(colour, np.float32)


def _shelves(wall: Picture, unit: float) -> None:
    books = ((58, 84, 128), (120, 104, 74), (88, 92, 104), (66, 66, 92), (128, 126, 118), (60, 92, 96))
    for board in (250, 480, 710):
        x = 606
        for place, colour in enumerate(books):
            wide, tall = 14 + 5 * ((place * 7 + board) % 4), 80 + 9 * ((place * 5 + board // 10) % 5)
            lamp_stands_here = board == 480 and x < 676
            if not lamp_stands_here:
                _block(wall, unit, (x, board - tall, x + wide, board), tuple(0.8 * value for value in colour))
            x += wide + 3
        _block(wall, unit, (596, board, 730, board + 14), (70, 92, 118))
    _block(wall, unit, (630, 372, 654, 480), (60, 66, 74))


def _plant(wall: Picture, unit: float, rng: np.random.Generator) -> None:
    for _ in range(34):
        foot = np.array([46.0, 760.0])
        tip = foot + np.array([rng.uniform(-70, 62), -rng.uniform(140, 360)])
        bend = (foot + tip) / 2 + np.array([rng.uniform(-30, 30), -20.0])
        t = np.linspace(0, 1, 16)[:, None]
        leaf = (1 - t) ** 2 * foot + 2 * t * (1 - t) * bend + t**2 * tip
        green = rng.uniform(0.7, 1.15)
        colour = (58 * green, 88 * green, 62 * green)
        cv2.polylines(wall, [np.round(leaf * unit).astype(np.int32)], False, colour, round(9 * unit), cv2.LINE_AA)
    _block(wall, unit, (6, 740, 88, 860), (92, 100, 112))


def _block(wall: Picture, unit: float, box: tuple[float, ...], colour: tuple[float, ...]) -> None:
    x0, y0, x1, y1 = (round(value * unit) for value in box)
    cv2.rectangle(wall, (x0, y0), (x1, y1), colour, -1)
