"""The face: one pose of the host, drawn from the pictures and fields of an avatar pack."""

import cv2
import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import AvatarPack, Box, KeySet
from render.head_warp import HeadWarp
from render.morph import Field, Morph, Picture4, border_ramp, picture_flow, referred, with_alpha
from render.pose import Pose

__all__ = ["Face", "Frame", "Pose"]

Frame = NDArray[np.uint8]
"""BGR, shape (height, width, 3)."""

_FEATHER_PX = 14
_MOST_KEYS = 4
_NEGLIGIBLE = 0.015
_HALF_OPEN = "ah"
"""The mouth's reference key. At rest its inside is a line, which no field could tell apart from the lips."""
_DECISIVE = 1.7
"""Exponent that lets the strongest key give most of the texture: teeth and tongue do not move with the lips, and two
equal pictures of them look like a double exposure."""
_SMILE_WHILE_SPEAKING = 0.55
"""Share of a smile that stays while the mouth is busy with a sound."""


class Face:
    """Draws poses. Not thread-safe: it works in buffers of its own."""

    def __init__(self, pack: AvatarPack) -> None:
        self._plate = pack.plate.copy()
        self._head = HeadWarp(pack)
        box = self._head.box
        for keys in (pack.mouth, pack.gaze, pack.lids, pack.brows):
            box = _around(box, keys.box)
        self._frame_box = box
        self._at_rest = with_alpha(pack.plate[box.y0 : box.y1, box.x0 : box.x1])
        self._work = self._at_rest.copy()
        head = self._head.box
        self._work_head = self._work[head.y0 - box.y0 : head.y1 - box.y0, head.x0 - box.x0 : head.x1 - box.x0]
        self._mouth = _Mouth(pack)
        self._eyes = _Eyes(pack)
        self._brows = _Brows(pack)

    def draw(self, pose: Pose, out: Frame) -> None:
        """Draw into `out`, shape (height, width, 3) uint8 BGR, which is overwritten whole."""
        np.copyto(self._work, self._at_rest)
        self._eyes.draw(pose, self._region(self._eyes.box))
        self._brows.draw(pose, self._region(self._brows.box))
        self._mouth.draw(pose, self._region(self._mouth.box))
        np.copyto(out, self._plate)
        self._head.draw(self._work_head, out, pose)

    def _region(self, box: Box) -> Picture4:
        x, y = self._frame_box.x0, self._frame_box.y0
        return self._work[box.y0 - y : box.y1 - y, box.x0 - x : box.x1 - x]


class _Mouth:
    """The mouth between its keys, with a smile over it."""

    def __init__(self, pack: AvatarPack) -> None:
        keys = pack.mouth
        assert keys.flows is not None  # the loader insists on them
        self.box = keys.box
        self._rest, self._smile = keys.index("rest"), keys.index("smile")
        pictures = _faded_into(pack.plate, keys)
        pictures[self._rest] = with_alpha(_cut(pack.plate, keys.box))  # so that nothing jumps when speech begins
        self._morph = Morph(pictures, *referred(keys.flows, keys.index(_HALF_OPEN), keys.box))

    def draw(self, pose: Pose, region: Picture4) -> None:
        said = pose.mouth
        at_rest = float(said[self._rest])
        smile = pose.smile * (at_rest + _SMILE_WHILE_SPEAKING * (1 - at_rest))
        if at_rest > 1 - _NEGLIGIBLE and smile < _NEGLIGIBLE:
            return
        seen = said.copy()
        seen[self._rest] -= min(at_rest, smile)
        seen[self._smile] += min(1.0, smile) * at_rest
        shares = np.where(seen > _NEGLIGIBLE, seen, 0) ** np.float32(_DECISIVE)
        shares[np.argsort(shares)[:-_MOST_KEYS]] = 0
        moved = said.copy()
        moved[self._rest] -= smile
        moved[self._smile] += smile
        region[...] = self._morph.mix(moved, np.asarray(shares / shares.sum(), np.float32))


