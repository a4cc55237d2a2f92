"""The mouth's key shapes, drawn from a photo of a closed mouth."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import Box
from render.photo.contours import (
    LEFT_EYE_LOWER,
    LEFT_EYE_UPPER,
    LOWER_INNER_LIP,
    LOWER_LIP,
    RIGHT_EYE_LOWER,
    RIGHT_EYE_UPPER,
    UPPER_INNER_LIP,
    UPPER_LIP,
)
from render.photo.face_units import FaceUnits
from render.photo.framing import Portrait
from render.photo.inner_mouth import InnerMouth, Inside
from render.photo.skin_field import SkinSheet, melted, unfolded

_SHAPES: Final[dict[str, dict[str, float]]] = {
    "mbp": {"mouthPress": 0.10, "mouthRollLower": 0.40, "mouthRollUpper": 0.36},
    "fv": {"jawOpen": 0.05, "mouthRollLower": 0.55, "mouthUpperUp": 0.34, "mouthShrugLower": 0.14},
    "l": {"jawOpen": 0.22, "mouthLowerDown": 0.14, "mouthUpperUp": 0.26},
    "s": {"jawOpen": 0.05, "mouthStretch": 0.20, "mouthLowerDown": 0.34, "mouthUpperUp": 0.28},
    "sh": {"jawOpen": 0.08, "mouthFunnel": 0.58, "mouthPucker": 0.22, "mouthLowerDown": 0.12},
    "ee": {
        "jawOpen": 0.09,
        "mouthStretch": 0.30,
        "mouthSmile": 0.24,
        "mouthLowerDown": 0.30,
        "mouthUpperUp": 0.30,
    },
    "eh": {
        "jawOpen": 0.23,
        "mouthStretch": 0.22,
        "mouthSmile": 0.14,
        "mouthLowerDown": 0.20,
        "mouthUpperUp": 0.28,
    },
    "ah": {"jawOpen": 0.33, "mouthUpperUp": 0.24, "mouthLowerDown": 0.12, "mouthSmile": 0.06},
    "aa": {"jawOpen": 0.52, "mouthUpperUp": 0.28, "mouthLowerDown": 0.12},
    "oh": {"jawOpen": 0.35, "mouthFunnel": 0.52, "mouthPucker": 0.24},
    "oo": {"jawOpen": 0.12, "mouthPucker": 0.74, "mouthFunnel": 0.28},
    "smile": {"mouthSmile": 0.70, "mouthDimple": 0.10, "cheekSquint": 0.35},
    "smile_eh": {
        "jawOpen": 0.20,
        "mouthSmile": 0.62,
        "mouthUpperUp": 0.36,
        "mouthLowerDown": 0.18,
        "cheekSquint": 0.30,
    },
    "smile_aa": {
        "jawOpen": 0.46,
        "mouthSmile": 0.56,
        "mouthUpperUp": 0.38,
        "mouthLowerDown": 0.14,
        "cheekSquint": 0.30,
    },
    "frown": {"mouthFrown": 0.38, "mouthPress": 0.10, "mouthShrugLower": 0.12},
}
"""Face units of each key, beyond a neutral mouth."""

KEYS: Final = tuple(_SHAPES)
"""The keys that are drawn; `rest` is the photo."""

_TONGUE: Final = {"l": (True, 1.0), "eh": (False, 0.55), "ah": (False, 0.5), "ee": (False, 0.7), "s": (False, 0.6)}
_SMILE_KEPT: Final = 0.35
"""Share of the photo's own smile that speech keeps: with none the host looks worried as soon as the lips move."""
_SMILE_READ: Final = 0.75
"""Weight of the unit for a smile that the landmarker scores as 1."""
_LOWER_TEETH_AT: Final = 200
"""A landmark on the bone of the lower jaw: the teeth move as it does."""
_LIP_LINE_SHARE: Final = 0.018
"""Half the height of the dark line between shut lips, in distances of the pupils."""
_CLOSED_PX: Final = 0.75
_SUBPIXEL: Final = 4
_LIP_EDGE_DARK: Final = 0.16


@dataclass(frozen=True, slots=True)
class MouthKey:
    """One drawn key: its picture (h, w, 3), flow (h/4, w/4, 2), and height of its opening at the middle in px."""

    picture: NDArray[np.uint8]
    flow: NDArray[np.float32]
    gap_px: float


