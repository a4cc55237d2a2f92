"""The parts of a room at each depth of replay, opened and closed together."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

from dialogue.contract import LLM, Embedder, ModelError
from dialogue.embedding import WorkshopEmbedder
from dialogue.llm import llm_name, open_llm, resolve
from dialogue.llm.adapter import fitting, has_adapter
from dialogue.llm.weights import weights_path
from dialogue.llm.workshop_llm import WorkshopLlm
from dialogue.mind import THREADS, Mind
from dialogue.room_content import RoomContent
from dialogue.settings import LlamaCppSettings
from render.contract import Voice, VoiceError
from render.settings import languages_of
from render.voices import open_voice
from render.workshop import Workshop, WorkshopError
from server.configuration import RoomConfig
from server.replay.distant import DistantEmbedder, DistantLlm, DistantVoice
from server.replay.rehearsal import Parts
from server.replay.timed_voice import TimedVoice
from server.replay.virtual_loop import Elsewhere

log = logging.getLogger(__name__)

_OPENING_S = 120.0
_CLOSING_S = 10.0


class StudioUnusable(Exception):
    """The models or the voice could not be loaded; the message says which, why and what to do."""


@dataclass(slots=True)
class _Models:
    llm: LLM | None
    embedder: Embedder
    mind: Workshop
    taught: bool


@contextmanager
def open_parts(
    config: RoomConfig,
    content: RoomContent,
    *,
    models: bool,
    real_voice: bool,
    say: Callable[[str], None],
) -> Iterator[Parts]:
    """Load what a depth needs; raises `StudioUnusable`.

    Without `models` answers are made from facts by rule alone; without `real_voice` speech has its length and no sound.
    """
    with ExitStack() as stack:
        llm: LLM | None = None
        embedder: Embedder | None = None
        taught = False
        voice: Voice = TimedVoice(languages_of(config.voice))
        if models or real_voice:
            elsewhere = Elsewhere()
            stack.callback(elsewhere.close)
            try:
                if models:
                    say("loading the models")
                    opened = elsewhere.begin(_open_models(config)).result(_OPENING_S)
                    stack.callback(_ended, lambda: elsewhere.begin(_close_models(opened)))
                    llm = DistantLlm(opened.llm, elsewhere) if opened.llm is not None else None
                    embedder = DistantEmbedder(opened.embedder, elsewhere)
                    taught = opened.taught
                if real_voice:
                    say("loading the voice")
                    spoken = elsewhere.begin(open_voice(config.voice)).result(_OPENING_S)
                    stack.callback(_ended, lambda: elsewhere.begin(spoken.close()))
                    voice = DistantVoice(spoken, elsewhere)
            except (ModelError, VoiceError, WorkshopError) as error:
                raise StudioUnusable(str(error)) from error
        yield Parts(content, config, voice, llm, embedder, taught=taught)


def _ended(begin: Callable[[], "Future[None]"]) -> None:
    with suppress(TimeoutError):
        begin().result(_CLOSING_S)


async def _open_models(config: RoomConfig) -> _Models:
    """Language model and embeddings; replay hears nothing, so that model stays unloaded."""
    chosen, unfit = fitting(resolve(config.llm))
    if unfit is not None:
        log.warning("replaying without the adapter: %s", unfit)
    in_mind = chosen if isinstance(chosen, LlamaCppSettings) else None
    mind = await Workshop.start("mind", Mind, in_mind, config.embedding, config.hearing, niceness=0, threads=THREADS)
    try:
        loading = [mind.call("load", "embedder")] + ([mind.call("load", "llm")] if in_mind else [])
        await asyncio.gather(*loading)
        llm: LLM
        if in_mind:
            llm = WorkshopLlm(mind, llm_name(in_mind.backend, weights_path(in_mind.model)), owns_shop=False)
        else:
            llm = await open_llm(chosen)
    except BaseException:
        await mind.close()
        raise
    return _Models(llm, WorkshopEmbedder(mind, config.embedding, owns_shop=False), mind, has_adapter(chosen))


async def _close_models(models: _Models) -> None:
    if models.llm is not None:
        await models.llm.close()
    await models.embedder.close()
    await models.mind.close()
