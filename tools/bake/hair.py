"""Strand hair grown from the scalp: where it grows, and the style swept back without a parting that could open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from . import long_hair
from .figure import Mesh, Points
from .host import Host

POINTS = 8
"""Points of one strand."""

_TAPER = np.array([1, 1, 1, 1, 0.95, 0.8, 0.5, 0.12])


@dataclass(frozen=True)
class Strands:
    """``points``: (N, K, 3) in Blender's axes, decimetres; ``radii``: (N, K)."""

    points: Points
    radii: NDArray[np.float64]


# The hairline: azimuth about the head's axis in degrees (0 in front, 90 beside), height above the eyes in dm. It runs over
# the forehead, down the temple to a sideburn in front of the ear, over the ear, and down behind it to the nape.
_HAIRLINE = np.array(
    [
        (0, 0.68),
        (18, 0.69),
        (32, 0.66),
        (44, 0.56),
        (54, 0.38),
        (62, 0.16),
        (69, -0.12),
        (74, -0.30),
        (82, -0.30),
        (88, 0.10),
        (100, 0.22),
        (114, 0.12),
        (125, -0.25),
        (136, -0.60),
        (180, -0.75),
    ]
)
_AXIS_BEHIND_EYES = 0.78  # dm from the eyes back to the head's axis
_EAR_FROM, _EAR_TOP = 0.74, 0.26  # dm: what lies further out, and lower above the eyes, is ear
_EDGE = 0.20  # dm over which the hair thickens


def density(host: Host, points: Points, eye: Points) -> NDArray[np.float64]:
    """How thickly hair grows at points of the head (Blender's axes), (N,) from 0 to 1; ``eye`` is one eye's centre."""
    azimuth = np.degrees(np.arctan2(np.abs(points[:, 0]), eye[1] + _AXIS_BEHIND_EYES - points[:, 1]))
    line = np.interp(azimuth, _HAIRLINE[:, 0], _HAIRLINE[:, 1]) - host.hair.hairline_drop
    # A hairline is no line: it wavers by a few millimetres.
    line = line + 0.022 * np.sin(points[:, 0] * 23 + 1.0) + 0.016 * np.sin(points[:, 0] * 51 + host.seed)
    share = np.clip((points[:, 2] - eye[2] - line) / _EDGE + 0.5, 0, 1)
    ear = (np.abs(points[:, 0]) > _EAR_FROM) & (points[:, 2] < eye[2] + _EAR_TOP)
    return np.where(ear, 0.0, share * share * (3 - 2 * share))


