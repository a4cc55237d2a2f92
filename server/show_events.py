"""What the layers below report, in the words of the event stream."""

from dataclasses import asdict
from typing import Any, Final, NamedTuple

from render.contract import (
    CaptionShown,
    LineEnded,
    LineStarted,
    LiveChanged,
    ProductShown,
    QueueDrained,
    RenderFault,
    ShowEvent,
)
from rtc.contract import RtcEvent

VIEWER_EVENTS: Final = frozenset(
    {
        "room.state",
        "room.held",
        "live.changed",
        "comment.received",
        "comment.chosen",
        "comment.decided",
        "comment.pinned",
        "comment.unpinned",
        "line.started",
        "caption",
        "line.ended",
        "product.shown",
        "promotion.announced",
        "promotion.open",
        "promotion.closed",
        "promotion.drawn",
        "promotion.awarded",
        "promotion.cancelled",
        "ticket.closed",
    }
)
"""All that viewers may ever see, whatever an event says of itself: what is not named here is for hosts."""

HOSTS_OWN: Final = frozenset({"by", "revision"})
"""Members that are left out of what viewers see: who of the hosts did it is told by `desk.action`."""


class Told(NamedTuple):
    """An event without its number and time."""

    type: str
    data: dict[str, Any]
    public: bool = True


def tell_show_event(event: ShowEvent) -> Told | None:
    """Describe what was heard or shown; None for what only the dialogue needs to know."""
    match event:
        case LineStarted(line=line):
            data: dict[str, Any] = {
                "line": line.id,
                "kind": line.kind.value,
                "text": line.text,
                "language": line.language,
                "emotion": line.emotion.value,
                "comments": list(line.comments),
                "facts": list(line.facts),
                "product": line.product.sku if line.product else None,
            }
            return Told("line.started", data)
        case CaptionShown(line=line, first=first, last=last):
            return Told("caption", {"line": line.id, "text": line.caption or line.text, "first": first, "last": last})
        case LineEnded(line=line, heard=heard, interrupted=interrupted):
            data = {
                "line": line.id,
                "kind": line.kind.value,
                "comments": list(line.comments),
                "heard": heard,
                "interrupted": interrupted,
            }
            return Told("line.ended", data)
        case ProductShown(card=card):
            shown = asdict(card) if card else None
            if shown is not None:
                del shown["picture"], shown["clip"]  # paths on the server's disk
            return Told("product.shown", {"product": shown})
        case QueueDrained():
            return None
        case LiveChanged(mode=mode):
            return Told("live.changed", {"mode": mode.value})
        case RenderFault(code=code, message=message):
            return Told("fault", {"code": code, "message": message}, public=False)


def tell_rtc_event(event: RtcEvent) -> Told | None:
    """Describe what happened on the way to the viewers; None for what only the server's log holds."""
    if event.type in ("viewer.joined", "viewer.left"):
        return Told(event.type, {"viewer": event.viewer or ""}, public=False)
    if event.type == "person.lost":
        message = f"the connection of the person who goes live is lost ({event.detail}): the AI host goes on"
        return Told("fault", {"code": "live-lost", "message": message}, public=False)
    if event.type == "fault":
        return Told("fault", {"code": "rtc", "message": event.detail}, public=False)
    return None
