"""Teaching the packaged model to word facts: LoRA by PyTorch, on a GPU in minutes or on a CPU in an hour or two."""

import hashlib
import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

from dialogue.training.adapter_files import lora_tensors, write_adapter
from dialogue.training.base_model import Base, TrainingError, load_base, quieten, with_lora
from dialogue.training.generator import Case

CHECKPOINT: Final = "checkpoint.pt"
HISTORY: Final = "history.json"
PLOT: Final = "loss.svg"
IGNORED: Final = -100
_BUCKETS: Final = 16
_WARM_UP: Final = 0.03


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """How it is trained; what is given by default was chosen for two CPU cores."""

    steps: int = 550
    batch: int = 12
    rank: int = 8
    alpha: int = 16
    rate: float = 1.5e-3
    seed: int = 11
    every: int = 50
    """Steps between checkpoints: what an interruption loses at most."""
    device: str = "auto"
    dtype: str = "auto"
    threads: int = 2


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the training stands after a step."""

    step: int
    steps: int
    begun: int
    """The step that this run went on from; 0 for a new one."""
    loss: float
    """Mean since the last checkpoint."""
    seconds: float
    """Of this run, without loading."""
    tokens_per_second: float
    """Tokens of prompts and replies that were read, fillings of batches not counted."""
    kept: bool
    """A checkpoint was just written: nothing up to here can be lost."""

    @property
    def left_s(self) -> float:
        """Seconds still to go at the pace so far."""
        return (self.steps - self.step) * self.seconds / max(1, self.step - self.begun)


@dataclass(frozen=True, slots=True)
class _Encoded:
    tokens: list[int]
    reply_from: int


def encode(base: Base, case: Case) -> _Encoded:
    """Tokens of prompt and reply; only the reply counts in the loss."""
    messages = [{"role": m.role, "content": m.content} for m in case.messages()]
    head = base.tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=False)
    tail = base.tokenizer.encode(case.answer(), add_special_tokens=False)
    return _Encoded([*head, *tail, base.tokenizer.eos_token_id], len(head))


def train(
    cases: Sequence[Case], out: Path, settings: TrainingSettings, tell: Callable[[Progress], None], *, model: str
) -> Path:
    """Train on `cases`, going on from the checkpoint in `out` if there is one; returns the folder with the adapter.

    `tell` is called after each step; whatever it raises ends the training, of which the last checkpoint stays. Raises `TrainingError`,
    or `ModelError` where the base model is missing.
    """
    if len(cases) < settings.batch:
        raise TrainingError(f"{len(cases)} cases are too few for batches of {settings.batch}")
    quieten()
    import torch

    torch.set_num_threads(settings.threads)
    device = ("cuda" if torch.cuda.is_available() else "cpu") if settings.device == "auto" else settings.device
    dtype = _dtype(device) if settings.dtype == "auto" else settings.dtype
    base = load_base(model, dtype=dtype)  # the adapter itself is kept in float32
    taught = with_lora(base, settings.rank, settings.alpha, settings.seed).to(device)
    weights = [p for p in taught.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(weights, lr=settings.rate, weight_decay=0.0, betas=(0.9, 0.98))
    encoded = [encode(base, case) for case in cases]
    history: list[tuple[int, float]] = []
    data = cases_digest(cases)
    begun = step = _resume(out, settings, data, taught, optimiser, history)
    began, done, sums = time.monotonic(), 0, [0.0, 0]
    taught.train()
    for tokens, labels, mask in _batches(encoded, base, settings, step):
        if step >= settings.steps:
            break
        for group in optimiser.param_groups:
            group["lr"] = settings.rate * _share(step, settings.steps)
        with torch.autocast(device, torch.bfloat16, enabled=dtype == "bfloat16"):
            loss = _loss(taught, tokens.to(device), labels.to(device), mask.to(device))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        step += 1
        done += int(mask.sum())
        sums[0] += loss.item()
        sums[1] += 1
        mean = sums[0] / sums[1]
        kept = step % settings.every == 0 or step == settings.steps
        if kept:
            history.append((step, mean))
            sums = [0.0, 0]
            _keep(out, settings, data, taught, optimiser, history, step)
        passed = time.monotonic() - began
        tell(Progress(step, settings.steps, begun, mean, passed, done / passed, kept))
    write_adapter(out, lora_tensors(taught), base, settings.rank, settings.alpha)
    return out


def _dtype(device: str) -> str:
    """bfloat16 where the device reckons in it: four times as fast as float32 on a processor with AVX-512 BF16."""
    import torch

    return "bfloat16" if device == "cuda" or torch.ops.mkldnn._is_mkldnn_bf16_supported() else "float32"


def _loss(taught: Any, tokens: Any, labels: Any, mask: Any) -> Any:
    """Mean cross entropy over the tokens of the replies; only there are the 49,152 logits worked out, a fifth of all work."""
    import torch

    model = taught.get_base_model()
    hidden = model.model(input_ids=tokens, attention_mask=mask, use_cache=False).last_hidden_state
    after = labels[:, 1:]
    told = after != IGNORED
    return torch.nn.functional.cross_entropy(model.lm_head(hidden[:, :-1][told]).float(), after[told])


def cases_digest(cases: Sequence[Case]) -> str:
    """SHA-256 over what the cases show and teach: a checkpoint is gone on from with the same ones only."""
    digest = hashlib.sha256()
    for case in cases:
        for text in (*(message.content for message in case.messages()), case.answer()):
            digest.update(text.encode() + b"\0")
    return digest.hexdigest()


def _share(step: int, steps: int) -> float:
    """Of the highest learning rate: a short rise, then a cosine down to a twentieth."""
    rise = min(1.0, (step + 1) / max(1.0, _WARM_UP * steps))
    return rise * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * step / steps)))


def _batches(
    encoded: Sequence[_Encoded], base: Base, settings: TrainingSettings, skip: int
) -> Iterator[tuple[Any, Any, Any]]:
    """Batches of cases of like length, for ever, in an order that the seed decides; the first `skip` are passed over."""
    import torch

    chance = Random(settings.seed)
    size, pad = settings.batch, base.tokenizer.eos_token_id
    number = 0
    while True:
        order = list(range(len(encoded)))
        chance.shuffle(order)
        for start in range(0, len(order) - size + 1, size * _BUCKETS):
            group = sorted(order[start : start + size * _BUCKETS], key=lambda i: len(encoded[i].tokens))
            parts = [group[i : i + size] for i in range(0, len(group) - size + 1, size)]
            chance.shuffle(parts)
            for part in parts:
                number += 1
                if number <= skip:
                    continue
                chosen = [encoded[i] for i in part]
                longest = max(len(c.tokens) for c in chosen)
                tokens = torch.full((size, longest), pad)
                labels = torch.full((size, longest), IGNORED)
                mask = torch.zeros((size, longest), dtype=torch.long)
                for row, case in enumerate(chosen):
                    length = len(case.tokens)
                    tokens[row, :length] = torch.tensor(case.tokens)
                    labels[row, case.reply_from : length] = tokens[row, case.reply_from : length]
                    mask[row, :length] = 1
                yield tokens, labels, mask


def _resume(
    out: Path, settings: TrainingSettings, data: str, taught: Any, optimiser: Any, history: list[tuple[int, float]]
) -> int:
    """Load the checkpoint if there is one; the step after which it was made. Raises `TrainingError` for another run's."""
    import torch
    from peft import set_peft_model_state_dict

    path = out / CHECKPOINT
    if not path.is_file():
        return 0
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        made_with, step = (state["settings"], state["data"]), int(state["step"])
    except Exception as error:  # whatever a broken file raises
        raise TrainingError(f"{path} can't be read ({error}); delete it to begin anew") from error
    if made_with != (_settled(settings), data):
        what = "other settings" if made_with[0] != _settled(settings) else "other pairs, cases or another founder"
        raise TrainingError(f"{path} was made with {what}; delete it to begin anew, or give another --out")
    set_peft_model_state_dict(taught, state["adapter"])
    optimiser.load_state_dict(state["optimiser"])
    history += [(int(step), float(loss)) for step, loss in state["history"]]
    return step


