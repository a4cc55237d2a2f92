"""TikTok's live events as TikTok-Live-Connector and its relatives give them."""

from collections.abc import Iterator

from server.replay.sources.contract import ChatType
from server.replay.sources.message import LeftOut, Malformed, Message, Notes
from server.replay.sources.record import Record

_TYPES = {
    "chat": ChatType.CHAT, "comment": ChatType.CHAT, "questionnew": ChatType.CHAT, "emote": ChatType.CHAT,
    "member": ChatType.ENTER, "join": ChatType.ENTER, "gift": ChatType.GIFT, "like": ChatType.LIKE,
    "social": ChatType.FOLLOW, "follow": ChatType.FOLLOW, "subscribe": ChatType.PAID,
}  # fmt: skip
_TIMES = ("createTime", "create_time", "timestamp", "eventTime", "time", "ts", "receivedAt", "received_at")
_STREAK_GIFT = 1
"""``giftType`` of a gift that is sent in a streak: an event for each, and one with ``repeatEnd`` for the sum."""


class TikTokShape:
    """The event's fields flat, or under ``data`` with the event's name beside it; the user flat or under ``user``."""

    name = "tiktok"

    def knows(self, record: Record) -> bool:
        body = _body(record)
        return "uniqueId" in body or "uniqueId" in body.child("user") or "unique_id" in body.child("user")

    def read(self, record: Record, notes: Notes) -> Iterator[Message]:
        body = _body(record)
        user = body.child("user") if body.child("user").fields else body
        kind = _kind(record, body)
        if kind is None:
            raise LeftOut(f"{record.text('event', 'type') or 'event'} (not a message)")
        handle = user.text("uniqueId", "unique_id")
        user_id = user.text("userId", "user_id", "id") or handle
        if not user_id:
            raise Malformed("an event without a user")
        ts = record.moment(*_TIMES)
        if ts is None:
            ts = body.moment(*_TIMES)
        if ts is None:
            ts = body.child("common").moment(*_TIMES)
        text, amount, currency = "", None, None
        if kind is ChatType.CHAT:
            text = body.text("comment", "questionText", "content") or body.child("details").text("content")
        elif kind is ChatType.GIFT:
            gift = body.child("gift")
            is_streak = (body.number("giftType", "gift_type") or gift.number("gift_type")) == _STREAK_GIFT
            if is_streak and not body.flag("repeatEnd", "repeat_end") and not gift.flag("repeat_end"):
                raise LeftOut("gift within a streak (its end gives the sum)")
            count = body.number("repeatCount", "repeat_count") or gift.number("repeat_count") or 1
            text = f"{body.text('giftName') or gift.text('name') or body.text('giftId')} × {count:.0f}"
            coins = body.number("diamondCount", "diamond_count")
            amount = None if coins is None else coins * count
            currency = None if coins is None else "coins"
        raw_id = body.text("msgId", "msg_id") or body.child("common").text("msgId", "msg_id")
        badges = tuple(name for badge in user.children("userBadges", "badges") if (name := badge.text("name")))
        yield Message(
            "tiktok", kind, user_id, user.text("nickname") or handle or user_id, text, None, ts, amount, currency, _roles(body, user),
            badges, raw_id or None, record.line,
        )  # fmt: skip


def _body(record: Record) -> Record:
    return record.child("data") if isinstance(record.get("data"), dict) else record


def _kind(record: Record, body: Record) -> ChatType | None:
    named = (
        record.text("event", "type", "eventType")
        .lower()
        .removeprefix("webcast")
        .removesuffix("message")
        .removesuffix("event")
    )
    if named in _TYPES:
        return _TYPES[named]
    if "comment" in body or "questionText" in body:
        return ChatType.CHAT
    if "giftId" in body or "giftName" in body or "gift" in body:
        return ChatType.GIFT
    if "likeCount" in body:
        return ChatType.LIKE
    shown = body.text("displayType")
    if "follow" in shown or "share" in shown:
        return ChatType.FOLLOW if "follow" in shown else ChatType.SYSTEM
    return ChatType.ENTER if "member" in shown or "actionId" in body else None


def _roles(body: Record, user: Record) -> tuple[str, ...]:
    roles = []
    if body.flag("isModerator") or user.flag("isModerator", "is_moderator"):
        roles.append("moderator")
    if body.flag("isSubscriber") or user.flag("isSubscriber", "is_subscriber"):
        roles.append("member")
    return tuple(roles)
