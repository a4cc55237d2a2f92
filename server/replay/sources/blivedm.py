"""Bilibili's live messages as they come over its websocket (blivedm and its relatives): one command a line."""

from collections.abc import Iterator
from typing import Any

from server.replay.sources.contract import ChatType
from server.replay.sources.message import LeftOut, Malformed, Message, Notes
from server.replay.sources.record import Record, as_number, as_text, as_unix

_GOLD_PER_YUAN = 1000
_INTERACTIONS = {1: ChatType.ENTER, 2: ChatType.FOLLOW, 3: ChatType.SYSTEM, 4: ChatType.FOLLOW, 5: ChatType.FOLLOW}
"""``msg_type`` of INTERACT_WORD: enters, follows, shares, follows specially, follows back."""
_SUPER_CHATS = ("SUPER_CHAT_MESSAGE", "SUPER_CHAT_MESSAGE_JPN", "SUPER_CHAT_MESSAGE_JP")


class BlivedmShape:
    """``cmd``, which may carry a suffix (``DANMU_MSG:4:0:2:2:2:0``), with ``info`` or ``data``."""

    name = "bilibili-live"

    def knows(self, record: Record) -> bool:
        return isinstance(record.get("cmd"), str) and ("info" in record or "data" in record or len(record.fields) <= 3)

    def read(self, record: Record, notes: Notes) -> Iterator[Message]:
        command = record.text("cmd").partition(":")[0]
        data = record.child("data")
        if command == "DANMU_MSG":
            yield _danmaku(record)
        elif command in _SUPER_CHATS:
            user = data.child("user_info").text("uname")
            yield Message(
                "bilibili", ChatType.PAID, _someone(data.text("uid"), user), user or data.text("uid"), data.text("message"), None,
                data.moment("ts", "start_time"), data.number("price"), "CNY", raw_id=_id("sc", data.text("id")), line=record.line,
            )  # fmt: skip
        elif command == "SEND_GIFT":
            gold = data.number("total_coin") if data.text("coin_type") == "gold" else None
            user = data.text("uname")
            yield Message(
                "bilibili", ChatType.GIFT, _someone(data.text("uid"), user), user, f"{data.text('giftName')} × {data.text('num') or '1'}",
                None, data.moment("timestamp"), None if gold is None else gold / _GOLD_PER_YUAN, None if gold is None else "CNY",
                raw_id=_id("gift", data.text("tid")), line=record.line,
            )  # fmt: skip
        elif command in ("GUARD_BUY", "USER_TOAST_MSG"):
            if command == "USER_TOAST_MSG":
                raise LeftOut("USER_TOAST_MSG (GUARD_BUY says the same)")
            price, user = data.number("price"), data.text("username")
            yield Message(
                "bilibili", ChatType.PAID, _someone(data.text("uid"), user), user, data.text("gift_name"), None,
                data.moment("start_time"), None if price is None else price / _GOLD_PER_YUAN, None if price is None else "CNY",
                line=record.line,
            )  # fmt: skip
        elif command == "INTERACT_WORD":
            user = data.text("uname")
            kind = _INTERACTIONS.get(int(data.number("msg_type") or 1), ChatType.ENTER)
            yield Message(
                "bilibili",
                kind,
                _someone(data.text("uid"), user),
                user,
                "",
                None,
                data.moment("timestamp"),
                line=record.line,
            )
        elif command == "LIKE_INFO_V3_CLICK":
            user = data.text("uname")
            yield Message("bilibili", ChatType.LIKE, _someone(data.text("uid"), user), user, "", line=record.line)
        else:
            raise LeftOut(f"{command} (not a message)")


def _danmaku(record: Record) -> Message:
    info = record.get("info")
    head, text, user = _at(info, 0), as_text(_at(info, 1)), _at(info, 2)
    uid, name = as_text(_at(user, 0)), as_text(_at(user, 1))
    if not text and not uid and not name:
        raise Malformed("DANMU_MSG without text and user")
    medal = _at(info, 3)
    guard = as_number(_at(info, 7)) or 0
    roles = [role for role, is_so in (("moderator", as_number(_at(user, 2)) == 1), ("member", guard > 0)) if is_so]
    badge = as_text(_at(medal, 1))
    # the sender of a message is told apart by user, moment and a random number of the client
    key = (uid, as_text(_at(head, 4)), as_text(_at(head, 5)))
    uid = "" if uid == "0" else uid
    return Message(
        "bilibili", ChatType.CHAT, _someone(uid, name), name or uid, text, None, as_unix(_at(head, 4)), roles=tuple(roles),
        badges=(badge,) if badge else (), raw_id="dm:" + ":".join(key) if all(key) else None, line=record.line,
    )  # fmt: skip


def _at(value: Any, index: int) -> Any:
    """An item of an array that may be missing."""
    return value[index] if isinstance(value, list) and len(value) > index else None


def _someone(uid: str, name: str) -> str:
    known = uid if uid not in ("", "0") else name
    if not known:
        raise Malformed("a message without a user")
    return known


def _id(kind: str, value: str) -> str | None:
    return f"{kind}:{value}" if value else None
