"""The face: one pose of the host, drawn from the pictures and fields of an avatar pack."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import AvatarPack, Box, KeySet

Frame = NDArray[np.uint8]
"""BGR, shape (height, width, 3)."""
_Field = NDArray[Any]
"""float32; typed loosely because numpy's stubs take a float32 array divided by an int for float64."""

_FEATHER_PX = 14
_MOST_KEYS = 4
_NEGLIGIBLE = 0.015
_HALF_OPEN = "ah"
_FIXED_POINT_STEPS = 3


@dataclass(frozen=True, slots=True)
class Pose:
    """Where everything that moves in the face is; the plate shows the default."""

    mouth: NDArray[np.float32]
    """Convex weights of the mouth keys, shape (13,)."""
    blink: float = 0.0
    """0 open, 1 shut."""
    gaze_x: float = 0.0
    """-1 the left side of the picture, 1 the right."""
    gaze_y: float = 0.0
    """-1 up, 1 down."""
    brow: float = 0.0
    """0 at rest, 1 raised."""
    yaw: float = 0.0
    """Degrees; the nose goes to the right side of the picture."""
    pitch: float = 0.0
    """Degrees; the chin goes up."""
    roll: float = 0.0
    """Degrees, clockwise as seen."""
    breath: float = 0.0


class Face:
    """Draws poses. Not thread-safe: it works in buffers of its own."""

    def __init__(self, pack: AvatarPack) -> None:
        self._pack = pack
        self._work = pack.plate.copy()
        self._mouth = _Morph(pack.mouth, pack.plate, reference=_HALF_OPEN)
        self._gaze = _Morph(pack.gaze, pack.plate, flows_from_pictures=True)
        self._lids = _Morph(pack.lids, pack.plate)
        self._brows = _Morph(pack.brows, pack.plate, flows_from_pictures=True)
        self._head = _HeadWarp(pack)

    def draw(self, pose: Pose, out: Frame) -> None:
        """Draw into `out`, shape (height, width, 3) uint8 BGR, which is overwritten whole."""
        for part in (self._brows, self._gaze, self._mouth):
            part.restore(self._work)
        if pose.brow > _NEGLIGIBLE:
            self._brows.draw(self._work, {"up": min(1.0, pose.brow)})
        self._gaze.draw(self._work, _gaze_weights(pose.gaze_x, pose.gaze_y))
        self._lids.draw(self._work, _lid_weights(self._pack.lids, pose.blink))
        names = self._pack.mouth.names
        weights = {names[i]: float(pose.mouth[i]) for i in np.flatnonzero(pose.mouth > _NEGLIGIBLE)}
        self._mouth.draw(self._work, weights)
        np.copyto(out, self._pack.plate)
        self._head.draw(self._work, out, pose)


def _gaze_weights(x: float, y: float) -> dict[str, float]:
    weights = {"left" if x < 0 else "right": abs(x), "up" if y < 0 else "down": abs(y)}
    total = sum(weights.values())
    scale = min(1.0, 1.0 / total) if total > 0 else 0.0
    return {name: weight * scale for name, weight in weights.items() if weight * scale > _NEGLIGIBLE}


def _lid_weights(lids: KeySet, blink: float) -> dict[str, float]:
    """Between the two keys whose closure lies around `blink`; the rest picture counts as closure 0."""
    if blink <= _NEGLIGIBLE or lids.closure is None:
        return {}
    steps = [("", 0.0), *sorted(zip(lids.names, map(float, lids.closure), strict=True), key=lambda step: step[1])]
    for (low, a), (high, b) in zip(steps, steps[1:], strict=False):
        if blink <= b:
            t = (blink - a) / (b - a)
            return {name: weight for name, weight in ((low, 1 - t), (high, t)) if name and weight > _NEGLIGIBLE}
    return {steps[-1][0]: 1.0}


