import asyncio
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.promotion_facts import promotion_facts
from dialogue.promotions.machine import PromotionState
from dialogue.promotions.plan import PromotionPlan
from dialogue.room_content import RoomContent
from render.contract import LineKind
from tests.dialogue.test_host_flood import Show, play


@pytest.fixture
def plans(demo: RoomContent) -> dict[str, PromotionPlan]:
    return {plan.id: plan for plan in demo.promotions}


def test_what_is_open_is_told_with_its_word_and_the_time_that_is_left(plans: dict[str, PromotionPlan]) -> None:
    (fact,) = promotion_facts([(plans["lantern-draw"], PromotionState.OPEN, 300.0)], 130.0)
    assert fact.name == "promotion/lantern-draw.open"
    assert fact.until == 300.0
    assert all("lantern" in told and "about two minutes" in told for told in fact.tellings)
    assert all("two cast-iron pans and three linen aprons" in told for told in fact.tellings)
    assert all("2分钟左右" in told and "铸铁煎锅2份" in told for told in fact.tellings_zh)


def test_a_coupon_shows_its_code_only_once_it_is_open(plans: dict[str, PromotionPlan]) -> None:
    plan = plans["lamp-coupon"]
    (before,) = promotion_facts([(plan, PromotionState.ANNOUNCED, 60.0)], 50.0)
    (open_,) = promotion_facts([(plan, PromotionState.OPEN, 60.0)], 50.0)
    assert not any("LAMP20" in told for told in (*before.tellings, *before.tellings_zh))
    assert all("LAMP20" in told for told in (*open_.tellings, *open_.tellings_zh))


@given(st.floats(0, 5000), st.sampled_from(list(PromotionState)))
def test_never_more_time_than_there_is_and_no_slot_left(seconds: float, state: PromotionState) -> None:
    plan = PromotionPlan.model_validate(
        {"id": "d", "kind": "draw", "title": "Draw", "enter_with": "go", "prizes": [{"name": "pan", "count": 2}]}
    )
    for fact in promotion_facts([(plan, state, seconds)], 0.0):
        for told in (*fact.tellings, *fact.tellings_zh):
            assert "{" not in told
            for number in re.findall(r"(\d+)(?: minutes|分钟)", told):
                assert 60 * int(number) <= seconds
            for number in re.findall(r"(\d+)(?: seconds|秒)", told):
                assert int(number) <= seconds


def test_asked_about_the_draw_the_host_tells_what_holds_now() -> None:
    async def script(show: Show) -> None:
        before = show.ask("when is the draw?", "Ann")
        await show.fate(before)
        assert re.search("at the moment|right now|open now|Not at", show.said(before))
        show.host.promotions.start("lantern-draw", by="Mei")
        announced = show.ask("how can I win a prize?", "Bo")
        await show.fate(announced)
        assert re.search("once it opens|When I open", show.said(announced))
        while show.host.promotions.machine.state("lantern-draw") is not PromotionState.OPEN:  # noqa: ASYNC110 (virtual time)
            await asyncio.sleep(0.5)
        running = show.ask("is the draw still on?", "Cy")
        await show.fate(running)
        assert re.search("is open|running now", show.said(running))
        assert {
            line.valid_until
            for _, line in show.stage.heard
            if line.kind is LineKind.ANSWER and running in line.comments
        } != {None}

    play(script)


def test_a_coupon_that_runs_is_told_to_who_asks_for_a_discount() -> None:
    async def script(show: Show) -> None:
        none = show.ask("any discount codes?", "Ann")
        await show.fate(none)
        assert "LAMP20" not in show.said(none)
        show.host.promotions.start("lamp-coupon", by="Mei")
        there = show.ask("any coupon codes now?", "Bo")
        await show.fate(there)
        assert "LAMP20" in show.said(there)

    play(script)
