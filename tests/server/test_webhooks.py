"""Webhooks against a receiver that takes, refuses, hangs and comes back."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import HttpUrl

from server import webhooks
from server.configuration import WebhookSettings
from server.event import Event
from server.show_events import Told
from server.webhooks import MOST_ATTEMPTS, QUEUE_EVENTS, Webhooks, pause_after, signature
from tests.server.fakes import CONFIG, open_room

SECRET = "a secret of the shop"


class Shop:
    """The receiver."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        """What the next requests are answered; 200 when there is none."""
        self.asked = asyncio.Event()
        self.stuck = asyncio.Event()
        self.stuck.set()

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((dict(request.headers), await request.read()))
        self.asked.set()
        await self.stuck.wait()
        return web.Response(status=self.answers.pop(0) if self.answers else 200, headers={"Location": "/elsewhere"})

    @property
    def ids(self) -> list[int]:
        return [json.loads(body)["id"] for _, body in self.got]


@asynccontextmanager
async def opened(*events: str) -> AsyncIterator[tuple[Shop, Webhooks, list[tuple[str, str]]]]:
    shop, faults = Shop(), []
    app = web.Application()
    app.router.add_post("/{path:.*}", shop.take)
    async with TestServer(app) as server:
        settings = WebhookSettings(url=HttpUrl(str(server.make_url("/hook?key=hidden"))), events=events, secret_env="S")
        hooks = Webhooks([settings], "demo", lambda code, message: faults.append((code, message)), {"S": SECRET})
        hooks.start()
        try:
            yield shop, hooks, faults
        finally:
            shop.stuck.set()
            await hooks.close()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "FIRST_PAUSE_S", 0.0)


def event(seq: int, type_: str = "comment.decided", **data: object) -> Event:
    return Event(seq, "demo-1", 1.5, "2026-01-01T20:00:00Z", type_, True, json.dumps(data or {"comment": "c1"}))


async def drained(hooks: Webhooks) -> None:
    async with asyncio.timeout(5):
        for hook in hooks.all:
            await hook.drained()


async def test_delivery_is_signed_and_tells_what_happened() -> None:
    async with opened("comment.decided") as (shop, hooks, _):
        hooks.offer([event(7, comment="c1", fate="spoken", text="林 asked")])
        await drained(hooks)
        [(headers, body)] = shop.got
    assert json.loads(body) == {
        "type": "comment.decided",
        "at": 1.5,
        "time": "2026-01-01T20:00:00Z",
        "room": "demo",
        "show": "demo-1",
        "id": 7,
        "data": {"comment": "c1", "fate": "spoken", "text": "林 asked"},
    }
    assert headers["Talkback-Event"] == "comment.decided"
    assert headers["Talkback-Delivery"] == "demo-7"
    moment, signed = (part.split("=", 1)[1] for part in headers["Talkback-Signature"].split(","))
    assert signed == hmac.new(SECRET.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


def test_signature_is_the_one_that_the_documentation_shows() -> None:
    assert signature("shop-secret-0123456", b'{"a":1}', 1767297600) == (
        "t=1767297600,v1=" + hmac.new(b"shop-secret-0123456", b'1767297600.{"a":1}', "sha256").hexdigest()
    )


async def test_only_wanted_types_are_sent_in_order() -> None:
    async with opened("comment.decided", "alarm") as (shop, hooks, _):
        hooks.offer([event(1), event(2, "caption"), event(3, "alarm"), event(4, "line.started"), event(5)])
        await drained(hooks)
        assert shop.ids == [1, 3, 5]


async def test_star_takes_all_but_its_own_failures() -> None:
    async with opened("*") as (shop, hooks, _):
        hooks.offer([event(1, "caption"), event(2, "fault", code="webhook-failed"), event(3, "fault", code="x")])
        await drained(hooks)
        assert shop.ids == [1, 3]


async def test_trouble_is_retried_with_the_same_id_and_nothing_is_lost() -> None:
    async with opened("comment.decided") as (shop, hooks, faults):
        shop.answers = [500, 503, 429]
        hooks.offer([event(1), event(2)])
        await drained(hooks)
        assert shop.ids == [1, 1, 1, 1, 2]
        assert len({headers["Talkback-Delivery"] for headers, _ in shop.got[:4]}) == 1
        assert faults == []
        assert hooks.failing == ()


async def test_given_up_is_told_once_and_the_next_are_tried() -> None:
    async with opened("comment.decided") as (shop, hooks, faults):
        shop.answers = [500] * (MOST_ATTEMPTS + 2)
        hooks.offer([event(1), event(2)])
        await drained(hooks)
        assert shop.ids == [1] * MOST_ATTEMPTS + [2, 2]
        [(code, message)] = faults
        assert code == "webhook-failed"
        assert "answered 500" in message
        assert "hidden" not in message  # the address's query may be a secret
        assert hooks.failing == ("http://127.0.0.1",)
        hooks.offer([event(3)])
        await drained(hooks)
        assert not hooks.all[0].failing


@pytest.mark.parametrize("status", [301, 307, 400, 401, 404, 410, 422])
async def test_refusal_is_final_and_no_redirection_is_followed(status: int) -> None:
    async with opened("comment.decided") as (shop, hooks, faults):
        shop.answers = [status]
        hooks.offer([event(1)])
        await drained(hooks)
        assert shop.ids == [1]
        assert [code for code, _ in faults] == ["webhook-failed"]


async def test_address_out_of_reach_is_given_up() -> None:
    faults: list[str] = []
    settings = WebhookSettings(url=HttpUrl("http://127.0.0.1:9/"), events=("alarm",), secret_env="S")
    hooks = Webhooks([settings], "demo", lambda code, message: faults.append(message), {"S": SECRET})
    hooks.start()
    hooks.offer([event(1, "alarm")])
    await drained(hooks)
    await hooks.close()
    assert "can't be reached" in faults[0]


async def test_receiver_that_hangs_delays_nobody_and_the_queue_is_bounded() -> None:
    async with opened("comment.decided") as (shop, hooks, faults):
        shop.stuck.clear()
        hooks.offer([event(0)])
        async with asyncio.timeout(5):
            await shop.asked.wait()
        for seq in range(1, QUEUE_EVENTS + 4):
            hooks.offer([event(seq)])  # returns at once
        [hook] = hooks.all
        assert (hook.waiting, hook.dropped) == (QUEUE_EVENTS, 3)
        assert [code for code, _ in faults] == ["webhook-behind"]
        shop.stuck.set()
        await drained(hooks)
        assert shop.ids == [0, *range(4, QUEUE_EVENTS + 4)]


async def test_room_closes_though_a_receiver_hangs() -> None:
    async with opened("comment.decided") as (shop, hooks, _):
        shop.stuck.clear()
        hooks.offer([event(1)])
        async with asyncio.timeout(3):
            await hooks.close()


def test_pauses_double_with_jitter_and_have_a_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "FIRST_PAUSE_S", 1.0)
    assert [pause_after(attempt, 1.0) for attempt in range(1, 8)] == [1, 2, 4, 8, 16, 30, 30]
    assert pause_after(1, 0.0) == 0.5


async def test_room_posts_its_own_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop()
    app = web.Application()
    app.router.add_post("/hook", shop.take)
    monkeypatch.setenv("SHOP_SECRET", SECRET)
    async with TestServer(app) as server:
        hook = {"url": str(server.make_url("/hook")), "events": ["alarm"], "secret_env": "SHOP_SECRET"}
        async with open_room(tmp_path, {**CONFIG, "webhooks": [hook]}) as (room, _):
            await room.start()
            room.tell(Told("alarm", {"code": "no-sound", "state": "raised"}, public=False))
            await room.events.flush()
            await drained(room.webhooks)
            [(headers, body)] = shop.got
            assert json.loads(body)["data"]["code"] == "no-sound"
            assert headers["Talkback-Signature"].startswith("t=")
