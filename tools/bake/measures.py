"""Where the parts of the face lie in the picture: landmarks, the boxes of the parts, and the lips' middle line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import shapes
from .scene import Studio

Box = tuple[int, int, int, int]

_MIDDLE_DM = 0.02  # half width of the middle line


@dataclass(frozen=True)
class Measures:
    """Landmarks and boxes in pixels; ``upper_lip`` and ``lower_lip`` are body vertices on the middle line."""

    landmarks: dict[str, tuple[float, float]]
    boxes: dict[str, Box]
    upper_lip: NDArray[np.int64]
    lower_lip: NDArray[np.int64]


def measure(studio: Studio) -> Measures:
    """Measure the host at rest."""
    body = studio.posed(shapes.rest())["body"]
    opened = studio.posed({**shapes.rest(), "jawOpen": 1.0})["body"]
    seen = studio.project(body)
    eye = studio.eye
    # Blender's axes: -y is to the front, z is up.
    middle = np.flatnonzero(
        (np.abs(body[:, 0]) < _MIDDLE_DM)
        & (body[:, 1] < eye[1] - 0.05)
        & (body[:, 2] < eye[2])
        & (body[:, 2] > eye[2] - 1.3)
    )
    middle = middle[np.isin(middle, studio.skin_vertices)]
    nose = middle[body[middle, 1].argmin()]
    chin = middle[body[middle, 2].argmin()]
    drop = body[middle, 2] - opened[middle, 2]
    jaw = drop > 0.5 * drop.max()
    mouth_z = body[middle[jaw], 2].max()
    front = body[middle[np.abs(body[middle, 2] - mouth_z) < 0.08], 1].min()
    lips = (np.abs(body[middle, 2] - mouth_z) < 0.09) & (body[middle, 1] < front + 0.10)
    upper, lower = middle[lips & ~jaw], middle[lips & jaw]
    mouth = (seen[upper, 1].max() + seen[lower, 1].min()) / 2
    eyes = sorted(studio.joint_px(f"joint-{side}-eye") for side in "lr")
    centre = (eyes[0][0] + eyes[1][0]) / 2
    apart = eyes[1][0] - eyes[0][0]
    level = (eyes[0][1] + eyes[1][1]) / 2

    def box(y: float, half: float, up: float, down: float) -> Box:
        """Box round (centre, y) in distances of the eyes, its corners on multiples of four."""
        corners = (centre - half * apart, y - up * apart, centre + half * apart, y + down * apart)
        limits = (studio.width, studio.height, studio.width, studio.height)
        x0, y0, x1, y1 = (int(np.clip(round(c / 4) * 4, 0, limit)) for c, limit in zip(corners, limits, strict=True))
        return x0, y0, x1, y1

    return Measures(
        landmarks={
            "left_eye": _rounded(*eyes[0]),
            "right_eye": _rounded(*eyes[1]),
            "mouth_centre": _rounded(centre, mouth),
            "chin": _rounded(*seen[chin, :2]),
            "nose_tip": _rounded(*seen[nose, :2]),
        },
        boxes={
            "mouth": box(mouth, 1.24, 0.98, 1.46),
            "lids": box(level, 1.16, 0.52, 0.46),
            "gaze": box(level, 1.16, 0.52, 0.46),
            "brows": box(level, 1.30, 1.36, 0.10),
            "eyes": box(level, 1.32, 0.50, 0.92),
        },
        upper_lip=upper,
        lower_lip=lower,
    )


def _rounded(x: float, y: float) -> tuple[float, float]:
    return round(float(x), 1), round(float(y), 1)
