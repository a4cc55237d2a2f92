"""The control room's logic without its page: modules that know no clock, no network and no document."""

import json
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browser.fake_room import FakeRoom
from tests.browser.test_parts import ask

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def table(browser: Browser, room: FakeRoom) -> Any:
    """A page of the room's origin where modules can be imported and asked."""
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(room.url.replace("/rooms/demo", "/static/icon.svg"))
    yield page
    await context.close()


async def test_two_presses_close_together_are_one_stop_and_a_third_is_none(table: Page) -> None:
    told = await ask(
        table,
        "host/keys.js",
        "const p = new m.DoublePress(0.6); return [0, 0.5, 0.9, 2, 2.7, 3.2].map((at) => p.press(at));",
    )
    assert told == [False, True, False, False, False, True]


async def test_a_message_is_fresh_for_three_seconds(table: Page) -> None:
    told = await ask(
        table,
        "host/freshness.js",
        "const f = new m.Freshness(); const before = f.stale(99); f.heard(10); return [before, f.stale(13), f.stale(13.1), f.age(12)];",
    )
    assert told == [False, False, True, 2]


async def test_figures_keep_minutes_with_their_gaps_and_begin_anew_with_a_new_show(table: Page) -> None:
    told = await ask(
        table,
        "host/history.js",
        """const h = new m.History(10);
        for (const at of [0, 1, 1.5, 2, 8, 9, 11.5]) h.feed(at, { cpu: at, none: null, odd: NaN });
        const runs = h.runs("cpu").map((run) => run.map(([, value]) => value));
        h.feed(1, { cpu: 5 });
        return [runs, h.runs("none"), h.runs("odd"), h.runs("cpu")];""",
    )
    assert told == [[[2], [8, 9, 11.5]], [], [], [[[0, 5]]]]


async def test_held_order_keeps_what_is_shown_and_puts_new_ones_behind(table: Page) -> None:
    told = await ask(
        table,
        "host/waiting.js",
        """const items = ["n", "c", "a", "b"].map((comment) => ({ comment }));
        return m.held(items, ["a", "b", "gone", "c"]).map((one) => one.comment);""",
    )
    assert told == ["a", "b", "c", "n"]


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        ({"words": "RIBEYE"}, ["a"]),
        ({"words": "lin"}, ["a", "b"]),
        ({"language": "zh"}, ["b"]),
        ({"state": "held"}, ["c"]),
        ({"words": "\uff32ibeye"}, ["a"]),
        ({}, ["a", "b", "c"]),
    ],
)
async def test_filter_looks_into_names_and_texts_in_any_width(
    table: Page, wanted: dict[str, str], left: list[str]
) -> None:
    items = [
        {"comment": "a", "viewer": "Lin", "text": "the ribeye?", "language": "en", "state": "waiting"},
        {"comment": "b", "viewer": "Lin", "text": "多少钱", "language": "zh", "state": "waiting"},
        {"comment": "c", "viewer": "Wei", "text": "hi", "language": "en", "state": "held"},
    ]
    told = await ask(
        table,
        "host/waiting.js",
        f"return m.filtered({json.dumps(items)}, {json.dumps(wanted)}).map((one) => one.comment);",
    )
    assert told == left


async def test_state_word_says_what_viewers_get(table: Page) -> None:
    told = await ask(
        table,
        "host/state.js",
        """const base = { room: "live", paused: false, stopped: false, takeover: { mode: "none" } };
        const states = [{}, { paused: true }, { takeover: { mode: "camera" }, paused: true }, { stopped: true, takeover: { mode: "text" } },
          { room: "starting", stopped: true }];
        return states.map((state) => m.stateOf({ state: { ...base, ...state } }));""",
    )
    assert told == ["live", "paused", "human", "stopped", "starting"]


async def test_reasons_are_told_weightiest_first_with_their_points(table: Page) -> None:
    told = await table.evaluate(
        """Promise.all(["language.js", "host/words.js", "host/reasons.js"].map((f) => import(`/static/${f}`))).then(([l, w, r]) => {
          const language = new l.Language(w.HOST_WORDS, ["en"]);
          const parts = [["waiting", 1.2], ["kind", 6], ["answered just now", -1.4], ["new_rule", 0.1]];
          const comment = { at: 90, score: 5.8, also: ["Wei"], parts };
          const told = r.reasons(comment, 102, language);
          return [told.map((one) => one.text), r.sum(comment, told).split("\\n").at(-1)];
        })"""
    )
    assert told == [["a question", "was answered just now", "waits 12 s", "new rule"], "= 5.8"]


async def test_thinking_is_laid_end_to_end(table: Page) -> None:
    stages = {"intake": 0.1, "retrieval": 0.2, "first_token": 0.3, "first_clause": 1.0, "voice": 0.4}
    told = await ask(table, "host/latency.js", f"return m.stretches({json.dumps(stages)});")
    assert [name for name, _ in told] == ["intake", "retrieval", "token", "clause", "voice"]
    assert told[3][1] == pytest.approx(0.5)


@pytest.mark.parametrize(("seconds", "last"), [(59, 0), (600, 600), (4 * 3600, 4 * 3600), (9 * 3600, 9 * 3600)])
async def test_timeline_has_at_most_eleven_marks(table: Page, seconds: int, last: int) -> None:
    told = await ask(table, "host/timeline.js", f"return m.ticks({seconds});")
    assert told[0] == 0
    assert told[-1] == last
    assert len(told) <= 11


@pytest.mark.parametrize(
    ("unit", "words"),
    [("one fryer", "per fryer"), ("One set", "per set"), ("box of 10", "per box of 10"), ("1 kg", "per kg"), ("", "")],
)
async def test_unit_of_one_loses_its_number(table: Page, unit: str, words: str) -> None:
    told = await table.evaluate(
        f"""Promise.all(["language.js", "words.js", "product.js"].map((f) => import(`/static/${{f}}`))).then(([l, w, p]) =>
        p.unitWords({{ unit: {json.dumps(unit)} }}, new l.Language(w.WORDS, ["en"])))"""
    )
    assert told == words
