"""One WebRTC connection and its end: whoever it is for, it connects in time or is lost, and is lost only once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCSessionDescription
from aiortc.exceptions import InvalidStateError
from aiortc.rtcconfiguration import RTCBundlePolicy

from rtc.offer import Offer
from rtc.rtc_error import RtcError
from rtc.settings import IceServer

log = logging.getLogger(__name__)

_CLOSE_SECONDS = 5.0


class Link:
    """A peer connection that answers one offer. `on_connected` and `on_lost` are called on the loop, each at most once."""

    def __init__(
        self,
        name: str,
        ice_servers: Sequence[IceServer],
        *,
        on_connected: Callable[[], None],
        on_lost: Callable[[str], None],
    ) -> None:
        self.name = name
        self.connected = False
        self._on_connected = on_connected
        self._on_lost = on_lost
        self._lost = False
        self._deadline: asyncio.TimerHandle | None = None
        # An empty list, never None: None makes aiortc ask a public STUN server.
        servers = [RTCIceServer(list(s.urls), s.username, s.credential) for s in ice_servers]
        self.connection = RTCPeerConnection(
            RTCConfiguration(iceServers=servers, bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        hush_connect(self.connection)
        self.connection.on("connectionstatechange", self._state_changed)

    async def answer(self, offer: Offer, connect_seconds: float) -> str:
        """Negotiate, and allow `connect_seconds` for connecting; raises `RtcError` or what aiortc raises."""
        await self.connection.setRemoteDescription(RTCSessionDescription(offer.sdp, "offer"))
        await self.connection.setLocalDescription()
        answer = self.connection.localDescription
        if answer is None or self.connection.signalingState == "closed":
            raise RtcError("closing", 503, "the room closed while the answer was being made")
        if not self.connected:
            loop = asyncio.get_running_loop()
            self._deadline = loop.call_later(connect_seconds, self._lose, f"not connected within {connect_seconds:g} s")
        return offer.complete(answer.sdp)

    async def close(self) -> None:
        """Close the connection; its tasks and sockets are gone afterwards."""
        self._lost = True
        self._cancel_deadline()
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self.connection.close()
        except TimeoutError:
            log.error("the connection of %s did not close within %g s", self.name, _CLOSE_SECONDS)

    def _state_changed(self) -> None:
        state = self.connection.connectionState
        if state == "connected" and not self.connected:
            self.connected = True
            self._cancel_deadline()
            if not self._lost:
                self._on_connected()
        elif state in ("failed", "closed"):
            self._lose(f"connection {state}")

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
