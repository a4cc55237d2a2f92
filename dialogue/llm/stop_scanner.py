"""Ends a stream of text at the first stop string, even one that is split over pieces."""

from collections.abc import Sequence


class StopScanner:
    """Feed pieces; get back what may be shown. Text that could begin a stop string is held until it is decided."""

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(stop for stop in stops if stop)
        self._held = ""
        self.stopped = False

    def feed(self, piece: str) -> str:
        """Return the text that is certain to come before any stop string."""
        if self.stopped:
            return ""
        text = self._held + piece
        hits = [at for stop in self._stops if (at := text.find(stop)) >= 0]
        if hits:
            self.stopped = True
            self._held = ""
            return text[: min(hits)]
        keep = max((_overlap(text, stop) for stop in self._stops), default=0)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]

    def end(self) -> str:
        """Return what was held, now that no more text will come."""
        held, self._held = self._held, ""
        return "" if self.stopped else held


def _overlap(text: str, stop: str) -> int:
    """Length of the longest end of `text` that begins `stop`, shorter than `stop` itself."""
    for length in range(min(len(text), len(stop) - 1), 0, -1):
        if text.endswith(stop[:length]):
            return length
    return 0
