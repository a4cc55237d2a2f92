import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.server.fakes import Site, open_site

CLICK = {"viewer": "Lin", "sku": "RB-10", "action": "cart"}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(tmp_path) as opened:
        yield opened


async def click(site: Site, **changed: object) -> int:
    return (await site.client.post("/rooms/demo/clicks", json=CLICK | changed)).status


async def test_click_becomes_an_event_that_only_hosts_see(site: Site) -> None:
    assert await click(site, viewer=" Lin\u200b ") == 202
    await site.room.events.flush()
    [event] = [e for e in await site.room.events.read(0, 10**9, 100) if e.type == "product.clicked"]
    assert event.data == CLICK
    assert not event.public


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"", 400, "empty"),
        (b"nonsense", 400, "not JSON"),
        (b"[]", 422, "viewer, sku, action"),
        (json.dumps(CLICK | {"sku": "XX"}).encode(), 422, "product.shown"),
        (json.dumps(CLICK | {"sku": "x" * 500}).encode(), 422, "product.shown"),
        (json.dumps(CLICK | {"action": "buy"}).encode(), 422, "action"),
        (json.dumps(CLICK | {"viewer": " "}).encode(), 422, "1 to 24"),
        (json.dumps(CLICK | {"viewer": "v" * 25}).encode(), 422, "1 to 24"),
        (json.dumps(CLICK | {"price": 1}).encode(), 422, "no field price"),
        (json.dumps(CLICK | {"viewer": "v" * 3000}).encode(), 413, "at most 2 KiB"),
    ],
)
async def test_bad_click_says_what_is_wrong(site: Site, body: bytes, status: int, said: str) -> None:
    response = await site.client.post("/rooms/demo/clicks", data=body, headers={"Content-Type": "application/json"})
    assert (response.status, response.content_type) == (status, "application/problem+json")
    assert said in json.loads(await response.read())["detail"]


async def test_one_viewer_who_clicks_without_end_is_slowed_and_others_are_not(site: Site) -> None:
    assert [await click(site) for _ in range(11)] == [202] * 10 + [429]
    assert await click(site, viewer="Wei") == 202
    site.clock.now += 2
    assert await click(site, viewer="LIN") == 202


async def test_address_that_floods_is_slowed_whatever_names_it_uses(site: Site) -> None:
    statuses = [await click(site, viewer=f"bot {n}") for n in range(61)]
    assert statuses == [202] * 60 + [429]


async def test_room_that_starts_or_closes_takes_no_clicks(tmp_path: Path) -> None:
    async with open_site(tmp_path, start=False) as site:
        assert await click(site) == 503
