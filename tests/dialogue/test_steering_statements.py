import pytest

from dialogue.facts import Fact
from dialogue.phrasebook import Phrasebook
from dialogue.retrieval import Retriever
from dialogue.room_content import RoomContent
from dialogue.steering.refusal import SteeringRefused
from dialogue.steering.statements import MOST_CHARACTERS, Statements

BOTH = frozenset({"en", "zh"})


def statements(demo: RoomContent, languages: frozenset[str] = BOTH) -> Statements:
    return Statements(demo, Retriever(demo, None), Phrasebook(1), languages)


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("The ribeye is 199 yuan.", ["catalogue/RB-10.price"]),
        ("It costs 199 yuan.", ["catalogue/RB-10.price"]),
        ("Sorry, our sound was gone. We are back.", []),
        ("Our colleague Ann shows you the pan in a moment.", []),
        ("One moment please, the team has a word.", []),
        ("牛排199元。", ["catalogue/RB-10.price"]),
        ("大家晚上好，欢迎来到直播间", []),
    ],
)
def test_what_claims_nothing_or_what_is_known_may_be_said(demo: RoomContent, text: str, facts: list[str]) -> None:
    statement = statements(demo).check(text, on_show="RB-10")
    assert statement.text == text
    assert [fact.name for fact in statement.facts] == facts


@pytest.mark.parametrize(
    ("text", "rule", "suggested"),
    [
        ("The ribeye is 189 yuan today.", "number", "199 yuan"),
        ("The kettle is 199 yuan.", "number", "189 yuan"),
        ("This is the best steak in the world. The ribeye is 199 yuan.", "superlative", "The ribeye is 199 yuan."),
        ("Buy two and get one free!", "number", ""),
        ("It cures diabetes.", "medical", ""),
        ("牛排189元。", "number", "199元"),
        ("牛排一百八十九元。", "number", ""),
        ("全网最低价！", "superlative", ""),
    ],
)
def test_a_claim_that_nothing_backs_is_refused_and_what_holds_is_offered(
    demo: RoomContent, text: str, rule: str, suggested: str
) -> None:
    with pytest.raises(SteeringRefused) as caught:
        statements(demo).check(text, on_show="RB-10")
    assert (caught.value.code, caught.value.status, caught.value.rule) == ("claim", 422, rule)
    assert suggested in caught.value.suggestion
    if caught.value.suggestion:
        statements(demo).check(caught.value.suggestion, on_show="RB-10")


def test_a_person_may_take_responsibility_but_never_for_being_human(demo: RoomContent) -> None:
    assert statements(demo).check("The ribeye is 189 yuan.", on_show=None, as_is=True).facts == ()
    with pytest.raises(SteeringRefused) as caught:
        statements(demo).check("I am a real human.", on_show=None, as_is=True)
    assert caught.value.rule == "human"
    assert "as_is" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "code"),
    [("  …  ", "text-empty"), ("word " * MOST_CHARACTERS, "text-too-long"), ("牛排199元。", "language")],
)
def test_what_can_not_be_spoken_is_refused(demo: RoomContent, text: str, code: str) -> None:
    with pytest.raises(SteeringRefused) as caught:
        statements(demo, frozenset({"en"})).check(text, on_show=None)
    assert (caught.value.code, caught.value.status) == (code, 422)


def test_in_writing_the_voice_does_not_matter(demo: RoomContent) -> None:
    assert statements(demo, frozenset({"en"})).check("牛排199元。", on_show=None, aloud=False).language == "zh"


def test_what_a_running_promotion_says_may_be_said(demo: RoomContent) -> None:
    coupon = Fact("promotion/lamp", "saving", "coupon", "7 yuan off", "7 yuan off", "减7元")
    running: list[Fact] = []
    checked = Statements(demo, Retriever(demo, None), Phrasebook(1), BOTH, running=lambda: running)
    text = "With the code you get 7 yuan off."
    with pytest.raises(SteeringRefused):
        checked.check(text, on_show=None)
    running.append(coupon)
    assert [fact.name for fact in checked.check(text, on_show=None).facts] == ["promotion/lamp"]
    with pytest.raises(SteeringRefused):
        checked.check("The ribeye is 7 yuan.", on_show=None)
