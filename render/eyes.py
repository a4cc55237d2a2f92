"""Pupils and lids of one pose."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import FLOW_STEP_PX, AvatarPack, Box, KeySet
from render.morph import (
    Field,
    Morph,
    Picture4,
    around,
    border_ramp,
    cut,
    faded_into,
    key_flows,
    picture_flow,
    with_alpha,
)
from render.pose import Pose

_NEGLIGIBLE = 0.015
_CHANGED_LEVELS = 9
_AROUND_PX = 8
"""Margin around all that changes in an eye."""
_RAMP_PX = 6
_GAZE_STEPS = 200
"""Steps from the middle to the side: a fifteenth of a pixel each, so that a resting gaze need not be drawn anew."""


class Eyes:
    """Draws gaze and lids.

    Both eyes lie side by side in one strip, without the bridge of the nose between them, which costs as much as an eye.
    """

    def __init__(self, pack: AvatarPack) -> None:
        self.box = around(pack.gaze.box, pack.lids.box)
        gaze, lids = (_widened(keys, self.box, pack.plate) for keys in (pack.gaze, pack.lids))
        plate = cut(pack.plate, self.box)
        middle = (pack.landmarks["left_eye"][0] + pack.landmarks["right_eye"][0]) / 2 - self.box.x0
        strip = _Strip(plate, (*gaze.pictures, *lids.pictures), middle)
        self._strip = strip
        self._rest = strip.picture(with_alpha(plate))
        self._names = {name: place for place, name in enumerate(gaze.names)}
        pictures = [strip.faded(picture, self._rest) for picture in faded_into(pack.plate, gaze)]
        self._gaze = Morph(np.stack(pictures), np.stack([strip.flow(flow) for flow in key_flows(gaze, plate)]))
        self._steps, self._lids = _lid_steps(lids, pack.plate, strip, self._rest)
        self._state = (0.0, 0.0, 0.0)
        self._drawn = self._rest
        self._looked = (0.0, 0.0)
        self._looking = self._rest

    def draw(self, pose: Pose, region: Picture4) -> None:
        """Draw into `region`, the eyes' box; what is between and around the eyes is left as it is."""
        blink = min(1.0, max(0.0, pose.blink))
        x, y = (round(min(1.0, max(-1.0, v)) * _GAZE_STEPS) / _GAZE_STEPS for v in (pose.gaze_x, pose.gaze_y))
        if (x, y, blink) != self._state:
            self._state = (x, y, blink)
            self._drawn = self._blinked(blink, x, y)
        self._strip.lay(self._drawn, region)

    def _blinked(self, blink: float, x: float, y: float) -> Picture4:
        if blink <= _NEGLIGIBLE:
            return self._look(x, y)
        step = next(i for i in range(len(self._lids)) if blink <= self._steps[i + 1] + 1e-6)
        low, high = self._steps[step], self._steps[step + 1]
        start = self._look(x, y) if step == 0 else None
        return self._lids[step].between((blink - low) / (high - low), start)

    def _look(self, x: float, y: float) -> Picture4:
        if (x, y) == self._looked:
            return self._looking
        self._looked = (x, y)
        weights = np.zeros(len(self._names), np.float32)
        weights[self._names["left" if x < 0 else "right"]] = abs(x)
        weights[self._names["up" if y < 0 else "down"]] = abs(y)
        if weights.max() < _NEGLIGIBLE:
            self._looking = self._rest
        else:
            # Both flows carry in full, so that a glance to a corner reaches it; only the textures share.
            self._looking = self._gaze.mix(weights, weights, self._rest, max(0.0, 1.0 - float(weights.sum())))
        return self._looking


