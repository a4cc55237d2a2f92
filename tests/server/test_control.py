import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from render.contract import Emotion, LineKind
from tests.server.fakes import Site
from tests.server.steered import SteeredStudio, StillStage, open_steered

CONTROL = "/rooms/demo/control"
ORDERS: list[tuple[str, dict[str, Any]]] = [
    ("say", {"text": "Good evening."}),
    ("lines/x", {"action": "drop"}),
    ("comments/x", {"action": "answer"}),
    ("viewers", {"viewer": "Bo", "action": "block"}),
    ("show", {"action": "pause"}),
    ("manner", {"emotion": "warm"}),
    ("approval", {"required": True}),
    ("mute", {"muted": True}),
    ("stop", {}),
    ("start", {}),
    ("takeover", {"mode": "text"}),
]


class Steering:
    """A host at the desk of the demo room."""

    def __init__(self, site: Site, studio: SteeredStudio) -> None:
        self.site = site
        self.studio = studio

    @property
    def stage(self) -> StillStage:
        return self.studio.stage

    async def order(self, path: str, body: Any, *, by: str = "Ann") -> tuple[int, dict[str, Any]]:
        headers = self.site.as_host | {"X-Talkback-Host": by}
        answer = await self.site.client.post(f"{CONTROL}/{path}", json=body, headers=headers)
        return answer.status, await answer.json()

    async def done(self, path: str, body: Any, *, by: str = "Ann") -> dict[str, Any]:
        status, told = await self.order(path, body, by=by)
        assert status in (200, 202), told
        return told

    async def refused(self, path: str, body: Any, *, by: str = "Ann") -> dict[str, Any]:
        status, told = await self.order(path, body, by=by)
        assert status >= 400, told
        assert told["status"] == status
        return told

    async def desk(self) -> dict[str, Any]:
        answer = await self.site.client.get(f"{CONTROL}/desk", headers=self.site.as_host)
        told: dict[str, Any] = await answer.json()
        return told

    async def comment(self, text: str, viewer: str = "Bo") -> str:
        answer = await self.site.client.post("/rooms/demo/comments", json={"viewer": viewer, "text": text})
        return str((await answer.json())["id"])

    async def events(self, *types: str) -> list[tuple[dict[str, Any], bool]]:
        await self.site.room.events.flush()
        told = await self.site.room.events.read(0, 10_000, 1000)
        return [(event.data, event.public) for event in told if event.type in types]

    async def waiting(self, kind: LineKind, count: int = 1) -> list[str]:
        """The texts of the Lines of this kind that wait on the stage, once there are so many."""
        found: list[str] = []
        for _ in range(1000):
            found = [line.text for line in self.stage.pending() if line.kind is kind]
            if len(found) >= count:
                break
            await asyncio.sleep(0)
        return found


@pytest.fixture
async def steering(tmp_path: Path) -> AsyncIterator[Steering]:
    async with open_steered(tmp_path) as (site, studio):
        yield Steering(site, studio)
        studio.stage.end()


async def test_no_order_is_taken_from_anybody_but_a_host(steering: Steering) -> None:
    for path, body in ORDERS:
        answer = await steering.site.client.post(f"{CONTROL}/{path}", json=body)
        assert answer.status == 401
    answer = await steering.site.client.post(
        f"{CONTROL}/stop", json={}, headers={"Authorization": "Bearer " + "x" * 43}
    )
    assert answer.status == 401
    assert steering.studio.host.desk.revision == 0


async def test_what_is_no_order_is_a_problem_that_names_the_field(steering: Steering) -> None:
    for path, body in ORDERS:
        if path == "stop":
            continue  # it takes anything
        told = await steering.refused(path, body | {"colour": "red"})
        assert (told["status"], told["type"]) == (422, "/problems/invalid-field")
        assert "colour" in told["detail"]
        answer = await steering.site.client.post(f"{CONTROL}/{path}", data="{", headers=steering.site.as_host)
        assert answer.status == 415


