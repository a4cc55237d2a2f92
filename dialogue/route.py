"""Where the show is in its rundown: round after round, forwards, back, to a product, and what each segment has had. Pure."""

from collections.abc import Mapping, Sequence

from dialogue.rundown import Segment
from dialogue.rundown_progress import RundownProgress, SegmentProgress, SegmentState


class Route:
    """A place among the segments; before the first until `forward` is called."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.segments = tuple(segments)
        self.round = 1
        self.pinned: str | None = None
        """Sku of the product that stays."""
        self._at = -1
        self._spent = [0.0] * len(self.segments)

    @property
    def current(self) -> Segment | None:
        """The segment that is on."""
        return self.segments[self._at] if self._at >= 0 else None

    def leave(self, spent_s: float) -> None:
        """Note what the present segment has had."""
        if self._at >= 0:
            self._spent[self._at] += spent_s

    def forward(self) -> None:
        """On to the next; after the last the next round begins."""
        if self._at + 1 >= len(self.segments):
            self.round += 1
            self._spent = [0.0] * len(self.segments)
        self._at = self._following(self._at)

    def back(self) -> None:
        """Back to the one before; from the first of the show nowhere."""
        at = self._at - 1
        while at > 0 and self._passed_over(at):
            at -= 1
        if at >= 0:
            self._at = at

    def to(self, ident: str) -> None:
        """To a segment by its id, or to the first of a product by its sku; KeyError if there is none."""
        at = next((i for i, s in enumerate(self.segments) if s.id == ident), None)
        if at is None:
            at = next((i for i, s in enumerate(self.segments) if s.product == ident), None)
        if at is None:
            raise KeyError(ident)
        self._at = at

    def knows(self, ident: str) -> bool:
        """Whether `to` can go there."""
        return any(ident in (s.id, s.product) for s in self.segments)

    def progress(self, spent_s: float, names: Mapping[str, str]) -> RundownProgress:
        """All segments, of which the present one has had `spent_s` since it came up; `names` are those of products by sku."""
        following = self._following(self._at) if self.segments else -1
        rows = []
        for i, segment in enumerate(self.segments):
            state: SegmentState = "done" if i < self._at else "later"
            if i == self._at:
                state = "now"
            elif i == following:
                state = "next"
            spent = self._spent[i] + (spent_s if i == self._at else 0.0)
            title = segment.title or (names.get(segment.product, "") if segment.product else "") or segment.id
            rows.append(SegmentProgress(segment.id, title, segment.product, segment.seconds, round(spent, 1), state))
        return RundownProgress(tuple(rows), self.round)

    def _following(self, at: int) -> int:
        count = len(self.segments)
        for step in range(1, count + 1):
            following = (at + step) % count
            last_round = at + step >= count
            if not (self.segments[following].once and (last_round or self.round > 1)):
                return following
        return (at + 1) % count  # all are for the first round only: then all come again

    def _passed_over(self, at: int) -> bool:
        return self.segments[at].once and self.round > 1
