import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from render.contract import (
    CaptionShown,
    Line,
    LineEnded,
    LineKind,
    LineStarted,
    ProductCard,
    ProductShown,
    QueueDrained,
)
from rtc.contract import RtcEvent
from server.event import Event
from server.room import RoomNotReady, RoomState
from server.show_events import Told, tell_show_event
from server.studio import StudioError
from tests.server.fakes import open_room

LINE = Line("l1", "It's 199 yuan.", kind=LineKind.ANSWER, comments=("c1",), facts=("catalogue/RB-10.price",))


def _sift(events: Sequence[Event], type: str, into: asyncio.Queue[Event]) -> None:
    for event in events:
        if event.type == type:
            into.put_nowait(event)


async def test_room_starts_then_is_live_and_closes_everything(tmp_path: Path) -> None:
    async with open_room(tmp_path) as (room, studio):
        seen: list[Event] = []
        room.events.subscribe(seen.extend)
        await room.start()
        assert room.state is RoomState.LIVE
        assert studio.screen.started
        await room.close()
        assert studio.closed
        assert studio.conversation.closed
        assert studio.broadcast.closed
        states = [event.data["state"] for event in seen if event.type == "room.state"]
        assert states == ["starting", "live", "closing"]


async def test_closing_lets_the_sentence_end_and_logs_it(tmp_path: Path) -> None:
    async with open_room(tmp_path) as (room, studio):
        seen: list[str] = []
        room.events.subscribe(lambda events: seen.extend(event.type for event in events))
        await room.start()
        studio.screen.sentence = LineEnded(2.0, LINE, LINE.text, False)
        await room.close()
        assert seen[-2:] == ["room.state", "line.ended"]


async def test_part_that_hangs_or_fails_at_the_end_keeps_nothing_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.room._PART_SECONDS", 0.01)
    monkeypatch.setattr("server.room.SENTENCE_SECONDS", 0.01)

    async def hang() -> None:
        await asyncio.Event().wait()

    async def fail(*, finish_sentence: bool) -> None:
        raise RuntimeError("no")

    async with open_room(tmp_path) as (room, studio):
        await room.start()
        monkeypatch.setattr(studio, "close", hang)
        monkeypatch.setattr(studio.conversation, "close", fail)
        await room.close()
        assert studio.broadcast.closed


async def test_host_who_stops_is_told_of_and_begins_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.room._REVIVAL_SECONDS", 0.0)
    async with open_room(tmp_path) as (room, studio):
        faults: asyncio.Queue[Event] = asyncio.Queue()
        room.events.subscribe(lambda events: _sift(events, "fault", faults))
        studio.crash = RuntimeError("boom")
        await room.start()
        async with asyncio.timeout(5):
            fault = await faults.get()
        assert (fault.data["code"], fault.public) == ("host-stopped", False)
        assert "boom" in fault.data["message"]
        await room.comment("a", "still here?")
        assert studio.conversation.runs == 2


async def test_room_without_its_models_does_not_go_live(tmp_path: Path) -> None:
    async with open_room(tmp_path) as (room, studio):
        studio.failure = StudioError("the voice can't be loaded")
        with pytest.raises(StudioError):
            await room.start()
        assert room.state is RoomState.STARTING
        with pytest.raises(RoomNotReady):
            await room.comment("a", "hi")


async def test_show_is_watched_while_the_models_load(tmp_path: Path) -> None:
    async with open_room(tmp_path) as (room, studio):
        found: list[bool] = []
        studio.before_mind = lambda: found.append(studio.screen.started and room.broadcast is not None)
        await room.start()
        assert found == [True]
        assert (await room.watch("v=0")).viewer_id == "w1"


async def test_events_reach_the_host_and_the_log(tmp_path: Path) -> None:
    async with open_room(tmp_path) as (room, studio):
        await room.start()
        started = LineStarted(3.0, LINE)
        studio.screen.report(started)
        studio.screen.report(QueueDrained(3.1))
        await room.events.flush()
        assert studio.conversation.heard == [started, QueueDrained(3.1)]
        last = (await room.events.read(0, 10**6, 100))[-1]
        assert (last.type, last.at, last.data["comments"]) == ("line.started", 3.0, ["c1"])


async def test_encoder_events_are_not_for_the_stream_and_viewers_are_for_the_host(tmp_path: Path) -> None:
    async with open_room(tmp_path) as (room, studio):
        await room.start()
        studio.broadcast.report(RtcEvent("encoder.started", detail="h264"))
        studio.broadcast.report(RtcEvent("viewer.joined", "w1"))
        await room.events.flush()
        kept = await room.events.read(0, 10**6, 100)
        assert (kept[-1].type, kept[-1].public) == ("viewer.joined", False)
        assert kept[-2].type == "room.state"


async def test_number_of_viewers_is_told_once_for_many_who_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.room._VIEWERS_PAUSE_SECONDS", 0.0)
    async with open_room(tmp_path) as (room, studio):
        await room.start()
        await room.events.flush()
        before = room.events.last_seq
        states: asyncio.Queue[Event] = asyncio.Queue()
        room.events.subscribe(lambda events: _sift(events, "room.state", states))
        studio.broadcast.watching |= {"w1", "w2"}
        for _ in range(5):
            studio.broadcast.report(RtcEvent("viewer.joined", "w1"))
        async with asyncio.timeout(5):
            assert (await states.get()).data == {"state": "live", "viewers": 2}
        kept = await room.events.read(before, 10**6, 100)
        assert [event.type for event in kept] == ["viewer.joined"] * 5 + ["room.state"]


async def test_event_that_is_no_json_is_left_out_and_the_show_goes_on(tmp_path: Path) -> None:
    async with open_room(tmp_path) as (room, _):
        await room.start()
        room.tell(Told("latency", {"stages": float("inf")}))
        assert await room.comment("a", "still here") == "c1"


async def test_damaged_log_is_told_to_the_host(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "events.sqlite3").write_bytes(b"no database at all" * 100)
    async with open_room(tmp_path) as (room, _):
        await room.start()
        await room.events.flush()
        faults = [event for event in await room.events.read(0, 10**6, 100) if event.type == "fault"]
        assert [(fault.data["code"], fault.public) for fault in faults] == [("log-damaged", False)]


def test_show_events_are_told_as_the_interface_says() -> None:
    card = ProductCard("RB-10", "Ribeye steak", "眼肉牛排", "¥199.00", "¥259.00", "box", "/srv/room/media/rb.png")
    assert tell_show_event(ProductShown(1.0, card)) == Told(
        "product.shown",
        {
            "product": {
                "sku": "RB-10",
                "name": "Ribeye steak",
                "name_zh": "眼肉牛排",
                "price": "¥199.00",
                "list_price": "¥259.00",
                "unit": "box",
                "unit_zh": "",
                "link": "",
                "stock": None,
            }
        },
    )
    assert tell_show_event(ProductShown(1.0, None)) == Told("product.shown", {"product": None})
    assert tell_show_event(CaptionShown(1.0, LINE, 0, 4)) == Told(
        "caption", {"line": "l1", "text": "It's 199 yuan.", "first": 0, "last": 4}
    )
    assert tell_show_event(LineEnded(1.0, LINE, "It's", True)) == Told(
        "line.ended", {"line": "l1", "kind": "answer", "comments": ["c1"], "heard": "It's", "interrupted": True}
    )
    assert tell_show_event(QueueDrained(1.0)) is None
