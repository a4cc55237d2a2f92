"""A person's camera picture, made to fill the frame."""

import cv2
import numpy as np
from numpy.typing import NDArray

from rtc.contract import LivePicture

_UPWARDS = 0.3
"""Share of what is cut off that goes at the top: heads are in the upper part of a picture."""


class PersonView:
    """Scales and crops camera pictures to one frame; what is sent twice is scaled once."""

    def __init__(self, size: tuple[int, int]) -> None:
        """`size`: width and height of the frame in px."""
        width, height = size
        self._scaled = np.empty((height, width, 3), np.uint8)
        self._picture: LivePicture | None = None

    def draw(self, picture: LivePicture, frame: NDArray[np.uint8]) -> None:
        """Fill `frame`, shape (height, width, 3) uint8 BGR."""
        if picture is not self._picture:
            self._scale(picture)
            self._picture = picture
        np.copyto(frame, self._scaled)

    def _scale(self, picture: LivePicture) -> None:
        i420 = picture.i420()
        height, width = i420.shape[0] * 2 // 3, i420.shape[1]
        high, wide = self._scaled.shape[:2]
        bgr = cv2.cvtColor(i420, cv2.COLOR_YUV2BGR_I420)
        share = min(width / wide, height / high)
        cut_wide, cut_high = max(2, round(wide * share)), max(2, round(high * share))
        x, y = (width - cut_wide) // 2, round((height - cut_high) * _UPWARDS)
        # Halving and more is averaged, so that fine patterns do not flicker.
        how = cv2.INTER_AREA if share > 1.5 else cv2.INTER_LINEAR
        cv2.resize(bgr[y : y + cut_high, x : x + cut_wide], (wide, high), dst=self._scaled, interpolation=how)
