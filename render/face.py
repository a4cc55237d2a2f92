"""The face: one pose of the host, drawn from the pictures and fields of an avatar pack."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import AvatarPack, Box, KeySet
from render.head_warp import HeadWarp
from render.morph import Field, Morph, Picture4, blend, border_ramp, picture_flow, referred, with_alpha
from render.pose import Pose

__all__ = ["Face", "Frame", "Pose"]

Frame = NDArray[np.uint8]
"""BGR, shape (height, width, 3)."""

_FEATHER_PX = 14
_MOST_KEYS = 3
_NEGLIGIBLE = 0.015
_HALF_OPEN = "ah"
"""The mouth's reference key. At rest its inside is a line, which no field could tell apart from the lips."""
_SOFT, _DECISIVE = 1.7, 6.0
"""Exponents of the keys' shares in the picture: in the skin, and between the lips. There the strongest key gives nearly all:
teeth and tongue do not move with the lips, and two equal pictures of them look like a double exposure."""
_CLOSED_LEAST, _OPEN_PX = 0.12, 1.5
"""A closed key has no inside to show: between the lips it counts for as little as this while another key opens them."""
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
        self._work = with_alpha(_cut(pack.plate, box))
        head = self._head.box
        self._work_head = self._work[head.y0 - box.y0 : head.y1 - box.y0, head.x0 - box.x0 : head.x1 - box.x0]
        self._mouth = _Mouth(pack)
        self._eyes = _Eyes(pack)
        self._brows = _Brows(pack)

    def draw(self, pose: Pose, out: Frame) -> None:
        """Draw into `out`, shape (height, width, 3) uint8 BGR, which is overwritten whole."""
        for part in (self._eyes, self._brows, self._mouth):
            self._region(part.box)[...] = part.rest
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
        self._lips, self._lips_mask = _lips(pack)
        gaps = np.zeros(len(keys.names), np.float32) if keys.gap_px is None else keys.gap_px
        self._openness = np.clip(gaps / np.float32(_OPEN_PX), _CLOSED_LEAST, 1)
        pictures = _faded_into(pack.plate, keys)
        self.rest = with_alpha(_cut(pack.plate, keys.box))
        pictures[self._rest] = self.rest  # not the baked one, so that nothing jumps when speech begins
        self._morph = Morph(pictures, *referred(keys.flows, keys.index(_HALF_OPEN), keys.box))
        self._said = np.zeros(len(keys.names), np.float32)
        self._smiled = 0.0
        self._drawn = self.rest
        self._mixed = np.empty_like(self.rest)
        self._inside = np.empty((*self._lips_mask.shape, 4), np.uint8)

    def draw(self, pose: Pose, region: Picture4) -> None:
        said = pose.mouth
        at_rest = float(said[self._rest])
        smile = _step(pose.smile * (at_rest + _SMILE_WHILE_SPEAKING * (1 - at_rest)))
        if at_rest > 1 - _NEGLIGIBLE and smile < _NEGLIGIBLE:
            return
        if smile != self._smiled or not np.array_equal(said, self._said):
            self._smiled, self._said = smile, said.copy()
            self._drawn = self._blended(said, at_rest, smile)
        region[...] = self._drawn

    def _blended(self, said: NDArray[np.float32], at_rest: float, smile: float) -> Picture4:
        seen = said.copy()
        seen[self._rest] -= min(at_rest, smile)
        seen[self._smile] += min(1.0, smile) * at_rest
        seen[seen < _NEGLIGIBLE] = 0
        inside = (seen * self._openness) ** np.float32(_DECISIVE)
        keys = [int(k) for k in np.argsort(-seen)[:_MOST_KEYS] if seen[k] > 0]
        moved = said.copy()
        moved[self._rest] -= smile
        moved[self._smile] += smile
        pictures = self._morph.moved(moved, keys)
        mixed = self._mixed
        blend(pictures, [float(seen[k]) ** _SOFT for k in keys], mixed)
        if len(keys) > 1:
            rows, columns = self._lips
            blend([picture[rows, columns] for picture in pictures], [float(inside[k]) for k in keys], self._inside)
            lips, skin = self._lips_mask, 1 - self._lips_mask
            mixed[rows, columns] = cv2.blendLinear(self._inside, mixed[rows, columns], lips, skin)
        return mixed


