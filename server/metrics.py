"""What Prometheus reads: counters fed by the events, and figures taken from the rooms when asked."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

import psutil
from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from rtc.broadcast_stats import BroadcastStats
from server.authority import AUTHORITY
from server.event import Event
from server.room import Room
from server.studio import Screen

_STAGES = ("intake", "retrieval", "first_token", "first_clause", "voice", "first_slice")
_BUCKETS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0, 1.5, 2.0, 3.5, 5.0, 10.0)


class Metrics:
    """The server's own registry."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call] # the moments of creation double the output and tell nothing here
        self.registry = CollectorRegistry()
        self._rooms: list[Room] = []
        self._comments = Counter("talkback_comments", "Comments taken.", ["room", "spoken"], registry=self.registry)
        self._fates = Counter(
            "talkback_comment_fates", "Comments by how they ended.", ["room", "fate"], registry=self.registry
        )
        self._refused = Counter(
            "talkback_replies_refused", "Replies that a rule replaced.", ["room", "rule"], registry=self.registry
        )
        self._lines = Counter(
            "talkback_lines", "Lines that were heard.", ["room", "kind", "interrupted"], registry=self.registry
        )
        self._faults = Counter("talkback_faults", "Troubles survived.", ["room", "code"], registry=self.registry)
        self._latency = Histogram(
            "talkback_reply_latency_seconds",
            "From a comment's arrival to each stage of its reply.",
            ["room", "stage"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._answers = Counter(
            "talkback_http_responses", "Answers of the server.", ["method", "status"], registry=self.registry
        )
        self.registry.register(_Figures(self._rooms))

    def add(self, room: Room) -> None:
        """Count a room's events and show its figures."""
        self._rooms.append(room)
        room.events.subscribe(partial(self._count, room.name))

    def answered(self, method: str, status: int) -> None:
        """Count an answer."""
        known = method if method in ("GET", "POST", "DELETE", "HEAD") else "other"
        self._answers.labels(known, str(status)).inc()

    def exposition(self) -> bytes:
        """Everything, in Prometheus' text format."""
        return generate_latest(self.registry)

    def _count(self, room: str, events: Sequence[Event]) -> None:
        for event in events:
            if event.type == "caption":  # by far the most frequent, and not counted
                continue
            data = event.data
            match event.type:
                case "comment.received":
                    self._comments.labels(room, str(bool(data.get("spoken"))).lower()).inc()
                case "comment.decided":
                    self._fates.labels(room, data.get("fate", "")).inc()
                case "reply.refused":
                    self._refused.labels(room, data.get("rule", "")).inc()
                case "line.ended":
                    self._lines.labels(room, data.get("kind", ""), str(bool(data.get("interrupted"))).lower()).inc()
                case "fault":
                    self._faults.labels(room, data.get("code", "")).inc()
                case "latency":
                    for stage, seconds in data.get("stages", {}).items():
                        if stage in _STAGES and isinstance(seconds, (int, float)):
                            self._latency.labels(room, stage).observe(seconds)


class _Figures(Collector):
    """Figures read from the rooms and the operating system at each scrape."""

    def __init__(self, rooms: list[Room]) -> None:
        self._rooms = rooms
        self._own = psutil.Process()

    def describe(self) -> Iterable[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        yield from self._of_processes()
        for name, help_text, read in _GAUGES:
            gauge = GaugeMetricFamily(f"talkback_{name}", help_text, labels=["room"])
            for room in self._rooms:
                gauge.add_metric([room.name], read(room))
            yield gauge
        for name, help_text, read in _COUNTERS:
            counter = CounterMetricFamily(f"talkback_{name}", help_text, labels=["room"])
            for room in self._rooms:
                counter.add_metric([room.name], read(room))
            yield counter
        yield from self._of_timings()

    def _of_processes(self) -> Iterator[Metric]:
        memory = GaugeMetricFamily("talkback_memory_bytes", "Resident memory.", labels=["process"])
        cpu = CounterMetricFamily(
            "talkback_cpu_seconds", "Processor time used by the processes there are.", labels=["process"]
        )
        for label, processes in (("server", [self._own]), ("models", self._own.children(recursive=True))):
            resident, seconds = 0, 0.0
            for process in processes:
                with contextlib.suppress(psutil.Error):  # it has just ended
                    times = process.cpu_times()
                    resident += process.memory_info().rss
                    seconds += times.user + times.system
            memory.add_metric([label], resident)
            cpu.add_metric([label], seconds)
        yield memory
        yield cpu

    def _of_timings(self) -> Iterator[Metric]:
        encode = GaugeMetricFamily(
            "talkback_encode_milliseconds", "Coding one Slice, lately.", labels=["room", "quantile"]
        )
        late = GaugeMetricFamily(
            "talkback_slice_late_milliseconds", "Slice ready after its tick, lately.", labels=["room", "quantile"]
        )
        for room in self._rooms:
            if room.broadcast is not None:
                stats = room.broadcast.stats()
                encode.add_metric([room.name, "0.5"], stats.encode_ms_p50)
                encode.add_metric([room.name, "0.95"], stats.encode_ms_p95)
            times = sorted(room.screen.lateness_ms()) if room.screen is not None else []
            if times:
                late.add_metric([room.name, "0.5"], times[len(times) // 2])
                late.add_metric([room.name, "0.95"], times[int(len(times) * 0.95)])
        yield encode
        yield late


def _screen(read: Callable[[Screen], float]) -> Callable[[Room], float]:
    return lambda room: read(room.screen) if room.screen is not None else 0.0


def _broadcast(read: Callable[[BroadcastStats], float]) -> Callable[[Room], float]:
    return lambda room: read(room.broadcast.stats()) if room.broadcast is not None else 0.0


_Reading = tuple[str, str, Callable[[Room], float]]

_GAUGES: tuple[_Reading, ...] = (
    ("room_live", "1 while the room can answer.", lambda room: float(room.state == "live")),
    ("viewers", "Viewers connected.", lambda room: room.viewers),
    ("event_subscribers", "Pages following the events.", lambda room: room.stream.subscribers),
    ("desk_subscribers", "Hosts' pages following the desk.", lambda room: room.desk_stream.subscribers),
    ("alarms", "Alarms that stand.", lambda room: len(room.lookout.alarms())),
    (
        "webhooks_waiting",
        "Deliveries to webhooks not yet begun.",
        lambda room: sum(hook.waiting for hook in room.webhooks.all),
    ),
    ("event_log_waiting", "Events not yet committed.", lambda room: room.events.waiting),
    (
        "comments_waiting",
        "Comments not yet decided.",
        lambda room: room.comments_waiting,
    ),
    ("speech_waiting_seconds", "Speech queued.", _screen(lambda screen: screen.waiting_seconds)),
)
_COUNTERS: tuple[_Reading, ...] = (
    ("slices", "Slices made.", _screen(lambda screen: screen.stats.slices)),
    ("slices_repeated", "Pictures repeated because drawing was late.", _screen(lambda screen: screen.stats.repeated)),
    ("schedule_resyncs", "Times the schedule began anew.", _screen(lambda screen: screen.stats.resyncs)),
    ("slices_unwatched", "Slices not coded because nobody watched.", _broadcast(lambda stats: stats.idle)),
    (
        "slices_overflowed",
        "Slices left out because sending was too far behind.",
        _broadcast(lambda stats: stats.overflowed),
    ),
    ("packets_sent", "Packets handed to viewers.", _broadcast(lambda stats: stats.packets)),
    ("packets_dropped", "Packets lost to slow viewers.", _broadcast(lambda stats: stats.dropped)),
    ("keyframes", "Key frames coded.", _broadcast(lambda stats: stats.keyframes)),
    ("event_log_dropped", "Events that were not kept.", lambda room: room.events.dropped),
    ("event_log_failures", "Commits that failed.", lambda room: room.events.failures),
    (
        "webhooks_delivered",
        "Deliveries that webhooks took.",
        lambda room: sum(hook.delivered for hook in room.webhooks.all),
    ),
    (
        "webhooks_lost",
        "Deliveries that were given up, or left out because too many waited.",
        lambda room: sum(hook.given_up + hook.dropped for hook in room.webhooks.all),
    ),
    ("event_subscribers_overrun", "Pages cut off for being slow.", lambda room: room.stream.overruns),
)

METRICS = web.AppKey("metrics", Metrics)


async def get_metrics(request: web.Request) -> web.Response:
    """``GET /metrics``; needs the host token."""
    await request.app[AUTHORITY].require(request)
    return web.Response(
        body=request.app[METRICS].exposition(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
    )
