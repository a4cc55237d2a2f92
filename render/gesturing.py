"""What the head and the brows do on stressed words, and the small things a face does when it says nothing."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from render.motion import Spring, bump, ease

_STRESSED: Final = 0.55
_MOST_AT_ONCE: Final = 2
_LIVELIEST: Final = 1.3
"""Beyond this gestures get more frequent, not larger: nods would turn to jerks."""
_BEAT_RATE: Final = 16.0
_POSTURE_RATE: Final = 3.2
"""rad/s: a new posture is reached in about a second and a half. Hadar et al. 1983 (Hum. Movement Sci. 2:35) tell slow
movements of the talking head (0.2 to 1.8 Hz) from ordinary ones (1.8 to 3.7 Hz); postures are the slow, strokes the ordinary."""
_POSTURE_LASTS_S: Final = (1.6, 3.6)
_IDLE_MEDIAN_S, _IDLE_SPREAD = 4.6, 0.45


@dataclass(frozen=True, slots=True)
class Gesture:
    """What is added to the pose; angles in degrees."""

    brow: float = 0.0
    brow_tilt: float = 0.0
    smile: float = 0.0
    squint: float = 0.0
    press: float = 0.0
    """0 to 1: lips pressed together."""
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0

    def scaled(self, share: float) -> "Gesture":
        return Gesture(
            self.brow * share,
            self.brow_tilt * share,
            self.smile * share,
            self.squint * share,
            self.press * share,
            self.yaw * share,
            self.pitch * share,
            self.roll * share,
        )

    def plus(self, other: "Gesture") -> "Gesture":
        return Gesture(
            self.brow + other.brow,
            self.brow_tilt + other.brow_tilt,
            self.smile + other.smile,
            self.squint + other.squint,
            self.press + other.press,
            self.yaw + other.yaw,
            self.pitch + other.pitch,
            self.roll + other.roll,
        )


@dataclass(frozen=True, slots=True)
class _Kind:
    """A gesture that can be made: how often, how long, and how far at its height."""

    weight: float
    lasts: float
    height: Gesture
    holds: bool = False
    """Stays at its height for a while, in place of a stroke there and back."""


# Nods and brows beat with the stresses of speech (Hadar et al. 1983, Lang. Speech 26:117; Munhall et al. 2004, Psychol. Sci.
# 15:133; Flecha-Garcia 2010, Speech Commun. 52:542, brows lead a pitch accent by some 60 ms). Sizes are our own, by eye.
_TALKING: Final[tuple[_Kind, ...]] = (
    _Kind(0.30, 0.52, Gesture(brow=0.10, pitch=-1.5)),  # a nod
    _Kind(0.20, 0.75, Gesture(brow=0.50, pitch=0.3)),  # brows up
    _Kind(0.15, 0.60, Gesture(brow=0.35, pitch=-1.2, roll=0.3)),  # both
    _Kind(0.14, 0.95, Gesture(brow=0.12, pitch=-0.2, roll=1.3)),  # a tilt
    _Kind(0.12, 0.80, Gesture(brow=0.30, brow_tilt=0.8, roll=0.5)),  # one brow
    _Kind(0.09, 0.70, Gesture(brow=0.08, yaw=1.4, pitch=-0.4)),  # a turn that points
)
_IDLE: Final[tuple[_Kind, ...]] = (
    _Kind(0.24, 2.6, Gesture(smile=0.22, squint=0.16), holds=True),  # a smile that passes
    _Kind(0.16, 0.9, Gesture(brow=0.42, pitch=0.4)),  # a brow flash
    _Kind(0.16, 2.4, Gesture(roll=1.5, yaw=0.5), holds=True),  # head to a side
    _Kind(0.14, 1.1, Gesture(press=0.75, smile=0.05)),  # lips together
    _Kind(0.14, 0.9, Gesture(pitch=-1.3, brow=0.05)),  # a small nod
    _Kind(0.16, 2.8, Gesture(yaw=1.8, pitch=0.3, roll=-0.4), holds=True),  # turned a little
)


@dataclass(frozen=True, slots=True)
class _Stroke:
    """One movement there and back."""

    began: float
    lasts: float
    height: Gesture
    holds: bool

    def at(self, now: float) -> Gesture:
        t = (now - self.began) / self.lasts
        if not self.holds:
            return self.height.scaled(bump(t))
        return self.height.scaled(ease(t / 0.3) * (1.0 - ease((t - 0.6) / 0.4)) if 0.0 < t < 1.0 else 0.0)


class Gesturing:
    """Gestures as a function of time and of what is said; the same one is never made twice in a row."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random
        self._strokes: list[_Stroke] = []
        self._next_at = 0.0
        self._idle_at = self._idle_wait()
        self._posture_at = 0.0
        self._was = 0.0
        self._talked = False
        self._last: _Kind | None = None
        self._beat = Spring(0.0, _BEAT_RATE)
        self._side = 1.0
        self._goal = (0.0, 0.0, 0.0)
        self._posture = [Spring(0.0, _POSTURE_RATE) for _ in self._goal]

    def at(self, now: float, passed: float, accent: float, lively: float, *, talking: bool) -> Gesture:
        """The gesture `now`: `accent` is the stress of this moment, 0..1; `lively` scales everything."""
        lively = min(_LIVELIEST, lively)
        rising = accent >= _STRESSED > self._was
        self._was = accent
        self._strokes = [stroke for stroke in self._strokes if now < stroke.began + stroke.lasts]
        if talking:
            if rising and now >= self._next_at and len(self._strokes) < _MOST_AT_ONCE:
                self._make(now, _TALKING, lively)
                # The livelier, the sooner the next; never like clockwork.
                self._next_at = now + self._uniform(0.45, 1.5) / max(0.5, lively)
            self._idle_at = now + self._idle_wait() if not self._talked else max(self._idle_at, now + 0.8)
        elif now >= self._idle_at:
            self._make(now, _IDLE, 0.9)
            self._idle_at = self._strokes[-1].began + self._strokes[-1].lasts + self._idle_wait()
        self._hold_oneself(now, lively, talking=talking, stressed=rising)
        self._talked = talking
        beat = self._beat.follow(accent, passed)
        yaw, pitch, roll = (spring.follow(goal, passed) for spring, goal in zip(self._posture, self._goal, strict=True))
        total = Gesture(yaw=yaw, pitch=pitch - 0.3 * lively * beat, roll=roll)
        for stroke in self._strokes:
            total = total.plus(stroke.at(now))
        return total

    def _hold_oneself(self, now: float, lively: float, *, talking: bool, stressed: bool) -> None:
        """A new posture at the beginning of speech and then with a stress every few seconds; at rest none."""
        if not talking:
            if self._talked:
                self._goal = (0.0, 0.0, 0.0)
            return
        if self._talked and not (stressed and now >= self._posture_at):
            return
        self._posture_at = now + self._uniform(*_POSTURE_LASTS_S) / max(0.6, lively)
        self._side = -self._side if self._random.random() < 0.75 else self._side
        self._goal = (
            lively * self._side * self._uniform(0.4, 1.9),
            lively * self._uniform(-0.7, 0.4),
            lively * self._side * self._uniform(-0.4, 1.2),
        )

    def _make(self, now: float, kinds: tuple[_Kind, ...], lively: float) -> None:
        choices = [kind for kind in kinds if kind is not self._last]
        weights = np.array([kind.weight for kind in choices])
        kind = choices[int(self._random.choice(len(choices), p=weights / weights.sum()))]
        self._last = kind
        size = lively * self._uniform(0.6, 1.0)
        side = math.copysign(1.0, float(self._random.random()) - 0.5)
        high = kind.height.scaled(size)
        self._strokes.append(
            _Stroke(
                now,
                kind.lasts * self._uniform(0.85, 1.2),
                Gesture(
                    high.brow,
                    side * high.brow_tilt,
                    high.smile,
                    high.squint,
                    high.press,
                    side * high.yaw,
                    high.pitch,
                    side * high.roll,
                ),
                kind.holds,
            )
        )

    def _idle_wait(self) -> float:
        """Seconds to the next idle gesture, log-normal like the pauses in people's self-paced movements."""
        return max(1.2, _IDLE_MEDIAN_S * math.exp(_IDLE_SPREAD * float(self._random.standard_normal())))

    def _uniform(self, low: float, high: float) -> float:
        return float(self._random.uniform(low, high))
