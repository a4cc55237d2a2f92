"""What a person wants the host to say: checked like every Line, cut into breaths, with a safe wording where one can be offered."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from dialogue.catalogue import Product
from dialogue.claims import ClaimChecker, Refusal, conveys
from dialogue.clauses import joined, sentences_of
from dialogue.facts import Fact, literals
from dialogue.language import has_han, language_of, tidy
from dialogue.numbers_said import quantities
from dialogue.phrasebook import Phrasebook
from dialogue.retrieval import Retrieval, Retriever
from dialogue.room_content import RoomContent
from dialogue.steering.refusal import SteeringRefused
from dialogue.wording import Wording, names_of
from dialogue.wording_zh import ChineseWording

MOST_CHARACTERS: Final = 500
WORDS_A_LINE: Final = 14
_TRIES: Final = 8
"""Wordings that are looked at for one that names its product."""
_NEVER: Final = frozenset({"human"})
"""Rules that nobody may set aside: the host never says that it is a human being."""
_MONEY: Final = frozenset({"yuan", "dollar", "euro", "pound", "yen"})
_SPELLED_ZH: Final = re.compile(
    r"[零一二两三四五六七八九十百千万半]+(?:点[零一二三四五六七八九]+)?"
    r"(?=元|块钱?|折|%|％|克|千克|公斤|斤|升|毫升|天内|小时内|年保修)"
)
"""A quantity in Chinese numerals; facts have theirs in digits."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A text that may be said."""

    text: str
    language: str
    facts: tuple[Fact, ...]
    """Those that it conveys."""
    products: tuple[Product, ...]
    """Those that it names."""


