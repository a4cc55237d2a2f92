"""Recordings of talks: what is said in them, how fast, with which pauses and how melodiously."""

import io
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import av
import numpy as np
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from dialogue.contract import Heard, ModelError
from dialogue.persona_import.transcript import Talk, TalkUnreadable, counted, talk_of
from render.voices.pitch_track import track_pitch

RATE_HZ: Final = 16_000
LONGEST_S: Final = 3 * 3600.0
_FRAME_S: Final = 0.02
_QUIET_DB: Final = 24.0
"""So far below the loud parts (their 95th percentile) a frame counts as silence."""
_LEAST_PAUSE_S: Final = 0.18
"""Shorter silences are the closures of stops (p, t, k), not pauses."""
_LONGEST_PAUSE_S: Final = 2.5
"""Longer ones are applause, or a look at the notes."""
_PIECE_S: Final = 18.0
"""What the hearing model is given at once; it takes 20 s."""
_LEAST_VOICED: Final = 20


class Ears(Protocol):
    """A hearing model."""

    def transcribe(self, audio: bytes, vocabulary: str = "") -> Heard: ...


@dataclass(frozen=True, slots=True)
class Manner:
    """How somebody sounds in a recording."""

    speech_s: float
    """Without pauses."""
    pauses_s: tuple[float, ...]
    pitch_range: float | None
    """Semitones from the 5th to the 95th percentile within a stretch of speech, the median over stretches."""


def decoded(path: Path) -> NDArray[np.float32]:
    """Any sound file that FFmpeg knows, as mono at 16 kHz, shape (n,); raises `TalkUnreadable`."""
    blocks: list[NDArray[np.float32]] = []
    count = 0
    try:
        with path.open("rb") as file, av.open(file, mode="r") as container:
            if not container.streams.audio:
                raise TalkUnreadable(f"{path}: holds no sound")
            resampler = AudioResampler(format="flt", layout="mono", rate=RATE_HZ)
            for frame in container.decode(audio=0):
                for block in resampler.resample(frame):
                    blocks.append(np.asarray(block.to_ndarray(), np.float32).reshape(-1))
                    count += blocks[-1].size
                if count > LONGEST_S * RATE_HZ:
                    raise TalkUnreadable(f"{path}: longer than {LONGEST_S / 3600:.0f} hours; cut it")
    except (OSError, av.FFmpegError) as error:
        raise TalkUnreadable(f"{path}: can't be read as a recording ({error})") from error
    if count < RATE_HZ:
        raise TalkUnreadable(f"{path}: is shorter than a second")
    return np.concatenate(blocks).astype(np.float32)


def stretches(samples: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Where somebody speaks: begin and end in samples, parted by pauses."""
    size = int(_FRAME_S * RATE_HZ)
    frames = samples[: samples.size // size * size].reshape(-1, size)
    level = 10 * np.log10(np.mean(frames.astype(np.float64) ** 2, axis=1) + 1e-10)
    loud = level > max(np.percentile(level, 95) - _QUIET_DB, -60.0)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], loud.astype(np.int8), [0]))))
    found: list[tuple[int, int]] = []
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        if found and begin * size - found[-1][1] < _LEAST_PAUSE_S * RATE_HZ:
            found[-1] = (found[-1][0], int(end) * size)
        else:
            found.append((int(begin) * size, int(end) * size))
    return [(begin, end) for begin, end in found if end - begin >= 0.1 * RATE_HZ]


def manner_of(samples: NDArray[np.float32], spoken: list[tuple[int, int]]) -> Manner:
    """Pauses and melody of a recording whose stretches of speech are known."""
    gaps = [(b[0] - a[1]) / RATE_HZ for a, b in zip(spoken, spoken[1:], strict=False)]
    ranges = []
    for begin, end in spoken:
        heights = track_pitch(samples[begin:end], RATE_HZ).semitones()
        if heights.size >= _LEAST_VOICED:
            ranges.append(float(np.percentile(heights, 95) - np.percentile(heights, 5)))
    pauses = tuple(gap for gap in gaps if gap <= _LONGEST_PAUSE_S)
    speech = sum(end - begin for begin, end in spoken) / RATE_HZ
    return Manner(speech, pauses, float(np.median(ranges)) if ranges else None)


def listen(path: Path, ears: Ears, progress: Callable[[str], None]) -> tuple[Talk, Manner]:
    """Hear a recording; raises `TalkUnreadable`, also where no words can be made out."""
    samples = decoded(path)
    minutes = samples.size / RATE_HZ / 60
    progress(f"{path.name}: {minutes:.1f} minutes of sound; listening")
    spoken = stretches(samples)
    texts: list[str] = []
    told = 0.0
    for begin, end in _pieces(spoken):
        try:
            texts.append(ears.transcribe(_wav(samples[begin:end])).text)
        except ModelError as error:
            if error.code != "silent":
                raise TalkUnreadable(f"{path}: {error}") from error
        if end / RATE_HZ - told >= 60:
            told = end / RATE_HZ
            progress(f"{path.name}: {told / 60:.0f} of {minutes:.0f} minutes heard")
    talk = talk_of(" ".join(texts), path.name)
    manner = manner_of(samples, spoken)
    said = sum(counted(sentence, talk.language) for sentence in talk.sentences)
    return Talk(talk.name, talk.sentences, talk.language, said, manner.speech_s), manner


def _pieces(spoken: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Stretches put together to pieces that the model takes, cut at pauses where there are any."""
    longest = int(_PIECE_S * RATE_HZ)
    begin = end = -1
    for first, last in spoken:
        if begin >= 0 and last - begin > longest:
            yield begin, end
            begin = -1
        while last - first > longest:
            yield first, first + longest
            first += longest
        begin = first if begin < 0 else begin
        end = last
    if begin >= 0:
        yield begin, end


def _wav(samples: NDArray[np.float32]) -> bytes:
    with io.BytesIO() as file:
        with wave.open(file, "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(RATE_HZ)
            out.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
        return file.getvalue()
