"""Bilibili's danmaku as XML: of a video (not in order of time), or of a live stream as the recorders write it."""

import re
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree

from server.replay.sources.contract import ChatType
from server.replay.sources.message import Found, LeftOut, Malformed, Message, Notes, unreadable
from server.replay.sources.record import as_number, as_text, as_unix

NAME = "bilibili-xml"
LONGEST_ELEMENT_CHARS = 64 * 1024
_START = re.compile(r"<(d|sc|gift|guard|toast)(?=[\s>/])")
_TAG = re.compile(r"<(?:d|sc|gift|guard|toast)(?:\s+[\w:.-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*\s*(/?)>")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LIVE_MARK = re.compile(r"<(BililiveRecorder|sc|gift|guard|toast)\b|<metadata\b")
_DRAWN = ("7", "8", "9")
_GUARDS = {"1": "总督", "2": "提督", "3": "舰长"}
"""The three ranks that viewers buy: governor, admiral, captain."""


def knows(sample: str) -> bool:
    """Whether a text is such a file."""
    return bool(re.search(r"<d\s+p=|<BililiveRecorder|<chatserver>", sample))


class BilibiliXml:
    """Takes the elements out of the text one by one, so that a broken one harms no other."""

    def __init__(self, pieces: Iterator[str], sample: str, notes: Notes) -> None:
        self._pieces = pieces
        self._live = bool(_LIVE_MARK.search(sample))
        self._notes = notes
        self._line = 1

    def __iter__(self) -> Iterator[Found]:
        if not self._live:
            self._notes.say("Danmaku of a video: names are not in the file; the hash of the user stands for them.")
        text, ended = "", False
        while not ended:
            piece = next(self._pieces, "")
            ended = not piece
            clean = _CONTROL.sub("", piece)
            if len(clean) < len(piece):
                self._notes.say("Control characters, which XML does not allow, were left out.")
            text += clean
            at = 0
            while True:
                start = _START.search(text, at)
                if start is None:
                    at = self._pass(text, at, max(at, len(text) - 16))  # it may cut a start in two
                    break
                at = self._pass(text, at, start.start())
                end = _end_of(text, at, start.group(1))
                if end is not None:
                    yield from self._element(text[at:end])
                    at = self._pass(text, at, end)
                elif ended or len(text) - at > LONGEST_ELEMENT_CHARS:
                    yield unreadable(self._line, "an element that does not end", text[at : at + 240])
                    at = self._pass(text, at, start.end())
                else:
                    break
            text = text[at:]

    def _pass(self, text: str, start: int, end: int) -> int:
        self._line += text.count("\n", start, end)
        return end

    def _element(self, text: str) -> Iterator[Found]:
        try:
            element = ElementTree.fromstring(text)
        except (ElementTree.ParseError, ValueError) as error:
            yield unreadable(self._line, f"broken XML ({error})", text)
            return
        try:
            words = "".join(element.itertext())
            if element.tag == "d":
                yield self._danmaku(element.attrib, words)
            else:
                yield self._paid_or_gift(element.tag, element.attrib, words)
        except LeftOut as left:
            self._notes.leave_out(str(left))
        except Malformed as error:
            yield unreadable(self._line, str(error), text)

    def _danmaku(self, attributes: Mapping[str, str], text: str) -> Message:
        fields = attributes.get("p", "").split(",")
        offset = as_number(fields[0])
        if offset is None:
            raise Malformed("a danmaku without a time")
        if len(fields) > 1 and fields[1] in _DRAWN:
            raise LeftOut("danmaku that is drawn by a script (modes 7 to 9), not words")
        fields += [""] * (8 - len(fields))
        user = as_text(attributes.get("user")) or as_text(attributes.get("uname"))
        user_id = as_text(attributes.get("uid")) or fields[6].strip("0") and fields[6] or user
        if not user and not user_id:
            if not self._live:
                raise Malformed("a danmaku without a user")
            self._notes.say("Danmaku without any user were taken as of one viewer, “anonymous”.")
            user = user_id = "anonymous"
        raw_id = fields[7] if fields[7] not in ("", "0") else None
        return Message(
            "bilibili",
            ChatType.CHAT,
            user_id,
            user or user_id,
            text,
            offset,
            as_unix(fields[4]),
            raw_id=raw_id,
            line=self._line,
        )

    def _paid_or_gift(self, tag: str, attributes: Mapping[str, str], text: str) -> Message:
        offset = as_number(attributes.get("ts"))
        if offset is None:
            raise Malformed(f"<{tag}> without a time")
        user = attributes.get("user") or attributes.get("uname") or ""
        user_id = attributes.get("uid") or user
        if not user_id:
            raise Malformed(f"<{tag}> without a user")
        amount, currency = as_number(attributes.get("price")), "CNY"
        if tag == "gift":
            count = attributes.get("giftcount") or attributes.get("num") or "1"
            text, type = f"{attributes.get('giftname', '')} × {count}".strip(), ChatType.GIFT
            if amount is not None:
                self._notes.say("Prices of gifts were left out: recorders give them in different coins.")
            amount = None
        elif tag == "sc":
            type = ChatType.PAID
        else:
            level = attributes.get("level", "")
            text, type = _GUARDS.get(level, level), ChatType.PAID
            amount = None
        return Message(
            "bilibili", type, user_id, user or user_id, text, offset, None, amount, None if amount is None else currency, line=self._line
        )  # fmt: skip


def _end_of(text: str, start: int, name: str) -> int | None:
    """Where the element that begins at `start` ends; None if it does not in what there is of the text."""
    tag = _TAG.match(text, start)
    if tag is None:
        return None
    if tag.group(1):
        return tag.end()
    closing = f"</{name}>"
    end = text.find(closing, tag.end())
    return None if end < 0 else end + len(closing)
