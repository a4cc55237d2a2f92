"""What the hosts' pages are sent: whole messages, the newest only, never to strangers."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse

from server import desk_stream
from server.authority import HostToken
from server.desk_stream import MOST_SUBSCRIBERS, DeskSubscriber
from server.machine import Machine, MachineReader
from tests.server.fakes import Site, open_site

STREAM = "/rooms/demo/control/stream"


@pytest.fixture
async def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    monkeypatch.setattr(desk_stream, "PAUSE_S", 0.01)
    monkeypatch.setattr(MachineReader, "read", lambda self: Machine())
    async with open_site(tmp_path) as opened:
        yield opened


async def message(response: ClientResponse) -> dict[str, Any]:
    async with asyncio.timeout(5):
        while True:
            line = await response.content.readline()
            assert line, "the stream ended"
            if line.startswith(b"data: "):
                found: dict[str, Any] = json.loads(line[6:])
                return found


async def test_desk_is_given_once_and_whole(site: Site) -> None:
    response = await site.client.get("/rooms/demo/control/desk", headers=site.as_host)
    whole = await response.json()
    assert {"at", "time", "revision", "show", "state", "machine", "alarms"} <= set(whole)
    assert whole["show"] == "demo-1"
    assert whole["state"]["room"] == "live"
    assert whole["machine"]["viewers"] == 0


async def test_first_message_comes_at_once_and_changes_follow(site: Site) -> None:
    async with site.client.get(STREAM, headers=site.as_host) as response:
        assert response.content_type == "text/event-stream"
        assert (await message(response))["machine"]["viewers"] == 0
        await site.room.watch("v=0\r\n")
        async with asyncio.timeout(5):
            while (await message(response))["machine"]["viewers"] != 1:
                pass


async def test_message_comes_each_second_though_nothing_changes(site: Site) -> None:
    async with site.client.get(STREAM, headers=site.as_host) as response:
        first = await message(response)
        site.studio.screen.now += 1.0
        site.clock.now += 1.0
        async with asyncio.timeout(5):
            while (await message(response))["at"] == first["at"]:
                pass


async def test_unchanged_desk_is_not_sent_again_before_the_second_is_over(site: Site) -> None:
    subscriber = site.room.desk_stream.subscribe()
    assert await subscriber.take()
    site.room.lookout.look(site.clock.now)
    async with asyncio.timeout(1):
        await subscriber.take()  # the first turn of the loop
    taking = asyncio.create_task(subscriber.take())
    done, _ = await asyncio.wait([taking], timeout=0.2)
    assert not done
    taking.cancel()


async def test_slow_page_gets_the_newest_message_and_no_queue() -> None:
    subscriber = DeskSubscriber()
    for number in range(1000):
        subscriber.offer(b"%d" % number)
    assert await subscriber.take() == b"999"
    subscriber.end()
    assert await subscriber.take() is None


async def test_places_are_bounded_and_given_back(site: Site) -> None:
    held = [site.room.desk_stream.subscribe() for _ in range(MOST_SUBSCRIBERS)]
    response = await site.client.get(STREAM, headers=site.as_host)
    assert response.status == 503
    assert "Close one" in (await response.json(content_type=None))["detail"]
    site.room.desk_stream.unsubscribe(held[0])
    async with site.client.get(STREAM, headers=site.as_host) as opened:
        assert opened.status == 200
        assert (await message(opened))["machine"]["streams"] == MOST_SUBSCRIBERS


async def test_stream_ends_with_the_room(site: Site) -> None:
    async with site.client.get(STREAM, headers=site.as_host) as response:
        await message(response)
        await site.room.close()
        async with asyncio.timeout(5):
            await response.content.read()
            while not response.content.at_eof():
                await response.content.readany()


async def test_stream_ends_when_the_token_is_renewed(site: Site, tmp_path: Path) -> None:
    body = {"token": site.token, "name": "Ann"}
    assert (await site.client.post("/host/session", json=body)).status == 200
    for headers in ({}, site.as_host):
        async with site.client.get(STREAM, headers=headers) as response:
            assert response.status == 200
            await message(response)
    opened = [await site.client.get(STREAM, headers=headers) for headers in ({}, site.as_host)]
    HostToken(tmp_path).renew()
    site.clock.now += 1
    async with asyncio.timeout(5):
        for response in opened:
            while not response.content.at_eof():
                await response.content.readany()


async def test_page_that_leaves_frees_its_place(site: Site) -> None:
    async with site.client.get(STREAM, headers=site.as_host) as response:
        await message(response)
        assert site.room.desk_stream.subscribers == 1
    async with asyncio.timeout(5):
        while site.room.desk_stream.subscribers:
            site.clock.now += 1
            await asyncio.sleep(0.01)
