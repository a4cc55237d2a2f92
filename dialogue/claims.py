"""The claim checker: whether a sentence may be said aloud, given the facts it is to rest on."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dialogue.claim_rules import ALL_MARKETS, Market, claim_rules, first_broken
from dialogue.facts import Fact, literals
from dialogue.language import has_han, singular, words
from dialogue.numbers_said import NUMBER_WORDS, Quantity, quantities
from dialogue.vocabulary import NEGATIONS, PLAIN_WORDS, WEIGHTY_WORDS

MOST_WORDS = 45


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a sentence may not be said."""

    rule: str
    """``number``, ``promise``, ``polarity``, ``word``, …, or a rule of `claim_rules.yaml`: ``superlative``, ``medical``, ``human``, …"""
    detail: str


_ANSWERS_YES_OR_NO = re.compile(
    r"^\W*(?:yes|yeah|yep|no|nope|nah|of course|sure|certainly|absolutely|definitely|indeed)\b", re.I
)
_SPELLED = re.compile(rf"\b(?:{'|'.join(sorted(NUMBER_WORDS))})\b", re.IGNORECASE)
_TAKES_SIDES = frozenset({"yes", "no", "sure"})


@dataclass(frozen=True, slots=True)
class ClaimChecker:
    """Checks sentences. `strict` is for a model that can't be trusted with facts: it may then use no word of its own.

    `known_words` are the words of the room's own texts that name people and places of the persona; `markets` say whose law the
    words are measured by.
    """

    strict: bool = True
    known_words: frozenset[str] = frozenset()
    markets: tuple[Market, ...] = ALL_MARKETS

    def check(self, text: str, facts: Sequence[Fact], *, names: Iterable[str] = ()) -> Refusal | None:
        """None if `text` may be said on the strength of `facts`; `names` are the viewer's and the products'."""
        said = words(text)
        names = tuple(names)
        if not said:
            return Refusal("empty", "nothing is said")
        if len(said) > MOST_WORDS:
            return Refusal("long", f"{len(said)} words")
        backing = literals(facts)
        if has_han(text):
            return Refusal("language", "Chinese in an English answer")
        return (
            _unbacked_number(text, facts, backing)
            or self._forbidden(text, backing)
            or _weighty(said, (*backing, *names))
            or (self._strictly(text, said, backing, names) if self.strict else None)
        )

    def check_authored(self, text: str, facts: Sequence[Fact] = ()) -> Refusal | None:
        """None if a wording by the room's author claims nothing that no shop may claim.

        Its facts are its author's; but where it presents a product (`facts`), what it has in digits must be the catalogue's.
        """
        rules = [rule for rule in claim_rules(self.markets) if rule.rooms_too]
        broken = first_broken(text, rules, literals(facts))
        if broken is not None or not facts:
            return Refusal(broken[0], f"'{broken[1]}'") if broken is not None else None
        return _unbacked_number(_SPELLED.sub("", text), facts, literals(facts))

    def _forbidden(self, text: str, backing: Sequence[str]) -> Refusal | None:
        """What no fact of a shop makes sayable; a whole telling by the room's author may hold a denial of it."""
        rules = claim_rules(self.markets)
        if any(text.strip(" .") in literal for literal in backing if len(text) > 12):
            rules = tuple(rule for rule in rules if rule.name == "human")
        broken = first_broken(text, rules, backing)
        return Refusal(broken[0], f"'{broken[1]}'") if broken is not None else None

    def _strictly(self, text: str, said: Sequence[str], backing: Sequence[str], names: Sequence[str]) -> Refusal | None:
        backed = {w for literal in backing for w in words(literal)}
        if "?" in text:
            return Refusal("question", "the answer asks back")
        side = _ANSWERS_YES_OR_NO.match(text)
        if side and not _TAKES_SIDES & backed:
            return Refusal("polarity", f"'{side[0].strip()}' is not in the facts")
        for word in said:
            if word in NEGATIONS and not NEGATIONS & backed:
                return Refusal("polarity", f"'{word}' is not in the facts")
        allowed = backed | self.known_words | PLAIN_WORDS | {w for name in names for w in words(name)}
        stems = {singular(w.removesuffix("'s")) for w in allowed}
        for word in said:
            plain = word[0].isdigit() or word in NEGATIONS or word in NUMBER_WORDS
            if not plain and singular(word.removesuffix("'s")) not in stems:
                return Refusal("word", f"'{word}' is in no fact")
        return None


def _weighty(said: Sequence[str], backing: Sequence[str]) -> Refusal | None:
    backed = {singular(w) for literal in backing for w in words(literal)}
    for word in said:
        if word in WEIGHTY_WORDS and singular(word) not in backed:
            return Refusal("promise", f"'{word}' is in no fact")
    return None


def _unbacked_number(text: str, facts: Sequence[Fact], backing: Sequence[str]) -> Refusal | None:
    known = {quantity for literal in backing for quantity in quantities(literal)}
    values = {quantity.value for quantity in known}
    rest = text
    for fact in facts:
        if fact.say and not fact.prose:
            rest = re.sub(rf"(?<![\w.]){re.escape(fact.say)}(?!\w|\.\d)", " , ", rest)
    for quantity in quantities(rest):
        if not _is_backed(quantity, known, values):
            return Refusal("number", f"{quantity} is in no fact")
    if (each := re.search(r" , *(?:per|each|apiece|a piece|for each|for every|every)\b", rest)) is not None:
        return Refusal("unit", f"'{each[0].strip(' ,')}' after a value is in no fact")
    return None


def _is_backed(quantity: Quantity, known: set[Quantity], values: set[Decimal]) -> bool:
    if quantity.value not in values:
        return False
    return not quantity.unit or quantity in known


def conveys(text: str, fact: Fact) -> bool:
    """Whether a text says what the fact says: all its numbers with their units, and four of five of its weightier words."""
    if fact.say and fact.say.casefold() in text.casefold():
        return True
    there = set(quantities(text))
    if any(q not in there for q in quantities(fact.say)):
        return False
    wanted = {singular(w) for w in words(fact.say) if w not in PLAIN_WORDS and not w[0].isdigit()}
    if not wanted:
        return bool(quantities(fact.say))
    got = {singular(w) for w in words(text)}
    return len(wanted & got) >= 0.8 * len(wanted)
