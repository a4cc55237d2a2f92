import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from server.cli import main
from server.event import Event
from server.event_log import EventLog
from tests.server.fakes import Site, open_site

ADDRESS = "/rooms/demo/promotions"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(tmp_path) as opened:
        yield opened


async def post(site: Site, body: Any, address: str = ADDRESS) -> tuple[int, dict[str, Any]]:
    answer = await site.client.post(address, json=body, headers=site.as_host)
    return answer.status, await answer.json()


async def test_a_draw_is_started_closed_and_drawn_by_the_host(site: Site) -> None:
    status, state = await post(site, {"id": "friday", "by": "Mei"})
    assert status == 202
    assert [(p["id"], p["state"], p["entries"]) for p in state["promotions"]] == [("friday", "announced", 0)]
    for action, expected in (("open", "open"), ("close", "closed"), ("draw", "drawn")):
        status, state = await post(site, {"action": action}, f"{ADDRESS}/friday")
        assert (status, state["promotions"][0]["state"]) == (202, expected)
    shown = await site.client.get(ADDRESS, headers=site.as_host)
    assert (await shown.json()) == state


async def test_a_plan_of_ones_own_can_be_started(site: Site) -> None:
    plan = {"id": "c", "kind": "coupon", "title": "C", "code": "LAMP", "saving": "5 yuan off", "announce_seconds": 0}
    status, state = await post(site, {"plan": plan})
    assert status == 202
    assert {p["id"]: p["state"] for p in state["promotions"]} == {"friday": None, "c": "open"}


@pytest.mark.parametrize(
    ("body", "address", "status", "part"),
    [
        ({"id": "monday"}, ADDRESS, 404, "no promotion monday"),
        ({}, ADDRESS, 422, "give id, or plan"),
        ({"plan": {"id": "x", "kind": "draw", "title": "X"}}, ADDRESS, 422, "needs prizes"),
        ({"action": "draw"}, f"{ADDRESS}/friday", 409, "has not been announced"),
        ({"action": "dance"}, f"{ADDRESS}/friday", 422, "action"),
    ],
)
async def test_what_can_not_be_done_is_a_problem(site: Site, body: Any, address: str, status: int, part: str) -> None:
    got, problem = await post(site, body, address)
    assert got == status
    assert part in problem["detail"]


async def test_a_room_that_is_not_live_says_so(site: Site) -> None:
    site.room.conversation = None
    assert (await site.client.get(ADDRESS, headers=site.as_host)).status == 503


def test_draws_in_the_log_can_be_verified(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def show() -> None:
        async with open_site(tmp_path / "site") as site:
            await post(site, {"id": "friday"})
            for action in ("open", "close", "draw"):
                await post(site, {"action": action}, f"{ADDRESS}/friday")
            await site.room.events.flush()
            record = next(e for e in await site.room.events.read(0, 10_000, 1000) if e.type == "promotion.record")
            announced = next(e for e in await site.room.events.read(0, 10_000, 1000) if e.type == "promotion.announced")
        (tmp_path / "demo").mkdir()
        log = await EventLog.open(tmp_path / "demo" / "events.sqlite3")
        await log.begin_show("s1", "demo", "test")
        await log.append("promotion.announced", 1.0, announced.data)
        await log.append("promotion.record", 2.0, record.data)
        await log.append("promotion.record", 3.0, record.data | {"promotion": "forged", "seed": "00" * 32})
        await log.close()

    asyncio.run(show())
    assert main(["promo", "verify", "demo", "friday", "--data", str(tmp_path)]) == 0
    assert "friday, drawn" in capsys.readouterr().out
    assert main(["promo", "verify", "demo", "--data", str(tmp_path)]) == 1
    assert "does not fit the commitment" in capsys.readouterr().out
    assert main(["promo", "verify", "demo", "monday", "--data", str(tmp_path)]) == 2
    assert main(["promo", "verify", "nowhere", "--data", str(tmp_path)]) == 2


async def test_what_hosts_do_with_promotions_is_in_the_log_with_who_and_what_it_changed(site: Site) -> None:
    seen: list[Event] = []
    site.room.events.subscribe(seen.extend)
    headers = {**site.as_host, "X-Talkback-Host": "Mei"}
    start = await site.client.post("/rooms/demo/promotions", json={"id": "friday"}, headers=headers)
    assert start.status == 202
    for action in ("open", "close"):
        answer = await site.client.post("/rooms/demo/promotions/friday", json={"action": action}, headers=headers)
        assert answer.status == 202
    refused = await site.client.post("/rooms/demo/promotions/friday", json={"action": "open"}, headers=headers)
    assert refused.status == 409
    await site.room.events.flush()
    told = [event.data for event in seen if event.type == "desk.action"]
    assert [(each["by"], each["action"], each["before"]["state"], each["after"]["state"]) for each in told] == [
        ("Mei", "promotion.announce", None, "announced"),
        ("Mei", "promotion.open", "announced", "open"),
        ("Mei", "promotion.close", "open", "closed"),
    ]
    assert [each["revision"] for each in told] == [1, 2, 3]
