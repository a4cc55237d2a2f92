"""A room's event log: append-only, in SQLite, written by one thread in group commits.

Durability: the journal is a WAL with ``synchronous=NORMAL``. A commit has then been handed to the operating system, so it
survives the death of the process (``kill -9``) at any moment; only a power cut can take the last commits, and it never
harms what is older. ``FULL`` would add an fsync to every commit, which on a rented disk stalls a viewer's comment for
tens of milliseconds to guard against the one case that ends the show anyway.
"""

import asyncio
import contextlib
import fcntl
import logging
import os
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from server.event import Event, encode_body

log = logging.getLogger(__name__)

SCHEMA_VERSION = 1
QUEUE_EVENTS = 8192
"""Bound of both queues before the disk. While the disk refuses commits, events still reach the viewers and wait here to be
kept; beyond the bound the oldest are given up. Should a commit hang so long that this many wait behind it, the newest are
neither kept nor shown. Both are counted in `dropped`."""
_RETRY_SECONDS = 1.0

_SCHEMA = """
CREATE TABLE schema_version (version INTEGER NOT NULL);
CREATE TABLE show (id TEXT PRIMARY KEY, room TEXT NOT NULL, started TEXT NOT NULL, software TEXT NOT NULL);
CREATE TABLE event (
    seq INTEGER PRIMARY KEY,
    show TEXT NOT NULL,
    at REAL NOT NULL,
    time TEXT NOT NULL,
    type TEXT NOT NULL,
    public INTEGER NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX event_by_show ON event (show, seq);
"""

CommitSink = Callable[[Sequence[Event]], None]
"""Called on the event loop with the events of each commit, in order, each event once."""


