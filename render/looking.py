"""Where the host looks: fixations and the jumps between them, and the head that follows the eyes."""

import math
from dataclasses import dataclass

import numpy as np

from render.motion import Spring, ease

_EYE_DEGREES_X, _EYE_DEGREES_Y = 13.0, 11.0
"""What a gaze of 1 stands for in the avatar packs (13 degrees sideways, 12 down, 9 up)."""
_CAMERA, _CHAT, _PRODUCT = "camera", "chat", "product"
_PLACES = {_CAMERA: (0.0, 0.0), _CHAT: (-9.0, 7.0), _PRODUCT: (9.0, 7.0)}
"""Degrees to the picture's right and down. The comment being read stands at the left; the product where the stage has it."""
_UNITS_A_DEGREE = 60.0
"""Of the frame, whose short side has 720: the far corner is some 12 degrees away."""
_FARTHEST_X, _HIGHEST, _LOWEST = 11.0, -7.0, 8.0
"""Degrees that eyes and lids of a pack show without strain."""
_HEAD_SHARE_X, _HEAD_SHARE_Y = 0.26, 0.2
"""How much of a glance the head takes over. People turn the head little for targets within 15 degrees (Freedman 2008)."""
_HEAD_RATE = 9.0
_STEADYING = 0.9
"""Gain of the vestibulo-ocular reflex: the eyes stay on their target while the head moves."""
_LINE_LEFT, _LINE_RIGHT, _LINE_STEP = -12.0, -6.5, 2.1
"""Degrees; reading moves on by some 2 degrees a fixation of about 230 ms (Rayner 1998, Psychol. Bull. 124:372)."""
_LOOKS_UP_AFTER_S = 3.6
_GLANCE_S = (0.7, 1.1)
"""A look at what has just appeared, and back to whom one talks to."""


@dataclass(frozen=True, slots=True)
class Gaze:
    """Where the eyes are fixed, in degrees of the picture, and how far the head has come along."""

    x: float
    y: float
    """Down."""
    head_yaw: float
    head_pitch: float
    """Up."""
    reading: bool
    shift: float
    """Degrees of the jump that begins now; 0 for none."""

    def eyes(self, yaw: float, pitch: float) -> tuple[float, float]:
        """Gaze (x, y) of a pose, -1..1, with the head turned by yaw and pitch degrees."""
        x = (self.x - _STEADYING * yaw) / _EYE_DEGREES_X
        y = (self.y + _STEADYING * pitch) / _EYE_DEGREES_Y
        return min(1.0, max(-1.0, x)), min(1.0, max(-1.0, y))


