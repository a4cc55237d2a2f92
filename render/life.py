"""The life of a face that nobody scripts: blinks, glances, breath, the sway of a head, and what a Line adds to them.

Everything follows from the show clock, the seed and what is being said, so the same show draws the same frames.
"""

import math
from dataclasses import dataclass

import numpy as np

from render.contract import Emotion

_BREATHS_PER_SECOND = 14 / 60
"""Adults at rest breathe 12 to 20 times a minute."""
_BLINK_MEDIAN_S = 2.9
_BLINK_SPREAD = 0.55
"""Log-normal intervals. Bentivoglio et al. 1997 (Movement Disorders 12:1028) found 17 blinks a minute at rest and 26 in
conversation; this median and spread give about 18, and `_TALKING` shortens them to about 25."""
_TALKING = 0.72
_CLOSING_S, _SHUT_S, _OPENING_S = 0.08, 0.04, 0.16
"""VanderWerf et al. 2003 (J. Neurophysiol. 89:2784): the down phase lasts some 75 ms, the up phase about twice that or more."""
_SETTLE_S = 0.35


@dataclass(frozen=True, slots=True)
class Bearing:
    """How an emotion is carried: added to the face at rest."""

    smile: float
    brow: float
    pitch: float
    roll: float
    liveliness: float
    """Scales the head's movement."""


BEARINGS = {
    Emotion.NEUTRAL: Bearing(0.10, 0.05, 0.0, 0.0, 1.0),
    Emotion.WARM: Bearing(0.35, 0.15, 0.2, 0.6, 1.0),
    Emotion.EXCITED: Bearing(0.50, 0.45, 0.6, 0.3, 1.5),
    Emotion.AMUSED: Bearing(0.60, 0.25, 0.3, 1.2, 1.2),
    Emotion.SERIOUS: Bearing(0.0, 0.0, -0.5, 0.0, 0.7),
    Emotion.SORRY: Bearing(0.0, 0.35, -1.0, 1.0, 0.6),
}
_GAZES = {"camera": (0.0, 0.0), "chat": (-0.65, 0.55), "product": (0.6, 0.55)}
_TURNS = {"camera": (0.0, 0.0), "chat": (-1.6, -1.2), "product": (1.6, -0.9)}


@dataclass(frozen=True, slots=True)
class Moment:
    """The unscripted part of a pose."""

    blink: float
    gaze_x: float
    gaze_y: float
    brow: float
    smile: float
    yaw: float
    pitch: float
    roll: float
    breath: float


