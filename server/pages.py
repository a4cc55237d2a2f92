"""The pages and files of ``web/``, and what a page needs to know of its room."""

from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

from server.problem import Problem
from server.rooms import ROOMS, room_of

WEB = web.AppKey("web", Path)
WEB_FOLDER = Path(__file__).resolve().parent.parent / "web"

_KINDS: Mapping[str, str] = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".jpg": "image/jpeg",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
}
"""Nothing else is served; also independent of the machine's own list of types."""

_SECURITY: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self';"
        " connect-src 'self'; media-src 'self' blob:; manifest-src 'self'; worker-src 'self'; base-uri 'none';"
        " form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Add the security headers to every answer; nothing but files may be cached, and those are asked for again."""
    for name, value in _SECURITY.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.pop("Server", None)


async def get_first_room(request: web.Request) -> web.StreamResponse:
    """``GET /``: to the first room."""
    rooms = request.app[ROOMS].by_name
    if not rooms:
        raise Problem(503, "no-room", "No room is open yet. Try again in a moment.", retry_after=2)
    return web.Response(status=302, headers={"Location": f"/rooms/{next(iter(rooms))}"})


async def get_room_page(request: web.Request) -> web.StreamResponse:
    """``GET /rooms/{room}``: the viewer page."""
    room_of(request)
    return _file(request, "viewer.html")


async def get_host_page(request: web.Request) -> web.StreamResponse:
    """``GET /host/{room}``: the control room; the page holds no data, and asks for the token itself."""
    room_of(request)
    return _host_file(request, "host/control.html")


async def get_shows_page(request: web.Request) -> web.StreamResponse:
    """``GET /host/{room}/shows`` and ``/host/{room}/shows/{show}``: reports; the page holds no data either."""
    room_of(request)
    return _host_file(request, "host/report.html")


def _host_file(request: web.Request, name: str) -> web.StreamResponse:
    """A page for hosts: it may ask for the camera too."""
    response = _file(request, name)
    response.headers["Permissions-Policy"] = "microphone=(self), camera=(self), geolocation=()"
    return response


async def get_static(request: web.Request) -> web.StreamResponse:
    """``GET /static/…``: a file of ``web/``."""
    return _file(request, request.match_info["path"])


async def get_favicon(request: web.Request) -> web.StreamResponse:
    """``GET /favicon.ico``: what browsers ask for by themselves."""
    return _file(request, "icon.svg")


async def get_info(request: web.Request) -> web.Response:
    """``GET /rooms/{room}/info``."""
    room = room_of(request)
    config = room.config
    return web.json_response(
        {
            "room": room.name,
            "title": config.title.model_dump(),
            "host": config.host.model_dump(),
            "language": config.language,
            "ice_servers": [server.model_dump() for server in config.ice_servers],
            "limits": config.limits.model_dump(include={"comment_chars", "viewer_chars", "speech_seconds"}),
            "state": room.state.value,
            "video": {"width": config.video.width, "height": config.video.height},
        }
    )


def _file(request: web.Request, name: str) -> web.StreamResponse:
    folder = request.app[WEB]
    missing = Problem(404, "not-found", "There is no such file.")
    try:
        path = (folder / name).resolve()
        inside = path.is_relative_to(folder.resolve()) and path.is_file()
    except (OSError, ValueError):  # names too long, or with a null character
        raise missing from None
    kind = _KINDS.get(path.suffix)
    if not inside or kind is None or any(part.startswith(".") for part in Path(name).parts):
        raise missing
    return web.FileResponse(path, headers={"Content-Type": kind, "Cache-Control": "no-cache"})
