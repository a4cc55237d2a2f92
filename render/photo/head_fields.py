"""How a portrait moves as a whole: turns of the head from the landmarks' depths, and the breath."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import HEAD_STEP_PX, Box
from render.photo.contours import CHIN, FACE_OVAL, FOREHEAD_TOP
from render.photo.framing import Portrait
from render.photo.thin_plate import ThinPlate

MAX_DEGREES: Final = {"yaw": 3.5, "pitch": 3.0, "roll": 3.5}
"""Smaller than a baked host's: the far side of the head is not known."""

_AXIS_BEHIND: Final = 1.40
_DEPTH_TRUST: Final = 0.80
"""How far the axis of the turn lies behind the outline of the face, in distances of the pupils, and by how much the landmarks'
depths are shrunk. Fitted to the fields of a host rendered in three dimensions, at its nose, eyes and chin."""
_HAIR_DEPTH, _EAR_DEPTH, _NECK_DEPTH = 0.90, 0.35, 0.9
"""How far what has no landmarks lies before the axis, from the same host."""
_FADE: Final = 0.75
"""Over this distance around the head its motion dies away in the background, in distances of the pupils."""
_NECK: Final = 0.62
_HAIR_ABOVE, _EAR_BESIDE = 0.42, 0.16
_BREATH_PX: Final = 3.0


def head_fields(portrait: Portrait) -> tuple[dict[str, NDArray[np.float16]], Box]:
    """The fields of head.npz, and the box outside which the turns are zero."""
    height, width = portrait.plate.shape[:2]
    x = (np.arange(math.ceil(width / HEAD_STEP_PX)) + 0.5) * HEAD_STEP_PX - 0.5
    y = (np.arange(math.ceil(height / HEAD_STEP_PX)) + 0.5) * HEAD_STEP_PX - 0.5
    cells = np.stack(np.meshgrid(x, y), axis=-1)
    unit = portrait.interocular_px
    points = portrait.face.points[:468].astype(np.float64)
    chin = points[CHIN, :2]
    middle = float((points[234, 0] + points[454, 0]) / 2)
    share = _head_share(cells, points, unit) * np.clip(
        (np.minimum(cells[..., 0], width - 1 - cells[..., 0])) / 40, 0, 1
    )
    depth = _depth(cells, points, unit)
    degree = np.radians(1.0)
    nothing = np.zeros_like(depth)
    from_axis = cells - np.array([middle, points[[13, 14], 1].mean()])
    turns = {
        "yaw": np.stack([depth * degree, nothing], -1) * share[..., None],
        "pitch": np.stack([nothing, -depth * degree], -1) * share[..., None],
        "roll": np.stack([-from_axis[..., 1], from_axis[..., 0]], -1) * degree * share[..., None],
    }
    fields = {name: field.astype(np.float16) for name, field in turns.items()}
    fields["breath"] = _breath(cells, chin, middle, unit)
    rows, columns = np.nonzero(share > 0.01)
    step = HEAD_STEP_PX
    region = Box(
        int(columns.min()) * step,
        int(rows.min()) * step,
        min(width, (int(columns.max()) + 1) * step),
        min(height, (int(rows.max()) + 1) * step),
    )
    outside = np.ones(share.shape, bool)
    outside[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] = False
    for name in turns:
        fields[name][outside] = 0
    return fields, region


def _depth(cells: NDArray[np.float64], points: NDArray[np.float64], unit: float) -> NDArray[np.float64]:
    """How far each place lies before the axis of the turn, px; behind the face's outline it runs out to nothing."""
    oval = points[list(FACE_OVAL)]
    axis = float(np.median(points[[234, 454, 127, 356], 2])) + _AXIS_BEHIND * unit
    top, bottom = points[FOREHEAD_TOP], points[CHIN]
    centre = (top[:2] + bottom[:2]) / 2
    hair = centre + (oval[:, :2] - centre) * 1.30 + np.array([0, -0.10 * unit])
    hair = hair[hair[:, 1] < points[[234, 454], 1].mean()]
    neck = bottom[:2] + np.array([[dx * unit, dy * unit] for dx in (-0.5, 0, 0.5) for dy in (0.3, 0.7)])
    ears = points[[234, 454, 93, 323], :2] + np.array([[-0.2, 0], [0.2, 0], [-0.2, 0], [0.2, 0]]) * unit
    face = _DEPTH_TRUST * (axis - np.r_[points[::2, 2], oval[:, 2]])
    around = np.repeat([_HAIR_DEPTH * unit, _NECK_DEPTH * unit, _EAR_DEPTH * unit], [len(hair), len(neck), len(ears)])
    knots = np.r_[points[::2, :2], oval[:, :2], hair, neck, ears]
    values = np.r_[face, around]
    field = ThinPlate(knots, cells, unit_px=unit, smooth=3e-3).through(values[:, None])[..., 0]
    return np.asarray(np.clip(field, 0.0, 2.6 * unit))


def _head_share(cells: NDArray[np.float64], points: NDArray[np.float64], unit: float) -> NDArray[np.float64]:
    """1 on the head and hair, falling to 0 over the background and down the neck."""
    top, chin = points[FOREHEAD_TOP, :2], points[CHIN, :2]
    left, right = points[[234, 127], 0].min(), points[[454, 356], 0].max()
    crown = top[1] - _HAIR_ABOVE * (chin[1] - top[1])
    centre = np.array([(left + right) / 2, (crown + chin[1]) / 2])
    half = np.array([(right - left) / 2 + _EAR_BESIDE * unit, (chin[1] - crown) / 2])
    off = (cells - centre) / half
    radius = np.hypot(off[..., 0], off[..., 1])
    outside = np.maximum(0, radius - 1) * half.mean()
    share = _eased(1 - outside / (_FADE * unit))
    return np.asarray(share * _eased(1 - (cells[..., 1] - chin[1] - 0.05 * unit) / (_NECK * unit)))


def _breath(cells: NDArray[np.float64], chin: NDArray[np.float64], middle: float, unit: float) -> NDArray[np.float16]:
    """The chest rises, and widens a little; the neck takes it up."""
    down = _eased((cells[..., 1] - chin[1] - 0.25 * unit) / (0.9 * unit))
    sideways = _eased(1.6 - np.abs(cells[..., 0] - middle) / (2.6 * unit))
    amount = _BREATH_PX * unit / 130
    shift = np.stack([0.25 * amount * (cells[..., 0] - middle) / (1.5 * unit), np.full(down.shape, -amount)], -1)
    return np.asarray(shift * (down * sideways)[..., None], np.float16)


def _eased(share: NDArray[np.float64]) -> NDArray[np.float64]:
    clipped = np.clip(share, 0, 1)
    return np.asarray(clipped * clipped * (3 - 2 * clipped))
