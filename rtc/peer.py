"""One viewer's WebRTC connection, from offer to close."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from aiortc import RTCRtpSender
from aiortc.rtcrtpparameters import RTCRtpCodecCapability

from rtc.audio_encoder import DECODER_DELAY_S
from rtc.feed import Feed
from rtc.link import Link
from rtc.offer import Offer
from rtc.sender_clock import report_show_time
from rtc.settings import IceServer
from rtc.tracks import PacketTrack
from rtc.video_encoder import VideoCodec

_MIME = {VideoCodec.H264: "video/h264", VideoCodec.VP8: "video/vp8"}
_BEST_PROFILE = "42e01f"
"""Constrained Baseline, which is what the encoder writes."""


class Peer:
    """A peer connection that only sends, fed by the hub.

    `on_connected` and `on_lost` are called on the event loop, each at most once.
    """

    def __init__(
        self,
        viewer: str,
        offer: Offer,
        feed: Feed,
        ice_servers: Sequence[IceServer],
        *,
        on_connected: Callable[[], None],
        on_lost: Callable[[str], None],
    ) -> None:
        self.viewer = viewer
        self.feed = feed
        self._offer = offer
        self._link = Link(f"viewer {viewer}", ice_servers, on_connected=on_connected, on_lost=on_lost)
        feed.backlog = self._backlog_bytes

    @property
    def connected(self) -> bool:
        return self._link.connected

    async def answer(self, connect_seconds: float) -> str:
        """Negotiate, and give the viewer `connect_seconds` to connect; raises `RtcError` or what aiortc raises."""
        for kind in self._offer.kinds:
            lane = self.feed.audio if kind == "audio" else self.feed.video
            assert lane is not None
            transceiver = self._link.connection.addTransceiver(PacketTrack(kind, lane), direction="sendonly")
            transceiver.setCodecPreferences(_preferences(kind, self.feed.codec))
            report_show_time(transceiver.sender, lane, DECODER_DELAY_S if kind == "audio" else 0.0)
            if kind == "video":
                # aiortc keeps PLI and FIR to its own encoder, which sleeps when packets are passed through.
                transceiver.sender._send_keyframe = self.feed.request_keyframe  # type: ignore[method-assign]
        return await self._link.answer(self._offer, connect_seconds)

    async def close(self) -> None:
        """Close the connection; its tasks and sockets are gone afterwards."""
        self.feed.end()
        await self._link.close()

    def _backlog_bytes(self) -> int:
        """What the viewer's socket has not taken yet; aiortc sends on regardless and asyncio keeps it all."""
        for transceiver in self._link.connection.getTransceivers()[:1]:
            for pair in transceiver.sender.transport.transport._connection._nominated.values():
                transport = pair.protocol.transport
                through_turn = getattr(transport, "_TurnTransport__inner_protocol", None)
                if through_turn is not None:
                    transport = through_turn.transport
                size: Callable[[], int] | None = getattr(transport, "get_write_buffer_size", None)
                return size() if size is not None else 0
        return 0


def _preferences(kind: str, codec: VideoCodec | None) -> list[RTCRtpCodecCapability]:
    capabilities = RTCRtpSender.getCapabilities(kind).codecs
    if kind == "audio":
        return [c for c in capabilities if c.mimeType.lower() == "audio/opus"]
    assert codec is not None
    wanted = [c for c in capabilities if c.mimeType.lower() == _MIME[codec]]
    wanted.sort(key=lambda c: c.parameters.get("profile-level-id") != _BEST_PROFILE)
    return wanted + [c for c in capabilities if c.mimeType.lower() == "video/rtx"]