class Looking:
    """The host's gaze as a function of time, of what is asked of it, and of whether it speaks."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random
        self._places = dict(_PLACES)
        self._look = _CAMERA
        self._since = 0.0
        self._until = 0.0
        self._away = False
        self._asked: str | None = None
        self._from = self._to = (0.0, 0.0)
        self._began = -math.inf
        self._read_x, self._read_line = _LINE_LEFT, 0
        self._yaw, self._pitch = Spring(0.0, _HEAD_RATE), Spring(0.0, _HEAD_RATE)
        self._head_goal = (0.0, 0.0)

    def glance(self, target: str) -> None:
        """Look there at the next moment, briefly, unless that is where the host looks anyway."""
        self._asked = target if target in self._places else None

    def put_product(self, right: float, down: float) -> None:
        """The product stands so far from the host's eyes, in units of the frame; what is looked at now is looked at there anew."""
        x = min(_FARTHEST_X, max(-_FARTHEST_X, right / _UNITS_A_DEGREE))
        y = min(_LOWEST, max(_HIGHEST, down / _UNITS_A_DEGREE))
        if (x, y) != self._places[_PRODUCT]:
            self._places[_PRODUCT] = x, y
            if self._look == _PRODUCT and not self._away:
                self._until = -math.inf

    def at(self, now: float, passed: float, look: str, talking: bool) -> Gaze:
        """The gaze `now`; `look` is ``camera``, ``chat`` or ``product`` (anything else counts as the camera)."""
        look = look if look in self._places else _CAMERA
        shift = 0.0
        asked, self._asked = self._asked, None
        if look == self._look and asked not in (None, look):
            shift = self._jump(now, *self._turn_away(self._places[asked], self._uniform(*_GLANCE_S)))
        elif look != self._look or now >= self._until:
            if look != self._look:
                self._look, self._since, self._away = look, now, False
                self._read_x, self._read_line = _LINE_LEFT, 0
                target, lasts = self._arriving(look)
            else:
                target, lasts = self._next(now, talking)
            shift = self._jump(now, target, lasts)
        x, y = self._place(now)
        yaw = self._yaw.follow(_HEAD_SHARE_X * self._head_goal[0], passed)
        pitch = self._pitch.follow(-_HEAD_SHARE_Y * self._head_goal[1], passed)
        return Gaze(x, y, yaw, pitch, self._look == _CHAT and not self._away, shift)

    def _jump(self, now: float, target: tuple[float, float], lasts: float) -> float:
        """Begin a jump of the eyes; its size in degrees."""
        here = self._place(now)
        self._from, self._to, self._began, self._until = here, target, now, now + lasts
        return math.dist(here, target)

    def _place(self, now: float) -> tuple[float, float]:
        """On the way of the jump: 2.2 ms a degree and 21 ms (Carpenter 1988, the main sequence)."""
        distance = math.dist(self._from, self._to)
        t = ease((now - self._began) / (0.021 + 0.0022 * distance)) if distance > 0 else 1.0
        return (
            self._from[0] + (self._to[0] - self._from[0]) * t,
            self._from[1] + (self._to[1] - self._from[1]) * t,
        )

    def _arriving(self, look: str) -> tuple[tuple[float, float], float]:
        self._head_goal = self._places[look]
        if look == _CHAT:
            return (_LINE_LEFT, 6.2), 0.3
        return self._places[look], 0.8

    def _next(self, now: float, talking: bool) -> tuple[tuple[float, float], float]:
        """The fixation that follows: where to and for how long."""
        if self._away:
            self._away = False
            return self._arriving(self._look)
        if self._look == _CHAT:
            return self._reading_on(now)
        if self._look == _PRODUCT:
            if self._until == -math.inf:
                return self._arriving(_PRODUCT)
            if self._chance(0.3):
                return self._turn_away(self._places[_CAMERA], self._lasting(1.1))
            return self._near(self._places[_PRODUCT], 1.4), self._lasting(0.55)
        if self._chance(0.16 if talking else 0.13):
            return self._glance(talking)
        return self._near(self._places[_CAMERA], 0.7), self._lasting(1.0 if talking else 1.2)

    def _glance(self, talking: bool) -> tuple[tuple[float, float], float]:
        """Away from the camera: to the chat or, thinking, to a side (Glenberg et al. 1998, Mem. Cogn. 26:651)."""
        side = -1.0 if self._chance(0.5) else 1.0
        if talking:
            return self._turn_away((side * self._uniform(4.0, 7.5), self._uniform(-2.5, 3.5)), self._uniform(0.35, 0.8))
        if self._chance(0.6):
            x, y = self._near(self._places[_CHAT], 1.5)
            return self._turn_away((x, y), self._lasting(1.1))
        return self._turn_away((side * self._uniform(5.0, 9.0), self._uniform(-3.0, 3.0)), self._lasting(0.8))

    def _turn_away(self, target: tuple[float, float], lasts: float) -> tuple[tuple[float, float], float]:
        self._away = True
        self._head_goal = (0.7 * target[0], 0.7 * target[1])
        return target, lasts

    def _reading_on(self, now: float) -> tuple[tuple[float, float], float]:
        if now - self._since > _LOOKS_UP_AFTER_S and self._chance(0.08):
            return self._turn_away(self._places[_CAMERA], self._lasting(0.7))
        self._read_x += _LINE_STEP * self._uniform(0.7, 1.3)
        if self._read_x > _LINE_RIGHT:
            self._read_x = _LINE_LEFT + self._uniform(0.0, 0.8)
            self._read_line = (self._read_line + 1) % 3
        return (self._read_x, 6.2 + 0.8 * self._read_line), self._lasting(0.23)

    def _near(self, place: tuple[float, float], spread: float) -> tuple[float, float]:
        x, y = self._random.normal(0.0, spread, 2)
        return place[0] + float(x), place[1] + 0.6 * float(y)

    def _lasting(self, median: float) -> float:
        """Fixations last log-normally."""
        return max(0.12, median * math.exp(0.4 * float(self._random.standard_normal())))

    def _uniform(self, low: float, high: float) -> float:
        return float(self._random.uniform(low, high))

    def _chance(self, probability: float) -> bool:
        return bool(self._random.random() < probability)
