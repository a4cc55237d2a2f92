"""Head and chest moved by the displacement fields of an avatar pack."""

import cv2
import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import HEAD_ANGLES, HEAD_STEP_PX, AvatarPack, Box
from render.morph import Field, Picture4, Spread, grid, looked_up
from render.pose import Pose

_STILL_PX = 0.04
"""Displacement per degree that is taken for none."""
_BREATH_STEPS = 24
"""Chests kept ready from breathed out to breathed in: neighbours differ by an eighth of a pixel, which nobody sees."""


class HeadWarp:
    """Moves the head within its own box; the chest, which only breathes, is picked from pictures made at load."""

    def __init__(self, pack: AvatarPack) -> None:
        height, width = pack.plate.shape[:2]
        self._limits = [pack.max_degrees[name] for name in HEAD_ANGLES]
        turning = np.max([np.abs(pack.head[name]).max(axis=2) for name in HEAD_ANGLES], axis=0)
        y0, y1, x0, x1 = _extent(turning > _STILL_PX)
        cells = (slice(y0, y1), slice(x0, x1))
        self.box = Box(
            x0 * HEAD_STEP_PX, y0 * HEAD_STEP_PX, min(width, x1 * HEAD_STEP_PX), min(height, y1 * HEAD_STEP_PX)
        )
        """The part of the frame that turns with the head, in px."""
        self._fields = np.stack([pack.head[name][cells] for name in (*HEAD_ANGLES, "breath")])
        self._cells = grid(x1 - x0, y1 - y0)
        self._spread = Spread(y1 - y0, x1 - x0, HEAD_STEP_PX, self.box.width, self.box.height)
        self._moved = np.empty((self.box.height, self.box.width, 4), np.uint8)
        self._chest_top, self._chests = _breathing(pack)

    def draw(self, work: Picture4, out: NDArray[np.uint8], pose: Pose) -> None:
        """Write the moved picture into `out`, BGR; `work` is the box of the frame with the face at rest in it, BGRA.

        Above the chest only `box` is written: the rest of `out` must hold the plate.
        """
        breath = min(1.0, max(0.0, pose.breath))
        if len(self._chests):
            out[self._chest_top : self._chest_top + self._chests.shape[1]] = self._chests[
                round(breath * (len(self._chests) - 1))
            ]
        angles = (pose.yaw, pose.pitch, pose.roll)
        amounts = [min(limit, max(-limit, angle)) for angle, limit in zip(angles, self._limits, strict=True)]
        field = np.tensordot(np.array([*amounts, breath], np.float32), self._fields, 1)
        back = _inverse(field, self._cells)
        cv2.remap(
            work, self._spread.map(back), None, cv2.INTER_LINEAR, dst=self._moved, borderMode=cv2.BORDER_REPLICATE
        )
        box = self.box
        cv2.cvtColor(self._moved, cv2.COLOR_BGRA2BGR, dst=out[box.y0 : box.y1, box.x0 : box.x1])


def _inverse(field: Field, cells: Field) -> Field:
    """From each place of the moved picture back to the plate, for fields that change little from cell to cell."""
    back = -looked_up(field, cells - field / np.float32(HEAD_STEP_PX))
    return -looked_up(field, cells + back / np.float32(HEAD_STEP_PX))


def _breathing(pack: AvatarPack) -> tuple[int, NDArray[np.uint8]]:
    """The rows of the plate that breathe: their top, and the pictures (steps, rows, width, 3) from out to in."""
    field = pack.head["breath"]
    height, width = pack.plate.shape[:2]
    moving = np.abs(field).max(axis=2) > _STILL_PX
    if not moving.any():
        return 0, np.empty((0, 0, width, 3), np.uint8)
    y0, y1, _, _ = _extent(moving)
    top, bottom = y0 * HEAD_STEP_PX, min(height, y1 * HEAD_STEP_PX)
    rows, columns = field.shape[:2]
    spread = Spread(rows, columns, HEAD_STEP_PX, width, height)
    chests = np.empty((_BREATH_STEPS, bottom - top, width, 3), np.uint8)
    for step in range(_BREATH_STEPS):
        back = _inverse(field * np.float32(step / (_BREATH_STEPS - 1)), grid(columns, rows))
        places = spread.map(back)[top:bottom]
        chests[step] = cv2.remap(pack.plate, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return top, chests


def _extent(where: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """First and one past the last row and column of what is True."""
    rows, columns = np.nonzero(where)
    if not len(rows):
        return 0, 1, 0, 1
    return int(rows.min()), int(rows.max()) + 1, int(columns.min()), int(columns.max()) + 1
