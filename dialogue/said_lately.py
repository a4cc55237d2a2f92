"""When whole sentences were said last, so that none is heard twice in a while and the longest unheard comes first."""

from collections import OrderedDict
from typing import Final

WHILE_S: Final = 30 * 60.0
_REMEMBERED_S: Final = 4 * 3600.0
_MOST: Final = 4096


class SaidLately:
    """Remembers sentences for four hours, 4,096 of them at most."""

    def __init__(self) -> None:
        self._at: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._at)

    def note(self, sentence: str, now: float) -> None:
        """It is being said."""
        self._at[sentence] = now
        self._at.move_to_end(sentence)
        while len(self._at) > _MOST or next(iter(self._at.values())) < now - _REMEMBERED_S:
            self._at.popitem(last=False)

    def fresh(self, sentence: str, now: float, *, part: float = 1.0) -> bool:
        """Whether it has not been said for half an hour, or for that part of it."""
        at = self._at.get(sentence)
        return at is None or now - at >= part * WHILE_S

    def last(self, sentence: str) -> float:
        """When it was said last; minus infinity if that is not known."""
        return self._at.get(sentence, float("-inf"))
