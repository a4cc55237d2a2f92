"""What every order of a person needs: the parts that it moves, and the journal in which it is entered."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from dialogue.director import Director
from dialogue.floor import DirectorEvent
from dialogue.steering.chronicle import Chronicle
from dialogue.steering.journal import Journal
from dialogue.steering.lectern import Lectern
from dialogue.steering.refusal import SteeringRefused
from dialogue.steering.reins import Reins
from dialogue.steering.statements import Statements

_MOST_AUTHORS: Final = 256


@dataclass(frozen=True, slots=True)
class Hands:
    """Used on the event loop's thread only."""

    director: Director
    lectern: Lectern
    reins: Reins
    statements: Statements
    tell_director: Callable[[DirectorEvent], None]
    clock: Callable[[], float]
    emit: Callable[[str, Mapping[str, Any], bool], None]
    """Takes an event's type, its data, and whether viewers may see it."""
    journal: Journal = field(default_factory=Journal)
    chronicle: Chronicle = field(default_factory=Chronicle)
    _authors: OrderedDict[str, str] = field(default_factory=OrderedDict)

    def require_unchanged(self, thing: str, by: str, seen: int | None) -> None:
        """Raise `SteeringRefused` (409) if another person changed the thing after `seen`."""
        self.journal.require_unchanged(thing, by, seen, self.clock())

    def done(
        self, by: str, action: str, target: str, before: Any = None, after: Any = None, *, thing: str | None = None
    ) -> int:
        """Enter an order that was carried out, tell the log, and return the desk's revision.

        `thing` is what others may not change unseen, where it is more than the target.
        """
        deed = self.journal.note(by, action, target, self.clock(), before, after, thing=thing)
        data = {"by": by, "action": action, "target": target, "before": before, "after": after}
        self.emit("desk.action", {**data, "revision": deed.revision}, False)
        return deed.revision

    def wrote(self, by: str, line: str) -> None:
        """Remember whose words a Line holds."""
        self._authors[line] = by
        if len(self._authors) > _MOST_AUTHORS:
            self._authors.popitem(last=False)

    def author(self, line: str) -> str | None:
        """Whose words a Line holds; None for the host's own."""
        return self._authors.get(line)

    def require_voice(self) -> None:
        """Raise `SteeringRefused` (409) while the host's voice can't be heard."""
        if self.reins.stopped:
            raise SteeringRefused("stopped", 409, "The show is stopped. Start it again first.")
        if self.reins.live:
            message = f"{self.reins.takeover.by} is on the air in the host's place. Give back first."
            raise SteeringRefused("live", 409, message)
