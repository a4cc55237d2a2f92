"""The host's mind in its event loop: carries out what the director decides, with the models and the stage."""

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dialogue.catalogue import Product
from dialogue.contract import LLM, Comment, DialogueEvent, DialogueEventSink, Embedder, Fate, ModelError
from dialogue.director import BLOCKED, Director
from dialogue.facts import Fact
from dialogue.floor import (
    Accepted,
    Action,
    Announce,
    BeginReply,
    Closing,
    Decide,
    DirectorEvent,
    Look,
    NewEpoch,
    PitchDropped,
    PromotionMoved,
    Read,
    ReplyLineDropped,
    Repriced,
    SayForPerson,
    Speak,
    Started,
    StopReply,
    Tick,
    Withdrawn,
    WithdrawPitch,
    Write,
)
from dialogue.intake import Intake, IntakeLimits
from dialogue.intents import CommentIntent
from dialogue.moderation import Moderator
from dialogue.phrasebook import Phrasebook
from dialogue.presenter import Presenter
from dialogue.promotions.desk import PromotionDesk
from dialogue.promotions.machine import PromotionRefused
from dialogue.promotions.offers import Offers
from dialogue.readback import ReadBack
from dialogue.replies import Replies
from dialogue.reply import Replier
from dialogue.replying import Surroundings, ended
from dialogue.retrieval import Retrieval, Retriever, Understood
from dialogue.room_content import RoomContent
from dialogue.safety import PUT_ANOTHER_WAY
from dialogue.spoken import money_written
from dialogue.steering.comment_steering import Plan
from dialogue.steering.desk import make_desk
from dialogue.steering.hands import Hands
from dialogue.steering.lectern import Lectern
from dialogue.steering.reins import Reins
from dialogue.steering.statements import Statements
from dialogue.taught_answers import TaughtAnswers
from dialogue.tickets import Ticket, Tickets
from dialogue.trouble import TroubleWatch
from dialogue.understanding import Understanding
from dialogue.waiting import Worth
from dialogue.weighing import Weighing
from dialogue.wording import Wording
from dialogue.wording_zh import ChineseWording
from dialogue.writing import Writing
from render.contract import (
    Line,
    LineEnded,
    LineKind,
    LineStarted,
    LiveChanged,
    ProductCard,
    ShowEvent,
    Stage,
    VoiceError,
)

_TICK_S = 0.25
"""How often the epoch is looked at, and the longest that a deadline can be late."""
_CLOSING_S = 3.5
_READING_S = 0.4
"""How long a comment that the rules do not know is kept from being chosen, for the model to read it."""


