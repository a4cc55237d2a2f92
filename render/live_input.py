"""A person's sound and picture for the playout thread: 40 ms at a time, the avatar's lips in step with the voice."""

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from render.live_voice import AHEAD_SAMPLES, LiveVoice
from render.loudness import Signal
from render.mouth_listener import LOOK_AHEAD_SECONDS, MouthListener, MouthNetwork
from render.outgoing import SILENCE_DB, level_db
from rtc.contract import SAMPLE_RATE, SLICE_SAMPLES, LiveFeed, LivePicture, Pcm

MOUTH_AHEAD: Final = SLICE_SAMPLES // 2 + round(LOOK_AHEAD_SECONDS * SAMPLE_RATE)
"""Samples, from the beginning of a Slice, that must be known before its mouth is: 97.5 ms. All of it is jitter buffer for
the sound."""
MARGIN: Final = SAMPLE_RATE * 15 // 1000
"""How much more than that is kept, so that packets may come a little late without the mouth missing them."""
MOST_BEHIND: Final = SAMPLE_RATE * 260 // 1000
"""Further behind the newest sample the person is never heard, however unsteady the network."""
LOST_S: Final = 1.5
"""Without a packet for so long the person is lost: a network may hiccup for a second."""
FROZEN_S: Final = 1.0
"""Without a picture for so long the camera stands still."""
_WINDOW_SLICES: Final = 50
_LATE_SLICES: Final = 5
"""In so many of them packets may be too late for the lips, which then stand still for a Slice; the sound has time enough."""
_SOUND_MARGIN: Final = SAMPLE_RATE * 25 // 1000
"""Between the newest sample, at its latest, and the end of the Slice that is heard."""
_OUT_OF_ORDER: Final = SAMPLE_RATE * 50 // 1000
"""A packet that is missing so far behind the newest is lost; nearer to it the lips wait for it, the sound does not need to."""
_EXCESS: Final = SAMPLE_RATE * 25 // 1000
_FADE: Final = SAMPLE_RATE * 5 // 1000
_ENERGY: Final = 0.6
_STALE_SLICES: Final = 5


@dataclass(frozen=True, slots=True)
class LivePiece:
    """What one Slice takes of a person."""

    pcm: Pcm
    """Shape (1920,)."""
    mouth: NDArray[np.float32] | None
    """Weights (13,); None while the person is silent."""
    accent: float
    """Stress, 0 to 1."""
    picture: LivePicture | None


