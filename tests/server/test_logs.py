import json
import logging
import sys

from aiohttp.http_exceptions import BadHttpMessage

from server.logs import ClientNoise, JsonLines, TextLines


def record(message: str, **extra: object) -> logging.LogRecord:
    made = logging.makeLogRecord({"name": "server.room", "levelno": 30, "levelname": "WARNING", "msg": message})
    vars(made).update(extra)
    return made


def test_json_line_holds_extra_fields_and_is_one_line() -> None:
    line = JsonLines().format(record("two\nlines", viewer="林", took=0.5))
    assert "\n" not in line
    parsed = json.loads(line)
    assert parsed["message"] == "two\nlines"
    assert (parsed["level"], parsed["logger"], parsed["viewer"], parsed["took"]) == (
        "warning",
        "server.room",
        "林",
        0.5,
    )


def test_json_line_holds_the_error() -> None:
    try:
        raise ValueError("bad")
    except ValueError:
        line = JsonLines().format(record("failed", exc_info=sys.exc_info()))
    assert "ValueError: bad" in json.loads(line)["error"]


def test_text_line_ends_with_extra_fields() -> None:
    assert TextLines().format(record("closed", room="demo")).endswith("WARNING server.room: closed [room=demo]")


def test_strangers_who_speak_no_http_fill_no_log() -> None:
    for error, kept in ((BadHttpMessage("nonsense"), False), (ValueError("ours"), True)):
        info = (type(error), error, None)
        assert ClientNoise().filter(record("Error handling request", exc_info=info)) is kept
