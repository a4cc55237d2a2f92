"""Answers worded by a model that was taught to word facts: candidates drawn, checked, ranked; nothing where none may be said.

The first sentence of the first candidate is said while the rest is being drawn, if it may be said and tells what was asked.
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
from dialogue.taught_checks import backing_words, sheet_objection, untold
from dialogue.taught_prompt import NOTHING, stand_in, taught_note, taught_prompt, turned, untagged, with_name
from dialogue.trimming import disagrees
from render.contract import Emotion

CANDIDATES: Final = 3
TEMPERATURE: Final = 0.6
"""Of all candidates but the first."""
TOKENS: Final = 64
"""40 words, the longest reply that is taught, with their tag."""
LONGEST_S: Final = 2.5
"""However patient the show is, no candidate takes longer."""
SOON_S: Final = 0.7
"""After so long an answer that may be said is said, though another might sound newer: the bar for 95 of 100 first clauses."""
_LEAST_S: Final = 0.05
_SPOKEN_WORDS: Final = (8, 35)
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
    """An answer that may be said, or what follows on its first sentence."""

    text: str
    """Empty where nothing may follow."""
    emotion: Emotion | None
    """None where the model named none."""
    drawn: int
    """Which of the candidates it was, from 1."""
    lacks: tuple[Fact, ...] = ()
    """Of several facts those that are not told; the host adds them in words of its own."""


_Frame = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Candidate:
    answer: TaughtAnswer
    fit: int
    variety: float


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
        """The best candidate that may be said, noted as said; nothing if there is none, with the reasons told to `watch`.

        It comes whole, or in two pieces: its first sentence while the rest is drawn, then the rest. One that tells only some of several
        facts is taken if there is no other, with what it lacks. The first candidate is drawn greedily. Further ones are drawn only if it
        may not be said, is curt, or sounds like an answer of late, and only while there is time for as long a drawing as the longest so
        far (if one may be said, until `SOON_S`); none if the first sentence has been said.
        """
        sheet = taught_note(asked.facts, asked.products) if asked.facts else NOTHING
        must = asked.facts if asked.must is None else asked.must
        alias = stand_in(sheet, asked.comment, self._manner)

        def messages(number: int) -> list[Message]:
            tell = turned(must, number)
            return taught_prompt(
                self._founder, self._manner, sheet, alias, asked.comment, tell=tell, others=asked.others
            )

        good: list[_Candidate] = []
        partly: list[TaughtAnswer] = []
        opening: TaughtAnswer | None = None
        seen: set[str] = set()
        longest, asked_at = 0.0, self._clock()
        for number in range(CANDIDATES):
            left = SOON_S - (self._clock() - asked_at) if good else watch.patience_s()
            if number and min(left, watch.patience_s()) < longest:
                break
            begun, drawn, judged = self._clock(), "", False
            try:
                async with aclosing(self._draw(messages(number), number, watch)) as growing:
                    async for grown in growing:
                        drawn = with_name(grown, alias, asked.viewer)
                        if number == 0 and not judged and (head := _first_sentence(drawn)):
                            judged = True
                            if opening := self._opening(head, drawn, asked, sheet, must):
                                yield opening
            except TimeoutError:
                if not good and not partly and not opening:
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
            refusal = self._objection(text, asked, sheet)
            missing = untold(text, must, asked.products)
            if refusal is None and missing:
                refusal = Refusal("missing", f"does not tell {', '.join(missing)}")
                if opening or len(missing) < sum(fact.field != "unit" for fact in must):
                    partly.append(TaughtAnswer(text, emotion, number + 1, _named(missing, must)))
            if refusal is not None:
                watch.on_refused(text, refusal)
            else:
                good.append(self._judged(TaughtAnswer(text, emotion, number + 1), asked))
            if opening or (good and good[-1].fit == _BEST_FIT and good[-1].variety > 1 - _FRESH):
                break
        best = max(good, key=lambda one: (one.fit, one.variety)).answer if good else None
        best = best or min(partly, key=lambda answer: len(answer.lacks), default=None)
        if opening is not None:
            rest = self._rest(opening, best, must, asked.products)
            self._noted(f"{opening.text} {rest.text}".strip(), asked)
            yield rest
        elif best is not None:
            self._noted(best.text, asked)
            yield best

    def _opening(self, head: str, drawn: str, asked: Asked, sheet: str, must: Sequence[Fact]) -> TaughtAnswer | None:
        """A first sentence, if it may be said before the rest is known: it tells of what was asked, and sounds new."""
        emotion, _ = untagged(drawn)
        frame = _frame(head, asked)
        values = [fact for fact in must if fact.field != "unit" and not fact.prose]
        if emotion is None or frame in self._openings or self._objection(head, asked, sheet) is not None:
            return None
        if len(untold(head, values, asked.products)) == len(values):
            return None
        return TaughtAnswer(head, emotion, 1)

    def _rest(
        self, opening: TaughtAnswer, best: TaughtAnswer | None, must: Sequence[Fact], products: Sequence[Product]
    ) -> TaughtAnswer:
        """What follows on a first sentence that has been said."""
        if best is None:
            return TaughtAnswer("", opening.emotion, 1, _named(untold(opening.text, must, products), must))
        return TaughtAnswer(best.text.removeprefix(opening.text).strip(), opening.emotion, 1, best.lacks)

    def _noted(self, text: str, asked: Asked) -> None:
        self._lately.append(_frame(text, asked))
        self._openings.append(_frame(_first_sentence(text) or text, asked))
        self._book.note(text)

    async def _draw(self, messages: Sequence[Message], number: int, watch: Watch) -> AsyncGenerator[str, None]:
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
                if not said and number == 0:
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
        frame = _frame(answer.text, asked)
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


def _named(fields: Sequence[str], facts: Sequence[Fact]) -> tuple[Fact, ...]:
    return tuple(fact for fact in facts if fact.field in fields)


def _frame(text: str, asked: Asked) -> _Frame:
    """Pairs of neighbouring words without values and names: two answers of one frame sound alike whatever they tell."""
    named = {w for product in asked.products for w in (*words(product.name), *words(product.called))}
    told = {w for fact in asked.facts if not fact.prose for w in words(fact.say)}
    left = [w for w in words(text) if w not in named | told | set(words(asked.viewer)) and not w[0].isdigit()]
    return frozenset(zip(["^", *left], [*left, "$"], strict=True))
