"""The chat: what is written arrives once, its fate is told, and nothing that was typed is lost."""

from typing import Any

import pytest
from playwright.async_api import Browser

from tests.browser.browser_kit import open_viewer
from tests.browser.fake_room import FakeRoom, Refusal

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

QUESTION = "How much is the ribeye?"


async def test_own_comment_goes_through_its_states_to_answered_aloud(browser: Browser, room: FakeRoom) -> None:
    viewer = await open_viewer(browser, room.url)
    await viewer.page.locator("#name").fill("Lin")
    await viewer.write(QUESTION)
    await viewer.until("talkback.comments[0]?.state === 'received'")
    assert room.comments == [{"viewer": "Lin", "text": QUESTION}]
    row = viewer.page.locator(".comment", has_text=QUESTION)
    assert await row.count() == 1
    assert "comment--own" in (await row.get_attribute("class") or "")
    steps: list[tuple[str, dict[str, Any], str]] = [
        ("comment.chosen", {"comment": "c1"}, "Chosen: up next"),
        (
            "line.started",
            {"line": "l1", "kind": "readback", "text": "Lin asks", "comments": ["c1"]},
            "Being answered now",
        ),
        ("comment.decided", {"comment": "c1", "fate": "spoken", "reason": ""}, "Answered aloud"),
    ]
    for kind, data, words in steps:
        room.emit(kind, **data)
        await row.get_by_text(words).wait_for()
    announced = await viewer.page.locator("#announcer-chat").inner_text()
    assert announced == f"Your comment “{QUESTION}”: Answered aloud"
    assert viewer.errors == []
    await viewer.context.close()


@pytest.mark.parametrize(
    ("decision", "words"),
    [
        ({"fate": "written", "text": "It is 199 yuan.", "reason": ""}, "Answered in writing"),
        ({"fate": "expired", "reason": ""}, "Not reached in time"),
        ({"fate": "merged", "into": "a0", "reason": ""}, "Answered together with Mei's “price?”"),
    ],
)
async def test_every_fate_is_told(browser: Browser, room: FakeRoom, decision: dict[str, str], words: str) -> None:
    room.emit("comment.received", comment="a0", viewer="Mei", text="price?", language="en", spoken=False)
    room.emit("comment.received", comment="a1", viewer="Lin", text=QUESTION, language="en", spoken=False)
    viewer = await open_viewer(browser, room.url)
    room.emit("comment.decided", comment="a1", **decision)
    row = viewer.page.locator("[data-comment=a1]")
    await row.get_by_text(words).wait_for()
    if "text" in decision:
        assert await row.locator(".comment__replied").inner_text() == decision["text"]
    await viewer.context.close()


async def test_a_declined_comment_is_shown_to_its_writer_alone(browser: Browser, room: FakeRoom) -> None:
    writer, other = await open_viewer(browser, room.url), await open_viewer(browser, room.url)
    await writer.write(QUESTION)
    await other.page.locator("[data-comment=c1]").wait_for()
    room.emit("comment.decided", comment="c1", fate="declined", reason="advertising")
    await writer.page.locator("[data-comment=c1]").get_by_text("Not answered: advertising").wait_for()
    await other.page.locator("[data-comment=c1]").wait_for(state="hidden")
    assert await other.page.locator("#chat-empty").is_visible()
    for viewer in (writer, other):
        await viewer.context.close()


