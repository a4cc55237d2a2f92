"""What a face does in received pictures, read by the landmarker: lips, lids, brows, gaze and head, one row a picture."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from render.photo.landmarks import FaceLandmarks, Landmarker
from tests.perception.received_stream import Received

# Points of MediaPipe's face mesh; "left" is the left side of the picture.
_LEFT_CORNER, _RIGHT_CORNER = 33, 263
_UPPER_LIP, _LOWER_LIP = (13,), (14,)
_MOUTH_LEFT, _MOUTH_RIGHT = 61, 291
_LIP_TOP, _LIP_BOTTOM = 0, 17
_LIDS: Final = (((160, 159, 158), (144, 145, 153), 33, 133), ((385, 386, 387), (380, 374, 373), 362, 263))
_BROWS: Final = ((70, 63, 105, 66, 107), (300, 293, 334, 296, 336))
_INNER_BROWS: Final = (107, 336)
_IRISES: Final = (468, 473)
_NOSE_BRIDGE: Final = 168

FIELDS: Final = (
    "lip_gap",  # between the inner lips, over the distance of the outer corners of the eyes
    "lid_gap",  # between the lids, over the width of the eye, mean of both
    "brow",  # height of the brows above the corners of the eyes, over the same distance
    "inner_brow",
    "corner",  # height of the corners of the mouth above the middle of the lips, over the same distance
    "mouth_width",
    "gaze_x",  # irises from the middle of the eye, over its width: -0.5 its left corner, 0.5 its right
    "gaze_y",
    "yaw",  # degrees
    "pitch",
    "roll",
    "smile",  # scores 0 to 1
    "frown",
    "squint",
    "wide",
    "blink",
    "brow_inner_up",
    "brow_outer_up",
    "brow_down",
    "jaw_open",
)


@dataclass(frozen=True, slots=True)
class FaceRows:
    """Readings of pictures in show order."""

    index: NDArray[np.int64]
    """Slice of each row, shape (n,)."""
    values: NDArray[np.float64]
    """Shape (n, len(FIELDS)); NaN where no face was found."""

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        """One measure, shape (n,)."""
        return self.values[:, FIELDS.index(name)]

    def slices(self, first: int, last: int) -> "FaceRows":
        """The rows of Slices `first` up to, not including, `last`."""
        kept = (self.index >= first) & (self.index < last)
        return FaceRows(self.index[kept], self.values[kept])


@dataclass(slots=True)
class FaceReader:
    """A watcher that reads the face in every `step`-th picture; the same face is followed from picture to picture."""

    step: int = 1
    lost: int = 0
    """Pictures in which no face was found."""
    _landmarker: Landmarker = field(default_factory=Landmarker)
    _last: FaceLandmarks | None = None
    _index: list[int] = field(default_factory=list)
    _rows: list[list[float]] = field(default_factory=list)

    def __call__(self, received: Received) -> None:
        if received.index % self.step:
            return
        picture = received.bgr()
        face = self._landmarker.follow(picture, self._last) if self._last is not None else None
        if face is None:
            face = next(iter(self._landmarker(picture)), None)
        self._last = face
        self.lost += face is None
        self._index.append(received.index)
        self._rows.append([float("nan")] * len(FIELDS) if face is None else read_face(face))

    def rows(self) -> FaceRows:
        """Everything read so far."""
        return FaceRows(np.array(self._index, np.int64), np.array(self._rows, np.float64).reshape(-1, len(FIELDS)))


def read_face(face: FaceLandmarks) -> list[float]:
    """One row, in the order of `FIELDS`."""
    points = face.points[:, :2].astype(np.float64)
    across = points[_RIGHT_CORNER] - points[_LEFT_CORNER]
    scale = float(np.hypot(*across))
    right = across / scale
    down = np.array([-right[1], right[0]])  # with the head's own tilt

    def height(of: tuple[int, ...], above: tuple[int, ...]) -> float:
        return float((points[list(above)].mean(0) - points[list(of)].mean(0)) @ down) / scale

    lid_gaps, gaze_x, gaze_y = [], [], []
    for (upper, lower, outer, inner), iris in zip(_LIDS, _IRISES, strict=True):
        width = float(np.hypot(*(points[inner] - points[outer])))
        lid_gaps.append(float((points[list(lower)].mean(0) - points[list(upper)].mean(0)) @ down) / width)
        middle = (points[inner] + points[outer]) / 2
        gaze_x.append(float((points[iris] - middle) @ right) / width)
        gaze_y.append(float((points[iris] - middle) @ down) / width)
    corners = (_LEFT_CORNER, _RIGHT_CORNER)
    pose, score = face.pose(), face.blendshapes

    def both(name: str) -> float:
        return (score[f"{name}Left"] + score[f"{name}Right"]) / 2

    return [
        height(_UPPER_LIP, _LOWER_LIP),
        float(np.mean(lid_gaps)),
        height(_BROWS[0] + _BROWS[1], corners),
        height(_INNER_BROWS, corners),
        height((_MOUTH_LEFT, _MOUTH_RIGHT), (_LIP_TOP, _LIP_BOTTOM)),
        float((points[_MOUTH_RIGHT] - points[_MOUTH_LEFT]) @ right) / scale,
        float(np.mean(gaze_x)),
        float(np.mean(gaze_y)),
        pose.yaw,
        pose.pitch,
        pose.roll,
        both("mouthSmile"),
        both("mouthFrown"),
        both("eyeSquint"),
        both("eyeWide"),
        both("eyeBlink"),
        score["browInnerUp"],
        both("browOuterUp"),
        both("browDown"),
        score["jawOpen"],
    ]
