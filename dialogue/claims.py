"""The claim checker: whether a sentence may be said aloud, given the facts it is to rest on."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dialogue.facts import Fact, literals
from dialogue.language import has_han, singular, words
from dialogue.numbers_said import NUMBER_WORDS, Quantity, quantities
from dialogue.vocabulary import NEGATIONS, PLAIN_WORDS, WEIGHTY_WORDS

MOST_WORDS = 45


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a sentence may not be said."""

    rule: str
    """``number``, ``superlative``, ``medical``, ``human``, ``bodily``, ``promise``, ``rival``, ``leak``, ``polarity``, ``word``, …"""
    detail: str


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_SUPERLATIVE = _any(
    r"\b(?:best|cheapest|lowest|finest|greatest|highest|freshest|safest|fastest|strongest|tastiest|largest|biggest)\b",
    r"\bnumber[- ]one\b",
    r"\bno\. ?1\b",
    r"\b(?:unbeatable|unrivall?ed|unmatched|world[- ]class|top[- ]quality|premium|perfect|ultimate|flawless|miracle)\b",
    r"\bthe most \w+",
    r"\b(?:in the world|on the market|of all time|ever made)\b",
    "最(?:好|低|便宜|优|佳|高级|先进)|第一(?![款次个件步天位场杯口遍章批])|国家级|顶级|极品|绝无仅有|全网",
)
_MEDICAL = _any(
    r"\b(?:cures?|cured|heals?|healing|healthy|healthier|health|medical|medicine|disease|cancer|diabetes|immune|immunity)\b",
    r"\b(?:detox|anti-?ag(?:e|ing)|antioxidants?|vitamins?|cholesterol|blood pressure|weight loss|lose weight|slimming)\b",
    r"\b(?:therapy|therapeutic|prevents?|symptoms?|doctor|clinically|nutritious|calories)\b",
    "治疗|疗效|治愈|抗癌|降血压|降血糖|减肥|排毒|增强免疫|养生|保健|药用",
)
_HUMAN = _any(
    r"\bi(?:'m| am)(?: \w+){0,2} (?:human|person|man|woman|guy|flesh)\b(?!\W+(?:at all))",
    r"\bi(?:'m| am) (?:really |very much )?real\b",
    r"\bi(?:'m| am) not (?:an? )?(?:ai|robot|bot|machine|digital|computer|recording)\b",
    r"\b(?:not|no) (?:an? )?(?:ai|robot|bot)\b",
    r"\bas (?:a|one) human\b",
    "我是真人|我不是(?:AI|机器人|数字人)",
)
_DENIAL = _any(r"\b(?:not|never|no)\b(?: \w+){0,3} (?:human|person|man|woman|real)\b", r"\b(?:the human \w+)\b")
_BODILY = _any(
    r"\b(?:i|i've|i'd|we|we've)(?: \w+ly| have| had| just| always| often| also| even)* "
    r"(?:ate|eat|eaten|taste|tasted|drink|drank|cook|cooked|grill|grilled|fry|fried|bake|baked|wear|wore|worn|smell|smelled|"
    r"tried|use|used|slept|sleep|ran|jog|bought|visited|grew up|feel|felt|touched|woke|love|loved|enjoy|enjoyed|prefer|"
    r"serve|served|own|owned)\b",
    r"\bmy (?:wife|husband|kids?|children|son|daughter|mother|father|mum|mom|dad|family|kitchen|home|house|breakfast|lunch|dinner|"
    r"hands?|mouth|tongue|stomach|favou?rite|personal|grandmother|grandma|dog|cat)\b",
    r"\b(?:set|sets|cost|costs) me\b|\bi (?:paid|pay|got)\b",
    r"\bdelicious|tasty|yummy|mouth-?watering|succulent|juicy\b",
    "我(?:吃|尝|用|穿|试)过|我(?:老婆|太太|老公|家里|孩子)",
)
_RIVAL = _any(
    r"\b(?:taobao|tmall|jd|jingdong|pinduoduo|temu|shein|amazon|walmart|costco|aldi|carrefour|ebay|alibaba|douyin|tiktok)\b",
    r"\b(?:competitors?|other (?:shops?|stores?|brands?|sellers?)|anywhere else|elsewhere|cheaper than|better than)\b",
)
_LEAK = _any(
    r"\b(?:system prompt|prompt|instructions?|language model|openai|chatgpt|as an assistant|my guidelines|rule \d|fact sheet)\b",
    r"\b(?:note|viewer|user|assistant|system|answer)\s*:",
    r"https?://|www\.|[@#<>{}\[\]|`*_\\^~]",
)
_NEVER = (
    ("superlative", _SUPERLATIVE),
    ("medical", _MEDICAL),
    ("human", _HUMAN),
    ("bodily", _BODILY),
    ("rival", _RIVAL),
    ("leak", _LEAK),
)
_ANSWERS_YES_OR_NO = re.compile(
    r"^\W*(?:yes|yeah|yep|no|nope|nah|of course|sure|certainly|absolutely|definitely|indeed)\b", re.I
)
_SPELLED = re.compile(rf"\b(?:{'|'.join(sorted(NUMBER_WORDS))})\b", re.IGNORECASE)
_TAKES_SIDES = frozenset({"yes", "no", "sure"})


@dataclass(frozen=True, slots=True)
class ClaimChecker:
    """Checks sentences. `strict` is for a model that can't be trusted with facts: it may then use no word of its own.

    `known_words` are the words of the room's own texts that name people and places of the persona.
    """

    strict: bool = True
    known_words: frozenset[str] = frozenset()

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
            or _forbidden(text, backing)
            or _weighty(said, (*backing, *names))
            or (self._strictly(text, said, backing, names) if self.strict else None)
        )

    def check_authored(self, text: str, facts: Sequence[Fact] = ()) -> Refusal | None:
        """None if a wording by the room's author claims nothing that no shop may claim.

        Its facts are its author's; but where it presents a product (`facts`), what it has in digits must be the catalogue's.
        """
        if (refusal := _first(text, _NEVER[:-1])) is not None or not facts:
            return refusal
        return _unbacked_number(_SPELLED.sub("", text), facts, literals(facts))

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


def _forbidden(text: str, backing: Sequence[str]) -> Refusal | None:
    """What no fact of a shop makes sayable; a whole telling by the room's author may hold a denial of it."""
    if any(text.strip(" .") in literal for literal in backing if len(text) > 12):
        return _first(text, (("human", _HUMAN),))
    return _first(text, _NEVER)


def _first(text: str, rules: Sequence[tuple[str, re.Pattern[str]]]) -> Refusal | None:
    for rule, pattern in rules:
        subject = _DENIAL.sub(" ", text) if rule == "human" else text
        if (found := pattern.search(subject)) is not None:
            return Refusal(rule, f"'{found[0].strip()}'")
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
