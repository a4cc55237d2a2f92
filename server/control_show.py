"""What hosts do to the show as a whole, over HTTP: hold it, move it on, its manner, STOP, takeover. All of it needs a host."""

from typing import Annotated, Literal

from aiohttp import web
from pydantic import ConfigDict, Field, StringConstraints, model_validator

from dialogue.steering.reins import TakeoverMode
from render.contract import Emotion
from server.control import ControlBody, read_order, the_desk

_Ident = Annotated[str, StringConstraints(min_length=1, max_length=80)]


class ShowBody(ControlBody):
    """``POST …/control/show``."""

    action: Literal["pause", "resume", "next", "previous", "product", "unpin"]
    sku: _Ident | None = None
    segment: _Ident | None = None
    pin: bool = False

    @model_validator(mode="after")
    def _fits(self) -> "ShowBody":
        named = (self.sku is not None) + (self.segment is not None)
        if named != (1 if self.action == "product" else 0):
            raise ValueError("product needs sku or segment (one of them), and no other action takes them")
        if self.pin and self.action != "product":
            raise ValueError("only a product can be pinned")
        return self


class MannerBody(ControlBody):
    """``POST …/control/manner``."""

    emotion: Emotion | None = None
    energy: float | None = Field(None, ge=0, le=1)


class ApprovalBody(ControlBody):
    """``POST …/control/approval``."""

    required: bool


class MuteBody(ControlBody):
    """``POST …/control/mute``."""

    muted: bool


class TakeoverBody(ControlBody):
    """``POST …/control/takeover``."""

    mode: TakeoverMode
    force: bool = False


class StartBody(ControlBody):
    """``POST …/control/start``."""

    model_config = ConfigDict(extra="forbid")


async def post_show(request: web.Request) -> web.Response:
    """``POST …/control/show``: pause, resume, and where the rundown goes on."""
    desk, by = await the_desk(request)
    body = await read_order(request, ShowBody)
    show, seen = desk.show, body.seen
    match body.action:
        case "pause":
            revision = show.pause(by, seen=seen)
        case "resume":
            revision = show.resume(by, seen=seen)
        case "next":
            revision = show.to_next(by, seen=seen)
        case "previous":
            revision = show.to_previous(by, seen=seen)
        case "product":
            target = body.sku or body.segment
            assert target is not None  # the model insists on one
            revision = show.go_to(by, target, pin=body.pin, seen=seen)
        case "unpin":
            revision = show.unpin(by, seen=seen)
    return web.json_response({"revision": revision})


async def post_manner(request: web.Request) -> web.Response:
    """``POST …/control/manner``: how later Lines are said."""
    desk, by = await the_desk(request)
    body = await read_order(request, MannerBody)
    revision = desk.show.manner(by, body.emotion, body.energy, seen=body.seen)
    return web.json_response({"revision": revision})


async def post_approval(request: web.Request) -> web.Response:
    """``POST …/control/approval``: whether comments need a host's approval to be answered aloud."""
    desk, by = await the_desk(request)
    body = await read_order(request, ApprovalBody)
    revision = desk.show.approval(by, body.required, seen=body.seen)
    return web.json_response({"revision": revision})


async def post_mute(request: web.Request) -> web.Response:
    """``POST …/control/mute``."""
    desk, by = await the_desk(request)
    body = await read_order(request, MuteBody)
    revision = desk.show.mute(by, body.muted, seen=body.seen)
    return web.json_response({"revision": revision})


async def post_stop(request: web.Request) -> web.Response:
    """``POST …/control/stop``: silence and a card over everything; takes any body, or none, and is never refused to a host."""
    desk, by = await the_desk(request)
    revision = desk.show.stop(by)
    return web.json_response({"revision": revision})


async def post_start(request: web.Request) -> web.Response:
    """``POST …/control/start``: back from STOP."""
    desk, by = await the_desk(request)
    body = await read_order(request, StartBody)
    revision = desk.show.start(by, seen=body.seen)
    return web.json_response({"revision": revision})


async def post_takeover(request: web.Request) -> web.Response:
    """``POST …/control/takeover``: lead the show in the host's place, or give back."""
    desk, by = await the_desk(request)
    body = await read_order(request, TakeoverBody)
    revision = desk.show.take_over(by, body.mode, force=body.force)
    return web.json_response({"revision": revision})
