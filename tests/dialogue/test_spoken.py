from decimal import Decimal

import pytest

from dialogue.spoken import aloud, money_en, money_written, money_zh


@pytest.mark.parametrize(
    ("amount", "currency", "written", "english", "chinese"),
    [
        ("199.00", "CNY", "¥199.00", "199 yuan", "199元"),
        ("39.90", "CNY", "¥39.90", "39.9 yuan", "39.9元"),
        ("1", "USD", "$1.00", "1 dollar", "1美元"),
        ("1299", "EUR", "€1,299.00", "1299 euros", "1299欧元"),
        ("100", "CNY", "¥100.00", "100 yuan", "100元"),
    ],
)
def test_money(amount: str, currency: str, written: str, english: str, chinese: str) -> None:
    value = Decimal(amount)
    assert (money_written(value, currency), money_en(value, currency), money_zh(value, currency)) == (
        written,
        english,
        chinese,
    )


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("box of 10 × 150 g", "box of 10 at 150 g each"),
        ("26 × 24 × 21 cm", "26 by 24 by 21 cm"),
        ("0.9 L", "0.9 L"),
        ("40x28 cm", "40 by 28 cm"),
    ],
)
def test_aloud(value: str, said: str) -> None:
    assert aloud(value) == said
