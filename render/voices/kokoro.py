"""The Kokoro voice: Mandarin and English in one timbre, from a model in a process of its own."""

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from render.contract import Emotion, Speech, VoiceError
from render.loudness import Leveller
from render.settings import KokoroSettings
from render.voices.kokoro_doubling import double
from render.voices.kokoro_english import EnglishReader
from render.voices.kokoro_files import kokoro_problem, read_model, voices_folder
from render.voices.kokoro_mandarin import MandarinReader
from render.voices.kokoro_model import MOST_SYMBOLS, SAMPLE_RATE, KokoroModel, Melody
from render.voices.kokoro_script import STOPS, KokoroScript, Sound, breaths, is_tone, spoken
from render.voices.kokoro_spans import heard
from render.voices.kokoro_styles import Styles
from render.voices.mastering import master
from render.voices.pauses import stretch_pauses
from render.voices.phoneme_spans import Segment, place
from render.voices.prosody import Prosody, prosody
from render.voices.word_spans import written_words
from render.workshop import Workshop, WorkshopError
from rtc.contract import SAMPLE_RATE as SHOW_RATE

MOST_CHARACTERS: Final = 600
_CALIBRATION: Final = (("大家好，欢迎来到直播间。", "zh"), ("Welcome back, everybody. Have a look at this.", "en"))

_BREATH_GAP_SECONDS: Final = 0.12
"""Silence between two runs of the model within one text."""
_KEPT_SECONDS: Final = 0.06
"""Of the silence at either end of a run, for soft sounds that it may hide; the mastering trims what is left of a text's own."""
_LEAST_TONAL_SPAN: Final = 0.75
"""Mandarin tells words apart by their tones: however sorry the host is, these keep three quarters of their height."""


class KokoroVoice:
    """Implements `render.contract.Voice` with a `KokoroReader` in a `Workshop`; speaks one text at a time."""

    def __init__(self, settings: KokoroSettings, shop: Workshop) -> None:
        self._settings = settings
        self._shop = shop
        self._turn = asyncio.Lock()
        self._numbers = itertools.count()
        self._stopping: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(cls, settings: KokoroSettings) -> "KokoroVoice":
        """Start the process and load the model (seconds); raises `VoiceError`."""
        problem = kokoro_problem(settings)
        if problem is not None:
            raise VoiceError("voice-missing", problem[1])
        try:
            # Two threads: one speaks, the other may tell it to stop.
            return cls(settings, await Workshop.start("voice", KokoroReader, settings, threads=2))
        except WorkshopError as error:
            raise VoiceError(error.code, f"the voice could not be loaded: {error}") from error

    @property
    def name(self) -> str:
        return f"kokoro:{'+'.join(self._settings.blend)}"

    @property
    def languages(self) -> frozenset[str]:
        return frozenset({"en", "zh"})

    async def speak(self, text: str, *, language: str, emotion: Emotion, energy: float) -> Speech:
        if language not in self.languages:
            raise VoiceError("language-unsupported", f"the Kokoro voice reads English and Chinese, not {language!r}")
        async with self._turn:
            number = next(self._numbers)
            try:
                speech: Speech = await self._shop.call("speak", number, text, language, emotion, energy)
            except WorkshopError as error:
                raise VoiceError(error.code, str(error)) from error
            except asyncio.CancelledError:
                self._stop(number)
                raise
        return speech

    async def close(self) -> None:
        await self._shop.close()
        await asyncio.gather(*self._stopping)

    def _stop(self, number: int) -> None:
        task = asyncio.create_task(self._tell_to_stop(number), name=f"stop-speaking-{number}")
        self._stopping.add(task)
        task.add_done_callback(self._stopping.discard)

    async def _tell_to_stop(self, number: int) -> None:
        try:
            await self._shop.call("stop", number)
        except WorkshopError:  # the process has ended, and its work with it
            return


