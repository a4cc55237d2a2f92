"""Chat as a table: CSV, TSV, or with semicolons; the columns are told by their headings, in English or Chinese."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC

from server.replay.sources.contract import ChatType, Unreadable
from server.replay.sources.message import Found, Malformed, Message, Notes, unreadable
from server.replay.sources.record import as_datetime, as_number, as_text, as_unix

NAME = "table"
_DELIMITERS = ",\t;"
_HEADINGS = {
    "time": ("time", "timestamp", "published_at", "publishedat", "offset", "created_at", "createdat", "date", "datetime", "time_in_seconds",
             "seconds", "t", "ts", "sent_at", "at", "时间", "发送时间", "评论时间", "时间戳", "弹幕时间", "秒"),
    "user": ("user", "author", "nickname", "username", "user_name", "name", "viewer", "author_name", "display_name", "displayname",
             "用户", "昵称", "用户名", "用户昵称", "发送者", "观众"),
    "text": ("message", "content", "text", "body", "comment", "chat", "弹幕", "内容", "评论", "评论内容", "弹幕内容", "消息"),
    "user_id": ("user_id", "userid", "uid", "author_id", "channel_id", "用户id", "用户编号"),
    "raw_id": ("id", "message_id", "msg_id", "comment_id", "comment", "消息id", "评论id"),
    "type": ("type", "event", "message_type", "类型"),
    "amount": ("amount", "price", "金额"),
    "currency": ("currency", "货币", "币种"),
    "platform": ("platform", "source", "平台"),
}  # fmt: skip
_NEEDED = ("time", "user", "text")
_CLOCK = re.compile(r"-?(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2}(?:[.,]\d+)?)")
_LARGEST_OFFSET_S = 7 * 24 * 3600
"""A plain number up to a week is time since the start; more than that is Unix time."""
_OFFSET_HEADINGS = ("at", "offset", "time_in_seconds", "seconds", "t", "秒")


@dataclass(frozen=True, slots=True)
class _Columns:
    delimiter: str
    places: dict[str, int] = field(default_factory=dict)
    headings: dict[str, str] = field(default_factory=dict)


def columns_of(heading: str) -> _Columns | None:
    """The columns that a heading names; None when time, user or text is not among them."""
    for delimiter in sorted(_DELIMITERS, key=heading.count, reverse=True):
        try:
            names = next(csv.reader([heading], delimiter=delimiter), [])
        except csv.Error:
            continue
        plain = [re.sub(r"[\s_-]+", "_", name.strip().lower().lstrip("\ufeff")) for name in names]
        found = _Columns(delimiter)
        for column, known in _HEADINGS.items():
            for name in known:
                if name in plain and plain.index(name) not in found.places.values():
                    found.places[column] = plain.index(name)
                    found.headings[column] = names[found.places[column]].strip()
                    break
        if all(column in found.places for column in _NEEDED):
            return found
    return None


class Table:
    """Reads the rows of a table whose first line is a heading."""

    def __init__(self, lines: Iterator[tuple[int, str] | Unreadable], columns: _Columns, notes: Notes) -> None:
        self._lines = lines
        self._columns = columns
        self._notes = notes
        self._line = self._start = 0
        self._skipped: list[Unreadable] = []
        told = ", ".join(f"{column} from “{heading}”" for column, heading in columns.headings.items())
        notes.say(f"Columns by their headings: {told}.")

    def __iter__(self) -> Iterator[Found]:
        rows = csv.reader(self._text(), delimiter=self._columns.delimiter)
        heading = True
        while True:
            self._start = self._line + 1
            try:
                row = next(rows)
            except StopIteration:
                yield from self._reported()
                return
            except csv.Error as error:
                yield unreadable(self._line, f"not a row of the table ({error})", "")
                continue
            yield from self._reported()
            if heading:
                heading = False
                continue
            if not any(cell.strip() for cell in row):
                continue
            try:
                yield self._message(row)
            except Malformed as error:
                yield unreadable(self._start, str(error), self._columns.delimiter.join(row))

    def _text(self) -> Iterator[str]:
        for found in self._lines:
            if isinstance(found, Unreadable):
                self._skipped.append(found)
                continue
            self._line = found[0]
            yield found[1] + "\n"

    def _reported(self) -> Iterator[Unreadable]:
        yield from self._skipped
        self._skipped.clear()

    def _cell(self, row: Sequence[str], column: str) -> str:
        place = self._columns.places.get(column)
        return as_text(row[place]).strip() if place is not None and place < len(row) else ""

    def _message(self, row: Sequence[str]) -> Message:
        user, user_id = self._cell(row, "user"), self._cell(row, "user_id")
        if len(row) <= max(self._columns.places[column] for column in _NEEDED):
            raise Malformed("a row with too few columns")
        if not user and not user_id:
            raise Malformed("a row without a user")
        offset, ts = self._when(self._cell(row, "time"))
        kind = self._cell(row, "type").lower()
        amount = as_number(self._cell(row, "amount"))
        known = {entry.value: entry for entry in ChatType}
        type = known.get(kind, ChatType.CHAT)
        if kind and kind not in known:
            self._notes.say(f"The type “{kind[:40]}” was taken as chat.")
        return Message(
            self._cell(row, "platform") or "table", type, user_id or user, user or user_id, self._cell(row, "text"), offset, ts, amount,
            self._cell(row, "currency") or None, raw_id=self._cell(row, "raw_id") or None, line=self._start,
        )  # fmt: skip

    def _when(self, cell: str) -> tuple[float | None, float | None]:
        """Offset or Unix time; raises `Malformed`."""
        number = as_number(cell)
        heading = self._columns.headings["time"].strip().lower()
        if number is not None:
            if heading in _OFFSET_HEADINGS or abs(number) <= _LARGEST_OFFSET_S:
                self._notes.say("Times are plain numbers; they were read as seconds since the start.")
                return number, None
            ts = as_unix(number)
            if ts is None:
                raise Malformed("a time that can't be read")
            self._notes.say("Times are large numbers; they were read as Unix time.")
            return None, ts
        clock = _CLOCK.fullmatch(cell)
        if clock:
            hours, minutes, seconds = clock.groups()
            self._notes.say("Times like 1:02:03 were read as time since the start.")
            value = int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds.replace(",", "."))
            return (-value if cell.startswith("-") else value), None
        moment = as_datetime(cell)
        if moment is None:
            raise Malformed("a time that can't be read")
        if moment.tzinfo is None:
            self._notes.say("The times have no zone; UTC was taken (it makes no difference to the pace).")
            moment = moment.replace(tzinfo=UTC)
        return None, moment.timestamp()
