"""What the director is told, and what it asks for."""

from collections.abc import Sequence
from dataclasses import dataclass

from dialogue.contract import Comment, Fate
from dialogue.waiting import Topic, Worth
from render.contract import Line, ShowEvent

# ---- what happens ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Accepted:
    """A comment has come in; `objection` says why it will not be answered."""

    comment: Comment
    worth: Worth
    objection: str | None = None
    write: bool = False
    """To be answered in writing: no voice here reads its language."""
    topic: Topic = Topic()


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The stage gave these pitch Lines back."""

    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class PitchDropped:
    """A pitch Line will not be heard; `failed` if the voice could not say it."""

    line: Line
    failed: bool


@dataclass(frozen=True, slots=True)
class ReplyLine:
    """A Line of a reply is on its way."""

    line: Line


@dataclass(frozen=True, slots=True)
class ReplyLineDropped:
    """A Line of a reply will not be heard."""

    line: Line


@dataclass(frozen=True, slots=True)
class ReplyDone:
    """All Lines of a reply are on their way; `silent` if the voice failed and the answer is to be given in writing."""

    reply: str
    silent: bool = False


@dataclass(frozen=True, slots=True)
class NewEpoch:
    """The host was interrupted: whatever was queued is gone."""


@dataclass(frozen=True, slots=True)
class Started:
    """The show is live."""


@dataclass(frozen=True, slots=True)
class Closing:
    """The show ends: nothing new is begun."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""


DirectorEvent = (
    Accepted
    | Withdrawn
    | PitchDropped
    | ReplyLine
    | ReplyLineDropped
    | ReplyDone
    | NewEpoch
    | Started
    | Closing
    | Tick
    | ShowEvent
)

# ---- what is to be done ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Speak:
    """Say a pitch Line."""

    line: Line


@dataclass(frozen=True, slots=True)
class WithdrawPitch:
    """Take back what is queued of the presentation."""


@dataclass(frozen=True, slots=True)
class BeginReply:
    """Answer a comment aloud."""

    comment: Comment
    reply: str
    also: int
    """How many others asked the same."""
    worth: Worth
    on_show: str | None


@dataclass(frozen=True, slots=True)
class StopReply:
    """Give up what is left of a reply."""

    reply: str


@dataclass(frozen=True, slots=True)
class Write:
    """Answer a comment in writing, and decide it so."""

    comment: Comment
    reason: str
    on_show: str | None


@dataclass(frozen=True, slots=True)
class Decide:
    """A comment has met its fate."""

    comment: Comment
    fate: Fate
    reason: str = ""
    into: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """Turn the host's gaze."""

    target: str


Action = Speak | WithdrawPitch | BeginReply | StopReply | Write | Decide | Look
