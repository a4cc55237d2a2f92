"""The host's mind in its event loop: carries out what the director decides, with the models and the stage."""

import asyncio
import contextlib
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from dialogue.asking import Intent
from dialogue.catalogue import Product
from dialogue.contract import LLM, Comment, DialogueEvent, DialogueEventSink, Embedder, Fate, ModelError
from dialogue.director import Director
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
    Speak,
    Started,
    StopReply,
    Tick,
    Withdrawn,
    WithdrawPitch,
    Write,
)
from dialogue.intake import Intake, IntakeLimits
from dialogue.language import words
from dialogue.phrasebook import Phrasebook
from dialogue.presenter import Presenter
from dialogue.promotions.desk import PromotionDesk
from dialogue.readback import ReadBack
from dialogue.reply import Replier
from dialogue.replying import Replying, Surroundings, Timing, ended
from dialogue.retrieval import Retrieval, Retriever
from dialogue.room_content import RoomContent
from dialogue.safety import objection
from dialogue.trouble import TroubleWatch
from dialogue.waiting import Topic, Worth
from dialogue.wording import Wording
from dialogue.wording_zh import ChineseWording
from render.contract import Line, LineEnded, LineKind, LineStarted, ProductCard, ShowEvent, Stage, VoiceError

_TICK_S = 0.25
"""How often the epoch is looked at, and the longest that a deadline can be late."""
_MOST_TO_WRITE = 256
"""Comments waiting to be answered in writing; one more expires."""
_CLOSING_S = 3.5
_SHARED_WORDS = frozenset({"lol", "haha", "ok", "okay", "wow", "yes", "no", "first", "nice"})


