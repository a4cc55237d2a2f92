"""What a comment asks for: the rules that spot it by its words, and the examples that the embedding model knows it by."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Intent(StrEnum):
    """What kind of talk a comment is."""

    PRODUCT = "product"
    SHOP = "shop"
    REAL = "real"
    PERSONA = "persona"
    GREETING = "greeting"
    THANKS = "thanks"
    CHAT = "chat"
    COMPLAINT = "complaint"
    """Somebody is unhappy, and no fact answers it."""
    HOSTILE = "hostile"
    OFFTOPIC = "offtopic"
    """It has nothing to do with the shop."""
    FOUNDER = "founder"
    """About the founder, and nobody has written it down."""
    PROMOTION = "promotion"
    """About draws, envelopes and coupons; without facts: none is running."""
    MEDICAL = "medical"
    """Whether something heals, slims or prevents."""
    UNKNOWN = "unknown"
    """A question that nothing in the room answers."""


@dataclass(frozen=True, slots=True)
class Field:
    """Something that viewers ask of a product."""

    columns: tuple[str, ...]
    """Columns of the catalogue that answer it, the best first."""
    pattern: re.Pattern[str]
    examples: tuple[str, ...]
    section: str = ""
    """The section of `facts/` that answers it where no column does."""


def _rule(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


FIELDS: dict[str, Field] = {
    "price": Field(
        ("price", "unit"),
        _rule(
            r"\bhow much (?:is|are|for|does|do|would|will|was|money|it|the|this|that|u|you)\b",
            r"^how much\W*$",
            r"\bprices?\b|\bpricing\b|\bcosts?\b|\bexpensive\b|\bset me back\b|\bhow many (?:yuan|bucks|dollars|rmb)\b",
            "多少钱|价格|几块|多少元|什么价|怎么卖|贵吗|价钱|几钱",
        ),
        ("how much is it", "what does it cost", "what is the price", "is it expensive", "多少钱", "价格是多少"),
    ),
    "list_price": Field(
        ("price", "list_price", "unit"),
        _rule(
            r"\b(?:original|list|normal|regular|usual|full|old) price\b|\bhow much (?:do i|can i|you) save\b|\bmarked down\b",
            r"\b(?:on|in) (?:sale|offer)\b|\bhow big is the discount\b|\bis (?:it|there) (?:discounted|a discount on)\b",
            "原价|划线价|便宜了多少|省多少",
        ),
        ("what was the original price", "is it on offer", "how much do I save", "原价多少"),
    ),
    "stock": Field(
        ("stock",),
        _rule(
            r"\bdo you (?:still )?(?:have|sell) it\b(?! (?:in|with|for)\b)",
            r"\b(?:in|out of) stock\b|\bhow many (?:are |do you have |have you got |boxes |pieces )?(?:left|remain)",
            r"\bhow many (?:of )?(?:it|them|these|those) (?:are |is )?(?:left|remain)|\bhow many (?:it|they) (?:are )?left",
            r"\bavailable\b|\bavailability\b|\bsold out\b|\bstill have\b|\bany left\b|\brun(?:ning)? out\b|\bdo you have (?:enough|any)\b",
            "库存|还有吗|有货|还剩|卖完|断货|现货",
        ),
        ("is it in stock", "how many are left", "do you still have it", "还有货吗", "库存还有多少"),
    ),
    "shelf_life": Field(
        ("shelf_life",),
        _rule(
            r"\bhow long (?:does|do|will|can|would) (?:it|they|this|that|these|those|the [\w' -]+?|i) (?:last|keep|stay)",
            r"\bexpir\w*|\bbest before\b|\bshelf[- ]?life\b|\bgo(?:es)? bad\b|\bkeep for\b|\buse[- ]by\b",
            "保质期|能放多久|过期|能放几天|存多久",
        ),
        ("how long does it keep", "when does it expire", "what is the shelf life", "保质期多久"),
    ),
    "storage": Field(
        ("storage", "care"),
        _rule(
            r"\bstor(?:e|ed|ing|age)\b|\bfridge\b|\bfreez(?:e|er|ing)\b|\bfrozen\b|\brefrigerat\w*|\bthaw\w*|\bdefrost\w*",
            r"\bhow (?:do|should|can) i keep\b|\bkeep (?:it|them) (?:cold|cool|fresh)\b|\broom temperature\b",
            "保存|储存|冷藏|冷冻|解冻|怎么放|存放",
        ),
        ("how should I store it", "does it need to be in the freezer", "is it frozen", "怎么保存", "需要冷藏吗"),
    ),
    "origin": Field(
        ("origin",),
        _rule(
            r"\bwhere (?:is|are|was|were|does|do|did) (?:it|they|this|that|these|those|the|your) ?[\w' -]*?"
            r"(?:from|made|grown|produced|raised|come|sourced|caught)\b",
            r"\borigins?\b|\bmade in\b|\bwhich (?:country|province|region|farm|factory)\b|\bwhere.* from\b|\bimported\b|\bcomes? from\b",
            "产地|哪里产|哪产|哪儿产|原产|哪里的|进口|国产",
        ),
        ("where does it come from", "where is it made", "which region is it from", "产地是哪里"),
    ),
    "net_content": Field(
        ("net_content", "size", "unit"),
        _rule(
            r"\bhow (?:heavy|many (?:\w+ ){0,2}(?:in|per|are in|come in|do i get)|many (?:grams|pieces|eggs|steaks|cups))\b",
            r"\bweighs?\b|\bweight\b|\bhow many (?:grams|kilos?|kg|litres?|liters?|ml)\b|\bnet (?:content|weight)\b|\bcapacity\b",
            r"\bhow much (?:meat|beef|rice|yogurt|is in|do i get)\b|\bper box\b|\bin (?:a|one|the|each) (?:box|pack|bag|case|tray)\b",
            r"\bhow many it\W*$",  # "how many eggs?", the product's name replaced
            "净含量|多重|规格|几片|多少克|几斤|多少个|一盒几|容量|几升|多少枚",
        ),
        (
            "how heavy is it",
            "how many are in a box",
            "what is the net weight",
            "how many litres does it hold",
            "一盒有多少",
        ),
    ),
    "size": Field(
        ("size", "net_content"),
        _rule(
            r"\bhow (?:big|large|wide|tall|small|high)\b|\bhow long (?:is|are) (?:it|they|the blade)\W*$",
            r"\bsizes?\b|\bdimensions?\b|\bmeasurements?\b|\bdiameter\b",
            r"\bcentimet\w+|\bcm\b",
            "(?<!功率)(?<!容量)多大|尺寸|多长|多宽|多高|直径",
        ),
        ("how big is it", "what are the dimensions", "what size is it", "尺寸多大"),
    ),
    "power": Field(
        ("power",),
        _rule(
            r"\bwatts?\b|\bwattage\b|\bvolts?\b|\bvoltage\b|\bhow powerful\b|\bpower consumption\b|\b(?:110|220) ?v\b",
            "功率|多少瓦|电压|费电",
        ),
        ("how many watts does it have", "what voltage does it need", "功率多大"),
    ),
    "material": Field(
        ("material", "ingredients"),
        _rule(
            r"\bmade (?:of|out of|from)\b|\bmaterials?\b|\bcoat(?:ing|ed)\b|\bwhat (?:kind of )?(?:steel|wood|fabric|metal)\b",
            r"\bnon-?stick\b",
            "材质|什么做的|什么材料|涂层",
        ),
        ("what is it made of", "which material is it", "does it have a coating", "什么材质"),
    ),
    "ingredients": Field(
        ("ingredients", "material"),
        _rule(
            r"\bingredients?\b|\badditives?\b|\bpreservatives?\b|\bwhat(?:'s| is) in (?:it|them|there|this)\b|\badded sugar\b",
            r"\b(?:contains?|allerg\w+)\b",
            "配料|成分|添加剂|防腐剂|含糖|过敏",
        ),
        ("what are the ingredients", "are there additives in it", "does it contain allergens", "配料表是什么"),
    ),
    "usage": Field(
        ("usage",),
        _rule(
            r"\bhow (?:do|should|can|to|long do|long should) (?:i |you |we )?(?:\w+ )?"
            r"(?:cook|use|prepare|make|fry|grill|roast|eat|brew|set)\b",
            r"\bcook(?:ing)? time\b|\brecipe\b|\bhow (?:do|does) (?:it|they) work\b|\binduction\b|\bgas (?:stove|hob)\b",
            r"\bhow long (?:does it take|to cook|do i cook)\b",
            "怎么做|怎么吃|怎么用|怎么煎|做法|电磁炉|煮多久|使用方法",
        ),
        ("how do I cook it", "how do I use it", "does it work on induction", "怎么做好吃", "怎么使用"),
    ),
    "care": Field(
        ("care",),
        _rule(
            r"\bdishwasher\b|\bclean(?:ing)?\b|\bwash\w*|\brust\w*|\bdescal\w+|\bmaintain\b|\bmaintenance\b|\blook after\b",
            "清洗|洗碗机|怎么洗|生锈|保养",
        ),
        ("how do I clean it", "can it go in the dishwasher", "does it rust", "怎么清洗"),
    ),
    "warranty": Field(
        ("warranty",),
        _rule(r"\bwarrant\w+|\bguarantee\w*|\brepair\w*", "保修|质保|维修"),
        ("how long is the warranty", "is there a guarantee", "保修几年"),
        section="warranty",
    ),
    "shipping": Field(
        ("shipping",),
        _rule(
            r"\bhow (?:is|are) (?:it|they|the [\w' -]+) (?:shipped|sent|packed|packaged|delivered)\b",
            r"\bpackag(?:ed|ing)\b|\bcold[- ]chain\b",
            "怎么发货|怎么寄|包装",
        ),
        ("how is it packed for shipping", "怎么包装发货"),
        section="courier",
    ),
}

SECTION_RULES: dict[str, re.Pattern[str]] = {
    # by the section's ident, for rooms that have one of that name; the examples in the files do the rest
    "cost": _rule(
        r"\bfree (?:shipping|delivery|postage)\b|\b(?:shipping|delivery|postage) (?:is )?(?:not )?free\b",
        r"\b(?:shipping|delivery) (?:cost|fee|charge)s?\b|\bpostage\b",
        "包邮|运费|邮费",
    ),
    "time": _rule(
        r"\b(?:when|how (?:fast|soon|quick(?:ly)?|long)) .*\b(?:ship|arrive|deliver|get here|delivery|shipping)\w*",
        r"\bdelivery time\b|\bhow (?:fast|soon) (?:do|can|will) (?:you|it|i)\b",
        "几天到|多久到|多久发|什么时候发|什么时候到|多久能到|发货时间",
    ),
    "area": _rule(
        r"\b(?:ship|deliver|send)\w* (?:it |them |this )?(?:to|abroad|overseas|international\w*)\b|\binternational shipping\b",
        "能发吗|发国外|能送到|配送范围|发不发",
    ),
    "courier": _rule(r"\bcouriers?\b|\bwhich carrier\b|\bdry ice\b|\bmelt(?:ed|s)?\b", "什么快递|哪家快递|顺丰|冷链"),
    "damaged": _rule(
        r"\b(?:broken?|broke|cracked|damaged|spoil\w*|rotten|defective|leak\w*)\b|\barrives? (?:warm|thawed)\b",
        "坏了|破损|碎了|变质|化了|漏了",
    ),
    "refund-time": _rule(r"\bwhen .*\b(?:refund|money back)\b|\bhow long .*\brefund\b", "退款多久|什么时候退款|多久退"),
    "change-of-mind": _rule(
        r"\breturn(?:s|ed|ing|able)?\b|\brefund\w*|\bsend (?:it|them) back\b|\bexchange\b", "退货|退款|能退|换货|无理由"
    ),
    "bargain": _rule(
        r"\b(?:coupons?|promo|vouchers?|discounts?|cheaper|bargain|lower price|better price|deal)\b",
        r"\btoo (?:expensive|pricey|dear|much money)\b|\bover-?priced\b",
        "便宜点|优惠|打折|折扣|少点|砍价|太贵|贵了|好贵",
    ),
    "invoice": _rule(r"\binvoices?\b|\breceipts?\b|\bfapiao\b", "发票"),
    "order": _rule(
        r"\bhow (?:do|can|to) (?:i |we )?(?:order|buy|pay)\b|\bpay(?:ment)?\b",
        r"\b(?:accept|take) (?:paypal|bitcoin|crypto|cash|cards?|visa)\b|\balipay\b|\bwechat\b|\bpaypal\b|\blink\b",
        "怎么买|下单|链接|付款|支付",
    ),
    "range": _rule(
        r"\brecommend\w*|\bwhat (?:should|shall) i (?:buy|get|order)\b",
        r"\bwhat (?:else )?(?:do|are|have) you (?:guys )?(?:sell\w*|got|have)\b|\bwhat(?:'s| is) (?:on sale|for sale)\b|\bwhat products\b",
        "卖什么|有什么|有哪些|还有别的|推荐",
    ),
    "place": _rule(
        r"\bwhere (?:is|are) (?:the |your )?(?:shop|store|warehouse|you located|company)\b|\bphysical store\b",
        "店在哪|仓库|实体店|地址",
    ),
    "quality": _rule(r"\b(?:fake|genuine|authentic|scam|legit|trust you)\b", "正品|假的|骗|靠谱"),
    "trouble": _rule(
        r"\b(?:no|can't|cannot|cant) (?:hear|sound|audio|see|picture|video)\b|\blag+(?:s|ing|gy)?\b|\bbuffering\b|\bblack screen\b",
        r"\b(?:picture|video|screen|stream|it)(?:'s| is| has)? (?:frozen|froze|stuck|stopped|down|black)\b|\bhear nothing\b",
        r"\bout of sync\b|\bstutter\w*\b|\bsound (?:is )?(?:broken|off|crackling)\b",
        "没声音|没有声音|听不到|听不见|卡了|黑屏|好卡|没画面|画面不动|画面卡|一直在转圈|音画不同步|断断续续|卡成",
    ),
}

REAL = _rule(
    r"\b(?:are|r|is) (?:you|u|this|it|he|that|the host) (?:\w+ ){0,3}?(?:real|human|ai|a\.i\.?|a? ?robot|a? ?bot|fake|cgi|computer|"
    r"machine|recorded|pre-?recorded|live|alive|animated|digital|deepfake|chatgpt|generated)\b",
    r"\b(?:real|actual) (?:person|human|guy|man|people)\b|\bdeep ?fake\b|\bai[- ]generated\b|\bchatgpt\b|\ba (?:bot|robot)\b",
    r"^\W*real or (?:fake|ai|not)\W*$|\bvirtual (?:host|human|person)\b|\ban avatar\b",
    "真人|机器人|是AI|录播|数字人|人工智能|是真的人|虚拟人|虚拟主播|本人(?:在|吗|直播)|人还是机器|和机器聊|跟机器聊",
)
GREETING = _rule(
    r"^\W*(?:hi+|hello+|hey+|hiya|yo|good (?:morning|evening|afternoon|day)|greetings|howdy|hola|hallo)\b[^?]{0,24}$",
    "^(?:你好|大家好|主播好|晚上好|早上好|下午好|哈喽|嗨|来了|报到)+[\\W啊呀哦]*$",
)
THANKS = _rule(
    r"\b(?:thanks?|thank you|thx|ty|cheers)\b",
    r"\b(?:love (?:it|this|the|your)|great (?:show|stream|shop)|awesome|amazing|well done|nice one|so good|cool|bravo|congrat\w+)\b",
    "谢谢|感谢|太棒|好棒|真不错|厉害|喜欢",
)
PROMOTED = _rule(
    r"\b(?:draws?|raffles?|lotter(?:y|ies)|giveaways?|red (?:envelopes?|packets?)|hongbao|sweepstakes?)\b|\bwinners?\b|\bprizes?\b",
    r"\bwhat (?:can|do|could) (?:i|we|you) win\b",
    "抽奖|红包|福袋|中奖|奖品",
)
MEDICAL = _rule(
    r"\b(?:cures?|heals?|treats? (?:my|a|the)|lose weight|slimming|detox|blood (?:pressure|sugar)|cholesterol|anti-?aging|"
    r"good for (?:my |the |your )?(?:heart|skin|back|joints?|knees?|diabet\w+|immune system|pregnan\w+|pain|health))\b|\bdiabet\w+\b",
    "治病|治疗|能治|治好|降血压|降血糖|减肥|瘦身|排毒|增强免疫|糖尿病|高血压|养生|孕妇",
)
COMPARES = _rule(
    r"\b(?:better|differ\w*|compare\w*|versus|vs|or)\b",
    "哪个好|哪款好|区别|还是|对比|比较",
)
ABOUT_IT = _rule(
    r"\b(?:tell (?:me|us)(?: more)? about|what(?:'s| is| are)|info(?:rmation)? (?:on|about)|describe|show (?:me|us)|more about)\b",
    "介绍|讲讲|说说|看看",
)
POINTS_AT = _rule(r"\b(?:it|its|it's|they|them|their|this|that|these|those|the price|one)\b", "这个|这款|它|这")
_QUESTION = _rule(
    r"[?？]",
    r"^\W*(?:so |and |but |hey |hi |hello |\w+, |please |pls |ok |um )*"
    r"(?:what|how|when|where|which|who|whose|why|can|could|do|does|did|is|are|r|was|were|will|would|should|have|has|any|may|shall|tell|wat|wot)\b",
    r"\b(?:i wonder|wondering|want to know|anyone know|price of|how much|how many|how long|tell me)\b",
    "吗|呢|什么|怎么|多少|几|哪|谁|为什么|能不能|可以|有没有|是不是",
)


def is_question(text: str) -> bool:
    """Whether a comment asks something, whether or not it ends in a question mark."""
    return _QUESTION.search(text) is not None


def asked_fields(text: str) -> tuple[str, ...]:
    """The fields of a product that the words of a comment ask for, at most three, in the order in which they stand."""
    found = [
        (match.start(), name) for name, field in FIELDS.items() if (match := field.pattern.search(text)) is not None
    ]
    names = [name for _, name in sorted(found, key=lambda pair: pair[0])]
    if "list_price" in names and "price" in names:
        names.remove("price")
    if "shelf_life" in names and "storage" in names and re.search(r"how long|多久|几天", text, re.IGNORECASE):
        names.remove("storage")
    return tuple(names[:3])


def asked_section(text: str) -> str | None:
    """The section of the shop's facts that the words of a comment ask for."""
    return next((ident for ident, pattern in SECTION_RULES.items() if pattern.search(text)), None)
