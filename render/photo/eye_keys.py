"""Lids, gaze, brows, squint and wide eyes, drawn from one photo."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import Box
from render.photo.contours import LEFT_IRIS, RIGHT_IRIS
from render.photo.eye_opening import EyeOpening, LidPose
from render.photo.face_units import FaceUnits
from render.photo.framing import Portrait
from render.photo.mouth_keys import box_around
from render.photo.skin_field import SkinSheet, melted

CLOSURES: Final[dict[str, float]] = {"half": 0.5, "most": 0.8, "closed": 1.0}

_GAZE: Final[dict[str, tuple[tuple[float, float], float, float]]] = {
    "left": ((-0.043, 0.0), 0.0, 0.0),
    "right": ((0.043, 0.0), 0.0, 0.0),
    "down": ((0.0, 0.032), 0.30, -0.05),
    "up": ((0.0, -0.022), -0.14, 0.0),
}
"""Shift of the pupil in distances of the pupils (a ball of 12 mm turned by 13 degrees sideways, 10 down, 7 up, eyes 63 mm apart),
and what the lids do with it: closure of the upper, rise of the lower."""

_BROWS: Final[dict[str, dict[str, float]]] = {
    "up": {"browInnerUp": 0.75, "browOuterUp": 0.60},
    "inner_up": {"browInnerUp": 0.85, "browOuterUp": -0.05},
    "down": {"browDown": 0.55},
}
_SQUINT: Final = {"eyeSquint": 0.55, "cheekSquint": 0.8}
_EYES: Final = {"squint": (0.16, 0.34), "wide": (-0.17, 0.0)}


@dataclass(frozen=True, slots=True)
class PartKeys:
    """One part's box, pictures by key, and flows by key where the skin's way is known."""

    box: Box
    pictures: Mapping[str, NDArray[np.uint8]]
    flows: Mapping[str, NDArray[np.float32]]


class UpperFacePainter:
    """Draws eyes and brows of one portrait in every key."""

    def __init__(self, portrait: Portrait) -> None:
        self._portrait = portrait
        self._units = FaceUnits(portrait.face, portrait.interocular_px)
        left, right = (portrait.face.points[iris[0], :2] for iris in (LEFT_IRIS, RIGHT_IRIS))
        self._middle = (float(left[0] + right[0]) / 2, float(left[1] + right[1]) / 2)
        self._places = portrait.face.points[:468, :2].astype(np.float64)
        self._eyes_box = self._box(half=1.16, up=0.52, down=0.46)
        self._eyes = self._openings(self._eyes_box)

    def lids(self) -> PartKeys:
        """The lids half, mostly and fully shut."""
        poses = {name: LidPose(closure=closure) for name, closure in CLOSURES.items()}
        return PartKeys(self._eyes_box, {name: self._drawn(pose) for name, pose in poses.items()}, {})

    def gaze(self) -> PartKeys:
        """The pupils to the left, right, down and up, the lids going along."""
        unit = self._portrait.interocular_px
        poses = {
            name: LidPose(closure, rise, (look[0] * unit, look[1] * unit))
            for name, (look, closure, rise) in _GAZE.items()
        }
        return PartKeys(self._eyes_box, {name: self._drawn(pose) for name, pose in poses.items()}, {})

    def brows(self) -> PartKeys:
        """The brows up, their inner ends up, and down."""
        box = self._box(half=1.30, up=1.16, down=0.10)
        level = self._middle[1] - 0.13 * self._portrait.interocular_px
        sheet = SkinSheet(box, self._places, self._portrait.interocular_px)
        pictures, flows = {}, {}
        for name, weights in _BROWS.items():
            moves = self._units.displacement(weights)
            # The lids keep still: this box lies over the eyes', whose keys know nothing of the brows.
            fade = np.clip((level - self._places[:, 1]) / (0.16 * self._portrait.interocular_px), 0, 1)
            moves *= fade[:, None]
            pictures[name] = melted(self._portrait.plate, sheet.warped(self._portrait.plate, moves), box)
            flows[name] = sheet.forward(moves)
        return PartKeys(box, pictures, flows)

    def eyes(self) -> PartKeys:
        """The eyes narrowed by a smile, and wide open."""
        box = self._box(half=1.24, up=0.52, down=0.80)
        openings = self._openings(box)
        plate = self._portrait.plate
        pictures, flows = {}, {}
        for name, (closure, rise) in _EYES.items():
            drawn = plate[box.y0 : box.y1, box.x0 : box.x1].astype(np.float32)
            for opening in openings:
                drawn = opening.draw(LidPose(closure, rise), drawn)
            flows[name] = np.zeros((-(-box.height // 4), -(-box.width // 4), 2), np.float32)
            if name == "squint":
                lifted = plate.copy()
                lifted[box.y0 : box.y1, box.x0 : box.x1] = np.round(drawn)
                moves = self._units.displacement(_SQUINT)
                level = self._middle[1] + 0.10 * self._portrait.interocular_px
                fade = np.clip((self._places[:, 1] - level) / (0.14 * self._portrait.interocular_px), 0, 1)
                moves *= fade[:, None]
                sheet = SkinSheet(box, self._places, self._portrait.interocular_px)
                drawn = sheet.warped(lifted, moves).astype(np.float32)
                flows[name] = sheet.forward(moves)
            pictures[name] = melted(plate, np.asarray(np.round(drawn), np.uint8), box)
        return PartKeys(box, pictures, flows)

    def _drawn(self, pose: LidPose) -> NDArray[np.uint8]:
        box = self._eyes_box
        picture = self._portrait.plate[box.y0 : box.y1, box.x0 : box.x1].astype(np.float32)
        for eye in self._eyes:
            picture = eye.draw(pose, picture)
        return melted(self._portrait.plate, np.asarray(np.clip(np.round(picture), 0, 255), np.uint8), box)

    def _openings(self, box: Box) -> tuple[EyeOpening, EyeOpening]:
        return EyeOpening(self._portrait, "left", box), EyeOpening(self._portrait, "right", box)

    def _box(self, *, half: float, up: float, down: float) -> Box:
        return box_around(self._portrait, self._middle, half=half, up=up, down=down)
