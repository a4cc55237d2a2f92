"""Reading a room's event log from outside: which shows it holds, and the events of one. Never writes, never takes the lock."""

import contextlib
import fcntl
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from server.event import Event

_PAGE = 2_000
_BUSY_SECONDS = 5.0
MOST_SHOWS = 500


class ReportError(Exception):
    """A report can't be made; `code` is for machines, the message says what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Ending(StrEnum):
    """How a show ended."""

    CLOSED = "closed"
    BROKEN_OFF = "broken off"
    """The server died in the middle of it."""
    ON_AIR = "on air"
    """It has not ended."""


@dataclass(frozen=True, slots=True)
class ShowEntry:
    """One show of a log."""

    id: str
    room: str
    started: str
    """ISO 8601, UTC."""
    software: str
    ended: Ending
    last: str
    """When the last event was, ISO 8601; that of the start if there is none."""
    seconds: float
    """The last event's place on the show clock."""


class ShowLog:
    """A log, opened to be read; use as a context manager. Raises `ReportError` (``no-log``, ``log-unusable``)."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise ReportError(
                "no-log", f"There is no event log {path}. Has this room been on air, with this data folder?"
            )
        self._path = path
        try:
            self._connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=_BUSY_SECONDS)
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def __enter__(self) -> "ShowLog":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def shows(self) -> list[ShowEntry]:
        """The last `MOST_SHOWS` shows, the newest first."""
        query = "SELECT id, room, started, software FROM show ORDER BY rowid DESC LIMIT ?"
        try:
            rows = self._connection.execute(query, (MOST_SHOWS,)).fetchall()
            return [self._entry(*row, newest=index == 0) for index, row in enumerate(rows)]
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def show(self, ident: str) -> ShowEntry:
        """One show; ``last`` is the newest. Raises `ReportError` (``no-such-show``)."""
        where = "" if ident == "last" else "WHERE id = ?"
        query = f"SELECT id, room, started, software FROM show {where} ORDER BY rowid DESC LIMIT 1"
        try:
            row = self._connection.execute(query, () if ident == "last" else (ident,)).fetchone()
            if row is None:
                what = "no show yet" if ident == "last" else f"no show {ident!r}"
                raise ReportError("no-such-show", f"The log holds {what}; the list of shows names those there are.")
            newest = self._connection.execute("SELECT id FROM show ORDER BY rowid DESC LIMIT 1").fetchone()[0]
            return self._entry(*row, newest=row[0] == newest)
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def events(self, show: str) -> Iterator[Event]:
        """All events of a show in order, a page at a time: a long show is never in memory as a whole."""
        query = (
            "SELECT seq, show, at, time, type, public, data FROM event WHERE show = ? AND seq > ? ORDER BY seq LIMIT ?"
        )
        after = -1
        while True:
            try:
                rows = self._connection.execute(query, (show, after, _PAGE)).fetchall()
            except sqlite3.Error as error:
                raise self._unusable(error) from error
            for row in rows:
                yield Event(row[0], row[1], row[2], row[3], row[4], bool(row[5]), row[6])
            if len(rows) < _PAGE:
                return
            after = rows[-1][0]

    def _entry(self, ident: str, room: str, started: str, software: str, *, newest: bool) -> ShowEntry:
        last = self._connection.execute(
            "SELECT at, time FROM event WHERE show = ? ORDER BY seq DESC LIMIT 1", (ident,)
        ).fetchone()
        at, moment = last if last is not None else (0.0, started)
        return ShowEntry(ident, room, started, software, self._ending(ident, newest), moment, at)

    def _ending(self, ident: str, newest: bool) -> Ending:
        query = "SELECT data FROM event WHERE show = ? AND type = 'room.state' ORDER BY seq DESC LIMIT 1"
        row = self._connection.execute(query, (ident,)).fetchone()
        if row is not None and '"closing"' in row[0]:
            return Ending.CLOSED
        return Ending.ON_AIR if newest and self._in_use() else Ending.BROKEN_OFF

    def _in_use(self) -> bool:
        """Whether a server holds the log's lock."""
        with contextlib.suppress(OSError), open(self._path.with_suffix(".lock"), "rb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def _unusable(self, error: sqlite3.Error) -> ReportError:
        return ReportError("log-unusable", f"{self._path} can't be read: {error}.")
