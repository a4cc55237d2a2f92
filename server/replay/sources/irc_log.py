"""Chat as text: what Chatterino and log sites write, and raw IRC with Twitch's tags."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from server.replay.sources.contract import ChatType
from server.replay.sources.message import LeftOut, Malformed, Message, Notes
from server.replay.sources.record import as_datetime, as_number
from server.replay.sources.twitch_badges import roles_of

_STAMPED = re.compile(
    r"\[(?P<date>\d{4}[-/]\d\d[-/]\d\d[ T])?(?P<time>\d{1,3}:\d\d:\d\d(?:\.\d+)?)(?P<zone> ?(?:UTC|Z|[+-]\d\d:?\d\d))?\]"
    r" (?:#\w+ )?(?P<rest>.*)"
)
_SAID = re.compile(r"(?P<user>[^\s:][^:]{0,80}?): (?P<text>.*)")
_RAW = re.compile(
    r"(?:@(?P<tags>\S+) )?:(?P<prefix>\S+) (?P<command>[A-Z]+|\d{3})(?: (?P<middle>[^:][^ ]*(?: [^:][^ ]*)*))?(?: :(?P<text>.*))?"
)
_LOG_BEGINS = re.compile(r"# Start logging at (\d{4}-\d\d-\d\d)[ T]\d\d:\d\d:\d\d ?(.*)")
_ESCAPES = {":": ";", "s": " ", "\\": "\\", "r": "\r", "n": "\n"}
_COMMANDS = ("PRIVMSG", "USERNOTICE", "CLEARCHAT", "CLEARMSG", "JOIN", "PART", "ROOMSTATE", "USERSTATE", "NOTICE")
_DAY = timedelta(days=1).total_seconds()


class IrcLog:
    """Reads lines in order, since a line that tells only the time of day needs the one before it."""

    name = "irc"

    def __init__(self) -> None:
        self._day: datetime | None = None
        self._last_s: float | None = None
        self._days = 0

    @staticmethod
    def knows(text: str) -> bool:
        """Whether a line is of such a log."""
        if _LOG_BEGINS.match(text):
            return True
        stamped = _STAMPED.fullmatch(text)
        rest = stamped.group("rest") if stamped else text
        raw = _RAW.fullmatch(rest)
        if raw is not None and raw.group("command") in _COMMANDS:
            return True
        return stamped is not None and _SAID.match(rest) is not None

    def read(self, text: str, line: int, notes: Notes) -> Iterator[Message]:
        """The message in a line; raises `Malformed` or `LeftOut`."""
        if begins := _LOG_BEGINS.match(text):
            day = as_datetime(begins.group(1) + "T00:00:00")
            if day is None:
                raise Malformed("a date that does not exist")
            self._day = day.replace(tzinfo=UTC)
            self._last_s, self._days = None, 0
            if begins.group(2) not in ("UTC", "GMT", "Z"):
                notes.say("The log does not say its time zone in a form that can be read; UTC was taken.")
            raise LeftOut("line about the log itself")
        if text.startswith("# "):
            raise LeftOut("line about the log itself")
        offset, ts = None, None
        stamped = _STAMPED.fullmatch(text)
        rest = text
        if stamped:
            offset, ts = self._when(stamped, notes)
            rest = stamped.group("rest")
        raw = _RAW.fullmatch(rest)
        if raw is not None and (raw.group("tags") or "!" in raw.group("prefix") or raw.group("command") in _COMMANDS):
            yield _raw_message(raw, offset, ts, line)
            return
        if not stamped:
            raise Malformed("no [time] and no IRC message")
        said = _SAID.match(rest)
        if not said:
            yield Message("irc", ChatType.SYSTEM, "", "", rest, offset, ts, line=line)
            return
        user = said.group("user").strip()
        if " " in user and len(user.split()) > 3:  # "a mod has changed the title: …"
            yield Message("irc", ChatType.SYSTEM, "", "", rest, offset, ts, line=line)
            return
        yield Message("irc", ChatType.CHAT, user, user, said.group("text"), offset, ts, line=line)

    def _when(self, stamped: re.Match[str], notes: Notes) -> tuple[float | None, float | None]:
        """Offset and Unix time: with a date absolute, with a one-digit hour an offset, else the time of a day."""
        clock = stamped.group("time")
        hours, minutes, seconds = clock.split(":")
        since_midnight = int(hours) * 3600 + int(minutes) * 60 + float(seconds)
        if stamped.group("date"):
            zone = (stamped.group("zone") or "").strip()
            zone = "+00:00" if zone in ("UTC", "Z", "") else zone
            moment = as_datetime(stamped.group("date").strip(" T") + "T" + clock + zone)
            if moment is None:
                raise Malformed("a date that does not exist")
            if not stamped.group("zone"):
                notes.say("The times have no zone; UTC was taken (it makes no difference to the pace).")
            return None, moment.timestamp()
        if len(hours) == 1:
            notes.say("Times with a one-digit hour were read as time since the stream began.")
            return since_midnight, None
        if self._last_s is not None and since_midnight < self._last_s - _DAY / 2:
            self._days += 1
            notes.say("The clock passes midnight; the day after was taken.")
        self._last_s = since_midnight
        if self._day is not None:
            return None, self._day.timestamp() + self._days * _DAY + since_midnight
        notes.say("The lines tell the time of day only; the first message was taken as the start.")
        return None, self._days * _DAY + since_midnight


def _raw_message(raw: re.Match[str], offset: float | None, ts: float | None, line: int) -> Message:
    tags = _tags(raw.group("tags") or "")
    nick = raw.group("prefix").partition("!")[0]
    text, command = raw.group("text") or "", raw.group("command")
    sent = as_number(tags.get("tmi-sent-ts"))
    if sent is not None:
        ts, offset = sent / 1000, None
    user = tags.get("display-name") or tags.get("login") or nick
    user_id = tags.get("user-id") or nick
    badges = tuple(entry.partition("/")[0] for entry in tags.get("badges", "").split(",") if entry)
    roles = roles_of(badges)
    bits = as_number(tags.get("bits"))
    if command == "PRIVMSG":
        type = ChatType.PAID if bits else ChatType.CHAT
        text = text.removeprefix("\x01ACTION ").removesuffix("\x01")
    elif command == "USERNOTICE":
        type = ChatType.PAID if "sub" in tags.get("msg-id", "") else ChatType.SYSTEM
        text = text or tags.get("system-msg", "")
    elif command == "JOIN":
        type = ChatType.ENTER
    else:
        raise LeftOut(f"{command} (not a message)")
    return Message(
        "twitch",
        type,
        user_id,
        user,
        text,
        offset,
        ts,
        bits,
        "bits" if bits else None,
        roles,
        badges,
        tags.get("id"),
        line,
    )


def _tags(text: str) -> dict[str, str]:
    """IRCv3 message tags, unescaped."""
    tags: dict[str, str] = {}
    for entry in text.split(";"):
        name, _, value = entry.partition("=")
        tags[name] = re.sub(r"\\(.?)", lambda match: _ESCAPES.get(match.group(1), match.group(1)), value)
    return tags
