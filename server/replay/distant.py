"""Models and voices in real time, used from virtual time: each answer takes as long as its kind takes, not as this machine took.

The work itself is waited for while virtual time stands still (`server.replay.virtual_loop`); then virtual time passes by
a modelled duration, the same on every machine.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from dialogue.contract import LLM, Embedder, Message
from render.contract import Emotion, Speech, Voice
from rtc.contract import SAMPLE_RATE
from server.replay.virtual_loop import Elsewhere

# What tests/bench/models.py measured for the packaged models on two cores.
FIRST_TOKEN_S: Final = 0.25
TOKEN_S: Final = 0.014
EMBEDDING_S: Final = 0.05
EMBEDDING_EACH_S: Final = 0.011
VOICE_S: Final = 0.06
VOICE_PER_SECOND: Final = 0.08


class DistantLlm:
    """Implements `dialogue.contract.LLM` by asking one elsewhere."""

    def __init__(self, llm: LLM, elsewhere: Elsewhere) -> None:
        self._llm = llm
        self._elsewhere = elsewhere

    @property
    def name(self) -> str:
        return self._llm.name

    async def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        seed: int = 0,
        stop: Sequence[str] = (),
    ) -> AsyncIterator[str]:
        """The model's pieces at the pace of the packaged model."""
        there = self._llm.stream(messages, max_tokens=max_tokens, temperature=temperature, seed=seed, stop=stop)
        pieces = cast(AsyncGenerator[str, None], there)
        wait_s = FIRST_TOKEN_S
        try:
            while True:
                piece = await self._elsewhere.ask(_next(pieces))
                if piece is None:
                    return
                await asyncio.sleep(wait_s)
                wait_s = TOKEN_S
                yield piece
        finally:
            self._elsewhere.begin(_closed(pieces))

    async def close(self) -> None:
        """Whoever opened the model closes it."""


async def _next(pieces: AsyncGenerator[str, None]) -> str | None:
    return await anext(pieces, None)


async def _closed(pieces: AsyncGenerator[str, None]) -> None:
    async with aclosing(pieces):
        pass


class DistantEmbedder:
    """Implements `dialogue.contract.Embedder` by asking one elsewhere."""

    def __init__(self, embedder: Embedder, elsewhere: Elsewhere) -> None:
        self._embedder = embedder
        self._elsewhere = elsewhere

    async def embed(self, texts: Sequence[str], *, query: bool) -> NDArray[np.float32]:
        """As the embedder's own."""
        vectors = await self._elsewhere.ask(_embedded(self._embedder, list(texts), query))
        await asyncio.sleep(EMBEDDING_S + EMBEDDING_EACH_S * max(0, len(texts) - 1))
        return vectors

    async def close(self) -> None:
        """Whoever opened the model closes it."""


async def _embedded(embedder: Embedder, texts: Sequence[str], query: bool) -> NDArray[np.float32]:
    return await embedder.embed(texts, query=query)


class DistantVoice:
    """Implements `render.contract.Voice` by asking one elsewhere."""

    def __init__(self, voice: Voice, elsewhere: Elsewhere) -> None:
        self.name = voice.name
        self.languages = voice.languages
        self._voice = voice
        self._elsewhere = elsewhere

    async def speak(self, text: str, *, language: str, emotion: Emotion, energy: float) -> Speech:
        """What the voice says, after the time that the packaged voice works on it."""
        speech = await self._elsewhere.ask(_spoken(self._voice, text, language, emotion, energy))
        await asyncio.sleep(VOICE_S + VOICE_PER_SECOND * len(speech.pcm) / SAMPLE_RATE)
        return speech

    async def close(self) -> None:
        """Whoever opened the voice closes it."""


async def _spoken(voice: Voice, text: str, language: str, emotion: Emotion, energy: float) -> Speech:
    return await voice.speak(text, language=language, emotion=emotion, energy=energy)
