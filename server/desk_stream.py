"""All that the hosts of a room watch, as one whole message each time, fanned out to their pages."""

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from server.event_log import utc_label
from server.event_stream import TooManySubscribers
from server.show_events import Told

log = logging.getLogger(__name__)

if TYPE_CHECKING:
    from server.room import Room

MOST_SUBSCRIBERS: Final = 32
PAUSE_S: Final = 0.25
"""Between two messages."""
REST_S: Final = 1.0
"""A message comes at least so often; a page that has had none for 3 s shows itself as disconnected."""
_REVIVAL_S: Final = 2.0
_VOLATILE: Final = ("at", "time")


class DeskSubscriber:
    """One page's place: it holds only the newest message, so that a slow page skips and never lags."""

    def __init__(self) -> None:
        self._newest: bytes | None = None
        self._wake = asyncio.Event()
        self._ended = False

    def offer(self, message: bytes) -> None:
        """Replace what has not been taken."""
        self._newest = message
        self._wake.set()

    def end(self) -> None:
        """No more messages."""
        self._ended = True
        self._wake.set()

    async def take(self) -> bytes | None:
        """The newest message, once there is one; None at the end."""
        await self._wake.wait()
        self._wake.clear()
        message, self._newest = self._newest, None
        if self._ended:
            self._wake.set()
        return message


class DeskStream:
    """Makes one message for all pages of a room, while there are any."""

    def __init__(self, room: "Room", clock: Callable[[], float]) -> None:
        self._room = room
        self._clock = clock
        self._subscribers: set[DeskSubscriber] = set()
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def subscribers(self) -> int:
        """Pages that follow."""
        return len(self._subscribers)

    def subscribe(self) -> DeskSubscriber:
        """Take a place; the first message comes at once. Raises `TooManySubscribers`."""
        subscriber = DeskSubscriber()
        if self._closed:
            subscriber.end()
            return subscriber
        if len(self._subscribers) >= MOST_SUBSCRIBERS:
            raise TooManySubscribers
        self._subscribers.add(subscriber)
        subscriber.offer(_message(self.snapshot()))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name=f"desk-{self._room.name}")
        return subscriber

    def unsubscribe(self, subscriber: DeskSubscriber) -> None:
        """Give a place back."""
        self._subscribers.discard(subscriber)

    async def close(self) -> None:
        """End every page's stream."""
        self._closed = True
        for subscriber in self._subscribers:
            subscriber.end()
        self._subscribers.clear()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def snapshot(self) -> dict[str, Any]:
        """Everything at this moment."""
        room = self._room
        now = room.screen.now if room.screen is not None else 0.0
        whole: dict[str, Any] = {
            "at": round(now, 2),
            "time": utc_label(datetime.now(UTC)),
            "revision": 0,
            "show": room.events.show,
            "state": {},
        }
        if room.conversation is not None:
            whole |= room.conversation.desk.snapshot(now)
        whole["state"] = {"room": room.state.value, **whole["state"]}
        whole["machine"] = room.lookout.machine()
        whole["alarms"] = room.lookout.alarms()
        return whole

    async def _run(self) -> None:
        told: dict[str, Any] | None = None
        told_at = 0.0
        while self._subscribers:
            try:
                whole = self.snapshot()
            except Exception as error:  # the pages show themselves as disconnected; the show and the next try go on
                log.exception("%s: the desk could not be told", self._room.name)
                why = f"what the hosts' pages show could not be made ({type(error).__name__}: {error})"
                self._room.tell(Told("fault", {"code": "desk-failed", "message": why}, public=False))
                await asyncio.sleep(_REVIVAL_S)
                continue
            steady = {name: value for name, value in whole.items() if name not in _VOLATILE}
            now = self._clock()
            if steady != told or now - told_at >= REST_S:
                told, told_at = steady, now
                message = _message(whole)
                for subscriber in self._subscribers:
                    subscriber.offer(message)
            await asyncio.sleep(PAUSE_S)


def _message(whole: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(whole, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace") + b"\n\n"
