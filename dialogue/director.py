"""Who has the floor: the presentation, or an answer to a comment. A state machine: events in, actions out, time passed in."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from dialogue.callouts import callouts_of
from dialogue.catalogue import Product
from dialogue.contract import Comment, Fate
from dialogue.floor import (
    Accepted,
    Action,
    BeginReply,
    Closing,
    Decide,
    DirectorEvent,
    Look,
    NewEpoch,
    PitchDropped,
    ReplyDone,
    ReplyLine,
    ReplyLineDropped,
    Speak,
    Started,
    StopReply,
    Withdrawn,
    WithdrawPitch,
    Write,
)
from dialogue.presenter import PitchClause, Presenter
from dialogue.ranking import same_key
from dialogue.waiting import Score, Topic, Waiting, WaitingRoom, Worth
from render.contract import Line, LineEnded, LineKind, LineStarted, ProductCard, ProductShown

AHEAD = 2
"""Pitch Lines on their way: one being heard, one ready behind it."""
AFTER_REPLY_S = 0.7
AFTER_INTERRUPTION_S = 3.0
AFTER_FAILURE_S = 3.0
LOST_LINE_S = 25.0
"""A Line that neither begins nor ends for so long has been lost below."""


@dataclass(slots=True)
class _Reply:
    id: str
    entry: Waiting
    progress_at: float
    lines: set[str] = field(default_factory=set)
    """On their way, not yet over."""
    heard: bool = False
    """A Line of the answer itself was heard to its end."""
    done: bool = False


@dataclass(slots=True)
class _Pitched:
    clause: PitchClause
    line: Line
    at: float
    begun: bool = False


class Director:
    """Runs the show; `feed` it with everything that happens and carry out what it returns, in order."""

    def __init__(
        self, presenter: Presenter, card: Callable[[Product | None], ProductCard | None], *, id_prefix: str = ""
    ) -> None:
        self._presenter = presenter
        self._card = card
        self._prefix = id_prefix
        self._waiting = WaitingRoom()
        self._pitched: OrderedDict[str, _Pitched] = OrderedDict()
        self._reply: _Reply | None = None
        self._live = False
        self._closing = False
        self._bridge = False
        self._on_show: str | None = None
        self._pitch_at = 0.0
        """Not before then the presentation goes on."""
        self._quiet_since = 0.0
        self._count = 0

    @property
    def on_show(self) -> str | None:
        """The sku that viewers see, which "it" means."""
        return self._on_show

    @property
    def answer_heard(self) -> str | None:
        """Id of the comment whose answer has the floor and was heard at least in part."""
        return self._reply.entry.comment.id if self._reply is not None and self._reply.heard else None

    def ranking(self, now: float) -> list[tuple[Waiting, Score]]:
        """The comments that wait, the next first, and why."""
        return self._waiting.ranking(now, self._on_show)

    def feed(self, event: DirectorEvent, now: float) -> list[Action]:
        """Take in what happened; returns what is to be done now."""
        actions: list[Action] = []
        match event:
            case Accepted():
                actions += self._accepted(event, now)
            case LineStarted(line=line):
                actions += self._line_started(line, now)
            case LineEnded():
                self._line_ended(event, now)
            case ProductShown(card=card):
                self._on_show = card.sku if card is not None else None
            case Withdrawn(lines=lines):
                self._give_back([line.id for line in lines])
            case PitchDropped(line=line, failed=failed):
                if failed:  # said again it would fail again
                    self._pitched.pop(line.id, None)
                    self._pitch_at = max(self._pitch_at, now + AFTER_FAILURE_S)
                else:
                    self._give_back([line.id])
            case ReplyLine(line=line):
                if self._reply is not None and line.reply == self._reply.id:
                    self._reply.lines.add(line.id)
                    self._reply.progress_at = now
            case ReplyLineDropped(line=line):
                if self._reply is not None:
                    self._reply.lines.discard(line.id)
            case ReplyDone(reply=reply, silent=silent):
                actions += self._reply_done(reply, silent, now)
            case NewEpoch():
                actions += self._interrupted(now)
            case Started():
                self._live, self._pitch_at, self._quiet_since = True, now, now
            case Closing():
                self._closing = True
                actions += [WithdrawPitch()]
                actions += [
                    Decide(entry.comment, Fate.EXPIRED, "The show has ended.") for entry in self._waiting.clear()
                ]
            case _:
                pass
        actions += self._go_on(now)
        return actions

    def next_deadline(self) -> float | None:
        """When `feed(Tick(), now)` is due at the latest."""
        times = [t for t in (self._waiting.next_expiry(),) if t is not None]
        idle = self._live and not self._closing and self._reply is None and not self._pitched
        if idle and not self._presenter.silent:
            times.append(max(self._pitch_at, self._quiet_since + self._presenter.peek(self._pitch_at).rest_s))
        times += [pitched.at + LOST_LINE_S for pitched in self._pitched.values()]
        if self._reply is not None:
            times.append(self._reply.progress_at + LOST_LINE_S)
        return min(times, default=None)

    # ---- comments ---------------------------------------------------------------------------------------

    def _accepted(self, event: Accepted, now: float) -> list[Action]:
        comment = event.comment
        if event.objection is not None:
            return [Decide(comment, Fate.DECLINED, event.objection)]
        if self._closing:
            return [Decide(comment, Fate.EXPIRED, "The show has ended.")]
        if (same := self._same(comment, event.topic)) is not None:
            if comment.viewer.casefold() not in {c.viewer.casefold() for c in (same.comment, *same.also)}:
                same.also.append(comment)
            return [Decide(comment, Fate.MERGED, "The same was asked just before.", same.comment.id)]
        if event.worth is Worth.NOISE:
            return [Decide(comment, Fate.EXPIRED, "Seen. The host answers what has a question or a greeting in it.")]
        if event.write:
            return [
                Write(comment, "The host's voice does not read this language, so the answer is written.", self._on_show)
            ]
        pushed_out = self._waiting.add(Waiting(comment, event.worth, topic=event.topic))
        return self._too_late([pushed_out], "More is being asked than can be said.") if pushed_out is not None else []

    def _same(self, comment: Comment, topic: Topic) -> Waiting | None:
        if self._reply is not None and self._reply.entry.key == same_key(comment, topic):
            return self._reply.entry
        return self._waiting.same(comment, topic)

    def _too_late(self, entries: Iterable[Waiting], why: str) -> list[Action]:
        actions: list[Action] = []
        for entry in entries:
            if entry.worth is Worth.QUESTION:
                actions.append(Write(entry.comment, f"{why} So the answer is written.", self._on_show))
            else:
                actions.append(Decide(entry.comment, Fate.EXPIRED, why))
        return actions

    # ---- lines ------------------------------------------------------------------------------------------

    def _line_started(self, line: Line, now: float) -> list[Action]:
        if (pitched := self._pitched.get(line.id)) is not None:
            pitched.begun, pitched.at = True, now
            opens = pitched.clause.opens and pitched.clause.product is not None
            return [Look("product" if opens else "camera")] if pitched.clause.index == 0 else []
        if self._reply is not None and line.reply == self._reply.id:
            self._reply.progress_at = now
            return [Look("camera")] if line.kind is not LineKind.READBACK else []
        return []

    def _line_ended(self, event: LineEnded, now: float) -> None:
        line = event.line
        self._quiet_since = now
        pitched = self._pitched.pop(line.id, None)
        if pitched is not None and event.interrupted:
            self._presenter.give_back(pitched.clause)
        reply = self._reply
        if reply is not None and line.reply == reply.id:
            reply.lines.discard(line.id)
            reply.progress_at = now
            reply.heard = reply.heard or (line.kind is not LineKind.READBACK and not event.interrupted)

    def _give_back(self, lines: Sequence[str]) -> None:
        """Pitch Lines that will not be heard go back to the presenter, the earliest last so that it is the one to go on from."""
        mine = [self._pitched.pop(line) for line in lines if line in self._pitched]
        for pitched in sorted(mine, key=lambda p: (p.clause.sentence, p.clause.index), reverse=True):
            self._presenter.give_back(pitched.clause)

    # ---- replies ----------------------------------------------------------------------------------------

    def _reply_done(self, reply: str, silent: bool, now: float) -> list[Action]:
        current = self._reply
        if current is None or current.id != reply:
            return []
        current.done, current.progress_at = True, now
        if silent and not current.heard:
            self._reply = None
            self._pitch_at = now + AFTER_REPLY_S
            return [Write(current.entry.comment, "The voice failed, so the answer is written.", self._on_show)]
        return []

    def _conclude(self, now: float) -> list[Action]:
        """The reply is over when all its Lines are."""
        reply = self._reply
        if reply is None:
            return []
        lost = now - reply.progress_at >= LOST_LINE_S
        if not lost and not (reply.done and not reply.lines):
            return []
        self._reply = None
        self._pitch_at = now + AFTER_REPLY_S
        comment = reply.entry.comment
        actions: list[Action] = [StopReply(reply.id)] if lost else []
        if reply.heard:
            self._waiting.answered(comment, now)
            return [*actions, Decide(comment, Fate.SPOKEN)]
        return [*actions, Write(comment, "The spoken answer was lost, so it is written.", self._on_show)]

    def _interrupted(self, now: float) -> list[Action]:
        self._give_back(list(self._pitched))
        self._pitch_at = now + AFTER_INTERRUPTION_S
        reply, self._reply = self._reply, None
        if reply is None:
            return []
        if reply.heard:
            return [StopReply(reply.id), Decide(reply.entry.comment, Fate.SPOKEN, "The host was interrupted.")]
        return [
            StopReply(reply.id),
            Write(reply.entry.comment, "The host was interrupted, so the answer is written.", self._on_show),
        ]

    # ---- what comes next --------------------------------------------------------------------------------

    def _go_on(self, now: float) -> list[Action]:
        actions = self._conclude(now)
        actions += self._too_late(self._waiting.expire(now), "The host did not get to it in time.")
        for line in [p.line.id for p in self._pitched.values() if now - p.at >= LOST_LINE_S]:
            self._give_back([line])
        if not self._live or self._closing:
            return actions
        if self._reply is None and (entry := self._waiting.choose(now, self._on_show)) is not None:
            actions += self._begin(entry, now)
        elif self._reply is None and not self._presenter.silent:
            actions += self._present(now)
        return actions

    def _begin(self, entry: Waiting, now: float) -> list[Action]:
        self._count += 1
        self._reply = _Reply(f"{self._prefix}r{self._count}", entry, now)
        self._bridge = self._bridge or self._presenter.wants_bridge(entry.topic.products)
        self._presenter.break_off()
        begin = BeginReply(entry.comment, self._reply.id, len(entry.also), entry.worth, self._on_show)
        return [WithdrawPitch(), Look("chat"), begin]

    def _present(self, now: float) -> list[Action]:
        actions: list[Action] = []
        while len(self._pitched) < AHEAD and now >= self._pitch_at:
            clause = self._presenter.peek(now)
            if clause.rest_s > 0 and (self._pitched or now < self._quiet_since + clause.rest_s):
                break  # a rest is kept by waiting for the Line before it to end
            if self._bridge:
                self._bridge = False
                clause = self._presenter.bridge()
            else:
                clause = self._presenter.take(now)
            line = self._line(clause)
            self._pitched[line.id] = _Pitched(clause, line, now)
            actions.append(Speak(line))
        return actions

    def _line(self, clause: PitchClause) -> Line:
        self._count += 1
        return Line(
            id=f"{self._prefix}l{self._count}",
            text=clause.text,
            language=self._presenter.language,
            kind=LineKind.PITCH,
            emotion=clause.emotion,
            energy=clause.energy,
            product=self._card(clause.product),
            facts=tuple(fact.name for fact in clause.facts),
            layout=clause.layout,
            callouts=callouts_of(clause.text, clause.facts, self._presenter.language),
            # Lines of one sentence belong together, which keeps the pause between them short
            reply=f"{self._prefix}s{clause.sentence}" if clause.sentence >= 0 else None,
        )