class Host:
    """The mind of one room.

    `receive` comments and `feed` what the stage reports, both on the event loop's thread, while `run` is running. All
    decisions come out as events. `language` is that of the presentation. `clock` is the show clock in seconds; `trusted` says
    that the language model may use words of its own (a strong one), within the checks on claims that hold for all; `taught` that it was
    taught to word facts. With `approval` comments are answered aloud only once a person has approved them.
    """

    def __init__(
        self,
        content: RoomContent,
        llm: LLM | None,
        embedder: Embedder | None,
        stage: Stage,
        voice_languages: frozenset[str],
        on_event: DialogueEventSink,
        *,
        clock: Callable[[], float] | None = None,
        seed: int = 0,
        limits: IntakeLimits | None = None,
        language: str = "en",
        trusted: bool = False,
        taught: bool = False,
        run_id: str | None = None,
        new_seed: Callable[[], bytes] | None = None,
        approval: bool = False,
    ) -> None:
        tag = run_id if run_id is not None else secrets.token_hex(3)
        book = Phrasebook(seed)
        self._cards = {
            product.sku: product.card(content.picture(product), content.clip(product))
            for product in content.catalogue.products
        }
        self._reins = Reins(approval=approval)
        self._lectern = Lectern(
            stage, self._reins, lambda type_, data: self._emit(type_, data, public=False), self._lost
        )
        self._stage: Stage = self._lectern
        self._languages = voice_languages
        self._on_event = on_event
        self._clock = clock if clock is not None else lambda: stage.now
        wording = Wording(book, content.ordinary_words(), content.profile)
        pitch = ChineseWording(book, content.profile) if language == "zh" and "zh" in voice_languages else wording
        self._readback = ReadBack(book, voice_languages)
        self._retriever = Retriever(content, embedder, promotions=self._running)
        self._replier = Replier(
            content,
            llm,
            self._retriever,
            wording,
            book,
            self._readback,
            trusted=trusted,
            taught=TaughtAnswers.of(content, llm, book, self._clock, seed) if taught and llm is not None else None,
            current=lambda found: self._offers.current(found),
        )
        self._intake = Intake(limits, id_prefix=f"c{tag}-")
        self._director = Director(
            Presenter(content, pitch, book, current=lambda product: self._offers.product(product)),
            self._card,
            id_prefix=f"{tag}-",
            reins=self._reins,
            languages=voice_languages,
        )
        self._moderator = Moderator(content.blocked)
        self._weighing = Weighing(self._retriever, content.persona)
        self.understanding = Understanding(self._retriever, self._understood, self._fault, self._clock)
        self._trouble = TroubleWatch()
        self.tickets = Tickets(id_prefix=f"{tag}-")
        """Questions that nobody has written an answer for."""
        self.promotions = PromotionDesk(
            content.promotions,
            content.catalogue,
            book,
            pitch.language,
            self._stage,
            card=self._card,
            emit=lambda type_, data, public: self._emit(type_, data, public=public),
            fault=self._fault,
            id_prefix=f"{tag}-",
            new_seed=new_seed,
            repriced=lambda sku: self._feed(Repriced(sku)),
            moved=lambda fact: self._feed(PromotionMoved(fact)),
        )
        """What the dashboard and the clock do with promotions."""
        self._offers = Offers(self.promotions.machine, content.catalogue, self._clock)
        self._hands = Hands(
            self._director,
            self._lectern,
            self._reins,
            Statements(
                content,
                self._retriever,
                book,
                voice_languages,
                facts_of=self._offers.facts_of,
                running=self._offers.running_facts,
                current=self._offers.current,
            ),
            self._feed,
            self._clock,
            lambda type_, data, public: self._emit(type_, data, public=public),
        )
        self.desk = make_desk(
            self._hands,
            plan=self._planned,
            tickets=self.tickets,
            answer_ticket=lambda comment, text, by: self.answer_ticket(comment, text, by=by),
            product=content.catalogue.get,
            card=self._card,
            look_at_epoch=self._look_at_epoch,
            promotions=self.promotions.machine,
            id_prefix=f"{tag}-",
        )
        """What persons do to the show."""
        self._open: dict[str, Comment] = {}
        self._timings: dict[str, float] = {}
        surroundings = Surroundings(
            tell_director=self._feed,
            tell_operator=lambda type_, data: self._emit(type_, data, public=False),
            fault=self._fault,
            note_unanswered=self._note_unanswered,
            card=self._card,
        )
        self._replies = Replies(surroundings, self._stage, self._replier, self._readback, self._clock)
        self._writing = Writing(
            self._replier,
            lambda comment, fate, reason, text: self._decide(comment, fate, reason, text=text),
            self._note_unanswered,
            self._fault,
        )
        self._spoken_now: Line | None = None
        self._wake = asyncio.Event()
        self._line_over = asyncio.Event()
        self._epoch = 0
        self._closed = False

    # ---- what the server calls --------------------------------------------------------------------------

    async def prepare(self) -> None:
        """Let the models read what never changes, before the show; a model that fails is reported and done without."""
        for trouble in await asyncio.gather(self._retriever.prepare(), self._replier.warm_up(), return_exceptions=True):
            if isinstance(trouble, ModelError):
                self._fault(trouble.code, str(trouble))
            elif trouble is not None:
                raise trouble

    def receive(self, viewer: str, text: str, *, spoken: bool = False) -> Comment:
        """Take a comment; raises `CommentRefused`. Its fate comes as an event, exactly one."""
        begun = self._clock()
        comment = self._intake.accept(viewer, text, begun, spoken=spoken)
        self._open[comment.id] = comment
        self._hands.chronicle.received(comment)
        received = {name: getattr(comment, name) for name in ("viewer", "text", "language", "spoken")}
        self._emit("comment.received", {"comment": comment.id, **received})
        if self._closed:
            self._decide(comment, Fate.EXPIRED, "The show has ended.")
            return comment
        if self._reins.is_blocked(comment.viewer):
            self._decide(comment, Fate.DECLINED, BLOCKED)
            return comment
        self._alarm_of_trouble(self._trouble.heard(comment.viewer, comment.text, begun))
        if (entered := self.promotions.enter(comment)) is not None:
            self._decide(comment, Fate.WRITTEN, "Taken as an entry.", text=entered)
            return comment
        worth, topic = self._weighing.by_rule(comment, self._director.on_show)
        self._tell_intent(comment, topic.intent)
        verdict = self._moderator.judge(comment, begun, answered=bool(topic.facts))
        unread = not topic.facts and worth in (Worth.QUESTION, Worth.TALK) and self._retriever.understands
        event = Accepted(
            comment,
            worth,
            verdict.declined or None,
            write=comment.language not in self._languages,
            topic=topic,
            written_because=verdict.written,
            held_for=verdict.held,
            raid=verdict.raid,
            ready_at=begun + _READING_S if unread else 0.0,
        )
        self._timings[comment.id] = self._clock() - begun
        self._feed(event)
        if worth is not Worth.NOISE and comment.id in self._open and comment.language in self._languages:
            self.understanding.offer(comment, self._director.on_show)
        return comment

    def feed(self, event: ShowEvent) -> None:
        """Take in what the stage reports."""
        if isinstance(event, LineStarted):
            self._spoken_now = event.line
            self._replies.started(event)
        elif isinstance(event, LineEnded):
            self._spoken_now = None
            self._line_over.set()
            self.promotions.line_ended(event)
        elif isinstance(event, LiveChanged):
            self.desk.show.live_changed(event)
        self._hands.chronicle.feed(event)
        self._look_at_epoch()
        self._feed(event)

    def snapshot(self, now: float) -> dict[str, Any]:
        """What persons at the desk see."""
        return self.desk.snapshot(now)

    async def run(self) -> None:
        """Run the show until cancelled or closed."""
        self._epoch = self._stage.epoch
        parts = (self._lectern.run(), self._writing.run(), self.promotions.run(), self.understanding.run())
        workers = [asyncio.create_task(work) for work in parts]
        self._feed(Started())
        try:
            while not self._closed:
                self._look_at_epoch()
                self._feed(Tick())
                self.promotions.tick()
                self._wake.clear()
                deadlines = (self._director.next_deadline(), self.promotions.next_deadline())
                deadline = min((at for at in deadlines if at is not None), default=None)
                wait = _TICK_S if deadline is None else min(_TICK_S, max(0.005, deadline - self._clock()))
                # not wait_for: on Python 3.11 it loses a cancellation that comes in the moment of the wake-up
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        await self._wake.wait()
                for worker in workers:
                    if worker.done():
                        worker.result()  # a worker never returns: this raises what ended it
        finally:
            await ended([*workers])
            await self._replies.close()

    def sells(self, sku: str) -> bool:
        """Whether there is a product of that number in the catalogue."""
        return sku in self._cards

    def answer_ticket(self, ident: str, text: str, *, by: str = "host") -> Ticket:
        """A person answers an open question (by its id, or that of a comment that asked); all who asked get it in writing.

        Asked again in this show, the host answers it with these words, if they claim nothing that no shop may claim. Raises
        KeyError where no such question is open.
        """
        ticket = self.tickets.close(ident)
        if ticket is None:
            raise KeyError(ident)
        askers = [{"comment": asker.comment, "viewer": asker.viewer} for asker in ticket.askers]
        data = {"ticket": ticket.id, "question": ticket.question, "language": ticket.language, "text": text}
        self._emit("ticket.closed", {**data, "by": by, "askers": askers})
        self._replier.learn(ticket, text)
        return ticket

    async def close(self, *, finish_sentence: bool) -> None:
        """End the show: no new Line; the one being heard is waited for if asked. Every open comment gets its fate."""
        if self._closed:
            return
        self._feed(Closing())
        self._replies.stop_all()
        for kind in (LineKind.PITCH, LineKind.READBACK, LineKind.ANSWER):
            self._stage.withdraw(kind)
        if finish_sentence and self._spoken_now is not None:
            self._line_over.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_CLOSING_S):
                    await self._line_over.wait()
        self._closed = True
        self._wake.set()
        for comment in list(self._open.values()):
            heard = comment.id == self._director.answer_heard
            self._decide(comment, Fate.SPOKEN if heard else Fate.EXPIRED, "The show has ended.")

    # ---- carrying out -----------------------------------------------------------------------------------

    def _feed(self, event: DirectorEvent) -> None:
        for action in self._director.feed(event, self._clock()):
            self._do(action)
        self._wake.set()

    def _do(self, action: Action) -> None:
        match action:
            case Speak(line=line):
                self._lectern.enqueue(line)
            case SayForPerson(lines=lines, first=first):
                self._lectern.put_first(lines) if first else self._lectern.enqueue_all(lines)
            case Announce(promotion=promotion):
                self._announce(promotion)
            case WithdrawPitch(keep=keep):
                self._feed(Withdrawn(self._lectern.withdraw_pitch(keep)))
            case BeginReply(comment=comment):
                self._emit("comment.chosen", {"comment": comment.id})
                self._replies.begin(action, self._timings.pop(comment.id, 0.0))
            case StopReply(reply=reply):
                self._replies.stop(reply)
            case Write():
                self._writing.offer(action)
            case Decide(comment=comment, fate=fate, reason=reason, into=into, text=text):
                self._decide(comment, fate, reason, text=text, into=into)
            case Look(target=target):
                self._stage.look(target)

    def _lost(self, line: Line, error: VoiceError | None) -> None:
        """A Line that was on its way will not be heard."""
        if error is not None:
            self._fault(error.code, f"The voice could not say '{line.text}': {error}")
        pitch = line.kind is LineKind.PITCH
        self._feed(PitchDropped(line, failed=error is not None) if pitch else ReplyLineDropped(line))

    def _announce(self, promotion: str) -> None:
        try:
            self.promotions.start(promotion, by="rundown")
        except PromotionRefused as refused:
            self._fault(refused.code, f"The rundown announces {promotion}, which could not be started: {refused}")

    async def _planned(self, comment: Comment) -> Plan:
        found = await self._replier.retrieve(comment, self._director.on_show, self._fault)
        return Plan(self._replier.written(comment, found), found.facts, comment.language)

    # ---- small things -----------------------------------------------------------------------------------

    def _look_at_epoch(self) -> None:
        if self._stage.epoch != self._epoch:
            self._epoch = self._stage.epoch
            self._lectern.begin_epoch()
            self._feed(NewEpoch())

    def _understood(self, comment: Comment, understood: Understood) -> None:
        """The model has read a comment, which may have met its fate meanwhile."""
        worth, topic = self._weighing.refined(comment, understood)
        self._tell_intent(comment, topic.intent)
        if topic.intent is CommentIntent.TROUBLE:
            entry = self._director.entry(comment.id)
            for one in (comment, *(entry.also if entry is not None else ())):
                self._alarm_of_trouble(self._trouble.heard(one.viewer, one.text, self._clock(), sure=True))
        held = PUT_ANOTHER_WAY if topic.intent is CommentIntent.HOSTILE and not topic.facts else ""
        self._feed(Read(comment, worth, topic, understood.vector, held))

    def _tell_intent(self, comment: Comment, intent: CommentIntent | None) -> None:
        """For the report: what the comment was taken for; the last one told holds."""
        if intent is not None:
            self._emit("understood", {"comment": comment.id, "intent": intent.value}, public=False)

    def _alarm_of_trouble(self, texts: Sequence[str]) -> None:
        if texts:
            data = {"code": "viewers-report-trouble", "viewers": len(texts), "texts": list(texts)[:8]}
            self._emit("alarm", data, public=False)

    def _running(self) -> Sequence[Fact]:
        return self._offers.running_facts()

    def _card(self, product: Product | None) -> ProductCard | None:
        if product is None:
            return None
        card, price = self._cards[product.sku], self._offers.product(product)
        written = money_written(price.price, price.currency)
        if written == card.price:
            return card
        return replace(card, price=written, list_price=money_written(price.list_price or product.price, price.currency))

    def _note_unanswered(self, comment: Comment, found: Retrieval) -> None:
        if not self._replier.unanswered(found):
            return
        entry = self._director.answering
        also = entry.also if entry is not None and entry.comment is comment else ()
        about = tuple(product.sku for product in found.products)
        ticket, given_up = self.tickets.open(comment, self._clock(), products=about, also=also)
        if given_up is not None:
            self._emit("ticket.closed", {"ticket": given_up.id, "reason": "Too many questions are open."}, public=False)
        asked = {"comment": comment.id, "viewer": comment.viewer, "text": comment.text, "language": comment.language}
        self._emit("question.open", {"ticket": ticket.id, **asked, "viewers": len(ticket.askers)}, public=False)

    def _decide(
        self, comment: Comment, fate: Fate, reason: str, *, text: str | None = None, into: str | None = None
    ) -> None:
        if self._open.pop(comment.id, None) is None:
            return
        self._timings.pop(comment.id, None)
        self._hands.chronicle.decided(comment, fate, reason, text, self._clock())
        data: dict[str, Any] = {"comment": comment.id, "fate": fate.value, "reason": reason}
        data |= {name: value for name, value in (("text", text), ("into", into)) if value is not None}
        self._emit("comment.decided", data)
        self._replies.decided(comment)

    def _fault(self, code: str, message: str) -> None:
        self._emit("fault", {"code": code, "message": message}, public=False)

    def _emit(self, type_: str, data: Mapping[str, Any], *, public: bool = True) -> None:
        self._on_event(DialogueEvent(type_, self._clock(), data, public))
