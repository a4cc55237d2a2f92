"""Finds what points to a person in what viewers write, in English and Chinese: addresses, numbers, accounts, links, names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from dialogue.vocabulary import PLAIN_WORDS


class DetailKind(StrEnum):
    """What kind of private detail."""

    LINK = "link"
    EMAIL = "e-mail"
    ACCOUNT = "account"
    ORDER = "order number"
    PHONE = "phone number"
    NUMBER = "long number"
    ADDRESS = "address"
    PERSON = "name"
    SURNAME = "surname"


@dataclass(frozen=True, slots=True)
class Detail:
    """A piece of a text that points to somebody."""

    kind: DetailKind
    start: int
    end: int
    value: str


_HAN = "\u3400-\u9fff"
_ENDINGS = "com|net|org|cn|io|tv|me|co|shop|store|app|live|link|ly|gg|be|cc|xyz|info|uk|de|jp|eu|ru|fr"
_LINKS = (
    re.compile(rf"(?:https?|ftp)[:：]//[^\s{_HAN}，。！？、；）]+", re.I),
    re.compile(rf"\bwww\.[^\s{_HAN}，。！？、；）]+", re.I),
    re.compile(
        rf"(?<![A-Za-z0-9@.-])(?:[A-Za-z0-9-]+\.)+(?:{_ENDINGS})(?:/[^\s{_HAN}，。！？]*)?(?![A-Za-z0-9@])", re.I
    ),
)
_EMAILS = (
    re.compile(r"[A-Za-z0-9._%+-]+\s?[@＠]\s?[A-Za-z0-9-]+(?:\s?[.．。]\s?[A-Za-z0-9-]+)*[.．。]\s?[A-Za-z]{2,}"),
    re.compile(
        r"[A-Za-z0-9._%+-]+ ?(?:\(at\)|\[at\]| at |艾特) ?[A-Za-z0-9-]+ ?(?:(?:\(dot\)|\[dot\]| dot |点) ?[A-Za-z0-9-]+)+",
        re.I,
    ),
)
_CALLED = r"(?:\s*(?:account|id|号码|号|is|是|为|[:：=#]))*\s*[@＠]?\s*"
_ACCOUNTS = (
    re.compile(
        rf"(?:微\s?信|薇信|威信|v信|[➕加+]\s?v(?![a-z])|vx|wx|wechat|weixin|\bv(?=\s*[:：])|徽信)(?P<cue>{_CALLED})"
        r"(?P<id>[A-Za-z][A-Za-z0-9_-]{4,19}|\d{6,12})",
        re.I,
    ),
    re.compile(rf"(?:q\s?q|扣扣|企鹅)(?:群)?(?P<cue>{_CALLED})(?P<id>[1-9]\d{{4,10}})", re.I),
    re.compile(
        r"(?:telegram|whats\s?app|instagram|insta|snapchat|discord|signal|skype|tiktok|twitter|facebook|抖音|小红书|快手|微博)"
        r"(?P<cue>\s*(?:(?:account|handle|id|号码|号|is|是|为)\s*[:：=]?|[:：=]|(?=[@＠]))\s*[@＠]?\s*)(?P<id>[A-Za-z0-9_.-]{4,30})",
        re.I,
    ),
    re.compile(
        r"\b(?:ig|ins|tg|line)(?P<cue>\s*(?:id\s*)?[:：=]\s*[@＠]?|\s+id\s+)\s*(?P<id>[A-Za-z0-9_.-]{4,30})", re.I
    ),
)
_ORDER = re.compile(
    r"(?:订单|快递|运单|物流|发票|单号|\border\b|\btracking\b|\binvoice\b|\bparcel\b)"
    r"\s*(?:no\.?|number|num\.?|id|code|编号|单号|号码|号)?\s*(?:\bis\b|是|为|[:：#＃])*\s*(?P<id>[A-Za-z0-9][A-Za-z0-9-]{4,29})",
    re.I,
)
_PHONES = (
    re.compile(r"(?<![\w.])[+＋]\d{1,3}[\s().-]{0,2}\d[\d\s().-]{5,15}\d(?!\d)"),
    re.compile(r"(?<!\d)1[3-9１３-９][\d０-９](?:[\s-]?[\d０-９]{4}){2}(?!\d)"),
    re.compile(r"(?<!\d)[１1][３-９3-9](?:[\s-]?[\d０-９]){9}(?!\d)"),
    re.compile(r"(?<!\d)0\d{2,3}[-\s]?\d{7,8}(?!\d)"),
    re.compile(r"(?<!\d)0\d{3,4}[\s-]\d{3}[\s-]?\d{3,4}(?!\d)"),
    re.compile(r"(?<!\d)[48]00[-\s]?\d{3,4}[-\s]?\d{3,4}(?!\d)"),
    re.compile(r"(?<![\d.])\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}(?![\d.])"),
    re.compile(r"[零〇一二三四五六七八九幺妖壹贰叁肆伍陆柒捌玖]{11}"),
    re.compile(
        r"(?:\bcall\b|\bphone\b|\btel\b|\btext me\b|\bcell\b|\bmobile\b|电话|手机|联系)"
        r"(?:\s*(?:me|at|on|is|number|no\.?|号码|号|是|[:：]))*\s*(?P<id>\d[\d\s-]{5,14}\d)(?!\d)",
        re.I,
    ),
)
_NUMBERS = (
    re.compile(r"(?<!\d)\d{4}(?:[\s-]\d{4}){3}(?:[\s-]?\d{1,3})?(?!\d)"),
    re.compile(r"(?<![\d.])\d{17}[\dXx](?!\d)"),
    re.compile(r"(?<![\d.,])\d{9,}(?![\d.])"),
)
_STREETS = "street|avenue|ave|road|rd|lane|boulevard|blvd|terrace|crescent|highway"
_PLACES = "St|Drive|Dr|Way|Place|Pl|Court|Ct|Square|Sq|Close|Walk|Row|Park|Gardens|Ln|Hill"
_INNER = r"(?:,?\s*(?:apt|apartment|unit|flat|suite|room|#)\.?\s*\w{1,6})?"
_TOWN = (
    r"(?:\s(?:NE|NW|SE|SW|[NSEW])\b)?(?:,\s*[A-Z][a-z.'-]+(?:\s[A-Z][a-z.'-]+){0,2}){0,2}"
    r"(?:,?\s*[A-Z]{2}\s*\d{5}(?:-\d{4})?|,?\s*[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2})?"
)
_NOT_A_STREET = (
    r"(?!(?:the|a|an|on|in|of|from|at|for|to|per|and|or|by|with|this|that|my|your|minutes?|hours?|km|miles?|people)\b)"
)
_ADDRESSES = (
    re.compile(
        rf"\b\d{{1,5}}[A-Za-z]?,?\s+(?:{_NOT_A_STREET}[\w.'-]+\s+){{1,4}}(?i:{_STREETS})\b\.?(?i:{_INNER}){_TOWN}"
    ),
    re.compile(rf"\b\d{{1,5}}[A-Za-z]?,?\s+(?:[A-Z][\w.'-]*\s+){{1,4}}(?:{_PLACES})\b\.?(?i:{_INNER}){_TOWN}"),
    re.compile(r"\bp\.?\s?o\.?\s?box\s*\d+", re.I),
    re.compile(r"\b(?:my|our|the|ship(?:ping)?|delivery|home) address(?: is|:)?\s*(?P<id>[^.!?\n]*\d[^.!?\n]*)", re.I),
    re.compile(
        rf"(?:[{_HAN}]{{1,6}}?(?:省|自治区|市|自治州|县|区|镇|乡|街道)){{0,5}}"
        rf"[{_HAN}A-Za-z0-9]{{1,10}}?(?:路|街|大道|巷|弄|胡同|小区|花园|公寓|大厦|家园|新村|苑|城)"
        r"(?:\s?[0-9０-９一二三四五六七八九十百]{1,5}\s?(?:号楼|号院|号|弄|栋|幢|座|单元|室|楼|层))+(?:\s?[0-9０-９]{2,5}室?)?"
    ),
    re.compile(
        rf"(?:地址|寄到|寄往|送到|发到|收货地)(?:是|为|[:：\s])*(?P<id>[{_HAN}A-Za-z0-9０-９号\s-]*[0-9０-９][{_HAN}A-Za-z0-9０-９-]{{0,20}})"
    ),
)
_CUES = "在到往给是址：:，, "
"""An address begins after the last of these in its first part."""
_FIRST_PART = re.compile(
    rf"[{_HAN}：:，, ]+?(?:省|自治区|市|县|区|镇|乡|街道|路|街|大道|巷|弄|胡同|小区|花园|公寓|大厦|家园|新村|苑|城)"
)
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蔡蒋余于杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾"
    "夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_COMPOUND = "欧阳|司马|上官|诸葛|司徒|东方|独孤|夏侯|皇甫|尉迟|公孙|慕容"
_END = rf"(?=[\s，。！？、,.!?;；:：~～]|$|和|的|[^{_HAN}\w])"
_PEOPLE = (
    re.compile(
        r"\b(?:[Mm]y name(?: is|'s)|[Cc]all me|[Tt]his is|I'?m|I am|[Nn]ame:|[Rr]ecipient:?|[Aa]ttn:?)\s+"
        r"(?P<id>[A-Z][a-z'-]+(?:\s[A-Z][a-z'-]+){0,2})(?=\s*(?:[,.!?;)]|$|from\b|and\b|here\b|calling\b|in\b))"
    ),
    re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.?\s(?P<id>[A-Z][a-z'-]+(?:\s[A-Z][a-z'-]+)?)"),
    re.compile(rf"(?:我叫|我的名字[是叫]|名字[是叫]|名叫)(?P<id>(?:{_COMPOUND})?[{_HAN}]{{1,3}}?){_END}"),
    re.compile(
        rf"(?:我是|叫我|收件人|收货人|姓名|联系人)[是:：\s]*(?P<id>(?:{_COMPOUND}|[{_SURNAMES}小老阿])[{_HAN}]{{1,2}}){_END}"
    ),
)
_HONORIFIC = re.compile(
    rf"(?<!谢)(?P<id>{_COMPOUND}|[{_SURNAMES}])(?=(?:先生|女士|小姐|太太|阿姨|叔叔|老师|经理|大哥|大姐|师傅|医生)(?!们))"
)


def find_details(text: str) -> list[Detail]:
    """Everything private in a text, in order, not overlapping; what is found first in the order of `DetailKind` wins."""
    taken: list[Detail] = []
    for detail in _all(text):
        if all(detail.end <= other.start or detail.start >= other.end for other in taken):
            taken.append(detail)
    return sorted(taken, key=lambda detail: detail.start)


def _all(text: str) -> Iterator[Detail]:
    for pattern in _EMAILS:
        yield from _whole(DetailKind.EMAIL, pattern, text)
    for pattern in _LINKS:
        yield from _whole(DetailKind.LINK, pattern, text)
    for pattern in _ACCOUNTS:
        for match in pattern.finditer(text):
            told = bool(re.search(r"[:：=@＠号是]|\b(?:id|is|account|handle)\b", match["cue"], re.I))
            if told or any(ch.isdigit() or ch == "_" for ch in match["id"]):
                yield _part(DetailKind.ACCOUNT, match)
    for match in _ORDER.finditer(text):
        if sum(ch.isdigit() for ch in match["id"]) >= 3:
            yield _part(DetailKind.ORDER, match)
    for pattern in _PHONES:
        yield from _whole(DetailKind.PHONE, pattern, text)
    for pattern in _NUMBERS:
        yield from _whole(DetailKind.NUMBER, pattern, text)
    for pattern in _ADDRESSES:
        for match in pattern.finditer(text):
            start, end = match.span("id" if "id" in pattern.groupindex else 0)
            start += _words_before_address(text[start:end])
            if end - start >= 4:
                yield Detail(DetailKind.ADDRESS, start, end, text[start:end])
    for pattern in _PEOPLE:
        for match in pattern.finditer(text):
            if match["id"].split()[0].lower() not in PLAIN_WORDS:
                yield _part(DetailKind.PERSON, match)
    for match in _HONORIFIC.finditer(text):
        yield _part(DetailKind.SURNAME, match)


def _words_before_address(found: str) -> int:
    """How many characters at the beginning of a Chinese address still belong to the sentence before it."""
    part = _FIRST_PART.match(found)
    if part is None:
        return 0
    last = max((part.group().rfind(cue) for cue in _CUES), default=-1)
    return last + 1


def _whole(kind: DetailKind, pattern: re.Pattern[str], text: str) -> Iterator[Detail]:
    for match in pattern.finditer(text):
        start, end = match.span("id" if "id" in pattern.groupindex else 0)
        while end > start and text[end - 1] in ".,;:!?)，。":
            end -= 1
        yield Detail(kind, start, end, text[start:end])


def _part(kind: DetailKind, match: re.Match[str]) -> Detail:
    return Detail(kind, *match.span("id"), match["id"])
