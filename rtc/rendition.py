"""One rendition of the picture: its encoder, and who decides about key frames."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any

from av.packet import Packet

from rtc.contract import Picture
from rtc.keyframe_gate import KeyframeGate
from rtc.settings import VideoSettings
from rtc.video_encoder import VideoCodec, VideoEncoder

_TIMES_KEPT = 1500
"""A minute of pictures."""


class Rendition:
    """The room's picture in one codec, coded once for all its viewers."""

    def __init__(self, codec: VideoCodec, settings: VideoSettings) -> None:
        self.codec = codec
        self.gate = KeyframeGate()
        self.frames = 0
        self.keyframes = 0
        self.bytes = 0
        self._encoder = VideoEncoder(codec, settings)
        self._settings = settings
        self._encode_ms: deque[float] = deque(maxlen=_TIMES_KEPT)
        self._times_lock = threading.Lock()

    def encode(self, picture: Picture, index: int, now: float) -> Packet[Any] | None:
        """Code one picture; `now` is on the clock of `time.monotonic()`.

        After an error the next picture begins a new stream. Raises what the encoder raises.
        """
        began = time.perf_counter()
        try:
            packets = self._encoder.encode(picture, index, self.gate.due(now))
        except Exception:
            self._encoder = VideoEncoder(self.codec, self._settings)
            raise
        with self._times_lock:
            self._encode_ms.append((time.perf_counter() - began) * 1000)
        if not packets:
            return None
        (packet,) = packets
        self.frames += 1
        self.bytes += packet.size
        if packet.is_keyframe:
            self.keyframes += 1
            self.gate.made(now)
        return packet

    def encode_ms(self) -> list[float]:
        """Wall time of the last pictures, at most 1,500."""
        with self._times_lock:
            return list(self._encode_ms)
