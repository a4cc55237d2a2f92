"""Errors as a client gets them: ``application/problem+json`` (RFC 9457), never a stack trace."""

import json
import logging
import math
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from aiohttp import web

from dialogue.steering.refusal import SteeringRefused

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_PLAIN: Mapping[int, tuple[str, str]] = {
    400: ("bad-request", "The request could not be understood."),
    403: ("forbidden", "This is not allowed."),
    404: ("not-found", "There is nothing here. Check the address."),
    405: ("method-not-allowed", "This address does not take that method."),
    408: ("too-slow", "The request took too long to arrive. Try again."),
    411: ("length-required", "Say how long the body is (Content-Length)."),
    413: ("too-large", "The request is too large."),
    417: ("expectation-failed", "The request's Expect header can't be met."),
    500: ("internal", "Something went wrong on the server. It has been logged; try again."),
    503: ("unavailable", "The server can't do this now. Try again shortly."),
}


class Problem(Exception):
    """An answer of 4xx or 5xx; `code` becomes the `type`, `detail` says what was wrong and what to do."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        retry_after: float | None = None,
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, str] | None = None,
    ) -> None:
        """`members` are further members of the answer (RFC 9457 §3.2)."""
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.retry_after = retry_after
        self.headers = dict(headers or {})
        self.members = dict(members or {})

    def response(self) -> web.Response:
        """Build the answer."""
        body: dict[str, object] = {
            "type": f"/problems/{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            **self.members,
        }
        headers = self.headers
        if self.retry_after is not None:
            seconds = max(1, math.ceil(self.retry_after))
            body["retry_after"] = seconds
            headers["Retry-After"] = str(seconds)
        return web.Response(
            status=self.status,
            body=json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"),
            content_type="application/problem+json",
            headers=headers,
        )


@web.middleware
async def problem_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn whatever goes wrong in a handler into problem+json."""
    try:
        return await handler(request)
    except Problem as problem:
        return problem.response()
    except SteeringRefused as refused:
        return _of_refusal(refused).response()
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _from_aiohttp(request, error).response()
    except (ConnectionResetError, TimeoutError) as error:
        log.info("%s %s: the connection was lost (%s)", request.method, request.path, type(error).__name__)
        return Problem(408, *_PLAIN[408]).response()
    except Exception:
        log.exception("%s %s failed", request.method, request.path)
        return Problem(500, *_PLAIN[500]).response()


def _of_refusal(refused: SteeringRefused) -> Problem:
    """The answer to an order that is not carried out."""
    members = {"rule": refused.rule or "", "suggestion": refused.suggestion or ""} if refused.rule is not None else {}
    return Problem(refused.status, refused.code, str(refused), members={k: v for k, v in members.items() if v})


def _from_aiohttp(request: web.Request, error: web.HTTPException) -> Problem:
    status = error.status
    code, detail = _PLAIN.get(status, ("error", HTTPStatus(status).phrase + "."))
    headers: dict[str, str] = {}
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        headers["Allow"] = allowed
        detail = f"{request.path} does not take {request.method}; it takes {allowed}."
    elif status == 404:
        detail = f"There is nothing at {request.path}. Check the address."
    return Problem(status, code, detail, headers=headers)
