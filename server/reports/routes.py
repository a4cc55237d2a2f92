"""``/rooms/{room}/shows…``: reports and exports over HTTP. All of it needs a host.

A report is made by a process of its own at low priority: going through the events of a long show keeps an interpreter busy for
seconds, and the playout thread shares this one.
"""

import asyncio
import contextlib
import logging
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from server.authority import AUTHORITY
from server.problem import Problem
from server.reports.command import EXIT_NO_SUCH
from server.reports.show_log import ReportError, ShowEntry, ShowLog
from server.reports.tables import TABLES
from server.room import Room
from server.rooms import room_of

log = logging.getLogger(__name__)

_CHUNK_BYTES: Final = 64 * 1024
_MAKING_SECONDS: Final = 60.0
_WAITING_SECONDS: Final = 20.0
_KINDS: Final = {
    "csv": "text/csv",
    "jsonl": "application/jsonl",
    "srt": "application/x-subrip",
    "vtt": "text/vtt",
}
_MAKING = web.AppKey("reports being made", asyncio.Semaphore)
_CHECKOUT: Final = Path(__file__).resolve().parents[2]
"""Where the packages are found, installed or not."""


def add_report_routes(app: web.Application) -> None:
    """Add the routes to an application."""
    app[_MAKING] = asyncio.Semaphore(1)
    app.add_routes(
        [
            web.get("/rooms/{room}/shows", get_shows),
            web.get("/rooms/{room}/shows/{show}", get_report, allow_head=False),
            web.get("/rooms/{room}/shows/{show}/export", get_export, allow_head=False),
        ]
    )


async def get_shows(request: web.Request) -> web.Response:
    """The shows of the room's log, the newest first."""
    await request.app[AUTHORITY].require(request)
    room = room_of(request)

    def listed() -> list[ShowEntry]:
        with ShowLog(room.events.path) as shows:
            return shows.shows()

    try:
        entries = await asyncio.to_thread(listed)
    except ReportError as error:
        raise _problem(error.code, str(error)) from None
    return web.json_response({"room": room.name, "shows": [_as_json(entry) for entry in entries]})


async def get_report(request: web.Request) -> web.StreamResponse:
    """One show's report; ``last`` is the newest."""
    await request.app[AUTHORITY].require(request)
    return await _send(request, "json", TABLES[0], "application/json")


async def get_export(request: web.Request) -> web.StreamResponse:
    """One show as a file: ``?format=csv|jsonl|srt|vtt``, for csv also ``&table=…``."""
    await request.app[AUTHORITY].require(request)
    room_of(request)
    form, table = request.query.get("format", ""), request.query.get("table", TABLES[0])
    if form not in _KINDS:
        raise Problem(422, "invalid-field", f"Say which format: /export?format={'|'.join(_KINDS)}.")
    if table not in TABLES:
        raise Problem(422, "invalid-field", f"There is no table of that name; there are {', '.join(TABLES)}.")
    return await _send(request, form, table, _KINDS[form])


async def _send(request: web.Request, form: str, table: str, kind: str) -> web.StreamResponse:
    room = room_of(request)
    show = request.match_info["show"]
    if not re.fullmatch(r"[\w-]{1,120}", show, re.ASCII):
        raise _no_such(show)
    await room.events.flush()
    response = web.StreamResponse()
    response.content_type, response.charset = kind, "utf-8"
    if form in _KINDS:
        part = f"-{table}" if form == "csv" else ""
        response.headers["Content-Disposition"] = f'attachment; filename="{show}{part}.{form}"'
    async with (
        _turn(request.app[_MAKING]),
        _making_of(room, show, form, table) as process,
        asyncio.timeout(_MAKING_SECONDS),
    ):
        assert process.stdout is not None
        chunk = await process.stdout.read(_CHUNK_BYTES)
        if not chunk:
            await _check(process, show)
        await response.prepare(request)
        while chunk:
            await response.write(chunk)
            chunk = await process.stdout.read(_CHUNK_BYTES)
        await response.write_eof()
    return response


async def _check(process: asyncio.subprocess.Process, show: str) -> None:
    """Nothing came: raise `Problem` unless that is all there was."""
    assert process.stderr is not None
    told = (await process.stderr.read(2_000)).decode("utf-8", "replace").strip()
    status = await process.wait()
    if status == EXIT_NO_SUCH:
        raise _no_such(show)
    if status != 0:
        log.error("a report could not be made: %s", told)
        raise _problem("log-unusable", "The event log can't be read at the moment; the server's log says why.")


@asynccontextmanager
async def _making_of(room: Room, show: str, form: str, table: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The process that makes the report; it does not outlive the request."""
    folder = room.events.folder
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server.reports.command", "report", "--data", str(folder.parent.resolve())),
        *("--room", folder.name, f"--show={show}", "--format", form, "--table", table),
        cwd=_CHECKOUT,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _no_such(show: str) -> Problem:
    return Problem(
        404, "no-such-show", f"There is no show {show[:80]!r} in this room's log; GET …/shows names those there are."
    )


def _problem(code: str, detail: str) -> Problem:
    return Problem(503, code, detail, retry_after=10)


@asynccontextmanager
async def _turn(making: asyncio.Semaphore) -> AsyncIterator[None]:
    """One report at a time; raises `Problem` (503) when others take too long."""
    try:
        async with asyncio.timeout(_WAITING_SECONDS):
            await making.acquire()
    except TimeoutError:
        raise Problem(503, "reports-busy", "Other reports are being made. Try again shortly.", retry_after=10) from None
    try:
        yield
    finally:
        making.release()


def _as_json(entry: ShowEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "started": entry.started,
        "last": entry.last,
        "seconds": round(entry.seconds, 1),
        "ended": entry.ended.value,
        "software": entry.software,
    }
