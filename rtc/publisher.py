"""A person's WebRTC connection: their microphone, and their camera if they have one, into a `LiveSource`."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

import av
import numpy as np
from aiortc import RTCRtpReceiver
from aiortc.jitterbuffer import JitterBuffer, JitterFrame
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.rtcrtpparameters import RTCRtpCodecCapability
from aiortc.rtp import AnyRtcpPacket, RtcpSrPacket, RtpPacket
from av import VideoFrame
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame

from rtc.contract import SAMPLE_RATE
from rtc.link import Link
from rtc.live_source import LiveSource
from rtc.offer import Offer
from rtc.settings import IceServer

log = logging.getLogger(__name__)

_JITTER_BUFFER = "_RTCRtpReceiver__jitter_buffer"
_VIDEO_PACKETS_KEPT = 512
_CODECS = {"audio": ("audio/opus",), "video": ("video/vp8", "video/h264", "video/rtx")}
"""VP8 first: every browser's camera encoder, and the one that a lost packet harms least."""


class Publisher:
    """A peer connection that only receives. `on_connected` and `on_lost` are called on the loop, each at most once."""

    def __init__(
        self,
        name: str,
        offer: Offer,
        ice_servers: Sequence[IceServer],
        *,
        on_connected: Callable[[], None],
        on_lost: Callable[[str], None],
    ) -> None:
        self.name = name
        self.source = LiveSource()
        self._offer = offer
        self._link = Link(f"person {name}", ice_servers, on_connected=on_connected, on_lost=on_lost)
        self._watching: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        return self._link.connected

    async def answer(self, connect_seconds: float) -> str:
        """Negotiate, and give the person `connect_seconds` to connect; raises `RtcError` or what aiortc raises."""
        for kind in self._offer.kinds:
            transceiver = self._link.connection.addTransceiver(kind, direction="recvonly")
            transceiver.setCodecPreferences(_preferences(kind))
            if kind == "audio":
                self._tap_sound(transceiver.receiver)
            else:
                self._watch(transceiver.receiver)
        return await self._link.answer(self._offer, connect_seconds)

    async def close(self) -> None:
        """Close the connection; its tasks and sockets are gone afterwards."""
        await self._link.close()
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait([self._watching])

    def _tap_sound(self, receiver: RTCRtpReceiver) -> None:
        """Take the packets as they come.

        aiortc's own buffer would hold back 80 ms always, and after one lost packet 320 ms; what it would give away goes
        into a queue without bound.
        """
        setattr(receiver, _JITTER_BUFFER, SoundTap(self.source))
        _listen_to_reports(receiver, self.source.report_sound)

    def _watch(self, receiver: RTCRtpReceiver) -> None:
        buffer = _PictureBuffer()
        setattr(receiver, _JITTER_BUFFER, buffer)
        _listen_to_reports(receiver, self.source.report_pictures)
        self._link.connection.on("track", lambda track: self._take_pictures(track, buffer))

    def _take_pictures(self, track: MediaStreamTrack, buffer: _PictureBuffer) -> None:
        if track.kind == "video" and self._watching is None:
            reading = _read_pictures(track, buffer, self.source)
            self._watching = asyncio.get_running_loop().create_task(reading, name=f"pictures-{self.name}")


class SoundTap:
    """Stands in for aiortc's jitter buffer: decodes each packet at once and keeps nothing back."""

    def __init__(self, source: LiveSource) -> None:
        self._source = source
        context = av.CodecContext.create("libopus", "r")
        assert isinstance(context, AudioCodecContext)
        context.sample_rate = SAMPLE_RATE
        context.format = "s16"
        context.layout = "mono"  # libopus mixes a stereo microphone down by itself
        self._context = context
        self._fails = False

    def add(self, packet: RtpPacket) -> tuple[bool, JitterFrame | None]:
        payload: bytes = packet._data  # type: ignore[attr-defined]
        if payload:
            try:
                frames = self._context.decode(av.Packet(payload))
            except av.FFmpegError as error:  # told once: what is missing is heard as a gap
                if not self._fails:
                    log.warning("a packet of sound could not be decoded: %s", error)
                self._fails = True
                return False, None
            stamp = packet.timestamp
            for frame in frames:
                assert isinstance(frame, AudioFrame)
                pcm = np.asarray(frame.to_ndarray(), np.int16).reshape(-1)
                self._source.put_sound(stamp, pcm, time.monotonic())
                stamp = (stamp + pcm.size) % 2**32
        return False, None


class _PictureBuffer(JitterBuffer):
    """aiortc's own, which remembers the first timestamp: later ones are told relative to it."""

    def __init__(self) -> None:
        super().__init__(capacity=_VIDEO_PACKETS_KEPT, is_video=True)
        self.first: int | None = None

    def add(self, packet: RtpPacket) -> tuple[bool, JitterFrame | None]:
        wanted, frame = super().add(packet)
        if frame is not None and self.first is None:
            self.first = frame.timestamp
        return wanted, frame


async def _read_pictures(track: MediaStreamTrack, buffer: _PictureBuffer, source: LiveSource) -> None:
    """Hand on every picture until the track ends."""
    while True:
        try:
            frame = await track.recv()
        except MediaStreamError:
            return
        if isinstance(frame, VideoFrame) and frame.pts is not None:
            source.put_picture(((buffer.first or 0) + frame.pts) % 2**32, frame, time.monotonic())


def _listen_to_reports(receiver: RTCRtpReceiver, tell: Callable[[int, int], None]) -> None:
    """Hand on the sender's clock from its reports, which aiortc keeps to itself."""
    handle = receiver._handle_rtcp_packet

    async def handle_and_tell(packet: AnyRtcpPacket) -> None:
        if isinstance(packet, RtcpSrPacket):
            tell(packet.sender_info.ntp_timestamp, packet.sender_info.rtp_timestamp)
        await handle(packet)

    receiver._handle_rtcp_packet = handle_and_tell  # type: ignore[method-assign]


def _preferences(kind: str) -> list[RTCRtpCodecCapability]:
    capabilities = RTCRtpReceiver.getCapabilities(kind)
    assert capabilities is not None
    wanted = [c for c in capabilities.codecs if c.mimeType.lower() in _CODECS[kind]]
    return sorted(wanted, key=lambda c: _CODECS[kind].index(c.mimeType.lower()))
