"""A room whose adapter can't be used goes without it, and the reason is told."""

from pathlib import Path

import pytest
from pydantic import HttpUrl

from dialogue.llm.adapter import adapter_fault, fitting
from dialogue.settings import LlamaCppSettings, OpenAiSettings, TransformersSettings

Settings = LlamaCppSettings | TransformersSettings


@pytest.mark.parametrize("kind", [LlamaCppSettings, TransformersSettings])
def test_without_an_adapter_nothing_is_looked_for(kind: type[Settings]) -> None:
    settings = kind(model="/nowhere.gguf")
    assert fitting(settings) == (settings, None)


def test_an_endpoint_has_none() -> None:
    assert adapter_fault(OpenAiSettings(url=HttpUrl("http://127.0.0.1:1/v1"), model="m")) is None


@pytest.mark.parametrize("kind", [LlamaCppSettings, TransformersSettings])
@pytest.mark.parametrize(
    ("files", "code"),
    [
        (None, "adapter-missing"),
        ({}, "adapter-missing"),
        ({"adapter.gguf": b"GGUF", "adapter_model.safetensors": b"\0" * 4}, "adapter-unreadable"),
    ],
)
def test_what_cannot_be_used_is_left_out_with_the_reason(
    files: dict[str, bytes] | None, code: str, kind: type[Settings], tmp_path: Path
) -> None:
    folder = tmp_path / "adapter"
    if files is not None:
        folder.mkdir()
        for name, content in {"adapter_config.json": b"{}", **files}.items():
            (folder / name).write_bytes(content)
    without, fault = fitting(kind(adapter=str(folder)))
    assert without == kind()
    assert fault is not None
    assert fault.code == code
    assert str(folder) in str(fault)
