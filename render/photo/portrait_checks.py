"""Whether a photo will do: one face, large, straight, sharp, uncovered, mouth shut and eyes open.

What can be measured is measured on the landmarks and the pixels around them. A hand on the cheek, a hat over the brow,
or a scarf on the chin is not found: the network guesses the landmarks below, as well as it can.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from render.photo.contours import (
    FACE_OVAL,
    FOREHEAD,
    LEFT_CHEEK,
    LEFT_EYE_LOWER,
    LEFT_EYE_UPPER,
    LOWER_INNER_LIP,
    LOWER_OUTER_LIP,
    RIGHT_CHEEK,
    RIGHT_EYE_LOWER,
    RIGHT_EYE_UPPER,
    UPPER_INNER_LIP,
    UPPER_OUTER_LIP,
)
from render.photo.framing import interocular
from render.photo.landmarks import FaceLandmarks
from render.photo.refusal import PhotoRefused

Picture = NDArray[np.uint8]

LEAST_INTEROCULAR_PX: Final = 64.0
"""Half of what the frame shows: less would be enlarged more than twice."""
_SOFT_INTEROCULAR_PX: Final = 110.0
MOST_YAW_DEGREES: Final = 12.0
MOST_PITCH_DEGREES: Final = 13.0
MOST_ROLL_DEGREES: Final = 15.0
_FORWARD_PITCH_DEGREES: Final = -9.0
"""What faces that look straight into the camera read as: -7.5 to -11 on those measured."""
_OTHER_FACE_SHARE: Final = 0.2
"""A second face counts from this share of the first one's size: below, nobody can tell who it is."""
_CHECKED_INTEROCULAR_PX: Final = 64.0
"""Sharpness, light and covering are judged at this size of the face, whatever the photo's."""
LEAST_SHARPNESS: Final = 0.30
"""Rendered and photographed faces read 0.5 to 0.8; the same out of focus by 3 pixels of 137 between the pupils 0.25."""
_DARKEST_MEDIAN, _BRIGHTEST_MEDIAN = 30, 225
"""Of the face, 0 to 255. Low enough that dark skin in a quiet light is not refused."""
_MOST_CLIPPED: Final = 0.22
_MOST_LIP_GAP: Final = 0.045
_LEAST_EYE_OPENING: Final = 0.15
_LEAST_LIP_LINE: Final = 0.055
_LEAST_LIP_REDNESS: Final = 1.2
_LENS_DARKER: Final = 0.50
_LENS_FLAT: Final = 0.35


def checked(photo: Picture, faces: list[FaceLandmarks]) -> tuple[FaceLandmarks, tuple[str, ...]]:
    """The one face of a photo that will do, and remarks on what could be better. Raises PhotoRefused."""
    face = _the_one(faces)
    apart = interocular(face)
    if apart < LEAST_INTEROCULAR_PX:
        raise PhotoRefused(
            "too-small",
            f"The face is too small: {apart:.0f} pixels between the pupils, and {LEAST_INTEROCULAR_PX:.0f} are needed.",
            "Use the photo in its original size, or one taken nearer.",
        )
    _straight(face)
    _inside(photo, face)
    close, near = _close_up(photo, face)
    _lit(close, near)
    _uncovered(close, near)
    _sharp(close, near)
    _at_rest(face, apart)
    remarks = []
    if apart < _SOFT_INTEROCULAR_PX:
        remarks.append(
            f"The face is enlarged ({apart:.0f} pixels between the pupils, 128 in the frame); a larger photo is sharper."
        )
    smile = (face.blendshapes["mouthSmileLeft"] + face.blendshapes["mouthSmileRight"]) / 2
    if smile > 0.85:
        remarks.append("The smile is broad; a photo with a slight smile leaves more room for speech.")
    return face, tuple(remarks)


def _the_one(faces: list[FaceLandmarks]) -> FaceLandmarks:
    if not faces:
        raise PhotoRefused(
            "no-face",
            "There is no face in the photo.",
            "Use a portrait from the front, in good light, not upside down.",
        )
    ordered = sorted(faces, key=lambda face: -interocular(face))
    largest = interocular(ordered[0])
    others = [face for face in ordered[1:] if interocular(face) > _OTHER_FACE_SHARE * largest]
    if others:
        raise PhotoRefused(
            "several-faces",
            f"There are {len(others) + 1} faces in the photo.",
            "Crop it to one person: the consent is for one.",
        )
    return ordered[0]


