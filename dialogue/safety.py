"""Comments that are taken, and not answered: links and contact details, orders to the machine, abuse."""

import re
from typing import Final

from dialogue.language import comparable, has_han, simplified, words
from dialogue.orders import is_order
from dialogue.vocabulary import word_set

_LINK = re.compile(
    r"https?://|www\.|\b[\w-]+\.(?:com|cn|net|org|io|shop|xyz|top|ru|me|ly|gg|link|club|vip)\b"
    r"|\b(?:t\.me|discord\.gg|bit\.ly)\b|[\w.+-]+@[\w-]+\.\w{2,}"
    r"|\b[\w-]{2,}\s*(?:\(dot\)|\[dot\]|\bdot\b|点|。| \. )\s*(?:com|net|org|cn|shop)\b|\bw\s*w\s*w\s*[.点]",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?!\d)|(?<!\d)\+?\d(?:[- ()]?\d){9,}(?!\d)"
    r"|\+\s*(?:我|v|V|vx|VX|微信|qq|QQ)"
    r"|(?:add me on|my) (?:whatsapp|telegram|wechat|line)\b|\b(?:vx|wx|qq|whatsapp|telegram)\s*[::]",
    re.IGNORECASE,
)
_PRICE: Final = re.compile(r"[1-9]\d{0,2}[0589]")
_CONTACT_ZH = re.compile(
    r"加(?:我|v|vx|微信|qq|q群)|微信号|[薇威徽]信|(?<![a-z])v信|私信我|(?:qq|q)群|电报群|飞机号", re.IGNORECASE
)
"""Looked for in the text without spaces and marks."""
_INJECTION = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,30}\b(?:instructions?|rules?|prompts?|previous|above|everything|guidelines?|orders)\b"
    r"|\b(?:system|developer|admin|debug|jailbreak|dan|god)[ -]?(?:prompt|mode|message|override)\b"
    r"|\b(?:you are|you're) now (?:a|an|in|my|the)\b|\b(?:act as|pretend (?:to be|you|that)|roleplay|behave like)\b"
    r"|\bfrom now on,? (?:you|act|speak|answer|reply|say|all|every)\b"
    r"|\b(?:repeat|say|read|write|print|output)\b.{0,12}\b(?:after me|exactly|verbatim|the following|word for word)\b"
    r"|\b(?:respond|reply|answer|speak) only (?:with|in)\b"
    r"|\b(?:reveal|show|print|tell|repeat|leak|give|what (?:is|are))\b.{0,20}"
    r"\b(?:system prompt|your (?:\w+ )?(?:prompt|instructions|guidelines))\b"
    r"|<\|?/?(?:system|assistant|user|im_start|im_end|inst|s)\b|\[/?(?:inst|system)\]|^\s*(?:system|assistant|developer|user)\s*:"
    r"|\b(?:say|announce|tell (?:everyone|everybody|them|us|the chat)|claim)\b (?:that )?(?:the|it|you|every\w*|all|i)\b.{0,30}"
    r"\b(?:is|are|costs?|now)\b.{0,12}\b(?:free|\d+|human|real|half|one)\b"
    r"|\b(?:set|change|make|lower|update)\b.{0,15}\bprices?\b.{0,15}(?:\b(?:to|as)\b|=)"
    r"|\b(?:say|repeat|write|meow|bark|shout)\b.{0,30}\b\d+ times\b"
    r"|忽略.{0,10}(?:指令|规则|提示|以上|之前)|(?:开发者|管理员|调试|系统)模式|系统提示|提示词|扮演|你现在是|从现在开始你|跟我(?:念|读|说)|重复.{0,6}(?:遍|次)"
    r"|(?:价格|价钱).{0,6}(?:改成|改为|设为)|(?:宣布|告诉大家|说).{0,8}(?:免费|一元|1元|0元|不要钱)|喵.{0,4}(?:声|次|遍)",
    re.IGNORECASE,
)
_INSULT = re.compile(
    r"\b(?:idiots?|morons?|scammers?|losers?|liars?|crooks?|clowns?|shut up|stfu|screw you|go to hell|drop dead|"
    r"piece of (?:garbage|trash|crap|junk)|(?:you|u) suck|con (?:artist|man)|nobody likes (?:you|u|him)|hate (?:you|u|him))\b"
    r"|\b(?:you|u|ur|your|you're|youre|he|he's|hes|host|joe)\b[^.?!]{0,24}"
    r"\b(?:stupid|dumb|ugly|trash|garbage|rubbish|pathetic|disgusting|useless|fraud|cheats?|lying|brainless|worthless)\b"
    r"|骗子|滚(?!刀|烫|水|动|筒|轮)|废物|白痴|弱智|闭嘴|奸商|黑心|猪头|傻子|神经病|有病吧|丑(?:死|八怪)|恶心(?:的?人|死|你)|去你的|不要脸",
    re.IGNORECASE,
)
_ABUSE = word_set(
    """
    fuck fucking fucked fucker shit bullshit bitch cunt asshole bastard slut whore faggot nigger nigga retard
    retarded kys dickhead wanker porn nude nudes rape
    """
)
_ABUSE_ZH = re.compile("傻逼|煞笔|沙比|草泥马|操你|他妈的|妈的|去死|垃圾主播|滚蛋|贱人|婊|智障|脑残|狗日")


GIVES_ORDERS = "The host answers questions about the shop, and takes no orders."
PUT_ANOTHER_WAY = "Please put it another way."


def insults(text: str) -> bool:
    """Whether the words of a comment insult the host, the shop or somebody else."""
    return _INSULT.search(simplified(text)) is not None


def objection(viewer: str, text: str, *, allowed: frozenset[str] = frozenset()) -> str | None:
    """Why a comment is declined, in a sentence for its author; None for one that may be answered.

    `allowed` are words that the room takes for harmless.
    """
    plain, text = comparable(text), simplified(text)
    squeezed = re.sub(r"[\W_]", "", text)
    if _LINK.search(text) or _gives_contact(text) or (has_han(text) and _CONTACT_ZH.search(squeezed)):
        return "Links and contact details are not read out here."
    if _INJECTION.search(text) or _INJECTION.search(plain) or is_order(text):
        return GIVES_ORDERS
    said = (set(words(plain)) | set(words(comparable(viewer)))) - allowed
    if said & _ABUSE or _ABUSE_ZH.search(squeezed):
        return PUT_ANOTHER_WAY
    if _LINK.search(viewer) or _gives_contact(viewer):
        return "Please choose a name without links or contact details."
    return None


def _gives_contact(text: str) -> bool:
    return any(not _are_prices(match[0]) for match in _CONTACT.finditer(text))


def _are_prices(digits: str) -> bool:
    """Whether what looks like a long number are prices in a row, going up or down, as they end: "199 249 299 399"."""
    parts = digits.split()
    if len(parts) < 3 or not all(_PRICE.fullmatch(part) for part in parts):
        return False
    prices = [int(part) for part in parts]
    return prices in (sorted(prices), sorted(prices, reverse=True))
