"""Head and chest moved by the displacement fields of an avatar pack."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import HEAD_ANGLES, HEAD_STEP_PX, AvatarPack, Box
from render.morph import Field, Picture4, Spread, grid, looked_up
from render.pose import Pose

_STILL_PX, _FELT_PX = 0.09, 0.16
"""Displacement per degree that is taken for none, and over how much more it comes to be all there: a third of a pixel, far out
in the backdrop, is not worth drawing."""
_BREATHING_PX = 0.04
_REACH_CELLS = 4
"""How far a turn of the head carries the face."""
_BAND_CELLS = 12
"""Height of the strips in which the head's outline is followed."""
_BREATH_STEPS = 24
"""Chests kept ready from breathed out to breathed in: neighbours differ by an eighth of a pixel, which nobody sees."""


class HeadWarp:
    """Moves the head within its own box; the chest, which only breathes, is picked from pictures made at load."""

    def __init__(self, pack: AvatarPack, parts: Sequence[Box] = ()) -> None:
        """`parts`: boxes of the frame in which the face changes, which are drawn whether or not they turn."""
        height, width = pack.plate.shape[:2]
        self._plate = pack.plate
        self._limits = [pack.max_degrees[name] for name in HEAD_ANGLES]
        turning = np.max([np.abs(pack.head[name]).max(axis=2) for name in HEAD_ANGLES], axis=0)
        felt = np.clip((turning - _STILL_PX) / _FELT_PX, 0, 1)
        felt = felt * felt * (3 - 2 * felt)
        moving = felt > 0
        for part in parts:
            moving[
                part.y0 // HEAD_STEP_PX : -(-part.y1 // HEAD_STEP_PX),
                part.x0 // HEAD_STEP_PX : -(-part.x1 // HEAD_STEP_PX),
            ] = True
        y0, y1, x0, x1 = _extent(moving)
        cells = (slice(y0, y1), slice(x0, x1))
        self.box = Box(
            x0 * HEAD_STEP_PX, y0 * HEAD_STEP_PX, min(width, x1 * HEAD_STEP_PX), min(height, y1 * HEAD_STEP_PX)
        )
        """The part of the frame that turns with the head, in px."""
        fields = [pack.head[name] * felt[..., None] for name in HEAD_ANGLES]
        self._fields = np.stack([field[cells] for field in (*fields, pack.head["breath"])])
        self._cells = grid(x1 - x0, y1 - y0)
        self._places = (grid(x1 - x0 + 2, y1 - y0 + 2) - np.float32(0.5)) * np.float32(HEAD_STEP_PX) - np.float32(0.5)
        self._coarse = np.empty_like(self._places)
        self._bands = _bands(moving[cells], self.box.width, self.box.height)
        self._chest_top, self._chests = _breathing(pack)

    def draw(
        self,
        work: Picture4,
        out: NDArray[np.uint8],
        pose: Pose,
        skin: Field | None = None,
        corner: tuple[int, int] = (0, 0),
    ) -> None:
        """Write the moved picture into `out`, BGR, all of it; `work` is `box` with the face at rest in it, BGRA.

        `skin`: how a part of the face moves of itself, on this grid from the frame's pixel `corner` (x, y) on.
        """
        breath = min(1.0, max(0.0, pose.breath))
        if not len(self._chests):
            np.copyto(out, self._plate)
        else:
            out[: self._chest_top] = self._plate[: self._chest_top]
            out[self._chest_top + self._chests.shape[1] :] = self._plate[self._chest_top + self._chests.shape[1] :]
            out[self._chest_top : self._chest_top + self._chests.shape[1]] = self._chests[
                round(breath * (len(self._chests) - 1))
            ]
        angles = (pose.yaw, pose.pitch, pose.roll)
        amounts = [min(limit, max(-limit, angle)) for angle, limit in zip(angles, self._limits, strict=True)]
        field = np.tensordot(np.array([*amounts, breath], np.float32), self._fields, 1)
        back = _inverse(field, self._cells)
        if skin is not None:
            self._move_skin(back, skin, corner)
        cv2.copyMakeBorder(back, 1, 1, 1, 1, cv2.BORDER_REPLICATE, dst=self._coarse)
        cv2.add(self._coarse, self._places, dst=self._coarse)
        box = self.box
        target = out[box.y0 : box.y1, box.x0 : box.x1]
        for band in self._bands:
            band.draw(self._coarse, work, target)

    def _move_skin(self, back: Field, skin: Field, corner: tuple[int, int]) -> None:
        """Go on from where the head's own movement leads in the face at rest, by what the skin does there."""
        x, y = (corner[0] - self.box.x0) // HEAD_STEP_PX, (corner[1] - self.box.y0) // HEAD_STEP_PX
        rows, columns = skin.shape[:2]
        here = grid(columns, rows)
        own = _inverse(skin, here)
        y0, x0 = max(0, y - _REACH_CELLS), max(0, x - _REACH_CELLS)
        window = (slice(y0, y + rows + _REACH_CELLS), slice(x0, x + columns + _REACH_CELLS))
        places = self._cells[window] + back[window] / np.float32(HEAD_STEP_PX) - np.array([x, y], np.float32)
        back[window] += cv2.remap(own, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)


