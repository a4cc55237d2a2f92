"""Money and measures in the words that a sentence uses; how a voice reads digits and units is the voice's own business."""

import re
from decimal import Decimal

CURRENCY_SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "HKD": "HK$", "SGD": "S$"}
_CURRENCY_EN = {
    "CNY": ("yuan", "yuan"),
    "USD": ("dollar", "dollars"),
    "EUR": ("euro", "euros"),
    "GBP": ("pound", "pounds"),
    "JPY": ("yen", "yen"),
    "HKD": ("Hong Kong dollar", "Hong Kong dollars"),
    "SGD": ("Singapore dollar", "Singapore dollars"),
}
_CURRENCY_ZH = {
    "CNY": "元",
    "USD": "美元",
    "EUR": "欧元",
    "GBP": "英镑",
    "JPY": "日元",
    "HKD": "港元",
    "SGD": "新加坡元",
}
_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_SIZE = re.compile(rf"({_NUMBER}) ?[×x] ?({_NUMBER}(?: ?[×x] ?{_NUMBER})?) ?(cm|mm|m)\b")
_COUNT = re.compile(rf"({_NUMBER}) ?[×x] ?({_NUMBER} ?[A-Za-z]+)")


def plain(amount: Decimal) -> str:
    """A number without idle zeros: ``199.00`` is ``199``, ``39.90`` is ``39.9``."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money_written(amount: Decimal, currency: str) -> str:
    """As the card shows it: ``¥199.00``."""
    sign = CURRENCY_SIGNS.get(currency)
    return f"{sign}{amount:,.2f}" if sign else f"{amount:,.2f} {currency}"


def money_en(amount: Decimal, currency: str) -> str:
    """As it is said: ``199 yuan``, ``39.9 yuan``."""
    one, many = _CURRENCY_EN.get(currency, (currency, currency))
    return f"{plain(amount)} {one if amount == 1 else many}"


def money_zh(amount: Decimal, currency: str) -> str:
    """As it is said or written in Chinese: ``199元``."""
    return f"{plain(amount)}{_CURRENCY_ZH.get(currency, currency)}"


def aloud(text: str) -> str:
    """A value from a table in the words of a sentence: ``10 × 150 g`` is ``10 at 150 g each``, ``30 × 20 cm`` is ``30 by 20 cm``."""
    text = _SIZE.sub(lambda m: f"{m[1]} by {re.sub(r' ?[×x] ?', ' by ', m[2])} {m[3]}", text)
    return _COUNT.sub(r"\1 at \2 each", text)
