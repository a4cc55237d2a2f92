"""A stretch of a real show, as its event log tells it: the comments, and what became of each."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from server.replay.sources.contract import ChatEvent, LogError, open_log
from server.replay.sources.message import Notes
from server.replay.sources.show_log import ShowLog

_TYPES = ("comment.received", "comment.decided", "line.started", "promotion.announced", "desk.action")


@dataclass(slots=True)
class Fared:
    """How a comment fared."""

    event: ChatEvent
    """With the time on the show clock."""
    fate: str = ""
    """Empty while it had none at the end of the log."""
    reason: str = ""
    facts: tuple[str, ...] = ()
    words: str = ""
    """What was said or written to it."""
    after_s: float | None = None
    """From the comment to the first Line that answers it, or to its decision."""


@dataclass(slots=True)
class Incident:
    """What happened between two moments of a show."""

    show: str
    start: float
    end: float
    comments: list[Fared] = field(default_factory=list)
    promotions: list[tuple[float, str]] = field(default_factory=list)
    """When which promotion was announced."""
    hosts_acted: int = 0
    """What hosts did at the desk meanwhile; a replay has no host at the desk."""
    viewers: set[str] = field(default_factory=set)
    """Names of everybody who wrote in the whole show, and of the hosts who acted."""


def read_incident(log: Path, show: str | None, at: float, around: float) -> Incident:
    """Read a stretch of a show; raises `LogError` (also when nobody wrote in it)."""
    if not log.is_file():
        raise LogError(
            "missing", f"There is no event log {log}. --data says where logs are kept, --room which room's it is."
        )
    with open_log(log, show=show) as source:
        said = [item for item in source if isinstance(item, ChatEvent)]
    shows = ShowLog(log, show, Notes())
    try:
        incident = Incident(shows.show, max(0.0, at - around), at + around)
        _take_in(incident, said, shows)
    except sqlite3.Error as error:
        raise LogError("damaged", f"{log} can't be read: {error}.") from error
    finally:
        shows.close()
    if not incident.comments:
        near = min(said, key=lambda event: abs(event.t - at), default=None)
        where = f"the nearest came at {clock_of(near.t)}" if near else "there is none at all"
        raise LogError(
            "no-comments", f"Show {incident.show} has no comment around {clock_of(at)} (± {around:g} s); {where}."
        )
    return incident


def _take_in(incident: Incident, said: list[ChatEvent], shows: ShowLog) -> None:
    fared: dict[str, Fared] = {}
    for event in said:
        incident.viewers.add(event.user)
        if incident.start <= event.t <= incident.end:
            fared[event.raw_id or f"line {event.line}"] = Fared(event)
    incident.comments = list(fared.values())
    merged: list[tuple[str, str]] = []
    for at, kind, data in _events(shows):
        inside = incident.start <= at <= incident.end
        if kind == "desk.action":
            incident.viewers.add(str(data.get("by") or ""))
            incident.hosts_acted += inside
        elif kind == "promotion.announced" and inside:
            incident.promotions.append((at, str(data.get("promotion", ""))))
        elif kind == "line.started":
            for comment in data.get("comments") or ():
                if (found := fared.get(str(comment))) is not None:
                    found.facts = tuple(dict.fromkeys((*found.facts, *map(str, data.get("facts") or ()))))
                    if data.get("kind") != "readback":
                        found.words = f"{found.words} {data.get('text', '')}".strip()
                    found.after_s = at - found.event.t if found.after_s is None else found.after_s
        elif kind == "comment.decided" and (found := fared.get(str(data.get("comment")))) is not None:
            found.fate, found.reason = str(data.get("fate", "")), str(data.get("reason") or "")
            found.words = found.words or str(data.get("text") or "")
            found.after_s = at - found.event.t if found.after_s is None else found.after_s
            if data.get("into"):
                merged.append((str(data["comment"]), str(data["into"])))
    for comment, into in merged:  # whoever was merged got the words of the other
        if into in fared:
            fared[comment].facts, fared[comment].words = fared[into].facts, fared[into].words
    incident.viewers.discard("")


def _events(shows: ShowLog) -> Iterator[tuple[float, str, dict[str, Any]]]:
    for at, kind, text in shows.rows(_TYPES):
        try:
            data = json.loads(text)
        except ValueError:
            continue
        if isinstance(data, dict):
            yield at, kind, data


def clock_of(seconds: float) -> str:
    """Seconds of the show as ``00:31:10``."""
    whole = round(seconds)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
