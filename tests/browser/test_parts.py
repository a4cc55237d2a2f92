"""The page's logic without its page: modules that know no clock, no network and no document."""

import json
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browser.fake_room import FakeRoom

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def desk(browser: Browser, room: FakeRoom) -> Any:
    """A page of the room's origin without the viewer on it, where modules can be imported and asked."""
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(room.url.replace("/rooms/demo", "/static/icon.svg"))
    yield page
    await context.close()


async def ask(page: Page, module: str, body: str) -> Any:
    """Run `body` with the module's exports as `m`."""
    return await page.evaluate(f"import('/static/{module}').then((m) => {{ {body} }})")


async def test_waits_double_up_to_eight_seconds_and_start_again_after_a_proof(desk: Page) -> None:
    waits = await ask(
        desk,
        "backoff.js",
        """const b = new m.Backoff({ random: () => 0.5 });
        const waits = Array.from({ length: 7 }, () => b.next());
        b.reset();
        return [...waits, b.next(), b.next(3)];""",
    )
    assert waits == [0.5, 1, 2, 4, 8, 8, 8, 0.5, 3]


async def test_jitter_spreads_a_wait_by_a_quarter_to_both_sides(desk: Page) -> None:
    low, high = await ask(
        desk,
        "backoff.js",
        "return [0, 1].map((end) => new m.Backoff({ random: () => end }).next());",
    )
    assert (low, high) == (0.375, 0.625)


async def test_event_parser_joins_pieces_and_skips_comments(desk: Page) -> None:
    events = await ask(
        desk,
        "eventparser.js",
        r"""const p = new m.EventParser();
        const pieces = ["retry: 1500\n\n: keep", "-alive\n\nid: 7\r\nda", "ta: {\"a\":\r\ndata: 1}\r\n\r\nid: 8\ndata:x\n", "\n"];
        return pieces.flatMap((piece) => p.feed(piece));""",
    )
    assert events == [{"id": "7", "data": '{"a":\n1}'}, {"id": "8", "data": "x"}]


async def test_event_parser_forgets_what_never_ends(desk: Page) -> None:
    events = await ask(
        desk,
        "eventparser.js",
        r"""const p = new m.EventParser();
        const long = "x".repeat(300 * 1024);
        return [...p.feed("data: " + long), ...p.feed("\n\ndata: after\n\n")];""",
    )
    assert events == [{"id": "", "data": "after"}]


@pytest.mark.parametrize(
    ("counters", "verdict"),
    [
        ([(0, 0, 0), (9, 0, 0)], None),
        ([(0, 0, 0), (11, 20, 0)], "no-start"),
        ([(1, 10, 5), (2, 20, 10)], None),
        ([(1, 10, 5), (5.5, 10, 5)], "no-packets"),
        ([(1, 10, 5), (4, 20, 5), (6.5, 30, 5)], "no-frames"),
    ],
)
async def test_liveness_tells_what_is_missing(
    desk: Page, counters: list[tuple[float, int, int]], verdict: str | None
) -> None:
    told = await ask(
        desk,
        "liveness.js",
        f"""const life = new m.Liveness(0);
        return {json.dumps(counters)}.map(([now, packets, frames]) => life.feed({{ packets, frames, visible: true }}, now)).pop();""",
    )
    assert told == verdict


async def test_liveness_judges_a_hidden_page_by_its_packets_only(desk: Page) -> None:
    told = await ask(
        desk,
        "liveness.js",
        """const life = new m.Liveness(0);
        life.feed({ packets: 1, frames: 1, visible: true }, 1);
        const told = [4, 8, 12, 16].map((now) => life.feed({ packets: now, frames: 1, visible: false }, now));
        return [...told, life.feed({ packets: 16, frames: 1, visible: false }, 21)];""",
    )
    assert told == [None, None, None, None, "no-packets"]


async def test_after_sleep_silence_counts_from_waking(desk: Page) -> None:
    told = await ask(
        desk,
        "liveness.js",
        """const life = new m.Liveness(0);
        life.feed({ packets: 10, frames: 10, visible: true }, 1);
        life.wake(3600);
        return [3600, 3601, 3602.5].map((now) => life.feed({ packets: 10, frames: 10, visible: true }, now));""",
    )
    assert told == [None, None, "no-packets"]


async def test_ledger_moves_a_comment_forward_only(desk: Page) -> None:
    states = await ask(
        desk,
        "comments.js",
        """const l = new m.CommentLedger();
        const said = { type: "comment.received", comment: "c1", viewer: "Lin", text: "frozen?" };
        const events = [said, { type: "comment.chosen", comment: "c1" },
          { type: "line.started", line: "l1", comments: ["c1"] },
          { type: "comment.decided", comment: "c1", fate: "spoken" },
          said, { type: "comment.chosen", comment: "c1" }, { type: "line.started", line: "l1", comments: ["c1"] }];
        return events.map((event) => { l.feed(event); return l.all.map((one) => one.state).join(); });""",
    )
    assert states == ["received", "chosen", "answering", "spoken", "spoken", "spoken", "spoken"]


