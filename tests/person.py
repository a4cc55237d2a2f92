"""A person without a browser, who goes live: sends sound, and pictures if asked, over WebRTC."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from fractions import Fraction
from types import TracebackType
from typing import Self

import numpy as np
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.rtcconfiguration import RTCBundlePolicy
from av import AudioFrame, VideoFrame
from numpy.typing import NDArray

from rtc.contract import SAMPLE_RATE, Pcm
from rtc.link import hush_connect

Admit = Callable[[str], Awaitable[str]]
"""Takes an SDP offer, returns the SDP answer."""
Sound = Callable[[int], Pcm | None]
"""Packet number (20 ms each, 48 kHz) to its 960 samples; None for a packet that is not sent."""
Pictures = Callable[[int], NDArray[np.uint8] | None]
"""Picture number (25 a second) to a BGR picture, both sides even; None for one that is not sent."""
_PACKET = SAMPLE_RATE // 50


class _Track(MediaStreamTrack):
    """Paced by the clock, from the moment at which the person begins."""

    def __init__(self, kind: str, begun: Callable[[], float]) -> None:
        super().__init__()
        self.kind = kind
        self._begun = begun
        self._next = 0

    async def wait_until(self, seconds: float) -> None:
        if self.readyState != "live":
            raise MediaStreamError
        await asyncio.sleep(max(0.0, self._begun() + seconds - time.monotonic()))


class _SoundTrack(_Track):
    def __init__(self, sound: Sound, begun: Callable[[], float]) -> None:
        super().__init__("audio", begun)
        self._sound = sound

    async def recv(self) -> AudioFrame:
        while True:
            number, self._next = self._next, self._next + 1
            # A packet is sent when the last of its samples has been spoken.
            await self.wait_until((number + 1) * _PACKET / SAMPLE_RATE)
            pcm = self._sound(number)
            if pcm is not None:
                break
        frame = AudioFrame.from_ndarray(np.repeat(pcm, 2).reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, number * _PACKET, Fraction(1, SAMPLE_RATE)
        return frame


class _PictureTrack(_Track):
    def __init__(self, pictures: Pictures, begun: Callable[[], float]) -> None:
        super().__init__("video", begun)
        self._pictures = pictures

    async def recv(self) -> VideoFrame:
        while True:
            number, self._next = self._next, self._next + 1
            await self.wait_until(number / 25)
            picture = self._pictures(number)
            if picture is not None:
                break
        frame = VideoFrame.from_ndarray(picture, format="bgr24").reformat(format="yuv420p")
        frame.pts, frame.time_base = number * 3600, Fraction(1, 90_000)
        return frame


class Person:
    """Goes live: ``async with Person(admit, sound) as person``; the first sample is spoken at `begun`."""

    def __init__(self, admit: Admit, sound: Sound, pictures: Pictures | None = None) -> None:
        self._admit = admit
        self.begun = 0.0
        """When the first sample was spoken (`time.monotonic()`); set as soon as the connection stands."""
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        hush_connect(self.connection)
        self.connection.addTrack(_SoundTrack(sound, self._beginning))
        if pictures is not None:
            self.connection.addTrack(_PictureTrack(pictures, self._beginning))

    def _beginning(self) -> float:
        if not self.begun:  # asked for by the first track, once it may send
            self.begun = time.monotonic()
        return self.begun

    async def __aenter__(self) -> Self:
        for transceiver in self.connection.getTransceivers():
            transceiver.direction = "sendonly"
        await self.connection.setLocalDescription()
        answer = await self._admit(self.connection.localDescription.sdp)
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.connection.close()

    async def vanish(self) -> None:
        """Disappear without a word, like a laptop that is shut."""
        for transceiver in self.connection.getTransceivers()[:1]:
            await transceiver.sender.transport.transport._connection.close()
