from decimal import Decimal

from dialogue.callouts import callouts_of
from dialogue.catalogue import Product
from dialogue.facts import Fact, product_facts

STEAK = Product(
    "RB-10",
    "Ribeye steak",
    Decimal("199"),
    "CNY",
    2,
    unit="box of 10 × 150 g",
    stock=240,
    details={
        "origin": "Hulunbuir, Inner Mongolia",
        "origin_zh": "内蒙古呼伦贝尔",
        "net_content": "10 steaks of 150 g, so 1.5 kg in all",
        "storage": "Keep frozen at −18 °C and thaw overnight in the fridge",
        "size": "30 × 20 cm",
        "ingredients": "Beef, and nothing else",
    },
)
KNOWN = product_facts(STEAK)


def shown(text: str, *fields: str, language: str = "en") -> list[tuple[str, str]]:
    facts: list[Fact] = [KNOWN[field] for field in fields]
    return [(c.text, text[c.first :][:5]) for c in callouts_of(text, facts, language)]


def test_a_value_is_shown_as_the_catalogue_writes_it_at_the_word_where_it_is_said() -> None:
    assert shown("They come from Hulunbuir, Inner Mongolia.", "origin") == [("Hulunbuir, Inner Mongolia", "Hulun")]
    assert shown("It is 30 by 20 cm, which fits.", "size") == [("30 × 20 cm", "30 by")]


def test_a_long_value_is_shown_by_the_numbers_that_are_said() -> None:
    assert shown("You get 10 steaks of 150 g,", "net_content") == [("10 steaks of 150 g", "10 st")]
    assert shown("so 1.5 kg in all.", "net_content") == [("1.5 kg in all", "1.5 k")]


def test_what_the_card_shows_or_nobody_says_is_no_callout() -> None:
    assert shown("That's 199 yuan for a box of 10 at 150 g each.", "price", "unit") == []
    assert shown("There are 240 boxes.", "stock") == []
    assert shown("They are hand-cut.", "origin", "net_content") == []
    assert shown("Keep frozen at −18 °C and thaw overnight in the fridge.", "storage") == []


def test_part_of_a_word_or_number_is_not_a_value() -> None:
    pan = product_facts(Product("P", "Pan", Decimal(1), "CNY", 2, details={"size": "26 cm"}))
    assert callouts_of("It is 126 cm wide.", [pan["size"]]) == ()
    assert callouts_of("It is 26 cm wide.", [pan["size"]])[0].first == 6


def test_callouts_come_in_the_order_of_their_words_and_in_chinese_too() -> None:
    text = "It is 30 by 20 cm, from Hulunbuir, Inner Mongolia."
    assert [c for c, _ in shown(text, "origin", "size")] == ["30 × 20 cm", "Hulunbuir, Inner Mongolia"]
    assert shown("产自内蒙古呼伦贝尔。", "origin", language="zh") == [("内蒙古呼伦贝尔", "内蒙古呼伦")]
