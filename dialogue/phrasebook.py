"""Chooses among wordings so that the same thing is not said twice in the same words."""

import random
from collections import OrderedDict
from collections.abc import Sequence

_MOST_KEYS = 4096


class Phrasebook:
    """Remembers what has been said in the show; least-used wordings come first, in an order that the seed decides."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._used: OrderedDict[str, int] = OrderedDict()
        self._last: OrderedDict[str, str] = OrderedDict()

    def choose(self, key: str, options: Sequence[str]) -> str:
        """One of the options: among those used least under this key, never the last one again if there is another."""
        if not options:
            raise ValueError(f"no wording for {key}")
        last = self._last.get(key)
        open_to = [o for o in options if o != last] or list(options)
        fewest = min(self._used.get(f"{key}\0{o}", 0) for o in open_to)
        chosen = self._random.choice([o for o in open_to if self._used.get(f"{key}\0{o}", 0) == fewest])
        self._count(f"{key}\0{chosen}")
        self._last[key] = chosen
        self._last.move_to_end(key)
        while len(self._last) > _MOST_KEYS:
            self._last.popitem(last=False)
        return chosen

    def said(self, text: str) -> int:
        """How often a whole text has been said."""
        return self._used.get(f"\1{text}", 0)

    def note(self, text: str) -> None:
        """A whole text has been said."""
        self._count(f"\1{text}")

    def chance(self, probability: float) -> bool:
        """True with a probability, by the seed."""
        return self._random.random() < probability

    def _count(self, key: str) -> None:
        self._used[key] = self._used.get(key, 0) + 1
        self._used.move_to_end(key)
        while len(self._used) > 4 * _MOST_KEYS:
            self._used.popitem(last=False)
