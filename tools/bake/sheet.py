"""A contact sheet of a pack: the plate and every key, for a person to look at."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import AvatarPack, load_avatar_pack

_CELL_WIDTH = 240
_PLATE_HEIGHT = 960
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
    for part in (pack.mouth, pack.lids, pack.gaze, pack.brows):
        height = round(_CELL_WIDTH * part.box.height / part.box.width)
        cells = []
        for name, picture in zip(part.names, part.pictures, strict=True):
            cell = cv2.resize(picture, (_CELL_WIDTH, height), interpolation=cv2.INTER_AREA)
            cv2.putText(cell, name, (8, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 3, cv2.LINE_AA)
            cv2.putText(cell, name, (8, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (255, 255, 255), 1, cv2.LINE_AA)
            cells.append(cell)
        blank = np.zeros_like(cells[0])
        for start in range(0, len(cells), 5):
            row = cells[start : start + 5]
            rows.append(np.hstack(row + [blank] * (5 - len(row))))
    keys = np.vstack(rows)
    width, height = pack.size
    plate = cv2.resize(pack.plate, (round(width * _PLATE_HEIGHT / height), _PLATE_HEIGHT), interpolation=cv2.INTER_AREA)
    tallest = max(len(keys), len(plate))
    padded = [np.pad(side, ((0, tallest - len(side)), (0, 0), (0, 0))) for side in (plate, keys)]
    return np.hstack(padded)
