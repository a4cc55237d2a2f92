"""Write an avatar pack: all of it, or nothing."""

import json
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import FORMAT, Box, load_avatar_pack
from render.photo.consent_file import ConsentRecord
from render.photo.contours import CHIN, LEFT_IRIS, NOSE_TIP, RIGHT_IRIS
from render.photo.eye_keys import CLOSURES, PartKeys
from render.photo.framing import Portrait
from render.photo.head_fields import MAX_DEGREES
from render.photo.mouth_keys import MouthKey
from render.photo.refusal import PhotoRefused

_WEBP_QUALITY = 93
_PLATE_QUALITY = 95
_CREDITS = (
    "Photograph: of the person named in the consent record",
    "Landmarks: MediaPipe face landmarker (Apache-2.0)",
    "Teeth, tongue and motion of the skin: MakeHuman community assets and ARKit face units, CC0 1.0",
)


@dataclass(frozen=True, slots=True)
class DrawnFace:
    """Everything drawn for one pack."""

    portrait: Portrait
    mouth_box: Box
    mouth: Mapping[str, MouthKey]
    lids: PartKeys
    gaze: PartKeys
    brows: PartKeys
    eyes: PartKeys
    head: Mapping[str, NDArray[np.float16]]
    head_region: Box


def free_for_pack(out: Path) -> None:
    """Raise PhotoRefused where `out` holds something that is not an avatar pack."""
    if out.is_dir() and any(out.iterdir()) and not (out / "manifest.json").is_file():
        raise PhotoRefused(
            "out-taken",
            f"{out} holds other files.",
            "Name a folder that is new, empty, or an avatar pack to be replaced.",
        )
    if out.exists() and not out.is_dir():
        raise PhotoRefused("out-taken", f"{out} is a file.", "Name a folder.")


def write_pack(face: DrawnFace, consent: ConsentRecord, name: str, out: Path) -> int:
    """Write the pack beside `out`, check it by loading it, then put it in place; returns its size in bytes.

    Raises PhotoRefused, AvatarPackError (a mistake of this program), OSError.
    """
    free_for_pack(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    fresh = out.parent / f".{out.name}-{uuid.uuid4().hex[:8]}"
    try:
        _write(face, consent, name, fresh)
        load_avatar_pack(fresh)
        size = sum(file.stat().st_size for file in fresh.rglob("*") if file.is_file())
        if out.exists():
            shutil.rmtree(out)
        fresh.rename(out)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return size


def _write(face: DrawnFace, consent: ConsentRecord, name: str, folder: Path) -> None:
    folder.mkdir()
    _picture(folder / "plate.webp", face.portrait.plate, _PLATE_QUALITY)
    mouth: dict[str, object] = {}
    for key, drawn in face.mouth.items():
        _picture(folder / "mouth" / f"{key}.webp", drawn.picture)
        mouth[key] = {"file": f"mouth/{key}.webp", "gap_px": round(drawn.gap_px, 2)}
    _fields(folder / "mouth" / "flow.npz", {key: drawn.flow for key, drawn in face.mouth.items()})
    parts: dict[str, object] = {"mouth": {"box": list(face.mouth_box), "keys": mouth}}
    for part, keys in (("lids", face.lids), ("gaze", face.gaze), ("brows", face.brows), ("eyes", face.eyes)):
        listed: dict[str, object] = {}
        for key, picture in keys.pictures.items():
            _picture(folder / part / f"{key}.webp", picture)
            listed[key] = {"file": f"{part}/{key}.webp"}
            if part == "lids":
                listed[key] = {"file": f"{part}/{key}.webp", "closure": CLOSURES[key]}
        if keys.flows:
            _fields(folder / part / "flow.npz", keys.flows)
        parts[part] = {"box": list(keys.box), "keys": listed}
    _fields(folder / "head.npz", face.head)
    height, width = face.portrait.plate.shape[:2]
    manifest = {
        "format": FORMAT,
        "name": name,
        "size": [width, height],
        "plate": "plate.webp",
        **parts,
        "head": {"file": "head.npz", "region": list(face.head_region), "max_degrees": MAX_DEGREES},
        "landmarks": _landmarks(face.portrait),
        "consent": {"kind": "person", **consent.model_dump(mode="json")},
        "credits": list(_CREDITS),
        "bake": {"made_by": "talkback avatar from-photo", "tool_version": "1.0"},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _landmarks(portrait: Portrait) -> dict[str, list[float]]:
    points = portrait.face.points[:, :2]
    places = {
        "left_eye": points[LEFT_IRIS[0]],
        "right_eye": points[RIGHT_IRIS[0]],
        "mouth_centre": points[[13, 14]].mean(0),
        "chin": points[CHIN],
        "nose_tip": points[NOSE_TIP],
    }
    return {name: [round(float(x), 1), round(float(y), 1)] for name, (x, y) in places.items()}


def _picture(file: Path, picture: NDArray[np.uint8], quality: int = _WEBP_QUALITY) -> None:
    file.parent.mkdir(exist_ok=True)
    written, data = cv2.imencode(".webp", picture, [cv2.IMWRITE_WEBP_QUALITY, quality])
    if not written:
        raise OSError(f"OpenCV could not encode {file.name}")
    file.write_bytes(data.tobytes())


def _fields(file: Path, fields: Mapping[str, NDArray[np.float32] | NDArray[np.float16]]) -> None:
    file.parent.mkdir(exist_ok=True)
    with file.open("wb") as opened:
        arrays: dict[str, Any] = {name: field.astype(np.float16) for name, field in fields.items()}
        np.savez_compressed(opened, **arrays)