class _Band:
    """A strip of the head's box, as wide as the head is there.

    A head is no rectangle, and its corners would cost as much. Strip by strip, map and picture stay in the processor's cache.
    """

    def __init__(self, rows: slice, columns: slice, width: int, height: int) -> None:
        """`rows`, `columns` in cells of the head's box of `width` x `height` px."""
        step = HEAD_STEP_PX
        self._cells = (slice(rows.start, rows.stop + 2), slice(columns.start, columns.stop + 2))
        self._rows = slice(rows.start * step, min(height, rows.stop * step))
        self._columns = slice(columns.start * step, min(width, columns.stop * step))
        down, across = self._rows.stop - self._rows.start, self._columns.stop - self._columns.start
        self._map = np.empty(
            ((rows.stop - rows.start + 2) * step, (columns.stop - columns.start + 2) * step, 2), np.float32
        )
        self._inner = self._map[step : step + down, step : step + across]
        self._moved = np.empty((down, across, 4), np.uint8)

    def draw(self, coarse: Field, work: Picture4, target: NDArray[np.uint8]) -> None:
        """`coarse`: places of the whole box in `work`, a cell wider all round."""
        height, width = self._map.shape[:2]
        cv2.resize(coarse[self._cells], (width, height), dst=self._map, interpolation=cv2.INTER_LINEAR)
        cv2.remap(work, self._inner, None, cv2.INTER_LINEAR, dst=self._moved, borderMode=cv2.BORDER_REPLICATE)
        cv2.cvtColor(self._moved, cv2.COLOR_BGRA2BGR, dst=target[self._rows, self._columns])


def _inverse(field: Field, cells: Field) -> Field:
    """From each place of the moved picture back to the plate, for fields that change little from cell to cell."""
    back = -looked_up(field, cells - field / np.float32(HEAD_STEP_PX))
    return -looked_up(field, cells + back / np.float32(HEAD_STEP_PX))


def _bands(moving: NDArray[np.bool_], width: int, height: int) -> list[_Band]:
    """Strips that hold all that moves, `moving` being the cells of a box of `width` x `height` px."""
    bands = []
    for top in range(0, len(moving), _BAND_CELLS):
        rows = slice(top, min(len(moving), top + _BAND_CELLS))
        columns = np.flatnonzero(moving[rows].any(axis=0))
        if columns.size:
            bands.append(_Band(rows, slice(int(columns[0]), int(columns[-1]) + 1), width, height))
    return bands


def _breathing(pack: AvatarPack) -> tuple[int, NDArray[np.uint8]]:
    """The rows of the plate that breathe: their top, and the pictures (steps, rows, width, 3) from out to in."""
    field = pack.head["breath"]
    height, width = pack.plate.shape[:2]
    moving = np.abs(field).max(axis=2) > _BREATHING_PX
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
