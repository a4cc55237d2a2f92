"""Who has the floor: the presentation, an answer to a comment, or a person. A state machine: events in, actions out, time passed in."""

from collections.abc import Callable, Iterable

from dialogue.audience import BLOCKED, PASSED_OVER, SEEN, Audience
from dialogue.catalogue import Product
from dialogue.contract import Fate
from dialogue.floor import (
    Accepted,
    Action,
    Announce,
    AnswerNext,
    Approve,
    BeginReply,
    Blocked,
    Closing,
    Decide,
    DirectorEvent,
    GoOn,
    GoTo,
    LineDropped,
    Look,
    NewEpoch,
    PersonSays,
    PitchDropped,
    PromotionMoved,
    Read,
    ReplyDone,
    ReplyLine,
    ReplyLineDropped,
    Repriced,
    Rest,
    SayForPerson,
    Settle,
    Speak,
    Started,
    StopReply,
    ToNext,
    ToPrevious,
    Unpin,
    When,
    Withdrawn,
    WithdrawPitch,
    Withhold,
    Write,
)
from dialogue.presentation import AHEAD, Presentation
from dialogue.presenter import Presenter
from dialogue.reception import Reception
from dialogue.reply_course import ReplyCourse
from dialogue.steering.persons_words import PersonsWords
from dialogue.steering.reins import Reins
from dialogue.waiting import Waiting, Worth
from render.contract import Line, LineEnded, LineKind, LineStarted, ProductCard, ProductShown

__all__ = ["AHEAD", "BLOCKED", "LOST_LINE_S", "SEEN", "Director"]

AFTER_REPLY_S = 0.7
AFTER_INTERRUPTION_S = 3.0
AFTER_FAILURE_S = 3.0
AFTER_REST_S = 0.3
LOST_LINE_S = 25.0
"""A Line that neither begins nor ends for so long has been lost below."""


