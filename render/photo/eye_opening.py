"""One eye of a portrait: its lids' edges, its ball without the lids, and pictures of it with lids and pupil elsewhere."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import Box
from render.photo.contours import (
    LEFT_BROW_LOWER,
    LEFT_EYE_LOWER,
    LEFT_EYE_UPPER,
    LEFT_IRIS,
    RIGHT_BROW_LOWER,
    RIGHT_EYE_LOWER,
    RIGHT_EYE_UPPER,
    RIGHT_IRIS,
)
from render.photo.framing import Portrait

_OVERSAMPLED: Final = 3
_LASH_SHARE: Final = 0.055
"""Height of the strip at the upper lid's edge, lashes and all, that moves without being stretched; in distances of the pupils."""
_LASH_FLATTER: Final = 0.55
_MEET_AT: Final = 0.86
"""Where shut lids meet, from the upper (0) to the lower edge (1): the upper lid does most of the way."""
_LOWER_REACH: Final = 0.16
"""How far below the eye the lower lid's skin gives way, in distances of the pupils."""
_BALL_SHADOW: Final = 0.34
_LASH_DARK: Final = 0.55
_INPAINT_PX: Final = 7


@dataclass(frozen=True, slots=True)
class LidPose:
    """Where lids and pupil are.

    `closure`: 0 open as in the photo, 1 shut, below 0 wider. `lower_rise`: 0 as in the photo, 1 up to where shut lids meet.
    `look`: (x, y) px that the pupil is shifted by.
    """

    closure: float = 0.0
    lower_rise: float = 0.0
    look: tuple[float, float] = (0.0, 0.0)


