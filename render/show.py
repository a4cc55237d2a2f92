"""The show: a thread that draws one Slice every 40 ms, and the Stage through which the dialogue steers it."""

import asyncio
import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from render.compositor import CaptionState, FrameRequest, Speaking
from render.contract import (
    Board,
    Emotion,
    HoldingCard,
    Line,
    LineEnded,
    LineKind,
    LineStarted,
    LiveMode,
    PlayoutStats,
    ProductCard,
    ProductShown,
    RenderFault,
    ShowEvent,
    ShowEventSink,
    Voice,
)
from render.dressing import Dressing, SetBoard
from render.holding import SetHolding
from render.live_input import LiveInput
from render.on_air import Airing, OnAir
from render.playlist import Beat, Playlist, Take
from render.schedule import Drawing, Schedule
from render.voicing import MouthTrack, Voicing
from rtc.contract import SLICE_SECONDS, Picture, Slice, SliceSink

log = logging.getLogger(__name__)

_LATENESS_KEPT = 1500
_FADE_PATIENCE_SECONDS = 0.3
_LIVE_ENERGY = 0.6


class Painter(Protocol):
    """What draws the picture of a Slice; the compositor, or a test's bar code.

    Only what begins with `prepare` may be slow; it is called on other threads than the one that draws.
    """

    def draw(self, request: FrameRequest) -> Picture: ...
    def prepare(self, line: Line) -> Dressing: ...
    def prepare_board(self, board: Board) -> SetBoard: ...
    def prepare_holding(self, card: HoldingCard) -> SetHolding: ...
    def begin(self, dressing: Dressing, now: float) -> None: ...
    def end(self, line: Line, now: float) -> None: ...
    def show_board(self, board: SetBoard | None, now: float) -> None: ...