async def test_an_order_that_does_not_fit_says_why(steering: Steering) -> None:
    for path, body, part in (
        ("lines/x", {"action": "rewrite"}, "rewrite needs text"),
        ("comments/x", {"action": "merge"}, "merge needs into"),
        ("comments/x", {"action": "skip", "text": "no"}, "skip takes no text"),
        ("comments/x", {"action": "dance"}, "action"),
        ("show", {"action": "product"}, "needs sku or segment"),
        ("show", {"action": "next", "pin": True}, "only a product"),
        ("manner", {"energy": 2}, "energy"),
        ("manner", {"emotion": "furious"}, "emotion"),
        ("takeover", {"mode": "dream"}, "mode"),
        ("say", {"text": ""}, "text"),
        ("say", {"text": "Hello.", "when": "yesterday"}, "when"),
    ):
        told = await steering.refused(path, body)
        assert told["status"] == 422
        assert part in told["detail"]


async def test_a_room_that_is_not_live_takes_no_orders(steering: Steering) -> None:
    conversation, steering.site.room.conversation = steering.site.room.conversation, None
    for path, body in ORDERS:
        assert (await steering.refused(path, body))["status"] == 503
    steering.site.room.conversation = conversation


async def test_say_is_said_as_the_person_who_ordered_it(steering: Steering) -> None:
    body = {"text": "We start the draw now.", "when": "now", "emotion": "excited", "energy": 0.9, "product": "RB-10"}
    status, told = await steering.order("say", body)
    assert (status, told["revision"]) == (202, 1)
    await steering.waiting(LineKind.NOTICE)
    coming = next(c for c in (await steering.desk())["coming"] if c["line"] == told["line"])
    assert (coming["text"], coming["by"], coming["stage"], coming["product"]) == (
        body["text"],
        "Ann",
        "voiced",
        "RB-10",
    )
    line = next(line for line in steering.stage.pending() if line.id == told["line"])
    assert (line.emotion, line.energy, line.urgent) == (Emotion.EXCITED, 0.9, True)
    desk = await steering.desk()
    assert [(a["by"], a["action"], a["target"]) for a in desk["actions"]] == [("Ann", "say", told["line"])]


async def test_a_claim_is_refused_with_its_rule_and_what_could_be_said(steering: Steering) -> None:
    told = await steering.refused("say", {"text": "The ribeye is 99 yuan."})
    assert (told["status"], told["type"], told["rule"]) == (422, "/problems/claim", "number")
    assert "199 yuan" in told["suggestion"]
    await steering.done("say", {"text": "The ribeye is 99 yuan.", "as_is": True})
    (deed,) = [data for data, _ in await steering.events("desk.action")]
    assert (deed["by"], deed["after"]["as_is"]) == ("Ann", True)


async def test_what_can_not_be_said_is_refused(steering: Steering) -> None:
    for body, code in (
        ({"text": "牛排199元。"}, "language"),
        ({"text": "Look at this.", "product": "XX-99"}, "no-such-product"),
        ({"text": "…"}, "text-empty"),
        ({"text": "word " * 300}, "text-too-long"),
        ({"text": "I am a real human.", "as_is": True}, "claim"),
    ):
        told = await steering.refused("say", body)
        assert (told["type"], told["status"]) == (f"/problems/{code}", 422)


async def test_a_line_is_rewritten_and_dropped(steering: Steering) -> None:
    line = (await steering.done("say", {"text": "We start the draw now."}))["line"]
    other = (await steering.done("say", {"text": "Thank you all."}))["line"]
    await steering.waiting(LineKind.NOTICE, 2)
    await steering.done(f"lines/{line}", {"action": "rewrite", "text": "We start the draw soon."}, by="Bob")
    await steering.done(f"lines/{other}", {"action": "drop"})
    assert await steering.waiting(LineKind.NOTICE) == ["We start the draw soon."]
    told = await steering.refused(f"lines/{line}", {"action": "rewrite", "text": "The ribeye is 1 yuan."})
    assert (told["type"], told["rule"]) == ("/problems/claim", "number")
    while steering.stage.begin().id != line:
        pass
    assert (await steering.refused(f"lines/{line}", {"action": "drop"}))["type"] == "/problems/begun"
    assert (await steering.desk())["saying"]["text"] == "We start the draw soon."


