"""The reports: the list of shows, and one show with its timeline, its products and what became of every comment."""

import pytest
from playwright.async_api import Browser

from tests.browser.browser_kit import open_viewer
from tests.browser.fake_desk import FakeDesk
from tests.browser.fake_room import JsonObject
from tests.browser.host_kit import ControlRoom

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SHOW = "demo-20260101-200000"
FATES = {"spoken": 1, "written": 0, "merged": 0, "declined": 1, "expired": 0, "open": 0}
WAITED = {"count": 1, "p50": 1.4, "p95": 1.4}


def report() -> JsonObject:
    """A show of twenty minutes."""
    comment = {"viewer": "Lin", "language": "en", "spoken": False, "intent": "price", "into": "", "answer": ""}
    stay = {"name_zh": "", "times": 1, "spoken_seconds": 41.0, "questions": 1, "opened": 3, "cart": 2}
    line: JsonObject = {
        "language": "en",
        "emotion": "warm",
        "comments": [],
        "facts": [],
        "product": None,
        "interrupted": False,
    }
    return {
        "version": 1,
        "show": {
            "id": SHOW,
            "room": "demo",
            "started": "2026-01-01T20:00:00Z",
            "last": "2026-01-01T20:20:00Z",
            "ended": "broken off",
            "software": "0.1",
            "seconds": 1200.0,
        },
        "figures": {
            "seconds": 1200.0,
            "lines": 301,
            "lines_interrupted": 1,
            "speech_seconds": 900.0,
            "viewers_most": 7,
            "comments": 2,
            "viewers_writing": 1,
            "by_fate": FATES,
            "fate_shares": {},
            "answered": 1,
            "answered_share": 0.5,
            "waiting_spoken": WAITED,
            "waiting_written": {"count": 0, "p50": None, "p95": None},
            "products": 2,
            "opened": 3,
            "cart": 2,
            "refused": 1,
            "open_questions": 0,
            "faults": 0,
            "alarms": 1,
            "actions": 0,
        },
        "timeline": [
            {"at": 10.0, "kind": "product", "text": "Ribeye steak", "subject": "RB-10"},
            {"at": 400.0, "kind": "product", "text": "Blueberries", "subject": "BB-06"},
            {"at": 500.0, "kind": "alarm", "text": "No sound.", "subject": "no-sound"},
        ],
        "viewers": [{"at": 0.0, "viewers": 2}, {"at": 300.0, "viewers": 7}],
        "transcript": [
            {"line": f"l{n}", "kind": "pitch", "start": n * 3.0, "end": n * 3.0 + 2, "text": f"Sentence {n}.", **line}
            for n in range(301)
        ],
        "products": [
            {"sku": "RB-10", "name": "Ribeye steak", "price": "¥199.00", "first_at": 10.0, "seconds": 390.0, **stay},
            {"sku": "BB-06", "name": "Blueberries", "price": "¥59.90", "first_at": 400.0, "seconds": 800.0, **stay},
        ],
        "questions": [{"intent": "price", "comments": 2, "answered": 1, **FATES}],
        "comments": [
            {
                "comment": "c1",
                "at": 20.0,
                "text": "How much?",
                "fate": "spoken",
                "reason": "",
                "waited": 1.4,
                **comment,
            },
            {
                "comment": "c2",
                "at": 30.0,
                "text": "<b>x</b>",
                "fate": "declined",
                "reason": "ad",
                "waited": None,
                **comment,
            },
        ],
        "comments_left_out": 0,
        "open_questions": [],
        "refused": [{"at": 40.0, "rule": "price", "text": "It costs 99.", "detail": "99 is in no fact"}],
        "promotions": [],
        "actions": [],
        "alarms": [
            {"code": "no-sound", "severity": "urgent", "message": "No sound.", "raised_at": 500.0, "cleared_at": 510.0}
        ],
        "faults": [],
        "left_out": 0,
        "unreadable": 0,
    }


async def test_list_leads_to_a_report_that_holds_everything_and_can_be_exported(
    browser: Browser, desk: FakeDesk
) -> None:
    desk.signed_in, desk.host_name = True, "Ann"
    desk.reports[SHOW] = report()
    opened = await open_viewer(browser, f"{desk.control_url}/shows")
    room = ControlRoom(opened.page, opened.context, opened.errors)
    page = room.page
    await page.get_by_text("broken off").wait_for()
    await page.locator("td a").click()
    await page.get_by_role("heading", name="Timeline").wait_for()
    sums = await page.locator(".sums").inner_text()
    assert "50 %" in sums
    assert "1.4 s" in sums
    assert await page.locator(".timeline__stay").count() == 2
    assert await page.locator(".timeline__mark--alarm").count() == 1
    assert await page.locator("#report-products tbody tr").count() == 2
    assert "06:30" in await page.locator("#report-products tbody tr").first.inner_text()
    assert await page.locator("#report-comments tbody tr").count() == 2
    assert "<b>x</b>" in await page.locator("#report-comments").inner_text()
    assert "99 is in no fact" in await page.locator("#report-refused").inner_text()
    assert await page.locator("#report-transcript tbody tr").count() == 200
    await page.get_by_role("button", name="Show more (101 left)").click()
    assert await page.locator("#report-transcript tbody tr").count() == 301
    links = await room.ask("[...document.querySelectorAll('.exports a')].map((one) => one.getAttribute('href'))")
    assert f"/rooms/demo/shows/{SHOW}/export?format=vtt" in links
    assert f"/rooms/demo/shows/{SHOW}/export?format=csv&table=comments" in links
    await page.locator("#language-switch").click()
    await page.get_by_role("heading", name="时间线").wait_for()
    assert room.errors == []
    await room.context.close()


async def test_report_needs_a_sign_in_and_leaves_nothing_behind(browser: Browser, desk: FakeDesk) -> None:
    desk.reports[SHOW] = report()
    desk.signed_in = True
    opened = await open_viewer(browser, f"{desk.control_url}/shows/{SHOW}")
    page = opened.page
    await page.get_by_text("How much?").wait_for()
    await page.locator("#sign-out").click()
    await page.locator("#sign-in").wait_for()
    assert "How much?" not in await page.content()
    await page.reload()
    await page.locator("#sign-in").wait_for()
    assert "How much?" not in await page.content()
    await opened.context.close()
