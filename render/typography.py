"""Text as pictures: one family (Noto Sans CJK SC, Latin and Chinese alike), set once, composed many times."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import manimgx_fonts_cjk
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

_SIMPLIFIED_CHINESE = 2
"""Index of "Noto Sans CJK SC" in the collection, checked at load."""


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
        alpha = (255 - self.clear.astype(np.float32)) * opacity
        return Patch((self.colour * np.float32(opacity)).astype(np.uint8), (255 - alpha).astype(np.uint8))


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


def patch_of(image: Image.Image) -> Patch:
    """An RGBA picture as a premultiplied patch."""
    rgba = np.asarray(image, np.float32)
    alpha = rgba[..., 3:] / 255
    colour = (rgba[..., 2::-1] * alpha).round().astype(np.uint8)
    clear = np.repeat(255 - rgba[..., 3:].astype(np.uint8), 3, axis=2)
    return Patch(np.ascontiguousarray(colour), np.ascontiguousarray(clear))


def wrap(text: str, face: ImageFont.FreeTypeFont, width: int) -> list[tuple[int, int]]:
    """Break `text` into lines no wider than `width` px, as character spans; at spaces, or between Chinese characters."""
    lines: list[tuple[int, int]] = []
    start = 0
    while start < len(text):
        while start < len(text) and text[start] == " ":
            start += 1
        end, at = start, None
        while end < len(text) and face.getlength(text[start : end + 1]) <= width:
            end += 1
            if end == len(text) or text[end] == " " or _is_wide(text[end]) or _is_wide(text[end - 1]):
                at = end
        if start < len(text):
            stop = at if at is not None and at > start else max(end, start + 1)
            lines.append((start, stop))
            start = stop
    return lines


def _is_wide(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff"


def canvas(width: int, height: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    return image, ImageDraw.Draw(image)
