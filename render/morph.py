"""Blending the key pictures of a part of the face along their flows, so that shapes move instead of fading over."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import FLOW_STEP_PX, Box, KeySet

Field = NDArray[np.float32]
"""Displacements or places (x, y), shape (rows, columns, 2)."""
Picture4 = NDArray[np.uint8]
"""BGRA, shape (height, width, 4). The fourth channel is idle: OpenCV's remap takes half the time with it than without."""

_FEATHER_PX = 14
_FIXED_POINT_STEPS = 2
_NEGLIGIBLE = 0.02


class Spread:
    """Turns a coarse field of displacements into the map that `cv2.remap` wants.

    Absolute places are interpolated, which saves adding them at full size; a border of one cell keeps them true at the edge.
    """

    def __init__(
        self, rows: int, columns: int, step_px: int, width: int, height: int, corner: tuple[int, int] = (0, 0)
    ) -> None:
        """`corner`: the cell (column, row) of a larger picture's grid at which this part of it begins."""
        x = (np.arange(-1, columns + 1, dtype=np.float32) + 0.5 + corner[0]) * step_px - 0.5
        y = (np.arange(-1, rows + 1, dtype=np.float32) + 0.5 + corner[1]) * step_px - 0.5
        self._places = np.dstack(np.meshgrid(x, y))
        self._map = np.empty(((rows + 2) * step_px, (columns + 2) * step_px, 2), np.float32)
        self._inner = self._map[step_px : step_px + height, step_px : step_px + width]
        self._coarse = np.empty_like(self._places)

    def map(self, displacement: Field) -> Field:
        """The map for `displacement` in px, shape (height, width, 2); overwritten by the next call."""
        cv2.copyMakeBorder(displacement, 1, 1, 1, 1, cv2.BORDER_REPLICATE, dst=self._coarse)
        cv2.add(self._coarse, self._places, dst=self._coarse)
        height, width = self._map.shape[:2]
        cv2.resize(self._coarse, (width, height), dst=self._map, interpolation=cv2.INTER_LINEAR)
        return self._inner


class Morph:
    """Blends keys whose flows start at one reference picture.

    With z the place of a skin point in the reference, key k shows it at z + G_k(z). A mixture with coefficients c shows it at
    z + M(z), M = sum c_k G_k. A pixel y of the mixture therefore takes z = y - M(z), solved on the coarse grid, and from each
    key the pixel z + G_k(z), blended by share. Coefficients move, shares colour: they need not be the same.
    """

    def __init__(self, pictures: NDArray[np.uint8], flows: Field, backs: Field | None = None) -> None:
        """`pictures` (K, h, w, 4), `flows` (K, ceil(h/4), ceil(w/4), 2) in px; `backs`: their inverses, where known."""
        self._pictures = pictures
        self.flows = flows
        self._backs = backs
        height, width = pictures.shape[1:3]
        rows, columns = flows.shape[1:3]
        self.cells = grid(columns, rows)
        self._spread = Spread(rows, columns, FLOW_STEP_PX, width, height)
        self._shown: list[Picture4] = []
        self._mixed = np.empty((height, width, 4), np.uint8)

    def mix(
        self,
        coefficients: NDArray[np.float32],
        shares: NDArray[np.float32],
        base: Picture4 | None = None,
        base_share: float = 0.0,
    ) -> Picture4:
        """Blend the keys; `base` is a picture in the reference shape. The result is overwritten by the next call.

        `coefficients` and `shares`, shape (K,): how far each flow carries, how much of each picture is seen. Shares
        (with `base_share`) need not sum to one, but must not all be nought.
        """
        keys = [int(k) for k in np.flatnonzero(shares > _NEGLIGIBLE)]
        seen = [float(shares[k]) for k in keys]
        if base is not None and base_share > _NEGLIGIBLE:
            keys.append(-1)
            seen.append(base_share)
        shown = self.moved(coefficients, keys, base)
        blend(shown, seen, self._mixed)
        return self._mixed

    def moved(
        self, coefficients: NDArray[np.float32], keys: Sequence[int], base: Picture4 | None = None
    ) -> list[Picture4]:
        """The pictures of `keys` (-1 for `base`), each brought into the mixture's shape; overwritten by the next call."""
        origin = self.origin(coefficients)
        while len(self._shown) < len(keys):
            self._shown.append(np.empty_like(self._mixed))
        for key, into in zip(keys, self._shown, strict=False):
            shift = origin
            picture = base if base is not None and key < 0 else self._pictures[key]
            if key >= 0:
                shift = origin + looked_up(self.flows[key], self.cells + origin / np.float32(FLOW_STEP_PX))
            cv2.remap(
                picture, self._spread.map(shift), None, cv2.INTER_LINEAR, dst=into, borderMode=cv2.BORDER_REPLICATE
            )
        return self._shown[: len(keys)]

    def in_reference(self) -> NDArray[np.uint8]:
        """All keys in the reference shape, as sharp as they were: (K, h, w, 4)."""
        return np.stack(
            [
                cv2.remap(picture, self._spread.map(flow), None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
                for picture, flow in zip(self._pictures, self.flows, strict=True)
            ]
        )

    def map(self, shift: Field) -> Field:
        """The map of a shift on the coarse grid for `cv2.remap`; overwritten by the next call."""
        return self._spread.map(shift)

    def origin(self, coefficients: NDArray[np.float32]) -> Field:
        """From each cell to where the skin that the mixture shows there is in the reference, in px."""
        used = np.flatnonzero(np.abs(coefficients) > 1e-4)
        mixture = np.tensordot(coefficients[used], self.flows[used], 1)
        back = -mixture if self._backs is None else np.tensordot(coefficients[used], self._backs[used], 1)
        for _ in range(_FIXED_POINT_STEPS):
            back = -looked_up(mixture, self.cells + back / np.float32(FLOW_STEP_PX))
        return back


def blend(pictures: Sequence[Picture4], shares: Sequence[float], into: Picture4) -> None:
    """The mean of pictures, weighted by shares, written to `into`."""
    np.copyto(into, pictures[0])
    gathered = shares[0]
    for picture, share in zip(pictures[1:], shares[1:], strict=True):
        gathered += share
        if gathered > 0:
            part = share / gathered
            cv2.addWeighted(into, 1 - part, picture, part, 0, dst=into)


def grid(columns: int, rows: int) -> Field:
    """The x and y of each cell, shape (rows, columns, 2)."""
    x, y = np.meshgrid(np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32))
    return np.dstack([x, y])


