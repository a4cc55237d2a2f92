"""The packaged model as PyTorch weights, with a LoRA adapter on all its linear layers."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dialogue.llm.adapter import digest
from dialogue.llm.transformers_llm import gguf_read_once
from dialogue.llm.weights import weights_path
from dialogue.settings import PACKAGED

LAYERS: Final = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


class TrainingError(Exception):
    """What keeps the training from running; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Base:
    """The model that is taught, and its tokenizer."""

    model: Any
    tokenizer: Any
    path: Path

    @property
    def digest(self) -> str:
        """SHA-256 of the weights' file: an adapter fits no other."""
        return digest(self.path)


def quieten() -> None:
    """No downloads, no progress bars of libraries; to be called before PyTorch is imported, since tqdm looks only then."""
    os.environ["HF_HUB_OFFLINE"] = os.environ["TQDM_DISABLE"] = os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"


def load_base(model: str = PACKAGED, *, dtype: str = "float32") -> Base:
    """Read the weights; raises `ModelError` where there are none and `TrainingError` without the extra ``train``."""
    path = weights_path(model)
    quieten()
    try:
        import torch
        import transformers
    except ImportError as error:
        raise TrainingError(f"{error}; install the extra: pip install '.[train]'") from error
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    where: dict[str, Any] = {"gguf_file": path.name} if path.suffix == ".gguf" else {}
    folder = path.parent if path.is_file() else path
    with gguf_read_once():
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True, **where)
        loaded = transformers.AutoModelForCausalLM.from_pretrained(
            folder, local_files_only=True, dtype=getattr(torch, dtype), **where
        )
    return Base(loaded, tokenizer, path)


def with_lora(base: Base, rank: int, alpha: int, seed: int) -> Any:
    """The model with a fresh adapter, ready to be trained; raises `TrainingError` without peft."""
    try:
        import peft
        import torch
    except ImportError as error:
        raise TrainingError(f"{error}; install the extra: pip install '.[train]'") from error
    torch.manual_seed(seed)
    settings = peft.LoraConfig(
        r=rank, lora_alpha=alpha, lora_dropout=0.0, target_modules=list(LAYERS), task_type="CAUSAL_LM"
    )
    return peft.get_peft_model(base.model, settings)
