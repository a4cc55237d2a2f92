"""The written pairs and what is made of them: whole, checked by line, and split before anything is tuned."""

from pathlib import Path

import pytest

from dialogue.claims import ClaimChecker
from dialogue.language import comparable
from dialogue.training.checking import objection, pair_problems, untold
from dialogue.training.generator import Case, cases, split
from dialogue.training.goods import Goods, read_goods
from dialogue.training.pairs import Pair, read_pairs

BLOCK = """\
- intent: price
  asks: [price]
  emotion: warm
  pairs: |
    {row}
"""


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    found, problems = read_pairs()
    assert not problems
    return found


@pytest.fixture(scope="module")
def goods() -> Goods:
    return read_goods()


@pytest.fixture(scope="module")
def sample(pairs: list[Pair], goods: Goods) -> list[Case]:
    taught, _ = split(pairs)
    return list(cases(taught, goods, 3000, held=False, seed=1))


def test_the_packaged_pairs_may_all_be_taught(pairs: list[Pair], goods: Goods) -> None:
    assert len(pairs) >= 1500
    assert pair_problems(pairs, goods) == []


def test_no_comment_and_no_reply_stands_on_both_sides(pairs: list[Pair]) -> None:
    taught, held = split(pairs)
    assert len(held) >= 150
    assert not {p.key for p in taught} & {p.key for p in held}
    assert not {p.reply for p in taught} & {p.reply for p in held}


def test_things_and_people_of_the_test_are_never_trained_on(
    pairs: list[Pair], goods: Goods, sample: list[Case]
) -> None:
    _, held = split(pairs)
    test = list(cases(held, goods, 300, held=True, seed=2))
    assert not {c.products[0].name for c in test} & {c.products[0].name for c in sample}
    assert not {c.viewer for c in test} & {c.viewer for c in sample}


def test_values_are_never_the_same_for_long(sample: list[Case]) -> None:
    prompts = {comparable(case.sheet + case.comment) for case in sample}
    assert len(prompts) > 0.8 * len([c for c in sample if c.sheet != "nothing."])
    told = [c.facts[0].say for c in sample if c.pair.block.asks[:1] == ("price",)]
    assert len(set(told)) > 0.5 * len(told)


def test_every_reply_says_what_was_asked_and_nothing_that_is_not_on_the_sheet(sample: list[Case]) -> None:
    checker = ClaimChecker(strict=False)
    for case in sample[:1000]:
        assert objection(checker, case, case.reply) is None, case.reply
        assert untold(case, case.reply) == [], case.reply


def test_a_case_shows_the_sheet_the_viewer_and_the_comment(sample: list[Case]) -> None:
    case = next(c for c in sample if c.pair.block.asks == ("price", "unit") and not c.others)
    system, user = case.messages()
    assert case.founder in system.content
    assert user.content == f"Note: {case.sheet}\n{case.viewer}: {case.comment}\nTell: price"
    assert case.facts[0].say in case.sheet
    assert case.answer().startswith(f"[{case.emotion.value}] ")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("how much? => It's 12 yuan, {viewer}.", "12 yuan, which is in no fact"),
        ("how much? => It's {price, {viewer}.", "a brace in the reply has no partner"),
        ("how much? => It's {prize}, {viewer}.", "slot {prize}"),
        ("how much? => Our best price is {price}, {viewer}.", "superlative"),
        ("how much? => Ask me later, {viewer}.", "leaves out {price}"),
        ("how much? => {price}, {viewer}, and it comes from {origin}.", "{origin}, which is not among"),
        ("how much?", "should read: comment => reply"),
    ],
)
def test_a_pair_that_must_not_be_taught_is_refused_by_line(row: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(BLOCK.format(row=row), "utf-8")
    found, problems = read_pairs(tmp_path)
    assert found == []
    assert {(p.file, p.line) for p in problems} == {("mine.yaml", 5)}
    assert any(message in p.message for p in problems)


def test_a_pair_that_stands_twice_is_refused(tmp_path: Path) -> None:
    row = "how much? => It's {price}, {viewer}."
    (tmp_path / "mine.yaml").write_text(BLOCK.format(row=f"{row}\n    {row}"), "utf-8")
    _, problems = read_pairs(tmp_path)
    assert "stands already at mine.yaml:5" in problems[0].message


def test_a_reply_on_both_sides_of_the_split_is_refused(tmp_path: Path, goods: Goods) -> None:
    rows = "\n".join(f"    how much number {n} => It's {{price}}, {{viewer}}, for all of it." for n in range(60))
    (tmp_path / "mine.yaml").write_text(BLOCK.format(row=rows.strip()), "utf-8")
    found, problems = read_pairs(tmp_path)
    assert not problems
    assert any("held back at" in p.message for p in pair_problems(found, goods))


def test_an_unknown_field_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(BLOCK.format(row="a => b c {price} d").replace("[price]", "[prize]"), "utf-8")
    _, problems = read_pairs(tmp_path)
    assert any(p.line == 1 and "no field prize" in p.message for p in problems)
