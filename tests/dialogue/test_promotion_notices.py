import pytest

from dialogue.claims import ClaimChecker
from dialogue.phrasebook import Phrasebook
from dialogue.promotions.machine import Promotions, PromotionState, Transition
from dialogue.promotions.notices import Notices
from dialogue.promotions.plan import PromotionPlan
from dialogue.room_content import RoomContent
from render.contract import Emotion

DRAW = PromotionPlan.model_validate(
    {
        "id": "draw",
        "kind": "draw",
        "title": "Friday draw",
        "title_zh": "周五抽奖",
        "prizes": [{"name": "cast-iron pan", "name_zh": "铸铁煎锅", "count": 2}, {"name": "apron", "name_zh": "围裙"}],
        "enter_with": "lantern",
        "terms": ["Winners get a message within 7 days."],
    }
)
PLANS = [
    DRAW,
    PromotionPlan.model_validate(
        {
            "id": "r",
            "kind": "red_envelope",
            "title": "R",
            "prizes": [{"name": "5 yuan voucher", "count": 3}],
            "enter_with": "red",
        }
    ),
    PromotionPlan.model_validate(
        {"id": "c", "kind": "coupon", "title": "C", "code": "LAMP20", "saving": "20 yuan off orders from 150 yuan"}
    ),
    PromotionPlan.model_validate({"id": "f", "kind": "flash_price", "title": "F", "sku": "RB-10", "price": "179"}),
]


def whole_run(plan: PromotionPlan, viewers: tuple[str, ...] = ("Ann", "Bo", "陈晨")) -> list[Transition]:
    promotions = Promotions([plan], new_seed=lambda: b"x" * 32)
    told = promotions.start(plan.id, 0.0, by="h") + promotions.tick(plan.announce_seconds)
    if plan.takes_entries:
        for viewer in viewers:
            told += promotions.enter(plan.id, viewer, plan.announce_seconds + 1)
    told += promotions.tick(1e4)
    return told


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: str(plan.kind))
def test_every_state_has_words_and_no_slot_is_left(plan: PromotionPlan, language: str, demo: RoomContent) -> None:
    checker = ClaimChecker(strict=False, known_words=demo.names())
    product = demo.catalogue.get(plan.sku) if plan.sku else None
    for seed in range(6):
        notices = Notices(Phrasebook(seed), language)
        for transition in whole_run(plan):
            notice = notices.said(transition, product)
            assert notice is not None
            assert "{" not in notice.text
            assert checker.check_authored(notice.text) is None, notice.text


def test_winners_are_named_with_what_they_won(demo: RoomContent) -> None:
    drawn = next(t for t in whole_run(DRAW) if t.state is PromotionState.DRAWN)
    text = Notices(Phrasebook(1), "en").said(drawn, None)
    assert text is not None
    assert text.emotion is Emotion.EXCITED
    for viewer, prize in [(w["viewer"], w["prize"]) for w in drawn.data["winners"]]:
        assert f"{viewer} wins a" in text.text
        assert prize in text.text


def test_an_empty_draw_says_so() -> None:
    drawn = next(t for t in whole_run(DRAW, ()) if t.state is PromotionState.DRAWN)
    notice = Notices(Phrasebook(1), "en").said(drawn, None)
    assert notice is not None
    assert "Nobody" in notice.text


def test_the_flash_price_is_the_plans_and_afterwards_the_catalogues(demo: RoomContent) -> None:
    product = demo.catalogue.get("RB-10")
    said = {t.state: Notices(Phrasebook(2), "en").said(t, product) for t in whole_run(PLANS[3])}
    opened, closed = said[PromotionState.OPEN], said[PromotionState.CLOSED]
    assert opened is not None
    assert closed is not None
    assert "179 yuan" in opened.text
    assert "199 yuan" in closed.text


def test_the_rules_are_on_the_board_before_it_opens_and_gone_after(demo: RoomContent) -> None:
    notices = Notices(Phrasebook(1), "en")
    board = notices.board(DRAW, PromotionState.ANNOUNCED, 20.0, None)
    assert board is not None
    assert board.ends_at == 20.0
    assert board.rows == (
        "2 × cast-iron pan, apron",
        "Write “lantern” to enter, once each",
        "Winners get a message within 7 days.",
    )
    assert notices.board(DRAW, PromotionState.CLOSED, None, None) is None
