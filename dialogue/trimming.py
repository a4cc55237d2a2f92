"""What is done to a sentence that a model made before it may be said: cut where it goes wrong, and ended properly."""

from collections.abc import Sequence

from dialogue.catalogue import Product
from dialogue.claims import Refusal, conveys
from dialogue.clauses import clauses_of, ended
from dialogue.facts import Fact
from dialogue.language import words
from dialogue.vocabulary import PLAIN_WORDS

_LONG_WORDS = 32


def comma_clauses(sentence: str) -> list[str]:
    """A sentence cut at its commas and before ``and`` and ``but``: the smallest pieces that can be dropped from its end."""
    parts: list[str] = []
    for part in clauses_of(sentence, most_words=3) if len(sentence.split()) <= _LONG_WORDS else clauses_of(sentence):
        parts.append(part)
    return parts


def repetition(clause: str, said: str, names: Sequence[str]) -> Refusal | None:
    """A clause that adds nothing to what was said ("and the price is 199 yuan")."""
    if not said.strip():
        return None
    before = set(words(said))
    called = {w for name in names for w in words(name)}
    new = [w for w in words(clause) if w not in before and w not in PLAIN_WORDS and w not in called]
    named = [w for w in words(clause) if w in called and w not in before]
    return None if new or (named and len(words(clause)) <= 3) else Refusal("repetition", "adds nothing")


def disagrees(text: str, products: Sequence[Product]) -> bool:
    """Whether a sentence begins with "it" for a product of many ("It lasts 7 days" of blueberries), or with "they" for one."""
    first = words(text)[:1]
    return bool(products) and first == (["it"] if products[0].plural else ["they"])


def names_unit(text: str, unit: Fact) -> bool:
    """Whether a text says what a price is for: all of it, or at least the thing that it counts (the tray, the box)."""
    thing = words(unit.say.split(" of ")[0])[-1:]
    return conveys(text, unit) or bool(thing and set(thing) & set(words(text)))


def tidied(text: str) -> str:
    """The kept part of a sentence without the joint to what was dropped, ended with a full stop."""
    kept = text.rstrip(" ,;:—–-")
    for joint in (" and", " but", " so", " which", " because", " with"):
        kept = kept.removesuffix(joint)
    return ended(kept)
