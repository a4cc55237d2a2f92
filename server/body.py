"""What a request carries: its size, kind and shape, checked before anything else looks at it."""

import asyncio
from collections.abc import Collection
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from server.problem import Problem

_ARRIVAL_SECONDS = 15.0

_Body = TypeVar("_Body", bound=BaseModel)


def require_kind(request: web.Request, kinds: Collection[str]) -> None:
    """Raise `Problem` (415) unless the body's media type is one of `kinds`."""
    if request.content_type not in kinds or "Content-Type" not in request.headers:
        named = " or ".join(sorted(kinds))
        raise Problem(415, "unsupported-media-type", f"Send the body as {named} (Content-Type).")


async def read_body(request: web.Request, most_bytes: int) -> bytes:
    """The body; raises `Problem`: 413 if it is larger, 408 if it takes longer than 15 s to arrive, 400 if it is empty."""
    too_large = Problem(413, "too-large", f"The body may have at most {_size(most_bytes)}.")
    if request.content_length is not None and request.content_length > most_bytes:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(_ARRIVAL_SECONDS):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > most_bytes:
                    raise too_large
    except TimeoutError:
        raise Problem(408, "too-slow", "The body took too long to arrive. Try again.") from None
    except web.RequestPayloadError:
        raise Problem(400, "bad-request", "The body broke off, or is not encoded as its headers say.") from None
    if not body:
        raise Problem(400, "empty", "The body is empty.")
    return bytes(body)


def parse_json(body: bytes, model: type[_Body]) -> _Body:
    """The body as `model`; raises `Problem`: 400 if it is not JSON, 422 with the field's name if its shape is wrong."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            reason = first.get("ctx", {}).get("error", "it can't be read")
            raise Problem(400, "not-json", f"The body is not JSON in UTF-8: {reason}.") from None
        field = ".".join(str(part) for part in first["loc"])[:80]
        known = ", ".join(model.model_fields)
        match first["type"]:
            case "missing":
                detail = f"The field {field} is missing."
            case "extra_forbidden":
                detail = f"There is no field {field}; there are {known}."
            case "string_type":
                detail = f"The field {field} must be text."
            case "model_type":
                detail = f"The body must be a JSON object with the fields {known}."
            case _:
                detail = f"The field {field}: {first['msg']}." if field else f"{first['msg']}."
        raise Problem(422, "invalid-field", detail) from None


def _size(count: int) -> str:
    return f"{count // 2**20} MiB" if count >= 2**20 else f"{count // 2**10} KiB"
