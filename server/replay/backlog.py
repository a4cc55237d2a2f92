"""The comments that wait to be brought to a room. Pure: time is passed in."""

from collections import Counter, deque
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Delivery:
    """A comment on its way."""

    viewer: str
    text: str
    tries: int = 0


@dataclass(slots=True)
class Tally:
    """What became of everything that was read."""

    read: int = 0
    sent: int = 0
    dropped: int = 0
    """Given up because too many waited: always the oldest."""
    unreadable: int = 0
    shortened: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    """Gifts, likes and the like, by type."""
    refused: Counter[str] = field(default_factory=Counter)
    """By the room, by its code."""

    def line(self, waiting: int) -> str:
        """One line of progress."""
        parts = [f"{self.read} read", f"{self.sent} sent", f"{waiting} waiting"]
        for count, what in (
            (sum(self.refused.values()), "refused"),
            (self.dropped, "dropped"),
            (self.unreadable, "unreadable"),
        ):
            if count:
                parts.append(f"{count} {what}")
        return " · ".join(parts)


class Backlog:
    """A bounded queue; when it is full the oldest comment goes. One viewer's comments stay in their order."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: deque[Delivery] = deque()
        self._busy: set[str] = set()
        self._not_before: dict[str, float] = {}
        self.paused_until = 0.0
        """The room asked for patience until then."""

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def full(self) -> bool:
        return len(self._waiting) >= self._most

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing is on its way."""
        return not self._waiting and not self._busy

    def add(self, delivery: Delivery) -> Delivery | None:
        """Append a comment; returns the one that was dropped for it."""
        dropped = self._waiting.popleft() if self.full else None
        if dropped is not None:
            self._not_before.pop(dropped.viewer, None)
        self._waiting.append(delivery)
        return dropped

    def take(self, now: float) -> Delivery | None:
        """The oldest comment that may go now: its viewer has none on the way and was not asked to wait."""
        if now < self.paused_until:
            return None
        for place, delivery in enumerate(self._waiting):
            if delivery.viewer not in self._busy and self._not_before.get(delivery.viewer, 0.0) <= now:
                del self._waiting[place]
                self._busy.add(delivery.viewer)
                return delivery
        return None

    def done(self, delivery: Delivery) -> None:
        """The comment was taken, or is given up."""
        self._busy.discard(delivery.viewer)
        self._not_before.pop(delivery.viewer, None)

    def put_back(self, delivery: Delivery, *, viewer_until: float = 0.0) -> None:
        """The comment could not go; it is the oldest again. Beyond the bound it stays: it was accepted before."""
        self._busy.discard(delivery.viewer)
        self._waiting.appendleft(Delivery(delivery.viewer, delivery.text, delivery.tries + 1))
        if viewer_until:
            self._not_before[delivery.viewer] = viewer_until

    def pause(self, until: float) -> None:
        """Nothing goes before then."""
        self.paused_until = max(self.paused_until, until)

    def next_at(self, now: float) -> float | None:
        """When something may go that may not now; None if only an arrival or an answer can change that."""
        moments = [self._not_before[d.viewer] for d in self._waiting if d.viewer in self._not_before]
        if self._waiting and self.paused_until > now:
            moments.append(self.paused_until)
        later = [moment for moment in moments if moment > now]
        return min(later) if later else None
