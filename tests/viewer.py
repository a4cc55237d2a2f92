"""A viewer without a browser: watches a room over WebRTC and records what came, and when."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import urljoin

import aiohttp
import numpy as np
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.rtcconfiguration import RTCBundlePolicy
from aiortc.rtp import AnyRtcpPacket, RtcpSrPacket, RtpPacket
from av import AudioFrame, VideoFrame
from numpy.typing import NDArray

from rtc.contract import SAMPLE_RATE, Pcm, Picture
from rtc.link import hush_connect
from rtc.video_encoder import VIDEO_CLOCK

Admit = Callable[[str], Awaitable[str]]
"""Takes an SDP offer, returns the SDP answer."""
Kind = Literal["audio", "video"]
CLOCKS: dict[Kind, int] = {"audio": SAMPLE_RATE, "video": VIDEO_CLOCK}
_ARRIVALS_KEPT = 200_000


class WatchRefused(Exception):
    """The server did not let the viewer in."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"the WHEP request was answered with {status}: {body}")
        self.status = status
        self.body = body


@dataclass(frozen=True, slots=True)
class HeardPacket:
    """Twenty milliseconds of received sound."""

    pts: int
    """Samples since the first packet received."""
    at: float
    """When it came out of the decoder (`time.monotonic()`); the receiver's jitter buffer is in it."""
    pcm: Pcm


@dataclass(frozen=True, slots=True)
class SeenPicture:
    """One received picture; `frame` is decoded, its pixels are only copied on demand."""

    pts: int
    """Ticks of 90 kHz since the first packet received."""
    at: float
    frame: VideoFrame

    @property
    def seconds(self) -> float:
        return self.pts / VIDEO_CLOCK

    def luma(self, step: int = 1) -> NDArray[np.uint8]:
        """Every `step`-th pixel of every `step`-th row of the luma plane, uint8."""
        plane = self.frame.planes[0]
        rows: NDArray[np.uint8] = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
        return rows[::step, : plane.width : step].copy()

    def i420(self) -> Picture:
        return np.asarray(self.frame.to_ndarray(format="yuv420p"), np.uint8)

    def rgb(self) -> NDArray[np.uint8]:
        """Shape (height, width, 3)."""
        return np.asarray(self.frame.to_ndarray(format="rgb24"), np.uint8)


@dataclass(frozen=True, slots=True)
class SenderReport:
    """The pair of clocks by which a browser aligns sound and picture (RFC 3550 §6.4.1)."""

    at: float
    ntp_s: float
    rtp_timestamp: int


@dataclass(slots=True)
class RtpLog:
    """What came over the wire for one kind, before any decoder."""

    packets: int = 0
    bytes: int = 0
    first_timestamp: int | None = None
    arrivals: dict[int, float] = field(default_factory=dict)
    """RTP timestamp → when its last packet arrived (`time.monotonic()`); at most 200,000 kept."""
    reports: list[SenderReport] = field(default_factory=list)

    def note(self, packet: RtpPacket, at: float) -> None:
        self.packets += 1
        self.bytes += len(packet.payload)
        if self.first_timestamp is None:
            self.first_timestamp = packet.timestamp
        if len(self.arrivals) < _ARRIVALS_KEPT or packet.timestamp in self.arrivals:
            self.arrivals[packet.timestamp] = at


