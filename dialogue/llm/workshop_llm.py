"""An engine that lives in a Workshop, seen from the event loop as an `LLM`."""

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import cast

from dialogue.contract import Message, ModelError
from dialogue.llm.turnstile import Turnstile
from render.workshop import Workshop, WorkshopError

_WAITING_BOUND = 4


class WorkshopLlm:
    """One generation at a time; up to four wait, the next gets a `ModelError` with code ``model-busy``."""

    def __init__(self, shop: Workshop, name: str, *, method: str = "stream", owns_shop: bool = True) -> None:
        self._shop = shop
        self._name = name
        self._method = method
        self._owns_shop = owns_shop
        self._turnstile = Turnstile(1, _WAITING_BOUND, what=name)

    @property
    def name(self) -> str:
        return self._name

    @property
    def pid(self) -> int | None:
        """The process that the model runs in."""
        return self._shop.pid

    async def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        seed: int = 0,
        stop: Sequence[str] = (),
    ) -> AsyncIterator[str]:
        """Yield the reply piece by piece; raises `ModelError`."""
        async with self._turnstile.turn():
            answers = self._shop.stream(self._method, list(messages), max_tokens, temperature, seed, tuple(stop))
            pieces = cast(AsyncGenerator[str, None], answers)
            try:
                async with contextlib.aclosing(pieces):
                    async for piece in pieces:
                        if piece:
                            yield piece
            except WorkshopError as error:
                raise ModelError(error.code, str(error)) from error

    async def close(self) -> None:
        """Stop the model's process, if it is this model's alone."""
        if self._owns_shop:
            await self._shop.close()
