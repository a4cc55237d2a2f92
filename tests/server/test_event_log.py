import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from server import event_log
from server.event import Event
from server.event_log import SCHEMA_VERSION, EventLog, EventLogError


async def opened(folder: Path) -> EventLog:
    log = await EventLog.open(folder / "events.sqlite3")
    await log.begin_show("s1", "demo", "0")
    return log


async def test_appended_event_is_read_back_with_everything(tmp_path: Path) -> None:
    log = await opened(tmp_path)
    event = await log.append("caption", 1.5, {"text": "牛排 ¥199"}, public=False)
    assert await log.read(0, log.last_seq, 10) == [event]
    assert event.data == {"text": "牛排 ¥199"}
    assert (event.show, event.type, event.public, event.at) == ("s1", "caption", False, 1.5)
    await log.close()


async def test_numbers_go_on_over_shows(tmp_path: Path) -> None:
    log = await opened(tmp_path)
    first = await log.append("a", 0, {})
    await log.close()
    log = await EventLog.open(tmp_path / "events.sqlite3")
    await log.begin_show("s2", "demo", "0")
    second = await log.append("a", 0, {})
    assert second.seq == first.seq + 1
    assert [event.show for event in await log.read(0, 99, 10)] == ["s1", "s2"]
    await log.close()


async def test_read_takes_a_range_a_limit_and_the_public_only(tmp_path: Path) -> None:
    log = await opened(tmp_path)
    for number in range(6):
        log.post("n", number, {"n": number}, public=number % 2 == 0)
    assert await log.flush()
    assert [event.seq for event in await log.read(1, 5, 2)] == [2, 3]
    assert [event.seq for event in await log.read(0, 99, 10, public_only=True)] == [1, 3, 5]
    await log.close()


async def test_sinks_get_each_event_once_in_order_before_append_returns(tmp_path: Path) -> None:
    log = await opened(tmp_path)
    seen: list[int] = []
    log.subscribe(lambda events: seen.extend(event.seq for event in events))
    await asyncio.gather(*(log.append("n", 0, {"n": n}) for n in range(300)))
    assert seen == list(range(1, 301))
    await log.close()


async def test_close_keeps_what_was_only_posted(tmp_path: Path) -> None:
    log = await opened(tmp_path)
    for _ in range(50):
        log.post("n", 0, {})
    await log.close()
    with sqlite3.connect(tmp_path / "events.sqlite3") as connection:
        assert connection.execute("SELECT count(*) FROM event").fetchone() == (50,)
    connection.close()
    assert not (tmp_path / "events.sqlite3-wal").exists()


@pytest.mark.parametrize("data", [{"type": "x"}, {"at": 1}, {"n": float("nan")}, {"o": object()}])
async def test_data_that_is_not_json_is_refused(tmp_path: Path, data: dict[str, object]) -> None:
    log = await opened(tmp_path)
    with pytest.raises((ValueError, TypeError)):
        log.post("n", 0, data)
    assert (await log.append("n", 0, {})).seq == 1
    await log.close()


async def test_newer_schema_is_refused_with_what_to_do(tmp_path: Path) -> None:
    await (await opened(tmp_path)).close()
    with sqlite3.connect(tmp_path / "events.sqlite3") as connection:
        connection.execute("UPDATE schema_version SET version = ?", (SCHEMA_VERSION + 1,))
    connection.close()
    with pytest.raises(EventLogError, match="newer Talkback.*update Talkback") as refused:
        await EventLog.open(tmp_path / "events.sqlite3")
    assert refused.value.code == "log-newer"


async def test_another_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "events.sqlite3") as connection:
        connection.execute("CREATE TABLE accounts (x)")
    connection.close()
    with pytest.raises(EventLogError, match="not a Talkback event log"):
        await EventLog.open(tmp_path / "events.sqlite3")


