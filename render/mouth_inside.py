"""What lies between the lips of each mouth key: where the opening is, and teeth, tongue and dark as they stand in the skull."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import FLOW_STEP_PX, Box, KeySet

_BESIDE_LINE_CELLS: Final = 2.2
"""How far above and below the line of the lips the flows are read: nearer, the two lips' movements mix."""
_LEAST_OPEN_PX: Final = 0.8
_TRIM: Final = 0.10
_TRIM_PX: Final = (1, 4)
_DARK_PERCENT: Final = 12
_BELOW_EDGE_PX: Final = 2
_BEHIND_LIP_PX: Final = 14
_TEETH_PALE: Final = 0.72
"""Least part of the strongest colour that the weakest has on a tooth; lips and tongue are redder."""
_SHIFT_BITS: Final = 4
_RIM: Final = 0.12
_RIM_PX: Final = (1.0, 5.0)
"""Part of an opening's height, and its bounds in px, that stays with the lower lip: its wet rim shows as the mouth opens."""


def openings(keys: KeySet, mouth_centre: tuple[float, float]) -> tuple[NDArray[np.uint8], Box | None]:
    """For each mouth key, where its picture shows the inside of the mouth: (keys, h, w), 0 to 255, soft at the edge.

    And the box, within the keys' own, that holds the line of the lips in all of them; None where no line is found.

    The line at which the lips meet at rest is where the widest key's flow changes over from the upper lip's movement to
    the lower lip's. Where the flows take its two sides is the edge of the opening; in the middle it is ``gap_px`` high.
    """
    assert keys.flows is not None
    masks = np.zeros((len(keys.names), keys.box.height, keys.box.width), np.uint8)
    if keys.gap_px is None:
        return masks, None
    widest = int(np.argmax(keys.gap_px))
    centre, level = ((at - corner) / FLOW_STEP_PX for at, corner in zip(mouth_centre, keys.box[:2], strict=True))
    line = _line_of_lips(keys.flows[widest, ..., 1], level)
    if line is None:
        return masks, None
    columns, rows = line
    line_px = np.stack([(columns + 0.5) * FLOW_STEP_PX - 0.5, (rows + 0.5) * FLOW_STEP_PX - 0.5], axis=1)
    outlines = []
    for key, gap in enumerate(keys.gap_px):
        upper = _read(keys.flows[key], columns, rows - _BESIDE_LINE_CELLS)
        lower = _read(keys.flows[key], columns, rows + _BESIDE_LINE_CELLS)
        apart = np.maximum(lower[:, 1] - upper[:, 1], 0)
        outlines.append(np.concatenate([line_px + upper, (line_px + lower)[::-1]]))
        middle = float(np.interp(centre, columns, apart))
        if min(middle, gap) < _LEAST_OPEN_PX:
            continue
        # The lips turn outwards as they part, which the skin beside the line does not tell; the mesh's gap does.
        spare = (float(gap) / middle - 1) * apart / 2
        rim = np.minimum(0.45 * apart, min(_RIM_PX[1], max(_RIM_PX[0], _RIM * float(gap))))
        upper[:, 1] += np.minimum(0.2 * apart, 1.0) - spare
        lower[:, 1] += spare - rim
        outline = np.concatenate([line_px + upper, (line_px + lower)[::-1]])
        cv2.fillPoly(
            masks[key],
            [np.round(outline * (1 << _SHIFT_BITS)).astype(np.int32)],
            255,
            lineType=cv2.LINE_AA,
            shift=_SHIFT_BITS,
        )
        masks[key] = cv2.GaussianBlur(masks[key], (0, 0), 0.8)
    corners = np.concatenate(outlines)
    return masks, Box(*(int(v) for v in (*np.floor(corners.min(axis=0)), *np.ceil(corners.max(axis=0)))))


