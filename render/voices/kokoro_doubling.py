"""Twice the sampling rate, cleanly: from the model's 24 kHz to the show's 48.

FFmpeg's resampler, at its defaults, lets a mirror image of what lies above 10 kHz through between 12 and 14 kHz; this voice has sound up
to 11 kHz, and its spectrum showed the image. A half-band filter of 128 taps keeps the samples and puts one between each two.
"""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

_TAPS: Final = 128
_BETA: Final = 8.0
"""Kaiser window: images beyond 12.6 kHz lie 80 dB below."""


def double(signal: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mono audio at twice its rate, aligned at the first sample, twice as long."""
    if signal.size == 0:
        return signal
    doubled = np.empty(signal.size * 2, np.float32)
    doubled[::2] = signal
    half = _TAPS // 2
    padded = np.pad(signal, (half - 1, half))
    doubled[1::2] = np.convolve(padded, _between(), "valid")
    return doubled


@lru_cache(maxsize=1)
def _between() -> NDArray[np.float32]:
    """Weights of the samples around the moment half-way between two."""
    away = np.arange(_TAPS) - (_TAPS - 1) / 2
    weights = np.sinc(away) * np.kaiser(_TAPS, _BETA)
    scaled: NDArray[np.float32] = (weights / weights.sum()).astype(np.float32)
    return scaled
