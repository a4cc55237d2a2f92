"""The life of a face that nobody scripts: blinks, glances, breath, the sway of a head, and what a Line adds to them.

Everything follows from the show clock, the seed and what is being said, so the same show draws the same frames.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import MOUTH_KEYS
from render.bearing import BEARINGS, Bearing, mixed
from render.blinking import Blinking
from render.breathing import Breathing
from render.contract import Emotion
from render.gesturing import Gesturing
from render.looking import Looking
from render.motion import Spring, noise
from render.pose import Pose

_FACE_RATE: Final = 12.0
"""rad/s of a critically damped spring: 95 % of the way in 0.4 s, as long as people's smiles and brows take to rise
(0.4 to 0.8 s: Schmidt, Ambadar, Cohn and Reed 2006, J. Nonverbal Behav. 30:37)."""
_HEAD_RATE: Final = 6.0
_HEAD_CHANNELS: Final = ("pitch", "roll")
_AFTERGLOW_S: Final = 1.0
"""An emotion outlasts its Line, so that the face does not fall between two Lines of one reply."""
_FADING_S: Final = 1.5
_LIMITS: Final = {"yaw": 5.0, "pitch": 4.0, "roll": 4.0}
_NEARLY: Final = 0.93
"""Share of a limit at which the head comes to a soft stop."""
_IDLE: Final = Bearing(smile=0.14, squint=0.05, brow=0.04, liveliness=0.55)
_REST, _PRESSED = MOUTH_KEYS.index("rest"), MOUTH_KEYS.index("mbp")
_SILENT: Final = 0.98
"""Share of rest from which a mouth counts as free for a gesture of its own."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The unscripted part of a pose, in the units of `render.pose.Pose`."""

    blink: float
    gaze_x: float
    gaze_y: float
    brow: float
    brow_inner: float
    brow_down: float
    brow_tilt: float
    smile: float
    squint: float
    wide: float
    frown: float
    press: float
    """0 to 1: lips pressed together while nothing is said."""
    yaw: float
    pitch: float
    roll: float
    breath: float

    def pose(self, mouth: NDArray[np.float32]) -> Pose:
        """The whole pose, with the mouth's weights of this moment, shape (13,)."""
        if self.press > 0 and mouth[_REST] > _SILENT:
            mouth = mouth.copy()
            mouth[_PRESSED] += self.press * mouth[_REST]
            mouth[_REST] *= 1 - self.press
        return Pose(
            mouth=mouth,
            blink=self.blink,
            gaze_x=self.gaze_x,
            gaze_y=self.gaze_y,
            brow=self.brow,
            brow_inner=self.brow_inner,
            brow_down=self.brow_down,
            brow_tilt=self.brow_tilt,
            smile=self.smile,
            squint=self.squint,
            wide=self.wide,
            frown=self.frown,
            yaw=self.yaw,
            pitch=self.pitch,
            roll=self.roll,
            breath=self.breath,
        )


