"""What is seen between the lips: teeth, tongue and the dark behind them, in the size and light of a face."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import Box
from render.photo.contours import LEFT_CHEEK, RIGHT_CHEEK
from render.photo.face_units import PARTS, FaceUnits, figure
from render.photo.framing import Portrait

Layer = NDArray[np.float32]
"""BGRA, 0..255, premultiplied by its alpha."""

_FIGURE_SKIN: Final = np.array([128.0, 158.0, 205.0])
"""BGR of the measured figure's cheek in the light that its teeth were rendered in."""
_DARK: Final = np.array([20.0, 14.0, 30.0])
_LIGHT_STRENGTH, _TINT_STRENGTH = 0.75, 0.75
_TEETH_TINT: Final = np.array([0.98, 1.10, 1.18], np.float32)
"""BGR that the rendered teeth, a little too blue, are toned with."""
_LIP_LINE_LEFT, _LIP_LINE_RIGHT, _LIP_LINE_MIDDLE = 78, 308, (13, 14)
_SHADE_PX, _SHADE_LEAST = 0.035, 0.58
_CORNER_DARK = 0.5
_OVERSAMPLED = 3
_TONGUE_BACK, _TONGUE_REACH = 0.07, 0.06


@dataclass(frozen=True, slots=True)
class Inside:
    """How the inside is set in one key: how far the lower jaw has dropped (px), and what the tongue does."""

    jaw_drop_px: float
    tongue_up: bool = False
    tongue_forward: float = 0.0
    """0 lies behind the lower teeth, 1 shows fully."""