class Life:
    """Gives the face its moments, in show order: `at` is called with a time that never goes back."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._random = np.random.default_rng(seed)
        self._then = 0.0
        self._blink_at = 0.8
        self._glance_until = 0.0
        self._glance = (0.0, 0.0)
        self._carried = [BEARINGS[Emotion.NEUTRAL].smile, 0.05, 0.0, 0.0, 1.0]
        self._gaze = [0.0, 0.0]
        self._turn = [0.0, 0.0]
        self._nod = 0.0

    def at(self, now: float, *, speaking: tuple[Emotion, float, float] | None, look: str) -> Moment:
        """The moment `now` (seconds); `speaking` is (emotion, energy 0..1, accent 0..1) or None."""
        passed, self._then = max(0.0, now - self._then), now
        emotion, energy, accent = speaking or (Emotion.NEUTRAL, 0.3, 0.0)
        bearing = BEARINGS[emotion]
        goals = (bearing.smile, bearing.brow, bearing.pitch, bearing.roll, bearing.liveliness * (0.7 + 0.6 * energy))
        self._carried = [
            _towards(have, goal, passed, _SETTLE_S) for have, goal in zip(self._carried, goals, strict=True)
        ]
        smile, brow, pitch, roll, lively = self._carried
        self._nod = _towards(self._nod, accent, passed, 0.09)
        gaze_x, gaze_y = self._gaze_at(now, passed, look)
        turn_goal = _TURNS.get(look, (0.0, 0.0))
        self._turn = [_towards(have, goal, passed, 0.18) for have, goal in zip(self._turn, turn_goal, strict=True)]
        sway = lively * (1.0 if speaking else 0.75)
        return Moment(
            blink=self._blink(now, speaking is not None, look),
            gaze_x=gaze_x,
            gaze_y=gaze_y,
            brow=min(1.0, brow + 0.35 * self._nod * energy + 0.08 * max(0.0, self._noise(now, 0.21, 5))),
            smile=smile,
            yaw=self._turn[0] + sway * (1.5 * self._noise(now, 0.17, 1) + 0.5 * self._noise(now, 0.61, 2)),
            pitch=self._turn[1] + pitch + sway * 0.8 * self._noise(now, 0.23, 3) - 1.1 * self._nod * lively,
            roll=roll + sway * 1.1 * self._noise(now, 0.13, 4),
            breath=0.5 + 0.5 * math.sin(2 * math.pi * (_BREATHS_PER_SECOND * now + 0.15 * self._noise(now, 0.05, 6))),
        )

    def _blink(self, now: float, talking: bool, look: str) -> float:
        since = now - self._blink_at
        if since > _CLOSING_S + _SHUT_S + _OPENING_S:
            wait = _BLINK_MEDIAN_S * math.exp(_BLINK_SPREAD * float(self._random.standard_normal()))
            self._blink_at = now + max(0.35, wait * (_TALKING if talking else 1.0))
            return 0.0
        if since < 0:
            return 0.0
        if since < _CLOSING_S:
            return _ease(since / _CLOSING_S)
        if since < _CLOSING_S + _SHUT_S:
            return 1.0
        return 1.0 - _ease((since - _CLOSING_S - _SHUT_S) / _OPENING_S)

    def _gaze_at(self, now: float, passed: float, look: str) -> tuple[float, float]:
        """Where the pupils are: fixations of one to four seconds near the target, reached in a saccade of two frames."""
        if now >= self._glance_until:
            self._glance_until = now + float(self._random.uniform(0.9, 4.0))
            spread = 0.16 if look == "camera" else 0.10
            self._glance = (float(self._random.normal(0, spread)), float(self._random.normal(0, spread * 0.6)))
        target = _GAZES.get(look, (0.0, 0.0))
        goals = (target[0] + self._glance[0], target[1] + self._glance[1])
        self._gaze = [_towards(have, goal, passed, 0.025) for have, goal in zip(self._gaze, goals, strict=True)]
        return float(np.clip(self._gaze[0], -1, 1)), float(np.clip(self._gaze[1], -1, 1))

    def _noise(self, now: float, hertz: float, channel: int) -> float:
        """Smooth noise in about -1..1 that never repeats: values at the ticks of `hertz`, joined by smoothstep."""
        place = now * hertz * 2
        tick = math.floor(place)
        return _lerp(self._value(tick, channel), self._value(tick + 1, channel), _ease(place - tick))

    def _value(self, tick: int, channel: int) -> float:
        mixed = (tick * 0x9E3779B1 ^ channel * 0x85EBCA77 ^ self._seed * 0xC2B2AE3D) & 0xFFFFFFFF
        mixed = (mixed ^ mixed >> 15) * 0x2C1B3C6D & 0xFFFFFFFF
        mixed = (mixed ^ mixed >> 12) * 0x297A2D39 & 0xFFFFFFFF
        return (mixed ^ mixed >> 15) / 0x7FFFFFFF - 1.0


def _towards(have: float, goal: float, passed: float, settle: float) -> float:
    return goal + (have - goal) * math.exp(-passed / settle)


def _ease(t: float) -> float:
    t = min(1.0, max(0.0, t))
    return t * t * (3 - 2 * t)


def _lerp(a: float, b: float, t: float) -> float:
    return a + (b - a) * t