class Life:
    """Gives the face its moments, in show order: `at` is called with a time that never goes back."""

    def __init__(self, seed: int, *, limits: Mapping[str, float] | None = None) -> None:
        """`limits`: degrees that the head may turn (yaw, pitch, roll), as far as the avatar pack looks right."""
        self._seed = seed
        self._most = {angle: _NEARLY * degrees for angle, degrees in (limits or _LIMITS).items()}
        streams = np.random.SeedSequence(seed).spawn(3)
        self._blinking = Blinking(np.random.default_rng(streams[0]))
        self._looking = Looking(np.random.default_rng(streams[1]))
        self._gesturing = Gesturing(np.random.default_rng(streams[2]))
        self._breathing = Breathing(seed)
        self._then: float | None = None
        self._spoke_at = -math.inf
        self._borne = _IDLE
        names = Bearing.__dataclass_fields__
        self._bearing = [
            Spring(value, _HEAD_RATE if name in _HEAD_CHANNELS else _FACE_RATE)
            for name, value in zip(names, _IDLE.values, strict=True)
        ]

    def glance(self, target: str) -> None:
        """Look at `target` for a moment and back, as one does when something appears there (``product``, ``chat``)."""
        self._looking.glance(target)

    def put_product(self, right: float, down: float) -> None:
        """Where the product stands from the host's eyes, in units of the frame (its short side has 720)."""
        self._looking.put_product(right, down)

    def at(
        self, now: float, *, speaking: tuple[Emotion, float, float] | None, look: str, clause_s: float | None = None
    ) -> Moment:
        """The moment `now` (seconds); `speaking` is (emotion, energy 0..1, accent 0..1) or None.

        `clause_s`: length of the clause being said or about to begin within half a second, where it is known: a long one is
        begun with a deeper breath.
        """
        passed = 0.0 if self._then is None else max(0.0, now - self._then)
        self._then = now
        if speaking is not None:
            emotion, energy, accent = speaking
            self._spoke_at = now
            self._borne = goal = BEARINGS[emotion].with_energy(energy)
        else:
            accent = 0.0
            goal = mixed(self._borne, _IDLE, _within((now - self._spoke_at - _AFTERGLOW_S) / _FADING_S))
        borne = Bearing(*(spring.follow(goal, passed) for spring, goal in zip(self._bearing, goal.values, strict=True)))
        lively, talking = borne.liveliness, speaking is not None

        gesture = self._gesturing.at(now, passed, accent, lively, talking=talking)
        gaze = self._looking.at(now, passed, look, talking)
        breath = self._breathing.at(now, passed, talking=talking, clause_s=clause_s)
        yaw = _softly(gaze.head_yaw + self._sway(now, lively, 1) + gesture.yaw, self._most["yaw"])
        pitch = _softly(
            gaze.head_pitch + borne.pitch + self._sway(now, lively, 3) + gesture.pitch + 0.25 * (breath - 0.3),
            self._most["pitch"],
        )
        roll = _softly(borne.roll + self._sway(now, lively, 5) + gesture.roll, self._most["roll"])
        eyes_x, eyes_y = gaze.eyes(yaw, pitch)
        blink = self._blinking.at(now, passed, talking=talking, reading=gaze.reading, shift=gaze.shift)
        squint = _within(borne.squint + gesture.squint)
        lids = _within(borne.lids + 0.10 * squint)
        return Moment(
            blink=1.0 - (1.0 - blink) * (1.0 - lids),
            gaze_x=eyes_x,
            gaze_y=eyes_y,
            brow=_within(borne.brow + gesture.brow + 0.07 * self._drift(now, 0.19, 7)),
            brow_inner=_within(borne.brow_inner),
            brow_down=_within(borne.brow_down),
            brow_tilt=max(-1.0, min(1.0, borne.brow_tilt + gesture.brow_tilt + 0.12 * self._drift(now, 0.07, 10))),
            smile=_within(borne.smile + gesture.smile + 0.06 * self._drift(now, 0.16, 8)),
            squint=squint,
            wide=_within(borne.wide),
            frown=_within(borne.frown),
            press=_within(gesture.press),
            yaw=yaw,
            pitch=pitch,
            roll=roll,
            breath=breath,
        )

    def _sway(self, now: float, lively: float, channel: int) -> float:
        """Slow drift of the head in degrees: standing people's heads wander at a few tenths of a hertz and never repeat."""
        (slow, wide), (fast, narrow) = _SWAY[channel]
        return lively * (wide * self._drift(now, slow, channel) + narrow * self._drift(now, fast, channel + 1))

    def _drift(self, now: float, hertz: float, channel: int) -> float:
        return noise(now * hertz * 2, self._seed * 64 + channel)


_SWAY: Final = {
    1: ((0.11, 1.3), (0.37, 0.7)),
    3: ((0.13, 0.7), (0.43, 0.45)),
    5: ((0.09, 0.9), (0.29, 0.35)),
}
"""Channel (yaw, pitch, roll) to (hertz, degrees) of two drifts."""


def _within(value: float) -> float:
    return min(1.0, max(0.0, value))


def _softly(degrees: float, most: float) -> float:
    return most * math.tanh(degrees / most)
