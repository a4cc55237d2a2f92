"""How loud speech is, and one policy of making clauses equally loud.

Loudness after Recommendation ITU-R BS.1770-5, annex 1: K-weighting, mean square over blocks of 400 ms that overlap by
three quarters, gates at -70 LUFS and 10 LU below the ungated mean. True peak after its annex 2: four times oversampled.
All signals are mono float32 at 48 kHz, full scale 1.0; one channel counts once (a sine of 997 Hz at full scale: -3.01 LUFS).
"""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rtc.contract import SAMPLE_RATE

Signal = NDArray[np.float32]

TARGET_LUFS: Final = -16.0
CEILING_DBTP: Final = -1.0
_BLOCK: Final = SAMPLE_RATE * 4 // 10
_STEP: Final = SAMPLE_RATE // 10
_SETTLING: Final = SAMPLE_RATE // 5
"""Zeros behind the signal, so that the high-pass (38 Hz) has died away before the transform wraps round."""

# BS.1770-5 annex 1, tables 1 and 2: numerator and denominator of the two filter stages at 48 kHz.
_SHELF: Final = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
_HIGH_PASS: Final = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
_OFFSET_LU: Final = -0.691


@lru_cache(maxsize=8)
def _weighting(size: int) -> NDArray[np.complex128]:
    """Frequency response of the K-weighting at the bins of a real transform of `size` points."""
    z: NDArray[np.complex128] = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
    response: NDArray[np.complex128] = np.ones_like(z)
    for top, bottom in (_SHELF, _HIGH_PASS):
        response = response * np.polyval(top[::-1], z) / np.polyval(bottom[::-1], z)
    return response


