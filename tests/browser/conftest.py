"""Fixtures of the browser tests: one Chromium a session, one fake room a test, one evening on air a module."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.browser.browser_kit import launch
from tests.browser.evening import Evening, an_evening
from tests.browser.fake_desk import NO_PICTURE, FakeDesk
from tests.browser.fake_room import FakeRoom


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await launch(playwright)
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="session")
async def room() -> AsyncIterator[FakeRoom]:
    made = FakeRoom()
    await made.start()
    yield made
    await made.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    made = FakeDesk(refuse_whep=NO_PICTURE)
    await made.start()
    yield made
    await made.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def evening(browser: Browser) -> AsyncIterator[Evening]:
    async with an_evening(browser) as opened:
        yield opened
