"""A room whose parts keep their contracts and do nothing but what a test tells them."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from dialogue.catalogue import Catalogue
from dialogue.contract import Comment, CommentRefused, DialogueEvent, DialogueEventSink, Heard, ModelError
from dialogue.host import Host
from dialogue.phrasebook import Phrasebook
from dialogue.promotions.desk import PromotionDesk
from dialogue.promotions.plan import PromotionPlan
from dialogue.room_content import load_room_content
from dialogue.steering.desk import Desk
from render.contract import (
    Board,
    HoldingCard,
    Line,
    LineEnded,
    LineKind,
    LiveMode,
    PlayoutStats,
    ShowEvent,
    ShowEventSink,
)
from rtc.broadcast_stats import BroadcastStats
from rtc.contract import RtcEvent, RtcEventSink
from rtc.rtc_error import RtcError
from server.app import make_app
from server.authority import Authority, HostToken
from server.avatar_record import AvatarRecord
from server.configuration import RoomConfig
from server.event_log import EventLog
from server.event_stream import EventStream
from server.events import KEEP_ALIVE_EVERY
from server.metrics import Metrics
from server.programme_meter import ProgrammeMeter
from server.progress import Progress
from server.room import Room
from server.rooms import Rooms
from server.shelf import Shelf

DEMO = Path(__file__).parents[2] / "rooms" / "demo"
DRAW = PromotionPlan.model_validate(
    {"id": "friday", "kind": "draw", "title": "Friday draw", "prizes": [{"name": "pan"}], "enter_with": "lantern"}
)
CONFIG: dict[str, Any] = {
    "schema": 1,
    "title": {"en": "Test room", "zh": "测试间"},
    "host": {"name": "Joe", "role": {"en": "Founder", "zh": "创始人"}},
}


class Clock:
    """Time that moves only when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class FakeScreen:
    def __init__(self, report: ShowEventSink) -> None:
        self.report = report
        self.stats = PlayoutStats(slices=7, repeated=1)
        self.epoch = 0
        self.now = 1.25
        self.waiting_seconds = 0.5
        self.started = False
        self.sentence: LineEnded | None = None
        """Reported when the show is closed: the sentence that was being spoken."""

    def lateness_ms(self) -> list[float]:
        return [3.0, 1.0, 2.0]

    def start(self) -> None:
        self.started = True

    def interrupt(self) -> int:
        self.epoch += 1
        return self.epoch

    async def close(self, *, finish_line: bool = True, patience: float = 3.5) -> None:
        assert finish_line
        if self.sentence is not None:
            self.report(self.sentence)


@dataclass(frozen=True)
class FakeAdmission:
    viewer_id: str
    answer_sdp: str


class FakeBroadcast:
    def __init__(self, report: RtcEventSink) -> None:
        self.report = report
        self.watching: set[str] = set()
        self.places = 2
        self.closed = False

    async def answer(self, offer_sdp: str) -> FakeAdmission:
        if not offer_sdp.startswith("v=0"):
            raise RtcError("bad-sdp", 400, "the SDP offer does not begin with v=0")
        if len(self.watching) >= self.places:
            raise RtcError("room-full", 503, f"this room is full: all {self.places} places are taken")
        viewer = f"w{len(self.watching) + 1}"
        self.watching.add(viewer)
        self.report(RtcEvent("viewer.joined", viewer))
        return FakeAdmission(viewer, "v=0\r\nanswer\r\n")

    async def hang_up(self, viewer_id: str) -> bool:
        if viewer_id not in self.watching:
            return False
        self.watching.remove(viewer_id)
        self.report(RtcEvent("viewer.left", viewer_id))
        return True

    def stats(self) -> BroadcastStats:
        return BroadcastStats(len(self.watching), 0, 7, 0, 0, 0, 70, 2, 1, 4.0, 6.0, 0.1, 0.5, None, ())

    async def close(self) -> None:
        self.closed = True


class FakeIngest:
    def __init__(self) -> None:
        self.person: str | None = None
        self.people = 0

    async def answer(self, offer_sdp: str) -> FakeAdmission:
        if not offer_sdp.startswith("v=0"):
            raise RtcError("bad-sdp", 400, "the SDP offer does not begin with v=0")
        self.people += 1
        self.person = f"p{self.people}"
        return FakeAdmission(self.person, "v=0\r\nanswer\r\n")

    async def hang_up(self, name: str) -> bool:
        if name != self.person:
            return False
        self.person = None
        return True


class SilentStage:
    """A stage on which nothing is heard, by the screen's clock."""

    def __init__(self, screen: FakeScreen) -> None:
        self._screen = screen
        self.epoch = 0
        self.waiting_seconds = 0.0

    @property
    def now(self) -> float:
        return self._screen.now

    async def say(self, line: Line) -> bool:
        return True

    def withdraw(self, kind: LineKind) -> Sequence[Line]:
        return ()

    def look(self, target: str) -> None:
        return

    def show_board(self, board: Board | None) -> None:
        return

    def interrupt(self) -> int:
        return 0

    def pending(self) -> Sequence[Line]:
        return ()

    def drop(self, line_id: str) -> Line | None:
        return None

    def mute(self, muted: bool) -> None:
        return

    def hold(self, card: HoldingCard | None) -> None:
        return

    def go_live(self, mode: LiveMode) -> None:
        return

    def level(self) -> float:
        return -100.0


