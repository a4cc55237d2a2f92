"""Measures, at a real receiver, how far a beep and a flash of the same Slice come apart."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import numpy as np

from rtc.broadcaster import Broadcaster
from rtc.contract import FRAME_RATE, SAMPLE_RATE
from rtc.settings import RtcSettings, VideoSettings
from rtc.video_encoder import VIDEO_CLOCK
from tests.rtc.synthetic_show import EVENT_EVERY, Playout, SyntheticShow, is_flash, read_index
from tests.viewer import HeardPacket, SeenPicture, Viewer

_LOUD = 3000
_PERIOD_S = EVENT_EVERY / FRAME_RATE


@dataclass(slots=True)
class SyncLog:
    """Beeps and flashes as they were received, and how they lay. Positive offsets: the sound is later."""

    slices: int = 0
    pictures: int = 0
    out_of_order: int = 0
    overflowed: int = 0
    """Slices that the sender left out because its event loop hung for a second."""
    dropped: int = 0
    """Packets that waited too long for the viewer's connection."""
    late_ms_p95: float = 0.0
    """How late the last minute's Slices left."""
    beeps: list[int] = field(default_factory=list)
    """Onsets, in samples since the first packet."""
    flashes: list[int] = field(default_factory=list)
    """Pictures, in ticks of 90 kHz since the first packet."""
    media_ms: list[float] = field(default_factory=list)
    """By the RTP timestamps, both counted from the first packets, which belong to the same Slice."""
    arrival_ms: list[float] = field(default_factory=list)
    """By the arrival of the packets that hold the onset and the flash."""
    browser_ms: list[float] = field(default_factory=list)
    """By the sender reports, which is how a browser plays them (it also smooths them, which is not done here)."""


class _Listener:
    """Finds the onsets while the show runs, so that nothing else is kept."""

    def __init__(self, log: SyncLog) -> None:
        self._log = log
        self._silent_since: int | None = 0
        self._flashing = False
        self.last_index = -1

    def hear(self, heard: HeardPacket) -> None:
        loud = np.flatnonzero(np.abs(heard.pcm.astype(np.int32)) > _LOUD)
        if not len(loud):
            return
        onset = heard.pts + int(loud[0])
        if not self._log.beeps or onset - self._log.beeps[-1] > SAMPLE_RATE // 4:
            self._log.beeps.append(onset)

    def see(self, seen: SeenPicture) -> None:
        index = read_index(seen)
        self._log.out_of_order += index <= self.last_index
        self.last_index = index
        self._log.pictures += 1
        flash = is_flash(seen)
        if flash and not self._flashing:
            self._log.flashes.append(seen.pts)
        self._flashing = flash


async def measure(slices: int, video: VideoSettings, pace: float = 1.0, ahead_s: float = 0.02) -> SyncLog:
    """Run `slices` of show at `pace` times real time through the real encoders to one aiortc viewer.

    The show starts once the viewer is connected, so that the first packets of both tracks are of the same Slice. Run faster
    than life, it waits whenever the viewer is more than eight Slices behind.
    """
    log = SyncLog(slices=slices)
    listener = _Listener(log)
    show = SyntheticShow(video.width, video.height)
    broadcaster = Broadcaster(asyncio.get_running_loop(), video, RtcSettings(), lambda event: None, pace=pace)

    async def admit(offer: str) -> str:
        return (await broadcaster.answer(offer)).answer_sdp

    def follows(index: int) -> bool:
        return pace == 1.0 or index - log.pictures < 8

    try:
        viewer = Viewer(admit, keep_sound=False, on_sound=listener.hear, on_picture=listener.see)
        async with viewer:
            await viewer.until_connected()
            await viewer.until(lambda: broadcaster.stats().viewers == 1)
            with Playout(
                broadcaster, show.slice, pace=pace, slices=slices, ahead_s=ahead_s, may_go_on=follows
            ) as playout:
                await viewer.until(playout.finished.is_set, seconds=slices / FRAME_RATE / pace * 4 + 30)
                # The receiver's jitter buffers keep the last picture and some sound.
                await viewer.until(lambda: listener.last_index >= slices - 3, 30)
            log.overflowed, log.dropped = broadcaster.stats().overflowed, broadcaster.stats().dropped
            log.late_ms_p95 = broadcaster.stats().late_ms_p95
            _compare(log, viewer)
    finally:
        await broadcaster.close()
    return log


def _compare(log: SyncLog, viewer: Viewer) -> None:
    beeps = np.array(log.beeps) / SAMPLE_RATE
    for flash in log.flashes:
        nearest = int(np.argmin(np.abs(beeps - flash / VIDEO_CLOCK)))
        beep = log.beeps[nearest]
        offset = float(beeps[nearest] - flash / VIDEO_CLOCK)
        if abs(offset) > _PERIOD_S / 2:
            continue  # its partner was among the last packets, which the receiver still holds
        log.media_ms.append(offset * 1000)
        sound_at, picture_at = viewer.arrival("audio", beep), viewer.arrival("video", flash)
        if sound_at is None or picture_at is None:
            continue
        log.arrival_ms.append((sound_at - picture_at) * 1000)
        by = max(sound_at, picture_at)
        sound_time, picture_time = viewer.sender_time("audio", beep, by), viewer.sender_time("video", flash, by)
        if sound_time is not None and picture_time is not None:
            log.browser_ms.append((sound_time - picture_time) * 1000)