async def test_comments_are_planned_answered_held_merged_and_written(steering: Steering) -> None:
    await steering.done("approval", {"required": True})
    one = await steering.comment("How much is the kettle?")
    two = await steering.comment("How long does the rice keep?", "Cy")
    three = await steering.comment("Is the pan heavy?", "Di")
    plan = await steering.done(f"comments/{one}", {"action": "plan"})
    assert "189 yuan" in plan["text"]
    assert {"name": "catalogue/KT-17.price", "value": "¥189.00"} in plan["facts"]
    assert plan["language"] == "en"
    await steering.done(f"comments/{two}", {"action": "hold"})
    await steering.done(f"comments/{three}", {"action": "merge", "into": two})
    states = {c["comment"]: (c["state"], c["cluster"]) for c in (await steering.desk())["comments"]}
    assert states == {one: ("waiting", 1), two: ("held", 2)}
    await steering.done(f"comments/{two}", {"action": "write", "text": "It keeps for long, look at the bag."})
    await steering.done(f"comments/{one}", {"action": "answer"})
    (answer,) = await steering.waiting(LineKind.ANSWER)
    assert answer == plan["text"]
    fates = {data["comment"]: data["fate"] for data, _ in await steering.events("comment.decided")}
    assert fates == {three: "merged", two: "written"}


async def test_pinned_comments_are_public_and_orders_are_not(steering: Steering) -> None:
    comment = await steering.comment("How much is the kettle?")
    await steering.done(f"comments/{comment}", {"action": "pin"})
    await steering.done(f"comments/{comment}", {"action": "unpin"})
    shown = await steering.events("comment.pinned", "comment.unpinned")
    assert [(data["viewer"], public) for data, public in shown] == [("Bo", True), ("Bo", True)]
    orders = await steering.events("desk.action", "line.queued", "line.dropped")
    assert orders
    assert not any(public for _, public in orders)


async def test_who_comes_later_is_told_what_still_holds(steering: Steering) -> None:
    first, second = await steering.comment("How much is the kettle?"), await steering.comment("Is it heavy?", "Cy")
    for comment in (first, second):
        await steering.done(f"comments/{comment}", {"action": "pin"})
    await steering.done("stop", {})
    await steering.site.room.events.flush()

    async def shown() -> list[tuple[str, str]]:
        stream = steering.site.room.stream
        subscription = stream.subscribe(host=False)
        chunks = [chunk async for chunk in stream.past(subscription, None)]
        stream.unsubscribe(subscription)
        told = [json.loads(line[6:]) for line in b"".join(chunks).decode().splitlines() if line.startswith("data: ")]
        return [
            (e["type"], str(e.get("viewer", e.get("held")))) for e in told if "pin" in e["type"] or "held" in e["type"]
        ]

    assert await shown() == [("comment.pinned", "Cy"), ("room.held", "True")]
    await steering.done(f"comments/{second}", {"action": "unpin"})
    await steering.done("start", {})
    await steering.site.room.events.flush()
    assert await shown() == []


async def test_what_is_done_to_promotions_is_among_the_orders(steering: Steering) -> None:
    headers = steering.site.as_host | {"X-Talkback-Host": "Ann"}
    address = "/rooms/demo/promotions"
    for path, body in ((address, {"id": "lamp-coupon"}), (f"{address}/lamp-coupon", {"action": "cancel"})):
        answer = await steering.site.client.post(path, json=body, headers=headers)
        assert answer.status == 202, await answer.text()
    newest, first = (await steering.desk())["actions"]
    assert (first["by"], first["action"], first["target"]) == ("Ann", "promotion.announce", "lamp-coupon")
    assert (newest["by"], newest["action"]) == ("Ann", "promotion.cancel")
    deeds = [data for data, _ in await steering.events("desk.action")]
    assert [(deed["before"], deed["after"]) for deed in deeds] == [
        ({"state": None}, {"state": "open"}),
        ({"state": "open"}, {"state": "cancelled"}),
    ]


async def test_a_blocked_viewer_is_declined_and_can_come_back(steering: Steering) -> None:
    await steering.done("viewers", {"viewer": "Bo", "action": "block", "reason": "insults"})
    comment = await steering.comment("How much is the kettle?", "bo")
    (fate,) = [data for data, _ in await steering.events("comment.decided")]
    assert (fate["comment"], fate["fate"]) == (comment, "declined")
    assert (await steering.desk())["blocked"] == ["bo"]
    await steering.done("viewers", {"viewer": "Bo", "action": "unblock"})
    assert (await steering.refused("viewers", {"viewer": "Bo", "action": "unblock"}))["type"] == "/problems/not-blocked"


