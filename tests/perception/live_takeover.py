"""A show in real time with a viewer and a person who goes live, all over WebRTC in one process."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from render.avatar_pack import load_avatar_pack
from render.compositor import Compositor
from render.contract import Emotion, LiveChanged, LiveMode, RenderFault, ShowEvent, Speech, WordSpan
from render.live_input import LiveInput
from render.mouth_listener import MouthNetwork
from render.show import Show
from render.viseme import mouth_track
from rtc.broadcaster import Broadcaster
from rtc.contract import SAMPLE_RATE, LiveFeed, Pcm, RtcEvent
from rtc.ingest import Ingest
from rtc.settings import RtcSettings, VideoSettings
from tests.perception.fast_show import DEMO
from tests.person import Person, Pictures, Sound
from tests.viewer import Viewer


class HumVoice:
    """Implements `render.contract.Voice` with a steady hum of 300 Hz, half a second a word."""

    name = "hum"
    languages = frozenset({"en", "zh"})

    async def speak(self, text: str, *, language: str, emotion: Emotion, energy: float) -> Speech:
        words = text.split()
        step = SAMPLE_RATE // 2
        pcm = hum(300.0, len(words) * step)
        return Speech(pcm, words=tuple(WordSpan(0, len(text), n * step, (n + 1) * step) for n in range(len(words))))

    async def close(self) -> None:
        pass


def hum(pitch: float, samples: int, level: float = 6000) -> Pcm:
    """A sine."""
    return (level * np.sin(2 * np.pi * pitch * np.arange(samples) / SAMPLE_RATE)).astype(np.int16)


def power_at(pcm: Pcm, pitch: float) -> float:
    """Amplitude of a sine of that pitch in a piece of sound, 0..1 of full scale."""
    turn = np.exp(-2j * np.pi * pitch * np.arange(pcm.size) / SAMPLE_RATE)
    return float(2 * abs(np.mean(pcm * turn)) / 32768) if pcm.size else 0.0


@dataclass(slots=True)
class TakeoverRig:
    """Open with `takeover_rig`."""

    show: Show
    broadcaster: Broadcaster
    ingest: Ingest
    events: list[ShowEvent] = field(default_factory=list)
    rtc_events: list[RtcEvent] = field(default_factory=list)
    live: LiveInput | None = None

    async def admit_viewer(self, offer: str) -> str:
        return (await self.broadcaster.answer(offer)).answer_sdp

    async def admit_person(self, offer: str) -> str:
        return (await self.ingest.answer(offer)).answer_sdp

    def person(self, sound: Sound, pictures: Pictures | None = None) -> Person:
        return Person(self.admit_person, sound, pictures)

    def viewer(self, **how: object) -> Viewer:
        return Viewer(self.admit_viewer, **how)  # type: ignore[arg-type]

    async def until_live(self, mode: LiveMode, seconds: float = 5.0) -> LiveChanged:
        """Wait until the show has told that `mode` is on air."""
        seen = len(self.events)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for event in self.events[max(0, seen - 5) :]:
                if isinstance(event, LiveChanged) and event.mode is mode and self.show.live is mode:
                    return event
            await asyncio.sleep(0.01)
        raise TimeoutError(f"{mode} was not on air within {seconds} s")

    @property
    def faults(self) -> list[str]:
        return [event.code for event in self.events if isinstance(event, RenderFault)]


@contextlib.asynccontextmanager
async def takeover_rig(pack: Path = DEMO) -> AsyncIterator[TakeoverRig]:
    """The real show and broadcaster, with a host who hums."""
    loaded = await asyncio.to_thread(load_avatar_pack, pack)
    compositor = await asyncio.to_thread(Compositor, loaded, 1)
    network = await asyncio.to_thread(MouthNetwork.load)
    loop = asyncio.get_running_loop()
    rig: TakeoverRig
    settings = RtcSettings()
    video = VideoSettings(width=loaded.size[0], height=loaded.size[1])
    broadcaster = Broadcaster(loop, video, settings, lambda event: rig.rtc_events.append(event))
    show = Show(
        compositor, mouth_track, broadcaster, lambda event: rig.events.append(event), loop=loop, voice=HumVoice()
    )

    def on_feed(feed: LiveFeed | None) -> None:
        if feed is None:
            show.go_live(LiveMode.NONE)
            return
        rig.live = LiveInput(feed, network)
        show.take_live(rig.live)

    ingest = Ingest(settings, on_feed, lambda event: rig.rtc_events.append(event))
    rig = TakeoverRig(show, broadcaster, ingest)
    show.start()
    try:
        yield rig
    finally:
        await ingest.close()
        await show.close(finish_line=False)
        await broadcaster.close()
