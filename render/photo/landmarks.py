"""The 478 landmarks and 52 expression scores of each face in a picture.

The networks are those of MediaPipe's face landmarker (Apache-2.0); finding the face, cutting it out upright, and reading the
networks' numbers are done here, so that neither MediaPipe itself nor what it asks for has to be installed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from render.photo.face_detector import FaceDetector
from render.photo.model_bundle import LandmarkerMissing, canonical_face, installed, load_networks

__all__ = ["BLENDSHAPES", "FaceLandmarks", "HeadPose", "Landmarker", "LandmarkerMissing", "installed"]

_INPUT_PX = 256
_FROM_DETECTION, _FROM_LANDMARKS = 2.0, 1.5
"""How much wider than the face the cut-out is (face_detector_graph, face_landmarks_detector_graph)."""
_RIGHT_EYE_CORNER, _LEFT_EYE_CORNER = 33, 263
_LEAST_PRESENCE = 0.5

_NAMES = (
    "_neutral browDownLeft browDownRight browInnerUp browOuterUpLeft browOuterUpRight cheekPuff cheekSquintLeft"
    " cheekSquintRight eyeBlinkLeft eyeBlinkRight eyeLookDownLeft eyeLookDownRight eyeLookInLeft eyeLookInRight"
    " eyeLookOutLeft eyeLookOutRight eyeLookUpLeft eyeLookUpRight eyeSquintLeft eyeSquintRight eyeWideLeft"
    " eyeWideRight jawForward jawLeft jawOpen jawRight mouthClose mouthDimpleLeft mouthDimpleRight mouthFrownLeft"
    " mouthFrownRight mouthFunnel mouthLeft mouthLowerDownLeft mouthLowerDownRight mouthPressLeft mouthPressRight"
    " mouthPucker mouthRight mouthRollLower mouthRollUpper mouthShrugLower mouthShrugUpper mouthSmileLeft"
    " mouthSmileRight mouthStretchLeft mouthStretchRight mouthUpperUpLeft mouthUpperUpRight noseSneerLeft"
    " noseSneerRight"
)
BLENDSHAPES: Final[tuple[str, ...]] = tuple(_NAMES.split())
"""Names of the expression scores, in the network's order; left and right are sides of the person."""

_NUMBERS = (
    "0 1 4 5 6 7 8 10 13 14 17 21 33 37 39 40 46 52 53 54 55 58 61 63 65 66 67 70 78 80 81 82 84 87 88 91 93 95 103 105"
    " 107 109 127 132 133 136 144 145 146 148 149 150 152 153 154 155 157 158 159 160 161 162 163 168 172 173 176 178"
    " 181 185 191 195 197 234 246 249 251 263 267 269 270 276 282 283 284 285 288 291 293 295 296 297 300 308 310 311"
    " 312 314 317 318 321 323 324 332 334 336 338 356 361 362 365 373 374 375 377 378 379 380 381 382 384 385 386 387"
    " 388 389 390 397 398 400 402 405 409 415 454 466 468 469 470 471 472 473 474 475 476 477"
)
_BLENDSHAPE_POINTS: Final = np.array(_NUMBERS.split(), np.int64)
"""Which landmarks the network of expressions is given (face_blendshapes_graph)."""


@dataclass(frozen=True, slots=True)
class HeadPose:
    """How the head is turned, in degrees, in the sense of the avatar pack's head fields.

    Positive yaw turns the nose to the right side of the picture, positive pitch lifts it, positive roll tilts the head
    clockwise as seen. A face that looks straight into the camera reads as a pitch of about -8: the network's depths lean.
    """

    yaw: float
    pitch: float
    roll: float


@dataclass(frozen=True, slots=True)
class FaceLandmarks:
    """One face.

    `points`: (478, 3) float32: x and y in px of the picture, z in the same unit, smaller nearer to the camera; numbered as in
    MediaPipe's face mesh, 468-477 the irises. `blendshapes`: 52 scores 0..1 by name. `presence`: 0..1, how surely this is a face.
    """

    points: NDArray[np.float32]
    blendshapes: Mapping[str, float]
    presence: float

    def pose(self) -> HeadPose:
        """How the head is turned: the rotation that brings the canonical face's stiff points here best (Kabsch 1976)."""
        face = canonical_face()
        weights = face.stiffness[:, None].astype(np.float64)
        canon = face.points * np.array([1.0, -1.0, -1.0])  # y down, z away from the camera, as in the picture
        found = self.points[: len(canon)].astype(np.float64)
        canon, found = (points - (points * weights).sum(0) / weights.sum() for points in (canon, found))
        u, _, v = np.linalg.svd((canon * weights).T @ found)
        turn = (u @ np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ v))]) @ v).T
        forward = -turn[:, 2]
        side = turn[:, 0]
        return HeadPose(
            yaw=float(np.degrees(np.arctan2(forward[0], -forward[2]))),
            pitch=float(np.degrees(np.arcsin(np.clip(-forward[1], -1, 1)))),
            roll=float(np.degrees(np.arctan2(side[1], side[0]))),
        )


