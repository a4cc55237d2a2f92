"""The aiohttp application: which address does what."""

import logging
import time

from aiohttp import web

from server.address import PROXIES
from server.authority import AUTHORITY, Authority
from server.comments import post_comment, post_speech
from server.events import get_events
from server.health import get_health, get_readiness
from server.metrics import METRICS, Metrics, get_metrics
from server.pages import WEB, WEB_FOLDER, add_headers, get_favicon, get_first_room, get_info, get_room_page, get_static
from server.problem import Handler, problem_middleware
from server.promotions import get_promotions, post_promotion, post_promotion_action
from server.room import RoomNotReady
from server.rooms import ROOMS, Rooms, not_ready, room_of
from server.whep import delete_viewer, post_offer

log = logging.getLogger(__name__)


def make_app(rooms: Rooms, authority: Authority, metrics: Metrics, *, proxies: int = 0) -> web.Application:
    """Build the application; rooms may be added to `rooms` while it runs."""
    app = web.Application(middlewares=[_account, problem_middleware], client_max_size=2 * 1024 * 1024)
    app[ROOMS] = rooms
    app[AUTHORITY] = authority
    app[METRICS] = metrics
    app[PROXIES] = proxies
    app[WEB] = WEB_FOLDER
    app.on_response_prepare.append(add_headers)
    app.add_routes(
        [
            web.get("/", get_first_room),
            web.get("/favicon.ico", get_favicon),
            web.get("/static/{path:.+}", get_static),
            web.get("/rooms/{room}", get_room_page),
            web.get("/rooms/{room}/info", get_info),
            web.get("/rooms/{room}/avatar", get_avatar),
            web.post("/rooms/{room}/whep", post_offer),
            web.delete("/rooms/{room}/whep/{viewer}", delete_viewer),
            web.post("/rooms/{room}/comments", post_comment),
            web.post("/rooms/{room}/speech", post_speech),
            web.get("/rooms/{room}/events", get_events, allow_head=False),
            web.post("/rooms/{room}/interrupt", post_interrupt),
            web.get("/rooms/{room}/promotions", get_promotions),
            web.post("/rooms/{room}/promotions", post_promotion),
            web.post("/rooms/{room}/promotions/{promotion}", post_promotion_action),
            web.get("/healthz", get_health),
            web.get("/readyz", get_readiness),
            web.get("/metrics", get_metrics),
        ]
    )
    return app


async def post_interrupt(request: web.Request) -> web.Response:
    """``POST /rooms/{room}/interrupt``; needs the host token."""
    await request.app[AUTHORITY].require(request)
    room = room_of(request)
    try:
        return web.json_response({"epoch": room.interrupt()})
    except RoomNotReady:
        raise not_ready(room) from None


async def get_avatar(request: web.Request) -> web.Response:
    """``GET /rooms/{room}/avatar``: whose face is shown, and the consent to it; needs the host token."""
    await request.app[AUTHORITY].require(request)
    room = room_of(request)
    record = room.studio.avatar
    if record is None:
        raise not_ready(room)
    return web.json_response(record.as_json())


@web.middleware
async def _account(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count and log what was answered; the query is left out, it may name a viewer."""
    began = time.monotonic()
    response = await handler(request)
    request.app[METRICS].answered(request.method, response.status)
    level = logging.WARNING if response.status >= 500 and response.status != 503 else logging.DEBUG
    log.log(
        level,
        "%s %s %d",
        request.method,
        request.path,
        response.status,
        extra={"duration_ms": round((time.monotonic() - began) * 1000, 1)},
    )
    return response
