"""A show without its thread: a test gives the ticks, in its own time."""

import asyncio
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from render.compositor import FrameRequest
from render.contract import Board, Emotion, HoldingCard, Line, ShowEvent, Speech, VoiceError, WordSpan
from render.dressing import Dressing, SetBoard
from render.holding import SetHolding
from render.show import Show
from render.typography import Patch
from rtc.contract import SLICE_SAMPLES, Picture, Slice


@dataclass
class ToneVoice:
    """Says each Line as five Slices of a constant; a Line whose text is "wait" is spoken only when let."""

    name: str = "tone"
    languages: frozenset[str] = frozenset({"en"})
    let: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled: list[str] = field(default_factory=list)

    async def speak(self, text: str, *, language: str, emotion: Emotion, energy: float) -> Speech:
        if text == "broken":
            raise VoiceError("voice-broken", "no sound came back")
        if text == "wait":
            try:
                await self.let.wait()
            except asyncio.CancelledError:
                self.cancelled.append(text)
                raise
        samples = 5 * SLICE_SAMPLES
        return Speech(np.full(samples, 2000, np.int16), words=(WordSpan(0, len(text), 0, samples),))

    async def close(self) -> None: ...


@dataclass
class BarPainter:
    """A picture whose first pixel counts the drawings; records what it was asked."""

    requests: list[FrameRequest] = field(default_factory=list)
    calls: list[tuple[object, ...]] = field(default_factory=list)
    fail: bool = False
    faults: tuple[str, ...] = ()

    def draw(self, request: FrameRequest) -> Picture:
        if self.fail:
            raise ValueError("no such key")
        self.requests.append(request)
        return np.full((3, 2), len(self.requests), np.uint8)

    def prepare(self, line: Line) -> Dressing:
        self.calls.append(("prepare", line.id))
        return Dressing(line, None, {}, {}, {}, self.faults)

    def prepare_board(self, board: Board) -> SetBoard:
        return SetBoard(board, {})

    def prepare_holding(self, card: HoldingCard) -> SetHolding:
        return SetHolding(card, Patch(np.zeros((1, 1, 3), np.uint8), np.zeros((1, 1, 3), np.uint8)))

    def begin(self, dressing: Dressing, now: float) -> None:
        self.calls.append(("begin", dressing.line.id, now))

    def end(self, line: Line, now: float) -> None:
        self.calls.append(("end", line.id))

    def show_board(self, board: SetBoard | None, now: float) -> None:
        self.calls.append(("board", board.board.id if board else None))


@dataclass
class Tape:
    slices: list[Slice] = field(default_factory=list)

    def push(self, piece: Slice, due: float) -> None:
        self.slices.append(piece)


class Rig:
    def __init__(self) -> None:
        self.voice, self.painter, self.tape = ToneVoice(), BarPainter(), Tape()
        self.events: list[ShowEvent] = []
        self.show = Show(
            self.painter, _still, self.tape, self.events.append, loop=asyncio.get_running_loop(), voice=self.voice
        )

    async def run(self, slices: int, late: float = 0.0) -> None:
        for _ in range(slices):
            self.show.tick(self.show.now + late)
        await asyncio.sleep(0)  # lets the events that were handed to the loop arrive


def _still(speech: Speech, energy: float) -> NDArray[np.float32]:
    return np.zeros((len(speech.pcm) // SLICE_SAMPLES, 13), np.float32)
