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
from typing import ParamSpec

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


P = ParamSpec("P")


def _timed(work: Callable[P, None], costs: Costs) -> Callable[P, None]:
    def timed(*args: P.args, **kwargs: P.kwargs) -> None:
        with costs.measured():
            work(*args, **kwargs)

    return timed


@dataclass(frozen=True, slots=True)
class FrameRow:
    """One line of the table: a part of the picture in one state of the show."""

    part: str
    state: str
    cpu_ms: tuple[float, float, float]
    """Median, 95th percentile and largest."""
    wall_ms: tuple[float, float, float]


def measure(seconds: float) -> list[FrameRow]:
    """Draw `seconds` of show in each state and say what the parts cost."""
    rows: list[FrameRow] = []
    compositor = Measured()
    frame = 0
    for state, talking, staged in (
        ("idle", False, False),
        ("talking", True, False),
        ("talking, all on stage", True, True),
    ):
        if staged:
            compositor.prepare(CARD)
            compositor.show_product(CARD, frame * SLICE_SECONDS)
            compositor.quote("Lin", "How much is the ribeye, and is it frozen?", frame * SLICE_SECONDS)
        for costs in (compositor.face, compositor.stage, compositor.frame):
            costs.cpu.clear()
            costs.wall.clear()
        mouths = _talk(round(seconds / SLICE_SECONDS))
        for mouth in mouths:
            compositor.draw(_request(frame, mouth if talking else None))
            frame += 1
        for part, costs in (("face", compositor.face), ("stage", compositor.stage), ("whole", compositor.frame)):
            rows.append(FrameRow(part, state, _summary(costs.cpu), _summary(costs.wall)))
    return rows


def _talk(frames: int) -> NDArray[np.float32]:
    """A mouth that goes to another mixture every 120 ms, three or four keys at a time: heavier than speech."""
    random = np.random.default_rng(3)
    weights = np.zeros((frames, len(MOUTH_KEYS)), np.float32)
    goal = here = np.eye(len(MOUTH_KEYS))[0]
    for frame in range(frames):
        if frame % 3 == 0:
            goal = random.dirichlet([0.15] * len(MOUTH_KEYS))
        here = 0.5 * here + 0.5 * goal
        weights[frame] = here
    return weights


def _request(frame: int, mouth: NDArray[np.float32] | None) -> FrameRequest:
    now = frame * SLICE_SECONDS
    if mouth is None:
        return FrameRequest(now, None, None, "camera", None)
    word = (frame // 8 * 5) % len(TEXT)
    speaking = Speaking(Emotion.WARM, 0.6, float(frame % 9 > 6))
    return FrameRequest(now, mouth, speaking, "camera", CaptionState("line", TEXT, word, min(len(TEXT), word + 5)))


def _summary(values: Sequence[float]) -> tuple[float, float, float]:
    median, late = np.percentile(values, [50, 95])
    return float(median), float(late), max(values)


def table(rows: Sequence[FrameRow]) -> str:
    """The rows as text."""
    lines = [
        "| part | show | CPU ms: median | p95 | max | wall ms: median | p95 | max |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        figures = " | ".join(f"{value:.2f}" for value in (*row.cpu_ms, *row.wall_ms))
        lines.append(f"| {row.part} | {row.state} | {figures} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.render_frame", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="show drawn in each state (default: %(default)s)")
    options = parser.parse_args()
    load_before = os.getloadavg()[0]
    rows = measure(options.seconds)
    print(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC · {os.cpu_count()} cores ({platform.machine()}), one thread, "
        f"OpenCV {cv2.__version__}, 720 x 1280; load average before {load_before:.1f}, after {os.getloadavg()[0]:.1f}"
    )
    print("bar: whole frame at most 7 ms at the median\n\n" + table(rows))


if __name__ == "__main__":
    main()
