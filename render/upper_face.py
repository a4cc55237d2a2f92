"""The upper face of one pose: brows, squint and wide eyes, moved and shaded over whatever eyes there are."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import EYE_KEYS, FLOW_STEP_PX, HEAD_STEP_PX, AvatarPack, Box, KeySet
from render.eyes import Eyes, opening_of_the_eyes
from render.morph import (
    Field,
    Picture4,
    Spread,
    around,
    cut,
    faded_into,
    grid,
    key_flows,
    picture_flow,
    with_alpha,
)
from render.pose import Pose

_NEGLIGIBLE: Final = 0.01
_SHADES: Final = 60
"""Steps from rest to a key in which the skin's shade changes: a level of 255 or less each."""
_SEEN_LEVELS: Final = 4
"""A change of shade of so many levels of 255 is taken for noise of the picture's compression."""
_WITHOUT_INNER: Final = 0.45
"""How far the whole brow is raised for its inner end, where a pack has no key for that alone."""
_LIDS_PX: Final = 9
"""How far from the eyeball a lid's edge may be."""
_MIDDLE_EYE_DISTANCES: Final = 0.16
"""Half the width, between the brows, over which the left half of a key goes over into the right."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One key, or one side of it: how far it moves the skin, and how it changes its shade there."""

    key: str
    side: int
    """-1 the left side of the picture, 1 the right, 0 both."""
    field: Field
    """Displacement from rest to the key on the head's grid, px."""
    rows: slice
    columns: slice
    shade: NDArray[np.int16]
    """Change of the skin's colour, where the skin is at rest, shape (rows, columns, 4)."""


class UpperFace:
    """Draws everything above the mouth: gaze and lids, and the shade that brows, squint and wide eyes give the skin.

    How they move the skin is handed on: the head's warp takes it along, which costs less than a warp of its own.
    """

    def __init__(self, pack: AvatarPack) -> None:
        self._eyes = Eyes(pack)
        box = around(self._eyes.box, pack.brows.box)
        keysets = [pack.brows]
        if pack.eyes is not None:
            box = around(box, pack.eyes.box)
            keysets.append(pack.eyes)
        self.box = _on_grid(box, pack.size)
        self.rest = with_alpha(cut(pack.plate, self.box))
        self._eyes_at = _within(self._eyes.box, self.box)
        self._grid = grid(self.box.width // HEAD_STEP_PX, self.box.height // HEAD_STEP_PX)
        self._parts = [part for keys in keysets for part in _parts(pack, keys, self.box)]
        self._inner = "inner_up" in pack.brows.names
        self._mouths = max(0, pack.mouth.box.y0 - self.box.y0)
        """Row below which the box may be the mouth's too."""
        self._shade = np.zeros(self.rest.shape, np.int16)
        self._shaded: tuple[float, ...] = ()
        self._still = np.zeros_like(self._grid)

    def clear(self, region: Picture4) -> None:
        """Put the face at rest into `region`; to be called before the mouth is drawn, whose box may lie over this one."""
        region[...] = self.rest

    def draw(self, pose: Pose, region: Picture4) -> Field:
        """Draw over what is in `region`; returns where its skin moves on the head's grid, px."""
        self._eyes.draw(pose, region[self._eyes_at])
        weights = [_weight(pose, part, self._inner) for part in self._parts]
        shades = tuple(round(weight * _SHADES) / _SHADES for weight in weights)
        if not any(weight > _NEGLIGIBLE for weight in weights):
            return self._still
        if shades != self._shaded:
            self._shaded = shades
            self._shade[...] = 0
            for part, weight in zip(self._parts, shades, strict=True):
                if weight > 0:
                    into = self._shade[part.rows, part.columns]
                    cv2.scaleAdd(part.shade, weight, into, dst=into)
        cv2.add(region, self._shade, dst=region, dtype=cv2.CV_8U)
        field = self._still.copy()
        for part, weight in zip(self._parts, weights, strict=True):
            if weight > _NEGLIGIBLE:
                cv2.scaleAdd(part.field, weight, field, dst=field)
        return field


def _weight(pose: Pose, part: _Part, inner: bool) -> float:
    if part.key == "up":
        instead = 0.0 if inner else _WITHOUT_INNER * pose.brow_inner
        return min(1.0, max(0.0, pose.brow * (1 + part.side * pose.brow_tilt) + instead))
    asked = {"inner_up": pose.brow_inner, "down": pose.brow_down, "squint": pose.squint, "wide": pose.wide}
    return min(1.0, max(0.0, asked[part.key]))


def _parts(pack: AvatarPack, keys: KeySet, box: Box) -> list[_Part]:
    """What a set of keys does, for a box that holds the set's own; raised brows by side, so that one may go higher."""
    plate = cut(pack.plate, keys.box)
    pictures = faded_into(pack.plate, keys)
    eyeballs = opening_of_the_eyes(pack, keys.box)
    flows = key_flows(keys, plate)
    if set(keys.names) <= set(EYE_KEYS):
        flows = _lids_seen(flows, keys, plate, eyeballs)
    rest = plate.astype(np.int16)
    left, right = pack.landmarks["left_eye"][0], pack.landmarks["right_eye"][0]
    middle, soft = (left + right) / 2, _MIDDLE_EYE_DISTANCES * (right - left)
    rows, columns = flows.shape[1:3]
    spread = Spread(rows, columns, FLOW_STEP_PX, keys.box.width, keys.box.height)
    top, before = _within(keys.box, box)
    found = []
    for name, picture, flow in zip(keys.names, pictures, flows, strict=True):
        there = cv2.remap(picture, spread.map(flow), None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        shade = (there[..., :3].astype(np.int16) - rest) * (1 - eyeballs)[..., None]
        shade[cv2.GaussianBlur(np.abs(shade).max(axis=2), (0, 0), 2.0) < _SEEN_LEVELS] = 0
        field = _placed(flow, keys.box, box)
        for side in (-1, 1) if name == "up" else (0,):
            share, cells = np.ones(keys.box.width, np.float32), np.ones(field.shape[1], np.float32)
            if side:
                share = _smooth((side * (np.arange(keys.box.width) + keys.box.x0 - middle) / soft + 1) / 2)
                at = (np.arange(field.shape[1]) + 0.5) * HEAD_STEP_PX + box.x0
                cells = _smooth((side * (at - middle) / soft + 1) / 2)
            half = np.zeros((*shade.shape[:2], 4), np.int16)
            half[..., :3] = np.round(shade * share[None, :, None])
            edge, level = _extent(np.any(half, axis=2))
            found.append(
                _Part(
                    name,
                    side,
                    np.asarray(field * cells[None, :, None], np.float32),
                    slice(top.start + level.start, top.start + level.stop),
                    slice(before.start + edge.start, before.start + edge.stop),
                    np.ascontiguousarray(half[level, edge]),
                )
            )
    return found


def _lids_seen(flows: Field, keys: KeySet, plate: NDArray[np.uint8], eyeballs: NDArray[np.float32]) -> Field:
    """Flows that follow the lids' edges as the pictures show them: the skin's own flow says nothing of what slides over an eye."""
    cells = (flows.shape[2], flows.shape[1])
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * _LIDS_PX + 1, 2 * _LIDS_PX + 1))
    near = cv2.GaussianBlur(cv2.dilate(np.ascontiguousarray(eyeballs), kernel), (0, 0), _LIDS_PX / 3)
    near = cv2.resize(near, cells, interpolation=cv2.INTER_AREA)[..., None]
    seen = np.stack([picture_flow(plate, picture) for picture in keys.pictures])
    return np.asarray(flows + (seen - flows) * near, np.float32)


