"""``GET /rooms/{room}/events``: Server-Sent Events that resume."""

import asyncio
import contextlib
import re

from aiohttp import web

from server.authority import AUTHORITY
from server.event_log import EventLogError
from server.event_stream import KEEP_ALIVE, KEEP_ALIVE_SECONDS, RETRY_HINT, TooManySubscribers
from server.problem import Problem
from server.rooms import gate_of, room_of

_WRITE_SECONDS = 20.0
"""A client that takes nothing for this long is gone."""
KEEP_ALIVE_EVERY = web.AppKey("keep_alive_seconds", float)


async def get_events(request: web.Request) -> web.StreamResponse:
    """Send what was missed (or a snapshot), then what happens, until the client or the room goes."""
    room = room_of(request)
    authority = request.app[AUTHORITY]
    host = await authority.is_host(request)
    if not host:
        gate_of(request).connection(request)
    last_id = _last_id(request)
    try:
        subscription = room.stream.subscribe(host=host)
    except TooManySubscribers:
        raise Problem(
            503, "too-many-subscribers", "Too many are following this room's chat. Try again shortly.", retry_after=15
        ) from None
    keep_alive = request.app.get(KEEP_ALIVE_EVERY, KEEP_ALIVE_SECONDS)
    response = web.StreamResponse(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
    response.content_type = "text/event-stream"
    response.charset = "utf-8"
    try:
        await response.prepare(request)
        with contextlib.suppress(ConnectionResetError, TimeoutError, EventLogError):  # the client comes back by itself
            await _write(response, RETRY_HINT)
            async for chunk in room.stream.past(subscription, last_id):
                await _write(response, chunk)
            while (waiting := await subscription.take(keep_alive)) is not None:
                if host and not authority.still(request):
                    break  # signed out, or the token was renewed; the page comes back as what it then is
                await _write(response, waiting or KEEP_ALIVE)
            if not subscription.overrun:
                async with asyncio.timeout(_WRITE_SECONDS):
                    await response.write_eof()
                return response
        if request.transport is not None:  # too slow, or gone: what it has not taken is of no use
            request.transport.abort()
    finally:
        room.stream.unsubscribe(subscription)
    return response


async def _write(response: web.StreamResponse, chunk: bytes) -> None:
    if chunk:
        async with asyncio.timeout(_WRITE_SECONDS):
            await response.write(chunk)


def _last_id(request: web.Request) -> int | None:
    named = request.headers.get("Last-Event-ID")
    if not named:
        return None
    if not re.fullmatch(r"[0-9]{1,18}", named):
        raise Problem(400, "bad-event-id", "Last-Event-ID must be the id of an event of this stream, or be left out.")
    return int(named)
