"""A log's bytes as text: unpacked, its encoding told by its content, line by line or piece by piece."""

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from server.replay.sources.contract import LogError, Unreadable
from server.replay.sources.message import Notes, unreadable

SAMPLE_BYTES = 256 * 1024
LONGEST_LINE_BYTES = 1024 * 1024
"""A longer line is reported and skipped; the longest message that a platform sends is some kilobytes."""
_PIECE_BYTES = 64 * 1024
_GZIP = b"\x1f\x8b"
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class _Unpacked(io.RawIOBase):
    """The file's bytes, gzip undone, that end where the file breaks off; `failure` then says how."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        head = file.read(SAMPLE_BYTES)
        self.packed = head.startswith(_GZIP)
        self._head = head
        self._gzip: gzip.GzipFile | None = None
        self.failure = ""
        if self.packed:
            self._gzip = gzip.GzipFile(fileobj=_Rejoined(head, file))
            self._head = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._head:
            piece, self._head = self._head[: len(buffer)], self._head[len(buffer) :]
        else:
            piece = self._read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def _read(self, size: int) -> bytes:
        if self.failure:
            return b""
        try:
            # read1 gives what there is before a break; read would lose it
            return self._gzip.read1(size) if self._gzip else self._file.read(size)
        except (EOFError, zlib.error, OSError) as error:
            self.failure = f"the file breaks off or is damaged here ({error})"
            return b""

    def close(self) -> None:
        self._file.close()
        super().close()


class _Rejoined(io.RawIOBase):
    """A file of which the beginning has already been read."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        piece = self._head[: len(buffer)]
        self._head = self._head[len(buffer) :]
        if not piece:
            piece = self._rest.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


class TextStream:
    """A log file as text. Read it once, by `lines` or by `pieces`; raises `LogError` if it can't be opened."""

    def __init__(self, path: Path, notes: Notes) -> None:
        try:
            self._raw = _Unpacked(open(path, "rb"))  # noqa: SIM115 - closed with the stream
        except FileNotFoundError:
            raise LogError("missing", f"There is no file {path}. Check the name.") from None
        except OSError as error:
            raise LogError("no-access", f"{path} can't be read: {error.strerror or error}.") from error
        self._bytes = io.BufferedReader(self._raw, _PIECE_BYTES)
        self._notes = notes
        self.head = self._first_bytes()
        """The first 256 KiB, unpacked."""
        self.encoding, self._skip = _encoding_of(self.head)
        if self.encoding not in ("utf-8",):
            notes.say(f"Read as {self.encoding.upper()} (told from the bytes).")

    @property
    def packed(self) -> bool:
        """Whether the file is compressed."""
        return self._raw.packed

    def sample(self) -> str:
        """The first 256 KiB as text, which are read again by what follows."""
        return codecs.getincrementaldecoder(self.encoding)("replace").decode(self.head[self._skip :])

    def pieces(self) -> Iterator[str]:
        """The whole text in pieces of about 64 KiB; what is not in the encoding is replaced by U+FFFD and told."""
        decoder = codecs.getincrementaldecoder(self.encoding)("replace")
        first = True
        replaced = 0
        while piece := self._read(_PIECE_BYTES):
            text = decoder.decode(piece[self._skip :] if first else piece)
            first = False
            replaced += text.count("\ufffd")
            yield text
        if rest := decoder.decode(b"", final=True):
            replaced += rest.count("\ufffd")
            yield rest
        if replaced:
            self._notes.say(f"{replaced} characters are not {self.encoding.upper()}; U+FFFD stands for them.")

    def lines(self) -> Iterator[tuple[int, str] | Unreadable]:
        """Every line with its number from 1, without its end; those too long, or in no known encoding, as `Unreadable`."""
        if self.encoding.startswith("utf-16"):
            yield from _split(self.pieces())
            return
        number = 0
        while raw := self._read_line(LONGEST_LINE_BYTES + 1):
            number += 1
            if number == 1:
                raw = raw[self._skip :]
            if len(raw) > LONGEST_LINE_BYTES:
                start = raw
                while raw and not raw.endswith(b"\n"):
                    raw = self._read_line(LONGEST_LINE_BYTES)
                yield unreadable(number, "longer than 1 MiB", start[:400].decode("utf-8", "replace"))
                continue
            text = self._decode(raw)
            if text is None:
                yield unreadable(number, "neither UTF-8 nor GB18030", raw[:400].decode("utf-8", "replace"))
            else:
                yield number, text.rstrip("\r\n")

    @property
    def failure(self) -> str:
        """Why the file ended early, or empty."""
        return self._raw.failure

    def close(self) -> None:
        """Let go of the file."""
        self._bytes.close()

    def _first_bytes(self) -> bytes:
        got = b""
        while len(got) < SAMPLE_BYTES and (piece := self._bytes.read(SAMPLE_BYTES - len(got))):
            got += piece
        self._again = io.BytesIO(got)
        return got

    def _read(self, size: int) -> bytes:
        return self._again.read(size) or self._bytes.read(size)

    def _read_line(self, limit: int) -> bytes:
        line = self._again.readline(limit)
        if line.endswith(b"\n") or len(line) >= limit:
            return line
        return line + self._bytes.readline(limit - len(line))

    def _decode(self, raw: bytes) -> str | None:
        try:
            return raw.decode(self.encoding)
        except UnicodeDecodeError as error:
            if not raw.endswith(b"\n") and 0 < error.start >= len(raw) - 3:  # the last line, cut within a character
                return raw[: error.start].decode(self.encoding)
        other = "gb18030" if self.encoding == "utf-8" else "utf-8"
        try:
            text = raw.decode(other)
        except UnicodeDecodeError:
            return None
        if other == "gb18030" and not _plausible_chinese(raw):
            return None
        self._notes.say(f"Some lines are {other.upper()}, most {self.encoding.upper()}; each was read as what it is.")
        return text


