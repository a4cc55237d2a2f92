"""From written pairs to training cases: slots filled with products, people and numbers of no shop; split before anything is tuned."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from dialogue.catalogue import Product
from dialogue.clauses import capital
from dialogue.contract import Message
from dialogue.facts import Fact, product_facts
from dialogue.phrasebook import Phrasebook
from dialogue.spoken import money_en
from dialogue.taught_prompt import NOTHING, tagged, taught_note, taught_prompt, turned
from dialogue.training.goods import Goods, make_product
from dialogue.training.pairs import SLOT, Pair
from dialogue.wording import Wording, stocked
from render.contract import Emotion

HELD_ONE_IN: Final = 8
"""Of the comments, this share is never trained on, nor are the replies that go with them."""
FEWEST_WORDS, MOST_WORDS = 7, 40
_ASKED_ALONE: Final = 0.4
_MOST_DISTRACTORS: Final = 4
_AS_IT_STANDS: Final = frozenset({"origin", "price", "list_price", "saving", "stock"})


@dataclass(frozen=True, slots=True)
class Case:
    """One comment with its sheet and the reply that is taught, or that is asked for when measuring."""

    pair: Pair
    founder: str
    manner: str
    viewer: str
    others: int
    comment: str
    sheet: str
    reply: str
    emotion: Emotion
    facts: tuple[Fact, ...]
    """Those that the reply must convey."""
    backing: tuple[Fact, ...]
    """All on the sheet."""
    products: tuple[Product, ...]

    def messages(self, candidate: int = 0, viewer: str | None = None) -> list[Message]:
        """The prompt; on air the viewer goes by a stand-in."""
        tell, viewer = turned(self.facts, candidate), viewer or self.viewer
        return taught_prompt(self.founder, self.manner, self.sheet, viewer, self.comment, tell=tell, others=self.others)

    def answer(self) -> str:
        """What the model is taught to give."""
        return tagged(self.emotion, self.reply)


def is_held(pair: Pair) -> bool:
    """Whether a pair belongs to the test; decided by its comment alone, so that like comments stay together."""
    return int(hashlib.sha256(pair.key.encode()).hexdigest(), 16) % HELD_ONE_IN == 0


def split(pairs: Sequence[Pair]) -> tuple[list[Pair], list[Pair]]:
    """Pairs to train on and pairs to test with; no comment and no reply stands in both."""
    held = [pair for pair in pairs if is_held(pair)]
    replies = {pair.reply for pair in held}
    return [pair for pair in pairs if not is_held(pair) and pair.reply not in replies], held


def cases(pairs: Sequence[Pair], goods: Goods, count: int, *, held: bool, seed: int) -> Iterator[Case]:
    """`count` cases, the pairs in turn, in an order that the seed decides; those that can't be filled are passed over."""
    chance = Random(seed)
    maker = CaseMaker(goods, held)
    order: list[Pair] = []
    made = 0
    while made < count:
        if not order:
            order = list(pairs)
            chance.shuffle(order)
        case = maker.make(order.pop(), chance)
        if case is not None:
            made += 1
            yield case


class CaseMaker:
    """Fills pairs; `held` takes the goods and names that are never trained on."""

    def __init__(self, goods: Goods, held: bool) -> None:
        self._goods = goods
        self._held = held
        model = goods.model
        self._names = model.held_names if held else model.names
        self._manners = model.held_manners if held else model.manners
        self._wording = Wording(Phrasebook(0), frozenset())

    def make(self, pair: Pair, chance: Random) -> Case | None:
        """A case of this pair; None where a value does not fit (a thing without a power)."""
        block = pair.block
        product = self._product(pair, chance)
        known = product_facts(product)
        facts = [known[name] for name in block.asks if name in known]
        if len(facts) < len(block.asks):
            return None
        slots = {name: chance.choice(values) for name, values in block.slots.items()}
        others = chance.randint(2, 40) if block.several else 0
        slots |= {"viewer": chance.choice(self._names), "others": str(others)}
        slots |= _values(product, known)
        if block.wrong:
            slots["wrong"] = self._wrong(block.wrong, product, chance)
        sheet_facts, sheet = self._sheet(pair, product, facts, slots, chance)
        comment = SLOT.sub(lambda m: slots.get(m[1], product.called if m[1] == "name" else m[0]), pair.comment)
        reply = self._wording.fill(pair.reply, product, **slots)
        if "{" in reply + comment + sheet or not FEWEST_WORDS <= len(reply.split()) <= MOST_WORDS:
            return None
        return Case(
            pair, chance.choice(self._goods.model.founders), chance.choice(self._manners), slots["viewer"], others,
            comment, sheet, reply, block.emotion, tuple(facts), tuple(sheet_facts), (product,),
        )  # fmt: skip

    def _product(self, pair: Pair, chance: Random) -> Product:
        block = pair.block
        wanted = {name for name in (*block.asks, *block.needs) if name not in ("price", "list_price", "unit", "stock")}
        lacking = frozenset(block.missing) - {"anything"}
        fit = [good for good in self._goods.of(self._held) if wanted <= set(good.fields)]
        good = chance.choice(fit or self._goods.of(self._held))
        return make_product(good, chance, without=lacking, sold_out=block.stock == "none")

    def _sheet(
        self, pair: Pair, product: Product, facts: Sequence[Fact], slots: dict[str, str], chance: Random
    ) -> tuple[list[Fact], str]:
        block = pair.block
        known = product_facts(product)
        if block.sheet:
            text = SLOT.sub(lambda m: slots[m[1]], block.sheet)
            prose = Fact("facts/sheet", "sheet", "note", text, text, text, tellings=(text,))
            return [prose], text
        if not block.asks and not block.missing:
            return [], NOTHING
        listed = [*facts]
        if block.missing or chance.random() > _ASKED_ALONE:
            rest = [f for name, f in known.items() if name not in block.asks and name not in block.missing]
            if "list_price" not in block.asks:
                rest = [f for f in rest if f.field not in ("list_price", "unit")]
            listed += chance.sample(rest, min(len(rest), chance.randint(1, _MOST_DISTRACTORS)))
        units = [f for f in listed if f.field == "unit"]
        listed = [f for f in listed if f.field != "unit"]
        chance.shuffle(listed)
        for unit in units:  # a unit is written behind its price
            at = next((i for i, f in enumerate(listed) if f.field == "price"), len(listed) - 1)
            listed.insert(at + 1, unit)
        return listed, taught_note(listed, (product,))

    def _wrong(self, field: str, product: Product, chance: Random) -> str:
        """Another value than the product's."""
        for _ in range(8):
            other = make_product(chance.choice(self._goods.of(self._held)), chance, without=frozenset())
            if field == "price":
                value = money_en(other.price, product.currency)
            elif field == "stock":
                value = str(other.stock)
            else:
                value = other.details.get(field, "")
            mine = product.details.get(field, "") if field not in ("price", "stock") else ""
            if value and value != mine and value not in (str(product.stock), money_en(product.price, product.currency)):
                return value
        return "something else"


def _values(product: Product, known: dict[str, Fact]) -> dict[str, str]:
    """What the slots of a reply stand for: each value as it is said, beginning small, and beginning large."""
    values: dict[str, str] = {}
    for name, fact in known.items():
        say = fact.say
        if name == "stock":
            say = stocked(product)
        low = say if name in _AS_IT_STANDS or say[1:2].isupper() or say[1:2] == " " else say[:1].lower() + say[1:]
        values[name], values[capital(name)] = low, capital(say)
    if product.list_price is not None:
        values["saving"] = money_en(product.list_price - product.price, product.currency)
    return values
