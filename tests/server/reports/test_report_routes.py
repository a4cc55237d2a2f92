"""Reports over HTTP, on the log of a room that is running."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse

from server.show_events import Told
from tests.server.fakes import Site, open_site
from tests.server.reports.made_up import STORY


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(tmp_path) as opened:
        for at, kind, data in STORY:
            if kind != "room.state":
                opened.room.tell(Told(kind, data), at)
        yield opened


async def get(site: Site, path: str) -> ClientResponse:
    return await site.client.get(f"/rooms/demo/shows{path}", headers=site.as_host)


async def problem(response: ClientResponse, status: int, code: str) -> str:
    assert (response.status, response.content_type) == (status, "application/problem+json"), await response.text()
    body: dict[str, Any] = json.loads(await response.read())
    assert body["type"] == f"/problems/{code}"
    return str(body["detail"])


async def test_shows_are_listed(site: Site) -> None:
    body = await (await get(site, "")).json()
    [show] = body["shows"]
    assert (show["id"], show["ended"]) == ("demo-1", "on air")


async def test_report_of_the_running_show_holds_what_was_just_posted(site: Site) -> None:
    site.room.tell(Told("comment.received", {"comment": "c99", "viewer": "Zoe", "text": "hi"}), 119.0)
    for show in ("demo-1", "last"):
        response = await get(site, f"/{show}")
        assert response.content_type == "application/json"
        body = json.loads(await response.read())
        assert body["show"]["id"] == "demo-1"
        assert body["comments"][-1]["viewer"] == "Zoe"


@pytest.mark.parametrize(
    ("form", "kind", "begins"),
    [
        ("csv", "text/csv", "\ufeffcomment,at,viewer"),
        ("csv&table=transcript", "text/csv", "\ufeffline,kind,start"),
        ("jsonl", "application/jsonl", '{"seq"'),
        ("srt", "application/x-subrip", "1\n00:00:10,000 --> "),
        ("vtt", "text/vtt", "WEBVTT"),
    ],
)
async def test_exports_are_files(site: Site, form: str, kind: str, begins: str) -> None:
    response = await get(site, f"/demo-1/export?format={form}")
    assert (response.status, response.content_type, response.charset) == (200, kind, "utf-8")
    assert response.headers["Content-Disposition"].startswith('attachment; filename="demo-1')
    assert (await response.read()).decode().startswith(begins)


async def test_what_is_wrong_is_told(site: Site) -> None:
    assert "shows" in await problem(await get(site, "/other"), 404, "no-such-show")
    await problem(await get(site, "/--help"), 404, "no-such-show")
    await problem(await get(site, "/demo-1/export?format=exe"), 422, "invalid-field")
    assert "csv|jsonl" in await problem(await get(site, "/demo-1/export"), 422, "invalid-field")
    assert "transcript" in await problem(await get(site, "/demo-1/export?format=csv&table=x"), 422, "invalid-field")


async def test_reports_wait_for_each_other(site: Site) -> None:
    answers = await asyncio.gather(*(get(site, "/last") for _ in range(3)))
    assert [answer.status for answer in answers] == [200, 200, 200]


async def test_page_that_leaves_ends_the_making(site: Site) -> None:
    with pytest.raises(asyncio.TimeoutError):
        async with asyncio.timeout(0.05):
            await get(site, "/last")
    assert (await get(site, "/last")).status == 200
