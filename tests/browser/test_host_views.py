"""What the control room shows: nothing stale as live, what others do, what needs somebody, in both languages and on a tablet."""

import asyncio

import pytest
from playwright.async_api import Browser, ViewportSize

from tests.browser.fake_desk import FakeDesk
from tests.browser.host_kit import TABLET, WIDE, open_control
from tests.browser.test_page import CONTRAST

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

GREY = "getComputedStyle(document.querySelector('.air')).filter.includes('grayscale')"


async def test_silence_of_three_seconds_greys_the_page_and_it_catches_up(browser: Browser, desk: FakeDesk) -> None:
    room = await open_control(browser, desk)
    await room.badge("Live")
    desk.silent = True
    await room.until("controlRoom.age > 2")
    assert await room.ask("controlRoom.feed") == "live"
    assert await room.part("stale").is_hidden()
    await room.until("controlRoom.feed === 'stale'")
    assert 3 < await room.ask("controlRoom.age") < 4.5
    assert await room.ask(GREY) is True
    assert "what you see is old" in await room.text("stale")
    await room.page.keyboard.press("Escape")
    await room.page.keyboard.press("Escape")
    assert (await desk.until_asked())[0].path == "/control/stop"
    desk.desk["state"]["paused"] = True
    desk.desk["revision"] = 31
    desk.silent = False
    await room.badge("Paused")
    assert await room.ask("controlRoom.revision") == 31
    assert await room.ask(GREY) is False
    assert await room.part("stale").is_hidden()
    assert desk.streams >= 2
    await room.context.close()


async def test_a_server_that_goes_away_is_told_and_found_again(browser: Browser, desk: FakeDesk) -> None:
    room = await open_control(browser, desk)
    port = int(desk.url.split(":")[2].split("/")[0])
    await desk.stop()
    await room.until("controlRoom.feed === 'stale'")
    await desk.start(port)
    desk.signed_in = True
    await room.until_live(seconds=15)
    await room.context.close()


async def test_rows_hold_still_under_the_hand_and_open_ones_stay_when_they_are_answered(
    browser: Browser, desk: FakeDesk
) -> None:
    room = await open_control(browser, desk)
    order = "[...document.querySelectorAll('#waiting > li')].map((one) => one.dataset.comment).join()"
    assert await room.ask(order) == "c1,c2,c3,c4"
    await room.page.locator("[data-comment='c2']").hover()
    desk.change(comments=list(reversed(desk.desk["comments"])))
    await room.part("order-held").wait_for()
    assert await room.ask(order) == "c1,c2,c3,c4"
    await room.part("saying").hover()
    await room.until(f"{order} === 'c4,c3,c2,c1'")
    await room.page.keyboard.press("j")
    await room.page.keyboard.press("e")
    await room.page.locator(".editor textarea:not([aria-busy])").wait_for()
    await room.page.locator(".editor textarea").fill("My own words")
    desk.change(comments=[one for one in desk.desk["comments"] if one["comment"] != "c4"])
    await room.page.get_by_text("No longer waits").wait_for()
    assert await room.page.locator(".editor textarea").input_value() == "My own words"
    await room.page.get_by_role("button", name="Less").click()
    await room.until(f"{order}.split(',').includes('c4') === false")
    assert room.trouble == []
    await room.context.close()


async def test_line_that_is_said_while_it_is_rewritten_keeps_the_words(browser: Browser, desk: FakeDesk) -> None:
    room = await open_control(browser, desk)
    await room.page.locator("[data-line='l2']").get_by_role("button", name="Edit").click()
    await room.page.locator("[data-line='l2'] textarea").fill("Half a")
    desk.change(coming=desk.desk["coming"][1:])
    await room.page.get_by_text("said or dropped meanwhile").wait_for()
    assert await room.page.locator("[data-line='l2'] textarea").input_value() == "Half a"
    await room.page.locator("[data-line='l2']").get_by_role("button", name="Leave it").click()
    await room.until("document.querySelector('[data-line=\"l2\"]') === null")
    await room.context.close()


