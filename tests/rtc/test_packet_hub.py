"""The fan-out: joining at a key frame, slow viewers, and that nobody waits for anybody."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from av.packet import Packet

from rtc.feed import AUDIO_WAITING_MAX, BACKLOG_MAX_BYTES, VIDEO_WAITING_MAX, Feed, Lane
from rtc.packet_hub import PacketHub
from rtc.video_encoder import VideoCodec

H264, VP8 = VideoCodec.H264, VideoCodec.VP8


def packet(name: str, keyframe: bool = False) -> Packet[Any]:
    made: Packet[Any] = Packet(name.encode())
    made.is_keyframe = keyframe
    return made


def picture(index: int) -> Packet[Any]:
    return packet(f"P{index}")


def key(index: int) -> Packet[Any]:
    return packet(f"K{index}", keyframe=True)


def sound(index: int) -> Packet[Any]:
    return packet(f"a{index}")


def drain(lane: Lane | None) -> list[str]:
    assert lane is not None

    def taken() -> Iterator[str]:
        while (waiting := lane.take()) is not None:
            yield bytes(waiting).decode()

    return list(taken())


class Room:
    """A hub and what it asked for."""

    def __init__(self) -> None:
        self.wanted: list[VideoCodec] = []
        self.hub = PacketHub(self.wanted.append)

    def watch(self, name: str, codec: VideoCodec | None = H264) -> Feed:
        feed = self.hub.join(name, codec)
        read(feed)
        return feed

    def show(self, index: int, *, keyframe: bool = False, codec: VideoCodec = H264) -> None:
        self.hub.open_slice(sound(index), {codec: key(index) if keyframe else picture(index)}, index * 0.04)


def read(feed: Feed) -> tuple[list[str], list[str]]:
    return drain(feed.audio) if feed.audio else [], drain(feed.video) if feed.video else []


@pytest.fixture
def room() -> Room:
    return Room()


def test_a_new_viewer_asks_for_a_key_frame_and_begins_there_with_its_sound(room: Room) -> None:
    feed = room.watch("late")
    assert room.wanted == [H264]
    room.show(1)
    room.hub.continue_slice(packet("b1"), 0.02)
    assert not feed.started
    room.show(2, keyframe=True)
    room.hub.continue_slice(packet("b2"), 0.02)
    room.show(3)
    assert read(feed) == (["a2", "b2", "a3"], ["K2", "P3"])


def test_nothing_is_sent_or_asked_for_before_both_tracks_are_read(room: Room) -> None:
    feed = room.hub.join("connecting", H264)
    drain(feed.audio)
    room.show(1, keyframe=True)
    assert room.wanted == []
    assert drain(feed.audio) == []
    drain(feed.video)
    assert room.wanted == [H264]
    room.show(2, keyframe=True)
    assert read(feed) == (["a2"], ["K2"])


def test_a_viewer_of_sound_alone_begins_with_the_next_slice(room: Room) -> None:
    feed = room.watch("radio", codec=None)
    room.hub.continue_slice(packet("b0"), 0.02)
    room.show(1)
    assert read(feed) == (["a1"], [])
    assert room.wanted == []


def test_a_viewer_of_pictures_alone_begins_at_a_key_frame(room: Room) -> None:
    feed = room.hub.join("mute", H264, audible=False)
    drain(feed.video)
    room.show(1)
    room.show(2, keyframe=True)
    assert drain(feed.video) == ["K2"]


def test_each_viewer_gets_the_codec_that_it_can_read(room: Room) -> None:
    one, other = room.watch("one"), room.watch("other", VP8)
    room.hub.open_slice(sound(1), {H264: key(1), VP8: packet("V1", keyframe=True)}, 0.04)
    assert read(one)[1] == ["K1"]
    assert read(other)[1] == ["V1"]
    assert (room.hub.viewers(H264), room.hub.viewers(VP8)) == (1, 1)


def test_a_slow_viewer_loses_everything_up_to_a_key_frame_and_slows_nobody(room: Room) -> None:
    slow, quick = room.watch("slow"), room.watch("quick")
    room.show(0, keyframe=True)
    read(quick)
    for index in range(1, VIDEO_WAITING_MAX + 6):
        room.show(index)
        assert read(quick) == ([f"a{index}"], [f"P{index}"])
    assert slow.video is not None
    assert slow.video.waiting == 0
    room.show(99, keyframe=True)  # not his: he has not come back to read
    assert slow.video.waiting == 0

    room.wanted.clear()
    assert read(slow)[1] == []
    assert room.wanted  # he is back, and asks
    room.show(100)
    assert read(slow)[1] == []
    room.show(101, keyframe=True)
    room.show(102)
    assert read(slow)[1] == ["K101", "P102"]
    assert quick.dropped == 0
    assert slow.video.dropped == VIDEO_WAITING_MAX + 6 + 1 + 1


def test_a_viewer_who_never_reads_again_asks_for_no_key_frames(room: Room) -> None:
    room.watch("stuck")
    room.show(0, keyframe=True)
    room.wanted.clear()
    for index in range(1, 500):
        room.show(index, keyframe=index % 50 == 0)
    assert room.wanted == []


def test_the_sound_of_a_slow_viewer_loses_its_oldest_packets(room: Room) -> None:
    feed = room.watch("slow", codec=None)
    for index in range(AUDIO_WAITING_MAX + 3):
        room.show(index)
    heard, _ = read(feed)
    assert heard[0] == "a3"
    assert len(heard) == AUDIO_WAITING_MAX
    assert feed.dropped == 3


def test_a_clogged_socket_gets_nothing_until_half_of_it_is_gone_and_then_a_key_frame(room: Room) -> None:
    feed = room.watch("far away")
    room.show(0, keyframe=True)
    read(feed)
    room.wanted.clear()
    for bytes_waiting in (BACKLOG_MAX_BYTES + 1, BACKLOG_MAX_BYTES, BACKLOG_MAX_BYTES // 2 + 1):
        feed.backlog = partial(int, bytes_waiting)
        room.show(1, keyframe=True)
        room.hub.continue_slice(packet("b1"), 0.02)
        assert read(feed) == ([], [])
    assert (feed.dropped, room.wanted) == (9, [])
    feed.backlog = lambda: BACKLOG_MAX_BYTES // 2
    room.show(2)
    assert room.wanted == [H264]
    room.show(3, keyframe=True)
    assert read(feed) == (["a2", "a3"], ["K3"])


def test_a_left_out_picture_leaves_the_sound_whole(room: Room) -> None:
    feed = room.watch("viewer")
    room.show(0, keyframe=True)
    room.hub.open_slice(sound(1), {}, 0.04)
    room.show(2)
    assert read(feed) == (["a0", "a1", "a2"], ["K0", "P2"])


def test_who_leaves_is_counted_and_gets_nothing_more(room: Room) -> None:
    feed = room.watch("viewer")
    room.show(0, keyframe=True)
    read(feed)
    room.hub.leave("viewer")
    room.hub.leave("viewer")
    room.show(1)
    assert read(feed) == ([], [])
    assert room.hub.sent == 2
    assert room.hub.viewers(H264) == 0


def test_reading_wakes_and_the_end_wakes_too() -> None:
    woken: list[int] = []
    lane = Lane(3)
    lane.wake = lambda: woken.append(lane.waiting)
    lane.put(packet("x"), 1.5)
    lane.end()
    assert woken == [1, 0]
    assert lane.take() is None


def test_offset_is_by_how_much_pictures_leave_later_than_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr("rtc.feed.time.monotonic", lambda: clock[0])
    room = Room()
    feed = room.watch("v")
    assert feed.offset_s == 0.0
    room.show(0, keyframe=True)
    drain(feed.audio)
    clock[0] = 0.03
    drain(feed.video)
    assert feed.offset_s == pytest.approx(0.03)
    room.show(1)
    clock[0] = 0.05
    drain(feed.audio)
    drain(feed.video)
    assert feed.offset_s == 0.0
    room.show(2)
    drain(feed.video)
    assert feed.offset_s == 0.0  # the sound of that Slice has not left yet
    clock[0] = 0.06
    drain(feed.audio)
    assert feed.offset_s == pytest.approx(-0.01)
