"""Which alarms stand: readings in, raised and cleared out. Pure: the time is passed in, and nothing is measured here.

Each rule has a limit at which it raises and an easier one at which it clears, and a time for which either must hold, so that
a value that swings about its limit makes one alarm and not twenty.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

ANSWER_BAR_S: Final = 3.5
"""From a comment's choice to the first sound of its answer: the bar for nineteen answers in twenty while the host presents."""
CLAUSE_BAR_S: Final = 4.0
"""From the choice to the model's first clause. The read-back bridges some three seconds; past that the host falls silent."""
LEAST_ANSWERS: Final = 5
FLOOD_PER_SECOND: Final = 8.0
MANY_WAITING: Final = 150
ENDING_SECONDS: Final = 60.0
REPORT_SECONDS: Final = 60.0
"""How long a report of viewers counts."""
DISK_WARNING_MB: Final = 1_000.0
DISK_URGENT_MB: Final = 200.0
LOG_WAITING: Final = 500


class Severity(StrEnum):
    """Whether the show suffers now, or will."""

    URGENT = "urgent"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Ending:
    """Something that viewers were promised and that is about to end."""

    id: str
    title: str
    seconds: float
    """Until it ends."""
    lasts: float = 600.0
    """Seconds from its beginning to its end: what is short is told late."""


@dataclass(frozen=True, slots=True)
class Readings:
    """What is known of a room at one moment; the defaults are those of a healthy room."""

    live: bool = True
    """The room answers: it is neither starting nor closing."""
    silent_by_will: bool = False
    """A host has muted or stopped the show."""
    covered: bool = False
    """A holding card covers the picture."""
    silent_seconds: float = 0.0
    """A Line is on and nothing is heard of it."""
    live_quiet_seconds: float = 0.0
    """A person speaks in the host's place, and nothing is heard."""
    still_seconds: float = 0.0
    """The picture is the same, or none comes."""
    unsent_seconds: float = 0.0
    """Viewers are there, and no picture has left for them."""
    repeated_share: float = 0.0
    """Of the pictures of the last ten seconds, how many were repeated because drawing was late."""
    mind_faults: int = 0
    """Of the language model, the embeddings and the host's mind, in the last minute."""
    voice_faults: int = 0
    answers: int = 0
    """How many answers `answer_p95_s` is taken from."""
    answer_p95_s: float = 0.0
    """From the choice of a comment to the first sound of its answer."""
    clauses: int = 0
    clause_p95_s: float = 0.0
    """From the choice of a comment to the first clause that the language model worded."""
    comments_per_second: float = 0.0
    comments_waiting: int = 0
    reports: int = 0
    """Viewers who say that sound or picture fail, in the last report that is younger than `REPORT_SECONDS`."""
    endings: tuple[Ending, ...] = ()
    disk_free_mb: float | None = None
    log_waiting: int = 0
    log_trouble: str = ""
    webhooks_failing: tuple[str, ...] = ()
    """Addresses that do not take what they are sent."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that needs a person."""

    code: str
    severity: Severity
    message: str
    remedy: str
    message_zh: str
    remedy_zh: str
    since: float = 0.0
    """Seconds on the clock of whoever feeds."""
    subject: str = ""
    """Which one, where there may be several of a code."""


