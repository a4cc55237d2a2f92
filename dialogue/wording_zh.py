"""The same facts in Chinese: answers to comments, and the presentation of a room whose host speaks it."""

import re
from collections.abc import Sequence

from dialogue.catalogue import Product
from dialogue.facts import Fact, product_facts
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
    ),
    "list_price": ("原价{value}，省{saving}。", "划线价{value}，现在省{saving}。"),
    "origin": ("产地是{value}。", "从哪儿来？{value}。", "它来自{value}。"),
    "net_content": ("规格是{value}。", "到手是这样的：{value}。", "包装上写着：{value}。"),
    "usage": ("怎么用？{value}。", "用法很简单：{value}。", "记一下：{value}。"),
    "storage": ("怎么存放？{value}。", "保存就一句话：{value}。"),
    "care": ("平时这样打理：{value}。", "清洗呢，{value}。"),
    "material": ("材质是{value}。", "用的是{value}。"),
    "size": ("尺寸是{value}。", "量过了，{value}。"),
    "shelf_life": ("保质期{value}。", "能放多久？{value}。"),
    "stock": ("目前还有{value}{measure}。", "库存{value}{measure}。"),
    "description": ("{value}。", "一句话介绍：{value}。"),
    "": ("{label}：{value}。", "{label}是{value}。"),
}
_BRIDGES = ("接着说{name}。", "回到{name}。", "刚才说到{name}。", "好，继续看{name}。", "我们还在看{name}。")
_BRIDGES_TALK = ("刚才说到哪儿了？", "好，接着说。", "我们继续。")
_OPENERS = ("接下来看{name}。", "下一款，{name}。", "来看看{name}。", "现在说说{name}。", "轮到{name}了。")
_RETURNERS = ("刚来的朋友，再看一遍{name}。", "{name}，再给新朋友说一次。", "有人在问，我们再说说{name}。")
_UNKNOWN = (
    "这个问题我的资料里没有，不敢乱说，已经转给同事了。",
    "资料里查不到，我不想瞎猜，已记下来请同事回复。",
    "这一点我不清楚，已经转给团队核实。",
)
_WHICH = ("您问的是哪一款呢？告诉我名字，我马上查。", "请问是哪件商品？报一下名字就行。")
_GREETING = ("{viewer}，你好，欢迎来到直播间！", "欢迎{viewer}，想了解什么尽管问。")
_THANKS = ("谢谢{viewer}的支持！", "谢谢{viewer}，我会转告大家。")
_CHAT = ("收到，{viewer}。有商品上的问题随时问我。", "谢谢{viewer}的留言，想了解哪款可以直接问。")


class ChineseWording:
    """Says facts of one room in Chinese."""

    language = "zh"

    def __init__(self, book: Phrasebook) -> None:
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
        if field == "price" and (saving := known.get("list_price")) is not None:
            return text + self._one(saving, product, _PITCH, "zh/pitch/"), (fact, saving)
        return text, facts

    def authored(self, wording: str, product: Product | None) -> tuple[str, tuple[Fact, ...]]:
        """A wording by the room's author with its fields filled in, and the facts that it uses."""
        known = product_facts(product) if product is not None else {}
        used = tuple(known[name] for name in dict.fromkeys(SLOT.findall(wording)) if name in known)
        values = {fact.field: _bare(fact.say_zh) for fact in used}
        if product is not None:
            values["name"] = _name(product)
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
        return self._book.choose(f"zh/{fact.name}", fact.tellings_zh or fact.tellings)

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
        unit = product_facts(product).get("unit")
        per = f"一{unit.say_zh}" if unit is not None and product.unit_zh else ""
        saved = product.list_price - product.price if product.list_price is not None else None
        slots = {
            "{name}": _name(product),
            "{value}": _bare(fact.say_zh),
            "{label}": fact.label_zh,
            "{per}": per,
            "{measure}": product.unit_zh[:1],
            "{saving}": money_zh(saved, product.currency) if saved is not None else "",
        }
        options = templates.get(field) or _ONE.get(field) or templates[""]
        text = self._book.choose(f"{prefix}{fact.name}", options)
        for slot, value in slots.items():
            text = text.replace(slot, value)
        return text


def _name(product: Product) -> str:
    return product.name_zh or product.name


def _bare(value: str) -> str:
    """A value without the stop that would stand in the middle of a sentence."""
    return re.sub(r"[。.]+$", "", value)
