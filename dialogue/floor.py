"""What the director is told, and what it asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

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
    written_because: str = ""
    """Another reason for answering it in writing only."""
    held_for: str = ""
    """Why a person has to look at it first."""
    raid: bool = False
    """Many are pasting these words; what says the same and waits goes too."""
    ready_at: float = 0.0
    """Not to be chosen before: the model is just reading it."""


@dataclass(frozen=True, slots=True)
class Read:
    """The model has read a comment: what it asks is known better."""

    comment: Comment
    worth: Worth
    topic: Topic
    vector: NDArray[np.float32]
    """Its query embedding, unit length."""
    held_for: str = ""
    """Why a person has to look at it first."""


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
class Repriced:
    """The price of a product has changed: what tells the old one must not be begun."""

    sku: str


@dataclass(frozen=True, slots=True)
class PromotionMoved:
    """A promotion has come into another state: what tells of the last one must not be begun."""

    fact: str
    """The name of what is told about it, without the state: ``promotion/friday``."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""


# ---- what a person orders --------------------------------------------------------------------------------


class When(StrEnum):
    """When a person's words are said."""

    NOW = "now"
    """The Line being heard breaks off after a word."""
    SENTENCE = "sentence"
    """After the Line being heard."""
    PRODUCT = "product"
    """When the present segment ends."""


@dataclass(frozen=True, slots=True)
class Rest:
    """The host ends its sentence and begins nothing; `hand_over`: it does not go on with an answer either."""

    hand_over: bool = False


@dataclass(frozen=True, slots=True)
class GoOn:
    """The host leads again."""


@dataclass(frozen=True, slots=True)
class AnswerNext:
    """This comment comes before all others; with `text` it is answered in these words."""

    comment: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Withhold:
    """This comment waits until a person lets it through; `held` False lets it wait like the others again."""

    comment: str
    held: bool = True


@dataclass(frozen=True, slots=True)
class Approve:
    """This comment may be answered aloud, with `text` in these words."""

    comment: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Settle:
    """A person decides the fate of a comment that waits."""

    comment: str
    fate: Fate
    reason: str = ""
    into: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Blocked:
    """Nothing is taken from this viewer any more."""

    viewer: str


@dataclass(frozen=True, slots=True)
class ToNext:
    """On to the next segment."""


@dataclass(frozen=True, slots=True)
class ToPrevious:
    """Back to the segment before."""


@dataclass(frozen=True, slots=True)
class GoTo:
    """To this product or segment (its sku, or its id)."""

    target: str
    pin: bool = False
    """And stay there."""


@dataclass(frozen=True, slots=True)
class Unpin:
    """The show goes on from the pinned product."""


@dataclass(frozen=True, slots=True)
class PersonSays:
    """A person's words, to be said by the host."""

    lines: tuple[Line, ...]
    when: When


@dataclass(frozen=True, slots=True)
class LineDropped:
    """A person took back a Line that had not begun; it is neither said again nor replaced."""

    line: Line


DirectorEvent = (
    Accepted
    | Read
    | Withdrawn
    | PitchDropped
    | ReplyLine
    | ReplyLineDropped
    | ReplyDone
    | NewEpoch
    | Started
    | Closing
    | Tick
    | Repriced
    | PromotionMoved
    | ShowEvent
    | Rest
    | GoOn
    | AnswerNext
    | Withhold
    | Approve
    | Settle
    | Blocked
    | ToNext
    | ToPrevious
    | GoTo
    | Unpin
    | PersonSays
    | LineDropped
)

# ---- what is to be done ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Speak:
    """Say a pitch Line."""

    line: Line


@dataclass(frozen=True, slots=True)
class Announce:
    """Start a promotion of the room: its words in the rundown have begun."""

    promotion: str


@dataclass(frozen=True, slots=True)
class WithdrawPitch:
    """Take back what is queued of the presentation, but for the Lines of one sentence (their `reply`)."""

    keep: str | None = None


@dataclass(frozen=True, slots=True)
class BeginReply:
    """Answer a comment aloud."""

    comment: Comment
    reply: str
    also: int
    """How many others asked the same."""
    worth: Worth
    on_show: str | None
    text: str | None = None
    """What is answered, word for word; a person wrote or approved it."""


@dataclass(frozen=True, slots=True)
class StopReply:
    """Give up what is left of a reply, also what waits on the stage."""

    reply: str


@dataclass(frozen=True, slots=True)
class SayForPerson:
    """Say a person's words; `first`: ahead of all that waits."""

    lines: tuple[Line, ...]
    first: bool = False


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
    text: str | None = None
    """What it is answered in writing."""


@dataclass(frozen=True, slots=True)
class Look:
    """Turn the host's gaze."""

    target: str


Action = Speak | Announce | WithdrawPitch | BeginReply | StopReply | SayForPerson | Write | Decide | Look
