"""Every route: what it answers, and what it says to bad input."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse

from rtc.contract import RtcEvent
from tests.server.fakes import CONFIG, Site, open_site

JSON = {"Content-Type": "application/json"}
SDP = {"Content-Type": "application/sdp"}
WEBM = {"Content-Type": "audio/webm;codecs=opus"}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(tmp_path) as opened:
        yield opened


async def problem(response: ClientResponse, status: int, code: str) -> dict[str, Any]:
    assert (response.status, response.content_type) == (status, "application/problem+json"), await response.text()
    body: dict[str, Any] = json.loads(await response.read())
    assert body["type"] == f"/problems/{code}"
    assert body["status"] == status
    assert body["title"]
    assert body["detail"].endswith((".", ">."))
    assert "Traceback" not in body["detail"]
    return body


# ---- comments -------------------------------------------------------------------------------------------------------


async def test_comment_is_accepted_and_in_the_log_before_the_answer(site: Site) -> None:
    response = await site.client.post("/rooms/demo/comments", json={"viewer": "林", "text": "牛排多少钱?"})
    assert response.status == 202
    assert await response.json() == {"id": "c1"}
    kept = [event for event in await site.room.events.read(0, 10**9, 100) if event.type == "comment.received"]
    assert [event.data["text"] for event in kept] == ["牛排多少钱?"]


@pytest.mark.parametrize(
    ("body", "status", "code", "said"),
    [
        (b"{", 400, "not-json", "not JSON"),
        (b"\xff\xfe\x00", 400, "not-json", "not JSON"),
        (b"", 400, "empty", "empty"),
        (rb'{"viewer": "a", "text": "\ud800"}', 400, "not-json", "not JSON"),
        (b"[" * 8000, 400, "not-json", "not JSON"),
        (b"[]", 422, "invalid-field", "viewer, text"),
        (b"null", 422, "invalid-field", "viewer, text"),
        (b'{"viewer": "a"}', 422, "invalid-field", "field text is missing"),
        (b'{"viewer": "a", "text": 5}', 422, "invalid-field", "field text must be text"),
        (b'{"viewer": null, "text": "x"}', 422, "invalid-field", "field viewer must be text"),
        (b'{"viewer": "a", "text": "x", "admin": true}', 422, "invalid-field", "no field admin"),
        (b'{"viewer": "a", "text": " "}', 422, "empty", "empty"),
        (json.dumps({"viewer": "a", "text": "x" * 301}).encode(), 422, "too-long", "at most 300"),
        (json.dumps({"viewer": "a", "text": "x" * 20_000}).encode(), 413, "too-large", "at most 16 KiB"),
        (b'{"viewer": "a", "text": "crash"}', 500, "internal", "logged"),
    ],
)
async def test_bad_comment_is_refused(site: Site, body: bytes, status: int, code: str, said: str) -> None:
    response = await site.client.post("/rooms/demo/comments", data=body, headers=JSON)
    answer = await problem(response, status, code)
    assert said in answer["detail"]
    assert "secret" not in answer["detail"]


async def test_chunked_body_that_is_too_large_is_refused(site: Site) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 1024

    response = await site.client.post("/rooms/demo/comments", data=endless(), headers=JSON)
    await problem(response, 413, "too-large")


async def test_comment_of_another_kind_is_refused(site: Site) -> None:
    response = await site.client.post("/rooms/demo/comments", data={"viewer": "a", "text": "b"})
    assert "application/json" in (await problem(response, 415, "unsupported-media-type"))["detail"]


async def test_refusal_that_waiting_helps_says_how_long(site: Site) -> None:
    response = await site.client.post("/rooms/demo/comments", json={"viewer": "a", "text": "flood"})
    assert (await problem(response, 429, "too-fast"))["retry_after"] == 5
    assert response.headers["Retry-After"] == "5"


async def test_flood_from_one_address_is_slowed_and_then_let_in_again(tmp_path: Path) -> None:
    config = {**CONFIG, "limits": {"address_comments_per_minute": 30}}
    async with open_site(tmp_path, config) as site:

        async def post() -> ClientResponse:
            return await site.client.post("/rooms/demo/comments", json={"viewer": "a", "text": "hi"})

        assert [(await post()).status for _ in range(5)] == [202] * 5
        refused = await problem(await post(), 429, "too-many")
        site.clock.now += refused["retry_after"]
        assert (await post()).status == 202


async def test_addresses_behind_a_proxy_count_by_themselves(tmp_path: Path) -> None:
    config = {**CONFIG, "limits": {"address_comments_per_minute": 18}}
    async with open_site(tmp_path, config, proxies=1) as site:

        async def post(address: str) -> int:
            headers = {"X-Forwarded-For": f"1.1.1.1, {address}"}  # the client wrote 1.1.1.1 itself
            body = {"viewer": "a", "text": "hi"}
            return (await site.client.post("/rooms/demo/comments", json=body, headers=headers)).status

        assert [await post("9.9.9.9") for _ in range(4)] == [202, 202, 202, 429]
        assert await post("8.8.8.8") == 202


# ---- speech ---------------------------------------------------------------------------------------------------------


async def test_speech_is_understood_and_becomes_a_comment(site: Site) -> None:
    response = await site.client.post("/rooms/demo/speech?viewer=Lin", data=b"opus", headers=WEBM)
    assert response.status == 202
    assert await response.json() == {"id": "c1", "text": "how much is it"}
    assert site.studio.conversation.comments[0].spoken


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"noise", 400, "not-audio"),
        (b"", 400, "empty"),
        (b"hush", 422, "silent"),
        (b"long", 413, "too-long"),
        (b"broken", 503, "hearing-failed"),
        (b"x" * (2 * 1024 * 1024 + 1), 413, "too-large"),
    ],
)
async def test_bad_recording_is_refused(site: Site, body: bytes, status: int, code: str) -> None:
    response = await site.client.post("/rooms/demo/speech?viewer=Lin", data=body, headers=WEBM)
    await problem(response, status, code)


async def test_speech_needs_a_viewer_a_kind_and_ears(site: Site) -> None:
    client = site.client
    await problem(await client.post("/rooms/demo/speech", data=b"x", headers=WEBM), 422, "invalid-field")
    text = {"Content-Type": "text/plain"}
    answer = await problem(
        await client.post("/rooms/demo/speech?viewer=a", data=b"x", headers=text), 415, "unsupported-media-type"
    )
    assert "audio/webm" in answer["detail"]
    site.studio.hearing = None
    await problem(await client.post("/rooms/demo/speech?viewer=a", data=b"x", headers=WEBM), 503, "no-hearing")


async def test_recordings_from_one_address_are_limited(site: Site) -> None:
    statuses = [
        (await site.client.post("/rooms/demo/speech?viewer=a", data=b"opus", headers=WEBM)).status for _ in range(5)
    ]
    assert statuses == [202, 202, 202, 202, 429]


# ---- watching -------------------------------------------------------------------------------------------------------


async def test_whep_answers_with_a_location_that_can_be_deleted_once(site: Site) -> None:
    response = await site.client.post("/rooms/demo/whep", data="v=0\r\n", headers=SDP)
    assert (response.status, response.content_type) == (201, "application/sdp")
    assert await response.text() == "v=0\r\nanswer\r\n"
    location = response.headers["Location"]
    assert re.fullmatch(r"/rooms/demo/whep/\w+", location)
    assert (await site.client.delete(location)).status == 200
    await problem(await site.client.delete(location), 404, "no-such-viewer")


async def test_bad_offers_are_refused(site: Site) -> None:
    post = site.client.post
    await problem(await post("/rooms/demo/whep", data="hello", headers=SDP), 400, "bad-sdp")
    await problem(await post("/rooms/demo/whep", data=b"\xff\xff", headers=SDP), 400, "bad-sdp")
    await problem(await post("/rooms/demo/whep", data=b"", headers=SDP), 400, "empty")
    await problem(await post("/rooms/demo/whep", json={}), 415, "unsupported-media-type")
    await problem(await post("/rooms/demo/whep", data=b"v" * 70_000, headers=SDP), 413, "too-large")


async def test_full_room_says_when_to_come_back(site: Site) -> None:
    site.studio.broadcast.places = 0
    response = await site.client.post("/rooms/demo/whep", data="v=0\r\n", headers=SDP)
    assert (await problem(response, 503, "room-full"))["retry_after"] == 10


# ---- rooms that are not there, or not yet -----------------------------------------------------------------------------


async def test_unknown_room_is_told_by_every_route(site: Site) -> None:
    for route in site.app.router.routes():
        path = route.resource.canonical if route.resource else ""
        if "{room}" not in path or route.method == "HEAD":
            continue
        path = re.sub(r"\{\w+\}", "x", path.replace("{room}", "nowhere"))
        headers = {**JSON, **site.as_host}
        await problem(await site.client.request(route.method, path, data=b"{}", headers=headers), 404, "no-such-room")


async def test_room_that_starts_lets_watch_the_page_but_not_write(tmp_path: Path) -> None:
    async with open_site(tmp_path, start=False) as site:
        comment = {"viewer": "a", "text": "hi"}
        answer = await problem(await site.client.post("/rooms/demo/comments", json=comment), 503, "room-starting")
        assert answer["retry_after"] == 2
        await problem(await site.client.post("/rooms/demo/whep", data="v=0", headers=SDP), 503, "room-starting")
        ready = await problem(await site.client.get("/readyz"), 503, "not-ready")
        assert "demo (starting)" in ready["detail"]
        assert (await (await site.client.get("/rooms/demo/info")).json())["state"] == "starting"
        await site.room.start()
        assert await (await site.client.get("/readyz")).json() == {"status": "ready", "rooms": ["demo"]}


async def test_readiness_names_what_is_loading(tmp_path: Path) -> None:
    async with open_site(tmp_path, start=False) as site:
        with site.room.progress.step("voice"):
            ready = await problem(await site.client.get("/readyz"), 503, "not-ready")
        assert "demo (loading voice)" in ready["detail"]
        assert (await site.client.get("/healthz")).status == 200


async def test_room_that_closes_says_so(site: Site) -> None:
    await site.room.close()
    comment = {"viewer": "a", "text": "hi"}
    await problem(await site.client.post("/rooms/demo/comments", json=comment), 503, "room-closing")
    await problem(await site.client.post("/rooms/demo/whep", data="v=0", headers=SDP), 503, "room-closing")
    await problem(await site.client.post("/rooms/demo/interrupt", headers=site.as_host), 503, "room-closing")


# ---- addresses, methods, headers ----------------------------------------------------------------------------------------


async def test_info_holds_what_a_page_needs(site: Site) -> None:
    body = await (await site.client.get("/rooms/demo/info")).json()
    assert body == {
        "room": "demo",
        "title": {"en": "Test room", "zh": "测试间"},
        "host": {"name": "Joe", "role": {"en": "Founder", "zh": "创始人"}},
        "language": "en",
        "ice_servers": [],
        "limits": {"comment_chars": 300, "viewer_chars": 24, "speech_seconds": 20},
        "state": "live",
        "video": {"width": 720, "height": 1280},
    }


async def test_wrong_addresses_and_methods_are_problems(site: Site) -> None:
    await problem(await site.client.get("/nowhere"), 404, "not-found")
    response = await site.client.put("/rooms/demo/comments", json={})
    assert "it takes POST" in (await problem(response, 405, "method-not-allowed"))["detail"]
    assert response.headers["Allow"] == "POST"


async def test_root_leads_to_the_first_room(site: Site) -> None:
    response = await site.client.get("/", allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (302, "/rooms/demo")


async def test_security_headers_are_on_every_answer(site: Site) -> None:
    for path in ("/rooms/demo", "/rooms/demo/info", "/nowhere", "/healthz"):
        headers = (await site.client.get(path)).headers
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "unsafe-inline" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "Server" not in headers


async def test_page_and_icon_are_served(site: Site) -> None:
    page = await site.client.get("/rooms/demo")
    assert (page.status, page.content_type) == (200, "text/html")
    for named in set(re.findall(r'(?:src|href)="(/static/[^"]+)"', await page.text())):
        assert (await site.client.get(named)).status == 200, named
    assert (await site.client.get("/favicon.ico")).content_type == "image/svg+xml"


async def test_files_are_asked_for_again_and_not_sent_twice(site: Site) -> None:
    response = await site.client.get("/static/events.js")
    assert response.status == 200
    assert response.content_type == "text/javascript"
    assert response.headers["Cache-Control"] == "no-cache"
    again = await site.client.get("/static/events.js", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status == 304


@pytest.mark.parametrize(
    "path",
    ["nothing.js", "../pyproject.toml", "..%2fpyproject.toml", "%2e%2e/README.md", "%00.js", "x" * 5000 + ".js", "."],
)
async def test_only_files_of_the_web_folder_are_served(site: Site, path: str) -> None:
    from yarl import URL

    response = await site.client.get(URL(f"/static/{path}", encoded=True))
    assert response.status in (400, 404)


# ---- figures --------------------------------------------------------------------------------------------------------


async def test_metrics_count_comments_and_show_the_rooms_figures(site: Site) -> None:
    await site.client.post("/rooms/demo/comments", json={"viewer": "a", "text": "hi"})
    site.room.tell(_told("comment.decided", {"comment": "c1", "fate": "spoken"}))
    site.room.tell(_told("latency", {"comment": "c1", "stages": {"voice": 0.25, "unknown": 1}}))
    site.studio.broadcast.report(RtcEvent("fault", detail="x264 failed"))
    await site.room.events.flush()
    text = await (await site.client.get("/metrics", headers=site.as_host)).text()
    for line in (
        'talkback_comments_total{room="demo",spoken="false"} 1.0',
        'talkback_comment_fates_total{fate="spoken",room="demo"} 1.0',
        'talkback_reply_latency_seconds_bucket{le="0.3",room="demo",stage="voice"} 1.0',
        'talkback_faults_total{code="rtc",room="demo"} 1.0',
        'talkback_slices_total{room="demo"} 7.0',
        'talkback_slices_repeated_total{room="demo"} 1.0',
        'talkback_encode_milliseconds{quantile="0.95",room="demo"} 6.0',
        'talkback_room_live{room="demo"} 1.0',
        'talkback_comments_waiting{room="demo"} 1.0',
    ):
        assert line in text
    assert 'talkback_memory_bytes{process="server"}' in text
    assert "hi" not in re.findall(r'"([^"]*)"', text)


def _told(type: str, data: dict[str, Any]) -> Any:
    from server.show_events import Told

    return Told(type, data)
