"""Sums of money as platforms print them."""

import re

_CODE = re.compile(r"\b[A-Z]{3}\b")
_NUMBER = re.compile(r"\d[\d.,\u00a0\u202f' ]*")
_SYMBOLS = (
    ("US$", "USD"), ("CA$", "CAD"), ("A$", "AUD"), ("AU$", "AUD"), ("NT$", "TWD"), ("HK$", "HKD"), ("R$", "BRL"), ("MX$", "MXN"),
    ("NZ$", "NZD"), ("S$", "SGD"), ("CN¥", "CNY"), ("元", "CNY"), ("€", "EUR"), ("£", "GBP"),
    ("₩", "KRW"), ("₹", "INR"), ("₽", "RUB"), ("₱", "PHP"), ("₫", "VND"), ("฿", "THB"), ("zł", "PLN"), ("₺", "TRY"),
    ("円", "JPY"), ("¥", "JPY"), ("￥", "JPY"), ("$", "USD"),
)  # fmt: skip
AMBIGUOUS = {"$": "US dollars", "¥": "Japanese yen", "￥": "Japanese yen"}
"""Signs that several currencies share, and what they are taken for (what YouTube means by them)."""


def read_money(text: str) -> tuple[float | None, str | None, str | None]:
    """The amount, the currency (ISO 4217), and the sign if it was ambiguous; None where it can't be told."""
    found = _NUMBER.search(text)
    amount = _amount(found.group().strip()) if found else None
    code = _CODE.search(text)
    if code:
        return amount, code.group(), None
    for sign, currency in _SYMBOLS:
        if sign in text:
            return amount, currency, sign if sign in AMBIGUOUS else None
    return amount, None, None


def _amount(digits: str) -> float | None:
    """A number whose last point or comma parts the fraction if one or two digits follow it."""
    digits = re.sub(r"[\u00a0\u202f' ]", "", digits).rstrip(".,")
    match = re.fullmatch(r"([\d.,]*?)(?:[.,](\d{1,2}))?", digits)
    if match is None:
        return None
    whole = re.sub(r"[.,]", "", match.group(1)) or "0"
    if len(whole) > 15:
        return None
    return float(f"{whole}.{match.group(2) or '0'}")
