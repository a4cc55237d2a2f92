"""The control room before the real show: what a host does there is what a viewer then hears and sees."""

import asyncio
import os
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Browser

from tests.browser.browser_kit import PHONE, Viewer, open_viewer
from tests.browser.host_kit import TABLET, WIDE, sign_in
from tests.live_room import ROOT, LiveRoom

pytestmark = [
    pytest.mark.browser,
    pytest.mark.endtoend,
    pytest.mark.models,
    pytest.mark.asyncio(loop_scope="session"),
]

MEDIA = ROOT / "docs" / "media"
SECONDS = 45
"""Far beyond what anything takes: this proves that it happens, `tests/bench` measures when."""
ENERGY = "talkback.stats.totalAudioEnergy"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def live(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> AsyncIterator[LiveRoom]:
    """The demo room, on air."""
    server = LiveRoom(tmp_path_factory.mktemp("data"))
    await asyncio.to_thread(server.start)
    try:
        yield server
    except BaseException:
        await asyncio.to_thread(server.kill)
        raise
    await asyncio.to_thread(server.stop)


async def heard_for(viewer: Viewer, seconds: float) -> float:
    """How much energy the viewer's sound had within some seconds."""
    before: float = await viewer.ask(ENERGY)
    await viewer.page.wait_for_timeout(seconds * 1000)
    after: float = await viewer.ask(ENERGY)
    return after - before


async def test_what_a_host_does_reaches_the_viewers_ears_and_eyes(browser: Browser, live: LiveRoom) -> None:
    viewer = await open_viewer(browser, live.url)
    await viewer.until_live()
    await viewer.page.locator("#sound-tap").click()  # a muted page receives sound and measures none
    host = await sign_in(browser, live.base, live.name, live.token)
    await host.badge("Live")

    await host.page.keyboard.press("t")
    await host.badge("Human · text")
    await host.page.keyboard.type("Hello everybody, this is a word from the team.")
    await host.page.keyboard.press("Enter")
    await viewer.until("talkback.caption.text.includes('word from the team')", seconds=SECONDS)
    spoken = await heard_for(viewer, 2.5)
    assert spoken > 0
    await host.page.keyboard.press("Escape")
    await host.page.wait_for_timeout(700)
    await host.page.keyboard.press("b")
    await host.badge("Live")

    await viewer.until("talkback.caption.line !== null", seconds=SECONDS)
    await host.page.keyboard.press("Escape")
    await host.page.keyboard.press("Escape")
    await host.badge("STOPPED")
    await viewer.page.wait_for_timeout(1500)  # what the viewer's jitter buffer still holds
    assert await heard_for(viewer, 2.0) < spoken / 100
    assert await viewer.page.locator("#badge").inner_text() != "Live"
    await host.page.keyboard.press("g")
    await host.badge("Live")
    await viewer.until("talkback.caption.line !== null", seconds=SECONDS)

    await host.page.keyboard.press("n")
    await host.page.locator("#go-product").select_option("KT-17")
    await viewer.until("document.getElementById('product').dataset.sku === 'KT-17'", seconds=SECONDS)
    await viewer.until("document.getElementById('product-picture').naturalWidth > 0")
    await viewer.page.locator("#product-cart").click()
    await viewer.page.get_by_text("In the cart").first.wait_for()

    await host.page.keyboard.press("v")
    await host.badge("Human · voice")
    await viewer.until("document.getElementById('ai').textContent === 'AI picture, human voice'", seconds=SECONDS)
    assert await heard_for(viewer, 3.0) > 0  # Chromium's fake microphone beeps once a second
    await host.page.keyboard.press("v")
    await host.badge("Live")
    await viewer.until("document.getElementById('ai').textContent === 'AI digital human'", seconds=SECONDS)

    expected = ("401", "404")  # asking whether one is signed in; a connection that both sides end at once
    assert [one for one in host.errors if not any(status in one for status in expected)] == []
    assert viewer.errors == []
    await host.page.goto(f"{live.base}/host/{live.name}/shows/last")
    await host.page.get_by_role("heading", name="Timeline").wait_for(timeout=60_000)
    assert "Gooseneck kettle" in await host.page.locator("#report-products").inner_text()
    await host.context.close()
    await viewer.context.close()


@pytest.mark.skipif(
    not os.environ.get("UPDATE_MEDIA"), reason="renews the documentation's pictures when UPDATE_MEDIA is set"
)
async def test_pictures_of_the_documentation(browser: Browser, live: LiveRoom) -> None:
    room = await sign_in(browser, live.base, live.name, live.token)
    await room.page.mouse.click(2, 2)
    await room.page.wait_for_timeout(30_000)  # some history in the plots
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {live.token}"}) as client:
        await ask(client, live, "Lin", "How much is the ribeye?")
        await room.until("document.querySelector('[data-fate=spoken]') !== null", seconds=SECONDS)
        async with client.post(f"{live.url}/promotions", json={"id": "red-lantern"}) as taken:
            assert taken.status == 202
        for name, text in (
            ("Mei", "运到上海要多久?"),
            ("Tomas", "Is the ribeye frozen?"),
            ("Joan", "Are you a real person?"),
            ("Ana", "What warranty does the air fryer have?"),
            ("Wei", "What warranty does the air fryer have"),
            ("Pepe", "Where do the blueberries come from?"),
        ):
            await ask(client, live, name, text)
    await room.page.keyboard.press("k")
    await room.until("document.querySelector('.saying__word').textContent !== ''", seconds=SECONDS)
    await picture(room, "control-room")
    await room.page.set_viewport_size(TABLET)
    await room.until("document.querySelector('.saying__word').textContent !== ''", seconds=SECONDS)
    await picture(room, "control-room-tablet")
    await room.page.set_viewport_size(WIDE)
    phone = await open_viewer(browser, live.url, viewport=PHONE)
    await phone.until("document.getElementById('product-picture').naturalWidth > 0", seconds=SECONDS)
    await phone.page.locator("#sound-tap").click()
    await phone.page.locator("#product-cart").click()
    await phone.page.wait_for_timeout(3000)
    await picture(phone, "viewer-product")
    await phone.page.wait_for_timeout(30_000)  # answers, for the report
    await phone.context.close()
    await room.page.goto(f"{live.base}/host/{live.name}/shows/last")
    await room.page.get_by_role("heading", name="Timeline").wait_for(timeout=60_000)
    await picture(room, "report")
    await room.context.close()


async def ask(client: aiohttp.ClientSession, live: LiveRoom, viewer: str, text: str) -> None:
    """Write a comment as a viewer's page does."""
    async with client.post(f"{live.url}/comments", json={"viewer": viewer, "text": text}) as taken:
        assert taken.status == 202
    await asyncio.sleep(0.5)


async def picture(viewer: Viewer, name: str) -> None:
    """A small picture for the documentation."""
    path = MEDIA / f"{name}.png"
    await viewer.page.screenshot(path=path)
    with Image.open(path) as shot:
        shot.save(MEDIA / f"{name}.webp", quality=82, method=6)
    path.unlink()
