"""Promotions over HTTP: what could be started, what runs, and the host's hand on it. All of it needs the host token."""

from typing import Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, model_validator

from dialogue.promotions.machine import PromotionRefused, PromotionState
from dialogue.promotions.plan import PromotionPlan
from server.authority import AUTHORITY
from server.body import parse_json, read_body, require_kind
from server.problem import Problem
from server.room import Room, RoomNotReady
from server.rooms import not_ready, room_of
from server.sessions import host_name

_MOST_BYTES = 16 * 1024


class StartBody(BaseModel):
    """``POST …/promotions``: one of the room's plans by its id, or a plan of one's own."""

    model_config = ConfigDict(extra="forbid")

    id: str | None = Field(None, max_length=40)
    plan: PromotionPlan | None = None
    by: str | None = Field(None, min_length=1, max_length=40, description="who acts; without it, who is signed in")

    @model_validator(mode="after")
    def _one_of_them(self) -> "StartBody":
        if (self.id is None) == (self.plan is None):
            raise ValueError("give id, or plan, and not both")
        return self


class ActBody(BaseModel):
    """``POST …/promotions/{promotion}``."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["open", "close", "draw", "cancel"]
    by: str | None = Field(None, min_length=1, max_length=40, description="who acts; without it, who is signed in")
    reason: str = Field("", max_length=120)


async def get_promotions(request: web.Request) -> web.Response:
    """``GET /rooms/{room}/promotions``."""
    await request.app[AUTHORITY].require(request)
    return web.json_response(_state(_room(request)))


async def post_promotion(request: web.Request) -> web.Response:
    """``POST /rooms/{room}/promotions``: announce one; it opens by the clock."""
    await request.app[AUTHORITY].require(request)
    room = _room(request)
    require_kind(request, ("application/json",))
    body = parse_json(await read_body(request, _MOST_BYTES), StartBody)
    chosen = body.plan if body.plan is not None else body.id
    assert chosen is not None  # the model insists on one of them
    by = _by(request, body.by)
    try:
        room.promotions.start(chosen, by=by)
    except PromotionRefused as refused:
        raise _problem(refused) from None
    ident = chosen if isinstance(chosen, str) else chosen.id
    _note(room, by, "announce", ident, None)
    return web.json_response(_state(room), status=202)


async def post_promotion_action(request: web.Request) -> web.Response:
    """``POST /rooms/{room}/promotions/{promotion}``: open, close, draw or call off before the clock does."""
    await request.app[AUTHORITY].require(request)
    room = _room(request)
    require_kind(request, ("application/json",))
    body = parse_json(await read_body(request, _MOST_BYTES), ActBody)
    ident, by = request.match_info["promotion"], _by(request, body.by)
    before = room.promotions.machine.state(ident)
    try:
        room.promotions.act(ident, body.action, by=by, reason=body.reason)
    except PromotionRefused as refused:
        raise _problem(refused) from None
    _note(room, by, body.action, ident, before)
    return web.json_response(_state(room), status=202)


def _by(request: web.Request, named: str | None) -> str:
    return host_name(named) if named is not None else request.app[AUTHORITY].who(request)


def _note(room: Room, by: str, action: str, ident: str, before: PromotionState | None) -> None:
    """Enter it among the hosts' actions, in the log and on every desk."""
    after = room.promotions.machine.state(ident)
    room.desk.note(by, f"promotion.{action}", ident, {"state": before}, {"state": after})


def _room(request: web.Request) -> Room:
    room = room_of(request)
    try:
        _ = room.promotions
    except RoomNotReady:
        raise not_ready(room) from None
    return room


def _problem(refused: PromotionRefused) -> Problem:
    return Problem(refused.status, refused.code, str(refused))


def _state(room: Room) -> dict[str, object]:
    machine = room.promotions.machine
    due = {plan.id: until for plan, _, until in machine.running()}
    return {
        "promotions": [
            {
                **plan.model_dump(mode="json", include={"id", "kind", "title", "title_zh"}),
                "state": machine.state(plan.id),
                "until": due[plan.id] if due.get(plan.id, float("inf")) != float("inf") else None,
                "entries": machine.entries(plan.id),
            }
            for plan in machine.plans
        ]
    }
