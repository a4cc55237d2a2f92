"""The same facts in Chinese: answers to comments, and the presentation of a room whose host speaks it."""

import re
from collections.abc import Sequence

from dialogue.catalogue import Product
from dialogue.facts import Fact, product_facts
from dialogue.persona_profile import PersonaProfile
from dialogue.phrasebook import Phrasebook
from dialogue.rundown import SLOT, fill_slots
from dialogue.spoken import money_zh

_ONE: dict[str, tuple[str, ...]] = {
    "price": ("{name}的价格是{value}{per}。", "{name}现在{value}{per}。", "{value}{per}，这就是{name}的价格。"),
    "list_price": ("原价{value}，现在省{saving}。", "划线价是{value}，立省{saving}。"),
    "stock": ("{name}目前还有{value}{measure}现货。", "库存显示{name}还剩{value}{measure}。"),
    "stock_none": ("抱歉，{name}已经卖完了。", "{name}暂时缺货，不好意思。"),
    "origin": ("{name}产自{value}。", "{name}的产地是{value}。"),
    "description": ("{name}：{value}。", "简单说，{name}是这样的：{value}。"),
    "": ("{name}的{label}：{value}。", "{label}方面，{value}。", "资料上写的{label}是：{value}。"),
}
_PITCH: dict[str, tuple[str, ...]] = {
    "price": (
        "{name}，{value}{per}。",
        "价格是{value}{per}。",
        "多少钱呢？{value}{per}。",
        "卡片上写着，{value}{per}。",
        "今天{value}{per}。",
        "{value}，就是{name}的价格。",
        "报一下价，{value}。",
        "这一款{value}{per}。",
        "价钱不绕弯子，{value}。",
        "要带走的话，{value}{per}。",
        "{value}，卡片上看得到。",
        "到手{value}{per}。",
    ),
    "list_price": (
        "原价{value}，省{saving}。",
        "划线价{value}，现在省{saving}。",
        "比原价少{saving}。",
        "原来要{value}。",
        "划掉的那个数是{value}。",
        "便宜了{saving}，原来是{value}。",
        "跟原价比，您省下{saving}。",
    ),
    "origin": (
        "产地是{value}。",
        "从哪儿来？{value}。",
        "它来自{value}。",
        "{value}出的。",
        "老家在{value}。",
        "在地图上找{value}，就是那里。",
        "标签上写的产地，{value}。",
    ),
    "net_content": (
        "规格是{value}。",
        "到手是这样的：{value}。",
        "包装上写着：{value}。",
        "打开来是{value}。",
        "有多少呢？{value}。",
        "分量是{value}。",
    ),
    "usage": (
        "怎么用？{value}。",
        "用法很简单：{value}。",
        "记一下：{value}。",
        "可以这样来：{value}。",
        "资料上是这么写的：{value}。",
        "拿到手以后，{value}。",
    ),
    "storage": (
        "怎么存放？{value}。",
        "保存就一句话：{value}。",
        "放在家里呢，{value}。",
        "存的时候，{value}。",
        "收到以后这样放：{value}。",
    ),
    "care": (
        "平时这样打理：{value}。",
        "清洗呢，{value}。",
        "用完以后，{value}。",
        "打理起来，{value}。",
        "它要的不多：{value}。",
    ),
    "material": ("材质是{value}。", "用的是{value}。", "什么做的？{value}。", "料子是{value}。"),
    "size": (
        "尺寸是{value}。",
        "量过了，{value}。",
        "多大呢？{value}。",
        "占地方不大：{value}。",
        "尺子量出来，{value}。",
    ),
    "shelf_life": ("保质期：{value}。", "能放多久？{value}。", "存放期限，{value}。", "标签上的期限：{value}。"),
    "shipping": ("怎么寄？{value}。", "路上是这样走的：{value}。", "寄的时候，{value}。", "{value}。"),
    "stock": (
        "目前还有{value}{measure}。",
        "库存{value}{measure}。",
        "数了数，还剩{value}{measure}。",
        "现货有{value}{measure}。",
        "架子上还有{value}{measure}。",
    ),
    "description": (
        "{value}。",
        "一句话介绍：{value}。",
        "简单讲，{value}。",
        "它是这样的：{value}。",
        "照资料念一句：{value}。",
    ),
    "ingredients": ("配料是{value}。", "里面有什么？{value}。", "配料表很短：{value}。", "看一眼配料，{value}。"),
    "": ("{label}：{value}。", "{label}是{value}。", "{label}上写的是{value}。", "再说{label}，{value}。"),
}
_BRIDGES = (
    "接着说{name}。",
    "回到{name}。",
    "刚才说到{name}。",
    "好，继续看{name}。",
    "我们还在看{name}。",
    "{name}还没说完。",
    "再说{name}。",
    "那{name}呢，接着讲。",
    "说回{name}。",
)
_BRIDGES_TALK = ("刚才说到哪儿了？", "好，接着说。", "我们继续。", "回到刚才的话。", "好，往下说。")
_OPENERS = (
    "接下来看{name}。",
    "下一款，{name}。",
    "来看看{name}。",
    "现在说说{name}。",
    "轮到{name}了。",
    "桌上下一样，{name}。",
    "再来一样，{name}。",
    "换一样看看，{name}。",
)
_RETURNERS = (
    "刚来的朋友，再看一遍{name}。",
    "{name}，再给新朋友说一次。",
    "有人在问，我们再说说{name}。",
    "回头再看{name}。",
    "{name}，返场。",
    "前面错过{name}的，现在正好。",
    "把{name}再请回来。",
    "再给{name}一分钟。",
    "说回{name}。",
)
_UNKNOWN = (
    "这个问题我的资料里没有，不敢乱说，已经转给同事了。",
    "资料里查不到，我不想瞎猜，已记下来请同事回复。",
    "这一点我不清楚，已经转给团队核实。",
)
_WHICH = ("您问的是哪一款呢？告诉我名字，我马上查。", "请问是哪件商品？报一下名字就行。")
_GREETING = ("{viewer}，你好，欢迎来到直播间！", "欢迎{viewer}，想了解什么尽管问。")
_THANKS = ("谢谢{viewer}的支持！", "谢谢{viewer}，我会转告大家。")
_CHAT = ("收到，{viewer}。有商品上的问题随时问我。", "谢谢{viewer}的留言，想了解哪款可以直接问。")
_RECAPS = (
    "总结一下，{name}，{price}{per}。",
    "那{name}就说到这儿，{price}{per}，细节都在卡片上。",
    "没听清价格的朋友，{name}是{price}{per}。",
    "好，{name}，{price}，喜欢的可以先看看卡片。",
    "换下一样之前再报一次价，{name}，{price}{per}。",
)
_CALLBACKS = (
    "对了，前面说过的{name}，{price}{per}。",
    "错过{name}的朋友，{name}是{price}{per}。",
    "趁现在不忙，再提一下{name}，{price}。",
    "前面看过的{name}也可以问我，{price}{per}。",
    "顺便说一句，{name}，{price}{per}。",
)
_INVITES = (
    "{name}还有想了解的，打在评论里就行。",
    "关于{name}，您想知道什么？",
    "{name}哪里没说清楚，直接问我。",
    "卡片还在屏幕上，{name}的问题现在问正合适。",
    "您打算怎么用{name}？评论里说说看。",
    "我等几秒，看看大家对{name}有没有问题。",
)
_INVITES_TALK = (
    "刚进来的朋友，打个招呼吧。",
    "评论我都在看，随时可以问。",
    "您是从哪儿看直播的？评论里告诉我。",
    "想先看哪一样，打在评论里。",
    "慢慢看，不着急，有问题就问。",
)
_DISCLOSURES = (
    "刚进来的朋友知道一下，我是AI，是{founder}的数字分身。",
    "跟新来的朋友说一声，您看到的是AI主播，{founder}本人在忙店里的事。",
    "屏幕上有标注，我也再说一遍，我是AI数字人。",
    "我是{founder}的数字分身，是AI，回答都按店里的资料来。",
    "说明一下，现在跟您说话的是AI，不是{founder}本人。",
)
_WELCOMES_ALL = (
    "欢迎{who}。",
    "{who}，你们好，欢迎进来。",
    "跟{who}打个招呼。",
    "看到{who}来了，欢迎。",
    "{who}，来得正好。",
    "欢迎{who}，随便坐。",
    "{who}，晚上好。",
)
_THANKS_ALL = (
    "谢谢{who}。",
    "{who}，谢谢，心领了。",
    "看到{who}的话了，谢谢。",
    "{who}太客气了，谢谢。",
    "谢谢{who}，我会转告店里。",
)
_EVERYBODY = ("刚进来的各位", "新来的朋友们", "刚到的朋友")
_ALL_OF_YOU = ("各位", "大家")


