"""The life of a face that nobody scripts: blinks, glances, breath, the sway of a head, and what a Line adds to them.

Everything follows from the show clock, the seed and what is being said, so the same show draws the same frames.
"""

import math
from dataclasses import dataclass

import numpy as np

from render.bearing import BEARINGS, Bearing, mixed
from render.blinking import Blinking
from render.contract import Emotion
from render.gesturing import Gesturing
from render.looking import Looking
from render.motion import Spring, noise

_BREATHS_PER_SECOND = 14 / 60
"""Adults at rest breathe 12 to 20 times a minute."""
_INHALING = 0.42
"""Share of a breath that goes in; at rest the way out takes longer (I:E about 1:1.4)."""
_BEARING_RATE = 12.0
"""rad/s of a critically damped spring: 95 % of the way in 0.4 s."""
_AFTERGLOW_S = 1.0
"""An emotion outlasts its Line, so that the face does not fall between two Lines of one reply."""
_FADING_S = 1.5
_MOST_DEGREES = {"yaw": 4.7, "pitch": 3.7, "roll": 3.5}
"""Where the head comes to a soft stop; packs look right to about 5, 4 and 4 degrees."""
_IDLE = Bearing(smile=0.14, brow=0.04, pitch=0.0, roll=0.0, liveliness=0.55)


@dataclass(frozen=True, slots=True)
class Moment:
    """The unscripted part of a pose, in the units of `render.pose.Pose`."""

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
        streams = np.random.SeedSequence(seed).spawn(3)
        self._blinking = Blinking(np.random.default_rng(streams[0]))
        self._looking = Looking(np.random.default_rng(streams[1]))
        self._gesturing = Gesturing(np.random.default_rng(streams[2]))
        self._then: float | None = None
        self._spoke_at = -math.inf
        self._borne = _IDLE
        self._bearing = [Spring(value, _BEARING_RATE) for value in _IDLE.values]

    def at(self, now: float, *, speaking: tuple[Emotion, float, float] | None, look: str) -> Moment:
        """The moment `now` (seconds); `speaking` is (emotion, energy 0..1, accent 0..1) or None."""
        passed = 0.0 if self._then is None else max(0.0, now - self._then)
        self._then = now
        if speaking is not None:
            emotion, energy, accent = speaking
            self._spoke_at = now
            self._borne = goal = BEARINGS[emotion].with_energy(energy)
        else:
            accent = 0.0
            goal = mixed(self._borne, _IDLE, _within((now - self._spoke_at - _AFTERGLOW_S) / _FADING_S))
        smile, brow, pitch, roll, lively = (
            spring.follow(goal, passed) for spring, goal in zip(self._bearing, goal.values, strict=True)
        )

        gesture = self._gesturing.at(now, passed, accent, lively)
        gaze = self._looking.at(now, passed, look, speaking is not None)
        sway_yaw = lively * (1.3 * self._drift(now, 0.11, 1) + 0.7 * self._drift(now, 0.37, 2))
        sway_pitch = lively * (0.7 * self._drift(now, 0.13, 3) + 0.45 * self._drift(now, 0.43, 4))
        sway_roll = lively * (0.9 * self._drift(now, 0.09, 5) + 0.35 * self._drift(now, 0.29, 6))
        yaw = _softly(gaze.head_yaw + sway_yaw, _MOST_DEGREES["yaw"])
        nod = _softly(gaze.head_pitch + pitch + sway_pitch + gesture.pitch, _MOST_DEGREES["pitch"])
        eyes_x, eyes_y = gaze.eyes(yaw, nod)
        return Moment(
            blink=self._blinking.at(now, passed, talking=speaking is not None, reading=gaze.reading, shift=gaze.shift),
            gaze_x=eyes_x,
            gaze_y=eyes_y,
            brow=_within(brow + gesture.brow + 0.07 * self._drift(now, 0.19, 7)),
            smile=_within(smile + 0.06 * self._drift(now, 0.16, 8)),
            yaw=yaw,
            pitch=nod,
            roll=_softly(roll + sway_roll + gesture.roll, _MOST_DEGREES["roll"]),
            breath=self._breath(now),
        )

    def _drift(self, now: float, hertz: float, channel: int) -> float:
        return noise(now * hertz * 2, self._seed * 64 + channel)

    def _breath(self, now: float) -> float:
        """0 out, 1 in; the pace wanders by about a tenth."""
        phase = (_BREATHS_PER_SECOND * now + 0.22 * self._drift(now, 0.04, 9)) % 1.0
        if phase < _INHALING:
            return 0.5 - 0.5 * math.cos(math.pi * phase / _INHALING)
        return 0.5 + 0.5 * math.cos(math.pi * (phase - _INHALING) / (1 - _INHALING))


def _within(value: float) -> float:
    return min(1.0, max(0.0, value))


def _softly(degrees: float, most: float) -> float:
    return most * math.tanh(degrees / most)