class EventLogError(Exception):
    """The log can't be used or kept; `code` is for machines, the message for the operator."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def utc_label(moment: datetime | None = None) -> str:
    """Format a moment (now, if none) as ISO 8601 in UTC with milliseconds."""
    return (moment or datetime.now(UTC)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class EventLog:
    """The events of one room, over all its shows. Create with `await EventLog.open(...)`; use from one event loop."""

    def __init__(self, path: Path, lock: IO[str], writer: sqlite3.Connection, reader: sqlite3.Connection) -> None:
        self._path = path
        self._lock_file = lock
        self._writer = writer
        self._reader = reader
        self._read_pool = ThreadPoolExecutor(1, thread_name_prefix="event-log-read")
        self._loop = asyncio.get_running_loop()
        self._show = ""
        self._sinks: list[CommitSink] = []
        newest: int = self._writer.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0]
        self._settled_seq = self._posted_seq = newest
        self._next_seq = newest + 1
        self._waiting: deque[tuple[int, asyncio.Future[bool]]] = deque()
        self._pending: deque[Event] = deque()
        self._wake = threading.Condition()
        self._closing = False
        self._failing = ""
        self.moved_aside: Path | None = None
        """Where a damaged log was put at the start, if there was one."""
        self.dropped = 0
        """Events that were not kept because too many were waiting."""
        self.failures = 0
        """Commits that failed."""
        self._thread = threading.Thread(target=self._write_loop, name="event-log-write", daemon=True)
        self._thread.start()

    @classmethod
    async def open(cls, path: Path) -> "EventLog":
        """Open or create the log at `path` and take it for this process alone.

        A damaged file is moved aside and a new one begun. Raises `EventLogError` with code ``log-in-use``,
        ``log-newer`` (written by a newer Talkback) or ``log-unusable`` (no access, no space).
        """
        lock, writer, reader, moved = await asyncio.to_thread(_open_files, path)
        opened = cls(path, lock, writer, reader)
        opened.moved_aside = moved
        return opened

    # ---- writing -----------------------------------------------------------------------------------------

    def subscribe(self, sink: CommitSink) -> None:
        """Have `sink` called with what is committed from now on."""
        self._sinks.append(sink)

    async def begin_show(self, show: str, room: str, software: str) -> None:
        """Enter a new show; the events that follow belong to it."""
        self._show = show
        values = (show, room, utc_label(), software)

        def insert() -> None:
            with contextlib.closing(sqlite3.connect(self._path, timeout=5.0)) as connection, connection:
                connection.execute("INSERT INTO show (id, room, started, software) VALUES (?, ?, ?, ?)", values)

        try:
            await asyncio.to_thread(insert)
        except sqlite3.Error as error:
            raise EventLogError("log-unusable", f"{self._path}: can't be written ({error})") from error

    def post(self, type: str, at: float, data: dict[str, Any], public: bool = True) -> Event:
        """Queue an event without waiting; it is committed within milliseconds.

        Raises ValueError or TypeError if `data` is not JSON. See `QUEUE_EVENTS` for what happens when the disk fails.
        """
        event = Event(self._next_seq, self._show, at, utc_label(), type, public, encode_body(data))
        self._next_seq += 1
        with self._wake:
            if len(self._pending) >= QUEUE_EVENTS or self._closing:
                self.dropped += 1
            else:
                self._pending.append(event)
                self._posted_seq = event.seq
                self._wake.notify()
        return event

    async def append(self, type: str, at: float, data: dict[str, Any], public: bool = True) -> Event:
        """Add an event and return once it is committed; raises `EventLogError` when it could not be kept."""
        event = self.post(type, at, data, public)
        if event.seq > self._posted_seq or not await self._settled(event.seq):
            raise EventLogError("log-failing", f"{self._path}: the event could not be kept ({self._failing or 'full'})")
        return event

    async def flush(self) -> bool:
        """Wait until everything posted so far is committed; False when some of it could not be kept."""
        return await self._settled(self._posted_seq)

    @property
    def folder(self) -> Path:
        """Where the log is kept."""
        return self._path.parent

    @property
    def path(self) -> Path:
        """The log's file."""
        return self._path

    @property
    def show(self) -> str:
        """Id of the show that events belong to; empty before the first."""
        return self._show

    @property
    def waiting(self) -> int:
        """Events not yet committed."""
        return len(self._pending)

    @property
    def trouble(self) -> str:
        """Why the last commit failed, or empty."""
        return self._failing

    # ---- reading -----------------------------------------------------------------------------------------

    @property
    def last_seq(self) -> int:
        """Number of the newest event that has been settled (committed, or given up)."""
        return self._settled_seq

    async def read(self, after: int, until: int, limit: int, public_only: bool = False) -> list[Event]:
        """Events with ``after < seq <= until``, oldest first, at most `limit`; raises `EventLogError`."""
        only = " AND public" if public_only else ""
        query = (
            "SELECT seq, show, at, time, type, public, data FROM event"
            f" WHERE seq > ? AND seq <= ?{only} ORDER BY seq LIMIT ?"
        )

        def fetch() -> list[Event]:
            rows = self._reader.execute(query, (after, until, limit))
            return [Event(r[0], r[1], r[2], r[3], r[4], bool(r[5]), r[6]) for r in rows]

        try:
            return await self._loop.run_in_executor(self._read_pool, fetch)
        except sqlite3.Error as error:
            raise EventLogError("log-unusable", f"{self._path}: can't be read ({error})") from error

    async def of_type(self, begins: str, since: str, limit: int) -> list[Event]:
        """The last events whose type begins so, from a moment (`utc_label`) on, oldest first; raises `EventLogError`."""
        query = (
            "SELECT seq, show, at, time, type, public, data FROM event"
            " WHERE time >= ? AND substr(type, 1, ?) = ? ORDER BY seq DESC LIMIT ?"
        )

        def fetch() -> list[Event]:
            rows = self._reader.execute(query, (since, len(begins), begins, limit)).fetchall()
            return [Event(r[0], r[1], r[2], r[3], r[4], bool(r[5]), r[6]) for r in reversed(rows)]

        try:
            return await self._loop.run_in_executor(self._read_pool, fetch)
        except sqlite3.Error as error:
            raise EventLogError("log-unusable", f"{self._path}: can't be read ({error})") from error

    async def close(self) -> None:
        """Commit what waits, fold the journal into the file and let go of it."""
        with self._wake:
            if self._closing:
                return
            self._closing = True
            self._wake.notify()
        await asyncio.to_thread(self._thread.join)
        self._read_pool.shutdown(wait=True)
        self._reader.close()
        await asyncio.to_thread(self._fold)
        self._lock_file.close()

    # ---- inside ------------------------------------------------------------------------------------------

    def _fold(self) -> None:
        try:
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.Error as error:
            log.warning("%s: the journal could not be folded into the file (%s); nothing is lost", self._path, error)
        self._writer.close()

    async def _settled(self, seq: int) -> bool:
        if seq <= self._settled_seq:
            return not self._failing
        future: asyncio.Future[bool] = self._loop.create_future()
        self._waiting.append((seq, future))
        return await future

    def _settle(self, events: Sequence[Event], kept: bool) -> None:
        """Tell the sinks and the waiting appends, on the event loop."""
        self._settled_seq = max(self._settled_seq, events[-1].seq)
        for sink in self._sinks:
            try:
                sink(events)
            except Exception:  # one listener's trouble must cost neither the others nor whoever waits for the commit
                log.exception("%s: a listener failed on %d events", self._path, len(events))
        while self._waiting and self._waiting[0][0] <= self._settled_seq:
            _, future = self._waiting.popleft()
            if not future.done():
                future.set_result(kept)

    def _report(self, events: Sequence[Event], kept: bool) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended; nobody is waiting any more
            self._loop.call_soon_threadsafe(self._settle, events, kept)

    def _write_loop(self) -> None:
        unkept: deque[Event] = deque()
        while True:
            with self._wake:
                if unkept and not self._pending and not self._closing:
                    self._wake.wait(_RETRY_SECONDS)
                while not (self._pending or unkept or self._closing):
                    self._wake.wait()
                last_turn = self._closing
                fresh = list(self._pending)
                self._pending.clear()
            if not (fresh or unkept):
                return
            unkept.extend(fresh)
            error = self._commit(unkept)
            if not error:
                unkept.clear()
            while len(unkept) > QUEUE_EVENTS:
                unkept.popleft()
                self.dropped += 1
            if fresh:
                self._report(fresh, not error)
            if error and last_turn:
                log.error("%s: %d events could not be kept: %s", self._path, len(unkept), error)
                return

    def _commit(self, batch: Iterable[Event]) -> str:
        rows = [(e.seq, e.show, e.at, e.time, e.type, int(e.public), e.body) for e in batch]
        try:
            with self._writer:
                self._writer.executemany("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        except sqlite3.Error as error:
            self.failures += 1
            if not self._failing:
                log.error("%s: events can't be kept (%s); they wait in memory", self._path, error)
            self._failing = str(error)
            return self._failing
        if self._failing:
            log.warning("%s: events are kept again", self._path)
            self._failing = ""
        return ""


def _open_files(path: Path) -> tuple[IO[str], sqlite3.Connection, sqlite3.Connection, Path | None]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = open(path.with_suffix(".lock"), "w")  # noqa: SIM115 - held as long as the log is
    except OSError as error:
        raise EventLogError("log-unusable", f"{path.parent}: can't be written ({error.strerror})") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise EventLogError(
            "log-in-use", f"{path}: another Talkback writes this log; stop it, or choose another folder with --data"
        ) from error
    try:
        moved = _set_aside_if_damaged(path)
        writer = _connect(path)
        _prepare(path, writer)
        reader = _connect(path)
        reader.execute("PRAGMA query_only = ON")
    except sqlite3.Error as error:
        lock.close()
        raise EventLogError("log-unusable", f"{path}: {error}") from error
    except EventLogError:
        lock.close()
        raise
    return lock, writer, reader, moved


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=5.0, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL").fetchall()
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection


def _set_aside_if_damaged(path: Path) -> Path | None:
    if not path.exists():
        return None
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=5.0)) as connection:
            answer = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        answer = str(error)
    if answer == "ok":
        return None
    aside = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S}")
    for suffix in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            os.replace(f"{path}{suffix}", f"{aside}{suffix}")
    log.error("%s: damaged (%s); it was moved to %s and a new log begun", path, answer, aside)
    return aside


def _prepare(path: Path, connection: sqlite3.Connection) -> None:
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "schema_version" not in tables:
        if tables:
            raise EventLogError("log-unusable", f"{path}: a database, but not a Talkback event log; move it away")
        with connection:
            connection.executescript(f"BEGIN; {_SCHEMA} INSERT INTO schema_version VALUES ({SCHEMA_VERSION}); COMMIT;")
        return
    (version,) = connection.execute("SELECT version FROM schema_version").fetchone()
    if version > SCHEMA_VERSION:
        raise EventLogError(
            "log-newer",
            f"{path}: written by a newer Talkback (schema version {version}, this one knows {SCHEMA_VERSION});"
            " update Talkback, or choose another folder with --data",
        )
