"""Which values of the catalogue a Line names, and where: they are shown beside the product as they are said. Pure."""

import re
from collections.abc import Iterator, Sequence

from dialogue.facts import Fact
from dialogue.spoken import aloud
from render.contract import CallOut

MOST = 3
_ON_THE_CARD = frozenset({"price", "list_price", "unit", "stock", "description"})
"""What the price card shows already, or what is no value to be read at a glance."""
_MOST_LATIN, _MOST_HAN = 34, 16
_PARTS = re.compile(r"[;；，]\s*|,\s+")
_JOINTS = ("and ", "or ", "so ", "but ", "then ")


def callouts_of(text: str, facts: Sequence[Fact], language: str = "en") -> tuple[CallOut, ...]:
    """The values among `facts` that `text` says, as the catalogue writes them, each at the word with which it begins.

    A value that is too long for a glance is shown by the part of it that holds its numbers and is said.
    """
    found: dict[str, CallOut] = {}
    for fact in facts:
        if fact.prose or not fact.sku or fact.field in _ON_THE_CARD:
            continue
        for shown in _showable(fact, language):
            place = _place(text, shown, language)
            if place is not None:
                found.setdefault(shown.casefold(), CallOut(shown[:1].upper() + shown[1:], place))
                break
    return tuple(sorted(found.values(), key=lambda callout: callout.first)[:MOST])


def _showable(fact: Fact, language: str) -> Iterator[str]:
    value = (fact.say_zh if language == "zh" else fact.value).rstrip(".。")
    most = _MOST_HAN if language == "zh" else _MOST_LATIN
    if len(value) <= most:
        yield value
    for part in _PARTS.split(value):
        if part != value and len(part) <= most and any(ch.isdigit() for ch in part):
            for joint in _JOINTS:
                part = part.removeprefix(joint)
            yield part


def _place(text: str, shown: str, language: str) -> int | None:
    """Where `text` says it; None if it does not."""
    for said in dict.fromkeys((aloud(shown), shown)):
        pattern = re.escape(said.casefold())
        if language != "zh":
            pattern = rf"(?<!\w){pattern}(?!\w)"
        match = re.search(pattern, text.casefold())
        if match is not None and len(text.casefold()) == len(text):
            return match.start()
    return None
