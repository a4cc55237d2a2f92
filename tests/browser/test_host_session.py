"""Signing in to the control room, and what is left on the device."""

import pytest
from playwright.async_api import Browser

from tests.browser.fake_desk import TOKEN, FakeDesk
from tests.browser.host_kit import ControlRoom, open_control

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

KEPT = "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, document.documentElement.outerHTML])"


async def sign_in(room: ControlRoom, token: str) -> None:
    await room.part("host-name").fill("Ann")
    await room.part("token").fill(token)
    await room.part("token").press("Enter")


async def test_wrong_token_is_told_and_the_right_one_opens_the_desk_and_is_kept_nowhere(
    browser: Browser, desk: FakeDesk
) -> None:
    room = await open_control(browser, desk, signed_in=False)
    await room.part("sign-in").wait_for()
    assert await room.part("desk").is_hidden()
    await sign_in(room, "a-guess-that-is-wrong")
    await room.page.get_by_text("That token is not right").wait_for()
    await sign_in(room, TOKEN)
    await room.until_live()
    assert await room.text("who") == "Ann"
    assert TOKEN not in await room.ask(KEPT)
    assert await room.part("token").input_value() == ""
    await room.page.reload()
    await room.until_live()
    await room.context.close()


async def test_signing_out_takes_everything_off_the_screen(browser: Browser, desk: FakeDesk) -> None:
    desk.refuse_whep = None
    room = await open_control(browser, desk)
    await room.until("document.getElementById('video').srcObject?.active === true")
    await room.part("sign-out").click()
    await room.part("sign-in").wait_for()
    assert await room.part("desk").is_hidden()
    assert not desk.signed_in
    assert await room.ask("document.getElementById('video').srcObject?.active ?? false") is False
    await room.page.keyboard.press("p")
    await room.page.keyboard.press("Escape")
    await room.page.keyboard.press("Escape")
    assert desk.asked == []
    assert room.trouble == []
    await room.context.close()


async def test_a_session_that_ended_is_told_and_can_be_renewed(browser: Browser, desk: FakeDesk) -> None:
    room = await open_control(browser, desk)
    desk.signed_in = False
    await room.part("show-mute").click()
    await room.page.get_by_text("Your sign-in has ended").wait_for()
    assert desk.asked == []
    await sign_in(room, TOKEN)
    await room.until_live()
    await room.badge("Live")
    await room.context.close()
