"""The presentation of a room whose host speaks Chinese: the tea house."""

from pathlib import Path

from dialogue.claims import ClaimChecker
from dialogue.clauses import length_in_words
from dialogue.language import has_han, language_of
from dialogue.phrasebook import Phrasebook
from dialogue.presenter import PitchClause, Presenter
from dialogue.room_content import check_room_content, load_room_content
from dialogue.wording_zh import ChineseWording

TEAHOUSE = Path(__file__).parents[2] / "rooms" / "teahouse"
ROOM = load_room_content(TEAHOUSE)


def round_of(seed: int, count: int = 150) -> list[PitchClause]:
    book = Phrasebook(seed)
    show = Presenter(ROOM, ChineseWording(book), book)
    return [show.take(n * 2.5) for n in range(count)]


def test_nothing_is_wrong_with_the_room() -> None:
    assert check_room_content(TEAHOUSE) == []


def test_every_clause_is_chinese_and_a_breath() -> None:
    for clause in round_of(1):
        assert language_of(clause.text) == "zh", clause.text
        assert has_han(clause.text)
        assert length_in_words(clause.text) <= 13, clause.text
        assert "{" not in clause.text


def test_every_product_is_shown_with_its_own_price() -> None:
    told = {}
    for clause in round_of(2, 400):
        for fact in clause.facts:
            if fact.field == "price" and fact.say_zh in clause.text:
                assert clause.product is not None
                told[clause.product.sku] = fact.sku
    assert told == {product.sku: product.sku for product in ROOM.catalogue.products}


def test_nothing_is_said_that_no_shop_may_claim() -> None:
    checker = ClaimChecker(strict=False, known_words=ROOM.names())
    for clause in round_of(3):
        assert checker.check_authored(clause.text) is None, clause.text


def test_a_second_round_is_worded_anew() -> None:
    texts = [clause.text for clause in round_of(4, 160) if clause.product is not None and clause.product.sku == "LJ-50"]
    assert len(set(texts)) > 0.6 * len(texts)
