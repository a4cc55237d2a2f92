"""Fixtures of the browser tests: one Chromium a session, one fake room a test."""

import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.browser.browser_kit import FLAGS, MISSING, find_chromium
from tests.browser.fake_room import FakeRoom


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    chromium = find_chromium()
    if chromium is None:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=chromium,
            args=[*FLAGS, "--autoplay-policy=no-user-gesture-required"],
        )
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="session")
async def room() -> AsyncIterator[FakeRoom]:
    made = FakeRoom()
    await made.start()
    yield made
    await made.stop()
