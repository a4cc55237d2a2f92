"""What an earlier run left in the log is found again; the seed of a draw is shown to nobody."""

from pathlib import Path

from dialogue.promotions.event_names import SEALED
from server.earlier_run import earlier_blocks, earlier_promotions
from server.event_log import EventLog
from server.event_stream import EventStream


async def test_the_promotions_of_today_are_read_back_in_order(tmp_path: Path) -> None:
    log = await EventLog.open(tmp_path / "events.sqlite3")
    await log.begin_show("s1", "demo", "test")
    await log.append(SEALED, 5.0, {"promotion": "friday", "seed": "00"}, False)
    await log.append("comment.received", 6.0, {"comment": "c1"})
    await log.append("promotion.announced", 7.0, {"promotion": "friday"})
    found = await earlier_promotions(log)
    assert [(event.type, event.at) for event in found] == [(SEALED, 5.0), ("promotion.announced", 7.0)]
    assert all(0 <= event.ago_s < 60 for event in found)
    await log.close()


async def test_who_was_blocked_and_not_let_in_again_stays_out(tmp_path: Path) -> None:
    log = await EventLog.open(tmp_path / "events.sqlite3")
    await log.begin_show("s1", "demo", "test")
    for action, viewer in (("block", "Eve"), ("block", "Mal"), ("pause", "show"), ("unblock", "eve")):
        await log.append("desk.action", 5.0, {"by": "Ann", "action": action, "target": viewer}, False)
    assert await earlier_blocks(log) == {"mal": "Ann"}
    await log.close()


async def test_the_seed_reaches_no_stream(tmp_path: Path) -> None:
    log = await EventLog.open(tmp_path / "events.sqlite3")
    await log.begin_show("s1", "demo", "test")
    stream = EventStream(log, 4)
    subscription = stream.subscribe(host=True)
    await log.append(SEALED, 5.0, {"promotion": "friday", "seed": "feed"}, False)
    await log.append("promotion.announced", 7.0, {"promotion": "friday"})
    stream.close()
    await log.close()
    assert b"feed" not in b"".join(subscription._chunks)
