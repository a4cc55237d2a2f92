"""A room and its life: starting, live, closing."""

import asyncio
import contextlib
import logging
import os
from collections.abc import Awaitable, Callable
from enum import StrEnum

from dialogue.contract import CommentRefused, DialogueEvent, ModelError
from dialogue.promotions.desk import PromotionDesk
from dialogue.steering.desk import Desk
from render.contract import ShowEvent
from rtc.contract import RtcEvent
from server.configuration import RoomConfig
from server.desk_stream import DeskStream
from server.earlier_run import earlier_blocks, earlier_promotions
from server.event_log import EventLog
from server.event_stream import EventStream
from server.lookout import Lookout
from server.progress import Progress
from server.show_events import HOSTS_OWN, VIEWER_EVENTS, Told, tell_rtc_event, tell_show_event
from server.studio import Admission, Broadcast, Conversation, Screen, Studio
from server.vitals import Signs, Vitals
from server.webhooks import Webhooks

log = logging.getLogger(__name__)

SENTENCE_SECONDS = 2.8
"""How long the sentence being spoken may take to end when the room closes."""
_PART_SECONDS = 0.6
_VIEWERS_PAUSE_SECONDS = 0.5
_VITALS_SECONDS = 1.0
_REVIVAL_SECONDS = 1.0
_FLUSH_SECONDS = 2.0


class RoomState(StrEnum):
    """Where a room stands, as the event stream says it."""

    STARTING = "starting"
    LIVE = "live"
    CLOSING = "closing"


class RoomNotReady(Exception):
    """What was asked can't be done in the room's present state."""


