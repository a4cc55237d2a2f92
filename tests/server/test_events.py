"""`GET /rooms/{room}/events` over HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse

from server.event_stream import Subscription
from server.show_events import Told
from tests.server.fakes import CONFIG, Site, open_site


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(tmp_path) as opened:
        yield opened


async def next_event(response: ClientResponse) -> dict[str, Any]:
    """The next event, comments and hints skipped."""
    number = None
    async with asyncio.timeout(5):
        while True:
            line = (await response.content.readline()).decode()
            assert line, "the stream ended"
            if line.startswith("id: "):
                number = int(line[4:])
            if line.startswith("data: "):
                return {"id": number, **json.loads(line[6:])}


async def test_new_viewer_gets_a_snapshot_then_what_happens(site: Site) -> None:
    await site.room.comment("Lin", "earlier")
    async with site.client.get("/rooms/demo/events") as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert response.headers["Cache-Control"] == "no-store"
        assert (await next_event(response))["state"] == "live"
        assert (await next_event(response))["text"] == "earlier"
        await site.room.comment("Lin", "now")
        assert (await next_event(response))["text"] == "now"


async def test_resumes_after_the_last_event_id(site: Site) -> None:
    first = await site.room.events.append("caption", 1.0, {"text": "one"})
    await site.room.events.append("fault", 1.5, {"code": "x"}, public=False)
    await site.room.events.append("caption", 2.0, {"text": "two"})
    async with site.client.get("/rooms/demo/events", headers={"Last-Event-ID": str(first.seq)}) as response:
        event = await next_event(response)
        assert (event["text"], event["id"]) == ("two", first.seq + 2)


async def test_host_sees_what_viewers_may_not(site: Site) -> None:
    headers = {"Last-Event-ID": str(site.room.events.last_seq), **site.as_host}
    async with site.client.get("/rooms/demo/events", headers=headers) as response:
        site.room.tell(Told("fault", {"code": "x", "message": "y"}, public=False))
        assert (await next_event(response))["type"] == "fault"


async def test_wrong_token_gets_no_stream_at_all(site: Site) -> None:
    response = await site.client.get("/rooms/demo/events", headers={"Authorization": "Bearer " + "x" * 43})
    assert response.status == 401


@pytest.mark.parametrize("last_id", ["-1", "abc", "1.5", "9" * 30, "１２"])
async def test_bad_last_event_id_is_refused(site: Site, last_id: str) -> None:
    response = await site.client.get("/rooms/demo/events", headers={"Last-Event-ID": last_id})
    assert response.status == 400
    assert (await response.json(content_type=None))["type"] == "/problems/bad-event-id"


async def test_silent_stream_is_kept_alive(tmp_path: Path) -> None:
    async with open_site(tmp_path, keep_alive=0.01) as site, site.client.get("/rooms/demo/events") as response:
        async with asyncio.timeout(5):
            while await response.content.readline() != b": keep-alive\n":
                pass


async def test_places_are_bounded_and_free_again_when_a_page_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = {**CONFIG, "limits": {"event_streams": 1}}
    async with open_site(tmp_path, config) as site:
        stream, gone = site.room.stream, asyncio.Event()
        unsubscribe = stream.unsubscribe

        def noticed(subscription: Subscription) -> None:
            unsubscribe(subscription)
            gone.set()

        monkeypatch.setattr(stream, "unsubscribe", noticed)
        async with site.client.get("/rooms/demo/events") as response:
            await next_event(response)
            refused = await site.client.get("/rooms/demo/events")
            assert refused.status == 503
            assert refused.headers["Retry-After"] == "15"
            response.close()
        async with asyncio.timeout(5):
            await gone.wait()
        async with site.client.get("/rooms/demo/events") as response:
            await next_event(response)


async def test_connections_of_one_address_are_limited(tmp_path: Path) -> None:
    config = {**CONFIG, "limits": {"address_connections_per_minute": 20}}
    async with open_site(tmp_path, config) as site:
        statuses = []
        for _ in range(6):
            async with site.client.get("/rooms/demo/events") as response:
                statuses.append(response.status)
                response.close()
        assert statuses == [200] * 5 + [429]


async def test_closing_room_tells_its_state_and_ends_the_stream(site: Site) -> None:
    async with site.client.get("/rooms/demo/events") as response:
        assert (await next_event(response))["state"] == "live"
        await site.room.close()
        assert (await next_event(response))["state"] == "closing"
        assert await response.content.read() == b"\n"
