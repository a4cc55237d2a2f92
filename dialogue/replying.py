"""One comment being answered aloud: read back at once, answered while that is heard."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dialogue.callouts import callouts_of
from dialogue.catalogue import Product
from dialogue.clauses import lines_of
from dialogue.contract import Comment
from dialogue.facts import Fact
from dialogue.floor import BeginReply, DirectorEvent, ReplyLine, ReplyLineDropped
from dialogue.language import language_of, words
from dialogue.readback import ReadBack
from dialogue.reply import Answer, Progress, Refused, Replier
from dialogue.retrieval import Retrieval
from dialogue.waiting import Worth
from render.contract import Emotion, Layout, Line, LineKind, ProductCard, Stage, VoiceError

_VOICE_S = 0.35
"""What has to be left of the Line being heard when the next is given to the voice, so that no gap is heard."""
_LEAST_PATIENCE_S = 0.6
_GIVEN_WORDS = 14
_READBACK_S = 1.6
"""About what a short read-back takes to be heard, voice and all; known exactly once it is queued."""


@dataclass(slots=True)
class Timing:
    """When the stages of one reply were reached, on the show clock."""

    comment: Comment
    intake_s: float
    chosen: float
    retrieval_s: float | None = None
    asked: float | None = None
    """The model was asked."""
    first_token: float | None = None
    first_clause: float | None = None
    voice_s: float | None = None
    first_slice: float | None = None

    def stages(self) -> dict[str, float]:
        """Seconds by stage; `first_clause` counts from the choice, `first_slice` from the comment, the others are durations."""
        got = {
            "intake": self.intake_s,
            "retrieval": self.retrieval_s,
            "first_token": _between(self.asked, self.first_token),
            "first_clause": _between(self.chosen, self.first_clause),
            "voice": self.voice_s,
            "first_slice": _between(self.comment.at, self.first_slice),
        }
        return {name: round(value, 4) for name, value in got.items() if value is not None}


def _between(start: float | None, end: float | None) -> float | None:
    return end - start if start is not None and end is not None else None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an answer needs of the host that gives it."""

    tell_director: Callable[[DirectorEvent], None]
    tell_operator: Callable[[str, Mapping[str, Any]], None]
    """An event that is not for viewers: its type and data."""
    fault: Callable[[str, str], None]
    """Code and message."""
    note_unanswered: Callable[[Comment, Retrieval], None]
    card: Callable[[Product | None], ProductCard | None]


class Replying:
    """Gives one answer; `run` is its whole life and raises `VoiceError` if it can't be spoken."""

    def __init__(
        self,
        action: BeginReply,
        timing: Timing,
        host: Surroundings,
        stage: Stage,
        replier: Replier,
        readback: ReadBack,
        clock: Callable[[], float],
    ) -> None:
        self.timing = timing
        self._action = action
        self._comment = action.comment
        self._host = host
        self._stage = stage
        self._replier = replier
        self._readback = readback
        self._clock = clock
        self._epoch = stage.epoch
        self._lines = 0

    async def run(self) -> None:
        """Read the comment back, and answer it."""
        retrieving = asyncio.create_task(self._retrieve())
        reading: asyncio.Task[bool] | None = None
        try:
            worth = self._action.worth
            if worth is Worth.QUESTION or (worth is Worth.TALK and len(words(self._comment.text)) > 2):
                reading = asyncio.create_task(self._read_back())
            found = await retrieving
            await self._answer(found, reading)
        finally:
            await ended([task for task in (retrieving, reading) if task is not None])

    async def _retrieve(self) -> Retrieval:
        begun = self._clock()
        found = await self._replier.retrieve(self._comment, self._action.on_show, self._host.fault)
        self.timing.retrieval_s = self._clock() - begun
        self._host.note_unanswered(self._comment, found)
        return found

    async def _read_back(self) -> bool:
        withheld = not self._replier.may_quote(self._comment)
        text = self._readback.text(self._comment, also=self._action.also, withheld=withheld)
        begun = self._clock()
        quote = None if withheld else (self._comment.viewer, self._comment.text)
        queued = await self._say(LineKind.READBACK, text, (), Emotion.WARM, None, quote)
        self.timing.voice_s = self._clock() - begun
        return queued

    async def _answer(self, found: Retrieval, reading: asyncio.Task[bool] | None) -> None:
        begun = self.timing.asked = self._clock()
        card = self._host.card(found.products[0] if found.products and found.facts else None)
        if self._action.text is not None:
            await self._answer_given(self._action.text, found, card, reading)
            return

        def first_token() -> None:
            self.timing.first_token = self._clock()

        def patience() -> float:
            if reading is None:
                return _LEAST_PATIENCE_S
            if not reading.done():
                return max(_LEAST_PATIENCE_S, begun + _READBACK_S - self._clock())
            return max(0.0, self._stage.waiting_seconds - _VOICE_S)

        progress = Progress(self._refused, first_token, self._host.fault, patience)
        async with contextlib.aclosing(self._replier.answers(self._comment, found, progress)) as pieces:
            async for piece in pieces:
                if self.timing.first_clause is None:
                    self.timing.first_clause = self._clock()
                if reading is not None and not await reading:
                    return
                if not await self._say_answer(piece, card):
                    return

    async def _answer_given(
        self, text: str, found: Retrieval, card: ProductCard | None, reading: asyncio.Task[bool] | None
    ) -> None:
        """Say what a person wrote or approved, word for word."""
        self.timing.first_clause = self._clock()
        facts = tuple(fact for fact in found.facts if fact.say in text or fact.say_zh in text)
        for part in lines_of(text, most_words=_GIVEN_WORDS):
            if reading is not None and not await reading:
                return
            if not await self._say_answer(Answer(part, facts, Emotion.WARM), card):
                return

    async def _say_answer(self, piece: Answer, card: ProductCard | None) -> bool:
        names = tuple(fact.name for fact in piece.facts)
        return await self._say(LineKind.ANSWER, piece.text, names, piece.emotion, card, said_of=piece.facts)

    async def _say(
        self,
        kind: LineKind,
        text: str,
        facts: tuple[str, ...],
        emotion: Emotion,
        card: ProductCard | None,
        quote: tuple[str, str] | None = None,
        said_of: tuple[Fact, ...] = (),
    ) -> bool:
        self._lines += 1
        given = kind is LineKind.ANSWER and self._action.text is not None
        language = language_of(text) if given else self._comment.language
        line = Line(
            id=f"{self._action.reply}.{self._lines}",
            text=text,
            language=language,
            kind=kind,
            emotion=emotion,
            energy=0.6,
            product=card,
            comments=(self._comment.id,),
            facts=facts,
            reply=self._action.reply,
            epoch=self._epoch,
            quote=quote,
            layout=Layout.INSET,
            callouts=callouts_of(text, said_of, language),
            valid_until=min((fact.until for fact in said_of if fact.until is not None), default=None),
        )
        self._host.tell_director(ReplyLine(line))
        try:
            queued = await self._stage.say(line)
        except VoiceError:
            self._host.tell_director(ReplyLineDropped(line))
            raise
        if not queued:
            self._host.tell_director(ReplyLineDropped(line))
        return queued

    def _refused(self, what: Refused) -> None:
        self._host.tell_operator(
            "reply.refused",
            {
                "comment": self._comment.id,
                "text": what.text,
                "rule": what.refusal.rule,
                "detail": what.refusal.detail,
                "replaced_by": what.replaced_by,
            },
        )


async def ended(tasks: list[asyncio.Task[Any]]) -> None:
    """Cancel what still runs and wait until all is over; what the tasks raised has been told elsewhere."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
