"""Where the faces are: MediaPipe's short-range detector over the whole picture and over overlapping parts of it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from render.photo.model_bundle import Network

_INPUT_PX = 128
_STRIDES_PX = ((8, 2), (16, 6))
"""Stride of a grid of anchors, and how many anchors lie at each of its places (face_detection_short_range)."""
_LEAST_SCORE = 0.5
_SAME_FACE_OVERLAP = 0.3
_LOGIT_LIMIT = 80.0


@dataclass(frozen=True, slots=True)
class FaceFound:
    """One face. `box`: (x0, y0, x1, y1) px. `right_eye`, `left_eye`: (x, y) px, sides of the person, as the network says them."""

    box: tuple[float, float, float, float]
    right_eye: tuple[float, float]
    left_eye: tuple[float, float]
    score: float


class FaceDetector:
    """Finds faces. Not thread-safe."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._anchors = _anchors()

    def find(self, image: NDArray[np.uint8], *, levels: int = 1) -> list[FaceFound]:
        """Faces in a BGR picture, the surest first.

        The network sees 128 pixels: in a whole picture it overlooks faces smaller than about a tenth of it. With
        `levels` above 1 it also looks at overlapping parts, half as wide at each level.
        """
        height, width = image.shape[:2]
        found: list[FaceFound] = []
        for level in range(levels):
            side = max(width, height) / 2**level
            for y in _starts(height, side):
                for x in _starts(width, side):
                    found += self._in_square(image, x, y, side)
        return _distinct(found)

    def _in_square(self, image: NDArray[np.uint8], x: float, y: float, side: float) -> list[FaceFound]:
        scale = _INPUT_PX / side
        shift = np.array([[scale, 0, -x * scale], [0, scale, -y * scale]], np.float32)
        if scale < 0.5:  # averaged first: picking single pixels out of many would see noise
            half = 2.0 ** np.floor(np.log2(1 / scale))
            image = np.asarray(cv2.resize(image, None, fx=1 / half, fy=1 / half, interpolation=cv2.INTER_AREA))
            shift[:, :2] *= half
        small = cv2.warpAffine(image, shift, (_INPUT_PX, _INPUT_PX), flags=cv2.INTER_LINEAR)
        data = cv2.cvtColor(small, cv2.COLOR_BGR2RGB).astype(np.float32)[None] / np.float32(127.5) - 1
        boxes, logits = self._network(data)
        scores = 1 / (1 + np.exp(-np.clip(logits[0, :, 0], -_LOGIT_LIMIT, _LOGIT_LIMIT)))
        chosen = scores > _LEAST_SCORE
        if not chosen.any():
            return []
        anchors, raw = self._anchors[chosen], boxes[0][chosen]
        places = (raw.reshape(len(raw), 8, 2) + 0.0) / _INPUT_PX
        sizes = places[:, 1].copy()
        places += anchors[:, None]
        places = places * side + np.array([x, y])
        sizes *= side
        return [
            FaceFound(
                (
                    float(centre[0] - size[0] / 2),
                    float(centre[1] - size[1] / 2),
                    float(centre[0] + size[0] / 2),
                    float(centre[1] + size[1] / 2),
                ),
                (float(right[0]), float(right[1])),
                (float(left[0]), float(left[1])),
                float(score),
            )
            for centre, size, right, left, score in zip(
                places[:, 0], sizes, places[:, 2], places[:, 3], scores[chosen], strict=True
            )
        ]


def _anchors() -> NDArray[np.float32]:
    centres = []
    for stride, count in _STRIDES_PX:
        cells = _INPUT_PX // stride
        y, x = np.mgrid[0:cells, 0:cells]
        grid = np.stack([x, y], axis=-1).reshape(-1, 2)
        centres.append(np.repeat((grid + 0.5) / cells, count, axis=0))
    return np.concatenate(centres).astype(np.float32)


def _starts(length: int, side: float) -> list[float]:
    if side >= length:
        return [(length - side) / 2]
    count = int(np.ceil((length - side) / (side / 2))) + 1
    return [float(start) for start in np.linspace(0, length - side, count)]


def _distinct(found: list[FaceFound]) -> list[FaceFound]:
    """One of each group that overlaps: the mean of the group, weighted by score, as the detector's own graph does it."""
    left = sorted(found, key=lambda face: -face.score)
    faces: list[FaceFound] = []
    while left:
        group = [face for face in left if _overlap(left[0].box, face.box) > _SAME_FACE_OVERLAP]
        left = [face for face in left if face not in group]
        if any(_overlap(face.box, group[0].box, of_smaller=True) > 0.6 for face in faces):
            continue  # a part of a face that was found already
        weights = np.array([face.score for face in group])
        mean = np.average(
            [[*face.box, *face.right_eye, *face.left_eye] for face in group], axis=0, weights=weights
        ).tolist()
        faces.append(
            FaceFound((mean[0], mean[1], mean[2], mean[3]), (mean[4], mean[5]), (mean[6], mean[7]), group[0].score)
        )
    return faces


def _overlap(
    a: tuple[float, float, float, float], b: tuple[float, float, float, float], *, of_smaller: bool = False
) -> float:
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    shared = width * height
    return shared / (min(areas) if of_smaller else sum(areas) - shared)
