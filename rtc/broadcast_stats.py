"""What a broadcaster tells about itself."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class RenditionStats:
    """One encoder of the room."""

    codec: str
    viewers: int
    frames: int
    keyframes: int
    bytes: int
    encode_ms_p50: float
    """Wall time of the last 1,500 pictures; 0 before the first."""
    encode_ms_p95: float


@dataclass(frozen=True, slots=True)
class ViewerStats:
    """One viewer's share."""

    viewer: str
    codec: str
    """``h264``, ``vp8`` or empty for sound alone."""
    connected: bool
    sent: int
    dropped: int


@dataclass(frozen=True, slots=True)
class BroadcastStats:
    """Counters since the start, and the state of the moment."""

    viewers: int
    """Connected viewers."""
    connecting: int
    slices: int
    """Slices coded."""
    idle: int
    """Slices that nobody watched, and that were not coded."""
    overflowed: int
    """Slices left out because the event loop was too far behind."""
    pictures_left_out: int
    """Repeated pictures that were not coded again."""
    packets: int
    """Packets handed to viewers' connections."""
    dropped: int
    """Packets lost to viewers who were too slow."""
    keyframes: int
    encode_ms_p50: float
    """Wall time that a Slice took to code, sound and every rendition."""
    encode_ms_p95: float
    late_ms_p50: float
    """How long after its moment a Slice left, over the last 1,500."""
    late_ms_p95: float
    last_sent: float | None
    """When the last Slice left, on the clock of `time.monotonic()`."""
    renditions: tuple[RenditionStats, ...]
    longest_gap_ms: float = 0.0
    """Between two pictures that left, over the last ten seconds."""
    av_offset_ms: float = 0.0
    """By how much pictures left later after their moment than the sound that belongs to them: of the viewer with the largest."""


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` percent lie; 0 for none."""
    return float(np.percentile(values, share)) if values else 0.0