class _Eyes:
    """Pupils and lids, which share a box."""

    def __init__(self, pack: AvatarPack) -> None:
        self.box = pack.gaze.box
        if pack.lids.box != self.box:
            raise ValueError(f"lids and gaze must be baked in the same box, not {pack.lids.box} and {self.box}")
        rest = _cut(pack.plate, self.box)
        self._names = {name: place for place, name in enumerate(pack.gaze.names)}
        self._rest = with_alpha(rest)
        self._gaze = Morph(_faded_into(pack.plate, pack.gaze), _flows(pack.gaze, rest))
        self._steps, self._lids = _lid_steps(pack)

    def draw(self, pose: Pose, region: Picture4) -> None:
        eyes = self._looking(pose.gaze_x, pose.gaze_y)
        blink = min(1.0, max(0.0, pose.blink))
        if blink > _NEGLIGIBLE:
            step = next(i for i in range(len(self._lids)) if blink <= self._steps[i + 1] + 1e-6)
            low, high = self._steps[step], self._steps[step + 1]
            share = (blink - low) / (high - low)
            start = eyes if step == 0 else None
            eyes = self._lids[step].between(share, start)
        if eyes is not self._rest:
            region[...] = eyes

    def _looking(self, x: float, y: float) -> Picture4:
        weights = np.zeros(len(self._names), np.float32)
        weights[self._names["left" if x < 0 else "right"]] = min(1.0, abs(x))
        weights[self._names["up" if y < 0 else "down"]] = min(1.0, abs(y))
        if weights.max() < _NEGLIGIBLE:
            return self._rest
        # Both flows carry in full, so that a glance to a corner reaches it; only the textures share.
        return self._gaze.mix(weights, weights, self._rest, max(0.0, 1.0 - float(weights.sum())))


class _Lids:
    """The lids between two neighbouring keys."""

    def __init__(self, low: Picture4, high: Picture4, flow: Field) -> None:
        self._low, self._high = low, high
        self._morph = Morph(high[None], flow[None])

    def between(self, share: float, low: Picture4 | None) -> Picture4:
        """`share` 0..1 of the way from `low` (where given, the eyes as they look now) to the upper key."""
        low = self._low if low is None else low
        if share > 1 - _NEGLIGIBLE:
            return self._high
        if share < _NEGLIGIBLE:
            return low
        weight = np.array([share], np.float32)
        return self._morph.mix(weight, weight, low, 1 - share)


class _Brows:
    """The brows, added to whatever eyes there are: their box lies across the eyes' box."""

    def __init__(self, pack: AvatarPack) -> None:
        self.box = pack.brows.box
        rest = _cut(pack.plate, self.box)
        self._rest = with_alpha(rest)
        self._morph = Morph(_faded_into(pack.plate, pack.brows)[:1], _flows(pack.brows, rest)[:1])
        self._change = np.empty(self._rest.shape, np.int16)

    def draw(self, pose: Pose, region: Picture4) -> None:
        raised = min(1.0, pose.brow)
        if raised < _NEGLIGIBLE:
            return
        weight = np.array([raised], np.float32)
        brows = self._morph.mix(weight, weight, self._rest, 1 - raised)
        cv2.subtract(brows, self._rest, dst=self._change, dtype=cv2.CV_16S)
        cv2.add(region, self._change, dst=region, dtype=cv2.CV_8U)


def _cut(plate: Frame, box: Box) -> Frame:
    return plate[box.y0 : box.y1, box.x0 : box.x1]


def _around(a: Box, b: Box) -> Box:
    return Box(min(a.x0, b.x0), min(a.y0, b.y0), max(a.x1, b.x1), max(a.y1, b.y1))


def _faded_into(plate: Frame, keys: KeySet) -> NDArray[np.uint8]:
    """The keys' pictures (K, h, w, 4), running out into the plate at the border of their box."""
    rest = _cut(plate, keys.box).astype(np.float32)
    inside = border_ramp(keys.box.width, keys.box.height, _FEATHER_PX)[..., None]
    mixed = [rest + (picture.astype(np.float32) - rest) * inside for picture in keys.pictures]
    return np.stack([with_alpha(np.asarray(picture.round(), np.uint8)) for picture in mixed])


def _flows(keys: KeySet, rest: Frame) -> Field:
    """The keys' own flows, or those found in the pictures."""
    if keys.flows is not None:
        return keys.flows
    return np.stack([picture_flow(rest, picture) for picture in keys.pictures])


def _lid_steps(pack: AvatarPack) -> tuple[list[float], list[_Lids]]:
    """Closures from 0 to the last key's, and what lies between each two."""
    keys = pack.lids
    assert keys.closure is not None  # the loader insists on it
    order = np.argsort(keys.closure)
    closures = [0.0, *(float(keys.closure[i]) for i in order)]
    pictures = [with_alpha(_cut(pack.plate, keys.box)), *_faded_into(pack.plate, keys)[order]]
    closures[-1] = 1.0  # the last key counts as shut
    return closures, [
        _Lids(low, high, picture_flow(np.ascontiguousarray(low[..., :3]), np.ascontiguousarray(high[..., :3])))
        for low, high in zip(pictures, pictures[1:], strict=False)
    ]
