"""What a viewer receives: Slices through the product's own encoders and out of independent decoders, on a thread of its own."""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import av
import cv2
import numpy as np
from av.packet import Packet
from numpy.typing import NDArray

from rtc.audio_encoder import DECODER_DELAY_S, AudioEncoder
from rtc.contract import SAMPLE_RATE, Pcm, Picture, Slice
from rtc.settings import RtcSettings, VideoSettings
from rtc.video_encoder import VideoCodec, VideoEncoder

_IN_FLIGHT = 64
"""Coded Slices that may wait for the decoders; when so many do, the show waits (it runs in its own time)."""
_DELAY = round(DECODER_DELAY_S * SAMPLE_RATE)
"""Samples by which Opus comes out late; the product's sender reports make up for them, and so does this."""


@dataclass(frozen=True, slots=True)
class Received:
    """One picture as it came out of the decoder."""

    index: int
    """Slice that it belongs to; it is on the screen from ``index * 0.04`` s on."""
    picture: Picture
    """Planar I420, shape (height * 3 // 2, width)."""

    def bgr(self) -> NDArray[np.uint8]:
        """Shape (height, width, 3)."""
        return np.asarray(cv2.cvtColor(self.picture, cv2.COLOR_YUV2BGR_I420), np.uint8)

    def luma(self) -> NDArray[np.uint8]:
        """Shape (height, width)."""
        return self.picture[: self.picture.shape[0] * 2 // 3]


Watcher = Callable[[Received], None]


class ReceivedStream:
    """A `SliceSink` that codes, decodes and shows every picture to a watcher; the sound is kept.

    The watcher runs on a thread of its own, in show order. `close` waits until everything has been seen and raises what went
    wrong there.
    """

    def __init__(self, watcher: Watcher, settings: VideoSettings | None = None) -> None:
        self._watcher = watcher
        self._video = VideoEncoder(VideoCodec.H264, settings or VideoSettings())
        self._audio = AudioEncoder(RtcSettings().audio_kbps)
        self._coded: queue.Queue[tuple[int, list[Packet[Any]], list[Packet[Any]]] | None] = queue.Queue(_IN_FLIGHT)
        self._sound: list[NDArray[np.int16]] = []
        self._failure: BaseException | None = None
        self.video_bytes = 0
        self.repeated = 0
        self._thread = threading.Thread(target=self._receive, name="receiver", daemon=True)
        self._thread.start()

    def push(self, piece: Slice, due: float) -> None:
        """Code one Slice; blocks while the receiver is behind."""
        if self._failure is not None:
            raise RuntimeError("the receiver has failed") from self._failure
        self.repeated += piece.repeated
        video = self._video.encode(piece.picture, piece.index)
        self.video_bytes += sum(packet.size for packet in video)
        self._coded.put((piece.index, video, list(self._audio.encode(piece.pcm, piece.index))))

    def close(self) -> None:
        """Wait until everything has been seen; raises what the watcher or a decoder raised."""
        self._coded.put(None)
        self._thread.join()
        if self._failure is not None:
            raise RuntimeError("the receiver has failed") from self._failure

    def pcm(self) -> Pcm:
        """All sound received, mono 48 kHz; sample 0 belongs to the first Slice. Complete after `close`."""
        sound = np.concatenate(self._sound) if self._sound else np.zeros(0, np.int16)
        return sound[_DELAY:]

    def sound(self, first: int, last: int) -> Pcm:
        """Samples from `first` to `last` of what has been received by now; shorter where that does not reach."""
        pieces = list(self._sound)  # another thread appends
        wanted: list[NDArray[np.int16]] = []
        end = sum(len(piece) for piece in pieces) - _DELAY
        over = end - last
        for piece in reversed(pieces):
            if end <= first:
                break
            wanted.append(piece)
            end -= len(piece)
        sound = np.concatenate(wanted[::-1]) if wanted else np.zeros(0, np.int16)
        return sound[max(0, first - end) : len(sound) - max(0, over)]

    def _receive(self) -> None:
        video: Any = av.CodecContext.create("h264", "r")
        video.thread_count = 1
        audio: Any = av.CodecContext.create("opus", "r")
        audio.sample_rate, audio.layout, audio.format = SAMPLE_RATE, "mono", "s16"
        while True:
            item = self._coded.get()
            if item is None:
                return
            if self._failure is not None:  # keep emptying the queue, so that the show does not wait for ever
                continue
            try:
                index, pictures, sounds = item
                for packet in sounds:
                    for frame in audio.decode(packet):
                        samples = np.asarray(frame.to_ndarray())
                        if samples.dtype.kind == "f":
                            samples = np.clip(samples * 32768, -32768, 32767)
                        self._sound.append(samples.reshape(-1)[: frame.samples].astype(np.int16))
                for packet in pictures:
                    for frame in video.decode(packet):
                        self._watcher(Received(index, np.asarray(frame.to_ndarray(format="yuv420p"), np.uint8)))
            except BaseException as error:  # carried to `push` and `close`
                self._failure = error