async def test_line_that_goes_from_the_plan_to_the_stage_can_still_be_rewritten(
    browser: Browser, desk: FakeDesk
) -> None:
    room = await open_control(browser, desk)
    planned = {**desk.desk["coming"][-1], "line": "p7.0", "stage": "planned", "planned_as": None}
    desk.change(coming=[*desk.desk["coming"], planned])
    row = room.page.locator("[data-line='p7.0']")
    await row.get_by_role("button", name="Edit").click()
    await row.locator("textarea").fill("Better.")
    on_way = {**planned, "line": "l9", "stage": "voiced", "planned_as": "p7.0"}
    desk.change(coming=[*desk.desk["coming"][:-1], on_way])
    await row.get_by_text("ready").wait_for()
    await row.get_by_role("button", name="Rewrite").click()
    assert (await desk.until_asked())[0].essence == ("/control/lines/l9", {"action": "rewrite", "text": "Better."})
    assert room.trouble == []
    await room.context.close()


async def test_rundown_follows_the_show(browser: Browser, desk: FakeDesk) -> None:
    room = await open_control(browser, desk)
    segments = desk.desk["rundown"]["segments"]
    desk.change(
        rundown={"segments": [{**one, "state": "done"} for one in segments[:-1]] + [{**segments[-1], "state": "now"}]}
    )
    await room.until(
        "(() => { const row = document.querySelector('[data-segment=\"s11\"]').getBoundingClientRect();"
        " const box = document.getElementById('rundown-panel').getBoundingClientRect();"
        " return row.top >= box.top && row.bottom <= box.bottom; })()"
    )
    assert await room.page.locator("[aria-current='step']").get_attribute("class") == "segment__go"
    await room.context.close()


async def test_what_another_host_does_is_told(browser: Browser, desk: FakeDesk) -> None:
    room = await open_control(browser, desk)
    await room.page.get_by_text("Ben paused the show").first.wait_for()
    assert await room.part("notices").locator("li").count() == 0
    done = {"by": "Ben", "action": "skip", "target": "c2", "at": 813.0, "revision": 18}
    mine = {"by": "Ann", "action": "hold", "target": "c1", "at": 814.0, "revision": 19}
    desk.change(actions=[mine, done, *desk.desk["actions"]], blocked=["Ivo"])
    await room.part("notices").get_by_text("Ben skipped Tomas's comment").wait_for()
    assert await room.part("notices").locator("li").count() == 1
    await room.part("tab-actions").click()
    assert "Ann held Lin's comment" in await room.text("actions")
    await room.part("blocked").get_by_role("button", name="Unblock Ivo").click()
    assert (await desk.until_asked())[0].essence == ("/control/viewers", {"viewer": "Ivo", "action": "unblock"})
    await room.context.close()


async def test_open_question_is_answered_for_the_host_to_say(browser: Browser, desk: FakeDesk) -> None:
    ticket = {"ticket": "t1", "comment": "b5", "text": "Does it whistle?", "language": "en", "viewers": 2, "at": 790.0}
    desk.desk["tickets"] = [ticket]
    room = await open_control(browser, desk)
    await room.page.get_by_role("tab", name="Open questions · 1").click()
    await room.page.locator("[data-ticket='t1'] textarea").fill("It doesn't whistle.")
    await room.page.locator("[data-ticket='t1']").get_by_role("button", name="In writing").click()
    body = {"action": "write", "text": "It doesn't whistle."}
    assert (await desk.until_asked())[0].essence == ("/control/comments/b5", body)
    await room.context.close()


async def test_alarms_are_shown_and_sent_as_notifications_once_allowed(browser: Browser, desk: FakeDesk) -> None:
    room = await open_control(browser, desk)
    await room.context.grant_permissions(["notifications"])
    await room.ask(
        "window.Notification = class extends EventTarget { static permission = 'granted'; static told = [];"
        " static requestPermission = async () => 'granted';"
        " constructor(title, options) { super(); Notification.told.push([title, options.tag]); } }; 0"
    )
    await room.part("notify").click()
    urgent = {
        "code": "no-sound",
        "since": 800.0,
        "message": "Nothing for 12 s.",
        "remedy": "Unmute.",
        "message_zh": "12秒没有声音。",
        "remedy_zh": "请取消静音。",
        "severity": "urgent",
    }
    warning = {**urgent, "code": "answers-slow", "severity": "warning"}
    desk.change(alarms=[warning, urgent])
    await room.part("alarms").get_by_text("No sound").wait_for()
    codes = "[...document.querySelectorAll('.alarm')].map((one) => one.dataset.code).join()"
    assert await room.ask(codes) == "no-sound,answers-slow"
    assert (await room.ask("document.title")).startswith("⚠")
    await asyncio.sleep(0.6)
    assert await room.ask("Notification.told") == [["Nothing for 12 s.", "talkback-no-sound-"]]
    await room.part("language-switch").click()
    await room.part("alarms").get_by_text("12秒没有声音。 请取消静音。").first.wait_for()
    desk.change(alarms=[])
    await room.until(f"{codes} === ''")
    await room.context.close()


