"""What persons did to the show, in order: so that the second one sees what the first one did. Pure."""

from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import Any, Final

from dialogue.steering.refusal import SteeringRefused

MOST_SHOWN: Final = 50
_MOST_THINGS: Final = 1024
"""Things whose last change is remembered; the one that was changed longest ago is forgotten first."""


@dataclass(frozen=True, slots=True)
class Deed:
    """An order that was carried out."""

    revision: int
    by: str
    action: str
    target: str
    at: float
    before: Any
    after: Any


class Journal:
    """Counts the orders and knows who changed which thing last."""

    def __init__(self) -> None:
        self.revision = 0
        self._recent: deque[Deed] = deque(maxlen=MOST_SHOWN)
        self._last: OrderedDict[str, Deed] = OrderedDict()

    @property
    def recent(self) -> tuple[Deed, ...]:
        """The last orders, the newest first."""
        return tuple(reversed(self._recent))

    def require_unchanged(self, thing: str, by: str, seen: int | None, now: float) -> None:
        """Raise `SteeringRefused` if somebody else changed the thing after the revision that this person had `seen`."""
        last = self._last.get(thing)
        if seen is None or last is None or last.revision <= seen or last.by == by:
            return
        ago = max(0.0, now - last.at)
        message = (
            f"{last.by} did '{last.action}' to this {_ago(ago)}, which you had not seen yet. Look again, then decide."
        )
        raise SteeringRefused("conflict", 409, message)

    def note(
        self,
        by: str,
        action: str,
        target: str,
        now: float,
        before: Any = None,
        after: Any = None,
        *,
        thing: str | None = None,
    ) -> Deed:
        """Enter an order that was carried out; `thing` is what it changed, where that is not the target itself."""
        self.revision += 1
        deed = Deed(self.revision, by, action, target, now, before, after)
        self._recent.append(deed)
        changed = thing if thing is not None else target
        self._last[changed] = deed
        self._last.move_to_end(changed)
        while len(self._last) > _MOST_THINGS:
            self._last.popitem(last=False)
        return deed


def _ago(seconds: float) -> str:
    return (
        "just now"
        if seconds < 2
        else f"{seconds:.0f} seconds ago"
        if seconds < 120
        else f"{seconds / 60:.0f} minutes ago"
    )
