"""Takes the pictures: builds a ware on the table, renders it, and writes the small file that the room keeps."""

from __future__ import annotations

import contextlib
import os
import zlib
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from .photo_set import PhotoSet
from .sources import fingerprint
from .wares import Ware

Picture = NDArray[np.uint8]

SIDE_PX = 640
_QUALITY = 92
_GRAIN = 1.0  # standard deviation, of 255: without it the smooth ground breaks into faintly pink and green patches
_MAX_BYTES = 90_000


def table_for(ware: Ware, side_px: int, samples: int, threads: int, turns: tuple[float, ...] | None = None) -> PhotoSet:
    """The ware on the table, framed for these turns; the same sku is built from the same seed."""
    table = PhotoSet(side_px, samples, threads)
    ware.build(table, np.random.default_rng(zlib.crc32(ware.sku.encode())))
    table.frame(ware.elevation, turns or (ware.turn,))
    table.turn(ware.turn)
    return table


def photograph(ware: Ware, work: Path, *, samples: int, threads: int, side_px: int = SIDE_PX) -> Picture:
    """The ware's picture, (side, side, 3) BGR; a finished one in ``work`` is used again while its sources are the same."""
    mark = _mark(ware, samples, side_px)
    file, note = work / f"{ware.sku}-{side_px}.png", work / f"{ware.sku}-{side_px}.stamp"
    if not (file.exists() and note.exists() and note.read_text() == mark):
        with quiet(work / "blender.log"):
            table_for(ware, side_px, samples, threads).render(file)
        note.write_text(mark)
    return read(file)


def is_fresh(ware: Ware, work: Path, *, samples: int, side_px: int = SIDE_PX) -> bool:
    """Whether the picture in ``work`` can be used again."""
    note = work / f"{ware.sku}-{side_px}.stamp"
    return note.exists() and note.read_text() == _mark(ware, samples, side_px) and note.with_suffix(".png").exists()


def _mark(ware: Ware, samples: int, side_px: int) -> str:
    return fingerprint(ware.build, ware.sku, ware.elevation, ware.turn, samples, side_px)


def read(file: Path) -> Picture:
    """A picture that must be there."""
    picture = cv2.imread(str(file))
    if picture is None:
        raise FileNotFoundError(f"{file}: no picture was rendered; see blender.log beside it")
    return np.asarray(picture, np.uint8)


def grained(picture: Picture) -> Picture:
    """The picture with a fine grain, the same at every run."""
    grain = np.random.default_rng(1).normal(0, _GRAIN, picture.shape[:2])[..., None]
    return np.asarray(np.clip(picture + grain + 0.5, 0, 255), np.uint8)


def write_webp(picture: Picture, file: Path, *, most_bytes: int = _MAX_BYTES, quality: int = _QUALITY) -> None:
    """Write a .webp, at a lower quality where it would be too heavy."""
    for level in range(quality, 40, -4):
        done, data = cv2.imencode(".webp", picture, [cv2.IMWRITE_WEBP_QUALITY, level])
        if done and len(data) <= most_bytes:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data.tobytes())
            return
    raise ValueError(f"{file}: still heavier than {most_bytes} bytes at quality 40")


@contextlib.contextmanager
def quiet(log: Path) -> Iterator[None]:
    """Send what Blender prints to a file."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as sink:
        kept = os.dup(1)
        os.dup2(sink.fileno(), 1)
        try:
            yield
        finally:
            os.dup2(kept, 1)
            os.close(kept)
