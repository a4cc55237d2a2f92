"""All models of a room start together, work beside each other and leave nothing behind."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator

import psutil
import pytest
import pytest_asyncio
from pydantic import HttpUrl

from dialogue.contract import Message, ModelError
from dialogue.models import Models, prime
from dialogue.settings import (
    AutoLlmSettings,
    EmbeddingSettings,
    HearingSettings,
    LlamaCppSettings,
    OpenAiSettings,
)
from tests.dialogue.browser_recording import record, speech

pytestmark = [pytest.mark.models, pytest.mark.asyncio(loop_scope="module")]


@pytest.fixture(scope="module")
def progress() -> list[str]:
    return []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def models(progress: list[str]) -> AsyncIterator[Models]:
    opened = await Models.start(LlamaCppSettings(), EmbeddingSettings(), HearingSettings(), progress.append)
    yield opened
    await opened.close()
    assert not any(psutil.pid_exists(pid) for pid in opened.pids)


async def reply(models: Models, text: str, max_tokens: int = 12) -> str:
    pieces = models.llm.stream([Message("user", text)], max_tokens=max_tokens)
    return "".join([piece async for piece in pieces])


async def test_progress_is_told_for_each_model(models: Models, progress: list[str]) -> None:
    assert progress[0] == "starting the models"
    assert sorted(line.split(" ready")[0] for line in progress[1:]) == [
        "embedding model",
        "hearing model",
        "language model",
    ]


async def test_the_models_share_one_process_that_gives_way_to_the_show(models: Models) -> None:
    assert len(models.pids) == 1
    assert models.llm.name == "llama.cpp:SmolLM2-135M-Instruct.Q4_1"
    mind = psutil.Process(models.pids[0])
    assert mind.nice() >= 10
    assert not any("torch" in library.path for library in mind.memory_maps())


async def test_all_three_work_at_once(models: Models) -> None:
    recording = record(speech("Do you ship to Canada?"), "webm")
    text, vectors, heard = await asyncio.gather(
        reply(models, "Say hello."),
        models.embedder.embed(["one", "two"], query=True),
        models.hearing.transcribe(recording),
    )
    assert text
    assert vectors.shape == (2, 384)
    assert "Canada" in heard.text


async def test_a_prompt_can_be_read_in_advance(models: Models) -> None:
    await prime(models.llm, [Message("system", "You are Lin."), Message("user", "Hi")])


async def test_after_a_crash_the_next_call_finds_the_models_again(models: Models) -> None:
    os.kill(models.pids[0], signal.SIGKILL)
    with contextlib.suppress(ModelError):  # the loss may be noticed by this call or before it
        await reply(models, "Say hello.")
    assert await reply(models, "Say hello.")
    assert (await models.embedder.embed(["three"], query=True)).shape == (1, 384)


async def test_a_missing_model_leaves_nothing_running() -> None:
    before = {child.pid for child in psutil.Process().children()}
    with pytest.raises(ModelError) as caught:
        await Models.start(
            AutoLlmSettings(), EmbeddingSettings(), HearingSettings(model="/nowhere"), lambda sentence: None
        )
    assert caught.value.code == "model-missing"
    assert {child.pid for child in psutil.Process().children()} <= before


async def test_an_adapter_that_does_not_fit_is_left_out() -> None:
    told: list[str] = []
    opened = await Models.start(LlamaCppSettings(adapter="nobody"), EmbeddingSettings(), HearingSettings(), told.append)
    try:
        assert await reply(opened, "Hello")
    finally:
        await opened.close()
    assert opened.adapter_fault is not None
    assert opened.adapter_fault.code == "adapter-missing"
    assert not opened.taught
    assert told[0].startswith("running without the adapter")


async def test_a_room_starts_without_its_endpoint() -> None:
    settings = OpenAiSettings(url=HttpUrl("http://127.0.0.1:1/v1"), model="m")
    opened = await Models.start(settings, EmbeddingSettings(), HearingSettings(), lambda sentence: None)
    with pytest.raises(ModelError) as caught:
        await reply(opened, "Hello")
    assert caught.value.code == "endpoint-unreachable"
    await opened.close()