async def test_a_late_page_sees_the_recent_chat_and_the_product_and_a_resumed_one_sees_nothing_twice(
    browser: Browser, room: FakeRoom
) -> None:
    card = {
        "sku": "RB-10",
        "name": "Ribeye steak",
        "name_zh": "眼肉牛排",
        "price": "¥199.00",
        "list_price": "¥259.00",
        "unit": "box",
    }
    room.emit("product.shown", product=card)
    for n in range(3):
        room.emit("comment.received", comment=f"a{n}", viewer="Mei", text=f"question {n}", language="en", spoken=False)
    viewer = await open_viewer(browser, room.url)
    await viewer.until("window.talkback?.comments.length === 3")
    assert await viewer.page.locator("#product-name").inner_text() == "Ribeye steak"
    assert await viewer.page.locator("#product-price").inner_text() == "¥199.00"
    assert await viewer.page.locator("#product-list-price").inner_text() == "¥259.00"
    room.drop_events()
    await viewer.until("talkback.events.state !== 'open'")
    room.emit("comment.received", comment="a3", viewer="Joan", text="question 3", language="en", spoken=False)
    last = room.emit("comment.decided", comment="a0", fate="spoken", reason="")
    await viewer.until(f"talkback.events.lastId === '{last}'")
    assert room.resumed_from[0] == ""
    assert room.resumed_from[1] != ""
    assert await viewer.page.locator(".comment").count() == 4
    assert await viewer.fate_of("question 0") == "Answered aloud"
    room.emit("product.shown", product=None)
    await viewer.page.locator("#product").wait_for(state="hidden")
    await viewer.context.close()


async def test_refused_comment_keeps_its_text_and_says_why(browser: Browser, room: FakeRoom) -> None:
    room.refuse_comment = Refusal(429, "too-many-comments", "That was a lot at once. Please wait.", retry_after=2)
    viewer = await open_viewer(browser, room.url)
    await viewer.write(QUESTION)
    hint = viewer.page.locator("#hint")
    await viewer.page.get_by_text("That was a lot at once. Please wait. Send again in").wait_for()
    assert await viewer.page.locator("#comment").input_value() == QUESTION
    assert await viewer.page.locator(".comment").count() == 0
    await viewer.page.get_by_text("You can send it now.").wait_for()
    room.refuse_comment = None
    await viewer.page.locator("#comment").press("Enter")
    await viewer.until("document.getElementById('comment').value === ''")
    assert room.comments == [{"viewer": await viewer.page.locator("#name").input_value(), "text": QUESTION}]
    assert await hint.is_hidden()
    await viewer.context.close()


@pytest.mark.parametrize(
    ("language", "words"),
    [("en-GB", "You are offline. Your text is still here"), ("zh-CN", "网络已断开。你的文字还在")],
)
async def test_comment_without_a_network_is_kept(browser: Browser, room: FakeRoom, language: str, words: str) -> None:
    viewer = await open_viewer(browser, room.url, language=language)
    await viewer.until("window.talkback?.events.state === 'open'")
    await viewer.context.set_offline(True)
    await viewer.write(QUESTION)
    await viewer.page.locator("#hint", has_text=words).wait_for()
    assert await viewer.page.locator("#comment").input_value() == QUESTION
    await viewer.context.close()


async def test_problem_of_the_server_is_in_the_page_s_language(browser: Browser, room: FakeRoom) -> None:
    room.refuse_comment = Refusal(422, "comment-empty", "The comment is empty: write a word or two.")
    viewer = await open_viewer(browser, room.url, language="zh-CN")
    await viewer.write("…")
    await viewer.page.locator("#hint", has_text="主播无法接受这一条。").wait_for()
    await viewer.context.close()


async def test_comment_is_shown_while_it_is_on_its_way_and_sent_once(browser: Browser, room: FakeRoom) -> None:
    viewer = await open_viewer(browser, room.url)
    await viewer.until("window.talkback?.events.state === 'open'")
    room.post_gate.clear()
    await viewer.write(QUESTION)
    await viewer.page.locator(".comment", has_text="Sending…").wait_for()
    await viewer.page.locator("#comment").press("Enter")
    room.post_gate.set()
    await viewer.until("talkback.comments[0]?.id === 'c1'")
    assert len(room.comments) == 1
    assert await viewer.page.locator(".comment").count() == 1
    await viewer.context.close()


