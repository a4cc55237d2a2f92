"""Reads a stream of Server-Sent Events (WHATWG HTML, section 9.2.6), however it is cut into chunks."""

import codecs

_EVENT_BOUND_CHARS = 1_000_000


class ServerSentError(Exception):
    """Bytes that are no event stream: not UTF-8, or an event without end."""


class ServerSentDecoder:
    """Feed bytes; get back the `data` of every event that they complete."""

    def __init__(self) -> None:
        self._text = codecs.getincrementaldecoder("utf-8-sig")("strict")
        self._line = ""
        self._after_cr = False
        self._data: list[str] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[str]:
        """Return the data of the events completed by `chunk`; raises `ServerSentError`."""
        try:
            text = self._text.decode(chunk)
        except UnicodeDecodeError as error:
            raise ServerSentError(f"the stream is not UTF-8: {error}") from error
        if self._after_cr and text.startswith("\n"):  # the second half of a CRLF that was cut in two
            text = text[1:]
            self._after_cr = False
        elif text:
            self._after_cr = False
        if text.endswith("\r"):
            self._after_cr = True
        lines = (self._line + text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
        self._line = lines.pop()
        self._size += len(text)
        events = [data for line in lines if (data := self._take(line)) is not None]
        if self._size > _EVENT_BOUND_CHARS:
            raise ServerSentError(f"an event is longer than {_EVENT_BOUND_CHARS} characters")
        return events

    def end(self) -> list[str]:
        """Return the event that the stream's end completes; servers often leave out the last blank line."""
        lines, self._line = [self._line, ""], ""
        return [data for line in lines if (data := self._take(line)) is not None]

    def _take(self, line: str) -> str | None:
        if line == "":
            data, self._data = self._data, []
            self._size = 0
            return "\n".join(data) if data else None
        name, _, value = line.partition(":")
        if name == "data":
            self._data.append(value.removeprefix(" "))
        return None
