"""When viewers are told aloud that the host is an AI: at the start, every ten minutes, and when many have come in. Pure."""

import re
from typing import Final

EVERY_S: Final = 600.0
FOR_NEWCOMERS_S: Final = 240.0
_SAYS_SO = re.compile(r"\bAI\b|digital double|数字人|数字分身|人工智能")


class Disclosure:
    """Remembers when it was said last."""

    def __init__(self) -> None:
        self._at: float | None = None

    def heard(self, text: str, now: float) -> None:
        """Something is being said; if it tells what the host is, that counts."""
        if self.discloses(text):
            self._at = now

    def due(self, now: float) -> bool:
        """Whether it is time to say so again."""
        return self._at is None or now - self._at >= EVERY_S

    def due_for_newcomers(self, now: float) -> bool:
        """Whether it should be said to people who have just come in."""
        return self._at is None or now - self._at >= FOR_NEWCOMERS_S

    @staticmethod
    def discloses(text: str) -> bool:
        """Whether a text says that the host is an AI."""
        return _SAYS_SO.search(text) is not None
