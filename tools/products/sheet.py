"""A contact sheet of all rooms' product pictures, for a person to look at."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from .render import read, write_webp
from .wares import ROOMS

_CELL_PX = 240
_COLUMNS = 6
_MAX_BYTES = 300_000


def write_sheet(rooms: Path, file: Path) -> None:
    """Lay out the pictures that ``rooms``/ROOM/media holds, room after room, in one .webp of at most 300 kB."""
    cells = []
    for room, wares in ROOMS.items():
        for ware in wares:
            source = rooms / room / "media" / f"{ware.sku}.webp"
            if source.exists():
                cells.append(cv2.resize(read(source), (_CELL_PX, _CELL_PX), interpolation=cv2.INTER_AREA))
    if not cells:
        raise FileNotFoundError(f"{rooms}: no room has a product picture yet")
    blank = np.full_like(cells[0], np.median(cells[0][:8].reshape(-1, 3), axis=0).astype(np.uint8))
    cells += [blank] * (-len(cells) % _COLUMNS)
    rows = [np.hstack(cells[start : start + _COLUMNS]) for start in range(0, len(cells), _COLUMNS)]
    write_webp(np.vstack(rows).astype(np.uint8), file, most_bytes=_MAX_BYTES)
