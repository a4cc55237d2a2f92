import json
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.authority import HostToken, TokenFileError
from tests.server.fakes import Site, open_site

GUARDED = {
    ("GET", "/metrics"): 200,
    ("GET", "/rooms/{room}/avatar"): 200,
    ("GET", "/rooms/{room}/promotions"): 200,
    ("POST", "/rooms/{room}/promotions"): 415,
    ("POST", "/rooms/{room}/promotions/{promotion}"): 415,
    ("POST", "/rooms/{room}/interrupt"): 200,
}
"""And what the host gets without a body; everything else is open to strangers."""


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(tmp_path) as opened:
        yield opened


async def test_every_route_is_guarded_or_known_to_be_open(site: Site) -> None:
    routes = site.app.router.routes()
    walked = {(route.method, route.resource.canonical) for route in routes if route.resource and route.method != "HEAD"}
    assert len(walked) == 18
    wrong = {"Authorization": "Bearer " + "x" * 43}
    for method, pattern in walked:
        path = (
            pattern.replace("{room}", "demo")
            .replace("{viewer}", "w9")
            .replace("{promotion}", "friday")
            .replace("{path}", "events.js")
        )
        if pattern.endswith("/events"):
            continue  # it has no end; see test_events
        bare = (await site.client.request(method, path, allow_redirects=False)).status
        with_wrong = (await site.client.request(method, path, headers=wrong, allow_redirects=False)).status
        with_right = (await site.client.request(method, path, headers=site.as_host, allow_redirects=False)).status
        if (method, pattern) in GUARDED:
            assert (bare, with_wrong, with_right) == (401, 401, GUARDED[method, pattern]), pattern
        else:
            assert 401 not in (bare, with_wrong, with_right), pattern
            assert bare == with_right, pattern


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer short", "Bearer " + "y" * 5000, "Bearer " + "é" * 40]
)
async def test_malformed_authorization_is_401(site: Site, header: str) -> None:
    response = await site.client.get("/metrics", headers={"Authorization": header})
    assert response.status == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


async def test_guessing_is_slowed_but_the_host_is_not_locked_out(site: Site) -> None:
    assert (await site.client.get("/metrics", headers=site.as_host)).status == 200
    wrong = {"Authorization": "Bearer short"}
    statuses = [(await site.client.get("/metrics", headers=wrong)).status for _ in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    assert (await site.client.get("/metrics", headers=site.as_host)).status == 200
    site.clock.now += 60
    assert (await site.client.get("/metrics", headers=wrong)).status == 401


async def test_interrupt_begins_a_new_epoch(site: Site) -> None:
    response = await site.client.post("/rooms/demo/interrupt", headers=site.as_host)
    assert await response.json() == {"epoch": 1}


async def test_renewed_token_ends_the_old_one_in_the_running_server(site: Site, tmp_path: Path) -> None:
    assert (await site.client.get("/metrics", headers=site.as_host)).status == 200
    renewed = HostToken(tmp_path).renew()
    assert (await site.client.get("/metrics", headers=site.as_host)).status == 401
    assert (await site.client.get("/metrics", headers={"Authorization": f"Bearer {renewed}"})).status == 200


async def test_token_is_made_once_and_only_its_hash_is_kept(tmp_path: Path) -> None:
    token = HostToken(tmp_path / "data")
    secret = token.ensure()
    assert secret is not None
    assert len(secret) == 43
    assert token.ensure() is None
    kept = token.file.read_text()
    assert secret not in kept
    assert json.loads(kept)["scheme"] == "scrypt"
    assert stat.S_IMODE(token.file.stat().st_mode) == 0o600
    assert await HostToken(tmp_path / "data").matches(secret)
    assert not await HostToken(tmp_path / "data").matches(secret[:-1])


async def test_unreadable_hash_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "host-token.json").write_text("{")
    with pytest.raises(TokenFileError, match="talkback token --renew"):
        await HostToken(tmp_path).matches("x" * 43)
