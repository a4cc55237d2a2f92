"""Place a portrait in the frame: the face in the size and place of a host, and background where the photo has none."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from render.photo.contours import LEFT_IRIS, RIGHT_IRIS
from render.photo.landmarks import FaceLandmarks

WIDTH_PX: Final = 720
HEIGHT_PX: Final = 1280
INTEROCULAR_PX: Final = 128.0
_MOST_INTEROCULAR_PX: Final = 168.0
"""A photo that ends above the lower edge of the frame may be shown this much larger, so that less is missing below."""
EYES_AT: Final = (360.0, 436.0)
_UPRIGHT_DEGREES = 1.5
_GRAIN = 1.2


@dataclass(frozen=True, slots=True)
class Portrait:
    """A face in the frame. `plate`: (1280, 720, 3) uint8 BGR. `face`: its landmarks in px of the plate.

    `missing_below_px`: rows at the bottom that the photo did not show.
    """

    plate: NDArray[np.uint8]
    face: FaceLandmarks
    interocular_px: float
    missing_below_px: int


def interocular(face: FaceLandmarks) -> float:
    """Distance between the pupils in the picture, px."""
    return float(np.hypot(*(face.points[RIGHT_IRIS[0], :2] - face.points[LEFT_IRIS[0], :2])))


def framed(photo: NDArray[np.uint8], face: FaceLandmarks) -> Portrait:
    """The photo turned upright, scaled and shifted into the frame."""
    height, width = photo.shape[:2]
    left, right = (face.points[iris[0], :2].astype(np.float64) for iris in (LEFT_IRIS, RIGHT_IRIS))
    eyes = (left + right) / 2
    below = HEIGHT_PX - EYES_AT[1]
    apart = float(np.hypot(*(right - left)))
    needed = below / max(1.0, height - eyes[1]) * apart  # the size at which the photo just reaches the lower edge
    scale = float(np.clip(needed, INTEROCULAR_PX, _MOST_INTEROCULAR_PX)) / apart
    roll = np.degrees(np.arctan2(right[1] - left[1], right[0] - left[0]))
    angle = roll if abs(roll) > _UPRIGHT_DEGREES else 0.0
    turn = cv2.getRotationMatrix2D((float(eyes[0]), float(eyes[1])), angle, scale)
    turn[:, 2] += np.array(EYES_AT) - eyes
    if scale < 0.5:
        photo = np.asarray(cv2.GaussianBlur(photo, (0, 0), 0.35 / scale))
    plate = cv2.warpAffine(photo, turn, (WIDTH_PX, HEIGHT_PX), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    shown = cv2.warpAffine(np.full((height, width), 255, np.uint8), turn, (WIDTH_PX, HEIGHT_PX), flags=cv2.INTER_LINEAR)
    rows = np.flatnonzero((shown[:, WIDTH_PX // 4 : -WIDTH_PX // 4] > 0).any(1))
    missing = HEIGHT_PX - 1 - int(rows.max()) if len(rows) else 0
    points = face.points.copy()
    points[:, :2] = face.points[:, :2] @ turn[:, :2].T + turn[:, 2]
    points[:, 2] *= scale
    plate = _continued(np.asarray(plate, np.uint8), shown)
    return Portrait(plate, FaceLandmarks(points, face.blendshapes, face.presence), apart * scale, missing)


def _continued(plate: NDArray[np.uint8], shown: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What lies outside the photo: its edge carried on, ever more blurred."""
    outside = np.asarray(shown < 255, np.uint8)
    if not outside.any():
        return plate
    distance = cv2.distanceTransform(outside, cv2.DIST_L2, 5)
    result = plate.astype(np.float32)
    # Blurred from the shown part outwards: what is outside takes its colour from the nearest edge.
    known = (1 - outside).astype(np.float32)
    edge = result * known[..., None]
    for sigma, start in ((9.0, 2.0), (28.0, 14.0), (70.0, 50.0)):
        weight = _blurred(known, sigma)
        spread = _blurred(edge, sigma) / np.maximum(weight, 1e-4)[..., None]
        usable = np.clip(weight / 0.004, 0, 1)
        share = (np.clip((distance - start) / (start * 1.5 + 6), 0, 1) * usable)[..., None]
        result += (spread - result) * share
    far = np.clip((distance - 110) / 160, 0, 1)[..., None]
    result += (_blurred(result, 60) - result) * far
    noise = np.random.default_rng(5).normal(0, _GRAIN, plate.shape[:2]).astype(np.float32)[..., None]
    result += noise * np.clip(distance / 10, 0, 1)[..., None]
    return np.asarray(np.where(outside[..., None] > 0, np.clip(result, 0, 255), plate), np.uint8)


def _blurred(picture: NDArray[np.float32], sigma_px: float) -> NDArray[np.float32]:
    """A Gaussian blur; a wide one is done on a smaller picture, which looks the same."""
    height, width = picture.shape[:2]
    smaller = max(1, round(sigma_px / 5))
    size = (-(-width // smaller), -(-height // smaller))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), sigma_px / smaller)
    return np.asarray(cv2.resize(blurred, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
