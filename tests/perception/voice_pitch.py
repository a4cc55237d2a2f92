"""How high a voice speaks, by autocorrelation, and how fast: of received sound."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from render.contract import PhonemeSpan
from rtc.contract import SAMPLE_RATE, Pcm

_RATE: Final = 12_000
_LOWEST_HZ, _HIGHEST_HZ = 60.0, 450.0
_WINDOW: Final = round(0.040 * _RATE)
_HOP: Final = round(0.010 * _RATE)
_VOICED: Final = 0.55
_VOWELS: Final = frozenset("aeiouyɑæʌɛɔɒɪʊɜəɐᵻɚɝ")
_LEAST_BREATH_S: Final = 0.12


def pitch_hz(pcm: Pcm) -> NDArray[np.float64]:
    """Fundamental frequency every 10 ms, shape (n,); NaN where the voice does not sound.

    Normalised autocorrelation of 40 ms windows (Boersma 1993, Proc. IFA 17:97, without its path search: jumps of an octave are
    put right by the median of the neighbours).
    """
    audio = _decimated(pcm)
    longest = round(_RATE / _LOWEST_HZ)
    if len(audio) < _WINDOW + longest + _HOP:
        return np.zeros(0)
    audio = audio - audio.mean()
    starts = np.arange(0, len(audio) - _WINDOW - longest, _HOP)
    windows = np.lib.stride_tricks.sliding_window_view(audio, _WINDOW + longest)[starts]
    heads = windows[:, :_WINDOW]
    size = 1 << (2 * _WINDOW + longest).bit_length()
    spectra = np.fft.rfft(windows, size) * np.conj(np.fft.rfft(heads, size))
    products = np.fft.irfft(spectra, size)[:, : longest + 1]
    power = np.cumsum(np.pad(windows**2, ((0, 0), (1, 0))), axis=1)
    energies = power[:, _WINDOW : _WINDOW + longest + 1] - power[:, : longest + 1]
    matches = products / np.sqrt(np.maximum(energies[:, :1] * energies, 1e-9))
    shortest = round(_RATE / _HIGHEST_HZ)
    found = np.full(len(starts), np.nan)
    loud = energies[:, 0] > 0.002 * np.percentile(energies[:, 0], 98)
    for row in np.flatnonzero(loud):
        match = matches[row, shortest:]
        peaks = np.flatnonzero((match[1:-1] > match[:-2]) & (match[1:-1] >= match[2:])) + 1
        if len(peaks) == 0 or match[peaks].max() < _VOICED:
            continue
        # the first peak nearly as high as the highest: later ones are whole multiples of the period
        lag = int(peaks[np.argmax(match[peaks] > 0.88 * match[peaks].max())])
        before, here, after = match[lag - 1 : lag + 2]
        bend = before - 2 * here + after
        shift = 0.5 * (before - after) / bend if bend < 0 else 0.0
        found[row] = _RATE / (lag + shortest + shift)
    return _without_jumps(found)


def range_semitones(hertz: NDArray[np.float64]) -> float:
    """From the 5th to the 95th percentile; NaN with less than 0.2 s of voice."""
    voiced = hertz[np.isfinite(hertz)]
    if len(voiced) < 20:
        return float("nan")
    low, high = np.percentile(voiced, [5, 95])
    return float(12 * np.log2(high / low))


def median_hz(hertz: NDArray[np.float64]) -> float:
    return float(np.nanmedian(hertz)) if np.isfinite(hertz).any() else float("nan")


def syllables_per_second(phonemes: Sequence[PhonemeSpan]) -> float:
    """Vowels over the time in which the voice speaks; pauses longer than a stop's closure are taken off."""
    spoken = [span for span in phonemes if span.symbol]
    if not spoken:
        return float("nan")
    pauses = sum(s.end - s.start for s in phonemes if not s.symbol and s.end - s.start > _LEAST_BREATH_S * SAMPLE_RATE)
    seconds = (spoken[-1].end - spoken[0].start - pauses) / SAMPLE_RATE
    vowels = sum(any(c in _VOWELS for c in span.symbol) for span in spoken)
    return vowels / seconds


def _decimated(pcm: Pcm) -> NDArray[np.float64]:
    """To 12 kHz, through a low-pass of 4 kHz."""
    taps = np.sinc((np.arange(97) - 48) * 2 * 4000 / SAMPLE_RATE) * np.hamming(97)
    return np.asarray(np.convolve(pcm.astype(np.float64), taps / taps.sum(), mode="same")[:: SAMPLE_RATE // _RATE])


def _without_jumps(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values off by a third and more from the median of their neighbourhood are left out."""
    padded = np.pad(hertz, 15, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 31)
    with np.errstate(all="ignore"):
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # windows without any voice
            around = np.nanmedian(windows, axis=1)
    return np.where(np.abs(np.log2(hertz / around)) > 0.42, np.nan, hertz)
