"""What is true of the promotions at this moment, as facts that an answer can rest on; each holds until the state ends."""

from collections.abc import Iterable, Sequence
from typing import Final

from dialogue.facts import Fact
from dialogue.promotions.machine import PromotionState
from dialogue.promotions.plan import PromotionKind, PromotionPlan

_COUNTS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ENTER: Final[dict[PromotionState, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    PromotionState.ANNOUNCED: (
        (
            "The {title} hasn't opened yet. The rules are on the board, and once it opens you write {word} in the chat.",
            "Soon. When I open the {title}, write {word}, once is enough. The rules are on the board already.",
        ),
        ("{title}还没开始，规则在屏幕上，开始以后在评论打“{word}”。", "马上开始，等我说开，评论打“{word}”，一次就够。"),
    ),
    PromotionState.OPEN: (
        (
            "The {title} is open. Write {word} in the chat, you have {left}. There's {prizes} in it.",
            "It's running now: write {word}, once, within {left}. To win: {prizes}.",
        ),
        (
            "{title}正在进行，评论打“{word}”，还有{left}，奖品是{prizes}。",
            "现在就能参加，打“{word}”，还剩{left}，有{prizes}。",
        ),
    ),
    PromotionState.CLOSED: (
        ("The {title} is closed, and the lots are being drawn.", "It has just closed. The winners come in a moment."),
        ("{title}已经截止，马上公布结果。",),
    ),
    PromotionState.DRAWN: (
        ("The {title} is drawn, and the winners' names are in the chat.",),
        ("{title}已经开奖，名单在评论区。",),
    ),
}
_COUPON: Final[dict[PromotionState, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    PromotionState.ANNOUNCED: (
        ("There's a coupon coming up: {saving}. I'll tell you the code when it opens.",),
        ("马上有优惠券：{saving}，开始时我报券码。",),
    ),
    PromotionState.OPEN: (
        (
            "Yes, there's a coupon: {saving}. The code is {code}, and it works for another {left}.",
            "The code is {code}. It takes {saving}, and you have {left}.",
        ),
        ("有优惠券：{saving}，券码{code}，还有{left}。",),
    ),
}


def promotion_facts(running: Iterable[tuple[PromotionPlan, PromotionState, float]], now: float) -> tuple[Fact, ...]:
    """One fact for each promotion that runs; `running` gives plan, state and the moment at which the state ends."""
    return tuple(fact for plan, state, until in running if (fact := _fact(plan, state, until, now)) is not None)


def _fact(plan: PromotionPlan, state: PromotionState, until: float, now: float) -> Fact | None:
    words = (_COUPON if plan.kind is PromotionKind.COUPON else _ENTER).get(state)
    if words is None or plan.kind is PromotionKind.FLASH_PRICE:
        return None
    left = max(0.0, until - now) if until != float("inf") else 0.0
    slots = {
        "title": plan.title,
        "word": plan.enter_with,
        "left": _left(left),
        "prizes": _prizes(plan),
        "code": plan.code,
        "saving": plan.saving or "",
    }
    slots_zh = slots | {
        "title": plan.title_zh or plan.title,
        "left": _left_zh(left),
        "prizes": "、".join(f"{prize.name_zh or prize.name}{prize.count}份" for prize in plan.prizes),
        "saving": plan.saving_zh or plan.saving or "",
    }
    told, told_zh = _filled(words[0], slots), _filled(words[1], slots_zh)
    return Fact(
        f"promotion/{plan.id}.{state}",
        "coupon" if plan.kind is PromotionKind.COUPON else "promotion",
        plan.title,
        plan.title,
        told[0],
        told_zh[0],
        label_zh=plan.title_zh or plan.title,
        tellings=told,
        tellings_zh=told_zh,
        until=until if until != float("inf") else None,
    )


def _filled(templates: Sequence[str], slots: dict[str, str]) -> tuple[str, ...]:
    return tuple(template.format_map(slots) for template in templates)


def _left(seconds: float) -> str:
    """Rather less than more, for it takes a while to say and to write."""
    if seconds < 20:
        return "a few seconds"
    if seconds < 100:
        return f"some {int(seconds // 10 * 10)} seconds"
    minutes = int(seconds // 60)
    return (
        "a good minute" if minutes == 1 else f"about {_COUNTS[minutes] if minutes < len(_COUNTS) else minutes} minutes"
    )


def _left_zh(seconds: float) -> str:
    if seconds < 20:
        return "几秒钟"
    return f"{int(seconds // 10 * 10)}秒左右" if seconds < 100 else f"{int(seconds // 60)}分钟左右"


def _prizes(plan: PromotionPlan) -> str:
    told = []
    for prize in plan.prizes:
        count = _COUNTS[prize.count] if prize.count < len(_COUNTS) else str(prize.count)
        told.append(f"{count} {prize.names or prize.name + 's'}" if prize.count > 1 else f"one {prize.name}")
    return " and ".join([", ".join(told[:-1]), told[-1]]) if len(told) > 1 else "".join(told)
