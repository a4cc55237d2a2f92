"""llama.cpp, inside the process that it is given: load once, then one reply at a time."""

import contextlib
import ctypes
import importlib
import queue
import secrets
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from dialogue.contract import Message, ModelError
from dialogue.llm.adapter import check_gguf, find_adapter
from dialogue.llm.merged import merged_weights
from dialogue.llm.stop_scanner import StopScanner
from dialogue.llm.weights import weights_path
from dialogue.openmp import let_openmp_sleep
from dialogue.settings import LlamaCppSettings

_PROMPT_BATCH_TOKENS = 64
"""A generation can be stopped between two batches of its prompt; 64 tokens take about 0.4 s on one core."""

_PROMPT_CACHE_MIB = 128
"""Prompts kept beside the current one: SmolLM2-135M needs 23 KiB a token, so that a room's few system prompts fit."""

_PIECES_BOUND = 32
"""Pieces between llama.cpp and the reader; when full, llama.cpp waits."""

_HEARTBEAT_S = 0.05

_Item = str | ModelError | None


class LlamaEngine:
    """Blocking interface to one loaded model; raises `ModelError` where the model can't be loaded."""

    def __init__(self, settings: LlamaCppSettings) -> None:
        path = weights_path(settings.model)
        if not path.is_file():
            raise ModelError("model-missing", f"{path} is not a file; llama.cpp reads a .gguf file")
        let_openmp_sleep()
        xllamacpp = _native_library()
        params = xllamacpp.CommonParams()
        params.model.path = str(path)
        params.model_alias = {path.stem}
        params.n_ctx = settings.context
        params.n_parallel = 1
        params.n_batch = _PROMPT_BATCH_TOKENS
        params.n_ubatch = _PROMPT_BATCH_TOKENS
        params.cpuparams.n_threads = settings.threads
        params.cpuparams_batch.n_threads = settings.threads
        if settings.adapter:
            adapter = check_gguf(find_adapter(settings.adapter), settings.model)
            if (merged := merged_weights(path, adapter)) is not None:
                params.model.path = str(merged)
            else:
                lora = xllamacpp.CommonAdapterLoraInfo()
                lora.path = str(adapter)
                lora.scale = 1.0
                params.lora_adapters = [lora]
        params.cache_ram_mib = _PROMPT_CACHE_MIB
        params.verbosity = -1
        params.ui = False
        params.offline = True
        params.n_threads_http = 1
        # The server inside also listens on a free loopback port; a key that nobody knows shuts it.
        params.hostnames = ["127.0.0.1"]
        params.api_keys = [secrets.token_urlsafe(32)]
        try:
            self._server = xllamacpp.Server(params)
        except RuntimeError as error:
            beside = f" with the adapter {settings.adapter}" if settings.adapter else ""
            raise ModelError("model-unreadable", f"llama.cpp can't load {path}{beside}: {error}") from error
        self.name = f"llama.cpp:{path.stem}"
        self._busy = threading.Lock()

    def stream(
        self, messages: list[Message], max_tokens: int, temperature: float, seed: int, stop: tuple[str, ...]
    ) -> Iterator[str]:
        """Yield pieces; empty ones are heartbeats, at which the reader may close the generator.

        Closing returns once llama.cpp has really stopped: after the current token, or the current batch of the prompt.
        """
        request = {
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            "max_tokens": max_tokens,
            "temperature": temperature,
            "top_p": 0.95,
            "seed": seed,
            "stop": list(stop),
            "stream": True,
            "cache_prompt": True,
            "return_progress": True,  # a callback between the batches of a prompt, at which it can be stopped
        }
        with self._busy:
            yield from self._pieces(request, StopScanner(stop))

    def _pieces(self, request: dict[str, Any], scanner: StopScanner) -> Iterator[str]:
        pieces: queue.Queue[_Item] = queue.Queue(_PIECES_BOUND)
        cancelled = threading.Event()

        def put(item: _Item) -> None:
            while not cancelled.is_set():
                with contextlib.suppress(queue.Full):
                    pieces.put(item, timeout=_HEARTBEAT_S)
                    return

        def feed(chunk: dict[str, Any]) -> bool:
            """Take a chunk from llama.cpp; True makes it stop."""
            if (error := chunk.get("error")) is not None:
                put(_fault(error))
            else:
                for choice in chunk.get("choices", ()):
                    if text := choice.get("delta", {}).get("content"):
                        put(text)
            return cancelled.is_set()

        def generate() -> None:
            try:
                self._server.handle_chat_completions(request, feed)
            except Exception as error:  # whatever the native side raises belongs to the reader
                put(ModelError("model-failed", f"llama.cpp: {error}"))
            put(None)

        worker = threading.Thread(target=generate, name="llama-generate", daemon=True)
        worker.start()
        try:
            while not scanner.stopped:
                try:
                    item = pieces.get(timeout=_HEARTBEAT_S)
                except queue.Empty:
                    yield ""
                    continue
                if item is None:
                    break
                if isinstance(item, ModelError):
                    raise item
                if text := scanner.feed(item):
                    yield text
            if rest := scanner.end():
                yield rest
        finally:
            cancelled.set()
            worker.join()

    def close(self) -> None:
        """Free the model."""
        self._server = None


def _native_library() -> ModuleType:
    """Import llama.cpp's binding, which is wanted only in the model's own process.

    It needs the system's OpenMP (``libgomp.so.1``), which slim images lack; PyTorch brings a copy.
    """
    try:
        return importlib.import_module("xllamacpp")
    except ImportError as error:
        spec = find_spec("torch")
        copies = [Path(folder) / "lib" / "libgomp.so.1" for folder in (spec and spec.submodule_search_locations) or []]
        if "libgomp" not in str(error) or not any(copy.is_file() for copy in copies):
            raise ModelError("model-library-missing", f"llama.cpp (xllamacpp) can't be loaded: {error}") from error
        ctypes.CDLL(str(copies[0]), mode=ctypes.RTLD_GLOBAL)
        return importlib.import_module("xllamacpp")


def _fault(error: Any) -> ModelError:
    kind = error.get("type", "") if isinstance(error, dict) else ""
    message = error.get("message", "") if isinstance(error, dict) else str(error)
    code = "prompt-too-long" if kind == "exceed_context_size_error" else "model-failed"
    return ModelError(code, f"llama.cpp: {message}")