class Viewer:
    """Watches one room: ``async with Viewer(admit) as viewer`` or ``Viewer("http://…/whep")``.

    `codec` restricts the offer's video; `decode=False` counts packets and decodes nothing (cheap, for crowds);
    `keep_every=n` keeps each n-th picture in `pictures`; `on_picture` and `on_sound` are called with everything
    that is decoded. `edit_offer` may change the offer's text before it is sent.
    """

    def __init__(
        self,
        where: Admit | str,
        *,
        codec: Literal["h264", "vp8"] | None = None,
        kinds: tuple[Kind, ...] = ("audio", "video"),
        decode: bool = True,
        keep_sound: bool = True,
        keep_every: int = 0,
        on_picture: Callable[[SeenPicture], None] | None = None,
        on_sound: Callable[[HeardPacket], None] | None = None,
        edit_offer: Callable[[str], str] | None = None,
    ) -> None:
        self.sounds: list[HeardPacket] = []
        self.pictures: list[SeenPicture] = []
        self.picture_times: list[tuple[int, float]] = []
        """(pts, arrival) of every decoded picture."""
        self.rtp: dict[Kind, RtpLog] = {kind: RtpLog() for kind in kinds}
        self.answer_sdp = ""
        self.answered_at = 0.0
        self.resource: str | None = None
        """The WHEP resource's address, once admitted by URL."""
        self._where = where
        self._codec = codec
        self._kinds = kinds
        self._decode = decode
        self._keep_sound = keep_sound
        self._keep_every = keep_every
        self._on_picture = on_picture
        self._on_sound = on_sound
        self._edit_offer = edit_offer
        self._sounds_heard = 0
        self._readers: list[asyncio.Task[None]] = []
        self._changed = asyncio.Event()
        self._http: aiohttp.ClientSession | None = None
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))

        hush_connect(self.connection)

    # ---- life --------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        try:
            await self.connect()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def connect(self) -> None:
        """Send the offer and take the answer; raises `WatchRefused`, or what `admit` raises."""
        self.connection.on("track", self._took_track)
        self.connection.on("connectionstatechange", self._changed.set)
        for kind in self._kinds:
            transceiver = self.connection.addTransceiver(kind, direction="recvonly")
            if kind == "video" and self._codec:
                capabilities = RTCRtpReceiver.getCapabilities("video")
                assert capabilities is not None
                wanted = (f"video/{self._codec}", "video/rtx")
                transceiver.setCodecPreferences([c for c in capabilities.codecs if c.mimeType.lower() in wanted])
            self._listen_in(kind, transceiver.receiver)
        await self.connection.setLocalDescription()
        offer = self.connection.localDescription.sdp
        if self._edit_offer:
            offer = self._edit_offer(offer)
        self.answer_sdp = await (self._post(offer) if isinstance(self._where, str) else self._where(offer))
        self.answered_at = time.monotonic()
        await self.connection.setRemoteDescription(RTCSessionDescription(self.answer_sdp, "answer"))

    async def close(self) -> None:
        """Leave as a browser does: DELETE where there is a resource, then close."""
        if self._http is not None:
            if self.resource is not None:
                with contextlib.suppress(aiohttp.ClientError):
                    async with self._http.delete(self.resource):
                        pass
            await self._http.close()
            self._http = None
        await self.connection.close()
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)
        self._readers.clear()

    async def vanish(self) -> None:
        """Disappear without a word, like a laptop that is shut: the sockets go, nobody is told."""
        self.resource = None
        for transceiver in self.connection.getTransceivers()[:1]:
            await transceiver.receiver.transport.transport._connection.close()

    # ---- waiting -----------------------------------------------------------------------------------------

    async def until(self, condition: Callable[[], bool], seconds: float = 10.0) -> None:
        """Wait until `condition` holds, looked at whenever something came; raises `TimeoutError`."""
        async with asyncio.timeout(seconds):
            while not condition():
                self._changed.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), 0.25)

    async def until_connected(self, seconds: float = 10.0) -> None:
        await self.until(lambda: self.connection.connectionState == "connected", seconds)

    async def until_playing(self, pictures: int = 1, sounds: int = 1, seconds: float = 10.0) -> None:
        """Wait until so many pictures and sound packets have been decoded (or received, without decoding)."""
        await self.until(lambda: self._count("video") >= pictures and self._count("audio") >= sounds, seconds)

    # ---- what came ---------------------------------------------------------------------------------------

    def pcm(self) -> Pcm:
        """All sound kept, mono 48 kHz, from the first packet on; what was lost is silence."""
        if not self.sounds:
            return np.zeros(0, np.int16)
        out = np.zeros(max(s.pts + len(s.pcm) for s in self.sounds), np.int16)
        for sound in self.sounds:
            out[sound.pts : sound.pts + len(sound.pcm)] = sound.pcm
        return out

    def arrival(self, kind: Kind, pts: int) -> float | None:
        """When the last RTP packet of that media time came off the wire (`time.monotonic()`)."""
        log = self.rtp[kind]
        if log.first_timestamp is None:
            return None
        step = 960 if kind == "audio" else 1
        return log.arrivals.get((log.first_timestamp + pts // step * step) & 0xFFFFFFFF)

    def sender_time(self, kind: Kind, pts: int, by: float | None = None) -> float | None:
        """The sender's wall clock for a media time, by the last sender report (come before `by`), as browsers do it.

        The difference of both kinds is the offset at which a browser plays them. None before the first report.
        """
        log = self.rtp[kind]
        reports = [r for r in log.reports if by is None or r.at <= by]
        if log.first_timestamp is None or not reports:
            return None
        report = reports[-1]
        ticks = (log.first_timestamp + pts - report.rtp_timestamp) & 0xFFFFFFFF
        if ticks >= 1 << 31:
            ticks -= 1 << 32
        return report.ntp_s + ticks / CLOCKS[kind]

    def longest_picture_gap_s(self) -> float:
        """The longest time between the arrivals of two pictures on the wire; 0 with fewer than two."""
        times = sorted(self.rtp["video"].arrivals.values()) if "video" in self.rtp else []
        return max((b - a for a, b in zip(times, times[1:], strict=False)), default=0.0)

    async def request_keyframe(self) -> None:
        """Tell the sender that a picture was lost (PLI)."""
        for receiver in self.connection.getReceivers():
            if receiver.track is not None and receiver.track.kind == "video":
                for source in receiver.getSynchronizationSources():
                    await receiver._send_rtcp_pli(source.source)

    # ---- inside ------------------------------------------------------------------------------------------

    async def _post(self, offer: str) -> str:
        assert isinstance(self._where, str)
        self._http = aiohttp.ClientSession()
        async with self._http.post(self._where, data=offer, headers={"Content-Type": "application/sdp"}) as response:
            body = await response.text()
            if response.status != 201:
                raise WatchRefused(response.status, body)
            self.resource = urljoin(str(response.url), response.headers["Location"])
            return body

    def _count(self, kind: Kind) -> int:
        if kind not in self._kinds:
            return 1 << 30
        if not self._decode:
            return self.rtp[kind].packets
        return len(self.picture_times) if kind == "video" else self._sounds_heard

    def _listen_in(self, kind: Kind, receiver: RTCRtpReceiver) -> None:
        """Note every packet before aiortc's receiver gets it."""
        log = self.rtp[kind]
        pass_rtp, pass_rtcp = receiver._handle_rtp_packet, receiver._handle_rtcp_packet

        async def note_rtp(packet: RtpPacket, arrival_time_ms: int) -> None:
            log.note(packet, time.monotonic())
            self._changed.set()
            if self._decode:
                await pass_rtp(packet, arrival_time_ms)

        async def note_rtcp(packet: AnyRtcpPacket) -> None:
            if isinstance(packet, RtcpSrPacket) and packet.sender_info.packet_count:
                info = packet.sender_info
                log.reports.append(SenderReport(time.monotonic(), info.ntp_timestamp / 2**32, info.rtp_timestamp))
            await pass_rtcp(packet)

        receiver._handle_rtp_packet = note_rtp  # type: ignore[method-assign]
        receiver._handle_rtcp_packet = note_rtcp  # type: ignore[method-assign]

    def _took_track(self, track: MediaStreamTrack) -> None:
        reader = self._read_sound(track) if track.kind == "audio" else self._read_pictures(track)
        self._readers.append(asyncio.get_running_loop().create_task(reader, name=f"viewer-{track.kind}"))

    async def _read_sound(self, track: MediaStreamTrack) -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                assert isinstance(frame, AudioFrame)
                assert frame.pts is not None
                samples: NDArray[Any] = frame.to_ndarray()
                pcm = samples.reshape(-1, len(frame.layout.channels))[:, 0].astype(np.int16)
                heard = HeardPacket(frame.pts, time.monotonic(), pcm)
                self._sounds_heard += 1
                if self._keep_sound:
                    self.sounds.append(heard)
                if self._on_sound:
                    self._on_sound(heard)
                self._changed.set()

    async def _read_pictures(self, track: MediaStreamTrack) -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                assert isinstance(frame, VideoFrame)
                assert frame.pts is not None
                seen = SeenPicture(frame.pts, time.monotonic(), frame)
                if self._keep_every and len(self.picture_times) % self._keep_every == 0:
                    self.pictures.append(seen)
                self.picture_times.append((seen.pts, seen.at))
                if self._on_picture:
                    self._on_picture(seen)
                self._changed.set()
