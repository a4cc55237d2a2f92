"""`talkback serve`: from a command line to rooms on air, and down again."""

import argparse
import asyncio
import errno
import gc
import logging
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from server.app import make_app
from server.authority import Authority, HostToken, TokenFileError
from server.configuration import RoomConfig, RoomUnusable, room_name
from server.doctor import examine, print_problems
from server.event_log import EventLog, EventLogError
from server.event_stream import EventStream
from server.logs import start_logging
from server.metrics import Metrics
from server.progress import Progress
from server.room import Room
from server.rooms import Rooms
from server.studio import Studio, StudioError
from server.version import software_version

log = logging.getLogger(__name__)

EXIT_SECONDS = 4.7
"""After the signal to stop the process ends by itself, whatever still hangs; the log has kept everything by then."""

StudioMaker = Callable[[Path, RoomConfig], Studio]


class _Refused(Exception):
    """The server can't start; `status` is the exit status, the message is for the operator."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A room that may be opened."""

    folder: Path
    name: str
    config: RoomConfig


class _Console:
    """Shows progress as lines on standard output."""

    def __init__(self, room: str) -> None:
        self._room = room

    def begun(self, part: str) -> None:
        print(f"  {self._room}: {part} …", flush=True)

    def ready(self, part: str, seconds: float) -> None:
        print(f"  {self._room}: {part} ready ({seconds:.1f} s)", flush=True)

    def said(self, sentence: str) -> None:
        print(f"  {self._room}:   {sentence}", flush=True)


class _Journal:
    """Shows progress as log lines."""

    def __init__(self, room: str) -> None:
        self._room = room

    def begun(self, part: str) -> None:
        log.info("loading %s", part, extra={"room": self._room})

    def ready(self, part: str, seconds: float) -> None:
        log.info("%s ready", part, extra={"room": self._room, "seconds": round(seconds, 2)})

    def said(self, sentence: str) -> None:
        log.info("%s", sentence, extra={"room": self._room})


def serve(options: argparse.Namespace, make_studio: StudioMaker | None = None) -> int:
    """Run until told to stop; returns the exit status (1 failed, 2 a room's files are wrong)."""
    start_logging(options.log_format, options.log_level)
    try:
        chosen = _choose(options.room or [Path("rooms/demo")])
        return asyncio.run(_serve(options, chosen, make_studio or _live_studio))
    except _Refused as refused:
        print(f"talkback: {refused}", file=sys.stderr)
        return refused.status


def _choose(folders: Sequence[Path]) -> list[_Chosen]:
    """Check every room's files before anything else begins; raises `_Refused` (2) after printing what is wrong."""
    chosen: list[_Chosen] = []
    for folder in folders:
        config, problems = examine(folder)
        if problems or config is None:
            print(f"talkback: {folder} can't go on air:", file=sys.stderr)
            print_problems(problems)
            raise _Refused(2, f"mend these and start again; `talkback doctor {folder}` checks without starting")
        name = room_name(folder)
        if any(other.name == name for other in chosen):
            raise _Refused(2, f"two rooms are called {name}; rename one folder")
        chosen.append(_Chosen(folder, name, config))
    return chosen