class KokoroReader:
    """The model and what is done with its audio. Lives in the workshop's process; one text at a time."""

    def __init__(self, settings: KokoroSettings) -> None:
        """Load everything (seconds); raises `VoiceError`."""
        folder = voices_folder(settings)
        self._rate = settings.rate
        self._rhythm = settings.rhythm
        self._styles = Styles(folder, settings.blend)
        self._mandarin = MandarinReader(settings.pronunciations, folder)
        self._script = KokoroScript(EnglishReader(settings.pronunciations), self._mandarin)
        self._model = KokoroModel(read_model(settings.model))
        self._leveller = Leveller()
        for text, language in _CALIBRATION:  # warms the model up and tells the leveller how loud it is
            self.speak(-1, text, language, Emotion.NEUTRAL, 0.5)

    def stop(self, number: int) -> None:
        """Break off `speak` of that number, if it still runs."""
        self._model.stop(number)

    def speak(self, number: int, text: str, language: str, emotion: Emotion, energy: float) -> Speech:
        """Say a text; raises `VoiceError`."""
        if len(text) > MOST_CHARACTERS:
            raise VoiceError("text-too-long", f"{len(text)} characters; say at most {MOST_CHARACTERS} at once")
        said = spoken(text, language, self._mandarin.cut)
        manner = prosody(emotion, energy, self._rhythm)
        audio: list[NDArray[np.float32]] = []
        segments: list[Segment] = []
        words: list[int | None] = []
        for breath in breaths(self._script.write(said), MOST_SYMBOLS):
            if audio:
                audio.append(np.zeros(round(_BREATH_GAP_SECONDS * manner.pause * SAMPLE_RATE), np.float32))
            elapsed = sum(piece.size for piece in audio) / SAMPLE_RATE
            if segments:
                segments.append(Segment("", segments[-1].end, elapsed, None))
                words.append(None)
            pcm, found, owners = self._say(number, breath, manner)
            segments += [replace(item, start=item.start + elapsed, end=item.end + elapsed) for item in found]
            words += owners
            audio.append(pcm)
        if not any(item.symbol for item in segments):
            raise VoiceError("nothing-to-say", f"the text holds nothing that the voice can read: {text!r}")
        mastered = master(double(np.concatenate(audio)), self._leveller)
        phonemes = place(segments, words, float(SHOW_RATE), mastered.trimmed, mastered.pcm.size)
        return Speech(mastered.pcm, tuple(p.span for p in phonemes), written_words(said.tokens, phonemes))

    def _say(
        self, number: int, breath: Sequence[Sound], manner: Prosody
    ) -> tuple[NDArray[np.float32], list[Segment], list[int | None]]:
        """Audio of one run, its phonemes and pauses, and the word of each."""
        sounds = list(breath) if breath[-1].symbol in STOPS else [*breath, Sound(".", None)]
        symbols = [sound.symbol for sound in sounds]
        speed = np.full(len(symbols) + 2, self._rate * manner.tempo, np.float32)
        style = self._styles.of(len(symbols))
        tonal = any(is_tone(symbol) for symbol in symbols)
        melody = Melody(manner.pitch, max(manner.span, _LEAST_TONAL_SPAN) if tonal else manner.span)
        reading = self._model.read(symbols, style, speed, melody, number)
        segments, words = heard(sounds, reading.ends, reading.audio)
        audio, segments = stretch_pauses(reading.audio, segments, manner.pause, SAMPLE_RATE)
        return (*_without_ends(audio, segments), words)


def _without_ends(audio: NDArray[np.float32], segments: Sequence[Segment]) -> tuple[NDArray[np.float32], list[Segment]]:
    """Take away most of the silence that the model puts before and behind a text; the pauses there stay, shorter."""
    first, last = segments[0], segments[-1]
    start = max(0.0, first.end - _KEPT_SECONDS) if not first.symbol else 0.0
    end = min(last.end, last.start + _KEPT_SECONDS) if not last.symbol else last.end
    kept = [replace(item, start=max(item.start, start) - start, end=min(item.end, end) - start) for item in segments]
    return audio[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)], kept
