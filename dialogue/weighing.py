"""What a comment asks of the host: by rule at once, and again when the embedding model has read it."""

import re
from typing import Final

from dialogue.asking import Intent
from dialogue.contract import Comment
from dialogue.intents import CommentIntent
from dialogue.language import words
from dialogue.persona import Persona
from dialogue.ranking import Topic, Worth
from dialogue.retrieval import SURE, Retrieval, Retriever, Understood

_SHARED_WORDS: Final = frozenset({"lol", "haha", "ok", "okay", "wow", "yes", "no", "first", "nice"})
_BY_FIELD: Final = {
    "price": CommentIntent.PRICE,
    "list_price": CommentIntent.PRICE,
    "stock": CommentIntent.STOCK,
    "shipping": CommentIntent.SHIPPING,
    "origin": CommentIntent.ORIGIN,
    "warranty": CommentIntent.AFTERSALE,
}
_BY_SECTION: Final = {
    "cost": CommentIntent.SHIPPING,
    "time": CommentIntent.SHIPPING,
    "area": CommentIntent.SHIPPING,
    "courier": CommentIntent.SHIPPING,
    "damaged": CommentIntent.AFTERSALE,
    "refund-time": CommentIntent.AFTERSALE,
    "change-of-mind": CommentIntent.AFTERSALE,
    "warranty": CommentIntent.AFTERSALE,
    "bargain": CommentIntent.PROMOTION,
    "trouble": CommentIntent.TROUBLE,
}
_BY_KIND: Final = {
    Intent.REAL: CommentIntent.REAL,
    Intent.PERSONA: CommentIntent.FOUNDER,
    Intent.FOUNDER: CommentIntent.FOUNDER,
    Intent.GREETING: CommentIntent.GREETING,
    Intent.THANKS: CommentIntent.PRAISE,
    Intent.COMPLAINT: CommentIntent.COMPLAINT,
    Intent.HOSTILE: CommentIntent.HOSTILE,
    Intent.OFFTOPIC: CommentIntent.OFFTOPIC,
    Intent.PROMOTION: CommentIntent.PROMOTION,
    Intent.MEDICAL: CommentIntent.USAGE,
}
_QUESTIONS: Final = frozenset({Intent.COMPLAINT, Intent.HOSTILE, Intent.FOUNDER})


class Weighing:
    """Weighs the comments of one room."""

    def __init__(self, retriever: Retriever, persona: Persona) -> None:
        self._retriever = retriever
        first, full = persona.first_name, persona.name_zh
        self._name = re.compile(rf"\b{re.escape(first)}\b|@|{re.escape(full)}|主播|\bhost\b", re.IGNORECASE)

    def by_rule(self, comment: Comment, on_show: str | None) -> tuple[Worth, Topic]:
        """At once, from the words alone."""
        return self._weighed(comment, self._retriever.find_by_rule(comment.text, on_show=on_show), None)

    def refined(self, comment: Comment, understood: Understood) -> tuple[Worth, Topic]:
        """With what the model makes of it."""
        guess = understood.guess
        sure = guess is not None and guess.probability >= SURE
        return self._weighed(comment, understood.found, guess.intent if guess is not None and sure else None)

    def _weighed(self, comment: Comment, found: Retrieval, guess: CommentIntent | None) -> tuple[Worth, Topic]:
        topic = Topic(
            tuple(fact.name for fact in found.facts),
            tuple(product.sku for product in found.products),
            intent=intent_of(found) or guess,
            addressed=self._name.search(comment.text) is not None,
        )
        if found.question or found.facts or found.intent in _QUESTIONS:
            return Worth.QUESTION, topic
        if found.intent in (Intent.GREETING, Intent.THANKS):
            return Worth.GREETING, topic
        said = [w for w in words(comment.text) if w not in _SHARED_WORDS]
        return Worth.TALK if len(said) >= 2 else Worth.NOISE, topic


def intent_of(found: Retrieval) -> CommentIntent | None:
    """The intent that what was found stands for; None where it says nothing of it."""
    if (kind := _BY_KIND.get(found.intent)) is not None:
        return kind
    if found.intent is Intent.PRODUCT:
        return next((_BY_FIELD[name] for name in found.fields if name in _BY_FIELD), CommentIntent.USAGE)
    if found.intent is Intent.SHOP:
        return next((_BY_SECTION[fact.field] for fact in found.facts if fact.field in _BY_SECTION), None)
    return None
