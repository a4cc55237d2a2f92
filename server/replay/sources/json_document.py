"""A whole JSON document taken apart into the records of its arrays, in bounded memory, damage reported and passed over."""

import json
import re
from collections.abc import Iterator
from typing import Any

from server.replay.sources.contract import Unreadable
from server.replay.sources.message import unreadable
from server.replay.sources.record import Record

LONGEST_VALUE_CHARS = 1024 * 1024
ARRAYS_OF_MESSAGES = frozenset(
    [
        "comments",
        "items",
        "messages",
        "chat_messages",
        "gifts",
        "likes",
        "members",
        "follows",
        "socials",
        "events",
        "danmaku",
        "chat",
        "records",
        "list",
    ]
)
"""Members of the outermost object that hold messages; every other member is passed over."""
_WRAPPERS = frozenset(("data", "result"))
_SPACE = re.compile(r"[\s,]*")
_NEXT_OBJECT = re.compile(r"\}\s*,\s*(?=\{)")
_STRUCTURE = re.compile(r'["\\\[\]{}]')
_DEEPEST_WRAPPER = 2


class _Damaged(Exception):
    """A value that can't be decoded, even with all that follows it."""


class JsonDocument:
    """Iterates over the objects in the arrays of a document that comes in pieces; memory holds one message at a time."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces = pieces
        self._text = ""
        self._at = 0
        self._line = 1
        self._ended = False
        self._decoder = json.JSONDecoder()
        self._usual: frozenset[str] = frozenset()

    def __iter__(self) -> Iterator[Record | Unreadable]:
        while (char := self._next()) is not None:
            if char == "[":
                self._advance(1)
                yield from self._array("")
            elif char == "{":
                self._advance(1)
                yield from self._members(0)
            else:
                line, start = self._line, self._peek_text()
                self._pass_to(re.compile(r"[\[{]"))
                yield unreadable(line, "neither an object nor an array", start)

    def _array(self, name: str) -> Iterator[Record | Unreadable]:
        while (char := self._next()) != "]":
            line = self._line
            if char is None:
                yield unreadable(line, "the document breaks off in the middle of its messages", "")
                return
            try:
                value = self._value()
            except _Damaged:
                yield unreadable(line, "damaged JSON", self._peek_text())
                if not self._resume():
                    return
                continue
            if isinstance(value, dict):
                self._usual = frozenset(value)
                yield Record(value, line, name)
            else:
                yield unreadable(line, "not a message (an object is expected)", json.dumps(value)[:200])
        self._advance(1)

    def _members(self, depth: int) -> Iterator[Record | Unreadable]:
        while (char := self._next()) != "}":
            line = self._line
            try:
                name = self._value() if char == '"' else None
            except _Damaged:
                name = None
            if not isinstance(name, str) or self._next() != ":":
                yield unreadable(line, "the document breaks off or is damaged", self._peek_text())
                self._pass_to(None)
                return
            self._advance(1)
            opening = self._next()
            if opening == "[" and name in ARRAYS_OF_MESSAGES:
                self._advance(1)
                yield from self._array(name)
            elif opening == "{" and name in _WRAPPERS and depth < _DEEPEST_WRAPPER:
                self._advance(1)
                yield from self._members(depth + 1)
            elif opening is not None:
                self._pass_value()
        self._advance(1)

    # ---- the text at hand -----------------------------------------------------------------------------------

    def _next(self) -> str | None:
        """The next character that is neither space nor a comma; None at the end."""
        while True:
            match = _SPACE.match(self._text, self._at)
            self._advance((match.end() if match else self._at) - self._at)
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return None

    def _value(self) -> Any:
        """Decode the value that begins here and go past it; raises `_Damaged`."""
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except (ValueError, RecursionError) as error:
                if len(self._text) - self._at > LONGEST_VALUE_CHARS or not self._double():
                    raise _Damaged from error
                continue
            if end == len(self._text) and isinstance(value, int | float) and self._more():
                continue
            self._advance(end - self._at)
            return value

    def _pass_value(self) -> None:
        """Go past a value that is not wanted, however long it is."""
        depth, quoted = 0, False
        if self._text[self._at] not in '"[{':
            self._pass_to(re.compile(r"[,}\]]"))
            return
        while True:
            for match in _STRUCTURE.finditer(self._text, self._at):
                at, char = match.start(), match.group()
                if at < self._at:
                    continue
                if quoted:
                    if char == "\\":
                        self._advance(at + 2 - self._at)
                        continue
                    quoted = char != '"'
                elif char == '"':
                    quoted = True
                elif char != "\\":
                    depth += 1 if char in "[{" else -1
                if depth <= 0 and not quoted:
                    self._advance(at + 1 - self._at)
                    return
            self._advance(max(0, len(self._text) - self._at))
            carried = self._at - len(self._text)
            if not self._more():
                return
            self._at += carried

    def _resume(self) -> bool:
        """Go to the next object that looks like a message, past a damaged one; False when there is none."""
        start = True
        while True:
            match = _NEXT_OBJECT.search(self._text, self._at + (1 if start else 0))
            if match is None:
                start = False
                keep = max(self._at, len(self._text) - 16)
                self._advance(keep - self._at)
                if not self._more():
                    self._pass_to(None)
                    return False
                continue
            start = True
            self._advance(match.end() - self._at)
            try:
                value, _ = self._decoder.raw_decode(self._text, self._at)
            except (ValueError, RecursionError):
                value = self._try_again() if self._double() else None
            if isinstance(value, dict) and (not self._usual or 2 * len(self._usual & value.keys()) > len(self._usual)):
                return True

    def _try_again(self) -> Any:
        try:
            return self._decoder.raw_decode(self._text, self._at)[0]
        except (ValueError, RecursionError):
            return None

    def _pass_to(self, wanted: re.Pattern[str] | None) -> None:
        """Go to what matches, or to the end."""
        while True:
            match = wanted.search(self._text, self._at) if wanted else None
            if match:
                self._advance(match.start() - self._at)
                return
            self._advance(len(self._text) - self._at)
            if not self._more():
                return

    def _peek_text(self) -> str:
        return self._text[self._at : self._at + 240]

    def _advance(self, chars: int) -> None:
        if chars > 0:
            self._line += self._text.count("\n", self._at, self._at + chars)
            self._at += chars

    def _more(self) -> bool:
        """Take in another piece; what has been read is let go."""
        piece = next(self._pieces, "")
        if not piece:
            self._ended = True
            return False
        self._text = self._text[self._at :] + piece
        self._at = 0
        return True

    def _double(self) -> bool:
        """Take in as much again as there is, so that a long value is tried a few times only."""
        wanted = 2 * (len(self._text) - self._at)
        got = False
        while not self._ended and len(self._text) - self._at < max(wanted, 1):
            got = self._more() or got
        return got
