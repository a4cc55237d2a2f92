"""An evening on air in the demo room: a host before the control room, a viewer who listens, one who looks at the page."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import numpy as np
from playwright.async_api import Browser, Locator

from rtc.contract import Pcm
from tests.browser.browser_kit import Viewer, open_viewer
from tests.browser.host_kit import TABLET, ControlRoom, sign_in
from tests.endtoend.on_air import EventReader, OnAir, on_air
from tests.endtoend.received import AUDIBLE_RMS, between, listened, words
from tests.viewer import HeardPacket
from tests.viewer import Viewer as Ears

SECONDS = 60
"""Far beyond what anything takes: this proves that it happens, `tests/bench` measures when."""
_PACKETS_A_SECOND = 50


@dataclass
class Evening:
    """What a test needs of it; `public` are the events as viewers get them, `events` those of the hosts."""

    room: OnAir
    browser: Browser
    host: ControlRoom
    page: Viewer
    ears: Ears
    events: EventReader
    public: EventReader

    # ---- at the desk -----------------------------------------------------------------------------------------

    async def another_host(self, name: str) -> ControlRoom:
        """Somebody else before the control room."""
        server = self.room.server
        return await sign_in(self.browser, server.base, server.name, server.token, viewport=TABLET, who=name)

    async def ask(self, viewer: str, text: str) -> str:
        """A viewer's comment, once it waits at the desk."""
        ident = await self.room.comment(viewer, text)
        await self.card(ident).wait_for()
        return ident

    def card(self, comment: str) -> Locator:
        """A comment on the desk."""
        return self.host.page.locator(f"[data-comment='{comment}']")

    async def select(self, comment: str, at: ControlRoom | None = None) -> None:
        """As a click on its name does, by this host or another."""
        host = at or self.host
        await host.page.locator(f"[data-comment='{comment}'] .card__viewer").click()

    async def open(self, comment: str) -> Locator:
        """Its details, with the answer that is planned."""
        await self.select(comment)
        await self.press("e")
        editor = self.card(comment).locator(".editor")
        await editor.locator("textarea:not([aria-busy])").wait_for()
        return editor

    async def last_line(self, button: str) -> Locator:
        """The last of the Lines that come, by its name: others join behind it."""
        coming = self.host.page.locator("#coming [data-line]")
        last = coming.filter(has=self.host.page.get_by_role("button", name=button)).last
        return self.host.page.locator(f"[data-line='{await last.get_attribute('data-line')}']")

    async def press(self, key: str, at: ControlRoom | None = None) -> None:
        """A key, after a pause: quick letters are taken for writing, and two quick `Escape` for STOP."""
        host = at or self.host
        await host.page.wait_for_timeout(600)
        await host.page.keyboard.press(key)

    async def say(self, text: str, key: str = "Enter") -> None:
        """Write what the host is to say."""
        await self.host.part("say-text").fill(text)
        await self.host.part("say-text").press(key)

    async def approval(self, required: bool) -> None:
        """Whether answers need a host's approval from now on."""
        await self.host.part("show-approval").click()
        await self.host.page.locator(f"#show-approval[aria-pressed='{str(required).lower()}']").wait_for()

    # ---- the events --------------------------------------------------------------------------------------------

    async def begun(self, part: str, since: float = 0.0) -> dict[str, Any]:
        """The first Line with these words, begun after `since`, as viewers are told it."""
        return await self.public.until(
            lambda e: e["type"] == "line.started" and part in e["text"] and e["arrived"] > since, SECONDS
        )

    async def ended(self, line: dict[str, Any]) -> dict[str, Any]:
        """The end of a Line."""
        return await self.public.until(lambda e: e["type"] == "line.ended" and e["line"] == line["line"], SECONDS)

    async def decided(self, comment: str) -> dict[str, Any]:
        """The fate of a comment, as viewers are told it."""
        return await self.public.fate_of(comment, SECONDS)

    def said_of(self, comment: str) -> list[dict[str, Any]]:
        """The Lines that viewers were told of as belonging to a comment."""
        return [e for e in self.public.of("line.started") if comment in e.get("comments", [])]

    async def done(self, action: str, since: float = 0.0) -> dict[str, Any]:
        """What a host has done, in the hosts' log."""
        return await self.events.until(
            lambda e: e["type"] == "desk.action" and e["action"] == action and e["arrived"] > since, SECONDS
        )

    # ---- the viewer's ears --------------------------------------------------------------------------------------

    async def hears(self, line: dict[str, Any], wanted: str) -> None:
        """The viewer understands these words of a Line: every number, and of the others all but one."""
        await self.hears_all([line], wanted)

    async def hears_answer(self, comment: str, wanted: str) -> None:
        """As `hears`, of all that is said to a comment until it is decided."""
        fate = await self.decided(comment)
        assert fate["fate"] == "spoken", fate
        await self.hears_all(self.said_of(comment), wanted)

    async def hears_all(self, lines: list[dict[str, Any]], wanted: str) -> None:
        """As `hears`, of Lines that follow one another."""
        ended = await self.ended(lines[-1])
        await asyncio.sleep(0.5)  # the end of the sentence is still in the viewer's jitter buffer
        pcm = between(self.ears.sounds, lines[0]["arrived"] - 0.2, ended["arrived"] + 0.3)
        text = " ".join(line["text"] for line in lines)
        await self.understands(pcm, wanted, text)

    async def understands(self, pcm: Pcm, wanted: str, text: str) -> None:
        """These words are heard at once, or on listening again with a hint: the rest of the `text`, and none of them."""
        assert pcm.size, f"no sound came while '{text}' was said"
        known = set(words(wanted))
        hint = " ".join(word for word in text.split() if not known & set(words(word)))
        heard = await asyncio.to_thread(listened, pcm, hint, lambda one: understood(known, one))
        assert understood(known, heard[-1]), f"'{wanted}' was not heard of '{text}', but {heard}"

    def sounds_since(self, since: float) -> list[HeardPacket]:
        """The sound that can be heard, the oldest first."""
        recent = takewhile(lambda sound: sound.at > since, reversed(self.ears.sounds))
        return [sound for sound in recent if audible(sound)][::-1]

    async def until_quiet(self, seconds: float) -> None:
        """Until the viewer has received nothing but silence for so long."""
        packets = round(seconds * _PACKETS_A_SECOND)
        begin = len(self.ears.sounds)
        await self.ears.until(
            lambda: (
                len(self.ears.sounds) >= begin + packets
                and not any(audible(sound) for sound in self.ears.sounds[-packets:])
            ),
            SECONDS,
        )


