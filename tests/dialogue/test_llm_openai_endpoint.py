"""The protocol of an OpenAI-compatible endpoint, as good, odd and broken servers speak it."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import Any, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from pydantic import HttpUrl

from dialogue.contract import Message, ModelError
from dialogue.llm.openai_endpoint import OpenAiEndpoint
from dialogue.settings import OpenAiSettings

HELLO = [Message("user", "hello")]
KEY = "sk-very-secret"


def chunk(text: str | None = None, *, finish: str | None = None) -> bytes:
    delta = {} if text is None else {"content": text}
    return (
        b"data: " + json.dumps({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}).encode() + b"\n\n"
    )


DONE = b"data: [DONE]\n\n"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@contextlib.asynccontextmanager
async def endpoint(handler: Handler, *, timeout_s: float = 10.0) -> AsyncIterator[OpenAiEndpoint]:
    app = web.Application()
    app.router.add_post("/v1/chat/completions", handler)
    async with TestServer(app, handler_cancellation=True) as server:
        settings = OpenAiSettings(url=HttpUrl(str(server.make_url("/v1/"))), model="m", timeout_s=timeout_s)
        llm = OpenAiEndpoint(settings, KEY)
        yield llm
        await llm.close()


def sends(*parts: bytes, content_type: str = "text/event-stream") -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": content_type})
        await response.prepare(request)
        for part in parts:
            await response.write(part)
        return response

    return handle


def answers(status: int, body: str, content_type: str = "application/json", **headers: str) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text=body, content_type=content_type, headers=headers)

    return handle


async def pieces(llm: OpenAiEndpoint, **options: Any) -> list[str]:
    return [piece async for piece in llm.stream(HELLO, max_tokens=20, **options)]


async def failure(llm: OpenAiEndpoint) -> ModelError:
    with pytest.raises(ModelError) as caught:
        await pieces(llm)
    assert KEY not in str(caught.value)
    return caught.value


async def test_the_request_holds_what_was_asked_for() -> None:
    seen: dict[str, Any] = {}

    async def handle(request: web.Request) -> web.StreamResponse:
        seen.update(await request.json(), key=request.headers["Authorization"])
        return await sends(chunk("Hi"), DONE)(request)

    async with endpoint(handle) as llm:
        assert await pieces(llm, temperature=0.5, seed=3, stop=["a", "b", "c", "d", "e"]) == ["Hi"]
        assert llm.name == "openai:m"
    assert seen == {
        "model": "m",
        "messages": [{"role": "user", "content": "hello"}],
        "max_tokens": 20,
        "temperature": 0.5,
        "seed": 3,
        "stream": True,
        "stop": ["a", "b", "c", "d"],
        "key": f"Bearer {KEY}",
    }


async def test_text_comes_in_the_pieces_that_were_sent() -> None:
    async with endpoint(sends(chunk(""), chunk("The "), chunk("steak"), chunk(finish="stop"), DONE)) as llm:
        assert await pieces(llm) == ["The ", "steak"]


async def test_chunks_may_be_cut_anywhere() -> None:
    whole = chunk("牛排 🥩 is ") + chunk("frozen") + DONE
    async with endpoint(sends(*(whole[i : i + 1] for i in range(len(whole))))) as llm:
        assert await pieces(llm) == ["牛排 🥩 is ", "frozen"]


async def test_carriage_returns_comments_and_other_fields_are_understood() -> None:
    text = (
        b": ping\r\n\r\nevent: message\r\nid: 7\r\n" + chunk("Hi").replace(b"\n", b"\r\n") + b"retry: 3\r\n\r\n" + DONE
    )
    async with endpoint(sends(text)) as llm:
        assert await pieces(llm) == ["Hi"]


async def test_chunks_without_text_are_passed_over() -> None:
    odd = [
        {"choices": [], "usage": {"total_tokens": 3}},
        {"choices": None},
        {"choices": [{"index": 0, "delta": {"content": None, "role": "assistant"}}]},
        {"choices": [{"index": 0, "delta": {"tool_calls": []}}]},
        {"choices": [{"index": 1, "delta": {"content": "another choice"}}]},
        {"object": "ping"},
    ]
    lines = b"".join(b"data: " + json.dumps(one).encode() + b"\n\n" for one in odd)
    async with endpoint(sends(lines, chunk("Hi", finish="stop"), lines, DONE)) as llm:
        assert await pieces(llm) == ["Hi"]


async def test_done_may_be_missing_after_the_last_chunk() -> None:
    async with endpoint(sends(chunk("Hi"), chunk(finish="stop").rstrip())) as llm:
        assert await pieces(llm) == ["Hi"]


async def test_a_server_that_does_not_stream_is_understood() -> None:
    body = json.dumps({"choices": [{"index": 0, "message": {"content": "Hi there"}, "finish_reason": "stop"}]})
    async with endpoint(answers(200, body)) as llm:
        assert await pieces(llm) == ["Hi there"]


async def test_stop_strings_hold_even_where_the_server_ignores_them() -> None:
    async with endpoint(sends(chunk("One. T"), chunk("wo. Three."), DONE)) as llm:
        assert "".join(await pieces(llm, stop=["Two"])) == "One. "


@pytest.mark.parametrize(
    ("status", "body", "code", "told"),
    [
        (401, '{"error": {"message": "bad key"}}', "endpoint-refused", "401: bad key"),
        (404, '{"error": "no model m"}', "endpoint-refused", "404: no model m"),
        (400, '{"object": "error", "message": "too long"}', "endpoint-refused", "too long"),
        (429, "{}", "endpoint-busy", "429"),
        (500, "<html>oops</html>", "endpoint-failed", "oops"),
        (503, "", "endpoint-failed", "503"),
    ],
)
async def test_a_refusal_is_told_with_the_servers_words(status: int, body: str, code: str, told: str) -> None:
    async with endpoint(answers(status, body, "text/html")) as llm:
        error = await failure(llm)
    assert error.code == code
    assert told in str(error)


async def test_the_key_is_not_carried_to_another_address() -> None:
    async with endpoint(answers(307, "", Location="http://127.0.0.1:1/v1/chat/completions")) as llm:
        assert (await failure(llm)).code == "endpoint-refused"


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([b"data: {not json\n\n"], "endpoint-garbled"),
        ([b"data: 7\n\n"], "endpoint-garbled"),
        ([b"data: \xff\xfe\n\n"], "endpoint-garbled"),
        ([b"x" * 1_500_000], "endpoint-garbled"),
        ([b'data: {"error": {"message": "out of memory"}}\n\n'], "endpoint-failed"),
        ([chunk("Hi")], "endpoint-cut"),
        ([], "endpoint-cut"),
    ],
)
async def test_a_broken_stream_is_told(parts: list[bytes], code: str) -> None:
    async with endpoint(sends(*parts)) as llm:
        assert (await failure(llm)).code == code


async def test_what_came_before_the_break_has_been_given() -> None:
    async with endpoint(sends(chunk("Hi "), chunk("there"), b'data: {"error": "gone"}\n\n')) as llm:
        stream = aiter(llm.stream(HELLO, max_tokens=5))
        assert [await anext(stream), await anext(stream)] == ["Hi ", "there"]
        with pytest.raises(ModelError, match="gone"):
            await anext(stream)


async def test_a_connection_that_is_dropped_is_told() -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(chunk("Hi"))
        assert request.transport is not None
        request.transport.abort()
        return response

    async with endpoint(handle) as llm:
        assert (await failure(llm)).code == "endpoint-cut"


async def test_nobody_at_the_address_is_told() -> None:
    llm = OpenAiEndpoint(OpenAiSettings(url=HttpUrl(f"http://127.0.0.1:{unused_port()}/v1"), model="m"), None)
    error = await failure(llm)
    await llm.close()
    assert error.code == "endpoint-unreachable"
    assert "127.0.0.1" in str(error)


async def test_silence_before_the_first_piece_ends_in_a_timeout() -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    async with endpoint(handle, timeout_s=0.05) as llm:
        assert (await failure(llm)).code == "endpoint-timeout"


async def test_a_line_kept_busy_without_text_ends_in_a_timeout() -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        while True:
            await response.write(b": still thinking\n\n")
            await asyncio.sleep(0.005)

    async with endpoint(handle, timeout_s=0.1) as llm:
        assert (await failure(llm)).code == "endpoint-timeout"


async def test_closing_the_iterator_closes_the_connection() -> None:
    left = asyncio.Event()

    async def handle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        try:
            await response.write(chunk("Hi"))
            await asyncio.Event().wait()
        finally:
            left.set()
        return response

    async with endpoint(handle) as llm:
        stream = cast(AsyncGenerator[str, None], llm.stream(HELLO, max_tokens=5))
        assert await anext(stream) == "Hi"
        await stream.aclose()
        async with asyncio.timeout(5):
            await left.wait()


async def test_four_run_at_once_and_eight_wait() -> None:
    running = 0
    four = asyncio.Event()

    async def handle(request: web.Request) -> web.StreamResponse:
        nonlocal running
        running += 1
        if running == 4:
            four.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with endpoint(handle) as llm:
        tasks = [asyncio.create_task(pieces(llm)) for _ in range(12)]
        async with asyncio.timeout(5):
            await four.wait()
        assert (await failure(llm)).code == "model-busy"
        assert running == 4
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
