"""Who may do what: every route of the application is walked, and the sign-ins of hosts are tried from all sides."""

import asyncio
import json
import re
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientResponse

from server.authority import COOKIE, HostToken, TokenFileError
from server.show_events import Told
from tests.server.fakes import Site, open_site

PUBLIC = {
    ("GET", "/"),
    ("GET", "/favicon.ico"),
    ("GET", "/static/{path}"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/rooms/{room}"),
    ("GET", "/rooms/{room}/info"),
    ("POST", "/rooms/{room}/whep"),
    ("DELETE", "/rooms/{room}/whep/{viewer}"),
    ("POST", "/rooms/{room}/comments"),
    ("POST", "/rooms/{room}/speech"),
    ("GET", "/rooms/{room}/events"),
    ("POST", "/rooms/{room}/clicks"),
    ("GET", "/rooms/{room}/products"),
    ("GET", "/rooms/{room}/products/{sku}"),
    ("GET", "/rooms/{room}/products/{sku}/picture"),
    ("POST", "/host/session"),
    ("DELETE", "/host/session"),
    ("GET", "/host/{room}"),
    ("GET", "/host/{room}/shows"),
    ("GET", "/host/{room}/shows/{show}"),
}
"""Open to strangers: what a viewer needs, signing in, and the host's pages, which hold no data. Whatever route is not
written here must refuse everybody who is not a host."""

ENDLESS = {"/rooms/{room}/events", "/rooms/{room}/control/stream"}
PARTS = {
    "{room}": "demo",
    "{viewer}": "w9",
    "{promotion}": "friday",
    "{path}": "events.js",
    "{line}": "l1",
    "{comment}": "c1",
    "{show}": "demo-1",
    "{sku}": "RB-10",
}
STEER = {"X-Talkback": "host"}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(tmp_path) as opened:
        yield opened


async def sign_in(site: Site, name: str = "Ann", token: str | None = None) -> ClientResponse:
    body = {"token": site.token if token is None else token, "name": name}
    return await site.client.post("/host/session", json=body)


def routes_of(site: Site) -> list[tuple[str, str]]:
    walked = {
        (route.method, route.resource.canonical)
        for route in site.app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    return sorted(walked)


def address_of(pattern: str) -> str:
    for part, value in PARTS.items():
        pattern = pattern.replace(part, value)
    return re.sub(r"\{\w+\}", "x1", pattern)


# ---- every route ----------------------------------------------------------------------------------------------------


async def test_every_route_that_is_not_public_refuses_strangers(site: Site) -> None:
    wrong = {"Authorization": "Bearer " + "x" * 43}
    stale = {"Cookie": f"{COOKIE}={'y' * 43}", **STEER}
    guarded = [route for route in routes_of(site) if route not in PUBLIC and route != ("GET", "/host/session")]
    assert len(guarded) >= 6
    for method, pattern in guarded:
        path = address_of(pattern)
        for headers in ({}, wrong, stale):
            site.clock.now += 60  # guesses are slowed
            response = await site.client.request(method, path, headers=headers, allow_redirects=False)
            assert response.status == 401, (method, pattern, headers)
            assert response.content_type == "application/problem+json"


async def test_every_route_lets_the_host_in_by_token_and_by_sign_in(site: Site) -> None:
    for method, pattern in routes_of(site):
        if pattern in ENDLESS or pattern == "/host/session":
            continue
        path = address_of(pattern)
        by_token = await site.client.request(method, path, headers=site.as_host, allow_redirects=False)
        assert by_token.status not in (401, 403), (method, pattern)
        assert (await sign_in(site)).status == 200
        by_cookie = await site.client.request(method, path, headers=STEER, allow_redirects=False)
        assert by_cookie.status not in (401, 403), (method, pattern)
        site.client.session.cookie_jar.clear()


async def test_public_routes_ask_for_nothing(site: Site) -> None:
    walked = set(routes_of(site))
    for method, pattern in PUBLIC & walked:
        if pattern in ENDLESS or pattern == "/host/session":
            continue
        response = await site.client.request(method, address_of(pattern), allow_redirects=False)
        assert response.status not in (401, 403), (method, pattern)


async def test_sign_in_is_misused_by_no_other_site(site: Site) -> None:
    """With the cookie alone (as another site's form would send it) nothing can be changed."""
    await sign_in(site)
    own = f"http://{site.client.host}:{site.client.port}"
    for method, pattern in routes_of(site):
        if (method, pattern) in PUBLIC - {("DELETE", "/host/session")} or method == "GET":
            continue
        path = address_of(pattern)
        for headers in (
            {},
            {"X-Talkback": "viewer"},
            {**STEER, "Origin": "https://evil.example"},
            {**STEER, "Origin": "null"},
            {**STEER, "Origin": "http://["},
        ):
            response = await site.client.request(method, path, headers=headers)
            assert response.status == 403, (method, pattern, headers)
            assert (await response.json(content_type=None))["type"] == "/problems/csrf"
        if pattern != "/host/session":
            assert (await site.client.request(method, path, headers={**STEER, "Origin": own})).status != 403
    assert (await site.client.get("/metrics")).status == 200


# ---- signing in -----------------------------------------------------------------------------------------------------


async def test_sign_in_gives_a_cookie_that_scripts_and_other_sites_do_not_get(site: Site) -> None:
    response = await sign_in(site)
    assert await response.json() == {"name": "Ann"}
    cookie = response.headers["Set-Cookie"]
    for said in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"):
        assert said in cookie
    assert "Secure" not in cookie
    assert site.token not in cookie
    assert await (await site.client.get("/host/session")).json() == {"name": "Ann"}
    assert (await site.client.get("/metrics")).status == 200


async def test_cookie_is_secure_behind_tls(tmp_path: Path) -> None:
    async with open_site(tmp_path, proxies=1) as site:
        body = {"token": site.token, "name": "Ann"}
        headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "9.9.9.9"}
        response = await site.client.post("/host/session", json=body, headers=headers)
        assert "Secure" in response.headers["Set-Cookie"]


@pytest.mark.parametrize(("proxies", "status"), [(0, 403), (1, 200)])
async def test_proxy_that_calls_the_server_by_another_name_may_say_so(
    tmp_path: Path, proxies: int, status: int
) -> None:
    async with open_site(tmp_path, proxies=proxies) as site:
        headers = {"Origin": "https://live.shop.example", "X-Forwarded-Host": "live.shop.example"}
        body = {"token": site.token, "name": "Ann"}
        assert (await site.client.post("/host/session", json=body, headers=headers)).status == status
        elsewhere = {**headers, "Origin": "https://evil.example"}
        assert (await site.client.post("/host/session", json=body, headers=elsewhere)).status == 403


async def test_signing_out_ends_the_session_for_good(site: Site) -> None:
    secret = (await sign_in(site)).cookies[COOKIE].value
    assert (await site.client.delete("/host/session", headers=STEER)).status == 200
    assert (await site.client.get("/host/session")).status == 401
    kept = {"Cookie": f"{COOKIE}={secret}"}
    assert (await site.client.get("/metrics", headers=kept)).status == 401
    assert (await site.client.delete("/host/session")).status == 200


async def test_session_ends_after_twelve_hours_of_rest_and_lasts_while_used(site: Site) -> None:
    await sign_in(site)
    for _ in range(3):
        site.clock.now += 11 * 3600
        assert (await site.client.get("/metrics")).status == 200
    site.clock.now += 12 * 3600
    assert (await site.client.get("/metrics")).status == 401


async def test_renewed_token_ends_every_session(site: Site, tmp_path: Path) -> None:
    await sign_in(site)
    assert (await site.client.get("/metrics")).status == 200
    renewed = HostToken(tmp_path).renew()
    assert (await site.client.get("/metrics")).status == 401
    assert (await sign_in(site)).status == 401
    assert (await sign_in(site, token=renewed)).status == 200


async def test_wrong_tokens_are_slowed_at_the_sign_in_as_elsewhere(site: Site) -> None:
    first = [(await sign_in(site, token="w" * 43)).status for _ in range(5)]
    headers = {"Authorization": "Bearer " + "w" * 43}
    second = [(await site.client.get("/metrics", headers=headers)).status for _ in range(5)]
    assert first + second == [401] * 10
    refused = await sign_in(site)
    assert refused.status == 429
    assert int(refused.headers["Retry-After"]) >= 1
    site.clock.now += 60
    assert (await sign_in(site)).status == 200


async def test_guesses_that_come_at_once_are_no_cheaper(site: Site) -> None:
    statuses = [r.status for r in await asyncio.gather(*(sign_in(site, token="w" * 43) for _ in range(25)))]
    assert statuses.count(401) == 10
    assert statuses.count(429) == 15


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 422),
        (b"{}", 422),
        (b'{"token": 5}', 422),
        (b'{"token": "x", "name": "' + b"n" * 41 + b'"}', 422),
        (b'{"token": "x", "admin": true}', 422),
        (b'{"token": "' + b"x" * 5000 + b'"}', 413),
    ],
)
async def test_bad_sign_in_says_what_is_wrong(site: Site, body: bytes, status: int) -> None:
    response = await site.client.post("/host/session", data=body, headers={"Content-Type": "application/json"})
    assert (response.status, response.content_type) == (status, "application/problem+json")
    assert (await site.client.post("/host/session", data={"token": site.token})).status == 415


async def test_cookie_makes_a_host_of_the_event_stream_and_a_stale_one_only_a_viewer(site: Site) -> None:
    await sign_in(site)
    for cookies, sees in (({}, True), ({COOKIE: "z" * 43}, False)):
        site.room.tell(_told("fault", {"code": "x", "message": "hidden"}))
        await site.room.events.flush()
        headers = {"Last-Event-ID": "1"}
        async with site.client.get("/rooms/demo/events", headers=headers, cookies=cookies) as response:
            assert response.status == 200
            got = await response.content.read(4000)
            assert ("hidden" in got.decode()) is sees


# ---- the token itself -----------------------------------------------------------------------------------------------


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
    headers = {**site.as_host, "X-Talkback-Host": "Mei\u202e"}
    response = await site.client.post("/rooms/demo/interrupt", headers=headers)
    assert await response.json() == {"epoch": 1}
    await site.room.events.flush()
    done = [event.data for event in await site.room.events.read(0, 10**9, 100) if event.type == "desk.action"]
    assert [(each["by"], each["action"], each["after"]) for each in done] == [("Mei", "interrupt", {"epoch": 1})]


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


def _told(type_: str, data: dict[str, str]) -> Told:
    return Told(type_, data, public=False)
