"""Any server that speaks OpenAI's chat completions with streaming."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Sequence
from typing import Any

import aiohttp

from dialogue.contract import Message, ModelError
from dialogue.llm.server_sent import ServerSentDecoder, ServerSentError
from dialogue.llm.stop_scanner import StopScanner
from dialogue.llm.turnstile import Turnstile
from dialogue.settings import OpenAiSettings

_CAPACITY = 4
_WAITING_BOUND = 8
_ERROR_BODY_BOUND = 4096
_ANSWER_BOUND = 1_000_000
_STOPS_BOUND = 4
"""OpenAI's interface takes at most four stop strings; all are watched for here as well."""


class OpenAiEndpoint:
    """Four generations at once; up to eight wait. Closing an iterator closes its connection.

    Codes of its `ModelError`: ``endpoint-unreachable``, ``endpoint-refused`` (key, model or request),
    ``endpoint-busy`` (429), ``endpoint-failed`` (5xx, or an error within the stream), ``endpoint-timeout``,
    ``endpoint-cut`` (the stream ended before the reply did), ``endpoint-garbled`` (not the protocol).
    """

    def __init__(self, settings: OpenAiSettings, key: str | None) -> None:
        self._settings = settings
        self._address = str(settings.url).rstrip("/") + "/chat/completions"
        self._headers = {"Accept": "text/event-stream"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        self._session: aiohttp.ClientSession | None = None
        self._turnstile = Turnstile(_CAPACITY, _WAITING_BOUND, what=self.name)

    @classmethod
    def open(cls, settings: OpenAiSettings) -> "OpenAiEndpoint":
        """Read the key and make the endpoint; raises `ModelError` with code ``endpoint-key-missing``.

        No connection is made yet, so that a room can start before its endpoint does.
        """
        key = os.environ.get(settings.key_env, "").strip() if settings.key_env else None
        if settings.key_env and not key:
            raise ModelError(
                "endpoint-key-missing",
                f"the environment variable {settings.key_env}, which is to hold the key for {settings.url}, is not set",
            )
        return cls(settings, key)

    @property
    def name(self) -> str:
        return f"openai:{self._settings.model}"

    async def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        seed: int = 0,
        stop: Sequence[str] = (),
    ) -> AsyncIterator[str]:
        """Yield the reply piece by piece; raises `ModelError`."""
        request: dict[str, Any] = {
            "model": self._settings.model,
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            "max_tokens": max_tokens,
            "temperature": temperature,
            "seed": seed,
            "stream": True,
        }
        if stop:
            request["stop"] = list(stop)[:_STOPS_BOUND]
        scanner = StopScanner(stop)
        async with self._turnstile.turn():
            deadline = asyncio.get_running_loop().time() + self._settings.timeout_s
            try:
                response = await self._post(request, deadline)
                try:
                    async for text in self._pieces(response, deadline):
                        if piece := scanner.feed(text):
                            yield piece
                        if scanner.stopped:
                            return
                    if rest := scanner.end():
                        yield rest
                finally:
                    response.close()  # not only released: the server is to notice that nobody listens any more
            except TimeoutError as error:
                raise ModelError(
                    "endpoint-timeout", f"{self._address} sent nothing for {self._settings.timeout_s:g} s"
                ) from error
            except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
                raise ModelError("endpoint-unreachable", f"{self._address} can't be reached: {error}") from error
            except (aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError, ConnectionError) as error:
                raise ModelError("endpoint-cut", f"{self._address} closed the connection: {error}") from error
            except aiohttp.ClientError as error:
                raise ModelError("endpoint-garbled", f"{self._address} answered strangely: {error}") from error

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _connected(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    async def _post(self, request: dict[str, Any], deadline: float) -> aiohttp.ClientResponse:
        async with asyncio.timeout_at(deadline):
            response = await self._connected().post(
                self._address,
                json=request,
                headers=self._headers,
                allow_redirects=False,  # the key goes to the address in the settings and to no other
                timeout=aiohttp.ClientTimeout(total=None),
            )
            if response.status == 200:
                return response
            async with response:
                raise await self._refusal(response)

    async def _pieces(self, response: aiohttp.ClientResponse, deadline: float) -> AsyncIterator[str]:
        """Yield the text of a successful response; the deadline holds for text, whatever else keeps the line busy."""
        if response.content_type == "application/json":  # a server that does not stream answers in one go
            async with asyncio.timeout_at(deadline):
                body = await response.content.read(_ANSWER_BOUND)
            yield self._chunk(body.decode("utf-8", "replace"))[0]
            return
        decoder = ServerSentDecoder()
        finished = False
        loop = asyncio.get_running_loop()
        while True:
            async with asyncio.timeout_at(deadline):
                chunk = await response.content.readany()
            try:
                events = decoder.feed(chunk) if chunk else decoder.end()
            except ServerSentError as error:
                raise ModelError("endpoint-garbled", f"{self._address}: {error}") from error
            for data in events:
                if data.strip() == "[DONE]":
                    return
                text, ended = self._chunk(data)
                finished = finished or ended
                if text:
                    yield text
                    deadline = loop.time() + self._settings.timeout_s
            if not chunk:
                if not finished:
                    raise ModelError("endpoint-cut", f"{self._address} ended the stream before the reply was complete")
                return

    def _chunk(self, data: str) -> tuple[str, bool]:
        """Return the text of one chunk of the protocol, and whether it is the reply's last."""
        try:
            chunk = json.loads(data)
        except json.JSONDecodeError as error:
            raise ModelError("endpoint-garbled", f"{self._address} sent what is no JSON: {data[:80]!r}") from error
        if not isinstance(chunk, dict):
            raise ModelError("endpoint-garbled", f"{self._address} sent what is no chunk: {data[:80]!r}")
        if chunk.get("error"):
            raise ModelError("endpoint-failed", f"{self._address}: {_told(chunk)}")
        text, finished = "", False
        choices = chunk.get("choices")
        for choice in choices if isinstance(choices, list) else []:  # none in a chunk that holds only the usage
            if isinstance(choice, dict) and choice.get("index", 0) == 0:
                part = choice.get("delta") or choice.get("message") or {}
                content = part.get("content") if isinstance(part, dict) else None
                text += content if isinstance(content, str) else ""
                finished = finished or choice.get("finish_reason") is not None
        return text, finished

    async def _refusal(self, response: aiohttp.ClientResponse) -> ModelError:
        body = (await response.content.read(_ERROR_BODY_BOUND)).decode("utf-8", "replace")
        try:
            told = _told(json.loads(body))
        except json.JSONDecodeError:
            told = body.strip()[:200] or response.reason or ""
        code = "endpoint-refused"
        if response.status == 429:
            code = "endpoint-busy"
        elif response.status >= 500:
            code = "endpoint-failed"
        return ModelError(code, f"{self._address} answered {response.status}: {told}")


def _told(body: Any) -> str:
    error = body.get("error", body) if isinstance(body, dict) else body
    message = error.get("message") if isinstance(error, dict) else error
    return str(message)[:200]
