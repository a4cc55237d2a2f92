"""Displacement fields from projected meshes: where each point of a picture goes when the mesh moves.

A field samples one displacement per block of ``step`` pixels, at the block's centre, as ``render/avatar_pack.py`` reads it.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

Box = tuple[int, int, int, int]

_SAME_SURFACE_DM = 0.04
"""Points of one block this close behind its nearest point are seen too; further behind, they are hidden."""


_STEEPEST = 0.65
"""Pixels a displacement may fall by from one pixel to the next below; at 1 the picture would fold."""


def displacement(
    rest: NDArray[np.float64], moved: NDArray[np.float64], box: Box, step: int
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Mean displacement of the points seen in each block, and which blocks a point was seen in.

    ``rest``, ``moved``: (N, 3) the same points before and after: pixel x, pixel y, distance from the camera in dm.
    Returns (rows, columns, 2) in pixels and (rows, columns); blocks without a point are zero.
    """
    x0, y0, x1, y1 = box
    rows, columns = math.ceil((y1 - y0) / step), math.ceil((x1 - x0) / step)
    column = np.floor((rest[:, 0] - x0) / step).astype(int)
    row = np.floor((rest[:, 1] - y0) / step).astype(int)
    inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
    block = (row * columns + column)[inside]
    depth, shift = rest[inside, 2], (moved - rest)[inside, :2]
    nearest = np.full(rows * columns, np.inf)
    np.minimum.at(nearest, block, depth)
    seen = depth <= nearest[block] + _SAME_SURFACE_DM
    block, shift = block[seen], shift[seen]
    total = np.zeros((rows * columns, 2))
    count = np.zeros(rows * columns)
    np.add.at(total, block, shift)
    np.add.at(count, block, 1)
    mean = total / np.maximum(count, 1)[:, None]
    return mean.reshape(rows, columns, 2).astype(np.float32), (count > 0).reshape(rows, columns)


def filled(field: NDArray[np.float32], known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The field with unknown blocks filled from known ones, near ones first (normalised convolution)."""
    weight = known.astype(np.float32)
    result, done = field.copy(), known.copy()
    sigma = 1.0
    while not done.all() and sigma < 4 * max(field.shape):
        spread = cv2.GaussianBlur(weight, (0, 0), sigma)
        value = cv2.GaussianBlur(field * weight[..., None], (0, 0), sigma) / np.maximum(spread, 1e-12)[..., None]
        new = ~done & (spread > 1e-3)
        result[new] = value[new]
        done |= new
        sigma *= 1.6
    return result


def window(width: int, height: int, step: int, feather_px: float) -> NDArray[np.float32]:
    """(rows, columns) from 0 at the border of a box to 1 at ``feather_px`` inside it; ``step`` 1 gives one per pixel."""
    x = (np.arange(math.ceil(width / step)) + 0.5) * step
    y = (np.arange(math.ceil(height / step)) + 0.5) * step
    edge = np.minimum(np.minimum(x, width - x)[None, :], np.minimum(y, height - y)[:, None])
    share = np.clip((edge - 1) / feather_px, 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)


def unfolded(field: NDArray[np.float32], step: int) -> NDArray[np.float32]:
    """The field with what lies below a point that moves down pushed along, so that no column folds over itself.

    A dropping chin hides the neck below it. A field that left the neck where it is would send two points of the rest
    picture to one place, and sampling backwards would tear there.
    """
    result = field.copy()
    for row in range(1, len(result)):
        result[row, :, 1] = np.maximum(result[row, :, 1], result[row - 1, :, 1] - _STEEPEST * step)
    return result


def part_flow(
    rest: NDArray[np.float64], moved: NDArray[np.float64], box: Box, *, step: int, feather_px: float, fold: bool
) -> NDArray[np.float16]:
    """Flow of one key of a part: known where the skin is seen, filled elsewhere, zero at the border of the box.

    ``fold``: one surface may slide over another (a lid over the eye); else the field is kept from folding.
    """
    field, known = displacement(rest, moved, box, step)
    smooth = cv2.GaussianBlur(filled(field, known), (0, 0), 0.6)
    if not fold:
        smooth = cv2.GaussianBlur(unfolded(smooth, step), (0, 0), 0.6)
    fade = window(box[2] - box[0], box[3] - box[1], step, feather_px)
    return np.asarray(smooth * fade[..., None], np.float16)


def head_field(
    rest: NDArray[np.float64],
    minus: NDArray[np.float64],
    plus: NDArray[np.float64],
    size: tuple[int, int],
    *,
    degrees: float,
    step: int,
    head: NDArray[np.float64],
) -> NDArray[np.float16]:
    """Displacement per degree between a turn by ``-degrees`` and one by ``+degrees``, over the whole frame.

    ``head``: (rows, columns) from 0 to 1, how far the field may act at each block.
    """
    back, known = displacement(rest, minus, (0, 0, *size), step)
    forth, _ = displacement(rest, plus, (0, 0, *size), step)
    field = filled((forth - back) / (2 * degrees), known)
    field = cv2.GaussianBlur(field, (0, 0), 1.2)
    return np.asarray(field * head[..., None], np.float16)


def lip_gap(
    rest: NDArray[np.float64], moved: NDArray[np.float64], upper: NDArray[np.int64], lower: NDArray[np.int64]
) -> float:
    """Height of the opening between the inner lips in pixels, beyond that of the rest pose; never negative.

    ``upper``, ``lower``: vertices of the lips on the middle line.
    """

    def opening(points: NDArray[np.float64]) -> float:
        return float(points[lower, 1].min() - points[upper, 1].max())

    return max(0.0, opening(moved) - max(0.0, opening(rest)))
