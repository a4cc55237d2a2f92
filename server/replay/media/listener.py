"""A listener who writes down what is said: the room's own hearing model, here as the judge of the room's voice."""

import io
import threading
import wave
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

import numpy as np

from dialogue.contract import ModelError
from dialogue.hearing import FasterWhisper, told_vocabulary
from dialogue.settings import HearingSettings
from rtc.contract import SAMPLE_RATE, SLICE_SAMPLES, Pcm, Slice
from server.replay.media.received_stream import ReceivedStream

MARGIN_SAMPLES: Final = round(0.12 * SAMPLE_RATE)
"""Listened to before and after a Line."""
_BEHIND: Final = 80
"""Slices after its end a Line has surely been received: the stream lets 64 wait before its decoder."""


class Listener:
    """Understands speech; loaded when first used. May be used from any thread, by one at a time."""

    def __init__(self, hearing: HearingSettings, vocabulary: Sequence[str]) -> None:
        self.trouble = ""
        """Why it can't hear, once that is known."""
        self._settings = hearing
        self._prompt = told_vocabulary(vocabulary)
        self._model: FasterWhisper | None = None
        self._lock = threading.Lock()

    def understand(self, pcm: Pcm) -> str | None:
        """What was said, empty if nothing could be made out; None if there is nobody to listen."""
        with self._lock:
            if self._model is None and not self.trouble:
                try:
                    self._model = FasterWhisper(self._settings)
                except ModelError as error:
                    self.trouble = str(error)
            if self._model is None:
                return None
            try:
                return self._model.transcribe(_wave_file(pcm), self._prompt).text
            except ModelError:  # silent, or not to be made out: every word counts as wrong
                return ""


class ListeningSink:
    """Implements `rtc.contract.SliceSink`: hands Slices on, and listens to each Line soon after it was received.

    On a thread of its own, beside the drawing of what follows: a third of a replay's time on two cores (measured).
    """

    def __init__(self, stream: ReceivedStream, listener: Listener) -> None:
        self._stream = stream
        self._listener = listener
        self._pool = ThreadPoolExecutor(1, "listener")
        self._line: str | None = None
        self._first = 0
        self._ended: deque[tuple[str, int, int]] = deque()
        self._heard: dict[str, Future[str | None]] = {}

    def push(self, piece: Slice, due: float) -> None:
        """Take one Slice."""
        self._stream.push(piece, due)
        if piece.line != self._line:
            if self._line is not None:
                self._ended.append((self._line, self._first, piece.index))
            self._line, self._first = piece.line, piece.index
        while self._ended and piece.index >= self._ended[0][2] + _BEHIND:
            line, first, last = self._ended.popleft()
            begin, end = max(0, first * SLICE_SAMPLES - MARGIN_SAMPLES), last * SLICE_SAMPLES + MARGIN_SAMPLES
            self._heard[line] = self._pool.submit(self._listener.understand, self._stream.sound(begin, end))

    def close(self) -> dict[str, str]:
        """What was understood of the Lines that were listened to, by their ids."""
        self._pool.shutdown(wait=True)
        said = {line: heard.result() for line, heard in self._heard.items()}
        return {line: text for line, text in said.items() if text is not None}


def _wave_file(pcm: Pcm) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE)
        out.writeframes(np.ascontiguousarray(pcm).tobytes())
    return file.getvalue()
