"""Viewers get what viewers may know: every type of event, from the page's documentation and from the code that tells it."""

import ast
import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.show_events import HOSTS_OWN, VIEWER_EVENTS, Told
from tests.server.fakes import open_site

ROOT = Path(__file__).parents[2]


def documented() -> dict[str, str]:
    """Types of the table of events, with who gets them."""
    text = (ROOT / "docs" / "http-api.md").read_text("utf-8")
    rows = re.findall(r"^\| (`[a-z]+(?:\.[a-z]+)?`(?:, `[a-z.]+`)*) \| .* \| (all|host) \|$", text, re.MULTILINE)
    return {name: who for names, who in rows for name in re.findall(r"`([a-z.]+)`", names)}


def told_in_the_code() -> Iterator[tuple[str, str]]:
    """Types that the code names where it tells an event, each with its place."""
    for folder in ("server", "dialogue"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if not isinstance(node, ast.Call) or not node.args:
                    continue
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                first = node.args[0]
                named = isinstance(first, ast.Constant) and isinstance(first.value, str)
                if named and called in ("Told", "emit", "_emit", "tell_operator", "DialogueEvent"):
                    assert isinstance(first, ast.Constant)
                    yield str(first.value), f"{path.relative_to(ROOT)}:{node.lineno}"


def test_documentation_says_who_sees_what() -> None:
    table = documented()
    assert {name for name, who in table.items() if who == "all"} == VIEWER_EVENTS
    assert {"fault", "alarm", "desk.action", "latency", "product.clicked", "understood"} <= set(table)


def test_every_type_that_the_code_tells_is_documented() -> None:
    table = documented()
    told = list(told_in_the_code())
    assert len(told) > 15
    assert [(name, place) for name, place in told if name not in table] == []


@pytest.mark.parametrize("as_host", [False, True])
async def test_stream_of_viewers_holds_nothing_of_the_hosts(tmp_path: Path, as_host: bool) -> None:
    async with open_site(tmp_path) as site:
        types = sorted(documented())
        for name in types:
            site.room.tell(Told(name, {"mark": f"<{name}>", "by": "Ann", "revision": 3}, public=True))
        await site.room.events.flush()
        headers = {"Last-Event-ID": "2", **(site.as_host if as_host else {})}
        seen: list[dict[str, str]] = []
        async with asyncio.timeout(10), site.client.get("/rooms/demo/events", headers=headers) as response:
            wanted = len(types) if as_host else len(VIEWER_EVENTS)
            async for line in response.content:
                if line.startswith(b"data: "):
                    seen.append(json.loads(line[6:]))
                if len(seen) == wanted:
                    break
        assert {event["type"] for event in seen} == (set(types) if as_host else VIEWER_EVENTS)
        if not as_host:
            assert not any(HOSTS_OWN & set(event) for event in seen)


@pytest.mark.parametrize("path", ["/rooms/demo", "/rooms/demo/info", "/host/demo", "/host/demo/shows", "/healthz"])
async def test_pages_hold_no_secrets(tmp_path: Path, path: str) -> None:
    async with open_site(tmp_path) as site:
        text = await (await site.client.get(path)).text()
        for secret in (site.token, "scrypt", "Lin Wei", "folder 12"):
            assert secret not in text
