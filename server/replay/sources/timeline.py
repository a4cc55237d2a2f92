"""Gives messages their place in time: one clock, in order, each message once. Pure: no I/O, and bounded memory."""

import heapq
import re
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from server.replay.sources.contract import ChatEvent, Unreadable
from server.replay.sources.message import Found, Message, Notes, unreadable

SORTED_EVENTS = 65_536
"""Messages that are held back to be sorted, some 60 MB; a log of more must not be out of order by more than that many."""
REMEMBERED_IDS = 65_536
_JUMP_S = 60.0
"""Times that fall back further than this look like two recordings in one file, which is told."""
_MENTION = re.compile(r"(?<![A-Za-z0-9._%+-])[@＠]([\w.\-]{1,40})")


class Timeline:
    """Takes messages as they are found and gives events in order of time.

    The clock is the stream's, where the log has offsets into it; otherwise it starts with the earliest message. A message
    without any time takes that of the one before it; messages whose id has been seen are left out; both are told in the notes.
    """

    def __init__(self, notes: Notes, *, sorted_events: int = SORTED_EVENTS) -> None:
        self._notes = notes
        self._most = sorted_events
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._anchor: float | None = None
        self._last: Message | None = None
        self._newest = float("-inf")
        self._backwards = 0
        self._furthest = (0.0, 0)
        self._untimed = 0

    def place(self, found: Iterator[Found]) -> Iterator[ChatEvent | Unreadable]:
        """Events in order of `t`; what can't be read passes through at once."""
        waiting: list[Message] = []
        for item in found:
            if isinstance(item, Unreadable):
                yield item
                continue
            message = self._timed(item)
            if isinstance(message, Unreadable):
                yield message
            elif message is not None:
                waiting.append(message)
                if len(waiting) >= self._most:
                    break
        by_offset = any(message.offset is not None for message in waiting)
        if not by_offset:
            self._anchor = min((message.ts for message in waiting if message.ts is not None), default=None)
        heap: list[tuple[float, int, Message]] = []
        order = count()
        for message in waiting:
            at = self._at(message)
            self._watch(at, message)
            heap.append((at, next(order), message))
        del waiting
        heapq.heapify(heap)
        told = float("-inf")
        for item in found:
            if isinstance(item, Unreadable):
                yield item
                continue
            message = self._timed(item)
            if isinstance(message, Unreadable):
                yield message
                continue
            if message is None:
                continue
            at = self._at(message)
            self._watch(at, message)
            if at < told:
                reason = f"its time lies {told - at:.0f} s before messages that were already read, further than can be sorted"
                yield unreadable(message.line, reason, message.text)
                continue
            told, _, earliest = heapq.heappushpop(heap, (at, next(order), message))
            yield event_of(earliest, told)
        while heap:
            told, _, earliest = heapq.heappop(heap)
            yield event_of(earliest, told)
        self._tell()

    def _timed(self, message: Message) -> Message | Unreadable | None:
        """The message if it is new, with a time; it may take that of the one before."""
        if message.raw_id is not None:
            if message.raw_id in self._seen:
                self._notes.leave_out("message that came twice (same id)")
                return None
            self._seen[message.raw_id] = None
            if len(self._seen) > REMEMBERED_IDS:
                self._seen.popitem(last=False)
        if message.offset is None and message.ts is None:
            if self._last is None:
                return unreadable(
                    message.line, "no time, and no message before it whose time it could take", message.text
                )
            self._untimed += 1
            message = replace(message, offset=self._last.offset, ts=self._last.ts)
        self._last = message
        if message.offset is not None and message.ts is not None and self._anchor is None:
            self._anchor = message.ts - message.offset
        return message

    def _at(self, message: Message) -> float:
        if message.offset is not None:
            return message.offset
        assert message.ts is not None
        if self._anchor is None:  # offsets alone so far: this absolute time begins where they end
            self._anchor = message.ts - max(self._newest, 0.0)
            self._notes.say("Some messages have only an absolute time; they were put after those with an offset.")
        return message.ts - self._anchor

    def _watch(self, at: float, message: Message) -> None:
        if at < self._newest:
            self._backwards += 1
            if self._newest - at > self._furthest[0]:
                self._furthest = (self._newest - at, message.line)
        self._newest = max(self._newest, at)

    def _tell(self) -> None:
        if self._untimed:
            self._notes.say(f"Messages without a time: {self._untimed}; each took that of the message before it.")
        if self._backwards:
            back, line = self._furthest
            more = " Perhaps two recordings are in one file." if back > _JUMP_S and self._backwards < 20 else ""
            self._notes.say(
                f"Messages out of order of time: {self._backwards}, by up to {back:.1f} s (line {line}); they were sorted.{more}"
            )


def event_of(message: Message, at: float) -> ChatEvent:
    """The message as an event at its place in time."""
    return ChatEvent(
        at, message.ts, message.platform, message.type, message.user_id, message.user, message.text, message.amount, message.currency,
        message.roles, message.badges, tuple(_MENTION.findall(message.text)) if "@" in message.text or "＠" in message.text else (),
        message.raw_id, message.line,
    )  # fmt: skip
