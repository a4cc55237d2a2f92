"""The bake's progress: a bar with what is done, what is left, and how long that takes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TextIO

_BAR = 24


class Progress:
    """Counts work in pixels; what an earlier run already rendered does not spoil the estimate."""

    def __init__(self, title: str, *, now: Callable[[], float], stream: TextIO | None = None) -> None:
        """``now``: a clock in seconds that never steps back."""
        self._title, self._now, self._stream = title, now, stream or sys.stderr
        self._began = now()
        self._steps = self._total_steps = 0
        self._waiting_px = self._rendered_px = 0
        self._to_render: list[bool] = []

    def expect(self, pixels: int, *, waiting: bool) -> None:
        """Announce a step, in the order in which the steps will be done; ``waiting``: it still has to be rendered."""
        self._total_steps += 1
        self._to_render.append(waiting)
        self._waiting_px += pixels if waiting else 0

    def done(self, name: str, pixels: int) -> None:
        """A step is done."""
        if self._to_render[self._steps]:
            self._rendered_px += pixels
        self._steps += 1
        passed = self._now() - self._began
        filled = _BAR * self._steps // self._total_steps
        bar = "#" * filled + "." * (_BAR - filled)
        self._say(f"[{bar}] {self._steps}/{self._total_steps} {name}, {passed:.0f} s{self._left(passed)}")

    def end(self, line: str) -> None:
        """Say what came of it."""
        self._say(f"{line}, {self._now() - self._began:.0f} s")

    def _left(self, passed: float) -> str:
        missing = self._waiting_px - self._rendered_px
        if not self._rendered_px or missing <= 0:
            return ""
        return f", about {passed * missing / self._rendered_px:.0f} s left"

    def _say(self, line: str) -> None:
        print(f"{self._title}: {line}", file=self._stream, flush=True)
