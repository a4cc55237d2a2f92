"""From displaced landmarks to a warp of the picture, and to the flow that a pack stores."""

import cv2
import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import FLOW_STEP_PX, Box
from render.photo.thin_plate import ThinPlate

_ANCHOR_EVERY_PX = 24
FEATHER_PX = 14.0
_INVERSION_STEPS, _INVERSION_RATE = 24, 0.8
_STEEPEST = 0.65
"""Pixels by which a displacement may fall from one pixel to the next below; at 1 the picture would fold over itself."""


class SkinSheet:
    """One sheet of skin: its landmarks in a box of the frame, at whose border it is held still."""

    def __init__(self, box: Box, places: NDArray[np.float64], unit_px: float) -> None:
        """`places`: (N, 2) px of the frame, where the photo shows the landmarks; `unit_px`: the distance of the pupils."""
        self.box = box
        low, high = np.array([box.x0, box.y0]) + 6, np.array([box.x1, box.y1]) - 6
        self._inside = ((places > low) & (places < high)).all(1)
        across = np.linspace(box.x0, box.x1, max(3, box.width // _ANCHOR_EVERY_PX))
        down = np.linspace(box.y0, box.y1, max(3, box.height // _ANCHOR_EVERY_PX))[1:-1]
        border = [(x, y) for x in across for y in (box.y0, box.y1)] + [(x, y) for y in down for x in (box.x0, box.x1)]
        knots = np.r_[places[self._inside], np.array(border, np.float64)]
        self._cells = _cells(box)
        self._plate = ThinPlate(knots, self._cells, unit_px=unit_px)
        self._window = _window(box)[..., None]

    def forward(self, moves: NDArray[np.float64]) -> NDArray[np.float32]:
        """Where each point of the rest picture goes, (rows, columns, 2) px, one sample per block of 4 x 4; `moves`: (N, 2) px."""
        return np.asarray(self._plate.through(moves[self._inside]) * self._window, np.float32)

    def warped(self, picture: NDArray[np.uint8], moves: NDArray[np.float64]) -> NDArray[np.uint8]:
        """The box cut from the whole frame with the landmarks moved, (h, w, 3)."""
        forward = self.forward(moves)
        rows, columns = forward.shape[:2]
        x, y = np.meshgrid(np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32))
        back = -forward
        for _ in range(_INVERSION_STEPS):
            at_x, at_y = x + back[..., 0] / FLOW_STEP_PX, y + back[..., 1] / FLOW_STEP_PX
            there = cv2.remap(forward, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            back += _INVERSION_RATE * (-np.asarray(there) - back)
        return sampled(picture, self.box, back)


def sampled(picture: NDArray[np.uint8], box: Box, back: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The box of a frame where each pixel is taken from `back` px away; `back` has one sample per block of 4 x 4."""
    rows, columns = back.shape[:2]
    dense = cv2.resize(back, (columns * FLOW_STEP_PX, rows * FLOW_STEP_PX))[: box.height, : box.width]
    x, y = np.meshgrid(np.arange(box.x0, box.x1, dtype=np.float32), np.arange(box.y0, box.y1, dtype=np.float32))
    return np.asarray(
        cv2.remap(picture, x + dense[..., 0], y + dense[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE),
        np.uint8,
    )


def unfolded(flow: NDArray[np.float32]) -> NDArray[np.float32]:
    """The flow with what lies below a point that moves down pushed along, so that no column folds over itself."""
    result = flow.copy()
    for row in range(1, len(result)):
        result[row, :, 1] = np.maximum(result[row, :, 1], result[row - 1, :, 1] - _STEEPEST * FLOW_STEP_PX)
    return result


def melted(plate: NDArray[np.uint8], picture: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """The key's picture, running out into the plate over the last pixels to the border of its box."""
    x = np.minimum(np.arange(box.width), np.arange(box.width)[::-1])
    y = np.minimum(np.arange(box.height), np.arange(box.height)[::-1])
    share = np.clip(np.minimum(x[None], y[:, None]) / FEATHER_PX, 0, 1)[..., None]
    share = share * share * (3 - 2 * share)
    rest = plate[box.y0 : box.y1, box.x0 : box.x1]
    return np.asarray(np.round(picture * share + rest * (1 - share)), np.uint8)


def _cells(box: Box) -> NDArray[np.float64]:
    """The middle of each block of 4 x 4 pixels, in px of the frame."""
    x = np.arange(-(-box.width // FLOW_STEP_PX)) * FLOW_STEP_PX + (FLOW_STEP_PX - 1) / 2 + box.x0
    y = np.arange(-(-box.height // FLOW_STEP_PX)) * FLOW_STEP_PX + (FLOW_STEP_PX - 1) / 2 + box.y0
    return np.stack(np.meshgrid(x, y), axis=-1).astype(np.float64)


def _window(box: Box) -> NDArray[np.float64]:
    cells = _cells(box)
    x, y = cells[..., 0] - box.x0, cells[..., 1] - box.y0
    edge = np.minimum(np.minimum(x, box.width - 1 - x), np.minimum(y, box.height - 1 - y))
    share = np.clip(edge / FEATHER_PX, 0, 1)
    return np.asarray(share * share * (3 - 2 * share))