class _Strip:
    """Cuts the two eyes out of their box and lays them side by side, on the flows' grid."""

    def __init__(self, plate: NDArray[np.uint8], pictures: Sequence[NDArray[np.uint8]], middle: float) -> None:
        changes = np.zeros(plate.shape[:2], np.uint8)
        for picture in pictures:
            np.maximum(changes, cv2.absdiff(picture, plate).max(axis=2), out=changes)
        seen = cv2.blur(changes, (5, 5)) > _CHANGED_LEVELS
        height, width = seen.shape
        rows = _cells(np.flatnonzero(seen.any(axis=1)), 0, height)
        bridge = round(middle / FLOW_STEP_PX) * FLOW_STEP_PX
        self._rows = _px(rows, height)
        self._sides: list[tuple[slice, slice]] = []
        self._cells: list[tuple[slice, slice]] = []
        place = 0
        for first, last in ((0, bridge), (bridge, width)):
            columns = _cells(np.flatnonzero(seen[:, first:last].any(axis=0)) + first, first, last)
            px = _px(columns, last)
            self._sides.append((px, slice(place, place + px.stop - px.start)))
            self._cells.append((rows, columns))
            place += px.stop - px.start
        self._ramp = np.concatenate(
            [border_ramp(px.stop - px.start, self._rows.stop - self._rows.start, _RAMP_PX) for px, _ in self._sides],
            axis=1,
        )[..., None]
        self._ramp_cells = np.concatenate(
            [border_ramp(c.stop - c.start, r.stop - r.start, 1) for r, c in self._cells], axis=1
        )[..., None]

    def picture(self, picture: Picture4) -> Picture4:
        """The strip of a picture of the whole box."""
        return np.concatenate([picture[self._rows, px] for px, _ in self._sides], axis=1)

    def faded(self, picture: Picture4, rest: Picture4) -> Picture4:
        """The same, running out into the face at rest around each eye."""
        mixed = rest + (self.picture(picture).astype(np.float32) - rest) * self._ramp
        return np.asarray(mixed.round(), np.uint8)

    def flow(self, flow: Field) -> Field:
        """The strip of a flow of the whole box; still at the border of each eye, so that neither reaches into the other."""
        strip = np.concatenate([flow[rows, columns] for rows, columns in self._cells], axis=1)
        return np.asarray(strip * self._ramp_cells, np.float32)

    def lay(self, strip: Picture4, region: Picture4) -> None:
        """Put the eyes back into their box."""
        for px, place in self._sides:
            region[self._rows, px] = strip[:, place]


def _cells(used: NDArray[np.int64], first: int, last: int) -> slice:
    """Cells of the flows' grid that hold the pixels `used`, within the pixels first..last."""
    if not used.size:
        used = np.array([first])
    low = max(first, int(used[0]) - _AROUND_PX) // FLOW_STEP_PX
    high = -(-min(last, int(used[-1]) + 1 + _AROUND_PX) // FLOW_STEP_PX)
    return slice(low, max(high, low + 2))


def _px(cells: slice, most: int) -> slice:
    return slice(cells.start * FLOW_STEP_PX, min(most, cells.stop * FLOW_STEP_PX))


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


def opening_of_the_eyes(pack: AvatarPack, box: Box) -> NDArray[np.float32]:
    """Where `box` shows the eyeballs at rest, 0 to 1: there a shut lid looks quite different."""
    lids = pack.lids
    assert lids.closure is not None
    shut = lids.pictures[int(lids.closure.argmax())].astype(np.float32)
    change = np.abs(shut - cut(pack.plate, lids.box)).mean(axis=2)
    eyes = np.clip((change - 14) / 14, 0, 1)
    out = np.zeros((pack.plate.shape[0], pack.plate.shape[1]), np.float32)
    out[lids.box.y0 : lids.box.y1, lids.box.x0 : lids.box.x1] = eyes
    return out[box.y0 : box.y1, box.x0 : box.x1]


def _widened(keys: KeySet, box: Box, plate: NDArray[np.uint8]) -> KeySet:
    """The keys cut from the frame at a larger box; their flows are lost unless it is the same."""
    if box == keys.box:
        return keys
    pictures = np.repeat(cut(plate, box)[None], len(keys.names), axis=0)
    x, y = keys.box.x0 - box.x0, keys.box.y0 - box.y0
    pictures[:, y : y + keys.box.height, x : x + keys.box.width] = keys.pictures
    return replace(keys, box=box, pictures=pictures, flows=None)


def _lid_steps(
    keys: KeySet, plate: NDArray[np.uint8], strip: _Strip, rest: Picture4
) -> tuple[list[float], list[_Lids]]:
    """Closures from 0 to the last key's, and what lies between each two.

    The flows are found in the pictures: those of the skin say nothing of the eyeball that it uncovers.
    """
    assert keys.closure is not None  # the loader insists on it
    order = np.argsort(keys.closure)
    closures = [0.0, *(float(keys.closure[i]) for i in order)]
    closures[-1] = 1.0  # the last key counts as shut
    whole = [with_alpha(cut(plate, keys.box)), *faded_into(plate, keys)[order]]
    flows = [
        picture_flow(np.ascontiguousarray(low[..., :3]), np.ascontiguousarray(high[..., :3]))
        for low, high in zip(whole, whole[1:], strict=False)
    ]
    pictures = [rest, *(strip.faded(picture, rest) for picture in whole[1:])]
    return closures, [
        _Lids(low, high, strip.flow(flow)) for low, high, flow in zip(pictures, pictures[1:], flows, strict=False)
    ]