async def test_counter_appears_near_the_limit_and_too_much_is_not_sent(browser: Browser, room: FakeRoom) -> None:
    viewer = await open_viewer(browser, room.url)
    await viewer.until("window.talkback?.events.state === 'open'")
    text, counter = viewer.page.locator("#comment"), viewer.page.locator("#counter")
    await text.fill("x" * 230)
    assert await counter.inner_text() == ""
    await text.fill("牛" * 290)
    assert await counter.inner_text() == "10 left"
    await text.fill("😀" * 301)
    assert await counter.inner_text() == "-1 left"
    assert await viewer.page.locator("#send").is_disabled()
    await text.press("Enter")
    assert room.comments == []
    await viewer.context.close()


async def test_draft_and_name_and_own_comments_survive_a_reload(browser: Browser, room: FakeRoom) -> None:
    viewer = await open_viewer(browser, room.url)
    name = viewer.page.locator("#name")
    assert (await name.input_value()).startswith("Guest-")
    await name.fill("Lin")
    await name.press("Enter")
    await viewer.write(QUESTION)
    await viewer.until("talkback.comments[0]?.id === 'c1'")
    await viewer.page.locator("#comment").press_sequentially("and the eggs")
    await viewer.page.reload()
    await viewer.until("window.talkback?.comments.length === 1")
    assert await viewer.page.locator("#name").input_value() == "Lin"
    assert await viewer.page.locator("#comment").input_value() == "and the eggs"
    assert await viewer.ask("talkback.comments[0].own") is True
    await viewer.context.close()


async def test_markup_in_a_comment_stays_text(browser: Browser, room: FakeRoom) -> None:
    viewer = await open_viewer(browser, room.url)
    text = "<img src=x onerror=alert(1)><b>bold</b>"
    room.emit("comment.received", comment="a1", viewer="<i>Eve</i>", text=text, language="en", spoken=False)
    row = viewer.page.locator("[data-comment=a1]")
    await row.wait_for()
    assert await row.locator(".comment__text").inner_text() == text
    assert await row.locator("img, b, i").count() == 0
    assert viewer.errors == []
    await viewer.context.close()


async def test_list_is_bounded_and_does_not_pull_a_reader_down(browser: Browser, room: FakeRoom) -> None:
    viewer = await open_viewer(browser, room.url)
    await viewer.until("window.talkback?.events.state === 'open'")
    for n in range(170):
        room.emit("comment.received", comment=f"a{n}", viewer="Mei", text=f"question {n}", language="en", spoken=False)
    await viewer.page.locator("[data-comment=a169]").wait_for()
    assert await viewer.page.locator(".comment").count() == 150
    scroller = "document.getElementById('chat-scroller')"
    await viewer.until(f"{scroller}.scrollHeight - {scroller}.scrollTop - {scroller}.clientHeight < 2")
    await viewer.ask(f"{scroller}.scrollTop = 100")
    await viewer.until("document.getElementById('chat-newer').hidden")
    await viewer.page.wait_for_timeout(100)  # the browser tells of the scrolling with its next frame
    room.emit("comment.received", comment="b1", viewer="Joan", text="one more", language="en", spoken=False)
    newer = viewer.page.get_by_role("button", name="Newer comments")
    await newer.wait_for()
    await newer.click()
    await viewer.until(f"{scroller}.scrollHeight - {scroller}.scrollTop - {scroller}.clientHeight < 2")
    await viewer.context.close()


async def test_captions_mark_the_word_and_clear_after_the_line(browser: Browser, room: FakeRoom) -> None:
    viewer = await open_viewer(browser, room.url)
    await viewer.until("window.talkback?.events.state === 'open'")
    text = "The ribeye is 199 yuan."
    line = {"line": "l1", "kind": "answer", "text": text, "language": "en", "comments": []}
    room.emit("line.started", **line)
    room.emit("caption", line="l1", text=text, first=14, last=17)
    await viewer.until("document.getElementById('caption-word').textContent === '199'")
    assert await viewer.page.locator("#caption").inner_text() == text
    assert await viewer.page.locator("#announcer-captions").inner_text() == text
    room.emit("line.ended", line="l1", kind="answer", comments=[], heard=text, interrupted=False)
    await viewer.until("talkback.caption.text === ''")
    await viewer.context.close()
