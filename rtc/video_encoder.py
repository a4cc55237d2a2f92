"""From picture to video packet: H.264 by x264, VP8 by libvpx, both without any delay."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import Any

import av
from av import VideoFrame
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from rtc.contract import FRAME_RATE, Picture
from rtc.settings import VideoSettings

VIDEO_CLOCK = 90_000
"""RTP ticks a second for every video codec (RFC 6184 §8.2.1, RFC 7741 §6.1)."""
_TICKS = VIDEO_CLOCK // FRAME_RATE
_RTP_BASE = Fraction(1, VIDEO_CLOCK)
_FRAME_BASE = Fraction(1, FRAME_RATE)

_MPEG_RANGE = 1
_SMPTE_170M = 6
"""BT.601 with 525 lines, in the numbering of ITU-T H.273."""


class VideoCodec(StrEnum):
    """The codecs that every browser has at least one of (RFC 7742 §5)."""

    H264 = "h264"
    VP8 = "vp8"


class VideoEncoder:
    """One encoder, made once for all who watch; opens with its first picture.

    One picture in is one packet out. Not thread-safe: one thread at a time.
    """

    def __init__(self, codec: VideoCodec, settings: VideoSettings) -> None:
        self.codec = codec
        self._settings = settings
        self._shape = (settings.height * 3 // 2, settings.width)
        self._context: VideoCodecContext | None = None
        self._count = 0

    def encode(self, picture: Picture, index: int, force_keyframe: bool = False) -> list[Packet[Any]]:
        """Code one picture, shape (height * 3 // 2, width), uint8, planar I420.

        The packets are stamped with the place of Slice `index` on the RTP clock of 90 kHz; H.264 is in Annex-B form,
        with SPS and PPS before every key frame. Raises `ValueError` for a picture of another shape.
        """
        if picture.shape != self._shape:
            raise ValueError(f"the picture's shape is {picture.shape}, the encoder was set up for {self._shape}")
        if self._context is None:
            self._context = _open_h264(self._settings) if self.codec is VideoCodec.H264 else _open_vp8(self._settings)
        frame = VideoFrame.from_numpy_buffer(picture, format="yuv420p")
        # The rate control counts frames, not show time: pictures that were left out must not look to it like a pause
        # whose bits may be spent now.
        frame.pts = self._count
        frame.time_base = _FRAME_BASE
        frame.pict_type = PictureType.I if force_keyframe else PictureType.NONE
        self._count += 1
        packets = self._context.encode(frame)
        for packet in packets:
            packet.time_base = _RTP_BASE
            packet.pts = packet.dts = index * _TICKS
        return packets


def _open_h264(settings: VideoSettings) -> VideoCodecContext:
    context = _context("libx264", settings)
    # The colours are named in the stream, else receivers guess them from the picture's size.
    context.color_range = _MPEG_RANGE
    context.colorspace = context.color_primaries = context.color_trc = _SMPTE_170M
    # Constrained Baseline is what every browser offers (42e01f); level 3.1 holds 720x1280 at 25 frames a second. The
    # bit rate is a ceiling over a constant quality: a host who stands still costs each viewer a few packets only, and
    # half a second of buffer keeps a key frame from flooding a slow link. Cuts get no key frame of their own, as those
    # who need one ask for it.
    context.options = {
        "preset": settings.preset,
        "tune": "zerolatency",
        "profile": "baseline",
        "crf": str(settings.quality),
        "maxrate": str(settings.bitrate_kbps * 1000),
        "bufsize": str(settings.bitrate_kbps * 500),
        "forced-idr": "1",
        "x264-params": "repeat-headers=1:annexb=1:scenecut=0:sliced-threads=0",
    }
    if settings.width * settings.height <= 720 * 1280:
        context.options = {**context.options, "level": "31"}
    context.open()
    return context


def _open_vp8(settings: VideoSettings) -> VideoCodecContext:
    context = _context("libvpx", settings)
    rate = settings.bitrate_kbps * 1000
    context.bit_rate = rate
    context.qmin, context.qmax = 16, 56  # finer than 16 shows no gain on a face (50 dB), and doubles the packets
    context.options = {
        "deadline": "realtime",
        "cpu-used": "-8",
        "lag-in-frames": "0",
        "static-thresh": "100",
        "undershoot-pct": "95",
        "overshoot-pct": "15",
        "minrate": str(rate),
        "maxrate": str(rate),
        "bufsize": str(rate),
    }
    context.open()
    return context


def _context(name: str, settings: VideoSettings) -> VideoCodecContext:
    context = av.CodecContext.create(name, "w")
    assert isinstance(context, VideoCodecContext)
    context.width, context.height = settings.width, settings.height
    context.pix_fmt = "yuv420p"
    context.time_base = _FRAME_BASE
    context.framerate = Fraction(FRAME_RATE, 1)
    context.gop_size = round(settings.keyframe_seconds * FRAME_RATE)
    context.max_b_frames = 0
    context.thread_count = (
        1  # a second thread holds a frame back (x264) or costs more than it gives (libvpx) at this size
    )
    return context
