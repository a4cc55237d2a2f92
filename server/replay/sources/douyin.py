"""Douyin's live messages as the DouyinLiveWebFetcher family of tools writes them."""

from collections.abc import Iterator

from server.replay.sources.contract import ChatType
from server.replay.sources.message import LeftOut, Malformed, Message, Notes
from server.replay.sources.record import Record

_TYPES = {
    "chat": ChatType.CHAT, "comment": ChatType.CHAT, "danmaku": ChatType.CHAT, "emojichat": ChatType.CHAT,
    "member": ChatType.ENTER, "enter": ChatType.ENTER, "room_enter": ChatType.ENTER, "gift": ChatType.GIFT,
    "like": ChatType.LIKE, "room_like": ChatType.LIKE, "social": ChatType.FOLLOW, "follow": ChatType.FOLLOW,
    "room_follow": ChatType.FOLLOW, "fansclub": ChatType.FOLLOW,
}  # fmt: skip
_ARRAYS = {
    "chat_messages": ChatType.CHAT, "gifts": ChatType.GIFT, "likes": ChatType.LIKE, "members": ChatType.ENTER,
    "follows": ChatType.FOLLOW, "socials": ChatType.FOLLOW,
}  # fmt: skip
_NAMES = ("nickname", "nick_name", "nickName", "user_name", "username")
_TIMES = ("event_ts_ms", "timestamp", "event_time", "eventTime", "create_time", "createTime", "time", "event_iso")
_IDS = ("user_id", "userId", "id", "sec_uid", "short_id")


class DouyinShape:
    """``nickname`` and ``content`` with a time; or the messages by kind in arrays; or Webcast messages by method."""

    name = "douyin"

    def knows(self, record: Record) -> bool:
        if any(record.children(name) for name in ("chat_messages", "gifts")) and "live_id" in record:
            return True
        if record.path in _ARRAYS and any(name in record for name in _NAMES):
            return True
        if record.text("method").startswith("Webcast"):
            return "uniqueId" not in record and "uniqueId" not in record.child("user")
        if _kind(record) is not None and ("user" in record or any(name in record for name in _NAMES)):
            return "uniqueId" not in record and "uniqueId" not in record.child("user")
        named = any(name in record for name in ("nickname", "nick_name", "nickName"))
        return named and "content" in record and "comment" not in record

    def read(self, record: Record, notes: Notes) -> Iterator[Message]:
        nested = [(kind, item) for name, kind in _ARRAYS.items() for item in record.children(name)]
        for kind, item in nested:
            yield _message(item, kind)
        if nested:
            return
        method = record.text("method", "type", "msg_type", "event")
        found = _kind(record) or _ARRAYS.get(record.path)
        if found is None and method.startswith("Webcast"):
            raise LeftOut(f"{method} (not a message)")
        yield _message(record, found or ChatType.CHAT)


def _kind(record: Record) -> ChatType | None:
    """What the record calls itself: ``WebcastChatMessage``, ``ChatMessage`` or ``chat``."""
    method = record.text("method", "type", "msg_type", "event").removeprefix("Webcast").removesuffix("Message")
    return _TYPES.get(method.lower())


def _message(record: Record, kind: ChatType) -> Message:
    user = record.child("user")
    name, user_id = record.text(*_NAMES) or user.text(*_NAMES), record.text(*_IDS[:2]) or user.text(*_IDS)
    if not name and not user_id:
        raise Malformed("a message without a user")
    ts = record.moment(*_TIMES)
    if ts is None:
        ts = record.child("common").moment("createTime", "create_time")
    amount, currency, text = None, None, ""
    if kind is ChatType.CHAT:
        text = record.text("content", "text")
        if "content" not in record and "text" not in record:
            raise Malformed("a comment without its text")
    elif kind is ChatType.GIFT:
        gift = record.child("gift")
        count = record.text("gift_count", "count", "num", "repeat_count", "repeatCount", "comboCount") or "1"
        text = f"{record.text('gift_name', 'giftName', 'name') or gift.text('name')} × {count}"
        amount = record.number("gift_value", "diamond_total", "diamond_count")
        currency = None if amount is None else "diamonds"
    raw_id = record.text("msg_id", "msgId", "message_id") or record.child("common").text("msgId", "msg_id")
    return Message(
        "douyin", kind, user_id or name, name or user_id, text, None, ts, amount, currency, raw_id=raw_id or None, line=record.line
    )  # fmt: skip
