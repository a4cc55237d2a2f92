"""Nothing that is sent makes the server fail, and every refusal says what to do: all routes, all methods, many bad bodies."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from yarl import URL

from tests.server.fakes import Site, open_site
from tests.server.test_authority import ENDLESS, address_of, routes_of

BODIES: dict[str, bytes] = {
    "nothing": b"",
    "text": b"hello",
    "half": b'{"text": "x',
    "bytes": b"\xff\xfe\x00\x01",
    "deep": b"[" * 3_000,
    "list": b"[1, 2]",
    "null": b"null",
    "number": b"1e999",
    "empty object": b"{}",
    "unknown field": b'{"zzz": 1}',
    "wrong kinds": json.dumps(
        {name: [[]] for name in ("text", "action", "viewer", "mode", "sku", "token", "seen")}
    ).encode(),
    "surrogate": rb'{"text": "\ud800", "viewer": "\udc00"}',
    "huge number": b'{"seen": 1' + b"0" * 400 + b', "muted": true, "energy": 1e400}',
    "controls": b'{"text": "\\u0000\\u202e\\n", "when": "now", "viewer": "\\u0000", "action": "\\u0000"}',
    "long": json.dumps({"text": "x" * 100_000}).encode(),
}
KINDS = ("application/json", "application/sdp", "text/plain", "")
OPEN_ENDED = {
    ("POST", "/rooms/{room}/control/stop"),
    ("POST", "/rooms/{room}/control/start"),
    ("POST", "/rooms/{room}/interrupt"),
}
"""They take no body, so a bad one may do no harm."""


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(tmp_path) as opened:
        yield opened


async def check(site: Site, method: str, path: str | URL, body: bytes | None, kind: str) -> None:
    headers = {**site.as_host, **({"Content-Type": kind} if kind else {})}
    response = await site.client.request(method, path, data=body, headers=headers, allow_redirects=False)
    told = await response.read()
    what = (method, str(path), kind, (body or b"")[:40], told[:200])
    assert response.status < 500 or response.status == 503, what
    if response.status >= 400 and method != "HEAD":
        assert response.content_type == "application/problem+json", what
        problem = json.loads(told)
        assert problem["status"] == response.status, what
        assert problem["detail"].rstrip().endswith((".", ">.", "!", "?")), what
        assert len(problem["detail"]) < 600, what
        assert "Traceback" not in problem["detail"], what


@pytest.mark.parametrize("kind", KINDS)
async def test_bad_bodies_are_refused_everywhere(site: Site, kind: str) -> None:
    for method, pattern in routes_of(site):
        if method == "GET":
            continue
        for name, body in BODIES.items():
            site.clock.now += 60  # limits of rate are another matter
            await check(site, method, address_of(pattern), body, kind)
            if (method, pattern) not in OPEN_ENDED and method == "POST" and name in ("text", "half", "deep") and kind:
                headers = {**site.as_host, "Content-Type": kind}
                response = await site.client.post(address_of(pattern), data=body, headers=headers)
                assert response.status >= 400, (pattern, name)


@pytest.mark.parametrize("part", ["%00", "%2e%2e%2fetc", "x" * 3_000, "%ff", "林", "a%0d%0ab"])
async def test_odd_addresses_are_refused_everywhere(site: Site, part: str) -> None:
    for method, pattern in routes_of(site):
        if pattern in ENDLESS or "{" not in pattern:
            continue
        pieces = pattern.split("/")
        odd = "/".join(part if piece.startswith("{") and piece != "{room}" else piece for piece in pieces)
        for path in {odd.replace("{room}", "demo"), odd.replace("{room}", part)}:
            site.clock.now += 60
            if "stream" in path or path.endswith("/events"):
                continue
            url = URL(path, encoded=True) if "%" in part else path
            await check(site, method, url, b"{}" if method == "POST" else None, "application/json")


@pytest.mark.parametrize("query", ["format=csv&format=x&viewer=%00", "table=%00&viewer=%ff&" + "a=1&" * 400])
async def test_odd_queries_are_refused_everywhere(site: Site, query: str) -> None:
    for method, pattern in routes_of(site):
        if pattern in ENDLESS:
            continue
        site.clock.now += 60
        url = URL(f"{address_of(pattern)}?{query}", encoded=True)
        await check(site, method, url, b"{}" if method == "POST" else None, "application/json")