async def test_the_rundown_is_steered(steering: Steering) -> None:
    await steering.done("show", {"action": "product", "sku": "KT-17", "pin": True})
    desk = await steering.desk()
    now = next(row for row in desk["rundown"]["segments"] if row["state"] == "now")
    assert (desk["state"]["pinned"], now["product"]) == ("KT-17", "KT-17")
    await steering.done("show", {"action": "unpin"})
    await steering.done("show", {"action": "next"})
    await steering.done("show", {"action": "previous"})
    desk = await steering.desk()
    assert next(row for row in desk["rundown"]["segments"] if row["state"] == "now")["id"] == now["id"]
    assert (await steering.refused("show", {"action": "unpin"}))["type"] == "/problems/not-pinned"
    told = await steering.refused("show", {"action": "product", "sku": "XX-99"})
    assert (told["type"], told["status"]) == ("/problems/no-such-segment", 404)


async def test_pause_manner_approval_and_mute_are_seen_on_the_desk(steering: Steering) -> None:
    await steering.done("show", {"action": "pause"})
    await steering.done("manner", {"emotion": "serious", "energy": 0.2})
    await steering.done("approval", {"required": True})
    await steering.done("mute", {"muted": True})
    state = (await steering.desk())["state"]
    assert (state["paused"], state["emotion"], state["energy"]) == (True, "serious", 0.2)
    assert (state["approval"], state["muted"], steering.stage.muted) == (True, True, True)
    await steering.done("show", {"action": "resume"})
    await steering.done("manner", {})
    state = (await steering.desk())["state"]
    assert (state["paused"], state["emotion"], state["energy"]) == (False, None, None)


async def test_stop_needs_no_body_and_start_takes_it_back(steering: Steering) -> None:
    answer = await steering.site.client.post(f"{CONTROL}/stop", headers=steering.site.as_host)
    assert answer.status == 200
    assert (steering.stage.epoch, steering.stage.card is not None) == (1, True)
    assert (await steering.refused("say", {"text": "Hello."}))["type"] == "/problems/stopped"
    assert (await steering.refused("show", {"action": "resume"}))["type"] == "/problems/stopped"
    await steering.done("start", {})
    assert steering.stage.card is None
    held = await steering.events("room.held")
    assert [(data["held"], bool(data["title"]), public) for data, public in held] == [
        (True, True, True),
        (False, False, True),
    ]


async def test_one_person_at_a_time_takes_over(steering: Steering) -> None:
    await steering.done("takeover", {"mode": "microphone"})
    assert steering.stage.live.value == "voice"
    told = await steering.refused("takeover", {"mode": "text"}, by="Bob")
    assert (told["type"], told["status"]) == ("/problems/taken", 409)
    assert "Ann" in told["detail"]
    assert (await steering.refused("say", {"text": "Hello."}, by="Bob"))["type"] == "/problems/live"
    await steering.done("takeover", {"mode": "text", "force": True}, by="Bob")
    assert (await steering.desk())["state"]["takeover"]["by"] == "Bob"
    await steering.done("takeover", {"mode": "none"}, by="Bob")
    assert steering.stage.live.value == "none"


async def test_who_did_not_see_what_another_did_is_told(steering: Steering) -> None:
    await steering.done("approval", {"required": True})
    comment = await steering.comment("How much is the kettle?")
    seen = (await steering.desk())["revision"]
    await steering.done(f"comments/{comment}", {"action": "hold", "seen": seen})
    told = await steering.refused(f"comments/{comment}", {"action": "skip", "seen": seen}, by="Bob")
    assert (told["type"], told["status"]) == ("/problems/conflict", 409)
    assert "Ann did 'hold'" in told["detail"]
    await steering.done(f"comments/{comment}", {"action": "skip", "seen": seen + 1}, by="Bob")


async def test_the_desk_has_what_its_page_needs(steering: Steering) -> None:
    await steering.comment("How much is the kettle?")
    desk = await steering.desk()
    assert {
        *("at", "time", "revision", "show", "state", "saying", "coming", "rundown", "comments", "recent", "promotions"),
        *("actions", "machine", "alarms", "pinned_comment", "tickets", "blocked"),
    } <= set(desk)
    assert {"room", "paused", "stopped", "muted", "approval", "takeover", "pinned", "product", "epoch"} <= set(
        desk["state"]
    )
    (comment,) = desk["comments"]
    assert {"comment", "viewer", "text", "language", "at", "state", "score", "parts", "cluster", "also"} <= set(comment)
    assert (comment["intent"], comment["pinned"]) == ("price", False)
