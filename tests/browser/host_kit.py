"""A control room on the screen of one host, and what a test asks of it."""

import json
from dataclasses import dataclass

from playwright.async_api import Browser, Locator, ViewportSize

from tests.browser.browser_kit import Viewer, open_viewer
from tests.browser.fake_desk import FakeDesk

WIDE: ViewportSize = {"width": 1440, "height": 900}
TABLET: ViewportSize = {"width": 1024, "height": 768}


@dataclass
class ControlRoom(Viewer):
    """The page of the control room."""

    @property
    def trouble(self) -> list[str]:
        """What the console said, without the picture that most tests refuse."""
        return [one for one in self.errors if "503" not in one]

    def part(self, id: str) -> Locator:
        return self.page.locator(f"#{id}")

    async def until_live(self, *, seconds: float = 10) -> None:
        await self.until("window.controlRoom?.feed === 'live'", seconds=seconds)

    async def text(self, id: str) -> str:
        return await self.part(id).inner_text()

    async def reads(self, id: str, part: str) -> None:
        """Wait until an element's text holds `part`."""
        await self.until(f"document.getElementById({json.dumps(id)}).textContent.includes({json.dumps(part)})")

    async def badge(self, word: str, *, seconds: float = 15) -> None:
        """Wait until the state is called so."""
        await self.until(f"document.getElementById('badge').textContent === '{word}'", seconds=seconds)


async def sign_in(
    browser: Browser, base: str, name: str, token: str, *, viewport: ViewportSize = WIDE, who: str = "Ann"
) -> ControlRoom:
    """Open the control room of a real server and sign in as a person would."""
    context = await browser.new_context(viewport=viewport, locale="en-GB", permissions=["microphone", "camera"])
    opened = await open_viewer(browser, f"{base}/host/{name}", context=context)
    room = ControlRoom(opened.page, opened.context, opened.errors)
    await room.part("host-name").fill(who)
    await room.part("token").fill(token)
    await room.part("token").press("Enter")
    await room.until_live()
    return room


async def open_control(
    browser: Browser, desk: FakeDesk, *, viewport: ViewportSize = WIDE, signed_in: bool = True, language: str = "en-GB"
) -> ControlRoom:
    """Open the control room; `signed_in` as a browser that still has its cookie."""
    desk.signed_in, desk.host_name = signed_in, "Ann" if signed_in else ""
    context = await browser.new_context(viewport=viewport, locale=language, permissions=["microphone", "camera"])
    opened = await open_viewer(browser, desk.control_url, context=context)
    room = ControlRoom(opened.page, opened.context, opened.errors)
    if signed_in:
        await room.until_live()
    return room
