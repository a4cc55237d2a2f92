"""How the skin of a face moves: face units measured on a figure, carried over to the landmarks of a photo."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from render.photo.contours import (
    ABOVE_LIP,
    BELOW_LIP,
    CHIN,
    LEFT_IRIS,
    LOWER_INNER_LIP,
    LOWER_LIP_RINGS,
    LOWER_OUTER_LIP,
    NOSE_TIP,
    RIGHT_IRIS,
    UPPER_INNER_LIP,
    UPPER_LIP_RINGS,
    UPPER_OUTER_LIP,
)
from render.photo.landmarks import FaceLandmarks, HeadPose

PARTS: Final = Path(__file__).parent / "parts"
"""Made by tools/photo_parts."""

_LIP_LINES: Final = (
    *(UPPER_INNER_LIP, UPPER_OUTER_LIP, *UPPER_LIP_RINGS, *ABOVE_LIP),
    *(LOWER_INNER_LIP, LOWER_OUTER_LIP, *LOWER_LIP_RINGS, *BELOW_LIP),
)

_FORWARD_PITCH_DEGREES = -8.0
"""What the landmarker reads on a face that looks straight into the camera (measured on a rendered one)."""


@dataclass(frozen=True, slots=True)
class Figure:
    """The measured figure; lengths are in distances between its pupils. `units`: by name, (468, 3). `rest`: (468, 3), neutral."""

    units: Mapping[str, NDArray[np.float64]]
    rest: NDArray[np.float64]
    inside_box: tuple[float, float, float, float]
    """Where the pictures of teeth and tongue lie, in the coordinates of `rest`."""


@cache
def figure() -> Figure:
    """The measured figure, read once."""
    with np.load(PARTS / "units.npz", allow_pickle=False) as stored:
        arrays = {name: stored[name].astype(np.float64) for name in stored.files}
    about = json.loads((PARTS / "parts.json").read_text(encoding="utf-8"))
    seen = arrays.pop("seen")
    pupils = float(np.hypot(*(seen[RIGHT_IRIS[0], :2] - seen[LEFT_IRIS[0], :2])))
    rest = arrays.pop("rest") / pupils
    x0, y0, x1, y1 = (float(side) / pupils for side in about["box"])
    units = {name: _evened(unit / pupils) for name, unit in arrays.items()}
    return Figure(units, rest, (x0, y0, x1, y1))


def _evened(unit: NDArray[np.float64]) -> NDArray[np.float64]:
    """The unit with its lips made the same left and right, and even from point to point: looked up on a mesh, they jitter."""
    evened = unit.copy()
    for line in _LIP_LINES:
        moves = unit[list(line)]
        moves = (moves + moves[::-1] * np.array([-1, 1, 1])) / 2
        for _ in range(2):
            moves[1:-1] = 0.25 * moves[:-2] + 0.5 * moves[1:-1] + 0.25 * moves[2:]
        evened[list(line)] = moves
    return evened


class FaceUnits:
    """Displacements of a face's landmarks for weighted units."""

    def __init__(self, face: FaceLandmarks, interocular_px: float) -> None:
        own = figure()
        self._turn = _rotation(face.pose())
        self.unit_px = interocular_px
        points = face.points[:, :2].astype(np.float64) / interocular_px
        self.mouth_scale = float(np.clip(_width(points) / _width(own.rest), 0.8, 1.2)) ** 0.5
        lower = float(np.clip(_lower_face(points) / _lower_face(own.rest), 0.8, 1.2))
        self._scale = np.array([self.mouth_scale, lower, 1.0])

    def displacement(self, weights: Mapping[str, float]) -> NDArray[np.float64]:
        """Where each of the 468 landmarks goes, (468, 2) px; a negative weight takes a unit back."""
        units = figure().units
        total = np.zeros((468, 3))
        for name, weight in weights.items():
            total += weight * units[name]
        return np.asarray(((total * self._scale) @ self._turn.T)[:, :2] * self.unit_px)


def _width(points: NDArray[np.float64]) -> float:
    return float(np.hypot(*(points[308, :2] - points[78, :2])))


def _lower_face(points: NDArray[np.float64]) -> float:
    lips = points[[UPPER_INNER_LIP[5], LOWER_INNER_LIP[5]], :2].mean(0)
    return float(np.hypot(*(points[CHIN, :2] - lips)) + np.hypot(*(lips - points[NOSE_TIP, :2])))


def _rotation(pose: HeadPose) -> NDArray[np.float64]:
    """The turn of the head as a matrix for (x right, y down, z away)."""
    yaw, pitch, roll = np.radians([pose.yaw, pose.pitch - _FORWARD_PITCH_DEGREES, pose.roll])
    about_y = np.array([[np.cos(yaw), 0, -np.sin(yaw)], [0, 1, 0], [np.sin(yaw), 0, np.cos(yaw)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(pitch), np.sin(pitch)], [0, -np.sin(pitch), np.cos(pitch)]])
    about_z = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    return np.asarray(about_z @ about_y @ about_x)
