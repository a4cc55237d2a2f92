"""How the server logs: lines for a person, or JSON lines for a machine.

What a viewer wrote, and under which name, never goes into a message: only into the fields `viewer` and `text`, so that
whoever collects the logs can leave them out.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, Literal

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

log = logging.getLogger(__name__)

LogFormat = Literal["text", "json"]

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_TALKATIVE = ("aiortc", "aioice", "aiohttp.access", "asyncio", "faster_whisper", "piper")


class JsonLines(logging.Formatter):
    """One JSON object a line: `time`, `level`, `logger`, `message`, `error`, and whatever was given as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """Encode a record."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """A line for a person; `extra` fields follow the message."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the standard library's name
        """Encode a record without its traceback."""
        extra = " ".join(f"{name}={value}" for name, value in vars(record).items() if name not in _STANDARD)
        return super().formatMessage(record) + (f" [{extra}]" if extra else "")


class ClientNoise(logging.Filter):
    """Turns what aiohttp logs about requests that are no HTTP (a stack trace for each) into one line for debugging."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the record unless it is such a one; then tell it in short where debugging is wanted."""
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, (HttpProcessingError, web.RequestPayloadError)):
            return True
        log.debug("a request that is no HTTP was refused: %s", str(error).split("\n")[0][:200])
        return False


def start_logging(form: LogFormat, level: str) -> None:
    """Log to standard error from now on; libraries that talk a lot only when they warn."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.getLogger("aiohttp.server").addFilter(ClientNoise())
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