def _straight(face: FaceLandmarks) -> None:
    pose = face.pose()
    pitch = pose.pitch - _FORWARD_PITCH_DEGREES
    for angle, most, said, remedy in (
        (pose.yaw, MOST_YAW_DEGREES, "to the side", "Look straight into the camera."),
        (pitch, MOST_PITCH_DEGREES, "up or down", "Hold the camera at the height of the eyes and look into it."),
        (pose.roll, MOST_ROLL_DEGREES, "sideways", "Hold the head upright, or turn the photo."),
    ):
        if abs(angle) > most:
            raise PhotoRefused(
                "turned",
                f"The face is turned {said} by about {abs(angle):.0f} degrees; up to {most:.0f} will do.",
                remedy,
            )


def _inside(photo: Picture, face: FaceLandmarks) -> None:
    height, width = photo.shape[:2]
    oval = face.points[list(FACE_OVAL), :2]
    if (oval < -1).any() or (oval > np.array([width, height])).any():
        raise PhotoRefused("cut-off", "The photo cuts off a part of the face.", "Use one that shows the whole head.")


def _at_rest(face: FaceLandmarks, apart: float) -> None:
    points = face.points
    gap = float(points[LOWER_INNER_LIP[5], 1] - points[UPPER_INNER_LIP[5], 1]) / apart
    if gap > _MOST_LIP_GAP:
        raise PhotoRefused(
            "mouth-open",
            "The mouth is open, or the teeth show.",
            "Use a photo with the lips shut: speech is drawn from there.",
        )
    for upper, lower in ((LEFT_EYE_UPPER, LEFT_EYE_LOWER), (RIGHT_EYE_UPPER, RIGHT_EYE_LOWER)):
        opening = float(np.hypot(*(points[lower[4], :2] - points[upper[4], :2])))
        length = float(np.hypot(*(points[upper[-1], :2] - points[upper[0], :2])))
        if opening < _LEAST_EYE_OPENING * length:
            raise PhotoRefused("eyes-shut", "An eye is shut, or nearly.", "Use a photo with both eyes open.")