def _split(pieces: Iterator[str]) -> Iterator[tuple[int, str] | Unreadable]:
    number, rest = 0, ""
    for piece in pieces:
        *whole, rest = (rest + piece).split("\n")
        for line in whole:
            number += 1
            yield number, line.rstrip("\r")
        if len(rest) > LONGEST_LINE_BYTES:
            yield unreadable(number + 1, "longer than 1 MiB", rest[:400])
            rest = ""
    if rest:
        yield number + 1, rest.rstrip("\r")


def _encoding_of(head: bytes) -> tuple[str, int]:
    """The encoding, and the bytes of its mark."""
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name, len(mark)
    pairs = len(head) // 2
    if pairs >= 2:
        nulls = (head[: 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0))
        if nulls[1] > 0.3 * pairs and nulls[0] < 0.05 * pairs:
            return "utf-16-le", 0
        if nulls[0] > 0.3 * pairs and nulls[1] < 0.05 * pairs:
            return "utf-16-be", 0
    lines = [line for line in head.split(b"\n")[: -1 if len(head) >= SAMPLE_BYTES else None] if not line.isascii()]
    if not lines and not head.isascii():  # one long line, cut somewhere
        lines = [head[:-4]]
    chinese = sum(not _is_utf8(line) and _plausible_chinese(line) for line in lines)
    unicode = sum(_is_utf8(line) for line in lines)
    return ("gb18030", 0) if chinese > unicode else ("utf-8", 0)


def _is_utf8(line: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(line)
    except UnicodeDecodeError:
        return False
    return True


def _plausible_chinese(line: bytes) -> bool:
    """Whether bytes read as GB18030 give common characters: most in the punctuation or level 1 of GB 2312.

    GB18030 takes nearly any bytes; a broken UTF-8 line would come out as rare characters from outside of level 1.
    """
    common = other = position = 0
    while position < len(line):
        lead = line[position]
        if lead < 0x80:
            position += 1
            continue
        trail = line[position + 1] if position + 1 < len(line) else 0
        if trail >= 0xA1 and (0xB0 <= lead <= 0xD7 or 0xA1 <= lead <= 0xA3):
            common += 1
        else:
            other += 1
        position += 2
    return common > 2 * other
