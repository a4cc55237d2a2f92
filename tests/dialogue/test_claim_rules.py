from pathlib import Path

import pytest

from dialogue.claim_rules import ALL_MARKETS, Market, claim_rules
from dialogue.claims import ClaimChecker
from dialogue.facts import Fact
from dialogue.room_content import load_room_content
from tests.dialogue.conftest import DEMO

FREE = ClaimChecker(strict=False)


def broken(text: str, *, checker: ClaimChecker = FREE, facts: tuple[Fact, ...] = ()) -> str | None:
    refusal = checker.check_authored(text, facts)
    return refusal.rule if refusal is not None else None


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Hurry, it's almost gone!", "scarcity"),
        ("This is your last chance.", "scarcity"),
        ("Everybody is buying it.", "scarcity"),
        ("最后一件了，手慢无。", "scarcity"),
        ("再不买就没有了。", "scarcity"),
        ("We promise it arrives.", "promise"),
        ("You won't regret it.", "promise"),
        ("我们保证新鲜。", "promise"),
        ("绝对满意。", "promise"),
        ("FDA approved.", "approved"),
        ("国家认证的锅。", "approved"),
        ("It is eco-friendly.", "environment"),
        ("这款锅很环保。", "environment"),
        ("It's sugar-free.", "nutrition"),
        ("低脂又好吃。", "nutrition"),
        ("Made in the USA.", "made-in-usa"),
        ("这是最好的锅。", "superlative"),
        ("首选这一款。", "superlative"),
        ("全网最低价。", "superlative"),
        ("能降血压。", "medical"),
        ("我昨天吃过，很香。", "bodily"),
        ("我是真人。", "human"),
        ("比淘宝便宜。", "rival"),
        ("别家都没有。", "rival"),
    ],
)
def test_what_no_host_may_say(text: str, rule: str) -> None:
    assert broken(text) == rule


@pytest.mark.parametrize(
    "text",
    [
        "People ask about thawing in a hurry.",
        "最好提前一天解冻。",
        "第一泡别急着喝完。",
        "我不敢保证。",
        "保质期七天。",
        "I'm an AI, so I have never tasted anything.",
        "There are 18 left in stock.",
    ],
)
def test_harmless_words_pass(text: str) -> None:
    assert broken(text) is None


def test_a_market_has_its_own_lists_beside_the_common_ones() -> None:
    cn, eu, us = (ClaimChecker(strict=False, markets=(market,)) for market in Market)
    assert [broken("首选这一款。", checker=one) for one in (cn, eu, us)] == ["superlative", None, None]
    assert [broken("It's sugar-free.", checker=one) for one in (cn, eu, us)] == [None, "nutrition", None]
    assert [broken("It is eco-friendly.", checker=one) for one in (cn, eu, us)] == [None, "environment", "environment"]
    assert [broken("The best pan.", checker=one) for one in (cn, eu, us)] == ["superlative"] * 3


def test_what_a_fact_says_in_these_words_may_be_said() -> None:
    fact = Fact("catalogue/X.note", "note", "note", "sugar-free", "sugar-free", "无糖", tellings=())
    assert broken("It's sugar-free.", facts=(fact,)) is None
    assert broken("It's sugar-free and the best.", facts=(fact,)) == "superlative"


def test_every_rule_has_patterns_that_compile_and_a_market() -> None:
    assert {rule.name for rule in claim_rules()} >= {
        "superlative",
        "medical",
        "scarcity",
        "promise",
        "human",
        "bodily",
        "rival",
        "leak",
    }
    assert all(claim_rules((market,)) for market in ALL_MARKETS)


def test_a_room_says_where_it_sells(tmp_path: Path) -> None:
    assert load_room_content(DEMO).markets == ALL_MARKETS
    for file in DEMO.iterdir():
        if file.name != "room.yaml":
            (tmp_path / file.name).symlink_to(file)
    text = (DEMO / "room.yaml").read_text("utf-8")
    (tmp_path / "room.yaml").write_text(text + "\nmarket: [us]\n", "utf-8")
    assert load_room_content(tmp_path).markets == (Market.US,)
    (tmp_path / "room.yaml").write_text(text + "\nmarket: mars\n", "utf-8")
    assert load_room_content(tmp_path).markets == ALL_MARKETS


@pytest.mark.parametrize(
    "text",
    ["That's a bargain, Lin.", "It's marked down, Lin.", "We've cut the price for you.", "A special price, Lin."],
)
def test_a_reduction_that_no_fact_tells_is_not_the_models_to_tell(text: str) -> None:
    refusal = FREE.check(text, ())
    assert refusal is not None
    assert refusal.rule == "reduction"
    told = Fact("promotion/friday", "promotion", "promotion", text, text, "")
    assert FREE.check(text, (told,)) is None
    assert FREE.check_authored(text) is None
