"""When each Slice leaves: an absolute schedule, so that lateness never adds up. Pure logic: the time is passed in."""

from dataclasses import dataclass
from enum import Enum

from rtc.contract import SLICE_SECONDS

LEAD_SECONDS = 0.030
"""From the tick at which a Slice is begun to the moment it leaves. Drawing and encoding beside busy models were ready after
18 ms (p95) and 25 ms (max) on two cores."""
_REPEAT_AFTER_SECONDS = 0.024
_GIVE_UP_SECONDS = 1.0
_MOST_REPEATS = 2
"""In a row: on a machine that stays late the face still moves, every 120 ms."""


class Drawing(Enum):
    """What to do about the picture of a Slice."""

    NEW = "new"
    REPEAT = "repeat"


@dataclass(slots=True)
class Schedule:
    """Ticks every 40 ms from `origin` (seconds on the monotonic clock)."""

    origin: float
    resyncs: int = 0
    repeats: int = 0
    """Pictures repeated in a row."""

    def tick(self, index: int) -> float:
        """When work on Slice `index` begins."""
        return self.origin + index * SLICE_SECONDS

    def due(self, index: int) -> float:
        """When Slice `index` leaves."""
        return self.tick(index) + LEAD_SECONDS

    def decide(self, index: int, now: float) -> Drawing:
        """Draw, or repeat the last picture because `now` is too late for drawing.

        After a pause of the machine of a second or more (a suspended laptop) the schedule begins anew from `now`: sending
        what was missed in one burst would only fill the viewers' jitter buffers.
        """
        late = now - self.tick(index)
        if late > _GIVE_UP_SECONDS:
            self.origin += late
            self.resyncs += 1
            self.repeats = 0
            return Drawing.NEW
        if late > _REPEAT_AFTER_SECONDS and self.repeats < _MOST_REPEATS:
            self.repeats += 1
            return Drawing.REPEAT
        self.repeats = 0
        return Drawing.NEW
