"""What a picture costs in one thread: the real show in its own time, its painter's work measured, nothing coded or sent."""

import asyncio
import resource
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ParamSpec

import numpy as np

from render.avatar_pack import load_avatar_pack
from render.compositor import Compositor
from render.contract import Board, CallOut, Emotion, Layout, Line, LineKind, ProductCard, ShowEvent
from render.show import Show
from render.viseme import mouth_track
from rtc.contract import SLICE_SECONDS, Slice
from tests.perception.fast_show import packs, voice_of
from tests.perception.sentences import ENGLISH
from tests.perception.switching import lines, products

P = ParamSpec("P")
_QUEUED_S = 9.0
"""Below the show's own bound, at which it would make the speaker wait."""


@dataclass(slots=True)
class Costs:
    """Milliseconds, one entry a call."""

    thread: list[float] = field(default_factory=list)
    """CPU time of the thread that draws."""
    wall: list[float] = field(default_factory=list)
    process: list[float] = field(default_factory=list)
    """CPU time of all threads meanwhile; more than the thread's where work was handed to others."""
    faults: list[int] = field(default_factory=list)
    """Pages that the kernel had to give the drawing thread; a full frame of BGR that is allocated anew has 675."""

    def timed(self, work: Callable[P, Any]) -> Callable[P, Any]:
        """The same work, measured."""

        def measured(*args: P.args, **kwargs: P.kwargs) -> Any:
            pages = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
            wall, thread, process = time.perf_counter(), time.thread_time(), time.process_time()
            result = work(*args, **kwargs)
            self.thread.append((time.thread_time() - thread) * 1000)
            self.process.append((time.process_time() - process) * 1000)
            self.wall.append((time.perf_counter() - wall) * 1000)
            self.faults.append(resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - pages)
            return result

        return measured

    def clear(self) -> None:
        for values in (self.thread, self.wall, self.process, self.faults):
            values.clear()


@dataclass(frozen=True, slots=True)
class FrameRow:
    """One part of the picture in one state of the show; (median, 95th percentile, largest) in ms."""

    part: str
    state: str
    frames: int
    cpu_ms: tuple[float, float, float]
    wall_ms: tuple[float, float, float]
    all_threads_ms: float
    """Mean."""


@dataclass(frozen=True, slots=True)
class AllocationRow:
    """What a picture allocates in one state; a full frame is 2.76 MB of BGR at 720 x 1280."""

    state: str
    peak_mb: tuple[float, float]
    """Median and largest of what was allocated at once while one picture was drawn (Python and numpy)."""
    frame_sized: int
    """Pictures during which as much as a full frame was allocated at once."""
    frames: int
    page_faults: tuple[float, float]
    """Median and 95th percentile, of whatever library."""


class _Nowhere:
    """Takes Slices and forgets them."""

    def push(self, piece: Slice, due: float) -> None: ...


class Bench:
    """A show on a pack whose painter is measured."""

    def __init__(self, pack: Path, loop: asyncio.AbstractEventLoop) -> None:
        loaded = load_avatar_pack(pack)
        self.frame_bytes = loaded.plate.nbytes
        self.compositor = Compositor(loaded, 1)
        self.whole, self.face, self.stage = Costs(), Costs(), Costs()
        self.untimed = self.compositor.draw
        parts: Any = self.compositor
        parts._face.draw = self.face.timed(parts._face.draw)
        parts._stage.draw = self.stage.timed(parts._stage.draw)
        parts.draw = self.whole.timed(self.untimed)
        self.show = Show(self.compositor, mouth_track, _Nowhere(), self._heard, loop=loop)
        self.events: list[ShowEvent] = []

    def _heard(self, event: ShowEvent) -> None:
        self.events.append(event)

    def clear(self) -> None:
        for costs in (self.whole, self.face, self.stage):
            costs.clear()

    async def idle(self, frames: int) -> None:
        for _ in range(frames):
            self.show.tick(self.show.now)
            await asyncio.sleep(0)

    async def say(self, spoken: Sequence[Line], most_frames: int) -> None:
        """Say Lines in turn until they end or enough has been drawn."""
        telling = asyncio.create_task(self._tell(spoken))
        drawn = 0
        while drawn < most_frames and (not telling.done() or self.show.waiting_seconds > 0):
            if telling.done() or self.show.waiting_seconds > 1.0:
                self.show.tick(self.show.now)
                drawn += 1
                await asyncio.sleep(0)
            else:
                await asyncio.sleep(0.001)
        if not telling.done():
            self.show.interrupt()
        await asyncio.wait([telling])
        telling.result()
        self.show.interrupt()
        await self.idle(5)

    async def _tell(self, spoken: Sequence[Line]) -> None:
        for line in spoken:
            await self.show.say(line)

    def rows(self, state: str) -> list[FrameRow]:
        return [
            FrameRow(
                part,
                state,
                len(costs.thread),
                _spread(costs.thread),
                _spread(costs.wall),
                float(np.mean(costs.process)),
            )
            for part, costs in (("whole frame", self.whole), ("face alone", self.face), ("stage alone", self.stage))
        ]


