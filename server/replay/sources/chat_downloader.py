"""Chats as chat-downloader saves them, of YouTube, Twitch and others: an array, or one object a line."""

from collections.abc import Iterator

from server.replay.sources.contract import ChatType
from server.replay.sources.message import LeftOut, Malformed, Message, Notes
from server.replay.sources.money import AMBIGUOUS, read_money
from server.replay.sources.record import Record

_TYPES = {
    "text_message": ChatType.CHAT, "paid_message": ChatType.PAID, "paid_sticker": ChatType.PAID,
    "membership_item": ChatType.PAID, "sponsorships_gift_purchase_announcement": ChatType.PAID,
    "sponsorships_gift_redemption_announcement": ChatType.SYSTEM, "viewer_engagement_message": ChatType.SYSTEM,
    "donation_announcement": ChatType.SYSTEM, "mode_change_message": ChatType.SYSTEM,
    "subscription": ChatType.PAID, "resubscription": ChatType.PAID, "subscription_gift": ChatType.PAID,
    "mystery_subscription_gift": ChatType.PAID, "raid": ChatType.SYSTEM, "announcement": ChatType.SYSTEM,
    "notice": ChatType.SYSTEM, "highlighted_message": ChatType.CHAT,
    "send_message_in_subscriber_only_mode": ChatType.CHAT,
}  # fmt: skip
_ROLES = ("moderator", "owner", "verified", "vip")


class ChatDownloaderShape:
    """``message``, ``message_type`` and ``author`` with ``time_in_seconds`` or ``timestamp`` in microseconds."""

    name = "chat-downloader"

    def knows(self, record: Record) -> bool:
        return ("message_type" in record or "action_type" in record) and (
            "author" in record or "timestamp" in record or "time_in_seconds" in record
        )

    def read(self, record: Record, notes: Notes) -> Iterator[Message]:
        kind = record.text("message_type")
        if kind == "placeholder_item" or record.text("action_type") not in ("", "add_chat_item", "text_message"):
            raise LeftOut(f"{record.text('action_type') or kind} (not a message)")
        type = _TYPES.get(kind, ChatType.SYSTEM if kind else ChatType.CHAT)
        if kind and kind not in _TYPES:
            notes.say(f"Messages of the type {kind} were taken as the platform's own.")
        author = record.child("author")
        user, user_id = author.text("display_name", "name"), author.text("id", "name")
        if not user_id and type is ChatType.CHAT:
            raise Malformed("a message without an author")
        money = record.child("money")
        amount, currency = money.number("amount"), money.text("currency") or None
        if money.fields and (amount is None or currency is None):
            amount, currency, sign = read_money(money.text("text"))
            if sign:
                notes.say(f"The sign {sign} was taken for {AMBIGUOUS[sign]}.")
        yield Message(
            _platform(record, author), type, user_id, user or user_id, _with_emoji(record), record.number("time_in_seconds"),
            record.moment("timestamp"), amount, currency, *_roles(author), record.text("message_id") or None, record.line,
        )  # fmt: skip


def _platform(record: Record, author: Record) -> str:
    """Twitch's authors are subscribers or not and have a colour; YouTube's are channels."""
    if any(name in author for name in ("is_subscriber", "is_turbo", "colour")) or "channel_id" in record:
        return "twitch"
    return "youtube" if author.text("id").startswith("UC") or "time_text" in record else "unknown"


def _with_emoji(record: Record) -> str:
    """The text, with the shortcuts of standard emoji replaced by the emoji; custom ones stay shortcuts."""
    text = record.text("message")
    for emote in record.children("emotes"):
        name, character = emote.text("name"), emote.text("id")
        if (
            name
            and character
            and not character.isascii()
            and len(character) <= 16
            and not emote.flag("is_custom_emoji")
        ):
            text = text.replace(name, character)
    return text


def _roles(author: Record) -> tuple[tuple[str, ...], tuple[str, ...]]:
    titles = tuple(title for badge in author.children("badges") if (title := badge.text("title")))
    roles: list[str] = [role for role in _ROLES if author.flag(f"is_{role}")]
    if author.flag("is_subscriber"):
        roles.append("member")
    for title in titles:
        word = title.lower()
        found = next(
            (role for role in _ROLES if role in word), "member" if "member" in word or "subscri" in word else ""
        )
        if found and found not in roles:
            roles.append(found)
    return tuple(roles), titles
