"""What happens in a replayed show: written down event by event, and gathered by comment, line and promotion."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from dialogue.contract import DialogueEvent
from dialogue.promotions.machine import PromotionState
from render.contract import LineStarted, ShowEvent
from server.replay.script import Arrival
from server.show_events import tell_show_event

_PROMOTION_STATES: Final = frozenset(state.value for state in PromotionState)

WriteRow = Callable[[str], None]
"""Takes one event as a line of JSON, without its end."""


@dataclass(slots=True)
class LineRecord:
    """One Line that was heard."""

    id: str
    kind: str
    text: str
    language: str
    emotion: str
    comments: tuple[str, ...]
    facts: tuple[str, ...]
    product: str | None
    started: float
    ended: float | None = None
    heard: str = ""
    interrupted: bool = False


@dataclass(slots=True)
class CommentRecord:
    """One comment and all that became of it."""

    number: int
    viewer: str
    text: str
    at: float
    source: str = ""
    id: str = ""
    """Empty if the room did not take it."""
    language: str = ""
    refused: str = ""
    """Code of the refusal at the door."""
    chosen: float | None = None
    fate: str = ""
    """Empty while it has none."""
    fates: int = 0
    """How many it was given; one is right."""
    reason: str = ""
    decided: float | None = None
    into: str | None = None
    written: str | None = None
    lines: list[str] = field(default_factory=list)
    refusals: list[dict[str, Any]] = field(default_factory=list)
    """What the model said of it and the host did not."""
    unanswered: bool = False
    """Nobody has written down what it asks."""


@dataclass(frozen=True, slots=True)
class PromotionRecord:
    """A promotion entered a state."""

    at: float
    id: str
    state: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Happening:
    """Anything else worth telling: faults, alarms."""

    at: float
    type: str
    data: Mapping[str, Any]


@dataclass(slots=True)
class Recording:
    """A replayed show, gathered."""

    comments: list[CommentRecord] = field(default_factory=list)
    lines: list[LineRecord] = field(default_factory=list)
    promotions: list[PromotionRecord] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)
    seconds: float = 0.0
    """Length of the show on its own clock."""
    events: int = 0
    complete: bool = True
    """False if it was broken off."""

    def lines_heard(self) -> list[LineRecord]:
        """The Lines of which anything was heard, in order."""
        return [line for line in self.lines if line.ended is not None and line.heard]


class Recorder:
    """Takes what host and show report, in order."""

    def __init__(self, write: WriteRow | None = None) -> None:
        self.recording = Recording()
        self._write = write
        self._comments: dict[str, CommentRecord] = {}
        self._lines: dict[str, LineRecord] = {}
        self.open = 0
        """Comments without a fate."""

    def expect(self, arrival: Arrival, at: float) -> CommentRecord:
        """A comment is about to come in."""
        record = CommentRecord(arrival.number, arrival.viewer, arrival.text, at, arrival.source)
        self.recording.comments.append(record)
        return record

    def refused(self, record: CommentRecord, code: str, message: str) -> None:
        """The room did not take it."""
        record.refused, record.fate, record.reason = code, "refused", message
        record.decided, record.fates = record.at, 1
        data = {"viewer": record.viewer, "text": record.text, "code": code}
        self._note("comment.refused", record.at, data, public=False)

    def show_event(self, event: ShowEvent) -> None:
        """What was heard or shown."""
        told = tell_show_event(event)
        if told is not None:
            self.take(told.type, event.at, told.data, public=told.public)
        if isinstance(event, LineStarted):
            self._lines[event.line.id].text = event.line.text

    def dialogue_event(self, event: DialogueEvent) -> None:
        """What the host decided."""
        self.take(event.type, event.at, event.data, public=event.public)

    def take(self, type_: str, at: float, data: Mapping[str, Any], *, public: bool) -> None:
        """Any event, in the words of the event stream."""
        self._note(type_, at, data, public=public)
        match type_:
            case "comment.received":
                self._received(data)
            case "comment.chosen":
                if (record := self._comments.get(data["comment"])) is not None:
                    record.chosen = at
            case "comment.decided":
                self._decided(at, data)
            case "reply.refused":
                if (record := self._comments.get(data["comment"])) is not None:
                    record.refusals.append({k: data[k] for k in ("text", "rule", "detail", "replaced_by") if k in data})
            case "question.open":
                if (record := self._comments.get(data.get("comment", ""))) is not None:
                    record.unanswered = True
            case "line.started":
                self._started(at, data)
            case "line.ended":
                if (line := self._lines.get(data["line"])) is not None:
                    line.ended, line.heard, line.interrupted = at, data["heard"], data["interrupted"]
            case "fault" | "alarm":
                self.recording.happenings.append(Happening(at, type_, dict(data)))
            case _ if type_.startswith("promotion.") and type_.partition(".")[2] in _PROMOTION_STATES:
                ident = str(data.get("promotion", ""))
                self.recording.promotions.append(PromotionRecord(at, ident, type_.partition(".")[2], dict(data)))
            case _:
                pass

    def _received(self, data: Mapping[str, Any]) -> None:
        awaited = self.recording.comments[-1] if self.recording.comments else None
        if awaited is None or awaited.id:
            return  # nobody expected it: it came from elsewhere
        awaited.id, awaited.language = data["comment"], data["language"]
        awaited.text, awaited.viewer = data["text"], data["viewer"]
        self._comments[awaited.id] = awaited
        self.open += 1

    def _decided(self, at: float, data: Mapping[str, Any]) -> None:
        record = self._comments.get(data["comment"])
        if record is None:
            return
        self.open -= not record.fates
        record.fates += 1
        record.fate, record.reason, record.decided = data["fate"], data.get("reason", ""), at
        record.into, record.written = data.get("into"), data.get("text")

    def _started(self, at: float, data: Mapping[str, Any]) -> None:
        line = LineRecord(
            data["line"],
            data["kind"],
            data["text"],
            data["language"],
            data["emotion"],
            tuple(data["comments"]),
            tuple(data["facts"]),
            data["product"],
            at,
        )
        self._lines[line.id] = line
        self.recording.lines.append(line)
        for comment in line.comments:
            if (record := self._comments.get(comment)) is not None:
                record.lines.append(line.id)

    def _note(self, type_: str, at: float, data: Mapping[str, Any], *, public: bool) -> None:
        self.recording.events += 1
        if self._write is not None:
            row = {"seq": self.recording.events, "type": type_, "at": round(at, 3), "public": public, **data}
            self._write(json.dumps(row, ensure_ascii=False, separators=(",", ":"), default=str))
