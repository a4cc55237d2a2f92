"""``/host/session``: signing in with the host token, who is signed in, signing out."""

import logging

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from server.address import PROXIES, address_of
from server.authority import AUTHORITY, COOKIE
from server.body import parse_json, read_body, require_kind
from server.problem import Problem
from server.sessions import MOST_NAME_CHARS, NAMELESS, SESSION_SECONDS, host_name

log = logging.getLogger(__name__)

_MOST_BYTES = 4 * 1024


class SignInBody(BaseModel):
    """``POST /host/session``."""

    model_config = ConfigDict(extra="forbid", strict=True)

    token: str = Field(max_length=256)
    name: str = Field(NAMELESS, max_length=MOST_NAME_CHARS)


async def post_session(request: web.Request) -> web.Response:
    """Sign in: the host token and a name for a cookie that scripts can't read."""
    require_kind(request, ("application/json",))
    body = parse_json(await read_body(request, _MOST_BYTES), SignInBody)
    name = host_name(body.name)
    secret = await request.app[AUTHORITY].sign_in(request, body.token.strip(), name)
    log.info("a host has signed in", extra={"host": name, "address": address_of(request)})
    response = web.json_response({"name": name})
    _keep(request, response, secret)
    return response


async def get_session(request: web.Request) -> web.Response:
    """Who is signed in, whose cookie then lasts anew; 401 if nobody is."""
    name = request.app[AUTHORITY].signed_in(request)
    if name is None:
        raise Problem(
            401, "unauthorised", "Nobody is signed in here, or the session has ended. Sign in with the host token."
        )
    response = web.json_response({"name": name})
    _keep(request, response, request.cookies[COOKIE])
    return response


async def delete_session(request: web.Request) -> web.Response:
    """Sign out; signing out twice is no error."""
    request.app[AUTHORITY].sign_out(request)
    response = web.json_response({"name": None})
    response.del_cookie(COOKIE, path="/", httponly=True, samesite="Strict", secure=_by_https(request))
    return response


def _keep(request: web.Request, response: web.Response, secret: str) -> None:
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(SESSION_SECONDS),
        path="/",
        httponly=True,
        samesite="Strict",
        secure=_by_https(request),
    )


def _by_https(request: web.Request) -> bool:
    """Whether the browser speaks TLS, with this server or with the proxy before it."""
    if request.secure:
        return True
    forwarded = request.headers.get("X-Forwarded-Proto", "").split(",")[-1].strip().lower()
    return bool(request.app[PROXIES]) and forwarded == "https"
