"""Who leads the show at this moment: the host by itself, or a person."""

from collections import OrderedDict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from render.contract import Emotion

_MOST_BLOCKED: Final = 1000


class TakeoverMode(StrEnum):
    """How a person has taken the show over."""

    NONE = "none"
    TEXT = "text"
    """The host says what the person writes."""
    MICROPHONE = "microphone"
    CAMERA = "camera"


@dataclass(frozen=True, slots=True)
class Takeover:
    """Who has taken over, how, and since when on the show clock."""

    mode: TakeoverMode = TakeoverMode.NONE
    by: str | None = None
    since: float | None = None


@dataclass(slots=True)
class Reins:
    """What persons have ordered and not taken back; the director reads it, the desk writes it."""

    paused: bool = False
    stopped: bool = False
    muted: bool = False
    approval: bool = False
    """Comments are answered aloud only once a person has approved them."""
    takeover: Takeover = Takeover()
    emotion: Emotion | None = None
    energy: float | None = None
    _blocked: OrderedDict[str, str] = field(default_factory=OrderedDict)

    @property
    def free(self) -> bool:
        """Whether the host presents and chooses comments by itself."""
        return not self.paused and self.may_speak and self.takeover.mode is TakeoverMode.NONE

    @property
    def may_speak(self) -> bool:
        """Whether the host's own voice may be heard: not after STOP, nor while a person speaks in its place."""
        return not self.stopped and not self.live

    @property
    def live(self) -> bool:
        """Whether a person speaks in the host's place."""
        return self.takeover.mode in (TakeoverMode.MICROPHONE, TakeoverMode.CAMERA)

    def block(self, viewer: str, by: str) -> None:
        """Take nothing from this viewer any more; past a thousand names the first is forgotten."""
        self._blocked[viewer.casefold()] = by
        if len(self._blocked) > _MOST_BLOCKED:
            self._blocked.popitem(last=False)

    def unblock(self, viewer: str) -> bool:
        """Let the viewer in again; False if he was not blocked."""
        return self._blocked.pop(viewer.casefold(), None) is not None

    def is_blocked(self, viewer: str) -> bool:
        """Whether nothing is taken from this viewer."""
        return viewer.casefold() in self._blocked

    @property
    def blocked(self) -> tuple[str, ...]:
        """The names (in small letters), the first blocked first."""
        return tuple(self._blocked)
