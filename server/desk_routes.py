"""``GET /rooms/{room}/control/stream`` and ``…/control/desk``: what the hosts of a room watch. Both need a host."""

import asyncio
import contextlib
from typing import Final

from aiohttp import web

from server.authority import AUTHORITY
from server.desk_stream import MOST_SUBSCRIBERS
from server.event_stream import RETRY_HINT, TooManySubscribers
from server.problem import Problem
from server.rooms import room_of

_WRITE_SECONDS: Final = 5.0
"""A page that takes nothing for this long is cut off: what it would get next is older than it may show as live."""


async def get_desk(request: web.Request) -> web.Response:
    """``GET …/control/desk``: the message once."""
    await request.app[AUTHORITY].require(request)
    return web.json_response(room_of(request).desk_stream.snapshot())


async def get_desk_stream(request: web.Request) -> web.StreamResponse:
    """``GET …/control/stream``: Server-Sent Events, each a whole message, until the page or the room goes."""
    authority = request.app[AUTHORITY]
    await authority.require(request)
    room = room_of(request)
    try:
        subscriber = room.desk_stream.subscribe()
    except TooManySubscribers:
        raise Problem(
            503,
            "too-many-subscribers",
            f"{MOST_SUBSCRIBERS} pages follow this desk already. Close one.",
            retry_after=15,
        ) from None
    response = web.StreamResponse(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
    response.content_type = "text/event-stream"
    response.charset = "utf-8"
    try:
        await response.prepare(request)
        with contextlib.suppress(ConnectionResetError, TimeoutError):  # the page comes back by itself
            await _write(response, RETRY_HINT)
            while (message := await subscriber.take()) is not None and authority.still(request):
                await _write(response, message)
            async with asyncio.timeout(_WRITE_SECONDS):
                await response.write_eof()
            return response
        if request.transport is not None:
            request.transport.abort()
    finally:
        room.desk_stream.unsubscribe(subscriber)
    return response


async def _write(response: web.StreamResponse, chunk: bytes) -> None:
    async with asyncio.timeout(_WRITE_SECONDS):
        await response.write(chunk)
