"""A viewer over WebRTC who keeps what replay measures: all sound, and of every picture what `PictureWatch` sees."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Literal, Self
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

Kind = Literal["audio", "video"]
_CLOCKS: Final[dict[Kind, int]] = {"audio": SAMPLE_RATE, "video": VIDEO_CLOCK}
OnPicture = Callable[[float, Picture], None]
"""Takes the media time in seconds (from the first packet of the kind) and the picture, I420."""


class NotAdmitted(Exception):
    """The server did not let the viewer in."""


@dataclass(slots=True)
class _Wire:
    """What came for one kind, before any decoder."""

    first_timestamp: int | None = None
    reports: list[tuple[float, int]] = field(default_factory=list)
    """The sender's wall clock and RTP timestamp (RFC 3550 §6.4.1): by these a browser aligns sound and picture."""


class LiveViewer:
    """Watches one room; use as ``async with LiveViewer(url, on_picture) as viewer``."""

    def __init__(self, url: str, on_picture: OnPicture) -> None:
        self.arrivals: list[float] = []
        """When each picture was there (`time.monotonic`)."""
        self._url = url
        self._on_picture = on_picture
        self._sounds: list[tuple[int, Pcm]] = []
        self._wire: dict[Kind, _Wire] = {"audio": _Wire(), "video": _Wire()}
        self._readers: list[asyncio.Task[None]] = []
        self._resource: str | None = None
        self._http: aiohttp.ClientSession | None = None
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        hush_connect(self._connection)

    async def __aenter__(self) -> Self:
        try:
            await self._connect()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Leave as a browser does."""
        if self._http is not None:
            if self._resource is not None:
                with contextlib.suppress(aiohttp.ClientError):
                    async with self._http.delete(self._resource):
                        pass
            await self._http.close()
            self._http = None
        await self._connection.close()
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)
        self._readers.clear()

    @property
    def playing(self) -> bool:
        """Whether pictures and sound come."""
        return bool(self.arrivals) and bool(self._sounds)

    def pcm(self) -> Pcm:
        """All sound, mono 48 kHz, from the first packet on; what was lost is silence."""
        if not self._sounds:
            return np.zeros(0, np.int16)
        out = np.zeros(max(pts + len(pcm) for pts, pcm in self._sounds), np.int16)
        for pts, pcm in self._sounds:
            out[pts : pts + len(pcm)] = pcm
        return out

    def sender_seconds(self, kind: Kind) -> float | None:
        """The sender's wall clock at the kind's first packet, by the last sender report; None before the first."""
        wire = self._wire[kind]
        if wire.first_timestamp is None or not wire.reports:
            return None
        ntp_s, rtp_timestamp = wire.reports[-1]
        ticks = (wire.first_timestamp - rtp_timestamp) & 0xFFFFFFFF
        if ticks >= 1 << 31:
            ticks -= 1 << 32
        return ntp_s + ticks / _CLOCKS[kind]

    # ---- inside ------------------------------------------------------------------------------------------

    async def _connect(self) -> None:
        self._connection.on("track", self._took_track)
        kinds: tuple[Kind, ...] = ("audio", "video")
        for kind in kinds:
            transceiver = self._connection.addTransceiver(kind, direction="recvonly")
            self._listen_in(kind, transceiver.receiver)
        await self._connection.setLocalDescription()
        self._http = aiohttp.ClientSession()
        offer = self._connection.localDescription.sdp
        async with self._http.post(self._url, data=offer, headers={"Content-Type": "application/sdp"}) as response:
            body = await response.text()
            if response.status != 201:
                raise NotAdmitted(f"the server answered {response.status}: {body[:200]}")
            self._resource = urljoin(str(response.url), response.headers["Location"])
        await self._connection.setRemoteDescription(RTCSessionDescription(body, "answer"))

    def _listen_in(self, kind: Kind, receiver: RTCRtpReceiver) -> None:
        """Note what the receiver gets before it gets it."""
        wire = self._wire[kind]
        pass_rtp, pass_rtcp = receiver._handle_rtp_packet, receiver._handle_rtcp_packet

        async def note_rtp(packet: RtpPacket, arrival_time_ms: int) -> None:
            if wire.first_timestamp is None:
                wire.first_timestamp = packet.timestamp
            await pass_rtp(packet, arrival_time_ms)

        async def note_rtcp(packet: AnyRtcpPacket) -> None:
            if isinstance(packet, RtcpSrPacket) and packet.sender_info.packet_count:
                info = packet.sender_info
                wire.reports.append((info.ntp_timestamp / 2**32, info.rtp_timestamp))
            await pass_rtcp(packet)

        receiver._handle_rtp_packet = note_rtp  # type: ignore[method-assign]
        receiver._handle_rtcp_packet = note_rtcp  # type: ignore[method-assign]

    def _took_track(self, track: MediaStreamTrack) -> None:
        reader = self._read_sound(track) if track.kind == "audio" else self._read_pictures(track)
        self._readers.append(asyncio.get_running_loop().create_task(reader, name=f"replay-viewer-{track.kind}"))

    async def _read_sound(self, track: MediaStreamTrack) -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                assert isinstance(frame, AudioFrame)
                samples: NDArray[Any] = frame.to_ndarray()
                pcm = samples.reshape(-1, len(frame.layout.channels))[:, 0].astype(np.int16)
                self._sounds.append((frame.pts or 0, pcm))

    async def _read_pictures(self, track: MediaStreamTrack) -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                assert isinstance(frame, VideoFrame)
                self.arrivals.append(time.monotonic())
                picture = np.asarray(frame.to_ndarray(format="yuv420p"), np.uint8)
                self._on_picture((frame.pts or 0) / VIDEO_CLOCK, picture)
