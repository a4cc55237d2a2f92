"""Tells a log's format by its content, and opens it."""

import re
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Self

from server.replay.sources import bilibili_xml, show_log, table
from server.replay.sources.contract import ChatEvent, LogError, Unreadable
from server.replay.sources.irc_log import IrcLog
from server.replay.sources.json_document import ARRAYS_OF_MESSAGES, JsonDocument
from server.replay.sources.message import Found, LeftOut, Malformed, Notes, unreadable
from server.replay.sources.normal_form import FENCE
from server.replay.sources.record import Record, parse_object
from server.replay.sources.shapes import RecordReader, shape_of
from server.replay.sources.text_stream import TextStream
from server.replay.sources.timeline import Timeline

_SQLITE = b"SQLite format 3\x00"
_ZIP = b"PK\x03\x04"
_LOOKED_AT = 60
"""Lines of the beginning that are tried."""
_KNOWN = (
    "yt-dlp, chat-downloader, the YouTube API, TwitchDownloader, tcd, IRC and Chatterino, Bilibili XML and websocket, Douyin, TikTok,"
    " MetaStudio, CSV, and Talkback's own logs"
)


class LogSource:
    """A log of any format behind `ChatSource`; iterate once."""

    def __init__(self, format: str, found: Iterator[Found], notes: Notes, close: Callable[[], None]) -> None:
        self._format = format
        self._found = found
        self._notes = notes
        self._close = close

    @property
    def format(self) -> str:
        return self._format

    @property
    def notes(self) -> tuple[str, ...]:
        return self._notes.sentences()

    def __iter__(self) -> Iterator[ChatEvent | Unreadable]:
        return Timeline(self._notes).place(self._found)

    def close(self) -> None:
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()


def recognise(path: Path, *, show: str | None = None) -> LogSource:
    """Open a log; raises `LogError`."""
    if path.is_dir():
        inside = path / "events.sqlite3"
        if not inside.is_file():
            raise LogError(
                "unknown-format", f"{path} is a folder; give a log file (a room's own is events.sqlite3 in its folder)."
            )
        path = inside
    notes = Notes()
    stream = TextStream(path, notes)
    try:
        return _open(path, stream, notes, show)
    except LogError:
        stream.close()
        raise


def _open(path: Path, stream: TextStream, notes: Notes, show: str | None) -> LogSource:
    head = stream.head
    if not head.strip():
        reason = f" ({stream.failure})" if stream.failure else ""
        raise LogError("damaged" if reason else "empty", f"{path} is empty{reason}.")
    if head.startswith(_SQLITE):
        if stream.packed:
            raise LogError("unknown-format", f"{path} is a compressed database; unpack it first (gunzip).")
        stream.close()
        log = show_log.ShowLog(path, show, notes)
        return LogSource(show_log.NAME, iter(log), notes, log.close)
    if head.startswith(_ZIP):
        if b"xl/" in head or b"[Content_Types].xml" in head:
            raise LogError("spreadsheet", f"{path} is a spreadsheet (XLSX). Save it as CSV and give that.")
        raise LogError("unknown-format", f"{path} is a ZIP archive. Unpack it and give the log inside.")
    if show is not None:
        notes.say("A show can be chosen in Talkback's own log only; this is another format.")
    format, found = _text_format(path, stream, notes)
    return LogSource(format, _ending(found, stream), notes, stream.close)


