"""The lookout in a room: what it measures reaches the log as `alarm` events, and the desk."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dialogue.contract import DialogueEvent
from rtc.contract import SLICE_SAMPLES, Slice
from server.event import Event
from server.machine import Machine, MachineReader
from server.programme_meter import ProgrammeMeter
from server.show_events import Told
from tests.server.fakes import Site, open_site


class Nowhere:
    def push(self, piece: Slice, due: float) -> None:
        return


@pytest.fixture
async def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    monkeypatch.setattr(MachineReader, "read", lambda self: Machine(0.5, 400.0, 50_000.0))
    async with open_site(tmp_path) as opened:
        yield opened


def alarms_of(events: list[Event]) -> list[tuple[str, str]]:
    return [(e.data["code"], e.data["state"]) for e in events if e.type == "alarm"]


def overheard(site: Site) -> list[Event]:
    seen: list[Event] = []
    site.room.events.subscribe(seen.extend)
    return seen


def sent(site: Site, slices: int, *, line: str | None) -> None:
    """Let so many silent Slices leave, due now."""
    import time

    meter = site.studio.programme = site.studio.programme or ProgrammeMeter(Nowhere())
    rng = np.random.default_rng(0)
    for index in range(slices):
        picture = rng.integers(0, 255, (96, 64), np.uint8)
        meter.push(Slice(index, picture, np.zeros(SLICE_SAMPLES, np.int16), 0, line=line), time.monotonic())


async def test_silent_line_raises_an_alarm_for_the_host_alone_and_sound_clears_it(site: Site) -> None:
    seen = overheard(site)
    sent(site, 40, line="l1")
    site.room.lookout.look(200.0)
    [alarm] = site.room.lookout.alarms()
    assert (alarm["code"], alarm["severity"], alarm["since"]) == ("no-sound", "urgent", 1.2)
    sent(site, 1, line=None)
    site.room.lookout.look(201.0)
    site.room.lookout.look(203.0)
    assert site.room.lookout.alarms() == []
    await site.room.events.flush()
    assert alarms_of(seen) == [("no-sound", "raised"), ("no-sound", "cleared")]
    assert not any(event.public for event in seen if event.type == "alarm")


@pytest.mark.parametrize(
    ("done", "undone"),
    [
        (
            Told("room.held", {"held": True, "title": "Back soon", "text": ""}),
            Told("room.held", {"held": False, "title": "", "text": ""}),
        ),
        (
            Told("desk.action", {"action": "mute", "before": {"muted": False}, "after": {"muted": True}}, public=False),
            Told(
                "desk.action", {"action": "unmute", "before": {"muted": True}, "after": {"muted": False}}, public=False
            ),
        ),
    ],
)
async def test_silence_that_a_host_has_ordered_is_no_alarm(site: Site, done: Told, undone: Told) -> None:
    site.room.tell(done)
    await site.room.events.flush()
    sent(site, 60, line="l1")
    site.room.lookout.look(200.0)
    assert site.room.lookout.alarms() == []
    site.room.tell(undone)
    await site.room.events.flush()
    site.room.lookout.look(201.0)
    assert [alarm["code"] for alarm in site.room.lookout.alarms()] == ["no-sound"]


async def test_person_who_is_live_and_not_heard_is_told(site: Site) -> None:
    sent(site, 220, line=None)
    site.room.lookout.look(200.0)
    assert site.room.lookout.alarms() == []
    site.room.tell(Told("live.changed", {"mode": "voice"}))
    await site.room.events.flush()
    site.room.lookout.look(201.0)
    assert [alarm["code"] for alarm in site.room.lookout.alarms()] == ["microphone-silent"]


async def test_viewers_who_report_trouble_make_an_alarm_with_what_they_said(site: Site) -> None:
    seen = overheard(site)
    data = {"code": "viewers-report-trouble", "viewers": 3, "texts": ["no sound", "没声音"]}
    site.studio.conversation.report(DialogueEvent("alarm", 1.0, data, public=False))
    site.room.lookout.look(site.clock.now + 1)
    site.room.lookout.look(site.clock.now + 59)
    site.room.lookout.look(site.clock.now + 61)
    await site.room.events.flush()
    told = [event.data for event in seen if event.type == "alarm"]
    assert [(each["state"], each["viewers"], each["texts"]) for each in told] == [
        ("raised", 3, ["no sound", "没声音"]),
        ("cleared", 3, ["no sound", "没声音"]),
    ]


async def test_promotion_about_to_end_is_told_and_cleared_with_its_end(site: Site) -> None:
    seen = overheard(site)
    promotions = site.room.promotions
    promotions.start("friday", by="Ann")
    promotions.act("friday", "open", by="Ann")
    site.room.lookout.look(200.0)
    assert site.room.lookout.alarms() == []
    site.studio.screen.now += 180.0 - 59.0
    site.room.lookout.look(201.0)
    assert [alarm["subject"] for alarm in site.room.lookout.alarms()] == ["friday"]
    promotions.act("friday", "close", by="Ann")
    site.room.lookout.look(202.0)
    await site.room.events.flush()
    assert alarms_of(seen) == [("promotion-ending", "raised"), ("promotion-ending", "cleared")]


async def test_disk_and_log_are_looked_at(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site.room.lookout, "_machine", Machine(disk_free_mb=150.0))
    site.room.lookout.look(200.0)
    assert [alarm["code"] for alarm in site.room.lookout.alarms()] == ["disk-almost-full"]


async def test_viewers_without_pictures_are_noticed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.room.lookout.look(200.0)
    await site.room.watch("v=0\r\n")  # the fake never sends anything
    site.room.lookout.look(201.0)
    assert site.room.lookout.alarms() == []
    site.room.lookout.look(202.5)
    assert [alarm["code"] for alarm in site.room.lookout.alarms()] == ["nothing-sent"]


async def test_lookout_that_fails_is_told_once_and_looks_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = overheard(site)
    turns = iter([RuntimeError("no"), RuntimeError("no"), None])
    over = asyncio.Event()

    def look(now: float) -> None:
        trouble = next(turns, None)
        if trouble is not None:
            raise trouble
        over.set()

    monkeypatch.setattr("server.lookout._EVERY_S", 0.0)
    monkeypatch.setattr(site.room.lookout, "look", look)
    running = asyncio.create_task(site.room.lookout.run())
    async with asyncio.timeout(5):
        await over.wait()
    running.cancel()
    await asyncio.wait([running])
    await site.room.events.flush()
    assert [event.data["code"] for event in seen if event.type == "fault"] == ["lookout-failed"]


async def test_figures_are_there_and_are_json(site: Site) -> None:
    site.room.tell(Told("latency", {"comment": "c1", "stages": {"voice": 0.2}}, public=False))
    site.room.tell(Told("fault", {"code": "voice-failed", "message": "m"}, public=False))
    await site.room.events.flush()
    sent(site, 3, line=None)
    site.room.lookout.look(200.0)
    figures: dict[str, Any] = site.room.lookout.machine()
    assert figures["latency"] == [{"comment": "c1", "at": 1.25, "stages": {"voice": 0.2}}]
    assert figures["faults"] == [{"code": "voice-failed", "message": "m", "at": 1.25}]
    assert figures["level_dbfs"] == -100.0
    assert figures["repeated"] == 1
    assert figures["lateness_p95_ms"] == 3.0
    assert figures["av_offset_ms"] is None  # nobody watches: nothing is sent
    assert figures["streams"] == 0


def test_machine_is_read_from_the_system(tmp_path: Path) -> None:
    reader = MachineReader(tmp_path)
    reader.read()
    sum(number * number for number in range(300_000))
    machine = reader.read()
    assert 0.0 < machine.cpu_cores < 64.0
    assert 10.0 < machine.memory_mb < 20_000.0
    assert machine.disk_free_mb is not None
    assert MachineReader(tmp_path / "gone").read().disk_free_mb is None