class Room:
    """One room: ties its parts together and tells the log and the stream what they report."""

    def __init__(
        self,
        name: str,
        config: RoomConfig,
        studio: Studio,
        events: EventLog,
        stream: EventStream,
        progress: Progress,
        clock: Callable[[], float],
    ) -> None:
        self.name = name
        self.config = config
        self.studio = studio
        self.events = events
        self.stream = stream
        self.progress = progress
        self.state = RoomState.STARTING
        self.screen: Screen | None = None
        self.broadcast: Broadcast | None = None
        self.conversation: Conversation | None = None
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._viewers_timer: asyncio.TimerHandle | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._open_comments: set[str] = set()
        self.webhooks = Webhooks(config.webhooks, name, self._tell_fault, os.environ)
        self.lookout = Lookout(self, clock)
        self.desk_stream = DeskStream(self, clock)
        events.subscribe(self.webhooks.offer)

    # ---- life --------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Show the host, then load voice and models, then be live; raises `RoomUnusable` or `StudioError`."""
        self._tell_state()
        if self.events.moved_aside is not None:
            message = f"the event log was damaged; it was moved to {self.events.moved_aside} and a new one begun"
            self.tell(Told("fault", {"code": "log-damaged", "message": message}, public=False))
        self.webhooks.start()
        self._tasks.append(self._loop.create_task(self.lookout.run(), name=f"lookout-{self.name}"))
        screen, broadcast = await self.studio.open_stage(self._on_show_event, self._on_rtc_event, self.progress)
        self.screen, self.broadcast = screen, broadcast
        screen.start()
        self._tasks.append(self._loop.create_task(self._watch_vitals(screen), name=f"vitals-{self.name}"))
        conversation = await self.studio.open_mind(self._on_dialogue_event, self.progress)
        earlier, blocked = await earlier_promotions(self.events), await earlier_blocks(self.events)
        if self.state is RoomState.STARTING:  # it may have been told to close meanwhile
            self.conversation = conversation
            if earlier:
                conversation.promotions.restore(earlier)
            if blocked:
                conversation.desk.comments.keep_out(blocked)
            self._tasks.append(self._loop.create_task(self._converse(conversation), name=f"host-{self.name}"))
            self.state = RoomState.LIVE
            self._tell_state()

    async def close(self) -> None:
        """End the sentence being spoken, tell the viewers, take everything down; bounded to some 4 s."""
        if self.state is RoomState.CLOSING:
            return
        self.state = RoomState.CLOSING
        self._tell_state()
        parts: list[Awaitable[object]] = []
        if self.conversation is not None:
            parts.append(self._close_conversation(self.conversation))
        if self.screen is not None:
            screen = self.screen.close(finish_line=True, patience=SENTENCE_SECONDS)
            parts.append(self._bounded("the show", screen, SENTENCE_SECONDS + _PART_SECONDS))
        parts.append(self._bounded("the models", self.studio.close(), SENTENCE_SECONDS))
        await asyncio.gather(*parts)
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        if self._viewers_timer is not None:
            self._viewers_timer.cancel()
        if self.broadcast is not None:
            await self._bounded("the broadcast", self.broadcast.close())
        await self.desk_stream.close()
        await asyncio.sleep(0)  # what the parts reported last has been posted
        await self._flush()
        await self.webhooks.close()
        self.stream.close()
        await self.events.close()

    async def _close_conversation(self, conversation: Conversation) -> None:
        seconds = SENTENCE_SECONDS + _PART_SECONDS
        if not await self._bounded("the host", conversation.close(finish_sentence=True), seconds):
            await self._bounded("the host", conversation.close(finish_sentence=False))

    async def _bounded(self, what: str, closing: Awaitable[None], seconds: float = _PART_SECONDS) -> bool:
        """Wait for a part to close; False if it did not."""
        try:
            async with asyncio.timeout(seconds):
                await closing
            return True
        except TimeoutError:
            log.warning("%s: %s did not close within %.1f s and was left", self.name, what, seconds)
        except Exception:  # one part's trouble must not keep the others open
            log.exception("%s: %s failed to close", self.name, what)
        return False

    # ---- what viewers and the operator may do --------------------------------------------------------------

    async def comment(self, viewer: str, text: str, *, spoken: bool = False) -> str:
        """Accept a comment and return its id once it is in the log; raises `CommentRefused` or `RoomNotReady`."""
        if self.conversation is None or self.state is not RoomState.LIVE:
            raise RoomNotReady
        comment = self.conversation.receive(viewer, text, spoken=spoken)
        await self._flush()
        return comment.id

    async def speech(self, viewer: str, audio: bytes) -> tuple[str, str]:
        """Accept a spoken comment; gives its id and what was understood. Raises `ModelError` too."""
        hearing = self.studio.hearing
        if self.conversation is None or self.state is not RoomState.LIVE:
            raise RoomNotReady
        if hearing is None:
            raise CommentRefused("no-hearing", 503, "This room can't understand speech at the moment. Please write.")
        heard = await hearing.transcribe(audio)
        if heard.seconds > self.config.limits.speech_seconds:
            raise ModelError("too-long", f"longer than {self.config.limits.speech_seconds} seconds")
        return await self.comment(viewer, heard.text, spoken=True), heard.text

    async def watch(self, offer_sdp: str) -> Admission:
        """Let a viewer in, also while the models load; raises `RtcError` or `RoomNotReady`."""
        if self.broadcast is None or self.state is RoomState.CLOSING:
            raise RoomNotReady
        return await self.broadcast.answer(offer_sdp)

    async def leave(self, viewer_id: str) -> bool:
        """End a viewer's connection; False if there is none."""
        return self.broadcast is not None and await self.broadcast.hang_up(viewer_id)

    def interrupt(self) -> int:
        """Silence the host and begin a new epoch, which is returned; raises `RoomNotReady`."""
        if self.screen is None or self.state is RoomState.CLOSING:
            raise RoomNotReady
        return self.screen.interrupt()  # the host sees the new epoch by itself

    @property
    def promotions(self) -> PromotionDesk:
        """What runs and what can be started; raises `RoomNotReady`."""
        if self.conversation is None or self.state is not RoomState.LIVE:
            raise RoomNotReady
        return self.conversation.promotions

    @property
    def desk(self) -> Desk:
        """What persons do to the show; raises `RoomNotReady`."""
        if self.conversation is None or self.state is not RoomState.LIVE:
            raise RoomNotReady
        return self.conversation.desk

    @property
    def viewers(self) -> int:
        """Connected viewers."""
        return self.broadcast.stats().viewers if self.broadcast else 0

    @property
    def comments_waiting(self) -> int:
        """Comments whose fate is open."""
        return len(self._open_comments)

    # ---- events --------------------------------------------------------------------------------------------

    def tell(self, told: Told, at: float | None = None) -> None:
        """Enter an event in the log, from where it reaches the stream; never raises."""
        if at is None:
            at = self.screen.now if self.screen else 0.0
        if told.type == "fault":
            log.warning("%s: %s: %s", self.name, told.data.get("code"), told.data.get("message"))
        data, public = told.data, told.public and told.type in VIEWER_EVENTS
        if public and not HOSTS_OWN.isdisjoint(data):
            data = {name: value for name, value in data.items() if name not in HOSTS_OWN}
        try:
            self.events.post(told.type, at, data, public)
        except (TypeError, ValueError) as error:
            log.error("%s: an event %s could not be written: %s", self.name, told.type, error)

    def _on_show_event(self, event: ShowEvent) -> None:
        told = tell_show_event(event)
        if told is not None:
            self.tell(told, event.at)
        if self.conversation is not None:
            self.conversation.feed(event)

    def _on_dialogue_event(self, event: DialogueEvent) -> None:
        if event.type == "alarm":  # several viewers report trouble: the lookout raises the alarm, and clears it
            self.lookout.report(dict(event.data))
            return
        if event.type == "comment.received":
            self._open_comments.add(event.data["comment"])
        elif event.type == "comment.decided":
            self._open_comments.discard(event.data["comment"])
        self.tell(Told(event.type, dict(event.data), event.public), event.at)

    def _tell_fault(self, code: str, message: str) -> None:
        self.tell(Told("fault", {"code": code, "message": message}, public=False))

    def _on_rtc_event(self, event: RtcEvent) -> None:
        told = tell_rtc_event(event)
        if told is None:
            log.info("%s: %s %s", self.name, event.type, event.detail)
            return
        self.tell(told)
        if event.type != "fault" and self._viewers_timer is None and self.state is not RoomState.CLOSING:
            self._viewers_timer = self._loop.call_later(_VIEWERS_PAUSE_SECONDS, self._tell_viewers)

    def _tell_viewers(self) -> None:
        self._viewers_timer = None
        self._tell_state()

    def _tell_state(self) -> None:
        self.tell(Told("room.state", {"state": self.state.value, "viewers": self.viewers}))

    async def _flush(self) -> None:
        """Wait for the log; a disk that hangs is reported by the vitals and does not stop the show."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FLUSH_SECONDS):
                await self.events.flush()

    async def _converse(self, conversation: Conversation) -> None:
        """Keep the host's mind running: what stops it is told, and it begins again."""
        while self.state is RoomState.LIVE:
            try:
                await conversation.run()
            except Exception as error:  # whatever it is, the show goes on
                log.exception("%s: the host stopped", self.name)
                message = f"the host stopped ({type(error).__name__}: {error}) and begins again"
                self.tell(Told("fault", {"code": "host-stopped", "message": message}, public=False))
                await asyncio.sleep(_REVIVAL_SECONDS)
            else:
                return

    async def _watch_vitals(self, screen: Screen) -> None:
        vitals = Vitals()
        while True:
            signs = Signs(screen.stats.slices, self.events.trouble, self.events.dropped)
            for found in vitals.feed(signs, self._clock()):
                self.tell(Told("fault", {"code": found.code, "message": found.message}, public=False))
            await asyncio.sleep(_VITALS_SECONDS)
