"""The course of one answer: which of its Lines are on their way, what was heard, and what becomes of its comment if nothing was."""

from dataclasses import dataclass, field

from dialogue.floor import Action
from dialogue.waiting import Waiting
from render.contract import Line, LineEnded, LineKind


@dataclass(slots=True)
class ReplyCourse:
    """Pure: time is passed in."""

    id: str
    entry: Waiting
    progress_at: float
    """When something of it was last known to go on."""
    heard: bool = False
    """A Line of the answer itself was heard to its end."""
    done: bool = False
    """All its Lines are on their way."""
    back: bool = False
    """If nothing of the answer is heard the comment waits again: a person has taken the floor."""
    otherwise: Action | None = None
    """If nothing of the answer is heard, this is the comment's end: a person has decided so."""
    prices: set[str] = field(default_factory=set)
    """Skus of the products whose price it tells."""
    facts: set[str] = field(default_factory=set)
    """Names of all that it tells."""
    _lines: set[str] = field(default_factory=set)
    """On their way, not yet over."""
    _playing: str | None = None

    def is_mine(self, line: Line) -> bool:
        """Whether a Line belongs to it."""
        return line.reply == self.id

    def sent(self, line: Line, now: float) -> None:
        """A Line of it is on its way."""
        self._lines.add(line.id)
        self.facts |= set(line.facts)
        self.prices |= {sku for name in line.facts if (sku := _priced(name))}
        self.progress_at = now

    def started(self, line: Line, now: float) -> None:
        """A Line of it is heard."""
        self.progress_at, self._playing = now, line.id

    def ended(self, event: LineEnded, now: float) -> None:
        """A Line of it is over."""
        self._lines.discard(event.line.id)
        self.progress_at, self._playing = now, None
        self.heard = self.heard or (event.line.kind is not LineKind.READBACK and not event.interrupted)

    def gone(self, line: str) -> None:
        """A Line will not be heard."""
        self._lines.discard(line)

    def give_up(self) -> None:
        """Nothing more of it is begun; it ends with the Line being heard."""
        self.done = True
        self._lines &= {self._playing} if self._playing is not None else set()

    def is_over(self) -> bool:
        """Whether all its Lines are over."""
        return self.done and not self._lines


def _priced(fact: str) -> str:
    """The sku in the name of a price, ``catalogue/RB-10.price``; empty for other facts."""
    name, _, field_ = fact.removeprefix("catalogue/").rpartition(".")
    return name if field_ in ("price", "list_price") else ""
