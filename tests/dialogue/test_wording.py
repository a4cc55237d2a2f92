import pytest

from dialogue.claims import ClaimChecker
from dialogue.facts import Fact, product_facts
from dialogue.language import words
from dialogue.numbers_said import quantities
from dialogue.phrasebook import Phrasebook
from dialogue.room_content import RoomContent
from dialogue.wording import Wording
from dialogue.wording_zh import ChineseWording


@pytest.fixture
def wording(demo: RoomContent) -> Wording:
    return Wording(Phrasebook(1), demo.ordinary_words())


def test_every_fact_is_said_with_its_value_and_no_other_number(demo: RoomContent, wording: Wording) -> None:
    checker = ClaimChecker(strict=False)
    for product in demo.catalogue.products:
        known = product_facts(product)
        for fact in known.values():
            if fact.field == "unit":
                continue
            facts: tuple[Fact, ...] = (fact, *((known["unit"],) if fact.field == "price" else ()))
            for _ in range(8):
                told = wording.answer(facts, (product,))
                text = " ".join(sentence for sentence, _ in told)
                assert fact.say.casefold() in text.casefold() or set(quantities(fact.say)) <= set(quantities(text)), (
                    text
                )
                assert "{" not in text
                assert checker.check_authored(text) is None, text
                backing = (*facts, *(f for _, used in told for f in used))
                saved = product.list_price - product.price if product.list_price is not None else None
                allowed = {q.value for f in backing for q in quantities(f"{f.say} {f.value}")} | {saved, 1}
                assert {q.value for q in quantities(text)} <= allowed, text


def test_the_same_is_never_said_twice_in_the_same_words(demo: RoomContent, wording: Wording) -> None:
    product = demo.catalogue["RB-10"]
    known = product_facts(product)
    said = [" ".join(t for t, _ in wording.answer((known["price"], known["unit"]), (product,))) for _ in range(8)]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize(
    ("sku", "template", "text"),
    [
        ("BB-06", "{The} {is} here, {it} cost{s} {them}.", "The blueberries are here, they cost them."),
        ("KT-17", "{The} {is} here, {it} cost{s} {it}.", "The gooseneck kettle is here, it costs it."),
        ("RB-10", "{the}{per}.", "The ribeye steaks for a box of 10 at 150 g each."),
        ("KT-17", "{the}{per}.", "The gooseneck kettle."),
    ],
)
def test_grammar(demo: RoomContent, wording: Wording, sku: str, template: str, text: str) -> None:
    assert wording.fill(template, demo.catalogue[sku]) == text


def test_chinese_answers_hold_the_values(demo: RoomContent) -> None:
    chinese = ChineseWording(Phrasebook(1))
    for product in demo.catalogue.products:
        for fact in product_facts(product).values():
            text = chinese.answer((fact,), (product,))
            assert fact.say_zh.rstrip("。") in text
            assert "{" not in text
            assert not set(words(text)) & {"the", "of", "and"}, text
