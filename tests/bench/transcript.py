"""Writes down what the host says in a show with the packaged models and a lively chat, unedited.

``python -m tests.bench.transcript > docs/transcript.md``. The words are those of the real host with the real models; the voice is
replaced by the time that it takes (2.8 words a second), and time passes at once while nobody thinks.
"""

import asyncio
import selectors
import sys
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dialogue.contract import LLM, CommentRefused, DialogueEvent, Embedder, Message
from dialogue.host import Host
from dialogue.models import Models
from dialogue.room_content import load_room_content
from dialogue.settings import HearingSettings
from render.contract import Line, LineKind
from server.configuration import read_room_config
from tests.bench.transcript_chat import DEMO_CHAT, TEAHOUSE_CHAT, Said
from tests.dialogue.fakes import FakeStage

ROOMS = Path(__file__).parents[2] / "rooms"


class _Patient(selectors.DefaultSelector):
    """Waits in earnest while a model thinks, and jumps over all other waiting."""

    def __init__(self, loop: "ThinkingLoop") -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if self._loop.thinking or timeout is None:
            begun = time.monotonic()
            ready = super().select(0.01 if timeout is None else min(timeout, 0.01))
            self._loop.passed += time.monotonic() - begun
            return ready
        ready = super().select(0)
        if not ready:
            self._loop.passed += max(0.0, timeout)
        return ready


class ThinkingLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is real only while `thinking` is above 0."""

    passed = 0.0
    thinking = 1

    def __init__(self) -> None:
        super().__init__(_Patient(self))

    def time(self) -> float:
        return self.passed


class Thought:
    """Counts a model's calls as thinking."""

    def __init__(self, llm: LLM, embedder: Embedder, loop: ThinkingLoop) -> None:
        self._llm, self._embedder, self._loop = llm, embedder, loop

    @property
    def name(self) -> str:
        return self._llm.name

    async def stream(self, messages: Sequence[Message], **options: Any) -> AsyncGenerator[str, None]:
        self._loop.thinking += 1
        try:
            async for piece in self._llm.stream(messages, **options):
                yield piece
        finally:
            self._loop.thinking -= 1

    async def embed(self, texts: Sequence[str], *, query: bool) -> NDArray[np.float32]:
        self._loop.thinking += 1
        try:
            return await self._embedder.embed(texts, query=query)
        finally:
            self._loop.thinking -= 1

    async def close(self) -> None:
        return None


@dataclass
class _Show:
    room: str
    language: str
    voices: frozenset[str]
    seconds: float
    chat: Sequence[Said]


async def _played(show: _Show, models: Models, loop: ThinkingLoop) -> tuple[list[DialogueEvent], FakeStage, float]:
    events: list[DialogueEvent] = []
    stage = FakeStage()
    thought = Thought(models.llm, models.embedder, loop)
    content = load_room_content(ROOMS / show.room)
    host = Host(
        content,
        thought,
        thought,
        stage,
        show.voices,
        events.append,
        seed=1,
        language=show.language,
        taught=models.taught,
    )
    stage.sink = host.feed
    await host.prepare()
    began = loop.time()
    tasks = [asyncio.create_task(host.run()), asyncio.create_task(stage.play())]
    for said in sorted(show.chat, key=lambda said: said.at):
        await asyncio.sleep(max(0.0, began + said.at - loop.time()))
        if said.viewer == "*":
            host.promotions.start(said.text, by="Mei")
            continue
        try:
            host.receive(said.viewer, said.text)
        except CommentRefused as refused:
            events.append(DialogueEvent("refused", loop.time(), {"viewer": said.viewer, "text": str(refused)}))
    await asyncio.sleep(max(0.0, began + show.seconds - loop.time()))
    await host.close(finish_sentence=True)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return events, stage, began


async def _all(shows: Sequence[_Show]) -> list[tuple[_Show, list[DialogueEvent], FakeStage, float]]:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, ThinkingLoop)
    return [(show, *await _with_models(show, loop)) for show in shows]


async def _with_models(show: _Show, loop: ThinkingLoop) -> tuple[list[DialogueEvent], FakeStage, float]:
    """Play a show with the models that its room names."""
    config = read_room_config(ROOMS / show.room)
    models = await Models.start(
        config.llm, config.embedding, HearingSettings(), lambda line: print(line, file=sys.stderr)
    )
    loop.thinking -= 1
    try:
        return await _played(show, models, loop)
    finally:
        loop.thinking += 1
        await models.close()


def _written(show: _Show, events: Sequence[DialogueEvent], stage: FakeStage, began: float) -> str:
    rows: list[tuple[float, int, str]] = []
    viewers = {e.data["comment"]: e.data["viewer"] for e in events if e.type == "comment.received"}
    for event in events:
        data = event.data
        if event.type == "comment.received":
            rows.append((event.at, 0, f"*{data['viewer']}:* {data['text']}"))
        elif event.type == "comment.decided" and data["fate"] == "written":
            rows.append((event.at, 1, f"→ in writing to {viewers[data['comment']]}: {data['text']}"))
        elif event.type == "comment.decided" and data["fate"] in ("declined", "expired", "merged"):
            rows.append((event.at, 1, f"→ {viewers[data['comment']]}: {data['fate']}. {data['reason']}"))
        elif event.type.startswith("promotion.") and event.public:
            rows.append((event.at, 1, f"— {data['title']}: {event.type.removeprefix('promotion.')} —"))
    rows += [(at, 2, text) for at, text in _sentences(stage.heard)]
    rows.sort(key=lambda row: (row[0], row[1]))
    lines = [f"{_clock(at - began)}  {text}" for at, _, text in rows if at - began <= show.seconds]
    return "\n\n".join(lines)


def _sentences(heard: Sequence[tuple[float, Line]]) -> list[tuple[float, str]]:
    """What was heard without a break, put together."""
    found: list[tuple[float, str]] = []
    last: tuple[LineKind, str | None] | None = None
    for at, line in heard:
        key = (line.kind, line.reply)
        joint = "" if line.language == "zh" else " "
        if last == key and found and line.kind is not LineKind.READBACK:
            found[-1] = (found[-1][0], f"{found[-1][1].removesuffix('**')}{joint}{line.text}**")
        else:
            found.append((at, f"**{line.text}**"))
        last = key
    return found


def _clock(seconds: float) -> str:
    return f"`{int(seconds // 60):02d}:{int(seconds % 60):02d}`"


_HEAD = """# Ten minutes of the demo show

What the host of `rooms/demo` says (in bold), what viewers write, and what becomes of their comments. It was made by
`python -m tests.bench.transcript` with the packaged models: nothing is edited. The voice is left out, each
line takes the time that it takes to say.
A greeting or thanks without a line of its own was answered together with others. The demo room's voice reads English
only, so Chinese comments are answered in writing there. The rundown
announces the draw and the red envelope later; here a person starts the envelope after five and a half minutes.
"""


def main() -> None:
    """Play both rooms and print the transcript."""
    shows = [
        _Show("demo", "en", frozenset({"en"}), 600.0, DEMO_CHAT),
        _Show("teahouse", "zh", frozenset({"en", "zh"}), 240.0, TEAHOUSE_CHAT),
    ]
    with asyncio.Runner(loop_factory=ThinkingLoop) as runner:
        played = runner.run(_all(shows))
    write: Callable[[str], Any] = print
    write(_HEAD)
    write(_written(*played[0]))
    write(
        "\n\n# Four minutes of the tea house\n\nA host who presents in Mandarin and answers each viewer in their language.\n"
    )
    write(_written(*played[1]))


if __name__ == "__main__":
    main()
