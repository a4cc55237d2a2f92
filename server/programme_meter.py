"""Measures the programme itself, Slice by Slice, on its way to the encoder: is there sound, does the picture move."""

import math
import threading
from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np

from rtc.contract import SLICE_SECONDS, Picture, Slice, SliceSink

SILENT_DBFS: Final = -55.0
"""Quieter than this nothing is heard: speech leaves at -16 LUFS, 40 dB above it."""
_FLOOR_DBFS: Final = -100.0
_LEVEL_SLICES: Final = 10
"""The level is that of the last 400 ms, the window of momentary loudness (EBU Tech 3341 §2.2)."""
_GAP_SLICES: Final = 250
_STEP: Final = 8
"""Every eighth pixel of every eighth row is compared: 12,000 samples, some 10 µs. A blink or a breath moves hundreds."""


@dataclass(frozen=True, slots=True)
class Programme:
    """What can be said of the programme at one moment."""

    slices: int = 0
    level_dbfs: float = _FLOOR_DBFS
    """Of the last 400 ms."""
    silent_seconds: float = 0.0
    """For how long a Line has been on without any sound."""
    quiet_seconds: float = 0.0
    """For how long there has been no sound at all, Line or not."""
    still_seconds: float = 0.0
    """For how long the picture has been the same, or has not come at all."""
    longest_gap_ms: float = 0.0
    """Between two different pictures, over the last ten seconds."""


class ProgrammeMeter:
    """A `SliceSink` that measures and hands on. `push` is for the playout thread, `read` for any."""

    def __init__(self, sink: SliceSink) -> None:
        self._sink = sink
        self._lock = threading.Lock()
        self._slices = 0
        self._silent = self._quiet = 0
        self._sample: Picture | None = None
        self._moved_due: float | None = None
        self._squares: deque[float] = deque(maxlen=_LEVEL_SLICES)
        self._gaps_ms: deque[float] = deque(maxlen=_GAP_SLICES)

    def push(self, piece: Slice, due: float) -> None:
        """Measure a Slice and hand it on."""
        mean_square = float(np.mean(np.square(piece.pcm, dtype=np.float32))) if piece.pcm.size else 0.0
        quiet = _dbfs(mean_square) < SILENT_DBFS
        sample = piece.picture[::_STEP, ::_STEP]
        moved = not piece.repeated and (self._sample is None or not np.array_equal(sample, self._sample))
        if moved:
            self._sample = sample.copy()
        with self._lock:
            self._slices += 1
            self._squares.append(mean_square)
            self._quiet = self._quiet + 1 if quiet else 0
            self._silent = self._silent + 1 if quiet and piece.line is not None else 0
            if moved:
                if self._moved_due is not None:
                    self._gaps_ms.append((due - self._moved_due) * 1000)
                self._moved_due = due
            else:
                self._gaps_ms.append(0.0)  # keeps the window ten seconds long
        self._sink.push(piece, due)

    def read(self, now: float) -> Programme:
        """The figures of the moment; `now` is on the clock of `time.monotonic()`, as the Slices' due times are."""
        with self._lock:
            still = max(0.0, now - self._moved_due) if self._moved_due is not None else 0.0
            mean = sum(self._squares) / len(self._squares) if self._squares else 0.0
            gap = max(self._gaps_ms, default=0.0)
            silent, quiet = self._silent * SLICE_SECONDS, self._quiet * SLICE_SECONDS
            return Programme(self._slices, _dbfs(mean), silent, quiet, still, max(gap, still * 1000))


def _dbfs(mean_square: float) -> float:
    """Level over full scale of 16 bit, -100 for digital silence."""
    if mean_square <= 0.0:
        return _FLOOR_DBFS
    return max(_FLOOR_DBFS, 10.0 * math.log10(mean_square / 32768.0**2))
