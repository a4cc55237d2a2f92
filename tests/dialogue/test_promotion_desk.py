"""Promotions in a running show: said at once, ahead of everything; never spoken of when they are over."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dialogue.contract import DialogueEvent
from dialogue.host import Host
from dialogue.promotions.drawing import DrawRecord, faults_of
from dialogue.promotions.machine import PromotionRefused
from dialogue.promotions.plan import PromotionPlan
from dialogue.promotions.reading import read_promotions
from dialogue.room_content import load_room_content
from render.contract import LineKind
from tests.dialogue.conftest import DEMO
from tests.dialogue.fakes import FakeStage
from tests.dialogue.virtual_time import run_virtual

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
ROOM = replace(load_room_content(DEMO), promotions=(DRAW,))


class Show:
    """A host on a fake stage."""

    def __init__(self) -> None:
        self.events: list[DialogueEvent] = []
        self.stage = FakeStage()
        self.host = Host(ROOM, None, None, self.stage, frozenset({"en", "zh"}), self.events.append, seed=3)
        self.stage.sink = self.host.feed

    def of(self, type_: str) -> list[DialogueEvent]:
        return [event for event in self.events if event.type == type_]

    def notices(self) -> list[tuple[float, str]]:
        return [(at, line.text) for at, line in self.stage.heard if line.kind is LineKind.NOTICE]


def play(script: Callable[[Show], Awaitable[None]]) -> Show:
    async def main() -> Show:
        show = Show()
        await show.host.prepare()
        running = [asyncio.create_task(show.host.run()), asyncio.create_task(show.stage.play())]
        await script(show)
        await show.host.close(finish_sentence=False)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        return show

    return run_virtual(main())


async def whole_draw(show: Show) -> None:
    await asyncio.sleep(7)  # in the middle of the presentation
    show.host.promotions.start("friday", by="Mei")
    await asyncio.sleep(22)
    for viewer in ("Ann", "Bo", "陈晨"):
        show.host.receive(viewer, "Lantern!")
    show.host.receive("Ann", "lantern")
    show.host.receive("Dee", "how much is the ribeye?")
    await asyncio.sleep(60)
    show.host.receive("Late", "lantern")
    await asyncio.sleep(15)


def test_each_transition_is_said_within_a_second_ahead_of_all_else() -> None:
    show = play(whole_draw)
    said = show.notices()
    for state in ("announced", "open", "closed", "drawn"):
        (event,) = show.of(f"promotion.{state}")
        first = min(at for at, _ in said if at >= event.at)
        assert first - event.at <= 1.0, (state, event.at, said)


def test_who_wrote_the_word_takes_part_once_and_is_told() -> None:
    show = play(whole_draw)
    comments = {e.data["comment"]: e.data["viewer"] for e in show.of("comment.received")}
    fates = {
        (comments[e.data["comment"]], e.data.get("text", "")[:16]): e.data["fate"] for e in show.of("comment.decided")
    }
    assert sum(fate == "written" and viewer in ("Ann", "Bo", "陈晨") for (viewer, _), fate in fates.items()) == 4
    assert any(viewer == "Ann" and text.startswith("You have entered") for viewer, text in fates)
    (closed,) = show.of("promotion.closed")
    assert closed.data["entries"] == 3
    (late,) = [e for e in show.of("comment.decided") if comments[e.data["comment"]] == "Late"]
    assert late.data["fate"] != "written" or "You're in" not in late.data["text"]


def test_the_record_verifies_and_is_for_hosts_only() -> None:
    show = play(whole_draw)
    (event,) = show.of("promotion.record")
    assert not event.public
    names: dict[str, Any] = {name: event.data[name] for name in ("commitment", "seed")}
    entries, prizes = tuple(event.data["entries"]), tuple(event.data["prizes"])
    record = DrawRecord("friday", entries=entries, prizes=prizes, winners=tuple(event.data["winners"]), **names)
    (announced,) = show.of("promotion.announced")
    assert faults_of(record, announced.data["commitment"]) == []
    assert "seed" not in announced.data
    (drawn,) = show.of("promotion.drawn")
    assert drawn.data["entries"] == 3
    assert len(show.of("promotion.awarded")) == 1


def test_the_board_comes_with_the_announcement_and_leaves_with_the_close() -> None:
    show = play(whole_draw)
    boards = [(at, board.ends_at if board is not None else None) for at, board in show.stage.boards]
    announced, opened, closed = (show.of(f"promotion.{s}")[0] for s in ("announced", "open", "closed"))
    assert boards == [
        (announced.at, announced.data["opens_at"]),
        (opened.at, opened.data["closes_at"]),
        (pytest.approx(closed.at, abs=0.3), None),
    ]


def test_nothing_is_said_of_a_state_that_is_over() -> None:
    async def hasty(show: Show) -> None:
        await asyncio.sleep(3)
        show.host.promotions.start("friday", by="Mei")
        await asyncio.sleep(0.5)
        show.host.promotions.act("friday", "open", by="Mei")
        show.host.promotions.act("friday", "cancel", by="Mei", reason="a mistake")
        await asyncio.sleep(30)

    show = play(hasty)
    (cancelled,) = show.of("promotion.cancelled")
    after = [text for at, text in show.notices() if at > cancelled.at]
    assert "a mistake" in " ".join(after)
    assert not any(word in " ".join(after) for word in ("is open", "coming", "Get ready", "write lantern", "minutes"))


def test_what_is_called_off_without_a_reason_is_told_without_one() -> None:
    async def hasty(show: Show) -> None:
        await asyncio.sleep(3)
        show.host.promotions.start("friday", by="Mei")
        await asyncio.sleep(2)
        show.host.promotions.act("friday", "cancel", by="Mei")
        await asyncio.sleep(20)

    show = play(hasty)
    (cancelled,) = show.of("promotion.cancelled")
    (told,) = {
        text for at, text in show.notices() if at > cancelled.at and ("called off" in text or "take back" in text)
    }
    assert ":" not in told
    assert "reason" not in told


def test_what_can_not_be_done_is_refused_with_the_reason() -> None:
    async def script(show: Show) -> None:
        with pytest.raises(PromotionRefused, match="no promotion"):
            show.host.promotions.start("monday", by="Mei")
        with pytest.raises(PromotionRefused, match="not been announced"):
            show.host.promotions.act("friday", "draw", by="Mei")
        flash = PromotionPlan.model_validate(
            {"id": "f", "kind": "flash_price", "title": "F", "sku": "RB-10", "price": 900}
        )
        with pytest.raises(PromotionRefused, match="catalogue's price"):
            show.host.promotions.start(flash, by="Mei")
        with pytest.raises(PromotionRefused, match="can't be told"):
            show.host.promotions.act("friday", "dance", by="Mei")

    play(script)


def test_promotions_are_read_with_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "promotions.yaml"
    file.write_text(
        "version: 1\npromotions:\n  - id: flash\n    kind: flash_price\n    title: Flash\n    sku: RB-10\n    price: 300\n"
    )
    plans, problems = read_promotions(file, ROOM.catalogue)
    assert len(plans) == 1
    assert [str(p) for p in problems] == [
        "promotions.yaml:7: promotions[0].price: 300 is not below the catalogue's price of 199.00"
    ]
    file.write_text("version: 1\npromotions:\n  - id: d\n    kind: draw\n    title: D\n")
    assert "needs prizes" in str(read_promotions(file, ROOM.catalogue)[1][0])
