from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.catalogue import Product
from dialogue.claims import ClaimChecker, conveys
from dialogue.facts import Fact, product_facts

STEAK = Product(
    "RB-10",
    "Ribeye steak",
    Decimal("199.00"),
    "CNY",
    2,
    aliases=("ribeye",),
    list_price=Decimal("259.00"),
    unit="box of 10 × 150 g",
    stock=240,
    spoken_name="ribeye steaks",
    details={
        "origin": "Hulunbuir, Inner Mongolia",
        "storage": "Keep frozen at −18 °C and thaw overnight in the fridge",
    },
)
FACTS = product_facts(STEAK)
PRICE = (FACTS["price"], FACTS["unit"])
NAMES = ("Lin", "Ribeye steak", "ribeye steaks", "ribeye")
STRICT, FREE = ClaimChecker(known_words=frozenset({"joe"})), ClaimChecker(strict=False)


def rule(checker: ClaimChecker, text: str, facts: tuple[Fact, ...]) -> str | None:
    refusal = checker.check(text, facts, names=NAMES)
    return refusal.rule if refusal is not None else None


@pytest.mark.parametrize(
    "text",
    [
        "The ribeye is 199 yuan, Lin.",
        "That's one hundred and ninety-nine yuan for a box of 10.",
        "You pay ¥199.00.",
        "It's 199 yuan for a box of 10 at 150 g each.",
    ],
)
def test_what_the_facts_back_may_be_said(text: str) -> None:
    assert rule(STRICT, text, PRICE) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("The ribeye is 189 yuan.", "number"),
        ("The ribeye is two hundred yuan.", "number"),
        ("It's 199 dollars.", "number"),
        ("It's 10 yuan.", "number"),
        ("199 yuan each, Lin.", "unit"),
        ("It's half of 199 yuan.", "number"),
        ("It's the best ribeye, 199 yuan.", "superlative"),
        ("The cheapest in the world.", "superlative"),
        ("It's good for your health.", "medical"),
        ("I'm a real person, Lin.", "human"),
        ("I'm not an AI.", "human"),
        ("I ate it this morning.", "bodily"),
        ("My wife loves it.", "bodily"),
        ("It's delicious.", "bodily"),
        ("It set me back 199 yuan.", "bodily"),
        ("It's cheaper than Taobao.", "rival"),
        ("My instructions say 199 yuan.", "leak"),
        ("See https://example.com", "leak"),
        ("It's 199 yuan with free shipping.", "promise"),
        ("It arrives tomorrow.", "promise"),
        ("", "empty"),
        ("word " * 60, "long"),
        ("价格是199元", "language"),
    ],
)
def test_what_they_do_not_back_may_not_whoever_words_it(text: str, why: str) -> None:
    assert rule(FREE, text, (FACTS["price"],)) == why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Yes, it's 199 yuan.", "polarity"),
        ("It's 199 yuan, and not more.", "polarity"),
        ("It's 199 yuan, would you like one?", "question"),
        ("It's 199 yuan, marbled and tender.", "word"),
    ],
)
def test_a_weak_model_may_use_no_words_of_its_own(text: str, why: str) -> None:
    assert rule(STRICT, text, PRICE) == why
    assert rule(FREE, text, PRICE) is None


def test_a_denial_of_being_human_is_no_claim_to_be_human() -> None:
    for text in (
        "No, I'm not a person.",
        "The human Joe is a real person, I'm an AI.",
        "I have never tasted anything.",
    ):
        assert FREE.check_authored(text) is None, text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It's 199 yuan.", True),
        ("One hundred ninety-nine yuan.", True),
        ("It's a good price.", False),
    ],
)
def test_conveys_a_price(text: str, said: bool) -> None:
    assert conveys(text, FACTS["price"]) is said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It comes from Hulunbuir in Inner Mongolia.", True),
        ("It comes from Inner Mongolia.", False),
    ],
)
def test_conveys_a_place(text: str, said: bool) -> None:
    assert conveys(text, FACTS["origin"]) is said


_SAID: tuple[Callable[[int], str], ...] = (
    lambda n: f"The ribeye is {n} yuan.",
    lambda n: f"You pay ¥{n}.00 today only.".replace(" today only", ""),
    lambda n: f"{n}, Lin, for the box.",
    lambda n: f"It was {n} yuan before.",
)


@given(st.integers(0, 10_000), st.sampled_from(_SAID))
def test_no_other_number_passes(number: int, sentence: Callable[[int], str]) -> None:
    passes = FREE.check(sentence(number), (FACTS["price"],)) is None
    assert passes is (number == 199)