class MouthPainter:
    """Draws the mouth of one portrait in every key."""

    def __init__(self, portrait: Portrait) -> None:
        self._plate = portrait.plate
        self._units = FaceUnits(portrait.face, portrait.interocular_px)
        self._unit_px = portrait.interocular_px
        self.box = mouth_box(portrait)
        self._inner = InnerMouth(portrait, self._units, self.box)
        self._places = _with_lips_shut(portrait.face.points[:468, :2].astype(np.float64))
        scores = portrait.face.blendshapes
        self._own_smile = _SMILE_READ * (scores["mouthSmileLeft"] + scores["mouthSmileRight"]) / 2
        eyes = {*LEFT_EYE_UPPER, *LEFT_EYE_LOWER, *RIGHT_EYE_UPPER, *RIGHT_EYE_LOWER}
        self._points = {
            "upper": np.array([i for i in range(468) if i not in LOWER_LIP and i not in eyes]),
            "lower": np.array([i for i in range(468) if i not in UPPER_LIP and i not in eyes]),
        }
        self._sheets = {
            side: SkinSheet(self.box, self._places[points], portrait.interocular_px)
            for side, points in self._points.items()
        }

    def rest(self) -> MouthKey:
        """The photo's own mouth."""
        box = self.box
        shape = (-(-box.height // 4), -(-box.width // 4), 2)
        return MouthKey(self._plate[box.y0 : box.y1, box.x0 : box.x1].copy(), np.zeros(shape, np.float32), 0.0)

    def key(self, name: str) -> MouthKey:
        """The mouth in another key."""
        weights = self._beyond_rest(_SHAPES[name], smiling=name.startswith("smile"))
        moves = self._units.displacement(weights)
        moves = _lips_apart(self._places, moves)
        moved = self._places + moves
        upper, lower = moved[list(UPPER_INNER_LIP)], moved[list(LOWER_INNER_LIP)]
        below = self._below_line((upper + lower) / 2)[..., None]
        warped = {side: sheet.warped(self._plate, moves[self._points[side]]) for side, sheet in self._sheets.items()}
        skin = warped["upper"] * (1 - below) + warped["lower"] * below
        gap = float(lower[5, 1] - upper[5, 1])
        if (lower[:, 1] - upper[:, 1]).max() > _CLOSED_PX:
            opening = self._opening(_rounded(upper), _rounded(lower))
            jaw = float(self._units.displacement({"jawOpen": weights.get("jawOpen", 0.0)})[_LOWER_TEETH_AT, 1])
            up, forward = _TONGUE.get(name, (False, 0.35))
            inside = self._inner.draw(Inside(jaw, up, forward), opening)
            share = self._filled(opening)
            edge = cv2.GaussianBlur(share, (0, 0), 1.6)
            skin *= (1 - _LIP_EDGE_DARK * np.clip(edge * 2, 0, 1) * (1 - share))[..., None]
            skin = skin * (1 - share[..., None]) + inside * share[..., None]
        picture = np.asarray(np.clip(np.round(skin), 0, 255), np.uint8)
        return MouthKey(melted(self._plate, picture, self.box), self._flow(moves), max(0.0, gap))

    def _opening(self, upper: NDArray[np.float64], lower: NDArray[np.float64]) -> NDArray[np.float64]:
        """The contour of what is seen between the lips, (N, 2) px.

        The dark line along which shut lips meet would hem both lips once they part: the opening takes it in.
        """
        line = np.minimum(_LIP_LINE_SHARE * self._unit_px, 0.4 * np.maximum(0, lower[:, 1] - upper[:, 1]))
        hem = np.stack([np.zeros_like(line), line], axis=1)
        return np.asarray(np.r_[upper - hem, (lower + hem)[::-1]])

    def _beyond_rest(self, shape: Mapping[str, float], *, smiling: bool) -> dict[str, float]:
        """The shape's units less what the photo does already."""
        weights = dict(shape)
        kept = 1.0 if smiling else _SMILE_KEPT
        wanted = weights.get("mouthSmile", 0.0)
        if smiling:
            weights["mouthSmile"] = max(0.12, wanted - self._own_smile * 0.75)
        else:
            weights["mouthSmile"] = wanted * (1 - min(1.0, self._own_smile)) - self._own_smile * (1 - kept)
        return weights

    def _below_line(self, line: NDArray[np.float64]) -> NDArray[np.float32]:
        """0 above the line between the lips, 1 below; softer the further it is from the corners."""
        box = self.box
        x = np.arange(box.x0, box.x1, dtype=np.float64)
        middle = np.interp(x, line[:, 0], line[:, 1])
        outside = np.maximum(0, np.maximum(line[0, 0] - x, x - line[-1, 0]))
        soft = 0.8 + 0.35 * outside
        y = np.arange(box.y0, box.y1, dtype=np.float64)[:, None]
        share = np.clip((y - middle[None]) / soft[None] / 2 + 0.5, 0, 1)
        return np.asarray(share * share * (3 - 2 * share), np.float32)

    def _filled(self, contour: NDArray[np.float64]) -> NDArray[np.float32]:
        """How much of each pixel lies within the contour, 0..1, with a soft edge."""
        size = (self.box.height * _SUBPIXEL, self.box.width * _SUBPIXEL)
        mask = np.zeros(size, np.uint8)
        corner = np.array([self.box.x0, self.box.y0])
        cv2.fillPoly(mask, [np.round((contour - corner + 0.5) * _SUBPIXEL).astype(np.int32)], 255)
        small = cv2.resize(mask, (self.box.width, self.box.height), interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.GaussianBlur(small.astype(np.float32) / 255, (0, 0), 0.6), np.float32)

    def _flow(self, moves: NDArray[np.float64]) -> NDArray[np.float32]:
        upper, lower = (self._sheets[side].forward(moves[self._points[side]]) for side in ("upper", "lower"))
        line = (self._places[list(UPPER_INNER_LIP)] + self._places[list(LOWER_INNER_LIP)]) / 2
        below = cv2.resize(self._below_line(line), (upper.shape[1], upper.shape[0]), interpolation=cv2.INTER_AREA)
        return unfolded(np.asarray(upper * (1 - below[..., None]) + lower * below[..., None], np.float32))


def mouth_box(portrait: Portrait) -> Box:
    """The box of the mouth's keys: from the nose to the neck, a cheek to either side."""
    points = portrait.face.points
    x, y = points[[13, 14], :2].mean(0)
    return box_around(portrait, (float(x), float(y)), half=1.24, up=0.98, down=1.46)


def box_around(portrait: Portrait, at: tuple[float, float], *, half: float, up: float, down: float) -> Box:
    """A box round a point, in distances between the pupils, its corners on multiples of four px within the frame."""
    unit = portrait.interocular_px
    height, width = portrait.plate.shape[:2]
    corners = (at[0] - half * unit, at[1] - up * unit, at[0] + half * unit, at[1] + down * unit)
    limits = (width, height, width, height)
    x0, y0, x1, y1 = (int(np.clip(round(c / 4) * 4, 0, limit)) for c, limit in zip(corners, limits, strict=True))
    return Box(x0, y0, x1, y1)


def _with_lips_shut(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The landmarks with both inner lips on the line between them, where shut lips meet."""
    shut = points.copy()
    for upper, lower in zip(UPPER_INNER_LIP[1:-1], LOWER_INNER_LIP[1:-1], strict=True):
        shut[upper] = shut[lower] = (points[upper] + points[lower]) / 2
    return shut


def _lips_apart(places: NDArray[np.float64], moves: NDArray[np.float64]) -> NDArray[np.float64]:
    """The moves with inner lips that would pass through each other stopped where they meet."""
    stopped = moves.copy()
    for upper, lower in zip(UPPER_INNER_LIP[1:-1], LOWER_INNER_LIP[1:-1], strict=True):
        if places[upper, 1] + moves[upper, 1] > places[lower, 1] + moves[lower, 1]:
            stopped[[upper, lower]] = (moves[upper] + moves[lower]) / 2
    return stopped


def _rounded(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """A smooth curve through the 11 points of an inner lip (Catmull-Rom), 61 points."""
    padded = np.r_[[2 * line[0] - line[1]], line, [2 * line[-1] - line[-2]]]
    steps = np.linspace(0, 1, 6, endpoint=False)[:, None]
    curve = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        curve.append(
            0.5
            * (2 * b + (c - a) * steps + (2 * a - 5 * b + 4 * c - d) * steps**2 + (3 * b - a - 3 * c + d) * steps**3)
        )
    return np.concatenate([*curve, line[-1:]])
