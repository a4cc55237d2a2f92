"""Viewers who say that sound or picture fail: one has a bad line, several at once mean that the show has a fault."""

from collections import OrderedDict
from typing import Final

from dialogue.asking import SECTION_RULES
from dialogue.language import comparable, simplified

WINDOW_S: Final = 20.0
VIEWERS: Final = 3
"""So many different viewers within the window raise the alarm."""
QUIET_S: Final = 60.0
"""After an alarm the next one waits so long."""
_MOST: Final = 256


class TroubleWatch:
    """Listens to comments; pure."""

    def __init__(self) -> None:
        self._told: OrderedDict[str, tuple[float, str]] = OrderedDict()
        self._known: OrderedDict[str, None] = OrderedDict()
        """Words that were taken for trouble though no rule knows them, in comparable form."""
        self._alarmed_at = -QUIET_S

    def heard(self, viewer: str, text: str, now: float, *, sure: bool = False) -> tuple[str, ...]:
        """Take in a comment; returns what was said (one text a viewer) if it raises the alarm, else nothing.

        `sure` says that it reports trouble, whatever its words: then they do from anybody else.
        """
        words = comparable(text)
        if sure:
            self._known[words] = None
            while len(self._known) > _MOST:
                self._known.popitem(last=False)
        elif words not in self._known and SECTION_RULES["trouble"].search(simplified(text)) is None:
            return ()
        self._told[viewer.casefold()] = (now, text)
        self._told.move_to_end(viewer.casefold())
        while self._told and (len(self._told) > _MOST or next(iter(self._told.values()))[0] < now - WINDOW_S):
            self._told.popitem(last=False)
        if len(self._told) < VIEWERS or now - self._alarmed_at < QUIET_S:
            return ()
        self._alarmed_at = now
        return tuple(text for _, text in self._told.values())
