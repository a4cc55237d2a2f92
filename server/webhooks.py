"""Webhooks: what happens in a room, posted to the shop's own systems; signed, retried, and never waited for by the show."""

import asyncio
import contextlib
import hashlib
import hmac
import json
import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import aiohttp

from server.configuration import WebhookSettings
from server.event import Event

log = logging.getLogger(__name__)

QUEUE_EVENTS: Final = 1_000
"""Deliveries that may wait for one address; one more drops the oldest, which is told as a fault."""
MOST_ATTEMPTS: Final = 6
"""With the pauses between them a delivery is given up after a minute or so."""
FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 30.0
ATTEMPT_SECONDS: Final = 10.0
_CLOSING_SECONDS: Final = 1.0
_FINAL: Final = frozenset(range(300, 500)) - {408, 409, 425, 429}
"""Answers that the same request would get again; a redirection is not followed, since it would carry the signed body elsewhere."""

TellFault = Callable[[str, str], None]
"""Code and message."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one address."""

    id: str
    """The same at every attempt, so that the receiver can tell a repetition."""
    type: str
    body: bytes


def delivery_of(event: Event, room: str) -> Delivery:
    """What is posted of an event: its own members, with the room, the show and its number in the log."""
    head = {"type": event.type, "at": round(event.at, 3), "time": event.time, "room": room, "show": event.show}
    body = json.dumps({**head, "id": event.seq, "data": event.data}, ensure_ascii=False)
    return Delivery(f"{room}-{event.seq}", event.type, body.encode("utf-8", "replace"))


def signature(secret: str, body: bytes, unix_seconds: int) -> str:
    """The value of ``Talkback-Signature``: HMAC-SHA-256 (RFC 2104) over time and body, in hexadecimal."""
    digest = hmac.new(secret.encode(), f"{unix_seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={unix_seconds},v1={digest}"


def pause_after(attempt: int, chance: float) -> float:
    """Seconds to wait after a failed attempt (the first is 1): doubled each time, with `chance` (0..1) of jitter.

    Between half of it and all of it, so that many receivers' retries do not come at one moment.
    """
    whole = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** (attempt - 1))
    return whole * (0.5 + chance / 2)


class Webhook:
    """One address: a bounded queue and the task that empties it."""

    def __init__(self, settings: WebhookSettings, secret: str, room: str, on_fault: TellFault) -> None:
        self._url = str(settings.url)
        self.address = f"{settings.url.scheme}://{settings.url.host}"
        """Without path and query, which may hold a secret."""
        self._types = frozenset(settings.events)
        self._secret = secret
        self._room = room
        self._on_fault = on_fault
        self._waiting: asyncio.Queue[Delivery] = asyncio.Queue(QUEUE_EVENTS)
        self._dropping = False
        self.failing = False
        """The last delivery was given up."""
        self.delivered = self.given_up = self.dropped = 0

    @property
    def waiting(self) -> int:
        """Deliveries that have not been begun."""
        return self._waiting.qsize()

    def offer(self, event: Event) -> None:
        """Queue an event if this address wants it; never waits."""
        if event.type not in self._types and "*" not in self._types:
            return
        if event.type == "fault" and event.data.get("code", "").startswith("webhook-"):
            return  # else its own failure would be one more thing to deliver
        if self._waiting.full():
            self._waiting.get_nowait()
            self._waiting.task_done()
            self.dropped += 1
            if not self._dropping:
                self._dropping = True
                self._on_fault("webhook-behind", f"{self.address} takes too little: the oldest events are left out")
        self._waiting.put_nowait(delivery_of(event, self._room))

    async def drained(self) -> None:
        """Return once nothing waits and nothing is under way."""
        await self._waiting.join()

    async def run(self, session: aiohttp.ClientSession) -> None:
        """Deliver, one after the other and in order, until cancelled."""
        while True:
            delivery = await self._waiting.get()
            try:
                trouble = await self._deliver(session, delivery)
            finally:
                self._waiting.task_done()
            if trouble:
                self.given_up += 1
                if not self.failing:
                    self._on_fault(
                        "webhook-failed",
                        f"{delivery.type} was given up for {self.address}: {trouble}. Later ones are tried.",
                    )
            else:
                self.delivered += 1
            self.failing = bool(trouble)
            if self._waiting.empty():
                self._dropping = False

    async def _deliver(self, session: aiohttp.ClientSession, delivery: Delivery) -> str:
        """Try until it is taken; returns why it was given up, or nothing."""
        attempts = 2 if self.failing else MOST_ATTEMPTS
        for attempt in range(1, attempts + 1):
            trouble, final = await self._attempt(session, delivery)
            if not trouble or final:
                return trouble
            if attempt < attempts:
                await asyncio.sleep(pause_after(attempt, random.random()))
        return f"{trouble}, {attempts} times"

    async def _attempt(self, session: aiohttp.ClientSession, delivery: Delivery) -> tuple[str, bool]:
        """One try: what was wrong (or nothing), and whether trying again is of no use."""
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Talkback",
            "Talkback-Event": delivery.type,
            "Talkback-Delivery": delivery.id,
            "Talkback-Signature": signature(self._secret, delivery.body, int(time.time())),
        }
        try:
            async with session.post(self._url, data=delivery.body, headers=headers, allow_redirects=False) as response:
                status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return f"it can't be reached ({type(error).__name__})", False
        if 200 <= status < 300:
            return "", False
        return f"it answered {status}", status in _FINAL


class Webhooks:
    """All webhooks of a room; used on one event loop."""

    def __init__(
        self, settings: Sequence[WebhookSettings], room: str, on_fault: TellFault, environment: Mapping[str, str]
    ) -> None:
        """`environment` holds the secrets under the names that `settings` give; they were checked at the start."""
        self._hooks = [Webhook(each, environment.get(each.secret_env, ""), room, on_fault) for each in settings]
        self._session: aiohttp.ClientSession | None = None
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def failing(self) -> tuple[str, ...]:
        """Addresses whose last delivery was given up."""
        return tuple(hook.address for hook in self._hooks if hook.failing)

    @property
    def all(self) -> tuple[Webhook, ...]:
        """Every webhook, with its counters."""
        return tuple(self._hooks)

    def start(self) -> None:
        """Begin to deliver."""
        if not self._hooks or self._session is not None:
            return
        timeout = aiohttp.ClientTimeout(total=ATTEMPT_SECONDS)
        self._session = aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar())
        for hook in self._hooks:
            self._tasks.append(asyncio.create_task(hook.run(self._session), name=f"webhook-{hook.address}"))

    def offer(self, events: Sequence[Event]) -> None:
        """Take committed events, in order; a sink of the event log."""
        for hook in self._hooks:
            for event in events:
                hook.offer(event)

    async def close(self) -> None:
        """Let what waits leave for at most a second, then end; what is left is only counted."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSING_SECONDS):
                await asyncio.gather(*(hook.drained() for hook in self._hooks if not hook.failing))
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        if self._session is not None:
            await self._session.close()
        for hook in self._hooks:
            if hook.waiting:
                log.warning("%d events were not delivered to %s any more", hook.waiting, hook.address)
