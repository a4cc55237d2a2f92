"""What a person sends live, kept for the playout thread to take: sound by position, pictures in step with it."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

import numpy as np
from av import VideoFrame
from numpy.typing import NDArray

from rtc.contract import SAMPLE_RATE, LivePicture, Pcm
from rtc.live_sound import LiveSound

PICTURES_KEPT = 12
"""Some 0.4 s at 30 pictures a second; the oldest goes."""
_VIDEO_CLOCK = 90_000
_NTP_SECOND = 2**32
_MOST_STEP_SECONDS = 2.0
"""Reports that put picture and sound further apart than this are not believed."""


@dataclass(frozen=True, slots=True)
class _Report:
    """A sender report: the moment on the sender's wall clock to which an RTP timestamp belongs (RFC 3550 §6.4.1)."""

    ntp: int
    stamp: int


class LiveSource:
    """Implements `rtc.contract.LiveFeed`. `put_…` and `report_…` belong to the event loop, the rest to any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sound = LiveSound()
        self._pictures: deque[LivePicture] = deque(maxlen=PICTURES_KEPT)
        self._sound_report: _Report | None = None
        self._picture_report: _Report | None = None
        self.heard_at: float | None = None
        self.seen_at: float | None = None
        self.pictures = 0

    # ---- event loop ------------------------------------------------------------------------------------

    def put_sound(self, stamp: int, pcm: Pcm, now: float) -> None:
        """Take a decoded packet with its RTP timestamp at `now` (`time.monotonic()`)."""
        with self._lock:
            self._sound.write(stamp, pcm)
            self.heard_at = now

    def put_picture(self, stamp: int, frame: VideoFrame, now: float) -> None:
        """Take a decoded picture with its RTP timestamp (90 kHz)."""
        with self._lock:
            self._pictures.append(LivePicture(self._place_of(stamp), frame))
            self.seen_at = now
            self.pictures += 1

    def report_sound(self, ntp: int, stamp: int) -> None:
        with self._lock:
            self._sound_report = _Report(ntp, stamp)

    def report_pictures(self, ntp: int, stamp: int) -> None:
        with self._lock:
            self._picture_report = _Report(ntp, stamp)

    # ---- playout thread --------------------------------------------------------------------------------

    @property
    def front(self) -> int | None:
        return self._sound.front

    def sound(self, start: int, samples: int) -> tuple[Pcm, NDArray[np.bool_]]:
        with self._lock:
            return self._sound.read(start, samples)

    def picture(self, at: int) -> LivePicture | None:
        with self._lock:
            best: LivePicture | None = None
            for picture in self._pictures:
                if best is None or picture.at <= at:
                    best = picture
            return best

    # ---- inside ----------------------------------------------------------------------------------------

    def _place_of(self, stamp: int) -> int:
        """The sample that belongs to a picture: by the sender's reports, or, before they come, the newest received."""
        front = self._sound.front or 0
        sound, picture = self._sound_report, self._picture_report
        if sound is None or picture is None or self._sound.front is None:
            return front
        since = ((stamp - picture.stamp + 2**31) % 2**32 - 2**31) / _VIDEO_CLOCK
        wall = (picture.ntp - sound.ntp) / _NTP_SECOND + since
        at = self._sound.position_of(sound.stamp) + round(wall * SAMPLE_RATE)
        return at if abs(at - front) <= _MOST_STEP_SECONDS * SAMPLE_RATE else front