class _Morph:
    """A part of the face, blended between its keys along their flows.

    With z the place of a skin point in a reference key, key k shows it at z + G_k(z). A mixture w shows it at z + M(z),
    M = sum w_k G_k. A pixel y of the mixture therefore takes z = y - M(z), solved on the fields' coarse grid, and from each key
    the pixel z + G_k(z), blended by weight. The mouth's reference is half open: at rest its inside is a line, which no field
    could tell apart from the lips. Weights that sum to less than one leave the rest to the picture at hand.
    """

    def __init__(
        self, keys: KeySet, plate: Frame, *, flows_from_pictures: bool = False, reference: str | None = None
    ) -> None:
        self._keys = keys
        box = self._box = keys.box
        self._plate = plate[box.y0 : box.y1, box.x0 : box.x1].copy()
        flows = keys.flows
        if flows is None and flows_from_pictures:
            flows = _picture_flows(self._plate, keys.pictures)
        self._backs: _Field | None = None
        if flows is not None and reference is not None:
            flows, self._backs = _referred(flows, keys.index(reference), box)
        self._flows = flows
        self._coarse = _grid(-(-box.width // 4), -(-box.height // 4))
        self._fine = _grid(box.width, box.height)
        self._alpha = _feather(box)
        self._beta = 1.0 - self._alpha
        self._map = np.empty_like(self._fine)
        self._patch = np.empty_like(self._plate)

    def restore(self, work: Frame) -> None:
        """Put the rest picture back."""
        work[self._box.y0 : self._box.y1, self._box.x0 : self._box.x1] = self._plate

    def draw(self, work: Frame, weights: dict[str, float]) -> None:
        """Blend the keys named by `weights` into `work` at the part's box."""
        if not weights:
            return
        box = self._box
        region = work[box.y0 : box.y1, box.x0 : box.x1]
        chosen = sorted(weights.items(), key=lambda item: -item[1])[:_MOST_KEYS]
        indices = [self._keys.index(name) for name, _ in chosen]
        shares = np.array([weight for _, weight in chosen], np.float32)
        remainder = max(0.0, 1.0 - float(sum(weights.values())))
        shares *= (1.0 - remainder) / shares.sum()
        patch = self._mix(region, indices, shares, remainder)
        cv2.blendLinear(patch, region, self._alpha, self._beta, self._patch)
        region[...] = self._patch

    def _mix(self, region: Frame, indices: list[int], shares: NDArray[np.float32], remainder: float) -> Frame:
        if len(indices) == 1 and remainder < _NEGLIGIBLE:
            only: Frame = self._keys.pictures[indices[0]]
            return only
        origin = self._origin(indices, shares)
        sources = [(self._keys.pictures[i], i, float(s)) for i, s in zip(indices, shares, strict=True)]
        if remainder >= _NEGLIGIBLE:
            sources.append((region, -1, remainder))
        mixed: Frame | None = None
        gathered = 0.0
        for picture, index, share in sources:
            shown = picture if origin is None else self._sample(picture, index, origin)
            gathered += share
            if mixed is None:
                mixed = shown
            else:
                mixed = np.asarray(cv2.addWeighted(mixed, 1 - share / gathered, shown, share / gathered, 0), np.uint8)
        assert mixed is not None
        return mixed

    def _origin(self, indices: list[int], shares: NDArray[np.float32]) -> _Field | None:
        """From each place of the coarse grid to where the skin that the mixture shows there is in the reference, in px."""
        if self._flows is None:
            return None
        mixture = np.tensordot(shares, self._flows[indices], 1)
        back = -mixture if self._backs is None else np.tensordot(shares, self._backs[indices], 1)
        for _ in range(_FIXED_POINT_STEPS):
            back = -_looked_up(mixture, self._coarse + back / 4)
        return np.asarray(back, np.float32)

    def _sample(self, picture: Frame, index: int, origin: _Field) -> Frame:
        shift = origin
        if index >= 0:
            assert self._flows is not None
            shift = origin + _looked_up(self._flows[index], self._coarse + origin / 4)
        cv2.resize(shift, (self._box.width, self._box.height), dst=self._map, interpolation=cv2.INTER_LINEAR)
        cv2.add(self._map, self._fine, dst=self._map)
        shown = cv2.remap(picture, self._map, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(shown, np.uint8)


def _grid(columns: int, rows: int) -> _Field:
    """The x and y of each place, shape (rows, columns, 2)."""
    x, y = np.meshgrid(np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32))
    return np.dstack([x, y])


def _looked_up(field: _Field, places: _Field) -> _Field:
    """A coarse field's values at places of its own grid."""
    found = cv2.remap(field, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found, np.float32)


def _referred(flows: _Field, reference: int, box: Box) -> tuple[_Field, _Field]:
    """Flows that start at another key than rest, and the way back to it.

    `flows` (K, h4, w4, 2) start at the rest picture. Returns G and B of the same shape: G_k leads from a place in the
    reference picture to key k, B_k from a place in key k to the reference. Found by sending densely sampled points to both
    ends and averaging what arrives in each cell; cells where nothing arrives are filled from their neighbours.
    """
    size = (box.width * 2, box.height * 2)
    places = (_grid(*size) + 0.5) / 2 - 0.5
    dense = [np.asarray(cv2.resize(flow, size, interpolation=cv2.INTER_LINEAR), np.float32) for flow in flows]
    cells = flows.shape[1:3]
    there = [_gathered(places + dense[reference], flow - dense[reference], cells) for flow in dense]
    back = [_gathered(places + flow, dense[reference] - flow, cells) for flow in dense]
    return np.stack(there), np.stack(back)


def _gathered(at: _Field, values: _Field, cells: tuple[int, ...]) -> _Field:
    """The mean of `values` over the points that lie in each cell of 4 px, shape (*cells, 2)."""
    rows, columns = cells
    column = np.clip((at[..., 0] + 0.5) // 4, 0, columns - 1).astype(np.int64)
    row = np.clip((at[..., 1] + 0.5) // 4, 0, rows - 1).astype(np.int64)
    cell = (row * columns + column).ravel()
    count = np.bincount(cell, minlength=rows * columns).astype(np.float32)
    sums = [np.bincount(cell, values[..., axis].ravel(), rows * columns) for axis in (0, 1)]
    total = np.stack(sums, axis=-1).astype(np.float32).reshape(rows, columns, 2)
    weight = count.reshape(rows, columns)
    for sigma in (1.0, 2.0, 4.0):
        if (weight > 0).all():
            break
        spread = cv2.GaussianBlur(weight, (0, 0), sigma)
        filled = cv2.GaussianBlur(total, (0, 0), sigma)
        empty = (weight == 0) & (spread > 1e-4)
        total[empty], weight[empty] = filled[empty], spread[empty]
    return np.asarray(total / np.maximum(weight, 1e-6)[..., None], np.float32)


def _picture_flows(rest: Frame, pictures: NDArray[np.uint8]) -> _Field:
    """Flows of keys that came without any, found in the pictures once at load (fine for pupils and brows, not for lips)."""
    finder = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    grey = cv2.cvtColor(rest, cv2.COLOR_BGR2GRAY)
    flows = [finder.calc(grey, cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), None) for picture in pictures]
    size = (-(-rest.shape[1] // 4), -(-rest.shape[0] // 4))
    return np.stack([cv2.resize(flow, size, interpolation=cv2.INTER_AREA) for flow in flows])


def _feather(box: Box) -> _Field:
    """1 inside, falling to 0 over the outer 14 px, shape (height, width)."""
    x = np.minimum(np.arange(box.width), np.arange(box.width)[::-1])
    y = np.minimum(np.arange(box.height), np.arange(box.height)[::-1])
    edge = np.minimum(x[None, :], y[:, None]).astype(np.float32) / _FEATHER_PX
    t = np.clip(edge, 0, 1)
    return np.ascontiguousarray(t * t * (3 - 2 * t))


class _HeadWarp:
    """Head and chest moved by the pack's displacement fields."""

    def __init__(self, pack: AvatarPack) -> None:
        self._fields = pack.head
        self._limit = pack.max_degrees
        moving = sum(np.abs(field).max(axis=2) for field in pack.head.values())
        rows, columns = np.nonzero(np.asarray(moving) > 0.05)
        height, width = pack.plate.shape[:2]
        y0, y1 = int(rows.min()), int(rows.max()) + 1
        x0, x1 = int(columns.min()), int(columns.max()) + 1
        self._cells = (slice(y0, y1), slice(x0, x1))
        self._box = Box(x0 * 8, y0 * 8, min(width, x1 * 8), min(height, y1 * 8))
        self._size = ((x1 - x0) * 8, (y1 - y0) * 8)
        self._coarse = _grid(x1 - x0, y1 - y0)
        self._fine = _grid((x1 - x0) * 8, (y1 - y0) * 8) + np.array([x0 * 8, y0 * 8], np.float32)
        self._map = np.empty_like(self._fine)

    def draw(self, work: Frame, out: Frame, pose: Pose) -> None:
        field = pose.breath * self._fields["breath"][self._cells]
        for name, degrees in (("yaw", pose.yaw), ("pitch", pose.pitch), ("roll", pose.roll)):
            limit = self._limit[name]
            field = field + float(np.clip(degrees, -limit, limit)) * self._fields[name][self._cells]
        back = -_looked_up(field, self._coarse - field / 8)
        cv2.resize(back, self._size, dst=self._map, interpolation=cv2.INTER_LINEAR)
        cv2.add(self._map, self._fine, dst=self._map)
        box = self._box
        region = self._map[: box.height, : box.width]
        moved = cv2.remap(work, region, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        out[box.y0 : box.y1, box.x0 : box.x1] = moved