async def test_damaged_file_is_moved_aside_and_a_new_log_begun(tmp_path: Path) -> None:
    path = tmp_path / "events.sqlite3"
    path.write_bytes(b"this is no database" * 500)
    log = await opened(tmp_path)
    assert log.moved_aside is not None
    assert log.moved_aside.read_bytes().startswith(b"this is no database")
    assert (await log.append("n", 0, {})).seq == 1
    await log.close()


async def test_second_writer_is_refused(tmp_path: Path) -> None:
    log = await opened(tmp_path)
    with pytest.raises(EventLogError, match="another Talkback") as refused:
        await EventLog.open(tmp_path / "events.sqlite3")
    assert refused.value.code == "log-in-use"
    await log.close()
    await (await EventLog.open(tmp_path / "events.sqlite3")).close()


async def test_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EventLogError, match="can't be written"):
        await EventLog.open(tmp_path / "file" / "events.sqlite3")


async def test_failing_disk_delays_no_viewer_and_loses_nothing_once_it_recovers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_log, "_RETRY_SECONDS", 0.001)
    log = await opened(tmp_path)
    seen: list[int] = []
    log.subscribe(lambda events: seen.extend(event.seq for event in events))
    blocker = sqlite3.connect(tmp_path / "events.sqlite3", isolation_level=None)
    log._writer.execute("PRAGMA busy_timeout = 0")
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(EventLogError, match="could not be kept"):
        await log.append("n", 0, {})
    assert log.trouble
    assert not await log.flush()
    log.post("n", 0, {})
    assert not await log.flush()
    assert seen == [1, 2]
    blocker.execute("COMMIT")
    blocker.close()
    await log.append("n", 0, {})
    assert log.trouble == ""
    assert seen == [1, 2, 3]
    assert [event.seq for event in await log.read(0, 99, 10)] == [1, 2, 3]
    await log.close()


async def test_queue_is_bounded_and_counts_what_it_drops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_log, "QUEUE_EVENTS", 3)
    log = await opened(tmp_path)
    with log._wake:  # the writer can't take anything
        for _ in range(5):
            log.post("n", 0, {})
    await log.flush()
    assert log.dropped == 2
    assert len(await log.read(0, 99, 10)) == 3
    await log.close()


_APPENDER = """
import asyncio, sys
from collections.abc import Sequence
from pathlib import Path
from server.event_log import EventLog

async def main():
    log = await EventLog.open(Path(sys.argv[1]))
    await log.begin_show("s1", "demo", "0")
    while True:
        event = await log.append("comment.received", 0.0, {"text": "x" * 200})
        print(event.seq, flush=True)

asyncio.run(main())
"""


@pytest.mark.parametrize("acknowledged", [1, 37, 400])
def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path, acknowledged: int) -> None:
    path = tmp_path / "events.sqlite3"
    process = subprocess.Popen([sys.executable, "-c", _APPENDER, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    told = [process.stdout.readline() for _ in range(acknowledged)]
    os.kill(process.pid, signal.SIGKILL)
    told += process.stdout.read().split("\n")[:-1]  # what it had still acknowledged
    process.wait()

    async def read() -> list[Event]:
        log = await EventLog.open(path)
        assert log.moved_aside is None
        kept = await log.read(0, 10**9, 10**6)
        await log.close()
        return kept

    kept = asyncio.run(read())
    assert [event.seq for event in kept] == list(range(1, len(kept) + 1))
    assert len(kept) >= int(told[-1]) >= acknowledged


async def test_listener_that_fails_stops_neither_the_others_nor_the_commit(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = await EventLog.open(tmp_path / "events.sqlite3")
    await log.begin_show("s", "demo", "0")
    seen: list[Event] = []

    def fails(events: Sequence[Event]) -> None:
        raise KeyError("comment")

    log.subscribe(fails)
    log.subscribe(seen.extend)
    async with asyncio.timeout(5):
        await log.append("a", 0.0, {})
        assert await log.flush()
    assert [event.type for event in seen] == ["a"]
    assert "a listener failed" in caplog.text
    await log.close()
