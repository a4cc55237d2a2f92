"""Brings a chat to a running room: from any `ChatSource`, over HTTP, with the patience that the room asks for."""

import asyncio
import contextlib
import json
import logging
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from dialogue.language import clean
from server.replay.backlog import Backlog, Delivery, Tally
from server.replay.pseudonym import Pseudonyms
from server.replay.sources.contract import ChatEvent, ChatSource, LogError, Unreadable

log = logging.getLogger(__name__)

_AT_ONCE = 4
"""Comments on their way at once; on a connection of 100 ms some 40 a second."""
_MOST_TRIES = 5
"""So often a comment is tried that the room asks its viewer to wait with."""
_TIMEOUT = aiohttp.ClientTimeout(total=15.0, connect=5.0)
_FIRST_RETRY_S, _LAST_RETRY_S = 0.5, 30.0
_TOLD = 10
"""Unreadable lines that are told one by one; the others are counted."""


class BridgeError(Exception):
    """The bridge can't go on; the message says what to do."""


@dataclass(frozen=True, slots=True)
class BridgeTerms:
    """How comments are brought."""

    room: str
    """``http://HOST:PORT/rooms/NAME``."""
    token: str = ""
    """The host token; with it the room does not count comments by address, since a whole platform comes from one."""
    prefix: str = ""
    """Goes before viewers' names."""
    speed: float | None = 1.0
    """For a log: pace of its times; None as fast as the room takes them."""
    live: bool = True
    """A chat that goes on: it is never held up, and what is too much is dropped. A log waits instead."""
    waiting: int = 500
    patience_s: float = 300.0
    """So long a room that can't be reached is tried again."""
    pseudonyms: bool = False


@dataclass(slots=True)
class _Limits:
    viewer_chars: int = 24
    comment_chars: int = 300


@dataclass(slots=True)
class _Reading:
    """What the reading thread and the loop share."""

    stop: threading.Event = field(default_factory=threading.Event)
    places: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(1))
    ended: bool = False
    failure: str = ""


