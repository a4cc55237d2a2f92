"""Who is on air: the AI host, a person's voice, or a person's voice and picture. Pure logic: the time is passed in."""

from dataclasses import dataclass

from render.contract import LiveMode

PICTURE_PATIENCE_S = 2.0
"""How long a takeover by camera waits for the first picture before it begins with the voice alone."""
MISSING_S = 10.0
"""How long a takeover waits for any sound before it is given up."""
_STEADY_S = 0.5
"""Pictures must come for so long before the programme cuts back to a camera that had stopped."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What holds for one Slice."""

    mode: LiveMode
    """What is heard and seen in it, and what its label says."""
    changed: bool = False
    """The mode is another than in the Slice before."""
    break_off: bool = False
    """The Line being heard is to end in it: the person comes next."""
    leaving: bool = False
    """The person's last Slice: it fades."""
    given_up: bool = False
    """The person is lost, or never came: nobody is wanted live any more."""
    fault: tuple[str, str] | None = None
    """Code and message for the operator."""


@dataclass(slots=True)
class LiveSwitch:
    """Decides from Slice to Slice. A change waits until what is on air has faded, so that nothing clicks."""

    mode: LiveMode = LiveMode.NONE
    _wanted: LiveMode = LiveMode.NONE
    _wanted_since: float = 0.0
    _leaving: bool = False
    _pictures_since: float | None = None

    def decide(self, now: float, wanted: LiveMode, *, sound: bool, picture: bool, line: bool) -> Turn:
        """What holds for the Slice that is made at `now` (seconds on any clock that does not go back).

        `sound` and `picture` tell whether the person's are coming in, `line` whether a Line is being heard.
        """
        withdrawn = wanted is LiveMode.NONE and self._wanted is not LiveMode.NONE
        if wanted is not self._wanted:
            self._wanted, self._wanted_since = wanted, now
        if not picture:
            self._pictures_since = None
        elif self._pictures_since is None:
            self._pictures_since = now
        if self._leaving:
            self._leaving = False
            if self._wanted is LiveMode.NONE:
                return self._go(LiveMode.NONE)
        if self.mode is LiveMode.NONE:
            if withdrawn:  # told although nothing was heard: whoever asked for it knows that it is over
                return self._go(LiveMode.NONE)
            return self._off_air(now, sound, picture, line)
        return self._on_air(now, sound, picture)

    def _off_air(self, now: float, sound: bool, picture: bool, line: bool) -> Turn:
        waited = now - self._wanted_since
        if self._wanted is LiveMode.NONE:
            return Turn(LiveMode.NONE)
        if not sound:
            if waited < MISSING_S:
                return Turn(LiveMode.NONE)
            message = f"no sound came from the microphone within {MISSING_S:.0f} s: the AI host goes on"
            return self._give_up("live-missing", message)
        camera = self._wanted is LiveMode.CAMERA
        if camera and not picture and waited < PICTURE_PATIENCE_S:
            return Turn(LiveMode.NONE)
        if line:
            return Turn(LiveMode.NONE, break_off=True)
        if camera and not picture:
            message = "no picture came from the camera: the avatar is shown, with the person's voice"
            return self._go(LiveMode.VOICE, ("camera-missing", message))
        return self._go(self._wanted)

    def _on_air(self, now: float, sound: bool, picture: bool) -> Turn:
        if self._wanted is LiveMode.NONE:
            self._leaving = True
            return Turn(self.mode, leaving=True)
        if not sound:
            message = "the person's sound stopped (connection or microphone lost): the AI host goes on"
            return self._give_up("live-lost", message)
        if self.mode is LiveMode.CAMERA and not picture:
            message = "the camera's picture stands still: the avatar is shown, with the person's voice"
            return self._go(LiveMode.VOICE, ("camera-frozen", message))
        if self.mode is LiveMode.CAMERA and self._wanted is LiveMode.VOICE:
            return self._go(LiveMode.VOICE)
        if self.mode is LiveMode.VOICE and self._wanted is LiveMode.CAMERA and self._steady(now):
            return self._go(LiveMode.CAMERA)
        return Turn(self.mode)

    def _steady(self, now: float) -> bool:
        return self._pictures_since is not None and now - self._pictures_since >= _STEADY_S

    def _go(self, mode: LiveMode, fault: tuple[str, str] | None = None) -> Turn:
        self.mode = mode
        return Turn(mode, changed=True, fault=fault)

    def _give_up(self, code: str, message: str) -> Turn:
        self.mode = self._wanted = LiveMode.NONE
        return Turn(LiveMode.NONE, changed=True, given_up=True, fault=(code, message))