async def measure(pack: str, seconds: float) -> tuple[list[FrameRow], list[AllocationRow]]:
    """Draw `seconds` of show in each state."""
    rows: list[FrameRow] = []
    allocations: list[AllocationRow] = []
    frames = round(seconds / SLICE_SECONDS)
    with tempfile.TemporaryDirectory(prefix="talkback-products-") as folder:
        cards = products(40, Path(folder))
        async with voice_of() as voice:
            bench = Bench(packs()[pack], asyncio.get_running_loop())
            bench.show.give_voice(voice)
            await bench.idle(50)
            for state in ("idle", "talking", "switching products", "everything on"):
                if state == "everything on":
                    bench.show.show_board(_board(bench.show.now))
                bench.clear()
                if state == "idle":
                    await bench.idle(frames)
                else:
                    await bench.say(_lines(state, cards, bench.show.epoch), frames)
                rows += bench.rows(state)
                faults = [float(f) for f in bench.whole.faults]
                peaks = await _allocating(bench, state, cards, min(frames, 240))
                allocations.append(
                    AllocationRow(
                        state,
                        (float(np.median(peaks)) / 1e6, max(peaks) / 1e6),
                        sum(peak >= bench.frame_bytes for peak in peaks),
                        len(peaks),
                        (float(np.median(faults)), float(np.percentile(faults, 95))),
                    )
                )
    return rows, allocations


async def _allocating(bench: Bench, state: str, cards: Sequence[ProductCard], frames: int) -> list[int]:
    """Bytes allocated at once during each picture, as tracemalloc counts them (numpy tells it of every array).

    tracemalloc counts for all threads, so everything is voiced, and every card set, before the first picture is drawn.
    """
    peaks: list[int] = []
    timed = bench.compositor.draw

    def traced(*args: Any) -> Any:
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        result = bench.untimed(*args)
        peaks.append(tracemalloc.get_traced_memory()[1] - before)
        return result

    bench.compositor.draw = traced  # type: ignore[method-assign, assignment]
    if state != "idle":
        for line in _lines(state, cards[20:], bench.show.epoch):
            if bench.show.waiting_seconds > _QUEUED_S:
                break
            await bench.show.say(line)
    tracemalloc.start()
    try:
        await bench.idle(frames)
    finally:
        tracemalloc.stop()
        bench.compositor.draw = timed  # type: ignore[method-assign]
    bench.show.interrupt()
    await bench.idle(5)
    return peaks


def _board(now: float) -> Board:
    rows = (
        "First prize: a cast-iron pan",
        "Write a comment to take part · 评论参与",
        "Drawn at the end of the countdown",
    )
    return Board("bench", "Evening draw · 今晚抽奖", rows, ends_at=now + 600)


def _lines(state: str, cards: Sequence[ProductCard], epoch: int) -> list[Line]:
    layouts = (Layout.AUTO, Layout.INSET, Layout.SIDE, Layout.FULL, Layout.HOST)
    if state == "talking":
        return [_line(n, text, epoch, emotion=list(Emotion)[n % 6]) for n, text in enumerate(ENGLISH[:24])]
    if state == "switching products":
        return [_again(line, epoch) for line in lines(cards[:20], layouts)]
    return [
        _line(
            n,
            text,
            epoch,
            emotion=Emotion.EXCITED,
            product=cards[n // 3 % len(cards)],
            layout=layouts[n // 3 % len(layouts)],
            kind=LineKind.READBACK if n % 3 == 0 else LineKind.ANSWER,
            quote=("Lin", "How much is the ribeye, and is it frozen? 多少钱？") if n % 3 == 0 else None,
            callouts=(CallOut("10 × 150 g", 0), CallOut("hand-cut · 手工", text.rfind(" ") + 1)),
            caption=f"{text} 眼肉牛排一盒十片。",
        )
        for n, text in enumerate(ENGLISH[24:48])
    ]


def _line(number: int, text: str, epoch: int, **more: Any) -> Line:
    return Line(f"bench-{number}", text, epoch=epoch, **more)


def _again(line: Line, epoch: int) -> Line:
    return Line(line.id, line.text, product=line.product, caption=line.caption, layout=line.layout, epoch=epoch)


def _spread(values: Sequence[float]) -> tuple[float, float, float]:
    median, late = np.percentile(values, [50, 95])
    return float(median), float(late), max(values)