def _close_up(photo: Picture, face: FaceLandmarks) -> tuple[Picture, NDArray[np.float64]]:
    """The face upright at the size at which it is judged, and its landmarks there, (478, 2) px."""
    points = face.points[:, :2].astype(np.float64)
    scale = _CHECKED_INTEROCULAR_PX / interocular(face)
    size = round(4.2 * _CHECKED_INTEROCULAR_PX)
    turn = cv2.getRotationMatrix2D((0, 0), face.pose().roll, scale)
    centre = points[list(FACE_OVAL)].mean(0)
    turn[:, 2] = size / 2 - turn[:, :2] @ centre
    if scale < 0.7:
        photo = np.asarray(cv2.GaussianBlur(photo, (0, 0), 0.4 / scale))
    close = cv2.warpAffine(photo, turn, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(close, np.uint8), points @ turn[:, :2].T + turn[:, 2]


def _lit(close: Picture, near: NDArray[np.float64]) -> None:
    grey = cv2.cvtColor(close, cv2.COLOR_BGR2GRAY)
    face = grey[_polygon(close, near[list(FACE_OVAL)]) > 0]
    median = float(np.median(face))
    if median < _DARKEST_MEDIAN:
        raise PhotoRefused("too-dark", "The face is too dark.", "Use a photo with light on the face.")
    if median > _BRIGHTEST_MEDIAN or float((face >= 253).mean()) > _MOST_CLIPPED:
        raise PhotoRefused("too-bright", "The face is too bright: skin is burnt out to white.", "Use a softer light.")


def sharpness(close: Picture, near: NDArray[np.float64]) -> float:
    """How sharp eyes and mouth are: the spread of the Laplacian there over the spread of the brightness, without unit.

    A blur takes fine detail away before it takes contrast away, so that the ratio falls; contrast and size cancel out.
    """
    grey = np.asarray(cv2.cvtColor(close, cv2.COLOR_BGR2GRAY), np.float32)
    laplacian = np.asarray(cv2.Laplacian(grey, cv2.CV_32F, ksize=1))
    ratios = []
    for contour in (
        (*LEFT_EYE_UPPER, *LEFT_EYE_LOWER[::-1]),
        (*RIGHT_EYE_UPPER, *RIGHT_EYE_LOWER[::-1]),
        (*UPPER_OUTER_LIP, *LOWER_OUTER_LIP[::-1]),
    ):
        inside = cv2.dilate(_polygon(close, near[list(contour)]), np.ones((7, 7), np.uint8)) > 0
        ratios.append(float(laplacian[inside].std() / max(1.0, grey[inside].std())))
    return float(np.mean(ratios))


def _sharp(close: Picture, near: NDArray[np.float64]) -> None:
    if sharpness(close, near) < LEAST_SHARPNESS:
        raise PhotoRefused(
            "blurred",
            "The face is blurred.",
            "Use a photo that is sharp at the eyes, without a filter that smooths skin.",
        )


def _uncovered(close: Picture, near: NDArray[np.float64]) -> None:
    cheeks = _median(close, near, (*LEFT_CHEEK, *RIGHT_CHEEK))
    brow = _median(close, near, FOREHEAD)
    if not _lips_seen(close, near):
        raise PhotoRefused(
            "mouth-covered",
            "The mouth can't be made out: a mask, a hand or something else covers it.",
            "Use a photo in which the whole face is free.",
        )
    grey = np.asarray(cv2.cvtColor(close, cv2.COLOR_BGR2GRAY), np.float32)
    skin = max(float(cheeks.mean()), float(brow.mean()))
    for upper, lower in ((LEFT_EYE_UPPER, LEFT_EYE_LOWER), (RIGHT_EYE_UPPER, RIGHT_EYE_LOWER)):
        middle = near[[*upper, *lower]].mean(0)
        radii = (round(0.27 * _CHECKED_INTEROCULAR_PX), round(0.15 * _CHECKED_INTEROCULAR_PX))
        mask = np.zeros(grey.shape, np.uint8)
        cv2.ellipse(mask, (round(middle[0]), round(middle[1])), radii, 0, 0, 360, 255, -1)
        around = grey[mask > 0]
        # Seen through nothing, an eye region has bright skin and white in it.
        if float(np.percentile(around, 80)) < _LENS_DARKER * skin or float(around.std()) < _LENS_FLAT * 0.1 * skin:
            raise PhotoRefused(
                "eyes-covered",
                "The eyes can't be made out: dark glasses, hair or a hand covers them.",
                "Use a photo in which both eyes are free; clear glasses will do.",
            )


def _lips_seen(close: Picture, near: NDArray[np.float64]) -> bool:
    """Whether there are lips where the landmarks have them: a dark line between them, and redder than the skin around."""
    line, redder = lip_signs(close, near)
    return line > _LEAST_LIP_LINE and (redder > _LEAST_LIP_REDNESS or line > 2.5 * _LEAST_LIP_LINE)


def lip_signs(close: Picture, near: NDArray[np.float64]) -> tuple[float, float]:
    """How much darker the line between the lips is than the lips (share), and how much redder lips are than skin (CIELAB a*)."""
    lab = np.asarray(cv2.cvtColor(close.astype(np.float32) / 255, cv2.COLOR_BGR2LAB), np.float32)
    lips = _polygon(close, near[[*UPPER_OUTER_LIP, *LOWER_OUTER_LIP[::-1]]]) > 0
    around = (cv2.dilate(lips.astype(np.uint8), np.ones((15, 15), np.uint8)) > 0) & ~(
        cv2.dilate(lips.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    )
    redder = float(np.median(lab[..., 1][lips]) - np.median(lab[..., 1][around]))
    line = (near[list(UPPER_INNER_LIP)] + near[list(LOWER_INNER_LIP)])[2:-2] / 2
    dips = []
    for x, y in line:
        column = lab[max(0, round(y) - 9) : round(y) + 10, round(x), 0]
        middle = column[len(column) // 2 - 3 : len(column) // 2 + 4].min()
        sides = (float(column[:4].mean()) + float(column[-4:].mean())) / 2
        dips.append((sides - float(middle)) / max(1.0, sides))
    return float(np.median(dips)), redder


def _median(close: Picture, near: NDArray[np.float64], points: tuple[int, ...]) -> NDArray[np.float64]:
    patches = [
        close[round(y) - 2 : round(y) + 3, round(x) - 2 : round(x) + 3].reshape(-1, 3) for x, y in near[list(points)]
    ]
    return np.asarray(np.median(np.concatenate(patches), axis=0), np.float64)


def _polygon(close: Picture, contour: NDArray[np.float64]) -> NDArray[np.uint8]:
    mask = np.zeros(close.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(contour).astype(np.int32)], 255)
    return mask
