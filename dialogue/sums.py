"""What several of a product come to: the only value that is reckoned and not copied, from the price as it stands."""

import re
from typing import Final

from dialogue.catalogue import Product
from dialogue.facts import Fact
from dialogue.spoken import money_en, money_zh

MOST: Final = 50
_WORDS: Final = {
    **{"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "eight": 8, "ten": 10, "twelve": 12, "twenty": 20},
    **{"两": 2, "二": 2, "俩": 2, "三": 3, "四": 4, "五": 5, "六": 6, "八": 8, "十": 10, "二十": 20},
}
_COUNT: Final = re.compile(
    r"\b(?:for|of|are|do|would|cost|is)\s+(\d{1,2}|two|three|four|five|six|eight|ten|twelve|twenty)\b"
    r"(?!\s*(?:%|g|kg|ml|l|cm|mm|w|v|yuan|people|persons?|days?|years?|hours?|minutes?)\b)"
    r"|(\d{1,2}|两|二|俩|三|四|五|六|八|十|二十)(?:盒|箱|份|个|把|口|套|组|袋|瓶|件|只|条|块|台|罐|斤装)",
    re.IGNORECASE,
)


def total_fact(product: Product, text: str) -> Fact | None:
    """What as many as a comment speaks of come to; None where it speaks of one, or of none."""
    found = _COUNT.search(text)
    told = (found[1] or found[2]).casefold() if found is not None else ""
    count = int(told) if told.isdigit() else _WORDS.get(told, 0)
    return total_of(product, count) if 2 <= count <= MOST else None


def at_the_price_of(product: Product, fact: Fact) -> Fact:
    """The same sum at the price that the product has now."""
    return total_of(product, int(fact.name.rsplit("*", 1)[1]))


def total_of(product: Product, count: int) -> Fact:
    """What so many come to."""
    total = product.price * count
    money, money_cn = money_en(total, product.currency), money_zh(total, product.currency)
    word = next((word for word, number in _WORDS.items() if number == count and word.isascii()), str(count))
    measure = product.unit_zh[:1] or "份"
    return Fact(
        f"catalogue/{product.sku}.price*{count}",
        "total",
        f"{count} together",
        money,
        money,
        money_cn,
        product.sku,
        f"{count}{measure}",
        tellings=(f"{word.capitalize()} come to {money}.", f"For {word} that makes {money}."),
        tellings_zh=(f"{count}{measure}一共{money_cn}。",),
        until=product.price_until,
    )
