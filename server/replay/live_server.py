"""A real server in a process of its own, for as long as a replay needs it."""

import asyncio
import contextlib
import re
import sys
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml

from server.configuration import RoomConfig

_ROOT = Path(__file__).resolve().parents[2]
_READY_S = 120.0
_STOP_S = 8.0
_ON_AIR = re.compile(r"On air after [\d.]+ s: (\S+)")
_TOKEN = re.compile(r"Host token[^:]*: (\S+)")


class ServerFailed(Exception):
    """The server did not come up, or went down; the message holds what it said last."""


class LiveServer:
    """``talkback serve`` on a free port; use as ``async with LiveServer(...) as server``."""

    def __init__(self, room: Path, data: Path) -> None:
        self.base = ""
        self.token = ""
        self.said: deque[str] = deque(maxlen=60)
        self._room = room
        self._data = data
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()

    @property
    def headers(self) -> dict[str, str]:
        """With these one is the host."""
        return {"Authorization": f"Bearer {self.token}"}

    async def __aenter__(self) -> Self:
        arguments = ("serve", "--room", str(self._room), "--port", "0", "--data", str(self._data))
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "server.cli",
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=_ROOT,
            start_new_session=True,  # Ctrl+C is for the replay, which then ends the server in good order
        )
        self._reader = asyncio.create_task(self._read(), name="server-output")
        try:
            async with asyncio.timeout(_READY_S):
                await self._ready.wait()
        except TimeoutError:
            await self._stop()
            raise ServerFailed(f"the server was not on air within {_READY_S:.0f} s:\n{self._last()}") from None
        except BaseException:
            await self._stop()
            raise
        if not self.base:
            await self._stop()
            raise ServerFailed(f"the server ended:\n{self._last()}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    def check(self) -> None:
        """Raise `ServerFailed` if the server is gone."""
        if self._process is None or self._process.returncode is not None:
            raise ServerFailed(f"the server ended in the middle of the show:\n{self._last()}")

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        async for raw in self._process.stdout:
            line = raw.decode("utf-8", "replace").rstrip()
            self.said.append(line)
            if found := _TOKEN.search(line):
                self.token = found[1]
            if found := _ON_AIR.search(line):
                self.base = found[1]
                self._ready.set()
        self._ready.set()  # it ended

    async def _stop(self) -> None:
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            process.terminate()
            try:
                async with asyncio.timeout(_STOP_S):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)

    def _last(self) -> str:
        return "\n".join(list(self.said)[-12:])


def quiet_copy(room: Path, config: RoomConfig, seed: int, into: Path) -> Path:
    """The room under its own name, with this seed and without webhooks: a replay must not ring anybody's bell."""
    copy = into / room.resolve().name
    copy.mkdir(parents=True)
    for entry in sorted(room.resolve().iterdir()):
        if entry.name != "room.yaml":
            (copy / entry.name).symlink_to(entry)
    written: dict[str, Any] = yaml.safe_load((room / "room.yaml").read_text("utf-8"))
    written.pop("webhooks", None)
    written["seed"] = seed
    for part in ("llm", "hearing", "voice"):
        settings, section = getattr(config, part), written.get(part)
        if isinstance(section, dict):
            for key in ("model", "sample", "consent", "voices"):
                if key in section and isinstance(value := getattr(settings, key, None), str):
                    section[key] = value  # made absolute when the room was read
    with contextlib.closing((copy / "room.yaml").open("w", encoding="utf-8")) as out:
        yaml.safe_dump(written, out, allow_unicode=True, sort_keys=False)
    return copy
