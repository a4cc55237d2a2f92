"""The mouth of one pose: skin and lips that move between their keys, and behind them teeth that do not."""

from dataclasses import replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import FLOW_STEP_PX, MOUTH_KEYS, AvatarPack, Box, KeySet
from render.morph import (
    Field,
    Morph,
    Picture4,
    Spread,
    blend,
    border_ramp,
    cut,
    faded_into,
    looked_up,
    referred,
    with_alpha,
)
from render.mouth_inside import inside_pictures, openings
from render.pose import Pose

_MOST_LIPS: Final = 3
_MOST_SKINS: Final = 4
_NEGLIGIBLE: Final = 0.015
_HALF_OPEN: Final = "ah"
"""The mouth's reference key. At rest its inside is a line, which no field could tell apart from the lips."""
_SOFT: Final = 1.7
_INSIDE: Final = 2.0
"""Exponents of the shares of keys in the picture: on skin and lips, and between the lips."""
_OPEN_PX: Final = 1.5
"""A key that opens the lips less than this has no inside to show."""
_PARTING_PX: Final = 1.0
_PARTED_PX: Final = 4.0
"""Openings of the mixture between which the inside fades in; below, the lips' own pictures show their line."""

_ABOUT_LIPS_PX: Final = 12
_STILL_PX: Final = 0.5
_STILL_LEVELS: Final = 10
_MARGIN_CELLS: Final = 1

_SMILING: Final[dict[str, dict[str, float]]] = {
    "eh": {"smile_eh": 1.0},
    "aa": {"smile_aa": 1.0},
    "ah": {"smile_eh": 0.5, "smile_aa": 0.5},
}
"""What a smile says in place of a key, as far as it smiles, where the pack has it."""
_SMILE_OVER: Final[dict[str, float]] = {"mbp": 0.6, "oh": 0.3, "oo": 0.2, "sh": 0.3, "fv": 0.5}
"""Share of a smile's movement that is added to the keys without a smiling variant; rounded lips can't smile much."""
_SMILE_OVER_ELSE: Final = 0.75
_FROWN_OVER: Final = 0.85
"""Share of a frown's movement that is added to whatever is said."""


