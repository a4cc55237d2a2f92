"""What hosts do to comments, viewers and Lines, over HTTP. All of it needs a host; every answer tells the desk's revision."""

from typing import Annotated, Literal, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from dialogue.floor import When
from dialogue.steering.desk import Desk
from render.contract import Emotion
from server.authority import AUTHORITY
from server.body import parse_json, read_body, require_kind
from server.room import RoomNotReady
from server.rooms import not_ready, room_of

_MOST_BYTES = 16 * 1024
_Body = TypeVar("_Body", bound=BaseModel)
_Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
_Ident = Annotated[str, StringConstraints(min_length=1, max_length=80)]
_Reason = Annotated[str, StringConstraints(max_length=200)]


class ControlBody(BaseModel):
    """What every order may carry."""

    model_config = ConfigDict(extra="forbid")

    seen: int | None = Field(None, ge=0)
    """Revision of the desk at which the person looked."""


class SayBody(ControlBody):
    """``POST …/control/say``."""

    text: _Text
    language: Literal["en", "zh"] | None = None
    when: When = When.SENTENCE
    emotion: Emotion | None = None
    energy: float | None = Field(None, ge=0, le=1)
    product: _Ident | None = None
    as_is: bool = False


class LineBody(ControlBody):
    """``POST …/control/lines/{line}``."""

    action: Literal["rewrite", "drop"]
    text: _Text | None = None
    as_is: bool = False

    @model_validator(mode="after")
    def _words(self) -> "LineBody":
        if (self.action == "rewrite") != (self.text is not None):
            raise ValueError("rewrite needs text, and drop takes none")
        return self


class CommentBody(ControlBody):
    """``POST …/control/comments/{comment}``."""

    action: Literal["answer", "approve", "hold", "skip", "merge", "write", "pin", "unpin", "plan"]
    into: _Ident | None = None
    text: _Text | None = None
    as_is: bool = False
    reason: _Reason = ""

    @model_validator(mode="after")
    def _fits(self) -> "CommentBody":
        if (self.action == "merge") != (self.into is not None):
            raise ValueError("merge needs into, and no other action takes it")
        if self.text is not None and self.action not in ("answer", "approve", "write"):
            raise ValueError(f"{self.action} takes no text")
        return self


class ViewerBody(ControlBody):
    """``POST …/control/viewers``."""

    viewer: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    action: Literal["block", "unblock"]
    reason: _Reason = ""


async def post_say(request: web.Request) -> web.Response:
    """``POST …/control/say``: the host says this."""
    desk, by = await the_desk(request)
    body = await read_order(request, SayBody)
    line, revision = desk.lines.say(
        by,
        body.text,
        when=body.when,
        language=body.language,
        emotion=body.emotion,
        energy=body.energy,
        product=body.product,
        as_is=body.as_is,
    )
    return web.json_response({"revision": revision, "line": line}, status=202)


async def post_line(request: web.Request) -> web.Response:
    """``POST …/control/lines/{line}``: word a Line anew that has not begun, or drop it."""
    desk, by = await the_desk(request)
    body = await read_order(request, LineBody)
    line = request.match_info["line"]
    if body.text is not None:
        revision = desk.lines.rewrite(by, line, body.text, as_is=body.as_is, seen=body.seen)
    else:
        revision = desk.lines.drop(by, line, seen=body.seen)
    return web.json_response({"revision": revision})


async def post_comment_action(request: web.Request) -> web.Response:
    """``POST …/control/comments/{comment}``."""
    desk, by = await the_desk(request)
    body = await read_order(request, CommentBody)
    comment = request.match_info["comment"]
    comments, seen = desk.comments, body.seen
    match body.action:
        case "plan":
            plan = await comments.plan(comment)
            facts = [{"name": fact.name, "value": fact.value} for fact in plan.facts]
            told = {"text": plan.text, "facts": facts, "language": plan.language}
            return web.json_response({"revision": desk.revision, **told})
        case "answer":
            revision = comments.answer(by, comment, text=body.text, as_is=body.as_is, seen=seen)
        case "approve":
            revision = comments.approve(by, comment, text=body.text, as_is=body.as_is, seen=seen)
        case "hold":
            revision = comments.hold(by, comment, seen=seen)
        case "skip":
            revision = comments.skip(by, comment, reason=body.reason, seen=seen)
        case "merge":
            assert body.into is not None  # the model insists on it
            revision = comments.merge(by, comment, body.into, seen=seen)
        case "write":
            revision = comments.write(by, comment, text=body.text, as_is=body.as_is, seen=seen)
        case "pin":
            revision = comments.pin(by, comment, seen=seen)
        case "unpin":
            revision = comments.unpin(by, comment, seen=seen)
    return web.json_response({"revision": revision})


async def post_viewer(request: web.Request) -> web.Response:
    """``POST …/control/viewers``: block a viewer for this show, or let him in again."""
    desk, by = await the_desk(request)
    body = await read_order(request, ViewerBody)
    if body.action == "block":
        revision = desk.comments.block(by, body.viewer, reason=body.reason, seen=body.seen)
    else:
        revision = desk.comments.unblock(by, body.viewer, seen=body.seen)
    return web.json_response({"revision": revision})


# ---- for these and the orders about the show ------------------------------------------------------------------


async def the_desk(request: web.Request) -> tuple[Desk, str]:
    """The desk of the room and who acts; raises `Problem`: 401, 403, 404, 429, or 503 while the room is not live."""
    authority = request.app[AUTHORITY]
    await authority.require(request)
    room = room_of(request)
    try:
        return room.desk, authority.who(request)
    except RoomNotReady:
        raise not_ready(room) from None


async def read_order(request: web.Request, model: type[_Body]) -> _Body:
    """The body of an order; raises `Problem`."""
    require_kind(request, ("application/json",))
    return parse_json(await read_body(request, _MOST_BYTES), model)
