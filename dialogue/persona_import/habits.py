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
from dialogue.vocabulary import PLAIN_WORDS, word_set

LEAST_SENTENCES: Final = 20
"""With fewer nothing is a habit."""
_OFTEN: Final = 3
_MOST_OPENINGS: Final = 6
_MOST_PHRASES: Final = 10
_SHORTEST, _LONGEST = 3, 9
_SHORTEST_ZH, _LONGEST_ZH = 4, 12
_OPENING: Final = re.compile(r"^([A-Za-z']+(?: [A-Za-z']+){0,2}),\s")
_OPENING_ZH: Final = re.compile(r"^([\u4e00-\u9fff]{1,4})[，、]")
_MARKERS: Final = re.compile(
    r"\b(so|well|now|look|listen|see|you see|you know|i mean|honestly|frankly|in fact|anyway|okay|all right|alright|the thing is"
    r"|here's the thing|to be honest|to be fair|to be clear|first of all|by the way|let me tell you)\b",
    re.IGNORECASE,
)
"""Discourse markers (Schiffrin 1987) that leave the sentence behind them as it is: transcripts often set no comma behind one."""
_BEFORE_MARKER: Final = re.compile(r"(?:(?:and|but|so|yeah),? )?", re.IGNORECASE)
_LED_BY_MARKER: Final = 4
"""Words that a sentence has at least, so that its first is an opening and not the sentence: "Well, look."."""
_NO_OPENING: Final = word_set(
    "yes yeah yep yup no nope but and or because when if however also right exactly correct sure totally absolutely definitely "
    "certainly maybe perhaps like i it it's that that's this these those there there's we we're they they're he he's she she's you"
)
"""First words of what joins, agrees, denies, or is half a sentence; discourse markers are known by themselves."""
_CHANGES_WHAT_FOLLOWS: Final = frozenset(
    [
        *(
            "again",
            "basically",
            "obviously",
            "of course",
            "for example",
            "for instance",
            "it's like",
            "i guess",
            "i think",
        ),
        *("to me", "for me", "to us", "for us", "in my mind", "i don't know", "in many ways", "in a way", "for sure"),
        *("literally", "actually", "usually", "typically", "sometimes", "often", "hopefully", "unfortunately", "sorry"),
    ]
)
"""Before a fact these would make it an opinion, an example, an exception or a repetition."""
UNSURE: Final = re.compile(
    r"\b(?:(?:don't|do not|not|no) (?:know|sure|remember|think|idea)|i (?:think|guess)|or (?:something|whatever)|things like that)\b"
)
"""What a host should not say beside a fact."""
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
    known = {opening.casefold() for opening in openings}
    share = sum(not known.isdisjoint(o.casefold() for o in _begins_with(s, language)) for s in sentences)
    return Habits(
        openings,
        round(min(0.3, share / max(1, len(sentences))), 2) if openings else 0.0,
        _catch_phrases(sentences, language),
        float(np.median(lengths)),
        float(np.percentile(lengths, 90)),
    )


def _begins_with(sentence: str, language: str) -> list[str]:
    """The openings of a sentence: what is set off by a comma, and in English the discourse marker that leads it."""
    found = (_OPENING_ZH if language == "zh" else _OPENING).match(sentence)
    openings = [found[1]] if found is not None else []
    if language == "en" and len(words(sentence)) >= _LED_BY_MARKER:
        starts = {0, _BEFORE_MARKER.match(sentence).end()}  # type: ignore[union-attr]  # an empty match at the least
        led = [marker[1] for start in sorted(starts) if (marker := _MARKERS.match(sentence, start)) is not None]
        openings += [marker for marker in led if marker.casefold() not in {o.casefold() for o in openings}]
    return openings


def _set_off(sentence: str, language: str) -> list[str]:
    """Discourse markers within a sentence, between two commas."""
    if language != "en":
        return []
    return [part.strip() for part in sentence.split(",")[1:-1] if _MARKERS.fullmatch(part.strip())]


def _openings(sentences: Iterable[str], language: str) -> tuple[str, ...]:
    counts: Counter[str] = Counter()
    as_said: dict[str, str] = {}
    for sentence in sentences:
        for opening in (*_begins_with(sentence, language), *_set_off(sentence, language)):
            counts[opening.casefold()] += 1
            as_said.setdefault(opening.casefold(), opening[:1].upper() + opening[1:])
    often = [as_said[key] for key, n in counts.most_common() if n >= _OFTEN and _leaves_as_is(key)]
    return tuple(often[:_MOST_OPENINGS])


def _leaves_as_is(opening: str) -> bool:
    if _MARKERS.fullmatch(opening) is not None:
        return True
    bare = opening.removeprefix("so ").removeprefix("and ")
    return opening.split()[0] not in _NO_OPENING and bare not in _NO_OPENING | _CHANGES_WHAT_FOLLOWS


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
        if UNSURE.search(phrase.casefold()):
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