async def _serve(options: argparse.Namespace, chosen: Sequence[_Chosen], make_studio: StudioMaker) -> int:
    began = time.monotonic()
    stop = asyncio.Event()
    _on_signals(stop)
    token = HostToken(options.data)
    rooms = Rooms(time.monotonic)
    metrics = Metrics()
    app = make_app(rooms, Authority(token, time.monotonic), metrics, proxies=options.proxies)
    # a client that goes away cancels its handler: an event stream's place is free at once
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.3)
    await runner.setup()
    try:
        address = await _listen(runner, options)
        try:
            made = token.ensure()
        except TokenFileError as error:
            raise _Refused(1, str(error)) from error
        if made:
            print(f"Host token (shown only now; it guards the metrics and every control): {made}", flush=True)
        for choice in chosen:
            room = await _open_room(choice, options, make_studio)
            metrics.add(room)
            rooms.add(room)
        print(f"Loading; the page is there already: {address}", flush=True)
        opened = await _start_rooms(list(rooms.by_name.values()), stop)
        if opened:
            # What is loaded stays; left to the collector, one full collection holds the interpreter for 60 ms and more
            # (measured) and makes Slices late.
            gc.collect()
            gc.freeze()
            seconds = time.monotonic() - began
            print(f"On air after {seconds:.1f} s: {address}   (Ctrl+C ends the show)", flush=True)
            log.info("on air", extra={"address": address, "seconds": round(seconds, 1)})
            await stop.wait()
        print("Closing: the sentence ends, then everything stops.", flush=True)
        return 0
    finally:
        watchdog = threading.Timer(EXIT_SECONDS, _give_up)
        watchdog.daemon = True
        watchdog.start()
        await asyncio.gather(*(room.close() for room in rooms.by_name.values()))
        await runner.cleanup()
        watchdog.cancel()


async def _listen(runner: web.AppRunner, options: argparse.Namespace) -> str:
    port = options.port
    if port is None:
        named = os.environ.get("PORT") or "8080"
        if not named.isdecimal() or int(named) > 65535:
            raise _Refused(2, f"PORT={named!r} is not a port; give a number from 0 to 65535")
        port = int(named)
    site = web.TCPSite(runner, options.host, port)
    try:
        await site.start()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = (
                f"port {port} is in use; stop what uses it, or take another: talkback serve --port {port % 65535 + 1}"
            )
        elif error.errno == errno.EACCES:
            reason = f"port {port} is not allowed for this user; take one from 1024 on"
        else:
            reason = f"can't listen on {options.host} port {port}: {error.strerror or error}"
        raise _Refused(1, reason) from error
    bound = runner.addresses[0]
    host = "127.0.0.1" if options.host in ("0.0.0.0", "::", "") else options.host
    return f"http://{f'[{host}]' if ':' in host else host}:{bound[1]}"


async def _open_room(choice: _Chosen, options: argparse.Namespace, make_studio: StudioMaker) -> Room:
    show = f"{choice.name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
    try:
        events = await EventLog.open(options.data / choice.name / "events.sqlite3")
        await events.begin_show(show, choice.name, software_version())
    except EventLogError as error:
        raise _Refused(1, str(error)) from error
    stream = EventStream(events, choice.config.limits.event_streams)
    sink = _Journal(choice.name) if options.log_format == "json" else _Console(choice.name)
    progress = Progress(time.monotonic, sink)
    studio = make_studio(choice.folder, choice.config)
    return Room(choice.name, choice.config, studio, events, stream, progress, time.monotonic)


async def _start_rooms(rooms: Sequence[Room], stop: asyncio.Event) -> bool:
    """Start all rooms at once; False if told to stop meanwhile. Raises `_Refused` if one can't be started."""
    starting = {asyncio.create_task(room.start(), name=f"start-{room.name}") for room in rooms}
    stopping = asyncio.create_task(stop.wait(), name="stop")
    waiting = {*starting, stopping}
    try:
        while waiting & starting and not stop.is_set():
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
    except RoomUnusable as error:
        print_problems(error.problems)
        raise _Refused(2, "a room's files are wrong; mend them and start again") from error
    except StudioError as error:
        raise _Refused(1, str(error)) from error
    finally:
        for task in waiting:
            task.cancel()
        if waiting:
            await asyncio.wait(waiting)
    return not stop.is_set()


def _on_signals(stop: asyncio.Event) -> None:
    """The first SIGTERM or SIGINT ends the show in good order, the second at once."""

    def told() -> None:
        if stop.is_set():
            os._exit(130)
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told)


def _give_up() -> None:
    log.error("closing took too long; leaving now, the event log is complete")
    logging.shutdown()
    os._exit(0)


def _live_studio(folder: Path, config: RoomConfig) -> Studio:
    from server.live_studio import LiveStudio  # PyTorch, OpenCV, aiortc: seconds

    return LiveStudio(folder, config)
