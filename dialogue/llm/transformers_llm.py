"""Hugging Face transformers, inside the process that it is given: GGUF or safetensors, on a CPU or a GPU."""

import contextlib
import functools
import importlib
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dialogue.contract import Message, ModelError
from dialogue.llm.adapter import CONFIG_NAME, SAFETENSORS_NAME, check_safetensors, find_adapter
from dialogue.llm.stop_scanner import StopScanner
from dialogue.llm.weights import weights_path
from dialogue.openmp import let_openmp_sleep
from dialogue.settings import TransformersSettings

_PROMPT_BATCH_TOKENS = 128
"""A generation can be stopped between two batches of its prompt."""

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
"""What a tokenizer decodes an unfinished UTF-8 character to."""


class TransformersEngine:
    """Blocking interface to one loaded model; raises `ModelError` where the model can't be loaded."""

    def __init__(self, settings: TransformersSettings) -> None:
        path = weights_path(settings.model)
        let_openmp_sleep()
        os.environ["HF_HUB_OFFLINE"] = "1"
        os.environ["TRANSFORMERS_OFFLINE"] = "1"
        os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
        os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = os.environ["TQDM_DISABLE"] = "1"
        try:
            import torch  # both take seconds and hundreds of megabytes: only in the model's own process
            import transformers
        except ImportError as error:
            raise ModelError("model-library-missing", f"transformers can't be loaded: {error}") from error
        torch.set_num_threads(settings.threads)
        transformers.utils.logging.set_verbosity_error()
        transformers.utils.logging.disable_progress_bar()
        self._torch = torch
        self._device = _device(torch, settings.device)
        try:
            self._tokenizer, self._model = _load(torch, transformers, path, settings, self._device)
        except ModelError:
            raise
        except Exception as error:  # transformers raises whatever its file readers raise
            raise ModelError("model-unreadable", f"transformers can't load {path}: {error}") from error
        if self._tokenizer.chat_template is None:
            raise ModelError("model-unreadable", f"{path} has no chat template: an instruction-tuned model is needed")
        self._context = settings.context
        self._ends = _end_tokens(self._tokenizer, self._model)
        self._cache: Any = transformers.DynamicCache()
        self._cached: list[int] = []
        self._new_cache = transformers.DynamicCache
        self._busy = threading.Lock()
        self.name = f"transformers:{path.stem if path.is_file() else path.name}"

    def stream(
        self, messages: list[Message], max_tokens: int, temperature: float, seed: int, stop: tuple[str, ...]
    ) -> Iterator[str]:
        """Yield pieces; empty ones mark progress, at which the reader may close the generator."""
        prompt = self._tokenizer.apply_chat_template(
            [{"role": message.role, "content": message.content} for message in messages],
            add_generation_prompt=True,
            return_dict=False,
        )
        if len(prompt) >= self._context:
            raise ModelError(
                "prompt-too-long", f"the prompt has {len(prompt)} tokens, more than the context of {self._context}"
            )
        with self._busy:
            yield from self._generate(prompt, min(max_tokens, self._context - len(prompt)), temperature, seed, stop)

    def _generate(
        self, prompt: list[int], max_tokens: int, temperature: float, seed: int, stop: tuple[str, ...]
    ) -> Iterator[str]:
        torch = self._torch
        scanner = StopScanner(stop)
        chance = torch.Generator(device="cpu").manual_seed(seed)
        reply: list[int] = []
        shown = 0
        pending = self._reuse(prompt)
        while pending:
            batch, pending = pending[:_PROMPT_BATCH_TOKENS], pending[_PROMPT_BATCH_TOKENS:]
            logits = self._forward(batch)
            yield ""
        while len(reply) < max_tokens:
            token = self._pick(logits, temperature, chance)
            if token in self._ends:
                break
            reply.append(token)
            text = self._tokenizer.decode(reply, skip_special_tokens=True)
            if not text.endswith(_REPLACEMENT):
                piece, shown = text[shown:], len(text)
                yield scanner.feed(piece)
                if scanner.stopped:
                    return
            if len(reply) < max_tokens:
                logits = self._forward([token])
        yield scanner.feed(self._tokenizer.decode(reply, skip_special_tokens=True)[shown:])
        yield scanner.end()

    def _reuse(self, prompt: list[int]) -> list[int]:
        """Keep what the cache and the prompt begin with alike; return the tokens still to be read (at least one)."""
        same = 0
        for ours, theirs in zip(self._cached, prompt[:-1], strict=False):
            if ours != theirs:
                break
            same += 1
        if same < len(self._cached):
            try:
                self._cache.crop(same - len(self._cached))
            except (ValueError, RuntimeError):  # a cache that can't be cut (sliding window, recurrent layers)
                self._cache, same = self._new_cache(), 0
            self._cached = self._cached[:same]
        return prompt[same:]

    def _forward(self, tokens: list[int]) -> Any:
        """Read tokens into the cache; return the logits after the last, shape (vocabulary,)."""
        torch = self._torch
        known, self._cached = self._cached, []  # nothing is known of the cache should the model fail half-way
        try:
            with torch.inference_mode():
                ids = torch.tensor([tokens], device=self._device)
                answer = self._model(input_ids=ids, past_key_values=self._cache, use_cache=True, logits_to_keep=1)
        except Exception as error:  # out of memory, a lost device: the reader has to know
            self._cache = self._new_cache()
            raise ModelError("model-failed", f"transformers: {error}") from error
        self._cache = answer.past_key_values
        self._cached = known + tokens
        return answer.logits[0, -1].float()

    def _pick(self, logits: Any, temperature: float, chance: Any) -> int:
        if temperature <= 0:
            return int(logits.argmax())
        torch = self._torch
        odds, order = torch.softmax(logits.cpu() / temperature, dim=-1).sort(descending=True)
        odds[odds.cumsum(0) - odds > 0.95] = 0.0  # top-p: the likeliest tokens that make up 95 %
        return int(order[torch.multinomial(odds, 1, generator=chance)])

    def close(self) -> None:
        """Free the model."""
        self._model = self._cache = None


