"""Our own form of a chat: one `ChatEvent` a line as JSON, perhaps after a header of YAML between lines of ``---``."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from server.replay.sources.contract import ChatEvent, ChatType
from server.replay.sources.message import Malformed, Message, Notes
from server.replay.sources.record import Record, as_text

FENCE = "---"
_KNOWN = frozenset(kind.value for kind in ChatType)
_OPTIONAL = ("ts", "amount", "currency", "roles", "badges", "mentions", "raw_id")


class NormalShape:
    """``t``, ``platform``, ``type``, ``user_id``, ``user`` and ``text``."""

    name = "talkback-normal"

    def knows(self, record: Record) -> bool:
        return "t" in record and "text" in record and "user" in record and record.get("type") in _KNOWN

    def read(self, record: Record, notes: Notes) -> Iterator[Message]:
        offset = record.number("t")
        if offset is None:
            raise Malformed("t is not a number of seconds")
        user = record.text("user")
        user_id = record.text("user_id") or user
        if not user_id and record.get("type") == ChatType.CHAT:
            raise Malformed("a message without a user")
        yield Message(
            record.text("platform") or "unknown", ChatType(record.get("type")), user_id, user, record.text("text"), offset,
            record.moment("ts"), record.number("amount"), record.text("currency") or None, _texts(record.get("roles")),
            _texts(record.get("badges")), record.text("raw_id") or None, record.line,
        )  # fmt: skip


def has_header(path: Path) -> bool:
    """Whether a log begins with the header of a scenario."""
    try:
        with open(path, "rb") as file:
            return file.read(5).startswith((b"---\n", b"---\r\n"))
    except OSError:
        return False


def write_normal(event: ChatEvent) -> str:
    """The event as one line of JSON, without what is empty."""
    fields: dict[str, Any] = {
        "t": round(event.t, 3),
        "platform": event.platform,
        "type": event.type.value,
        "user_id": event.user_id,
        "user": event.user,
        "text": event.text,
    }
    for name in _OPTIONAL:
        value = getattr(event, name)
        if value not in (None, ()):
            fields[name] = list(value) if isinstance(value, tuple) else value
    return json.dumps(fields, ensure_ascii=False)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(as_text(item) for item in value if as_text(item)) if isinstance(value, list) else ()
