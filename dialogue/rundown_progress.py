"""How far the show is in its rundown, for the people who steer it."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

SegmentState = Literal["done", "now", "next", "later"]


@dataclass(frozen=True, slots=True)
class SegmentProgress:
    """One segment of the present round."""

    id: str
    title: str
    product: str | None
    seconds: float
    """Its budget."""
    spent: float
    """Seconds of this round that it has had."""
    state: SegmentState


@dataclass(frozen=True, slots=True)
class RundownProgress:
    """The whole rundown as it stands."""

    segments: tuple[SegmentProgress, ...]
    round: int

    def as_dict(self) -> dict[str, Any]:
        """As the desk shows it."""
        return asdict(self) | {"segments": [asdict(segment) for segment in self.segments]}
