"""A room that keeps the HTTP interface (docs/http-api.md) without a show behind it: tests say what happens in it."""

import asyncio
import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from tests.browser.fake_show import FakePicture, FakeVoice, draw_stage

WEB = Path(__file__).resolve().parents[2] / "web"
POLICY = "default-src 'self'; media-src 'self' blob:; connect-src 'self'; img-src 'self' data:; style-src 'self'"
NAME = "demo"

JsonObject = dict[str, Any]


def default_info() -> JsonObject:
    """What `/info` answers until a test changes it."""
    return {
        "room": NAME,
        "title": {"en": "From the butcher's block", "zh": "肉铺直播间"},
        "host": {"name": "Ray Walker", "role": {"en": "Founder, Walker & Daughters", "zh": "沃克父女肉铺创始人"}},
        "language": "en",
        "ice_servers": [],
        "limits": {"comment_chars": 300, "viewer_chars": 24, "speech_seconds": 20},
        "state": "live",
        "video": {"width": 720, "height": 1280},
    }


@dataclass(frozen=True, slots=True)
class Refusal:
    """A problem+json answer."""

    status: int
    code: str
    detail: str
    retry_after: float | None = None

    def response(self) -> web.Response:
        body: JsonObject = {
            "type": f"/problems/{self.code}",
            "title": "Refused",
            "status": self.status,
            "detail": self.detail,
        }
        if self.retry_after is not None:
            body["retry_after"] = self.retry_after
        return web.json_response(body, status=self.status, content_type="application/problem+json")


@dataclass(slots=True)
class Peer:
    """One viewer's connection."""

    id: str
    connection: RTCPeerConnection
    picture: FakePicture
    voice: FakeVoice


@dataclass(slots=True)
class Recorded:
    """A recording that the page sent."""

    viewer: str
    content_type: str
    body: bytes


