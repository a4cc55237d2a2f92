"""A small show as the log holds it, with something of everything."""

import json
from typing import Any

from server.event import Event
from server.reports.show_log import Ending, ShowEntry

ENTRY = ShowEntry("demo-1", "demo", "2026-01-01T20:00:00.000Z", "0.1", Ending.CLOSED, "2026-01-01T20:02:00.000Z", 120.0)


def line(at: float, ident: str, text: str, *, seconds: float = 2.0, heard: str | None = None, **more: Any) -> list[Any]:
    """A Line with the captions of its words, evenly spread."""
    began: dict[str, Any] = {"line": ident, "kind": "pitch", "text": text, "language": "en", "emotion": "warm"}
    began.update(comments=[], facts=[], product=None)
    began.update(more)
    told = text if heard is None else heard
    events: list[Any] = [(at, "line.started", began)]
    place, spoken = 0, told.split()
    for index, word in enumerate(spoken):
        first = text.index(word, place)
        place = first + len(word)
        data = {"line": ident, "text": text, "first": first, "last": place}
        events.append((at + seconds * index / max(1, len(spoken)), "caption", data))
    ended = {
        "line": ident,
        "kind": began["kind"],
        "comments": began["comments"],
        "heard": told,
        "interrupted": told != text,
    }
    return [*events, (at + seconds, "line.ended", ended)]


def comment(at: float, ident: str, viewer: str, text: str, language: str = "en") -> tuple[float, str, dict[str, Any]]:
    data = {"comment": ident, "viewer": viewer, "text": text, "language": language, "spoken": False}
    return at, "comment.received", data


def decided(at: float, ident: str, fate: str, **more: str) -> tuple[float, str, dict[str, Any]]:
    return at, "comment.decided", {"comment": ident, "fate": fate, "reason": "", **more}


RIBEYE = {"sku": "RB-10", "name": "Ribeye steak", "name_zh": "眼肉牛排", "price": "¥199.00"}
EGGS = {"sku": "EG-30", "name": "Eggs", "name_zh": "鸡蛋", "price": "¥45.00"}

STORY: list[Any] = [
    (0.0, "room.state", {"state": "starting", "viewers": 0}),
    (5.0, "room.state", {"state": "live", "viewers": 0}),
    (6.0, "room.state", {"state": "live", "viewers": 2}),
    (10.0, "product.shown", {"product": RIBEYE}),
    *line(10.0, "l1", "Ten steaks in one box.", product="RB-10"),
    comment(20.0, "c1", "Lin", "how much is the ribeye?"),
    (20.0, "understood", {"comment": "c1", "intent": "price"}),
    comment(20.5, "c2", "Wei", "ribeye price??"),
    (20.5, "understood", {"comment": "c2", "intent": "price"}),
    decided(20.6, "c2", "merged", into="c1"),
    (20.7, "comment.chosen", {"comment": "c1"}),
    *line(21.0, "l2", "Lin asks: how much is the ribeye?", kind="readback", comments=["c1"]),
    *line(
        23.0, "l3", "It's 199 yuan.", kind="answer", comments=["c1"], product="RB-10", facts=["catalogue/RB-10.price"]
    ),
    decided(25.0, "c1", "spoken"),
    (25.0, "latency", {"comment": "c1", "stages": {"first_slice": 1.0}}),
    comment(26.0, "c3", "Ann", "is it halal?"),
    (26.0, "question.open", {"ticket": "t1", "comment": "c3", "viewer": "Ann", "text": "is it halal?"}),
    decided(28.0, "c3", "written", text="I'll ask the team."),
    comment(29.0, "c4", "Spam", '=HYPERLINK("http://x")'),
    decided(29.0, "c4", "declined", reason="Advertising."),
    (30.0, "product.clicked", {"viewer": "Lin", "sku": "RB-10", "action": "open"}),
    (31.0, "product.clicked", {"viewer": "Lin", "sku": "RB-10", "action": "cart"}),
    (40.0, "product.shown", {"product": EGGS}),
    *line(40.0, "l4", "Now the eggs, thirty of them, all fresh.", heard="Now the eggs,", product="EG-30"),
    (
        45.0,
        "reply.refused",
        {"comment": "c1", "text": "It's 99 yuan", "rule": "price", "detail": "99", "replaced_by": "x"},
    ),
    (50.0, "product.shown", {"product": RIBEYE}),
    (51.0, "fault", {"code": "llm-slow", "message": "too slow"}),
    (52.0, "fault", {"code": "llm-slow", "message": "too slow"}),
    (53.0, "alarm", {"code": "no-sound", "state": "raised", "severity": "urgent", "message": "silent"}),
    (55.0, "alarm", {"code": "no-sound", "state": "cleared", "severity": "urgent", "message": "silent"}),
    (60.0, "promotion.announced", {"promotion": "draw", "kind": "draw", "title": "Friday draw"}),
    (70.0, "promotion.drawn", {"promotion": "draw", "winners": [{"viewer": "Lin", "prize": "pan"}], "entries": 3}),
    (70.0, "promotion.record", {"promotion": "draw", "by": "Ann", "seed": "s"}),
    (
        80.0,
        "desk.action",
        {"by": "Ann", "action": "say", "target": "l9", "before": None, "after": {"text": "Hi"}, "revision": 1},
    ),
    comment(110.0, "c5", "Late", "hello?"),
    (120.0, "room.state", {"state": "closing", "viewers": 1}),
]


def events(story: list[Any] | None = None) -> list[Event]:
    """The story as the log gives it."""
    told = sorted(STORY if story is None else story, key=lambda each: each[0])
    return [
        Event(i, "demo-1", at, "2026-01-01T20:00:00Z", kind, True, json.dumps(data))
        for i, (at, kind, data) in enumerate(told, 1)
    ]
