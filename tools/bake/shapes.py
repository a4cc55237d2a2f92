"""The key shapes of the face as weights of ARKit face units, and the turns of the head.

A mouth key keeps the upper face of the rest pose (a smile lifts the cheeks a little), so that only the mouth's box changes.
"""

from __future__ import annotations

from collections.abc import Mapping

from .figure import Turns, rotation

Weights = dict[str, float]


def both(unit: str, weight: float) -> Weights:
    """The same weight for the left and the right half of a unit."""
    return {f"{unit}Left": weight, f"{unit}Right": weight}


# What the rest pose does with the mouth; a mouth key replaces it.
REST_MOUTH: Weights = {**both("mouthSmile", 0.48), **both("mouthPress", 0.06), **both("mouthDimple", 0.06)}

# What the rest pose does with the upper face; a neutral MakeHuman face looks stern (measured by eye, see README).
REST_UPPER: Weights = {
    "browInnerUp": 0.30,
    **both("browOuterUp", 0.06),
    **both("eyeWide", 0.08),
    **both("cheekSquint", 0.12),
}

# A trace of the smile stays in every key, or the host looks worried as soon as the lips move.
_TRACE: Weights = both("mouthSmile", 0.18)

MOUTH: dict[str, Weights] = {
    "mbp": {**both("mouthPress", 0.10), "mouthRollLower": 0.44, "mouthRollUpper": 0.42, **both("mouthSmile", 0.14)},
    "fv": {"jawOpen": 0.06, "mouthRollLower": 0.62, **both("mouthUpperUp", 0.34), "mouthShrugLower": 0.18, **_TRACE},
    "l": {
        "jawOpen": 0.22,
        "tongueOut": 0.26,
        **both("mouthLowerDown", 0.14),
        **both("mouthUpperUp", 0.30),
        **_TRACE,
    },
    "s": {
        "jawOpen": 0.05,
        **both("mouthStretch", 0.20),
        **both("mouthLowerDown", 0.36),
        **both("mouthUpperUp", 0.32),
        **_TRACE,
    },
    "sh": {"jawOpen": 0.08, "mouthFunnel": 0.62, "mouthPucker": 0.22, **both("mouthLowerDown", 0.12)},
    "ee": {
        "jawOpen": 0.10,
        **both("mouthStretch", 0.30),
        **both("mouthSmile", 0.34),
        **both("mouthLowerDown", 0.32),
        **both("mouthUpperUp", 0.32),
    },
    "eh": {
        "jawOpen": 0.24,
        **both("mouthStretch", 0.24),
        **both("mouthSmile", 0.22),
        **both("mouthLowerDown", 0.22),
        **both("mouthUpperUp", 0.30),
    },
    "ah": {"jawOpen": 0.34, **both("mouthUpperUp", 0.26), **both("mouthLowerDown", 0.12), **both("mouthSmile", 0.12)},
    "aa": {"jawOpen": 0.54, **both("mouthUpperUp", 0.32), **both("mouthLowerDown", 0.12), **both("mouthSmile", 0.08)},
    "oh": {"jawOpen": 0.36, "mouthFunnel": 0.60, "mouthPucker": 0.24},
    "oo": {"jawOpen": 0.13, "mouthPucker": 0.78, "mouthFunnel": 0.30},
    "smile": {**both("mouthSmile", 0.80), **both("mouthDimple", 0.10), **both("cheekSquint", 0.30)},
    "smile_eh": {
        "jawOpen": 0.20,
        **both("mouthSmile", 0.86),
        **both("mouthUpperUp", 0.28),
        **both("mouthLowerDown", 0.10),
        **both("mouthDimple", 0.08),
        **both("cheekSquint", 0.30),
    },
    "smile_aa": {
        "jawOpen": 0.44,
        **both("mouthSmile", 0.86),
        **both("mouthUpperUp", 0.30),
        **both("mouthLowerDown", 0.06),
        **both("cheekSquint", 0.30),
    },
    "frown": {**both("mouthFrown", 0.42), **both("mouthPress", 0.16), "mouthShrugLower": 0.22},
}
"""Mouth keys other than ``rest``, which is the rest pose itself."""

# Closure of the lids, and the weight of eyeBlink that gives it: further on the upper lid pushes into the lower one.
LIDS: dict[str, tuple[float, float]] = {"half": (0.5, 0.24), "most": (0.8, 0.44), "closed": (1.0, 0.68)}

