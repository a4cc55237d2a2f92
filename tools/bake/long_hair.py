"""Shoulder-length hair: strands that fall from a side parting, lie over the head, and frame the face."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from .figure import Points
from .host import Hair

POINTS = 26
"""Points of one strand."""

TAPER = np.interp(np.linspace(0, 1, POINTS), [0, 0.75, 1], [1.0, 0.9, 0.15])

_NEIGHBOURS = 8
_STEP_SHARE = 1.0 / (POINTS - 1)


def fall(
    hair: Hair,
    roots: Points,
    normals: Points,
    head: Points,
    head_normals: Points,
    eye: Points,
    rng: np.random.Generator,
) -> Points:
    """(N, POINTS, 3) strands from ``roots``; they keep off the surface through ``head`` and out of the face.

    All in Blender's axes (front is -y), decimetres; ``eye`` is the centre of the eye at positive x.
    """
    count = len(roots)
    tree = cKDTree(head)
    apart = 2 * abs(float(eye[0]))
    side = np.where(roots[:, 0] > hair.parting * apart, 1.0, -1.0)
    tip = eye[2] - hair.reach * apart  # height at which the ends lie
    over = np.abs(roots[:, 0] - hair.parting * apart) + 1.35 * np.clip(roots[:, 2] - eye[2], 0, 9)
    length = np.clip(roots[:, 2] - tip, 0.3, 9) + 0.45 * np.abs(roots[:, 0] - hair.parting * apart) + 0.10 * over
    length = np.maximum(length * rng.normal(1.0, 0.018, count), 0.35)
    layer = 0.03 + 0.10 * rng.random(count) ** 1.3 + 0.02 * np.clip(roots[:, 2] - eye[2] - 0.5 * apart, 0, 1)
    leaders = rng.choice(count, hair.clumps, replace=False)
    _, clump = cKDTree(roots[leaders]).query(roots)
    stray = rng.normal(0, 0.10, (hair.clumps, 3))[clump] + rng.normal(0, 0.05, (count, 3))
    front = np.clip((eye[1] + 0.9 - roots[:, 1]) / 1.2, 0, 1)
    crown = np.clip((roots[:, 2] - eye[2] - 0.7 * apart) / (0.9 * apart), 0, 1)
    half = np.abs(head[head[:, 2] > eye[2] + 0.6 * apart, 0]).max()  # the ears stick out further, under the hair
    comb = np.stack([side * (0.55 + 0.35 * crown), 0.15 + 0.65 * front, -0.75 + 0.75 * crown], 1) + stray
    way = _unit(comb - (comb * normals).sum(1, keepdims=True) * normals + 0.04 * normals)
    curve = np.zeros((count, POINTS, 3))
    curve[:, 0] = roots - 0.006 * normals
    step = (length * _STEP_SHARE)[:, None]
    for k in range(1, POINTS):
        t = k / (POINTS - 1)
        ends = float(np.clip((t - 0.72) / 0.28, 0, 1)) ** 1.5
        inward = -np.sign(curve[:, k - 1, :1]) * np.array([[1.0, 0, 0]]) + np.array([[0, -0.4, 0]])
        gravity = np.array([0.0, 0.0, -1.0]) * (0.35 + 0.5 * t)
        way = _unit(way + gravity + comb * max(0.0, 0.35 - 1.2 * t) + inward * hair.curl * ends + 0.03 * stray)
        point = curve[:, k - 1] + way * step
        point = _kept_off(point, tree, head, head_normals, layer * min(1.0, 9 * t), eye[2])
        wide = half + 0.07 + layer
        point[:, 0] = np.where(point[:, 2] > eye[2] - 1.6 * apart, np.clip(point[:, 0], -wide, wide), point[:, 0])
        point = _kept_from_face(hair, point, eye, apart, side)
        way = _unit(point - curve[:, k - 1])
        curve[:, k] = curve[:, k - 1] + way * step
    pullin = (0.55 * np.linspace(0, 1, POINTS) ** 1.2)[None, :, None]
    leader = curve[leaders][clump]
    shape = leader - leader[:, :1]
    same = (np.sign(roots[leaders][clump][:, 0] - hair.parting * apart) == side)[:, None, None]
    ratio = (length / length[leaders][clump])[:, None, None]
    curve = curve + np.where(same, pullin * (curve[:, :1] + shape * ratio - curve), 0)
    # The ears push strands out of the outline, where they would stand as a tuft.
    beside = curve[:, :, 2] > eye[2] - 0.2 * apart
    curve[:, :, 0] = np.where(beside, np.clip(curve[:, :, 0], -half - 0.18, half + 0.18), curve[:, :, 0])
    return _cut(curve, tip + rng.gamma(2.0, 0.03, count) + 0.05 * rng.standard_normal(hair.clumps)[clump])


def _cut(curve: Points, level: NDArray[np.float64]) -> Points:
    """Strands cut off where they first come below a level, drawn with as many points as before."""
    below = curve[:, :, 2] < level[:, None]
    last = np.where(below.any(1), below.argmax(1), POINTS - 1).clip(1)
    place = np.arange(POINTS)[None] / (POINTS - 1) * last[:, None]
    start = np.minimum(place.astype(int), POINTS - 2)
    rows = np.arange(len(curve))[:, None]
    share = (place - start)[:, :, None]
    return np.asarray(curve[rows, start] * (1 - share) + curve[rows, start + 1] * share)


def _kept_off(
    point: Points, tree: cKDTree, head: Points, head_normals: Points, layer: NDArray[np.float64], level: float
) -> Points:
    """Points moved out of the body until they lie ``layer`` above its surface (planes of the nearest vertices)."""
    distance, near = tree.query(point, k=_NEIGHBOURS)
    weight = 1 / np.maximum(distance, 1e-3) ** 2
    weight /= weight.sum(1, keepdims=True)
    normal = _unit((head_normals[near] * weight[:, :, None]).sum(1))
    height = (((point[:, None] - head[near]) * head_normals[near]).sum(2) * weight).sum(1)
    lies = point[:, 2] > level  # on the skull; below the eyes it hangs free
    out = np.clip(layer - height, 0, 0.25) - np.where(lies, 0.35 * np.clip(height - layer - 0.02, 0, 0.12), 0)
    return np.asarray(point + normal * out[:, None])


def _kept_from_face(hair: Hair, point: Points, eye: Points, apart: float, side: NDArray[np.float64]) -> Points:
    """Points in front of the face moved aside, behind a line that opens like a curtain below the hairline."""
    below = np.clip((eye[2] + 1.55 * apart - point[:, 2]) / (1.35 * apart), 0, 1)
    line = apart * (hair.parting * side + (1.20 - hair.parting * side) * below**1.4)
    ahead = point[:, 1] < eye[1] + 0.75
    missing = np.where(ahead, np.clip(line - side * point[:, 0], 0, 0.12), 0)
    moved = point.copy()
    moved[:, 0] += side * missing
    moved[:, 1] += 0.8 * missing
    return moved


def _unit(vectors: Points) -> Points:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9))
