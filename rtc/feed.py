"""One viewer's share of the show: what waits for it, and what it loses when it is slow."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from av.packet import Packet

from rtc.video_encoder import VideoCodec

VIDEO_WAITING_MAX = 12
"""Pictures that may wait for one viewer (about half a second); then all go, up to the next key frame."""
AUDIO_WAITING_MAX = 25
"""Audio packets that may wait for one viewer (half a second); then the oldest goes."""

BACKLOG_MAX_BYTES = 256 * 1024
"""Bytes that may wait in a viewer's socket (a second and more); then nothing is added until half of them are gone."""

_LEFT_KEPT = 8

KeyframeWanted = Callable[[VideoCodec], None]


def _nobody() -> None:
    """Nobody waits for this lane."""


def _no_backlog() -> int:
    """A socket that takes everything at once."""
    return 0


class Lane:
    """Packets that wait for one track of one viewer; `wake` is called when one comes or the lane ends."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.wake: Callable[[], None] = _nobody
        self.ready: Callable[[], None] = _nobody
        """Called whenever the reader comes and finds nothing."""
        self.reading = False
        """The reader has come at least once."""
        self.ended = False
        self.dropped = 0
        self.sent = 0
        self.last_at: float | None = None
        """When the packet taken last was due, on the clock of `time.monotonic()`."""
        self.left: deque[tuple[float, float]] = deque(maxlen=_LEFT_KEPT)
        """When the last packets were due and when they were taken, newest last."""
        self._waiting: deque[tuple[Packet[Any], float]] = deque()

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def full(self) -> bool:
        return len(self._waiting) >= self.limit

    def put(self, packet: Packet[Any], at: float) -> None:
        """Add a packet that is due at `at`."""
        self._waiting.append((packet, at))
        self.wake()

    def drop_oldest(self) -> None:
        self._waiting.popleft()
        self.dropped += 1

    def drop_all(self) -> None:
        self.dropped += len(self._waiting)
        self._waiting.clear()

    def take(self) -> Packet[Any] | None:
        """The next packet, or None when there is none yet."""
        if self._waiting:
            self.sent += 1
            packet, self.last_at = self._waiting.popleft()
            self.left.append((self.last_at, time.monotonic()))
            return packet
        if not self.ended:
            self.reading = True
            self.ready()
        return None

    def end(self) -> None:
        """No more packets; what waits is lost."""
        self.ended = True
        self._waiting.clear()
        self.ready = _nobody
        self.wake()


class Feed:
    """One viewer's share of the show: an audio lane, a video lane, or both.

    Nothing is sent before every lane has a reader. With a picture, both begin with the same Slice, at a key frame. A
    viewer who is too slow for the pictures loses all of them up to the first key frame after coming back to read: what
    is sent can always be decoded. The sound goes on meanwhile. A viewer whose socket is clogged (`backlog`, bytes) gets
    neither until it is half empty.
    """

    def __init__(self, codec: VideoCodec | None, audible: bool, on_keyframe_wanted: KeyframeWanted) -> None:
        self.codec = codec
        self.audio = Lane(AUDIO_WAITING_MAX) if audible else None
        self.video = Lane(VIDEO_WAITING_MAX) if codec is not None else None
        self.started = False
        self.backlog: Callable[[], int] = _no_backlog
        self._on_keyframe_wanted = on_keyframe_wanted
        self._awaits_keyframe = self.video is not None
        self._stalled = False
        self._clogged = False
        for lane in self._lanes():
            lane.ready = self._reader_came

    @property
    def reading(self) -> bool:
        """Every track has asked for its first packet."""
        return all(lane.reading for lane in self._lanes())

    @property
    def sent(self) -> int:
        return sum(lane.sent for lane in self._lanes())

    @property
    def offset_s(self) -> float:
        """By how much the last picture left later than the sound that was due with it; 0 without both."""
        if self.audio is None or self.video is None:
            return 0.0
        heard = dict(self.audio.left)
        return next((taken - heard[due] for due, taken in reversed(self.video.left) if due in heard), 0.0)

    @property
    def dropped(self) -> int:
        return sum(lane.dropped for lane in self._lanes())

    def open_slice(self, audio: Packet[Any], pictures: Mapping[VideoCodec, Packet[Any]], at: float) -> None:
        """Take the first audio packet of a Slice with its picture, if it has one in this viewer's codec; due at `at`."""
        if not self.reading:
            return
        picture = pictures.get(self.codec) if self.codec is not None else None
        if not self.started:
            if self.video is not None and (picture is None or not picture.is_keyframe):
                return
            self.started = True
        self._look_at_backlog()
        self._put_audio(audio, at)
        if self.video is not None and picture is not None:
            self._put_picture(self.video, picture, at)

    def continue_slice(self, audio: Packet[Any], at: float) -> None:
        """Take the second audio packet of a Slice."""
        if self.started:
            self._put_audio(audio, at)

    def end(self) -> None:
        for lane in self._lanes():
            lane.end()

    def request_keyframe(self) -> None:
        """The viewer has lost a picture (PLI, FIR) or waits for the first one."""
        if self.codec is not None:
            self._on_keyframe_wanted(self.codec)

    # ---- inside ------------------------------------------------------------------------------------------

    def _lanes(self) -> list[Lane]:
        return [lane for lane in (self.audio, self.video) if lane is not None]

    def _put_audio(self, packet: Packet[Any], at: float) -> None:
        if self.audio is None:
            return
        if self._clogged:
            self.audio.dropped += 1
            return
        if self.audio.full:
            self.audio.drop_oldest()
        self.audio.put(packet, at)

    def _put_picture(self, lane: Lane, picture: Packet[Any], at: float) -> None:
        if self._stalled or self._clogged or (self._awaits_keyframe and not picture.is_keyframe):
            lane.dropped += 1
            return
        if lane.full:
            lane.drop_all()
            lane.dropped += 1
            self._stalled = True
            return
        self._awaits_keyframe = False
        lane.put(picture, at)

    def _look_at_backlog(self) -> None:
        bytes_waiting = self.backlog()
        if bytes_waiting > BACKLOG_MAX_BYTES:
            self._clogged = True
        elif self._clogged and bytes_waiting <= BACKLOG_MAX_BYTES // 2:
            self._clogged = False
            if self.video is not None:
                self._awaits_keyframe = True
                self.request_keyframe()

    def _reader_came(self) -> None:
        # A viewer who has stopped reading asks for nothing: his key frames would be paid for by all the others.
        if self._stalled and self.video is not None and not self.video.full:
            self._stalled = False
            self._awaits_keyframe = True
        if self._awaits_keyframe and self.reading:
            self.request_keyframe()
