"""Two thousand questions about the catalogue: every value that is said must be the catalogue's."""

import asyncio
import random
import re
import time
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final

from dialogue.catalogue import Product
from dialogue.contract import LLM, Comment
from dialogue.facts import Fact, literals, product_facts
from dialogue.numbers_said import quantities
from dialogue.phrasebook import Phrasebook
from dialogue.readback import ReadBack
from dialogue.reply import Progress, Replier
from dialogue.retrieval import Retriever
from dialogue.room_content import RoomContent
from dialogue.spoken import money_en
from dialogue.taught_answers import TaughtAnswers
from dialogue.wording import Wording

ENGLISH: Final[dict[str, tuple[str, ...]]] = {
    "price": (
        "how much is the {name}?",
        "{name} price?",
        "what does the {name} cost",
        "price of the {name} pls",
        "hi, how much are the {name}",
    ),
    "list_price": ("what was the original price of the {name}?", "list price of the {name}?"),
    "stock": ("how many of the {name} are left?", "is the {name} still available", "{name} in stock?"),
    "origin": ("where is the {name} from?", "where does the {name} come from", "origin of the {name}?"),
    "net_content": ("how much is in a pack of the {name}? net weight", "net content of the {name}?"),
    "size": ("how big is the {name}?", "what size is the {name}", "dimensions of the {name}?"),
    "power": ("how many watts does the {name} have?", "{name} voltage?"),
    "shelf_life": ("how long does the {name} keep?", "shelf life of the {name}?", "when does the {name} expire"),
    "warranty": ("how long is the warranty on the {name}?", "{name} warranty?"),
    "storage": ("how do I store the {name}?", "does the {name} go in the fridge"),
    "material": ("what is the {name} made of?", "material of the {name}?"),
}
CHINESE: Final[dict[str, tuple[str, ...]]] = {
    "price": ("{name}多少钱？", "{name}怎么卖", "{name}什么价啊"),
    "list_price": ("{name}原价多少？",),
    "stock": ("{name}还有货吗？", "{name}库存多少"),
    "origin": ("{name}产地是哪里？", "{name}哪里产的"),
    "net_content": ("{name}净含量多少？", "{name}规格是什么"),
    "size": ("{name}尺寸多大？",),
    "power": ("{name}功率多大？", "{name}多少瓦"),
    "shelf_life": ("{name}保质期多久？", "{name}能放多久"),
    "warranty": ("{name}保修几年？",),
    "storage": ("{name}怎么保存？",),
    "material": ("{name}什么材质？",),
}
_DIGITS = re.compile(r"\d+(?:\.\d+)?")


@dataclass(slots=True)
class Values:
    """What was asked and what came of it."""

    asked: int = 0
    by_model: int = 0
    """Answers of which the model worded a part."""
    wrong: list[tuple[str, str, str]] = field(default_factory=list)
    """Question, answer, what is wrong."""


def generated(room: RoomContent, count: int, *, seed: int = 11) -> Iterator[tuple[str, str, Product, str]]:
    """Language, question, product and the field it asks for; only what the catalogue knows."""
    chance = random.Random(seed)
    able = [
        (language, product, field_)
        for product in room.catalogue.products
        for language, phrases in (("en", ENGLISH), ("zh", CHINESE))
        for field_ in phrases
        if field_ in product_facts(product)
    ]
    for _ in range(count):
        language, product, field_ = chance.choice(able)
        phrase = chance.choice((ENGLISH if language == "en" else CHINESE)[field_])
        names = (product.called, product.name, *(a for a in product.aliases if a.isascii() and len(a) > 3))
        name = chance.choice(names) if language == "en" else product.name_zh
        text = phrase.format(name=name)
        yield language, text.upper() if chance.random() < 0.05 else text, product, field_


async def checked(room: RoomContent, count: int, *, llm: LLM | None, worded: int) -> Values:
    """Ask `count` questions; the first `worded` English ones with the model, which words them where it can."""
    book = Phrasebook(3)
    retriever = Retriever(room, None)
    wording, readback = Wording(book, room.ordinary_words()), ReadBack(book, frozenset({"en", "zh"}))
    plain = Replier(room, None, retriever, wording, book, readback)
    taught = TaughtAnswers.of(room, llm, book, time.monotonic, 3) if llm is not None else None
    modelled = Replier(room, llm, retriever, wording, book, readback, taught=taught)
    progress = Progress(lambda _: None, lambda: None, lambda *_: None, lambda: 5.0)
    values = Values()
    for number, (language, text, product, field_) in enumerate(generated(room, count)):
        comment = Comment(f"c{number}", f"Guest {number}", text, language, 0.0)
        found = retriever.find_by_rule(text, on_show=None)
        replier = plain
        if llm is not None and language == "en" and worded > 0:
            replier, worded = modelled, worded - 1
        pieces = []
        async with aclosing(replier.answers(comment, found, progress)) as answers:
            async for answer in answers:
                pieces.append(answer)
        values.asked += 1
        values.by_model += any(piece.by_model for piece in pieces)
        said = ("" if language == "zh" else " ").join(piece.text for piece in pieces)
        facts = tuple(dict.fromkeys(fact for piece in pieces for fact in piece.facts))
        if (wrong := _wrong(said, language, product, product_facts(product)[field_], facts)) is not None:
            values.wrong.append((text, said, wrong))
        if number % 100 == 0:
            await asyncio.sleep(0)
    return values


def _wrong(said: str, language: str, product: Product, asked: Fact, facts: tuple[Fact, ...]) -> str | None:
    """Why an answer is not what the catalogue says; None if it is."""
    if asked.field == "stock" and product.stock == 0:
        return None if re.search("sold out|缺货|卖完", said) else "does not say that it is sold out"
    if language == "zh":
        known = set(_DIGITS.findall(" ".join((*(f.say_zh for f in facts), *_derived(product)))))
        known |= set(_DIGITS.findall(product.name_zh))
        strange = [value for value in _DIGITS.findall(said) if value not in known]
        value = re.sub(r"[。.]+$", "", asked.say_zh)
        if asked.field == "list_price" or value in said:
            return f"{strange} is not the catalogue's" if strange else None
        return f"does not say {value}"
    known_quantities = {
        q.value for text in (*literals(facts), *_derived(product), product.name) for q in quantities(text)
    }
    strange_values = [str(q) for q in quantities(said) if q.value not in known_quantities]
    if strange_values:
        return f"{strange_values} is not the catalogue's"
    wanted = {q.value for q in quantities(asked.say)}
    if not wanted <= {q.value for q in quantities(said)}:
        return f"does not say {asked.say}"
    return None


def _derived(product: Product) -> tuple[str, ...]:
    """What follows from the catalogue by subtraction: the saving."""
    if product.list_price is None:
        return ()
    saving = product.list_price - product.price
    return money_en(saving, product.currency), money_en(product.list_price, product.currency), f"{saving.normalize():f}"
