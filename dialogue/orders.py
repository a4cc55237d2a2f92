"""Comments that give the host orders instead of asking: to say something, to be somebody else, to show what is hidden.

Such a comment is neither answered nor read out: read aloud, the words would be in the host's mouth all the same.
"""

import re
from typing import Final

_POLITE: Final = (
    r"^\W*(?:(?:please|pls|now|hey|ok|joe|yuqing|host|ai|bot|and|but|just|you (?:must|have to|should|need to)|"
    r"(?:can|could|will|would) you)\W+)*"
)
"""What may stand before an order."""
_OPENINGS: Final = (
    r"say(?! (?:hi|hello|hey|thanks|thank|happy|good|congrat\w*)\b)",  # "say hi to my mum" is a greeting
    r"(?:shout|chant|announce(?! (?:the )?winners?\W*$)|declare|proclaim|pretend|obey|behave|override|decode|reveal)",
    r"(?:print|output|insult|curse)",
    r"repeat(?! (?:the|that|it|please|your)\b)",
    r"(?:swear at|agree with me|spell out|complete the sentence|call this number|do not answer|don'?t answer)",
    r"(?:write|sing|make) (?:me |us )?an? (?:poem|song|rap|story)",
    r"(?:promise|guarantee) (?:that|me|us|everyone|free)",
    r"admit (?:that|it)",
    r"translate (?:to|into|this)",
    r"(?:respond|reply)",
    r"answer (?:only|every|all|with)",
    r"act (?:as|like)",
    r"ask (?:everybody|everyone|all|the viewers|them) (?:for|to)",
    r"(?:tell|warn|inform) (?:all|every\w*|the viewers|viewers|people)",
    r"(?:tell|give|show|send) (?:us|me) the (?:host|admin|secret|password|token|address|phone|number of|name of)",
    r"stop (?:talking|answering)",
    r"confirm\s*:",
    r"forget (?:that )?you",
)
_ANYWHERE: Final = (
    r"\b(?:just )?say (?:it|so|yes|that|the sentence)\b",
    r"\b(?:say|read|shout|write)\W*['\"“‘]",
    r"\bread (?:it out|this|the following)\b",
    r"\bsay arrr|\bin the voice of\b",
    r"\b(?:respond|reply|answer) with\b",
    r"\bnotes? to (?:the )?(?:ai|bot|host)\b",
    r"\b(?:order|command|require|instruct)s? you\b|\byou must\b|\bi am (?:the|your) (?:admin|boss|owner|developer)\b",
    r"\bas the (?:owner|admin|boss|founder)\b.{0,20}\b(?:order|tell|want)",
    r"\binstructions?\b.{0,12}\b(?:ai|bot|host)\b|\b(?:secret|hidden) (?:instructions?|notes?|prompt)\b",
    r"\bnew role\b|\b(?:no|without(?: any)?) rules\b|\bopposite of the truth\b",
    r"\bbase64\b|\bjson\b|\[\[|\]\]|</?[a-z]{1,12}>|#{3}",
    r"\bignore (?:the|safety|all|your|any)\b",
    r"\b(?:tell|warn|ask) (?:all )?(?:the )?viewers\b|\bwants? you to (?:say|reveal|tell)\b|\bthe police\b|\bthrow away\b",
    r"\beverybody write\b|\beveryone write\b|\bannounce (?:it|that|this)\b",
    r"\b(?:said|says|told me)\b.{0,40}\b(?:free|half|so it is|you must|give me)\b|\bso it is \d",
    r"\bis the best in the world\b|\bprint everything\b|\bsay (?:vote|coupon|sold out|the price)\b",
)
_CHINESE: Final = (
    r"(?:^|[，,。；;：:、\s])(?:请你?|你|你来|必须|给我|快|立刻|来)?说(?!说|一下|一说|明|不|起|得|好|的|慢|快点|清|什么|话|实话|真|到|是不是)",
    r"宣布|播报|公告一下|念出来|的话念|跟着?我?念|跟读|重复一[遍下]",
    r"(?:^|[，,。：:])(?:请|你|快)?(?:承认|假装|扮演|保证(?!金|书|期))",
    r"命令你|你必须|必须骂|告诉大家|通知观众|问大家要|让你把|要求你(?:说|念)",
    r"备注[：:]|给AI的|管理员[：:]|助手[：:]|系统(?:提示|故障|消息)|权限提升|开发者模式|没有任何限制|没有规则",
    r"从现在起|翻译成.{0,8}执行|作(?:一)?首?诗|写首?诗.{0,6}(?:最后|结尾)|投票给",
    r"用.{0,10}(?:来形容|形容|回答)|把.{0,16}(?:念|告诉我|写下来|说出来)",
    r"(?:客服|老板|小梅|妈妈|你).{0,4}说.{0,12}(?:确认|就按)|现在就按|[说我]中奖了$|解码|执行[:：]",
)
_ORDERS: Final = re.compile(
    "|".join([_POLITE + rf"(?:{'|'.join(_OPENINGS)})", *_ANYWHERE, *_CHINESE]),
    re.IGNORECASE,
)


def is_order(text: str) -> bool:
    """Whether a comment tells the host what to say or to be."""
    return _ORDERS.search(text) is not None
