"""Opening language models: what is chosen, and what is said when it can't be."""

import asyncio
from pathlib import Path

import pytest
from pydantic import HttpUrl, ValidationError

import dialogue.llm
from dialogue.contract import Message, ModelError
from dialogue.llm import llm_name, open_llm, resolve
from dialogue.llm.weights import weights_path
from dialogue.settings import LLM_SETTINGS, AutoLlmSettings, LlamaCppSettings, OpenAiSettings, TransformersSettings


def test_auto_means_llama_cpp_without_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogue.llm, "_has_gpu", lambda: False)
    assert resolve(AutoLlmSettings(threads=3, context=512)) == LlamaCppSettings(threads=3, context=512)


def test_auto_means_transformers_with_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogue.llm, "_has_gpu", lambda: True)
    assert resolve(AutoLlmSettings(model="/models/big.gguf")) == TransformersSettings(
        model="/models/big.gguf", threads=1
    )


def test_a_back_end_that_is_named_is_the_one_that_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogue.llm, "_has_gpu", lambda: True)
    assert resolve(LlamaCppSettings()) == LlamaCppSettings()


def test_settings_are_told_apart_by_their_back_end() -> None:
    read = LLM_SETTINGS.validate_python({"backend": "openai", "url": "http://127.0.0.1:1/v1", "model": "m"})
    assert isinstance(read, OpenAiSettings)
    assert isinstance(LLM_SETTINGS.validate_python({"backend": "llama.cpp"}), LlamaCppSettings)


@pytest.mark.parametrize(
    "wrong",
    [
        {"backend": "gpt"},
        {"backend": "llama.cpp", "modle": "x"},
        {"backend": "llama.cpp", "threads": 0},
        {"backend": "openai", "model": "m"},
        {"backend": "openai", "url": "file:///etc/passwd", "model": "m"},
        {"backend": "openai", "url": "http://h/v1", "model": "m", "key_env": "sk-12-34"},
        {"backend": "openai", "url": "http://h/v1", "model": "m", "timeout_s": 0},
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        LLM_SETTINGS.validate_python(wrong)


def test_the_packaged_weights_are_found_without_importing_their_package() -> None:
    assert weights_path("packaged").stat().st_size > 50_000_000


def test_a_model_is_named_after_its_file() -> None:
    assert llm_name("llama.cpp", Path("/m/Qwen2.5-3B.Q4.gguf")) == "llama.cpp:Qwen2.5-3B.Q4"
    assert llm_name("transformers", Path("/m/Qwen2.5-3B")) == "transformers:Qwen2.5-3B"


@pytest.mark.parametrize("kind", [LlamaCppSettings, TransformersSettings])
async def test_a_missing_model_is_told(kind: type[LlamaCppSettings] | type[TransformersSettings]) -> None:
    with pytest.raises(ModelError, match="no language model at /nowhere/model.gguf") as caught:
        await open_llm(kind(model="/nowhere/model.gguf"))
    assert caught.value.code == "model-missing"


async def test_a_folder_is_no_model_for_llama_cpp(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not a file") as caught:
        await open_llm(LlamaCppSettings(model=str(tmp_path)))
    assert caught.value.code == "model-missing"


@pytest.mark.models
@pytest.mark.parametrize("kind", [LlamaCppSettings, TransformersSettings])
async def test_a_file_that_is_no_model_is_told(
    kind: type[LlamaCppSettings] | type[TransformersSettings], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + bytes(200))
    with pytest.raises(ModelError, match=r"broken\.gguf") as caught:
        await open_llm(kind(model=str(broken)))
    assert caught.value.code == "model-unreadable"


async def test_a_key_that_is_not_set_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOP_LLM_KEY", raising=False)
    settings = OpenAiSettings(url=HttpUrl("http://127.0.0.1:9/v1"), model="m", key_env="SHOP_LLM_KEY")
    with pytest.raises(ModelError, match="SHOP_LLM_KEY") as caught:
        await open_llm(settings)
    assert caught.value.code == "endpoint-key-missing"


@pytest.mark.models
async def test_the_sixth_generation_at_once_is_turned_away() -> None:
    llm = await open_llm(LlamaCppSettings())
    prompt = [Message("user", "Tell me a long story.")]
    streams = [llm.stream(prompt, max_tokens=200) for _ in range(5)]
    tasks = [asyncio.ensure_future(anext(aiter(stream))) for stream in streams]
    await tasks[0]
    with pytest.raises(ModelError) as caught:
        await anext(aiter(llm.stream(prompt, max_tokens=5)))
    assert caught.value.code == "model-busy"
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await llm.close()
