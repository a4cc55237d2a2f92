"""All models of a room's dialogue: started together, warmed up, closed together."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from dialogue.contract import LLM, Embedder, Hearing, Message, ModelError
from dialogue.embedding import WorkshopEmbedder
from dialogue.hearing import WorkshopHearing
from dialogue.llm import llm_name, open_llm, resolve
from dialogue.llm.adapter import fitting, has_adapter
from dialogue.llm.weights import weights_path
from dialogue.llm.workshop_llm import WorkshopLlm
from dialogue.mind import THREADS, Mind
from dialogue.settings import EmbeddingSettings, HearingSettings, LlamaCppSettings, LlmSettings, OpenAiSettings
from render.workshop import Workshop, WorkshopError

_NICENESS = 10

Progress = Callable[[str], None]
_Opened = TypeVar("_Opened")


@dataclass(frozen=True, slots=True)
class Models:
    """The models, ready to be used. Create with `await Models.start(...)`, end with `await models.close()`."""

    llm: LLM
    embedder: Embedder
    hearing: Hearing
    pids: tuple[int, ...]
    """The processes that they run in, as they were at the start."""
    _mind: Workshop
    taught: bool = False
    """The language model has the adapter that the room names: it is prompted as `dialogue.taught_prompt` says."""
    adapter_fault: ModelError | None = None
    """Why the room runs without the adapter that it names."""

    @classmethod
    async def start(
        cls,
        llm: LlmSettings,
        embedding: EmbeddingSettings,
        hearing: HearingSettings,
        on_progress: Progress,
        *,
        vocabulary: Iterable[str] = (),
    ) -> "Models":
        """Load all models at once and use each one time, so that the first viewer does not wait for it.

        `vocabulary` are words that viewers are likely to say (product names, the most important first). `on_progress` is
        told a sentence as each model gets ready. An endpoint is not asked anything yet. An adapter that can't be used is left out
        (`adapter_fault`). Raises `ModelError`, with everything closed again.
        """
        chosen, unfit = await asyncio.to_thread(fitting, resolve(llm))
        if unfit is not None:
            on_progress(f"running without the adapter: {unfit}")
        in_mind = chosen if isinstance(chosen, LlamaCppSettings) else None
        if in_mind:
            weights_path(in_mind.model)  # told before a process is started
        began = time.perf_counter()
        on_progress("starting the models")
        mind = await _mind(in_mind, embedding, hearing)
        language_model: LLM | None = None

        async def open_language_model() -> LLM:
            nonlocal language_model
            if in_mind:
                await _load(mind, "llm")
                name = llm_name(in_mind.backend, weights_path(in_mind.model))
                language_model = WorkshopLlm(mind, name, owns_shop=False)
            else:
                language_model = await open_llm(chosen)
            if not isinstance(chosen, OpenAiSettings):
                await prime(language_model, [Message("user", "Hello")])
            return language_model

        async def open_embedder() -> Embedder:
            await _load(mind, "embedder")
            embedder = WorkshopEmbedder(mind, embedding, owns_shop=False)
            await embedder.embed(["hello"], query=True)
            return embedder

        async def open_hearing() -> Hearing:
            await _load(mind, "hearing")
            return WorkshopHearing(mind, vocabulary=vocabulary, owns_shop=False)

        async def told(what: str, opening: Awaitable[_Opened]) -> _Opened:
            opened = await opening
            on_progress(f"{what} ready after {time.perf_counter() - began:.1f} s")
            return opened

        try:
            async with asyncio.TaskGroup() as group:
                llm_task = group.create_task(told("language model", open_language_model()))
                embedder_task = group.create_task(told("embedding model", open_embedder()))
                hearing_task = group.create_task(told("hearing model", open_hearing()))
        except BaseException as trouble:
            if language_model is not None:
                await language_model.close()
            await mind.close()
            if isinstance(trouble, BaseExceptionGroup) and isinstance(trouble.exceptions[0], ModelError):
                raise trouble.exceptions[0] from trouble
            raise
        opened = llm_task.result()
        pids = [mind.pid, opened.pid if isinstance(opened, WorkshopLlm) else None]
        return cls(
            opened,
            embedder_task.result(),
            hearing_task.result(),
            tuple(dict.fromkeys(pid for pid in pids if pid is not None)),
            mind,
            taught=has_adapter(chosen),
            adapter_fault=unfit,
        )

    async def close(self) -> None:
        """Stop all models and their processes."""
        await self.llm.close()
        await self.embedder.close()
        await self.hearing.close()
        await self._mind.close()


async def prime(llm: LLM, messages: list[Message]) -> None:
    """Let a model read a prompt that many replies will begin with, so that the first reply need not wait for it.

    A room's persona of 500 tokens costs three seconds on one core when it is read for the first time and next to nothing
    after that. Raises `ModelError`.
    """
    async for _ in llm.stream(messages, max_tokens=1):
        pass


async def _mind(llm: LlamaCppSettings | None, embedding: EmbeddingSettings, hearing: HearingSettings) -> Workshop:
    try:
        return await Workshop.start("mind", Mind, llm, embedding, hearing, niceness=_NICENESS, threads=THREADS)
    except WorkshopError as error:
        raise ModelError(error.code, str(error)) from error


async def _load(mind: Workshop, part: str) -> None:
    try:
        await mind.call("load", part)
    except WorkshopError as error:
        raise ModelError(error.code, str(error)) from error