def _text_format(path: Path, stream: TextStream, notes: Notes) -> tuple[str, Iterator[Found]]:
    sample = stream.sample()
    start = sample.lstrip("\ufeff \t\r\n")
    lines = [line for line in start.split("\n")[:_LOOKED_AT] if line.strip()]
    if not lines:
        raise LogError("unknown-format", f"{path} holds no text that can be read.")
    if start.startswith(FENCE + "\n") or start.startswith(FENCE + "\r\n"):
        return "talkback-scenario", _scenario(stream, notes)
    if start.startswith("<"):
        if bilibili_xml.knows(sample):
            return bilibili_xml.NAME, iter(bilibili_xml.BilibiliXml(stream.pieces(), sample, notes))
        raise LogError("unknown-format", f"{path} is XML or HTML, but not Bilibili's danmaku. Known: {_KNOWN}.")
    if (found := _json(stream, notes, start, lines, sample)) is not None:
        return found
    if sum(IrcLog.knows(line.rstrip("\r")) for line in lines) * 2 >= len(lines):
        return IrcLog.name, _irc(stream, notes)
    columns = table.columns_of(lines[0].rstrip("\r"))
    if columns is not None:
        return table.NAME, iter(table.Table(stream.lines(), columns, notes))
    shown = re.sub(r"\s+", " ", lines[0])[:80]
    what = (
        "is JSON, but no chat of a known shape" if parse_object(sample) or start[0] == "{" else "is of no known format"
    )
    raise LogError(
        "unknown-format",
        f"{path} {what}; it begins with “{shown}”. Known: {_KNOWN}. A table needs a first line that names the columns"
        " (time, user, message).",
    )


def _json(
    stream: TextStream, notes: Notes, start: str, lines: list[str], sample: str
) -> tuple[str, Iterator[Found]] | None:
    """A log of JSON, an object a line or one document; its format is that of the first record of a known shape."""
    records = [fields for line in lines if (fields := parse_object(line)) is not None]
    known = next((shape for fields in records if (shape := shape_of(Record(fields))) is not None), None)
    by_line = start[0] != "[" and (2 * len(records) >= len(lines) or parse_object(lines[0]) is not None)
    if known is not None and by_line and (len(lines) > 1 or not _has_array(lines[0])):
        return known.name, _json_lines(stream, notes)
    if start[0] not in "{[":
        return None
    for item in islice(JsonDocument(iter([sample])), _LOOKED_AT):
        if isinstance(item, Record) and (shape := shape_of(item)) is not None:
            return shape.name, _json_document(stream, notes)
    record = Record(parse_object(sample) or {}, 1)
    if record.fields and (shape := shape_of(record)) is not None:
        return shape.name, RecordReader(notes).read(record)
    return None


def _has_array(line: str) -> bool:
    """Whether a single line is a whole document rather than a record."""
    fields = parse_object(line) or {}
    return any(isinstance(fields.get(name), list) for name in ARRAYS_OF_MESSAGES)


def _json_document(stream: TextStream, notes: Notes) -> Iterator[Found]:
    reader = RecordReader(notes)
    for item in JsonDocument(stream.pieces()):
        if isinstance(item, Unreadable):
            yield item
        else:
            yield from reader.read(item)


def _json_lines(stream: TextStream, notes: Notes) -> Iterator[Found]:
    reader = RecordReader(notes)
    for item in stream.lines():
        if isinstance(item, Unreadable):
            yield item
        elif item[1].strip():
            yield from reader.read_line(*item)


def _scenario(stream: TextStream, notes: Notes) -> Iterator[Found]:
    """The comments of a scenario; its header is for whoever judges."""
    reader = RecordReader(notes)
    fences = 0
    for item in stream.lines():
        if isinstance(item, Unreadable):
            yield item
        elif fences < 2:
            fences += item[1].rstrip() == FENCE
        elif item[1].strip():
            yield from reader.read_line(*item)


def _irc(stream: TextStream, notes: Notes) -> Iterator[Found]:
    log = IrcLog()
    for item in stream.lines():
        if isinstance(item, Unreadable):
            yield item
            continue
        number, text = item
        if not text.strip():
            continue
        try:
            yield from log.read(text, number, notes)
        except LeftOut as left:
            notes.leave_out(str(left))
        except Malformed as error:
            yield unreadable(number, str(error), text)


def _ending(found: Iterator[Found], stream: TextStream) -> Iterator[Found]:
    """What is found, and at the end why the file broke off, if it did."""
    yield from found
    if stream.failure:
        yield Unreadable(0, stream.failure, "")
