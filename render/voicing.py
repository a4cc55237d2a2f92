"""From Line to Take, on the event loop: Lines wait their turn and for room, are voiced and dressed, and are queued."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from render.contract import Line, Speech, Voice, VoiceError
from render.dressing import Dressing
from render.playlist import Take, make_take

log = logging.getLogger(__name__)

_MOST_WAITING_SECONDS = 12.0
"""Speech queued ahead; whoever says more waits. A longer queue would only be thrown away at the next reply."""

MouthTrack = Callable[[Speech, float], NDArray[np.float32]]
"""Speech and energy (0..1) to mouth weights, shape (frames, mouth keys)."""


class Queue(Protocol):
    """Where voiced Lines go; the show."""

    @property
    def epoch(self) -> int: ...
    @property
    def waiting_seconds(self) -> float: ...
    async def dress(self, line: Line) -> Dressing | None:
        """What the Line shows; None where that failed."""

    def queue(self, take: Take) -> None: ...


class Voicing:
    """Lines that were asked for and have not been queued yet; belongs to the event loop."""

    def __init__(self, queue: Queue, mouth_track: MouthTrack, voice: Voice | None) -> None:
        self.voice = voice
        self._queue = queue
        self._mouth_track = mouth_track
        self._closed = False
        self._turn = asyncio.Lock()
        self._speaking: dict[asyncio.Task[Speech], Line] = {}
        self._asked: deque[Line] = deque()
        self._room_made = asyncio.Event()

    @property
    def pending(self) -> Sequence[Line]:
        """In the order in which they were asked for."""
        return tuple(self._asked)

    async def say(self, line: Line) -> bool:
        """Voice a Line and queue it, once there is room; False if it was not wanted any more. Raises `VoiceError`."""
        self._asked.append(line)
        try:
            if line.urgent:  # neither waits its turn nor for room
                return await self._voice_and_queue(line)
            async with self._turn:
                await self._wait_for_room(line)
                return await self._voice_and_queue(line)
        finally:
            with contextlib.suppress(ValueError):
                self._asked.remove(line)

    def abandon(self, which: Callable[[Line], bool]) -> list[Line]:
        """Forget Lines that are still being voiced or wait for it."""
        gone = [line for line in self._asked if which(line)]
        self._asked = deque(line for line in self._asked if not which(line))
        for task, line in self._speaking.items():
            if which(line):
                task.cancel()
        self._room_made.set()
        return gone

    def room_made(self) -> None:
        """Something left the queue."""
        self._room_made.set()

    def close(self) -> None:
        """Let nothing more be said."""
        self._closed = True
        self.abandon(lambda line: True)

    def _wanted(self, line: Line) -> bool:
        return line in self._asked and line.epoch == self._queue.epoch and not self._closed

    async def _wait_for_room(self, line: Line) -> None:
        while self._wanted(line) and self._queue.waiting_seconds > _MOST_WAITING_SECONDS:
            self._room_made.clear()
            await self._room_made.wait()

    async def _voice_and_queue(self, line: Line) -> bool:
        if not self._wanted(line):
            return False
        take = await self._make(line)
        if take is None or not self._wanted(line):
            return False
        self._queue.queue(take)
        return True

    async def _make(self, line: Line) -> Take | None:
        """Voice a Line; None if it was withdrawn meanwhile."""
        if self.voice is None:
            raise VoiceError("no-voice", "the voice is not ready yet")
        speaking: asyncio.Task[Speech] = asyncio.ensure_future(
            self.voice.speak(line.text, language=line.language, emotion=line.emotion, energy=line.energy)
        )
        self._speaking[speaking] = line
        try:
            dressing = await self._queue.dress(line)
            speech = await speaking
        except asyncio.CancelledError:
            if line in self._asked:  # it is this call that was cancelled, not the Line withdrawn
                raise
            return None
        finally:
            self._speaking.pop(speaking, None)
            if not speaking.done():  # withdrawn or cancelled while its card was prepared
                speaking.cancel()
        mouth = await asyncio.to_thread(self._mouth_track, speech, line.energy)
        return make_take(line, speech, mouth, dressing)
