"""Reading text in received pictures: the text is set anew, from the font file, and looked for in the picture.

Nothing of the renderer's typography is used, so that what it does wrong is not done wrong here too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import cv2
import manimgx_fonts_cjk
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

_FONT: Final = Path(manimgx_fonts_cjk.__file__).with_name("NotoSansCJK-VF.otf.ttc")
_SIMPLIFIED: Final = 2
Luma = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Setting:
    """How a text is set: size in px of the picture, weight 100 to 900."""

    size: int
    weight: int


@dataclass(frozen=True, slots=True)
class Found:
    """Where a text was found best, in px of the picture, and how surely."""

    score: float
    """Normalised cross-correlation, 0 to 1, of light text on dark ground or the other way round."""
    x: int
    y: int
    width: int
    height: int


@lru_cache(maxsize=64)
def _face(setting: Setting) -> ImageFont.FreeTypeFont:
    face = ImageFont.truetype(str(_FONT), setting.size, index=_SIMPLIFIED)
    face.set_variation_by_axes([setting.weight])
    return face


@lru_cache(maxsize=4096)
def template(text: str, setting: Setting, shrink: int = 1) -> Luma:
    """The text, light on dark, with a margin of a few px; `shrink` times smaller than in the picture."""
    face = _face(setting)
    left, top, right, bottom = face.getbbox(text, anchor="ls")
    margin = max(2, setting.size // 10)
    width, height = round(right - left) + 2 * margin, round(bottom - top) + 2 * margin
    image = Image.new("L", (width, height))
    ImageDraw.Draw(image).text((margin - left, margin - top), text, 255, face, anchor="ls")
    array = np.asarray(image, np.uint8)
    if shrink > 1:
        array = np.asarray(
            cv2.resize(array, (width // shrink, height // shrink), interpolation=cv2.INTER_AREA), np.uint8
        )
    return array


def ink_height(text: str, setting: Setting) -> float:
    """Height in px of what is drawn of a text, from its lowest to its highest point."""
    _, top, _, bottom = _face(setting).getbbox(text, anchor="ls")
    return float(bottom - top)


def find(luma: Luma, text: str, setting: Setting, shrink: int = 1) -> Found:
    """The best place for a text in a picture; `luma` is at full size."""
    small = shrunk(luma, shrink)
    wanted = template(text, setting, shrink)
    if wanted.shape[0] > small.shape[0] or wanted.shape[1] > small.shape[1]:
        return Found(0.0, 0, 0, 0, 0)
    scores = cv2.matchTemplate(small, wanted, cv2.TM_CCOEFF_NORMED)
    low, high, low_at, high_at = cv2.minMaxLoc(scores)
    score, (x, y) = (high, high_at) if high >= -low else (-low, low_at)
    height, width = wanted.shape
    return Found(float(score) if np.isfinite(score) else 0.0, *(v * shrink for v in (x, y, width, height)))


def shrunk(luma: Luma, times: int) -> Luma:
    """A picture made smaller by averaging."""
    if times == 1:
        return luma
    height, width = luma.shape
    return np.asarray(cv2.resize(luma, (width // times, height // times), interpolation=cv2.INTER_AREA), np.uint8)


def best_setting(luma: Luma, text: str, sizes: Iterable[int], weights: Iterable[int]) -> tuple[Setting, Found]:
    """How a text is set in a picture: every size at a third of the resolution, then weights and neighbours at full."""
    weights = tuple(weights)
    middle = weights[len(weights) // 2]
    rough = max(((find(luma, text, Setting(size, middle), 2), size) for size in sizes), key=lambda f: f[0].score)
    place, size = rough
    x0, y0 = max(0, place.x - 24), max(0, place.y - 24)
    part = luma[y0 : place.y + place.height + 24, x0 : place.x + place.width + 24]
    tried = [
        (find(part, text, setting), setting)
        for setting in (Setting(size + step, weight) for step in (-2, -1, 0, 1, 2) for weight in weights)
        if setting.size > 6
    ]
    found, setting = max(tried, key=lambda f: f[0].score)
    return setting, Found(found.score, found.x + x0, found.y + y0, found.width, found.height)
