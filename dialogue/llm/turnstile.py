"""Lets a bounded number of generations through at once, and a bounded number wait."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from dialogue.contract import ModelError


class Turnstile:
    """`capacity` may be inside, `waiting` may queue in order of arrival; the next one is turned away."""

    def __init__(self, capacity: int, waiting: int, *, what: str) -> None:
        self._semaphore = asyncio.Semaphore(capacity)
        self._waiting_bound = waiting
        self._waiting = 0
        self._what = what

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn; raises `ModelError` with code ``model-busy`` when the queue is full."""
        if self._semaphore.locked():
            if self._waiting >= self._waiting_bound:
                raise ModelError("model-busy", f"{self._what} is busy and {self._waiting} more are waiting already")
            self._waiting += 1
            try:
                await self._semaphore.acquire()
            finally:
                self._waiting -= 1
        else:
            await self._semaphore.acquire()
        try:
            yield
        finally:
            self._semaphore.release()