class EyeOpening:
    """One eye of a portrait, drawn into a picture of the box it lies in."""

    def __init__(self, portrait: Portrait, side: str, box: Box) -> None:
        left = side == "left"
        points = portrait.face.points[:, :2].astype(np.float64) - np.array([box.x0, box.y0])
        upper = points[list(LEFT_EYE_UPPER if left else RIGHT_EYE_UPPER)]
        lower = points[list(LEFT_EYE_LOWER if left else RIGHT_EYE_LOWER)]
        iris = points[list(LEFT_IRIS if left else RIGHT_IRIS)]
        brow = points[list(LEFT_BROW_LOWER if left else RIGHT_BROW_LOWER)]
        self._unit = portrait.interocular_px
        self._size = (box.height, box.width)
        self._x = (np.arange(box.width * _OVERSAMPLED) + 0.5) / _OVERSAMPLED - 0.5
        self._y = ((np.arange(box.height * _OVERSAMPLED) + 0.5) / _OVERSAMPLED - 0.5)[:, None]
        self._corners = (float(upper[0, 0]), float(upper[-1, 0]))
        self._upper = _curve(upper, self._x)
        self._lower = np.maximum(_curve(lower, self._x), self._upper)
        self._brow = np.minimum(_curve(brow, self._x), self._upper - 0.10 * self._unit)
        self._iris_centre = iris[0]
        self._iris_radius = float(np.hypot(*(iris[1:] - iris[0]).T).mean())
        crop = portrait.plate[box.y0 : box.y1, box.x0 : box.x1]
        self._skin = crop
        self._ball = self._without_lids(crop)
        self._lash = self._lash_colour(crop)

    def draw(self, pose: LidPose, into: NDArray[np.float32]) -> NDArray[np.float32]:
        """The box (h, w, 3) float32 BGR with this eye in a pose; elsewhere `into` is kept."""
        opening = self._lower - self._upper
        meet = self._upper + _MEET_AT * opening
        upper = self._upper + pose.closure * (meet - self._upper)
        lower = self._lower + max(pose.lower_rise, min(1.0, max(0.0, pose.closure)) ** 2) * (meet - self._lower)
        lower = np.maximum(lower, upper)
        above = self._skin_above(upper, pose.closure)
        below = self._skin_below(lower)
        ball = self._looking(pose.look)
        y = self._y
        # The lid throws a shadow on the ball, deeper as it comes down.
        fall = np.clip((y - upper[None]) / (0.055 * self._unit), 0, 1)
        depth = _BALL_SHADOW * np.clip(pose.closure, 0, 1)
        ball = ball * (1 - depth * (1 - fall) ** 2)[..., None]
        over = np.clip((upper[None] - y) * _OVERSAMPLED / 1.5 + 0.5, 0, 1)[..., None]
        under = np.clip((y - lower[None]) * _OVERSAMPLED / 1.5 + 0.5, 0, 1)[..., None]
        drawn = ball * (1 - over) * (1 - under) + above * over + below * under * (1 - over)
        if pose.closure > 0.3:
            drawn = self._lashed(drawn, upper, pose.closure)
        small = cv2.resize(drawn.astype(np.float32), (self._size[1], self._size[0]), interpolation=cv2.INTER_AREA)
        share = self._region()[..., None]
        return np.asarray(into * (1 - share) + small * share, np.float32)

    def _skin_above(self, edge: NDArray[np.float64], closure: float) -> NDArray[np.float32]:
        """The skin from the brow to the lid's edge, drawn down to a new edge.

        The strip with the lashes is laid over it: stretched along it would smear. The more the lid comes down, the
        flatter it looks, since lashes turn from upwards to downwards.
        """
        strip = np.minimum(_LASH_SHARE * self._unit, 0.5 * (self._upper - self._brow))
        top = self._brow
        down = float(np.clip(abs(closure) / 0.4, 0, 1))
        old = self._upper - strip * down  # while the lid hardly moves, lashes may be stretched a little
        along = (self._y - top[None]) / np.maximum(edge - top, 1e-3)[None]
        # Most of what a closing lid shows was folded away just above its edge: stretch there, keep the brow's side.
        grown = np.maximum(0.0, (edge - top) / np.maximum(old - top, 1e-3) - 1)[None]
        share = np.clip(along, 0, 1)
        bent = 0.35 * share + 0.65 * (1 - (1 - share) ** (1 + 0.9 * np.clip(grown, 0, 2)))
        source = np.where(along < 1, top[None] + bent * (old - top)[None], old[None])
        skin = self._taken(self._skin, np.where(along < 0, self._y, source))
        flat = 1 - _LASH_FLATTER * float(np.clip(closure, 0, 1))
        height = np.maximum(strip * flat, 0.5)[None]
        above = np.clip((edge[None] - self._y) / height, 0, 1)
        lashes = self._taken(self._skin, self._upper[None] - (edge[None] - self._y) / flat)
        seen = (down * (1 - above) ** 1.5)[..., None] if down else np.zeros((1, 1, 1))
        return np.asarray(skin * (1 - seen) + lashes * seen, np.float32)

    def _skin_below(self, edge: NDArray[np.float64]) -> NDArray[np.float32]:
        bottom = self._lower + _LOWER_REACH * self._unit
        along = np.clip((self._y - edge[None]) / np.maximum(bottom - edge, 1e-3)[None], 0, None)
        source = np.where(along < 1, self._lower[None] + along * (bottom - self._lower)[None], self._y)
        source = np.where(self._y < edge[None], self._lower[None] + (self._y - edge[None]), source)
        return self._taken(self._skin, source)

    def _taken(self, picture: NDArray[np.uint8], source_y: NDArray[np.float64]) -> NDArray[np.float32]:
        x = np.broadcast_to(self._x[None].astype(np.float32), source_y.shape)
        taken = cv2.remap(
            picture.astype(np.float32),
            x,
            source_y.astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.asarray(taken, np.float32)

    def _looking(self, look: tuple[float, float]) -> NDArray[np.float32]:
        """The ball with the pupil shifted: moved whole round the iris, less and less towards the corners."""
        x, y = np.meshgrid(self._x, self._y[:, 0])
        if look != (0.0, 0.0):
            shift = np.hypot(*look)
            far = np.hypot(x - self._iris_centre[0] - look[0], (y - self._iris_centre[1] - look[1]))
            reach = self._iris_radius * 1.25
            fade = np.clip((far - reach) / max(2.2 * shift, 0.9 * self._iris_radius), 0, 1)
            share = 1 - fade * fade * (3 - 2 * fade)
            x, y = x - look[0] * share, y - look[1] * share
        ball = cv2.remap(
            self._ball.astype(np.float32),
            x.astype(np.float32),
            y.astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.asarray(ball, np.float32)

    def _without_lids(self, crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The ball continued a little under the lids: iris and white carried on from what the photo shows."""
        y = np.arange(self._size[0], dtype=np.float64)[:, None]
        upper, lower = self._upper[1::_OVERSAMPLED], self._lower[1::_OVERSAMPLED]
        rim = 0.012 * self._unit
        inside = (y > upper[None] + rim) & (y < lower[None] - rim * 0.6)
        around = cv2.dilate(inside.astype(np.uint8), np.ones((2 * _INPAINT_PX + 1,) * 2, np.uint8))
        hidden = np.asarray((around > 0) & ~inside, np.uint8)
        if not inside.any():
            return crop
        return np.asarray(cv2.inpaint(np.ascontiguousarray(crop), hidden, 4, cv2.INPAINT_NS), np.uint8)

    def _lash_colour(self, crop: NDArray[np.uint8]) -> NDArray[np.float32]:
        rows = np.round(self._upper[1::_OVERSAMPLED]).astype(int)
        x0, x1 = (round(v) for v in self._corners)
        edge = np.array([crop[np.clip(rows[x] - 1, 0, len(crop) - 1), x] for x in range(x0 + 2, max(x0 + 3, x1 - 2))])
        return np.asarray(np.percentile(edge, 20, axis=0), np.float32)

    def _lashed(self, drawn: NDArray[np.float32], edge: NDArray[np.float64], closure: float) -> NDArray[np.float32]:
        """A line of lashes along the lid that has come down: seen from the front they hang over its edge."""
        inside = np.clip((self._x - self._corners[0]) / 4, 0, 1) * np.clip((self._corners[1] - self._x) / 4, 0, 1)
        thick = 0.013 * self._unit
        distance = np.abs(self._y - edge[None] - 0.3 * thick)
        share = _LASH_DARK * min(1.0, (closure - 0.3) / 0.5) * np.exp(-((distance / thick) ** 2)) * inside[None]
        return np.asarray(drawn * (1 - share[..., None]) + self._lash * share[..., None], np.float32)

    def _region(self) -> NDArray[np.float32]:
        """Where this eye is drawn, 0..1: from the brow to the cheek, between its corners and a little beyond."""
        x = np.arange(self._size[1], dtype=np.float64)
        y = np.arange(self._size[0], dtype=np.float64)[:, None]
        top, bottom = self._brow[1::_OVERSAMPLED], self._lower[1::_OVERSAMPLED] + (_LOWER_REACH + 0.02) * self._unit
        soft = 0.05 * self._unit
        sideways = np.clip((x - self._corners[0] + soft) / soft, 0, 1) * np.clip(
            (self._corners[1] + soft - x) / soft, 0, 1
        )
        upright = np.clip((y - top[None]) / 3, 0, 1) * np.clip((bottom[None] - y) / 3, 0, 1)
        return np.asarray(sideways[None] * upright, np.float32)


def _curve(points: NDArray[np.float64], x: NDArray[np.float64]) -> NDArray[np.float64]:
    """A smooth height over x through points from left to right; level beyond the ends."""
    order = np.argsort(points[:, 0])
    px, py = points[order, 0], points[order, 1]
    dense = np.interp(x, px, py)
    inside = (x >= px[0]) & (x <= px[-1])
    width = max(3, int((px[-1] - px[0]) / 10 * _OVERSAMPLED) | 1)
    kernel = np.hanning(width + 2)[1:-1]
    smooth = np.convolve(np.pad(dense, width // 2, mode="edge"), kernel / kernel.sum(), mode="valid")
    ends = np.minimum(x - px[0], px[-1] - x) / max(1e-3, (px[-1] - px[0]) * 0.08)
    share = np.clip(ends, 0, 1) * inside
    return np.asarray(dense * (1 - share) + smooth * share)
