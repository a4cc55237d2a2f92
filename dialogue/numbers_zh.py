"""Quantities in a Chinese text, in digits or in characters: ``199元``, ``一百九十九块``, ``1.5升``, ``三斤``."""

import re
from decimal import Decimal
from typing import Final

_DIGITS: Final = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_SCALES: Final = {"十": 10, "百": 100, "千": 1000}
_MEASURED: Final = "元块毛角折斤克升瓦伏度天日周月年点时分秒厘毫倍成%％℃"
"""After one of these even a lone ``一`` or ``两`` says how much; before a mere classifier it does not (``一个小建议``)."""
_IDIOMS: Final = re.compile("零下|十分(?!钟)|千万(?=[别要不])|万一|百年老店")
"""These hold a number and state none."""
_NUMBER: Final = re.compile(
    rf"\d+(?:\.\d+)?|[〇零一二两俩三四五六七八九十百千万]+(?:点[〇零一二三四五六七八九]+)?(?=[{_MEASURED}公千]?)"
)


def values_zh(text: str) -> list[Decimal]:
    """Every value that a text states, in order."""
    found: list[Decimal] = []
    text = _IDIOMS.sub("", text)
    for match in _NUMBER.finditer(text):
        told = match[0]
        if told[0].isascii():
            found.append(Decimal(told))
            continue
        before, after = text[: match.start()][-1:], text[match.end() :][:1]
        lone = len(told) == 1 and told in "一两俩十百千万"
        if (
            before == "第"
            or (lone and after not in _MEASURED)
            or (told == "一" and after in "点时分天成")
            or not after
            and lone
        ):
            continue
        found.append(_value(told))
    return found


def _value(told: str) -> Decimal:
    whole, _, rest = told.partition("点")
    value = Decimal(_whole(whole))
    if rest:
        value += Decimal("0." + "".join(str(_DIGITS[char]) for char in rest))
    return value


def _whole(told: str) -> int:
    if "万" in told:
        high, _, low = told.partition("万")
        return (_whole(high) or 1) * 10_000 + (_whole(low) if low else 0)
    if not any(char in _SCALES for char in told):
        return int("".join(str(_DIGITS[char]) for char in told) or "0")
    total, digit = 0, 0
    for char in told:
        if char in _SCALES:
            total += (digit or 1) * _SCALES[char]
            digit = 0
        else:
            digit = _DIGITS[char]
    return total + digit
