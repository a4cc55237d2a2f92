"""One viewer's WebRTC connection, from offer to close."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.exceptions import InvalidStateError
from aiortc.rtcconfiguration import RTCBundlePolicy
from aiortc.rtcrtpparameters import RTCRtpCodecCapability

from rtc.audio_encoder import DECODER_DELAY_S
from rtc.feed import Feed
from rtc.offer import Offer
from rtc.rtc_error import RtcError
from rtc.sender_clock import report_show_time
from rtc.settings import IceServer
from rtc.tracks import PacketTrack
from rtc.video_encoder import VideoCodec

log = logging.getLogger(__name__)

_CLOSE_SECONDS = 5.0
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
        self.connected = False
        self.feed = feed
        self._offer = offer
        self._on_connected = on_connected
        self._on_lost = on_lost
        self._lost = False
        self._deadline: asyncio.TimerHandle | None = None
        # An empty list, never None: None makes aiortc ask a public STUN server.
        servers = [RTCIceServer(list(s.urls), s.username, s.credential) for s in ice_servers]
        self._connection = RTCPeerConnection(
            RTCConfiguration(iceServers=servers, bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        hush_connect(self._connection)
        feed.backlog = self._backlog_bytes
        self._connection.on("connectionstatechange", self._state_changed)

    async def answer(self, connect_seconds: float) -> str:
        """Negotiate, and give the viewer `connect_seconds` to connect; raises `RtcError` or what aiortc raises."""
        for kind in self._offer.kinds:
            lane = self.feed.audio if kind == "audio" else self.feed.video
            assert lane is not None
            transceiver = self._connection.addTransceiver(PacketTrack(kind, lane), direction="sendonly")
            transceiver.setCodecPreferences(_preferences(kind, self.feed.codec))
            report_show_time(transceiver.sender, lane, DECODER_DELAY_S if kind == "audio" else 0.0)
            if kind == "video":
                # aiortc keeps PLI and FIR to its own encoder, which sleeps when packets are passed through.
                transceiver.sender._send_keyframe = self.feed.request_keyframe  # type: ignore[method-assign]
        await self._connection.setRemoteDescription(RTCSessionDescription(self._offer.sdp, "offer"))
        await self._connection.setLocalDescription()
        answer = self._connection.localDescription
        if answer is None or self._connection.signalingState == "closed":
            raise RtcError("closing", 503, "the room closed while the answer was being made")
        if not self.connected:
            loop = asyncio.get_running_loop()
            self._deadline = loop.call_later(connect_seconds, self._lose, f"not connected within {connect_seconds:g} s")
        return self._offer.complete(answer.sdp)

    async def close(self) -> None:
        """Close the connection; its tasks and sockets are gone afterwards."""
        self._lost = True
        self._cancel_deadline()
        self.feed.end()
        try:
            await asyncio.wait_for(self._connection.close(), _CLOSE_SECONDS)
        except TimeoutError:
            log.error("the connection of viewer %s did not close within %g s", self.viewer, _CLOSE_SECONDS)

    # ---- inside ------------------------------------------------------------------------------------------

    def _state_changed(self) -> None:
        state = self._connection.connectionState
        if state == "connected" and not self.connected:
            self.connected = True
            self._cancel_deadline()
            if not self._lost:
                self._on_connected()
        elif state in ("failed", "closed"):
            self._lose(f"connection {state}")

    def _backlog_bytes(self) -> int:
        """What the viewer's socket has not taken yet; aiortc sends on regardless and asyncio keeps it all."""
        for transceiver in self._connection.getTransceivers()[:1]:
            for pair in transceiver.sender.transport.transport._connection._nominated.values():
                transport = pair.protocol.transport
                through_turn = getattr(transport, "_TurnTransport__inner_protocol", None)
                if through_turn is not None:
                    transport = through_turn.transport
                size: Callable[[], int] | None = getattr(transport, "get_write_buffer_size", None)
                return size() if size is not None else 0
        return 0

    def _lose(self, reason: str) -> None:
        if not self._lost:
            self._lost = True
            self._on_lost(reason)

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def hush_connect(connection: RTCPeerConnection) -> None:
    """Keep a connection that is closed while it is still connecting from leaving an exception that nobody takes.

    aiortc 1.16 connects in a task that it does not keep; closed at the wrong moment, that task ends in
    `InvalidStateError`, which the event loop then logs as an error.
    """
    name = "_RTCPeerConnection__connect"
    connect = getattr(connection, name, None)
    if connect is None:
        return

    async def connect_unless_closed() -> None:
        try:
            await connect()
        except InvalidStateError:
            if connection.signalingState != "closed":
                raise

    setattr(connection, name, connect_unless_closed)


def _preferences(kind: str, codec: VideoCodec | None) -> list[RTCRtpCodecCapability]:
    capabilities = RTCRtpSender.getCapabilities(kind).codecs
    if kind == "audio":
        return [c for c in capabilities if c.mimeType.lower() == "audio/opus"]
    assert codec is not None
    wanted = [c for c in capabilities if c.mimeType.lower() == _MIME[codec]]
    wanted.sort(key=lambda c: c.parameters.get("profile-level-id") != _BEST_PROFILE)
    return wanted + [c for c in capabilities if c.mimeType.lower() == "video/rtx"]
