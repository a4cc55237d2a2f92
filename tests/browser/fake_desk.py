"""The host's side of a room, as the interface for control rooms says it: a session, the desk's stream, and every action recorded."""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from tests.browser.fake_room import NAME, WEB, FakeRoom, JsonObject, Refusal

TOKEN = "the-right-token-of-this-room"
EVERY_S = 0.25
NO_PICTURE = Refusal(503, "room-full", "No picture in this test.", retry_after=60)
"""Encoding one costs more than all the rest of a test."""
SEVERAL = [["kind", 6.0], ["asked by several", 1.3], ["waiting", 1.2], ["newcomer", 0.7]]
ANSWERED = [["kind", 6.0], ["intent", 1.5], ["answered just now", -1.4]]
STAGES = {"intake": 0.01, "retrieval": 0.02, "first_token": 0.25, "first_clause": 0.6, "voice": 0.2}


def default_desk() -> JsonObject:
    """A show in full swing: one line on air, three to come, comments in two languages, a promotion, figures."""
    return {
        "at": 812.4,
        "time": "2026-01-01T20:00:00Z",
        "revision": 17,
        "show": "demo-20260101",
        "state": {
            "room": "live",
            "paused": False,
            "stopped": False,
            "muted": False,
            "approval": False,
            "takeover": {"mode": "none", "by": None, "since": None},
            "emotion": None,
            "energy": None,
            "pinned": None,
            "product": "RB-10",
            "epoch": 0,
        },
        "saying": {
            "line": "l1",
            "kind": "answer",
            "text": "The ribeye is frozen one by one, so you thaw as many as you need.",
            "first": 14,
            "last": 20,
            "language": "en",
            "emotion": "warm",
            "comments": ["c0"],
            "facts": ["catalogue/RB-10.description"],
            "product": "RB-10",
        },
        "coming": [
            _line("l2", "answer", "We ship to all of mainland China.", "voiced", product=None, comments=["c1"]),
            _line("l3", "pitch", "Three minutes a side in a hot pan, then five minutes of rest.", "waiting"),
            _line("l4", "pitch", "A box of ten costs 199 yuan; on the list it stands at 259.", "planned"),
        ],
        "rundown": {
            "round": 1,
            "segments": [
                _segment("welcome", "Welcome", None, 30, 31.0, "done"),
                _segment("ribeye", "Ribeye steak", "RB-10", 90, 62.1, "now"),
                _segment("blueberries", "Blueberries", "BB-06", 60, 0, "next"),
                *(_segment(f"s{n}", f"Segment {n}", f"S-{n}", 60, 0, "later") for n in range(1, 12)),
            ],
        },
        "comments": [
            _comment("c1", "Lin", "运到上海要多久?", "zh", 800.0, 9.4, SEVERAL, also=["Wei", "Ann"]),
            _comment(
                "c2", "Tomas", "Is the kettle dishwasher safe?", "en", 803.0, 7.6, [["kind", 6.0], ["waiting", 0.9]]
            ),
            _comment("c3", "Joan", "Are you a real person?", "en", 806.0, 7.1, ANSWERED, intent="real"),
            _comment(
                "c4", "Pepe", "hola from Madrid", "en", 809.0, 2.3, [["kind", 2.0]], intent="greeting", state="held"
            ),
        ],
        "recent": [
            _decided("c0", "Mei", "Is the steak frozen?", "en", "spoken", 806.0),
            _decided("b9", "Sam", "五常大米多少钱?", "zh", "written", 790.1, text_answer="79元一袋。"),
            _decided("b8", "Ivo", "buy followers cheap", "en", "declined", 771.0, reason="advertising"),
        ],
        "promotions": [
            {
                "id": "lantern-draw",
                "kind": "draw",
                "title": "Lantern draw",
                "state": "planned",
                "until": None,
                "entries": 0,
            },
            {
                "id": "red-lantern",
                "kind": "red_envelope",
                "title": "Red envelope",
                "state": "open",
                "until": 871.0,
                "entries": 12,
            },
        ],
        "actions": [{"by": "Ben", "action": "pause", "target": "", "at": 700.0}],
        "machine": {
            "latency": [
                {"comment": f"b{n}", "at": 700.0 + 10 * n, "stages": {**STAGES, "first_slice": heard}}
                for n, heard in enumerate([0.52, 0.61, 1.9, 0.48, 0.7, 2.4, 0.55])
            ],
            "av_offset_ms": 1.2,
            "longest_gap_ms": 45.0,
            "repeated": 2,
            "lateness_p95_ms": 17.0,
            "level_dbfs": -18.0,
            "viewers": 3,
            "cpu_cores": 0.7,
            "memory_mb": 900,
            "disk_free_mb": 12000,
            "streams": 4,
        },
        "alarms": [],
    }


