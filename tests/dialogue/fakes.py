import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dialogue.clauses import length_in_words
from dialogue.contract import Message, ModelError
from render.contract import (
    Board,
    HoldingCard,
    Line,
    LineEnded,
    LineKind,
    LineStarted,
    LiveChanged,
    LiveMode,
    ProductShown,
    QueueDrained,
    ShowEvent,
    VoiceError,
)

VOICE_S = 0.15
WORD_S = 0.36
GAP_S = 0.2


class FakeStage:
    """A stage that plays Lines by the loop's clock, a word in 0.36 s, and keeps the contract of `render.contract.Stage`."""

    def __init__(self, *, bound_s: float = 12.0, failing: Callable[[Line], bool] = lambda _: False) -> None:
        self.sink: Callable[[ShowEvent], None] = lambda _: None
        self.heard: list[tuple[float, Line]] = []
        self.boards: list[tuple[float, Board | None]] = []
        self.looks: list[tuple[float, str]] = []
        self.muted = False
        self.card: HoldingCard | None = None
        self.live = LiveMode.NONE
        self.failing = failing
        self._bound_s = bound_s
        self._queue: list[Line] = []
        self._voicing: dict[str, tuple[Line, asyncio.Event]] = {}
        self._playing: tuple[Line, float] | None = None
        self._epoch = 0
        self._wake = asyncio.Event()
        self._cut = asyncio.Event()

    @property
    def epoch(self) -> int:
        return self._epoch

    @property
    def now(self) -> float:
        return asyncio.get_running_loop().time()

    @property
    def waiting_seconds(self) -> float:
        rest = sum(seconds(line) for line in self._queue)
        return rest + max(0.0, self._playing[1] - self.now) if self._playing else rest

    async def say(self, line: Line) -> bool:
        if line.epoch != self._epoch:
            return False
        gone = asyncio.Event()
        self._voicing[line.id] = (line, gone)
        try:
            await asyncio.sleep(VOICE_S)
            if self.failing(line):
                raise VoiceError("voice-failed", "the voice is out of order")
            while self.waiting_seconds > self._bound_s and not gone.is_set() and not line.urgent:  # noqa: ASYNC110 (virtual time)
                await asyncio.sleep(0.05)
        finally:
            del self._voicing[line.id]
        if gone.is_set() or line.epoch != self._epoch:
            return False
        if line.urgent:
            ahead = sum(other.urgent for other in self._queue)
            self._queue.insert(ahead, line)
            if self._playing is not None and not self._playing[0].urgent and self._playing[1] - self.now > 0.6:
                self._cut.set()
        else:
            self._queue.append(line)
        self._wake.set()
        return True

    def withdraw(self, kind: LineKind) -> Sequence[Line]:
        gone = [line for line in self._queue if line.kind is kind]
        self._queue = [line for line in self._queue if line.kind is not kind]
        for line, mark in self._voicing.values():
            if line.kind is kind and not mark.is_set():
                mark.set()
                gone.append(line)
        return gone

    def look(self, target: str) -> None:
        self.looks.append((self.now, target))

    def show_board(self, board: Board | None) -> None:
        self.boards.append((self.now, board))

    def interrupt(self) -> int:
        self._epoch += 1
        self._queue.clear()
        self._cut.set()
        return self._epoch

    def pending(self) -> Sequence[Line]:
        return [*self._queue, *(line for line, mark in self._voicing.values() if not mark.is_set())]

    def drop(self, line_id: str) -> Line | None:
        for line in self._queue:
            if line.id == line_id:
                self._queue.remove(line)
                return line
        voicing = self._voicing.get(line_id)
        if voicing is None or voicing[1].is_set():
            return None
        voicing[1].set()
        return voicing[0]

    def mute(self, muted: bool) -> None:
        self.muted = muted

    def hold(self, card: HoldingCard | None) -> None:
        self.card = card
        self._cut.set()
        self._wake.set()

    def go_live(self, mode: LiveMode) -> None:
        if mode is not self.live:
            self.live = mode
            self.sink(LiveChanged(self.now, mode))
        self._cut.set()
        self._wake.set()

    def level(self) -> float:
        return -100.0 if self.muted or self.card is not None or self._playing is None else -18.0

    @property
    def _may_speak(self) -> bool:
        return bool(self._queue) and self.card is None and self.live is LiveMode.NONE

    async def play(self) -> None:
        card = None
        while True:
            while not self._may_speak:
                self._wake.clear()
                await self._wake.wait()
            await asyncio.sleep(GAP_S)
            if not self._may_speak:
                continue
            line = self._queue.pop(0)
            if line.valid_until is not None and self.now >= line.valid_until:
                self.sink(LineEnded(self.now, line, "", True, 0.0))
                continue
            begun, length = self.now, seconds(line)
            self._playing = (line, begun + length)
            self._cut.clear()
            self.heard.append((begun, line))
            if line.product is not None and line.product != card:
                card = line.product
                self.sink(ProductShown(begun, card))
            self.sink(LineStarted(begun, line))
            try:
                async with asyncio.timeout(length):
                    await self._cut.wait()
                cut = True
            except TimeoutError:
                cut = False
            self._playing = None
            said = line.text.split()
            heard = " ".join(said[: int((self.now - begun) / WORD_S)]) if cut else line.text
            self.sink(LineEnded(self.now, line, heard, cut, self.now - begun))
            if not self._queue:
                self.sink(QueueDrained(self.now))


def seconds(line: Line) -> float:
    return max(0.4, WORD_S * length_in_words(line.text))


@dataclass
class FakeLLM:
    """Says what `reply` gives for the last message, a word at a time."""

    reply: Callable[[str], str]
    first_token_s: float = 0.05
    token_s: float = 0.015
    error: ModelError | None = None
    asked: list[Sequence[Message]] = field(default_factory=list)
    closed_early: int = 0

    @property
    def name(self) -> str:
        return "fake"

    async def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        seed: int = 0,
        stop: Sequence[str] = (),
    ) -> AsyncGenerator[str, None]:
        self.asked.append(messages)
        if self.error is not None:
            raise self.error
        await asyncio.sleep(self.first_token_s)
        done = False
        try:
            for word in self.reply(messages[-1].content).split(" ")[:max_tokens]:
                yield word + " "
                await asyncio.sleep(self.token_s)
            done = True
        finally:
            self.closed_early += not done

    async def close(self) -> None:
        return None


class WordEmbedder:
    """Texts that share words are near: keeps the contract of an embedder without knowing any meaning."""

    def __init__(self, error: ModelError | None = None) -> None:
        self.error = error

    async def embed(self, texts: Sequence[str], *, query: bool) -> NDArray[np.float32]:
        if self.error is not None:
            raise self.error
        vectors = np.zeros((len(texts), 256), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in text.casefold().split():
                row[sum(map(ord, word.strip("?!.,"))) % 256] += 1
            row /= max(1e-6, float(np.linalg.norm(row)))
        return vectors

    async def close(self) -> None:
        return None
