import numpy as np
import pytest

from dialogue.asking import Intent
from dialogue.contract import Comment
from dialogue.intents import CommentIntent, IntentGuess
from dialogue.language import language_of
from dialogue.ranking import Worth
from dialogue.retrieval import Retrieval, Retriever, Understood
from dialogue.room_content import RoomContent
from dialogue.weighing import Weighing, intent_of


def comment(text: str) -> Comment:
    return Comment("c", "Lin", text, language_of(text), 0.0)


@pytest.fixture
def weighing(demo: RoomContent) -> Weighing:
    return Weighing(Retriever(demo, None), demo.persona)


@pytest.mark.parametrize(
    ("text", "worth", "intent"),
    [
        ("how much is the ribeye?", Worth.QUESTION, CommentIntent.PRICE),
        ("這個牛排多少錢", Worth.QUESTION, CommentIntent.PRICE),
        ("is the kettle in stock", Worth.QUESTION, CommentIntent.STOCK),
        ("where is the apron from?", Worth.QUESTION, CommentIntent.ORIGIN),
        ("do you ship to Xinjiang?", Worth.QUESTION, CommentIntent.SHIPPING),
        ("can I return it", Worth.QUESTION, CommentIntent.AFTERSALE),
        ("are you real?", Worth.QUESTION, CommentIntent.REAL),
        ("who are you?", Worth.QUESTION, CommentIntent.FOUNDER),
        ("when is the draw?", Worth.QUESTION, CommentIntent.PROMOTION),
        ("no sound", Worth.QUESTION, CommentIntent.TROUBLE),
        ("hello", Worth.GREETING, CommentIntent.GREETING),
        ("thank you!", Worth.GREETING, CommentIntent.PRAISE),
        ("my aunt has a kitchen", Worth.TALK, None),
        ("lol", Worth.NOISE, None),
    ],
)
def test_by_rule(weighing: Weighing, text: str, worth: Worth, intent: CommentIntent | None) -> None:
    told, topic = weighing.by_rule(comment(text), None)
    assert (told, topic.intent) == (worth, intent)


def test_who_speaks_to_the_host(weighing: Weighing) -> None:
    for text, addressed in (("Joe, how are you", True), ("主播看这里", True), ("how much is it", False)):
        assert weighing.by_rule(comment(text), None)[1].addressed is addressed


def test_what_the_model_finds_comes_before_its_guess_and_an_unsure_guess_says_nothing(weighing: Weighing) -> None:
    vector = np.zeros(384, np.float32)
    found = Retrieval(Intent.COMPLAINT, False)
    sure, unsure = IntentGuess(CommentIntent.OFFTOPIC, 0.9), IntentGuess(CommentIntent.OFFTOPIC, 0.3)
    assert (
        weighing.refined(comment("the lid came off"), Understood(found, sure, vector))[1].intent
        is CommentIntent.COMPLAINT
    )
    chat = Retrieval(Intent.CHAT, False)
    assert (
        weighing.refined(comment("we saw the sea"), Understood(chat, sure, vector))[1].intent is CommentIntent.OFFTOPIC
    )
    assert weighing.refined(comment("we saw the sea"), Understood(chat, unsure, vector))[1].intent is None
    assert weighing.refined(comment("the lid came off"), Understood(found, None, vector))[0] is Worth.QUESTION


def test_every_kind_of_talk_has_an_intent_or_none() -> None:
    assert {kind: intent_of(Retrieval(kind, True)) for kind in Intent}[Intent.HOSTILE] is CommentIntent.HOSTILE
    assert intent_of(Retrieval(Intent.UNKNOWN, True)) is None
