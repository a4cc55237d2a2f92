"""Reads comments with the embedding model, a few at a time, off the way by which they come in."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from dialogue.contract import Comment, ModelError
from dialogue.retrieval import Retriever, Understood

BATCH: Final = 4
"""Comments a call: some 45 ms of work in the model's process, so that the question being answered never waits long."""
MOST_WAITING: Final = 64
"""Comments not read yet; with one more the oldest is left to what the rules made of it."""
REST: Final = 1.0
"""After each call the model rests as long as it worked, times this: a flood takes half of its process at most."""
_AFTER_FAILURE_S: Final = 5.0


class Understanding:
    """Takes comments in order; what the model makes of each goes to `tell`, on the event loop's thread.

    `fault` is told code and message when the model fails; it is asked again after a while, and rules serve meanwhile.
    """

    def __init__(
        self,
        retriever: Retriever,
        tell: Callable[[Comment, Understood], None],
        fault: Callable[[str, str], None],
        clock: Callable[[], float],
    ) -> None:
        self._retriever = retriever
        self._tell = tell
        self._fault = fault
        self._clock = clock
        self._waiting: deque[tuple[Comment, str | None]] = deque()
        self._wake = asyncio.Event()
        self.read = 0
        """Comments that the model has read."""
        self.left = 0
        """Comments that were left to the rules because too many came at once."""

    def offer(self, comment: Comment, on_show: str | None) -> None:
        """Have a comment read when its turn comes; `on_show` is what viewers saw when it was written."""
        if not self._retriever.understands:
            return
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.popleft()
            self.left += 1
        self._waiting.append((comment, on_show))
        self._wake.set()

    async def run(self) -> None:
        """Read until cancelled."""
        while True:
            while not self._waiting:
                self._wake.clear()
                await self._wake.wait()
            taken = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            begun = self._clock()
            try:
                await self._read(taken)
            except ModelError as error:
                self._fault(error.code, str(error))
                await asyncio.sleep(_AFTER_FAILURE_S)
            else:
                await asyncio.sleep(REST * max(0.0, self._clock() - begun))

    async def _read(self, taken: Sequence[tuple[Comment, str | None]]) -> None:
        understood = await self._retriever.understand([(comment.text, on_show) for comment, on_show in taken])
        for (comment, _), one in zip(taken, understood, strict=True):
            self.read += 1
            self._tell(comment, one)
