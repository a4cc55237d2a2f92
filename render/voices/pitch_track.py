"""The pitch of a voice over time: its fundamental frequency, and where it has none.

Normalised cross-correlation with a path search over its peaks, after Talkin, "A robust algorithm for pitch tracking", in Kleijn & Paliwal
(eds.), Speech Coding and Synthesis (1995), ch. 14; the costs are ours, set on the packaged voices.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from render.loudness import Signal

HOP_SECONDS: Final = 0.01
LOWEST_HZ: Final = 60.0
HIGHEST_HZ: Final = 420.0
_WINDOW_SECONDS: Final = 0.025
_WORKING_RATE: Final = 7000
_CANDIDATES: Final = 5
_VOICED_ABOVE: Final = 0.55
"""Correlation from which a frame is rather voiced than not."""
_LONG_LAG_COST: Final = 0.1
"""For the longest lag, against the shortest: twice the true period correlates as well as the true one."""
_JUMP_COST: Final = 0.9
"""For an octave within one hop."""
_SWITCH_COST: Final = 0.12
"""For voice setting in or out."""


@dataclass(frozen=True, slots=True)
class PitchTrack:
    """One value every 10 ms; value k holds at ``(k + 0.5) * HOP_SECONDS`` (both float64, shape (frames,))."""

    hertz: NDArray[np.float64]
    """0 where the voice has no pitch."""

    @property
    def voiced(self) -> NDArray[np.bool_]:
        """Where the voice has a pitch."""
        found: NDArray[np.bool_] = self.hertz > 0
        return found

    def semitones(self) -> NDArray[np.float64]:
        """Pitch of the voiced values, in semitones above 100 Hz."""
        heights: NDArray[np.float64] = 12 * np.log2(self.hertz[self.voiced] / 100)
        return heights


def track_pitch(signal: Signal, rate: int) -> PitchTrack:
    """Follow the pitch of mono speech at `rate` (Hz) between 60 and 420 Hz."""
    frames = max(1, round(signal.size / rate / HOP_SECONDS))
    if signal.size == 0:
        return PitchTrack(np.zeros(1))
    thin, thin_rate = _thinned(signal, rate)
    lags, correlation = _correlate(thin, thin_rate, frames)
    peak_lags, peaks = _candidates(lags, correlation)
    score = peaks - _LONG_LAG_COST * peak_lags / lags[-1]
    path = _best_path(peak_lags, score)
    chosen = np.where(path >= 0, peak_lags[np.arange(frames), np.maximum(path, 0)], np.inf)
    return PitchTrack(_without_specks(thin_rate / chosen))


def _thinned(signal: Signal, rate: int) -> tuple[Signal, float]:
    """Low-passed and decimated to about 7 kHz: enough for the pitch, and a third of the work."""
    step = max(1, rate // _WORKING_RATE)
    kernel = np.hanning(4 * step + 3)[1:-1]
    smooth = np.convolve(signal, (kernel / kernel.sum()).astype(np.float32), "same")
    return np.ascontiguousarray(smooth[::step], np.float32), rate / step


def _correlate(signal: Signal, rate: float, frames: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Lags in samples, and the normalised correlation of every frame at each of them, shape (frames, lags)."""
    window = round(_WINDOW_SECONDS * rate)
    shortest, longest = int(rate / HIGHEST_HZ) - 1, int(np.ceil(rate / LOWEST_HZ)) + 1
    reach = window + longest
    size = 1 << (reach + window - 1).bit_length()
    starts = np.round((np.arange(frames) + 0.5) * HOP_SECONDS * rate).astype(np.int64)
    padded = np.pad(signal.astype(np.float64), (reach // 2, reach + 1))
    both = np.lib.stride_tricks.sliding_window_view(padded, reach)[np.minimum(starts, padded.size - reach)]
    both = both - both.mean(axis=1, keepdims=True)
    spectrum = np.fft.rfft(both, size)
    product = np.fft.irfft(spectrum * np.conj(np.fft.rfft(both[:, :window], size)), size)[:, : longest + 1]
    energy = np.pad(np.cumsum(both**2, axis=1), ((0, 0), (1, 0)))
    ends = np.arange(longest + 1)
    power = energy[:, ends + window] - energy[:, ends]
    floor = 1e-9 + 1e-5 * float(np.max(power, initial=0.0))
    lags = np.arange(shortest, longest + 1)
    return lags, (product / np.sqrt((power[:, :1] + floor) * (power + floor)))[:, lags]


def _candidates(
    lags: NDArray[np.int64], correlation: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The highest peaks of each frame, between the lags (parabola through three): their lags and heights."""
    left, here, right = correlation[:, :-2], correlation[:, 1:-1], correlation[:, 2:]
    height = np.where((here >= left) & (here > right), here, -1.0)
    best = np.argsort(height, axis=1)[:, : -_CANDIDATES - 1 : -1]
    rows = np.arange(len(height))[:, None]
    low, top, high = left[rows, best], height[rows, best], right[rows, best]
    bend = low - 2 * here[rows, best] + high
    shift = np.where((top > 0) & (bend < -1e-9), 0.5 * (low - high) / np.minimum(bend, -1e-9), 0.0)
    shift = np.clip(shift, -0.5, 0.5)
    heights: NDArray[np.float64] = np.maximum(top - 0.25 * (low - high) * shift, -1.0)
    return (lags[best + 1] + shift).astype(np.float64), heights


def _best_path(lags: NDArray[np.float64], score: NDArray[np.float64]) -> NDArray[np.int64]:
    """Index of the candidate of each frame on the path of highest score; -1 for no voice."""
    frames, count = score.shape
    heights = np.log2(lags)
    came = np.zeros((frames, count + 1), np.int64)
    total = np.append(score[0], _VOICED_ABOVE)
    for frame in range(1, frames):
        moved = total[:count, None] - _JUMP_COST * np.minimum(
            1.0, np.abs(heights[frame - 1][:, None] - heights[frame][None, :])
        )
        onset = np.full((1, count), total[count] - _SWITCH_COST)
        into_voice = np.vstack([moved, onset])
        into_silence = np.append(total[:count] - _SWITCH_COST, total[count])
        came[frame, :count] = into_voice.argmax(axis=0)
        came[frame, count] = into_silence.argmax()
        total = np.append(into_voice.max(axis=0) + score[frame], into_silence.max() + _VOICED_ABOVE)
    path = np.empty(frames, np.int64)
    state = int(total.argmax())
    for frame in range(frames - 1, -1, -1):
        path[frame] = state
        state = int(came[frame, state])
    return np.where(path == count, -1, path)


def _without_specks(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Voice of less than 30 ms is none."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], hertz > 0, [False]]).astype(np.int8)))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        if last - first < 3:
            hertz[first:last] = 0.0
    return hertz
