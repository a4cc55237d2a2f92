"""The picture: it plays, and it comes back whatever breaks it."""

import asyncio

import pytest
from playwright.async_api import Browser

from tests.browser.browser_kit import open_viewer
from tests.browser.fake_room import FakeRoom, Refusal

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_page_plays_picture_and_sound_without_a_word_on_the_console(browser: Browser, room: FakeRoom) -> None:
    viewer = await open_viewer(browser, room.url)
    await viewer.until_live()
    assert await viewer.page.locator("#curtain").is_hidden()
    assert await viewer.page.locator("#badge").inner_text() == "Live"
    await viewer.page.get_by_role("button", name="Tap for sound").click()
    await viewer.until("talkback.stats.totalAudioEnergy > 0")
    assert await viewer.ask("document.querySelector('video').muted") is False
    assert await viewer.page.locator("#sound-tap").is_hidden()
    assert viewer.errors == []
    await viewer.context.close()


async def test_offer_only_receives_and_asks_for_h264_first(browser: Browser, room: FakeRoom) -> None:
    viewer = await open_viewer(browser, room.url)
    await viewer.until_live()
    offer = room.offers[0]
    assert offer.count("a=recvonly") == 2
    assert "a=candidate" in offer
    video = offer[offer.index("m=video") :]
    first = video.split()[3]
    assert f"a=rtpmap:{first} H264/90000" in video
    await viewer.context.close()


async def test_leaving_the_page_ends_the_session_on_the_server(browser: Browser, room: FakeRoom) -> None:
    viewer = await open_viewer(browser, room.url)
    await viewer.until_live()
    await viewer.page.goto("about:blank")
    for _ in range(100):
        if room.ended:
            break
        await asyncio.sleep(0.05)
    assert room.ended == ["v1"]
    await viewer.context.close()


async def test_a_peer_that_ends_is_replaced(browser: Browser, room: FakeRoom) -> None:
    viewer = await open_viewer(browser, room.url)
    await viewer.until_live()
    await room.kill_peers()
    await viewer.until("talkback.stats.reconnects === 1", seconds=20)
    await viewer.until_live()
    assert len(room.offers) == 2
    await viewer.context.close()


async def test_a_stream_that_falls_silent_is_replaced_and_the_reason_is_told(browser: Browser, room: FakeRoom) -> None:
    viewer = await open_viewer(browser, room.url)
    await viewer.until_live()
    room.refuse_whep = Refusal(503, "room-full", "The room is full.", retry_after=30)
    room.freeze()
    await viewer.until("talkback.state !== 'live'", seconds=15)
    assert await viewer.ask("talkback.reason") in {"no-packets", "no-frames"}
    await viewer.until("talkback.reason === 'room-full'")
    title = viewer.page.locator("#curtain-title")
    assert "Reconnecting in" in await title.inner_text()
    assert await viewer.page.locator("#curtain-more").inner_text() == "The room is full. A place may become free."
    room.refuse_whep = None
    await viewer.page.get_by_role("button", name="Try now").click()
    await viewer.until_live()
    await viewer.context.close()


async def test_network_that_comes_back_is_used_at_once(browser: Browser, room: FakeRoom) -> None:
    viewer = await open_viewer(browser, room.url)
    await viewer.until_live()
    await viewer.context.set_offline(True)
    await room.kill_peers()
    await viewer.until("talkback.state === 'offline'", seconds=20)
    assert await viewer.page.locator("#curtain-title").inner_text() == "You are offline"
    await viewer.context.set_offline(False)
    await viewer.until_live(seconds=15)
    await viewer.context.close()


async def test_a_room_that_does_not_exist_is_said_so(browser: Browser, room: FakeRoom) -> None:
    viewer = await open_viewer(browser, room.url.replace("/demo", "/nowhere"))
    await viewer.until("window.talkback?.state === 'missing'")
    assert await viewer.page.locator("#curtain-title").inner_text() == "There is no such room"
    assert "“nowhere”" in await viewer.page.locator("#curtain-more").inner_text()
    await viewer.context.close()


async def test_starting_then_live_then_ended_are_told(browser: Browser, room: FakeRoom) -> None:
    room.info["state"] = "starting"
    room.refuse_whep = Refusal(503, "room-starting", "This room is getting ready.", retry_after=20)
    viewer = await open_viewer(browser, room.url)
    await viewer.until("window.talkback?.state === 'starting'")
    assert await viewer.page.locator("#curtain-title").inner_text() == "The room is starting"
    room.refuse_whep = None
    room.emit("room.state", state="live", viewers=3)
    await viewer.until_live(seconds=10)
    assert await viewer.page.locator("#viewers").inner_text() == "3 watching"
    room.emit("room.state", state="closing", viewers=3)
    await viewer.until("talkback.state === 'closing'")
    room.refuse_whep = Refusal(503, "room-closing", "This room is closing.", retry_after=10)
    await room.kill_peers()
    await viewer.until("talkback.state === 'ended'", seconds=20)
    assert await viewer.page.locator("#curtain-title").inner_text() == "The show has ended"
    await viewer.context.close()


async def test_a_server_that_starts_late_is_found(browser: Browser, room: FakeRoom) -> None:
    calls: list[str] = []

    async def refuse(route: object) -> None:
        calls.append("info")
        await route.abort()  # type: ignore[attr-defined]

    async def cut(page: object) -> None:
        await page.route("**/info", refuse, times=2)  # type: ignore[attr-defined]

    viewer = await open_viewer(browser, room.url, prepare=cut)
    await viewer.until_live()
    assert len(calls) == 2
    await viewer.context.close()


async def test_chosen_sound_is_remembered_on_the_next_visit(browser: Browser, room: FakeRoom) -> None:
    viewer = await open_viewer(browser, room.url)
    await viewer.until_live()
    await viewer.page.get_by_role("button", name="Tap for sound").click()
    await viewer.page.reload()
    await viewer.until_live()
    await viewer.until("document.querySelector('video').muted === false")
    await viewer.page.locator("#sound-toggle").click()
    assert await viewer.ask("document.querySelector('video').muted") is True
    assert await viewer.page.locator("#sound-tap").is_visible()
    await viewer.context.close()