# Degrees (towards the picture's right, up) the eyes turn, and what the lids do with them.
GAZE: dict[str, tuple[float, float, Weights]] = {
    "left": (-13.0, 0.0, {"eyeLookInLeft": 0.4, "eyeLookOutRight": 0.4}),
    "right": (13.0, 0.0, {"eyeLookOutLeft": 0.4, "eyeLookInRight": 0.4}),
    "down": (0.0, -12.0, both("eyeLookDown", 0.45)),
    "up": (0.0, 9.0, both("eyeLookUp", 0.45)),
}

BROWS: dict[str, Weights] = {
    "up": {"browInnerUp": 0.75, **both("browOuterUp", 0.60)},
    "inner_up": {"browInnerUp": 0.90, **both("browDown", 0.12), **both("browOuterUp", 0.0)},
    "down": {"browInnerUp": 0.0, **both("browDown", 0.62), **both("browOuterUp", 0.0), **both("noseSneer", 0.10)},
}

EYES: dict[str, Weights] = {
    "squint": {**both("cheekSquint", 0.70), **both("eyeSquint", 0.42), **both("eyeWide", 0.0)},
    "wide": {**both("eyeWide", 0.62), **both("cheekSquint", 0.0)},
}

# By how much a key deepens the creases of the skin (names: paint.CREASES) over those at rest.
CREASES: dict[tuple[str, str], Weights] = {
    ("mouth", "smile"): {"folds": 0.55},
    ("mouth", "smile_eh"): {"folds": 0.60},
    ("mouth", "smile_aa"): {"folds": 0.65},
    ("mouth", "ee"): {"folds": 0.20},
    ("mouth", "frown"): {"folds": 0.25},
    ("brows", "up"): {"forehead": 0.60},
    ("brows", "inner_up"): {"forehead": 0.45, "glabella": 0.15},
    ("brows", "down"): {"glabella": 0.75},
    ("eyes", "squint"): {"eyes": 0.40},
}


def rest() -> Weights:
    """The whole face at rest."""
    return {**REST_MOUTH, **REST_UPPER}


def mouth(key: str) -> Weights:
    """The whole face with the mouth in a key shape."""
    return rest() if key == "rest" else {**REST_UPPER, **MOUTH[key]}


def lids(key: str) -> Weights:
    """The face at rest with the lids closed as far as the key says."""
    closure, blink = LIDS[key]
    return {**rest(), **both("eyeBlink", blink), **both("eyeWide", (1 - closure) * REST_UPPER["eyeWideLeft"])}


def brows(key: str) -> Weights:
    """The face at rest with the brows moved."""
    return {**rest(), **BROWS[key]}


def eyes(key: str) -> Weights:
    """The face at rest with the lids and the upper cheeks moved."""
    return {**rest(), **EYES[key]}


def merged(first: Mapping[str, float], second: Mapping[str, float]) -> Weights:
    """Both sets of weights; the second wins where both name a unit."""
    return {**first, **second}


# The bust's pose: shoulders down, arms at the sides.
STANCE: Turns = [
    ("clavicle.L", rotation([0, 0, 1], -6)),
    ("clavicle.R", rotation([0, 0, 1], 6)),
    ("upperarm01.L", rotation([0, 0, 1], -33)),
    ("upperarm01.R", rotation([0, 0, 1], 33)),
    ("lowerarm01.L", rotation([1, 0, 0], -12)),
    ("lowerarm01.R", rotation([1, 0, 0], -12)),
    ("neck01", rotation([1, 0, 0], -3)),
    ("head", rotation([1, 0, 0], 3)),
]

# Axis of a positive turn: nose to the picture's right, nose up, head clockwise as seen. The neck takes a third of it.
_HEAD_AXES: dict[str, tuple[float, float, float]] = {"yaw": (0, 1, 0), "pitch": (-1, 0, 0), "roll": (0, 0, -1)}


def head_turn(angle: str, degrees: float) -> Turns:
    """Turn of the head about one axis, shared between neck and head."""
    axis = _HEAD_AXES[angle]
    return [("neck01", rotation(axis, 0.35 * degrees)), ("head", rotation(axis, 0.65 * degrees))]