async def test_figures_that_need_somebody_say_what_to_do(browser: Browser, desk: FakeDesk) -> None:
    room = await open_control(browser, desk)
    tile = room.page.locator("[data-figure='av_offset_ms']")
    assert await tile.locator(".tile__note").inner_text() == ""
    desk.change(machine={"av_offset_ms": -61.0, "disk_free_mb": None})
    await tile.get_by_text("free the CPU").wait_for()
    assert await room.page.locator("[data-figure='disk_free_mb'] .tile__value").inner_text() == "–"
    await room.context.close()


async def test_programme_is_metered_and_its_loss_is_told(browser: Browser, desk: FakeDesk) -> None:
    desk.refuse_whep = None
    room = await open_control(browser, desk)
    await room.page.mouse.click(2, 2)
    await room.until("controlRoom.programme === 'live' && controlRoom.level > -30", seconds=20)
    assert await room.ask("document.getElementById('video').muted") is True
    await room.page.keyboard.press("l")
    assert await room.ask("document.getElementById('video').muted") is False
    desk.freeze()
    await room.page.get_by_text("The picture stands still").wait_for()
    await room.page.get_by_text("Face: Lin Wei, with consent until 2099-05-03").wait_for()
    await room.context.close()


@pytest.mark.parametrize("viewport", [WIDE, TABLET], ids=["laptop", "tablet"])
async def test_screen_fits_without_scrolling_and_has_contrast(
    browser: Browser, desk: FakeDesk, viewport: ViewportSize
) -> None:
    desk.change(state={"muted": True, "pinned": "RB-10", "approval": True})
    room = await open_control(browser, desk, viewport=viewport)
    await room.page.keyboard.press("j")
    assert await room.ask("document.documentElement.scrollWidth") <= viewport["width"]
    assert await room.ask("document.documentElement.scrollHeight") <= viewport["height"]
    parts = ("show-stop", "show-approval", "say-send", "take-camera", "filter-words", "sign-out", "tab-faults")
    boxes = {id: await room.part(id).bounding_box() for id in parts}
    for id, box in boxes.items():
        assert box is not None, id
        assert min(box["x"], box["y"]) >= 0, id
        assert box["x"] + box["width"] <= viewport["width"], id
        assert box["y"] + box["height"] <= viewport["height"], id
    assert await room.ask(CONTRAST) == []
    await room.context.close()


async def test_both_languages_say_everything_and_every_button_has_a_name(browser: Browser, desk: FakeDesk) -> None:
    room = await open_control(browser, desk, language="zh-CN")
    assert await room.text("badge") == "直播中"
    await room.part("language-switch").click()
    assert await room.text("badge") == "Live"
    assert "a question" in await room.page.locator(".card__why").first.inner_text()
    nameless = (
        "[...document.querySelectorAll('button, input, select, textarea')].filter((one) => one.offsetParent !== null"
        " && !one.innerText && !one.getAttribute('aria-label') && !(one.labels?.length > 0)).map((one) => one.outerHTML)"
    )
    assert await room.ask(nameless) == []
    differing = await room.ask(
        r"""Promise.all(["words.js", "reportwords.js"].map((file) => import(`/static/host/${file}`))).then((modules) =>
        modules.flatMap((m) => Object.values(m)).flatMap(({ en, zh }) => {
          const values = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort().join();
          const keys = [...new Set([...Object.keys(en), ...Object.keys(zh)])];
          return keys.filter((key) => !(key in en) || !(key in zh) || values(en[key]) !== values(zh[key]));
        }))"""
    )
    assert differing == []
    await room.context.close()
