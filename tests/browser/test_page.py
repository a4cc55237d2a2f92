"""The page as a whole: sizes, languages, keyboard, contrast, and speaking instead of writing."""

import pytest
from playwright.async_api import Browser, Page, ViewportSize

from tests.browser.browser_kit import LAPTOP, PHONE, SMALL_PHONE, Viewer, open_viewer
from tests.browser.fake_room import FakeRoom, Refusal

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WIDE: ViewportSize = {"width": 1440, "height": 900}
TURNED: ViewportSize = {"width": 844, "height": 390}
TABLET: ViewportSize = {"width": 820, "height": 1180}

# The place of the video's own picture on the screen (object-fit: contain), and of everything that could cover its label.
PICTURE = """() => {
  const video = document.getElementById("video");
  const box = video.getBoundingClientRect();
  const scale = Math.min(box.width / video.videoWidth, box.height / video.videoHeight);
  const [width, height] = [video.videoWidth * scale, video.videoHeight * scale];
  return { x: box.x + (box.width - width) / 2, y: box.y, width, height };
}"""


@pytest.mark.parametrize(
    "viewport", [PHONE, SMALL_PHONE, LAPTOP, WIDE, TURNED, TABLET], ids=lambda v: f"{v['width']}x{v['height']}"
)
async def test_layout_fits_and_never_covers_the_label(browser: Browser, room: FakeRoom, viewport: ViewportSize) -> None:
    room.emit(
        "product.shown",
        product={"sku": "R", "name": "Ribeye steak " * 4, "name_zh": "牛排", "price": "¥199.00", "unit": "box"},
    )
    for n in range(12):
        room.emit(
            "comment.received", comment=f"a{n}", viewer="Mei", text="a question " * (n + 1), language="en", spoken=False
        )
    viewer = await open_viewer(browser, room.url, viewport=viewport)
    await viewer.until_live()
    room.emit("caption", line="l1", text="A long sentence that the host says. " * 6, first=100, last=104)
    await viewer.until("talkback.caption.line === 'l1'")
    width, height = viewport["width"], viewport["height"]
    assert await viewer.ask("document.documentElement.scrollWidth") <= width
    assert await viewer.ask("document.documentElement.scrollHeight") <= height
    for part in ("#comment", "#talk", "#send", "#sound-toggle", "#language-switch", "#help-open"):
        box = await viewer.page.locator(part).bounding_box()
        assert box is not None, part
        assert box["x"] >= 0, part
        assert box["y"] >= 0, part
        assert box["x"] + box["width"] <= width, part
        assert box["y"] + box["height"] <= height, part
    picture = await viewer.ask(PICTURE)
    assert picture["width"] / picture["height"] == pytest.approx(9 / 16, abs=0.01)
    assert picture["width"] >= 0.5 * min(width, height * 9 / 16)
    # the label lies in the upper tenth of the picture: whatever is on top there must be the video itself
    points = [(0.05, 0.03), (0.3, 0.05), (0.6, 0.05), (0.95, 0.03), (0.5, 0.09)]
    for across, down in points:
        x, y = picture["x"] + across * picture["width"], picture["y"] + down * picture["height"]
        on_top = await viewer.ask(f"document.elementFromPoint({x}, {y})?.id")
        assert on_top == "video", (across, down)
    assert viewer.errors == []
    await viewer.context.close()


async def test_phone_can_put_the_chat_away_and_remembers_it(browser: Browser, room: FakeRoom) -> None:
    viewer = await open_viewer(browser, room.url, viewport=PHONE)
    await viewer.page.get_by_role("button", name="Hide the chat").click()
    assert await viewer.page.locator("#chat").is_hidden()
    await viewer.page.reload()
    await viewer.page.get_by_role("button", name="Show the chat").click()
    assert await viewer.page.locator("#chat").is_visible()
    await viewer.context.close()


async def test_language_follows_the_browser_and_can_be_switched(browser: Browser, room: FakeRoom) -> None:
    viewer = await open_viewer(browser, room.url, language="zh-CN")
    await viewer.until_live()
    assert await viewer.page.locator("#badge").inner_text() == "直播中"
    assert await viewer.page.locator("#room-title").inner_text() == "肉铺直播间"
    assert await viewer.ask("document.documentElement.lang") == "zh-Hans"
    await viewer.page.locator("#language-switch").click()
    assert await viewer.page.locator("#badge").inner_text() == "Live"
    assert await viewer.page.locator("#comment").get_attribute("placeholder") == "Ask Ray Walker something…"
    await viewer.page.reload()
    await viewer.until("window.talkback?.room === 'demo'")
    assert await viewer.ask("document.documentElement.lang") == "en"
    assert viewer.errors == []
    await viewer.context.close()


