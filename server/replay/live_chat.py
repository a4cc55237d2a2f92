"""A chat that goes on: lines as a platform's tool writes them, behind the same door as recorded logs."""

import os
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from threading import Event
from typing import BinaryIO, Self

from server.replay.sources.contract import ChatEvent, LogError, Unreadable
from server.replay.sources.irc_log import IrcLog
from server.replay.sources.message import Found, LeftOut, Malformed, Notes, unreadable
from server.replay.sources.shapes import RecordReader
from server.replay.sources.timeline import event_of

LONGEST_LINE_BYTES = 1024 * 1024
_REMEMBERED_IDS = 10_000
_LOOK_EVERY_S = 0.2


class LiveChat:
    """Reads lines as they come: JSON of any known shape, IRC, or a chat log's text; `t` is when the line came.

    Iterating waits for the next line; it belongs in a thread. `clock` gives monotonic seconds.
    """

    def __init__(self, lines: Iterable[bytes], clock: Callable[[], float] = time.monotonic) -> None:
        self._lines = lines
        self._clock = clock
        self._notes = Notes()
        self._records = RecordReader(self._notes)
        self._irc = IrcLog()
        self._seen: OrderedDict[str, None] = OrderedDict()

    @property
    def format(self) -> str:
        return "live"

    @property
    def notes(self) -> tuple[str, ...]:
        return self._notes.sentences()

    def __iter__(self) -> Iterator[ChatEvent | Unreadable]:
        begun = self._clock()
        for number, raw in enumerate(self._lines, 1):
            for found in self._read(number, raw):
                if isinstance(found, Unreadable):
                    yield found
                elif not self._again(found.raw_id):
                    yield event_of(found, self._clock() - begun)

    def close(self) -> None:
        """Nothing to let go of; whoever gave the lines closes them."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def _read(self, number: int, raw: bytes) -> Iterator[Found]:
        if len(raw) > LONGEST_LINE_BYTES:
            yield unreadable(number, "longer than 1 MiB", raw[:400].decode("utf-8", "replace"))
            return
        text = _decoded(raw)
        if text is None:
            yield unreadable(number, "neither UTF-8 nor GB18030", raw[:400].decode("utf-8", "replace"))
            return
        text = text.lstrip("\ufeff").strip("\r\n \t")
        if not text:
            return
        if not IrcLog.knows(text):
            yield from self._records.read_line(number, text)
            return
        try:
            yield from self._irc.read(text, number, self._notes)
        except LeftOut as left:
            self._notes.leave_out(str(left))
        except Malformed as error:
            yield unreadable(number, str(error), text)

    def _again(self, raw_id: str | None) -> bool:
        if raw_id is None:
            return False
        if raw_id in self._seen:
            self._notes.leave_out("message that came twice (same id)")
            return True
        self._seen[raw_id] = None
        if len(self._seen) > _REMEMBERED_IDS:
            self._seen.popitem(last=False)
        return False


def _decoded(raw: bytes) -> str | None:
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def lines_of(descriptor: int) -> Iterator[bytes]:
    """The lines of an open file until it ends; of a line longer than any message its beginning.

    Reads without Python's buffer: at the end of the process that would wait for the thread that still reads from it.
    """
    part = b""
    too_long = False
    while piece := os.read(descriptor, 65_536):
        *whole, part = (part + piece).split(b"\n")
        for line in whole:
            if not too_long:
                yield line
            too_long = False
        if len(part) > LONGEST_LINE_BYTES:
            if not too_long:
                yield part
            part, too_long = b"", True
    if part and not too_long:
        yield part


def follow(path: Path, stop: Event, *, from_start: bool = False) -> Iterator[bytes]:
    """The lines that are added to a file, until `stop` is set; a file that is replaced or emptied is read anew.

    Raises `LogError` if it can't be opened.
    """
    file = _opened(path)
    try:
        if not from_start:
            file.seek(0, os.SEEK_END)
        part = b""
        while not stop.is_set():
            raw = file.readline(LONGEST_LINE_BYTES + 1)
            if raw:
                part += raw
                if part.endswith(b"\n") or len(part) > LONGEST_LINE_BYTES:
                    yield part
                    part = b""
                continue
            if _replaced(path, file):
                file.close()
                file = _opened(path)
                part = b""
                continue
            stop.wait(_LOOK_EVERY_S)
    finally:
        file.close()


def _opened(path: Path) -> BinaryIO:
    try:
        return open(path, "rb")
    except FileNotFoundError:
        raise LogError("missing", f"There is no file {path}. Check the name.") from None
    except OSError as error:
        raise LogError("no-access", f"{path} can't be read: {error.strerror or error}.") from error


def _replaced(path: Path, file: BinaryIO) -> bool:
    """Whether another file has the name now, or this one has become shorter than what was read of it."""
    try:
        there = path.stat()
    except OSError:
        return False
    here = os.fstat(file.fileno())
    return there.st_ino != here.st_ino or there.st_size < file.tell()
