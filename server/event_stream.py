"""What subscribers of a room's events get: what happens now, what they missed, and where things stand."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any, Final

from dialogue.promotions.event_names import SEALED
from server.event import Event
from server.event_log import EventLog

KEEP_ALIVE: Final = b": keep-alive\n\n"
KEEP_ALIVE_SECONDS: Final = 15.0
RETRY_HINT: Final = b"retry: 1500\n\n"
"""Milliseconds after which a browser reconnects by itself."""

RING_EVENTS = 4096
"""Events of the current show kept in memory; older ones are read from the log."""
QUEUE_EVENTS = 512
"""Events that may wait for one subscriber; a slower one is disconnected, and resumes from the log."""
SNAPSHOT_CHAT_EVENTS = 300
RESUME_EVENTS = 20_000
"""A subscriber that missed more than this gets a snapshot instead."""
_PAGE_EVENTS = 500
_STANDING: Final[dict[str, tuple[str, Callable[[dict[str, Any]], bool]]]] = {
    "comment.pinned": ("pinned", lambda data: True),
    "comment.unpinned": ("pinned", lambda data: False),
    "room.held": ("held", lambda data: bool(data.get("held"))),
    "live.changed": ("live", lambda data: data.get("mode") != "none"),
}
"""By type of event: what it changes, and whether it then holds."""


class TooManySubscribers(Exception):
    """Every place of the room's event stream is taken."""


class Subscription:
    """One subscriber's bounded queue of encoded events."""

    def __init__(self, host: bool, head: int) -> None:
        self.host = host
        self.head = head
        """The newest event at the moment of subscribing; the queue holds what comes after it."""
        self._chunks: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self.ended = False
        """Nothing more will come: the room closed, or the subscriber was too slow."""
        self.overrun = False
        """It was too slow."""

    def offer(self, event: Event, wire: bytes) -> None:
        """Queue an event, or end the subscription when `QUEUE_EVENTS` already wait."""
        if self.ended or not _may_see(event, self.host):
            return
        if len(self._chunks) >= QUEUE_EVENTS:
            self.overrun = True
            self._chunks.clear()  # it resumes from the last event that it got
            self.end()
            return
        self._chunks.append(wire)
        self._wake.set()

    def end(self) -> None:
        """Let the reader take what waits, and no more."""
        self.ended = True
        self._wake.set()

    async def take(self, timeout_seconds: float) -> bytes | None:
        """Everything that waits, joined; empty after `timeout_seconds` of nothing, None once it has ended."""
        if not self._chunks and not self.ended:
            try:
                async with asyncio.timeout(timeout_seconds):
                    await self._wake.wait()
            except TimeoutError:
                return b""
        self._wake.clear()
        if not self._chunks:
            return None if self.ended else b""
        joined = b"".join(self._chunks)
        self._chunks.clear()
        if self.ended:
            self._wake.set()
        return joined


class EventStream:
    """A room's live events, fanned out to bounded queues."""

    def __init__(self, log: EventLog, most_subscribers: int = 400) -> None:
        self._log = log
        self._most_subscribers = most_subscribers
        self._subscriptions: set[Subscription] = set()
        self._ring: deque[tuple[Event, bytes]] = deque(maxlen=RING_EVENTS)
        self._chat: deque[tuple[Event, bytes]] = deque(maxlen=SNAPSHOT_CHAT_EVENTS)
        self._state: tuple[Event, bytes] | None = None
        self._product: tuple[Event, bytes] | None = None
        self._line: tuple[Event, bytes] | None = None
        self._standing: dict[str, tuple[Event, bytes]] = {}
        """What holds until it is taken back: a pinned comment, a held show, a person on the air."""
        self._head = log.last_seq
        self._closed = False
        self.overruns = 0
        """Subscribers that were disconnected because they were too slow."""
        log.subscribe(self.publish)

    @property
    def subscribers(self) -> int:
        """How many are connected."""
        return len(self._subscriptions)

    def publish(self, events: Sequence[Event]) -> None:
        """Hand events, in order, to every subscriber; never waits for one."""
        for event in events:
            wire = event.wire()
            self._head = event.seq
            self._ring.append((event, wire))
            self._remember(event, wire)
            for subscription in list(self._subscriptions):
                subscription.offer(event, wire)
                if subscription.overrun:
                    self._subscriptions.discard(subscription)
                    self.overruns += 1

    def subscribe(self, *, host: bool) -> Subscription:
        """Begin to collect events for one subscriber; raises `TooManySubscribers`."""
        if len(self._subscriptions) >= self._most_subscribers:
            raise TooManySubscribers
        subscription = Subscription(host, self._head)
        if self._closed:
            subscription.end()
        else:
            self._subscriptions.add(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Forget a subscriber."""
        self._subscriptions.discard(subscription)

    def close(self) -> None:
        """End every subscription once it has been read to its end."""
        self._closed = True
        for subscription in self._subscriptions:
            subscription.end()
        self._subscriptions.clear()

    async def past(self, subscription: Subscription, last_id: int | None) -> AsyncIterator[bytes]:
        """What comes before the subscription's queue: the events missed since `last_id`, or a snapshot.

        A snapshot holds the room's state, the product on stage, the recent chat, what persons ordered that still holds (a
        pinned comment, a held show, a person on the air), and the line being heard. It is given when there is no
        `last_id`, when it is not of this log, and when more than `RESUME_EVENTS` were missed.
        """
        head = subscription.head
        if last_id is None or last_id > head or head - last_id > RESUME_EVENTS:
            yield b"".join(self._snapshot(subscription.host, head))
            return
        while last_id < head:
            if self._ring and self._ring[0][0].seq <= last_id + 1:
                missed = (pair for pair in self._ring if last_id < pair[0].seq <= head)
                yield b"".join(_visible(missed, subscription.host))
                return
            page = await self._log.read(last_id, head, _PAGE_EVENTS, public_only=not subscription.host)
            if not page:
                return
            yield b"".join(event.wire() for event in page if _may_see(event, subscription.host))
            last_id = page[-1].seq

    # ---- inside ------------------------------------------------------------------------------------------

    def _remember(self, event: Event, wire: bytes) -> None:
        pair = (event, wire)
        if event.type == "room.state":
            self._state = pair
        elif event.type == "product.shown":
            self._product = pair
        elif event.type in _STANDING:
            name, lasts = _STANDING[event.type]
            self._standing.pop(name, None)
            if lasts(event.data):
                self._standing[name] = pair
        elif event.type in ("comment.received", "comment.chosen", "comment.decided"):
            self._chat.append(pair)
        elif event.type in ("line.started", "line.ended"):
            self._line = pair if event.type == "line.started" else None
            if event.data.get("comments"):
                self._chat.append(pair)

    def _snapshot(self, host: bool, head: int) -> list[bytes]:
        standing = [pair for pair in (self._state, self._product) if pair]
        story = [*self._chat, *self._standing.values()]
        if self._line and self._line not in story:
            story.append(self._line)
        return _visible((pair for pair in standing + story if pair[0].seq <= head), host)


def _visible(pairs: Iterable[tuple[Event, bytes]], host: bool) -> list[bytes]:
    return [wire for event, wire in pairs if _may_see(event, host)]


def _may_see(event: Event, host: bool) -> bool:
    """The seed of a draw is for the log alone until it is drawn."""
    return event.public or (host and event.type != SEALED)
