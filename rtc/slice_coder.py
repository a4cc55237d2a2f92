"""The playout thread's part: one Slice in, its packets out, in every codec that is watched."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from av.packet import Packet

from rtc.audio_encoder import AudioEncoder
from rtc.contract import Slice
from rtc.rendition import Rendition
from rtc.video_encoder import VideoCodec

_TIMES_KEPT = 1500


@dataclass(frozen=True, slots=True)
class CodedSlice:
    """A Slice as packets: two of sound, and one picture for each codec (none where the picture was left out)."""

    audio: tuple[Packet[Any], Packet[Any]]
    pictures: dict[VideoCodec, Packet[Any]]
    faults: tuple[str, ...] = ()
    """What went wrong with the picture, by codec; neither the sound nor another codec suffers from it."""


class SliceCoder:
    """Codes sound and picture of the room once. Methods are for the playout thread; counters may be read anywhere."""

    def __init__(self, audio_kbps: int) -> None:
        self.slices = 0
        self.pictures_left_out = 0
        self._audio_kbps = audio_kbps
        self._audio: AudioEncoder | None = None
        self._second: ThreadPoolExecutor | None = None
        self._left_out_before = False
        self._encode_ms: deque[float] = deque(maxlen=_TIMES_KEPT)
        self._times_lock = threading.Lock()

    def code(self, piece: Slice, renditions: Sequence[Rendition]) -> CodedSlice:
        """Code one Slice for `renditions`; raises `ValueError` for sound of the wrong shape, and what libopus raises."""
        began = time.perf_counter()
        if self._audio is None:
            self._audio = AudioEncoder(self._audio_kbps)
        audio = self._audio.encode(piece.pcm, piece.index)
        pictures: dict[VideoCodec, Packet[Any]] = {}
        faults: list[str] = []
        if self._picture_needed(piece, renditions):
            pictures = self._code_pictures(piece, renditions, faults)
        self.slices += 1
        with self._times_lock:
            self._encode_ms.append((time.perf_counter() - began) * 1000)
        return CodedSlice(audio, pictures, tuple(faults))

    def rest(self, renditions: int = 0) -> None:
        """Let go of the second thread where fewer than two renditions are watched."""
        if renditions < 2 and self._second is not None:
            self._second.shutdown()
            self._second = None

    def close(self) -> None:
        """Let go of encoder and thread; a later Slice would begin anew."""
        self.rest()
        self._audio = None

    def encode_ms(self) -> list[float]:
        """Wall time of the last Slices, at most 1,500."""
        with self._times_lock:
            return list(self._encode_ms)

    def _picture_needed(self, piece: Slice, renditions: Sequence[Rendition]) -> bool:
        # A repeated picture means that drawing was late, so time is short, and the viewer shows the last one anyway. Never
        # two in a row, so that pictures are at most 80 ms apart, and never when somebody waits for a key frame.
        leave_out = piece.repeated and not self._left_out_before and not any(r.gate.wanted for r in renditions)
        self._left_out_before = leave_out
        self.pictures_left_out += leave_out
        return not leave_out

    def _code_pictures(
        self, piece: Slice, renditions: Sequence[Rendition], faults: list[str]
    ) -> dict[VideoCodec, Packet[Any]]:
        now = time.monotonic()
        self.rest(len(renditions))
        if len(renditions) > 1 and self._second is None:
            self._second = ThreadPoolExecutor(1, thread_name_prefix="rtc-second-rendition")

        def code(rendition: Rendition) -> Packet[Any] | None:
            try:
                return rendition.encode(piece.picture, piece.index, now)
            except Exception as error:  # whatever the codec library finds wrong; told by the caller
                faults.append(f"{rendition.codec.value}: {type(error).__name__}: {error}")
                return None

        beside: list[tuple[Rendition, Future[Packet[Any] | None]]] = []
        for rendition in renditions[1:]:
            assert self._second is not None
            beside.append((rendition, self._second.submit(code, rendition)))
        coded = [(rendition, code(rendition)) for rendition in renditions[:1]]
        coded += [(rendition, future.result()) for rendition, future in beside]
        return {rendition.codec: packet for rendition, packet in coded if packet is not None}
