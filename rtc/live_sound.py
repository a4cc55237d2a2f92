"""A person's sound as it comes in: decoded packets by their place on the sender's clock. Pure logic: no thread, no clock."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rtc.contract import SAMPLE_RATE, Pcm

KEPT_SAMPLES = 2 * SAMPLE_RATE
_JUMP_SAMPLES = SAMPLE_RATE
"""A timestamp further than this from the newest is no loss but another beginning (another microphone, a new clock)."""


class LiveSound:
    """The last two seconds of a stream of packets; what was lost is a hole, what comes late still fills it.

    Positions count samples at 48 kHz from the first packet. What is older than two seconds is forgotten.
    """

    def __init__(self) -> None:
        self.front: int | None = None
        """One past the newest sample; None before the first packet."""
        self.packets = 0
        self.late = 0
        """Packets that came too late to be kept, or twice."""
        self._pcm = np.zeros(KEPT_SAMPLES, np.int16)
        self._there = np.zeros(KEPT_SAMPLES, np.bool_)
        self._stamp = 0
        self._position = 0

    def position_of(self, stamp: int) -> int:
        """The place of an RTP timestamp near those received last; meaningless before the first packet."""
        return self._position + _distance(self._stamp, stamp)

    def write(self, stamp: int, pcm: Pcm) -> None:
        """Take the decoded samples (n,) of the packet with RTP timestamp `stamp` (32 bits, 48 kHz)."""
        self.packets += 1
        if self.front is None:
            self.front, self._stamp, self._position = 0, stamp, 0
        position = self.position_of(stamp)
        if abs(position - self.front) > _JUMP_SAMPLES:  # begin anew, right behind what there is
            position = self.front
            self._stamp, self._position = stamp, position
        if position + pcm.size <= self.front - KEPT_SAMPLES // 2:
            self.late += 1
            return
        if position > self.front:
            self._there[_ring(self.front, position - self.front)] = False
        where = _ring(position, pcm.size)
        if position < self.front and self._there[where].all():
            self.late += 1
            return
        self._pcm[where] = pcm
        self._there[where] = True
        if position + pcm.size > self.front:
            self.front = position + pcm.size
            self._stamp, self._position = stamp, position

    def read(self, start: int, samples: int) -> tuple[Pcm, NDArray[np.bool_]]:
        """Samples from `start` on and whether each is there; what is not is zero. Both have the shape (samples,)."""
        if self.front is None:
            return np.zeros(samples, np.int16), np.zeros(samples, np.bool_)
        where = _ring(start, samples)
        places = np.arange(start, start + samples)
        there = self._there[where] & (places < self.front) & (places >= max(0, self.front - KEPT_SAMPLES))
        return np.where(there, self._pcm[where], np.int16(0)), there


def _ring(start: int, samples: int) -> NDArray[np.int64]:
    return np.arange(start, start + samples) % KEPT_SAMPLES


def _distance(before: int, after: int) -> int:
    """From one 32-bit timestamp to another, across the wrap."""
    return (after - before + 2**31) % 2**32 - 2**31
