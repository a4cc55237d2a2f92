"""A human instead of the avatar: by text, microphone and camera; one key there, the same key back."""

import asyncio

import pytest
from playwright.async_api import Browser

from tests.browser.fake_desk import Asked, FakeDesk
from tests.browser.fake_room import Refusal
from tests.browser.host_kit import open_control

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def obey(desk: FakeDesk) -> None:
    """The desk does what a takeover asks for."""

    def asked(one: Asked) -> None:
        if one.path == "/control/takeover":
            mode = one.body["mode"]
            desk.change(state={"takeover": {"mode": mode, "by": None if mode == "none" else "Ann", "since": 813.0}})

    desk.on_asked = asked


async def test_text_puts_the_cursor_into_the_field_and_the_same_key_gives_back(
    browser: Browser, desk: FakeDesk
) -> None:
    obey(desk)
    room = await open_control(browser, desk)
    await room.page.keyboard.press("t")
    await room.badge("Human · text")
    await room.until("document.activeElement.id === 'say-text'")
    assert "You have the show" in await room.text("takeover-words")
    await room.page.keyboard.type("t is a letter here")
    await room.page.keyboard.press("Escape")
    await room.page.wait_for_timeout(200)  # letters in quick succession are taken for writing
    await room.page.keyboard.press("t")
    await room.badge("Live")
    modes = [one.body["mode"] for one in desk.asked]
    assert modes == ["text", "none"]
    await room.context.close()


@pytest.mark.parametrize(
    ("key", "mode", "kinds"), [("v", "microphone", {"audio"}), ("c", "camera", {"audio", "video"})]
)
async def test_device_is_sent_and_given_back(
    browser: Browser, desk: FakeDesk, key: str, mode: str, kinds: set[str]
) -> None:
    obey(desk)
    room = await open_control(browser, desk)
    await room.page.keyboard.press("l")
    await room.page.wait_for_timeout(200)  # letters in quick succession are taken for writing
    await room.page.keyboard.press(key)
    await room.badge("Human · voice" if mode == "microphone" else "Human · camera")
    for _ in range(100):
        if desk.live_media and desk.live_media[0].connectionState == "connected":
            break
        await asyncio.sleep(0.05)
    assert desk.live_media[0].connectionState == "connected"
    assert desk.live_kinds == [kinds]
    await room.reads("takeover-words", "You are on air")
    # one's own voice from the loudspeaker a second later would make speaking impossible
    assert await room.ask("document.getElementById('video').muted") is True
    await room.page.keyboard.press("b")
    await room.badge("Live")
    assert [one.path for one in await desk.until_asked(3)] == [
        "/control/takeover",
        "/control/whip/h1",
        "/control/takeover",
    ]
    await room.context.close()


async def test_a_takeover_that_another_host_holds_is_taken_only_on_purpose(browser: Browser, desk: FakeDesk) -> None:
    room = await open_control(browser, desk)
    desk.refuse = Refusal(409, "taken", "Ben speaks since 0:42.")
    await room.page.keyboard.press("v")
    await room.page.get_by_text("Another host has the show. Ben speaks since 0:42.").wait_for()
    assert desk.live_media == []
    desk.refuse = None
    obey(desk)
    await room.page.get_by_role("button", name="Take it over all the same").click()
    await room.badge("Human · voice")
    assert desk.asked[1].essence == ("/control/takeover", {"mode": "microphone", "force": True})
    await room.context.close()


async def test_blocked_microphone_is_said_and_takes_nothing_over(browser: Browser, desk: FakeDesk) -> None:
    room = await open_control(browser, desk)
    await room.ask(
        "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', 'NotAllowedError'); }; 0"
    )
    await room.page.keyboard.press("v")
    await room.page.get_by_text("The browser blocks the microphone").wait_for()
    assert desk.asked == []
    await room.context.close()


async def test_takeover_that_another_host_ends_lets_go_of_the_device(browser: Browser, desk: FakeDesk) -> None:
    obey(desk)
    room = await open_control(browser, desk)
    await room.ask(
        "{ const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);"
        " navigator.mediaDevices.getUserMedia = async (wanted) => (window.given = await real(wanted)); } 0"
    )
    await room.page.keyboard.press("v")
    await room.badge("Human · voice")
    desk.change(state={"takeover": {"mode": "none", "by": None, "since": None}})
    await room.badge("Live")
    await room.until("window.given.getTracks().every((one) => one.readyState === 'ended')")
    await room.context.close()


async def test_of_several_microphones_the_chosen_one_is_used_and_remembered(browser: Browser, desk: FakeDesk) -> None:
    obey(desk)
    room = await open_control(browser, desk)
    field = room.part("device-microphone")
    await field.locator("option").nth(2).wait_for(state="attached")  # Chromium pretends to have several
    chosen = await field.locator("option").nth(2).get_attribute("value")
    await field.select_option(chosen)
    await room.page.reload()
    await room.until_live()
    await room.until(f"document.getElementById('device-microphone').value === '{chosen}'")
    await room.ask(
        "const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);"
        " navigator.mediaDevices.getUserMedia = (wanted) => { window.wanted = wanted; return real(wanted); }; 0"
    )
    await room.page.keyboard.press("v")
    await room.badge("Human · voice")
    assert await room.ask("window.wanted.audio.deviceId.exact") == chosen
    await room.context.close()
