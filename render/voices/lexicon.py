"""Words that espeak-ng reads wrongly, and how they are to be read."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from render.speech_text import SpokenText

PRONUNCIATIONS: Final[Mapping[str, str]] = {
    "yuan": "/juːˈɑːn/",  # read as "you-un"; of six tried, the one that a recogniser took for yuan most often
    "ribeye": "ribbeye",  # read as "rye-bye"
    "ribeyes": "ribbeyes",
    "wagyu": "/wˈɑːɡjuː/",
}
"""Word in lower case to another spelling, or to IPA between slashes."""


class Lexicon:
    """Applies pronunciations: spellings before the text is phonemised, IPA after it.

    `phonemise` turns a text into sentences of IPA letters and marks.
    """

    def __init__(self, pronunciations: Mapping[str, str], phonemise: Callable[[str], Sequence[Sequence[str]]]) -> None:
        lower = {word.lower(): reading for word, reading in pronunciations.items()}
        self._spellings = {word: reading for word, reading in lower.items() if not _is_ipa(reading)}
        self._ipa = {word: reading[1:-1] for word, reading in lower.items() if _is_ipa(reading)}
        self._pattern = lru_cache(maxsize=512)(lambda word: _as_read("".join(map("".join, phonemise(word)))))

    def respell(self, text: SpokenText) -> SpokenText:
        """The text with words replaced by spellings that are read well; as many tokens, each word still one."""
        if not any(word.lower() in self._spellings for word in text.words):
            return text
        return SpokenText(
            tuple(
                replace(token, words=tuple(self._spellings.get(word.lower(), word) for word in token.words))
                for token in text.tokens
            )
        )

    def correct(self, symbols: Sequence[str], text: SpokenText) -> Sequence[str]:
        """Put the IPA of known words of `text` in the place of what was read for them."""
        known = {word.lower() for word in text.words} & self._ipa.keys()
        if not known:
            return symbols
        sentence = "".join(symbols)
        for word in sorted(known):
            sentence = self._pattern(word).sub(self._ipa[word], sentence)
        return list(sentence)


def _is_ipa(reading: str) -> bool:
    return len(reading) > 2 and reading[0] == reading[-1] == "/"


def _as_read(reading: str) -> re.Pattern[str]:
    """Find a word's own reading in a sentence, whatever its stress there."""
    letters = (re.escape(letter) for letter in reading if letter not in "ˈˌ")
    return re.compile(r"(?<![^\W_])[ˈˌ]?" + "[ˈˌ]?".join(letters) + r"(?![^\W_])")
