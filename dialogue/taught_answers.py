"""Answers worded by a model that was taught to word facts: candidates drawn, checked, ranked; nothing where none may be said.

The first sentence of a candidate is said while the rest is being drawn, if it may be said and tells what was asked. Where an answer tells
only some of several facts, the model is asked for the others by themselves, and what it gives follows.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from dialogue.catalogue import Product
from dialogue.claims import ClaimChecker, Refusal
from dialogue.clauses import SentenceStream, ended
from dialogue.contract import LLM, Message, ModelError
from dialogue.facts import Fact
from dialogue.language import words
from dialogue.persona import Persona
from dialogue.phrasebook import Phrasebook
from dialogue.room_content import RoomContent
from dialogue.taught_checks import backing_words, misleads, sheet_objection, untold
from dialogue.taught_prompt import (
    NOTHING,
    asked_alone,
    stand_in,
    taught_note,
    taught_prompt,
    turned,
    untagged,
    with_name,
)
from dialogue.trimming import disagrees
from render.contract import Emotion

CANDIDATES: Final = 3
TEMPERATURE: Final = 0.8
"""Of candidates that are drawn by chance: at 0.6 half again as many had the frame of one of late, and no fewer were refused."""
TOKENS: Final = 64
"""40 words, the longest reply that is taught, with their tag."""
LONGEST_S: Final = 2.5
"""However patient the show is, no candidate takes longer."""
SOON_S: Final = 0.4
"""After so long an answer that may be said is said, though another might sound newer."""
_LEAST_S: Final = 0.05
_SPOKEN_WORDS: Final = (6, 35)
_BEST_FIT: Final = 2
"""A known tone, and a speakable length."""
_FRESH: Final = 0.5
"""A candidate of the best fit that shares less than this with each of the answers of late is taken at once."""
_LATELY: Final = 40
_FEWEST_WORDS: Final = 4
"""Of a sentence that is said by itself: a shorter one belongs to the next."""
_OPENINGS_APART: Final = 3
"""A first sentence of the frame of one of so many before it waits for the rest, and perhaps for another candidate."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an answer is to be made of."""

    viewer: str
    comment: str
    facts: tuple[Fact, ...]
    """The sheet; may be empty for small talk."""
    products: tuple[Product, ...] = ()
    must: tuple[Fact, ...] | None = None
    """Those that the answer has to tell; all that are values if not given."""
    others: int = 0
    """How many more ask the same."""


@dataclass(slots=True)
class Watch:
    """Who is told what while an answer is made."""

    patience_s: Callable[[], float]
    """Seconds that the model may still take before the host would fall silent."""
    on_first_token: Callable[[], None]
    on_refused: Callable[[str, Refusal], None]
    on_trouble: Callable[[str, str], None]
    """Code and message for the operator."""


@dataclass(frozen=True, slots=True)
class TaughtAnswer:
    """An answer that may be said, or a piece of one."""

    text: str
    emotion: Emotion | None
    """None where the model named none."""
    drawn: int
    """Which of the candidates it was, from 1."""
    lacks: tuple[Fact, ...] = ()
    """Of several facts those that are not told so far; what is left behind the last piece the host adds in words of its own."""


_Frame = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Candidate:
    answer: TaughtAnswer
    fit: int
    variety: float


class _Draft:
    """One answer in the making: what it has to tell, and what of it has been said."""

    def __init__(self, asked: Asked, sheet: str, manner: str) -> None:
        self.asked = asked
        self.sheet = sheet
        self.must = asked.facts if asked.must is None else asked.must
        self.alias = stand_in(sheet, asked.comment, manner)
        self.said = ""
        self.emotion: Emotion | None = None
        self.lacks = tuple(fact for fact in self.must if fact.field != "unit" and not fact.prose)

    def lacking(self, text: str) -> tuple[Fact, ...]:
        """What is still not told if this is said next."""
        missing = untold(text, self.lacks, self.asked.products)
        return tuple(fact for fact in self.lacks if fact.field in missing)

    def says(self, text: str) -> None:
        self.lacks = self.lacking(text)
        self.said = f"{self.said} {text}".strip()


