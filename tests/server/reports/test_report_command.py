"""`talkback report`, on logs of shows that ended well, badly, or not yet."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from server.cli import main
from server.event_log import EventLog
from server.reports.show_log import Ending, ReportError, ShowLog
from tests.server.reports.made_up import STORY

DIES = """
import asyncio, os, signal, sys
from pathlib import Path
from server.event_log import EventLog
from tests.server.reports.made_up import STORY

async def show():
    log = await EventLog.open(Path(sys.argv[1]))
    await log.begin_show("demo-1", "demo", "0.1")
    for at, kind, data in STORY:
        if at < 41.5:
            log.post(kind, at, data)
    await log.flush()
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(show())
"""


async def keep(data: Path, show: str = "demo-1", *, closing: bool = True) -> EventLog:
    log = await EventLog.open(data / "demo" / "events.sqlite3")
    await log.begin_show(show, "demo", "0.1")
    for at, kind, told in STORY:
        if closing or told.get("state") != "closing":
            log.post(kind, at, told)
    await log.flush()
    return log


def report(data: Path, *more: str) -> int:
    return main(["report", "--data", str(data), *more])


async def test_report_of_the_last_show_is_printed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    await (await keep(tmp_path, "demo-0")).close()
    await (await keep(tmp_path)).close()
    assert report(tmp_path) == 0
    assert capfd.readouterr().out.startswith("demo-1: demo, begun ")
    assert report(tmp_path, "--show", "demo-0", "--format", "json") == 0
    assert json.loads(capfd.readouterr().out)["show"]["id"] == "demo-0"
    assert report(tmp_path, "--list") == 0
    assert [row.split()[0] for row in capfd.readouterr().out.splitlines()] == ["demo-1", "demo-0"]


async def test_file_is_written_whole(tmp_path: Path) -> None:
    await (await keep(tmp_path)).close()
    for form in ("text", "json", "csv", "jsonl", "srt", "vtt"):
        out = tmp_path / f"show.{form}"
        assert report(tmp_path, "--format", form, "--out", str(out)) == 0
        assert out.stat().st_size > 100
    assert report(tmp_path, "--out", str(tmp_path / "no" / "folder.txt")) == 1
    assert not any(name.endswith("partial") for name in os.listdir(tmp_path))


def test_crash_in_mid_show_gives_a_report_too(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "demo" / "events.sqlite3"
    died = subprocess.run([sys.executable, "-c", DIES, str(log)], check=False, cwd=Path(__file__).parents[3])
    assert died.returncode == -9
    assert report(tmp_path, "--format", "json") == 0
    told = json.loads(capfd.readouterr().out)
    assert told["show"]["ended"] == "broken off"
    assert told["transcript"][-1]["interrupted"]
    assert told["transcript"][-1]["text"].startswith("Now the")
    assert told["products"][0]["seconds"] > 29


async def test_show_that_runs_is_told_as_on_air_and_is_not_disturbed(tmp_path: Path) -> None:
    log = await keep(tmp_path, closing=False)
    with ShowLog(log.path) as shows:
        assert shows.show("last").ended is Ending.ON_AIR
        await log.append("comment.received", 130.0, {"comment": "c9"})
        assert sum(event.type == "comment.received" for event in shows.events("demo-1")) == 6
    await log.close()
    with ShowLog(log.path) as shows:
        assert shows.show("last").ended is Ending.BROKEN_OFF


async def test_long_show_is_read_in_pages(tmp_path: Path) -> None:
    log = await keep(tmp_path)
    for number in range(4_500):
        log.post("caption", float(number), {"line": "x", "text": "a", "first": 0, "last": 1})
    await log.flush()
    await log.close()
    with ShowLog(log.path) as shows:
        seqs = [event.seq for event in shows.events("demo-1")]
    assert seqs == sorted(set(seqs))
    assert len(seqs) == 4_500 + len(STORY)


async def test_what_is_not_there_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert report(tmp_path) == 2
    assert "There is no event log" in capfd.readouterr().err
    await (await keep(tmp_path)).close()
    assert report(tmp_path, "--show", "'; DROP TABLE show; --") == 2
    assert "no show" in capfd.readouterr().err
    assert report(tmp_path, "--room", "elsewhere") == 2
    broken = tmp_path / "broken" / "events.sqlite3"
    broken.parent.mkdir()
    broken.write_bytes(b"not a database" * 100)
    capfd.readouterr()
    assert report(tmp_path, "--room", "broken") == 1
    assert "can't be read" in capfd.readouterr().err
    with pytest.raises(ReportError, match="file is not a database"), ShowLog(broken) as shows:
        shows.shows()


def test_empty_log_has_no_show(tmp_path: Path) -> None:
    import asyncio

    async def make() -> None:
        await (await EventLog.open(tmp_path / "demo" / "events.sqlite3")).close()

    asyncio.run(make())
    assert report(tmp_path) == 2
