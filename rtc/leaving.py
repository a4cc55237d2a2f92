"""When pictures really left: the gaps between them, as a viewer would see them."""

from __future__ import annotations

from collections import deque


class Leaving:
    """The moments at which the last pictures left; used on the event loop's thread, times in seconds of one clock."""

    def __init__(self, window_s: float = 10.0) -> None:
        self._window_s = window_s
        self._last: float | None = None
        self._gaps: deque[tuple[float, float]] = deque(maxlen=1024)
        """When each gap ended, and how long it was."""

    def left(self, now: float) -> None:
        """A picture leaves."""
        if self._last is not None:
            self._gaps.append((now, now - self._last))
        self._last = now

    def rest(self) -> None:
        """Nobody watches: what follows is no gap."""
        self._last = None

    def longest_ms(self, now: float) -> float:
        """The longest gap of the last seconds, the one that lasts still included; 0 where nothing leaves."""
        while self._gaps and self._gaps[0][0] < now - self._window_s:
            self._gaps.popleft()
        longest = max((gap for _, gap in self._gaps), default=0.0)
        if self._last is not None:
            longest = max(longest, now - self._last)
        return longest * 1000
