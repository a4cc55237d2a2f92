"""`talkback serve` with a room of fakes, for tests that need a process: python -m tests.server.on_air FOLDER serve …"""

import asyncio
import sys
import threading

from render.contract import ShowEventSink
from rtc.contract import RtcEventSink
from server.cli import _parser
from server.progress import Progress
from server.serve import serve
from server.studio import StudioError
from tests.server.fakes import FakeBroadcast, FakeScreen, FakeStudio


class EndlessScreen(FakeScreen):
    """Its last sentence does not end."""

    async def close(self, *, finish_line: bool = True, patience: float = 3.5) -> None:
        await asyncio.Event().wait()


class EndlessStudio(FakeStudio):
    async def open_stage(
        self, on_show_event: ShowEventSink, on_rtc_event: RtcEventSink, progress: Progress
    ) -> tuple[FakeScreen, FakeBroadcast]:
        _, broadcast = await super().open_stage(on_show_event, on_rtc_event, progress)
        self.screen = EndlessScreen(on_show_event)
        return self.screen, broadcast


class HangingStudio(FakeStudio):
    """Blocks the whole event loop when it is closed."""

    async def close(self) -> None:
        threading.Event().wait()


def main() -> int:
    kind, *arguments = sys.argv[1:]
    studio = {"hanging": HangingStudio, "endless": EndlessStudio}.get(kind, FakeStudio)()
    if kind == "broken":
        studio.failure = StudioError("the voice can't be loaded: no such file; check `voice` in room.yaml")
    return serve(_parser().parse_args(arguments), lambda folder, config: studio)


if __name__ == "__main__":
    sys.exit(main())
