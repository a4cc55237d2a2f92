"""The line of coded Slices that wait for their moment."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from av.packet import Packet

from rtc.video_encoder import VideoCodec


@dataclass(frozen=True, slots=True)
class Departure:
    """What leaves in one tick: 20 ms of sound, and with the first half of a Slice its picture in every codec in use."""

    at: float
    """On the clock of `time.monotonic()`."""
    index: int
    """The Slice that it is a part of."""
    audio: Packet[Any]
    pictures: Mapping[VideoCodec, Packet[Any]] | None
    """None for the second half of a Slice."""


class Departures:
    """Departures in the order in which they came; filled on the playout thread, emptied on the event loop.

    Bounded: once `limit` of them wait the line is `full`, and the Slice at hand must be left out before it is coded, so
    that no coded picture ever misses the one it was predicted from.
    """

    def __init__(self, limit: int = 50) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._waiting: deque[Departure] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def full(self) -> bool:
        return len(self._waiting) >= self._limit

    def add(self, *departures: Departure) -> None:
        with self._lock:
            self._waiting.extend(departures)

    def take_due(self, now: float) -> list[Departure]:
        """Remove and return all whose moment has come, oldest first; a later one never overtakes."""
        due: list[Departure] = []
        with self._lock:
            while self._waiting and self._waiting[0].at <= now:
                due.append(self._waiting.popleft())
        return due

    def next_deadline(self) -> float | None:
        with self._lock:
            return self._waiting[0].at if self._waiting else None

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()
