"""What the host says and shows when a promotion enters a state, in English and Chinese. Every value is the plan's own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dialogue.catalogue import Product
from dialogue.phrasebook import Phrasebook
from dialogue.promotions.machine import PromotionState, Transition
from dialogue.promotions.plan import PromotionKind, PromotionPlan
from dialogue.spoken import money_en, money_zh
from render.contract import Board, Emotion

_VOWEL = re.compile(r"[aeio]|8|1[18]\b", re.IGNORECASE)
_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
MOST_NAMED = 5
"""Winners who are called by name; the others are in the chat."""

_ANNOUNCED = {
    PromotionKind.DRAW: (
        "A draw is coming: {title}. To win: {prizes}.",
        "Get ready for a draw, the {title}. There's {prizes} in it.",
    ),
    PromotionKind.RED_ENVELOPE: (
        "A red envelope is on its way: {prizes}.",
        "I have a red envelope here with {prizes} in it.",
    ),
    PromotionKind.COUPON: ("A coupon is coming up: {saving}.", "There'll be a coupon in a moment: {saving}."),
    PromotionKind.FLASH_PRICE: (
        "Watch {the}: in a moment the price drops for a while.",
        "In a moment {the} {gets} another price, for {minutes}.",
    ),
}
_HOW = ("Once it opens, write {word} in the chat. Once is enough.", "When I say so, write {word}. One entry each.")
_OPEN = {
    PromotionKind.DRAW: (
        "The draw is open. Write {word} in the chat, you have {minutes}.",
        "Now! The draw is open for {minutes}. The word is {word}.",
    ),
    PromotionKind.RED_ENVELOPE: (
        "The envelope is open! Write {word}, the first {count} get a share.",
        "Open! {word} is the word, and the first {count} have it.",
    ),
    PromotionKind.COUPON: (
        "The coupon is live: {saving}. The code is {code}, for {minutes}.",
        "Here's the code: {code}. It takes {saving}, for {minutes}.",
    ),
    PromotionKind.FLASH_PRICE: (
        "For {minutes}, {the} {is} {price}.",
        "The clock runs: {the} {is} {price}, for {minutes}.",
    ),
}
_CLOSED = {
    PromotionKind.DRAW: (
        "The draw is closed. {entries} in the pot.",
        "Closed. That's {entries} in the draw, and here come the lots.",
    ),
    PromotionKind.RED_ENVELOPE: ("The envelope is empty. {winners}", "That's it, the envelope is gone. {winners}"),
    PromotionKind.COUPON: ("The coupon has ended.", "That was the coupon, it no longer works."),
    PromotionKind.FLASH_PRICE: (
        "Time. {The} {is} back at {list}.",
        "That was the flash price. From now on {the} {is} {list} again.",
    ),
}
_DRAWN = ("Here we go. {winners}", "The lots are drawn. {winners}")
_NOBODY = "Nobody has entered, so nobody wins. Next time."
_CANCELLED = (
    "The {title} is called off: {reason}. I'm sorry.",
    "I have to take back the {title}: {reason}. Sorry about that.",
)
_CANCELLED_PLAINLY = ("The {title} is called off. I'm sorry.", "I have to take back the {title}. Sorry about that.")
_CONGRATULATIONS = ("Congratulations!", "Well done, all of you.")

_ANNOUNCED_ZH = {
    PromotionKind.DRAW: ("马上抽奖：{title}，奖品是{prizes}。", "准备抽奖了，{title}，有{prizes}。"),
    PromotionKind.RED_ENVELOPE: ("红包马上来，一共{prizes}。", "准备发红包，{prizes}。"),
    PromotionKind.COUPON: ("马上发优惠券：{saving}。", "等一下有优惠券，{saving}。"),
    PromotionKind.FLASH_PRICE: ("注意{the}，马上有限时价。", "{the}等一下限时{minutes}换个价。"),
}
_HOW_ZH = ("开始以后在评论里打“{word}”，一次就够。", "等我说开始，打“{word}”，每人一次。")
_OPEN_ZH = {
    PromotionKind.DRAW: ("抽奖开始，评论打“{word}”，时间{minutes}。", "现在可以参加了，口令是“{word}”，{minutes}。"),
    PromotionKind.RED_ENVELOPE: ("红包开抢，打“{word}”，前{count}位有份。", "开了！口令“{word}”，前{count}位。"),
    PromotionKind.COUPON: (
        "优惠券生效：{saving}，券码{code}，{minutes}内有效。",
        "券码是{code}，{saving}，限时{minutes}。",
    ),
    PromotionKind.FLASH_PRICE: ("{minutes}内，{the}{price}。", "限时开始，{the}{price}，只有{minutes}。"),
}
_CLOSED_ZH = {
    PromotionKind.DRAW: ("抽奖截止，一共{entries}参加。", "截止了，{entries}，马上开奖。"),
    PromotionKind.RED_ENVELOPE: ("红包抢完了。{winners}", "没有了，红包发完。{winners}"),
    PromotionKind.COUPON: ("优惠券结束了。", "券已经失效了。"),
    PromotionKind.FLASH_PRICE: ("时间到，{the}恢复{list}。", "限时价结束，{the}现在是{list}。"),
}
_DRAWN_ZH = ("开奖。{winners}", "结果出来了。{winners}")
_NOBODY_ZH = "这次没有人参加，奖品留到下次。"
_CANCELLED_ZH = ("{title}取消了，原因是{reason}，抱歉。", "不好意思，{title}取消：{reason}。")
_CANCELLED_PLAINLY_ZH = ("{title}取消了，抱歉。", "不好意思，{title}取消了。")
_CONGRATULATIONS_ZH = ("恭喜！", "恭喜各位！")

_EMOTIONS = {
    PromotionState.ANNOUNCED: Emotion.WARM,
    PromotionState.OPEN: Emotion.EXCITED,
    PromotionState.CLOSED: Emotion.NEUTRAL,
    PromotionState.DRAWN: Emotion.EXCITED,
    PromotionState.CANCELLED: Emotion.SORRY,
}


@dataclass(frozen=True, slots=True)
class Notice:
    """What is said of a transition."""

    text: str
    emotion: Emotion


class Notices:
    """Words promotions for one room, in the language that its host speaks."""

    def __init__(self, book: Phrasebook, language: str) -> None:
        self._book = book
        self._zh = language == "zh"

    def said(self, transition: Transition, product: Product | None) -> Notice | None:
        """What the host says; None where there is nothing to say. `product` is that of a flash price."""
        plan, state, data = transition.plan, transition.state, transition.data
        chinese = {prize.name: prize.name_zh or prize.name for prize in plan.prizes}
        prizes = chinese if self._zh else {}
        winners = [(str(w["viewer"]), prizes.get(w["prize"], w["prize"])) for w in data.get("winners", ())]
        match state:
            case PromotionState.ANNOUNCED:
                options = (_ANNOUNCED_ZH if self._zh else _ANNOUNCED)[plan.kind]
                how = (_HOW_ZH if self._zh else _HOW) if plan.takes_entries else ("",)
                text = self._joined(self._choose("announced", options), self._choose("how", how))
            case PromotionState.OPEN:
                text = self._choose("open", (_OPEN_ZH if self._zh else _OPEN)[plan.kind])
            case PromotionState.CLOSED:
                text = self._choose("closed", (_CLOSED_ZH if self._zh else _CLOSED)[plan.kind])
            case PromotionState.DRAWN:
                text = self._choose("drawn", _DRAWN_ZH if self._zh else _DRAWN)
            case PromotionState.CANCELLED:
                if data.get("reason"):
                    text = self._choose("cancelled", _CANCELLED_ZH if self._zh else _CANCELLED)
                else:
                    text = self._choose("cancelled", _CANCELLED_PLAINLY_ZH if self._zh else _CANCELLED_PLAINLY)
            case _:
                return None
        slots = self._slots(plan, product, data, winners)
        for name, value in slots.items():
            text = text.replace("{" + name + "}", value)
        return Notice(" ".join(text.split()), _EMOTIONS[state])

    def board(
        self, plan: PromotionPlan, state: PromotionState, until: float | None, product: Product | None
    ) -> Board | None:
        """The rules, with the countdown to the opening or to the close; None when there is nothing to show any more."""
        if state not in (PromotionState.ANNOUNCED, PromotionState.OPEN):
            return None
        title = plan.title_zh or plan.title if self._zh else plan.title
        rows = []
        if plan.prizes:
            rows.append(self._prizes(plan, shown=True))
        if plan.takes_entries:
            rows.append(
                f"评论“{plan.enter_with}”参加，每人一次"
                if self._zh
                else f"Write “{plan.enter_with}” to enter, once each"
            )
        if plan.code:
            saving = (plan.saving_zh or plan.saving) if self._zh else plan.saving
            rows.append(f"{plan.code} · {saving}")
        if plan.price is not None and product is not None:
            rows.append(f"{self._name(product)} · {self._money(plan.price, product)}")
        rows += (plan.terms_zh or plan.terms) if self._zh else plan.terms
        return Board(plan.id, title, tuple(rows), until)

    # ---- values ----------------------------------------------------------------------------------------------

    def _slots(
        self, plan: PromotionPlan, product: Product | None, data: dict[str, object], winners: Sequence[tuple[str, str]]
    ) -> dict[str, str]:
        entries = data.get("entries", 0)
        count = len(entries) if isinstance(entries, list) else int(str(entries))
        slots = {
            "winners": self._winners(winners),
            "title": plan.title_zh or plan.title if self._zh else plan.title,
            "prizes": self._prizes(plan),
            "word": plan.enter_with,
            "minutes": self._length(plan.open_seconds),
            "count": str(plan.prize_count),
            "code": plan.code,
            "saving": str((plan.saving_zh or plan.saving) if self._zh else plan.saving),
            "entries": f"{count}位" if self._zh else f"{count} {'entry' if count == 1 else 'entries'}",
            "reason": str(data.get("reason", "")).rstrip(".。"),
        }
        if product is not None and plan.price is not None:
            many = product.plural and not self._zh
            name = self._name(product)
            slots |= {
                "the": name if self._zh else f"the {name}",
                "The": name if self._zh else f"The {name}",
                "is": "are" if many else "is",
                "gets": "get" if many else "gets",
                "price": self._money(plan.price, product),
                "list": self._money(product.price, product),
            }
        return slots

    def _winners(self, winners: Sequence[tuple[str, str]]) -> str:
        if not winners:
            return _NOBODY_ZH if self._zh else _NOBODY
        same = {prize for _, prize in winners}
        if len(winners) > 1 and len(same) == 1 and len(winners) <= MOST_NAMED:  # one prize for all is told once
            names, prize = [_name(viewer) for viewer, _ in winners], same.pop()
            each = f"{'、'.join(names)}，每人{prize}。" if self._zh else f"{_and(names)} each get {_a(prize)}."
            return self._joined(each, self._choose("cheer", _CONGRATULATIONS_ZH if self._zh else _CONGRATULATIONS))
        winners = [(_name(viewer), prize) for viewer, prize in winners]
        named = [
            f"{viewer}，{prize}" if self._zh else f"{viewer} wins {_a(prize)}" for viewer, prize in winners[:MOST_NAMED]
        ]
        text = "；".join(named) + "。" if self._zh else ", ".join(named) + "."
        rest = len(winners) - len(named)
        if rest > 0:
            text += f"还有{rest}位，名单在评论区。" if self._zh else f" And {rest} more, the list is in the chat."
        return (
            text
            + (" " if not self._zh else "")
            + self._choose("cheer", _CONGRATULATIONS_ZH if self._zh else _CONGRATULATIONS)
        )

    def _prizes(self, plan: PromotionPlan, *, shown: bool = False) -> str:
        if shown and not self._zh:
            return ", ".join(f"{p.count} × {p.name}" if p.count > 1 else p.name for p in plan.prizes)
        return prizes_told(plan, zh=self._zh)

    def _length(self, seconds: float) -> str:
        if seconds < 90:
            return f"{seconds:.0f}秒" if self._zh else f"{seconds:.0f} seconds"
        minutes = round(seconds / 60)
        return f"{minutes}分钟" if self._zh else f"{minutes} minutes"

    def _money(self, amount: Decimal, product: Product) -> str:
        return money_zh(amount, product.currency) if self._zh else money_en(amount, product.currency)

    def _name(self, product: Product) -> str:
        return (product.name_zh or product.name) if self._zh else product.called

    def _choose(self, key: str, options: Sequence[str]) -> str:
        return self._book.choose(f"promotion/{key}/{options[0]}", options)

    def _joined(self, first: str, second: str) -> str:
        return first + second if self._zh else f"{first} {second}".strip()


def _and(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def _name(viewer: str) -> str:
    """A viewer's name without what no voice reads."""
    return " ".join(viewer.replace("_", " ").split()) or viewer


def prizes_told(plan: PromotionPlan, *, zh: bool) -> str:
    """What can be won: ``two cast-iron pans and three linen aprons``."""
    if zh:
        return "、".join(f"{prize.name_zh or prize.name}{prize.count}份" for prize in plan.prizes)
    told = [f"{_count(p.count)} {p.names or p.name + 's'}" if p.count > 1 else _a(p.name) for p in plan.prizes]
    return " and ".join([", ".join(told[:-1]), told[-1]]) if len(told) > 1 else "".join(told)


def _count(number: int) -> str:
    return _COUNTS[number] if number < len(_COUNTS) else str(number)


def _a(prize: str) -> str:
    """A prize with its article, by the sound of its first letter or number."""
    return f"{'an' if _VOWEL.match(prize) else 'a'} {prize}"