@dataclass
class FakeRoom:
    """The room; `start()` gives it an address, `emit()` makes things happen, the lists tell what the page did."""

    info: JsonObject = field(default_factory=default_info)
    refuse_comment: Refusal | None = None
    refuse_speech: Refusal | None = None
    refuse_whep: Refusal | None = None
    understood: str = "How much is the ribeye?"
    announce: bool = True
    """Emit `comment.received` for what is posted, before the answer to the post (as the real room may)."""
    products: dict[str, JsonObject] = field(default_factory=dict)
    """What the catalogue says of each product; a `picture` is given to those that are here."""
    clicks: list[JsonObject] = field(default_factory=list)
    comments: list[JsonObject] = field(default_factory=list)
    recordings: list[Recorded] = field(default_factory=list)
    resumed_from: list[str] = field(default_factory=list)
    """The `Last-Event-ID` of each connection to the events, empty without one."""
    offers: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    """Sessions that the page ended itself."""
    peers: dict[str, Peer] = field(default_factory=dict)
    url: str = ""

    def __post_init__(self) -> None:
        self._events: list[tuple[int, JsonObject]] = []
        self._subscribers: dict[asyncio.Queue[bytes | None], None] = {}
        self._serial = 0
        self._runner: web.AppRunner | None = None
        self.post_gate = asyncio.Event()
        """Comments are answered once this is set."""
        self.post_gate.set()

    # ---- what a test does ---------------------------------------------------------------------------------

    async def start(self, port: int = 0) -> None:
        app = web.Application(middlewares=[_policy], client_max_size=4 * 1024 * 1024)
        room = f"/rooms/{NAME}"
        app.router.add_get("/rooms/{room}", self._page)
        app.router.add_static("/static", WEB)
        app.router.add_get(f"{room}/info", self._info)
        app.router.add_post(f"{room}/whep", self._whep)
        app.router.add_delete(f"{room}/whep/{{id}}", self._whep_end)
        app.router.add_post(f"{room}/comments", self._comment)
        app.router.add_post(f"{room}/speech", self._speech)
        app.router.add_get(f"{room}/events", self._event_stream)
        app.router.add_get(f"{room}/products", self._products)
        app.router.add_get(f"{room}/products/{{sku}}", self._product)
        app.router.add_get(f"{room}/products/{{sku}}/picture", self._product_picture)
        app.router.add_post(f"{room}/clicks", self._click)
        self.add_routes(app)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port, reuse_address=True)
        await site.start()
        host, bound = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{bound}/rooms/{NAME}"

    def add_routes(self, app: web.Application) -> None:
        """Add what a special kind of room answers besides."""

    async def stop(self) -> None:
        self.drop_events()
        await self.kill_peers()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def emit(self, type: str, **data: Any) -> int:
        """Send an event to every page; the room's clock is the event's number."""
        self._serial += 1
        event = {"type": type, "at": self._serial / 10, "time": "2025-05-01T12:00:00Z", **data}
        self._events.append((self._serial, event))
        for queue in self._subscribers:
            queue.put_nowait(_wire(self._serial, event))
        return self._serial

    def drop_events(self) -> None:
        """Cut every event stream, as a proxy or a tunnel would."""
        for queue in self._subscribers:
            queue.put_nowait(None)

    async def kill_peers(self) -> None:
        peers, self.peers = list(self.peers.values()), {}
        for peer in peers:
            await peer.connection.close()

    def freeze(self) -> None:
        """Send nothing more, and say nothing about it."""
        for peer in self.peers.values():
            peer.picture.flowing.clear()
            peer.voice.flowing.clear()

    # ---- what the page asks -------------------------------------------------------------------------------

    async def _page(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(WEB / "viewer.html")

    async def _info(self, request: web.Request) -> web.Response:
        return web.json_response(self.info)

    async def _whep(self, request: web.Request) -> web.Response:
        if self.refuse_whep is not None:
            return self.refuse_whep.response()
        if request.content_type != "application/sdp":
            return Refusal(415, "unsupported-media-type", "Send an SDP offer as application/sdp.").response()
        offer = await request.text()
        self.offers.append(offer)
        peer = Peer(
            f"v{len(self.offers)}", RTCPeerConnection(RTCConfiguration(iceServers=[])), FakePicture(), FakeVoice()
        )
        peer.connection.addTrack(peer.voice)
        peer.connection.addTrack(peer.picture)
        await peer.connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        answer = await peer.connection.createAnswer()
        assert answer is not None
        await peer.connection.setLocalDescription(answer)
        self.peers[peer.id] = peer
        return web.Response(
            status=201,
            text=peer.connection.localDescription.sdp,
            content_type="application/sdp",
            headers={"Location": f"/rooms/{NAME}/whep/{peer.id}"},
        )

    async def _whep_end(self, request: web.Request) -> web.Response:
        peer = self.peers.pop(request.match_info["id"], None)
        if peer is None:
            return Refusal(404, "not-found", "There is no such session.").response()
        self.ended.append(peer.id)
        await peer.connection.close()
        return web.Response()

    async def _products(self, request: web.Request) -> web.Response:
        return web.json_response({"products": list(self.products.values())})

    async def _product(self, request: web.Request) -> web.Response:
        sku = request.match_info["sku"]
        return web.json_response(self.products.get(sku, {"sku": sku}))

    async def _product_picture(self, request: web.Request) -> web.Response:
        picture = io.BytesIO()
        draw_stage().crop((60, 90, 300, 330)).save(picture, "PNG")
        return web.Response(body=picture.getvalue(), content_type="image/png")

    async def _click(self, request: web.Request) -> web.Response:
        self.clicks.append(await request.json())
        return web.json_response({}, status=202)

    async def _comment(self, request: web.Request) -> web.Response:
        body: JsonObject = await request.json()
        await self.post_gate.wait()
        if self.refuse_comment is not None:
            return self.refuse_comment.response()
        self.comments.append(body)
        comment = f"c{len(self.comments) + len(self.recordings)}"
        self._received(comment, body["viewer"], body["text"], spoken=False)
        return web.json_response({"id": comment}, status=202)

    async def _speech(self, request: web.Request) -> web.Response:
        body = await request.read()
        if self.refuse_speech is not None:
            return self.refuse_speech.response()
        viewer = request.query["viewer"]
        self.recordings.append(Recorded(viewer, request.headers["Content-Type"], body))
        comment = f"c{len(self.comments) + len(self.recordings)}"
        self._received(comment, viewer, self.understood, spoken=True)
        return web.json_response({"id": comment, "text": self.understood}, status=202)

    def _received(self, comment: str, viewer: str, text: str, *, spoken: bool) -> None:
        if self.announce:
            self.emit("comment.received", comment=comment, viewer=viewer, text=text, language="en", spoken=spoken)

    async def _event_stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        since = request.headers.get("Last-Event-ID", "")
        self.resumed_from.append(since)
        queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._subscribers[queue] = None
        try:
            for number, event in self._missed(since):
                await response.write(_wire(number, event))
            while (chunk := await queue.get()) is not None:
                await response.write(chunk)
        except ConnectionError:
            pass  # the page left
        finally:
            del self._subscribers[queue]
        return response

    def _missed(self, since: str) -> list[tuple[int, JsonObject]]:
        if since != "":
            return [(number, event) for number, event in self._events if number > int(since)]
        state: list[tuple[int, JsonObject]] = [
            (self._serial, {"type": "room.state", "at": 0.0, "state": self.info["state"], "viewers": len(self.peers)})
        ]
        products = [one for one in self._events if one[1]["type"] == "product.shown"][-1:]
        chat = [one for one in self._events if str(one[1]["type"]).startswith("comment.")]
        return state + products + chat


def _wire(number: int, event: JsonObject) -> bytes:
    return f"id: {number}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n".encode()


@web.middleware
async def _policy(request: web.Request, handler: Any) -> web.StreamResponse:
    """Every answer carries the policy that the real server sets."""
    request_handler = handler
    response: web.StreamResponse = await request_handler(request)
    if not response.prepared:
        response.headers["Content-Security-Policy"] = POLICY
    return response
