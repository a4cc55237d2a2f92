"""YouTube's Data API: answers of ``liveChatMessages.list``, whole or their items."""

from collections.abc import Iterator

from server.replay.sources.contract import ChatType
from server.replay.sources.message import LeftOut, Malformed, Message, Notes
from server.replay.sources.record import Record

_TYPES = {
    "textMessageEvent": ChatType.CHAT, "superChatEvent": ChatType.PAID, "superStickerEvent": ChatType.PAID,
    "newSponsorEvent": ChatType.PAID, "memberMilestoneChatEvent": ChatType.PAID, "membershipGiftingEvent": ChatType.PAID,
    "giftMembershipReceivedEvent": ChatType.SYSTEM, "giftEvent": ChatType.GIFT, "pollEvent": ChatType.SYSTEM,
}  # fmt: skip
_ROLES = (("isChatOwner", "owner"), ("isChatModerator", "moderator"), ("isChatSponsor", "member"), ("isVerified", "verified"))  # fmt: skip
_DETAILS = ("superChatDetails", "superStickerDetails")


class YouTubeApiShape:
    """``snippet`` and ``authorDetails``; times are absolute."""

    name = "youtube-api"

    def knows(self, record: Record) -> bool:
        if record.text("kind").startswith("youtube#liveChatMessage"):
            return True
        if isinstance(record.get("snippet"), dict):
            snippet = record.child("snippet")
            return "liveChatId" in snippet or "publishedAt" in snippet or "displayMessage" in snippet
        return any("snippet" in item for item in record.children("items"))

    def read(self, record: Record, notes: Notes) -> Iterator[Message]:
        if "items" in record:
            for item in record.children("items"):
                yield from self.read(item, notes)
            return
        snippet, author = record.child("snippet"), record.child("authorDetails")
        kind = snippet.text("type")
        if kind not in _TYPES:
            raise LeftOut(f"{kind or 'an event without a type'} (not a message)")
        user_id = snippet.text("authorChannelId") or author.text("channelId")
        if not user_id and not author.text("displayName"):
            raise Malformed("a message without an author")
        money = snippet.child(*_DETAILS)
        micros = money.number("amountMicros")
        text = money.text("userComment") if kind == "superChatEvent" else snippet.text("displayMessage")
        if not text:
            text = snippet.child("textMessageDetails").text("messageText")
        yield Message(
            "youtube", _TYPES[kind], user_id or author.text("displayName"), author.text("displayName") or user_id, text, None,
            snippet.moment("publishedAt"), None if micros is None else micros / 1e6, money.text("currency") or None,
            tuple(role for flag, role in _ROLES if author.flag(flag)), (), record.text("id") or None, record.line,
        )  # fmt: skip
