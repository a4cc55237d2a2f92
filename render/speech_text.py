"""What a written English text sounds like: money, sizes, dates and codes in words, each tied to what was written.

`say_as_english` reads a text once from left to right. What it finds becomes a `SpokenToken`: the characters that a caption
marks together, the words to be said for them, and the pause that follows. The tokens cover the text in order.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from render.number_words import cardinal, clock, decimal, digits, ordinal, year
from render.spoken_rules_en import MONTH, MONTHS, month_name
from render.spoken_rules_en import RULES as FINE_RULES
from render.spoken_units import ABBREVIATIONS, CURRENCIES, UNITS

_NUMBER: Final = r"(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|(?<![\d.])\.\d+)"
_RANGE: Final = r"\s*(?:-|~|\bto\b)\s*"
_TIMES: Final = r"\s*[xX×*]\s*"
_ATTACHED_ONLY: Final = frozenset({"a", "s", "t"})
"""Units that are words or letters of their own when they stand apart ("5 a day")."""
_UNIT: Final = "(?:" + "|".join(re.escape(u) for u in sorted(UNITS, key=len, reverse=True)) + r")(?![^\W_]|')"
_MEASURE: Final = rf"{_NUMBER}(?:\s?(?i:{_UNIT}))?"

_CURRENCY: Final = "(?:" + "|".join(re.escape(c) for c in sorted(CURRENCIES, key=len, reverse=True)) + ")"

_SIGNS: Final[dict[str, str]] = {
    "&": "and",
    "+": "plus",
    "=": "equals",
    "@": "at",
    "≈": "about",
    "~": "about",
    "≤": "at most",
    "≥": "at least",
    "<": "less than",
    ">": "more than",
    "%": "percent",
    "×": "times",
    "°": "degrees",
}
_STOPS: Final = ".?!,;:"
_FOLDED: Final = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "–": "-",
        "‐": "-",
        "‑": "-",
        "−": "-",
        "。": ".",
        "、": ",",
        "￥": "¥",
        "～": "~",
        "〜": "~",
        "⁄": "/",
        "º": "°",
        "″": '"',
        "′": "'",
        "²": "2",
        "³": "3",
    }
)


@dataclass(frozen=True, slots=True)
class SpokenToken:
    """Characters that are marked together in a caption, and the words that are said for them."""

    first: int
    """Character offset in the written text."""
    last: int
    """One past the last character, punctuation that follows included."""
    words: tuple[str, ...]
    """At least one, except in a text in which nothing can be said."""
    pause: str = ""
    """Punctuation after the words, one of ``. ? ! , ; :`` or empty."""


@dataclass(frozen=True, slots=True)
class SpokenText:
    """A text as it is said."""

    tokens: tuple[SpokenToken, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """All words in order."""
        return tuple(word for token in self.tokens for word in token.words)

    @property
    def text(self) -> str:
        """The words with their punctuation; empty when there is nothing to say."""
        said = " ".join(" ".join(token.words) + token.pause for token in self.tokens if token.words)
        return said + "." if said and said[-1] not in _STOPS else said


def say_as_english(text: str) -> SpokenText:
    """Turn a written text into spoken English words, tied to the characters they stand for.

    Emoji, and characters that an English voice can not read, are not said: they belong to the token before them (at the
    beginning of the text, to the one after).
    """
    folded, origin = _fold(text)
    atoms = _scan(folded)
    tokens: list[SpokenToken] = []
    opened: int | None = None  # where a bracket or quotation mark stands that belongs to the next token
    for index, atom in enumerate(atoms):
        after = atoms[index + 1] if index + 1 < len(atoms) else None
        first, last = origin[atom.first], origin[atom.last - 1] + 1
        before = tokens[-1] if tokens else None
        adjoins = before is not None and (before.last > first or (before.last == first and not before.pause))
        opens = not atom.words and not atom.pause and after is not None and after.first == atom.last
        if opens and not adjoins:
            opened = first if opened is None else opened
        elif before is not None and (adjoins or not atom.words or not before.words):
            tokens[-1] = SpokenToken(before.first, last, before.words + atom.words, atom.pause or before.pause)
            opened = None
        else:
            tokens.append(replace(atom, first=first if opened is None else opened, last=last))
            opened = None
    return SpokenText(tuple(tokens))


def _fold(text: str) -> tuple[str, list[int]]:
    """NFKC character by character, so that every result knows the offset it came from."""
    characters: list[str] = []
    origin: list[int] = []
    for offset, character in enumerate(text):
        pieces = unicodedata.normalize("NFKC", character.translate(_FOLDED)).translate(_FOLDED)
        if len(pieces) > 1 and pieces[0].isdigit() and characters and characters[-1].isdigit():
            pieces = f" {pieces}"  # "9½" is no "91/2"
        for piece in pieces:
            characters.append(piece)
            origin.append(offset)
    return "".join(characters), origin


def _scan(text: str) -> list[SpokenToken]:
    atoms: list[SpokenToken] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            if "\n" in text[at] and atoms and not atoms[-1].pause:
                atoms[-1] = replace(atoms[-1], pause=",")
            at += 1
            continue
        for pattern, say in _RULES:
            found = pattern.match(text, at)
            if found is None:
                continue
            said = say(found)
            if said is None:
                continue
            atoms.append(SpokenToken(at, found.end(), tuple(said.split())))
            at = found.end()
            break
        else:
            at = _mark(text, at, atoms)
    return atoms


def _mark(text: str, at: int, atoms: list[SpokenToken]) -> int:
    """Take one run of punctuation or one unsayable character; returns where to go on."""
    run = re.compile(r"[.?!,;:]+").match(text, at)
    if run is not None:
        end = run.end()
        ends_word = end == len(text) or not text[end].isalnum()
        stop = next((s for s in "?!" if s in run.group()), run.group()[-1])
        if run.group().startswith(".."):
            stop = "," if text[end:].lstrip()[:1].islower() else "."
        atoms.append(SpokenToken(at, end, (), stop if ends_word or stop != "." else ""))
        return end
    apart = at == 0 or text[at - 1].isspace()
    pause = "," if (text[at] == "—" or (text[at] == "-" and apart) or text[at] in "()") and atoms else ""
    if pause and text[at] == "(" and not atoms[-1].pause:
        atoms[-1] = replace(atoms[-1], pause=",")
        pause = ""
    atoms.append(SpokenToken(at, at + 1, (), pause))
    return at + 1


# ---- what is said for what is written -------------------------------------------------------------------------

_Match = re.Match[str]


def _plural(number: str, unit: tuple[str, str]) -> str:
    return unit[0] if number == "1" else unit[1]


def _split_measure(text: str) -> tuple[str, str]:
    found = re.match(_NUMBER, text)
    assert found is not None
    return found.group(), text[found.end() :]


def _say_measure(text: str) -> str | None:
    number, unit = _split_measure(text)
    key = unit.strip().lower()
    if not key:
        return decimal(number)
    if key in _ATTACHED_ONLY and (unit[0].isspace() or len(number) > 3):
        return None
    return f"{decimal(number)} {_plural(number, UNITS[key])}"


def _say_product(found: _Match) -> str | None:
    parts = re.split(_TIMES, found.group())
    said = [_say_measure(part) for part in parts]
    if None in said:
        return None
    lengths = {"mm", "cm", "m", "inch", "ft"}
    is_area = _split_measure(parts[-1])[1].strip().lower() in lengths
    return (" by " if is_area else " times ").join(part for part in said if part)


def _say_range(found: _Match) -> str | None:
    low, high = found["low"], _say_measure(found["high"])
    return f"{decimal(low)} to {high}" if high else None


def _amount(number: str, currency: str, scale: str = "") -> str:
    one, many, hundredth = CURRENCIES[currency]
    if scale:
        name = {"k": "thousand", "m": "million"}.get(scale.lower(), scale.lower())
        return f"{decimal(number)} {name} {many}"
    whole, _, fraction = number.replace(",", "").partition(".")
    whole = whole or "0"
    fraction = fraction and fraction.ljust(2, "0")
    if not fraction.strip("0"):
        return f"{cardinal(int(whole))} {one if int(whole) == 1 else many}"
    if hundredth and len(fraction) == 2:
        rest = int(fraction)
        cents = "cent" if hundredth == "cents" and rest == 1 else "penny" if rest == 1 else hundredth
        if int(whole) == 0:
            return f"{cardinal(rest)} {cents}"
        return f"{cardinal(int(whole))} {one if int(whole) == 1 else many} and {cardinal(rest)} {cents}"
    return f"{cardinal(int(whole))} point {digits(fraction)} {many}"


def _say_money(found: _Match) -> str:
    minus = "minus " if found["minus"] else ""
    if found["high"]:
        return f"{minus}{decimal(found['number'])} to {_amount(found['high'], found['currency'])}"
    return minus + _amount(found["number"], found["currency"], found["scale"] or "")


def _say_money_after(found: _Match) -> str:
    return _amount(found["number"], found["currency"])


def _say_iso_date(found: _Match) -> str | None:
    month, day = int(found["month"]), int(found["day"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return f"{MONTHS[month - 1]} {ordinal(day)} {year(int(found['year']))}"


def _say_date(found: _Match) -> str:
    month = month_name(found["month"])
    tail = f" {year(int(found['year']))}" if found["year"] else ""
    return f"{month} {ordinal(int(found['day']))}{tail}"


def _say_time(found: _Match) -> str | None:
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if hour > 24 or minute > 59 or (found["half"] and not 1 <= hour <= 12):
        return None
    return clock(hour % 24, minute, (found["half"] or "")[:1].lower())


def _say_phone(found: _Match) -> str | None:
    text = found.group()
    count = sum(character.isdigit() for character in text)
    grouped = len(re.findall(r"\d+", text)) > 1
    if count < 7 or not (grouped or text[0] in "+0" or count >= 9):
        return None
    return ("plus " if text[0] == "+" else "") + digits(text)


def _say_mixed(found: _Match) -> str | None:
    part = _say_fraction(found)
    return f"{cardinal(int(found['whole']))} and {part}" if part else None


def _say_fraction(found: _Match) -> str | None:
    top, bottom = int(found["top"]), int(found["bottom"])
    if (top, bottom) == (24, 7):
        return "twenty-four seven"
    if bottom not in range(2, 11) or top >= bottom:
        return None
    name = {2: "half", 4: "quarter"}.get(bottom, ordinal(bottom))
    return f"{cardinal(top)} {name}{'s' if top > 1 else ''}"


def _say_per(found: _Match) -> str:
    unit = found["unit"].lower()
    return f"per {UNITS[unit][0] if unit in UNITS else found['unit']}"


def _say_word(found: _Match) -> str:
    word = re.sub(r"(.)\1{2,}", r"\1\1", found.group())
    if word.isupper() and max(map(len, word.split("-"))) > 3 and re.search("[AEIOU]", word):
        word = word.lower()  # shouted, not an abbreviation
    return ABBREVIATIONS.get(word.lower(), word)


def _say_web(found: _Match) -> str:
    host = re.sub(r"^(?:https?://)?(?:www\.)?", "", found.group().lower()).split("/")[0]
    return host.replace(".", " dot ").replace("@", " at ").replace("-", " dash ").replace("_", " ")


def _rule(pattern: str, say: Callable[[_Match], str | None]) -> tuple[re.Pattern[str], Callable[[_Match], str | None]]:
    return re.compile(pattern), say


_ABBREVIATION: Final = r"(?<![^\W_])(?i:dr|mr|mrs|vs|etc|approx|incl|excl|e\.g|i\.e)\."
_LATIN: Final = r"[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]"  # without the signs × and ÷

_RULES: Final = (
    _rule(
        r"https?://[^\s<>]*[\w/]|www\.[^\s<>]*[\w/]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:[\w-]+\.)+(?:com|cn|net|org|shop)\b",
        _say_web,
    ),
    *FINE_RULES,
    _rule(r"(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})(?!\d)", _say_iso_date),
    _rule(
        rf"(?P<month>{MONTH})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|:|%)(?:,? (?P<year>(?:19|20)\d\d)(?!\d))?",
        _say_date,
    ),
    _rule(r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?!\d|:)(?:\s?(?P<half>[aApP])\.?[mM]\b)?", _say_time),
    _rule(r"(?P<hour>\d{1,2})(?P<minute>)\s?(?P<half>[aApP])\.?[mM]\b", _say_time),
    _rule(
        rf"(?P<minus>-?)(?P<currency>{_CURRENCY})\s?(?P<number>{_NUMBER})"
        rf"(?:(?P<scale>[kKM])(?![^\W_])|\s(?P<words>million|billion|thousand)\b)?"
        rf"(?:{_RANGE}(?:{_CURRENCY})?(?P<high>{_NUMBER}))?",
        lambda found: (
            _say_money(found) if not found["words"] else _amount(found["number"], found["currency"], found["words"])
        ),
    ),
    _rule(rf"(?P<number>{_NUMBER})\s?(?P<currency>{_CURRENCY})(?![^\W_])", _say_money_after),
    _rule(r"\+?\d[\d()]*(?:[- ]\d{2,})+(?!\d|[.,]\d|\s?[xX×*%])|\+?\d{7,}(?![\d.,]*\d)", _say_phone),
    _rule(rf"{_MEASURE}(?:{_TIMES}{_MEASURE})+", _say_product),
    _rule(rf"(?P<low>{_NUMBER})(?:\s?%)?{_RANGE}(?P<high>{_MEASURE})", _say_range),
    _rule(r"(?P<whole>\d{1,4}) (?P<top>\d{1,2})/(?P<bottom>\d{1,2})(?![\d/.])", _say_mixed),
    _rule(r"(?P<top>\d{1,2})/(?P<bottom>\d{1,2})(?![\d/.])", _say_fraction),
    _rule(r"(?P<number>\d+)(?:st|nd|rd|th)\b", lambda found: ordinal(int(found["number"]))),
    _rule(rf"-(?={_NUMBER})(?<![\w)]-)", lambda found: "minus"),
    _rule(rf"(?P<number>{_NUMBER})[xX](?![^\W_])", lambda found: f"{decimal(found['number'])} times"),
    _rule(rf"(?P<number>{_NUMBER})k(?![^\W_])", lambda found: f"{decimal(found['number'])} thousand"),
    _rule(rf"(?<=[iI]n )(?:19|20)\d\d(?![\d,.]|\s?(?i:{_UNIT}))", lambda found: year(int(found.group()))),
    _rule(r"[345]G(?![^\W_])", lambda found: f"{digits(found.group())} G"),
    _rule(r"-(?=\d{1,2}(?::\d\d|\s?[aApP]\.?[mM]\b))(?<=[\dmM]-)", lambda found: "to"),
    _rule(_MEASURE, lambda found: _say_measure(found.group())),
    _rule(_NUMBER, lambda found: decimal(found.group())),
    _rule(rf"/\s?(?P<unit>(?i:{_UNIT})|{_LATIN}+)", _say_per),
    _rule(r"#(?=\d)|(?i:no)\.\s?(?=\d)", lambda found: "number"),
    _rule(_ABBREVIATION, lambda found: ABBREVIATIONS[found.group()[:-1].lower()]),
    _rule(r"w/o?(?![^\W_])", lambda found: ABBREVIATIONS[found.group()]),
    _rule(rf"(?:{_LATIN}\.){{2,}}", lambda found: found.group().replace(".", " ")),
    _rule(rf"{_LATIN}+(?:['-]{_LATIN}+)*", _say_word),
    _rule(r"[&+=@≈~≤≥<>%×°]", lambda found: _SIGNS[found.group()]),
)
