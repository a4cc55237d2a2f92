"""The adapter in both runtimes: llama.cpp and transformers choose the next token as peft does; what does not fit is refused."""

import copy
import json
import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dialogue.contract import Message, ModelError
from dialogue.llm import merged
from dialogue.llm.adapter import AdapterFiles, check_gguf, check_safetensors, find_adapter
from dialogue.llm.llama_cpp import LlamaEngine
from dialogue.llm.transformers_llm import TransformersEngine
from dialogue.settings import PACKAGED, LlamaCppSettings, TransformersSettings
from dialogue.training.adapter_files import interleaved, write_adapter
from dialogue.training.base_model import Base, with_lora

pytestmark = pytest.mark.models
QUESTIONS = (
    "How much is the tea?",
    "Where does it come from?",
    "Tell me a story.",
    "Good evening.",
    "Name a colour.",
    "Who are you?",
    "Count to three.",
    "What do you sell?",
)
CLEAR = 1.2
"""Logits by which the likeliest token leads: llama.cpp rounds to 8 bits in between, so that near ties may turn."""
RANK, ALPHA = 4, 8


@pytest.fixture(scope="module")
def base(packaged: Base) -> Base:
    return replace(packaged, model=copy.deepcopy(packaged.model))


@dataclass(frozen=True, slots=True)
class Taught:
    """An adapter with strong random weights, what peft says next with it, and what the bare model says."""

    folder: Path
    next_tokens: dict[str, int]
    """Only where one token clearly leads."""
    bare_tokens: dict[str, int]


@pytest.fixture(scope="module")
def taught(base: Base, tmp_path_factory: pytest.TempPathFactory) -> Taught:
    import torch

    model = with_lora(base, RANK, ALPHA, seed=5).eval()
    chance = torch.Generator().manual_seed(7)
    tensors = {}
    for name, weight in model.named_parameters():
        if ".lora_" in name:
            if ".lora_B." in name:
                weight.data = torch.randn(weight.shape, generator=chance) * 0.3
            weight.data = weight.data.half().float()  # as the files hold it
            tensors[name.replace(".default.", ".")] = weight.detach().numpy().astype(np.float16)
    folder = tmp_path_factory.mktemp("adapter")
    write_adapter(folder, tensors, base, RANK, ALPHA)
    said = {question: _next_token(model, base, question) for question in QUESTIONS}
    clear = {question: token for question, (token, lead) in said.items() if lead >= CLEAR}
    with model.disable_adapter():
        return Taught(folder, clear, {question: _next_token(model, base, question)[0] for question in clear})


def _next_token(model: Any, base: Base, question: str) -> tuple[int, float]:
    """The likeliest token and by how much it leads."""
    import torch

    messages = [{"role": "user", "content": question}]
    prompt = base.tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=False)
    with torch.inference_mode():
        best = model(input_ids=torch.tensor([prompt])).logits[0, -1].topk(2)
    return int(best.indices[0]), float(best.values[0] - best.values[1])


