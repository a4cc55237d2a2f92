"""The product as a viewer meets it: the real server with its real models, watched and asked in a real Chromium."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.browser_kit import LAPTOP, PHONE, Viewer, open_viewer
from tests.live_room import ROOT, LiveRoom

pytestmark = [
    pytest.mark.browser,
    pytest.mark.endtoend,
    pytest.mark.models,
    pytest.mark.asyncio(loop_scope="session"),
]

MEDIA = ROOT / "docs" / "media"
ANSWER_SECONDS = 45
"""Far beyond what an answer takes: this proves that it comes, `tests/bench` measures when."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def live(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> AsyncIterator[LiveRoom]:
    """The demo room, on air; it must leave within seconds of SIGTERM, with code 0."""
    server = LiveRoom(tmp_path_factory.mktemp("data"))
    await asyncio.to_thread(server.start)
    try:
        yield server
    except BaseException:
        await asyncio.to_thread(server.kill)
        raise
    await asyncio.to_thread(server.stop)


async def test_page_plays_and_a_typed_comment_is_answered_aloud_while_others_join(
    browser: Browser, live: LiveRoom
) -> None:
    first = await open_viewer(browser, live.url, viewport=LAPTOP)
    await first.until_live()
    await first.page.locator("#sound-tap").click()
    await first.page.locator("#name").fill("Lin")
    await first.page.locator("#name").press("Enter")
    await first.write("How much is the ribeye?")
    await first.until("talkback.comments.at(-1)?.own && talkback.comments.at(-1).id !== null")
    asked = await first.ask("talkback.comments.at(-1).id")
    state = f"talkback.comments.find((one) => one.id === '{asked}').state"
    await first.until(f"{state} === 'answering'", seconds=ANSWER_SECONDS)

    late = await open_viewer(browser, live.url, viewport=PHONE)
    await late.until_live()
    caption = "JSON.stringify([talkback.caption.line, talkback.caption.text])"
    for _ in range(200):
        seen, seen_late = await asyncio.gather(first.ask(caption), late.ask(caption))
        if seen == seen_late and await late.ask("talkback.caption.line !== null && talkback.caption.last > 0"):
            break
        await asyncio.sleep(0.1)
    assert seen == seen_late
    await keep_pictures(first, late)

    await first.until(f"{state} === 'spoken'", seconds=ANSWER_SECONDS)
    assert "199" in await first.ask(f"talkback.comments.find((one) => one.id === '{asked}').reply")
    await late.until(f"{state} === 'spoken'")
    assert await late.ask(f"talkback.comments.find((one) => one.id === '{asked}').own") is False
    for viewer in (first, late):
        stats = await viewer.ask("talkback.stats")
        assert stats["framesDecoded"] > 25
        assert (stats["width"], stats["height"]) == (720, 1280)
        assert stats["reconnects"] == 0
        assert viewer.errors == []
    await first.until("talkback.stats.totalAudioEnergy > 0")
    await first.context.close()
    await late.context.close()


async def test_dropped_connection_comes_back(browser: Browser, live: LiveRoom) -> None:
    viewer = await open_viewer(browser, live.url)
    await viewer.until_live()
    session = await viewer.ask("talkback.session")
    async with aiohttp.ClientSession() as client, client.delete(session) as ended:
        assert ended.status == 200
    await viewer.until("talkback.stats.reconnects === 1", seconds=15)
    await viewer.until_live()
    assert await viewer.ask("talkback.session") != session
    await viewer.context.close()


async def test_lost_network_is_said_and_the_page_comes_back(browser: Browser, live: LiveRoom) -> None:
    viewer = await open_viewer(browser, live.url)
    await viewer.until_live()
    await viewer.until("talkback.events.lastId !== ''")
    session = await viewer.ask("talkback.session")
    await viewer.context.set_offline(True)
    async with aiohttp.ClientSession() as client, client.delete(session) as ended:
        assert ended.status == 200
    await viewer.until("talkback.state === 'offline'", seconds=15)
    await viewer.context.set_offline(False)
    await viewer.until_live(seconds=15)
    await viewer.until("talkback.events.state === 'open'")
    await viewer.context.close()


async def test_comment_that_is_too_much_is_refused_in_words_and_kept(browser: Browser, live: LiveRoom) -> None:
    viewer = await open_viewer(browser, live.url)
    await viewer.until("window.talkback?.events.state === 'open'")
    await viewer.page.locator("#name").fill("Flood")
    hint = viewer.page.locator(".hint--wrong")
    for n in range(30):
        await viewer.write(f"question number {n} about nothing at all")
        await viewer.until("document.getElementById('composer').getAttribute('aria-busy') === 'false'")
        if await hint.is_visible():
            break
    assert "wait" in (await hint.inner_text()).lower()
    assert (await viewer.page.locator("#comment").input_value()).startswith("question number")
    await viewer.context.close()


async def keep_pictures(laptop: Viewer, phone: Viewer) -> None:
    """Renew the pictures of the documentation, when asked to by UPDATE_MEDIA."""
    if not os.environ.get("UPDATE_MEDIA"):
        return
    MEDIA.mkdir(parents=True, exist_ok=True)
    for viewer, name in ((laptop, "viewer.png"), (phone, "viewer-phone.png")):
        await viewer.page.screenshot(path=Path(MEDIA / name))