class Landmarker:
    """Finds faces and their landmarks. Loads once (about 50 ms); not thread-safe. Raises LandmarkerMissing."""

    def __init__(self) -> None:
        networks = load_networks()
        self._detector = FaceDetector(networks["face_detector"])
        self._points = networks["face_landmarks_detector"]
        self._expressions = networks["face_blendshapes"]

    def __call__(self, image: NDArray[np.uint8], *, levels: int = 1) -> list[FaceLandmarks]:
        """The faces of a BGR picture, the surest first; `levels` above 1 finds small faces too (see FaceDetector.find)."""
        faces: list[FaceLandmarks] = []
        for found in self._detector.find(image, levels=levels):
            x0, y0, x1, y1 = found.box
            eyes = np.subtract(found.left_eye, found.right_eye)
            first = self._cut_and_read(
                image,
                ((x0 + x1) / 2, (y0 + y1) / 2),
                max(x1 - x0, y1 - y0) * _FROM_DETECTION,
                float(np.arctan2(eyes[1], eyes[0])),
            )
            face = self.follow(image, first)
            if face is not None and not any(_same(face, other) for other in faces):
                faces.append(face)
        return faces

    def follow(self, image: NDArray[np.uint8], last: FaceLandmarks) -> FaceLandmarks | None:
        """The same face in the next picture of a film, without searching; None when it is no longer there."""
        points = last.points[:, :2]
        eyes = points[_LEFT_EYE_CORNER] - points[_RIGHT_EYE_CORNER]
        angle = float(np.arctan2(eyes[1], eyes[0]))
        cos, sin = np.cos(angle), np.sin(angle)
        upright = points @ np.array([[cos, -sin], [sin, cos]])
        low, high = upright.min(0), upright.max(0)
        centre = np.array([[cos, -sin], [sin, cos]]) @ ((low + high) / 2)
        face = self._cut_and_read(
            image, (float(centre[0]), float(centre[1])), float((high - low).max()) * _FROM_LANDMARKS, angle
        )
        return face if face.presence >= _LEAST_PRESENCE else None

    def _cut_and_read(
        self, image: NDArray[np.uint8], centre: tuple[float, float], side: float, angle: float
    ) -> FaceLandmarks:
        scale = side / _INPUT_PX
        cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
        half = _INPUT_PX / 2
        back = np.array(  # from the cut-out to the picture
            [
                [cos, -sin, centre[0] - (cos - sin) * half],
                [sin, cos, centre[1] - (sin + cos) * half],
            ],
            np.float64,
        )
        # Pixel centres lie at whole numbers for warpAffine, at halves for the network.
        shift = back.copy()
        shift[:, 2] += back[:, :2] @ np.array([0.5, 0.5]) - 0.5
        cut = cv2.warpAffine(
            image,
            shift,
            (_INPUT_PX, _INPUT_PX),
            flags=(cv2.INTER_AREA if scale > 2 else cv2.INTER_LINEAR) | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        data = cv2.cvtColor(cut, cv2.COLOR_BGR2RGB).astype(np.float32)[None] / np.float32(255)
        outputs = self._points(data)
        raw = next(output for output in outputs if output.size == 478 * 3).reshape(478, 3)
        presence = next(output for output in outputs if output.ndim == 4 and output.size == 1).item()
        points = np.empty((478, 3), np.float32)
        points[:, :2] = raw[:, :2] @ back[:, :2].T + back[:, 2]
        points[:, 2] = raw[:, 2] * scale
        scores = self._expressions(points[None, _BLENDSHAPE_POINTS, :2])[0].reshape(-1)
        return FaceLandmarks(
            points,
            dict(zip(BLENDSHAPES, (float(score) for score in scores), strict=True)),
            float(1 / (1 + np.exp(-presence))),
        )


def _same(a: FaceLandmarks, b: FaceLandmarks) -> bool:
    """Whether two findings are of one face: the middle of one lies well within the other."""
    low, high = b.points[:, :2].min(0), b.points[:, :2].max(0)
    off = np.abs(a.points[:, :2].mean(0) - (low + high) / 2) / (high - low)
    return bool((off < 0.35).all())
