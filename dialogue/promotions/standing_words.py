"""Flash prices, and promotions that are over, in sentences that answer a question about them. Every value is the plan's own."""

from dialogue.catalogue import Product
from dialogue.promotions.machine import PromotionState, Standing
from dialogue.promotions.plan import PromotionKind
from dialogue.spoken import money_en, money_zh

_EN = {
    (PromotionKind.DRAW, PromotionState.DRAWN): (
        "The {title} has been drawn. {winners}",
        "The lots of the {title} are out. {winners}",
    ),
    (PromotionKind.RED_ENVELOPE, PromotionState.CLOSED): (
        "The red envelope is empty, I'm sorry.",
        "That envelope is gone. Everything in it has been handed out or has run out of time.",
    ),
    (PromotionKind.COUPON, PromotionState.CLOSED): (
        "The coupon has ended, the code doesn't work any more.",
        "There was a coupon, and it's over now.",
    ),
    (PromotionKind.FLASH_PRICE, PromotionState.ANNOUNCED): (
        "The price of {the} drops in {left}, for a while. Until then it's the usual one.",
        "In {left} there's another price for {the}. Watch the board.",
    ),
    (PromotionKind.FLASH_PRICE, PromotionState.OPEN): (
        "Right now it's {price} for {the}, for another {left}. Otherwise it's {list}.",
        "For another {left} you get {the} at {price} instead of {list}.",
    ),
    (PromotionKind.FLASH_PRICE, PromotionState.CLOSED): (
        "The flash price has ended. For {the} it's {list} again.",
        "That offer is over, so it's {list} for {the}, as before.",
    ),
}
_ZH = {
    (PromotionKind.DRAW, PromotionState.DRAWN): ("{title}已经开奖。{winners}", "{title}的结果出来了。{winners}"),
    (PromotionKind.RED_ENVELOPE, PromotionState.CLOSED): ("红包已经发完了，不好意思。", "这一轮红包结束了。"),
    (PromotionKind.COUPON, PromotionState.CLOSED): ("优惠券已经结束，券码失效了。", "刚才有过一张券，现在已经过期了。"),
    (PromotionKind.FLASH_PRICE, PromotionState.ANNOUNCED): (
        "{the}{left}后有限时价，现在还是原来的价格。",
        "还有{left}，{the}换个价，请看公告牌。",
    ),
    (PromotionKind.FLASH_PRICE, PromotionState.OPEN): (
        "{the}现在{price}，还有{left}，过后是{list}。",
        "限时价{price}，还剩{left}，{the}平时是{list}。",
    ),
    (PromotionKind.FLASH_PRICE, PromotionState.CLOSED): (
        "限时价结束了，{the}现在是{list}。",
        "活动过了，{the}恢复{list}。",
    ),
}
_CANCELLED = ("The {title} was called off.", "The {title} has been taken back, so there's nothing to enter.")
_CANCELLED_ZH = ("{title}取消了。", "{title}不办了，抱歉。")
_MOST_NAMED = 3


def told_of(one: Standing, now: float, product: Product | None, *, zh: bool) -> tuple[str, ...]:
    """Ways to say how it stands; `product` is that of a flash price."""
    plan, state = one.plan, one.state
    if state is PromotionState.AWARDED:
        state = PromotionState.DRAWN
    cancelled = _CANCELLED_ZH if zh else _CANCELLED
    templates = cancelled if state is PromotionState.CANCELLED else (_ZH if zh else _EN)[plan.kind, state]
    slots = {
        "title": (plan.title_zh or plan.title) if zh else plan.title,
        "left": _left(one.until - now, zh=zh),
        "winners": _winners(one, zh=zh),
    }
    if product is not None and plan.price is not None:
        money = money_zh if zh else money_en
        slots |= {
            "the": (product.name_zh or product.name) if zh else f"the {product.called}",
            "price": money(plan.price, product.currency),
            "list": money(product.price, product.currency),
        }
    return tuple(_filled(template, slots) for template in templates)


def _filled(template: str, slots: dict[str, str]) -> str:
    for name, value in slots.items():
        template = template.replace("{" + name + "}", value)
    return template.strip()


def _left(seconds: float, *, zh: bool) -> str:
    """What is left, told a little short rather than long: nobody is late because of it."""
    if seconds < 90:
        tens = max(5, int(seconds // 10) * 10)
        return f"{tens}秒" if zh else f"{tens} seconds"
    if seconds > 86_400 * 30:
        return "一段时间" if zh else "a while"
    minutes = int(seconds // 60)
    return f"{minutes}分钟" if zh else f"{minutes} minute{'s' if minutes != 1 else ''}"


def _winners(one: Standing, *, zh: bool) -> str:
    if not one.winners:
        return "这次没有人参加。" if zh else "Nobody had entered."
    names = [viewer for viewer, _ in one.winners[:_MOST_NAMED]]
    rest = len(one.winners) - len(names)
    if zh:
        return f"中奖的是{'、'.join(names)}{f'，还有{rest}位，名单在评论区' if rest else ''}。"
    told = " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
    return f"The winners: {told}{f', and {rest} more' if rest else ''}."
