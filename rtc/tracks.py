"""The tracks that an aiortc sender pulls: they hand out packets that are coded already."""

from __future__ import annotations

import asyncio
from typing import Any

from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av.packet import Packet

from rtc.feed import Lane


class PacketTrack(MediaStreamTrack):
    """A lane of the hub as a track. One sender reads it; a second reader is an error."""

    def __init__(self, kind: str, lane: Lane) -> None:
        super().__init__()
        self.kind = kind
        self._lane = lane
        self._came: asyncio.Future[None] | None = None
        lane.wake = self._wake

    async def recv(self) -> Packet[Any]:
        """The next packet, once it has come; raises `MediaStreamError` after the end."""
        while True:
            packet = self._lane.take()
            if packet is not None:
                return packet
            if self._lane.ended or self.readyState != "live":
                raise MediaStreamError(f"the {self.kind} track has ended")
            self._came = asyncio.get_running_loop().create_future()
            await self._came

    def stop(self) -> None:
        super().stop()
        self._lane.end()

    def _wake(self) -> None:
        if self._came is not None and not self._came.done():
            self._came.set_result(None)