def audible(sound: HeardPacket) -> bool:
    """Whether a listener hears it."""
    return float(np.sqrt(np.mean(np.square(sound.pcm.astype(float))))) > AUDIBLE_RMS


def understood(wanted: set[str], heard: str) -> bool:
    """Whether the words came through: all numbers, and of the others all but one, since a recogniser too mishears a name."""
    missing = wanted - set(words(heard))
    if any(word[0].isdigit() for word in missing):
        return False
    return len(missing) <= (1 if sum(not word[0].isdigit() for word in wanted) > 1 else 0)


@asynccontextmanager
async def an_evening(browser: Browser) -> AsyncIterator[Evening]:
    """The demo room on air; at the end nothing may have gone wrong on the viewer's page."""
    async with AsyncExitStack() as stack:
        room = await stack.enter_async_context(on_air())
        events = await stack.enter_async_context(room.events(host=True))
        public = await stack.enter_async_context(room.events())
        ears = await stack.enter_async_context(Ears(room.whep, codec="h264", kinds=("audio",), decode=True))
        page = await open_viewer(browser, room.url)
        await page.until_live()
        host = await sign_in(browser, room.server.base, room.server.name, room.token)
        yield Evening(room, browser, host, page, ears, events, public)
        assert page.errors == []
        await host.context.close()
        await page.context.close()
