"""The same facts written in Chinese, for comments that are answered in writing."""

from collections.abc import Sequence

from dialogue.catalogue import Product
from dialogue.facts import Fact, product_facts
from dialogue.phrasebook import Phrasebook
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
    """Writes answers in Chinese."""

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

    def _one(self, fact: Fact, product: Product) -> str:
        field = "stock_none" if fact.field == "stock" and product.stock == 0 else fact.field
        unit = product_facts(product).get("unit")
        per = f"一{unit.say_zh}" if unit is not None and product.unit_zh else ""
        saved = product.list_price - product.price if product.list_price is not None else None
        slots = {
            "{name}": product.name_zh or product.name,
            "{value}": fact.say_zh.rstrip("。"),
            "{label}": fact.label_zh,
            "{per}": per,
            "{measure}": product.unit_zh[:1],
            "{saving}": money_zh(saved, product.currency) if saved is not None else "",
        }
        text = self._book.choose(f"zh/{fact.name}", _ONE.get(field, _ONE[""]))
        for slot, value in slots.items():
            text = text.replace(slot, value)
        return text
