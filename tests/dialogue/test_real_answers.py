"""The packaged models answer about the demo catalogue: every value spoken is the catalogue's."""

import asyncio

import pytest

from dialogue.contract import DialogueEvent
from dialogue.host import Host
from dialogue.models import Models
from dialogue.room_content import RoomContent
from dialogue.settings import EmbeddingSettings, HearingSettings, LlamaCppSettings
from render.contract import LineKind
from tests.dialogue import fakes
from tests.dialogue.fakes import FakeStage

pytestmark = pytest.mark.models

QUESTIONS = (
    ("Lin", "How much is the ribeye?", ("199 yuan",)),
    ("Bo", "where does the beef come from", ("Hulunbuir", "Inner Mongolia")),
    ("Ida", "how big is the rice cooker", ("26 by 24 by 21 cm",)),
    ("Kim", "is the cutting board still available?", ("18 boards",)),
    ("Tom", "how long do the blueberries keep", ("7 days",)),
    ("Ola", "how many watts is the air fryer", ("1500 W", "220 V")),
    ("Max", "what does the kettle cost", ("189 yuan",)),
    ("Sam", "would you take it back if I hate it", ("7 days",)),
    ("Eve", "is there somebody real behind this or just a bot", ("AI",)),
    ("Zoe", "can my cat eat the soap", ("team",)),
)


async def test_ten_questions(
    demo: RoomContent, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fakes, "WORD_S", 0.18)  # a quick speaker: less time for the model, and for the test
    models = await Models.start(
        LlamaCppSettings(adapter="demo"), EmbeddingSettings(), HearingSettings(), lambda _: None
    )
    events: list[DialogueEvent] = []
    stage = FakeStage()
    running: list[asyncio.Task[None]] = []
    try:
        host = Host(demo, models.llm, models.embedder, stage, frozenset({"en"}), events.append, seed=3, taught=True)
        stage.sink = host.feed
        await host.prepare()
        running = [asyncio.create_task(host.run()), asyncio.create_task(stage.play())]
        for viewer, text, values in QUESTIONS:
            comment = host.receive(viewer, text)
            while not any(e.type == "comment.decided" and e.data["comment"] == comment.id for e in events):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            told = [line for _, line in stage.heard if comment.id in line.comments]
            with capsys.disabled():
                print(f"\n{viewer}: {text}\n  " + " / ".join(line.text for line in told))
            answer = " ".join(line.text for line in told if line.kind is LineKind.ANSWER)
            for value in values:
                assert value in answer, answer
        await host.close(finish_sentence=False)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await models.close()
    latencies = [e.data["stages"] for e in events if e.type == "latency"]
    with capsys.disabled():
        for name in ("retrieval", "first_token", "first_clause"):
            got = sorted(stages[name] for stages in latencies if name in stages)
            print(f"{name}: median {got[len(got) // 2]:.3f} s, most {got[-1]:.3f} s of {len(got)}")
    assert not [e.data for e in events if e.type == "fault" and e.data["code"] != "llm-slow"]
