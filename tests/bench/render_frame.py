"""What a picture costs: face, stage and whole frame, idle and talking, in one thread. ``python -m tests.bench.render_frame``."""

import argparse
import os
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import MOUTH_KEYS, load_avatar_pack
from render.compositor import CaptionState, Compositor, FrameRequest, Speaking
from render.contract import Emotion, ProductCard
from rtc.contract import SLICE_SECONDS, Picture

DEMO = Path(__file__).parents[2] / "rooms/demo/avatar"
CARD = ProductCard("RB-10", "Ribeye steak", "眼肉牛排", "¥199.00", "¥259.00", "box of 10 × 150 g")
TEXT = "The ribeye is ¥199.00 for a box of ten, frozen one by one, 眼肉牛排一盒十片, so you thaw as many as you need."


@dataclass(slots=True)
class Costs:
    """Milliseconds of one thread's CPU time and of the wall clock, per frame."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    @contextmanager
    def measured(self) -> Iterator[None]:
        wall, cpu = time.perf_counter(), time.thread_time()
        yield
        self.cpu.append((time.thread_time() - cpu) * 1000)
        self.wall.append((time.perf_counter() - wall) * 1000)


class Measured(Compositor):
    """A compositor that knows what its parts cost."""

    def __init__(self) -> None:
        super().__init__(load_avatar_pack(DEMO), seed=1)
        self.face, self.stage, self.frame = Costs(), Costs(), Costs()
        self._face.draw = _timed(self._face.draw, self.face)  # type: ignore[method-assign]
        self._stage.draw = _timed(self._stage.draw, self.stage)  # type: ignore[method-assign]

    def draw(self, request: FrameRequest) -> Picture:
        with self.frame.measured():
            return super().draw(request)


def _timed(work: Callable[P, None], costs: Costs) -> Callable[P, None]:
    def timed(*args: P.args, **kwargs: P.kwargs) -> None:
        with costs.measured():
            work(*args, **kwargs)

    return timed
