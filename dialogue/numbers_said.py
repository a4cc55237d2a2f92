"""Quantities in a text, in digits or spelled out, with the unit that follows: ``1.5 L`` and ``one and a half litres``."""

import re
from dataclasses import dataclass
from decimal import Decimal

from dialogue.language import singular
from dialogue.vocabulary import word_set

_ONES = {
    word: number
    for number, word in enumerate(
        (
            *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
            *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
        )
    )
}
_TENS = {
    word: 10 * number
    for number, word in enumerate(("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), 2)
}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}
_LONE: dict[str, int | Decimal] = {
    "dozen": 12,
    "half": Decimal("0.5"),
    "twice": 2,
    "double": 2,
    "triple": 3,
    "quarter": Decimal("0.25"),
    "pair": 2,
}
_SIGNS = {"¥": "yuan", "$": "dollar", "€": "euro", "£": "pound", "￥": "yuan"}
_SAME_UNIT = {
    "g": "gram",
    "kg": "kilogram",
    "kilo": "kilogram",
    "mg": "milligram",
    "ml": "millilitre",
    "milliliter": "millilitre",
    "l": "litre",
    "liter": "litre",
    "mm": "millimetre",
    "cm": "centimetre",
    "centimeter": "centimetre",
    "m": "metre",
    "meter": "metre",
    "w": "watt",
    "kw": "kilowatt",
    "v": "volt",
    "°c": "degree",
    "°": "degree",
    "celsius": "degree",
    "h": "hour",
    "hr": "hour",
    "min": "minute",
    "%": "percent",
    "percent": "percent",
    "rmb": "yuan",
    "cny": "yuan",
    "元": "yuan",
    "块": "yuan",
}
_TOKEN = re.compile(
    r"(?:(?<![\w.])[−-])?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|[A-Za-z]+(?:'[a-z]+)?|°C|[%¥$€£￥°元块]|[.,;:!?—–-]"
)
_NO_UNIT = word_set(
    """
    of for and or is are in on at to from by with the a an that this it they so but then if when as per each
    left now you your we our i not only just still today here there have has was were which than too more about
    yes no okay
    """
)
_PRONOUN_BEFORE = frozenset(
    {
        *("this", "that", "the", "which", "no", "another", "other", "each", "every", "any", "good", "only", "some"),
        *("next", "last", "first", "same", "right", "wrong", "new", "big", "small", "little"),
    }
)
_PRONOUN_AFTER = frozenset(
    {
        "of",
        "thing",
        "more",
        "by",
        "we",
        "you",
        "that",
        "for",
        "question",
        "catch",
        "piece",
        "moment",
        "word",
        "else",
        "myself",
        "yourself",
    }
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number and, where a unit follows it, the unit: singular, in words, in lower case."""

    value: Decimal
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.value:f} {self.unit}".rstrip()


NUMBER_WORDS = frozenset({*_ONES, *_TENS, *_SCALES, *_LONE, "minus", "point"})


def quantities(text: str) -> list[Quantity]:
    """Every quantity of a text, in order. ``one`` counts only where it is a number ("this one" is none)."""
    tokens = _TOKEN.findall(text)
    found: list[Quantity] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token[-1].isdigit():
            value, after = Decimal(token.replace(",", "").replace("−", "-")), index + 1
            if index and tokens[index - 1].casefold() == "minus":
                value = -value
            if after < len(tokens) and tokens[after].casefold() in _SCALES:
                value, after = value * _SCALES[tokens[after].casefold()], after + 1
            sign = _SIGNS.get(tokens[index - 1]) if index else None
            found.append(Quantity(value.normalize(), sign or _unit(tokens, after)))
        elif (spelled := _spelled(tokens, index)) is not None:
            value, after = spelled
            found.append(Quantity(value.normalize(), _unit(tokens, after)))
        else:
            after = index + 1
        index = after
    return found


def _unit(tokens: list[str], index: int) -> str:
    if index < len(tokens) and tokens[index] in "-–—" and index + 1 < len(tokens) and tokens[index + 1][0].isalpha():
        index += 1  # a 20-cm blade
    if index >= len(tokens):
        return ""
    word = singular(tokens[index].casefold())
    if (
        not (word[0].isalpha() or word in _SAME_UNIT or word == "°c")
        or word in _NO_UNIT
        or word in _ONES
        or word in _TENS
    ):
        return ""
    return _SAME_UNIT.get(word, word)


def _spelled(tokens: list[str], index: int) -> tuple[Decimal, int] | None:
    """The number that begins here in words, and where it ends."""
    first = tokens[index].casefold()
    if first in _LONE:
        return Decimal(_LONE[first]), index + 1
    if first not in _ONES and first not in _TENS:
        return None
    if first == "one" and _is_pronoun(tokens, index):
        return None
    total, current, at = 0, 0, index
    while at < len(tokens):
        word = tokens[at].casefold()
        if word in _TENS and current % 100 == 0:
            current += _TENS[word]
        elif word in _ONES and (current % 10 == 0 or current == 0) and (at == index or current % 100 != 10):
            current += _ONES[word]
        elif word == "hundred" and current:
            current *= 100
        elif word in ("thousand", "million") and current:
            total, current = total + current * _SCALES[word], 0
        elif (
            word in ("and", "-")
            and at > index
            and at + 1 < len(tokens)
            and _continues(tokens[at + 1], tokens[at - 1], word)
        ):
            pass
        else:
            break
        at += 1
    value = Decimal(total + current)
    if [t.casefold() for t in tokens[at : at + 3]] == ["and", "a", "half"]:
        value, at = value + Decimal("0.5"), at + 3
    elif at + 1 < len(tokens) and tokens[at].casefold() == "point" and tokens[at + 1].casefold() in _ONES:
        digits, at = "", at + 1
        while at < len(tokens) and tokens[at].casefold() in _ONES:
            digits, at = digits + str(_ONES[tokens[at].casefold()]), at + 1
        value += Decimal(f"0.{digits}")
    return value, at


def _continues(following: str, before: str, joint: str) -> bool:
    number = following.casefold() in _ONES or following.casefold() in _TENS
    return number and (before.casefold() in _SCALES if joint == "and" else before.casefold() in _TENS)


def _is_pronoun(tokens: list[str], index: int) -> bool:
    before = tokens[index - 1].casefold() if index else ""
    after = tokens[index + 1].casefold() if index + 1 < len(tokens) else ""
    return before in _PRONOUN_BEFORE or after in _PRONOUN_AFTER or not after or not after[0].isalpha()
