"""How far a room's start has come: which parts are loading, which are ready."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Protocol


class ProgressSink(Protocol):
    """Whoever shows progress to a person."""

    def begun(self, part: str) -> None: ...
    def ready(self, part: str, seconds: float) -> None: ...
    def said(self, sentence: str) -> None: ...


class Progress:
    """The parts of one room's start; `clock` gives monotonic seconds."""

    def __init__(self, clock: Callable[[], float], sink: ProgressSink | None = None) -> None:
        self._clock = clock
        self._sink = sink
        self._loading: list[str] = []

    @property
    def loading(self) -> list[str]:
        """Parts that have begun to load and are not ready."""
        return list(self._loading)

    def say(self, sentence: str) -> None:
        """Pass on what a part says of its own progress."""
        if self._sink is not None:
            self._sink.said(sentence)

    @contextlib.contextmanager
    def step(self, part: str) -> Iterator[None]:
        """Mark a part as loading for as long as the block runs; ready when it ends without an error."""
        began = self._clock()
        self._loading.append(part)
        if self._sink is not None:
            self._sink.begun(part)
        try:
            yield
            if self._sink is not None:
                self._sink.ready(part, self._clock() - began)
        finally:
            self._loading.remove(part)
