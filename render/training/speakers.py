"""Synthetic speakers that tell the place of every phoneme they say."""

import json
import re
import subprocess
import tempfile
import wave
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from render.contract import Emotion, PhonemeSpan, Speech
from render.settings import PiperSettings
from render.voices.kokoro_english import EnglishReader
from render.voices.kokoro_files import read_model
from render.voices.kokoro_mandarin import MandarinReader
from render.voices.kokoro_model import MOST_SYMBOLS, KokoroModel, Melody
from render.voices.kokoro_model import SAMPLE_RATE as KOKORO_RATE
from render.voices.kokoro_script import KokoroScript, breaths, spoken
from render.voices.kokoro_spans import heard
from render.voices.kokoro_styles import Styles
from render.voices.mastering import resample
from render.voices.phoneme_spans import Segment, place
from rtc.contract import SAMPLE_RATE


class Speaker(Protocol):
    """One voice that reads one language aloud."""

    @property
    def name(self) -> str: ...

    @property
    def language(self) -> str: ...

    def say(self, text: str, manner: np.random.Generator) -> Speech:
        """Read a text; tempo and melody vary with `manner`."""
        ...


class PiperSpeaker:
    """A Piper voice by its model's path, or the packaged one; phoneme times exact to the sample."""

    language = "en"

    def __init__(self, model: str = "packaged", speaker: int | None = None) -> None:
        stem = "en_US-joe-medium" if model == "packaged" else Path(model).stem
        self.name = f"piper:{stem}" if speaker is None else f"piper:{stem}:{speaker}"
        self._model = model
        self._speaker = speaker

    def say(self, text: str, manner: np.random.Generator) -> Speech:
        reader = _piper_reader(self._model, self._speaker)
        emotion = manner.choice([Emotion.NEUTRAL, Emotion.EXCITED, Emotion.SORRY, Emotion.AMUSED])
        speech: Speech = reader.speak(text, emotion, float(manner.uniform(0.1, 0.9)))
        return speech


@lru_cache(maxsize=1)
def _piper_reader(model: str, speaker: int | None) -> Any:
    from render.voices.piper import PiperReader

    return PiperReader(PiperSettings(model=model, speaker=speaker))


# Flite (Black & Lenzo 2001) names its phonemes as the CMU dictionary does.
_CMU: Final[dict[str, str]] = {
    **{"aa": "ˈɑː", "ae": "ˈæ", "ah": "ˈʌ", "ao": "ˈɔː", "aw": "ˈaʊ", "ax": "ə", "ay": "ˈaɪ", "b": "b", "ch": "tʃ"},
    **{"d": "d", "dh": "ð", "eh": "ˈɛ", "er": "ɚ", "ey": "ˈeɪ", "f": "f", "g": "ɡ", "hh": "h", "ih": "ɪ", "iy": "ˈiː"},
    **{"jh": "dʒ", "k": "k", "l": "l", "m": "m", "n": "n", "ng": "ŋ", "ow": "ˈoʊ", "oy": "ˈɔɪ", "p": "p", "r": "ɹ"},
    **{"s": "s", "sh": "ʃ", "t": "t", "th": "θ", "uh": "ˈʊ", "uw": "ˈuː", "v": "v", "w": "w", "y": "j", "z": "z"},
    **{"zh": "ʒ", "pau": "", "sil": "", "ssil": "", "h#": ""},
}


class FliteSpeaker:
    """A voice of the `flite` program (Debian's package of that name): older, but a synthesiser of quite another kind."""

    language = "en"

    def __init__(self, voice: str) -> None:
        self.name = f"flite:{voice}"
        self._voice = voice

    def say(self, text: str, manner: np.random.Generator) -> Speech:
        stretch = 1.0 if self._voice == "rms" else float(manner.uniform(0.9, 1.15))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "speech.wav"
            command = ["flite", "-voice", self._voice, "--setf", f"duration_stretch={stretch:.3f}"]
            command += ["-t", text, "-psdur", "-o", str(path)]
            told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            with wave.open(str(path)) as file:
                rate = file.getframerate()
                samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
                signal = (samples / 32768).astype(np.float32)
        spans: list[Segment] = []
        reached = 0.0
        for symbol, end in re.findall(r"([a-z#]+):([\d.]+)", told):
            spans.append(Segment(_CMU[symbol], reached, float(end), None))
            reached = float(end)
        return _speech(resample(signal, rate), spans)


_EDGE: Final = KOKORO_RATE // 5
"""Samples kept before the first and behind the last symbol."""


class KokoroSpeaker:
    """One of Kokoro's voices; phoneme times to 25 ms. `steady` keeps the voice's own tempo and melody."""

    def __init__(self, folder: Path, voice: str, *, steady: bool = False) -> None:
        self.name = f"kokoro:{voice}"
        self.language = "zh" if voice.startswith("z") else "en"
        self._styles = Styles(folder, {voice: 1.0})
        self._steady = steady

    def say(self, text: str, manner: np.random.Generator) -> Speech:
        script, mandarin = _kokoro_script()
        breath = breaths(script.write(spoken(text, self.language, mandarin.cut)), MOST_SYMBOLS)[0]
        tempo, melody = 1.0, Melody()
        if not self._steady:
            tempo = float(manner.uniform(0.85, 1.25))
            melody = Melody(float(np.exp(manner.uniform(-0.18, 0.18))), float(manner.uniform(0.7, 1.3)))
        speed = np.full(len(breath) + 2, tempo, np.float32)
        symbols = [sound.symbol for sound in breath]
        reading = _kokoro_model().read(symbols, self._styles.of(len(symbols)), speed, melody)
        # The model pads what it says with up to a second of silence.
        first = max(0, int(reading.ends[0]) - _EDGE)
        audio = reading.audio[first : int(reading.ends[-1]) + _EDGE]
        segments, _ = heard(breath, reading.ends - first, audio)
        return _speech(resample(audio, KOKORO_RATE), segments)


@lru_cache(maxsize=1)
def _kokoro_model() -> KokoroModel:
    return KokoroModel(read_model("packaged"))


@lru_cache(maxsize=1)
def _kokoro_script() -> tuple[KokoroScript, MandarinReader]:
    mandarin = MandarinReader({})
    return KokoroScript(EnglishReader({}), mandarin), mandarin


def _speech(signal: NDArray[np.float32], segments: list[Segment]) -> Speech:
    peak = float(np.abs(signal).max(initial=1e-6))
    pcm = (signal * (0.5 / peak) * 32767).astype(np.int16)
    placed = place(segments, [None] * len(segments), SAMPLE_RATE, 0, pcm.size)
    return Speech(pcm, tuple(item.span for item in placed))


def save(speech: Speech, speaker: str, language: str, text: str, path: Path) -> None:
    """Write an utterance as one ``.npz``."""
    spans = [[span.symbol, span.start, span.end] for span in speech.phonemes]
    about = {"speaker": speaker, "language": language, "text": text, "spans": spans}
    np.savez(path, pcm=speech.pcm, about=json.dumps(about, ensure_ascii=False))


@dataclass(frozen=True, slots=True)
class Utterance:
    """Something that was said, by whom, with its phonemes."""

    speech: Speech
    speaker: str
    language: str
    text: str


def load(path: Path) -> Utterance:
    """Read what `save` wrote."""
    with np.load(path) as stored:
        about = json.loads(str(stored["about"]))
        pcm = stored["pcm"]
    spans = tuple(PhonemeSpan(symbol, start, end) for symbol, start, end in about["spans"])
    return Utterance(Speech(pcm, spans), about["speaker"], about["language"], about["text"])
