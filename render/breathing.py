"""The chest's rise and fall: quiet breath at rest, a quick deep one before speech, and a slow way out while it lasts."""

import math
from typing import Final

from render.motion import Spring, noise

_BREATHS_PER_SECOND: Final = 14 / 60
"""Adults at rest breathe 12 to 20 times a minute."""
_INHALING: Final = 0.42
"""Share of a breath that goes in; at rest the way out takes longer (I:E about 1:1.4)."""
_QUIET_DEPTH: Final = 0.62
"""How deep a quiet breath is, of the deepest that a pack shows. Speech is begun from about twice the quiet volume
(Hixon, Goldman and Mead 1973, J. Speech Hear. Res. 16:78)."""
_GASP_S: Final = 0.45
"""In speech a breath is taken in some half a second, at the boundaries of clauses (Winkworth et al. 1995, J. Speech Hear. Res.
38:124)."""
_WAITS_S: Final = 0.9
"""How long breath is held for a clause that does not come."""
_SPENT_S: Final = 5.0
"""Time constant of the way out while talking."""
_LEAST_GASP, _MOST_GASP = 0.6, 1.0
_LONG_CLAUSE_S: Final = 5.0
_RATE: Final = 9.0


class Breathing:
    """Breath as a function of time and of whether the host speaks; 0 out, 1 in."""

    def __init__(self, seed: int) -> None:
        self._channel = seed * 64 + 9
        self._phase = 0.0
        self._talked = False
        self._fell_silent = -math.inf
        self._depth = 0.8
        self._breath = Spring(0.0, _RATE)
        self._reserve = 0.0

    def at(self, now: float, passed: float, *, talking: bool, clause_s: float | None = None) -> float:
        """The breath `now`; `clause_s`: how long the clause will be that is spoken or about to be, where known."""
        if self._talked and not talking:
            self._fell_silent = now
        if clause_s is not None:
            share = min(1.0, clause_s / _LONG_CLAUSE_S)
            self._depth = _LEAST_GASP + (_MOST_GASP - _LEAST_GASP) * share
        about_to = not talking and (clause_s is not None or now - self._fell_silent < _GASP_S + _WAITS_S)
        if talking:
            if not self._talked:
                self._reserve = max(self._breath.value, 0.5 * self._depth)
            self._reserve *= math.exp(-passed / _SPENT_S)
            goal = self._reserve
            self._phase = 0.5  # breathing goes on from the way out
        elif about_to:
            goal = self._depth
            self._phase = _INHALING
        else:
            # The pace wanders by about a tenth.
            self._phase += passed * _BREATHS_PER_SECOND * (1.0 + 0.18 * noise(now * 0.08, self._channel))
            goal = _QUIET_DEPTH * _wave(self._phase % 1.0) * (1.0 + 0.12 * noise(now * 0.05, self._channel + 1))
        self._talked = talking
        return min(1.0, max(0.0, self._breath.follow(goal, passed)))


def _wave(phase: float) -> float:
    if phase < _INHALING:
        return 0.5 - 0.5 * math.cos(math.pi * phase / _INHALING)
    return 0.5 + 0.5 * math.cos(math.pi * (phase - _INHALING) / (1 - _INHALING))