class InnerMouth:
    """Draws the inside of one face's mouth, in a box of the frame."""

    def __init__(self, portrait: Portrait, units: FaceUnits, box: Box) -> None:
        self._box = box
        own = figure()
        scale = portrait.interocular_px * units.mouth_scale
        points = portrait.face.points[:, :2].astype(np.float64)
        middle = points[list(_LIP_LINE_MIDDLE)].mean(0)
        along = points[_LIP_LINE_RIGHT] - points[_LIP_LINE_LEFT]
        self._line = middle
        self._half_width = float(np.hypot(*along)) / 2
        self._unit = portrait.interocular_px
        figure_middle = own.rest[list(_LIP_LINE_MIDDLE), :2].mean(0)
        x0, y0, x1, _ = own.inside_box
        self._gain = _gain(portrait)
        self._layers: dict[str, Layer] = {}
        for name in ("upper", "lower", "tongue_low", "tongue_high"):
            picture = np.asarray(cv2.imread(str(PARTS / f"{name}.webp"), cv2.IMREAD_UNCHANGED), np.float32)
            alpha = picture[..., 3:] / 255
            tint = 1.0 if name.startswith("tongue") else _TEETH_TINT
            picture[..., :3] = np.minimum(picture[..., :3] * self._gain * tint, 250) * alpha
            self._layers[name] = picture
        # Picture pixel -> frame: the figure's lip line comes to lie on this face's, tilted as it is.
        pixel = (x1 - x0) * scale / self._layers["upper"].shape[1]
        angle = float(np.arctan2(along[1], along[0]))
        cos, sin = np.cos(angle), np.sin(angle)
        turn = np.array([[cos, -sin], [sin, cos]])
        corner = turn @ ((np.array([x0, y0]) - figure_middle) * scale) + middle
        self._place = np.c_[turn * pixel, corner]
        self._down = turn @ np.array([0.0, 1.0])

    def draw(self, inside: Inside, opening: NDArray[np.float64]) -> NDArray[np.float32]:
        """The inside, (h, w, 3) float32 BGR 0..255, for an opening between the lips: (N, 2) px, a closed contour."""
        canvas = np.zeros((self._box.height, self._box.width, 3), np.float32)
        canvas[:] = _DARK * self._gain
        jaw = inside.jaw_drop_px
        tongue = "tongue_high" if inside.tongue_up else "tongue_low"
        figure_drop = self._unit * (0.09 if inside.tongue_up else 0.19)  # how far the jaw is down in that picture
        shift = jaw - figure_drop + self._unit * (_TONGUE_BACK - _TONGUE_REACH * inside.tongue_forward)
        canvas = _laid(canvas, self._layer(tongue, shift), 0.80)
        canvas = _laid(canvas, self._layer("lower", jaw), 0.80)
        canvas = _laid(canvas, self._layer("upper", 0.0), 1.0)
        return np.asarray(canvas * self._shade(opening)[..., None])

    def _layer(self, name: str, down_px: float) -> Layer:
        picture = self._layers[name]
        place = self._place.copy()
        place[:, 2] += self._down * down_px - np.array([self._box.x0, self._box.y0])
        place *= _OVERSAMPLED
        size = (self._box.width * _OVERSAMPLED, self._box.height * _OVERSAMPLED)
        large = cv2.warpAffine(picture, place, size, flags=cv2.INTER_LINEAR)
        return np.asarray(cv2.resize(large, (self._box.width, self._box.height), interpolation=cv2.INTER_AREA))

    def _shade(self, opening: NDArray[np.float64]) -> NDArray[np.float32]:
        """The lips' shadow: dark at their edge, mostly the upper one's, and towards the corners."""
        corner = np.array([self._box.x0, self._box.y0])
        mask = np.zeros((self._box.height, self._box.width), np.uint8)
        cv2.fillPoly(mask, [np.round(opening - corner).astype(np.int32)], 1)
        mask[0], mask[-1] = 0, 0
        depth = np.asarray(cv2.distanceTransform(mask, cv2.DIST_L2, 5), np.float32)
        from_top = np.cumsum(mask, axis=0).astype(np.float32)
        near = np.minimum(depth * 1.6, from_top) / np.float32(_SHADE_PX * self._unit)
        shade = _SHADE_LEAST + (1 - _SHADE_LEAST) * _smooth(near)
        x = np.arange(self._box.width, dtype=np.float32) + self._box.x0
        half = max(4.0, float(np.ptp(opening[:, 0])) / 2)
        middle = float(opening[:, 0].min() + opening[:, 0].max()) / 2
        sideways = np.clip(np.abs(x - middle) / half, 0, 1)
        shade = shade * (1 - _CORNER_DARK * sideways[None] ** 3)
        return np.asarray(cv2.GaussianBlur(shade, (0, 0), 0.8), np.float32)


def _smooth(share: NDArray[np.float32]) -> NDArray[np.float32]:
    clipped = np.clip(share, 0, 1)
    return np.asarray(clipped * clipped * (3 - 2 * clipped), np.float32)


def _laid(under: NDArray[np.float32], layer: Layer, light: float) -> NDArray[np.float32]:
    return np.asarray(under * (1 - layer[..., 3:] / 255) + layer[..., :3] * np.float32(light), np.float32)


def _gain(portrait: Portrait) -> NDArray[np.float32]:
    """Factor per channel from the figure's light to the photo's, judged by how the cheeks are lit.

    Skin tone itself must not darken or tint teeth: only part of the difference is followed.
    """
    patches = []
    for point in (*LEFT_CHEEK, *RIGHT_CHEEK):
        x, y = (int(v) for v in portrait.face.points[point, :2])
        patches.append(portrait.plate[max(0, y - 4) : y + 5, max(0, x - 4) : x + 5].reshape(-1, 3))
    skin = np.median(np.concatenate(patches), axis=0).astype(np.float64)
    light = skin.mean() / _FIGURE_SKIN.mean()
    tint = (skin / skin.mean()) / (_FIGURE_SKIN / _FIGURE_SKIN.mean())
    return np.asarray(light**_LIGHT_STRENGTH * tint**_TINT_STRENGTH, np.float32)