def _line(line: str, kind: str, text: str, stage: str, **more: Any) -> JsonObject:
    return {
        "line": line,
        "kind": kind,
        "text": text,
        "language": "en",
        "product": "RB-10",
        "comments": [],
        "by": None,
        "stage": stage,
        "editable": True,
        **more,
    }


def _decided(comment: str, viewer: str, text: str, language: str, fate: str, at: float, **more: Any) -> JsonObject:
    decided = {"comment": comment, "viewer": viewer, "text": text, "language": language, "fate": fate, "at": at}
    return {**decided, "reason": "", "text_answer": None, **more}


def _segment(id: str, title: str, product: str | None, seconds: int, spent: float, state: str) -> JsonObject:
    return {"id": id, "title": title, "product": product, "seconds": seconds, "spent": spent, "state": state}


def _comment(
    comment: str,
    viewer: str,
    text: str,
    language: str,
    at: float,
    score: float,
    parts: list[list[Any]],
    **more: Any,
) -> JsonObject:
    return {
        "comment": comment,
        "viewer": viewer,
        "text": text,
        "language": language,
        "at": at,
        "state": "waiting",
        "score": score,
        "parts": parts,
        "cluster": 1,
        "also": [],
        "intent": "product",
        "pinned": False,
        **more,
    }


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of the page that would change something."""

    method: str
    path: str
    """Below the room: ``/control/say``."""
    body: JsonObject

    @property
    def essence(self) -> tuple[str, JsonObject]:
        """Path and body without the revision that was seen."""
        return self.path, {key: value for key, value in self.body.items() if key != "seen"}


@dataclass
class FakeDesk(FakeRoom):
    """The room with its control: `desk` is what the stream sends, `asked` what the page did, `refuse` what it is told."""

    desk: JsonObject = field(default_factory=default_desk)
    asked: list[Asked] = field(default_factory=list)
    refuse: Refusal | None = None
    refusal_members: JsonObject = field(default_factory=dict)
    """Further members of the refusal: ``suggestion``, ``rule``."""
    plan: JsonObject = field(
        default_factory=lambda: {
            "text": "Three days to Shanghai, by cold-chain courier.",
            "language": "en",
            "facts": [{"name": "shipping", "value": "Cold-chain courier in a foam box with dry ice"}],
        }
    )
    silent: bool = False
    """Hold the stream back, as a dead line does."""
    answer_gate: asyncio.Event = field(default_factory=asyncio.Event)
    """Actions are answered once this is set."""
    on_asked: Callable[[Asked], None] | None = None
    """What an action changes in the desk."""
    signed_in: bool = False
    host_name: str = ""
    streams: int = 0
    """Connections to the desk's stream so far."""
    live_media: list[RTCPeerConnection] = field(default_factory=list)
    live_kinds: list[set[str]] = field(default_factory=list)
    """What each host's own connection sent: audio, video."""
    reports: dict[str, JsonObject] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.answer_gate.set()
        self._changed = asyncio.Event()

    @property
    def control_url(self) -> str:
        """The control room's page."""
        return self.url.replace(f"/rooms/{NAME}", f"/host/{NAME}")

    def change(self, **parts: Any) -> None:
        """Change parts of the desk and send it at once; dictionaries are merged one level deep."""
        for name, value in parts.items():
            if isinstance(value, dict) and isinstance(self.desk.get(name), dict):
                self.desk[name] = {**self.desk[name], **value}
            else:
                self.desk[name] = value
        self._changed.set()

    async def until_asked(self, count: int = 1, *, seconds: float = 5.0) -> list[Asked]:
        """The page's actions, once there are so many."""
        deadline = time.monotonic() + seconds
        while len(self.asked) < count:
            if time.monotonic() > deadline:
                raise AssertionError(f"only these actions within {seconds:g} s: {self.asked}")
            await asyncio.sleep(0.02)
        return self.asked

    def add_routes(self, app: web.Application) -> None:
        room = f"/rooms/{NAME}"
        app.router.add_get(f"/host/{NAME}", self._control_page)
        app.router.add_get(f"/host/{NAME}/shows", self._report_page)
        app.router.add_get(f"/host/{NAME}/shows/{{show}}", self._report_page)
        app.router.add_route("*", "/host/session", self._session)
        app.router.add_get(f"{room}/control/stream", self._desk_stream)
        app.router.add_get(f"{room}/avatar", self._avatar)
        app.router.add_get(f"{room}/shows", self._shows)
        app.router.add_get(f"{room}/shows/{{show}}", self._shows)
        app.router.add_post(f"{room}/control/whip", self._whip)
        app.router.add_delete(f"{room}/control/whip/{{id}}", self._whip_end)
        app.router.add_post(f"{room}/control/{{what:.+}}", self._act)
        app.router.add_post(f"{room}/promotions", self._act)
        app.router.add_post(f"{room}/promotions/{{id}}", self._act)

    # ---- what the page asks -------------------------------------------------------------------------------

    async def _control_page(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(WEB / "host" / "control.html")

    async def _report_page(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(WEB / "host" / "report.html")

    async def _session(self, request: web.Request) -> web.Response:
        if request.method == "POST":
            body: JsonObject = await request.json()
            if body.get("token") != TOKEN:
                return Refusal(401, "unauthorised", "That is not the token.").response()
            self.signed_in, self.host_name = True, body["name"]
        elif request.method == "DELETE":
            self.signed_in = False
            return web.json_response({})
        if not self.signed_in:
            return Refusal(401, "unauthorised", "Nobody is signed in.").response()
        return web.json_response({"name": self.host_name})

    async def _desk_stream(self, request: web.Request) -> web.StreamResponse:
        if not self.signed_in:
            return Refusal(401, "unauthorised", "Sign in.").response()
        self.streams += 1
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        began, at = time.monotonic(), self.desk["at"]
        with contextlib.suppress(ConnectionError):  # the page left
            while self.signed_in:
                if not self.silent:
                    self.desk["at"] = at + time.monotonic() - began
                    data = json.dumps(self.desk, ensure_ascii=False)
                    await response.write(f"data: {data}\n\n".encode())
                self._changed.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(EVERY_S):
                        await self._changed.wait()
        return response

    async def _avatar(self, request: web.Request) -> web.Response:
        consent = {
            "kind": "person",
            "statement": "I agree to my face being shown.",
            "who": "Lin Wei",
            "what_for": "live shows",
            "until": "2099-05-03",
            "proof": "folder 12",
        }
        return web.json_response({"name": "Lin", "consent": consent})

    async def _shows(self, request: web.Request) -> web.Response:
        if not self.signed_in:
            return Refusal(401, "unauthorised", "Sign in.").response()
        show = request.match_info.get("show")
        if show is None:
            return web.json_response({"shows": [one["show"] for one in self.reports.values()]})
        if show not in self.reports:
            return Refusal(404, "no-such-show", "There is no such show.").response()
        return web.json_response(self.reports[show])

    async def _act(self, request: web.Request) -> web.Response:
        if request.headers.get("X-Talkback") != "host":
            return Refusal(403, "csrf", "This did not come from a page of this server.").response()
        if not self.signed_in:
            return Refusal(401, "unauthorised", "Sign in.").response()
        asked = Asked(request.method, request.path.removeprefix(f"/rooms/{NAME}"), await request.json())
        if asked.body.get("action") == "plan":
            return web.json_response(self.plan)
        self.asked.append(asked)
        await self.answer_gate.wait()
        if self.refuse is not None:
            refused = self.refuse.response()
            body = {**json.loads(refused.text or "{}"), **self.refusal_members}
            return web.json_response(body, status=self.refuse.status, content_type="application/problem+json")
        self.desk["revision"] += 1
        if self.on_asked is not None:
            self.on_asked(asked)
        self._changed.set()
        return web.json_response({"revision": self.desk["revision"]}, status=202)

    async def _whip(self, request: web.Request) -> web.Response:
        if request.headers.get("X-Talkback") != "host" or not self.signed_in:
            return Refusal(403, "csrf", "This did not come from a page of this server.").response()
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        kinds: set[str] = set()
        connection.on("track", lambda track: kinds.add(track.kind))
        await connection.setRemoteDescription(RTCSessionDescription(await request.text(), "offer"))
        answer = await connection.createAnswer()
        assert answer is not None
        await connection.setLocalDescription(answer)
        self.live_media.append(connection)
        self.live_kinds.append(kinds)
        return web.Response(
            status=201,
            text=connection.localDescription.sdp,
            content_type="application/sdp",
            headers={"Location": f"/rooms/{NAME}/control/whip/h{len(self.live_media)}"},
        )

    async def _whip_end(self, request: web.Request) -> web.Response:
        self.asked.append(Asked("DELETE", request.path.removeprefix(f"/rooms/{NAME}"), {}))
        await self.live_media[-1].close()
        self.change(state={"takeover": {"mode": "none", "by": None, "since": None}})
        return web.Response()

    async def stop(self) -> None:
        self.signed_in = False
        self._changed.set()
        for connection in self.live_media:
            await connection.close()
        await super().stop()
