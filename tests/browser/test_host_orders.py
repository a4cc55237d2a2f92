"""Orders of the control room, pressed in Chromium, and what then reached viewers: their ears by WebRTC, their page, their events."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator

from tests.browser.browser_kit import Viewer, open_viewer
from tests.browser.host_kit import ControlRoom, sign_in
from tests.endtoend.on_air import EventReader, OnAir, on_air
from tests.endtoend.received import AUDIBLE_RMS, between, transcribe, words
from tests.viewer import Viewer as Ears

pytestmark = [
    pytest.mark.browser,
    pytest.mark.endtoend,
    pytest.mark.models,
    pytest.mark.asyncio(loop_scope="session"),
]

SECONDS = 60
"""Far beyond what anything takes: this proves that it happens, `tests/bench` measures when."""


@dataclass
class Evening:
    """The demo room on air, with a host before the control room, a viewer who listens, and one who looks at the page."""

    room: OnAir
    host: ControlRoom
    page: Viewer
    ears: Ears
    events: EventReader
    public: EventReader

    async def ask(self, viewer: str, text: str) -> str:
        """A viewer's comment, once it waits at the desk."""
        ident = await self.room.comment(viewer, text)
        await self.card(ident).wait_for()
        return ident

    def card(self, comment: str) -> Locator:
        return self.host.page.locator(f"[data-comment='{comment}']")

    async def select(self, comment: str) -> None:
        """As a click on its name does; the pause is for the page, which takes quick letters for writing."""
        await self.card(comment).locator(".card__viewer").click()
        await self.host.page.wait_for_timeout(600)

    async def open(self, comment: str) -> Locator:
        """Its details, with the answer that is planned."""
        await self.select(comment)
        await self.host.page.keyboard.press("e")
        editor = self.card(comment).locator(".editor")
        await editor.locator("textarea:not([aria-busy])").wait_for()
        return editor

    async def last_line(self, button: str) -> Locator:
        """The last of the Lines that come, by its name: others join behind it."""
        coming = self.host.page.locator("#coming [data-line]")
        last = coming.filter(has=self.host.page.get_by_role("button", name=button)).last
        return self.host.page.locator(f"[data-line='{await last.get_attribute('data-line')}']")

    async def press(self, key: str) -> None:
        await self.host.page.wait_for_timeout(600)
        await self.host.page.keyboard.press(key)

    async def heard(self, line: dict[str, Any]) -> list[str]:
        """What the viewer heard while a Line was said, from its first event on."""
        ended = await self.events.until(lambda e: e["type"] == "line.ended" and e["line"] == line["line"], SECONDS)
        await asyncio.sleep(0.5)
        pcm = between(self.ears.sounds, line["arrived"] - 0.2, ended["arrived"] + 0.3)
        return words(await asyncio.to_thread(transcribe, pcm))

    async def begun(self, part: str, since: float = 0.0) -> dict[str, Any]:
        """The first Line with these words, begun after `since`."""
        return await self.events.until(
            lambda e: e["type"] == "line.started" and part in e["text"] and e["arrived"] > since, SECONDS
        )

    async def answer_to(self, comment: str) -> list[str]:
        """What the viewer heard of the answer to a comment, once it is decided."""
        fate = await self.events.fate_of(comment, SECONDS)
        assert fate["fate"] == "spoken", fate
        said = [
            e
            for e in self.events.of("line.started")
            if comment in e.get("comments", []) and e["kind"] in ("answer", "readback")
        ]
        last = await self.events.until(lambda e: e["type"] == "line.ended" and e["line"] == said[-1]["line"], SECONDS)
        await asyncio.sleep(0.5)
        pcm = between(self.ears.sounds, said[0]["arrived"] - 0.2, last["arrived"] + 0.3)
        return words(await asyncio.to_thread(transcribe, pcm))

    async def decided(self, comment: str) -> dict[str, Any]:
        """Its fate, as viewers are told it."""
        return await self.public.fate_of(comment, SECONDS)

    def sounds_since(self, since: float) -> list[float]:
        """When sound came that can be heard."""
        return [
            sound.at
            for sound in self.ears.sounds
            if sound.at > since and float(np.sqrt(np.mean(np.square(sound.pcm.astype(float))))) > AUDIBLE_RMS
        ]


def understood(wanted: set[str], heard: list[str]) -> bool:
    """Whether the words came through: all but one, since a recogniser too mishears a name."""
    return len(wanted & set(heard)) >= max(1, len(wanted) - 1)


