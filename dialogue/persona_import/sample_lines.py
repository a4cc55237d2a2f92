"""Sentences that show how somebody speaks: whole, short, and understood without what was said before. Pure."""

import re
from collections.abc import Sequence
from typing import Final

from dialogue.claims import ClaimChecker
from dialogue.language import has_han, words
from dialogue.persona_import.habits import UNSURE
from dialogue.vocabulary import word_set

WANTED: Final = 8
_SHORTEST, _LONGEST = 5, 16
_SHORTEST_ZH, _LONGEST_ZH = 6, 30
_WHOLE: Final = re.compile(r"[A-Z][^.!?…]*[.!]|[^。！？…]*[。！]")
_BROKEN: Final = re.compile(r"--|—|–|\.\.|…|[\[\](){}\"“”]|\d")
_REFERS_BACK: Final = word_set(
    "that that's it it's its they they're them he he's she she's his her their those these this which who and but or because so then "
    "there there's there're yes yeah yep no nope right exactly okay where"
)
"""A sentence that begins with one of these needs the one before."""
_REFERS_BACK_ZH: Final = ("他", "她", "它", "这", "那", "所以", "但是", "因为", "然后", "而且", "对")
_OWN: Final = word_set("i i'm i'll i've i'd we we're we'll we've we'd my our us you you're your")
_OWN_ZH: Final = re.compile("我|咱|你|您")
_NAME: Final = re.compile(r"(?<=\S )(?!I\b|I')[A-Z]")


def sample_lines(sentences: Sequence[str], language: str) -> list[str]:
    """Up to `WANTED` sentences from all over the talk, in its order: from each eighth the one that speaks most of "I", "we" and "you".

    Left out is what may not be said by a host, what names somebody, and what needs the sentence before to be understood.
    """
    checker = ClaimChecker(strict=False)
    distinct = list(dict.fromkeys(sentences))
    found: list[str] = []
    for part in range(WANTED):
        stretch = distinct[part * len(distinct) // WANTED : (part + 1) * len(distinct) // WANTED]
        good = [s for s in stretch if _stands_alone(s, language) and checker.check_authored(s) is None]
        found += [max(good, key=lambda s: _own_share(s, language))] if good else []
    return found


def _stands_alone(sentence: str, language: str) -> bool:
    if _WHOLE.fullmatch(sentence) is None or _BROKEN.search(sentence) or UNSURE.search(sentence.casefold()):
        return False
    if language == "zh":
        return (
            has_han(sentence)
            and _SHORTEST_ZH <= len(sentence) <= _LONGEST_ZH
            and not sentence.startswith(_REFERS_BACK_ZH)
        )
    said = words(sentence)
    return _SHORTEST <= len(said) <= _LONGEST and said[0] not in _REFERS_BACK and not _NAME.search(sentence)


def _own_share(sentence: str, language: str) -> float:
    if language == "zh":
        return len(_OWN_ZH.findall(sentence)) / len(sentence)
    said = words(sentence)
    return sum(word in _OWN for word in said) / len(said)
