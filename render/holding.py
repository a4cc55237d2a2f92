"""The picture before the show begins and after it has ended."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from render.typography import Canvas, Colour, Patch, font, wrap

_INK: Colour = (255, 255, 255)
_ACCENT: Colour = (255, 200, 87)
_DIM = 0.42
_BREATH_S = 3.2


class HoldingCard:
    """A quiet card: the room out of focus and dim, a line of text, and a light that breathes, so that it is seen to be alive."""

    def __init__(self, plate: NDArray[np.uint8]) -> None:
        """`plate`: (height, width, 3) uint8 BGR, what the show looks like."""
        height, width = plate.shape[:2]
        self._unit: float = min(width, height) / 720
        small = cv2.GaussianBlur(cv2.resize(plate, (width // 8, height // 8), interpolation=cv2.INTER_AREA), (0, 0), 5)
        blurred = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
        self._ground = np.asarray(cv2.convertScaleAbs(blurred, alpha=_DIM), np.uint8)
        self._text = ""
        self._patch: Patch | None = None
        self._light = self._make_light()

    def draw(self, frame: NDArray[np.uint8], now: float, text: str) -> None:
        """Overwrite `frame` whole; `now` in seconds on the show clock, `text` may have several lines."""
        np.copyto(frame, self._ground)
        if text != self._text or self._patch is None:
            self._text, self._patch = text, self._make_text(text)
        height, width = frame.shape[:2]
        top = (height - self._patch.height) // 2
        self._patch.lay(frame, (width - self._patch.width) // 2, top)
        glow = 0.45 + 0.55 * (0.5 - 0.5 * math.cos(2 * math.pi * now / _BREATH_S))
        light = self._light.faded(glow)
        light.lay(frame, (width - light.width) // 2, top - light.height - self._px(28))

    def _px(self, units: float) -> int:
        return max(1, round(units * self._unit))

    def _make_light(self) -> Patch:
        canvas = Canvas(self._px(72), self._px(6))
        canvas.panel(_ACCENT, 1.0, self._px(3))
        return canvas.patch()

    def _make_text(self, text: str) -> Patch:
        width, leading = self._px(640), self._px(60)
        face = font(self._px(42), 600)
        lines = [row[a:b] for row in text.splitlines() for a, b in wrap(row, face, width)]
        canvas = Canvas(width, max(1, len(lines)) * leading + self._px(12))
        for row, line in enumerate(lines):
            x = (width - face.getlength(line)) / 2
            canvas.text(x, (row + 1) * leading - self._px(14), line, face, _INK)
        return canvas.patch()
