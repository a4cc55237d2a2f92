from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.retrieval import Retriever
from dialogue.room_content import RoomContent
from dialogue.sums import at_the_price_of, total_fact


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("how much for two boxes of blueberries", 2),
        ("price of 3 kettles?", 3),
        ("what do ten cost", 10),
        ("两盒蓝莓多少钱", 2),
        ("蓝莓3箱多少钱", 3),
        ("how much for 2 people", None),
        ("how much is it", None),
        ("how much for one box", None),
        ("is it 500 g", None),
        ("how much are 99 of them", None),
    ],
)
def test_how_many_a_comment_speaks_of(demo: RoomContent, text: str, count: int | None) -> None:
    product = demo.catalogue["BB-06"]
    fact = total_fact(product, text)
    assert (fact.name if fact is not None else None) == (f"catalogue/BB-06.price*{count}" if count else None)


@given(st.integers(2, 50))
def test_the_sum_is_the_prices(demo: RoomContent, count: int) -> None:
    product = demo.catalogue["BB-06"]
    fact = total_fact(product, f"how much for {count}")
    assert fact is not None
    assert f"{(product.price * count).quantize(Decimal('0.01')).normalize():f}" in fact.say


def test_asked_for_two_the_answer_holds_the_price_and_the_sum(demo: RoomContent) -> None:
    found = Retriever(demo, None).find_by_rule("how much for two boxes of blueberries?", on_show=None)
    assert [fact.field for fact in found.facts] == ["price", "unit", "total"]
    assert "119.8 yuan" in found.facts[-1].say
    assert "119.8元" in found.facts[-1].say_zh


def test_at_another_price_it_is_another_sum(demo: RoomContent) -> None:
    product = demo.catalogue["BB-06"]
    usual = total_fact(product, "how much for two")
    assert usual is not None
    flash = at_the_price_of(replace(product, price=Decimal("49.50"), price_until=60.0), usual)
    assert (flash.name, flash.until) == (usual.name, 60.0)
    assert "99 yuan" in flash.say
    assert "99元" in flash.say_zh
