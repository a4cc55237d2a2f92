"""Who may be heard: what a room blocks, what comes too often, what many paste at once. Pure: time is passed in."""

from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import Final, TypeVar

from dialogue.block_list import BlockList
from dialogue.contract import Comment
from dialogue.language import comparable, has_han
from dialogue.safety import GIVES_ORDERS, PUT_ANOTHER_WAY, insults, objection

SUSPECT_S: Final = 600.0
"""A viewer who gave the host orders is answered in writing only for so long."""
RAID_VIEWERS: Final = 6
RAID_S: Final = 12.0
"""So many viewers with one text within so many seconds are a raid."""
REPEATS: Final = 3
REPEAT_S: Final = 60.0
"""So often a viewer may write the same within so many seconds."""
_RAID_LATIN_CHARS: Final = 16
_RAID_HAN_CHARS: Final = 6
"""Shorter texts come from many people without anybody having arranged it: hello, 666, first."""
_MOST_TEXTS: Final = 1024
_MOST_VIEWERS: Final = 10_000
RAIDED: Final = "Many people are sending these very words at once."
REPEATED: Final = "You have written that a few times; the host has seen it."
BLOCKED: Final = "This is not talked about in this room."
SUSPECT: Final = "Orders were given to the host before, so the answer is written."


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may happen with a comment; at most one of the three is set."""

    declined: str = ""
    """Why it is not answered, for its author."""
    held: str = ""
    """Why a person has to look at it first; unseen, it is declined with this."""
    written: str = ""
    """Why it is answered in writing only."""
    raid: bool = False
    """The same text may have been let through before it was known to be a raid."""


FINE: Final = Verdict()


_Key = TypeVar("_Key")
_Kept = TypeVar("_Kept")


class Moderator:
    """Judges the comments of one room in the order in which they come."""

    def __init__(self, blocked: BlockList | None = None) -> None:
        self._blocked = blocked or BlockList()
        self._senders: OrderedDict[str, OrderedDict[str, float]] = OrderedDict()
        """Of each text the viewers who sent it, and when."""
        self._own: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()
        self._suspects: OrderedDict[str, float] = OrderedDict()

    def judge(self, comment: Comment, now: float, *, answered: bool) -> Verdict:
        """Decide on a comment; `answered` says that facts of the shop answer it or that it reports trouble.

        However many ask how much the kettle is, and in the same words: that is no raid, it is a question.
        """
        viewer, text = comment.viewer.casefold(), comparable(comment.text)
        blocked = self._blocked
        if blocked.blocks_viewer(comment.viewer):
            return Verdict(declined=BLOCKED)
        declined = objection(comment.viewer, comment.text, allowed=blocked.allowed)
        if declined == GIVES_ORDERS:
            self._suspects[viewer] = now
            self._suspects.move_to_end(viewer)
            _bounded(self._suspects, _MOST_VIEWERS)
        if declined is not None:
            return Verdict(declined=declined)
        if blocked.found(comment.text) is not None or blocked.found(comment.viewer) is not None:
            return Verdict(declined=BLOCKED)
        if self._repeats(viewer, text, now):
            return Verdict(declined=REPEATED)
        if self._raids(viewer, text, now) and not answered:
            return Verdict(declined=RAIDED, raid=True)
        if not answered and insults(comment.text):
            return Verdict(held=PUT_ANOTHER_WAY)
        if now - self._suspects.get(viewer, -SUSPECT_S) < SUSPECT_S:
            return Verdict(written=SUSPECT)
        return FINE

    def suspected(self, viewer: str, now: float) -> bool:
        """Whether a viewer gave the host orders not long ago."""
        return now - self._suspects.get(viewer.casefold(), -SUSPECT_S) < SUSPECT_S

    def _repeats(self, viewer: str, text: str, now: float) -> bool:
        times = self._own.setdefault((viewer, text), deque(maxlen=REPEATS))
        self._own.move_to_end((viewer, text))
        _bounded(self._own, _MOST_VIEWERS)
        full = len(times) == REPEATS and now - times[0] < REPEAT_S
        times.append(now)
        return full

    def _raids(self, viewer: str, text: str, now: float) -> bool:
        if len(text.replace(" ", "")) < (_RAID_HAN_CHARS if has_han(text) else _RAID_LATIN_CHARS):
            return False
        senders = self._senders.setdefault(text, OrderedDict())
        self._senders.move_to_end(text)
        _bounded(self._senders, _MOST_TEXTS)
        senders[viewer] = now
        senders.move_to_end(viewer)
        while now - next(iter(senders.values())) > RAID_S:
            senders.popitem(last=False)
        _bounded(senders, RAID_VIEWERS)
        return len(senders) >= RAID_VIEWERS


def _bounded(kept: OrderedDict[_Key, _Kept], most: int) -> None:
    while len(kept) > most:
        kept.popitem(last=False)
