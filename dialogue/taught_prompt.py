"""What a model that was taught to word facts is shown: the same words in training and on air."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from dialogue.catalogue import Product
from dialogue.contract import Message
from dialogue.facts import Fact
from dialogue.prompt import note
from dialogue.spoken import money_en
from dialogue.wording import stocked
from render.contract import Emotion

NOTHING: Final = "nothing."
STAND_INS: Final = ("Lin", "Maya", "Tom", "Nora")
"""Names that the packaged training knows well: a viewer's own goes through the model as a slot, for it misspells what is rare to it."""
_TAG: Final = re.compile(r"^\s*\[([a-z]+)\]\s*")


def taught_note(facts: Sequence[Fact], products: Sequence[Product]) -> str:
    """The fact sheet; a stock with the thing it counts, a list price with what is saved: a small model is not to work that out."""
    by_sku = {product.sku: product for product in products}
    told = [replace(fact, say=_said(fact, by_sku[fact.sku])) if fact.sku in by_sku else fact for fact in facts]
    return note(told, products) or NOTHING


def _said(fact: Fact, product: Product) -> str:
    if fact.field == "stock":
        return "sold out" if product.stock == 0 else stocked(product)
    if fact.field == "list_price" and product.list_price is not None:
        return f"{fact.say}, so {money_en(product.list_price - product.price, product.currency)} off"
    return fact.say


def taught_prompt(
    founder: str, manner: str, sheet: str, viewer: str, comment: str, *, tell: Sequence[Fact] = (), others: int = 0
) -> list[Message]:
    """The messages for one answer; short, since the model knows its job.

    `tell` are the facts on the sheet that the answer must convey: what is told is planned by us, and only worded by the model.
    `others` ask the same.
    """
    who = viewer if not others else f"{viewer} and {others} others"
    plan = ", ".join(dict.fromkeys(fact.label.lower() for fact in tell if fact.field != "unit" and not fact.prose))
    asked = f"Note: {sheet}\n{who}: {comment}"
    return [
        Message("system", f"You speak for {founder}. {manner}"),
        Message("user", f"{asked}\nTell: {plan}" if plan else asked),
    ]


def asked_alone(facts: Sequence[Fact], sheet: Sequence[Fact], products: Sequence[Product]) -> tuple[str, str]:
    """A note that holds these facts only, of all on the sheet (a price with its unit), and a comment that asks for nothing else."""
    priced = any(fact.field == "price" for fact in facts)
    kept = [fact for fact in sheet if fact in facts or (priced and fact.field == "unit")]
    return taught_note(kept, products), " and ".join(fact.label.lower() for fact in facts) + "?"


def turned(facts: Sequence[Fact], candidate: int) -> tuple[Fact, ...]:
    """The facts in the order in which a candidate is asked to tell them: where one order fails, another may not."""
    turn = candidate % max(1, len(facts))
    return (*facts[turn:], *facts[:turn])


def stand_in(*texts: str) -> str:
    """A name for the viewer that occurs in none of these texts."""
    known = set(re.findall(r"\w+", " ".join(texts).casefold()))
    return next((name for name in STAND_INS if name.casefold() not in known), STAND_INS[0])


def with_name(reply: str, stand_in: str, viewer: str) -> str:
    """A reply, or as much of it as there is, with the viewer's own name."""
    return re.sub(rf"\b{stand_in}\b", lambda _: viewer, reply)


def tagged(emotion: Emotion, reply: str) -> str:
    """A reply as the model is taught to give it."""
    return f"[{emotion.value}] {reply}"


def untagged(text: str) -> tuple[Emotion | None, str]:
    """The emotion at the head of what the model gave (None where it gave none, or one that there is not), and the rest, evenly spaced."""
    found = _TAG.match(text)
    if found is None:
        return None, " ".join(text.split())
    try:
        return Emotion(found[1]), " ".join(text[found.end() :].split())
    except ValueError:
        return None, " ".join(text[found.end() :].split())