class Director:
    """Runs the show; `feed` it with everything that happens and carry out what it returns, in order."""

    def __init__(
        self,
        presenter: Presenter,
        card: Callable[[Product | None], ProductCard | None],
        *,
        id_prefix: str = "",
        reins: Reins | None = None,
        languages: frozenset[str] | None = None,
    ) -> None:
        """`languages` are those that the voice reads, for the names of viewers."""
        self._prefix = id_prefix
        self._reins = reins if reins is not None else Reins()
        self.presentation = Presentation(presenter, card, self._next_number, id_prefix=id_prefix)
        self.audience = Audience(self._reins)
        self.words = PersonsWords()
        """What persons have the host say."""
        self._reply: ReplyCourse | None = None
        self._live = False
        self._count = 0
        read = languages or frozenset({presenter.language})
        self.reception = Reception(
            presenter.wording, presenter.disclosure, presenter.founder, read, self._next_number, id_prefix=id_prefix
        )

    @property
    def on_show(self) -> str | None:
        """The sku that viewers see, which "it" means."""
        return self.audience.on_show

    @property
    def answer_heard(self) -> str | None:
        """Id of the comment whose answer has the floor and was heard at least in part."""
        return self._reply.entry.comment.id if self._reply is not None and self._reply.heard else None

    @property
    def answering(self) -> Waiting | None:
        """The comment that has the floor."""
        return self.audience.current

    def entry(self, comment: str) -> Waiting | None:
        """The comment of this id that waits, by itself or collected with others, or has the floor."""
        collected = (Waiting(one, Worth.GREETING) for one in self.reception.waiting if one.id == comment)
        return self.audience.entry(comment) or next(collected, None)

    def feed(self, event: DirectorEvent, now: float) -> list[Action]:
        """Take in what happened; returns what is to be done now."""
        self.audience.pass_time(now)
        actions = self._happened(event, now) + self._ordered_by_person(event, now)
        actions += self._go_on(now)
        return actions

    def next_deadline(self) -> float | None:
        """When `feed(Tick(), now)` is due at the latest."""
        times = [self.audience.next_deadline(), *self.presentation.lost_at(LOST_LINE_S)]
        if self._reply is not None:
            times.append(self._reply.progress_at + LOST_LINE_S)
        elif self._live and not self.audience.closing and self._reins.free and not self.words.on_way:
            times += [self.presentation.due(), self.reception.next_due()]
        return min((at for at in times if at is not None), default=None)

    def _happened(self, event: DirectorEvent, now: float) -> list[Action]:
        show = self.presentation
        match event:
            case Accepted():
                return self._accepted(event, now)
            case Read():
                return self.audience.read(event)
            case LineStarted(line=line):
                return self._line_started(line, now)
            case LineEnded():
                return self._line_ended(event, now)
            case ProductShown(card=card):
                self.audience.on_show = card.sku if card is not None else None
            case Withdrawn(lines=lines):
                show.give_back([line.id for line in lines])
                self.reception.give_back([line.id for line in lines])
            case PitchDropped(line=line, failed=True):
                show.failed(line.id)
                self.reception.give_back([line.id])
                show.not_before = max(show.not_before, now + AFTER_FAILURE_S)
            case PitchDropped(line=line):
                show.give_back([line.id])
                self.reception.give_back([line.id])
            case ReplyLine(line=line) if self._reply is not None and self._reply.is_mine(line):
                self._reply.sent(line, now)
            case ReplyLineDropped(line=line):
                self._gone(line)
            case ReplyDone(reply=reply, silent=silent):
                return self._reply_done(reply, silent, now)
            case NewEpoch():
                return self._interrupted(now)
            case Started():
                self._live, show.not_before, show.quiet_since = True, now, now
            case Repriced(sku=sku):
                return self._repriced(sku)
            case PromotionMoved(fact=fact):
                return self._promotion_moved(fact)
            case Closing():
                ungreeted = [Decide(c, Fate.EXPIRED, "The show has ended.") for c in self.reception.clear()]
                return [WithdrawPitch(), *self.audience.close(), *ungreeted]
            case _:
                pass
        return []

    def _accepted(self, event: Accepted, now: float) -> list[Action]:
        """Greetings and thanks that come in numbers are collected and answered together."""
        plain = not (event.objection or event.held_for or event.written_because or event.write or self._reins.approval)
        if event.worth is Worth.GREETING and plain and not self.audience.closing:
            left = self.reception.takes(event.comment, event.topic, now)
            if left is not None:
                return [Decide(c, Fate.EXPIRED, "More said hello than could be greeted.") for c in left]
        return self.audience.accept(event)

    def _repriced(self, sku: str) -> list[Action]:
        """The presentation is worded anew, and an answer that tells the old price is not told to its end."""
        self.presentation.presenter.repriced()
        actions: list[Action] = [WithdrawPitch()]
        reply = self._reply
        if reply is not None and (sku in reply.prices or (not reply.prices and self._about(reply.entry, sku))):
            actions += self._give_up(reply)
        return actions

    def _promotion_moved(self, fact: str) -> list[Action]:
        """An answer that tells how the promotion stood a moment ago is not told to its end."""
        reply = self._reply
        if reply is None:
            return []
        told = reply.facts or reply.entry.topic.facts
        return self._give_up(reply) if any(name.rpartition(".")[0] == fact for name in told) else []

    def _about(self, entry: Waiting, sku: str) -> bool:
        return sku in entry.topic.products or (not entry.topic.products and self.on_show == sku)

    # ---- lines ------------------------------------------------------------------------------------------

    def _line_started(self, line: Line, now: float) -> list[Action]:
        self.words.gone(line.id)
        if (clause := self.presentation.started(line, now)) is not None:
            announced: list[Action] = [Announce(clause.promotion)] if clause.promotion is not None else []
            if clause.index > 0:
                return announced
            return [*announced, Look("product" if clause.opens and clause.product is not None else "camera")]
        if self._reply is not None and self._reply.is_mine(line):
            self._reply.started(line, now)
            return [Look("camera")] if line.kind is not LineKind.READBACK else []
        return []

    def _line_ended(self, event: LineEnded, now: float) -> list[Action]:
        line = event.line
        self.presentation.quiet_since = now
        self.words.gone(line.id)
        if self._reply is not None and self._reply.is_mine(line):
            self._reply.ended(event, now)
        if not event.interrupted:
            self.presentation.presenter.disclosure.heard(line.text, now)
            if line.kind is LineKind.ANSWER:
                self.presentation.presenter.answered_with(line.facts, now)
        greeted: list[Action] = [Decide(c, Fate.SPOKEN) for c in self.reception.ended(event)]
        # what was broken off is told again, so what waits behind it would come before its time
        return [*greeted, *([WithdrawPitch()] if self.presentation.ended(event) else [])]

    def _gone(self, line: Line) -> None:
        """A Line of a reply, or a person's, will not be heard."""
        self.words.gone(line.id)
        if self._reply is not None:
            self._reply.gone(line.id)

    # ---- replies ----------------------------------------------------------------------------------------

    def _reply_done(self, reply: str, silent: bool, now: float) -> list[Action]:
        current = self._reply
        if current is None or current.id != reply:
            return []
        current.done, current.progress_at = True, now
        if silent and not current.heard:
            self._leave_reply(now, AFTER_REPLY_S)
            if current.otherwise is not None:
                return [current.otherwise]
            return [Write(current.entry.comment, "The voice failed, so the answer is written.", self.on_show)]
        return []

    def _conclude(self, now: float) -> list[Action]:
        """The reply is over when all its Lines are."""
        reply = self._reply
        if reply is None:
            return []
        lost = now - reply.progress_at >= LOST_LINE_S
        if not lost and not reply.is_over():
            return []
        self._leave_reply(now, AFTER_REPLY_S)
        actions: list[Action] = [StopReply(reply.id)] if lost else []
        return actions + self._end(reply, now, "", "The spoken answer was lost, so it is written.")

    def _leave_reply(self, now: float, pause_s: float) -> None:
        """The floor is free."""
        self._reply = self.audience.current = None
        self.presentation.presenter.answer_over(now)
        self.presentation.not_before = max(self.presentation.not_before, now + pause_s)

    def _end(self, reply: ReplyCourse, now: float, heard: str, unheard: str) -> list[Action]:
        """What becomes of the comment; the reasons are those for an answer that was heard, and one that was not."""
        comment = reply.entry.comment
        if reply.heard:
            self.audience.answered(comment, now)
            return [Decide(comment, Fate.SPOKEN, heard)]
        if reply.otherwise is not None:
            return [reply.otherwise]
        if reply.back and not self.audience.closing:
            return self.audience.wait(reply.entry)
        return [Write(comment, unheard, self.on_show)]

    def _interrupted(self, now: float) -> list[Action]:
        self.presentation.give_back_all()
        self.reception.give_back_all()
        self.presentation.not_before = now + AFTER_INTERRUPTION_S
        self.words.clear()
        reply = self._reply
        if reply is None:
            return []
        self._leave_reply(now, AFTER_INTERRUPTION_S)
        if self._reins.stopped:  # a person will say whether it is to be answered at all
            reply.back, reply.entry.held = True, True
        heard, unheard = "The host was interrupted.", "The host was interrupted, so the answer is written."
        return [StopReply(reply.id), *self._end(reply, now, heard, unheard)]

    def _give_up(self, reply: ReplyCourse) -> list[Action]:
        """Nothing more of this reply is begun; it ends with the Line being heard."""
        reply.give_up()
        return [StopReply(reply.id)]

    # ---- what comes next --------------------------------------------------------------------------------

    def _go_on(self, now: float) -> list[Action]:
        actions = self._conclude(now)
        if self._reins.approval and self.reception.waiting:  # a name is not read out before a person has seen it
            actions += self._fetch([one.id for one in self.reception.waiting])
        actions += self.audience.late(now)
        self.words.forget_lost(now, LOST_LINE_S, audible=self._reins.may_speak)
        if self._reins.may_speak:
            self.presentation.give_back_lost(now, LOST_LINE_S)
            self.reception.give_back_lost(now, LOST_LINE_S)
        if not self._live or self.audience.closing or not self._reins.may_speak:
            return actions
        if not self.words.on_way and self._reply is None and (entry := self._next(now)) is not None:
            return actions + self._begin(entry, now)
        actions += self._release(now)
        free = self._reins.free and self._reply is None and not self.words.on_way and not self.words.for_sentence
        if free and self.presentation.between_sentences(now):
            actions += [Speak(line) for line in self.reception.lines(now)]
        if self._reply is None and not self.words.on_way and not self.presentation.silent:
            resting = not self._reins.free or self.words.for_sentence
            actions += [Speak(line) for line in self.presentation.lines(now, resting=resting)]
        return actions

    def _next(self, now: float) -> Waiting | None:
        if (ordered := self.audience.choose_ordered()) is not None:
            return ordered
        if not self._reins.free or (len(self.audience) and self.presentation.presenter.presses(now)):
            return None  # a product keeps its budget, and its price is told, however much is asked
        return self.audience.choose(now)

    def _begin(self, entry: Waiting, now: float) -> list[Action]:
        self._reply = ReplyCourse(f"{self._prefix}r{self._next_number()}", entry, now)
        self.audience.current = entry
        self.presentation.break_off(entry.topic.products)
        self.presentation.presenter.answer_begun(now)
        text = self.audience.text_for(entry)
        begin = BeginReply(entry.comment, self._reply.id, len(entry.also), entry.worth, self.on_show, text)
        return [WithdrawPitch(), Look("chat"), begin]

    def _release(self, now: float) -> list[Action]:
        """A person's words whose moment has come."""
        show, answering = self.presentation, self._reply is not None
        due = self.words.release(
            sentence_over=answering or not show.mid_sentence(now),
            segment_over=lambda: not answering and (show.silent or show.opens_next(now)),
        )
        return [action for says in due for action in self._say(says, now)]

    def _say(self, says: PersonSays, now: float) -> list[Action]:
        self.words.sent(says, now)
        return [SayForPerson(says.lines, first=says.when is not When.NOW and self._reply is not None)]

    def _next_number(self) -> int:
        self._count += 1
        return self._count

    # ---- a person's orders ------------------------------------------------------------------------------

    def _ordered_by_person(self, event: DirectorEvent, now: float) -> list[Action]:
        match event:
            case Rest(hand_over=hand_over):
                actions: list[Action] = [WithdrawPitch(self.presentation.rest(now))]
                if hand_over and self._reply is not None:
                    self._reply.back = True
                    actions += self._give_up(self._reply)
                return actions
            case GoOn():
                self.presentation.go_on(now, AFTER_REST_S)
            case AnswerNext(comment=ident, text=text) | Approve(comment=ident, text=text):
                actions = self._fetch([ident])
                self.audience.let_through(ident, text, at_once=isinstance(event, AnswerNext))
                return actions
            case Withhold(comment=ident, held=held):
                fetched = self._fetch([ident])
                if held and self._reply is not None and self._reply.entry.comment.id == ident:
                    self._reply.back = True
                    return [*self.audience.withhold(ident, held), *self._give_up(self._reply)]
                return [*fetched, *self.audience.withhold(ident, held)]
            case Settle(comment=ident):
                return [*self._fetch([ident]), *self._settle(event)]
            case Blocked(viewer=viewer):
                actions = self._fetch(
                    [c.id for c in self.reception.waiting if c.viewer.casefold() == viewer.casefold()]
                )
                orders = [Settle(entry.comment.id, Fate.DECLINED, BLOCKED) for entry in self.audience.of(viewer)]
                return [*actions, *(action for order in orders for action in self._settle(order))]
            case ToNext() | ToPrevious() | GoTo() | Unpin():
                return self._turn(event, now)
            case PersonSays(when=When.NOW):
                return self._say(event, now)
            case PersonSays(when=when):
                self.words.hold_back(event)
                return [WithdrawPitch(self.presentation.finish_sentence())] if when is When.SENTENCE else []
            case LineDropped(line=line):
                self._gone(line)
                self.presentation.change(line.id, None)
                return [Decide(c, Fate.DECLINED, PASSED_OVER) for c in self.reception.dropped(line.id)]
            case _:
                pass
        return []

    def _fetch(self, comments: Iterable[str]) -> list[Action]:
        """Let comments that are collected with others wait by themselves: a person sees to each."""
        taken = [one for ident in comments if (one := self.reception.take(ident)) is not None]
        return [action for one in taken for action in self.audience.wait(Waiting(one, Worth.GREETING))]

    def _settle(self, order: Settle) -> list[Action]:
        end = self.audience.settle(order)
        if end is None:
            return []
        if self._reply is not None and self._reply.entry.comment.id == order.comment:
            self._reply.otherwise = end
            return self._give_up(self._reply)
        return [end]

    def _turn(self, event: DirectorEvent, now: float) -> list[Action]:
        show, presenter = self.presentation, self.presentation.presenter
        if isinstance(event, Unpin):
            presenter.unpin()
            return []
        keep, ending = show.leave(now)
        match event:
            case ToNext():
                presenter.next_segment(now)
            case ToPrevious():
                presenter.previous_segment(now)
            case GoTo(target=target, pin=pin):
                _ = presenter.pin(target, now) if pin else presenter.go_to(target, now)
            case _:
                pass
        show.not_before = now
        return [WithdrawPitch(keep), *(Speak(line) for line in ending)]
