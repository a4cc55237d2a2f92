"""English words in Kokoro's symbols: from the dictionary that the model was trained with, else from espeak-ng.

The dictionary is the data of the package `misaki` (Apache-2.0; about 180,000 words of American English). Its program is not used:
it would bring spaCy. What it decides by a word's part of speech is decided here by the word before.
"""

import importlib.util
import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from render.contract import VoiceError
from render.voices.kokoro_model import SYMBOLS

_OWN: Final[dict[str, str]] = {
    "ribeye": "ɹˈɪbˌI",
    "livestream": "lˈIvstɹˌim",
    "wifi": "wˈIfˌI",
    "iphone": "ˈIfˌOn",
    "ipad": "ˈIpˌæd",
    "gym": "ʤˈɪm",
    "sku": "skjˈu",
    "km": "kɪlˈɑməɾəɹ",
}
"""What the dictionary lacks and espeak-ng reads wrongly."""

_LETTERS: Final = {
    **{"A": "ˈA", "B": "bˈi", "C": "sˈi", "D": "dˈi", "E": "ˈi", "F": "ˈɛf", "G": "ʤˈi", "H": "ˈAʧ", "I": "ˈI"},
    **{"J": "ʤˈA", "K": "kˈA", "L": "ˈɛl", "M": "ˈɛm", "N": "ˈɛn", "O": "ˈO", "P": "pˈi", "Q": "kjˈu", "R": "ˈɑɹ"},
    **{"S": "ˈɛs", "T": "tˈi", "U": "jˈu", "V": "vˈi", "W": "dˈʌbᵊlju", "X": "ˈɛks", "Y": "wˈI", "Z": "zˈi"},
}
_VOWELS: Final = frozenset("AIOQWYaeiouæɑɒɔəɛɜɪʊʌᵻɚ")
_VERB_AFTER: Final = frozenset(
    [
        *("to", "will", "can", "can't", "could", "would", "should", "may", "might", "must", "shall", "won't", "not"),
        *(
            "do",
            "don't",
            "does",
            "did",
            "i",
            "you",
            "we",
            "they",
            "i'll",
            "you'll",
            "we'll",
            "they'll",
            "let's",
            "please",
        ),
    ]
)
"""Words behind which one that is noun or verb is the verb ("to record")."""
_ESPEAK: Final = (
    *(
        ("\u0361", ""),
        ("dʒ", "ʤ"),
        ("tʃ", "ʧ"),
        ("eɪ", "A"),
        ("aɪ", "I"),
        ("oʊ", "O"),
        ("əʊ", "O"),
        ("aʊ", "W"),
        ("ɔɪ", "Y"),
    ),
    *(("ɜːɹ", "ɜɹ"), ("ɝ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ɚ", "əɹ"), ("ɪə", "iə"), ("əl", "ᵊl"), ("ɐ", "ə"), ("ː", "")),
    *(("r", "ɹ"), ("x", "k"), ("ç", "k"), ("ɬ", "l"), ("ʔ", "t"), ("g", "ɡ"), ("o", "ɔ"), ("e", "A"), ("a", "æ")),
    *(("\u0329", ""), ("\u0303", ""), ("ʲ", "")),
)
"""espeak-ng's IPA in American English to the symbols of the dictionary, in this order."""


