"""The whole room as its viewers get it: answers, gaps, cost, memory and start, from a real server at a real WebRTC viewer."""

import asyncio
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from rtc.contract import SAMPLE_RATE
from tests.endtoend.on_air import DEMO, EventReader, OnAir, on_air
from tests.endtoend.received import AUDIBLE_RMS
from tests.viewer import HeardPacket, Viewer

QUESTIONS = (
    "How much is the ribeye?",
    "What does the air fryer cost?",
    "Where do the blueberries come from?",
    "How long do the eggs keep?",
    "Is the cast-iron pan coated?",
    "How big is the rice cooker?",
    "What is the price of the kettle?",
    "How do I store the yogurt?",
    "How fast do you ship?",
    "Are you real?",
)
NAMES = ("Lin", "Anna", "Tom", "Ruth", "Omar", "Mia", "Ben")


@dataclass(slots=True)
class Answers:
    """What was measured over a number of comments."""

    first_sound_s: list[float] = field(default_factory=list)
    """From the moment the comment is posted to the first audible sample, out of the viewer's decoder."""
    on_wire_s: list[float] = field(default_factory=list)
    """The same, to the arrival of the packet, before the viewer's jitter buffer."""
    answer_gap_s: list[float] = field(default_factory=list)
    """Silence between the read-back and the answer."""
    stages: dict[str, list[float]] = field(default_factory=dict)
    fates: list[str] = field(default_factory=list)
    longest_gap_ms: float = 0.0
    """Between the arrivals of two pictures."""


@dataclass(slots=True)
class RoomFigures:
    """Everything measured in one room."""

    start_s: float
    first_picture_s: float
    quiet: Answers
    presenting: Answers
    idle_cores: float
    talking_cores: float
    memory_mb: dict[str, float]


async def measure(comments: int = 30, cost_seconds: float = 20.0) -> RoomFigures:
    """Measure a quiet room (it does not present), then the demo room as it is."""
    with quiet_room() as folder:
        async with on_air(folder) as room, room.events(host=True) as events:
            async with Viewer(room.whep, codec="h264", decode=False) as watching:
                await watching.until_playing(seconds=20)
                idle = await cores(room, cost_seconds)
            async with Viewer(room.whep, codec="h264") as viewer:
                await viewer.until_playing(seconds=20)
                first_picture = viewer.picture_times[0][1] - viewer.answered_at
                quiet = await ask(room, events, viewer, comments, between_s=1.0, quiet=True)
    async with on_air() as room, room.events(host=True) as events:
        async with Viewer(room.whep, codec="h264") as viewer:
            await viewer.until_playing(seconds=20)
            presenting = await ask(room, events, viewer, comments, between_s=4.0, quiet=False)
        async with Viewer(room.whep, codec="h264", decode=False) as watching:
            await watching.until_playing(seconds=20)
            talking = await cores(room, cost_seconds)
        memory = memory_mb(room)
        start = room.server.ready_after_s
    return RoomFigures(start, first_picture, quiet, presenting, idle, talking, memory)


@contextmanager
def quiet_room() -> Iterator[Path]:
    """The demo room with nothing to present: the host only answers."""
    with tempfile.TemporaryDirectory(prefix="talkback-bench-") as folder:
        room = Path(folder) / "quiet"
        shutil.copytree(DEMO, room)
        (room / "rundown.yaml").write_text("version: 1\nsegments: []\n")
        yield room


async def ask(
    room: OnAir, events: EventReader, viewer: Viewer, comments: int, *, between_s: float, quiet: bool
) -> Answers:
    """Post comments one after another, each when the last one has its fate, and find when each was first heard."""
    found = Answers()
    asked: list[tuple[str, float]] = []
    random = np.random.default_rng(5)
    for number in range(comments):
        await asyncio.sleep(between_s * float(random.uniform(0.6, 1.4)))
        posted = time.monotonic()
        comment = await room.comment(NAMES[number % len(NAMES)], QUESTIONS[number % len(QUESTIONS)])
        asked.append((comment, posted))
        found.fates.append((await events.fate_of(comment))["fate"])
    await asyncio.sleep(0.5)
    # read before anything is computed: what keeps this process busy would look like a gap
    found.longest_gap_ms = viewer.longest_picture_gap_s() * 1000
    for comment, posted in asked:
        lines = [e for e in events.of("line.started") if comment in e["comments"]]
        if not lines:
            continue
        first = first_audible(viewer.sounds, posted if quiet else onset_after(events, viewer, lines[0]))
        if first is not None:
            found.first_sound_s.append(first.at - posted)
            found.on_wire_s.append((viewer.arrival("audio", first.pts) or first.at) - posted)
        ends = [e for e in events.of("line.ended") if comment in e["comments"]]
        if len(lines) > 1:
            found.answer_gap_s.append(lines[1]["at"] - ends[0]["at"])
    for event in events.of("latency"):
        for stage, seconds in event["stages"].items():
            if seconds is not None:
                found.stages.setdefault(stage, []).append(seconds)
    return found


def first_audible(sounds: Sequence[HeardPacket], after: float | None) -> HeardPacket | None:
    """The first packet above the threshold that left the decoder after a moment."""
    if after is None:
        return None
    return next((s for s in sounds if s.at > after and _rms(s) > AUDIBLE_RMS), None)


def onset_after(events: EventReader, viewer: Viewer, line: dict[str, Any]) -> float | None:
    """When the first Slice of a Line left the viewer's decoder.

    The show clock and the sound's own clock differ by a constant, found from all Lines that began after a silence.
    """
    offsets = []
    for other in events.of("line.started"):
        near = [s for s in viewer.sounds if other["arrived"] - 0.25 < s.at < other["arrived"] + 0.6]
        loud = [_rms(s) > AUDIBLE_RMS for s in near]
        if True in loud and loud.index(True) >= 8:  # silence before the onset, so that it is this Line's
            offsets.append(near[loud.index(True)].pts / SAMPLE_RATE - other["at"])
    if not offsets:
        return None
    begins = round((line["at"] + statistics.median(offsets) - 0.02) * SAMPLE_RATE)
    return next((s.at for s in viewer.sounds if s.pts >= begins), None)


def _rms(sound: HeardPacket) -> float:
    return float(np.sqrt(np.mean(np.square(sound.pcm.astype(np.float64)))))


def processes(room: OnAir) -> list[psutil.Process]:
    server = psutil.Process(room.server.pid)
    return [server, *server.children(recursive=True)]


async def cores(room: OnAir, seconds: float) -> float:
    """CPU seconds a second of the server and its model processes."""

    def used() -> float:
        return float(sum(p.cpu_times().user + p.cpu_times().system for p in processes(room)))

    before, began = used(), time.monotonic()
    await asyncio.sleep(seconds)
    return (used() - before) / (time.monotonic() - began)


def memory_mb(room: OnAir) -> dict[str, float]:
    """Proportional set size of each process, in MB, and their sum."""
    sizes = {f"{i} {p.name()}": p.memory_full_info().pss / 1e6 for i, p in enumerate(processes(room))}
    return {**sizes, "all": sum(sizes.values())}
