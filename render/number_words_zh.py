"""Chinese words for numbers, as they are said in a shop: cardinals, decimals, digits, money, percent and clock times."""

from typing import Final

_DIGITS: Final = "零一二三四五六七八九"
_SMALL: Final = ((1000, "千"), (100, "百"), (10, "十"))
_LARGE: Final = ((10**12, "万亿"), (10**8, "亿"), (10**4, "万"))
_LARGEST: Final = 10**16


def cardinal_zh(number: int) -> str:
    """Say a whole number: 一百零五, 十二, 两千二百; from 10**16 on, digit by digit.

    A leading 2 is 两 before 百, 千, 万 and 亿, as in speech; 2 alone is 二 (see `counted_zh`).
    """
    if number < 0:
        return f"负{cardinal_zh(-number)}"
    if number >= _LARGEST:
        return digits_zh(str(number))
    said = _whole(number)
    if said.startswith("一十"):
        said = said[1:]
    if said[0] == "二" and len(said) > 1 and said[1] in "百千万亿":
        said = "两" + said[1:]
    return said


def counted_zh(number: int) -> str:
    """Say how many of something there are: as a cardinal, but 2 is 两."""
    return "两" if number == 2 else cardinal_zh(number)


def digits_zh(text: str, *, code: bool = False) -> str:
    """Say every digit of `text` by itself; in a `code` (telephone, order number) 1 is 幺."""
    said = "".join(_DIGITS[int(character)] for character in text if character in "0123456789")
    return said.replace("一", "幺") if code else said


def decimal_zh(text: str, *, counted: bool = False) -> str:
    """Say a number as it is written: ``1,250``, ``1.5``, ``.5`` or ``007`` (digit by digit)."""
    whole, _, fraction = text.replace(",", "").partition(".")
    if fraction:
        return f"{cardinal_zh(int(whole or '0'))}点{digits_zh(fraction)}"
    if len(whole) > 1 and whole[0] == "0":
        return digits_zh(whole)
    return counted_zh(int(whole)) if counted else cardinal_zh(int(whole))


def money_zh(text: str, currency: str = "元") -> str:
    """Say an amount: 199.00 is 一百九十九元, 9.9 is 九块九, 19.99 is 十九块九毛九, 0.50 is 五毛; foreign money with 点."""
    whole_text, _, fraction = text.replace(",", "").partition(".")
    whole = int(whole_text or "0")
    fraction = fraction.rstrip("0")
    if not fraction:
        return f"{counted_zh(whole)}{currency}"
    if currency != "元" or len(fraction) > 2 or whole >= 10_000:
        return f"{cardinal_zh(whole)}点{digits_zh(fraction)}{currency}"
    tenths, hundredths = int(fraction[0]), int(fraction[1:] or "0")
    head = f"{counted_zh(whole)}块" if whole else ""
    if not hundredths:
        return f"{head}{_DIGITS[tenths]}" if whole else f"{counted_zh(tenths)}毛"
    if not tenths:
        return f"{head}零{_DIGITS[hundredths]}分" if whole else f"{counted_zh(hundredths)}分"
    return f"{head}{_DIGITS[tenths]}毛{_DIGITS[hundredths]}"


def percent_zh(text: str) -> str:
    """Say so many percent: 百分之十五; 100 is 百分之百."""
    return "百分之百" if text in ("100", "100.0") else f"百分之{decimal_zh(text)}"


def clock_zh(hour: int, minute: int, *, period: str | None = None) -> str:
    """Say a time of day, 24-hour clock: 晚上八点, 下午两点半, 上午九点零五分.

    `period` takes the place of the part of the day; an empty one leaves it out, where the text has named it.
    """
    if hour == 24 and minute == 0:
        return "二十四点"
    said = part_of_day_zh(hour) if period is None else period
    twelve = hour if hour <= 12 else hour - 12
    said += f"{counted_zh(twelve)}点"
    if minute == 30:
        return said + "半"
    if minute:
        said += f"{'零' if minute < 10 else ''}{cardinal_zh(minute)}分"
    return said


def part_of_day_zh(hour: int) -> str:
    """The part of the day of an hour between 0 and 23; midnight itself has none."""
    parts = ((1, ""), (5, "凌晨"), (9, "早上"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))
    return next(name for end, name in parts if hour < end)


def _whole(number: int) -> str:
    if number < 10_000:
        return _below_ten_thousand(number)
    for scale, name in _LARGE:
        if number >= scale:
            many, rest = divmod(number, scale)
            gap = "零" if 0 < rest < scale // 10 else ""
            head = "两" if many == 2 and not rest else _whole(many)
            return f"{head}{name}{gap}{_whole(rest) if rest else ''}"
    raise AssertionError(number)


def _below_ten_thousand(number: int) -> str:
    if number < 10:
        return _DIGITS[number]
    said, gap = "", False
    for scale, name in _SMALL:
        digit, number = divmod(number, scale)
        if digit:
            said += ("零" if gap else "") + _DIGITS[digit] + name
            gap = False
        elif said:
            gap = True
    return said + (("零" if gap else "") + _DIGITS[number] if number else "")
