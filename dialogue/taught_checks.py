"""Whether an answer by a taught model may be said, and what it lacks: the same in training, in measuring and on air."""

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import Final

from dialogue.catalogue import Product
from dialogue.claims import ClaimChecker, Refusal, conveys
from dialogue.facts import Fact
from dialogue.language import singular, words
from dialogue.numbers_said import quantities
from dialogue.vocabulary import PLAIN_WORDS

_SOLD_OUT: Final = "sold out"
_PEOPLE: Final = (
    r"\b{0}\b(?= (?:others|other people|people|viewers|of you|more(?= (?:of you|with|who|ask)|[:.,!]))\b"
    r"|(?<=the other {0})[.,!])"
)
"""Where a number counts the people who ask, not goods."""
_NAMED: Final = re.compile(r"(?<=[a-z0-9,;:] )[A-Z][a-zA-Z]{2,}")
"""A word that begins large within a sentence: somebody's name, or a thing's."""
_OLD_BEFORE: Final = (
    r"\b(?:list price|list says|on the list|was|were|normally|usually|originally|old price|before|from|stands? at|instead of|regular price)"
    r"(?: (?:is|was|of|at))?[,:]? "
)
_OLD_AFTER: Final = r",? (?:on the list|before|earlier|is the list price|(?:\w+, )?(?:that's )?the list price)\b"
_NEW_BEFORE: Final = (
    r"\b(?:you pay|pays?|now|here|here it's|now it's|card says|down to|to|new price|costs|at the moment)"
    r"(?: (?:is|are|at|only))?[,:]? "
)
_NEW_AFTER: Final = r" (?:here|now|today|on the card|at the moment)\b"
"""What stands before and behind an old price, and the one that holds."""
_LONG_ENOUGH: Final = 6
_BEGINNING: Final = 3
_LOOKS_LIKE: Final = 0.8
"""Ratcliff and Obershelp's likeness (difflib): "roibos" and "rooibos" have 0.92."""
_AGREES: Final = re.compile(r"\W*(?:yes|yeah|yep|right,|correct|exactly|that's right)(?!\w)", re.IGNORECASE)


def backing_words(viewer: str, products: Iterable[Product], sheet: str, facts: Sequence[Fact]) -> tuple[str, ...]:
    """Words that an answer may use besides those of its facts: names, labels, and all that the sheet says."""
    named = [name for product in products for name in (product.name, product.called)]
    covered = ["warranty guarantee"] if any(fact.field == "warranty" for fact in facts) else []
    return (viewer, *named, sheet, *(fact.label for fact in facts), *covered)


def sheet_objection(
    checker: ClaimChecker,
    reply: str,
    comment: str,
    facts: Sequence[Fact],
    sheet: str,
    names: Sequence[str],
    others: int = 0,
) -> Refusal | None:
    """Why a reply may not be said on the strength of a fact sheet, or None.

    The sheet itself backs numbers too, since what is saved stands only there; so does the number of those who ask the same.
    """
    if others:
        reply = re.sub(_PEOPLE.format(others), "the", reply)
    if _AGREES.match(reply) and not {q.value for q in quantities(comment)} <= {q.value for q in quantities(sheet)}:
        return Refusal("polarity", "says yes to a number that is not on the sheet")
    known = {word for text in (comment, *names) for word in re.findall(r"[a-z]+", text.lower())}
    if stranger := next((word for word in _NAMED.findall(reply) if word.lower() not in known), None):
        return Refusal("name", f"speaks of {stranger}, who is neither the viewer nor on the sheet")
    if (turned := turned_round(reply, facts)) is not None:
        return turned
    called = sheet.split(".")[0] if any(not fact.prose for fact in facts) else ""  # else the sheet is a telling
    if slip := misspelt(reply, called, [comment, *names]):
        return Refusal("misspelt", f"'{slip[0]}' looks like a slip for '{slip[1]}'")
    shown = Fact("sheet", "sheet", "", sheet, sheet, "", tellings=(sheet,))
    return checker.check(reply, (*facts, shown), names=names)


def turned_round(reply: str, facts: Iterable[Fact]) -> Refusal | None:
    """Why a reply takes the old price for the one that holds, or the other way round; None if it tells only one, or each as it is."""
    prices = {fact.field: fact.say for fact in facts if fact.field in ("price", "list_price")}
    if len(prices) < 2 or prices["price"] == prices["list_price"]:
        return None
    sides = (("price", _OLD_BEFORE, _OLD_AFTER, _NEW_AFTER), ("list_price", _NEW_BEFORE, _NEW_AFTER, _OLD_AFTER))
    for field, before, after, rightly in sides:  # "260 yuan on the list, 240 yuan here": what stands behind it decides
        value = rf"(?<![\w.]){re.escape(prices[field])}(?!\w|\.\d)"
        if found := re.search(rf"{before}{value}(?!{rightly})|{value}{after}", reply, re.IGNORECASE):
            return Refusal("turned", f"'{found[0].strip()}', but the price is {prices['price']}")
    return None


def misspelt(reply: str, called: str, backing: Iterable[str]) -> tuple[str, str] | None:
    """A word that stands nowhere but looks like one of a thing's name, with that one: a small model garbles what it has to copy.

    Behind the name's word before, its beginning is likeness enough: "ribeye steriors".
    """
    known = {singular(word) for text in backing for word in words(text)}
    named = [singular(word) for word in words(called)]
    before = ""
    for word in words(reply):
        bare = singular(word.removesuffix("'s"))
        last, before = before, bare
        if {word, bare} & PLAIN_WORDS or bare in known or not bare.isalpha():
            continue
        for place, name in enumerate(named):
            goes_on = place > 0 and named[place - 1] == last and name[:_BEGINNING] == bare[:_BEGINNING]
            alike = (
                min(len(name), len(bare)) >= _LONG_ENOUGH and SequenceMatcher(None, bare, name).ratio() >= _LOOKS_LIKE
            )
            if goes_on or alike:
                return word, name
    return None


def untold(reply: str, must: Iterable[Fact], products: Iterable[Product]) -> list[str]:
    """Fields that a reply must convey and does not; a unit goes without saying, and of a whole text no part is a must."""
    sold_out = {product.sku for product in products if product.stock == 0}
    missing = []
    for fact in must:
        if fact.field == "unit" or fact.prose:
            continue
        is_gone = fact.field == "stock" and fact.sku in sold_out
        if not (_SOLD_OUT in reply.casefold() if is_gone else conveys(reply, fact)):
            missing.append(fact.field)
    return missing


def misleads(missing: Sequence[Fact], must: Iterable[Fact]) -> bool:
    """Whether what is told without the rest is taken for it: an old price without the one that holds."""
    return any(fact.field == "price" for fact in missing) and any(fact.field == "list_price" for fact in must)