def _device(torch: Any, wanted: str) -> str:
    if wanted == "cuda" and not torch.cuda.is_available():
        raise ModelError("model-device-missing", "llm.device is cuda, but PyTorch finds no GPU; choose auto or cpu")
    if wanted == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    return wanted


def _load(torch: Any, transformers: Any, path: Path, settings: TransformersSettings, device: str) -> tuple[Any, Any]:
    where: dict[str, Any] = {"local_files_only": True}
    if path.is_file():
        where["gguf_file"] = path.name
    folder = str(path.parent if path.is_file() else path)
    with gguf_read_once():
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **where)
        model = transformers.AutoModelForCausalLM.from_pretrained(
            folder, dtype=_dtype(torch, settings.dtype, device), **where
        )
    if settings.adapter:
        add_adapter(model, check_safetensors(find_adapter(settings.adapter), settings.model))
    return tokenizer, model.to(device).eval()


def add_adapter(model: Any, folder: Path) -> None:
    """Add a LoRA adapter to a model's weights: W + alpha / rank * B A (Hu et al. 2021, arXiv 2106.09685, section 4.1)."""
    from safetensors.torch import load_file

    config = json.loads((folder / CONFIG_NAME).read_text("utf-8"))
    scale = config["lora_alpha"] / config["r"]
    tensors = load_file(folder / SAFETENSORS_NAME)
    for name, down in tensors.items():
        layer, found, _ = name.partition(".lora_A")
        if found:
            weight = model.get_submodule(layer.removeprefix("base_model.model.")).weight
            up = tensors[f"{layer}.lora_B.weight"]
            weight.data += (scale * up.float() @ down.float()).to(weight.dtype)


@contextlib.contextmanager
def gguf_read_once() -> Iterator[None]:
    """Keep what the reader of GGUF files has read: transformers reads a file three times while it loads.

    A reading takes 3 s of processor time for the packaged file, whose 49,152 words of vocabulary the reader takes one by one.
    """
    gguf: Any = importlib.import_module("gguf")
    reader = gguf.GGUFReader
    gguf.GGUFReader = functools.cache(reader)
    try:
        yield
    finally:
        gguf.GGUFReader = reader


def _dtype(torch: Any, wanted: str, device: str) -> Any:
    if wanted != "auto":
        return getattr(torch, wanted)
    if device == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    return torch.bfloat16  # measured faster than float32 on a CPU, where memory is what limits


def _end_tokens(tokenizer: Any, model: Any) -> frozenset[int]:
    ends = model.generation_config.eos_token_id
    listed = ends if isinstance(ends, list) else [ends]
    return frozenset(token for token in (*listed, tokenizer.eos_token_id) if token is not None)
