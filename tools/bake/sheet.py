"""A contact sheet of a pack: the plate and every key, for a person to look at."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import AvatarPack, load_avatar_pack

_CELL_WIDTH = 240
_COLUMNS = 6
_EMPTY = 32  # grey where there is no picture
_MAX_BYTES = 300_000


def write_sheet(folder: Path, file: Path) -> None:
    """Load the pack (which checks it) and draw its pictures into one .webp of at most 300 kB."""
    sheet = _drawn(load_avatar_pack(folder))
    file.parent.mkdir(parents=True, exist_ok=True)
    for quality in range(90, 30, -5):
        cv2.imwrite(str(file), sheet, [cv2.IMWRITE_WEBP_QUALITY, quality])
        if file.stat().st_size <= _MAX_BYTES:
            return


def _drawn(pack: AvatarPack) -> NDArray[np.uint8]:
    rows = []
    parts = {"mouth": pack.mouth, "lids": pack.lids, "gaze": pack.gaze, "brows": pack.brows, "eyes": pack.eyes}
    for title, part in parts.items():
        if part is None:
            continue
        height = round(_CELL_WIDTH * part.box.height / part.box.width)
        cells = []
        for name, picture in zip(part.names, part.pictures, strict=True):
            cell = cv2.resize(picture, (_CELL_WIDTH, height), interpolation=cv2.INTER_AREA)
            for colour, width in ((0, 0, 0), 3), ((255, 255, 255), 1):
                cv2.putText(cell, f"{title} {name}", (8, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.5, colour, width, cv2.LINE_AA)
            cells.append(cell)
        blank = np.full_like(cells[0], _EMPTY)
        for start in range(0, len(cells), _COLUMNS):
            row = cells[start : start + _COLUMNS]
            rows.append(np.hstack(row + [blank] * (_COLUMNS - len(row))))
    keys = np.vstack(rows)
    width, height = pack.size
    tall = min(len(keys), height)
    plate = cv2.resize(pack.plate, (round(width * tall / height), tall), interpolation=cv2.INTER_AREA)
    padded = [
        np.pad(side, ((0, len(keys) - len(side)), (0, 0), (0, 0)), constant_values=_EMPTY) for side in (plate, keys)
    ]
    return np.hstack(padded)
