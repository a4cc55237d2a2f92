"""A tiny synthetic avatar pack for tests: a drawn cartoon face, 180 x 320, valid in every particular.

Shapes differ between keys so that a test can tell them apart: the mouth opening is exactly ``gap_px`` high, the lids
cover the eyes by ``closure``, the pupils move to the named side.
"""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import FLOW_STEP_PX, FORMAT, HEAD_STEP_PX, MOUTH_KEYS, OPTIONAL_MOUTH_KEYS

SIZE: Final = (180, 320)
MOUTH_BOX: Final = (48, 120, 132, 176)
EYES_BOX: Final = (48, 72, 132, 104)
BROWS_BOX: Final = (48, 56, 132, 84)
HEAD_REGION: Final = (16, 24, 164, 200)
MOUTH_CENTRE: Final = (90, 146)
EYES: Final = ((70, 88), (110, 88))

# Opening height and half width of the drawn mouth, in pixels.
_MOUTHS: Final[dict[str, tuple[int, int]]] = {
    "rest": (0, 16),
    "mbp": (0, 14),
    "fv": (2, 15),
    "l": (6, 15),
    "s": (2, 17),
    "sh": (4, 11),
    "ee": (4, 20),
    "eh": (8, 18),
    "ah": (12, 16),
    "aa": (18, 15),
    "oh": (14, 10),
    "oo": (6, 7),
    "smile": (0, 22),
    "smile_eh": (8, 22),
    "smile_aa": (18, 20),
    "frown": (0, 15),
}
# How far the brows' inner and outer ends rise.
_BROWS: Final[dict[str, tuple[int, int]]] = {"up": (4, 4), "inner_up": (4, 0), "down": (-3, 0)}
_OPEN: Final[dict[str, float]] = {"squint": 0.7, "wide": 1.3}
"""Height of the eyes in the keys of the part ``eyes``."""
_GAZE: Final[dict[str, tuple[int, int]]] = {"left": (-3, 0), "right": (3, 0), "down": (0, 2), "up": (0, -2)}
_CLOSURE: Final[dict[str, float]] = {"half": 0.5, "most": 0.8, "closed": 1.0}

_SKIN: Final = (150, 180, 220)
_DARK: Final = (30, 25, 40)


