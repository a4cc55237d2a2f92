"""How soon the first clause of an answer is ready after the choice, with the packaged models: alone, and beside a flood."""

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from dialogue.contract import CommentRefused, DialogueEvent
from dialogue.host import Host
from dialogue.models import Models
from dialogue.room_content import RoomContent
from dialogue.settings import EmbeddingSettings, HearingSettings, LlamaCppSettings
from tests.bench.crowd import Crowd
from tests.dialogue.fakes import FakeStage

_PHRASES = (
    "how much is the {name}?",
    "where does the {name} come from?",
    "is the {name} in stock?",
    "what's so special about the {name}",
    "would you take the {name} back if I hate it",
    "is the {name} safe for cats",
)
_EACH_S = 20.0
"""Longer than an answer takes; who is not answered by then is not waited for."""


@dataclass(slots=True)
class FirstClauses:
    """Seconds, one for each answer."""

    first_clause: list[float] = field(default_factory=list)
    retrieval: list[float] = field(default_factory=list)
    fates: list[str] = field(default_factory=list)


async def measured(room: RoomContent, *, questions: int, flood_s: float) -> tuple[FirstClauses, FirstClauses]:
    """Ask so many questions of an idle host, then let a crowd of 50 comments a second in for so many seconds."""
    models = await Models.start(
        LlamaCppSettings(adapter="demo"), EmbeddingSettings(), HearingSettings(), lambda _: None
    )
    quiet, crowded = FirstClauses(), FirstClauses()
    figures = quiet

    def take(event: DialogueEvent) -> None:
        if event.type == "latency":
            stages = event.data["stages"]
            figures.first_clause += [stages["first_clause"]] if "first_clause" in stages else []
            figures.retrieval += [stages["retrieval"]] if "retrieval" in stages else []
        elif event.type == "comment.decided":
            fates[event.data["comment"]] = event.data["fate"]

    fates: dict[str, str] = {}
    stage = FakeStage()
    running: list[asyncio.Task[None]] = []
    try:
        host = Host(room, models.llm, models.embedder, stage, frozenset({"en"}), take, seed=3, taught=models.taught)
        stage.sink = host.feed
        await host.prepare()
        running = [asyncio.create_task(host.run()), asyncio.create_task(stage.play())]
        for number, text in zip(range(questions), _questions(room), strict=False):
            comment = host.receive(f"Guest {number}", text)
            try:
                async with asyncio.timeout(_EACH_S):
                    while comment.id not in fates:  # noqa: ASYNC110 (a bench polls)
                        await asyncio.sleep(0.05)
            except TimeoutError:
                pass
            quiet.fates.append(fates.get(comment.id, "open"))
        figures = crowded
        begun = stage.now
        for post in Crowd(room.catalogue.products).posts(flood_s):
            await asyncio.sleep(max(0.0, begun + post.at - stage.now))
            try:
                host.receive(post.viewer, post.text)
            except CommentRefused:
                continue
        await host.close(finish_sentence=False)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await models.close()
    return quiet, crowded


def _questions(room: RoomContent) -> Iterator[str]:
    products = itertools.cycle(room.catalogue.products)
    for phrase in itertools.cycle(_PHRASES):
        yield phrase.format(name=next(products).called)