def looked_up(field: Field, places: Field) -> Field:
    """A coarse field's values at places of its own grid (in cells)."""
    return np.asarray(cv2.remap(field, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def cut(plate: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """The part of a picture within a box."""
    return plate[box.y0 : box.y1, box.x0 : box.x1]


def around(a: Box, b: Box) -> Box:
    """The smallest box that holds both."""
    return Box(min(a.x0, b.x0), min(a.y0, b.y0), max(a.x1, b.x1), max(a.y1, b.y1))


def faded_into(plate: NDArray[np.uint8], keys: KeySet) -> NDArray[np.uint8]:
    """The keys' pictures (K, h, w, 4), running out into the plate at the border of their box."""
    rest = cut(plate, keys.box).astype(np.float32)
    inside = border_ramp(keys.box.width, keys.box.height, _FEATHER_PX)[..., None]
    mixed = [rest + (picture.astype(np.float32) - rest) * inside for picture in keys.pictures]
    return np.stack([with_alpha(np.asarray(picture.round(), np.uint8)) for picture in mixed])


def key_flows(keys: KeySet, rest: NDArray[np.uint8]) -> Field:
    """The keys' own flows, or those found in the pictures."""
    if keys.flows is not None:
        return keys.flows
    return np.stack([picture_flow(rest, picture) for picture in keys.pictures])


def with_alpha(picture: NDArray[np.uint8]) -> Picture4:
    """A BGR picture in four channels."""
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA), np.uint8)


def picture_flow(start: NDArray[np.uint8], end: NDArray[np.uint8]) -> Field:
    """The flow from one BGR picture to another on the coarse grid, found in the pictures: fine for lids, pupils and brows."""
    finder = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    flow = finder.calc(cv2.cvtColor(start, cv2.COLOR_BGR2GRAY), cv2.cvtColor(end, cv2.COLOR_BGR2GRAY), None)
    size = (-(-start.shape[1] // FLOW_STEP_PX), -(-start.shape[0] // FLOW_STEP_PX))
    flow *= border_ramp(start.shape[1], start.shape[0], 2 * FLOW_STEP_PX)[..., None]
    return np.asarray(cv2.resize(flow, size, interpolation=cv2.INTER_AREA), np.float32)


def border_ramp(width: int, height: int, ramp_px: int) -> NDArray[np.float32]:
    """1 inside, falling smoothly to 0 over the outer `ramp_px`, shape (height, width)."""
    x = np.minimum(np.arange(width), np.arange(width)[::-1])
    y = np.minimum(np.arange(height), np.arange(height)[::-1])
    t = np.clip(np.minimum(x[None, :], y[:, None]).astype(np.float32) / np.float32(ramp_px), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def referred(flows: Field, reference: int, box: Box) -> tuple[Field, Field]:
    """Flows that start at another key than rest, and the way back to it.

    `flows` (K, h4, w4, 2) start at the rest picture. Returns G and B of the same shape: G_k leads from a place in the
    reference picture to key k, B_k from a place in key k to the reference. Found by sending densely sampled points to both
    ends and averaging what arrives in each cell; cells where nothing arrives are filled from their neighbours.
    """
    size = (box.width * 2, box.height * 2)
    places = (grid(*size) + np.float32(0.5)) / np.float32(2) - np.float32(0.5)
    dense = [np.asarray(cv2.resize(flow, size, interpolation=cv2.INTER_LINEAR), np.float32) for flow in flows]
    cells = (int(flows.shape[1]), int(flows.shape[2]))
    there = [_gathered(places + dense[reference], flow - dense[reference], cells) for flow in dense]
    back = [_gathered(places + flow, dense[reference] - flow, cells) for flow in dense]
    return np.stack(there), np.stack(back)


def _gathered(at: Field, values: Field, cells: tuple[int, int]) -> Field:
    """The mean of `values` over the points that lie in each cell, shape (*cells, 2)."""
    rows, columns = cells
    column = np.clip((at[..., 0] + 0.5) // FLOW_STEP_PX, 0, columns - 1).astype(np.int64)
    row = np.clip((at[..., 1] + 0.5) // FLOW_STEP_PX, 0, rows - 1).astype(np.int64)
    cell = (row * columns + column).ravel()
    weight = np.bincount(cell, minlength=rows * columns).astype(np.float32).reshape(rows, columns)
    sums = [np.bincount(cell, values[..., axis].ravel(), rows * columns) for axis in (0, 1)]
    total = np.stack(sums, axis=-1).astype(np.float32).reshape(rows, columns, 2)
    for sigma in (1.0, 2.0, 4.0):
        if (weight > 0).all():
            break
        spread = cv2.GaussianBlur(weight, (0, 0), sigma)
        filled = cv2.GaussianBlur(total, (0, 0), sigma)
        empty = (weight == 0) & (spread > 1e-4)
        total[empty], weight[empty] = filled[empty], spread[empty]
    return np.asarray(total / np.maximum(weight, np.float32(1e-6))[..., None], np.float32)
