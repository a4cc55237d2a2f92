"""English words for numbers, as they are said: cardinals, ordinals, decimals, digits, years and clock times."""

from typing import Final

_SMALL: Final = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS: Final = ["_", "_", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SCALES: Final = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"))
_ORDINALS: Final = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_LARGEST: Final = 10**15


def cardinal(number: int) -> str:
    """Say a whole number ("one hundred ninety-nine"); from 10**15 on, digit by digit.

    Without "and", as Americans say it: with it, speech recognisers heard "100 and 99" in two of three readings.
    """
    if number < 0:
        return f"minus {cardinal(-number)}"
    if number < 20:
        return _SMALL[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _TENS[tens] + (f"-{_SMALL[ones]}" if ones else "")
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return f"{_SMALL[hundreds]} hundred" + (f" {cardinal(rest)}" if rest else "")
    if number >= _LARGEST:
        return digits(str(number))
    for scale, name in _SCALES:
        if number >= scale:
            many, rest = divmod(number, scale)
            return f"{cardinal(many)} {name}" + (f" {cardinal(rest)}" if rest else "")
    raise AssertionError(number)


def ordinal(number: int) -> str:
    """Say a place in a row ("twenty-first")."""
    words = cardinal(number)
    cut = max(words.rfind(" "), words.rfind("-")) + 1
    head, last = words[:cut], words[cut:]
    if last in _ORDINALS:
        return head + _ORDINALS[last]
    return head + (last[:-1] + "ieth" if last.endswith("y") else last.removesuffix("t") + "th")


def digits(text: str) -> str:
    """Say every digit of `text` by itself; anything else in it is left out."""
    return " ".join(_SMALL[int(character)] for character in text if character in "0123456789")


def decimal(text: str) -> str:
    """Say a number as it is written: ``1,250``, ``1.5``, ``.5`` or ``007`` (digit by digit)."""
    whole, _, fraction = text.replace(",", "").partition(".")
    said = digits(whole) if len(whole) > 1 and whole[0] == "0" else cardinal(int(whole or "0"))
    return f"{said} point {digits(fraction)}" if fraction else said


def year(number: int) -> str:
    """Say a year between 1000 and 2999 ("twenty twenty-four", "two thousand five", "nineteen oh five")."""
    century, rest = divmod(number, 100)
    if century % 10 == 0 and rest < 10:
        return cardinal(number)
    if rest == 0:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {'oh ' if rest < 10 else ''}{cardinal(rest)}"


def clock(hour: int, minute: int, half: str = "") -> str:
    """Say a time of day; `half` is "a", "p" or empty. Hours past twelve are said as in the afternoon ("eight p m")."""
    if not half and (hour > 12 or hour == 0):
        half = "p" if hour > 12 else "a"
    twelve = (hour - 1) % 12 + 1
    said = cardinal(twelve)
    if minute:
        said += f" {'oh ' if minute < 10 else ''}{cardinal(minute)}"
    elif not half:
        said += " o'clock"
    return said + (f" {half} m" if half else "")