class Host:
    """The mind of one room.

    `receive` comments and `feed` what the stage reports, both on the event loop's thread, while `run` is running. All
    decisions come out as events. `language` is that of the presentation. `clock` is the show clock in seconds; `trusted` says
    that the language model may use words of its own (a strong one), within the checks on claims that hold for all.
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
        run_id: str | None = None,
    ) -> None:
        tag = run_id if run_id is not None else secrets.token_hex(3)
        book = Phrasebook(seed)
        self._cards = {
            product.sku: product.card(content.picture(product), content.clip(product))
            for product in content.catalogue.products
        }
        self._stage = stage
        self._languages = voice_languages
        self._on_event = on_event
        self._clock = clock if clock is not None else lambda: stage.now
        wording = Wording(book, content.ordinary_words())
        pitch = ChineseWording(book) if language == "zh" and "zh" in voice_languages else wording
        self._readback = ReadBack(book, voice_languages)
        self._retriever = Retriever(content, embedder)
        self._replier = Replier(content, llm, self._retriever, wording, book, self._readback, trusted=trusted)
        self._intake = Intake(limits, id_prefix=f"c{tag}-")
        self._director = Director(Presenter(content, pitch, book), self._card, id_prefix=f"{tag}-")
        first, full = content.persona.first_name, content.persona.name_zh
        self._name = re.compile(rf"\b{re.escape(first)}\b|@|{re.escape(full)}|主播|\bhost\b", re.IGNORECASE)
        self._trouble = TroubleWatch()
        self.promotions = PromotionDesk(
            content.promotions,
            content.catalogue,
            book,
            pitch.language,
            stage,
            card=self._card,
            emit=lambda type_, data, public: self._emit(type_, data, public=public),
            fault=self._fault,
            id_prefix=f"{tag}-",
        )
        """What the dashboard and the clock do with promotions."""
        self._open: dict[str, Comment] = {}
        self._timings: dict[str, float] = {}
        self._surroundings = Surroundings(
            tell_director=self._feed,
            tell_operator=lambda type_, data: self._emit(type_, data, public=False),
            fault=self._fault,
            note_unanswered=self._note_unanswered,
            card=self._card,
        )
        self._replying: dict[str, tuple[Replying, asyncio.Task[None]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        """Also those that were cancelled and have not ended yet."""
        self._spoken_now: Line | None = None
        self._pitches: asyncio.Queue[Line] = asyncio.Queue()  # the director puts at most two on their way
        self._to_write: asyncio.Queue[Write] = asyncio.Queue(_MOST_TO_WRITE)
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
        received = {name: getattr(comment, name) for name in ("viewer", "text", "language", "spoken")}
        self._emit("comment.received", {"comment": comment.id, **received})
        if self._closed:
            self._decide(comment, Fate.EXPIRED, "The show has ended.")
            return comment
        if troubled := self._trouble.heard(comment.viewer, comment.text, begun):
            data = {"code": "viewers-report-trouble", "viewers": len(troubled), "texts": list(troubled)[:8]}
            self._emit("alarm", data, public=False)
        if (entered := self.promotions.enter(comment)) is not None:
            self._decide(comment, Fate.WRITTEN, "Taken as an entry.", text=entered)
            return comment
        refused = objection(comment.viewer, comment.text)
        worth, topic = self._weighed(comment) if refused is None else (Worth.NOISE, Topic())
        self._timings[comment.id] = self._clock() - begun
        self._feed(Accepted(comment, worth, refused, write=comment.language not in self._languages, topic=topic))
        return comment

    def feed(self, event: ShowEvent) -> None:
        """Take in what the stage reports."""
        if isinstance(event, LineStarted):
            self._spoken_now = event.line
            replying = self._replying.get(event.line.reply or "")
            if replying is not None and replying[0].timing.first_slice is None:
                replying[0].timing.first_slice = event.at
        elif isinstance(event, LineEnded):
            self._spoken_now = None
            self._line_over.set()
            self.promotions.line_ended(event)
        self._look_at_epoch()
        self._feed(event)

    async def run(self) -> None:
        """Run the show until cancelled or closed."""
        self._epoch = self._stage.epoch
        workers = [
            asyncio.create_task(work) for work in (self._say_pitches(), self._write_answers(), self.promotions.run())
        ]
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
            await ended([*workers, *self._tasks])

    async def close(self, *, finish_sentence: bool) -> None:
        """End the show: no new Line; the one being heard is waited for if asked. Every open comment gets its fate."""
        if self._closed:
            return
        self._feed(Closing())
        for reply in list(self._replying):
            self._stop(reply)
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
                self._pitches.put_nowait(line)
            case WithdrawPitch():
                queued = []
                while not self._pitches.empty():
                    queued.append(self._pitches.get_nowait())
                gone = [*self._stage.withdraw(LineKind.PITCH), *queued]
                self._feed(Withdrawn(gone))
            case BeginReply():
                self._begin_reply(action)
            case StopReply(reply=reply):
                self._stop(reply)
            case Write():
                try:
                    self._to_write.put_nowait(action)
                except asyncio.QueueFull:
                    self._decide(action.comment, Fate.EXPIRED, "More is being asked than can be answered.")
            case Decide(comment=comment, fate=fate, reason=reason, into=into):
                self._decide(comment, fate, reason, into=into)
            case Look(target=target):
                self._stage.look(target)

    def _begin_reply(self, action: BeginReply) -> None:
        comment = action.comment
        self._emit("comment.chosen", {"comment": comment.id})
        timing = Timing(comment, self._timings.pop(comment.id, 0.0), self._clock())
        replying = Replying(action, timing, self._surroundings, self._stage, self._replier, self._readback, self._clock)
        task = asyncio.create_task(replying.run())
        self._replying[action.reply] = replying, task
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._answered(action, done))

    def _answered(self, action: BeginReply, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            code = error.code if isinstance(error, VoiceError) else "reply-failed"
            self._fault(code, f"The answer to {action.comment.id} could not be spoken: {error!r}")
        self._feed(ReplyDone(action.reply, silent=error is not None))

    def _stop(self, reply: str) -> None:
        replying = self._replying.get(reply)
        if replying is not None:
            replying[1].cancel()

    async def _say_pitches(self) -> None:
        while True:
            line = replace(await self._pitches.get(), epoch=self._stage.epoch)
            try:
                accepted = await self._stage.say(line)
            except VoiceError as error:
                self._fault(error.code, f"The voice could not say '{line.text}': {error}")
                self._feed(PitchDropped(line, failed=True))
            else:
                if not accepted:
                    self._feed(PitchDropped(line, failed=False))

    async def _write_answers(self) -> None:
        while True:
            action = await self._to_write.get()
            try:
                found = await self._replier.retrieve(action.comment, action.on_show, self._fault)
                text = self._replier.written(action.comment, found)
            except Exception as error:  # a comment that can't be answered must not end the show
                self._fault("writing-failed", f"{action.comment.id} could not be answered in writing: {error!r}")
                self._decide(action.comment, Fate.EXPIRED, "The answer could not be written.")
            else:
                self._note_unanswered(action.comment, found)
                self._decide(action.comment, Fate.WRITTEN, action.reason, text=text)

    # ---- small things -----------------------------------------------------------------------------------

    def _look_at_epoch(self) -> None:
        if self._stage.epoch != self._epoch:
            self._epoch = self._stage.epoch
            while not self._pitches.empty():
                self._pitches.get_nowait()
            self._feed(NewEpoch())

    def _weighed(self, comment: Comment) -> tuple[Worth, Topic]:
        """What a comment asks of the host, and what it is about; by rule, for it must not take long."""
        found = self._retriever.find_by_rule(comment.text, on_show=self._director.on_show)
        named = tuple(product.sku for product in found.products)
        addressed = self._name.search(comment.text) is not None
        topic = Topic(tuple(fact.name for fact in found.facts), named, addressed=addressed)
        if found.question or found.facts:
            return Worth.QUESTION, topic
        if found.intent in (Intent.GREETING, Intent.THANKS):
            return Worth.GREETING, topic
        said = [w for w in words(comment.text) if w not in _SHARED_WORDS]
        return Worth.TALK if len(said) >= 2 else Worth.NOISE, topic

    def _card(self, product: Product | None) -> ProductCard | None:
        return self._cards[product.sku] if product is not None else None

    def _note_unanswered(self, comment: Comment, found: Retrieval) -> None:
        if self._replier.unanswered(found):
            self._emit(
                "question.open", {"comment": comment.id, "viewer": comment.viewer, "text": comment.text}, public=False
            )

    def _decide(
        self, comment: Comment, fate: Fate, reason: str, *, text: str | None = None, into: str | None = None
    ) -> None:
        if self._open.pop(comment.id, None) is None:
            return
        self._timings.pop(comment.id, None)
        data: dict[str, Any] = {"comment": comment.id, "fate": fate.value, "reason": reason}
        data |= {name: value for name, value in (("text", text), ("into", into)) if value is not None}
        self._emit("comment.decided", data)
        done = [id_ for id_, (replying, _) in self._replying.items() if replying.timing.comment is comment]
        for id_ in done:
            replying, task = self._replying.pop(id_)
            task.cancel()
            self._emit("latency", {"comment": comment.id, "stages": replying.timing.stages()}, public=False)

    def _fault(self, code: str, message: str) -> None:
        self._emit("fault", {"code": code, "message": message}, public=False)

    def _emit(self, type_: str, data: Mapping[str, Any], *, public: bool = True) -> None:
        self._on_event(DialogueEvent(type_, self._clock(), data, public))