class Bridge:
    """One run of a bridge; `clock` gives monotonic seconds, `say` tells a person something."""

    def __init__(
        self, terms: BridgeTerms, source: ChatSource, say: Callable[[str], None], clock: Callable[[], float]
    ) -> None:
        self._terms = terms
        self._source = source
        self._say = say
        self._clock = clock
        self._limits = _Limits()
        self._backlog = Backlog(terms.waiting)
        self._reading = _Reading(places=threading.Semaphore(terms.waiting))
        self._changed = asyncio.Event()
        self._unreachable_since: float | None = None
        self._retry_s = _FIRST_RETRY_S
        self._told_of_limit = False
        self._pseudonyms = Pseudonyms() if terms.pseudonyms else None
        self.tally = Tally()

    @property
    def waiting(self) -> int:
        """Comments that have been read and not yet brought."""
        return len(self._backlog)

    def stop(self) -> None:
        """Read no more; what is on its way arrives, what waits is left."""
        self._reading.stop.set()
        self._reading.places.release()
        self._changed.set()

    async def run(self) -> None:
        """Bring everything; returns when the source has ended and all was brought, or after `stop`. Raises `BridgeError`."""
        headers = {"Authorization": f"Bearer {self._terms.token}"} if self._terms.token else {}
        async with aiohttp.ClientSession(headers=headers, timeout=_TIMEOUT) as session:
            await self._greet(session)
            thread = threading.Thread(
                target=self._read, args=(asyncio.get_running_loop(),), name="bridge-read", daemon=True
            )
            thread.start()  # daemon: a read of standard input can't be broken off
            failures: list[str] = []
            try:
                async with asyncio.TaskGroup() as group:
                    for _ in range(_AT_ONCE):
                        group.create_task(self._bring(session))
            except* BridgeError as several:
                failures += [str(failure) for failure in several.exceptions]
            finally:
                self.stop()
        if failures or self._reading.failure:
            raise BridgeError(failures[0] if failures else self._reading.failure)

    # ---- reading, in its thread ---------------------------------------------------------------------------------

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        stop, places = self._reading.stop, self._reading.places
        began: float | None = None
        try:
            for item in self._source:
                if not self._terms.live and self._terms.speed is not None and isinstance(item, ChatEvent):
                    now = self._clock()
                    began = now - item.t / self._terms.speed if began is None else began
                    stop.wait(max(0.0, began + item.t / self._terms.speed - now))
                places.acquire()
                if stop.is_set():
                    return
                with contextlib.suppress(RuntimeError):  # the loop has ended; nobody is waiting any more
                    loop.call_soon_threadsafe(self._arrived, item)
        except LogError as error:
            self._reading.failure = str(error)
        except Exception as error:
            log.exception("reading the chat failed")
            self._reading.failure = f"Reading the chat failed: {error}"
        finally:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._ended)

    def _ended(self) -> None:
        self._reading.ended = True
        self._changed.set()

    # ---- on the loop ----------------------------------------------------------------------------------------------

    def _arrived(self, item: ChatEvent | Unreadable) -> None:
        delivery = self._delivery(item)
        if delivery is None:
            self._reading.places.release()
            return
        if self._backlog.add(delivery) is not None:
            self.tally.dropped += 1
        if self._terms.live:
            self._reading.places.release()  # a chat that goes on is read on; the queue drops its oldest
        self._changed.set()

    def _delivery(self, item: ChatEvent | Unreadable) -> Delivery | None:
        tally = self.tally
        if isinstance(item, Unreadable):
            tally.unreadable += 1
            if tally.unreadable <= _TOLD:
                self._say(f"line {item.line}: {item.reason}: {item.excerpt}")
            return None
        tally.read += 1
        if not item.says:
            tally.left_out[item.type.value] += 1
            return None
        if self._pseudonyms is not None:
            item = self._pseudonyms.event(item)
        viewer, text = clean(f"{self._terms.prefix}{item.user or item.user_id}"), clean(item.text)
        if len(text) > self._limits.comment_chars:
            text = text[: self._limits.comment_chars - 1] + "…"
            tally.shortened += 1
        return Delivery(viewer[: self._limits.viewer_chars].strip() or "?", text)

    async def _bring(self, session: aiohttp.ClientSession) -> None:
        while True:
            now = self._clock()
            delivery = None if self._reading.stop.is_set() else self._backlog.take(now)
            if delivery is None:
                if self._reading.stop.is_set() or (self._reading.ended and self._backlog.idle):
                    self._changed.set()  # the other ones may go home as well
                    return
                self._changed.clear()
                later = self._backlog.next_at(now)
                try:
                    async with asyncio.timeout(None if later is None else max(0.01, later - now)):
                        await self._changed.wait()
                except TimeoutError:
                    continue
                continue
            finished = await self._post(session, delivery)
            if finished:
                self._backlog.done(delivery)
                if not self._terms.live:
                    self._reading.places.release()
            self._changed.set()

    async def _post(self, session: aiohttp.ClientSession, delivery: Delivery) -> bool:
        """Send a comment; False when it must be tried again. Raises `BridgeError`."""
        body = {"viewer": delivery.viewer, "text": delivery.text}
        try:
            async with session.post(f"{self._terms.room}/comments", json=body) as response:
                status, retry_after = response.status, response.headers.get("Retry-After")
                problem = _problem(await response.read())
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self._lost(str(error) or type(error).__name__)
            self._backlog.put_back(delivery)
            return False
        if status < 500:
            self._reached()
        code = str(problem.get("type", "")).rpartition("/")[2] or str(status)
        wait = _seconds(retry_after) or _seconds(problem.get("retry_after")) or 1.0
        if status == 202:
            self.tally.sent += 1
            return True
        if status == 429 and code == "too-many-comments":  # this viewer's pace, not ours
            if delivery.tries + 1 >= _MOST_TRIES:
                self.tally.refused[code] += 1
                return True
            self._backlog.put_back(delivery, viewer_until=self._clock() + wait)
            return False
        if status == 429:
            if not self._told_of_limit and not self._terms.token:
                self._told_of_limit = True
                self._say(
                    f"The room asks to wait {wait:.0f} s (its limit for one address). With the host token (--token) there is none."
                )
            self._backlog.pause(self._clock() + wait)
            self._backlog.put_back(delivery)
            return False
        if status >= 500:
            self._lost(str(problem.get("detail") or f"status {status}"), wait if retry_after else None)
            self._backlog.put_back(delivery)
            return False
        if status in (401, 403, 404):
            raise BridgeError(f"{self._terms.room} says {status}: {problem.get('detail') or 'it can not be used'}")
        self.tally.refused[code] += 1
        return True

    async def _greet(self, session: aiohttp.ClientSession) -> None:
        """Ask the room what it takes; waits for a room that can't be reached yet. Raises `BridgeError`."""
        while not self._reading.stop.is_set():
            try:
                async with session.get(f"{self._terms.room}/info") as response:
                    raw = await response.read()
                    if response.status == 404:
                        raise BridgeError(
                            f"There is no room at {self._terms.room}. Give its address: http://HOST:PORT/rooms/NAME"
                        )
                    if response.status < 500:
                        limits = _problem(raw).get("limits")
                        if response.status != 200 or not isinstance(limits, dict):
                            raise BridgeError(f"{self._terms.room} is no room of Talkback (status {response.status}).")
                        self._limits = _Limits(
                            int(limits.get("viewer_chars", 24)), int(limits.get("comment_chars", 300))
                        )
                        self._reached()
                        return
                    trouble = f"status {response.status}"
            except aiohttp.InvalidURL as error:
                raise BridgeError(f"{self._terms.room} is no address. Give: http://HOST:PORT/rooms/NAME") from error
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                trouble = str(error) or type(error).__name__
            self._lost(trouble)
            self._changed.clear()
            try:
                async with asyncio.timeout(max(0.0, self._backlog.paused_until - self._clock())):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def _lost(self, trouble: str, wait_s: float | None = None) -> None:
        """The room can't be reached: wait, ever longer; raises `BridgeError` when the patience is at an end."""
        now = self._clock()
        if self._unreachable_since is None:
            self._unreachable_since = now
            self._say(f"The room can't be reached ({trouble}); trying again for {self._terms.patience_s:.0f} s.")
        elif now - self._unreachable_since > self._terms.patience_s:
            raise BridgeError(
                f"{self._terms.room} could not be reached for {self._terms.patience_s:.0f} s ({trouble})."
            )
        if now >= self._backlog.paused_until:  # of several that failed at once the first one counts
            self._backlog.pause(now + (wait_s or self._retry_s * random.uniform(0.8, 1.2)))
            self._retry_s = min(_LAST_RETRY_S, self._retry_s * 2)

    def _reached(self) -> None:
        if self._unreachable_since is not None:
            self._say("The room is there again.")
        self._unreachable_since = None
        self._retry_s = _FIRST_RETRY_S


def _problem(raw: bytes) -> dict[str, Any]:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _seconds(value: object) -> float | None:
    """Seconds of a ``Retry-After``, at most an hour; None for a date or nonsense."""
    try:
        seconds = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return min(3600.0, seconds) if seconds > 0 else None
