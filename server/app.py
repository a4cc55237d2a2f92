"""The aiohttp application: which address does what."""

import logging
import time

from aiohttp import web

from server.address import PROXIES
from server.authority import AUTHORITY, Authority
from server.clicks import post_click
from server.comments import post_comment, post_speech
from server.control import post_comment_action, post_line, post_say, post_viewer
from server.control_show import (
    post_approval,
    post_manner,
    post_mute,
    post_show,
    post_start,
    post_stop,
    post_takeover,
)
from server.desk_routes import get_desk, get_desk_stream
from server.events import get_events
from server.health import get_health, get_readiness
from server.metrics import METRICS, Metrics, get_metrics
from server.pages import (
    WEB,
    WEB_FOLDER,
    add_headers,
    get_favicon,
    get_first_room,
    get_host_page,
    get_info,
    get_room_page,
    get_shows_page,
    get_static,
)
from server.problem import Handler, problem_middleware
from server.products import get_product, get_product_picture, get_products
from server.promotions import get_promotions, post_promotion, post_promotion_action
from server.reports.routes import add_report_routes
from server.room import RoomNotReady, RoomState
from server.rooms import ROOMS, Rooms, not_ready, room_of
from server.sign_in import delete_session, get_session, post_session
from server.takeover import delete_person, post_person
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
            web.get("/rooms/{room}/products", get_products),
            web.get("/rooms/{room}/products/{sku}", get_product),
            web.get("/rooms/{room}/products/{sku}/picture", get_product_picture),
            web.post("/rooms/{room}/whep", post_offer),
            web.delete("/rooms/{room}/whep/{viewer}", delete_viewer),
            web.post("/rooms/{room}/comments", post_comment),
            web.post("/rooms/{room}/speech", post_speech),
            web.post("/rooms/{room}/clicks", post_click),
            web.get("/rooms/{room}/events", get_events, allow_head=False),
            web.post("/rooms/{room}/interrupt", post_interrupt),
            web.get("/rooms/{room}/promotions", get_promotions),
            web.post("/rooms/{room}/promotions", post_promotion),
            web.post("/rooms/{room}/promotions/{promotion}", post_promotion_action),
            web.get("/rooms/{room}/control/desk", get_desk),
            web.post("/rooms/{room}/control/say", post_say),
            web.post("/rooms/{room}/control/lines/{line}", post_line),
            web.post("/rooms/{room}/control/comments/{comment}", post_comment_action),
            web.post("/rooms/{room}/control/viewers", post_viewer),
            web.post("/rooms/{room}/control/show", post_show),
            web.post("/rooms/{room}/control/manner", post_manner),
            web.post("/rooms/{room}/control/approval", post_approval),
            web.post("/rooms/{room}/control/mute", post_mute),
            web.post("/rooms/{room}/control/stop", post_stop),
            web.post("/rooms/{room}/control/start", post_start),
            web.post("/rooms/{room}/control/takeover", post_takeover),
            web.get("/rooms/{room}/control/stream", get_desk_stream, allow_head=False),
            web.post("/rooms/{room}/control/whip", post_person),
            web.delete("/rooms/{room}/control/whip/{person}", delete_person),
            web.post("/host/session", post_session),
            web.get("/host/session", get_session),
            web.delete("/host/session", delete_session),
            web.get("/host/{room}", get_host_page),
            web.get("/host/{room}/shows", get_shows_page),
            web.get("/host/{room}/shows/{show}", get_shows_page),
            web.get("/healthz", get_health),
            web.get("/readyz", get_readiness),
            web.get("/metrics", get_metrics),
        ]
    )
    add_report_routes(app)
    return app


async def post_interrupt(request: web.Request) -> web.Response:
    """``POST /rooms/{room}/interrupt``; needs the host token."""
    authority = request.app[AUTHORITY]
    await authority.require(request)
    room = room_of(request)
    try:
        epoch = room.interrupt()
    except RoomNotReady:
        raise not_ready(room) from None
    if room.state is RoomState.LIVE:
        room.desk.note(authority.who(request), "interrupt", "show", None, {"epoch": epoch})
    return web.json_response({"epoch": epoch})


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
