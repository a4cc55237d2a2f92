import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from server import event_stream
from server.event_log import EventLog
from server.event_stream import EventStream, Subscription, TooManySubscribers


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[EventLog]:
    opened = await EventLog.open(tmp_path / "events.sqlite3")
    await opened.begin_show("s1", "demo", "0")
    yield opened
    await opened.close()


def parsed(raw: bytes) -> list[dict[str, Any]]:
    events = []
    for block in raw.decode().split("\n\n"):
        if block.startswith("id:"):
            number, data = block.split("\n")
            assert data.startswith("data: ")
            events.append({"id": int(number[4:]), **json.loads(data[6:])})
    return events


async def past(stream: EventStream, subscription: Subscription, last_id: int | None = None) -> list[dict[str, Any]]:
    return parsed(b"".join([chunk async for chunk in stream.past(subscription, last_id)]))


def ids(events: list[dict[str, Any]]) -> list[int]:
    return [event["id"] for event in events]


async def test_viewers_and_host_see_what_they_may(log: EventLog) -> None:
    stream = EventStream(log)
    viewer, host = stream.subscribe(host=False), stream.subscribe(host=True)
    await log.append("caption", 1.0, {"text": "你好\nthere"})
    await log.append("fault", 2.0, {"code": "x"}, public=False)
    to_viewer, to_host = await viewer.take(1), await host.take(1)
    assert to_viewer is not None
    assert to_host is not None
    (event,) = parsed(to_viewer)
    assert (event["id"], event["type"], event["at"], event["text"]) == (1, "caption", 1.0, "你好\nthere")
    assert event["time"].endswith("Z")
    assert ids(parsed(to_host)) == [1, 2]


@pytest.mark.parametrize("ring", [4096, 3])
async def test_resume_gives_exactly_what_was_missed(log: EventLog, monkeypatch: pytest.MonkeyPatch, ring: int) -> None:
    monkeypatch.setattr(event_stream, "RING_EVENTS", ring)
    monkeypatch.setattr(event_stream, "_PAGE_EVENTS", 2)
    stream = EventStream(log)
    for number in range(1, 11):
        await log.append("n", 0, {}, public=number != 6)
    subscription = stream.subscribe(host=False)
    await log.append("n", 0, {})
    assert ids(await past(stream, subscription, 3)) == [4, 5, 7, 8, 9, 10]
    live = await subscription.take(1)
    assert live is not None
    assert ids(parsed(live)) == [11]
    assert ids(await past(stream, stream.subscribe(host=True), 3)) == [4, 5, 6, 7, 8, 9, 10, 11]


async def test_resume_reaches_back_into_the_shows_before(tmp_path: Path) -> None:
    log = await EventLog.open(tmp_path / "again.sqlite3")
    await log.begin_show("s1", "demo", "0")
    for _ in range(3):
        await log.append("n", 0, {})
    await log.close()
    log = await EventLog.open(tmp_path / "again.sqlite3")
    await log.begin_show("s2", "demo", "0")
    stream = EventStream(log)
    await log.append("n", 0, {})
    assert ids(await past(stream, stream.subscribe(host=False), 1)) == [2, 3, 4]
    await log.close()


async def test_nothing_missed_gives_nothing(log: EventLog) -> None:
    stream = EventStream(log)
    await log.append("n", 0, {})
    assert await past(stream, stream.subscribe(host=False), 1) == []


async def story(log: EventLog) -> None:
    await log.append("room.state", 0, {"state": "starting", "viewers": 0})
    await log.append("room.state", 1, {"state": "live", "viewers": 1})
    await log.append("product.shown", 2, {"product": {"sku": "A"}})
    await log.append("line.started", 3, {"line": "l1", "comments": []})
    await log.append("line.ended", 4, {"line": "l1", "comments": []})
    await log.append("comment.received", 5, {"comment": "c1", "text": "hi"})
    await log.append("latency", 6, {"comment": "c1"}, public=False)
    await log.append("line.started", 7, {"line": "l2", "comments": ["c1"]})
    await log.append("line.ended", 8, {"line": "l2", "comments": ["c1"]})
    await log.append("comment.decided", 9, {"comment": "c1", "fate": "spoken"})
    await log.append("product.shown", 10, {"product": None})
    await log.append("line.started", 11, {"line": "l3", "comments": []})
    await log.append("caption", 12, {"line": "l3"})


async def test_snapshot_is_state_product_chat_and_the_line_being_heard(log: EventLog) -> None:
    stream = EventStream(log)
    await story(log)
    assert ids(await past(stream, stream.subscribe(host=False))) == [2, 11, 6, 8, 9, 10, 12]
    assert ids(await past(stream, stream.subscribe(host=True))) == [2, 11, 6, 8, 9, 10, 12]


@pytest.mark.parametrize("last_id", [99, 10**15])
async def test_id_of_another_log_gives_a_snapshot(log: EventLog, last_id: int) -> None:
    stream = EventStream(log)
    await story(log)
    assert ids(await past(stream, stream.subscribe(host=False), last_id))[0] == 2


async def test_too_much_missed_gives_a_snapshot(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "RESUME_EVENTS", 5)
    stream = EventStream(log)
    await story(log)
    assert ids(await past(stream, stream.subscribe(host=False), 1))[:2] == [2, 11]


async def test_slow_subscriber_is_cut_off_and_others_notice_nothing(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "QUEUE_EVENTS", 3)
    stream = EventStream(log)
    slow, quick = stream.subscribe(host=False), stream.subscribe(host=False)
    for _ in range(5):
        await log.append("n", 0, {})
        assert await quick.take(1)
    assert slow.overrun
    assert await slow.take(1) is None
    assert (stream.subscribers, stream.overruns) == (1, 1)


async def test_number_of_subscribers_is_bounded(log: EventLog) -> None:
    stream = EventStream(log, most_subscribers=2)
    first = stream.subscribe(host=False)
    stream.subscribe(host=False)
    with pytest.raises(TooManySubscribers):
        stream.subscribe(host=True)
    stream.unsubscribe(first)
    stream.subscribe(host=True)


async def test_close_lets_readers_take_what_waits(log: EventLog) -> None:
    stream = EventStream(log)
    subscription = stream.subscribe(host=False)
    await log.append("n", 0, {})
    stream.close()
    assert await subscription.take(1)
    assert await subscription.take(1) is None
    assert await stream.subscribe(host=False).take(1) is None


async def test_silence_is_told_after_the_timeout(log: EventLog) -> None:
    assert await EventStream(log).subscribe(host=False).take(0.0) == b""
