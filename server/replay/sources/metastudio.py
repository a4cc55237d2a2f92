"""Live events as they are reported to Huawei's MetaStudio (`LiveEventReport`)."""

from collections.abc import Iterator

from server.replay.sources.contract import ChatType
from server.replay.sources.message import LeftOut, Malformed, Message, Notes
from server.replay.sources.record import Record, parse_object

_TYPES = {1: ChatType.CHAT, 2: ChatType.ENTER, 3: ChatType.LIKE, 4: ChatType.GIFT, 5: ChatType.FOLLOW}
"""Kinds of events in the interface's description: danmaku, entrance, like, gift, follow; 6 is the number of viewers."""
_KINDS = ("type", "event_type")
_NAMES = ("name", "nickname", "nick_name", "user_name", "username")


class MetaStudioShape:
    """``timestamp`` in ms, a ``type`` from 1 to 6, and ``content`` that is JSON in a string; or a report with ``events``."""

    name = "metastudio"

    def knows(self, record: Record) -> bool:
        if any(self.knows(item) for item in record.children("events")[:3]):
            return True
        kind = record.get(*_KINDS)
        return isinstance(kind, int) and "timestamp" in record and "content" in record

    def read(self, record: Record, notes: Notes) -> Iterator[Message]:
        if "events" in record:
            for item in record.children("events"):
                yield from self.read(item, notes)
            return
        kind = record.get(*_KINDS)
        if kind not in _TYPES:
            raise LeftOut(f"event of type {str(kind)[:20]} (not a message)")
        content = record.child("content")
        if not content.fields:
            written = record.text("content")
            content = Record(parse_object(written) or {"content": written}, record.line)
        user = content.child("user")
        name = user.text(*_NAMES) or content.text(*_NAMES)
        user_id = user.text("user_id", "id", "userId") or content.text("user_id", "userId") or name
        if not user_id and _TYPES[kind] is ChatType.CHAT:
            if not content.fields.get("content"):
                raise Malformed("a comment without text and user")
            notes.say("Comments whose user has no name were taken as of one viewer, “anonymous”.")
            name = user_id = "anonymous"
        gift = content.child("gift")
        text = content.text("content", "text") if _TYPES[kind] is ChatType.CHAT else gift.text("name")
        badge = user.child("badge").text("name") or user.text("badge")
        yield Message(
            "metastudio", _TYPES[kind], user_id, name or user_id, text, None, record.moment("timestamp"),
            badges=(badge,) if badge else (), raw_id=content.text("msg_id", "id") or None, line=record.line,
        )  # fmt: skip
