"""The report of a replay, opened as a person opens it: a file, in Chromium."""

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from server.cli import main
from tests.browser.browser_kit import LAPTOP, PHONE
from tests.server.replay.replayed import EVENING, EVENING_RULES

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs of the sample evening, the second with another seed, compared with the first."""
    folder = tmp_path_factory.mktemp("replay")
    hostile = folder / "evening.jsonl"
    rows = EVENING.read_text("utf-8").splitlines()
    rows.append(
        rows[0].replace("hi Joe!", "<img src=x onerror=document.title='owned'>").replace('"at": 1.0', '"at": 2.0')
    )
    hostile.write_text("\n".join(rows) + "\n", "utf-8")
    options = ["--llm", "none", "--scenario", str(EVENING_RULES)]
    main(["replay", str(hostile), *options, "--out", str(folder / "one")])
    main(
        [
            "replay",
            str(hostile),
            *options,
            "--seed",
            "9",
            "--against",
            str(folder / "one"),
            "--out",
            str(folder / "two"),
        ]
    )
    return folder / "two" / "report.html"


async def test_the_report_is_read_filtered_and_linked(browser: Browser, report: Path) -> None:
    context = await browser.new_context(viewport=LAPTOP)
    page = await context.new_page()
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: None if request.url.startswith("file:") else trouble.append(request.url))
    address = report.as_uri()
    await page.goto(address)
    await expect(page.locator("h1")).to_contain_text("Replay of evening.jsonl in demo")
    await expect(page.locator(".badge")).to_have_text(re.compile("passed|failed"))
    await expect(page.locator(".verdict").filter(has_text="every number")).to_be_visible()
    assert await page.locator("svg").count() >= 2

    await page.get_by_role("link", name="Conversation").click()
    turns = page.locator(".turn")
    await expect(turns).to_have_count(43)
    assert await page.title() != "owned"
    first = page.locator("#c3")
    await expect(first).to_contain_text("catalogue/RB-10.price")
    await expect(first).to_contain_text("199 yuan")
    await page.get_by_label("Search").fill("diabetes")
    await expect(turns).to_have_count(1)
    assert "q=diabetes" in page.url
    await page.goto("about:blank")
    await page.goto(f"{address}#conversation?fate=declined")
    await expect(page.get_by_label("Fate")).to_have_value("declined")
    await expect(turns).to_have_count(1)

    await page.goto("about:blank")
    await page.goto(f"{address}#c14")
    await expect(page.locator("#c14.target")).to_be_in_viewport()
    await page.get_by_role("link", name="Comparison").click()
    await expect(page.locator("main")).to_contain_text("the same chat")
    await expect(page.locator("main")).to_contain_text("answers in other words")
    assert not trouble
    await context.close()


async def test_it_fits_on_a_phone(browser: Browser, report: Path) -> None:
    context = await browser.new_context(viewport=PHONE)
    page = await context.new_page()
    for part in ("#summary", "#conversation", "#comparison", "#chat"):
        await page.goto("about:blank")
        await page.goto(report.as_uri() + part)
        await expect(page.locator("nav a[aria-current]")).to_be_visible()
        await asyncio.sleep(0)
        wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, part
    await context.close()
