"""The real server as its user starts it: `talkback serve` in a process of its own, with real models and the demo room."""

import asyncio
import json
import os
import re
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "rooms/demo"
READY_SECONDS = 90.0
"""Patience with a loaded machine; the bar for a quiet one is 20 s, and the bench measures it."""


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


@dataclass(slots=True)
class LiveRoom:
    """A running server with one room."""

    url: str
    """``http://127.0.0.1:PORT``"""
    room: str
    token: str
    process: asyncio.subprocess.Process
    output: list[str]
    ready_seconds: float
    """From the start of the process to 200 on ``/readyz``."""

    @property
    def room_url(self) -> str:
        return f"{self.url}/rooms/{self.room}"

    @property
    def whep(self) -> str:
        return f"{self.room_url}/whep"

    def events(self, *, host: bool = False) -> EventReader:
        return EventReader(f"{self.room_url}/events", self.token if host else None)

    async def comment(self, viewer: str, text: str) -> str:
        """Post a comment as the page does; gives its id."""
        async with (
            aiohttp.ClientSession() as http,
            http.post(f"{self.room_url}/comments", json={"viewer": viewer, "text": text}) as response,
        ):
            body = await response.json()
            assert response.status == 202, body
            return str(body["id"])

    async def get(self, path: str, *, host: bool = False) -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {self.token}"} if host else {}
        async with aiohttp.ClientSession() as http, http.get(self.url + path, headers=headers) as response:
            return response.status, await response.text()


@asynccontextmanager
async def live_room(folder: Path = DEMO, *, port: int | None = None) -> AsyncIterator[LiveRoom]:
    """Start the server and wait until the room can answer; at the end SIGTERM, which must exit 0 within 6 s."""
    port = port or free_port()
    with tempfile.TemporaryDirectory(prefix="talkback-") as data:
        command = [
            sys.executable,
            "-m",
            "server.cli",
            "serve",
            "--room",
            str(folder),
            "--port",
            str(port),
            "--data",
            data,
        ]
        began = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output: list[str] = []
        reading = asyncio.create_task(_read(process, output))
        url = f"http://127.0.0.1:{port}"
        try:
            await _until_ready(url, process, output)
            token = _token(output)
            yield LiveRoom(url, folder.name, token, process, output, time.monotonic() - began)
            assert process.returncode is None, "the server stopped by itself:\n" + "".join(output)
            stopping = time.monotonic()
            process.send_signal(signal.SIGTERM)
            status = await asyncio.wait_for(process.wait(), 10)
            assert status == 0, f"exit status {status} after SIGTERM:\n" + "".join(output)
            assert time.monotonic() - stopping < 6, "SIGTERM took longer than 6 s"
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
            await asyncio.wait([reading], timeout=5)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _read(process: asyncio.subprocess.Process, output: list[str]) -> None:
    assert process.stdout is not None
    async for line in process.stdout:
        output.append(line.decode(errors="replace"))


async def _until_ready(url: str, process: asyncio.subprocess.Process, output: list[str]) -> None:
    async def ready() -> bool:
        try:
            async with aiohttp.ClientSession() as http, http.get(f"{url}/readyz") as response:
                return response.status == 200
        except aiohttp.ClientError:
            return False

    await _poll(ready, process, output)


async def _poll(done: Callable[[], Awaitable[bool]], process: asyncio.subprocess.Process, output: list[str]) -> None:
    try:
        async with asyncio.timeout(READY_SECONDS):
            while not await done():
                assert process.returncode is None, "the server did not start:\n" + "".join(output)
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(f"not ready after {READY_SECONDS:.0f} s:\n" + "".join(output)) from None


def _token(output: list[str]) -> str:
    """The host token, which is printed once, at the first start."""
    found = re.search(r"[Hh]ost token[^\n]*?[:\s]\s*([A-Za-z0-9_-]{20,})", "".join(output))
    assert found, "no host token was printed:\n" + "".join(output)
    return found[1]
