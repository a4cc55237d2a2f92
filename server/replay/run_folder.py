"""Where a replay is kept: its events, its report, its page."""

import errno
import os
import shutil
from pathlib import Path
from types import TracebackType
from typing import IO, Self

EVENTS = "events.jsonl"
REPORT = "report.json"
PAGE = "report.html"


class RunFolderError(Exception):
    """Nothing more can be written; the message says why, and what is there already."""


class RunFolder:
    """A run's folder. Files are replaced whole, events are appended; use as a context manager."""

    def __init__(self, path: Path, *, events: bool = True) -> None:
        self.path = path
        self._events: IO[str] | None = None
        try:
            path.mkdir(parents=True, exist_ok=True)
            if events:
                self._events = (path / EVENTS).open("w", encoding="utf-8", errors="replace", newline="\n")
        except OSError as error:
            raise _trouble(path, error) from error

    @classmethod
    def at(cls, path: Path) -> "RunFolder":
        """A folder to put files into, its events left as they are."""
        return cls(path, events=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._events is not None:
            try:
                self._events.close()
            except OSError:
                if kind is None:
                    raise

    def event(self, row: str) -> None:
        """Append one event; raises `RunFolderError`."""
        assert self._events is not None
        try:
            self._events.write(row + "\n")
        except OSError as error:
            raise _trouble(self.path, error) from error

    def finish_events(self) -> None:
        """Bring all events to the disk; raises `RunFolderError`."""
        if self._events is not None:
            try:
                self._events.flush()
            except OSError as error:
                raise _trouble(self.path, error) from error

    def write(self, name: str, text: str) -> Path:
        """Write a file whole, or leave the one before as it is; raises `RunFolderError`."""
        file = self.path / name
        draft = file.with_name(f".{name}.part")
        try:
            with draft.open("w", encoding="utf-8", errors="replace", newline="\n") as out:
                out.write(text)
                out.flush()
                os.fsync(out.fileno())
            draft.replace(file)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise _trouble(file, error) from error
        return file


def _trouble(path: Path, error: OSError) -> RunFolderError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        free = ""
        try:
            free = f" ({shutil.disk_usage(path if path.exists() else path.parent).free / 1e6:.0f} MB free)"
        except OSError:
            free = ""
        return RunFolderError(
            f"{path}: the disk is full{free}. Make room, or choose another place with --out; what was written stays."
        )
    return RunFolderError(f"{path}: can't be written ({error.strerror or error}). Choose another place with --out.")
