"""The real server on air, for tests that are coroutines: its events, its comments, its address."""

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from tests.live_room import ROOT, LiveRoom

DEMO = ROOT / "rooms/demo"


@dataclass(slots=True)
class EventReader:
    """Follows a room's events; everything that came is in `events`, oldest first."""

    url: str
    token: str | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    last_id: str | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "EventReader":
        opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._read(opened))
        await opened
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def until(self, which: Callable[[dict[str, Any]], bool], seconds: float = 30.0) -> dict[str, Any]:
        """The first event, past or to come, for which `which` holds; raises `TimeoutError`."""
        seen = 0
        async with asyncio.timeout(seconds):
            while True:
                for event in self.events[seen:]:
                    if which(event):
                        return event
                seen = len(self.events)
                self._changed.clear()
                await self._changed.wait()

    async def fate_of(self, comment: str, seconds: float = 60.0) -> dict[str, Any]:
        """The decision on a comment; raises `TimeoutError`."""
        return await self.until(lambda e: e["type"] == "comment.decided" and e["comment"] == comment, seconds)

    def of(self, type_: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == type_]

    async def _read(self, opened: asyncio.Future[None]) -> None:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None)) as http,
                http.get(self.url, headers=headers) as response,
            ):
                response.raise_for_status()
                opened.set_result(None)
                async for raw in response.content:
                    line = raw.decode().rstrip("\n")
                    if line.startswith("id: "):
                        self.last_id = line[4:]
                    elif line.startswith("data: "):
                        self.events.append({**json.loads(line[6:]), "arrived": time.monotonic()})
                        self._changed.set()
        except aiohttp.ClientError as error:
            if not opened.done():
                opened.set_exception(error)


@dataclass(frozen=True, slots=True)
class OnAir:
    """A running server with one room."""

    server: LiveRoom

    @property
    def url(self) -> str:
        """The room's address."""
        return self.server.url

    @property
    def whep(self) -> str:
        return f"{self.url}/whep"

    @property
    def token(self) -> str:
        return self.server.token

    def events(self, *, host: bool = False) -> EventReader:
        return EventReader(f"{self.url}/events", self.token if host else None)

    async def comment(self, viewer: str, text: str) -> str:
        """Post a comment as the page does; gives its id."""
        async with (
            aiohttp.ClientSession() as http,
            http.post(f"{self.url}/comments", json={"viewer": viewer, "text": text}) as response,
        ):
            body = await response.json()
            assert response.status == 202, body
            return str(body["id"])


@asynccontextmanager
async def on_air(folder: Path = DEMO) -> AsyncIterator[OnAir]:
    """Start the server and wait until the room can answer; at the end SIGTERM, which must exit 0 in time."""
    with tempfile.TemporaryDirectory(prefix="talkback-") as data:
        server = LiveRoom(Path(data), folder, folder.name)
        await asyncio.to_thread(server.start)
        try:
            yield OnAir(server)
        except BaseException:
            server.kill()
            raise
        await asyncio.to_thread(server.stop)