class _Eyes:
    """Pupils and lids, which share a box."""

    def __init__(self, pack: AvatarPack) -> None:
        self.box = _around(pack.gaze.box, pack.lids.box)
        gaze, lids = (_widened(keys, self.box, pack.plate) for keys in (pack.gaze, pack.lids))
        rest = _cut(pack.plate, self.box)
        self._names = {name: place for place, name in enumerate(gaze.names)}
        self.rest = with_alpha(rest)
        self._gaze = Morph(_faded_into(pack.plate, gaze), _flows(gaze, rest))
        self._steps, self._lids = _lid_steps(lids, pack.plate)

    def draw(self, pose: Pose, region: Picture4) -> None:
        eyes = self._looking(pose.gaze_x, pose.gaze_y)
        blink = min(1.0, max(0.0, pose.blink))
        if blink > _NEGLIGIBLE:
            step = next(i for i in range(len(self._lids)) if blink <= self._steps[i + 1] + 1e-6)
            low, high = self._steps[step], self._steps[step + 1]
            share = (blink - low) / (high - low)
            start = eyes if step == 0 else None
            eyes = self._lids[step].between(share, start)
        if eyes is not self.rest:
            region[...] = eyes

    def _looking(self, x: float, y: float) -> Picture4:
        weights = np.zeros(len(self._names), np.float32)
        weights[self._names["left" if x < 0 else "right"]] = min(1.0, abs(x))
        weights[self._names["up" if y < 0 else "down"]] = min(1.0, abs(y))
        if weights.max() < _NEGLIGIBLE:
            return self.rest
        # Both flows carry in full, so that a glance to a corner reaches it; only the textures share.
        return self._gaze.mix(weights, weights, self.rest, max(0.0, 1.0 - float(weights.sum())))


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
        self.rest = with_alpha(rest)
        self._morph = Morph(_faded_into(pack.plate, pack.brows)[:1], _flows(pack.brows, rest)[:1])
        self._change = np.empty(self.rest.shape, np.int16)
        self._raised = 0.0

    def draw(self, pose: Pose, region: Picture4) -> None:
        raised = _step(min(1.0, pose.brow))
        if raised < _NEGLIGIBLE:
            return
        if raised != self._raised:
            self._raised = raised
            weight = np.array([raised], np.float32)
            brows = self._morph.mix(weight, weight, self.rest, 1 - raised)
            cv2.subtract(brows, self.rest, dst=self._change, dtype=cv2.CV_16S)
        cv2.add(region, self._change, dst=region, dtype=cv2.CV_8U)


def _lips(pack: AvatarPack) -> tuple[tuple[slice, slice], NDArray[np.float32]]:
    """Where lips and the inside of the mouth may be: rows and columns of the mouth's box, and how surely (0..1).

    An ellipse in proportion to the distance between the eyes, measured on a face with its mouth wide open.
    """
    box = pack.mouth.box
    eyes = pack.landmarks["right_eye"][0] - pack.landmarks["left_eye"][0]
    x, y = pack.landmarks["mouth_centre"]
    half_x, half_y, soft = 0.68 * eyes, 0.50 * eyes, 0.25
    left, top = max(0, round(x - half_x) - box.x0), max(0, round(y + 0.14 * eyes - half_y) - box.y0)
    columns = slice(left, min(box.width, left + round(2 * half_x)))
    rows = slice(top, min(box.height, top + round(2 * half_y)))
    width, height = columns.stop - columns.start, rows.stop - rows.start
    across = (np.arange(width, dtype=np.float32) + 0.5) / width * 2 - 1
    down = (np.arange(height, dtype=np.float32) + 0.5) / height * 2 - 1
    inside = np.clip((1 - np.hypot(across[None, :], down[:, None])) / soft, 0, 1)
    return (rows, columns), np.asarray(inside * inside * (3 - 2 * inside), np.float32)


def _step(value: float) -> float:
    """In hundredths, some twentieths of a pixel: what drifts slower than that need not be drawn anew for each frame."""
    return round(value * 100) / 100


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


def _widened(keys: KeySet, box: Box, plate: Frame) -> KeySet:
    """The keys cut from the frame at a larger box; their flows are lost unless it is the same."""
    if box == keys.box:
        return keys
    pictures = np.repeat(_cut(plate, box)[None], len(keys.names), axis=0)
    x, y = keys.box.x0 - box.x0, keys.box.y0 - box.y0
    pictures[:, y : y + keys.box.height, x : x + keys.box.width] = keys.pictures
    return replace(keys, box=box, pictures=pictures, flows=None)


def _lid_steps(keys: KeySet, plate: Frame) -> tuple[list[float], list[_Lids]]:
    """Closures from 0 to the last key's, and what lies between each two.

    The flows are found in the pictures: those of the skin say nothing of the eyeball that it uncovers.
    """
    assert keys.closure is not None  # the loader insists on it
    order = np.argsort(keys.closure)
    closures = [0.0, *(float(keys.closure[i]) for i in order)]
    closures[-1] = 1.0  # the last key counts as shut
    pictures = [with_alpha(_cut(plate, keys.box)), *_faded_into(plate, keys)[order]]
    return closures, [
        _Lids(low, high, picture_flow(np.ascontiguousarray(low[..., :3]), np.ascontiguousarray(high[..., :3])))
        for low, high in zip(pictures, pictures[1:], strict=False)
    ]
