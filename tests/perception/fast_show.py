"""A whole show faster than life: the real show, face, stage and voice, driven in its own time into what a viewer receives."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from render.avatar_pack import AvatarPack, load_avatar_pack
from render.compositor import Compositor
from render.contract import (
    Line,
    LineEnded,
    LineStarted,
    RenderFault,
    ShowEvent,
    Speech,
    Voice,
)
from render.settings import VoiceSettings
from render.show import Show
from render.viseme import mouth_track
from render.voices import open_voice
from render.voicing import MouthTrack
from rtc.contract import SLICE_SAMPLES, SLICE_SECONDS
from rtc.settings import VideoSettings
from tests.perception.received_stream import ReceivedStream, Watcher

ROOMS = Path(__file__).parents[2] / "rooms"
DEMO = ROOMS / "demo/avatar"
_ENOUGH_QUEUED_S = 1.0
"""While less is queued the show stands still and waits for the voice: its speed must not show as pauses."""


def packs() -> dict[str, Path]:
    """The avatar packs that come with the product: room's name to folder."""
    return {path.parent.parent.name: path.parent for path in sorted(ROOMS.glob("*/avatar/manifest.json"))}


@dataclass(frozen=True, slots=True)
class Said:
    """One Line that was heard, with what it was made from."""

    line: Line
    speech: Speech
    mouth: NDArray[np.float32]
    """The commanded track, shape (frames, mouth keys)."""
    first: int
    """Slice in which it began."""
    last: int
    """One past the Slice in which it ended."""


@dataclass(slots=True)
class FastShow:
    """Open with `fast_show`; after the block has ended `said`, `events` and `stream` are complete."""

    show: Show
    stream: ReceivedStream
    pack: AvatarPack
    events: list[ShowEvent] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    faults: list[RenderFault] = field(default_factory=list)
    _made: list[tuple[Speech, NDArray[np.float32]]] = field(default_factory=list)
    _asked: list[Line] = field(default_factory=list)
    _began: dict[str, int] = field(default_factory=dict)

    async def idle(self, seconds: float) -> None:
        """Let the show go on for a while."""
        for _ in range(round(seconds / SLICE_SECONDS)):
            await self._tick()

    async def say(self, lines: Sequence[Line]) -> None:
        """Say Lines one after another, as a director would, and play them to their end."""
        telling = asyncio.create_task(self._tell(lines))
        try:
            while not telling.done() or self.show.waiting_seconds > 0:
                if telling.done() or self.show.waiting_seconds > _ENOUGH_QUEUED_S:
                    await self._tick()
                else:
                    await asyncio.sleep(0.001)  # the show's clock stands still meanwhile
            await telling
        finally:
            telling.cancel()

    async def _tell(self, lines: Sequence[Line]) -> None:
        for line in lines:
            self._asked.append(line)
            assert await self.show.say(line), f"the show refused {line.id}"

    async def _tick(self) -> None:
        if self.faults:
            raise RuntimeError(f"the renderer failed: {self.faults[0].code}: {self.faults[0].message}")
        self.show.tick(self.show.now)
        await asyncio.sleep(0)  # lets events and the voice in

    def take(self, event: ShowEvent) -> None:
        """Note what the show reports."""
        self.events.append(event)
        if isinstance(event, RenderFault) and event.code == "drawing-failed":  # media that are missing are told, too
            self.faults.append(event)
        if isinstance(event, LineStarted):
            self._began[event.line.id] = round(event.at / SLICE_SECONDS)
        if isinstance(event, LineEnded) and event.line.id in self._began:
            speech, mouth = self._made[self._asked.index(event.line)]
            first = self._began[event.line.id]
            self.said.append(Said(event.line, speech, mouth, first, first + -(-len(speech.pcm) // SLICE_SAMPLES)))


@contextlib.asynccontextmanager
async def fast_show(
    watcher: Watcher,
    voice: Voice,
    *,
    pack: Path = DEMO,
    seed: int = 1,
    driver: MouthTrack = mouth_track,
    lying: bool = False,
) -> AsyncIterator[FastShow]:
    """A show whose pictures go to `watcher` (on another thread); `driver` makes the mouth, `lying` is 16:9."""
    loaded = await asyncio.to_thread(load_avatar_pack, pack)
    width, height = loaded.size[::-1] if lying else loaded.size
    compositor = await asyncio.to_thread(Compositor, loaded, seed, (width, height))
    stream = ReceivedStream(watcher, VideoSettings(width=width, height=height))
    made: list[tuple[Speech, NDArray[np.float32]]] = []

    def track(speech: Speech, energy: float) -> NDArray[np.float32]:
        mouth = driver(speech, energy)
        made.append((speech, mouth))
        return mouth

    running: FastShow

    def on_event(event: ShowEvent) -> None:
        running.take(event)

    show = Show(compositor, track, stream, on_event, loop=asyncio.get_running_loop(), voice=voice)
    running = FastShow(show, stream, loaded, _made=made)
    try:
        yield running
        await asyncio.sleep(0)
    finally:
        stream.close()


@contextlib.asynccontextmanager
async def voice_of(backend: str = "piper") -> AsyncIterator[Voice]:
    """A packaged voice by the name of its back end, with the room's default settings."""
    voice = await open_voice(TypeAdapter(VoiceSettings).validate_python({"backend": backend}))
    try:
        yield voice
    finally:
        await voice.close()