class Show:
    """Implements `render.contract.Stage`; runs from `start` to `close`, whether or not anybody speaks."""

    def __init__(
        self,
        painter: Painter,
        mouth_track: MouthTrack,
        sink: SliceSink,
        on_event: ShowEventSink,
        *,
        loop: asyncio.AbstractEventLoop,
        voice: Voice | None = None,
    ) -> None:
        self._painter = painter
        self._sink = sink
        self._on_event = on_event
        self._loop = loop
        self._playlist = Playlist()
        self._lock = threading.Lock()
        self._on_air = OnAir(self._playlist, self._lock)
        self._voicing = Voicing(self, mouth_track, voice)
        self._epoch = 0
        self._index = 0
        self._look = "camera"
        self._board: Board | None = None
        self._set_board: SetBoard | None = None
        self._shown_board: SetBoard | None = None
        self._setting: asyncio.Task[None] | None = None
        self._card_wanted: HoldingCard | None = None
        self._holding: SetHolding | None = None
        self._holding_shown: SetHolding | None = None
        self._covering: asyncio.Task[None] | None = None
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._caption: CaptionState | None = None
        self._card: ProductCard | None = None
        self._schedule = Schedule(0.0)
        self._picture: Picture | None = None
        self._drawing_fails = False
        self.stats = PlayoutStats()
        self._lateness: deque[float] = deque(maxlen=_LATENESS_KEPT)

    # ---- life ------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to draw; the host is on the screen from the first Slice, before any model is ready."""
        self._thread = threading.Thread(target=self._run, name="playout", daemon=True)
        self._thread.start()

    def give_voice(self, voice: Voice) -> None:
        """Let the host speak with `voice` from now on."""
        self._voicing.voice = voice

    def take_live(self, live: LiveInput) -> None:
        """Where the sound and the picture of a person who goes live come from, from now on."""
        self._on_air.take(live)

    async def close(self, *, finish_line: bool = True, patience: float = 3.5) -> None:
        """Stop drawing: after the Line being heard if `finish_line`, but not later than `patience` seconds."""
        self._voicing.close()
        with self._lock:
            dropped = self._playlist.drop_waiting()
        self._report_unheard(dropped)
        if not await self._quiet_within(patience if finish_line else 0.0):
            with self._lock:
                self._playlist.cut()
            await self._quiet_within(_FADE_PATIENCE_SECONDS)
        self._stopping.set()
        for task in (self._setting, self._covering):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)

    async def _quiet_within(self, seconds: float) -> bool:
        """Wait until nobody speaks; False if that takes longer."""
        deadline = self._loop.time() + seconds
        while self._thread is not None:
            with self._lock:
                if self._playlist.current is None:
                    break
            if self._loop.time() >= deadline:
                return False
            await asyncio.sleep(SLICE_SECONDS)
        return True

    # ---- Stage -----------------------------------------------------------------------------------------

    @property
    def epoch(self) -> int:
        return self._epoch

    @property
    def now(self) -> float:
        return self._index * SLICE_SECONDS

    @property
    def waiting_seconds(self) -> float:
        with self._lock:
            return self._playlist.waiting_seconds

    @property
    def voice_languages(self) -> frozenset[str]:
        return self._voicing.voice.languages if self._voicing.voice else frozenset()

    def lateness_ms(self) -> list[float]:
        """How late after its tick each of the last Slices was ready, newest last."""
        return list(self._lateness)

    async def say(self, line: Line) -> bool:
        return await self._voicing.say(line)

    def withdraw(self, kind: LineKind) -> Sequence[Line]:
        gone = self._voicing.abandon(lambda line: line.kind is kind)
        with self._lock:
            gone += self._playlist.withdraw(kind)
        return gone

    def pending(self) -> Sequence[Line]:
        with self._lock:
            waiting = self._playlist.waiting
        return sorted([*waiting, *self._voicing.pending], key=lambda line: not line.urgent)

    def drop(self, line_id: str) -> Line | None:
        with self._lock:
            line = self._playlist.drop(line_id)
        gone = self._voicing.abandon(lambda asked: asked.id == line_id)
        return line or next(iter(gone), None)

    def look(self, target: str) -> None:
        self._look = target

    def show_board(self, board: Board | None) -> None:
        self._board = board
        if board is None:
            self._set_board = None  # the playout thread takes it away with its next picture
        elif self._setting is None or self._setting.done():
            self._setting = self._loop.create_task(self._set_boards(), name="set-board")

    def interrupt(self) -> int:
        with self._lock:
            self._epoch += 1
            dropped = self._playlist.cut()
        self._voicing.abandon(lambda line: True)
        self._report_unheard(dropped)
        return self._epoch

    def mute(self, muted: bool) -> None:
        self._on_air.mute(muted)

    def hold(self, card: HoldingCard | None) -> None:
        self._card_wanted = card
        self._on_air.hold(card is not None)
        if card is None:
            self._holding = None
        elif self._holding is None or self._holding.card != card:
            self._holding = SetHolding(card)  # covers at once; its words follow when they are set
            if self._covering is None or self._covering.done():
                self._covering = self._loop.create_task(self._set_cards(), name="set-card")

    def go_live(self, mode: LiveMode) -> None:
        self._on_air.go_live(mode)

    @property
    def live(self) -> LiveMode:
        """Who is on air now."""
        return self._on_air.mode

    def level(self) -> float:
        return self._on_air.level_db

    # ---- what the stage is to show, made ready on other threads ------------------------------------------

    async def dress(self, line: Line) -> Dressing | None:
        """Make ready what a Line shows; None where that fails, which is told."""
        try:
            dressing = await asyncio.to_thread(self._painter.prepare, line)
        except Exception as error:  # the words are worth more than what they show
            self._drawing_failed(error, self.now)
            return None
        for fault in dressing.faults:
            log.warning("%s", fault)
            self._on_event(RenderFault(self.now, "product-media", fault))
        return dressing

    def queue(self, take: Take) -> None:
        """Let a Take be heard after those that wait."""
        with self._lock:
            self._playlist.add(take)

    async def _set_boards(self) -> None:
        """Set the board that is wanted, and again if another is wanted by then."""
        made: Board | None = None
        while (wanted := self._board) is not None and wanted is not made:
            made = wanted
            try:
                ready = await asyncio.to_thread(self._painter.prepare_board, wanted)
            except Exception as error:  # a board may fail, the show may not
                self._drawing_failed(error, self.now)
                continue
            if self._board is wanted:
                self._set_board = ready  # laid by the playout thread with its next picture

    async def _set_cards(self) -> None:
        """Set the words of the holding card that is wanted, and again if it is another by then."""
        made: HoldingCard | None = None
        while (wanted := self._card_wanted) is not None and wanted != made:
            made = wanted
            try:
                ready = await asyncio.to_thread(self._painter.prepare_holding, wanted)
            except Exception as error:  # the card covers without its words
                self._drawing_failed(error, self.now)
                continue
            if self._card_wanted == wanted:
                self._holding = ready

    def _report_unheard(self, lines: Sequence[Line]) -> None:
        for line in lines:
            self._on_event(LineEnded(self.now, line, "", True, 0.0))

    # ---- the playout thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        self._schedule = Schedule(time.monotonic() + SLICE_SECONDS)
        while not self._stopping.wait(max(0.0, self._schedule.tick(self._index) - time.monotonic())):
            self.tick(time.monotonic())
            self._lateness.append((time.monotonic() - self._schedule.tick(self._index - 1)) * 1000)

    def tick(self, now: float) -> None:
        """Make one Slice and hand it to the sink; the playout thread calls it, and so may a test in its own time.

        `now` is the moment on the schedule's clock (`time.monotonic`) at which the work begins.
        """
        index = self._index
        decision = self._schedule.decide(index, now)
        airing = self._on_air.advance(index, now)
        beat, epoch = airing.beat, self._epoch
        self._direct(beat, index * SLICE_SECONDS)
        holding = self._holding
        must = airing.changed or (holding is None) is not (self._holding_shown is None)
        repeated = decision is Drawing.REPEAT and self._picture is not None and not must
        if not repeated:
            self._holding_shown = holding
            self._picture = self._paint(airing, index, self._picture)
        if self._picture is not None:
            line = beat.line.id if beat.line else None
            piece = Slice(index, self._picture, beat.pcm, epoch, repeated, line, beat.word)
            self._sink.push(piece, self._schedule.due(index))
        self._index = index + 1
        self.stats.slices += 1
        self.stats.repeated += repeated
        self.stats.resyncs = self._schedule.resyncs

    def _paint(self, airing: Airing, index: int, last: Picture | None) -> Picture | None:
        beat, line = airing.beat, airing.beat.line
        speaking: Speaking | None = None
        if line is not None:
            speaking = Speaking(line.emotion, line.energy, beat.accent)
        elif airing.speaking:
            speaking = Speaking(Emotion.NEUTRAL, _LIVE_ENERGY, beat.accent)
        request = FrameRequest(
            now=index * SLICE_SECONDS,
            mouth=beat.mouth,
            speaking=speaking,
            look="chat" if line is not None and line.kind is LineKind.READBACK else self._look,
            caption=self._caption,
            clause_s=beat.clause_s,
            word=beat.word,
            live=airing.mode,
            person=airing.picture,
            holding=self._holding_shown,
        )
        try:
            picture = self._painter.draw(request)
        except Exception as error:  # the picture may fail, the show may not: the last one is sent again
            self._drawing_failed(error, request.now)
            return last
        self._drawing_fails = False
        return picture

    def _drawing_failed(self, error: Exception, now: float) -> None:
        """Tell the operator once, not 25 times a second, until a picture succeeds again."""
        if not self._drawing_fails:
            self._drawing_fails = True
            log.error("drawing failed", exc_info=error)
            self._tell(RenderFault(now, "drawing-failed", f"{type(error).__name__}: {error}"))

    def _direct(self, beat: Beat, now: float) -> None:
        """Bring captions and stage in step with what is heard from this Slice on."""
        if beat.line is None:
            self._caption = None
        for event in beat.events:
            if isinstance(event, LineStarted):
                line = event.line
                self._caption = CaptionState(line.id, line.caption or line.text, 0, 0)
                if beat.dressing is not None:
                    self._on_stage(partial(self._dress, beat.dressing, now), now)
            elif isinstance(event, LineEnded):
                self._on_stage(partial(self._painter.end, event.line, now), now)
            self._tell(event)
        if self._set_board is not self._shown_board:
            self._shown_board = self._set_board
            self._on_stage(partial(self._painter.show_board, self._shown_board, now), now)
        if beat.line is not None and beat.caption is not None and self._caption is not None:
            self._caption = replace(self._caption, first=beat.caption[0], last=beat.caption[1])

    def _dress(self, dressing: Dressing, now: float) -> None:
        """Show what belongs to a Line."""
        self._painter.begin(dressing, now)
        card = dressing.line.product
        if card is not None and card != self._card:
            self._card = card
            self._tell(ProductShown(now, card))

    def _on_stage(self, change: Callable[[], None], now: float) -> None:
        """What the stage shows may fail; this thread may not."""
        try:
            change()
        except Exception as error:
            self._drawing_failed(error, now)

    def _tell(self, event: ShowEvent) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed only after `close` has joined this thread
            self._loop.call_soon_threadsafe(self._deliver, event)

    def _deliver(self, event: ShowEvent) -> None:
        if isinstance(event, LineEnded):
            self._voicing.room_made()
        self._on_event(event)
