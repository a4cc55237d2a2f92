"""Twenty viewers join and leave at random, in every way there is, and nothing of them stays behind.

For ``TALKBACK_CROWD_SECONDS`` (20; 120 for the whole proof).
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import random
import threading
from collections import Counter
from pathlib import Path

import psutil
from aiortc import RTCPeerConnection
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcrtpsender import RTCRtpSender

from rtc.broadcaster import Broadcaster
from rtc.contract import RtcEvent
from rtc.feed import Feed, Lane
from rtc.peer import Peer
from rtc.rtc_error import RtcError
from rtc.settings import RtcSettings, VideoSettings
from rtc.tracks import PacketTrack
from rtc.video_encoder import VideoEncoder
from tests.rtc.synthetic_show import Playout, SyntheticShow
from tests.rtc.test_offer import audio, offer, video
from tests.viewer import Viewer

SECONDS = float(os.environ.get("TALKBACK_CROWD_SECONDS", "20"))
CROWD = 20
GROWTH_MAX_MB = 25.0
"""What the allocator may keep for itself after the warm-up: a leak of a viewer's connection is 0.5 MB or more, and some
hundred of them come and go."""
_OURS = (Peer, Feed, Lane, PacketTrack, RTCPeerConnection, RTCRtpSender, RTCDtlsTransport)


def sockets() -> int:
    return sum("socket" in os.readlink(link) for link in Path("/proc/self/fd").iterdir() if link.is_symlink())


def living() -> Counter[str]:
    gc.collect()
    return Counter(type(thing).__name__ for thing in gc.get_objects() if isinstance(thing, _OURS))


def rss_mb() -> float:
    gc.collect()
    return float(psutil.Process().memory_info().rss) / 2**20


class Crowd:
    """Visits until the time is over, each of a random kind and length."""

    def __init__(self, broadcaster: Broadcaster, seed: int) -> None:
        self.visits: Counter[str] = Counter()
        self.packets = 0
        self._broadcaster = broadcaster
        self._chance = random.Random(seed)

    async def run(self, seconds: float) -> None:
        ends = asyncio.get_running_loop().time() + seconds
        async with asyncio.TaskGroup() as group:
            for _ in range(CROWD):
                group.create_task(self._visitor(ends))

    async def _visitor(self, ends: float) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self._chance.uniform(0, 2))
        while (left := ends - loop.time()) > 0:
            how = self._chance.choices(["goodbye", "delete", "hasty", "silent", "vanish"], [8, 5, 3, 2, 1])[0]
            try:
                await self._visit(how, min(left, self._chance.uniform(0.2, 5)))
                self.visits[how] += 1
            except RtcError as error:
                self.visits[error.code] += 1
                await asyncio.sleep(0.2)

    async def _visit(self, how: str, seconds: float) -> None:
        name = ""

        async def admit(sdp: str) -> str:
            nonlocal name
            admission = await self._broadcaster.answer(sdp)
            name = admission.viewer_id
            return admission.answer_sdp

        if how == "silent":  # takes an answer and never connects
            await admit(offer(audio(), video()))
            return
        codec = self._chance.choices(["h264", "vp8"], [5, 1])[0]
        viewer = Viewer(admit, codec="h264" if codec == "h264" else "vp8", decode=self._chance.random() < 0.1)
        async with viewer:
            if how != "hasty":  # the hasty leave before they are connected
                with contextlib.suppress(TimeoutError):
                    await viewer.until_playing(seconds=10)
                await asyncio.sleep(seconds)
            if how == "delete":
                await self._broadcaster.hang_up(name)
            if how == "vanish":
                await viewer.vanish()
        self.packets += sum(log.packets for log in viewer.rtp.values())


async def test_twenty_viewers_come_and_go_and_leave_nothing_behind() -> None:
    events: Counter[str] = Counter()

    def note(event: RtcEvent) -> None:
        events[event.type] += 1

    show = SyntheticShow(144, 256)
    tasks, threads, open_sockets = asyncio.all_tasks(), set(threading.enumerate()), sockets()
    objects = living()
    broadcaster = Broadcaster(
        asyncio.get_running_loop(),
        VideoSettings(width=144, height=256),
        RtcSettings(connect_seconds=2, max_viewers=60),
        note,
    )
    with Playout(broadcaster, show.slice) as playout:
        crowd = Crowd(broadcaster, seed=4)
        await crowd.run(SECONDS / 4)  # codecs, certificates and the allocator's pools are there from now on
        warm_mb = rss_mb()
        await crowd.run(SECONDS * 3 / 4)
        # Those who vanished are noticed after half a minute of silence; the rest must be gone by themselves.
        for stats in broadcaster.viewer_stats():
            if stats.connected:
                await broadcaster.hang_up(stats.viewer)
        await asyncio.sleep(4)  # the silent ones have two seconds to connect
        grown_mb = rss_mb() - warm_mb
        story = f"visits {dict(crowd.visits)}, {crowd.packets} packets, {broadcaster.stats()}, grown {grown_mb:.1f} MB"
        print(story)

        assert asyncio.all_tasks() == tasks, story
        assert set(threading.enumerate()) - threads == {t for t in threading.enumerate() if t.name == "playout"}
        assert sockets() == open_sockets, story
        assert living() == objects, story
        assert [r.codec for r in broadcaster.stats().renditions] == ["h264"]
        assert broadcaster.stats().viewers == broadcaster.stats().connecting == 0
        assert events["viewer.joined"] == events["viewer.left"] > 0
        assert events["fault"] == 0
        assert grown_mb < GROWTH_MAX_MB, story
        assert playout.pushed > SECONDS * 20
    await broadcaster.close()
    gc.collect()
    assert not [thing for thing in gc.get_objects() if isinstance(thing, VideoEncoder)]
    assert set(threading.enumerate()) <= threads