class LiveInput:
    """Follows one person's feed; belongs to the playout thread.

    The sound is heard `MOUTH_AHEAD` and a margin behind the newest packet. When packets turn out to come later than that,
    or the two machines' clocks drift apart, the place moves, in a pause of the voice if one comes in time.
    """

    def __init__(self, feed: LiveFeed, network: MouthNetwork | None = None) -> None:
        """`network`: loaded beforehand where the thread must not wait for it."""
        self.feed = feed
        self._listener = MouthListener(network, energy=_ENERGY)
        self._voice = LiveVoice()
        self._at = 0
        """The next sample that is heard."""
        self._fed = 0
        """The next sample that the listener hears."""
        self._owed = 0
        """Rows that the listener has not given yet, of Slices that are over."""
        self._row: NDArray[np.float32] | None = None
        self._begun = False
        self._slacks: deque[int] = deque(maxlen=_WINDOW_SLICES)
        """Samples beyond what the lips need, in the last Slices."""
        self._front = 0
        self._starved = 0
        self._speaking = False
        self._mean_db = SILENCE_DB
        self.moved = 0
        """Times the place was moved."""
        self.holes = 0
        """Slices of which something was missing."""

    # ---- what comes in -------------------------------------------------------------------------------------

    def has_sound(self, now: float) -> bool:
        """Whether sound comes in, and enough of it to begin; `now` on the clock of `time.monotonic()`."""
        feed = self.feed
        if feed.heard_at is None or feed.front is None or now - feed.heard_at > LOST_S:
            return False
        return self._begun or feed.front >= MOUTH_AHEAD + MARGIN

    def has_picture(self, now: float) -> bool:
        """Whether pictures come in."""
        feed = self.feed
        return feed.seen_at is not None and now - feed.seen_at <= FROZEN_S

    @property
    def behind(self) -> int:
        """How many samples behind the newest one the next Slice begins."""
        return (self.feed.front or 0) - self._at

    # ---- one Slice -----------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Go to the place at which the next Slice is to begin: as near to the newest sample as is safe."""
        self._go((self.feed.front or 0) - MOUTH_AHEAD - MARGIN)
        self._begun = True

    def next(self, *, camera: bool) -> LivePiece:
        """The next 40 ms; what has not come in time is silence."""
        if not self._begun:
            self.begin()
        before = self._at
        self._steer()
        signal, ahead = self._hear(self._at)
        if self._at != before:  # it moved: from the old place to the new one without a step
            old, _ = self._hear(before)
            rise = np.linspace(0.0, 1.0, _FADE, dtype=np.float32)
            signal[:_FADE] = old[:_FADE] * (1 - rise) + signal[:_FADE] * rise
        voiced = self._voice.take(signal, ahead)
        pcm = (voiced.signal * 32767).astype(np.int16)
        row = self._mouth()
        self._speaking = voiced.speaking
        picture = self.feed.picture(self._at + SLICE_SAMPLES // 2) if camera else None
        self._at += SLICE_SAMPLES
        return LivePiece(pcm, row if voiced.speaking else None, self._accent(pcm), picture)

    # ---- inside --------------------------------------------------------------------------------------------

    def _hear(self, at: int) -> tuple[Signal, Signal]:
        """The Slice that begins at `at` and what follows it, in -1..1, holes faded in and out."""
        pcm, there = self.feed.sound(at - _FADE, _FADE + SLICE_SAMPLES + AHEAD_SAMPLES + _FADE)
        signal: Signal = (pcm / np.float32(32768)).astype(np.float32)
        if not there.all():
            if not there[_FADE : _FADE + SLICE_SAMPLES].all():
                self.holes += 1
            signal *= _around_holes(there)
        signal = signal[_FADE:-_FADE]
        return signal[:SLICE_SAMPLES], signal[SLICE_SAMPLES:]

    def _mouth(self) -> NDArray[np.float32] | None:
        """The row of this Slice; the one before where it can't be known yet."""
        front = self.feed.front or 0
        until = min(self._at + MOUTH_AHEAD, max(self._fed, front))
        pcm, there = self.feed.sound(self._fed, until - self._fed)
        if not there.all():
            hole = int(there.argmin())
            if front - (self._fed + hole) < _OUT_OF_ORDER:
                pcm = pcm[:hole]
        self._fed += pcm.size
        raised = np.clip(pcm * np.float32(self._voice.gain), -32768, 32767).astype(np.int16)
        rows = self._listener.feed(raised)
        wanted, self._owed = self._owed, self._owed + 1 - len(rows)
        if len(rows):
            self._row = rows[min(wanted, len(rows) - 1)]
        return self._row

    def _accent(self, pcm: Pcm) -> float:
        """Level above the voice's own mean, 6 dB counting as full."""
        level = level_db(pcm)
        if not self._speaking:
            return 0.0
        self._mean_db = level if self._mean_db == SILENCE_DB else self._mean_db + 0.03 * (level - self._mean_db)
        return float(np.clip((level - self._mean_db) / 6.0, 0.0, 1.0))

    def _steer(self) -> None:
        """Keep the distance to the newest sample: move when it has been wrong for long, or is far wrong now."""
        front = self.feed.front or 0
        slack = front - (self._at + MOUTH_AHEAD)
        comes, self._front = front > self._front, front
        self._starved = self._starved + 1 if slack < -MOUTH_AHEAD else 0
        if self._starved:
            self._slacks.clear()  # a stall says nothing about how late packets usually are
            if self._starved >= _STALE_SLICES and comes:  # the sender's clock stood still while it paused
                self._go(front - MOUTH_AHEAD - MARGIN)
            return
        self._slacks.append(slack)
        if slack + MOUTH_AHEAD > MOST_BEHIND:
            self._move(slack - MARGIN)
        elif len(self._slacks) == _WINDOW_SLICES and not self._speaking:
            self._settle()

    def _settle(self) -> None:
        """Move to where the packets of the last seconds would have come in time, but for a few."""
        usual, least, most = sorted(self._slacks)[_LATE_SLICES], min(self._slacks), max(self._slacks)
        spare = least + MOUTH_AHEAD - SLICE_SAMPLES - _SOUND_MARGIN
        forwards = min(usual - MARGIN, spare)
        if forwards > _EXCESS:
            self._move(forwards)
        elif usual < 0 or spare < 0:
            self._move(max(min(usual - MARGIN, spare), most + MOUTH_AHEAD - MOST_BEHIND))

    def _move(self, samples: int) -> None:
        """Go forwards (what lies between is left out) or, below zero, backwards (it is heard again)."""
        if samples:
            self._go(self._at + samples)
            self.moved += 1

    def _go(self, at: int) -> None:
        self._at = self._fed = at
        self._owed, self._row = 0, None
        self._listener.restart()
        self._slacks.clear()


def _around_holes(there: NDArray[np.bool_]) -> Signal:
    """Gain that is 0 in holes and rises over 5 ms on both sides of them."""
    places = np.arange(there.size)
    last = np.maximum.accumulate(np.where(there, -_FADE, places))
    following = np.minimum.accumulate(np.where(there, there.size + _FADE, places)[::-1])[::-1]
    distance = np.minimum(places - last, following - places)
    return np.clip(distance / _FADE, 0.0, 1.0).astype(np.float32)