async def test_ledger_keeps_what_was_heard_once_a_line(desk: Page) -> None:
    reply = await ask(
        desk,
        "comments.js",
        """const l = new m.CommentLedger();
        l.feed({ type: "comment.received", comment: "c1", viewer: "Lin", text: "frozen?" });
        const heard = (line, text, kind = "answer") => l.feed({ type: "line.ended", line, kind, comments: ["c1"], heard: text });
        heard("l0", "Lin asks: is it frozen?", "readback");
        heard("l1", "No.");
        heard("l2", "It is chilled.");
        heard("l1", "No.");
        return l.find("c1").reply;""",
    )
    assert reply == "No. It is chilled."


@pytest.mark.parametrize("event_first", [True, False])
async def test_ledger_knows_an_own_comment_whichever_comes_first(desk: Page, event_first: bool) -> None:
    kept = await ask(
        desk,
        "comments.js",
        f"""const l = new m.CommentLedger();
        const pending = l.pend("Lin", "is  it frozen\uff1f");
        const event = {{ type: "comment.received", comment: "c1", viewer: "Lin", text: "is it frozen?" }};
        if ({str(event_first).lower()}) {{ l.feed(event); l.settle(pending, "c1"); }} else {{ l.settle(pending, "c1"); l.feed(event); }}
        return l.all.map((one) => [one.id, one.own, one.state]);""",
    )
    assert kept == [["c1", True, "received"]]


async def test_ledger_is_bounded(desk: Page) -> None:
    kept = await ask(
        desk,
        "comments.js",
        """const l = new m.CommentLedger({ limit: 3 });
        for (let n = 1; n <= 9; n += 1) l.feed({ type: "comment.received", comment: `c${n}`, viewer: "a", text: `${n}` });
        l.feed({ type: "comment.decided", comment: "c1", fate: "expired" });
        return l.all.map((one) => one.id);""",
    )
    assert kept == ["c7", "c8", "c9"]


@pytest.mark.parametrize(
    ("stream", "room_state", "online", "state", "title"),
    [
        ("{ state: 'connecting', reason: '' }", "", True, "connecting", "status_connecting"),
        ("{ state: 'live', reason: '' }", "live", True, "live", "status_live"),
        ("{ state: 'live', reason: '' }", "closing", True, "closing", "status_closing"),
        ("{ state: 'waiting', reason: 'lost', retryAt: 12.2 }", "live", True, "waiting", "status_waiting"),
        ("{ state: 'waiting', reason: 'network', retryAt: 12 }", "closing", True, "ended", "status_ended"),
        ("{ state: 'waiting', reason: 'network', retryAt: 12 }", "live", False, "offline", "status_offline"),
        ("{ state: 'waiting', reason: 'room-starting', retryAt: 12 }", "starting", True, "starting", "status_starting"),
        ("{ state: 'missing', reason: '' }", "", True, "missing", "status_missing"),
        ("{ state: 'connecting', reason: 'no-frames' }", "live", True, "connecting", "status_retrying"),
    ],
)
async def test_status_says_what_the_page_is_doing(
    desk: Page, stream: str, room_state: str, online: bool, state: str, title: str
) -> None:
    told = await ask(
        desk,
        "status.js",
        f"""return m.describe({{ stream: {{ detail: "", retryAt: 0, ...{stream} }}, room: "{room_state}",
            online: {str(online).lower()} }}, 10);""",
    )
    assert (told["state"], told["title"]) == (state, title)
    if title == "status_waiting":
        assert told["values"] == {"count": 3}
        assert told["more"] == "reason_lost"


async def test_both_languages_have_the_same_texts_with_the_same_values(desk: Page) -> None:
    lacking, differing = await ask(
        desk,
        "words.js",
        r"""const { en, zh } = m.WORDS;
        const keys = [...new Set([...Object.keys(en), ...Object.keys(zh)])];
        const values = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort().join();
        return [keys.filter((key) => !(key in en && key in zh)),
          keys.filter((key) => key in en && key in zh && values(en[key]) !== values(zh[key]))];""",
    )
    assert (lacking, differing) == ([], [])


async def test_ice_servers_lose_their_nulls(desk: Page) -> None:
    servers = await ask(
        desk,
        "room.js",
        """const stun = { urls: ["stun:a"], username: null, credential: null };
        return m.iceServers([stun, { urls: "turn:b", username: "u", credential: "p" }]);""",
    )
    assert servers == [{"urls": ["stun:a"]}, {"urls": "turn:b", "username": "u", "credential": "p"}]
