"""Comments that are taken, and not answered: links and contact details, orders to the machine, abuse."""

import re

from dialogue.language import comparable, words
from dialogue.orders import is_order
from dialogue.vocabulary import word_set

_LINK = re.compile(
    r"https?://|www\.|\b[\w-]+\.(?:com|cn|net|org|io|shop|xyz|top|ru|me|ly|gg|link|club|vip)\b"
    r"|\b(?:t\.me|discord\.gg|bit\.ly)\b|[\w.+-]+@[\w-]+\.\w{2,}",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?!\d)|(?<!\d)\+?\d(?:[- ()]?\d){9,}(?!\d)"
    r"|(?:加|\+)\s*(?:我|v|V|vx|VX|微信|qq|QQ)|微信号"
    r"|(?:add me on|my) (?:whatsapp|telegram|wechat|line)\b|\b(?:vx|wx|qq|whatsapp|telegram)\s*[::]",
    re.IGNORECASE,
)
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
_ABUSE = word_set(
    """
    fuck fucking fucked fucker shit bullshit bitch cunt asshole bastard slut whore faggot nigger nigga retard
    retarded kys dickhead wanker porn nude nudes rape
    """
)
_ABUSE_ZH = re.compile("傻逼|煞笔|沙比|草泥马|操你|他妈的|妈的|去死|垃圾主播|滚蛋|贱人|婊|智障|脑残|狗日")


def objection(viewer: str, text: str) -> str | None:
    """Why a comment is declined, in a sentence for its author; None for one that may be answered."""
    plain = comparable(text)
    if _LINK.search(text) or _CONTACT.search(text):
        return "Links and contact details are not read out here."
    if _INJECTION.search(text) or _INJECTION.search(plain) or is_order(text):
        return "The host answers questions about the shop, and takes no orders."
    said = set(words(plain)) | set(words(comparable(viewer)))
    squeezed = re.sub(r"[\W_]", "", text)
    if said & _ABUSE or _ABUSE_ZH.search(squeezed):
        return "Please put it another way."
    if _LINK.search(viewer) or _CONTACT.search(viewer):
        return "Please choose a name without links or contact details."
    return None