@asynccontextmanager
async def an_evening(browser: Browser) -> AsyncIterator[Evening]:
    async with AsyncExitStack() as stack:
        room = await stack.enter_async_context(on_air())
        events = await stack.enter_async_context(room.events(host=True))
        public = await stack.enter_async_context(room.events())
        ears = await stack.enter_async_context(Ears(room.whep, codec="h264", kinds=("audio",), decode=True))
        page = await open_viewer(browser, room.url)
        await page.until_live()
        host = await sign_in(browser, room.server.base, room.server.name, room.token)
        yield Evening(room, host, page, ears, events, public)
        assert page.errors == []
        await host.context.close()
        await page.context.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def evening(browser: Browser) -> AsyncIterator[Evening]:
    async with an_evening(browser) as opened:
        yield opened


async def test_what_a_host_does_with_comments_is_what_viewers_get(evening: Evening) -> None:
    host, page = evening.host, evening.page
    await host.part("show-approval").click()
    await host.until("document.getElementById('show-approval').getAttribute('aria-pressed') === 'true'")
    lin = await evening.ask("Lin", "How much is the ribeye?")
    ana = await evening.ask("Ana", "Where do the blueberries come from?")
    bo = await evening.ask("Bo", "Which plug does the air fryer have?")
    cy = await evening.ask("Cy", "What warranty does the cast-iron pan have?")
    dee = await evening.ask("Dee", "Is the kettle electric?")
    fay = await evening.ask("Fay", "When does my parcel come?")

    # pinned for all to see, and taken down
    await evening.select(bo)
    await evening.press("i")
    await page.until("!document.getElementById('pinned').hidden", seconds=SECONDS)
    assert await page.page.locator("#pinned-text").inner_text() == "Which plug does the air fryer have?"
    await evening.press("i")
    await page.until("document.getElementById('pinned').hidden", seconds=SECONDS)

    # nothing is said without approval; answered now it is
    assert not [e for e in evening.events.of("comment.decided") if e["comment"] == lin]
    await evening.select(lin)
    await evening.press("a")
    assert "199" in await evening.answer_to(lin)

    # held and released
    await evening.select(ana)
    await evening.press("h")
    await host.until(f"document.querySelector(\"[data-comment='{ana}']\").dataset.state === 'held'", seconds=SECONDS)
    await evening.press("y")
    assert "blueberries" in await evening.answer_to(ana)

    # the planned answer edited, then said
    editor = await evening.open(fay)
    await editor.locator("textarea").fill("Fay, the courier rings before he comes to your door.")
    await editor.locator("[data-action='say-answer']").click()
    assert understood({"courier", "rings", "door"}, await evening.answer_to(fay))

    # in writing: on the viewers' page, not in their ears
    editor = await evening.open(dee)
    await editor.locator("textarea").fill("It goes on any stove, Dee.")
    await editor.locator("[data-action='write-answer']").click()
    reply = f"talkback.comments.find((one) => one.id === '{dee}')?.reply"
    await page.until(f"{reply} === 'It goes on any stove, Dee.'", seconds=SECONDS)
    assert not [e for e in evening.events.of("line.started") if dee in e.get("comments", [])]

    # merged: one fate, which names the other
    editor = await evening.open(cy)
    await editor.locator("select").select_option(bo)
    await editor.locator("[data-action='merge']").click()
    assert ((await evening.decided(cy))["fate"], (await evening.decided(cy))["into"]) == ("merged", bo)

    # skipped: told as such to the viewer, with the answer owed to nobody's ears
    editor = await evening.open(bo)
    await editor.locator("input").fill("asked before")
    await editor.locator("[data-action='skip-with-reason']").click()
    assert ((await evening.decided(bo))["fate"], (await evening.decided(bo))["reason"]) == ("declined", "asked before")

    # blocked: what the viewer writes next reaches nobody
    eve = await evening.ask("Eve", "Do you sell carpets?")
    editor = await evening.open(eve)
    await editor.locator("[data-action='block']").dblclick()
    await evening.events.until(lambda e: e["type"] == "desk.action" and e["action"] == "block", SECONDS)
    again = await evening.room.comment("Eve", "Do you sell carpets or not?")
    assert (await evening.events.fate_of(again, SECONDS))["fate"] == "declined"
    assert not [e for e in evening.public.of("line.started") if again in e.get("comments", [])]

    await host.part("show-approval").click()
    await host.until("document.getElementById('show-approval').getAttribute('aria-pressed') === 'false'")


