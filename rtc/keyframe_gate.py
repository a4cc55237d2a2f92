"""When the next picture has to be a key frame: many ask, few are made."""

import threading


class KeyframeGate:
    """Joins requests for key frames into at most one per `least_gap_s`; the time is passed in.

    Asked from the event loop, answered on the playout thread. A request that comes while a key frame is on its way, made
    but not yet sent, is served by that one.
    """

    def __init__(self, least_gap_s: float = 0.3) -> None:
        self._least_gap_s = least_gap_s
        self._lock = threading.Lock()
        self._wanted = False
        self._on_their_way = 0
        self._last_made: float | None = None

    def request(self) -> None:
        """Somebody needs a key frame."""
        with self._lock:
            self._wanted = self._wanted or not self._on_their_way

    @property
    def wanted(self) -> bool:
        return self._wanted

    def due(self, now: float) -> bool:
        """Whether the picture about to be coded should be a key frame."""
        with self._lock:
            rested = self._last_made is None or now - self._last_made >= self._least_gap_s
            return self._wanted and rested

    def made(self, now: float) -> None:
        """A key frame has been coded, asked for or not."""
        with self._lock:
            self._wanted = False
            self._last_made = now
            self._on_their_way += 1

    def sent(self) -> None:
        """A key frame that was made has gone to the viewers."""
        with self._lock:
            self._on_their_way = max(0, self._on_their_way - 1)