def _settled(settings: TrainingSettings) -> dict[str, Any]:
    """The settings that decide what comes out."""
    return {name: value for name, value in asdict(settings).items() if name not in ("device", "dtype", "threads")}


def _keep(
    out: Path,
    settings: TrainingSettings,
    data: str,
    taught: Any,
    optimiser: Any,
    history: list[tuple[int, float]],
    step: int,
) -> None:
    import torch
    from peft import get_peft_model_state_dict

    out.mkdir(parents=True, exist_ok=True)
    state = {
        "settings": _settled(settings),
        "data": data,
        "adapter": get_peft_model_state_dict(taught, save_embedding_layers=False),
        "optimiser": optimiser.state_dict(),
        "history": [list(entry) for entry in history],
        "step": step,
    }
    partial = out / "unfinished.pt"
    torch.save(state, partial)
    partial.rename(out / CHECKPOINT)
    (out / HISTORY).write_text(json.dumps(history), "utf-8")
    (out / PLOT).write_text(loss_plot(history), "utf-8")


def loss_plot(history: Sequence[tuple[int, float]]) -> str:
    """The loss over the steps, as a small SVG."""
    width, height, margin = 640, 320, 40
    most = max((loss for _, loss in history), default=1.0) or 1.0
    last = max((step for step, _ in history), default=1)
    points = " ".join(
        f"{margin + (width - 2 * margin) * step / last:.1f},{height - margin - (height - 2 * margin) * loss / most:.1f}"
        for step, loss in history
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">'
        f'<rect width="{width}" height="{height}" fill="#fff"/>'
        f'<path d="M{margin} {margin}V{height - margin}H{width - margin}" fill="none" stroke="#888"/>'
        f'<text x="{margin}" y="{margin - 10}">loss, from 0 to {most:.2f}</text>'
        f'<text x="{width - margin}" y="{height - margin + 20}" text-anchor="end">{last} steps</text>'
        f'<polyline points="{points}" fill="none" stroke="#b3261e" stroke-width="2"/></svg>\n'
    )
