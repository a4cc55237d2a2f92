"""Where each phoneme sounds, from the durations of a model's symbols and the audio that it made."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from render.contract import PhonemeSpan
from render.voices.word_spans import WordPhoneme

_STRESS: Final = frozenset("ˈˌ")
_QUIET_DB: Final = -42.0
"""Below the loudest window; the pauses of Piper lie 65 dB below, the closure of a stop about 35."""
_WINDOW_SECONDS: Final = 0.005
_SHORTEST_PAUSE_SECONDS: Final = 0.03
_SHORTEST_UNMARKED_PAUSE_SECONDS: Final = 0.08
"""Between words without punctuation: less may be the closure of a stop."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A phoneme, or a pause (symbol ``""``), in seconds from the start of the audio."""

    symbol: str
    start: float
    end: float
    group: int | None
    """Number of the space-separated group it belongs to; None for a pause."""


@dataclass(slots=True)
class _Gap:
    start: float
    end: float
    marked: bool


def segment(symbols: Sequence[str], ends: NDArray[np.int64], audio: NDArray[np.float32], rate: int) -> list[Segment]:
    """Turn the symbols of one run of the model into phonemes and pauses that cover its audio without a hole.

    `ends[0]` is the sample at which the first symbol begins, `ends[k + 1]` the one at which symbol k ends. Stress marks
    join the phoneme after them, length and other marks the one before.
    """
    quiet = _quiet_windows(audio, rate)
    times = (ends / rate).tolist()
    total = audio.size / rate
    found: list[Segment] = []
    gap: _Gap | None = _Gap(0.0, times[0], True)
    stress, onset, group = "", None, 0
    for index, symbol in enumerate(symbols):
        start, end = times[index], times[index + 1]
        category = unicodedata.category(symbol[0])
        if symbol in _STRESS:
            stress, onset = symbol, start if onset is None else onset
        elif category in ("Zs", "Po", "Pd", "Ps", "Pe", "Pi", "Pf"):
            marked = symbol != " " or (gap is not None and gap.marked)
            gap = _Gap(start if gap is None else gap.start, end, marked)
            stress, onset = "", None
            if found and found[-1].group == group:
                group += 1
        elif category in ("Ll", "Lu", "Lo"):
            begin = start if onset is None else onset
            if gap is not None:
                begin = _close(found, gap, begin, quiet)
                gap = None
            found.append(Segment(stress + symbol, begin, end, group))
            stress, onset = "", None
        elif found:
            found[-1] = replace(found[-1], symbol=found[-1].symbol + symbol, end=end)
    _close(found, _Gap(gap.start if gap else times[-1], total, True), total, quiet)
    if found and found[-1].symbol:
        found[-1] = replace(found[-1], end=total)
    return found


def _close(found: list[Segment], gap: _Gap, next_start: float, quiet: NDArray[np.bool_]) -> float:
    """Put a pause into a gap, or share the gap between its neighbours; returns where the next phoneme begins."""
    silence = _longest_quiet(quiet, gap.start, gap.end)
    needed = _SHORTEST_PAUSE_SECONDS if gap.marked else _SHORTEST_UNMARKED_PAUSE_SECONDS
    if silence is None or silence[1] - silence[0] < needed:
        middle = (gap.start + gap.end) / 2 if found else gap.start
        silence = (middle, middle)
    if found:
        found[-1] = replace(found[-1], end=silence[0])
    elif silence[0] == silence[1]:
        return gap.start
    if silence[1] > silence[0]:
        found.append(Segment("", silence[0] if found else 0.0, silence[1], None))
    return silence[1]


def _quiet_windows(audio: NDArray[np.float32], rate: int) -> NDArray[np.bool_]:
    window = round(rate * _WINDOW_SECONDS)
    count = -(-audio.size // window)
    power = np.mean(np.pad(audio, (0, count * window - audio.size)).reshape(count, window) ** 2, axis=1)
    result: NDArray[np.bool_] = power < float(power.max(initial=0.0)) * 10 ** (_QUIET_DB / 10) + 1e-12
    return result


def _longest_quiet(quiet: NDArray[np.bool_], start: float, end: float) -> tuple[float, float] | None:
    """Longest silent run between two moments, in seconds."""
    first, last = int(np.ceil(start / _WINDOW_SECONDS - 1e-6)), int(np.ceil(end / _WINDOW_SECONDS - 1e-6))
    edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet[first:last], [False]]).astype(np.int8)))
    if edges.size == 0:
        return None
    starts, ends = edges[::2], edges[1::2]
    longest = int(np.argmax(ends - starts))
    return (
        float(max(start, (first + starts[longest]) * _WINDOW_SECONDS)),
        float(min(end, (first + ends[longest]) * _WINDOW_SECONDS)),
    )


def place(
    segments: Sequence[Segment], words: Sequence[int | None], samples_per_second: float, trimmed: int, size: int
) -> list[WordPhoneme]:
    """Bring segments to samples of the mastered audio; pauses that touch become one, and empty ones go.

    `words` gives the word of each segment; `trimmed` samples were cut off before the first, `size` samples are left.
    """
    placed: list[WordPhoneme] = []
    reached = 0
    for item, word in zip(segments, words, strict=True):
        end = min(size, max(reached, round(item.end * samples_per_second) - trimmed))
        if item.symbol:
            placed.append(WordPhoneme(PhonemeSpan(item.symbol, reached, end), word))
        elif placed and not placed[-1].span.symbol:
            placed[-1] = WordPhoneme(PhonemeSpan("", placed[-1].span.start, end), None)
        elif end > reached:
            placed.append(WordPhoneme(PhonemeSpan("", reached, end), None))
        reached = end
    if placed and reached < size:
        last = placed[-1]
        placed[-1] = replace(last, span=replace(last.span, end=size))
    return placed
