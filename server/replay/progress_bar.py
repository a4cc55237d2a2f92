"""A line that says how far a replay is and what is being said; quiet where nobody looks."""

import shutil
import sys
import time
from typing import IO, Final

from server.replay.rehearsal import Progress

_EVERY_S: Final = 0.2
_BAR: Final = 24


class ProgressBar:
    """Draws on a terminal; elsewhere it writes a line at each tenth."""

    def __init__(self, what: str, out: IO[str] | None = None) -> None:
        self._what = what
        self._out = out if out is not None else sys.stderr
        self._live = self._out.isatty()
        self._begun = time.monotonic()
        self._drawn = 0.0
        self._tenth = 0
        self._width = 0

    def __call__(self, progress: Progress) -> None:
        """Show how far it is."""
        now = time.monotonic()
        share = min(1.0, progress.seconds / progress.of_seconds) if progress.of_seconds > 0 else 0.0
        if self._live and now - self._drawn >= _EVERY_S:
            self._drawn = now
            self._draw(progress, share, now - self._begun)
        elif not self._live and int(share * 10) > self._tenth:
            self._tenth = int(share * 10)
            done = f"{progress.decided} of {progress.fed} comments decided"
            print(f"{self._what}: {share:.0%}, {_clock(progress.seconds)} of show, {done}", file=self._out, flush=True)

    def say(self, sentence: str) -> None:
        """Tell what is being done now."""
        self._clear()
        print(f"{self._what}: {sentence} …", file=self._out, flush=True)

    def close(self) -> None:
        """Leave the line."""
        self._clear()

    def _draw(self, progress: Progress, share: float, took_s: float) -> None:
        full = round(share * _BAR)
        speed = progress.seconds / took_s if took_s > 0 else 0.0
        told = (
            f"{self._what} {'█' * full}{'·' * (_BAR - full)} {_clock(progress.seconds)}/{_clock(progress.of_seconds)} {speed:.0f}×"
            f"  {progress.decided}/{progress.fed}  {progress.saying}"
        )
        columns = shutil.get_terminal_size((100, 24)).columns
        told = told[: columns - 1]
        self._out.write("\r" + told.ljust(self._width))
        self._out.flush()
        self._width = len(told)

    def _clear(self) -> None:
        if self._live and self._width:
            self._out.write("\r" + " " * self._width + "\r")
            self._width = 0


def _clock(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 60}:{whole % 60:02d}"
