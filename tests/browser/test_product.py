"""The product stage beside the stream, the cart, the pinned comment, and who is really on air."""

import asyncio

import pytest
from playwright.async_api import Browser

from tests.browser.browser_kit import LAPTOP, PHONE, open_viewer
from tests.browser.fake_room import NAME, FakeRoom, JsonObject

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

FRYER: JsonObject = {
    "sku": "AF-04",
    "name": "Air fryer",
    "name_zh": "空气炸锅",
    "price": "¥399.00",
    "list_price": "¥499.00",
    "unit": "one fryer",
    "unit_zh": "台",
}


def stock_up(room: FakeRoom, **more: object) -> None:
    room.products["AF-04"] = {
        "sku": "AF-04",
        "stock": 12,
        "link": "https://shop.example/af-04",
        "picture": f"/rooms/{NAME}/products/AF-04/picture",
        **more,
    }


async def test_product_is_shown_with_picture_stock_link_and_cart_and_clicks_are_told(
    browser: Browser, room: FakeRoom
) -> None:
    stock_up(room)
    room.emit("product.shown", product=FRYER)
    viewer = await open_viewer(browser, room.url)
    page = viewer.page
    await viewer.until("document.getElementById('product-picture').naturalWidth > 0")
    assert await page.locator("#product-unit").inner_text() == "per fryer"
    assert await page.locator("#product-stock").text_content() == "Only 12 left"
    link = page.locator("#product-link")
    assert await link.get_attribute("href") == "https://shop.example/af-04"
    assert await link.get_attribute("rel") == "noopener noreferrer"
    await page.locator("#name").fill("Lin")
    await page.get_by_role("button", name="Add to cart").click()
    await page.get_by_role("button", name="In the cart").wait_for()
    await viewer.context.route("https://shop.example/**", lambda route: route.fulfill(body="the shop"))
    async with viewer.context.expect_page():
        await link.click()
    for _ in range(100):
        if len(room.clicks) == 2:
            break
        await asyncio.sleep(0.02)
    assert room.clicks == [
        {"viewer": "Lin", "sku": "AF-04", "action": "cart"},
        {"viewer": "Lin", "sku": "AF-04", "action": "open"},
    ]
    await page.locator("#language-switch").click()
    assert await page.locator("#product-unit").inner_text() == "/ 台"
    assert viewer.errors == []
    await viewer.context.close()


async def test_on_a_low_screen_a_long_line_leaves_the_button_free(browser: Browser, room: FakeRoom) -> None:
    stock_up(room)
    room.emit("product.shown", product=FRYER)
    viewer = await open_viewer(browser, room.url, viewport=LAPTOP)
    await viewer.until("document.getElementById('product-picture').naturalWidth > 0")
    text = (
        "It takes a whole chicken of a kilo and a half, and the basket goes into the dishwasher, so you wipe nothing at all. "
        * 3
    )
    room.emit(
        "line.started",
        line="one",
        kind="pitch",
        text=text.strip(),
        language="en",
        emotion="warm",
        words=[],
        comments=[],
    )
    await viewer.until("document.getElementById('captions').textContent.includes('dishwasher')")
    button = await viewer.page.locator("#product-cart").bounding_box()
    captions = await viewer.page.locator("#captions").bounding_box()
    assert button is not None
    assert captions is not None
    assert captions["y"] >= button["y"] + button["height"]
    assert captions["y"] + captions["height"] <= LAPTOP["height"]
    await viewer.page.locator("#product-cart").click()
    await viewer.page.get_by_role("button", name="In the cart").wait_for()
    await viewer.context.close()


async def test_next_product_takes_the_place_of_the_last_and_a_sold_out_one_goes_into_no_cart(
    browser: Browser, room: FakeRoom
) -> None:
    stock_up(room, stock=0, link=None, picture=None)
    room.products["RB-10"] = {"sku": "RB-10", "stock": 240, "link": None, "picture": None}
    viewer = await open_viewer(browser, room.url, viewport=PHONE)
    await viewer.until("talkback.events.state === 'open'")
    room.emit("product.shown", product=FRYER)
    await viewer.until("document.getElementById('product-cart').disabled")
    assert await viewer.page.locator("#product-link").is_hidden()
    assert await viewer.page.locator("#product-picture").is_hidden()
    room.emit("product.shown", product={"sku": "RB-10", "name": "Ribeye", "price": "¥199.00", "unit": "box of 10"})
    await viewer.until("document.getElementById('product').dataset.sku === 'RB-10'")
    await viewer.until("!document.getElementById('product-cart').disabled")
    assert await viewer.page.locator("#product-unit").inner_text() == "per box of 10"
    await viewer.context.close()


async def test_pinned_comment_stands_above_the_chat_until_it_is_taken_away(browser: Browser, room: FakeRoom) -> None:
    viewer = await open_viewer(browser, room.url)
    await viewer.until("talkback.events.state === 'open'")
    room.emit("comment.pinned", comment="c1", viewer="Mei", text="Do you ship to Hainan?", language="en")
    await viewer.page.get_by_text("Do you ship to Hainan?").wait_for()
    room.emit("comment.unpinned", comment="c1")
    await viewer.page.locator("#pinned").wait_for(state="hidden")
    await viewer.context.close()


async def test_badge_says_who_is_on_air_and_that_the_show_is_held(browser: Browser, room: FakeRoom) -> None:
    viewer = await open_viewer(browser, room.url)
    await viewer.until_live()
    badge = viewer.page.locator("#ai")
    for mode, words in (
        ("voice", "AI picture, human voice"),
        ("camera", "Human host, live"),
        ("none", "AI digital human"),
    ):
        room.emit("live.changed", mode=mode)
        await viewer.until(f"document.getElementById('ai').textContent === '{words}'")
    await viewer.page.locator("#language-switch").click()
    assert await badge.inner_text() == "AI 数字人"
    room.emit("room.held", held=True, title="马上回来", text="")
    await viewer.until("document.getElementById('badge').textContent === '马上回来'")
    room.emit("room.held", held=False)
    await viewer.until("document.getElementById('badge').textContent === '直播中'")
    await viewer.context.close()
