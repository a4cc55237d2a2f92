"""Nods, raised brows and tilts on stressed words."""

import math
from dataclasses import dataclass

import numpy as np

from render.motion import Spring, bump

_STRESSED = 0.55
_MOST_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Gesture:
    """What is added to the pose."""

    brow: float
    pitch: float
    roll: float


@dataclass(frozen=True, slots=True)
class _Stroke:
    """One movement there and back."""

    began: float
    lasts: float
    brow: float
    pitch: float
    roll: float


class Gesturing:
    """Head and brows beat with the stresses of speech, as speakers' do (Munhall et al. 2004, Psychol. Sci. 15:133)."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random
        self._strokes: list[_Stroke] = []
        self._next_at = 0.0
        self._was = 0.0
        self._beat = Spring(0.0, 16.0)

    def at(self, now: float, passed: float, accent: float, lively: float) -> Gesture:
        """The gesture `now`: `accent` is the stress of this moment, 0..1; `lively` scales everything."""
        rising = accent >= _STRESSED > self._was
        self._was = accent
        self._strokes = [stroke for stroke in self._strokes if now < stroke.began + stroke.lasts]
        if rising and now >= self._next_at and len(self._strokes) < _MOST_AT_ONCE:
            self._strokes.append(self._stroke(now, min(1.4, lively)))
            # The livelier, the sooner the next; never like clockwork.
            self._next_at = now + float(self._random.uniform(0.45, 1.5)) / max(0.5, lively)
        beat = self._beat.follow(accent, passed)
        brow = pitch = roll = 0.0
        for stroke in self._strokes:
            height = bump((now - stroke.began) / stroke.lasts)
            brow += stroke.brow * height
            pitch += stroke.pitch * height
            roll += stroke.roll * height
        return Gesture(brow, pitch - 0.3 * min(1.4, lively) * beat, roll)

    def _stroke(self, now: float, lively: float) -> _Stroke:
        kind = float(self._random.random())
        size = lively * float(self._random.uniform(0.6, 1.0))
        side = math.copysign(1.0, float(self._random.random()) - 0.5)
        if kind < 0.45:
            return _Stroke(now, 0.52, 0.10 * size, -1.5 * size, 0.0)  # a nod
        if kind < 0.70:
            return _Stroke(now, 0.75, 0.50 * size, 0.3 * size, 0.0)  # brows up
        if kind < 0.88:
            return _Stroke(now, 0.60, 0.35 * size, -1.2 * size, 0.3 * side * size)  # both
        return _Stroke(now, 0.95, 0.12 * size, -0.2 * size, 1.1 * side * size)  # a tilt
