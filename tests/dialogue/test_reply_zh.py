import asyncio
from collections.abc import Callable
from contextlib import aclosing
from decimal import Decimal

import pytest

from dialogue.claim_rules import Market
from dialogue.contract import Comment
from dialogue.facts import product_facts
from dialogue.numbers_zh import values_zh
from dialogue.phrasebook import Phrasebook
from dialogue.readback import ReadBack
from dialogue.reply import Progress, Refused, Replier
from dialogue.reply_zh import ChineseChecker
from dialogue.retrieval import Retriever
from dialogue.room_content import RoomContent
from dialogue.wording import Wording
from tests.dialogue.fakes import FakeLLM


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("一百九十九元", ["199"]),
        ("199元一盒", ["199"]),
        ("十二元五角", ["12", "5"]),
        ("一点五升", ["1.5"]),
        ("零下18摄氏度", ["18"]),
        ("一万两千", ["12000"]),
        ("二零二六年", ["2026"]),
        ("三斤", ["3"]),
        ("给您一个小建议，万一坏了，十分抱歉，千万别急", []),
        ("第一款，一起看，一会儿", []),
    ],
)
def test_values_in_digits_and_characters(text: str, values: list[str]) -> None:
    assert values_zh(text) == [Decimal(value) for value in values]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("眼肉牛排现在199元一盒。", None),
        ("小林，一百九十九元就能带回家。", None),
        ("眼肉牛排188元。", "number"),
        ("一百八十八块钱。", "number"),
        ("这是最好的牛排，199元。", "superlative"),
        ("199元，包邮。", "promise"),
        ("199元，保证新鲜。", "promise"),
        ("我吃过，很香，199元。", "bodily"),
        ("比京东便宜，199元。", "rival"),
        ("199 yuan, Lin.", "language"),
        ("199元，要不要look一下。", "word"),
        ("好" * 100, "long"),
    ],
)
def test_what_a_strong_model_may_say_in_chinese(demo: RoomContent, text: str, rule: str | None) -> None:
    known = product_facts(demo.catalogue["RB-10"])
    refusal = ChineseChecker().check(text, (known["price"], known["unit"]), names=("小林", "眼肉牛排"))
    assert (refusal.rule if refusal is not None else None) == rule


def test_the_market_counts_in_chinese_too(demo: RoomContent) -> None:
    price = (product_facts(demo.catalogue["RB-10"])["price"],)
    assert ChineseChecker((Market.EU,)).check("首选，199元。", price) is None
    assert ChineseChecker((Market.CN,)).check("首选，199元。", price) is not None


def answered(
    demo: RoomContent, reply: Callable[[str], str], *, trusted: bool = True
) -> tuple[str, list[Refused], FakeLLM]:
    llm, refused = FakeLLM(reply), list[Refused]()
    book, retriever = Phrasebook(1), Retriever(demo, None)
    readback = ReadBack(book, frozenset({"zh"}))
    replier = Replier(demo, llm, retriever, Wording(book, demo.ordinary_words()), book, readback, trusted=trusted)
    progress = Progress(refused.append, lambda: None, lambda *_: None, lambda: 5.0)
    comment = Comment("c1", "小林", "牛排多少钱", "zh", 0.0)

    async def main() -> str:
        found = retriever.find_by_rule(comment.text, on_show=None)
        async with aclosing(replier.answers(comment, found, progress)) as pieces:
            return "".join([piece.text async for piece in pieces])

    return asyncio.run(main()), refused, llm


def test_a_strong_model_words_chinese_answers_within_the_checks(demo: RoomContent) -> None:
    said, refused, llm = answered(demo, lambda _: "小林你好呀，眼肉牛排一盒199元。")
    assert said == "小林你好呀，眼肉牛排一盒199元。"
    assert refused == []
    assert "199元" in llm.asked[0][-1].content


def test_what_it_invents_is_rebuilt_from_facts(demo: RoomContent) -> None:
    said, refused, _ = answered(demo, lambda _: "小林你好，188元拿走。")
    assert "199元" in said
    assert "188" not in said
    assert [one.refusal.rule for one in refused] == ["number"]


def test_what_it_leaves_out_is_added(demo: RoomContent) -> None:
    said, _, _ = answered(demo, lambda _: "小林你好呀，这款在看的人不少。")
    assert said.startswith("小林你好呀")
    assert "199元" in said


def test_a_weak_model_is_not_asked_for_chinese(demo: RoomContent) -> None:
    said, _, llm = answered(demo, lambda _: "188元。", trusted=False)
    assert "199元" in said
    assert llm.asked == []
