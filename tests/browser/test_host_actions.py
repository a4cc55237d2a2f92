"""Every action of the control room: the right request is made, and the page shows what the stream says, not what was pressed."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.fake_desk import NO_PICTURE, Asked, FakeDesk, default_desk
from tests.browser.fake_room import JsonObject, Refusal
from tests.browser.host_kit import ControlRoom, open_control

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

Doing = Callable[[ControlRoom], Awaitable[None]]


def click(selector: str) -> Doing:
    async def do(room: ControlRoom) -> None:
        await room.page.locator(selector).click()

    return do


def twice(selector: str) -> Doing:
    async def do(room: ControlRoom) -> None:
        await room.page.locator(selector).dblclick()

    return do


def keys(*pressed: str) -> Doing:
    async def do(room: ControlRoom) -> None:
        for key in pressed:
            await room.page.keyboard.press(key)

    return do


def choose(selector: str, value: str) -> Doing:
    async def do(room: ControlRoom) -> None:
        await room.page.locator(selector).select_option(value)

    return do


def details(*steps: tuple[str, str]) -> Doing:
    """Open the details of the first comment; fill where a text is given, else click."""

    async def do(room: ControlRoom) -> None:
        await keys("j", "e")(room)
        await room.page.locator(".editor textarea:not([aria-busy])").wait_for()
        for selector, text in steps:
            part = room.page.locator(f".editor {selector}")
            if text:
                await part.fill(text)
            else:
                await part.click()

    return do


def say(text: str, when: str = "", send: str = "Enter") -> Doing:
    async def do(room: ControlRoom) -> None:
        await room.page.keyboard.press("/")
        await room.part("say-text").fill(text)
        if when:
            await room.page.get_by_text(when, exact=True).click()
        await room.part("say-text").press(send)

    return do


def rewrite(text: str) -> Doing:
    async def do(room: ControlRoom) -> None:
        line = room.page.locator("[data-line='l2']")
        await line.get_by_role("button", name="Edit").click()
        await line.locator("textarea").fill(text)
        await line.get_by_role("button", name="Rewrite").click()

    return do


FIRST = "/control/comments/c1"
PLANNED = "Three days to Shanghai, by cold-chain courier."
ACTIONS: list[tuple[str, Doing, str, JsonObject]] = [
    ("stop", keys("Escape", "Escape"), "/control/stop", {}),
    ("stop-button", click("#show-stop"), "/control/stop", {}),
    ("pause", keys("p"), "/control/show", {"action": "pause"}),
    ("mute", keys("m"), "/control/mute", {"muted": True}),
    ("next", keys("n"), "/control/show", {"action": "next"}),
    ("previous", keys("Shift+N"), "/control/show", {"action": "previous"}),
    ("pin-product", keys("o"), "/control/show", {"action": "product", "sku": "RB-10", "pin": True}),
    ("go-to-product", choose("#go-product", "BB-06"), "/control/show", {"action": "product", "sku": "BB-06"}),
    (
        "go-to-segment",
        twice("[data-segment='blueberries'] button"),
        "/control/show",
        {"action": "product", "segment": "blueberries"},
    ),
    ("approval", click("#show-approval"), "/control/approval", {"required": True}),
    ("emotion", choose("#emotion", "serious"), "/control/manner", {"emotion": "serious", "energy": None}),
    ("take-text", keys("t"), "/control/takeover", {"mode": "text"}),
    ("say", say("Two left!"), "/control/say", {"text": "Two left!", "when": "sentence"}),
    ("say-now", say("Two left!", send="Control+Enter"), "/control/say", {"text": "Two left!", "when": "now"}),
    ("say-later", say("Two left!", "After product"), "/control/say", {"text": "Two left!", "when": "product"}),
    ("rewrite", rewrite("Better."), "/control/lines/l2", {"action": "rewrite", "text": "Better."}),
    ("drop", click("[data-line='l3'] >> text=Drop"), "/control/lines/l3", {"action": "drop"}),
    ("answer", keys("j", "a"), FIRST, {"action": "answer"}),
    ("hold", keys("j", "h"), FIRST, {"action": "hold"}),
    ("skip", keys("j", "x"), FIRST, {"action": "skip"}),
    ("pin", keys("j", "i"), FIRST, {"action": "pin"}),
    ("release", keys("k", "y"), "/control/comments/c4", {"action": "approve"}),
    ("answer-planned", details(("[data-action='say-answer']", "")), FIRST, {"action": "answer"}),
    (
        "answer-edited",
        details(("textarea", "Two days."), ("[data-action='say-answer']", "")),
        FIRST,
        {"action": "answer", "text": "Two days."},
    ),
    (
        "approve-edited",
        details(("textarea", "Two days."), ("[data-action='approve-answer']", "")),
        FIRST,
        {"action": "approve", "text": "Two days."},
    ),
    ("write", details(("[data-action='write-answer']", "")), FIRST, {"action": "write", "text": PLANNED}),
    (
        "skip-with-reason",
        details(("input", "asked before"), ("[data-action='skip-with-reason']", "")),
        FIRST,
        {"action": "skip", "reason": "asked before"},
    ),
    ("merge", details(("[data-action='merge']", "")), FIRST, {"action": "merge", "into": "c2"}),
    (
        "block",
        details(("[data-action='block']", ""), ("[data-action='block']", "")),
        "/control/viewers",
        {"viewer": "Lin", "action": "block"},
    ),
]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def opened(browser: Browser) -> AsyncIterator[tuple[FakeDesk, ControlRoom]]:
    """One page for all actions; without a picture, which would cost more than all the rest."""
    desk = FakeDesk(refuse_whep=NO_PICTURE)
    desk.products = {"BB-06": {"sku": "BB-06", "name": "Blueberries"}}
    await desk.start()
    room = await open_control(browser, desk)
    yield desk, room
    await room.context.close()
    await desk.stop()


@pytest.fixture
def still(opened: tuple[FakeDesk, ControlRoom]) -> tuple[FakeDesk, ControlRoom]:
    """The page and its desk as at the beginning."""
    desk, room = opened
    desk.asked.clear()
    desk.desk = default_desk()
    room.errors.clear()
    return opened


@pytest.mark.parametrize(("doing", "path", "body"), [one[1:] for one in ACTIONS], ids=[one[0] for one in ACTIONS])
async def test_action_makes_its_request_and_changes_nothing_by_itself(
    still: tuple[FakeDesk, ControlRoom], doing: Doing, path: str, body: JsonObject
) -> None:
    desk, room = still
    if "comments" in path or "viewers" in path:
        await room.page.reload()
        await room.until_live()
    else:
        await room.ask("document.activeElement.blur()")
        await room.page.wait_for_timeout(200)  # letters in quick succession are taken for writing
    await room.until("controlRoom.revision === 17 && document.querySelectorAll('#go-product option').length === 2")
    shown = await room.text("badge")
    pressed = "[...document.querySelectorAll('[aria-pressed]')].map((one) => one.getAttribute('aria-pressed')).join()"
    before = await room.ask(pressed)
    await doing(room)
    asked = await desk.until_asked()
    assert [one.essence for one in asked] == [(path, body)]
    assert asked[0].body["seen"] == 17
    await room.until("controlRoom.revision === 18")
    assert await room.text("badge") == shown
    assert await room.ask(pressed) == before
    assert room.trouble == []


async def test_promotions_are_announced_closed_and_called_off_after_a_second_press(
    browser: Browser, desk: FakeDesk
) -> None:
    room = await open_control(browser, desk)
    await room.part("tab-promotions").click()
    await room.page.locator("[data-promotion='lantern-draw'] [data-action='start']").click()
    await desk.until_asked(1)
    running = room.page.locator("[data-promotion='red-lantern']")
    await running.locator("[data-action='close']").click()
    await desk.until_asked(2)
    await running.locator("[data-action='cancel']").dblclick()
    assert [one.essence for one in await desk.until_asked(3)] == [
        ("/promotions", {"id": "lantern-draw", "by": "Ann"}),
        ("/promotions/red-lantern", {"action": "close", "by": "Ann"}),
        ("/promotions/red-lantern", {"action": "cancel", "by": "Ann"}),
    ]
    desk.desk["promotions"][0]["state"] = "closed"
    desk.change()
    drawn = room.page.locator("[data-promotion='lantern-draw']")
    await drawn.locator("[data-action='draw']").click()
    assert (await desk.until_asked(4))[3].essence == ("/promotions/lantern-draw", {"action": "draw", "by": "Ann"})
    assert await drawn.locator("[data-action='cancel']").is_hidden()
    await room.context.close()


async def test_an_envelope_that_is_closed_is_over(browser: Browser, desk: FakeDesk) -> None:
    room = await open_control(browser, desk)
    await room.reads("promotion-strip", "Red envelope")
    desk.desk["promotions"][1]["state"] = "closed"
    desk.change()
    await room.until("document.getElementById('promotion-strip').hidden")
    assert await room.text("tab-promotions") == "Promotions"
    await room.part("tab-promotions").click()
    assert await room.page.locator("[data-promotion='red-lantern'] button:visible").count() == 0
    await room.context.close()


async def test_states_come_from_the_stream_and_turn_the_buttons_round(browser: Browser, desk: FakeDesk) -> None:
    room = await open_control(browser, desk)
    desk.change(state={"paused": True})
    await room.badge("Paused")
    await keys("p")(room)
    desk.change(state={"paused": False, "stopped": True})
    await room.badge("STOPPED")
    assert await room.part("show-stop").inner_text() == "Start again\nG"
    await room.page.wait_for_timeout(200)  # letters in quick succession are taken for writing
    await keys("g")(room)
    asked = await desk.until_asked(2)
    assert [one.essence for one in asked] == [("/control/show", {"action": "resume"}), ("/control/start", {})]
    # STOP by keys never starts: a host in fear presses again
    await keys("Escape", "Escape")(room)
    assert (await desk.until_asked(3))[2].essence == ("/control/stop", {})
    desk.change(state={"stopped": False, "pinned": "RB-10", "muted": True, "approval": True, "energy": 0.8})
    await room.page.get_by_text("Pinned: RB-10").wait_for()
    await click("#show-pin")(room)
    await click("#show-approval")(room)
    await click("#energy-own")(room)
    assert [one.essence for one in (await desk.until_asked(6))[3:]] == [
        ("/control/show", {"action": "unpin"}),
        ("/control/approval", {"required": False}),
        ("/control/manner", {"emotion": None, "energy": None}),
    ]
    await room.context.close()


async def test_energy_ordered_right_after_an_emotion_leaves_it(browser: Browser, desk: FakeDesk) -> None:
    room = await open_control(browser, desk)
    await room.page.locator("#emotion").select_option("sorry")
    await room.part("energy").focus()
    await room.part("energy").press("End")
    asked = await desk.until_asked(2)
    assert asked[1].essence == ("/control/manner", {"emotion": "sorry", "energy": 1})
    await room.context.close()


async def test_energy_is_sent_when_the_slider_is_let_go(browser: Browser, desk: FakeDesk) -> None:
    room = await open_control(browser, desk)
    await room.part("energy").focus()
    await keys("ArrowRight")(room)
    assert (await desk.until_asked())[0].essence == ("/control/manner", {"emotion": None, "energy": 0.55})
    await room.context.close()


async def test_stop_works_while_writing_and_while_an_answer_is_awaited(browser: Browser, desk: FakeDesk) -> None:
    room = await open_control(browser, desk)
    desk.answer_gate.clear()
    await say("Something long")(room)
    await desk.until_asked(1)
    await room.part("filter-words").focus()
    await room.page.keyboard.type("p m n a")
    await keys("Escape", "Escape")(room)
    await desk.until_asked(2)
    await keys("Escape", "Escape")(room)
    asked = await desk.until_asked(3)
    assert [one.path for one in asked] == ["/control/say", "/control/stop", "/control/stop"]
    desk.answer_gate.set()
    await room.context.close()


async def test_button_is_off_until_its_answer_is_there(browser: Browser, desk: FakeDesk) -> None:
    room = await open_control(browser, desk)
    desk.answer_gate.clear()
    await room.part("show-mute").click()
    await desk.until_asked()
    assert await room.part("show-mute").is_disabled()
    await keys("m")(room)
    desk.answer_gate.set()
    await room.until("!document.getElementById('show-mute').disabled")
    assert len(desk.asked) == 1
    await room.context.close()


async def test_refused_claim_shows_why_and_a_wording_that_passes(browser: Browser, desk: FakeDesk) -> None:
    room = await open_control(browser, desk)
    desk.refuse = Refusal(422, "claim", "“Cheapest” compares.")
    desk.refusal_members = {"rule": "comparison", "suggestion": "It costs 199 yuan."}
    await say("The cheapest!")(room)
    await room.page.get_by_text("“Cheapest” compares. (comparison)").wait_for()
    await room.page.get_by_role("button", name="Use it").click()
    assert await room.part("say-text").input_value() == "It costs 199 yuan."
    await room.part("say-text").press("Enter")
    await room.page.get_by_role("button", name="Say it as it is").click()
    asked = await desk.until_asked(3)
    assert asked[2].essence[1] == {"text": "It costs 199 yuan.", "when": "sentence", "as_is": True}
    desk.refuse = None
    await room.page.get_by_role("button", name="Say it as it is").click()
    await room.until("document.getElementById('say-text').value === ''")
    await room.context.close()


async def test_what_was_to_be_said_now_is_said_now_also_as_it_is(browser: Browser, desk: FakeDesk) -> None:
    room = await open_control(browser, desk)
    desk.refuse = Refusal(422, "claim", "“Cheapest” compares.")
    desk.refusal_members = {"rule": "comparison", "suggestion": ""}
    await say("The cheapest!", send="Control+Enter")(room)
    desk.refuse = None
    await room.page.get_by_role("button", name="Say it as it is").click()
    asked = await desk.until_asked(2)
    assert asked[1].essence[1] == {"text": "The cheapest!", "when": "now", "as_is": True}
    await room.context.close()


async def test_conflict_tells_what_the_other_did_and_offers_to_do_it_all_the_same(
    browser: Browser, desk: FakeDesk
) -> None:
    room = await open_control(browser, desk)
    desk.refuse = Refusal(409, "conflict", "Ben held this 2 s ago.")
    await keys("j", "a")(room)
    await room.page.get_by_text("Another host was faster. Ben held this 2 s ago.").wait_for()
    desk.refuse = None
    desk.change(revision=23)
    await room.until("controlRoom.revision === 23")
    await room.page.get_by_role("button", name="Do it all the same").click()
    again = (await desk.until_asked(2))[1]
    assert again == Asked("POST", FIRST, {"action": "answer", "seen": 23})
    await room.context.close()


async def test_editor_sends_the_revision_that_it_was_opened_at(browser: Browser, desk: FakeDesk) -> None:
    room = await open_control(browser, desk)
    await details()(room)
    desk.change(revision=40)
    await room.until("controlRoom.revision === 40")
    await room.page.locator(".editor [data-action='say-answer']").click()
    assert (await desk.until_asked())[0].body["seen"] == 17
    await room.context.close()


async def test_letters_act_neither_in_a_burst_of_typing_nor_when_switched_off(browser: Browser, desk: FakeDesk) -> None:
    room = await open_control(browser, desk)
    # in one go: on a busy machine a driver types slower than a person
    await room.ask(
        "for (const key of 'promo now') window.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))"
    )
    await room.page.wait_for_timeout(300)
    assert [one.path for one in desk.asked] == ["/control/show"]  # the first letter, at most
    await keys("?")(room)
    await room.part("letters").uncheck()
    await keys("Escape")(room)
    await room.page.wait_for_timeout(700)
    await keys("n")(room)
    await keys("Escape", "Escape")(room)
    assert [one.path for one in await desk.until_asked(2)] == ["/control/show", "/control/stop"]
    await room.context.close()


async def test_on_a_chinese_page_refusals_are_told_in_chinese(browser: Browser, desk: FakeDesk) -> None:
    room = await open_control(browser, desk, language="zh-CN")
    desk.refuse = Refusal(422, "claim", "This can't be said (superlative: 'cheapest'). Change it.")
    desk.refusal_members = {"rule": "superlative", "suggestion": ""}
    await say("The cheapest!")(room)
    await room.page.get_by_text("没有说出。 不能这样说:绝对化用语(“cheapest”)。").wait_for()
    desk.refuse = Refusal(409, "answering", "The host is answering this comment at this moment.")
    desk.refusal_members = {}
    await keys("Escape", "j", "a")(room)
    await room.page.get_by_text("现在不能这样做。 主持人正在回答这条留言。").wait_for()
    desk.refuse = Refusal(409, "newer-than-this-page", "Something new was refused.")
    await say("Hello all.")(room)
    await room.page.get_by_text("现在不能这样做。 Something new was refused.").wait_for()
    await room.context.close()