async def test_keyboard_reaches_everything_and_the_shortcuts_work(browser: Browser, room: FakeRoom) -> None:
    viewer = await open_viewer(browser, room.url)
    await viewer.until_live()
    page = viewer.page
    reached: list[str] = []
    for _ in range(14):
        await page.keyboard.press("Tab")
        reached.append(await viewer.ask("document.activeElement.id || document.activeElement.className"))
        if reached[-1] == "":
            break  # past the last one
        outline = await viewer.ask("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none" or reached[-1] == "comment", reached[-1]
    for part in (
        "skip",
        "sound-toggle",
        "language-switch",
        "help-open",
        "sound-tap",
        "chat-scroller",
        "name",
        "comment",
        "talk",
    ):
        assert part in reached, part
    await page.locator("#chat-scroller").focus()
    await page.keyboard.press("m")
    assert await viewer.ask("document.querySelector('video').muted") is False
    await page.keyboard.press("?")
    assert await viewer.ask("talkback.help") is True
    await page.keyboard.press("Escape")
    assert await viewer.ask("talkback.help") is False
    await page.keyboard.press("/")
    await page.keyboard.type("m / ?")
    assert await page.locator("#comment").input_value() == "m / ?"
    await page.keyboard.press("Shift+Enter")
    assert room.comments == []
    await page.keyboard.press("Enter")
    await viewer.until("talkback.comments.length === 1")
    assert viewer.errors == []
    await viewer.context.close()


CONTRAST = """() => {
  const channel = (c) => { c /= 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const colour = (text) => { const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number); return [r, g, b, a]; };
  const over = (top, under) => top.slice(0, 3).map((one, n) => one * top[3] + under[n] * (1 - top[3]));
  const ground = (element) => {
    if (element === null) return [11, 13, 18];
    return over(colour(getComputedStyle(element).backgroundColor), ground(element.parentElement));
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    const box = element.getBoundingClientRect();
    if (!node.textContent.trim() || box.width < 2 || box.height < 2 || element.closest("[hidden], :disabled")) continue;
    const style = getComputedStyle(element);
    if (style.visibility === "hidden") continue;
    const under = ground(element);
    const [light, dark] = [luminance(over(colour(style.color), under)), luminance(under)].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < 4.5) poor.push(`${node.textContent.trim()}: ${ratio.toFixed(2)}`);
  }
  return poor;
}"""


@pytest.mark.parametrize("viewport", [LAPTOP, PHONE], ids=["laptop", "phone"])
async def test_text_has_contrast_aa(browser: Browser, room: FakeRoom, viewport: ViewportSize) -> None:
    room.emit(
        "product.shown",
        product={"sku": "R", "name": "Ribeye", "name_zh": "牛排", "price": "¥1", "list_price": "¥2", "unit": "box"},
    )
    fates = ["received", "spoken", "written", "merged", "declined", "expired"]
    for n, fate in enumerate(fates):
        room.emit("comment.received", comment=f"a{n}", viewer="Mei", text=fate, language="en", spoken=True)
        if fate != "received":
            room.emit("comment.decided", comment=f"a{n}", fate=fate, reason="because", text="in writing")
    viewer = await open_viewer(browser, room.url, viewport=viewport, reduced_motion="reduce")
    await viewer.until_live()
    await viewer.write("mine")
    room.emit("caption", line="l1", text="What the host says", first=5, last=8)
    await viewer.until("talkback.comments.length === 7")
    assert await viewer.ask(CONTRAST) == []
    moving = await viewer.ask("document.getAnimations().filter((one) => one.playState === 'running').length")
    assert moving == 0
    await viewer.context.close()


# ---- speaking -------------------------------------------------------------------------------------------------


async def hold(viewer: Viewer, *, seconds: float) -> None:
    """Press the microphone button with the mouse, wait until it listens, keep it for a while."""
    box = await viewer.page.locator("#talk").bounding_box()
    assert box is not None
    await viewer.page.mouse.move(box["x"] + 20, box["y"] + 20)
    await viewer.page.mouse.down()
    await viewer.until("talkback.microphone === 'recording'")
    await viewer.page.wait_for_timeout(seconds * 1000)


async def test_held_button_sends_what_was_said(browser: Browser, room: FakeRoom) -> None:
    viewer = await open_viewer(browser, room.url)
    await viewer.page.locator("#name").fill("Lin 林")
    await hold(viewer, seconds=1.2)
    assert "Listening" in await viewer.page.locator("#talk-words").inner_text()
    assert "s left" in await viewer.page.locator("#talk-clock").inner_text()
    await viewer.until("parseFloat(document.getElementById('talk-meter').style.getPropertyValue('--level')) > 0.05")
    await viewer.page.mouse.up()
    await viewer.page.get_by_text("Understood: “How much is the ribeye?”").wait_for()
    assert [one.viewer for one in room.recordings] == ["Lin 林"]
    assert room.recordings[0].content_type == "audio/webm"
    assert room.recordings[0].body[:4] == b"\x1a\x45\xdf\xa3"
    await viewer.until("talkback.comments.length === 1 && talkback.comments[0].own")
    assert await viewer.page.locator(".comment__voice").inner_text() == "asked by voice"
    assert viewer.errors == []
    await viewer.context.close()


@pytest.mark.parametrize("key", ["Space", "Enter"])
async def test_microphone_works_from_the_keyboard(browser: Browser, room: FakeRoom, key: str) -> None:
    viewer = await open_viewer(browser, room.url)
    await viewer.page.locator("#talk").focus()
    await viewer.page.keyboard.down(key)
    await viewer.until("talkback.microphone === 'recording'")
    await viewer.page.wait_for_timeout(600)
    await viewer.page.keyboard.up(key)
    await viewer.until("talkback.comments.length === 1")
    assert len(room.recordings) == 1
    await viewer.context.close()


@pytest.mark.parametrize("way", ["escape", "slide"])
async def test_recording_can_be_thrown_away(browser: Browser, room: FakeRoom, way: str) -> None:
    viewer = await open_viewer(browser, room.url)
    await hold(viewer, seconds=0.6)
    if way == "escape":
        await viewer.page.keyboard.press("Escape")
    else:
        await viewer.page.mouse.move(200, 200)
    await viewer.until("talkback.microphone === 'idle'")
    await viewer.page.mouse.up()
    assert await viewer.page.locator("#hint").inner_text() == "Recording thrown away."
    assert room.recordings == []
    await viewer.context.close()


async def test_a_click_is_told_to_hold(browser: Browser, room: FakeRoom) -> None:
    viewer = await open_viewer(browser, room.url)
    await viewer.until("window.talkback?.events.state === 'open'")
    await viewer.page.locator("#talk").click(delay=30)
    await viewer.until("talkback.microphone === 'idle' && !document.getElementById('hint').hidden")
    hint = await viewer.page.locator("#hint").inner_text()
    assert "hold the button" in hint.lower()
    assert room.recordings == []
    await viewer.context.close()


async def test_recording_ends_by_itself_at_the_limit(browser: Browser, room: FakeRoom) -> None:
    room.info["limits"]["speech_seconds"] = 2
    viewer = await open_viewer(browser, room.url)
    await viewer.until("window.talkback?.events.state === 'open'")
    await hold(viewer, seconds=0)
    await viewer.until("talkback.comments.length === 1", seconds=8)
    await viewer.page.mouse.up()
    assert len(room.recordings) == 1
    await viewer.context.close()


async def test_what_was_not_understood_is_said_in_words(browser: Browser, room: FakeRoom) -> None:
    room.refuse_speech = Refusal(422, "silent", "Nothing could be heard. Speak up, or write.")
    viewer = await open_viewer(browser, room.url)
    await hold(viewer, seconds=0.6)
    await viewer.page.mouse.up()
    await viewer.page.get_by_text("Nothing could be heard. Speak up, or write.").wait_for()
    assert await viewer.ask("talkback.microphone") == "idle"
    await viewer.context.close()


async def test_blocked_microphone_is_explained(browser: Browser, room: FakeRoom) -> None:
    async def block(page: Page) -> None:
        refuse = "() => Promise.reject(new DOMException('no', 'NotAllowedError'))"
        await page.add_init_script(f"navigator.mediaDevices.getUserMedia = {refuse};")

    viewer = await open_viewer(browser, room.url, prepare=block)
    await viewer.page.locator("#talk").click(delay=50)
    await viewer.page.get_by_text("The microphone is blocked for this page.").wait_for()
    await viewer.context.close()
