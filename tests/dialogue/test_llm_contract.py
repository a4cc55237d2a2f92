"""One suite for every back end of the `LLM` protocol, with the packaged weights."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass
from typing import cast

import psutil
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import HttpUrl

from dialogue.contract import LLM, Message, ModelError
from dialogue.llm import open_llm
from dialogue.llm.workshop_llm import WorkshopLlm
from dialogue.settings import LlamaCppSettings, OpenAiSettings, TransformersSettings

pytestmark = [pytest.mark.models, pytest.mark.asyncio(loop_scope="module")]

SYSTEM = Message("system", "You are Lin, the founder of a farm shop. You answer in one short sentence.")
STORY = [SYSTEM, Message("user", "Tell me a long story about a farm and its animals.")]
FROZEN = [SYSTEM, Message("user", "The ribeye is frozen. Is the ribeye frozen?")]
SHIPPING = [SYSTEM, Message("user", "Shipping takes two days. How long does shipping take?")]


@dataclass(frozen=True)
class Subject:
    llm: LLM
    worker: psutil.Process
    """Where the tokens are made."""

    def cpu_s(self) -> float:
        times = self.worker.cpu_times()
        return float(times.user + times.system)

    async def becomes_idle(self, within_s: float) -> bool:
        """Whether the worker stops using the processor: less than 5 % of a core over 0.3 s."""
        end = time.monotonic() + within_s
        while time.monotonic() < end:
            before = self.cpu_s()
            await asyncio.sleep(0.3)
            if self.cpu_s() - before < 0.015:
                return True
        return False


def serve(llm: LLM) -> web.Application:
    """Make OpenAI's protocol from an LLM."""

    async def complete(request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})

        async def send(delta: dict[str, str], finish: str | None) -> None:
            choice = {"index": 0, "delta": delta, "finish_reason": finish}
            await response.write(b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n")

        pieces = closing(
            llm.stream(
                [Message(turn["role"], turn["content"]) for turn in asked["messages"]],
                max_tokens=asked["max_tokens"],
                temperature=asked["temperature"],
                seed=asked["seed"],
                stop=asked.get("stop", ()),
            )
        )
        try:
            async with pieces as stream:
                async for piece in stream:
                    if not response.prepared:
                        await response.prepare(request)
                        await send({"role": "assistant"}, None)
                    await send({"content": piece}, None)
        except ModelError as error:
            return web.json_response({"error": {"message": str(error), "type": error.code}}, status=400)
        if not response.prepared:
            await response.prepare(request)
        await send({}, "stop")
        await response.write(b"data: [DONE]\n\n")
        return response

    app = web.Application()
    app.router.add_post("/v1/chat/completions", complete)
    return app


def closing(
    pieces: AsyncIterator[str],
) -> contextlib.AbstractAsyncContextManager[AsyncGenerator[str, None]]:
    return contextlib.aclosing(cast(AsyncGenerator[str, None], pieces))


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["llama.cpp", "transformers", "openai"])
async def subject(request: pytest.FixtureRequest) -> AsyncIterator[Subject]:
    if request.param == "transformers":
        local = await open_llm(TransformersSettings(device="cpu"))
    else:
        local = await open_llm(LlamaCppSettings())
    assert isinstance(local, WorkshopLlm)
    assert local.pid is not None
    worker = psutil.Process(local.pid)
    if request.param == "openai":
        async with TestServer(serve(local), handler_cancellation=True) as server:
            address = HttpUrl(str(server.make_url("/v1")))
            endpoint = await open_llm(OpenAiSettings(url=address, model="smol", timeout_s=60))
            yield Subject(endpoint, worker)
            await endpoint.close()
    else:
        yield Subject(local, worker)
    await local.close()


async def ask(
    llm: LLM, messages: Sequence[Message], *, max_tokens: int = 24, temperature: float = 0.0, stop: Sequence[str] = ()
) -> str:
    pieces = llm.stream(messages, max_tokens=max_tokens, temperature=temperature, seed=7, stop=stop)
    return "".join([piece async for piece in pieces])


