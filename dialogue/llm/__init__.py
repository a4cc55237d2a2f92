"""The language model behind the host's words: one protocol, three back ends."""

import ctypes
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from dialogue.contract import LLM, ModelError
from dialogue.llm.llama_cpp import LlamaEngine
from dialogue.llm.openai_endpoint import OpenAiEndpoint
from dialogue.llm.transformers_llm import TransformersEngine
from dialogue.llm.weights import weights_path
from dialogue.llm.workshop_llm import WorkshopLlm
from dialogue.settings import AutoLlmSettings, LlamaCppSettings, LlmSettings, OpenAiSettings, TransformersSettings
from render.workshop import Workshop, WorkshopError

__all__ = ["llm_name", "open_llm", "resolve"]

_NICENESS = 10


async def open_llm(settings: LlmSettings) -> LLM:
    """Start the language model that `settings` name, in a process of its own where it runs here.

    Raises `ModelError` with code ``model-missing``, ``model-unreadable``, ``model-library-missing``,
    ``model-device-missing`` or ``endpoint-key-missing``.
    """
    chosen = resolve(settings)
    if isinstance(chosen, OpenAiSettings):
        return OpenAiEndpoint.open(chosen)
    path = weights_path(chosen.model)  # told before a process is started
    engine = LlamaEngine if isinstance(chosen, LlamaCppSettings) else TransformersEngine
    try:
        shop = await Workshop.start("llm", engine, chosen, niceness=_NICENESS)
    except WorkshopError as error:
        raise ModelError(error.code, str(error)) from error
    return WorkshopLlm(shop, llm_name(chosen.backend, path))


def resolve(settings: LlmSettings) -> LlamaCppSettings | TransformersSettings | OpenAiSettings:
    """Decide what ``auto`` means on this machine."""
    if not isinstance(settings, AutoLlmSettings):
        return settings
    shared = settings.model_dump(exclude={"backend"})
    return TransformersSettings(**shared) if _has_gpu() else LlamaCppSettings(**shared)


def llm_name(backend: str, path: Path) -> str:
    """What logs and events call a model: ``llama.cpp:SmolLM2-135M-Instruct.Q4_1``."""
    return f"{backend}:{path.stem if path.suffix == '.gguf' else path.name}"


def _has_gpu() -> bool:
    """Whether PyTorch would find an NVIDIA GPU, without importing it (2 s, 200 MB) into the show's process."""
    try:
        if version("torch").endswith("+cpu"):
            return False
        driver = ctypes.CDLL("libcuda.so.1")
    except (PackageNotFoundError, OSError):
        return False
    count = ctypes.c_int(0)
    return driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0 and count.value > 0
