"""Looks out over one room: puts what is measured before the alarms, tells what they raise, and gives the desk its figures."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from server.alarms import Alarm, Alarms, Ending, Readings
from server.event import Event
from server.machine import Machine, MachineReader
from server.programme_meter import Programme
from server.recent import Recent
from server.show_events import Told

log = logging.getLogger(__name__)

if TYPE_CHECKING:
    from server.room import Room

_EVERY_S: Final = 0.5
_MACHINE_EVERY_S: Final = 2.0
_REPEATED_WINDOW_S: Final = 10.0
_LATENESS_SHOWN: Final = 250
"""Slices: the last ten seconds."""


class Lookout:
    """The lookout of one room; `run` is its whole life, everything on the event loop."""

    def __init__(self, room: "Room", clock: Callable[[], float]) -> None:
        self._room = room
        self._clock = clock
        self._alarms = Alarms()
        self._recent = Recent()
        self._reader = MachineReader(room.events.folder)
        self._machine = Machine()
        self._programme = Programme()
        self._raised_at: dict[tuple[str, str], float] = {}
        """On the show clock."""
        self._report: dict[str, Any] = {}
        self._playout: deque[tuple[float, int, int]] = deque(maxlen=int(_REPEATED_WINDOW_S / _EVERY_S) + 1)
        """When, Slices made by then, and how many of them repeated their picture."""
        self._watched_since: float | None = None
        self._muted = self._held = self._live = False
        """What hosts have done: muted the sound, held the show, speak themselves."""
        room.events.subscribe(self._count)

    # ---- what it is told -----------------------------------------------------------------------------------

    def report(self, data: dict[str, Any]) -> None:
        """Several viewers say that sound or picture fail; `data` has `viewers` (number) and `texts`."""
        self._report = {"viewers": data.get("viewers", 0), "texts": data.get("texts", [])}
        self._recent.report(int(data.get("viewers", 0)), self._clock())

    async def run(self) -> None:
        """Look at the room twice a second, until cancelled."""
        measured_at: float | None = None
        failing = False
        while True:
            now = self._clock()
            try:
                if measured_at is None or now - measured_at >= _MACHINE_EVERY_S:
                    self._machine, measured_at = await asyncio.to_thread(self._reader.read), now
                self.look(now)
                failing = False
            except Exception as error:  # whoever watches must not be what stops
                if not failing:
                    failing = True
                    log.exception("%s: the lookout failed", self._room.name)
                    message = f"alarms can't be judged at the moment ({type(error).__name__}: {error})"
                    self._room.tell(Told("fault", {"code": "lookout-failed", "message": message}, public=False))
            await asyncio.sleep(_EVERY_S)

    def look(self, now: float) -> None:
        """Take the readings of the moment and tell what follows from them."""
        for change in self._alarms.feed(self._readings(now), now):
            self._tell(change.alarm, change.raised)

    # ---- what it tells -------------------------------------------------------------------------------------

    def alarms(self) -> list[dict[str, Any]]:
        """The alarms that stand, as the desk shows them."""
        return [
            {
                "code": alarm.code,
                "subject": alarm.subject,
                "since": self._raised_at.get((alarm.code, alarm.subject), 0.0),
                "message": alarm.message,
                "remedy": alarm.remedy,
                "message_zh": alarm.message_zh,
                "remedy_zh": alarm.remedy_zh,
                "severity": alarm.severity.value,
            }
            for alarm in self._alarms.standing()
        ]

    def machine(self) -> dict[str, Any]:
        """The figures of the moment, as the desk shows them."""
        room, machine = self._room, self._machine
        stats = room.broadcast.stats() if room.broadcast is not None else None
        late = sorted(room.screen.lateness_ms()[-_LATENESS_SHOWN:]) if room.screen is not None else []
        programme = self._programme
        watched = stats is not None and stats.viewers > 0
        return {
            "latency": self._recent.latency,
            "av_offset_ms": round(stats.av_offset_ms, 1) if stats is not None and watched else None,
            "longest_gap_ms": round(stats.longest_gap_ms if stats and watched else programme.longest_gap_ms, 1),
            "repeated": room.screen.stats.repeated if room.screen is not None else 0,
            "lateness_p95_ms": round(late[int(len(late) * 0.95)], 1) if late else None,
            "level_dbfs": round(programme.level_dbfs, 1),
            "viewers": room.viewers,
            "cpu_cores": round(machine.cpu_cores, 2),
            "memory_mb": round(machine.memory_mb),
            "disk_free_mb": round(machine.disk_free_mb) if machine.disk_free_mb is not None else None,
            "streams": room.stream.subscribers + room.desk_stream.subscribers,
            "comments_per_second": round(self._recent.comments_per_second(self._clock()), 1),
            "faults": self._recent.faults,
        }

    # ---- inside --------------------------------------------------------------------------------------------

    def _count(self, events: Sequence[Event]) -> None:
        self._recent.feed(events, self._clock())
        for event in events:
            if event.type == "room.held":
                self._held = bool(event.data.get("held"))
            elif event.type == "live.changed":
                self._live = event.data.get("mode") != "none"
            elif event.type == "desk.action" and event.data.get("action") in ("mute", "unmute"):
                self._muted = event.data["action"] == "mute"

    def _tell(self, alarm: Alarm, raised: bool) -> None:
        key = (alarm.code, alarm.subject)
        if raised:
            self._raised_at.setdefault(key, round(self._room.screen.now if self._room.screen else 0.0, 1))
        else:
            self._raised_at.pop(key, None)
        data: dict[str, Any] = {
            "code": alarm.code,
            "state": "raised" if raised else "cleared",
            "severity": alarm.severity.value,
            "message": alarm.message,
            "remedy": alarm.remedy,
            "message_zh": alarm.message_zh,
            "remedy_zh": alarm.remedy_zh,
        }
        if alarm.subject:
            data["subject"] = alarm.subject
        if alarm.code == "viewers-report-trouble":
            data |= self._report
        self._room.tell(Told("alarm", data, public=False))

    def _readings(self, now: float) -> Readings:
        room, recent = self._room, self._recent
        self._programme = programme = self._measured()
        answers, clauses = recent.answers(now), recent.clauses(now)
        return Readings(
            live=room.state == "live",
            silent_by_will=self._muted or self._held,
            covered=self._held,
            silent_seconds=programme.silent_seconds,
            live_quiet_seconds=programme.quiet_seconds if self._live else 0.0,
            still_seconds=programme.still_seconds,
            unsent_seconds=self._unsent_seconds(now),
            repeated_share=self._repeated_share(now),
            mind_faults=recent.mind_faults(now),
            voice_faults=recent.voice_faults(now),
            answers=len(answers),
            answer_p95_s=_p95(answers),
            clauses=len(clauses),
            clause_p95_s=_p95(clauses),
            comments_per_second=recent.comments_per_second(now),
            comments_waiting=room.comments_waiting,
            reports=recent.reports(now),
            endings=self._endings(),
            disk_free_mb=self._machine.disk_free_mb,
            log_waiting=room.events.waiting,
            log_trouble=room.events.trouble,
            webhooks_failing=room.webhooks.failing,
        )

    def _measured(self) -> Programme:
        meter = self._room.studio.programme
        return meter.read(time.monotonic()) if meter is not None else Programme()

    def _unsent_seconds(self, now: float) -> float:
        """For how long viewers have been there without a picture leaving."""
        stats = self._room.broadcast.stats() if self._room.broadcast is not None else None
        if stats is None or stats.viewers == 0:
            self._watched_since = None
            return 0.0
        if self._watched_since is None:
            self._watched_since = now
        watched = now - self._watched_since
        return min(watched, time.monotonic() - stats.last_sent) if stats.last_sent is not None else watched

    def _repeated_share(self, now: float) -> float:
        screen = self._room.screen
        if screen is None:
            return 0.0
        self._playout.append((now, screen.stats.slices, screen.stats.repeated))
        _, slices, repeated = self._playout[0]
        made = screen.stats.slices - slices
        return (screen.stats.repeated - repeated) / made if made > 0 else 0.0

    def _endings(self) -> tuple[Ending, ...]:
        room = self._room
        if room.conversation is None or room.screen is None or room.state != "live":
            return ()
        at = room.screen.now
        return tuple(
            Ending(plan.id, plan.title, until - at, plan.open_seconds)
            for plan, state, until in room.conversation.promotions.machine.running()
            if state == "open" and until != float("inf")
        )


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.95))] if values else 0.0