async def test_what_a_host_does_with_the_show_is_what_viewers_hear_and_see(evening: Evening) -> None:
    host, page = evening.host, evening.page

    # to a product, and the next one: the page and the Lines are about it
    await host.page.locator("#go-product").select_option("KT-17")
    await page.until("document.getElementById('product').dataset.sku === 'KT-17'", seconds=SECONDS)
    await evening.press("o")
    await host.page.get_by_text("Pinned: KT-17").wait_for()
    at = time.monotonic()
    about = await evening.events.until(
        lambda e: e["type"] == "line.started" and e["kind"] == "pitch" and e["arrived"] > at, SECONDS
    )
    assert about["product"] == "KT-17"

    # emotion and energy of the Lines to come
    await host.page.locator("#emotion").select_option("excited")
    await evening.events.until(
        lambda e: e["type"] == "line.started" and e["arrived"] > at and e.get("emotion") == "excited", SECONDS
    )

    # a Line that waits: worded anew, and dropped
    line = await evening.last_line("Edit")
    await line.get_by_role("button", name="Edit").click()
    await line.locator("textarea").fill("A word from the team: the kettle pours slowly on purpose.")
    await line.get_by_role("button", name="Rewrite").click()
    said = await evening.begun("pours slowly on purpose", at)
    assert understood({"kettle", "slowly", "purpose"}, await evening.heard(said))
    dropped = await evening.last_line("Drop")
    gone = await dropped.get_attribute("data-line")
    await dropped.get_by_role("button", name="Drop").click()
    await host.until(f"document.querySelector(\"[data-line='{gone}']\") === null", seconds=SECONDS)

    # say this: at the end of the sentence; after the product
    await host.page.keyboard.press("/")
    await host.part("say-text").fill("The whole team says hello to everybody here.")
    await host.part("say-text").press("Enter")
    assert understood({"team", "hello", "everybody"}, await evening.heard(await evening.begun("team says hello", at)))
    await host.page.keyboard.press("/")
    await host.part("say-text").fill("Thank you for looking at this one with us.")
    await host.page.get_by_text("After product", exact=True).click()
    await host.part("say-text").press("Enter")
    await host.page.keyboard.press("Escape")
    await evening.press("o")
    await evening.press("n")
    assert understood({"thank", "looking"}, await evening.heard(await evening.begun("Thank you for looking", at)))

    # one on, and one back
    await host.page.locator("#go-product").select_option("RB-10")
    await page.until("document.getElementById('product').dataset.sku === 'RB-10'", seconds=SECONDS)
    await host.page.keyboard.press("Escape")
    await evening.press("n")
    await page.until("document.getElementById('product').dataset.sku !== 'RB-10'", seconds=SECONDS)
    await evening.press("Shift+N")
    await page.until("document.getElementById('product').dataset.sku === 'RB-10'", seconds=SECONDS)

    # paused there is nothing to hear, and then there is
    await evening.press("p")
    await host.badge("Paused")
    await evening.events.until(lambda e: e["type"] == "desk.action" and e["action"] == "pause", SECONDS)
    await asyncio.sleep(8.0)  # the sentence, and what the viewer's buffer holds
    quiet_from = time.monotonic()
    await asyncio.sleep(3.0)
    assert evening.sounds_since(quiet_from) == []
    await evening.press("p")
    await host.badge("Live")
    await evening.begun("", quiet_from)
    await asyncio.sleep(2.0)
    assert evening.sounds_since(quiet_from)

    # a promotion: announced aloud and on the board, closed, called by its name
    await host.part("tab-promotions").click()
    envelope = host.page.locator("[data-promotion='red-lantern']")
    pressed = time.monotonic()
    await envelope.locator("[data-action='start']").click()
    told = await evening.events.until(
        lambda e: e["type"] == "line.started" and e["kind"] == "notice" and e["arrived"] > pressed, SECONDS
    )
    assert understood({"red", "envelope"}, await evening.heard(told))
    opened = await evening.public.until(lambda e: e["type"] == "promotion.open", SECONDS)
    assert opened["promotion"] == "red-lantern"
    await envelope.locator("[data-action='close']").click()
    await evening.public.until(lambda e: e["type"] == "promotion.closed", SECONDS)

    actions = {e["action"] for e in evening.events.of("desk.action")}
    assert {"pause", "resume", "rewrite", "drop", "say"} <= actions, json.dumps(sorted(actions))
    assert not evening.public.of("desk.action")
