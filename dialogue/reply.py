"""An answer to a comment: planned by us from facts, worded by the model where it can be trusted to, checked before it is said."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from dialogue import manners, phrases
from dialogue.asking import GREETING, THANKS, Intent, is_question
from dialogue.catalogue import Product
from dialogue.claims import ClaimChecker, Refusal, conveys
from dialogue.clauses import SentenceStream, capital, clauses_of, lines_of
from dialogue.contract import LLM, Comment, Message, ModelError
from dialogue.facts import Fact
from dialogue.language import has_han, language_of
from dialogue.phrasebook import Phrasebook
from dialogue.prompt import note, prompt
from dialogue.readback import NOBODY, ReadBack
from dialogue.reply_zh import ChineseChecker, chinese_prompt, conveys_zh
from dialogue.retrieval import Retrieval, Retriever
from dialogue.room_content import RoomContent
from dialogue.taught_answers import Asked, TaughtAnswers, Watch
from dialogue.tickets import Ticket
from dialogue.trimming import comma_clauses, disagrees, names_unit, repetition, tidied
from dialogue.wording import Wording, names_of
from dialogue.wording_zh import ChineseWording
from render.contract import Emotion

FIRST_TOKEN_S = 2.0
_WARM_UP_S = 20.0
_STRICT_TOKENS, _FREE_TOKENS = 40, 120
_ANSWER_WORDS = 14
"""Words to a Line of an answer: more than in the presentation, since nothing breaks it off."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A piece of an answer, as long as a breath or two."""

    text: str
    facts: tuple[Fact, ...]
    emotion: Emotion
    by_model: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """What the model said and the host will not."""

    text: str
    refusal: Refusal
    replaced_by: str


@dataclass(slots=True)
class Progress:
    """What happened while an answer was made, for the latency table and the log."""

    on_refused: Callable[[Refused], None]
    on_first_token: Callable[[], None]
    on_trouble: Callable[[str, str], None]
    """Code and message for the operator."""
    patience_s: Callable[[], float]
    """Seconds that the model may still take before the host would fall silent."""


