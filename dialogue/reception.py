"""Welcomes and thanks to many at once, on their way to the stage. Pure: time is passed in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from dialogue.asking import THANKS
from dialogue.contract import Comment
from dialogue.disclosure import Disclosure
from dialogue.guestbook import Batch, Courtesy, Guestbook
from dialogue.intents import CommentIntent
from dialogue.ranking import Topic
from dialogue.readback import NOBODY, speakable_name
from render.contract import Emotion, Layout, Line, LineEnded, LineKind

MOST_NAMED: Final = 3
_NEWCOMERS: Final = 3
"""From so many on they are told what the host is."""


class CourtesyWording(Protocol):
    """What the reception needs of a language."""

    @property
    def language(self) -> str: ...

    def welcome_all(self, names: Sequence[str], more: int) -> str: ...

    def thank_all(self, names: Sequence[str], more: int) -> str: ...

    def disclosed(self, founder: str) -> str: ...


@dataclass(frozen=True, slots=True)
class _Said:
    batch: Batch
    at: float


class Reception:
    """Collects greetings and thanks, words them, and remembers whose words are on their way."""

    def __init__(
        self,
        wording: CourtesyWording,
        disclosure: Disclosure,
        founder: str,
        languages: frozenset[str],
        next_number: Callable[[], int],
        *,
        id_prefix: str = "",
    ) -> None:
        self._wording = wording
        self._disclosure = disclosure
        self._founder = founder
        self._languages = languages
        self._next_number = next_number
        self._prefix = id_prefix
        self._book = Guestbook()
        self._said: dict[str, _Said] = {}

    def takes(self, comment: Comment, topic: Topic, now: float) -> list[Comment] | None:
        """Collect a greeting or thanks, which returns what must leave for it; None if it is to be answered by itself."""
        thanks = topic.intent is CommentIntent.PRAISE or THANKS.search(comment.text) is not None
        return self._book.takes(comment, Courtesy.THANKS if thanks else Courtesy.GREETING, now)

    def lines(self, now: float) -> list[Line]:
        """What is to be said now, at the end of a sentence."""
        batch = self._book.due(now)
        if batch is None:
            return []
        speakable = [n for v in batch.viewers if (n := speakable_name(v, self._languages)) != NOBODY]
        names = speakable if len(speakable) == len(batch.viewers) <= MOST_NAMED + 1 else speakable[:MOST_NAMED]
        more = len(batch.viewers) - len(names)
        greets = batch.kind is Courtesy.GREETING
        text = self._wording.welcome_all(names, more) if greets else self._wording.thank_all(names, more)
        said = [self._line(text, tuple(comment.id for comment in batch.comments))]
        self._said[said[0].id] = _Said(batch, now)
        if greets and len(batch.viewers) >= _NEWCOMERS and self._disclosure.due_for_newcomers(now):
            said.append(self._line(self._wording.disclosed(self._founder), ()))
        return said

    def next_due(self) -> float | None:
        """When there will be something to say."""
        return self._book.next_due()

    def ended(self, event: LineEnded) -> tuple[Comment, ...]:
        """A Line is over; returns the comments that it answered, if it was one of these and was heard."""
        said = self._said.pop(event.line.id, None)
        if said is None:
            return ()
        if event.interrupted:
            self._book.put_back(said.batch)
            return ()
        return said.batch.comments

    def give_back(self, lines: Sequence[str]) -> None:
        """These Lines will not be heard: their people are greeted next time."""
        for line in lines:
            if (said := self._said.pop(line, None)) is not None:
                self._book.put_back(said.batch)

    def give_back_all(self) -> None:
        """None of them will be heard."""
        self.give_back(list(self._said))

    def give_back_lost(self, now: float, after_s: float) -> None:
        """Those that have not been heard for so long are lost."""
        self.give_back([line for line, said in self._said.items() if now - said.at >= after_s])

    @property
    def waiting(self) -> tuple[Comment, ...]:
        """Whose words are collected and not on their way."""
        return self._book.waiting

    def take(self, comment: str) -> Comment | None:
        """Take out one of those by its id: a person sees to it."""
        return self._book.take(comment)

    def dropped(self, line: str) -> tuple[Comment, ...]:
        """A person does not want this Line said; returns whom it would have greeted."""
        said = self._said.pop(line, None)
        return said.batch.comments if said is not None else ()

    def clear(self) -> list[Comment]:
        """The show ends: all whom nobody has greeted."""
        self.give_back_all()
        return list(self._book.clear())

    def _line(self, text: str, comments: tuple[str, ...]) -> Line:
        number = self._next_number()
        return Line(
            id=f"{self._prefix}w{number}",
            text=text,
            language=self._wording.language,
            kind=LineKind.PITCH,
            emotion=Emotion.WARM,
            energy=0.6,
            comments=comments,
            layout=Layout.AUTO,
        )
