"""The room's sender with real encoders and real peers on this machine."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription
from av.packet import Packet

from rtc.broadcaster import Broadcaster
from rtc.contract import Picture, RtcEvent, Slice
from rtc.rtc_error import RtcError
from rtc.settings import RtcSettings, VideoSettings
from rtc.video_encoder import VideoCodec, VideoEncoder
from tests.rtc.synthetic_show import Playout, SyntheticShow, read_index
from tests.rtc.test_offer import audio, data, offer, video
from tests.viewer import Admit, SeenPicture, Viewer

SHOW = SyntheticShow(144, 256)
VIDEO = VideoSettings(width=144, height=256)


class Room:
    """A broadcaster with its events and a way in."""

    def __init__(self, settings: RtcSettings) -> None:
        self.events: list[RtcEvent] = []
        self._happened = asyncio.Event()
        self.broadcaster = Broadcaster(asyncio.get_running_loop(), VIDEO, settings, self._note)
        self.names: list[str] = []

    async def admit(self, offer_sdp: str) -> str:
        admission = await self.broadcaster.answer(offer_sdp)
        self.names.append(admission.viewer_id)
        return admission.answer_sdp

    async def until(self, condition: Callable[[], bool], seconds: float = 5.0) -> None:
        """Wait until `condition` holds, looked at after every event and ten times a second."""
        async with asyncio.timeout(seconds):
            while not condition():
                self._happened.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._happened.wait(), 0.1)

    def _note(self, event: RtcEvent) -> None:
        self.events.append(event)
        self._happened.set()

    def types(self) -> list[str]:
        return [event.type for event in self.events]


@asynccontextmanager
async def on_air(settings: RtcSettings | None = None, make: Callable[[int], Slice] = SHOW.slice) -> AsyncIterator[Room]:
    room = Room(settings or RtcSettings())
    try:
        with Playout(room.broadcaster, make):
            yield room
    finally:
        await room.broadcaster.close()


async def watch_indices(admit: Admit, codec: str, pictures: int = 30) -> list[int]:
    seen: list[int] = []

    def note(picture: SeenPicture) -> None:
        seen.append(read_index(picture))

    assert codec in ("h264", "vp8")
    async with Viewer(admit, codec="h264" if codec == "h264" else "vp8", on_picture=note) as viewer:
        await viewer.until_playing(pictures=pictures, sounds=pictures)
    return seen


@pytest.mark.parametrize("codec", ["h264", "vp8"])
async def test_a_viewer_sees_every_picture_in_order_from_the_first_on(codec: str) -> None:
    async with on_air() as room:
        seen = await watch_indices(room.admit, codec)
        assert seen == list(range(seen[0], seen[0] + len(seen)))
        started = [event.detail for event in room.events if event.type == "encoder.started"]
        assert started == [codec]
        assert room.broadcaster.stats().dropped == 0


async def test_sound_and_picture_of_a_late_viewer_begin_with_the_same_slice() -> None:
    async with on_air() as room, Viewer(room.admit) as early:
        await early.until_playing(pictures=20)
        async with Viewer(room.admit) as late:
            await late.until_playing(pictures=5)
            first = {kind: log.arrivals[log.first_timestamp or 0] for kind, log in late.rtp.items()}
            assert abs(first["audio"] - first["video"]) < 0.02
            assert early.picture_times[-1][0] > late.picture_times[-1][0]
        stats = room.broadcaster.stats()
        assert [r.codec for r in stats.renditions] == ["h264"]
        assert stats.renditions[0].keyframes <= 3


async def test_vp8_exists_only_while_somebody_needs_it() -> None:
    async with on_air() as room:
        async with Viewer(room.admit, codec="h264") as one:
            await one.until_playing(pictures=5)
            async with Viewer(room.admit, codec="vp8") as other:
                await other.until_playing(pictures=5)
                assert {r.codec for r in room.broadcaster.stats().renditions} == {"h264", "vp8"}
            await room.broadcaster.hang_up(room.names[-1])
            assert [r.codec for r in room.broadcaster.stats().renditions] == ["h264"]
            count = len(one.picture_times)
            await one.until(lambda: len(one.picture_times) > count + 3)
        assert [e.detail for e in room.events if e.type.startswith("encoder")] == ["h264", "vp8", "vp8"]
        assert "rtc-second-rendition_0" not in [thread.name for thread in threading.enumerate()]


async def test_nothing_is_coded_for_nobody_and_the_show_goes_on() -> None:
    async with on_air() as room:
        async with Viewer(room.admit) as viewer:
            await viewer.until_playing(pictures=3)
        await room.broadcaster.hang_up(room.names[0])
        coded, idle = room.broadcaster.stats().slices, room.broadcaster.stats().idle
        await room.until(lambda: room.broadcaster.stats().idle >= idle + 5)
        assert room.broadcaster.stats().slices <= coded + 1
        seen = await watch_indices(room.admit, "h264", pictures=5)
        assert seen == list(range(seen[0], seen[0] + len(seen)))


async def test_a_lost_picture_brings_one_key_frame_however_often_it_is_reported() -> None:
    async with on_air() as room, Viewer(room.admit) as viewer:
        await viewer.until_playing(pictures=15)
        before = room.broadcaster.stats().keyframes
        for _ in range(5):
            await viewer.request_keyframe()
        count = len(viewer.picture_times)
        await viewer.until(lambda: len(viewer.picture_times) > count + 12)
        assert room.broadcaster.stats().keyframes - before in (1, 2)


async def test_repeated_pictures_are_sent_every_other_time_and_time_goes_on() -> None:
    def mostly_repeated(index: int) -> Slice:
        return SHOW.slice(index, repeated=index % 4 != 0)

    async with on_air(make=mostly_repeated) as room, Viewer(room.admit) as viewer:
        await viewer.until_playing(pictures=30, sounds=60)
        steps = np.diff([pts for pts, _ in viewer.picture_times[5:]])
        assert set(steps.tolist()) <= {3600, 7200}
        assert 7200 in steps
        assert room.broadcaster.stats().pictures_left_out > 5
        heard = np.diff([sound.pts for sound in viewer.sounds])
        assert set(heard.tolist()) == {960}


async def test_sound_alone_and_pictures_alone() -> None:
    async with on_air() as room:
        async with Viewer(room.admit, kinds=("audio",)) as radio:
            await radio.until_playing(sounds=10)
        async with Viewer(room.admit, kinds=("video",)) as mute:
            await mute.until_playing(pictures=10)


async def test_a_viewer_without_candidates_is_found_by_its_own_checks() -> None:
    def trickle(sdp: str) -> str:
        return "\r\n".join(line for line in sdp.splitlines() if "a=candidate" not in line and "end-of-cand" not in line)

    async with on_air() as room, Viewer(room.admit, edit_offer=trickle) as viewer:
        await viewer.until_playing(pictures=3)


async def test_a_full_room_says_so_and_has_a_place_again_afterwards() -> None:
    async with on_air(RtcSettings(max_viewers=1)) as room, Viewer(room.admit) as viewer:
        await viewer.until_playing()
        with pytest.raises(RtcError) as caught:
            await room.admit(offer(audio(), video()))
        assert (caught.value.code, caught.value.status) == ("room-full", 503)
        assert await room.broadcaster.hang_up(room.names[0])
        assert not await room.broadcaster.hang_up(room.names[0])
        async with Viewer(room.admit) as next_viewer:
            await next_viewer.until_playing()


async def test_a_browsers_goodbye_frees_the_place() -> None:
    async with on_air() as room:
        async with Viewer(room.admit) as viewer:
            await viewer.until_playing()
            assert room.broadcaster.stats().viewers == 1
        await room.until(lambda: "viewer.left" in room.types())
        assert room.types() == ["encoder.started", "viewer.joined", "viewer.left"]
        assert room.broadcaster.viewer_stats() == []


async def test_who_never_connects_is_dropped() -> None:
    async with on_air(RtcSettings(connect_seconds=0.3)) as room:
        answer = await room.admit(offer(audio(), video(), data()))
        assert "m=application 0 " in answer
        assert room.broadcaster.stats().connecting == 1
        await room.until(lambda: not room.broadcaster.stats().connecting)
        assert "viewer.left" not in room.types()


@pytest.mark.parametrize("text", ["", "v=0", "hello", offer(data()), offer(audio(direction="sendonly"))])
async def test_bad_offers_leave_nothing_behind(text: str) -> None:
    async with on_air() as room:
        with pytest.raises(RtcError) as caught:
            await room.admit(text)
        assert caught.value.status == 400
        assert room.broadcaster.viewer_stats() == []


async def test_an_offer_that_only_aiortc_refuses_is_a_bad_request_too(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(self: RTCPeerConnection, description: RTCSessionDescription) -> None:
        raise ValueError("a reason of its own")

    async with on_air() as room:
        monkeypatch.setattr(RTCPeerConnection, "setRemoteDescription", refuse)
        with pytest.raises(RtcError, match="a reason of its own") as caught:
            await room.admit(offer(audio()))
        assert caught.value.status == 400
        assert room.broadcaster.viewer_stats() == []


async def test_trouble_at_the_encoder_is_told_and_survived() -> None:
    def sometimes_wrong(index: int) -> Slice:
        piece = SHOW.slice(index)
        return Slice(index, piece.picture[:100], piece.pcm, 0) if index % 25 == 3 else piece

    async with on_air(make=sometimes_wrong) as room, Viewer(room.admit) as viewer:
        await viewer.until_playing(pictures=60, sounds=120)
        assert set(np.diff([sound.pts for sound in viewer.sounds]).tolist()) == {960}  # the sound never suffers
        faults = [event for event in room.events if event.type == "fault"]
        assert len(faults) == 1  # told once in five seconds, not at every Slice
        assert "shape" in faults[0].detail


async def test_trouble_with_one_codec_leaves_the_other_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    encode = VideoEncoder.encode

    def fails_for_vp8(
        self: VideoEncoder, picture: Picture, index: int, force_keyframe: bool = False
    ) -> list[Packet[Any]]:
        if self.codec is VideoCodec.VP8 and index % 10 == 5:
            raise RuntimeError("libvpx has a bad day")
        return encode(self, picture, index, force_keyframe)

    monkeypatch.setattr(VideoEncoder, "encode", fails_for_vp8)
    async with (
        on_air() as room,
        Viewer(room.admit, codec="h264", keep_every=1) as one,
        Viewer(room.admit, codec="vp8", keep_every=1) as other,
    ):
        await other.until_playing(pictures=40)
        await one.until_playing(pictures=40)
        seen = [read_index(picture) for picture in one.pictures]
        assert seen == list(range(seen[0], seen[0] + len(seen)))
        steps = np.diff([read_index(picture) for picture in other.pictures])
        assert set(steps.tolist()) == {1, 2}  # after each failure a new stream begins, at a key frame
        assert [e.detail for e in room.events if e.type == "fault"][0].endswith("libvpx has a bad day")


async def test_a_loop_that_hangs_costs_slices_and_no_decodable_picture() -> None:
    async with on_air() as room, Viewer(room.admit) as viewer:
        await viewer.until_playing(pictures=5)
        time.sleep(1.6)  # noqa: ASYNC251 (the point: nothing else runs meanwhile)
        assert room.broadcaster.stats().overflowed > 0
        count = len(viewer.picture_times)
        await viewer.until(lambda: len(viewer.picture_times) > count + 15)


async def test_closing_ends_everything_and_later_slices_are_ignored() -> None:
    before = {task for task in asyncio.all_tasks() if not task.done()}
    threads = set(threading.enumerate())
    room = Room(RtcSettings())
    with Playout(room.broadcaster, SHOW.slice):
        async with Viewer(room.admit, codec="h264") as one, Viewer(room.admit, codec="vp8") as other:
            await one.until_playing()
            await other.until_playing()
            await room.broadcaster.close()
            room.broadcaster.push(SHOW.slice(0), time.monotonic())
            with pytest.raises(RtcError) as caught:
                await room.admit(offer(audio(), video()))
            assert (caught.value.code, caught.value.status) == ("closing", 503)
    await asyncio.sleep(0)
    assert {task for task in asyncio.all_tasks() if not task.done()} == before
    assert set(threading.enumerate()) <= threads
    assert room.types()[-1] == "encoder.stopped"