class Replier:
    """Makes answers for one room.

    `trusted` lets a strong model choose its own words within the same checks on claims; `taught` is a weak one that was taught to
    word facts, and draws whole answers in English.
    """

    def __init__(
        self,
        content: RoomContent,
        llm: LLM | None,
        retriever: Retriever,
        wording: Wording,
        book: Phrasebook,
        readback: ReadBack,
        *,
        trusted: bool = False,
        taught: TaughtAnswers | None = None,
        current: Callable[[Retrieval], Retrieval] = lambda found: found,
    ) -> None:
        """`current` puts the prices of the moment in the place of the catalogue's."""
        self._current = current
        self._content = content
        self._llm = llm
        self._retriever = retriever
        self._wording = wording
        self._chinese = ChineseWording(book)
        self._book = book
        self._readback = readback
        self._trusted = trusted
        self._taught = taught
        self._checker = ClaimChecker(strict=not trusted, known_words=content.names(), markets=content.markets)
        self._checker_zh = ChineseChecker(content.markets)

    async def warm_up(self) -> None:
        """Let the model read the part of the prompt that never changes; raises `ModelError`."""
        if self._llm is None:
            return
        try:
            async with asyncio.timeout(_WARM_UP_S):
                if self._taught is not None:
                    await self._taught.warm_up()
                    return
                messages = prompt(self._content.persona, "Tea. Price: 10 yuan.", "Ann", "how much")
                async with aclosing(_stream(self._llm, messages, 1)) as pieces:
                    async for _ in pieces:
                        break
        except TimeoutError:
            message = f"The language model took more than {_WARM_UP_S:.0f} s to warm up; answers may be made from facts alone."
            raise ModelError("llm-slow", message) from None

    async def retrieve(
        self, comment: Comment, on_show: str | None, on_trouble: Callable[[str, str], None]
    ) -> Retrieval:
        """What the comment is about; by rule alone where the embedding model fails."""
        try:
            return self._current(await self._retriever.find(comment.text, on_show=on_show))
        except ModelError as error:
            on_trouble(error.code, str(error))
            return self._current(self._retriever.find_by_rule(comment.text, on_show=on_show))

    def may_quote(self, comment: Comment) -> bool:
        """Whether the words may be read out: questions, and kind words; what else somebody states is theirs to say."""
        if is_question(comment.text):
            return True
        kind = GREETING.search(comment.text) or THANKS.search(comment.text)
        states_numbers = any(ch.isdigit() for ch in comment.text)
        return kind is not None and not states_numbers and self._checker.check_authored(comment.text) is None

    async def answers(self, comment: Comment, found: Retrieval, progress: Progress) -> AsyncGenerator[Answer, None]:
        """The answer, piece by piece, in the language of the comment."""
        if comment.language == "zh":
            said = False
            if self._llm is not None and self._trusted and found.facts and self._wordable(found):
                async with aclosing(self._by_model_zh(comment, found, progress)) as pieces:
                    async for piece in pieces:
                        said = True
                        yield piece
            if said:
                return
            facts, emotion = found.facts, _emotion(found)
            for part in lines_of(self._written_zh(comment, found), most_words=_ANSWER_WORDS):
                yield Answer(part, facts, emotion)
            return
        worded: AsyncGenerator[Answer, None] | None = None
        if self._taught is not None and _taught_to_word(found):
            worded = self._by_taught(self._taught, comment, found, progress)
        elif self._llm is not None and found.facts and self._wordable(found):
            worded = self._by_model(comment, found, progress)
        if worded is not None:
            said = False
            async with aclosing(worded) as pieces:
                async for piece in pieces:
                    said = True
                    yield piece
            if said:
                return
        for piece in self._by_rule(comment, found):
            yield piece

    def written(self, comment: Comment, found: Retrieval) -> str:
        """The whole answer in writing, in the language of the comment, from facts alone."""
        if comment.language == "zh":
            return self._written_zh(comment, found)
        return " ".join(answer.text for answer in self._by_rule(comment, found, cut=False))

    def unanswered(self, found: Retrieval) -> bool:
        """Whether a person has to look at it: it asks what nobody has written down, or somebody is unhappy."""
        passed_on = found.intent in (Intent.UNKNOWN, Intent.FOUNDER, Intent.COMPLAINT)
        return passed_on and not found.facts and not self._wants_a_name(found)

    def learn(self, ticket: Ticket, text: str) -> None:
        """A person has answered a question: asked again, the host says so, unless the words claim what no shop may claim."""
        if language_of(text) != ticket.language or self._checker.check_authored(text) is not None:
            return
        fact = Fact(
            f"ticket/{ticket.id}", "ticket", "", text, text, text, label_zh="", tellings=(text,), tellings_zh=(text,)
        )
        self._retriever.learn(ticket.question, ticket.products, fact)

    def _wordable(self, found: Retrieval) -> bool:
        """Whether the model may word it: a weak one only what rests on one value, with nothing to mix up."""
        if self._trusted:
            return found.intent in (Intent.PRODUCT, Intent.SHOP, Intent.PERSONA)
        fields = {fact.field for fact in found.facts}
        if found.intent is not Intent.PRODUCT or len(found.products) != 1 or any(f.prose for f in found.facts):
            return False
        if "stock" in fields and found.products[0].stock == 0:
            return False
        return len(fields) == 1 or fields == {"price", "unit"}

    async def _by_model(self, comment: Comment, found: Retrieval, progress: Progress) -> AsyncGenerator[Answer, None]:
        """Sentences of the model that pass; what must be said and was not follows from the facts. Nothing if none passes."""
        assert self._llm is not None
        viewer = self._readback.name(comment.viewer)
        messages = prompt(self._content.persona, note(found.facts, found.products), viewer, comment.text)
        names = (*names_of(found.products), viewer)
        stream, said, waiting_for_first = SentenceStream(), "", True
        emotion = _emotion(found)
        pieces = _stream(self._llm, messages, _FREE_TOKENS if self._trusted else _STRICT_TOKENS)
        try:
            async with aclosing(pieces):
                while True:
                    patience = min(FIRST_TOKEN_S, progress.patience_s()) if waiting_for_first else progress.patience_s()
                    try:
                        async with asyncio.timeout(max(0.05, patience)):
                            piece = await anext(pieces)
                    except StopAsyncIteration:
                        sentences, over = [stream.flush()], True
                    else:
                        if waiting_for_first:
                            progress.on_first_token()
                            waiting_for_first = False
                        sentences, over = stream.feed(piece), False
                    for sentence in filter(None, sentences):
                        good = self._passed(sentence, said, found, names, progress)
                        if good:
                            said = f"{said} {good}".strip()
                            for part in clauses_of(good, most_words=_ANSWER_WORDS):
                                yield Answer(part, found.facts, emotion, by_model=True)
                        if not good or not self._trusted:
                            over = True
                            break
                    if over:
                        break
        except TimeoutError:
            progress.on_trouble("llm-slow", "The language model was too slow; the answer is made from the facts alone.")
        except ModelError as error:
            progress.on_trouble(error.code, str(error))
        if not said:
            return
        missing = [f for f in found.facts if f.field != "unit" and not conveys(said, f)]
        unit = next((f for f in found.facts if f.field == "unit" and not missing and not names_unit(said, f)), None)
        if unit is not None and (told := self._wording.price_of_what(found.products[0])):
            yield Answer(told, (unit,), emotion)
        for text, facts in self._wording.answer(missing, found.products) if missing else ():
            for part in lines_of(text, most_words=_ANSWER_WORDS):
                yield Answer(part, facts, emotion)

    async def _by_taught(
        self, taught: TaughtAnswers, comment: Comment, found: Retrieval, progress: Progress
    ) -> AsyncGenerator[Answer, None]:
        """The best of what the taught model drew, and what it lacks in our words; nothing if none of it may be said."""
        asked = Asked(self._called(comment), comment.text, found.facts, found.products)
        watch = Watch(
            progress.patience_s,
            progress.on_first_token,
            lambda text, refusal: progress.on_refused(Refused(text, refusal, "another draw or the facts")),
            progress.on_trouble,
        )
        said, emotion = "", _emotion(found)
        lacks: tuple[Fact, ...] = ()
        async with aclosing(taught.answer(asked, watch)) as pieces:
            async for piece in pieces:
                said = f"{said} {piece.text}".strip()
                emotion, lacks = piece.emotion or emotion, piece.lacks
                for part in lines_of(piece.text, most_words=_ANSWER_WORDS):
                    yield Answer(part, found.facts, emotion, by_model=True)
        if not said:
            return
        # a price that is still to be told is told with its unit
        unit = next((f for f in found.facts if f.field == "unit" and not names_unit(said, f)), None)
        priced = all(fact.field != "price" for fact in lacks)
        if unit is not None and priced and (told := self._wording.price_of_what(found.products[0])):
            yield Answer(told, (unit,), emotion)
        rest = [fact for fact in (*lacks, *(() if priced else (unit,))) if fact is not None]
        for text, facts in self._wording.answer(rest, found.products) if rest else ():
            for part in lines_of(text, most_words=_ANSWER_WORDS):
                yield Answer(part, facts, emotion)

    async def _by_model_zh(
        self, comment: Comment, found: Retrieval, progress: Progress
    ) -> AsyncGenerator[Answer, None]:
        """As `_by_model`, by a strong model in Chinese."""
        assert self._llm is not None
        viewer = self._called(comment)
        messages = chinese_prompt(self._content.persona, found.facts, found.products, viewer, comment.text)
        names = (viewer, *(name for p in found.products for name in (p.name_zh, p.name, *p.aliases)))
        stream, said, emotion, first = SentenceStream(), "", _emotion(found), True
        pieces = _stream(self._llm, messages, _FREE_TOKENS)
        try:
            async with aclosing(pieces):
                over = False
                while not over:
                    patience = min(FIRST_TOKEN_S, progress.patience_s()) if first else progress.patience_s()
                    try:
                        async with asyncio.timeout(max(0.05, patience)):
                            piece = await anext(pieces)
                    except StopAsyncIteration:
                        sentences, over = [stream.flush()], True
                    else:
                        if first:
                            progress.on_first_token()
                            first = False
                        sentences = stream.feed(piece)
                    for sentence in filter(None, sentences):
                        refusal = self._checker_zh.check(sentence, found.facts, names=names)
                        if refusal is None and self._book.said(sentence):
                            refusal = Refusal("repeated", "said in these words before")
                        if refusal is not None:
                            progress.on_refused(Refused(sentence, refusal, "the facts"))
                            over = True
                            break
                        self._book.note(sentence)
                        said += sentence
                        for part in lines_of(sentence, most_words=_ANSWER_WORDS):
                            yield Answer(part, found.facts, emotion, by_model=True)
        except TimeoutError:
            progress.on_trouble("llm-slow", "The language model was too slow; the answer is made from the facts alone.")
        except ModelError as error:
            progress.on_trouble(error.code, str(error))
        missing = [f for f in found.facts if f.field != "unit" and not conveys_zh(said, f)] if said else []
        if missing:
            for part in lines_of(self._chinese.answer(missing, found.products), most_words=_ANSWER_WORDS):
                yield Answer(part, tuple(missing), emotion)

    def _passed(self, sentence: str, said: str, found: Retrieval, names: Sequence[str], progress: Progress) -> str:
        """As much of a sentence as may be said, ended properly; empty if nothing is left, or not enough."""
        good = ""
        refusal: Refusal | None = None
        for clause in comma_clauses(sentence):
            refusal = self._checker.check(clause, found.facts, names=names) or repetition(
                clause, f"{said} {good}", names
            )
            if refusal is not None:
                break
            good = f"{good} {clause}".strip()
        if good:
            # a bound that only shows in the whole: a number in one clause, its unit in the next
            refusal = refusal or self._checker.check(good, found.facts, names=names)
            good = "" if self._checker.check(good, found.facts, names=names) is not None else tidied(good)
        must = [fact for fact in found.facts if fact.field != "unit"]
        if good and not self._trusted and not all(conveys(good, fact) for fact in must):
            refusal, good = refusal or Refusal("missing", "does not say what was asked"), ""
        if good and not self._trusted and disagrees(good, found.products):
            refusal, good = refusal or Refusal("grammar", "one and many mixed up"), ""
        if good and self._book.said(good):
            refusal, good = Refusal("repeated", "said in these words before"), ""
        if good:
            self._book.note(good)
        if refusal is not None:
            progress.on_refused(Refused(sentence, refusal, good or "the facts"))
        return good

    def _by_rule(self, comment: Comment, found: Retrieval, *, cut: bool = True) -> list[Answer]:
        """The answer in authored words."""
        viewer = self._called(comment)
        emotion = _emotion(found)
        product: Product | None = found.products[0] if found.products else None
        if found.facts:
            told = self._wording.answer(found.facts, found.products)
        elif found.intent in manners.ENGLISH:
            key, founder = f"manners/{found.intent}", self._content.persona.first_name
            told = [(self._wording.choose(key, manners.ENGLISH[found.intent], viewer=viewer, founder=founder), ())]
        elif found.intent is Intent.GREETING:
            told = [(self._wording.choose("greeting", phrases.GREETINGS, viewer=viewer), ())]
        elif found.intent is Intent.THANKS:
            told = [(self._wording.choose("thanks", phrases.WELCOME_THANKS, viewer=viewer), ())]
        elif found.intent is Intent.CHAT:
            told = [(self._wording.choose("chat", phrases.CHAT, viewer=viewer), ())]
        elif self._wants_a_name(found):
            told = [(self._wording.choose("which", phrases.WHICH_PRODUCT), ())]
        elif product is not None and found.fields:
            told = [(self._wording.choose("unknown/product", phrases.UNKNOWN_OF_PRODUCT, product), ())]
        else:
            told = [(self._wording.choose("unknown", phrases.UNKNOWN), ())]
        again = self._again(" ".join(text for text, _ in told), found, viewer, zh=False)
        answers = []
        for text, facts in [*([(again, ())] if again else []), *told]:
            parts = lines_of(text, most_words=_ANSWER_WORDS) if cut else [text]
            answers += [Answer(part, facts, emotion) for part in parts]
        return answers

    def _written_zh(self, comment: Comment, found: Retrieval) -> str:
        viewer = self._called(comment)
        text = self._chinese_words(found, viewer)
        return self._again(text, found, viewer, zh=True) + text

    def _chinese_words(self, found: Retrieval, viewer: str) -> str:
        if found.facts:
            return self._chinese.answer(found.facts, found.products)
        if found.intent in manners.CHINESE:
            template = self._book.choose(f"zh/manners/{found.intent}", manners.CHINESE[found.intent])
            return template.format(viewer=viewer, founder=self._content.persona.name_zh)
        if found.intent is Intent.GREETING:
            return self._chinese.greeting(viewer)
        if found.intent is Intent.THANKS:
            return self._chinese.thanks(viewer)
        if found.intent is Intent.CHAT:
            return self._chinese.chat(viewer)
        return self._chinese.which_product() if self._wants_a_name(found) else self._chinese.unknown()

    def _called(self, comment: Comment) -> str:
        """What the viewer is called, in the language of the comment."""
        if comment.language == "zh" and has_han(comment.viewer):
            return comment.viewer
        name = self._readback.name(comment.viewer)
        if name != NOBODY:
            return name
        return manners.SOMEBODY_ZH if comment.language == "zh" else manners.SOMEBODY

    def _again(self, whole: str, found: Retrieval, viewer: str, *, zh: bool) -> str:
        """What to put before an answer that was given in these words already, so that these words are new; else nothing."""
        leads: Sequence[str] = ()
        if found.facts:
            leads = manners.AGAIN_ZH if zh else manners.AGAIN
        elif found.intent in (Intent.UNKNOWN, Intent.FOUNDER):
            leads = manners.SORRY_AGAIN_ZH if zh else manners.SORRY_AGAIN
        lead = ""
        if leads and self._book.said(f"answer/{whole}"):
            unnamed = viewer in (manners.SOMEBODY, manners.SOMEBODY_ZH)
            fitting = [words for words in leads if not (unnamed and "{viewer}" in words)]
            told = [capital(self._book.choose("again", fitting).replace("{viewer}", viewer)) for _ in fitting]
            lead = min(told, key=lambda words: self._book.said(f"answer/{words}{whole}"))
        self._book.note(f"answer/{lead}{whole}")
        return lead

    @staticmethod
    def _wants_a_name(found: Retrieval) -> bool:
        return found.intent is Intent.UNKNOWN and bool(found.fields) and not found.products


