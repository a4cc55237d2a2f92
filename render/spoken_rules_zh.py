"""What Chinese says for numbers, sizes, money, times and codes, found by pattern."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from render.number_words_zh import (
    cardinal_zh,
    clock_zh,
    decimal_zh,
    digits_zh,
    money_zh,
    part_of_day_zh,
    percent_zh,
)
from render.speech_text import say_as_english
from render.spoken_units_zh import CURRENCIES_ZH, DEGREES, MASS_OR_VOLUME, ORDINAL_NOUNS, UNITS_ZH, ZH_WORDS

_Match = re.Match[str]
_N: Final = r"(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?)"
_TO: Final = r"\s*(?:-|~|至|到)\s*"
_TIMES: Final = r"\s*[xX×*]\s*"
_LATIN: Final = r"A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_HAN: Final = r"\u3400-\u9fff\U00020000-\U0003ffff"


def _either(words: Sequence[str]) -> str:
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"


_UNIT: Final = _either(list(UNITS_ZH)) + rf"(?![{_LATIN}0-9])"
_CURRENCY: Final = _either(list(CURRENCIES_ZH))
_SCALE: Final = r"(?P<scale>[万亿千百]|[wk](?![A-Za-z]))?"
_PERIOD_SAID: Final = re.compile(
    r"(?:凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|半夜|深夜|今晚|明晚|当晚|每晚|今早|明早|晚)$"
)
_CODE_NAME: Final = re.compile(
    r"(?:单号|订单|编号|编码|尾号|工号|货号|批号|验证码|密码|邮编|券码|口令|电话|热线|手机号?|微信号?|QQ|ID|id)(?:是|为)?\s*:?\s*$"
)


def _number_after(found: _Match) -> str:
    """A number before Chinese text: a count, unless it names a day, a floor, a discount."""
    number, rest = found.group().strip(), found.string[found.end() :].lstrip()
    if rest[:2] == "个月":
        return decimal_zh(number, counted=True)
    counts = bool(rest) and re.match(f"[{_HAN}]", rest) is not None and rest[0] not in ORDINAL_NOUNS
    before = found.string[: found.start()].rstrip()[-1:]
    return decimal_zh(number, counted=counts and before != "第")


def _measure(number: str, unit: str) -> str:
    if unit == "%":
        return percent_zh(number)
    if not unit:
        return decimal_zh(number)
    return decimal_zh(number, counted=unit not in DEGREES) + UNITS_ZH[unit]


_SIZE: Final = re.compile(rf"(?P<number>{_N})\s?(?P<unit>{_UNIT})?(?P<count>[{_HAN}])?")


def _say_product(found: _Match) -> str | None:
    sizes = [_SIZE.fullmatch(part.strip()) for part in re.split(_TIMES, found.group())]
    if any(size is None for size in sizes):
        return None
    parts = [(size["number"], size["unit"] or "", size["count"] or "") for size in sizes if size is not None]
    if len(parts) == 2:
        (one, one_unit, one_count), (other, other_unit, other_count) = parts
        if other_unit in MASS_OR_VOLUME and not one_unit:
            count = one_count or "份"
            return f"{decimal_zh(one, counted=True)}{count}，每{count}{_measure(other, other_unit)}"
        if one_unit in MASS_OR_VOLUME and not other_unit:
            count = other_count or "份"
            return f"{_measure(one, one_unit)}，共{decimal_zh(other, counted=True)}{count}"
    return "乘".join(_measure(number, unit) + count for number, unit, count in parts)


def _say_range(found: _Match) -> str:
    low, high, unit = found["low"], found["high"], found["unit"] or ""
    if unit == "%":
        said = f"到{percent_zh(high)}" if found["low_unit"] else f"到{decimal_zh(high)}"
        return percent_zh(low) + said
    if unit:
        return (
            f"{_measure(low, '')}到{_measure(high, unit)}"
            if unit in DEGREES
            else _counted_range(low, high) + UNITS_ZH[unit]
        )
    after = found.string[found.end() :].lstrip()[:1]
    if after and re.match(f"[{_HAN}]", after) and after not in ORDINAL_NOUNS:
        return _counted_range(low, high)
    return f"{decimal_zh(low)}到{decimal_zh(high)}"


def _counted_range(low: str, high: str) -> str:
    return f"{decimal_zh(low, counted=True)}到{decimal_zh(high, counted=True)}"


def _scaled(number: str, scale: str, currency: str) -> str:
    names = {"w": "万", "k": "千"}
    if scale:
        return f"{decimal_zh(number, counted=True)}{names.get(scale, scale)}{currency}"
    return money_zh(number, currency)


def _say_money(found: _Match) -> str:
    currency = CURRENCIES_ZH[found["currency"]]
    sign = "负" if found["minus"] else ""
    if found["high"]:
        return f"{sign}{decimal_zh(found['number'])}到{_scaled(found['high'], found['scale'] or '', currency)}"
    return sign + _scaled(found["number"], found["scale"] or "", currency)


def _say_date(found: _Match) -> str | None:
    month, day = int(found["month"]), int(found["day"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return f"{digits_zh(found['year'])}年{cardinal_zh(month)}月{cardinal_zh(day)}日"


def _say_clock(found: _Match) -> str | None:
    hour, minute = int(found["hour"]), int(found["minute"])
    half = (found["half"] or "").lower()
    if hour > 24 or minute > 59 or (half and not 1 <= hour <= 12):
        return None
    if half:
        hour = hour % 12 + (12 if half[0] == "p" else 0)
    before = found.string[: found.start()].rstrip()
    said = clock_zh(hour, minute, period="" if _PERIOD_SAID.search(before) else None)
    if not found["to_hour"]:
        return said
    until, late = int(found["to_hour"]), int(found["to_minute"])
    if until > 24 or late > 59:
        return None
    same = until < 24 and part_of_day_zh(hour) == part_of_day_zh(until)
    return f"{said}到{clock_zh(until, late, period='' if same else None)}"


def _say_half_clock(found: _Match) -> str | None:
    hour = int(found["hour"])
    if not 1 <= hour <= 12:
        return None
    return clock_zh(hour % 12 + (12 if found["half"][0] in "pP" else 0), 0)


def _say_phone(found: _Match) -> str:
    plus = "加" if found.group().startswith("+") else ""
    groups = re.findall(r"\d+", found.group())
    if len(groups) == 1 and len(groups[0]) == 11:
        groups = [groups[0][:3], groups[0][3:7], groups[0][7:]]
    return plus + "，".join(digits_zh(group, code=True) for group in groups)


def _say_hotline(found: _Match) -> str | None:
    dialled = re.search(r"(?:拨打?|打|致电)\s*$", found.string[: found.start()])
    return digits_zh(found.group(), code=True) if dialled else None


def _say_code(found: _Match) -> str | None:
    """What follows "order number" and the like: digit by digit, letters by name."""
    if not _CODE_NAME.search(found.string[: found.start()]):
        return None
    pieces = re.findall(r"[A-Za-z]+|\d+", found.group())
    return " ".join(digits_zh(p, code=True) if p[0].isdigit() else " ".join(p.upper()) for p in pieces)


def _say_fraction(found: _Match) -> str | None:
    top, bottom = int(found["top"]), int(found["bottom"])
    if (top, bottom) == (24, 7):
        return "二十四小时，全天"
    if bottom < 2 or top >= bottom:
        return None
    return f"{cardinal_zh(bottom)}分之{cardinal_zh(top)}"


def _say_discount(found: _Match) -> str:
    return f"{digits_zh(found['number'].replace('.', ''))}折"


def _say_model(found: _Match) -> str:
    """A name of letters and digits (RB-10, iPhone15, 5G): words by the English rules, digits by how many there are."""
    said: list[str] = []
    for piece in re.findall(rf"[{_LATIN}]+|\d+(?:\.\d+)?|\+", found.group()):
        if piece == "+":
            said.append("加")
        elif piece[0].isdigit():
            whole = piece.partition(".")[0]
            few = len(whole) <= 2 and not (len(piece) == 2 and whole[0] == whole[1:])
            said.append(decimal_zh(piece) if few else digits_zh(piece))
        else:
            said += list(say_as_english(piece).words)
    return " ".join(said)


def _say_web(found: _Match) -> str:
    return " ".join(say_as_english(found.group()).words)


def _say_many(found: _Match) -> str:
    """`100+` and `1w+`: more than so many."""
    scale = {"w": "万", "W": "万", "k": "千", "": ""}.get(found["scale"] or "", found["scale"] or "")
    return f"{decimal_zh(found['number'], counted=bool(scale))}{scale}多"


def _rule(pattern: str, say: Callable[[_Match], str | None]) -> tuple[re.Pattern[str], Callable[[_Match], str | None]]:
    return re.compile(pattern), say


_CLOCK: Final = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::\d\d)?(?![\d:])"
RULES: Final = (
    _rule(
        r"https?://[^\s<>，。！？]*[A-Za-z0-9/]|www\.[\w.-]+\w|[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
        r"|(?:[A-Za-z0-9-]+\.)+(?:com|cn|net|org|shop)(?![A-Za-z0-9])",
        _say_web,
    ),
    _rule(r"(?P<year>(?:19|20)\d\d)[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?![\d.])", _say_date),
    _rule(r"(?P<year>(?:19|20)\d\d)(?=\s?年)", lambda found: digits_zh(found["year"])),
    _rule(r"(?P<year>\d\d)(?=年\d{1,2}月)", lambda found: digits_zh(found["year"])),
    _rule(
        r"(?P<month>1[0-2]|[1-9])\.(?P<day>\d\d?)(?=大促|活动|狂欢|购物节|预售|当天|那天)",
        lambda found: (
            f"{cardinal_zh(int(found['month']))}{'' if found['month'] == found['day'] else '月'}"
            + ("" if found["month"] == found["day"] else f"{cardinal_zh(int(found['day']))}号")
            if found["month"] != found["day"]
            else f"双{cardinal_zh(int(found['month']))}"
        ),
    ),
    _rule(
        r"618(?!\d|[.,]\d|\s?[元块个件名人份])(?=大促|活动|年中|购物节|期间|狂欢|预售|来)",
        lambda found: digits_zh(found.group()),
    ),
    _rule(
        rf"{_CLOCK}(?:\s?(?P<half>[aApP])\.?[mM](?![A-Za-z]))?(?:{_TO}(?P<to_hour>\d{{1,2}}):(?P<to_minute>\d\d)(?![\d:]))?",
        _say_clock,
    ),
    _rule(r"(?P<hour>\d{1,2})\s?(?P<half>[aApP])\.?[mM](?![A-Za-z])", _say_half_clock),
    _rule(
        r"(?P<one>\d{1,3}):(?P<other>\d{1,3})(?![\d:])",
        lambda found: f"{cardinal_zh(int(found['one']))}比{cardinal_zh(int(found['other']))}",
    ),
    _rule(
        rf"(?P<minus>-?){'(?P<currency>' + _CURRENCY + ')'}\s?(?P<number>{_N})(?:{_TO}(?:{_CURRENCY})?(?P<high>{_N}))?{_SCALE}",
        _say_money,
    ),
    _rule(
        rf"(?P<number>{_N}){_SCALE}\s?(?P<currency>{_CURRENCY})(?![{_LATIN}])",
        lambda found: _scaled(found["number"], found["scale"] or "", CURRENCIES_ZH[found["currency"]]),
    ),
    _rule(rf"/(?:个|(?=[{_HAN}]))(?<=[\d元块万{_LATIN}]/)", lambda found: "一"),
    _rule(r"\+86[- ]?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)|1[3-9]\d([- ]?)\d{4}\1\d{4}(?!\d)", _say_phone),
    _rule(
        r"(?:400|800)(?:-\d{3,4}){2}(?!\d)|400\d{7}(?!\d)|0\d{2,3}-\d{7,8}(?!\d)|\(0\d{2,3}\)\d{7,8}(?!\d)", _say_phone
    ),
    _rule(r"(?:12[1-3]\d\d|95\d{3}|11[0249]|12[02])(?!\d|[.,]\d)", _say_hotline),
    _rule(r"[A-Za-z]{0,4}\d[\dA-Za-z-]*", _say_code),
    _rule(r"\d{8,}(?![\d.,]*\d)", lambda found: digits_zh(found.group(), code=True)),
    _rule(
        rf"{_N}\s?(?:{_UNIT})?[{_HAN}]?(?:{_TIMES}{_N}\s?(?:{_UNIT})?(?:(?<=\d)[片盒包瓶袋支块条罐只枚颗粒个])?)+(?![\d])",
        _say_product,
    ),
    _rule(
        rf"(?P<low>{_N})\s?(?P<low_unit>%|{_UNIT})?{_TO}(?P<high>{_N})(?:\s?(?P<unit>%|{_UNIT}))?(?!\d|-\d)(?![{_LATIN}])",
        lambda found: None if re.search(r"满$", found.string[: found.start()]) else _say_range(found),
    ),
    _rule(r"-(?=\d)(?<=\d-)", lambda found: "减"),
    _rule(
        rf"-(?P<number>{_N})\s?(?P<unit>°[CcF]?|度)",
        lambda found: "零下" + decimal_zh(found["number"]) + UNITS_ZH.get(found["unit"], "度"),
    ),
    _rule(
        rf"-(?P<number>{_N})(?:\s?(?P<unit>%|{_UNIT}))?(?<![\w)]-)",
        lambda found: "负" + _measure(found["number"], found["unit"] or ""),
    ),
    _rule(r"(?P<number>\d(?:\.\d|\d)?)\s?折", _say_discount),
    _rule(rf"(?P<number>{_N})\s?‰", lambda found: f"千分之{decimal_zh(found['number'])}"),
    _rule(
        r"(?P<whole>\d+)又(?P<top>\d+)/(?P<bottom>\d+)",
        lambda found: f"{cardinal_zh(int(found['whole']))}又{_say_fraction(found)}",
    ),
    _rule(r"(?P<top>\d{1,3})/(?P<bottom>\d{1,3})(?![\d/.])", _say_fraction),
    _rule(rf"(?P<number>{_N})(?P<scale>[wWk千万亿])?\+(?!\d)", _say_many),
    _rule(
        rf"(?P<number>{_N})(?P<scale>[wk])(?![{_LATIN}])", lambda found: _scaled(found["number"], found["scale"], "")
    ),
    _rule(r"[2-9][GgKkDdCc](?![A-Za-z0-9])(?<!\d\d.)", _say_model),
    _rule(
        rf"(?P<number>{_N})\s?(?P<unit>[GTM]B)(?![A-Za-z])",
        lambda found: f"{decimal_zh(found['number'])} {found['unit']}",
    ),
    _rule(rf"(?P<number>{_N})\s?(?P<unit>%|{_UNIT})", lambda found: _measure(found["number"], found["unit"])),
    _rule(r"(?:No|NO|no)\.\s?(?P<number>\d+)", lambda found: f"第{cardinal_zh(int(found['number']))}"),
    _rule(r"#(?P<number>\d+)", lambda found: f"{cardinal_zh(int(found['number']))}号"),
    _rule(rf"[{_LATIN}]+(?:-?\d+(?:\.\d+)?[{_LATIN}]*)+\+?|\d+(?:\.\d+)?[{_LATIN}]+(?:-?\d+[{_LATIN}]*)*", _say_model),
    _rule(_N, _number_after),
    _rule(r"[&+=@≈~≤≥<>%×÷°]", lambda found: ZH_WORDS[found.group()]),
)
"""Patterns in the order in which they are tried at each place of a folded text, and what is said; None: try the next."""
