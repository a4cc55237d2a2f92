"""``POST /rooms/{room}/clicks``: a viewer has opened a product or put it into the cart."""

from typing import Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from dialogue.language import tidy
from server.body import parse_json, read_body, require_kind
from server.problem import Problem
from server.room import RoomState
from server.rooms import gate_of, not_ready, room_of
from server.show_events import Told

_MOST_BYTES = 2 * 1024
_MOST_SKU_CHARS = 60


class ClickBody(BaseModel):
    """What a viewer's page sends."""

    model_config = ConfigDict(extra="forbid", strict=True)

    viewer: str
    sku: str
    action: Literal["open", "cart"]


async def post_click(request: web.Request) -> web.Response:
    """Count it: by address and viewer before anything else, then as the event `product.clicked`, which only hosts see."""
    room = room_of(request)
    require_kind(request, ("application/json",))
    gate = gate_of(request)
    gate.click(request)
    body = parse_json(await read_body(request, _MOST_BYTES), ClickBody)
    viewer, sku = tidy(body.viewer), tidy(body.sku)
    most = room.config.limits.viewer_chars
    if not viewer or len(viewer) > most:
        raise Problem(422, "invalid-field", f"The field viewer must be a name of 1 to {most} characters.")
    if room.conversation is None or room.state is not RoomState.LIVE:
        raise not_ready(room)
    if len(sku) > _MOST_SKU_CHARS or not room.conversation.sells(sku):
        raise Problem(
            422, "no-such-product", "There is no product of that sku in this room; send the one of product.shown."
        )
    gate.click_of(viewer)
    room.tell(Told("product.clicked", {"viewer": viewer, "sku": sku, "action": body.action}, public=False))
    return web.json_response({"sku": sku, "action": body.action}, status=202)
