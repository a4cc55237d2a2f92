"""Orders of the control room, pressed in Chromium, and what then reached viewers: their ears by WebRTC, their page, their events."""

import json
import time

import pytest

from tests.browser.evening import SECONDS, Evening

pytestmark = [
    pytest.mark.browser,
    pytest.mark.endtoend,
    pytest.mark.models,
    pytest.mark.asyncio(loop_scope="session"),
]


async def test_what_a_host_does_with_comments_is_what_viewers_get(evening: Evening) -> None:
    host, page = evening.host, evening.page
    await evening.approval(True)
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
    await evening.hears_answer(lin, "199")

    # held and released
    await evening.select(ana)
    await evening.press("h")
    await host.until(f"document.querySelector(\"[data-comment='{ana}']\").dataset.state === 'held'", seconds=SECONDS)
    await evening.press("y")
    await evening.hears_answer(ana, "blueberries")

    # the planned answer edited, then said
    editor = await evening.open(fay)
    await editor.locator("textarea").fill("Fay, the courier rings before he comes to your door.")
    await editor.locator("[data-action='say-answer']").click()
    await evening.hears_answer(fay, "courier rings door")

    # in writing: on the viewers' page, not in their ears
    editor = await evening.open(dee)
    await editor.locator("textarea").fill("It goes on any stove, Dee.")
    await editor.locator("[data-action='write-answer']").click()
    reply = f"talkback.comments.find((one) => one.id === '{dee}')?.reply"
    await page.until(f"{reply} === 'It goes on any stove, Dee.'", seconds=SECONDS)
    assert evening.said_of(dee) == []

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
    await evening.done("block")
    again = await evening.room.comment("Eve", "Do you sell carpets or not?")
    assert (await evening.events.fate_of(again, SECONDS))["fate"] == "declined"
    assert evening.said_of(again) == []

    await evening.approval(False)


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
    await evening.hears(said, "kettle slowly purpose")
    dropped = await evening.last_line("Drop")
    await dropped.get_by_role("button", name="Drop").click()
    await evening.done("drop", at)
    await dropped.wait_for(state="detached")

    # say this: at the end of the sentence; after the product
    await host.page.keyboard.press("/")
    await host.part("say-text").fill("The whole team says hello to everybody here.")
    await host.part("say-text").press("Enter")
    await evening.hears(await evening.begun("team says hello", at), "team hello everybody")
    await host.page.keyboard.press("/")
    await host.part("say-text").fill("Thank you for looking at this one with us.")
    await host.page.get_by_text("After product", exact=True).click()
    await host.part("say-text").press("Enter")
    await host.page.keyboard.press("Escape")
    await evening.press("o")
    await evening.press("n")
    await evening.hears(await evening.begun("Thank you for looking", at), "thank looking")

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
    await evening.done("pause")
    await evening.until_quiet(3.0)
    paused = time.monotonic()
    await evening.press("p")
    await host.badge("Live")
    await evening.begun("", paused)
    await evening.ears.until(lambda: evening.sounds_since(paused) != [], SECONDS)

    # a promotion: announced aloud and on the board, closed, called by its name
    await host.part("tab-promotions").click()
    envelope = host.page.locator("[data-promotion='red-lantern']")
    pressed = time.monotonic()
    await envelope.locator("[data-action='start']").click()
    told = await evening.events.until(
        lambda e: e["type"] == "line.started" and e["kind"] == "notice" and e["arrived"] > pressed, SECONDS
    )
    await evening.hears(told, "red envelope")
    opened = await evening.public.until(lambda e: e["type"] == "promotion.open", SECONDS)
    assert opened["promotion"] == "red-lantern"
    await envelope.locator("[data-action='close']").click()
    await evening.public.until(lambda e: e["type"] == "promotion.closed", SECONDS)

    actions = {e["action"] for e in evening.events.of("desk.action")}
    assert {"pause", "resume", "rewrite", "drop", "say"} <= actions, json.dumps(sorted(actions))
    assert not evening.public.of("desk.action")
