"""What the room costs the machine: processor, memory and disk, of the server and of all processes that it has started."""

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

_MEMORY_EVERY_S: Final = 10.0
"""Adding up the shares of all processes takes some milliseconds for each."""
_MB: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Machine:
    """The figures of one moment."""

    cpu_cores: float = 0.0
    """Processor time a second, since the reading before; 1.0 is one core that does nothing else."""
    memory_mb: float = 0.0
    """Proportional set size: what several processes share counts once."""
    disk_free_mb: float | None = None
    """Where the event log is kept; None if it can't be told."""


class MachineReader:
    """Reads the figures; `read` blocks for some milliseconds and belongs in a thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own = psutil.Process()
        self._used: dict[int, float] = {}
        self._read_at: float | None = None
        self._memory_at: float | None = None
        self._memory_mb = 0.0

    def read(self) -> Machine:
        """The figures since the last call."""
        now = time.monotonic()
        processes = [self._own, *self._own.children(recursive=True)]
        used: dict[int, float] = {}
        for process in processes:
            with contextlib.suppress(psutil.Error):  # it has just ended
                times = process.cpu_times()
                used[process.pid] = times.user + times.system
        cores = 0.0
        if self._read_at is not None and now > self._read_at:
            spent = sum(max(0.0, seconds - self._used.get(pid, seconds)) for pid, seconds in used.items())
            cores = spent / (now - self._read_at)
        self._used, self._read_at = used, now
        if self._memory_at is None or now - self._memory_at >= _MEMORY_EVERY_S:
            self._memory_at, self._memory_mb = now, _memory_mb(processes)
        return Machine(cores, self._memory_mb, _free_mb(self._folder))


def _memory_mb(processes: list[psutil.Process]) -> float:
    total = 0
    for process in processes:
        with contextlib.suppress(psutil.Error):
            memory = process.memory_full_info()
            total += getattr(memory, "pss", 0) or memory.rss
    return total / _MB


def _free_mb(folder: Path) -> float | None:
    try:
        stat = os.statvfs(folder)
    except OSError:
        return None
    return stat.f_bavail * stat.f_frsize / _MB