def _transform_size(length: int) -> int:
    """Next size that is a small multiple of a power of two: quick to transform, few sizes to remember."""
    power = 1 << max(length - 1, 1).bit_length()
    return next(size for size in (power * 5 // 8, power * 3 // 4, power * 7 // 8, power) if size >= length)


def loudness(signal: Signal) -> float:
    """Integrated loudness in LUFS; ``-inf`` for silence.

    A signal shorter than one block of 400 ms is one block of its own length.
    """
    if signal.size == 0:
        return -np.inf
    size = _transform_size(signal.size + _SETTLING)
    weighted = np.fft.irfft(np.fft.rfft(signal, size) * _weighting(size), size)[: signal.size]
    energy = np.concatenate([[0.0], np.cumsum(weighted**2)])
    block = min(_BLOCK, signal.size)
    starts = np.arange(0, signal.size - block + 1, _STEP)
    power = (energy[starts + block] - energy[starts]) / block
    power = power[power > _power(-70.0)]
    if power.size:
        power = power[power > np.mean(power) / 10]
    return float(_OFFSET_LU + 10 * np.log10(np.mean(power))) if power.size else -np.inf


def _power(lufs: float) -> float:
    return float(10 ** ((lufs - _OFFSET_LU) / 10))


_PHASES: Final = 4
_HALF_TAPS: Final = 12


@lru_cache(maxsize=1)
def _interpolators() -> NDArray[np.float32]:
    """Windowed-sinc kernels for the three points between two samples, shape (3, 24)."""
    taps = np.arange(-_HALF_TAPS + 1, _HALF_TAPS + 1)
    kernels = []
    for phase in range(1, _PHASES):
        distance = taps - phase / _PHASES
        kernel = np.sinc(distance) * np.cos(np.pi * distance / (2 * _HALF_TAPS)) ** 2
        kernels.append(kernel / kernel.sum())
    return np.asarray(kernels, np.float32)


def oversampled_peaks(signal: Signal) -> Signal:
    """Largest magnitude at each sample and the three points that follow it; same shape as `signal`."""
    peaks = np.abs(signal)
    padded = np.pad(signal, (_HALF_TAPS - 1, _HALF_TAPS))
    for kernel in _interpolators():
        np.maximum(peaks, np.abs(np.convolve(padded, kernel[::-1], "valid")), out=peaks)
    return peaks


def true_peak(signal: Signal) -> float:
    """True peak in dBTP; ``-inf`` for silence."""
    peak = float(oversampled_peaks(signal).max(initial=0.0))
    return 20 * float(np.log10(peak)) if peak > 0 else -np.inf


_CELL: Final = SAMPLE_RATE // 1000
_REACH: Final = 5
"""Milliseconds over which the limiter closes before a peak and opens after it."""


def limit(signal: Signal, ceiling_dbtp: float = CEILING_DBTP) -> Signal:
    """Turn the gain down smoothly around peaks above the ceiling; returns `signal` itself where there are none."""
    ceiling = 10 ** (ceiling_dbtp / 20)
    if 2 * float(np.abs(signal).max(initial=0.0)) < ceiling:  # a true peak is not 6 dB above the samples of speech
        return signal
    peaks = oversampled_peaks(signal)
    if float(peaks.max()) <= ceiling:
        return signal
    cells = -(-signal.size // _CELL)
    highest = np.pad(peaks, (0, cells * _CELL - peaks.size)).reshape(cells, _CELL).max(axis=1)
    needed = np.minimum(1.0, ceiling / np.maximum(highest, 1e-9))
    wide = np.pad(needed, _REACH + 1, constant_values=1.0)
    lowest = np.lib.stride_tricks.sliding_window_view(wide, 2 * _REACH + 3).min(axis=1)
    window = np.hanning(2 * _REACH + 3)[1:-1]
    smooth = np.convolve(np.pad(lowest, _REACH, mode="edge"), window / window.sum(), "valid")
    centres = np.arange(cells) * _CELL + _CELL / 2
    # A little below the ceiling: the gain moves between the oversampled points too.
    gain = np.interp(np.arange(signal.size), centres, smooth) * 0.997
    return (signal * gain).astype(np.float32)


class Leveller:
    """Brings clause after clause to the target loudness without letting the voice jump between them.

    A voice is about as loud in every clause, so its own mean level decides; the clause's own measure counts the
    more the longer it is (a one-word clause has no loudness worth the name), and corrects by at most 3 dB.
    """

    _TRUSTED_SECONDS = 3.0
    _MEMORY_SECONDS = 20.0
    _MOST_CORRECTION_DB = 3.0
    _MOST_GAIN_DB = 30.0
    _MOST_MAKE_UP_DB = 2.5
    """For what the limiter takes."""

    def __init__(self, target_lufs: float = TARGET_LUFS) -> None:
        self._target = target_lufs
        self._mean_lufs: float | None = None
        self._heard_seconds = 0.0

    def level(self, signal: Signal) -> Signal:
        """Return the clause at its level, true peaks at most -1 dBTP. Silence comes back as it is."""
        measured = loudness(signal)
        if not np.isfinite(measured):
            return signal
        seconds = signal.size / SAMPLE_RATE
        mean = measured if self._mean_lufs is None else self._mean_lufs
        trust = min(1.0, seconds / self._TRUSTED_SECONDS)
        deviation = np.clip((measured - mean) * trust, -self._MOST_CORRECTION_DB, self._MOST_CORRECTION_DB)
        gain_db = min(self._target - (mean + float(deviation)), self._MOST_GAIN_DB)
        share = seconds / (self._heard_seconds + seconds)
        self._mean_lufs = mean + (measured - mean) * share
        self._heard_seconds = min(self._heard_seconds + seconds, self._MEMORY_SECONDS)
        raised = _amplified(signal, gain_db)
        limited = limit(raised)
        lost = float(np.dot(raised, raised) / max(float(np.dot(limited, limited)), 1e-12))
        if lost < 1.05:
            return limited
        return limit(_amplified(signal, gain_db + min(10 * np.log10(lost), self._MOST_MAKE_UP_DB)))


def _amplified(signal: Signal, gain_db: float) -> Signal:
    return signal * np.float32(10 ** (gain_db / 20))