@dataclass(frozen=True, slots=True)
class Change:
    """An alarm was raised, or is over."""

    alarm: Alarm
    raised: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says of the readings: whether it would raise, whether it would clear, and the words."""

    raises: bool
    clears: bool
    message: str
    remedy: str
    message_zh: str
    remedy_zh: str
    severity: Severity = Severity.URGENT
    subject: str = ""


Rule = Callable[[Readings], Sequence[Verdict]]


def _no_sound(r: Readings) -> Sequence[Verdict]:
    heard = r.silent_seconds < 0.4 or r.silent_by_will
    message = f"A line is on, and for {r.silent_seconds:.0f} s no sound of it has been sent."
    remedy = "Press STOP and start again; if it stays silent, restart the server. Viewers see captions meanwhile."
    zh = (
        f"台词正在播出，但已有{r.silent_seconds:.0f}秒没有送出声音。",
        "按停播再重新开始；若仍无声，请重启服务。观众此时能看到字幕。",
    )
    return [Verdict(not heard and r.silent_seconds >= 1.5, heard, message, remedy, *zh)]


def _microphone(r: Readings) -> Sequence[Verdict]:
    quiet = 0.0 if r.silent_by_will else r.live_quiet_seconds
    message = f"A person is live, and for {quiet:.0f} s nothing has been heard."
    remedy = "Check that the microphone is on and chosen in the browser; give back, and take over again."
    zh = f"真人正在直播，但已有{quiet:.0f}秒听不到声音。", "检查麦克风是否打开、浏览器里是否选对；交还后再接管一次。"
    return [Verdict(quiet >= 8.0, quiet < 0.4, message, remedy, *zh, Severity.WARNING)]


def _frozen(r: Readings) -> Sequence[Verdict]:
    still = 0.0 if r.covered else r.still_seconds
    message = f"Viewers have seen the same picture for {still:.0f} s."
    remedy = "Look at the faults for drawing errors and at the processor; if the picture stays, restart the server."
    zh = f"观众看到的画面已有{still:.0f}秒没有变化。", "查看故障里的绘制错误和处理器占用；画面若不恢复，请重启服务。"
    return [Verdict(still > 1.0, still < 0.5, message, remedy, *zh)]


def _not_leaving(r: Readings) -> Sequence[Verdict]:
    message = f"Viewers are connected, and for {r.unsent_seconds:.0f} s no picture has left for them."
    remedy = "The server is too busy or the encoder has failed: look at the faults, close what else runs, then restart."
    zh = (
        f"有观众连接，但已有{r.unsent_seconds:.0f}秒没有送出画面。",
        "服务器太忙或编码器出错：查看故障，关掉其他程序，然后重启。",
    )
    return [Verdict(r.unsent_seconds > 1.0, r.unsent_seconds < 0.5, message, remedy, *zh)]


def _late(r: Readings) -> Sequence[Verdict]:
    message = f"{r.repeated_share:.0%} of the last pictures were repeated because drawing was late."
    remedy = "The machine is too busy. Close other programs, or take a faster voice or a smaller picture."
    zh = (
        f"最近的画面有{r.repeated_share:.0%}因绘制不及时而重复。",
        "机器太忙。关掉其他程序，或换更快的语音、更小的画面。",
    )
    return [Verdict(r.repeated_share > 0.10, r.repeated_share < 0.03, message, remedy, *zh, Severity.WARNING)]


def _mind(r: Readings) -> Sequence[Verdict]:
    slow = r.clauses >= LEAST_ANSWERS and r.clause_p95_s > CLAUSE_BAR_S
    quick = r.clauses < LEAST_ANSWERS or r.clause_p95_s < 0.85 * CLAUSE_BAR_S
    message = f"The language model takes up to {r.clause_p95_s:.1f} s for its first words."
    if r.mind_faults:
        message = f"The language model failed {r.mind_faults} times in the last minute; answers come from facts alone."
    remedy = (
        "The faults say why. Check the endpoint, the memory and the processor; answer what matters yourself meanwhile."
    )
    zh = (
        f"最近一分钟语言模型失败{r.mind_faults}次，回答只依据资料。"
        if r.mind_faults
        else f"语言模型要{r.clause_p95_s:.1f}秒才给出开头。",
        "原因见故障。检查接口、内存和处理器；要紧的问题先由您回答。",
    )
    return [Verdict(r.mind_faults >= 2 or slow, r.mind_faults == 0 and quick, message, remedy, *zh, Severity.WARNING)]


def _voice(r: Readings) -> Sequence[Verdict]:
    message = f"The voice failed {r.voice_faults} times in the last minute; what it could not say is not heard."
    remedy = "The faults say why. Take over by microphone, or restart the server if it does not come back."
    zh = (
        f"最近一分钟语音合成失败{r.voice_faults}次，没说出来的内容观众听不到。",
        "原因见故障。可用麦克风接管；若不恢复，请重启服务。",
    )
    return [Verdict(r.voice_faults >= 2, r.voice_faults == 0, message, remedy, *zh)]


def _slow(r: Readings) -> Sequence[Verdict]:
    known = r.answers >= LEAST_ANSWERS
    message = f"Answers begin late: one in twenty takes more than {r.answer_p95_s:.1f} s (the bar is {ANSWER_BAR_S} s)."
    remedy = "Look which stage is slow: a model's stages mean the machine or the endpoint is busy."
    slow = known and r.answer_p95_s > ANSWER_BAR_S
    zh = (
        f"回答开始得晚：每二十个就有一个超过{r.answer_p95_s:.1f}秒（标准是{ANSWER_BAR_S}秒）。",
        "看看慢在哪一步：模型的步骤慢，说明机器或接口太忙。",
    )
    return [Verdict(slow, not known or r.answer_p95_s < 0.85 * ANSWER_BAR_S, message, remedy, *zh, Severity.WARNING)]


def _flood(r: Readings) -> Sequence[Verdict]:
    message = f"{r.comments_per_second:.0f} comments a second come in, {r.comments_waiting} wait."
    remedy = "Alike ones are merged. Pin the question that most ask, answer it once, and block whoever floods."
    raises = r.comments_per_second > FLOOD_PER_SECOND or r.comments_waiting > MANY_WAITING
    clears = r.comments_per_second < FLOOD_PER_SECOND / 2 and r.comments_waiting < MANY_WAITING / 2
    zh = (
        f"每秒进来{r.comments_per_second:.0f}条评论，{r.comments_waiting}条在等。",
        "相同的会合并。置顶问得最多的问题，回答一次，并屏蔽刷屏的人。",
    )
    return [Verdict(raises, clears, message, remedy, *zh, Severity.WARNING)]


def _reports(r: Readings) -> Sequence[Verdict]:
    message = f"{r.reports} viewers say that sound or picture fail."
    remedy = "Watch the room as a viewer does. If it is fine there, it is their line; else look at the other alarms."
    zh = f"{r.reports}位观众反映声音或画面有问题。", "像观众一样看一眼直播间：若正常，是他们的网络；否则查看其他警报。"
    return [Verdict(r.reports > 0, r.reports == 0, message, remedy, *zh)]


def _endings(r: Readings) -> Sequence[Verdict]:
    return [
        Verdict(
            ending.seconds <= min(ENDING_SECONDS, ending.lasts / 3),
            False,  # it clears by not being there any more
            f"“{ending.title}” is about to end.",
            "Say so to the viewers, or start the next one.",
            f"“{ending.title}”即将结束。",
            "请告诉观众，或开始下一个活动。",
            Severity.WARNING,
            ending.id,
        )
        for ending in r.endings
    ]


def _disk(r: Readings) -> Sequence[Verdict]:
    free = r.disk_free_mb
    if free is None:
        return []
    urgent = free < DISK_URGENT_MB
    message = f"Only {free:.0f} MB are free where the event log is kept."
    remedy = "Make space. When it is full the show goes on, but what happens is no longer kept."
    zh = f"事件日志所在磁盘只剩{free:.0f} MB。", "请腾出空间。写满后节目照常，但发生的事不再保存。"
    severity = Severity.URGENT if urgent else Severity.WARNING
    return [Verdict(free < DISK_WARNING_MB, free > 1.2 * DISK_WARNING_MB, message, remedy, *zh, severity)]


def _log(r: Readings) -> Sequence[Verdict]:
    why = f": {r.log_trouble}" if r.log_trouble else ""
    message = f"{r.log_waiting} events wait to be kept{why}."
    remedy = "Check the disk of the data folder: space, rights, speed. The last 8,192 events wait in memory."
    behind = bool(r.log_trouble) or r.log_waiting > LOG_WAITING
    why_zh = f"：{r.log_trouble}" if r.log_trouble else ""
    zh = (
        f"{r.log_waiting}个事件等待保存{why_zh}。",
        "检查数据目录所在磁盘：空间、权限、速度。内存里最多保留最近8192个事件。",
    )
    return [Verdict(behind, not r.log_trouble and r.log_waiting < LOG_WAITING / 5, message, remedy, *zh)]


def _webhooks(r: Readings) -> Sequence[Verdict]:
    return [
        Verdict(
            True,
            False,
            f"{address} does not take what it is sent.",
            "Check the shop's own system and the webhook's address and secret in room.yaml.",
            f"{address}没有接收发给它的内容。",
            "检查店铺自己的系统，以及room.yaml里回调的地址和密钥。",
            Severity.WARNING,
            address,
        )
        for address in r.webhooks_failing
    ]


@dataclass(frozen=True, slots=True)
class _Watched:
    code: str
    rule: Rule
    raise_after_s: float
    """For how long it must hold."""
    clear_after_s: float
    while_starting: bool = False
    """It counts also while the room is not live yet."""


RULES: Final = (
    _Watched("no-sound", _no_sound, 0.0, 1.0),
    _Watched("microphone-silent", _microphone, 0.0, 0.5),
    _Watched("frozen-picture", _frozen, 0.0, 2.0),
    _Watched("nothing-sent", _not_leaving, 0.0, 2.0),
    _Watched("pictures-late", _late, 4.0, 10.0),
    _Watched("llm-degraded", _mind, 0.0, 10.0),
    _Watched("voice-degraded", _voice, 0.0, 10.0),
    _Watched("answers-slow", _slow, 0.0, 5.0),
    _Watched("comment-flood", _flood, 3.0, 10.0),
    _Watched("viewers-report-trouble", _reports, 0.0, 0.0),
    _Watched("promotion-ending", _endings, 0.0, 0.0),
    _Watched("disk-almost-full", _disk, 0.0, 10.0, while_starting=True),
    _Watched("log-behind", _log, 2.0, 5.0, while_starting=True),
    _Watched("webhook-failing", _webhooks, 0.0, 0.0, while_starting=True),
)
"""A rule that itself measures how long something has lasted raises at once."""


@dataclass(slots=True)
class _State:
    alarm: Alarm | None = None
    """As it was raised, with its latest words."""
    holding_since: float | None = None
    clearing_since: float | None = None


@dataclass(slots=True)
class Alarms:
    """The alarms of one room; feed it the readings once or twice a second."""

    _states: dict[tuple[str, str], _State] = field(default_factory=dict)

    def feed(self, readings: Readings, now: float) -> list[Change]:
        """Compare the readings with the rules; returns what was raised or cleared, in the order of the rules."""
        changes: list[Change] = []
        for watched in RULES:
            counts = readings.live or watched.while_starting
            verdicts = watched.rule(readings) if counts else ()
            found = {verdict.subject for verdict in verdicts}
            for verdict in verdicts:
                changes += self._judge(watched, verdict, now)
            for code, subject in [key for key in self._states if key[0] == watched.code and key[1] not in found]:
                state = self._states.pop((code, subject))
                if state.alarm is not None:
                    changes.append(Change(state.alarm, raised=False))
        return changes

    def standing(self) -> tuple[Alarm, ...]:
        """The alarms that stand, the urgent ones first, then the oldest."""
        alarms = [state.alarm for state in self._states.values() if state.alarm is not None]
        return tuple(sorted(alarms, key=lambda alarm: (alarm.severity is not Severity.URGENT, alarm.since)))

    def _judge(self, watched: _Watched, verdict: Verdict, now: float) -> list[Change]:
        state = self._states.setdefault((watched.code, verdict.subject), _State())
        if state.alarm is None:
            if not verdict.raises:
                state.holding_since = None
                return []
            state.holding_since = now if state.holding_since is None else state.holding_since
            if now - state.holding_since < watched.raise_after_s:
                return []
            state.alarm, state.holding_since, state.clearing_since = _alarm(watched, verdict, now), None, None
            return [Change(state.alarm, raised=True)]
        if not verdict.clears:
            state.clearing_since = None
            if verdict.raises:
                worse = verdict.severity is not state.alarm.severity and verdict.severity is Severity.URGENT
                since = state.alarm.since
                state.alarm = _alarm(watched, verdict, since)
                return [Change(state.alarm, raised=True)] if worse else []
            return []
        state.clearing_since = now if state.clearing_since is None else state.clearing_since
        if now - state.clearing_since < watched.clear_after_s:
            return []
        over, state.alarm, state.clearing_since = state.alarm, None, None
        return [Change(over, raised=False)]


def _alarm(watched: _Watched, verdict: Verdict, since: float) -> Alarm:
    said = verdict.message, verdict.remedy, verdict.message_zh, verdict.remedy_zh
    return Alarm(watched.code, verdict.severity, *said, since, verdict.subject)
