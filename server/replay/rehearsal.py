"""One replayed show in virtual time: the room's own host and show, fed from a script."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dialogue.contract import LLM, CommentRefused, Embedder
from dialogue.host import Host
from dialogue.intake import IntakeLimits
from dialogue.promotions.machine import PromotionRefused
from dialogue.room_content import RoomContent
from render.compositor import FrameRequest
from render.contract import Board, HoldingCard, Line, ShowEvent, Speech, Voice
from render.dressing import Dressing, SetBoard
from render.holding import SetHolding
from render.mouth_weights import Track
from render.show import Painter, Show
from render.voicing import MouthTrack
from rtc.contract import SLICE_SECONDS, Picture, Slice, SliceSink
from server.configuration import RoomConfig
from server.replay.recorder import Recorder, Recording
from server.replay.scenario import Scenario
from server.replay.script import Arrival, Script

RUN_ID = "r"
"""Begins the ids of comments and Lines, the same in every run."""
_SETTLE_S = 90.0
"""How long after the last comment the show goes on at most, so that all get their fate."""
_TAIL_S = 3.0
_REPORT_EVERY = 25
"""Slices between two reports of progress."""
_SAME_TICK_S = 1e-6


@dataclass(frozen=True, slots=True)
class Parts:
    """What a room is made of at one depth."""

    content: RoomContent
    config: RoomConfig
    voice: Voice
    llm: LLM | None = None
    embedder: Embedder | None = None
    painter: Painter | None = None
    """None draws nothing."""
    mouth: MouthTrack | None = None
    sink: SliceSink | None = None
    taught: bool = False
    """The language model has the adapter that the room names."""


@dataclass(slots=True)
class Progress:
    """How far a replay is; `stop` asks for its end in good order."""

    seconds: float = 0.0
    of_seconds: float = 0.0
    fed: int = 0
    decided: int = 0
    saying: str = ""
    stop: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """How a show is replayed."""

    seed: int = 0
    rounds: int | None = 1
    """How often the log is played; None for ever."""
    scenario: Scenario = field(default_factory=Scenario)
    settle_s: float = _SETTLE_S


async def rehearse(
    script: Script,
    parts: Parts,
    terms: Terms,
    recorder: Recorder,
    progress: Progress,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Recording:
    """Play a script to the room and return what became of it; runs on a `VirtualLoop`.

    Comments come in at the beginning of the 40 ms to which their time belongs, so that a log of this show, which tells
    times to that grid, replays as this show.
    """
    rehearsal = _Rehearsal(script, parts, terms, recorder, progress, on_progress)
    return await rehearsal.run()


class _Rehearsal:
    def __init__(
        self,
        script: Script,
        parts: Parts,
        terms: Terms,
        recorder: Recorder,
        progress: Progress,
        on_progress: Callable[[Progress], None],
    ) -> None:
        self._script = script
        self._terms = terms
        self._recorder = recorder
        self._progress = progress
        self._on_progress = on_progress
        loop = asyncio.get_running_loop()
        self._show = Show(
            parts.painter or BlankPainter(),
            parts.mouth or still_mouth,
            parts.sink or Nowhere(),
            self._on_show_event,
            loop=loop,
            voice=parts.voice,
        )
        limits = parts.config.limits
        self._name_chars = limits.viewer_chars
        self._host = Host(
            parts.content,
            parts.llm,
            parts.embedder,
            self._show,
            parts.voice.languages,
            recorder.dialogue_event,
            seed=terms.seed,
            limits=IntakeLimits(
                comment_chars=limits.comment_chars,
                viewer_chars=limits.viewer_chars,
                seconds_each=60 / limits.comments_per_minute,
            ),
            language=parts.config.language,
            trusted=parts.llm is not None and parts.config.llm.model != "packaged",
            taught=parts.taught,
            run_id=RUN_ID,
            new_seed=_seeds(terms.seed),
        )
        self._over = asyncio.Event()
        self._actions = sorted(terms.scenario.actions, key=lambda action: action.at)
        self._length_s = max(script.seconds + 1.0, 1.0)
        self._last_s = max(self._actions[-1].at if self._actions else 0.0, terms.scenario.lasts or 0.0)

    async def run(self) -> Recording:
        recording = self._recorder.recording
        await self._host.prepare()
        self._state("live")
        tasks: list[asyncio.Task[None]] = [
            asyncio.create_task(self._host.run(), name="host"),
            asyncio.create_task(self._play(), name="playout"),
        ]
        over = asyncio.create_task(self._over.wait(), name="over")
        try:
            waiting: list[asyncio.Task[Any]] = [*tasks, over]
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task.done():
                    task.result()  # neither ends by itself: this raises what ended it
            self._state("closing")
            await self._host.close(finish_sentence=True)
            await self._show.close(finish_line=False)
        finally:
            for each in (*tasks, over):
                each.cancel()
            await asyncio.gather(*tasks, over, return_exceptions=True)
        recording.seconds = self._show.now
        recording.complete = not self._progress.stop
        return recording

    async def _play(self) -> None:
        """The playout thread's place: a Slice every 40 ms of virtual time, and what comes in at its beginning."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        coming = self._arrivals()
        following = next(coming, None)
        last_s = self._length_s * (self._terms.rounds or 0)
        index = 0
        while True:
            now = self._show.now
            while following is not None and following.t < now + SLICE_SECONDS - _SAME_TICK_S:
                self._receive(following, now)
                following = next(coming, None)
            while self._actions and self._actions[0].at <= now + _SAME_TICK_S:
                self._act(now)
            self._show.tick(now)
            if index % _REPORT_EVERY == 0:
                self._report(now, last_s)
            quiet = self._recorder.open == 0 and now >= self._progress_end(last_s) + _TAIL_S
            late = now >= self._progress_end(last_s) + self._terms.settle_s
            if (following is None and not self._actions and (quiet or late)) or self._progress.stop:
                self._over.set()
            index += 1
            await asyncio.sleep(max(0.0, begun + index * SLICE_SECONDS - loop.time()))

    def _progress_end(self, last_s: float) -> float:
        end = self._script.seconds if self._terms.rounds == 1 else last_s
        return max(end, self._last_s)

    def _arrivals(self) -> Iterator[Arrival]:
        round_ = 0
        while self._terms.rounds is None or round_ < self._terms.rounds:
            yield from self._script.again(round_, self._length_s)
            round_ += 1

    def _receive(self, arrival: Arrival, now: float) -> None:
        record = self._recorder.expect(arrival, now)
        self._progress.fed += 1
        try:
            self._host.receive(arrival.viewer[: self._name_chars], arrival.text)
        except CommentRefused as refused:
            self._recorder.refused(record, refused.code, str(refused))

    def _act(self, now: float) -> None:
        action = self._actions.pop(0)
        try:
            if action.do == "start":
                self._host.promotions.start(action.promotion, by="scenario")
            else:
                self._host.promotions.act(action.promotion, action.do, by="scenario", reason="scenario")
        except PromotionRefused as refused:
            data = {"code": refused.code, "message": f"scenario, {action.at:g} s: {refused}"}
            self._recorder.take("fault", now, data, public=False)

    def _on_show_event(self, event: ShowEvent) -> None:
        self._recorder.show_event(event)
        self._host.feed(event)

    def _state(self, state: str) -> None:
        self._recorder.take("room.state", self._show.now, {"state": state}, public=True)

    def _report(self, now: float, last_s: float) -> None:
        progress = self._progress
        progress.seconds, progress.of_seconds = now, max(now, self._progress_end(last_s)) if self._terms.rounds else now
        progress.decided = progress.fed - self._recorder.open
        lines = self._recorder.recording.lines
        progress.saying = lines[-1].text if lines and lines[-1].ended is None else ""
        self._on_progress(progress)


