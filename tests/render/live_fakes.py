"""A person's feed in a test's own time."""

import numpy as np
from av import VideoFrame
from numpy.typing import NDArray

from rtc.contract import SAMPLE_RATE, LivePicture, Pcm
from rtc.live_source import LiveSource

PACKET = SAMPLE_RATE // 50


class FedPerson:
    """Speaks `pcm` from moment 0 on into a `LiveSource`: the packets that end by `now` have come, but for the lost ones.

    `late_s` tells by packet number how much later than spoken it comes.
    """

    def __init__(self, pcm: Pcm, *, lost: frozenset[int] = frozenset(), late_s: dict[int, float] | None = None) -> None:
        self.source = LiveSource()
        self._pcm = pcm
        self._late_s = late_s or {}
        self._left = [n for n in range(pcm.size // PACKET) if n not in lost]

    def until(self, now: float) -> None:
        """Let everything come that has come by `now`."""
        come = [n for n in self._left if (n + 1) * PACKET / SAMPLE_RATE + self._late_s.get(n, 0.0) <= now]
        for number in sorted(come, key=lambda n: n + 50 * self._late_s.get(n, 0.0)):
            self._left.remove(number)
            self.source.put_sound(number * PACKET, self._pcm[number * PACKET : (number + 1) * PACKET], now)

    def show(self, picture: NDArray[np.uint8], now: float) -> LivePicture:
        """Send a BGR picture."""
        frame = VideoFrame.from_ndarray(picture, format="bgr24").reformat(format="yuv420p")
        self.source.put_picture(round(now * 90_000), frame, now)
        return self.source._pictures[-1]
