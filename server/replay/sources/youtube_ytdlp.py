"""YouTube's live chat as yt-dlp saves it (``*.live_chat.json``): one replay action a line."""

from collections.abc import Iterator

from server.replay.sources.contract import ChatType
from server.replay.sources.message import LeftOut, Malformed, Message, Notes
from server.replay.sources.money import AMBIGUOUS, read_money
from server.replay.sources.record import Record, valid

_PAID = ("liveChatPaidMessageRenderer", "liveChatPaidStickerRenderer")
_MEMBERSHIP = ("liveChatMembershipItemRenderer", "liveChatSponsorshipsGiftPurchaseAnnouncementRenderer")
_ICONS = {"OWNER": "owner", "MODERATOR": "moderator", "VERIFIED": "verified"}


class YtDlpShape:
    """``replayChatItemAction`` (and the bare ``addChatItemAction`` of a chat that is being recorded)."""

    name = "youtube-ytdlp"

    def knows(self, record: Record) -> bool:
        return "replayChatItemAction" in record or "addChatItemAction" in record

    def read(self, record: Record, notes: Notes) -> Iterator[Message]:
        replay = record.child("replayChatItemAction")
        offset_ms = replay.number("videoOffsetTimeMsec")
        if offset_ms is None:
            offset_ms = record.number("videoOffsetTimeMsec")
        actions = replay.children("actions") or [record]
        kinds = [kind for action in actions for kind in action.fields if kind.endswith("Action")]
        added = [action.child("addChatItemAction").child("item") for action in actions if "addChatItemAction" in action]
        if not added:
            raise LeftOut(f"{kinds[0] if kinds else 'empty action'} (not a message)")
        for item in added:
            yield _message(item, None if offset_ms is None else offset_ms / 1000, notes)


def _message(item: Record, offset: float | None, notes: Notes) -> Message:
    kind = next(iter(item.fields), "")
    body = item.child(kind)
    if kind == "liveChatPlaceholderItemRenderer" or not kind:
        raise LeftOut("placeholder")
    user, user_id = _plain(body.child("authorName")), body.text("authorExternalChannelId")
    text = _plain(body.child("message"))
    amount, currency = None, None
    if kind == "liveChatTextMessageRenderer":
        type = ChatType.CHAT
        if not user and not user_id:
            raise Malformed("a message without an author")
    elif kind in _PAID:
        type = ChatType.PAID
        amount, currency, sign = read_money(_plain(body.child("purchaseAmountText")))
        if sign:
            notes.say(f"The sign {sign} was taken for {AMBIGUOUS[sign]}.")
        if kind == "liveChatPaidStickerRenderer":
            text = body.child("sticker").child("accessibility").child("accessibilityData").text("label")
    elif kind in _MEMBERSHIP:
        type = ChatType.PAID
        header = body.child("header").child("liveChatSponsorshipsHeaderRenderer")
        user = user or _plain(header.child("authorName"))
    elif kind == "liveChatViewerEngagementMessageRenderer":
        type, user = ChatType.SYSTEM, user or "YouTube"
    else:
        raise LeftOut(f"{kind} (not a message)")
    roles, badges = _roles(body)
    ts_us = body.number("timestampUsec")
    return Message(
        "youtube", type, user_id or user, user or user_id, text, offset, None if ts_us is None else ts_us / 1e6,
        amount, currency, roles, badges, body.text("id") or None, item.line,
    )  # fmt: skip


def _plain(text: Record) -> str:
    """A text of YouTube's: ``simpleText``, or runs of words and emoji (custom ones by their shortcut)."""
    if "simpleText" in text:
        return text.text("simpleText")
    parts: list[str] = []
    for run in text.children("runs"):
        emoji = run.child("emoji")
        if not emoji.fields:
            parts.append(run.text("text"))
            continue
        shortcuts = emoji.get("shortcuts")
        shortcut = valid(shortcuts[0]) if isinstance(shortcuts, list) and shortcuts and isinstance(shortcuts[0], str) else ""  # fmt: skip
        character = emoji.text("emojiId")
        parts.append(character if character and _is_emoji(character) and not emoji.flag("isCustomEmoji") else shortcut)
    return "".join(parts)


def _is_emoji(text: str) -> bool:
    """Whether an emoji's id is the character itself; custom ones have an id of the channel's."""
    return len(text) <= 16 and not text.isascii()


def _roles(body: Record) -> tuple[tuple[str, ...], tuple[str, ...]]:
    roles: list[str] = []
    badges: list[str] = []
    for entry in body.children("authorBadges"):
        badge = entry.child("liveChatAuthorBadgeRenderer")
        icon = badge.child("icon").text("iconType")
        title = badge.text("tooltip")
        if icon in _ICONS:
            roles.append(_ICONS[icon])
        elif "customThumbnail" in badge:
            roles.append("member")
        if title:
            badges.append(title)
    return tuple(roles), tuple(badges)
