"""A real Chromium for the tests, and what a test asks of a page."""

import asyncio
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, ViewportSize

CHROMIUM_PATHS = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
)
MISSING = "these tests drive a real Chromium, and none was found: install it (Debian: apt-get install chromium) or name it in CHROMIUM"

LAPTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
SMALL_PHONE: ViewportSize = {"width": 360, "height": 640}


def find_chromium() -> Path | None:
    """The browser: what CHROMIUM names, or an installed one."""
    named = os.environ.get("CHROMIUM")
    if named:
        return Path(named)
    for path in CHROMIUM_PATHS:
        if Path(path).exists():
            return Path(path)
    found = shutil.which("chromium")
    return Path(found) if found else None


async def launch(playwright: Playwright, *flags: str) -> Browser:
    """Start Chromium; without one the test is skipped at a desk and fails where CI is true."""
    chromium = find_chromium()
    if chromium is None:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    return await playwright.chromium.launch(executable_path=chromium, args=[*FLAGS, *flags])


@dataclass
class Viewer:
    """A page of the viewer, with everything that its console said."""

    page: Page
    context: BrowserContext
    errors: list[str] = field(default_factory=list)

    async def until(self, expression: str, *, seconds: float = 15) -> None:
        """Wait until a JavaScript expression is true; asks from outside, as the page's policy forbids `eval`."""
        deadline = time.monotonic() + seconds
        while not await self.page.evaluate(expression):
            if time.monotonic() > deadline:
                state = await self.page.evaluate(
                    "window.talkback ? JSON.stringify([talkback.state, talkback.reason, talkback.stats, talkback.events,"
                    " talkback.comments.slice(-3)]) : JSON.stringify({...window.controlRoom})"
                )
                raise AssertionError(
                    f"not within {seconds:g} s: {expression}; the page is {state}; it said {self.errors}"
                )
            await asyncio.sleep(0.05)

    async def ask(self, expression: str) -> Any:
        return await self.page.evaluate(expression)

    async def until_live(self, *, seconds: float = 20) -> None:
        await self.until(
            "window.talkback?.state === 'live' && window.talkback.stats.framesDecoded > 0", seconds=seconds
        )

    async def write(self, text: str) -> None:
        """Type a comment and send it as a person would."""
        await self.page.locator("#comment").fill(text)
        await self.page.locator("#comment").press("Enter")

    async def fate_of(self, text: str) -> str:
        return await self.page.locator(".comment", has_text=text).locator(".comment__fate").inner_text()


async def open_viewer(
    browser: Browser,
    url: str,
    *,
    viewport: ViewportSize = LAPTOP,
    language: str = "en-GB",
    context: BrowserContext | None = None,
    prepare: Callable[[Page], Any] | None = None,
    **options: Any,
) -> Viewer:
    """Open the page as one viewer's device would."""
    if context is None:
        context = await browser.new_context(viewport=viewport, locale=language, permissions=["microphone"], **options)
    page = await context.new_page()
    viewer = Viewer(page, context)

    def heard(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            viewer.errors.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    page.on("console", heard)
    page.on("pageerror", lambda error: viewer.errors.append(f"uncaught: {error}"))
    if prepare is not None:
        await prepare(page)
    await page.goto(url)
    return viewer
