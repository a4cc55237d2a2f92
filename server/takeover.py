"""A person's microphone and camera into the show: WHIP (RFC 9725), without trickle, for hosts only.

Being connected changes nothing that viewers hear: the takeover itself is ordered at the desk, before or after.
"""

from aiohttp import web

from server.control import the_desk
from server.problem import Problem
from server.rooms import not_ready, room_of
from server.studio import Ingest
from server.whep import negotiate


async def post_person(request: web.Request) -> web.Response:
    """``POST /rooms/{room}/control/whip``; takes the place of a connection that is there.

    While another host has taken the show over it is refused: nobody else is to be heard under that name.
    """
    desk, by = await the_desk(request)
    desk.show.require_not_taken(by)
    room = room_of(request)
    return await negotiate(request, room, _ingest_of(request).answer, f"/rooms/{room.name}/control/whip/")


async def delete_person(request: web.Request) -> web.Response:
    """``DELETE /rooms/{room}/control/whip/{id}``; the AI host goes on."""
    await the_desk(request)
    if not await _ingest_of(request).hang_up(request.match_info["person"]):
        raise Problem(404, "no-such-connection", "There is no such connection; it has ended already.")
    return web.Response(status=200)


def _ingest_of(request: web.Request) -> Ingest:
    room = room_of(request)
    if room.studio.ingest is None:
        raise not_ready(room)
    return room.studio.ingest
