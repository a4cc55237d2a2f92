"""Watching: WHEP (draft-ietf-wish-whep), without trickle."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from rtc.rtc_error import RtcError
from server.body import read_body, require_kind
from server.problem import Problem
from server.room import Room, RoomNotReady
from server.rooms import gate_of, not_ready, room_of
from server.studio import Admission

_MOST_SDP_BYTES = 64 * 1024
_RETRY_SECONDS = 10.0


async def post_offer(request: web.Request) -> web.Response:
    """``POST /rooms/{room}/whep``."""
    room = room_of(request)
    return await negotiate(request, room, room.watch, f"/rooms/{room.name}/whep/")


async def negotiate(
    request: web.Request, room: Room, answer: Callable[[str], Awaitable[Admission]], place: str
) -> web.Response:
    """Read an SDP offer and answer it as WHEP and WHIP do: 201, the answer, and where the connection can be ended."""
    require_kind(request, ("application/sdp",))
    gate_of(request).connection(request)
    body = await read_body(request, _MOST_SDP_BYTES)
    try:
        offer = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Problem(400, "bad-sdp", "The SDP offer is not UTF-8 text.") from None
    try:
        admission = await answer(offer)
    except RoomNotReady:
        raise not_ready(room) from None
    except RtcError as error:
        wait = _RETRY_SECONDS if error.status == 503 else None
        raise Problem(error.status, error.code, _sentence(error.message), retry_after=wait) from error
    return web.Response(
        status=201,
        text=admission.answer_sdp,
        content_type="application/sdp",
        headers={"Location": f"{place}{admission.viewer_id}"},
    )


async def delete_viewer(request: web.Request) -> web.Response:
    """``DELETE /rooms/{room}/whep/{id}``."""
    room = room_of(request)
    if not await room.leave(request.match_info["viewer"]):
        raise Problem(404, "no-such-viewer", "There is no such connection; it has ended already.")
    return web.Response(status=200)


def _sentence(message: str) -> str:
    return message[:1].upper() + message[1:] + ("" if message.endswith(".") else ".")
