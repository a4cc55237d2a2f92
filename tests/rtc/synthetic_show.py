"""A fake host that keeps the Slice contract: a beep and a flash of the same Slice, and a bar code that counts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np

from rtc.contract import SAMPLE_RATE, SLICE_SAMPLES, SLICE_SECONDS, Picture, Slice, SliceSink
from tests.viewer import SeenPicture

EVENT_EVERY = 25
"""A beep and a flash in every Slice whose index is a multiple of it."""
BITS = 16
_QUIET = np.zeros(SLICE_SAMPLES, np.int16)
_BEEP = np.round(12_000 * np.sign(np.sin(2 * np.pi * 1000 * (np.arange(SLICE_SAMPLES) + 0.5) / SAMPLE_RATE))).astype(
    np.int16
)


class SyntheticShow:
    """Makes Slices of a given size: white with a beep in every event Slice, else dark and silent.

    The top quarter of each picture holds the Slice's index as 16 bars, black or white.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height

    def slice(self, index: int, *, repeated: bool = False) -> Slice:
        event = index % EVENT_EVERY == 0
        return Slice(index, self._picture(index, 235 if event else 16), _BEEP if event else _QUIET, 0, repeated)

    def _picture(self, index: int, luma: int) -> Picture:
        picture: Picture = np.full((self.height * 3 // 2, self.width), 128, np.uint8)
        picture[: self.height] = luma
        bar = self.width // BITS
        for bit in range(BITS):
            picture[: self.height // 4, bit * bar : (bit + 1) * bar] = 235 if index >> bit & 1 else 16
        return picture


def read_index(seen: SeenPicture) -> int:
    """The Slice index drawn in a received picture."""
    luma = seen.luma()
    bar = seen.frame.width // BITS
    rows = luma[luma.shape[0] // 16 : luma.shape[0] * 3 // 16]
    return sum(
        1 << bit for bit in range(BITS) if rows[:, bit * bar + bar // 4 : (bit + 1) * bar - bar // 4].mean() > 125
    )


def is_flash(seen: SeenPicture) -> bool:
    luma = seen.luma(4)
    return float(luma[luma.shape[0] // 2 :].mean()) > 125


class Playout:
    """A playout thread that pushes a show's Slices on an absolute schedule, each `ahead_s` before it is due.

    With `may_go_on`, the whole schedule is put off for as long as that says no: a show that is run faster than life then
    goes as fast as its receiver can follow.
    """

    def __init__(
        self,
        sink: SliceSink,
        make: Callable[[int], Slice],
        *,
        pace: float = 1.0,
        slices: int | None = None,
        ahead_s: float = 0.01,
        may_go_on: Callable[[int], bool] | None = None,
    ) -> None:
        self.pushed = 0
        self._sink = sink
        self._make = make
        self._period_s = SLICE_SECONDS / pace
        self._slices = slices
        self._ahead_s = ahead_s
        self._may_go_on = may_go_on
        self._stop = threading.Event()
        self.finished = threading.Event()
        self._thread = threading.Thread(target=self._run, name="playout")

    def __enter__(self) -> Playout:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        start = time.monotonic() + self._ahead_s
        index = 0
        while not self._stop.is_set() and (self._slices is None or index < self._slices):
            while self._may_go_on and not self._may_go_on(index) and not self._stop.wait(self._period_s):
                start = max(start, time.monotonic() - index * self._period_s)
            due = start + index * self._period_s
            self._stop.wait(max(0.0, due - self._ahead_s - time.monotonic()))
            self._sink.push(self._make(index), due)
            index += 1
            self.pushed = index
        self.finished.set()
