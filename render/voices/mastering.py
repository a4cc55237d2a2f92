"""From what a voice model gives to what the show plays: 48 kHz, no silence around, even loudness, no clicks."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray

from render.loudness import Leveller, Signal, transform_size
from rtc.contract import SAMPLE_RATE, Pcm

_WINDOW: Final = SAMPLE_RATE // 200
"""5 ms, over which the level is taken when the ends are trimmed."""
_SILENCE_DB: Final = -50.0
"""Below the loudest window: a soft final "f" lies about 36 dB below a vowel, the pauses of Piper 65 dB."""
_KEPT_BEFORE: Final = SAMPLE_RATE * 8 // 1000
_KEPT_AFTER: Final = SAMPLE_RATE * 15 // 1000
_FADE: Final = SAMPLE_RATE * 4 // 1000
_PRESENCE_HZ: Final = 3000.0
_RUMBLE_HZ: Final = 80.0
_RUMBLE_DB: Final = -14.0
_BOX_HZ: Final = 400.0
_BOX_OCTAVES: Final = 0.75
"""Standard deviation of the bell: half of its depth is reached 0.9 octaves from its middle."""


@dataclass(frozen=True, slots=True)
class Tone:
    """What is done to the sound of a voice whose recording was dull; `Tone(0, 0)` only takes the rumble away."""

    presence_db: float
    """A shelf above 3 kHz of so many decibels."""
    box_db: float
    """A bell at 400 Hz, where a small room and a near microphone pile up; negative takes away."""


@dataclass(frozen=True, slots=True)
class Mastered:
    """Audio ready to be played, and how its samples relate to the model's."""

    pcm: Pcm
    trimmed: int
    """Samples at 48 kHz that were cut off at the beginning."""


def resample(signal: NDArray[np.float32], rate: int) -> Signal:
    """Convert mono audio from `rate` to 48 kHz, aligned at the first sample, ``ceil(n * 48000 / rate)`` long."""
    length = -(-signal.size * SAMPLE_RATE // rate)
    if rate == SAMPLE_RATE or signal.size == 0:
        return signal
    resampler = av.AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)
    # A tail of silence pushes the last samples out of the filter.
    padded = np.concatenate([signal, np.zeros(rate // 50, np.float32)]).reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(padded), format="flt", layout="mono")
    frame.sample_rate = rate
    pieces = [piece.to_ndarray()[0] for piece in resampler.resample(frame) + resampler.resample(None)]
    joined = np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
    if joined.size < length:
        joined = np.pad(joined, (0, length - joined.size))
    return np.ascontiguousarray(joined[:length], np.float32)


def voiced_span(signal: Signal) -> tuple[int, int]:
    """First sample and one past the last sample of what can be heard; (0, 0) for silence."""
    windows = -(-signal.size // _WINDOW)
    padded = np.pad(signal, (0, windows * _WINDOW - signal.size)).reshape(windows, _WINDOW)
    power = np.mean(padded**2, axis=1)
    loudest = float(power.max(initial=0.0))
    if loudest < 1e-9:
        return 0, 0
    heard = np.flatnonzero(power > loudest * 10 ** (_SILENCE_DB / 10))
    first = max(0, int(heard[0]) * _WINDOW - _KEPT_BEFORE)
    last = min(signal.size, (int(heard[-1]) + 1) * _WINDOW + _KEPT_AFTER)
    return first, last


def master(signal: Signal, leveller: Leveller, *, tone: Tone | None = None) -> Mastered:
    """Trim, level and fade a clause given as mono float32 at 48 kHz; with `tone` its sound is mended before."""
    first, last = voiced_span(signal)
    heard = signal[first:last]
    levelled = leveller.level(_toned(heard, tone) if tone is not None else heard).copy()
    fade = min(_FADE, levelled.size // 2)
    if fade:
        ramp = (0.5 - 0.5 * np.cos(np.pi * (np.arange(fade) + 0.5) / fade)).astype(np.float32)
        levelled[:fade] *= ramp
        levelled[-fade:] *= ramp[::-1]
    return Mastered(np.round(np.clip(levelled, -1.0, 1.0) * 32767).astype(np.int16), first)


def _toned(signal: Signal, tone: Tone) -> Signal:
    """Without a change of phase: speech has no low notes that ring, and the clause's own ends are silent."""
    if signal.size == 0:
        return signal
    size = transform_size(signal.size + SAMPLE_RATE // 50)
    return np.fft.irfft(np.fft.rfft(signal, size) * _gain(size, tone), size)[: signal.size].astype(np.float32)


@lru_cache(maxsize=8)
def _gain(size: int, tone: Tone) -> NDArray[np.float32]:
    """At the bins of a real transform of `size` points: two first-order shelves in power, and a bell in octaves."""
    hertz = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    high = hertz**2 / (hertz**2 + _PRESENCE_HZ**2)
    low = _RUMBLE_HZ**2 / (hertz**2 + _RUMBLE_HZ**2)
    octaves = np.log2(np.maximum(hertz, 1.0) / _BOX_HZ) / _BOX_OCTAVES
    bell = 10 ** (tone.box_db * np.exp(-(octaves**2) / 2) / 20)
    gain = (1 + (10 ** (tone.presence_db / 20) - 1) * high) * (1 + (10 ** (_RUMBLE_DB / 20) - 1) * low) * bell
    return np.asarray(gain, np.float32)
