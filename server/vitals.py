"""Notices that a part of the room has stopped working, once for each time that it does."""

from collections.abc import Sequence
from dataclasses import dataclass

STALL_SECONDS = 2.0
"""A show that has made no Slice for this long has stopped; one Slice takes 40 ms."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What can be seen of a room from outside."""

    slices: int
    log_trouble: str
    log_dropped: int


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault for the operator."""

    code: str
    message: str


class Vitals:
    """Feed it the signs every second or so; it gives what the operator is to be told."""

    def __init__(self) -> None:
        self._signs: Signs | None = None
        self._moved_at = 0.0
        self._stalled = False

    def feed(self, signs: Signs, now: float) -> Sequence[Finding]:
        """Compare with the signs before; `now` is in seconds on any monotonic clock."""
        before, self._signs = self._signs, signs
        if before is None:
            self._moved_at = now
            return []
        found: list[Finding] = []
        if signs.slices != before.slices:
            if self._stalled:
                found.append(
                    Finding("show-resumed", f"the show stood still for {now - self._moved_at:.0f} s and runs again")
                )
            self._moved_at, self._stalled = now, False
        elif now - self._moved_at >= STALL_SECONDS and not self._stalled:
            self._stalled = True
            found.append(Finding("show-stalled", "the show makes no picture and no sound; restart the server"))
        if signs.log_trouble and not before.log_trouble:
            message = f"events are not being kept ({signs.log_trouble}); make space, they wait in memory meanwhile"
            found.append(Finding("log-failing", message))
        elif before.log_trouble and not signs.log_trouble:
            found.append(Finding("log-recovered", "events are kept again"))
        lost = signs.log_dropped - before.log_dropped
        if lost:
            found.append(Finding("log-dropped", f"{lost} events were not kept"))
        return found
