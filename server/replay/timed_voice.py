"""A voice that says nothing and takes as long as the real one: for shows in which only the time of speech matters."""

import asyncio
import re
from typing import Final

import numpy as np

from render.contract import Emotion, Speech, WordSpan
from render.voices.prosody import prosody
from render.voices.spoken_form import spoken_form
from rtc.contract import SAMPLE_RATE

# Least squares over lines of the demo room said by the packaged voices in all emotions (tests/bench/speech_lengths.py, which also
# tells how well they fit): seconds for the line itself, a word, a syllable, another letter, a short pause, a full stop within.
_ENGLISH: Final = (0.191, 0.019, 0.087, 0.039, 0.225, 0.225)
_CHINESE: Final = (-0.1, 0.3, 0.188, 0.0, 0.036, 0.036)
_VOWELS: Final = re.compile(r"[aeiouy]+")
_WORK_S: Final = 0.06
_WORK_PER_SECOND: Final = 0.08
"""Real-time factor of the packaged English voice on two cores."""


def features(text: str, language: str) -> tuple[float, ...]:
    """What the length of a line is told from: 1, words, syllables, letters besides, short pauses, stops within it."""
    spoken, said = spoken_form(text, language)
    if language == "zh":
        signs = sum(ch.isalnum() and not ch.isascii() for ch in said)
        latin = len(re.findall(r"[A-Za-z0-9]+", said))
        return (1.0, float(latin), float(signs), 0.0, float(len(re.findall("[，、；：,;:]", said))), _inner_stops(said))
    words = [word for word in spoken.words if any(ch.isalnum() for ch in word)]
    syllables = sum(max(1, len(_VOWELS.findall(word.casefold()))) for word in words)
    letters = sum(ch.isalnum() for word in words for ch in word)
    short = sum(token.pause in (",", ";", ":") for token in spoken.tokens)
    return (1.0, float(len(words)), float(syllables), float(letters - syllables), float(short), _inner_stops(said))


def _inner_stops(said: str) -> float:
    return float(len(re.findall(r"[.!?。！？]", said.rstrip(" .!?。！？"))))


def tempo_of(emotion: Emotion, energy: float) -> float:
    """How much faster than plain a line is said."""
    return prosody(emotion, energy).tempo


def speech_seconds(text: str, language: str, emotion: Emotion = Emotion.NEUTRAL, energy: float = 0.5) -> float:
    """About how long the packaged voice of a language takes to say a text."""
    weights = _CHINESE if language == "zh" else _ENGLISH
    plain = sum(weight * value for weight, value in zip(weights, features(text, language), strict=True))
    return max(0.24, plain / tempo_of(emotion, energy))


class TimedVoice:
    """Implements `render.contract.Voice` with silence of the right length, words marked where they would be heard."""

    def __init__(self, languages: frozenset[str] = frozenset({"en"})) -> None:
        self.name = "timed"
        self.languages = languages

    async def speak(self, text: str, *, language: str, emotion: Emotion, energy: float) -> Speech:
        """Silence; takes as long as the real voice would work."""
        seconds = speech_seconds(text, language, emotion, energy)
        await asyncio.sleep(_WORK_S + _WORK_PER_SECOND * seconds)
        pcm = np.zeros(round(seconds * SAMPLE_RATE), np.int16)
        return Speech(pcm, words=_words(text, language, len(pcm)))

    async def close(self) -> None:
        """Nothing to let go of."""


def _words(text: str, language: str, samples: int) -> tuple[WordSpan, ...]:
    """Each word's place, by its share of the letters."""
    spoken, _ = spoken_form(text, language)
    weights = [sum(len(word) for word in token.words) + 2 * bool(token.pause) for token in spoken.tokens]
    whole, spans, begun = max(1, sum(weights)), [], 0
    for token, weight in zip(spoken.tokens, weights, strict=True):
        start, begun = begun, begun + weight
        spans.append(WordSpan(token.first, token.last, start * samples // whole, begun * samples // whole))
    return tuple(spans)
