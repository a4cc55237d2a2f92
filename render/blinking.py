"""When the lids close, and how."""

import math

import numpy as np

from render.motion import ease

_MEDIAN_S = 2.85
_SPREAD = 0.55
"""Log-normal intervals. Bentivoglio et al. 1997 (Movement Disorders 12:1028): 17 blinks a minute at rest, 26 in conversation,
4.5 while reading. Median and spread give about 17 with the blinks that come in pairs or go with a glance."""
_TALKING, _READING = 1.35, 0.35
"""How much faster and slower the time between blinks runs."""
_CLOSING_S, _SHUT_S, _OPENING_S = 0.09, 0.04, 0.21
"""VanderWerf et al. 2003 (J. Neurophysiol. 89:2784): the down phase lasts some 75 to 100 ms, the up phase twice that or more."""
_BLINK_S = _CLOSING_S + _SHUT_S + _OPENING_S
_REFRACTORY_S = 0.5
_WITH_A_GLANCE = 0.3
"""Share of large gaze shifts that carry a blink (Evinger et al. 1994: the likelier, the larger the shift)."""
_AFTER_SPEECH = 0.45
"""Share of pauses in speech that begin with one (Nakano and Kitazawa 2010, Exp. Brain Res. 205:577)."""
_IN_PAIRS = 0.06
_HALF_DONE = 0.12


class Blinking:
    """The lids' closure as a function of time and of what the host does."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random
        self._wait = 0.6 + self._interval() / 2
        self._began = -math.inf
        self._depth = 1.0
        self._talked = False

    def at(self, now: float, passed: float, *, talking: bool, reading: bool, shift: float) -> float:
        """0 open to 1 shut. `shift`: degrees of the gaze shift that begins now, 0 for none."""
        self._wait -= passed * (_READING if reading else _TALKING if talking else 1.0)
        fell_silent, self._talked = self._talked and not talking, talking
        since = now - self._began
        if since > _BLINK_S:
            invited = (shift > 5.0 and self._random.random() < _WITH_A_GLANCE) or (
                fell_silent and self._random.random() < _AFTER_SPEECH
            )
            if self._wait <= 0.0 or (invited and since > _BLINK_S + _REFRACTORY_S):
                self._begin(now)
                since = 0.0
        return self._depth * _closure(since)

    def _begin(self, now: float) -> None:
        self._began = now
        self._depth = 0.72 if self._random.random() < _HALF_DONE else 1.0
        in_pair = self._random.random() < _IN_PAIRS
        self._wait = _BLINK_S + 0.06 if in_pair else _BLINK_S + self._interval()

    def _interval(self) -> float:
        """Seconds from one blink's end to the next, at rest."""
        return max(_REFRACTORY_S, _MEDIAN_S * math.exp(_SPREAD * float(self._random.standard_normal())))


def _closure(since: float) -> float:
    if not 0.0 <= since < _BLINK_S:
        return 0.0
    if since < _CLOSING_S:
        return ease(since / _CLOSING_S)
    if since < _CLOSING_S + _SHUT_S:
        return 1.0
    return math.pow(1.0 - (since - _CLOSING_S - _SHUT_S) / _OPENING_S, 1.7)  # lids open fast and settle slowly