def write_pack(folder: Path, *, expressions: bool = False) -> Path:
    """Write the pack into ``folder`` (made if need be) and return the folder; with the optional keys if ``expressions``."""
    for part in ("mouth", "lids", "gaze", "brows", "eyes"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    _save(folder / "plate.webp", _face())
    mouth = {}
    mouth_keys = MOUTH_KEYS + OPTIONAL_MOUTH_KEYS if expressions else MOUTH_KEYS
    for name in mouth_keys:
        _save(folder / f"mouth/{name}.webp", _crop(_face(mouth=name), MOUTH_BOX))
        mouth[name] = {"file": f"mouth/{name}.webp", "gap_px": float(_MOUTHS[name][0])}
    lids = {}
    for name, closure in _CLOSURE.items():
        _save(folder / f"lids/{name}.webp", _crop(_face(closure=closure), EYES_BOX))
        lids[name] = {"file": f"lids/{name}.webp", "closure": closure}
    gaze = {}
    for name, look in _GAZE.items():
        _save(folder / f"gaze/{name}.webp", _crop(_face(look=look), EYES_BOX))
        gaze[name] = {"file": f"gaze/{name}.webp"}
    brows = {}
    for name, lift in _BROWS.items() if expressions else [("up", _BROWS["up"])]:
        _save(folder / f"brows/{name}.webp", _crop(_face(brow_lift=lift), BROWS_BOX))
        brows[name] = {"file": f"brows/{name}.webp"}
    write_fields(folder / "mouth/flow.npz", {name: _mouth_flow(name) for name in mouth_keys})
    write_fields(folder / "head.npz", _head_fields())
    manifest: dict[str, object] = {
        "format": FORMAT,
        "name": "Test host",
        "size": list(SIZE),
        "plate": "plate.webp",
        "mouth": {"box": list(MOUTH_BOX), "keys": mouth},
        "lids": {"box": list(EYES_BOX), "keys": lids},
        "gaze": {"box": list(EYES_BOX), "keys": gaze},
        "brows": {"box": list(BROWS_BOX), "keys": brows},
        "head": {
            "file": "head.npz",
            "region": list(HEAD_REGION),
            "max_degrees": {"yaw": 5, "pitch": 4, "roll": 4},
        },
        "landmarks": {
            "left_eye": list(EYES[0]),
            "right_eye": list(EYES[1]),
            "mouth_centre": list(MOUTH_CENTRE),
            "chin": [90, 174],
            "nose_tip": [90, 118],
        },
        "consent": {"kind": "synthetic", "statement": "A cartoon drawn for tests."},
        "credits": ["Drawn by tests/render/pack_fixture.py"],
        "bake": {"seed": 0, "samples": 0, "tool_version": "fixture"},
    }
    if expressions:
        for name, height in _OPEN.items():
            _save(folder / f"eyes/{name}.webp", _crop(_face(eyes_open=height), EYES_BOX))
        manifest["eyes"] = {"box": list(EYES_BOX), "keys": {name: {"file": f"eyes/{name}.webp"} for name in _OPEN}}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    return folder


def write_fields(file: Path, fields: Mapping[str, NDArray[np.float16]]) -> None:
    """Write named fields as an .npz archive, replacing the file."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, field in fields.items():
            with archive.open(f"{name}.npy", "w") as member:
                np.save(member, field)


def _face(
    mouth: str = "rest",
    closure: float = 0.0,
    look: tuple[int, int] = (0, 0),
    brow_lift: tuple[int, int] = (0, 0),
    eyes_open: float = 1.0,
) -> NDArray[np.uint8]:
    width, height = SIZE
    frame = np.zeros((height, width, 3), np.uint8)
    frame[:] = np.linspace(90, 140, height)[:, None, None].astype(np.uint8)
    cv2.ellipse(frame, (90, 300), (84, 100), 0, 180, 360, (90, 60, 50), -1)
    cv2.rectangle(frame, (74, 160), (106, 216), _SKIN, -1)
    cv2.ellipse(frame, (90, 108), (56, 70), 0, 0, 360, _SKIN, -1)
    cv2.ellipse(frame, (90, 66), (56, 34), 0, 180, 360, _DARK, -1)
    cv2.line(frame, (90, 96), (90, 118), (130, 160, 200), 2)
    for x, y in EYES:
        cv2.ellipse(frame, (x, y), (11, round(6 * eyes_open)), 0, 0, 360, (245, 245, 245), -1)
        cv2.circle(frame, (x + look[0], y + look[1]), 4, _DARK, -1)
        lid = round(12 * closure)
        if lid:
            frame[y - 6 : y - 6 + lid, x - 11 : x + 12] = _SKIN
        inner = math.copysign(11, SIZE[0] / 2 - x)
        cv2.line(frame, (round(x - inner), 74 - brow_lift[1]), (round(x + inner), 74 - brow_lift[0]), _DARK, 3)
    gap, half = _MOUTHS[mouth]
    x, y = MOUTH_CENTRE
    cv2.ellipse(frame, (x, y), (half + 3, gap // 2 + 4), 0, 0, 360, (110, 110, 200), -1)
    if gap:
        cv2.ellipse(frame, (x, y), (half, gap // 2), 0, 0, 360, _DARK, -1)
    return frame


def _crop(frame: NDArray[np.uint8], box: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    x0, y0, x1, y1 = box
    return np.ascontiguousarray(frame[y0:y1, x0:x1])


def _mouth_flow(name: str) -> NDArray[np.float16]:
    """Lips part by half the gap each way and widen with the drawn mouth; zero at the border of the box."""
    x0, y0, x1, y1 = MOUTH_BOX
    gap, half = _MOUTHS[name]
    rest_half = _MOUTHS["rest"][1]
    x = _centres(x1 - x0, FLOW_STEP_PX) + x0 - MOUTH_CENTRE[0]
    y = _centres(y1 - y0, FLOW_STEP_PX) + y0 - MOUTH_CENTRE[1]
    grid_x, grid_y = np.meshgrid(x, y)
    reach = np.clip(1 - np.hypot(grid_x / (0.5 * (x1 - x0)), grid_y / (0.5 * (y1 - y0))), 0, None)
    dx = grid_x * (half / rest_half - 1)
    dy = np.sign(grid_y) * gap / 2
    flow: NDArray[np.float64] = np.dstack([dx, dy]) * reach[..., None]
    return flow.astype(np.float16)


def _head_fields() -> dict[str, NDArray[np.float16]]:
    width, height = SIZE
    x0, y0, x1, y1 = HEAD_REGION
    x, y = np.meshgrid(_centres(width, HEAD_STEP_PX), _centres(height, HEAD_STEP_PX))
    inside = np.clip(1 - np.hypot((x - 90) / ((x1 - x0) / 2), (y - 112) / ((y1 - y0) / 2)), 0, 1)
    zero = np.zeros_like(x)
    degree = math.radians(1)
    breath = np.clip((y - 200) / 40, 0, 1)
    fields = {
        "yaw": (60 * degree * inside, zero),
        "pitch": (zero, -60 * degree * inside),
        "roll": (-(y - 190) * degree * inside, (x - 90) * degree * inside),
        "breath": (zero, -3 * breath),
    }
    return {name: np.dstack(field).astype(np.float16) for name, field in fields.items()}


def _centres(length_px: int, step_px: int) -> NDArray[np.float64]:
    """Pixel coordinates of the block centres along one side."""
    return (np.arange(math.ceil(length_px / step_px), dtype=np.float64) + 0.5) * step_px - 0.5


def _save(file: Path, picture: NDArray[np.uint8]) -> None:
    if not cv2.imwrite(str(file), picture, [cv2.IMWRITE_WEBP_QUALITY, 101]):
        raise OSError(f"could not write {file}")
