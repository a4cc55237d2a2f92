"""A voice made to speak higher or lower, livelier or flatter, and still the same voice: its formants stay where they are.

Time-domain pitch-synchronous overlap-add, after Moulines & Charpentier, Speech Communication 9 (1990): the speech is cut into grains
of two periods around each closure of the glottis, and the grains are laid again at the periods wanted. Nothing moves in time by more
than half a period, so phoneme times hold.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from render.loudness import Signal
from render.voices.pitch_track import HOP_SECONDS, PitchTrack

_UNVOICED_STEP_SECONDS: Final = 0.005
_MOST_SHIFT: Final = 7.0
"""Semitones, up or down, at any moment: beyond it grains overlap too little, or repeat audibly."""
_SMOOTHING_FRAMES: Final = 5


@dataclass(frozen=True, slots=True)
class Intonation:
    """How the melody of a clause is changed."""

    shift: float = 0.0
    """Semitones by which it is moved as a whole."""
    span: float = 1.0
    """Factor on its distance from its own middle: 0 is a monotone, 1.5 a lively speaker."""


def wanted_shift(track: PitchTrack, change: Intonation) -> NDArray[np.float64]:
    """Semitones to shift at each frame of `track`; 0 where the voice has no pitch."""
    shift = np.zeros(track.hertz.size)
    if not track.voiced.any():
        return shift
    heights = np.zeros(track.hertz.size)
    heights[track.voiced] = track.semitones()
    middle = float(np.median(track.semitones()))
    edges = np.flatnonzero(np.diff(np.concatenate([[False], track.voiced, [False]]).astype(np.int8)))
    kernel = np.hanning(_SMOOTHING_FRAMES + 2)[1:-1]
    kernel /= kernel.sum()
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        run = np.pad(heights[first:last], _SMOOTHING_FRAMES // 2, mode="edge")
        smooth = np.convolve(run, kernel, "valid")
        shift[first:last] = change.shift + (change.span - 1) * (smooth - middle)
    return np.clip(shift, -_MOST_SHIFT, _MOST_SHIFT)


def intone(signal: Signal, rate: int, track: PitchTrack, change: Intonation) -> Signal:
    """Change the melody of mono speech at `rate`; same length, and `signal` itself where nothing is asked."""
    if change == Intonation() or signal.size == 0 or not track.voiced.any():
        return signal
    factor = 2 ** (wanted_shift(track, change) / 12)
    marks, voiced = find_marks(signal, rate, track)
    out = np.zeros(signal.size + rate // 20, np.float64)
    weight = np.zeros_like(out)
    padded = np.pad(signal.astype(np.float64), (0, rate // 20))
    for source, place in _laid_again(marks, voiced, factor, rate):
        before, mark, after = int(marks[source - 1]), int(marks[source]), int(marks[source + 1])
        window = np.concatenate([_rise(mark - before), _rise(after - mark)[::-1]])
        first = place - (mark - before)
        skipped = max(0, -first)
        last = min(first + window.size, out.size)
        grain = slice(before + skipped, before + last - first)
        out[first + skipped : last] += padded[grain] * window[skipped : last - first]
        weight[first + skipped : last] += window[skipped : last - first]
    # Where grains stand apart (a lower voice) the weight falls to 0.5 between them at -5 semitones: filled up, not left as a hole.
    return (out / np.maximum(weight, 0.4))[: signal.size].astype(np.float32)


@lru_cache(maxsize=2048)
def _rise(length: int) -> NDArray[np.float64]:
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * (np.arange(length) + 0.5) / max(1, length)))


def _laid_again(
    marks: NDArray[np.int64], voiced: NDArray[np.bool_], factor: NDArray[np.float64], rate: int
) -> list[tuple[int, int]]:
    """For every grain of the result: the mark it is taken from, and the sample at which that mark comes to lie."""
    laid: list[tuple[int, int]] = []
    index = 1
    places = marks.tolist()
    while index < len(places) - 1:
        if not voiced[index]:
            laid.append((index, places[index]))
            index += 1
            continue
        end = index
        while end < len(places) - 1 and voiced[end]:
            end += 1
        at, source = float(places[index]), index
        stop = (places[end - 1] + places[end]) / 2
        while at < stop:
            while source < end - 1 and abs(places[source + 1] - at) <= abs(places[source] - at):
                source += 1
            laid.append((source, round(at)))
            period = (
                (places[source + 1] - places[source - 1]) / 2 if source > index else places[source + 1] - places[source]
            )
            frame = min(factor.size - 1, int(at / rate / HOP_SECONDS))
            at += max(8.0, period / factor[frame])
        index = end
    return laid


def find_marks(signal: Signal, rate: int, track: PitchTrack) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Samples around which grains are cut, in order, and which of them lie in voiced speech: one a period there."""
    size = signal.size
    step = round(_UNVOICED_STEP_SECONDS * rate)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], track.voiced, [False]]).astype(np.int8)))
    hop = HOP_SECONDS * rate
    places: list[int] = [0]
    voiced: list[bool] = [False]
    smooth = np.convolve(signal, np.full(max(3, rate // 2400), 1.0 / max(3, rate // 2400), np.float32), "same")
    for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        begin, end = round(first * hop), min(size, round(last * hop))
        own = _marks_of_run(smooth, begin, end, rate / track.hertz[first:last], hop)
        if not own:
            continue
        while places[-1] + step < own[0] - step // 2:
            places.append(places[-1] + step)
            voiced.append(False)
        places += own
        voiced += [True] * len(own)
    while places[-1] < size:
        places.append(places[-1] + step)
        voiced.append(False)
    places.append(places[-1] + step)
    voiced.append(False)
    return np.array(places), np.array(voiced)


def _marks_of_run(signal: Signal, begin: int, end: int, periods: NDArray[np.float64], hop: float) -> list[int]:
    """One mark a period, from the strongest moment outwards, each where the waveform looks most like that at the mark before."""

    def period_at(sample: int) -> int:
        return round(float(periods[min(periods.size - 1, max(0, int((sample - begin) / hop)))]))

    if end - begin < 2 * int(periods.min()):
        return []
    start = begin + int(np.argmax(np.abs(signal[begin:end])))
    marks = [start]
    for direction in (-1, 1):
        mark = start
        while True:
            period = period_at(mark)
            half, slack = period // 2, max(2, period // 6)
            guess = mark + direction * period
            if guess < begin - period // 3 or guess >= end + period // 3:
                break
            low = guess - slack - half
            if low < 0 or guess + slack + half >= signal.size or mark - half < 0 or mark + half >= signal.size:
                break
            likeness = np.correlate(signal[low : guess + slack + half], signal[mark - half : mark + half], "valid")
            mark = guess - slack + int(np.argmax(likeness))
            marks.append(mark)
    return sorted(marks)
