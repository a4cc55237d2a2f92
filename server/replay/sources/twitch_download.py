"""Twitch's recorded chat as TwitchDownloader and tcd save it: comments with an offset into the video."""

from collections.abc import Iterator

from server.replay.sources.contract import ChatType
from server.replay.sources.message import Malformed, Message, Notes
from server.replay.sources.record import Record
from server.replay.sources.twitch_badges import roles_of


class TwitchDownloadShape:
    """``commenter``, ``message{body, fragments}`` and ``content_offset_seconds``."""

    name = "twitchdownloader"

    def knows(self, record: Record) -> bool:
        return "content_offset_seconds" in record and "message" in record

    def read(self, record: Record, notes: Notes) -> Iterator[Message]:
        commenter, message = record.child("commenter"), record.child("message")
        name, user_id = commenter.text("display_name", "name"), commenter.text("_id", "name")
        if not user_id:
            raise Malformed("a comment without a commenter")
        offset = record.number("content_offset_seconds")
        if offset is None:
            raise Malformed("a comment without a time")
        text = message.text("body") or "".join(part.text("text") for part in message.children("fragments"))
        badges = tuple(badge.text("_id") for badge in message.children("user_badges") if badge.text("_id"))
        bits = message.number("bits_spent") or None
        notice = message.child("user_notice_params").text("msg-id")
        type = ChatType.PAID if bits else _notice_type(notice)
        if offset == int(offset):
            notes.say("Times are whole seconds into the video, as Twitch gives them.")
        roles = roles_of(badges)
        yield Message(
            "twitch", type, user_id, name or user_id, text, offset, record.moment("created_at"), bits, "bits" if bits else None,
            roles, badges, record.text("_id") or None, record.line,
        )  # fmt: skip


def _notice_type(notice: str) -> ChatType:
    """What a notice of Twitch's (a subscription, a raid) is."""
    if not notice or notice == "highlighted-message":
        return ChatType.CHAT
    return ChatType.PAID if "sub" in notice else ChatType.SYSTEM
