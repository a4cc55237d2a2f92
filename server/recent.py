"""What has happened in a room of late, counted from its events: for the alarms and the control room's plots."""

from collections import OrderedDict, deque
from collections.abc import Iterable, Sequence
from typing import Any, Final

from server.event import Event

COMMENT_WINDOW_S: Final = 10.0
FAULT_WINDOW_S: Final = 60.0
REPORT_WINDOW_S: Final = 60.0
ANSWERS_KEPT: Final = 20
ANSWER_WINDOW_S: Final = 300.0
FAULTS_KEPT: Final = 20
_COMMENTS_KEPT: Final = 2_000
_CHOSEN_KEPT: Final = 64

_VOICE_CODES: Final = ("voice-", "no-voice", "language-unsupported")
_MIND_CODES: Final = ("model-", "endpoint-", "embedding-", "llm-", "reply-failed", "writing-failed", "host-stopped")


class Recent:
    """Feed it the committed events with the moment at which they came, in seconds on any monotonic clock."""

    def __init__(self) -> None:
        self._comments: deque[float] = deque(maxlen=_COMMENTS_KEPT)
        self._faults: deque[tuple[float, str]] = deque(maxlen=_COMMENTS_KEPT)
        self._told_faults: deque[dict[str, Any]] = deque(maxlen=FAULTS_KEPT)
        self._chosen: OrderedDict[str, float] = OrderedDict()
        """Comments that were chosen and of which nothing has been heard yet, with the show's second."""
        self._answers: deque[tuple[float, float]] = deque(maxlen=ANSWERS_KEPT)
        """When, and seconds from the choice to the first sound."""
        self._clauses: deque[tuple[float, float]] = deque(maxlen=ANSWERS_KEPT)
        """When, and seconds from the choice to the model's first clause."""
        self._latency: deque[dict[str, Any]] = deque(maxlen=ANSWERS_KEPT)
        self._report: tuple[float, int] | None = None

    def feed(self, events: Iterable[Event], now: float) -> None:
        """Count events."""
        for event in events:
            match event.type:
                case "comment.received":
                    self._comments.append(now)
                case "comment.chosen":
                    self._chosen[event.data.get("comment", "")] = event.at
                    if len(self._chosen) > _CHOSEN_KEPT:
                        self._chosen.popitem(last=False)
                case "line.started":
                    self._heard(event, now)
                case "comment.decided":
                    self._chosen.pop(event.data.get("comment", ""), None)
                case "latency":
                    self._timed(event, now)
                case "fault":
                    data = event.data
                    code = str(data.get("code", ""))
                    self._faults.append((now, code))
                    self._told_faults.append({"code": code, "message": data.get("message", ""), "at": event.at})
                case _:
                    pass

    def report(self, viewers: int, now: float) -> None:
        """Several viewers say that sound or picture fail."""
        self._report = (now, viewers)

    # ---- what follows from it ----------------------------------------------------------------------------

    def comments_per_second(self, now: float) -> float:
        """Mean over `COMMENT_WINDOW_S`."""
        return sum(at > now - COMMENT_WINDOW_S for at in self._comments) / COMMENT_WINDOW_S

    def voice_faults(self, now: float) -> int:
        """Within `FAULT_WINDOW_S`."""
        return self._count(now, _VOICE_CODES)

    def mind_faults(self, now: float) -> int:
        """Within `FAULT_WINDOW_S`."""
        return self._count(now, _MIND_CODES)

    def answers(self, now: float) -> list[float]:
        """Seconds from choice to first sound of the last answers, none older than `ANSWER_WINDOW_S`."""
        return [seconds for at, seconds in self._answers if at > now - ANSWER_WINDOW_S]

    def clauses(self, now: float) -> list[float]:
        """Seconds from choice to the model's first clause, likewise."""
        return [seconds for at, seconds in self._clauses if at > now - ANSWER_WINDOW_S]

    def reports(self, now: float) -> int:
        """Viewers of the last report, if it is younger than `REPORT_WINDOW_S`; else 0."""
        if self._report is None or now - self._report[0] >= REPORT_WINDOW_S:
            return 0
        return self._report[1]

    @property
    def latency(self) -> list[dict[str, Any]]:
        """The last answers by stage, oldest first."""
        return list(self._latency)

    @property
    def faults(self) -> list[dict[str, Any]]:
        """The last faults, oldest first."""
        return list(self._told_faults)

    # ---- inside ------------------------------------------------------------------------------------------

    def _heard(self, event: Event, now: float) -> None:
        for comment in event.data.get("comments", ()):
            chosen = self._chosen.pop(comment, None)
            if chosen is not None:
                self._answers.append((now, max(0.0, event.at - chosen)))

    def _timed(self, event: Event, now: float) -> None:
        data = event.data
        stages = {k: v for k, v in data.get("stages", {}).items() if isinstance(v, (int, float))}
        self._latency.append({"comment": data.get("comment", ""), "at": round(event.at, 2), "stages": stages})
        if "first_clause" in stages:
            self._clauses.append((now, float(stages["first_clause"])))

    def _count(self, now: float, codes: Sequence[str]) -> int:
        return sum(at > now - FAULT_WINDOW_S and code.startswith(tuple(codes)) for at, code in self._faults)