@pytest.mark.parametrize("runtime", ["llama.cpp", "llama.cpp, not merged", "transformers"])
def test_every_runtime_chooses_the_next_token_as_peft_does(
    runtime: str, base: Base, taught: Taught, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    adapter = str(taught.folder)
    engine: LlamaEngine | TransformersEngine
    if runtime == "transformers":
        engine = TransformersEngine(TransformersSettings(adapter=adapter, dtype="float32", device="cpu"))
    else:
        if "not merged" in runtime:
            (tmp_path / "talkback").write_text("a file where the folder should be")
        engine = LlamaEngine(LlamaCppSettings(adapter=adapter))
        assert len([*tmp_path.glob("talkback/*.gguf")]) == (runtime == "llama.cpp")
    try:
        for question, token in taught.next_tokens.items():
            said = "".join(engine.stream([Message("user", question)], 1, 0.0, 0, ()))
            assert said == base.tokenizer.decode([token])
    finally:
        engine.close()
    assert len(taught.next_tokens) >= 3
    assert taught.next_tokens != taught.bare_tokens, "the adapter changes nothing: equal runtimes would prove nothing"


def test_weights_are_merged_once_and_the_oldest_go_first(
    base: Base, taught: Taught, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gguf import GGUFReader, quants

    folder = tmp_path / "merged"
    folder.mkdir()
    for age in range(1, merged.KEPT + 2):
        older = folder / f"m+{age}.gguf"
        older.touch()
        os.utime(older, (1000 - age, 1000 - age))
    adapter = AdapterFiles(taught.folder).gguf
    path = merged.merged_weights(base.path, adapter, folder)
    assert path is not None
    assert {file.name for file in folder.iterdir()} == {path.name, "m+1.gguf", "m+2.gguf", "m+3.gguf"}
    written = path.stat().st_ino
    assert merged.merged_weights(base.path, adapter, folder) == path
    assert path.stat().st_ino == written

    name = "blk.3.ffn_up.weight"
    read = {tensor.name: tensor for tensor in GGUFReader(path).tensors}
    plain = {tensor.name: tensor for tensor in GGUFReader(base.path).tensors}
    factors = {tensor.name: tensor.data.astype(np.float32) for tensor in GGUFReader(adapter).tensors}
    wanted = quants.dequantize(plain[name].data, plain[name].tensor_type) + ALPHA / RANK * (
        factors[f"{name}.lora_b"] @ factors[f"{name}.lora_a"]
    )
    got = quants.dequantize(read[name].data, read[name].tensor_type)
    assert np.abs(got - wanted).max() <= np.abs(wanted).max() / 250
    assert read.keys() == plain.keys()


def test_an_adapter_that_changes_what_the_weights_lack_is_not_merged(base: Base, tmp_path: Path) -> None:
    from gguf import GGUFWriter

    adapter = tmp_path / "odd" / "adapter.gguf"
    adapter.parent.mkdir()
    writer = GGUFWriter(adapter, "llama")
    writer.add_float32("adapter.lora.alpha", 8.0)
    writer.add_tensor("blk.99.ffn_up.weight.lora_a", np.zeros((4, 32), np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    assert merged.merged_weights(base.path, adapter, tmp_path / "merged") is None
    assert [*(tmp_path / "merged").iterdir()] == []


def test_an_adapter_of_another_base_is_refused(taught: Taught, tmp_path: Path) -> None:
    folder = taught.folder
    other = tmp_path / "other.gguf"
    other.write_bytes(b"GGUF of another model")
    with pytest.raises(ModelError, match="another model") as refused:
        check_gguf(AdapterFiles(folder), str(other))
    assert refused.value.code == "adapter-unfit"
    with pytest.raises(ModelError, match="another model"):
        check_safetensors(AdapterFiles(folder), str(other))


@pytest.mark.parametrize("name", ["adapter.gguf", "adapter_model.safetensors"])
def test_a_truncated_adapter_is_refused(name: str, taught: Taught, tmp_path: Path) -> None:
    folder = tmp_path / "cut"
    shutil.copytree(taught.folder, folder)
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[: len(whole) * 2 // 3])
    check = check_gguf if name.endswith("gguf") else check_safetensors
    with pytest.raises(ModelError) as refused:
        check(AdapterFiles(folder), PACKAGED)
    assert refused.value.code == "adapter-unreadable"


def test_a_name_that_leads_nowhere_is_refused() -> None:
    with pytest.raises(ModelError, match="nobody"):
        find_adapter("nobody")


def test_the_configuration_is_what_peft_reads(taught: Taught) -> None:
    config = json.loads((taught.folder / "adapter_config.json").read_text("utf-8"))
    assert (config["r"], config["lora_alpha"], config["peft_type"]) == (RANK, ALPHA, "LORA")


def test_rows_are_brought_into_the_order_of_llama_cpp() -> None:
    rows = np.arange(8, dtype=np.float16)[:, None]
    assert interleaved(rows, heads=2)[:, 0].tolist() == [0, 2, 1, 3, 4, 6, 5, 7]