def inside_pictures(
    pictures: NDArray[np.uint8], masks: NDArray[np.uint8], gaps: NDArray[np.float32]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """What each key shows between the lips, carried on beneath them: (keys, h, w, 4) from (keys, h, w, 3) and (keys, h, w).

    Beyond a key's own opening the widest key's inside goes on, and beyond that the dark of the mouth. With it comes where
    each key's opening is free of lip for certain, (keys, h, w), 0 to 255: the rest is better left to the picture of the lips.
    """
    widest = int(np.argmax(gaps))
    own = [_own(mask, float(gap)) for mask, gap in zip(masks, gaps, strict=True)]
    teeth = [float((_toothlike(p.astype(np.float32))[..., 0] * m).sum()) for p, m in zip(pictures, own, strict=True)]
    toothy = int(np.argmax(teeth))
    beneath = _dark(pictures[widest], own[widest])
    for key in (toothy, widest):  # the teeth at the sides, then all that the widest opening shows
        beneath = _carried_up(_over(beneath, pictures[key], own[key]), pictures[key].astype(np.float32), masks[key])
    shown = np.zeros((*masks.shape, 4), np.uint8)
    for key, picture in enumerate(pictures):
        mixed = _over(beneath, picture, own[key])
        shown[key, ..., :3] = np.round(_carried_up(mixed, mixed, masks[key]))
    return shown, np.stack([np.asarray(np.round(share * 255), np.uint8) for share in own])


def _own(mask: NDArray[np.uint8], gap: float) -> NDArray[np.float32]:
    """Where an opening is free of lip for certain, 0 to 1: a trace of it would show as a line across tongue and teeth.

    Trimmed below and at the sides; above, the upper teeth go up behind the lip.
    """
    trim = round(min(_TRIM_PX[1], max(_TRIM_PX[0], _TRIM * gap)))
    kernel = np.zeros((2 * trim + 1, 4 * trim + 1), np.uint8)
    kernel[trim, :] = kernel[trim:, 2 * trim] = 1
    return np.asarray(cv2.GaussianBlur(cv2.erode(mask, kernel), (0, 0), 0.8), np.float32) / np.float32(255)


def _carried_up(
    picture: NDArray[np.float32], edges: NDArray[np.float32], mask: NDArray[np.uint8]
) -> NDArray[np.float32]:
    """The picture with the teeth that `edges` shows at the upper edge of an opening going on above it, column by column."""
    result = picture.copy()
    inside = mask > 127
    for column in np.flatnonzero(inside.any(axis=0)):
        top = int(inside[:, column].argmax()) + _BELOW_EDGE_PX
        edge = edges[min(top, len(edges) - 1), column]
        above = result[max(0, top - _BEHIND_LIP_PX) : top, column]
        above += (edge - above) * _toothlike(edge)
    return result


def _toothlike(colours: NDArray[np.float32]) -> NDArray[np.float32]:
    """How much like a tooth colours (..., 3) are, 0 to 1: (..., 1)."""
    most, least = colours.max(axis=-1, keepdims=True), colours.min(axis=-1, keepdims=True)
    pale = np.clip((least / np.maximum(most, 1) - _TEETH_PALE) / 0.1, 0, 1)
    return np.asarray(pale * np.clip((most - 70) / 50, 0, 1), np.float32)


def _over(beneath: NDArray[np.float32], picture: NDArray[np.uint8], share: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(beneath + (picture - beneath) * share[..., None], np.float32)


def _dark(picture: NDArray[np.uint8], own: NDArray[np.float32]) -> NDArray[np.float32]:
    """The colour of the dark in the mouth, as a picture."""
    seen = picture[own > 0.9]
    if not len(seen):
        return picture.astype(np.float32)
    light = seen.astype(np.float32).mean(axis=1)
    colour = seen[light <= np.percentile(light, _DARK_PERCENT)].mean(axis=0)
    return np.asarray(np.broadcast_to(colour, picture.shape), np.float32)


def _line_of_lips(down: NDArray[np.float32], level: float) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Columns and rows (in cells) of the line at which a flow's downward part jumps; None where it never does."""
    rise = np.diff(down, axis=0)
    rows = np.arange(len(rise)) + 0.5
    rise = np.maximum(rise, 0) * (np.abs(rows - level) < 6)[:, None]
    steep = rise.max(axis=0)
    if steep.max() <= 0:
        return None
    columns = np.flatnonzero(steep > 0.12 * steep.max())
    columns = np.arange(columns.min(), columns.max() + 1)
    sharp = rise[:, columns] ** 2 + 1e-9
    line = (sharp * rows[:, None]).sum(axis=0) / sharp.sum(axis=0)
    smooth = np.convolve(np.pad(line, 2, mode="edge"), np.ones(5) / 5, mode="valid")
    return columns.astype(np.float64), smooth


def _read(flow: NDArray[np.float32], columns: NDArray[np.float64], rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The flow at places of its grid, shape (places, 2)."""
    places = np.stack([columns, rows], axis=1).astype(np.float32)[None]
    return np.asarray(cv2.remap(flow, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[0], np.float64)
