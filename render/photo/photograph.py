"""Read a photograph from a file: upright, 8 bit, sRGB taken for granted."""

from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from render.photo.refusal import PhotoRefused

LEAST_SIDE_PX: Final = 256
MOST_BYTES: Final = 60_000_000
_MOST_PIXELS: Final = 120_000_000
_WORKING_SIDE_PX: Final = 3000
"""Larger photos are made smaller: the frame is 1280 pixels high."""
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif")
_TAKEN = ("JPEG", "PNG", "WEBP")


def read_photograph(file: Path) -> NDArray[np.uint8]:
    """The photo, shape (height, width, 3) BGR, turned as its EXIF data say. Raises PhotoRefused."""
    another = "Give a JPEG, PNG or WebP file."
    try:
        if file.stat().st_size > MOST_BYTES:
            raise PhotoRefused(
                "too-large", f"{file} is larger than {MOST_BYTES // 1_000_000} MB.", "Save it smaller, as a JPEG."
            )
        with file.open("rb") as opened:
            head = opened.read(16)
    except OSError as error:
        raise PhotoRefused("unreadable", f"{file} can't be read: {error.strerror or error}.", another) from error
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        raise PhotoRefused(
            "unreadable",
            f"{file} is a HEIC or AVIF picture, which is not read here.",
            "Save or send it as a JPEG (on an iPhone: Settings, Camera, Formats, Most Compatible).",
        )
    try:
        with Image.open(file, formats=_TAKEN) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise PhotoRefused(
                    "too-large", f"{file} has {image.width} x {image.height} pixels.", "Save it smaller, as a JPEG."
                )
            upright = ImageOps.exif_transpose(image).convert("RGBA" if "A" in image.getbands() else "RGB")
    except UnidentifiedImageError as error:
        raise PhotoRefused("unreadable", f"{file} is not a picture that can be read.", another) from error
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PhotoRefused("unreadable", f"{file} is damaged ({error}).", another) from error
    if min(upright.size) < LEAST_SIDE_PX:
        raise PhotoRefused(
            "too-small",
            f"{file} has {upright.width} x {upright.height} pixels; the shorter side must have {LEAST_SIDE_PX} at least.",
            "Give the photo in its original size.",
        )
    if upright.mode == "RGBA":  # a cut-out: laid on a quiet grey
        grey = Image.new("RGBA", upright.size, (112, 116, 122, 255))
        upright = Image.alpha_composite(grey, upright).convert("RGB")
    picture = cv2.cvtColor(np.asarray(upright), cv2.COLOR_RGB2BGR)
    scale = _WORKING_SIDE_PX / max(picture.shape[:2])
    if scale < 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(picture, np.uint8)