class Statements:
    """Checks texts for one room."""

    def __init__(
        self,
        content: RoomContent,
        retriever: Retriever,
        book: Phrasebook,
        voice_languages: frozenset[str],
        *,
        facts_of: Callable[[str], dict[str, Fact]] | None = None,
        running: Callable[[], Sequence[Fact]] = tuple,
        current: Callable[[Retrieval], Retrieval] = lambda found: found,
    ) -> None:
        """`facts_of` gives those of a product as it is sold now, `running` those of the promotions that run at the moment.

        `current` brings what was found up to what holds now.
        """
        self._content = content
        self._retriever = retriever
        self._wording = Wording(book, content.ordinary_words())
        self._chinese = ChineseWording(book)
        self._languages = voice_languages
        self._facts_of = facts_of if facts_of is not None else retriever.facts_of
        self._running = running
        self._current = current
        self._checker = ClaimChecker(strict=False, known_words=content.names(), markets=content.markets)
        self._known = tuple(fact for _, fact in (*content.sections, *content.persona.asked))

    def check(
        self,
        text: str,
        *,
        on_show: str | None,
        language: str | None = None,
        as_is: bool = False,
        aloud: bool = True,
        also: Sequence[Fact] = (),
    ) -> Statement:
        """The text as it may be said (`aloud`) or written; raises `SteeringRefused` (422).

        With `as_is` a person takes responsibility for what it claims. `also` are facts that it may rest on besides.
        """
        text = tidy(text)
        if not any(ch.isalnum() for ch in text):
            raise SteeringRefused("text-empty", 422, "There is nothing to say: write a sentence.")
        if len(text) > MOST_CHARACTERS:
            message = f"The text has {len(text)} characters; at most {MOST_CHARACTERS} are said at once. Cut it in two."
            raise SteeringRefused("text-too-long", 422, message)
        language = language or language_of(text)
        if aloud and language not in self._languages:
            read = ", ".join(sorted(self._languages)) or "nothing"
            message = f"The host's voice reads {read}, not '{language}'. Answer in writing, or write it in {read}."
            raise SteeringRefused("language", 422, message)
        refusal = self._refusal(text, on_show, also)
        if refusal is not None and (not as_is or refusal.rule in _NEVER):
            suggestion = self._suggestion(text, on_show, also)
            message = f"This can't be said ({refusal.rule}: {refusal.detail})."
            if refusal.rule not in _NEVER:
                message += " Change it, or take responsibility for it."
            raise SteeringRefused("claim", 422, message, rule=refusal.rule, suggestion=suggestion)
        products = self._retriever.named(text)
        known = [*self._backing(text, on_show), *also]
        return Statement(text, language, tuple(f for f in known if _tells(text, f)), products)

    def about(self, text: str) -> str | None:
        """Sku of the first product that a text names."""
        return next((product.sku for product in self._retriever.named(text)), None)

    @staticmethod
    def language_of(text: str) -> str:
        """The language in which a text is said."""
        return language_of(text)

    def _refusal(self, text: str, on_show: str | None, also: Sequence[Fact]) -> Refusal | None:
        return next((r for s in sentences_of(text) if (r := self._refused(s, text, on_show, also)) is not None), None)

    def _refused(self, sentence: str, text: str, on_show: str | None, also: Sequence[Fact]) -> Refusal | None:
        # "It costs 5 yuan." speaks of what the text named before
        named = self._retriever.named(sentence) or self._retriever.named(text)
        about = named[0].sku if named else on_show
        facts = [*self._backing(sentence, about), *also]
        names = (*names_of(named), *(p.name_zh for p in named))
        if not has_han(sentence):
            return self._checker.check(sentence, facts, names=names)
        spelled = next(
            (m[0] for m in _SPELLED_ZH.finditer(sentence) if all(m[0] not in t for t in literals(facts))), None
        )
        if spelled is not None:
            return Refusal("number", f"{spelled} is in no fact; write numbers in digits")
        return self._checker.check_authored(sentence, facts)

    def _backing(self, sentence: str, about: str | None) -> list[Fact]:
        """The facts that a sentence may rest on: of the products that it names, else of the one it is about, and the shop's.

        A sum of money said of a product must be the product's own.
        """
        named = [product.sku for product in self._retriever.named(sentence)]
        skus = named or ([about] if about is not None and self._content.catalogue.get(about) is not None else [])
        facts = [fact for sku in skus for fact in self._facts_of(sku).values()]
        money = any(quantity.unit in _MONEY for quantity in quantities(sentence))
        if named and money:
            return [*facts, *(fact for fact in self._running() if fact.sku in named)]
        return [*facts, *self._running(), *self._known]

    def _suggestion(self, text: str, on_show: str | None, also: Sequence[Fact]) -> str:
        """What of the text may be said, with what the facts say in place of what may not; empty if nothing is left."""
        said = ""
        for sentence in sentences_of(text):
            safe = sentence if self._refused(sentence, text, on_show, also) is None else self._safe(sentence, on_show)
            if safe and safe not in said:
                said = joined(said, safe)
        return said

    def _safe(self, sentence: str, on_show: str | None) -> str:
        found = self._current(self._retriever.find_by_rule(sentence, on_show=on_show))
        facts, products = found.facts, found.products
        money = any(quantity.unit in _MONEY for quantity in quantities(sentence))
        if money and products and not any(fact.field == "price" for fact in facts):
            known = self._facts_of(products[0].sku)
            facts = tuple(known[name] for name in ("price", "unit") if name in known)
        if not facts:
            return ""
        told = ""
        for _ in range(_TRIES):
            if has_han(sentence):
                told = self._chinese.answer(facts, products)
            else:
                told = " ".join(part for part, _ in self._wording.answer(facts, products))
            if not products or products[0].sku == on_show or self._retriever.named(told):
                return told
        return ""  # it would be taken as said of what is on show


def _tells(text: str, fact: Fact) -> bool:
    said = fact.say_zh if has_han(text) else fact.say
    if not said or (fact.field == "stock" and len(said) < 3):  # a bare number is said by chance
        return False
    return said in text if has_han(text) else not fact.prose and conveys(text, fact)
