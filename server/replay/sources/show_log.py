"""Our own event log: the comments of one show, from a room's SQLite file or from its export as JSON Lines."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from server.replay.sources.contract import ChatType, LogError
from server.replay.sources.message import Found, LeftOut, Malformed, Message, Notes, unreadable
from server.replay.sources.record import Record, parse_object

NAME = "talkback-log"
_BATCH = 500


class ShowExportShape:
    """A line of an exported log: an event with ``type`` and ``at``, its data beside them or under ``data``."""

    name = "talkback-export"

    def knows(self, record: Record) -> bool:
        return "at" in record and isinstance(record.get("type"), str) and ("time" in record or "seq" in record)

    def read(self, record: Record, notes: Notes) -> Iterator[Message]:
        if record.text("type") != "comment.received":
            raise LeftOut("event that is not a comment")
        data = record.child("data") if isinstance(record.get("data"), dict) else record
        yield _comment(data, record.number("at"), record.moment("time"), record.line)


class ShowLog:
    """A room's log, read without taking it from a running server. Raises `LogError`."""

    def __init__(self, path: Path, show: str | None, notes: Notes) -> None:
        self._path = path
        self._connection = _connect(path)
        try:
            self.show = self._choose(show, notes)
        except sqlite3.Error as error:
            self._connection.close()
            raise LogError("damaged", f"{path} can't be read as an event log: {error}.") from error
        except LogError:
            self._connection.close()
            raise

    def _choose(self, wanted: str | None, notes: Notes) -> str:
        tables = {row[0] for row in self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not {"show", "event"} <= tables:
            raise LogError("unknown-format", f"{self._path} is a database, but not an event log of Talkback.")
        counts: dict[str, int] = dict(
            self._connection.execute("SELECT show, count(*) FROM event WHERE type = 'comment.received' GROUP BY show")
        )
        shows = [row[0] for row in self._connection.execute("SELECT id FROM show ORDER BY started, rowid")]
        if wanted == "last":
            wanted = None
        if wanted is not None:
            if wanted not in shows:
                known = ", ".join(shows[-5:]) or "none"
                raise LogError("no-such-show", f"{self._path} has no show {wanted}. Its last ones: {known}.")
            return str(wanted)
        chosen = next((show for show in reversed(shows) if counts.get(show)), None)
        if chosen is None:
            raise LogError("no-comments", f"{self._path}: none of its {len(shows)} shows has a comment.")
        if len(shows) > 1:
            notes.say(f"Of {len(shows)} shows the last one with comments was taken: {chosen}.")
        return str(chosen)

    def __iter__(self) -> Iterator[Found]:
        query = "SELECT at, time, data FROM event WHERE show = ? AND type = 'comment.received' ORDER BY seq"
        try:
            rows = self._connection.execute(query, (self.show,))
            number = 0
            while batch := rows.fetchmany(_BATCH):
                for at, time, data in batch:
                    number += 1
                    yield _read_row(number, at, time, data)
        except sqlite3.Error as error:
            yield unreadable(0, f"the log is damaged from here ({error})", "")

    def rows(self, types: Sequence[str]) -> Iterator[tuple[float, str, str]]:
        """Time, type and data (JSON) of the show's events of these types, in order; raises `sqlite3.Error`."""
        marks = ", ".join("?" for _ in types)
        query = f"SELECT at, type, data FROM event WHERE show = ? AND type IN ({marks}) ORDER BY seq"
        yield from self._connection.execute(query, (self.show, *types))

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


def _read_row(number: int, at: Any, time: Any, data: Any) -> Found:
    body = parse_object(data) if isinstance(data, str) else None
    if body is None:
        return unreadable(number, "an event whose data is not JSON", str(data))
    record = Record({"at": at, "time": time}, number)
    try:
        return _comment(Record(body, number), record.number("at"), record.moment("time"), number)
    except Malformed as error:
        return unreadable(number, str(error), str(data))


def _comment(data: Record, at: float | None, ts: float | None, line: int) -> Message:
    if at is None:
        raise Malformed("an event without its time")
    viewer, text = data.text("viewer"), data.text("text")
    if not viewer:
        raise Malformed("a comment without a viewer")
    return Message(
        "talkback", ChatType.CHAT, viewer, viewer, text, at, ts, raw_id=data.text("comment") or None, line=line
    )


def _connect(path: Path) -> sqlite3.Connection:
    """Open for reading only; a copy without its journal, in a folder that can't be written, as it stands."""
    uri = path.resolve().as_uri()
    last: sqlite3.Error | None = None
    for options in ("mode=ro", "mode=ro&immutable=1"):
        try:
            connection = sqlite3.connect(f"{uri}?{options}", uri=True, timeout=5.0, check_same_thread=False)
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            return connection
        except sqlite3.Error as error:
            last = error
    raise LogError("damaged", f"{path} can't be read as a database: {last}.")
