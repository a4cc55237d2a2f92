"""A room of fakes with a real host, on a stage where nothing is heard before a test says so."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from dialogue.contract import DialogueEventSink
from dialogue.host import Host
from dialogue.room_content import load_room_content
from render.contract import Board, HoldingCard, Line, LineEnded, LineKind, LineStarted, LiveMode
from server.progress import Progress
from tests.server.fakes import DEMO, FakeScreen, FakeStudio, Site, open_site

ROOM = load_room_content(DEMO)


class StillStage:
    """Keeps the contract of a stage; `begin` and `end` let a Line be heard, and time is the screen's."""

    def __init__(self, screen: FakeScreen) -> None:
        self._screen = screen
        self._waiting: list[Line] = []
        self._playing: Line | None = None
        self.epoch = 0
        self.waiting_seconds = 0.0
        self.muted = False
        self.card: HoldingCard | None = None
        self.live = LiveMode.NONE
        self.heard: list[Line] = []

    @property
    def now(self) -> float:
        return self._screen.now

    async def say(self, line: Line) -> bool:
        if line.epoch != self.epoch:
            return False
        at = sum(other.urgent for other in self._waiting) if line.urgent else len(self._waiting)
        self._waiting.insert(at, line)
        return True

    def begin(self) -> Line:
        """The next Line begins; what was heard before it ends."""
        self.end()
        self._playing = self._waiting.pop(0)
        self.heard.append(self._playing)
        self._screen.report(LineStarted(self.now, self._playing))
        return self._playing

    def end(self) -> None:
        """The Line being heard is over."""
        if self._playing is not None:
            line, self._playing = self._playing, None
            self._screen.now += 3.0
            self._screen.report(LineEnded(self.now, line, line.text, False, 3.0))

    def withdraw(self, kind: LineKind) -> Sequence[Line]:
        gone = [line for line in self._waiting if line.kind is kind]
        self._waiting = [line for line in self._waiting if line.kind is not kind]
        return gone

    def look(self, target: str) -> None:
        return

    def show_board(self, board: Board | None) -> None:
        return

    def interrupt(self) -> int:
        self.epoch += 1
        self._waiting.clear()
        if self._playing is not None:
            line, self._playing = self._playing, None
            self._screen.report(LineEnded(self.now, line, "", True, 1.0))
        return self.epoch

    def pending(self) -> Sequence[Line]:
        return list(self._waiting)

    def drop(self, line_id: str) -> Line | None:
        line = next((line for line in self._waiting if line.id == line_id), None)
        if line is not None:
            self._waiting.remove(line)
        return line

    def mute(self, muted: bool) -> None:
        self.muted = muted

    def hold(self, card: HoldingCard | None) -> None:
        self.card = card

    def go_live(self, mode: LiveMode) -> None:
        self.live = mode

    def level(self) -> float:
        return -100.0


class SteeredStudio(FakeStudio):
    """Its conversation is a real host of the demo room, without models."""

    async def open_mind(self, on_dialogue_event: DialogueEventSink, progress: Progress) -> Any:
        self.stage = StillStage(self.screen)
        self.host = Host(ROOM, None, None, self.stage, frozenset({"en"}), on_dialogue_event, seed=5, run_id="t")
        return self.host


@asynccontextmanager
async def open_steered(folder: Path) -> AsyncIterator[tuple[Site, SteeredStudio]]:
    """A server with the demo room, live, and a client for it."""
    studio = SteeredStudio()
    async with open_site(folder, studio=studio) as site:
        yield site, studio
