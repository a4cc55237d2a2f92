"""Packets that browsers take: one a picture, key frames on request, decodable, stamped on the show clock."""

from __future__ import annotations

import re

import av
import numpy as np
import pytest
from av.video.codeccontext import VideoCodecContext

from rtc.settings import VideoSettings
from rtc.video_encoder import VideoCodec, VideoEncoder
from tests.rtc.synthetic_show import SyntheticShow

SIZE = VideoSettings(width=144, height=256)
SHOW = SyntheticShow(144, 256)
NAL_START = re.compile(b"\x00\x00\x01")


def nal_types(data: bytes) -> list[int]:
    return [data[match.end()] & 0x1F for match in NAL_START.finditer(data)]


@pytest.mark.parametrize("codec", list(VideoCodec))
def test_every_picture_becomes_one_packet_on_the_rtp_clock(codec: VideoCodec) -> None:
    encoder = VideoEncoder(codec, SIZE)
    for index in (0, 1, 2, 90_000, 90_001):  # an hour nobody watched lies between
        (packet,) = encoder.encode(SHOW.slice(index).picture, index)
        assert packet.pts == index * 3600
        assert (packet.time_base.numerator, packet.time_base.denominator) == (1, 90_000)


@pytest.mark.parametrize("codec", list(VideoCodec))
def test_key_frames_come_first_and_on_request_and_otherwise_not(codec: VideoCodec) -> None:
    encoder = VideoEncoder(codec, SIZE)
    keys = [
        index
        for index in range(60)
        for packet in encoder.encode(SHOW.slice(index).picture, index, force_keyframe=index in (20, 33))
        if packet.is_keyframe
    ]
    assert keys == [0, 20, 33]


def test_key_frames_also_come_by_themselves_after_the_set_time() -> None:
    encoder = VideoEncoder(VideoCodec.H264, VideoSettings(width=144, height=256, keyframe_seconds=1))
    keys = [i for i in range(60) if encoder.encode(SHOW.slice(i).picture, i)[0].is_keyframe]
    assert keys == [0, 25, 50]


@pytest.mark.parametrize("codec", list(VideoCodec))
def test_a_decoder_that_joins_at_a_forced_key_frame_sees_the_picture(codec: VideoCodec) -> None:
    encoder = VideoEncoder(codec, SIZE)
    decoder = av.CodecContext.create("h264" if codec is VideoCodec.H264 else "vp8", "r")
    assert isinstance(decoder, VideoCodecContext)
    for index in range(24):
        (packet,) = encoder.encode(SHOW.slice(index).picture, index, force_keyframe=index == 12)
        if index < 12:
            continue
        (frame,) = decoder.decode(av.Packet(bytes(packet)))
        seen = np.asarray(frame.to_ndarray(), np.float64)[:256]
        error = np.mean((seen - SHOW.slice(index).picture[:256]) ** 2)
        assert error < 40, f"picture {index} is off by {error:.0f}"


def test_h264_is_annex_b_constrained_baseline_3_1_with_its_headers_before_every_key_frame() -> None:
    encoder = VideoEncoder(VideoCodec.H264, SIZE)
    first = bytes(encoder.encode(SHOW.slice(0).picture, 0)[0])
    second = bytes(encoder.encode(SHOW.slice(1).picture, 1)[0])
    forced = bytes(encoder.encode(SHOW.slice(2).picture, 2, force_keyframe=True)[0])
    for data in (first, forced):
        assert {7, 8, 5} <= set(nal_types(data))  # SPS, PPS, IDR (ITU-T H.264 table 7-1)
    assert nal_types(second) == [1]  # one slice: no second thread cut it
    sps = first[NAL_START.search(first).end() :] if nal_types(first)[0] == 7 else b""  # type: ignore[union-attr]
    profile, constraints, level = sps[1:4]
    assert profile == 66
    assert constraints & 0x40  # constraint_set1_flag: what 42e01f promises
    assert level == 31


def test_a_still_picture_costs_next_to_nothing() -> None:
    encoder = VideoEncoder(VideoCodec.H264, SIZE)
    sizes = [encoder.encode(SHOW.slice(1).picture, index)[0].size for index in range(30)]
    assert max(sizes[10:]) < 200


def test_a_picture_of_another_shape_is_refused_in_words() -> None:
    encoder = VideoEncoder(VideoCodec.H264, SIZE)
    with pytest.raises(ValueError, match=r"\(384, 146\).*\(384, 144\)"):
        encoder.encode(np.zeros((384, 146), np.uint8), 0)
