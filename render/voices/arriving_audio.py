"""Audio that is decoded while it still arrives, so that little is left to do when the last byte is there."""

import io
import struct
from typing import Any, Final

import av
import numpy as np
from numpy.typing import NDArray

from render.contract import VoiceError
from render.loudness import Signal
from rtc.contract import SAMPLE_RATE

MOST_SECONDS: Final = 60
_MOST_HEADER_BYTES: Final = 64 * 1024


class ArrivingAudio:
    """Takes the pieces of one answer as they come; `finish` gives it all as mono float32 at 48 kHz.

    `form` is ``pcm`` (16-bit little-endian mono at `pcm_rate`), ``wav`` or ``mp3``. Every method raises `VoiceError`.
    """

    def __init__(self, form: str, pcm_rate: int) -> None:
        self._form = form
        self._rest = b""
        self._resampler = av.AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)
        self._pieces: list[NDArray[np.float32]] = []
        self._samples = 0
        self._rate, self._channels = pcm_rate, 1
        self._header = form == "wav"
        self._whole: bytearray | None = None
        """A WAV file of another kind than 16-bit samples is kept, and decoded when it is complete."""
        self._unreadable = ""
        self._decoder: Any = av.CodecContext.create("mp3", "r") if form == "mp3" else None

    @property
    def seconds(self) -> float:
        """How much sound has been decoded."""
        return self._samples / SAMPLE_RATE

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        if self._whole is not None:
            self._whole += data
        elif self._decoder is not None:
            self._feed_packets(data)
        else:
            self._rest += data
            if self._header and not self._read_header():
                return
            if self._whole is None:
                self._feed_samples()
        if self.seconds > MOST_SECONDS:
            raise VoiceError("voice-answer-too-large", f"the answer is longer than {MOST_SECONDS} s")

    def finish(self) -> Signal:
        """All that came."""
        if self._header:
            raise VoiceError("voice-unreadable", "the answer is no wav audio: it has no RIFF header")
        if self._whole is not None:
            self._decode_file(bytes(self._whole))
        elif self._decoder is not None:
            self._feed_packets(None)
            if not self._pieces:
                raise VoiceError(
                    "voice-unreadable", f"the answer is no {self._form} audio: {self._unreadable or 'empty'}"
                )
        self._keep(self._resampler.resample(None))
        return np.concatenate(self._pieces) if self._pieces else np.zeros(0, np.float32)

    def _read_header(self) -> bool:
        """Look for the samples of a RIFF file; a length of all ones (a stream of unknown length) is as good as any."""
        data, at = self._rest, 12
        if len(data) >= 12 and (data[:4] != b"RIFF" or data[8:12] != b"WAVE"):
            raise VoiceError("voice-unreadable", "the answer is no wav audio: it has no RIFF header")
        plain = False
        while len(data) >= at + 8:
            name, size = struct.unpack_from("<4sI", data, at)
            if name == b"data":
                self._header = False
                if plain:
                    self._rest = data[at + 8 :]
                else:
                    self._whole, self._rest = bytearray(data), b""
                return True
            if name == b"fmt " and len(data) >= at + 24:
                tag, self._channels, self._rate, _, _, bits = struct.unpack_from("<HHIIHH", data, at + 8)
                plain = tag in (1, 0xFFFE) and bits == 16 and 1 <= self._channels <= 2 and 4000 <= self._rate <= 192_000
            at += 8 + size + size % 2
        if len(data) > _MOST_HEADER_BYTES:
            raise VoiceError("voice-unreadable", "the answer is no wav audio: no samples in its first 64 KiB")
        return False

    def _feed_samples(self) -> None:
        width = 2 * self._channels
        usable = len(self._rest) // width * width
        if not usable:
            return
        samples = np.frombuffer(self._rest[:usable], "<i2").reshape(1, -1)
        self._rest = self._rest[usable:]
        layout = "mono" if self._channels == 1 else "stereo"
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="s16", layout=layout)
        frame.sample_rate = self._rate
        self._keep(self._resampler.resample(frame))

    def _feed_packets(self, data: bytes | None) -> None:
        packets = self._decoder.parse(data) if data is not None else [*self._decoder.parse(None), None]
        for packet in packets:
            try:
                frames = self._decoder.decode(packet)
            except (av.FFmpegError, ValueError) as error:  # tags and index frames of a file are no audio
                self._unreadable = self._unreadable or str(error)
                continue
            for frame in frames:
                frame.pts = None
                self._keep(self._resampler.resample(frame))

    def _decode_file(self, data: bytes) -> None:
        try:
            with av.open(io.BytesIO(data), "r", format=self._form) as container:
                for frame in container.decode(audio=0):
                    self._keep(self._resampler.resample(frame))
                    if self.seconds > MOST_SECONDS:
                        raise VoiceError("voice-answer-too-large", f"the answer is longer than {MOST_SECONDS} s")
        except (av.FFmpegError, IndexError, ValueError) as error:
            raise VoiceError("voice-unreadable", f"the answer is no {self._form} audio: {error}") from error

    def _keep(self, frames: list[av.AudioFrame]) -> None:
        for frame in frames:
            piece = frame.to_ndarray()[0].astype(np.float32)
            self._pieces.append(piece)
            self._samples += piece.size
