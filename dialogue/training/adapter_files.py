"""The adapter on disk: as safetensors in peft's layout for `transformers`, as GGUF for llama.cpp; the same numbers in both."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dialogue.llm.adapter import CONFIG_NAME, DIGEST_KEY, GGUF_NAME, SAFETENSORS_NAME
from dialogue.training.base_model import Base, TrainingError

_NAME: Final = re.compile(r"layers\.(\d+)\.\w+\.(\w+)\.lora_([AB])\.(?:default\.)?weight$")
_GGUF_LAYERS: Final = {
    "q_proj": "attn_q",
    "k_proj": "attn_k",
    "v_proj": "attn_v",
    "o_proj": "attn_output",
    "gate_proj": "ffn_gate",
    "up_proj": "ffn_up",
    "down_proj": "ffn_down",
}


def lora_tensors(model: Any) -> dict[str, NDArray[np.float16]]:
    """The adapter's matrices by peft's names, 16 bits: A (rank, inputs), B (outputs, rank)."""
    from peft import get_peft_model_state_dict

    state = get_peft_model_state_dict(model, save_embedding_layers=False)
    return {name: tensor.detach().float().cpu().numpy().astype(np.float16) for name, tensor in state.items()}


def write_adapter(folder: Path, tensors: Mapping[str, NDArray[np.float16]], base: Base, rank: int, alpha: int) -> None:
    """Write both files and peft's configuration; each appears whole or not at all."""
    from safetensors.numpy import save

    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "r": rank,
        "lora_alpha": alpha,
        "lora_dropout": 0.0,
        "bias": "none",
        "target_modules": sorted(_GGUF_LAYERS),
        "base_model_name_or_path": base.path.stem,
        "inference_mode": True,
    }
    partial = folder / "unfinished.tmp"
    # not save_file, which shuts the file to all but its owner
    partial.write_bytes(save(dict(tensors), {DIGEST_KEY: base.digest, "format": "pt"}))
    partial.rename(folder / SAFETENSORS_NAME)
    (folder / CONFIG_NAME).write_text(json.dumps(config, indent=2) + "\n", "utf-8")
    _write_gguf(partial, tensors, base, alpha)
    partial.rename(folder / GGUF_NAME)


def _write_gguf(path: Path, tensors: Mapping[str, NDArray[np.float16]], base: Base, alpha: int) -> None:
    """llama.cpp's form (its `convert_lora_to_gguf` describes it): matrices by its own layer names, rows of q and k reordered."""
    import gguf

    config = base.model.config
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(alpha))
    writer.add_string("general.base_model.0.name", base.path.stem)
    writer.add_string(DIGEST_KEY, base.digest)
    for name, values in tensors.items():
        found = _NAME.search(name)
        if found is None or found[2] not in _GGUF_LAYERS:
            raise TrainingError(f"the adapter has a tensor that llama.cpp has no name for: {name}")
        if found[3] == "B" and found[2] in ("q_proj", "k_proj"):
            heads = config.num_attention_heads if found[2] == "q_proj" else config.num_key_value_heads
            values = interleaved(values, heads)
        writer.add_tensor(f"blk.{found[1]}.{_GGUF_LAYERS[found[2]]}.weight.lora_{found[3].lower()}", values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def interleaved(rows: NDArray[np.float16], heads: int) -> NDArray[np.float16]:
    """Rows of a query or key projection, shape (heads * size, columns), in llama.cpp's order.

    Hugging Face keeps the two halves of a head's rotary pairs apart, llama.cpp keeps each pair together.
    """
    size = rows.shape[0] // heads
    ordered = rows.reshape(heads, 2, size // 2, rows.shape[1]).swapaxes(1, 2).reshape(rows.shape)
    return np.ascontiguousarray(ordered)
