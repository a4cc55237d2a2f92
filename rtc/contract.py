"""What `rtc` takes and gives: the Slice, the show's fixed rates and the events that go up."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from av import VideoFrame
from numpy.typing import NDArray

SAMPLE_RATE = 48_000
"""Samples a second; the only rate WebRTC's Opus clock knows (RFC 7587 §4.1)."""
FRAME_RATE = 25
SLICE_SECONDS = 1 / FRAME_RATE
SLICE_SAMPLES = SAMPLE_RATE // FRAME_RATE
"""Audio samples that belong to one video frame: 1,920."""

Pcm = NDArray[np.int16]
"""Mono samples at 48 kHz, shape (n,)."""
Picture = NDArray[np.uint8]
"""One planar I420 picture, shape (height * 3 // 2, width), BT.601 limited range."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Forty milliseconds of show: a picture and the samples that belong to it, inseparable."""

    index: int
    """Position on the show clock; the Slice begins at ``index * 0.04`` s."""
    picture: Picture
    pcm: Pcm
    """Shape (1920,)."""
    epoch: int
    repeated: bool = False
    """The picture is that of the Slice before (drawing was late); the audio is always new."""
    line: str | None = None
    """Id of the Line that is heard in this Slice."""
    caption: tuple[int, int] | None = None
    """Character span of the Line's text that has been reached: (start, end of the current word)."""


@dataclass(frozen=True, slots=True)
class RtcEvent:
    """Something that happened on the way to the viewers."""

    type: str
    """`viewer.joined`, `viewer.left`, `person.joined`, `person.left`, `person.lost`, `encoder.started`, `encoder.stopped` or `fault`."""
    viewer: str | None = None
    detail: str = ""


RtcEventSink = Callable[[RtcEvent], None]


class SliceSink(Protocol):
    """Whoever takes Slices: the broadcaster, a recorder, a test."""

    def push(self, piece: Slice, due: float) -> None:
        """Take one Slice on the playout thread.

        `due` is the moment on `time.monotonic()`'s clock at which it is to leave. Must return well within
        40 ms and must never raise for a viewer's trouble.
        """


@dataclass(frozen=True, slots=True)
class LivePicture:
    """A picture of a person, as their camera sent it."""

    at: int
    """The sample of their sound that belongs to it."""
    frame: VideoFrame

    def i420(self) -> Picture:
        """Shape (height * 3 // 2, width) uint8, both even; an odd last row or column is left out. Takes about a millisecond."""
        frame = self.frame
        if frame.width % 2 or frame.height % 2:
            frame = frame.reformat(frame.width & ~1, frame.height & ~1)
        return np.asarray(frame.to_ndarray(format="yuv420p"), np.uint8)


class LiveFeed(Protocol):
    """A person's sound and picture as they come in; positions are samples at 48 kHz on the sender's clock."""

    heard_at: float | None
    """When the newest packet of sound came, on `time.monotonic()`'s clock; None before the first."""
    seen_at: float | None
    """When the newest picture came."""

    @property
    def front(self) -> int | None:
        """One past the newest sample; None before the first."""

    def sound(self, start: int, samples: int) -> tuple[Pcm, NDArray[np.bool_]]:
        """Samples from `start` on and whether each of them is there (has come, and is not forgotten)."""

    def picture(self, at: int) -> LivePicture | None:
        """The picture that belongs to sample `at`: the newest one not after it, else the oldest kept."""
