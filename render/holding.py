"""The card that covers everything: before the show begins, after it has ended, and whenever it is held."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from render.contract import HoldingCard
from render.typography import Canvas, Colour, Face, Patch, font, wrap

_INK: Colour = (255, 255, 255)
_SOFT: Colour = (214, 218, 224)
_ACCENT: Colour = (255, 200, 87)
_DIM = 0.42
_BREATH_S = 3.2
_WIDTH, _MARGIN = 820, 44
_TITLE, _TITLE_LEADING = 50, 66
_TEXT, _TEXT_LEADING = 34, 50
_BETWEEN = 14
_MOST_ROWS = 8


@dataclass(frozen=True, slots=True)
class SetHolding:
    """A card with its words set; without them while they are being set."""

    card: HoldingCard
    words: Patch | None = None


def _balanced(line: str, face: Face, width: int) -> list[str]:
    """Rows no wider than `width`, and of much the same width, so that no word stands alone at the end."""
    spans = wrap(line, face, width)
    for narrower in range(width - 1, width // 3, -max(1, width // 40)):
        closer = wrap(line, face, narrower)
        if len(closer) > len(spans):
            break
        spans = closer
    return [line[a:b] for a, b in spans]


class HoldingPicture:
    """A quiet picture: the room out of focus and dim, some words, and a light that breathes, so that it is seen to be alive."""

    def __init__(self, plate: NDArray[np.uint8]) -> None:
        """`plate`: (height, width, 3) uint8 BGR, what the show looks like."""
        height, width = plate.shape[:2]
        self._unit: float = min(width, height) / 720
        small = cv2.GaussianBlur(cv2.resize(plate, (width // 8, height // 8), interpolation=cv2.INTER_AREA), (0, 0), 5)
        blurred = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
        self._ground = np.asarray(cv2.convertScaleAbs(blurred, alpha=_DIM), np.uint8)
        self._light = self._make_light()

    def set(self, card: HoldingCard) -> SetHolding:
        """Set the words of a card; slow (tens of ms), for another thread than the one that draws."""
        width = min(self._px(_WIDTH), self._ground.shape[1] - 2 * self._px(_MARGIN))
        rows: list[tuple[str, int, int, int, Colour]] = []
        for text, size, leading, weight, ink in (
            (card.title, _TITLE, _TITLE_LEADING, 700, _INK),
            (card.text, _TEXT, _TEXT_LEADING, 500, _SOFT),
        ):
            face = font(self._px(size), weight)
            if any(face.getlength(line) > width for line in text.splitlines()):
                text = text.replace(" · ", "\n")  # where two languages do not fit side by side
            lines = [row for line in text.splitlines() for row in _balanced(line, face, width)]
            rows += [(line, size, leading, weight, ink) for line in lines]
        rows = rows[:_MOST_ROWS]
        height = sum(self._px(leading) for _, _, leading, _, _ in rows) + self._px(_BETWEEN + 16)
        canvas, y, before = Canvas(width, height), 0, _TITLE
        for line, size, leading, weight, ink in rows:
            y += self._px(leading) + (self._px(_BETWEEN) if size != before else 0)
            before = size
            face = font(self._px(size), weight)
            canvas.text((width - face.getlength(line)) / 2, y - self._px(0.3 * size), line, face, ink)
        return SetHolding(card, canvas.patch())

    def draw(self, frame: NDArray[np.uint8], now: float, held: SetHolding) -> None:
        """Overwrite `frame` whole; `now` in seconds on the show clock."""
        np.copyto(frame, self._ground)
        height, width = frame.shape[:2]
        top = height // 2
        if held.words is not None:
            top = (height - held.words.height) // 2
            held.words.lay(frame, (width - held.words.width) // 2, top)
        glow = 0.45 + 0.55 * (0.5 - 0.5 * math.cos(2 * math.pi * now / _BREATH_S))
        light = self._light.faded(glow)
        light.lay(frame, (width - light.width) // 2, top - light.height - self._px(28))

    def _px(self, units: float) -> int:
        return max(1, round(units * self._unit))

    def _make_light(self) -> Patch:
        canvas = Canvas(self._px(72), self._px(6))
        canvas.panel(_ACCENT, 1.0, self._px(3))
        return canvas.patch()