async def test_a_reply_comes_in_pieces(subject: Subject) -> None:
    pieces = [piece async for piece in subject.llm.stream(STORY, max_tokens=20)]
    assert len(pieces) >= 10
    assert all(pieces)
    assert len("".join(pieces)) > 30


async def test_a_fact_from_the_prompt_is_found_in_the_reply(subject: Subject) -> None:
    assert "two days" in (await ask(subject.llm, SHIPPING)).lower()


async def test_it_ends_by_itself_when_the_reply_is_complete(subject: Subject) -> None:
    reply = await ask(subject.llm, FROZEN, max_tokens=300)
    assert len(reply) < 600
    assert "<|im_end|>" not in reply


async def test_no_more_tokens_come_than_were_asked_for(subject: Subject) -> None:
    pieces = [piece async for piece in subject.llm.stream(STORY, max_tokens=5)]
    assert 1 <= len(pieces) <= 5
    assert len("".join(pieces)) < 60


async def test_the_same_prompt_gives_the_same_reply_at_temperature_zero(subject: Subject) -> None:
    assert await ask(subject.llm, STORY) == await ask(subject.llm, STORY)


async def test_the_same_seed_gives_the_same_reply_at_a_higher_temperature(subject: Subject) -> None:
    await ask(subject.llm, STORY, temperature=0.9)  # leaves the same prompt in the cache for both that follow
    assert await ask(subject.llm, STORY, temperature=0.9) == await ask(subject.llm, STORY, temperature=0.9)


async def test_a_stop_string_ends_the_reply_and_is_not_shown(subject: Subject) -> None:
    whole = await ask(subject.llm, STORY)
    stop = whole[len(whole) // 2 :][:6]
    reply = await ask(subject.llm, STORY, stop=[stop])
    assert reply == whole[: whole.index(stop)]


async def test_replies_asked_for_at_once_do_not_mix(subject: Subject) -> None:
    prompts = [STORY, FROZEN, SHIPPING]
    alone = [await ask(subject.llm, prompt) for prompt in prompts]
    together = await asyncio.gather(*(ask(subject.llm, prompt) for prompt in prompts))
    assert together == alone


async def test_characters_of_several_tokens_come_whole(subject: Subject) -> None:
    reply = await ask(subject.llm, [Message("user", "重复这句话：这块牛排是冷冻的。🥩🥩🥩")], max_tokens=30)
    assert reply
    assert "\N{REPLACEMENT CHARACTER}" not in reply


async def test_closing_the_iterator_stops_the_work(subject: Subject) -> None:
    async with closing(subject.llm.stream(STORY, max_tokens=1500)) as pieces:
        async for _ in pieces:
            break
    assert await subject.becomes_idle(within_s=5)


async def test_cancelling_the_task_stops_the_work_while_the_prompt_is_read(subject: Subject) -> None:
    endless = [Message("user", "The cow says moo and the hen says cluck. " * 120)]
    before = subject.cpu_s()
    task = asyncio.create_task(ask(subject.llm, endless, max_tokens=600))
    while subject.cpu_s() - before < 0.2 and not task.done():  # noqa: ASYNC110 (another process's time has no event)
        await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await subject.becomes_idle(within_s=8)


async def test_a_reply_can_be_had_right_after_one_was_cancelled(subject: Subject) -> None:
    expected = await ask(subject.llm, SHIPPING)
    async with closing(subject.llm.stream(STORY, max_tokens=1500)) as pieces:
        async for _ in pieces:
            break
    assert await ask(subject.llm, SHIPPING) == expected


async def test_a_prompt_that_is_too_long_is_refused(subject: Subject) -> None:
    with pytest.raises(ModelError) as caught:
        await ask(subject.llm, [Message("user", "word " * 3000)])
    assert caught.value.code in {"prompt-too-long", "endpoint-refused"}
    assert "context" in str(caught.value)