class Mouth:
    """Draws the mouth between its keys, smiling or frowning as far as the pose does.

    Skin: all keys are brought to one reference shape at load, blended there, and moved to the mixture's shape in one go.
    Lips: each key is moved to the mixture's shape by itself, so that their edge is as sharp as baked. Inside: upper teeth are
    fast to the skull, so what shows between the lips is blended in place and never moved or stretched with them.
    """

    def __init__(self, pack: AvatarPack) -> None:
        keys = _trimmed(pack)
        assert keys.flows is not None  # the loader insists on them
        self.box = keys.box
        self._names = keys.names
        self._index = {name: place for place, name in enumerate(keys.names)}
        self._rest, self._smile = self._index["rest"], self._index["smile"]
        self._frown = self._index.get("frown")
        self._gaps = np.zeros(len(keys.names), np.float32) if keys.gap_px is None else keys.gap_px
        self._open = np.clip(self._gaps / np.float32(_OPEN_PX), 0, 1).astype(np.float32)
        self._open[self._gaps < 0.8] = 0
        self.rest = with_alpha(cut(pack.plate, keys.box))
        pictures = faded_into(pack.plate, keys)
        pictures[self._rest] = self.rest  # not the baked one, so that nothing jumps when speech begins
        reference = keys.index(_HALF_OPEN)
        flows, backs = referred(keys.flows, reference, keys.box)
        self._morph = Morph(pictures, flows, backs)
        self._skins = self._morph.in_reference()
        masks, lips = openings(keys, pack.landmarks["mouth_centre"])
        pictures[..., 3] = 0
        self._place_lips(lips)
        rows, columns = self._lips
        self._insides, free = inside_pictures(pictures[:, rows, columns, :3], masks[:, rows, columns], self._gaps)
        pictures[:, rows, columns, 3] = free
        self._pictures = pictures
        self._said = np.zeros(len(MOUTH_KEYS), np.float32)
        self._felt = (0.0, 0.0)
        self._drawn = self.rest
        self._skin = np.empty_like(self.rest)
        self._mixed = np.empty_like(self.rest)
        height, width = self._lips_mask.shape
        self._shown = [np.empty((height, width, 4), np.uint8) for _ in range(_MOST_LIPS)]
        self._lip = np.empty((height, width, 4), np.uint8)
        self._inside = np.empty((height, width, 4), np.uint8)
        self._alpha = np.empty((height, width), np.float32)
        self._cover = np.empty((height, width), np.float32)

    def _place_lips(self, lips: Box | None) -> None:
        """The box where lips meet and part, on the flows' grid, and how surely each pixel belongs to it."""
        step = FLOW_STEP_PX
        height, width = (side // step for side in self.rest.shape[:2])
        if lips is None:
            lips = Box(0, 0, self.rest.shape[1], self.rest.shape[0])
        left, top = (max(0, (low - _ABOUT_LIPS_PX) // step) for low in (lips.x0, lips.y0))
        right = min(width, -(-(lips.x1 + _ABOUT_LIPS_PX) // step))
        bottom = min(height, -(-(lips.y1 + _ABOUT_LIPS_PX) // step))
        self._lip_cells = (slice(top, bottom), slice(left, right))
        self._lips = (slice(top * step, bottom * step), slice(left * step, right * step))
        self._lips_mask = border_ramp((right - left) * step, (bottom - top) * step, _ABOUT_LIPS_PX)
        self._skin_mask = 1 - self._lips_mask
        self._spread = Spread(
            bottom - top, right - left, step, (right - left) * step, (bottom - top) * step, (left, top)
        )

    def draw(self, pose: Pose, region: Picture4) -> None:
        """Draw into `region`, which holds the mouth at rest."""
        said = pose.mouth
        felt = (_step(min(1.0, pose.smile)), 0.0 if self._frown is None else _step(min(1.0, pose.frown)))
        if said[self._rest] > 1 - _NEGLIGIBLE and max(felt) < _NEGLIGIBLE:
            return
        if felt != self._felt or not np.array_equal(said, self._said):
            self._felt, self._said = felt, said.copy()
            self._drawn = self._blended(*self._mixture(said, *felt))
        region[...] = self._drawn

    def _mixture(
        self, said: NDArray[np.float32], smile: float, frown: float
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Shares of the keys in the picture, and coefficients of their flows, both shape (keys,)."""
        seen = np.zeros(len(self._names), np.float32)
        seen[: said.size] = said
        over = 0.0
        for place in np.flatnonzero(said > 0):
            name, weight = self._names[place], float(said[place])
            instead = {key: part for key, part in _SMILING.get(name, {}).items() if key in self._index}
            if name == "rest":
                seen[place] -= smile * weight
                seen[self._smile] += smile * weight
            elif instead:
                seen[place] -= smile * weight * sum(instead.values())
                for key, part in instead.items():
                    seen[self._index[key]] += smile * weight * part
            elif name != "smile":
                over += _SMILE_OVER.get(name, _SMILE_OVER_ELSE) * smile * weight
        at_rest = float(seen[self._rest])
        if self._frown is not None and frown > 0:
            seen[self._frown] += frown * at_rest
            seen[self._rest] -= frown * at_rest
        moved = seen.copy()
        moved[self._rest] -= over
        moved[self._smile] += over
        if self._frown is not None:
            pulled = _FROWN_OVER * frown * max(0.0, 1.0 - float(seen[self._frown]) - at_rest)
            moved[self._rest] -= pulled
            moved[self._frown] += pulled
        return seen, moved

    def _blended(self, seen: NDArray[np.float32], moved: NDArray[np.float32]) -> Picture4:
        keys = [int(k) for k in np.argsort(-seen)[:_MOST_SKINS] if seen[k] > _NEGLIGIBLE]
        shares = [float(seen[k]) ** _SOFT for k in keys]
        origin = self._morph.origin(moved)
        blend([self._skins[k] for k in keys], shares, self._skin)
        mixed = self._mixed
        cv2.remap(
            self._skin, self._morph.map(origin), None, cv2.INTER_LINEAR, dst=mixed, borderMode=cv2.BORDER_REPLICATE
        )
        rows, columns = self._lips
        lips = self._lips_shown(keys[:_MOST_LIPS], shares, origin)
        opening = float(self._gaps @ moved)
        self._show_inside(lips, seen, keys, shares, opening)
        mixed[rows, columns] = cv2.blendLinear(lips, mixed[rows, columns], self._lips_mask, self._skin_mask)
        return mixed

    def _lips_shown(self, keys: list[int], shares: list[float], origin: Field) -> Picture4:
        """The lips' box: the keys' own pictures, each moved to the mixture's shape."""
        here = origin[self._lip_cells]
        cells = self._morph.cells[self._lip_cells] + here / np.float32(FLOW_STEP_PX)
        for key, into in zip(keys, self._shown, strict=False):
            shift = here + looked_up(self._morph.flows[key], cells)
            places = self._spread.map(shift)
            cv2.remap(self._pictures[key], places, None, cv2.INTER_LINEAR, dst=into, borderMode=cv2.BORDER_REPLICATE)
        blend(self._shown[: len(keys)], shares[: len(keys)], self._lip)
        return self._lip

    def _show_inside(
        self, lips: Picture4, seen: NDArray[np.float32], keys: list[int], shares: list[float], opening: float
    ) -> None:
        """Lay what is between the lips over them, as far as the mixture is open."""
        shown = min(1.0, max(0.0, (opening - _PARTING_PX) / (_PARTED_PX - _PARTING_PX)))
        parted = [k for k in keys if self._open[k] > 0]
        if shown <= 0 or not parted:
            return
        blend(
            [self._insides[k] for k in parted],
            [float(seen[k] * self._open[k]) ** _INSIDE for k in parted],
            self._inside,
        )
        # The lips' pictures carry their openings in the fourth channel, closed keys none: what the open ones say counts.
        heard = keys[:_MOST_LIPS]
        open_share = sum(s for k, s in zip(heard, shares, strict=False) if self._open[k] > 0) / sum(
            shares[: len(heard)]
        )
        if open_share <= 0:
            return
        alpha = cv2.extractChannel(lips, 3)
        cv2.multiply(alpha, 1.0, dst=self._alpha, scale=1 / (255 * open_share), dtype=cv2.CV_32F)
        np.minimum(self._alpha, 1, out=self._alpha)
        if shown < 1:
            self._alpha *= np.float32(shown)
        np.subtract(1, self._alpha, out=self._cover)
        cv2.blendLinear(self._inside, lips, self._alpha, self._cover, dst=lips)


def _trimmed(pack: AvatarPack) -> KeySet:
    """The mouth's keys without the parts of their box in which none of them moves or changes anything."""
    keys = pack.mouth
    assert keys.flows is not None
    step, box = FLOW_STEP_PX, keys.box
    rows, columns = keys.flows.shape[1:3]
    moves = np.abs(keys.flows).max(axis=(0, 3)) > _STILL_PX
    changes = np.zeros((rows * step, columns * step), np.uint8)
    plate = cut(pack.plate, box)
    for picture in keys.pictures:
        np.maximum(
            changes[: box.height, : box.width],
            cv2.absdiff(picture, plate).max(axis=2),
            out=changes[: box.height, : box.width],
        )
    changed = cv2.resize(changes, (columns, rows), interpolation=cv2.INTER_AREA) > _STILL_LEVELS
    used = moves | changed
    across, down = np.flatnonzero(used.any(axis=0)), np.flatnonzero(used.any(axis=1))
    if not across.size:
        return keys
    left, right = max(0, int(across[0]) - _MARGIN_CELLS), min(columns, int(across[-1]) + 1 + _MARGIN_CELLS)
    top, bottom = max(0, int(down[0]) - _MARGIN_CELLS), min(rows, int(down[-1]) + 1 + _MARGIN_CELLS)
    x, y = slice(left * step, min(box.width, right * step)), slice(top * step, min(box.height, bottom * step))
    return replace(
        keys,
        box=Box(box.x0 + x.start, box.y0 + y.start, box.x0 + x.stop, box.y0 + y.stop),
        pictures=keys.pictures[:, y, x],
        flows=keys.flows[:, top:bottom, left:right],
    )


def _step(value: float) -> float:
    """In hundredths, some twentieths of a pixel: what drifts slower than that need not be drawn anew for each frame."""
    return round(value * 100) / 100
