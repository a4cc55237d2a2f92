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


def transform_size(length: int) -> int:
    """Next size that is a small multiple of a power of two: quick to transform, few sizes to remember."""
    power = 1 << max(length - 1, 1).bit_length()
    return next(size for size in (power * 5 // 8, power * 3 // 4, power * 7 // 8, power) if size >= length)


def loudness(signal: Signal) -> float:
    """Integrated loudness in LUFS; ``-inf`` for silence.

    A signal shorter than one block of 400 ms is one block of its own length.
    """
    if signal.size == 0:
        return -np.inf
    size = transform_size(signal.size + _SETTLING)
    weighted = np.fft.irfft(np.fft.rfft(signal, size) * _weighting(size), size)[: signal.size]
    energy = np.concatenate([[0.0], np.cumsum(weighted**2)])
    block = min(_BLOCK, signal.size)
    starts = np.arange(0, signal.size - block + 1, _STEP)
    power = (energy[starts + block] - energy[starts]) / block
    power = power[power > _power(-70.0)]
    if power.size:
        power = power[power > np.mean(power) / 10]
    return float(_OFFSET_LU + 10 * np.log10(np.mean(power))) if power.size else -np.inf


def weighting_power(signal: Signal) -> float:
    """K-weighted mean power of a piece of a longer signal, under a Hann window so that its ends do not count.

    Of a stationary signal it is the power that `loudness` would measure.
    """
    window = np.hanning(signal.size)
    size = transform_size(signal.size)
    spectrum = np.fft.rfft(signal * window, size) * _weighting(size)
    energy = 2 * float(np.sum(spectrum.real**2 + spectrum.imag**2)) - float(abs(spectrum[0]) ** 2)
    return energy / size / float(np.sum(window**2))


def _power(lufs: float) -> float:
    return float(10 ** ((lufs - _OFFSET_LU) / 10))


_PHASES: Final = 4
_HALF_TAPS: Final = 12
_PLACES_AT_ONCE: Final = 65_536


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
    _raise_between(signal, peaks, np.arange(signal.size))
    return peaks


def _raise_between(signal: Signal, peaks: Signal, places: NDArray[np.int64]) -> None:
    """Raise `peaks` at `places` to the largest of the three points that follow each of them."""
    padded = np.pad(signal, (_HALF_TAPS - 1, _HALF_TAPS))
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * _HALF_TAPS)
    for first in range(0, places.size, _PLACES_AT_ONCE):
        some = places[first : first + _PLACES_AT_ONCE]
        between = np.abs(around[some] @ _interpolators().T).max(axis=1)
        peaks[some] = np.maximum(peaks[some], between)


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
    peaks = np.abs(signal)
    near = peaks > ceiling / 2  # a true peak is not 6 dB above the samples around it in speech
    if not near.any():
        return signal
    near[:-1] |= near[1:]
    _raise_between(signal, peaks, np.flatnonzero(near))
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
    """Brings every clause to the target loudness, a one-word clause like a long one, true peaks at most -1 dBTP.

    A clause far from what the voice usually gives (a breath, a whisper, a fault) is not pulled up or down by more than
    10 dB against the voice's own mean gain.
    """

    _MEMORY_SECONDS = 20.0
    _MOST_CORRECTION_DB = 10.0
    _MOST_GAIN_DB = 30.0
    _CLOSE_LU = 0.15
    _MOST_PASSES = 3
    """The limiter takes loudness away; what it took is made up, and limited again."""

    def __init__(self, target_lufs: float = TARGET_LUFS) -> None:
        self._target = target_lufs
        self._mean_lufs: float | None = None
        self._heard_seconds = 0.0

    def level(self, signal: Signal) -> Signal:
        """Return the clause at its level. Silence comes back as it is."""
        measured = loudness(signal)
        if not np.isfinite(measured):
            return signal
        mean = measured if self._mean_lufs is None else self._mean_lufs
        deviation = float(np.clip(measured - mean, -self._MOST_CORRECTION_DB, self._MOST_CORRECTION_DB))
        goal = self._target + measured - mean - deviation
        gain_db = min(goal - measured, self._MOST_GAIN_DB)
        self._remember(measured, mean, signal.size / SAMPLE_RATE)
        levelled = signal
        for _ in range(self._MOST_PASSES):
            raised = _amplified(signal, gain_db)
            levelled = limit(raised)
            if levelled is raised:
                break
            missing = goal - loudness(levelled)
            if missing < self._CLOSE_LU:
                break
            gain_db += 1.5 * missing  # the more is limited, the less of a gain comes through
        return levelled

    def _remember(self, measured: float, mean: float, seconds: float) -> None:
        share = seconds / (self._heard_seconds + seconds)
        self._mean_lufs = mean + (measured - mean) * share
        self._heard_seconds = min(self._heard_seconds + seconds, self._MEMORY_SECONDS)


def _amplified(signal: Signal, gain_db: float) -> Signal:
    return signal * np.float32(10 ** (gain_db / 20))
