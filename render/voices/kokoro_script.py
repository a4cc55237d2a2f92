"""What the Kokoro model is given for a spoken text: symbols, each with the word that it belongs to."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from render.speech_text import SpokenText, SpokenToken, say_as_english
from render.speech_text_zh import Cut, spoken_zh
from render.voices.kokoro_english import EnglishReader
from render.voices.kokoro_mandarin import MandarinReader, is_han
from render.voices.kokoro_model import SYMBOLS

STOPS: Final = frozenset(",.?!;:")
_SENTENCE_ENDS: Final = frozenset(".?!")
_BY_SCRIPT: Final = re.compile(r"[\u3400-\u9fff]+[\s,.?!;:，。、？！；：]*|[^\u3400-\u9fff]+")
"""Punctuation behind Chinese belongs to it."""
_TONES: Final = frozenset("→↗↓↘")
_RUNS: Final = re.compile(
    r"(?P<han>[\u3400-\u9fff\U00020000-\U0003ffff]+)|(?P<stop>[，。、])|[^\u3400-\u9fff\U00020000-\U0003ffff，。、]+"
)


@dataclass(frozen=True, slots=True)
class Sound:
    """One symbol for the model."""

    symbol: str
    word: int | None
    """Index of the spoken word; None for spaces and punctuation."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A word, or the part of one between two pauses."""

    text: str
    word: int
    pause: str


def is_tone(symbol: str) -> bool:
    return symbol in _TONES


def spoken(text: str, language: str, cut: Cut) -> SpokenText:
    """Both languages' rules on one text: those of its own language, and for runs in the other script the other's."""
    if language == "zh":
        return spoken_zh(text, cut)
    tokens: list[SpokenToken] = []
    for run in _BY_SCRIPT.finditer(text):
        said = spoken_zh(run.group(), cut) if is_han(run.group()[0]) else say_as_english(run.group())
        for token in said.tokens:
            first, last = token.first + run.start(), token.last + run.start()
            if tokens and not token.words:
                before = tokens[-1]
                tokens[-1] = SpokenToken(before.first, last, before.words, token.pause or before.pause)
            else:
                tokens.append(SpokenToken(first, last, token.words, token.pause))
    return SpokenText(tuple(tokens))


class KokoroScript:
    """Turns spoken texts into symbols, Chinese and English words each by their own reader."""

    def __init__(self, english: EnglishReader, mandarin: MandarinReader) -> None:
        self._english = english
        self._mandarin = mandarin

    def write(self, text: SpokenText) -> list[Sound]:
        """Symbols of the whole text; the words are counted through all its tokens."""
        sounds: list[Sound] = []
        for phrase in _phrases(text):
            if sounds:
                sounds.append(Sound(" ", None))
            sounds += self._phrase(phrase)
            if sounds and phrase[-1].pause:
                sounds.append(Sound(phrase[-1].pause, None))
        return sounds

    def _phrase(self, pieces: Sequence[_Piece]) -> Iterator[Sound]:
        """A stretch without a pause."""
        first = True
        for group in _same_script(pieces):
            read = self._read_han(group) if is_han(group[0].text[0]) else self._read_latin(group)
            for word in read:
                if word and not first:
                    yield Sound(" ", None)
                first = first and not word
                yield from word

    def _read_han(self, group: Sequence[_Piece]) -> Iterator[list[Sound]]:
        owners = [piece.word for piece in group for _ in piece.text]
        at = 0
        for word in self._mandarin.read("".join(piece.text for piece in group)):
            sounds: list[Sound] = []
            for syllable in word.syllables:
                sounds += [Sound(symbol, owners[at]) for symbol in syllable if symbol in SYMBOLS]
                at += 1
            yield sounds

    def _read_latin(self, group: Sequence[_Piece]) -> Iterator[list[Sound]]:
        for piece, symbols in zip(group, self._english.read([piece.text for piece in group]), strict=True):
            yield [Sound(symbol, None if symbol == " " else piece.word) for symbol in symbols if symbol in SYMBOLS]


def breaths(sounds: Sequence[Sound], most: int) -> list[list[Sound]]:
    """Cut what is too long for one run of the model: behind sentences, else at other punctuation, else between words."""
    rest = list(sounds)
    found: list[list[Sound]] = []
    while len(rest) > most:
        head = rest[:most]
        for ends in (_SENTENCE_ENDS, STOPS, frozenset(" ")):
            cuts = [place for place, sound in enumerate(head) if sound.symbol in ends and place > most // 4]
            if cuts:
                break
        cut = (cuts or [most - 1])[-1] + 1
        found.append(rest[:cut])
        rest = rest[cut:]
    return [_trimmed(piece) for piece in (*found, rest) if any(sound.word is not None for sound in piece)]


def _trimmed(sounds: list[Sound]) -> list[Sound]:
    while sounds and sounds[0].symbol == " ":
        sounds = sounds[1:]
    while sounds and sounds[-1].symbol == " ":
        sounds = sounds[:-1]
    return sounds


def _phrases(text: SpokenText) -> Iterator[list[_Piece]]:
    phrase: list[_Piece] = []
    word = 0
    for token in text.tokens:
        for place, spoken_word in enumerate(token.words):
            last = place == len(token.words) - 1
            runs = [run.group() for run in _RUNS.finditer(spoken_word)]
            for run in runs:
                if run in "，。、" and phrase:
                    phrase[-1] = _Piece(phrase[-1].text, phrase[-1].word, ",")
                    yield phrase
                    phrase = []
                elif run not in "，。、":
                    phrase.append(_Piece(run, word, ""))
            word += 1
            if last and token.pause and phrase:
                phrase[-1] = _Piece(phrase[-1].text, phrase[-1].word, token.pause)
                yield phrase
                phrase = []
    if phrase:
        yield phrase


def _same_script(pieces: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    group: list[_Piece] = []
    for piece in pieces:
        if group and is_han(group[0].text[0]) != is_han(piece.text[0]):
            yield group
            group = []
        group.append(piece)
    if group:
        yield group