def _placed(flow: Field, own: Box, box: Box) -> Field:
    """A part's flow on the head's grid, for a box whose corners lie on it."""
    columns, rows = box.width // HEAD_STEP_PX, box.height // HEAD_STEP_PX
    at = (grid(columns, rows) + np.float32(0.5)) * np.float32(HEAD_STEP_PX)
    at += np.array([box.x0 - own.x0, box.y0 - own.y0], np.float32)
    mean = cv2.blur(flow, (3, 3), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(
        cv2.remap(mean, at / np.float32(FLOW_STEP_PX) - np.float32(0.5), None, cv2.INTER_LINEAR), np.float32
    )


def _extent(where: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Columns and rows of what is True."""
    found = []
    for axis in (0, 1):
        used = np.flatnonzero(where.any(axis=axis))
        found.append(slice(int(used[0]), int(used[-1]) + 1) if used.size else slice(0, 1))
    return found[0], found[1]


def _smooth(share: NDArray[np.float64]) -> NDArray[np.float32]:
    inside = np.clip(share, 0, 1)
    return np.asarray(inside * inside * (3 - 2 * inside), np.float32)


def _on_grid(box: Box, size: tuple[int, int]) -> Box:
    """The box with its corners on the head's grid, within the frame."""
    step = HEAD_STEP_PX
    x1, y1 = (min(most // step, -(-side // step)) * step for side, most in ((box.x1, size[0]), (box.y1, size[1])))
    return Box(box.x0 // step * step, box.y0 // step * step, x1, y1)


def _within(part: Box, box: Box) -> tuple[slice, slice]:
    return slice(part.y0 - box.y0, part.y1 - box.y0), slice(part.x0 - box.x0, part.x1 - box.x0)
