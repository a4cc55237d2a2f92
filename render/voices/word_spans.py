"""Which word each phoneme belongs to, and so when each written word is heard.

A voice phonemises whole sentences and may join words ("of the" becomes one group "ʌvðə"), so groups of phonemes and words
are matched by what each word sounds like alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from render.contract import PhonemeSpan, WordSpan
from render.speech_text import SpokenToken

_VOWELS: Final = frozenset("aeiouyæøœɐɑɒɔəɚɛɜɪʊʌɤɨʉᵻ")
_MARKS: Final = frozenset("ˈˌːˑ")


def sounds(symbols: Sequence[str]) -> list[str]:
    """First letter of each symbol that is more than a mark: what two readings of a word are compared by."""
    bare = (symbol.strip("ˈˌːˑ") for symbol in symbols)
    return [symbol[0] for symbol in bare if symbol]


def assign_words(
    groups: Sequence[Sequence[str]], words: Sequence[str], read: Callable[[str], Sequence[str]]
) -> list[int]:
    """Index of the word that each symbol of the groups belongs to, never decreasing.

    `groups` are the symbols of the sentence as the voice separated them; `read` gives the symbols of a word alone.
    """
    readings = [sounds(read(word)) for word in words]
    if len(groups) == len(words):
        alike = all(
            reading and abs(len(sounds(group)) - len(reading)) <= 1 + len(reading) // 4
            for group, reading in zip(groups, readings, strict=True)
        )
        if alike:
            return [index for index, group in enumerate(groups) for _ in group]
    heard = [symbol.strip("ˈˌːˑ")[:1] for group in groups for symbol in group]
    expected = [(sound, index) for index, reading in enumerate(readings) for sound in reading]
    return _align(heard, expected)


def _align(heard: Sequence[str], expected: Sequence[tuple[str, int]]) -> list[int]:
    """Least-cost alignment (Levenshtein); a sound that was not expected belongs to the word before it."""
    rows, columns = len(heard), len(expected)
    cost: NDArray[np.float64] = np.zeros((rows + 1, columns + 1))
    cost[:, 0] = np.arange(rows + 1)
    cost[0, :] = np.arange(columns + 1)
    for row, sound in enumerate(heard, 1):
        above, here = cost[row - 1].tolist(), [float(row)]
        for column, (other, _) in enumerate(expected, 1):
            here.append(min(above[column - 1] + _difference(sound, other), above[column] + 1, here[-1] + 1))
        cost[row] = here
    assigned = [0] * rows
    row, column = rows, columns
    while row > 0:
        if column > 0 and cost[row, column] == cost[row - 1, column - 1] + _difference(
            heard[row - 1], expected[column - 1][0]
        ):
            row, column = row - 1, column - 1
            assigned[row] = expected[column][1]
        elif column > 0 and cost[row, column] == cost[row, column - 1] + 1:
            column -= 1
        else:
            row -= 1
            assigned[row] = expected[column - 1][1] if column else (expected[0][1] if expected else 0)
    return assigned


def _difference(one: str, other: str) -> float:
    if one == other:
        return 0.0
    return 0.5 if (one in _VOWELS) == (other in _VOWELS) else 1.5


@dataclass(frozen=True, slots=True)
class WordPhoneme:
    """A phoneme and the spoken word that it belongs to; pauses belong to none."""

    span: PhonemeSpan
    word: int | None


def written_words(tokens: Sequence[SpokenToken], phonemes: Sequence[WordPhoneme]) -> tuple[WordSpan, ...]:
    """When each written token is heard. A token of which nothing is heard gets an empty span where it would be."""
    begin: dict[int, int] = {}
    end: dict[int, int] = {}
    for phoneme in phonemes:
        if phoneme.word is not None:
            begin.setdefault(phoneme.word, phoneme.span.start)
            end[phoneme.word] = phoneme.span.end
    spans: list[WordSpan] = []
    word = 0
    reached = phonemes[0].span.start if phonemes else 0
    for token in tokens:
        own = range(word, word + len(token.words))
        word = own.stop
        start = min((begin[index] for index in own if index in begin), default=reached)
        reached = max((end[index] for index in own if index in end), default=start)
        spans.append(WordSpan(token.first, token.last, start, reached))
    return tuple(spans)


def estimate_words(tokens: Sequence[SpokenToken], start: int, end: int) -> tuple[WordSpan, ...]:
    """Share `start` to `end` (samples) among the tokens by the letters that are said for them, pauses included."""
    pauses = {"": 0.0, ",": 3.0, ";": 4.0, ":": 4.0, ".": 5.0, "!": 5.0, "?": 5.0}
    spoken = np.array([sum(len(word) + 1 for word in token.words) for token in tokens], float)
    silent = np.array([pauses[token.pause] for token in tokens], float)
    if len(tokens):
        silent[-1] = 0.0
    total = float(spoken.sum() + silent.sum())
    if total == 0:
        return ()
    ends = np.cumsum(spoken + silent)
    scale = (end - start) / total
    return tuple(
        WordSpan(
            token.first,
            token.last,
            start + round((ends[i] - spoken[i] - silent[i]) * scale),
            start + round((ends[i] - silent[i]) * scale),
        )
        for i, token in enumerate(tokens)
    )
