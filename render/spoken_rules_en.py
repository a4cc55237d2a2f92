"""Written English that a plain reading gets wrong: dates in other orders, decades, ratios, sizes in inches, codes, slashes.

Each rule is a pattern, tried where the text has been read so far, and what is said for its match; None lets the next rule try.
"""

import re
from collections.abc import Callable
from typing import Final

from render.number_words import cardinal, decimal, digits, ordinal, year
from render.spoken_units import SHORT_BEFORE_NUMBERS, UNITS

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str | None]]

MONTHS: Final = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
MONTH: Final = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]*"
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAY: Final = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}"
_NUMBER: Final = r"\d+(?:\.\d+)?"
_UNIT: Final = "(?:" + "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True)) + r")(?![^\W_]|')"
_CODED: Final = re.compile(
    r"(?i)\b(?:order|id|code|sku|ref|reference|batch|lot|article|item|coupon)\W*(?:no\.?|number)?\W*$"
)
_PLURAL_TENS: Final = (
    "",
    "",
    "twenties",
    "thirties",
    "forties",
    "fifties",
    "sixties",
    "seventies",
    "eighties",
    "nineties",
)


def month_name(written: str) -> str:
    """The month that begins with these three letters."""
    return next(name for name in MONTHS if name.startswith(written[:3]))


def _before(found: re.Match[str]) -> str:
    return found.string[: found.start()]


def _days(found: re.Match[str]) -> str:
    first, last = (next(day for day in _DAYS if day.startswith(found[part][:3])) for part in ("first", "last"))
    return f"{first} to {last}"


def _day_first(found: re.Match[str]) -> str | None:
    if not 1 <= int(found["day"]) <= 31:
        return None
    tail = f" {year(int(found['year']))}" if found["year"] else ""
    article = "" if re.search(r"(?i)\bthe\s$", _before(found)) else "the "
    return f"{article}{ordinal(int(found['day']))} of {month_name(found['month'])}{tail}"


def _day_range(found: re.Match[str]) -> str | None:
    if int(found["last"]) > 31:
        return None
    return f"{month_name(found['month'])} {ordinal(int(found['first']))} to {ordinal(int(found['last']))}"


def _numeric_date(found: re.Match[str]) -> str | None:
    one, two = int(found["one"]), int(found["two"])
    # with full stops the day comes first, as in Europe; with slashes the month, as in America, where that is possible
    day, month = (one, two) if found["mark"] == "." or one > 12 else (two, one)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return f"{MONTHS[month - 1]} {ordinal(day)} {year(int(found['year']))}"


def _decade(found: re.Match[str]) -> str | None:
    tens = _PLURAL_TENS[int(found["ten"])]
    if found["century"]:
        return f"{cardinal(int(found['century']))} {tens}"
    return tens if re.search(r"(?i)\bthe\s'?$", _before(found)) else None


def _part_of_unit(found: re.Match[str]) -> str | None:
    top, bottom = int(found["top"]), int(found["bottom"])
    if bottom not in range(2, 11) or top >= bottom:
        return None
    name = {2: "half", 4: "quarter"}.get(bottom, ordinal(bottom))
    part = f"{cardinal(top)} {name}{'s' if top > 1 else ''}"
    singular, plural = UNITS[found["unit"].lower()]
    if not found["whole"]:
        return f"{part} {singular}"
    return f"{cardinal(int(found['whole']))} and {part} {plural}"


def _inches(found: re.Match[str]) -> str | None:
    if len(re.findall(r'(?<!\d)"', _before(found))) % 2:  # it closes a quotation
        return None
    return f"{decimal(found['number'])} {'inch' if found['number'] == '1' else 'inches'}"


def _feet(found: re.Match[str]) -> str:
    feet, inches = int(found["feet"]), int(found["inches"])
    return (
        f"{cardinal(feet)} {'foot' if feet == 1 else 'feet'} {cardinal(inches)} {'inch' if inches == 1 else 'inches'}"
    )


def _code(found: re.Match[str]) -> str | None:
    return digits(found.group()) if _CODED.search(_before(found)) else None


def _slash(found: re.Match[str]) -> str | None:
    word = found["word"].lower()
    if word == "or":
        return ""
    measured = re.search(rf"\d\s?(?i:{_UNIT.split('(?!')[0]})$", _before(found))
    return None if measured or len(word) == 1 and word in UNITS and word.islower() and found["word"].islower() else "or"


def _rule(pattern: str, say: Callable[[re.Match[str]], str | None]) -> Rule:
    return re.compile(pattern), say


RULES: Final[tuple[Rule, ...]] = (
    _rule(rf"(?P<first>{_DAY})\.?\s?(?:-|\bto\b)\s?(?P<last>{_DAY})(?![^\W_])", _days),
    _rule(
        rf"(?<![\d.,])(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{MONTH})(?![^\W_])\.?(?:,? (?P<year>(?:19|20)\d\d)(?!\d))?",
        _day_first,
    ),
    _rule(rf"(?P<month>{MONTH})\.? (?P<first>\d{{1,2}})\s?-\s?(?P<last>\d{{1,2}})(?![\d:%])", _day_range),
    _rule(
        r"(?<![\d.])(?P<one>\d{1,2})(?P<mark>[./])(?P<two>\d{1,2})(?P=mark)(?P<year>(?:19|20)\d\d)(?![\d.])",
        _numeric_date,
    ),
    _rule(r"(?<![\d.,])(?P<century>1[89]|20)?(?P<ten>[2-9])0'?s(?![^\W_])", _decade),
    _rule(
        rf"(?:(?P<whole>\d{{1,3}}) )?(?P<top>\d{{1,2}})/(?P<bottom>\d{{1,2}})\s?(?P<unit>(?i:{_UNIT}))", _part_of_unit
    ),
    _rule(r"(?P<feet>\d{1,2})'\s?(?P<inches>\d{1,2})(?:\"|'')(?!\w)", _feet),
    _rule(rf"(?P<number>{_NUMBER})\"(?!\w)", _inches),
    _rule(rf"(?P<number>{_NUMBER})M(?![^\W_])", lambda found: f"{decimal(found['number'])} million"),
    _rule(r"(?P<lines>720|1080|1440|2160)p(?![^\W_])", lambda found: f"{_screen(found['lines'])} p"),
    _rule(
        r"(?<![\d:])(?P<one>\d{1,2}):(?P<two>\d)(?![\d:])",
        lambda found: f"{cardinal(int(found['one']))} to {cardinal(int(found['two']))}",
    ),
    _rule(r"\d{5,}(?![\d.,]*\d)", _code),
    _rule(r"(?<![^\W_])[vV]\.?\s?(?=\d+\.\d)", lambda found: "version"),
    _rule(
        rf"(?<![^\W_])(?i:{'|'.join(SHORT_BEFORE_NUMBERS)})(?:\.(?=\s?[a-z\d])|(?=[.:]?\s?\d))",
        lambda found: SHORT_BEFORE_NUMBERS[found.group().rstrip(".").lower()],
    ),
    _rule(r"(?<![^\W_])St\.(?=\s[A-Z])", lambda found: "saint"),
    _rule(r"(?<=[A-Za-z])/(?=\s?\d)", lambda found: "per"),
    _rule(r"(?<=[A-Za-z])/(?=(?P<word>[A-Za-z]+))", _slash),
)


def _screen(lines: str) -> str:
    return f"{cardinal(int(lines[:-2]))} {cardinal(int(lines[-2:]))}"
