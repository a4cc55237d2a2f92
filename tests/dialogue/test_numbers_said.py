from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.numbers_said import Quantity, quantities


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("it's 199 yuan", [("199", "yuan")]),
        ("¥199.00", [("199", "yuan")]),
        ("one hundred and ninety-nine yuan", [("199", "yuan")]),
        ("thirty-nine point nine yuan", [("39.9", "yuan")]),
        ("one and a half litres", [("1.5", "litre")]),
        ("keep at −18 °C", [("-18", "degree")]),
        ("minus 18 degrees", [("-18", "degree")]),
        ("2–6 °C", [("2", ""), ("6", "degree")]),
        ("a dozen eggs", [("12", "egg")]),
        ("1,200 grams", [("1200", "gram")]),
        ("a 20-cm blade", [("20", "centimetre")]),
        ("this one is good, the other one too", []),
        ("I'll answer the next one myself", []),
        ("one of us", []),
        ("one moment please", []),
        ("one word from the team", []),
        ("one box", [("1", "box")]),
        ("two hundred fifty", [("250", "")]),
        ("3 thousand", [("3000", "")]),
        ("no number here", []),
    ],
)
def test_quantities(text: str, found: list[tuple[str, str]]) -> None:
    assert quantities(text) == [Quantity(Decimal(v).normalize(), u) for v, u in found]


@given(st.integers(0, 999_999))
def test_digits_are_always_found(number: int) -> None:
    assert Decimal(number) in {q.value for q in quantities(f"you pay {number} yuan")}
    assert Decimal(number) in {q.value for q in quantities(f"you pay {number:,} yuan.")}