def _taught_to_word(found: Retrieval) -> bool:
    """Whether a taught model may word it: values of one product, which can be checked one by one; prose stays the shop's own."""
    return (
        found.intent is Intent.PRODUCT
        and len(found.products) == 1
        and bool(found.facts)
        and not any(fact.prose for fact in found.facts)
    )


async def _stream(llm: LLM, messages: Sequence[Message], max_tokens: int) -> AsyncGenerator[str, None]:
    """The model's pieces; closing it closes the model's own iterator, which stops the work behind it."""
    pieces = llm.stream(messages, max_tokens=max_tokens, temperature=0.0, stop=("\n",))
    try:
        async for piece in pieces:
            yield piece
    finally:
        if isinstance(pieces, AsyncGenerator):
            await pieces.aclose()


def _emotion(found: Retrieval) -> Emotion:
    fields = {fact.field for fact in found.facts}
    if found.intent is Intent.COMPLAINT:
        return Emotion.SORRY
    if found.intent in (Intent.UNKNOWN, Intent.HOSTILE, Intent.FOUNDER) or fields & {"damaged", "trouble"}:
        return Emotion.SORRY if fields else Emotion.SERIOUS
    if any(p.stock == 0 for p in found.products) and "stock" in fields:
        return Emotion.SORRY
    return Emotion.NEUTRAL if fields & {"change-of-mind", "warranty", "refund-time"} else Emotion.WARM
