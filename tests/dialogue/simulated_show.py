"""A show without models, sound or event loop: the director and the presenter in simulated seconds, hours in moments."""

import itertools
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from dialogue.catalogue import Product
from dialogue.clauses import length_in_words
from dialogue.contract import Comment, Fate
from dialogue.director import Director
from dialogue.floor import (
    Accepted,
    Action,
    BeginReply,
    Decide,
    DirectorEvent,
    ReplyDone,
    ReplyLine,
    Speak,
    Started,
    Tick,
    Withdrawn,
    WithdrawPitch,
    Write,
)
from dialogue.phrasebook import Phrasebook
from dialogue.presenter import PitchClause, Presenter
from dialogue.room_content import RoomContent
from dialogue.telling import PitchWording
from dialogue.waiting import Worth
from dialogue.wording import Wording
from dialogue.wording_zh import ChineseWording
from render.contract import Line, LineEnded, LineKind, LineStarted, ProductCard

WORD_S = 0.36
GAP_S = 0.35
"""Between two Lines: the voice's own pauses, and the time that it takes to speak."""
_TICK_S = 5.0


def wording_of(content: RoomContent, book: Phrasebook, language: str) -> PitchWording:
    return ChineseWording(book) if language == "zh" else Wording(book, content.ordinary_words())


@dataclass
class Asked:
    """A comment that comes in at a moment, and how long its answer takes."""

    at: float
    text: str
    answer_s: float
    viewer: str = ""
    worth: Worth = Worth.QUESTION


@dataclass
class SimulatedShow:
    """Plays a room; afterwards `heard` holds the Lines, `opened` when each segment began, `fates` what became of comments."""

    content: RoomContent
    language: str = "en"
    seed: int = 1
    heard: list[tuple[float, Line]] = field(default_factory=list)
    opened: list[tuple[float, int, str]] = field(default_factory=list)
    """When, in which round, the id of the segment."""
    told: list[tuple[int, str, PitchClause]] = field(default_factory=list)
    """Round, segment and clause of all that the presentation said, also what was broken off."""
    fates: dict[str, list[Fate]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        book = Phrasebook(self.seed)
        self.presenter = Presenter(self.content, wording_of(self.content, book, self.language), book)
        self.director = Director(self.presenter, lambda product: _card(product))
        self.now = 0.0
        self._queue: deque[Line] = deque()
        self._playing: tuple[Line, float] | None = None
        self._free_at = 0.0
        self._answer_s: dict[str, float] = {}
        self._clauses: dict[str, PitchClause] = {}
        self._places: dict[int, tuple[int, str]] = {}
        self._watch_presenter()

    def forget(self) -> None:
        """Drop what was noted, so that only the show's own memory is left."""
        for noted in (self.heard, self.told, self.opened, self.fates, self._places, self._answer_s):
            noted.clear()

    def place(self, line: Line) -> tuple[int, str] | None:
        """Round and segment of a Line of the presentation that was heard."""
        if line.kind is not LineKind.PITCH or line.reply is None:
            return None
        return self._places.get(int(line.reply.removeprefix("s")))

    def _watch_presenter(self) -> None:
        take = self.presenter.take

        def watched(now: float) -> PitchClause:
            clause = take(now)
            progress = self.presenter.progress(now)
            segment = next(s.id for s in progress.segments if s.state == "now")
            if clause.opens and (not self.opened or self.opened[-1][1:] != (progress.round, segment)):
                self.opened.append((now, progress.round, segment))
            self.told.append((progress.round, segment, clause))
            self._places[clause.sentence] = (progress.round, segment)
            return clause

        self.presenter.take = watched  # type: ignore[method-assign]

    def play(
        self, seconds: float, comments: Iterable[Asked] = (), each: Callable[[float], None] = lambda _: None
    ) -> None:
        """Run the show, from its start, for so long."""
        self._feed(Started())
        coming = deque(sorted(comments, key=lambda asked: asked.at))
        numbers = itertools.count(1)
        while self.now < seconds:
            times = [self.now + _TICK_S]
            if (deadline := self.director.next_deadline()) is not None:
                times.append(max(self.now + 0.01, deadline))
            if coming:
                times.append(coming[0].at)
            if self._playing is not None:
                times.append(self._playing[1])
            elif self._queue:
                times.append(max(self._free_at, self.now))
            self.now = max(self.now, min(times))
            each(self.now)
            self._play_on()
            while coming and coming[0].at <= self.now:
                self._ask(coming.popleft(), next(numbers))
            self._feed(Tick())

    def _ask(self, asked: Asked, number: int) -> None:
        comment = Comment(f"c{number}", asked.viewer or f"v{number}", asked.text, self.language, asked.at)
        self._answer_s[comment.id] = asked.answer_s
        self.fates[comment.id] = []
        self._feed(Accepted(comment, asked.worth))

    def _play_on(self) -> None:
        if self._playing is not None and self.now >= self._playing[1]:
            line, end = self._playing
            self._playing, self._free_at = None, end + GAP_S
            self._feed(LineEnded(self.now, line, line.text, False, 0.0))
        if self._playing is None and self._queue and self.now >= self._free_at:
            line = self._queue.popleft()
            self._playing = (line, self.now + self._seconds(line))
            self.heard.append((self.now, line))
            self._feed(LineStarted(self.now, line))

    def _seconds(self, line: Line) -> float:
        if line.kind is LineKind.ANSWER and line.comments and line.reply is not None and line.reply.startswith("r"):
            return self._answer_s.get(line.comments[0], 8.0)
        return max(0.4, WORD_S * length_in_words(line.text))

    def _feed(self, event: DirectorEvent) -> None:
        for action in self.director.feed(event, self.now):
            self._do(action)

    def _do(self, action: Action) -> None:
        match action:
            case Speak(line=line):
                self._queue.append(line)
            case WithdrawPitch(keep=keep):
                gone = [line for line in self._queue if line.kind is LineKind.PITCH and line.reply != keep]
                self._queue = deque(line for line in self._queue if line not in gone)
                self._feed(Withdrawn(gone))
            case BeginReply(comment=comment, reply=reply):
                line = Line(f"{reply}.1", "An answer.", kind=LineKind.ANSWER, comments=(comment.id,), reply=reply)
                self._queue.append(line)
                self._feed(ReplyLine(line))
                self._feed(ReplyDone(reply))
            case Write(comment=comment):
                self.fates.setdefault(comment.id, []).append(Fate.WRITTEN)
            case Decide(comment=comment, fate=fate):
                self.fates.setdefault(comment.id, []).append(fate)
            case _:
                pass


def _card(product: Product | None) -> ProductCard | None:
    return product.card() if product is not None else None
