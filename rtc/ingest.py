"""The way in for a person who goes live (WHIP, RFC 9725): one at a time, the newest."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from functools import partial

from rtc.broadcaster import Admission
from rtc.contract import LiveFeed, RtcEvent, RtcEventSink
from rtc.offer import Offer, Purpose
from rtc.publisher import Publisher
from rtc.rtc_error import RtcError
from rtc.settings import RtcSettings

log = logging.getLogger(__name__)

_GRACE_SECONDS = 1.0
"""A browser that changes from microphone to camera ends one connection and begins another."""


class Ingest:
    """Lets a person's sound and picture in; everything belongs to the event loop.

    `on_feed` gets the feed of whoever is let in, and None when nobody has come for a second after the last one left.
    Whoever comes replaces the one before: a browser that comes back after its network failed is not to wait for its old
    connection to be missed.
    """

    def __init__(self, rtc: RtcSettings, on_feed: Callable[[LiveFeed | None], None], on_event: RtcEventSink) -> None:
        self._rtc = rtc
        self._on_feed = on_feed
        self._on_event = on_event
        self._publisher: Publisher | None = None
        self._closing_tasks: set[asyncio.Task[None]] = set()
        self._nobody_timer: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def connected(self) -> bool:
        """Whether a person's connection stands."""
        return self._publisher is not None and self._publisher.connected

    async def answer(self, offer_sdp: str) -> Admission:
        """Let a person in; raises `RtcError`: 400 for an offer that can't be used, 406 without a codec in common, 503."""
        offer = Offer.parse(offer_sdp, Purpose.GO_LIVE)
        if self._closed:
            raise RtcError("closing", 503, "this room is closing")
        name = secrets.token_urlsafe(12)
        publisher = Publisher(
            name,
            offer,
            self._rtc.ice_servers,
            on_connected=partial(self._on_event, RtcEvent("person.joined", name)),
            on_lost=partial(self._lost, name),
        )
        before, self._publisher = self._publisher, publisher
        if before is not None:
            self._close_soon(before, "replaced by a new connection")
        self._cancel_timer()
        self._on_feed(publisher.source)
        try:
            answer_sdp = await publisher.answer(self._rtc.connect_seconds)
            if self._publisher is not publisher:
                raise RtcError("closing", 503, "another connection came, or the room closed, while the answer was made")
        except BaseException as error:
            await self._drop(name, "not answered")
            if isinstance(error, Exception) and not isinstance(error, RtcError):
                log.warning("an offer was refused by aiortc: %s: %s", type(error).__name__, error)
                raise RtcError("bad-sdp", 400, f"the SDP offer can't be answered ({error})") from error
            raise
        return Admission(name, answer_sdp)

    async def hang_up(self, name: str) -> bool:
        """End a person's connection; False if there is none of that name (any more)."""
        if self._publisher is None or self._publisher.name != name:
            return False
        await self._drop(name, "hung up")
        return True

    async def close(self) -> None:
        """End the connection; nobody is let in any more."""
        self._closed = True
        if self._publisher is not None:
            await self._drop(self._publisher.name, "the room closes")
        if self._nobody_timer is not None:
            self._nobody()
        if self._closing_tasks:
            await asyncio.gather(*self._closing_tasks)

    def _lost(self, name: str, reason: str) -> None:
        publisher = self._publisher
        if publisher is not None and publisher.name == name:
            self._on_event(RtcEvent("person.lost", name, reason))
            self._forget()
            self._close_soon(publisher, reason)

    async def _drop(self, name: str, reason: str) -> None:
        publisher = self._publisher
        if publisher is None or publisher.name != name:
            return
        self._forget()
        await asyncio.shield(self._close_soon(publisher, reason))  # a request cancelled half-way leaves no sockets

    def _forget(self) -> None:
        self._publisher = None
        self._cancel_timer()
        self._nobody_timer = asyncio.get_running_loop().call_later(_GRACE_SECONDS, self._nobody)

    def _nobody(self) -> None:
        self._cancel_timer()
        self._on_feed(None)

    def _cancel_timer(self) -> None:
        if self._nobody_timer is not None:
            self._nobody_timer.cancel()
            self._nobody_timer = None

    def _close_soon(self, publisher: Publisher, reason: str) -> asyncio.Task[None]:
        if publisher.connected:
            self._on_event(RtcEvent("person.left", publisher.name, reason))
        task = asyncio.get_running_loop().create_task(publisher.close(), name=f"close-{publisher.name}")
        self._closing_tasks.add(task)
        task.add_done_callback(self._closing_tasks.discard)
        return task
