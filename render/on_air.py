"""What each Slice holds apart from its drawing: Lines, a person who is live, or nothing while the show is held."""

import threading
from dataclasses import dataclass
from typing import Final

import numpy as np

from render.contract import LiveChanged, LiveMode, RenderFault, ShowEvent
from render.live_input import LiveInput
from render.live_switch import LiveSwitch, Turn
from render.outgoing import Outgoing, fade_in, fade_out
from render.playlist import Beat, Playlist
from rtc.contract import SLICE_SAMPLES, SLICE_SECONDS, LivePicture

_CHANGE_S: Final = 4.0
"""How long a person on the air may be silent while their new connection is being made."""
_SILENCE: Final = np.zeros(SLICE_SAMPLES, np.int16)


@dataclass(frozen=True, slots=True)
class Airing:
    """One Slice without its drawing."""

    beat: Beat
    """Its samples are those that leave: faded, muted."""
    mode: LiveMode
    picture: LivePicture | None
    """The person's, while the mode is CAMERA."""
    speaking: bool
    """Somebody is heard: a Line, or the person."""
    changed: bool
    """It must be drawn, however late it is: the label says another thing than before."""


class OnAir:
    """Puts Lines, a person and silence into one order. `advance` belongs to the playout thread, the rest to any.

    `lock` guards the playlist.
    """

    def __init__(self, playlist: Playlist, lock: threading.Lock) -> None:
        self._playlist = playlist
        self._lock = lock
        self._switch = LiveSwitch()
        self._outgoing = Outgoing()
        self._wanted = LiveMode.NONE
        self._asks = 0
        self._live: LiveInput | None = None
        self._coming: LiveInput | None = None
        self._coming_since: tuple[LiveInput, float] | None = None
        self._entering = False
        self._faded = False
        """The person was faded out in the Slice before."""
        self._held = False
        self._muted = False

    # ---- any thread ----------------------------------------------------------------------------------------

    @property
    def mode(self) -> LiveMode:
        """What is on air now."""
        return self._switch.mode

    @property
    def wanted(self) -> LiveMode:
        """What is to be on air as soon as its sound and picture are there."""
        return self._wanted

    @property
    def level_db(self) -> float:
        return self._outgoing.level_db

    def mute(self, muted: bool) -> None:
        self._muted = muted

    def hold(self, held: bool) -> None:
        """Break off the Line being heard, and let nothing be heard until it is let go."""
        self._held = held

    def take(self, live: LiveInput) -> None:
        """Use this person's feed, once its sound comes in; until then that of whoever was there before."""
        self._coming = live

    def go_live(self, mode: LiveMode) -> None:
        with self._lock:
            self._wanted = mode
            self._asks += 1

    # ---- the playout thread ----------------------------------------------------------------------------------

    def advance(self, index: int, now: float) -> Airing:
        """The Slice that begins at ``index * 0.04`` s on the show clock, made at `now` (`time.monotonic()`)."""
        at = index * SLICE_SECONDS
        live, held, silent = self._newest(now), self._held, self._held or self._muted
        with self._lock:
            asks, wanted, line = self._asks, self._wanted, self._playlist.current is not None
        sound = live is not None and (live.has_sound(now) or self._changes(now))
        picture = live is not None and live.has_picture(now)
        turn = self._switch.decide(now, wanted, sound=sound, picture=picture, line=line)
        events = self._report(turn, at)
        if turn.given_up:
            with self._lock:
                if asks == self._asks:  # nobody has asked anew meanwhile
                    self._wanted = LiveMode.NONE
        if turn.changed and turn.mode is LiveMode.NONE:
            with self._lock:
                self._playlist.breathe()
        if turn.mode is LiveMode.NONE or live is None:
            self._entering = True
            beat, shown = self._lines(index, turn, held), None
        else:
            beat, shown = self._person(live, turn)
        beat = Beat(
            self._outgoing.send(beat.pcm, silent=silent),
            None if held else beat.mouth,
            beat.accent,
            beat.line,
            beat.word,
            (*events, *beat.events),
            beat.caption,
            beat.dressing,
        )
        speaking = beat.line is not None or (turn.mode is not LiveMode.NONE and beat.mouth is not None)
        return Airing(beat, turn.mode, shown, speaking, turn.changed)

    def _newest(self, now: float) -> LiveInput | None:
        coming = self._coming
        if coming is not None and coming is not self._live and (self._live is None or coming.has_sound(now)):
            self._live, self._entering = coming, True
        return self._live

    def _changes(self, now: float) -> bool:
        """Whether the person on the air changes from one connection to another."""
        coming = self._coming
        if self._switch.mode is LiveMode.NONE or coming is None or coming is self._live:
            return False
        if self._coming_since is None or self._coming_since[0] is not coming:
            self._coming_since = (coming, now)
        return now - self._coming_since[1] < _CHANGE_S

    def _lines(self, index: int, turn: Turn, held: bool) -> Beat:
        with self._lock:
            if held or turn.break_off:
                self._playlist.break_off()
            if held and self._playlist.current is None:
                self._playlist.breathe()
                return Beat(_SILENCE, None, 0.0, None, None, ())
            return self._playlist.advance(index)

    def _person(self, live: LiveInput, turn: Turn) -> tuple[Beat, LivePicture | None]:
        if self._entering:
            live.begin()
        piece = live.next(camera=turn.mode is LiveMode.CAMERA)
        pcm = fade_in(piece.pcm) if self._entering or self._faded else piece.pcm
        if turn.leaving:
            pcm = fade_out(pcm)
        self._entering, self._faded = False, turn.leaving
        return Beat(pcm, piece.mouth, piece.accent, None, None, ()), piece.picture

    def _report(self, turn: Turn, at: float) -> tuple[ShowEvent, ...]:
        events: list[ShowEvent] = []
        if turn.changed:
            events.append(LiveChanged(at, turn.mode))
        if turn.fault is not None:
            events.append(RenderFault(at, *turn.fault))
        return tuple(events)
