"""Text as pictures: one family (Noto Sans CJK SC, Latin and Chinese alike), set once, composed many times."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import manimgx_fonts_cjk
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

_SIMPLIFIED_CHINESE = 2
"""Index of "Noto Sans CJK SC" in the collection, checked at load."""
_NEVER_FIRST = frozenset(",.!?;:)]}%…·，。！？；：、）】》」』”’")
_NEVER_LAST = frozenset("([{¥$€£#（【《「『“‘")
"""What must not begin or end a line (after W3C's Requirements for Chinese Text Layout)."""
_ELLIPSIS = "…"

Face = ImageFont.FreeTypeFont

Colour = tuple[int, int, int]
"""Red, green, blue, 0 to 255."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A small picture with transparency, ready to be laid on a frame."""

    colour: NDArray[np.uint8]
    """(h, w, 3) BGR, premultiplied by alpha."""
    clear: NDArray[np.uint8]
    """(h, w, 3): 255 - alpha."""

    @property
    def height(self) -> int:
        return int(self.colour.shape[0])

    @property
    def width(self) -> int:
        return int(self.colour.shape[1])

    def cut(self, x0: int, x1: int, y0: int, y1: int) -> "Patch":
        return Patch(self.colour[y0:y1, x0:x1], self.clear[y0:y1, x0:x1])

    def faded(self, opacity: float) -> "Patch":
        """The same patch at `opacity` 0..1."""
        colour = cv2.convertScaleAbs(self.colour, alpha=opacity)
        clear = cv2.convertScaleAbs(self.clear, alpha=opacity, beta=255 * (1 - opacity))
        return Patch(np.asarray(colour, np.uint8), np.asarray(clear, np.uint8))

    def lay(self, frame: NDArray[np.uint8], x: int, y: int) -> None:
        """Lay it on a BGR frame with its corner at (x, y); what sticks out is cut off."""
        height, width = frame.shape[:2]
        x0, y0, x1, y1 = max(0, x), max(0, y), min(width, x + self.width), min(height, y + self.height)
        if x0 >= x1 or y0 >= y1:
            return
        part = self.cut(x0 - x, x1 - x, y0 - y, y1 - y)
        region = frame[y0:y1, x0:x1]
        cv2.multiply(region, part.clear, dst=region, scale=1 / 255)
        cv2.add(region, part.colour, dst=region)


@cache
def font(size: int, weight: int = 400) -> ImageFont.FreeTypeFont:
    """The family at a size in px and a weight of 100 to 900."""
    path = Path(manimgx_fonts_cjk.__file__).with_name("NotoSansCJK-VF.otf.ttc")
    face = ImageFont.truetype(str(path), size, index=_SIMPLIFIED_CHINESE)
    family = face.getname()[0] or ""
    if "SC" not in family:
        raise RuntimeError(f"{path.name} has {family} where Noto Sans CJK SC was expected; install the locked packages")
    face.set_variation_by_axes([weight])
    return face


class Canvas:
    """A patch in the making: shapes and text laid over each other in float, so that edges stay smooth."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._colour = np.zeros((height, width, 3), np.float32)
        self._alpha = np.zeros((height, width), np.float32)

    def panel(
        self, colour: Colour, opacity: float, radius: float, box: tuple[int, int, int, int] | None = None
    ) -> None:
        """A rectangle with round corners over all of the canvas, or over `box` (x0, y0, x1, y1)."""
        x0, y0, x1, y1 = box or (0, 0, self.width, self.height)
        self.stain(x0, y0, rounded(x1 - x0, y1 - y0, radius), colour, opacity)

    def text(
        self, x: float, baseline: float, text: str, face: ImageFont.FreeTypeFont, colour: Colour, opacity: float = 1.0
    ) -> float:
        """Text that begins at x on a baseline; returns where it ends."""
        self.stain(0, 0, text_mask(self.width, self.height, x, baseline, text, face), colour, opacity)
        return x + face.getlength(text)

    def picture(self, x: int, y: int, picture: NDArray[np.uint8], mask: NDArray[np.float32]) -> None:
        """A BGR picture, as far as `mask` (0..1, of the same size) lets it be seen."""
        self._blend(x, y, mask, picture.astype(np.float32))

    def stain(self, x: int, y: int, mask: NDArray[np.float32], colour: Colour, opacity: float = 1.0) -> None:
        """Colour where `mask` (0..1) covers, with the mask's corner at (x, y)."""
        self._blend(x, y, mask * np.float32(opacity), np.array(colour[::-1], np.float32))

    def _blend(self, x: int, y: int, cover: NDArray[np.float32], bgr: NDArray[np.float32]) -> None:
        where = np.s_[y : y + cover.shape[0], x : x + cover.shape[1]]
        rest = 1 - cover
        self._colour[where] = self._colour[where] * rest[..., None] + bgr * cover[..., None]
        self._alpha[where] = self._alpha[where] * rest + cover

    def patch(self) -> Patch:
        """What has been laid so far."""
        clear = np.asarray((255 * (1 - self._alpha)).round(), np.uint8)
        colour = np.asarray(np.minimum(self._colour, 255 * self._alpha[..., None]).round(), np.uint8)
        return Patch(colour, np.ascontiguousarray(np.repeat(clear[..., None], 3, axis=2)))


def text_mask(
    width: int, height: int, x: float, baseline: float, text: str, face: ImageFont.FreeTypeFont
) -> NDArray[np.float32]:
    """Coverage 0..1 of text that begins at x on a baseline, shape (height, width)."""
    image = Image.new("L", (width, height))
    ImageDraw.Draw(image).text((x, baseline), text, 255, face, anchor="ls")
    return np.asarray(image, np.float32) / np.float32(255)


def rounded(width: int, height: int, radius: float) -> NDArray[np.float32]:
    """Coverage 0..1 of a rectangle with round corners, shape (height, width), smooth at the edge."""
    radius = min(radius, width / 2, height / 2)
    x = np.abs(np.arange(width, dtype=np.float32) + 0.5 - width / 2) - (width / 2 - radius)
    y = np.abs(np.arange(height, dtype=np.float32) + 0.5 - height / 2) - (height / 2 - radius)
    outside = np.hypot(np.maximum(x[None, :], 0), np.maximum(y[:, None], 0))
    distance = outside + np.minimum(np.maximum(x[None, :], y[:, None]), 0) - radius
    return np.asarray(np.clip(0.5 - distance, 0, 1), np.float32)


def breaks(text: str) -> list[int]:
    """Places at which a line may end: after spaces, and between Chinese characters as their punctuation allows."""
    places = []
    for at in range(1, len(text)):
        before, after = text[at - 1], text[at]
        if after == " " or after in _NEVER_FIRST or before in _NEVER_LAST:
            continue
        if before == " " or _is_wide(before) or _is_wide(after):
            places.append(at)
    return [*places, len(text)] if text else []


def wrap(text: str, face: ImageFont.FreeTypeFont, width: int) -> list[tuple[int, int]]:
    """Break `text` into lines no wider than `width` px, as character spans without the spaces around them.

    A word wider than the line is broken where it must be.
    """
    lines: list[tuple[int, int]] = []
    places = breaks(text)
    start = 0
    while start < len(text):
        stop = start
        for place in places[bisect_right(places, start) :]:
            if face.getlength(text[start:place].rstrip()) > width:
                break
            stop = place
        if stop == start:
            stop = start + 1
            while stop < len(text) and face.getlength(text[start : stop + 1]) <= width:
                stop += 1
        lines.append(trimmed(text, start, stop))
        start = stop
        while start < len(text) and text[start] == " ":
            start += 1
    return lines


def shortened(
    text: str, lines: list[tuple[int, int]], most: int, face: ImageFont.FreeTypeFont, width: int
) -> list[str]:
    """At most `most` of the lines as text, the last with an ellipsis if anything is left out."""
    shown = [text[first:last] for first, last in lines[:most]]
    if len(lines) > most:
        last = shown[-1]
        while last and face.getlength(last + _ELLIPSIS) > width:
            last = last[:-1]
        shown[-1] = last.rstrip(" ,.;:，。；：、") + _ELLIPSIS
    return shown


def trimmed(text: str, first: int, last: int) -> tuple[int, int]:
    """A span without the spaces at its ends."""
    while first < last and text[first] == " ":
        first += 1
    while last > first and text[last - 1] == " ":
        last -= 1
    return first, last


def _is_wide(character: str) -> bool:
    """Han, kana, and the full-width and CJK punctuation."""
    return "\u2e80" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff" or "\uff00" <= character <= "\uff60"