class FakeConversation:
    def __init__(self, report: DialogueEventSink, screen: FakeScreen) -> None:
        self.report = report
        self.screen = screen
        self.heard: list[ShowEvent] = []
        self.comments: list[Comment] = []
        self.closed = False
        self.runs = 0
        self.crash: Exception | None = None
        self._ids = itertools.count(1)
        self._host: Host | None = None
        self.promotions = PromotionDesk(
            (DRAW,),
            Catalogue(()),
            Phrasebook(1),
            "en",
            SilentStage(screen),
            card=lambda product: None,
            emit=lambda type_, data, public: report(DialogueEvent(type_, screen.now, data, public)),
            fault=lambda code, message: None,
        )

    @property
    def desk(self) -> Desk:
        """That of a real host on a silent stage, made when it is asked for; it knows nothing of `comments`."""
        if self._host is None:
            stage = SilentStage(self.screen)
            self._host = Host(load_room_content(DEMO), None, None, stage, frozenset({"en"}), self.report)
        return self._host.desk

    def receive(self, viewer: str, text: str, *, spoken: bool = False) -> Comment:
        if not text.strip():
            raise CommentRefused("empty", 422, "The comment is empty.")
        if len(text) > 300:
            raise CommentRefused("too-long", 422, "A comment may have at most 300 characters.")
        if text == "flood":
            raise CommentRefused("too-fast", 429, "Wait a moment before the next comment.", retry_after=4.2)
        if text == "crash":
            raise RuntimeError("secret detail")
        comment = Comment(f"c{next(self._ids)}", viewer, text, "en", self.screen.now, spoken)
        self.comments.append(comment)
        data = {"comment": comment.id, "viewer": viewer, "text": text, "language": "en", "spoken": spoken}
        self.report(DialogueEvent("comment.received", comment.at, data))
        return comment

    def feed(self, event: ShowEvent) -> None:
        self.heard.append(event)

    def sells(self, sku: str) -> bool:
        return sku == "RB-10"

    async def run(self) -> None:
        self.runs += 1
        if self.crash is not None:
            crash, self.crash = self.crash, None
            raise crash
        await asyncio.Event().wait()

    async def close(self, *, finish_sentence: bool) -> None:
        self.closed = True


class FakeHearing:
    async def transcribe(self, audio: bytes) -> Heard:
        if audio == b"noise":
            raise ModelError("not-audio", "no audio stream")
        if audio == b"hush":
            raise ModelError("silent", "nothing was said")
        if audio == b"broken":
            raise ModelError("hearing-failed", "the process stopped")
        return Heard("how much is it", "en", 60.5 if audio == b"long" else 2.0)

    async def close(self) -> None:
        return


class FakeStudio:
    def __init__(self) -> None:
        self.hearing: FakeHearing | None = FakeHearing()
        self.failure: Exception | None = None
        self.crash: Exception | None = None
        self.before_mind: Callable[[], None] = lambda: None
        self.avatar: AvatarRecord | None = AvatarRecord(
            "Lin",
            "person",
            "Lin agreed that her likeness hosts this shop's shows.",
            "Lin Wei",
            "the shows of this shop",
            date(2030, 5, 3),
            "folder 12",
        )
        self.programme: ProgrammeMeter | None = None
        self.ingest = FakeIngest()
        self.shelf: Shelf | None = None
        self.closed = False

    async def open_stage(
        self, on_show_event: ShowEventSink, on_rtc_event: RtcEventSink, progress: Progress
    ) -> tuple[FakeScreen, FakeBroadcast]:
        self.screen = FakeScreen(on_show_event)
        self.broadcast = FakeBroadcast(on_rtc_event)
        return self.screen, self.broadcast

    async def open_mind(self, on_dialogue_event: DialogueEventSink, progress: Progress) -> FakeConversation:
        with progress.step("models"):
            self.before_mind()
            if self.failure is not None:
                raise self.failure
        self.conversation = FakeConversation(on_dialogue_event, self.screen)
        self.conversation.crash = self.crash
        return self.conversation

    async def close(self) -> None:
        self.closed = True


class Site:
    """A server with one room, `demo`, and a client for it."""

    def __init__(
        self,
        app: web.Application,
        client: "TestClient[web.Request, web.Application]",
        room: Room,
        studio: FakeStudio,
        token: str,
        clock: Clock,
    ) -> None:
        self.app = app
        self.client = client
        self.room = room
        self.studio = studio
        self.token = token
        self.clock = clock

    @property
    def as_host(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@asynccontextmanager
async def open_room(
    folder: Path, config: dict[str, Any] | None = None, clock: Clock | None = None, studio: FakeStudio | None = None
) -> AsyncIterator[tuple[Room, FakeStudio]]:
    """A room with fakes, not started; closed afterwards."""
    events = await EventLog.open(folder / "demo" / "events.sqlite3")
    await events.begin_show("demo-1", "demo", "0")
    parsed = RoomConfig.model_validate(config or CONFIG)
    studio = studio or FakeStudio()
    clock = clock or Clock()
    stream = EventStream(events, parsed.limits.event_streams)
    room = Room("demo", parsed, studio, events, stream, Progress(clock), clock)
    try:
        yield room, studio
    finally:
        await room.close()


@asynccontextmanager
async def open_site(
    folder: Path,
    config: dict[str, Any] | None = None,
    *,
    start: bool = True,
    proxies: int = 0,
    keep_alive: float = 60.0,
    studio: FakeStudio | None = None,
) -> AsyncIterator[Site]:
    """A server with one room of fakes."""
    token = HostToken(folder)
    secret = token.renew()
    clock = Clock()
    async with open_room(folder, config, clock, studio) as (room, parts):
        rooms = Rooms(clock)
        metrics = Metrics()
        metrics.add(room)
        rooms.add(room)
        app = make_app(rooms, Authority(token, clock), metrics, proxies=proxies)
        app[KEEP_ALIVE_EVERY] = keep_alive
        if start:
            await room.start()
            await room.events.flush()
        async with TestClient(TestServer(app, handler_cancellation=True)) as client:
            yield Site(app, client, room, parts, secret, clock)
            await room.close()