def grow(host: Host, mesh: Mesh, points: Points, eye: Points) -> Strands:
    """Strands on a head whose base vertices lie at ``points`` (Blender's axes); ``eye`` is one eye's centre."""
    rng = np.random.default_rng(host.seed)
    wanted = host.hair.strands
    triangles = _scalp(host, mesh, points, eye)
    corner, second, third = (points[triangles[:, k]] for k in range(3))
    cross = np.cross(second - corner, third - corner)
    area = np.linalg.norm(cross, axis=1)
    pick = rng.choice(len(triangles), 2 * wanted, p=area / area.sum())
    root_share = np.sqrt(rng.random(2 * wanted))
    side_share = rng.random(2 * wanted)
    shares = np.stack([1 - root_share, root_share * (1 - side_share), root_share * side_share], 1)[:, :, None]
    smooth = np.zeros_like(points)
    for k in range(3):
        np.add.at(smooth, triangles[:, k], cross)
    roots = (points[triangles[pick]] * shares).sum(1)
    normals = _unit((smooth[triangles[pick]] * shares).sum(1))
    thickness = density(host, roots, eye)
    grows = np.flatnonzero(rng.random(2 * wanted) < thickness)[:wanted]
    roots, normals, thickness = roots[grows], normals[grows], thickness[grows]
    count = len(roots)
    if host.hair.style == "fall":
        head, head_normals = _surface(mesh, points, eye)
        curve = long_hair.fall(host.hair, roots, normals, head, head_normals, eye, rng)
        fine = (0.55 + 0.45 * thickness)[:, None] * rng.uniform(0.8, 1.15, count)[:, None]
        return Strands(points=curve, radii=long_hair.TAPER[None] * fine * host.hair.radius)

    scalp = points[triangles.ravel()]
    middle = scalp.mean(0)
    ear = eye[2] + 0.1
    height = np.clip((roots[:, 2] - ear) / (scalp[:, 2].max() - ear), 0, 1)  # 0 beside the ears, 1 on the crown
    front = np.clip((middle[1] - roots[:, 1]) / 1.0, 0, 1)
    # Sides and top both run backwards, so that between them the hair turns and never parts.
    top = np.stack([np.full(count, 0.35), 0.85 - 0.25 * front, 0.15 + 0.45 * front], 1)
    side = np.stack([np.zeros(count), np.full(count, 0.75), np.full(count, -0.75)], 1)
    blend = np.clip((height - 0.25) / 0.5, 0, 1)[:, None]
    blend = blend * blend * (3 - 2 * blend)
    way = top * blend + side * (1 - blend)

    leaders = rng.choice(count, host.hair.clumps, replace=False)
    _, clump = cKDTree(roots[leaders]).query(roots)
    way = way + rng.normal(0, 0.13, (host.hair.clumps, 3))[clump] + rng.normal(0, 0.07, (count, 3))
    way = _unit(way - (way * normals).sum(1, keepdims=True) * normals)
    edge = np.clip(thickness, 0.35, 1)  # shorter at the hairline
    length = (0.13 + 0.42 * height**1.2) * rng.uniform(0.75, 1.1, count) * host.hair.length * (0.6 + 0.4 * edge)
    lift = ((0.16 + 0.55 * height * front + 0.15 * height) * host.hair.lift)[:, None]

    along = np.linspace(0, 1, POINTS)
    curve = np.zeros((count, POINTS, 3))
    curve[:, 0] = roots - 0.006 * normals
    start = _unit(normals * lift + way * (1 - 0.5 * lift))
    for k in range(1, POINTS):
        step = _unit(start * (1 - along[k]) + (0.95 * way - 0.14 * normals) * along[k])
        curve[:, k] = curve[:, k - 1] + step * (length / (POINTS - 1))[:, None]
    pull = (0.5 * along**1.5)[None, :, None]
    leader = curve[leaders][clump]
    shape = leader - leader[:, :1]
    ratio = (length / np.maximum(length[leaders][clump], 1e-6))[:, None, None]
    curve = curve[:, :1] + (curve - curve[:, :1]) * (1 - pull) + shape * pull * ratio
    fine = (0.5 + 0.5 * thickness)[:, None] * rng.uniform(0.8, 1.15, count)[:, None]
    return Strands(points=curve, radii=_TAPER[None] * fine * host.hair.radius)


def _surface(mesh: Mesh, points: Points, eye: Points) -> tuple[Points, Points]:
    """Skin of head, neck and shoulders as points and normals that look outwards."""
    normals = np.zeros_like(points)
    used: set[int] = set()
    for face, group in zip(mesh.faces, mesh.groups, strict=True):
        if group == "body":
            cross = np.cross(points[face[1]] - points[face[0]], points[face[2]] - points[face[0]])
            normals[face] += cross
            used.update(face)
    near = np.array([i for i in sorted(used) if points[i, 2] > eye[2] - 3.2])
    near = near[(np.abs(points[near, 0]) < _EAR_FROM + 0.02) | (points[near, 2] < eye[2] - 0.9)]
    return points[near], _unit(normals[near])


def _scalp(host: Host, mesh: Mesh, points: Points, eye: Points) -> NDArray[np.int64]:
    """Triangles of the skin that carry hair, (T, 3) vertex indices."""
    triangles = []
    for face, group in zip(mesh.faces, mesh.groups, strict=True):
        if group == "body":
            triangles += [(face[0], face[k], face[k + 1]) for k in range(1, len(face) - 1)]
    corners = np.array(triangles)
    thick = density(host, points, eye)[corners].max(1) > 0
    return np.asarray(corners[thick & (points[corners].mean(1)[:, 2] > eye[2] - 1.3)])


def _unit(vectors: Points) -> Points:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9))