class ChineseWording:
    """Says facts of one room in Chinese."""

    language = "zh"
    recaps, callbacks, invites, invites_talk = _RECAPS, _CALLBACKS, _INVITES, _INVITES_TALK
    disclosures = _DISCLOSURES

    def __init__(self, book: Phrasebook, profile: PersonaProfile | None = None) -> None:
        self._profile = profile if profile is not None and profile.language == "zh" else PersonaProfile()
        self._book = book

    def answer(self, facts: Sequence[Fact], products: Sequence[Product]) -> str:
        """All the facts in one short text."""
        by_sku = {product.sku: product for product in products}
        priced = {fact.sku for fact in facts if fact.field == "price"}
        parts = []
        for fact in facts:
            if fact.tellings:
                options = fact.tellings_zh or fact.tellings
                parts.append(self._book.choose(f"zh/{fact.name}", options))
            elif not (fact.field == "unit" and fact.sku in priced) and fact.sku in by_sku:
                parts.append(self._one(fact, by_sku[fact.sku]))
        return "".join(parts)

    def pitch(self, field: str, product: Product) -> tuple[str, tuple[Fact, ...]] | None:
        """One sentence that presents a field of a product; None if nothing is known of it."""
        known = product_facts(product)
        fact = known.get(field)
        if fact is None:
            return None
        text, facts = self._one(fact, product, _PITCH, "zh/pitch/"), (fact,)
        if field == "price" and (saving := known.get("list_price")) is not None and self._book.chance(0.7):
            return text + self._one(saving, product, _PITCH, "zh/pitch/"), (fact, saving)
        habits = self._profile
        if habits.openings and "？" not in text and self._book.chance(habits.opening_share):
            text = f"{self._book.choose('zh/opening', habits.openings)}，{text}"
        return text, facts

    def authored(self, wording: str, product: Product | None) -> tuple[str, tuple[Fact, ...]]:
        """A wording by the room's author with its fields filled in, and the facts that it uses."""
        known = product_facts(product) if product is not None else {}
        used = tuple(known[name] for name in dict.fromkeys(SLOT.findall(wording)) if name in known)
        values = {fact.field: _bare(fact.say_zh) for fact in used}
        if product is not None:
            values |= {"name": _name(product), "per": _per(product)}
        return fill_slots(wording, values), used

    def bridge(self, product: Product | None) -> str:
        """A short way back to the presentation."""
        if product is None:
            return self._book.choose("zh/bridge/talk", _BRIDGES_TALK)
        return self._book.choose("zh/bridge", _BRIDGES).replace("{name}", _name(product))

    def opener(self, product: Product, *, again: bool = False) -> str:
        """The first words on a product; `again` when it has been presented before."""
        return self._book.choose("zh/opener", _RETURNERS if again else _OPENERS).replace("{name}", _name(product))

    def story(self, fact: Fact) -> str:
        """A story of the persona, in one of its tellings."""
        return self._book.choose(f"zh/{fact.name}", self.tellings(fact))

    @staticmethod
    def tellings(fact: Fact) -> tuple[str, ...]:
        """Whole sentences that tell a story or a section."""
        return fact.tellings_zh or fact.tellings

    def welcome_all(self, names: Sequence[str], more: int) -> str:
        """A greeting to several, like ``欢迎小林、阿伟等13位朋友``."""
        who = _several(names, more) or self._book.choose("zh/everybody", _EVERYBODY)
        return self._book.choose("zh/welcome all", _WELCOMES_ALL).replace("{who}", who)

    def thank_all(self, names: Sequence[str], more: int) -> str:
        """Thanks to several."""
        who = _several(names, more) or self._book.choose("zh/all of you", _ALL_OF_YOU)
        return self._book.choose("zh/thank all", _THANKS_ALL).replace("{who}", who)

    def disclosed(self, founder: str) -> str:
        """That the host is an AI."""
        return self._book.choose("zh/disclosed", self.disclosures).replace("{founder}", founder)

    def unknown(self) -> str:
        return self._book.choose("zh/unknown", _UNKNOWN)

    def which_product(self) -> str:
        return self._book.choose("zh/which", _WHICH)

    def greeting(self, viewer: str) -> str:
        return self._book.choose("zh/greeting", _GREETING).format(viewer=viewer)

    def thanks(self, viewer: str) -> str:
        return self._book.choose("zh/thanks", _THANKS).format(viewer=viewer)

    def chat(self, viewer: str) -> str:
        return self._book.choose("zh/chat", _CHAT).format(viewer=viewer)

    def _one(
        self, fact: Fact, product: Product, templates: dict[str, tuple[str, ...]] = _ONE, prefix: str = "zh/"
    ) -> str:
        field = "stock_none" if fact.field == "stock" and product.stock == 0 else fact.field
        saved = product.list_price - product.price if product.list_price is not None else None
        slots = {
            "{name}": _name(product),
            "{value}": _bare(fact.say_zh),
            "{label}": fact.label_zh,
            "{per}": _per(product),
            "{measure}": product.unit_zh[:1],
            "{saving}": money_zh(saved, product.currency) if saved is not None else "",
        }
        options = templates.get(field) or _ONE.get(field) or templates[""]
        text = self._book.choose(f"{prefix}{fact.name}", options)
        for slot, value in slots.items():
            text = text.replace(slot, value)
        return text


def _several(names: Sequence[str], more: int) -> str:
    """``小林、阿伟等13位朋友``; empty where nobody's name can be said."""
    if not names:
        return ""
    return "、".join(names) + (f"等{len(names) + more}位朋友" if more else "")


def _name(product: Product) -> str:
    return product.name_zh or product.name


def _per(product: Product) -> str:
    """What a price is for: ``一盒（10片×150克）``."""
    return f"一{product.unit_zh}" if product.unit_zh else ""


def _bare(value: str) -> str:
    """A value without the stop that would stand in the middle of a sentence."""
    return re.sub(r"[。.]+$", "", value)
