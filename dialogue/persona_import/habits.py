"""What somebody says again and again: openings, catch phrases, and how long their sentences are. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from dialogue.claims import ClaimChecker
from dialogue.clauses import length_in_words
from dialogue.language import has_han, words
from dialogue.vocabulary import PLAIN_WORDS

LEAST_SENTENCES: Final = 20
"""With fewer nothing is a habit."""
_OFTEN: Final = 3
_MOST_OPENINGS: Final = 6
_MOST_PHRASES: Final = 10
_SHORTEST, _LONGEST = 3, 9
_SHORTEST_ZH, _LONGEST_ZH = 4, 12
_OPENING: Final = re.compile(r"^([A-Za-z']+(?: [A-Za-z']+){0,2}),\s")
_OPENING_ZH: Final = re.compile(r"^([\u4e00-\u9fff]{1,4})[，、]")
_NO_OPENING: Final = frozenset(["yes", "no", "but", "and", "because", "when", "if", "however", "also"])
_MARKS: Final = re.compile(r"[.!?…,;:，。！？；：、\"'“”‘’()（）—–]")


@dataclass(frozen=True, slots=True)
class Habits:
    """How somebody words things."""

    openings: tuple[str, ...]
    opening_share: float
    catch_phrases: tuple[str, ...]
    median_words: float
    long_words: float
    """90th percentile."""


def habits_of(sentences: Sequence[str], language: str) -> Habits:
    """The habits in a collection of sentences of one language."""
    lengths = [length_in_words(sentence) for sentence in sentences]
    openings = _openings(sentences, language)
    share = sum(_opening(s, language).casefold() in {o.casefold() for o in openings} for s in sentences)
    return Habits(
        openings,
        round(min(0.3, share / max(1, len(sentences))), 2) if openings else 0.0,
        _catch_phrases(sentences, language),
        float(np.median(lengths)),
        float(np.percentile(lengths, 90)),
    )


def _opening(sentence: str, language: str) -> str:
    found = (_OPENING_ZH if language == "zh" else _OPENING).match(sentence)
    return found[1] if found is not None else ""


def _openings(sentences: Iterable[str], language: str) -> tuple[str, ...]:
    counts: Counter[str] = Counter(o for s in sentences if (o := _opening(s, language)))
    often = [o for o, n in counts.most_common() if n >= _OFTEN and o.casefold().split()[0] not in _NO_OPENING]
    return tuple(often[:_MOST_OPENINGS])


def _catch_phrases(sentences: Sequence[str], language: str) -> tuple[str, ...]:
    """Whole sentences, or parts between two marks, that come back; those that claim what no host may are left out."""
    checker = ClaimChecker(strict=False)
    seen: Counter[str] = Counter()
    whole: set[str] = set()
    """What was also said as a sentence of its own: half a sentence is no phrase."""
    as_said: dict[str, str] = {}
    for sentence in sentences:
        parts = {sentence, *re.split(r"(?<=[,;:，；：])\s*", sentence)}
        whole.add(_bare(sentence))
        for key, part in {_bare(part): part for part in parts}.items():
            if key:
                seen[key] += 1
                as_said.setdefault(key, part)
    found: list[str] = []
    for key, count in sorted(seen.items(), key=lambda pair: (-pair[1], -len(pair[0]))):
        phrase = as_said[key].strip(" ,;:，；：")
        if count < _OFTEN or key not in whole or not _weighty(key, language) or any(ch.isdigit() for ch in phrase):
            continue
        if checker.check_authored(phrase) is not None or any(key in _bare(f) or _bare(f) in key for f in found):
            continue
        found.append(_sentence(phrase, language))
    return tuple(found[:_MOST_PHRASES])


def _bare(text: str) -> str:
    return " ".join(_MARKS.sub(" ", text).casefold().split())


def _weighty(key: str, language: str) -> bool:
    if language == "zh":
        return has_han(key) and _SHORTEST_ZH <= len(key.replace(" ", "")) <= _LONGEST_ZH
    said = words(key)
    return _SHORTEST <= len(said) <= _LONGEST and any(word not in PLAIN_WORDS for word in said)


def _sentence(phrase: str, language: str) -> str:
    whole = phrase if phrase[-1] in ".!?。！？" else phrase + ("。" if language == "zh" else ".")
    return whole[:1].upper() + whole[1:]