class EnglishReader:
    """Reads English words; `pronunciations` go before everything else."""

    def __init__(self, pronunciations: Mapping[str, str]) -> None:
        self._gold = _dictionary("us_gold.json")
        self._silver = _dictionary("us_silver.json")
        self._own = {word.lower(): reading for word, reading in pronunciations.items()}
        self._espeak = _espeak()
        self._read = lru_cache(maxsize=4096)(self._look_up)

    def read(self, words: Sequence[str]) -> list[str]:
        """Symbols of each word, read one after the other in one sentence; empty for a word in which nothing is said."""
        found = [
            self._read(word, words[place - 1].lower() in _VERB_AFTER if place else False)
            for place, word in enumerate(words)
        ]
        return [
            _weak(word.lower(), symbols, following)
            for word, symbols, following in zip(words, found, [*found[1:], ""], strict=True)
        ]

    def _look_up(self, word: str, as_verb: bool) -> str:
        own = self._own.get(word.lower())
        if own is not None:
            if len(own) > 2 and own[0] == own[-1] == "/":
                return _from_ipa(own[1:-1])
            return " ".join(self.read(own.split())) if own.lower() != word.lower() else self._known(word, as_verb)
        return self._known(word, as_verb)

    def _known(self, word: str, as_verb: bool) -> str:
        lower = word.lower()
        if lower in _OWN:
            return _OWN[lower]
        if len(word) == 1 and word.upper() in _LETTERS and lower != "a":
            return _LETTERS[word.upper()]
        for dictionary in (self._gold, self._silver):
            spellings = (word, lower) if not word.isupper() or len(word) > 3 else (word,)
            for spelling in (*spellings, lower.capitalize()):
                entry = dictionary.get(spelling)
                if isinstance(entry, dict):
                    entry = (entry.get("VERB") if as_verb else None) or entry["DEFAULT"]
                if entry:
                    return str(entry)
        return self._unknown(word, as_verb)

    def _unknown(self, word: str, as_verb: bool) -> str:
        pieces = [piece for piece in re.split(r"[-_/.]", word) if piece]
        if len(pieces) > 1:
            return " ".join(self._read(piece, as_verb) for piece in pieces)
        camel = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", word)
        if len(camel) > 1 and "".join(camel) == word:
            return " ".join(self._read(piece, as_verb) for piece in camel)
        if word.isupper() and len(word) <= 5:
            return spell(word)
        stem = word.removesuffix("'s") if word.endswith("'s") else word.removesuffix("s")
        if stem != word and len(stem) > 2:
            base = self._gold.get(stem.lower()) or self._silver.get(stem.lower()) or _OWN.get(stem.lower())
            if isinstance(base, str):
                return base + _plural(base)
        return self._espeak_word(word) or spell(word)

    def _espeak_word(self, word: str) -> str:
        if self._espeak is None:
            return ""
        sentences = self._espeak.phonemize("en-us", word)
        return _from_ipa("".join("".join(symbols) for symbols in sentences).strip(" .?!,;:"))


def spell(word: str) -> str:
    """Letter by letter; anything but Latin letters is left out."""
    letters = [_LETTERS[letter] for letter in word.upper() if letter in _LETTERS]
    # Only the last letter carries the full stress, as in "V I P".
    return "".join(letter.replace("ˈ", "ˌ") for letter in letters[:-1]) + "".join(letters[-1:])


def _plural(base: str) -> str:
    if base[-1] in "szʃʒʧʤ":
        return "ᵻz"
    return "s" if base[-1] in "ptkfθ" else "z"


def _weak(word: str, symbols: str, following: str) -> str:
    """Articles and "to" as they are said before what follows; unstressed, unless they stand alone."""
    before_vowel = next((symbol in _VOWELS for symbol in following if symbol not in "ˈˌ"), None)
    if before_vowel is None:
        return symbols
    if word == "the":
        return "ði" if before_vowel else "ðə"
    if word == "a":
        return symbols if following in _LETTERS.values() else "ə"
    if word == "an":
        return "ən"
    if word == "to":
        return "tʊ" if before_vowel else "tə"
    return symbols


def _from_ipa(ipa: str) -> str:
    for written, symbol in _ESPEAK:
        ipa = ipa.replace(written, symbol)
    return "".join(symbol for symbol in ipa if symbol in SYMBOLS)


def _dictionary(name: str) -> dict[str, Any]:
    package = importlib.util.find_spec("misaki")
    if package is None or package.origin is None:
        raise VoiceError("voice-missing", "the package misaki is not installed: run `make kokoro`")
    path = Path(package.origin).parent / "data" / name
    try:
        words: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise VoiceError("voice-missing", f"the package misaki lacks its dictionary: {error}") from error
    return words


def _espeak() -> Any:
    """espeak-ng as Piper brings it, or None where Piper is not installed: unknown words are then spelled."""
    try:
        from piper.phonemize_espeak import EspeakPhonemizer
    except ImportError:
        return None
    return EspeakPhonemizer()