class TaughtAnswers:
    """Makes answers for one room whose model has a taught adapter; remembers what it said lately."""

    def __init__(
        self, llm: LLM, persona: Persona, checker: ClaimChecker, book: Phrasebook, clock: Callable[[], float], seed: int
    ) -> None:
        """`checker` must not be strict: the words are the model's own, within the same checks on claims."""
        self._llm = llm
        self._founder = persona.name
        self._manner = manner_of(persona.lines)
        self._checker = checker
        self._book = book
        self._clock = clock
        self._seed = seed
        self._lately: deque[_Frame] = deque(maxlen=_LATELY)
        self._openings: deque[_Frame] = deque(maxlen=_OPENINGS_APART)
        self._answered: deque[tuple[str, ...]] = deque(maxlen=_LATELY)
        self._answers = 0

    @classmethod
    def of(
        cls, content: RoomContent, llm: LLM, book: Phrasebook, clock: Callable[[], float], seed: int
    ) -> "TaughtAnswers":
        """Those of a room, with its names, markets and founder."""
        checker = ClaimChecker(strict=False, known_words=content.names(), markets=content.markets)
        return cls(llm, content.persona, checker, book, clock, seed)

    async def warm_up(self) -> None:
        """Let the model read the part of the prompt that never changes; raises `ModelError`."""
        pieces = self._llm.stream(taught_prompt(self._founder, self._manner, NOTHING, "Ann", "hi"), max_tokens=1)
        async for _ in pieces:
            pass

    async def answer(self, asked: Asked, watch: Watch) -> AsyncGenerator[TaughtAnswer, None]:
        """The best candidate that may be said, in one piece or several; nothing if there is none, with the reasons told to `watch`.

        The first candidate is drawn greedily, unless the same fields were told lately: that answer's frame would come again, whatever the
        product. Its first sentence comes while the rest is drawn. Further ones are drawn only if it may not be said, is curt, or sounds
        like an answer of late, and only while there is time for as long a drawing as the longest so far (if one may be said, until
        `SOON_S`). What has been said of an answer and lacks facts is followed by further draws that tell these alone.
        """
        draft = _Draft(asked, taught_note(asked.facts, asked.products) if asked.facts else NOTHING, self._manner)
        good: list[_Candidate] = []
        seen: set[str] = set()
        fields = tuple(fact.field for fact in draft.must)
        first = self._answers if fields in self._answered else 0
        longest, asked_at = 0.0, self._clock()
        for place in range(CANDIDATES):
            left = SOON_S - (self._clock() - asked_at) if good else watch.patience_s()
            if place and min(left, watch.patience_s()) < longest:
                break
            begun, drawn, opened = self._clock(), "", False
            try:
                async with aclosing(
                    self._draw(self._messages(draft, first + place), first + place, place, watch)
                ) as growing:
                    async for grown in growing:
                        drawn = with_name(grown, draft.alias, asked.viewer)
                        if not draft.said and not opened and (head := _first_sentence(drawn)):
                            opened = True
                            if self._may_open(head, drawn, draft):
                                yield self._say(head, untagged(drawn)[0], place, draft)
            except TimeoutError:
                if not good and not draft.said:
                    watch.on_trouble("llm-slow", "The language model was too slow; the answer is made from the facts.")
                break
            except ModelError as error:
                watch.on_trouble(error.code, str(error))
                break
            longest = max(longest, self._clock() - begun)
            emotion, text = untagged(drawn)
            if text in seen:
                continue
            seen.add(text)
            refusal = self._objection(text, asked, draft.sheet)
            missing = () if refusal else draft.lacking(text)
            tells = refusal is None and self._tells(missing, draft)
            if missing:
                refusal = Refusal("missing", f"does not tell {', '.join(fact.field for fact in missing)}")
            if refusal is not None:
                watch.on_refused(text, refusal)
            if tells and (draft.said or missing):
                if rest := text.removeprefix(draft.said if opened else "").strip():
                    yield self._say(rest, emotion, place, draft)
            elif tells:
                good.append(self._judged(TaughtAnswer(text, emotion, place + 1), asked))
                if good[-1].fit == _BEST_FIT and good[-1].variety > 1 - _FRESH:
                    break
            if draft.said and not draft.lacks:
                break
        if not draft.said and good:
            best = max(good, key=lambda one: (one.fit, one.variety)).answer
            yield self._say(best.text, best.emotion, best.drawn - 1, draft)
        if draft.said:
            if not self._book.said(draft.said):
                self._book.note(draft.said)
            self._lately.append(frame_of(draft.said, asked))
            self._openings.append(frame_of(_first_sentence(draft.said) or draft.said, asked))
            self._answered.append(fields)
            self._answers += 1

    def _messages(self, draft: "_Draft", number: int) -> list[Message]:
        """What the model is shown: all that was asked, or behind what has been said only what it lacks."""
        asked, tell, sheet, comment = draft.asked, turned(draft.must, number), draft.sheet, draft.asked.comment
        if draft.said:
            tell = draft.lacks
            sheet, comment = asked_alone(tell, asked.facts, asked.products)
        return taught_prompt(self._founder, self._manner, sheet, draft.alias, comment, tell=tell, others=asked.others)

    def _may_open(self, head: str, drawn: str, draft: "_Draft") -> bool:
        """Whether a first sentence may be said before the rest is known: it tells of what was asked, and sounds new."""
        if not draft.lacks or untagged(drawn)[0] is None or frame_of(head, draft.asked) in self._openings:
            return False
        if self._objection(head, draft.asked, draft.sheet) is not None:
            return False
        return self._tells(draft.lacking(head), draft)

    def _tells(self, missing: Sequence[Fact], draft: "_Draft") -> bool:
        """Whether what leaves these facts out still tells something, and nothing that misleads."""
        return not missing or (len(missing) < len(draft.lacks) and not misleads(missing, draft.must))

    def _say(self, text: str, emotion: Emotion | None, place: int, draft: "_Draft") -> TaughtAnswer:
        """A piece that goes out, noted as said."""
        if not draft.said:
            draft.emotion = emotion
        draft.says(text)
        self._book.note(text)
        return TaughtAnswer(text, draft.emotion, place + 1, draft.lacks)

    async def _draw(
        self, messages: Sequence[Message], number: int, place: int, watch: Watch
    ) -> AsyncGenerator[str, None]:
        """One candidate as it grows; raises `ModelError`, and `TimeoutError` where time ran out before its end."""
        said = ""
        latest = self._clock() + LONGEST_S
        async with aclosing(self._pieces(messages, number)) as pieces:
            while True:
                patience = min(watch.patience_s(), latest - self._clock())
                try:
                    async with asyncio.timeout(max(_LEAST_S, patience)):
                        piece = await anext(pieces)
                except StopAsyncIteration:
                    return
                if not said and place == 0:
                    watch.on_first_token()
                said += piece
                if patience <= 0:
                    raise TimeoutError
                yield said

    async def _pieces(self, messages: Sequence[Message], number: int) -> AsyncGenerator[str, None]:
        pieces = self._llm.stream(
            messages,
            max_tokens=TOKENS,
            temperature=TEMPERATURE if number else 0.0,
            seed=self._seed + number,
            stop=("\n",),
        )
        try:
            async for piece in pieces:
                yield piece
        finally:
            if isinstance(pieces, AsyncGenerator):
                await pieces.aclose()

    def _objection(self, text: str, asked: Asked, sheet: str) -> Refusal | None:
        if text and ended(text) != text:
            return Refusal("unfinished", "breaks off")
        if text.startswith((f"{asked.viewer}:", "Note:")):
            return Refusal("format", "repeats the prompt instead of answering")
        names = backing_words(asked.viewer, asked.products, sheet, asked.facts)
        refusal = sheet_objection(self._checker, text, asked.comment, asked.facts, sheet, names, asked.others)
        if refusal is not None:
            return refusal
        if disagrees(text, asked.products):
            return Refusal("grammar", "one and many mixed up")
        return Refusal("repeated", "said in these words before") if self._book.said(text) else None

    def _judged(self, answer: TaughtAnswer, asked: Asked) -> _Candidate:
        count = len(words(answer.text))
        fit = (answer.emotion is not None) + (_SPOKEN_WORDS[0] <= count <= _SPOKEN_WORDS[1])
        frame = frame_of(answer.text, asked)
        nearest = max((len(frame & other) / len(frame | other) for other in self._lately if frame | other), default=0.0)
        return _Candidate(answer, fit, 1 - nearest)


def manner_of(lines: Sequence[str]) -> str:
    """What the model is shown of a founder's manner: their first line; in training each of them comes up."""
    return lines[0] if lines else ""


def _first_sentence(drawn: str) -> str:
    """The first sentence of what was drawn so far, once it is whole and something follows, with the next if it is short; else nothing."""
    head = ""
    for sentence in SentenceStream().feed(untagged(drawn)[1]):
        head = f"{head} {sentence}".strip()
        if len(words(head)) >= _FEWEST_WORDS:
            return head
    return ""


def frame_of(text: str, asked: Asked) -> _Frame:
    """Pairs of neighbouring words without values and names: two answers of one frame sound alike whatever they tell."""
    named = {w for product in asked.products for w in (*words(product.name), *words(product.called))}
    told = {w for fact in asked.facts if not fact.prose for w in words(fact.say)}
    left = [w for w in words(text) if w not in named | told | set(words(asked.viewer)) and not w[0].isdigit()]
    return frozenset(zip(["^", *left], [*left, "$"], strict=True))
