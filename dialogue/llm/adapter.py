"""A LoRA adapter beside the language model's weights: found, and checked against the base that it was trained on."""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from dialogue.contract import ModelError
from dialogue.llm.weights import weights_path
from dialogue.settings import LlamaCppSettings, OpenAiSettings, TransformersSettings

Chosen = LlamaCppSettings | TransformersSettings | OpenAiSettings
GGUF_NAME: Final = "adapter.gguf"
SAFETENSORS_NAME: Final = "adapter_model.safetensors"
CONFIG_NAME: Final = "adapter_config.json"
DIGEST_KEY: Final = "talkback.base.sha256"
PACKAGED_FOLDER: Final = Path(__file__).parent.parent / "adapters"


@dataclass(frozen=True, slots=True)
class AdapterFiles:
    """One adapter in both forms."""

    folder: Path

    @property
    def gguf(self) -> Path:
        return self.folder / GGUF_NAME

    @property
    def safetensors(self) -> Path:
        return self.folder / SAFETENSORS_NAME


def find_adapter(name: str) -> AdapterFiles:
    """The packaged adapter of this name, or the folder at this path; raises `ModelError` with ``adapter-missing``."""
    packaged = PACKAGED_FOLDER / name
    folder = packaged if "/" not in name and packaged.is_dir() else Path(name).expanduser()
    if not folder.is_dir():
        raise ModelError("adapter-missing", f"there is no adapter {name}: correct the room's llm.adapter")
    return AdapterFiles(folder)


def fitting(settings: Chosen) -> tuple[Chosen, ModelError | None]:
    """The settings without an adapter that can't be used, and why it can't: a room does without rather than not at all."""
    fault = adapter_fault(settings)
    return (settings if fault is None else settings.model_copy(update={"adapter": ""})), fault


def has_adapter(settings: Chosen) -> bool:
    """Whether the model that they describe is one that was taught to word facts."""
    return not isinstance(settings, OpenAiSettings) and bool(settings.adapter)


def adapter_fault(settings: Chosen) -> ModelError | None:
    """Why the adapter that `settings` name can't be used with their model; None if it can, or if they name none."""
    if isinstance(settings, OpenAiSettings) or not settings.adapter:
        return None
    try:
        files = find_adapter(settings.adapter)
        check = check_gguf if isinstance(settings, LlamaCppSettings) else check_safetensors
        check(files, settings.model)
    except ModelError as error:
        # a model that is missing is a fault of its own, told where it is opened
        return error if error.code.startswith("adapter-") else None
    return None


def check_gguf(files: AdapterFiles, model: str) -> Path:
    """The GGUF file, if it fits the model; raises `ModelError` with ``adapter-missing``, ``-unreadable`` or ``-unfit``."""
    path = _existing(files.gguf)
    try:
        from gguf import GGUFReader

        reader = GGUFReader(path)
        field = reader.get_field(DIGEST_KEY)
        kind = reader.get_field("general.type")
        told = None if field is None else bytes(field.parts[field.data[0]]).decode()
        is_adapter = kind is not None and bytes(kind.parts[kind.data[0]]) == b"adapter"
        ends = max((int(t.data_offset) + int(t.n_bytes) for t in reader.tensors), default=0)
    except Exception as error:  # whatever a broken file raises
        raise ModelError("adapter-unreadable", f"{path} can't be read as a GGUF adapter: {error}") from error
    if not is_adapter or ends > path.stat().st_size:
        raise ModelError("adapter-unreadable", f"{path} is not a whole GGUF adapter; train it again")
    _fits(path, told, model)
    return path


def check_safetensors(files: AdapterFiles, model: str) -> Path:
    """The folder with peft's files, if they fit the model; raises `ModelError` as `check_gguf` does."""
    path = _existing(files.safetensors)
    try:
        from safetensors import safe_open

        json.loads(_existing(files.folder / CONFIG_NAME).read_text("utf-8"))
        with safe_open(path, framework="numpy") as file:
            told = (file.metadata() or {}).get(DIGEST_KEY)
            for name in file.keys():  # noqa: SIM118 (no dict)
                file.get_tensor(name)
    except ModelError:
        raise
    except Exception as error:  # whatever a broken file raises
        raise ModelError("adapter-unreadable", f"{path} can't be read as safetensors: {error}") from error
    _fits(path, told, model)
    return files.folder


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise ModelError(
            "adapter-missing", f"{path} is missing; an adapter is a folder that `talkback persona train` made"
        )
    return path


def _fits(path: Path, told: str | None, model: str) -> None:
    base = weights_path(model)
    if told is None or not base.is_file() or told != digest(base):
        raise ModelError(
            "adapter-unfit", f"{path} was trained on another model than {base.name}; train it anew on this one"
        )


@lru_cache(maxsize=4)
def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal; read once."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
