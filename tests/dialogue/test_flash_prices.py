"""A flash price is the price: on the card, in answers and in the presentation, until its end and not a word longer."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dialogue.contract import DialogueEvent
from dialogue.host import Host
from dialogue.promotions.event_names import SEALED
from dialogue.promotions.machine import PromotionRefused, Promotions, PromotionState
from dialogue.promotions.offers import Offers
from dialogue.promotions.past import PastEvent
from dialogue.promotions.plan import PromotionPlan
from dialogue.room_content import load_room_content
from render.contract import LineKind
from tests.dialogue.conftest import DEMO
from tests.dialogue.fakes import FakeStage
from tests.dialogue.virtual_time import run_virtual

FLASH = PromotionPlan.model_validate(
    {
        "id": "steak-hour",
        "kind": "flash_price",
        "title": "Steak hour",
        "announce_seconds": 10,
        "open_seconds": 60,
        "sku": "RB-10",
        "price": "149",
    }
)
DRAW = PromotionPlan.model_validate(
    {
        "id": "friday",
        "kind": "draw",
        "title": "Friday draw",
        "announce_seconds": 20,
        "open_seconds": 40,
        "prizes": [{"name": "pan", "count": 2}],
        "enter_with": "lantern",
    }
)
ROOM = replace(load_room_content(DEMO), promotions=(FLASH, DRAW))
RIBEYE = ROOM.catalogue["RB-10"]


class Show:
    """A host on a fake stage."""

    def __init__(self) -> None:
        self.events: list[DialogueEvent] = []
        self.stage = FakeStage()
        self.host = Host(ROOM, None, None, self.stage, frozenset({"en", "zh"}), self.events.append, seed=3)
        self.stage.sink = self.host.feed

    def of(self, type_: str) -> list[DialogueEvent]:
        return [event for event in self.events if event.type == type_]

    def past(self, now: float) -> list[PastEvent]:
        """What the log holds of promotions after `now` seconds, ten seconds later."""
        return [
            PastEvent(e.type, e.data, e.at, now + 10 - e.at) for e in self.events if e.type.startswith("promotion.")
        ]


def play(script: Callable[[Show], Awaitable[None]], earlier: Sequence[PastEvent] = ()) -> Show:
    async def main() -> Show:
        show = Show()
        await show.host.prepare()
        show.host.promotions.restore(earlier)
        running = [asyncio.create_task(show.host.run()), asyncio.create_task(show.stage.play())]
        await script(show)
        await show.host.close(finish_sentence=False)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        return show

    return run_virtual(main())


def test_while_it_is_open_answers_card_and_presentation_tell_the_flash_price() -> None:
    async def script(show: Show) -> None:
        await asyncio.sleep(60)
        show.host.promotions.start("steak-hour", by="Mei")
        await asyncio.sleep(12)
        show.host.receive("Lin", "how much is the ribeye?")
        await asyncio.sleep(90)
        show.host.receive("Wei", "how much is the ribeye steak?")
        await asyncio.sleep(30)

    show = play(script)
    (opened,), (closed,) = show.of("promotion.open"), show.of("promotion.closed")
    for at, line in show.stage.heard:
        during = opened.at <= at < closed.at
        if line.kind is not LineKind.NOTICE and line.product is not None and line.product.sku == "RB-10":
            assert line.product.price == ("¥149.00" if during else "¥199.00"), (at, line)
        if any(name == "catalogue/RB-10.price" for name in line.facts):
            assert ("199 yuan" if during else "149") not in line.text or "list" in line.text, (at, line.text)
    answers = [(at, line.text) for at, line in show.stage.heard if line.kind is LineKind.ANSWER]
    assert any("149" in text for at, text in answers if at < closed.at)
    assert any("199" in text and "149" not in text for at, text in answers if at > closed.at)


def test_it_must_be_lower_than_the_price_and_of_a_product() -> None:
    async def script(show: Show) -> None:
        await asyncio.sleep(1)
        for change, code in (({"price": "199"}, "price-not-lower"), ({"sku": "XX"}, "no-such-product")):
            plan = PromotionPlan.model_validate(FLASH.model_dump() | change | {"id": "other"})
            with pytest.raises(PromotionRefused) as refused:
                show.host.promotions.start(plan, by="Mei")
            assert refused.value.code == code

    play(script)


@given(moments=st.lists(st.floats(0, 200), min_size=1, max_size=20))
@settings(max_examples=40, deadline=None)
def test_the_price_is_the_flash_price_exactly_while_it_is_open(moments: list[float]) -> None:
    now = [0.0]
    machine = Promotions((FLASH,))
    offers = Offers(machine, ROOM.catalogue, lambda: now[0])
    machine.start("steak-hour", 20.0, by="Mei")
    for moment in sorted(moments):
        now[0] = moment
        machine.tick(moment)
        product = offers.product(RIBEYE)
        assert (str(product.price) == "149") is (30 <= moment < 90)
        if product.price_until is not None:
            assert product.price_until > moment


@given(
    steps=st.lists(
        st.tuples(st.floats(0.2, 25), st.sampled_from(["start", "open", "close", "cancel", "ask", "enter"])),
        max_size=14,
    )
)
@example(steps=[(21.0, "start"), (2.0, "ask"), (9.0, "close")])
@settings(max_examples=15, deadline=None)
def test_a_closed_draw_is_never_announced_as_open(steps: list[tuple[float, str]]) -> None:
    async def script(show: Show) -> None:
        await asyncio.sleep(2)
        for number, (gap, what) in enumerate(steps):
            try:
                if what == "start":
                    show.host.promotions.start("friday", by="Mei")
                elif what == "ask":
                    show.host.receive(f"Asker{number}", "is there a draw tonight?")
                elif what == "enter":
                    show.host.receive(f"Player{number}", "lantern")
                else:
                    show.host.promotions.act("friday", what, by="Mei", reason="a mistake")
            except PromotionRefused:
                pass
            await asyncio.sleep(gap)

    show = play(script)
    states = [(e.at, e.type) for e in show.events if e.type.startswith("promotion.") and e.type.count(".") == 1]
    for at, line in show.stage.heard:
        if not any(name.startswith("promotion/friday") for name in line.facts):
            continue
        known = [t for moment, t in states if moment <= at + 0.001 and t.split(".")[1] in set(PromotionState)]
        state = known[-1] if known else ""
        if re.search(r"\bis open\b|\bopen for\b|It's running", line.text):
            assert state == "promotion.open", (at, line.text, state)


def test_a_restart_keeps_entries_seed_and_the_time_of_the_close() -> None:
    async def first(show: Show) -> None:
        await asyncio.sleep(5)
        show.host.promotions.start("friday", by="Mei")
        await asyncio.sleep(25)
        for viewer in ("Ann", "Bo", "陈晨"):
            show.host.receive(viewer, "lantern")
        await asyncio.sleep(5)

    async def second(show: Show) -> None:
        show.host.receive("Ann", "lantern")
        show.host.receive("Dee", "lantern")
        await asyncio.sleep(60)

    before = play(first)
    after = play(second, before.past(35.0))
    (announced,) = before.of("promotion.announced")
    assert after.of("promotion.open")[0].data["restored"] is True
    (drawn,) = after.of("promotion.drawn")
    assert drawn.data["entries"] == 4
    assert drawn.data["commitment"] == announced.data["commitment"]
    (closed,) = after.of("promotion.closed")
    assert closed.at == pytest.approx(announced.data["closes_at"] - 45.0, abs=0.5)
    assert len(after.of("promotion.awarded")) == 1


def test_what_was_drawn_before_the_restart_can_not_be_drawn_again() -> None:
    async def whole(show: Show) -> None:
        await asyncio.sleep(5)
        show.host.promotions.start("friday", by="Mei")
        await asyncio.sleep(25)
        show.host.receive("Ann", "lantern")
        await asyncio.sleep(60)

    async def again(show: Show) -> None:
        with pytest.raises(PromotionRefused) as refused:
            show.host.promotions.start("friday", by="Mei")
        assert refused.value.code == "promotion-over"

    before = play(whole)
    after = play(again, before.past(90.0))
    assert after.of("promotion.open") == []


def test_the_seed_is_for_the_log_alone_and_a_log_without_it_is_left() -> None:
    async def script(show: Show) -> None:
        await asyncio.sleep(5)
        show.host.promotions.start("friday", by="Mei")
        await asyncio.sleep(5)

    show = play(script)
    (sealed,) = show.of(SEALED)
    assert not sealed.public
    assert all("seed" not in e.data for e in show.of("promotion.announced"))
    broken: list[Any] = [e for e in show.past(10.0) if e.type != SEALED]

    async def nothing(show: Show) -> None:
        await asyncio.sleep(1)

    assert play(nothing, broken).of("promotion.announced") == []
