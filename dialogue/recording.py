"""What a browser recorded, decoded to what a hearing model takes."""

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass

import av
import numpy as np
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from dialogue.contract import ModelError

RATE_HZ = 16_000
LONGEST_S = 20.0
LARGEST_BYTES = 2 * 1024 * 1024
SHORTEST_S = 0.2

_QUIETEST = 10 ** (-50 / 20)
"""A recording whose loudest 100 ms stay under -50 dBFS holds no speech; a muted microphone gives about -90."""

_CODECS = "opus,vorbis,aac,mp3,mp3float,flac,alac,pcm_s16le,pcm_s24le,pcm_s32le,pcm_f32le,pcm_u8"


@dataclass(frozen=True, slots=True)
class Recording:
    """Speech as a hearing model takes it."""

    samples: NDArray[np.float32]
    """Shape (n,), mono, 16 kHz, within [-1, 1]."""

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE_HZ


def decode(audio: bytes) -> Recording:
    """Decode WebM, Ogg, MP4 or WAV, as MediaRecorder makes them (no duration, perhaps cut off).

    The container is told by its first bytes and FFmpeg is held to it, since some of the formats that it would otherwise
    recognise (playlists) open further files and addresses. Raises `ModelError` with code ``not-audio``, ``too-long``
    (more than 20 s, or 2 MiB) or ``silent``.
    """
    if len(audio) > LARGEST_BYTES:
        raise ModelError("too-long", f"the recording has {len(audio)} bytes; at most {LARGEST_BYTES} are taken")
    container = _container(audio)
    if container is None:
        raise ModelError("not-audio", "this is not a recording: WebM, Ogg, MP4 and WAV are understood")
    blocks: list[NDArray[np.float32]] = []
    count = 0
    for block in _blocks(audio, container):
        count += len(block)
        if count > LONGEST_S * RATE_HZ:
            raise ModelError("too-long", f"the recording is longer than {LONGEST_S:.0f} s")
        blocks.append(block)
    if not count:
        raise ModelError("not-audio", "the recording holds no sound that can be decoded")
    samples = np.concatenate(blocks)
    np.nan_to_num(samples, copy=False, nan=0.0, posinf=1.0, neginf=-1.0)
    np.clip(samples, -1.0, 1.0, out=samples)
    if count < SHORTEST_S * RATE_HZ or _loudest(samples) < _QUIETEST:
        raise ModelError("silent", "nothing can be heard in the recording")
    return Recording(samples)


def _container(audio: bytes) -> str | None:
    """FFmpeg's name for the container that the first bytes announce."""
    if audio.startswith(b"\x1a\x45\xdf\xa3"):
        return "matroska"
    if audio.startswith(b"OggS"):
        return "ogg"
    if audio[4:8] in (b"ftyp", b"styp"):
        return "mp4"
    if audio.startswith(b"RIFF") and audio[8:12] == b"WAVE":
        return "wav"
    return None


def _blocks(audio: bytes, container: str) -> Iterator[NDArray[np.float32]]:
    """Yield mono blocks at 16 kHz; whatever follows a broken packet is left out."""
    resampler = AudioResampler(format="flt", layout="mono", rate=RATE_HZ)
    options = {"codec_whitelist": _CODECS, "protocol_whitelist": "", "enable_drefs": "0", "use_absolute_path": "0"}
    try:
        with av.open(io.BytesIO(audio), mode="r", format=container, options=options) as source:
            if not source.streams.audio:
                return
            stream = source.streams.audio[0]
            with contextlib.suppress(av.error.FFmpegError):
                for frame in source.decode(stream):
                    for resampled in resampler.resample(frame):
                        yield resampled.to_ndarray().astype(np.float32, copy=False).reshape(-1)
            for resampled in resampler.resample(None):
                yield resampled.to_ndarray().astype(np.float32, copy=False).reshape(-1)
    except (av.error.FFmpegError, ValueError) as error:
        raise ModelError("not-audio", f"the recording can't be decoded: {error}") from error


def _loudest(samples: NDArray[np.float32]) -> float:
    """Root mean square of the loudest 100 ms."""
    window = RATE_HZ // 10
    whole = samples[: len(samples) // window * window].reshape(-1, window)
    return float(np.sqrt(np.square(whole, dtype=np.float64).mean(axis=1)).max())
