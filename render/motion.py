"""The ways in which a living thing moves: springs that settle, bumps that pass, noise that never repeats."""

import math
from functools import lru_cache

_LATTICE_MASK = 0xFFFFFFFF
_GAIN = 1.35


class Spring:
    """A critically damped spring: follows its goal without overshoot, and starts gently."""

    def __init__(self, value: float, rate: float) -> None:
        """`rate` in rad/s; 95 % of the way takes 4.74 / rate seconds."""
        self.value = value
        self._speed = 0.0
        self._rate = rate

    def follow(self, goal: float, seconds: float) -> float:
        """Move on for `seconds` (exact for a goal that stands still meanwhile)."""
        away = self.value - goal
        push = (self._speed + self._rate * away) * seconds
        decay = math.exp(-self._rate * seconds)
        self.value = goal + (away + push) * decay
        self._speed = (self._speed - self._rate * push) * decay
        return self.value


def ease(t: float) -> float:
    """0 to 1 with no speed and no force at either end (minimum jerk, Flash and Hogan 1985)."""
    t = min(1.0, max(0.0, t))
    return t * t * t * (t * (6 * t - 15) + 10)


def bump(t: float) -> float:
    """0 to 1 and back while t goes from 0 to 1, with its peak at 0.4."""
    if not 0.0 < t < 1.0:
        return 0.0
    return ease(t / 0.4) if t < 0.4 else 1.0 - ease((t - 0.4) / 0.6)


def noise(place: float, channel: int) -> float:
    """Smooth noise, nearly always within -1..1, without a period: random values at whole places, joined by a cubic."""
    tick = math.floor(place)
    t = place - tick
    a, b, c, d = (_value(tick + step, channel) for step in (-1, 0, 1, 2))
    # Uniform cubic B-spline: its second derivative is continuous, so a head on it never jerks. It averages its
    # neighbours, which the gain makes up for.
    u = 1.0 - t
    blended = u**3 * a + (3 * t**3 - 6 * t**2 + 4) * b + (3 * u**3 - 6 * u**2 + 4) * c + t**3 * d
    return blended / 6 * _GAIN


@lru_cache(maxsize=256)
def _value(tick: int, channel: int) -> float:
    """A random number in -1..1 that belongs to a whole place (the 32-bit mixer lowbias32 of C. Wellons, 2018)."""
    mixed = (tick * 0x9E3779B1 + channel * 0x85EBCA77 + 0x165667B1) & _LATTICE_MASK
    mixed = ((mixed ^ mixed >> 16) * 0x7FEB352D) & _LATTICE_MASK
    mixed = ((mixed ^ mixed >> 15) * 0x846CA68B) & _LATTICE_MASK
    return (mixed ^ mixed >> 16) / 0x7FFFFFFF - 1.0