def _seeds(seed: int) -> Callable[[], bytes]:
    """Seeds of draws that come out the same in every run; a replay gives nothing away."""
    made = 0

    def next_seed() -> bytes:
        nonlocal made
        made += 1
        return (seed * 1000 + made).to_bytes(32, "big")

    return next_seed


class BlankPainter:
    """Implements `render.show.Painter` by drawing nothing."""

    def __init__(self) -> None:
        self._picture: Picture = np.zeros((3, 2), np.uint8)

    def draw(self, request: FrameRequest) -> Picture:
        """The same nothing every time."""
        return self._picture

    def prepare(self, line: Line) -> Dressing:
        """Nothing to set."""
        return Dressing(line, None, {}, {}, {}, ())

    def prepare_board(self, board: Board) -> SetBoard:
        """Nothing to set."""
        return SetBoard(board, {})

    def prepare_holding(self, card: HoldingCard) -> SetHolding:
        """Nothing to set."""
        return SetHolding(card)

    def begin(self, dressing: Dressing, now: float) -> None:
        """Nothing changes."""

    def end(self, line: Line, now: float) -> None:
        """Nothing changes."""

    def show_board(self, board: SetBoard | None, now: float) -> None:
        """Nothing changes."""


class Nowhere:
    """Implements `rtc.contract.SliceSink` by letting go."""

    def push(self, piece: Slice, due: float) -> None:
        """Forget it."""


def still_mouth(speech: Speech, energy: float) -> Track:
    """A mouth that nobody will see: one row at rest."""
    del speech, energy
    return _STILL


_STILL: NDArray[np.float32] = np.eye(1, 13, dtype=np.float32)
