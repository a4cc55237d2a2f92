"""Training of the mouth network on a CPU: ``python -m render.training.train --data DATA --out WEIGHTS.safetensors``.

One thread, seeded, goes on from its last checkpoint. The loss says what matters on a face: the weights themselves
(cross-entropy), how far the mouth is open and how that changes, and that the lips meet on every p, b and m within 40 ms.
"""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from render.avatar_pack import MOUTH_KEYS
from render.mouth_listener import BANDS, DELAY, FORMAT
from render.mouth_weights import opening
from render.training.examples import Batches, prepare

DILATIONS: Final = (1, 2, 4, 8, 16, 32)
_TOLERANCE_HOPS: Final = 4
"""40 ms either way of a closure's middle."""
_MBP: Final = MOUTH_KEYS.index("mbp")
_FV: Final = MOUTH_KEYS.index("fv")


class _Block(nn.Module):
    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.dilated = nn.Conv1d(channels, channels, 3, dilation=dilation)
        self.mix = nn.Conv1d(channels, channels, 1)
        nn.init.normal_(self.mix.weight, std=0.3 / channels**0.5)

    def forward(self, x: Tensor) -> Tensor:
        past = nn.functional.pad(x, (2 * self.dilation, 0))
        heard: Tensor = self.mix(torch.relu(self.dilated(past)))
        return x + heard


class Network(nn.Module):
    """`render.mouth_listener.MouthNetwork`, so that it can learn: features (batch, hops, bands) to log weights (batch, hops, 13)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels
        self.input = nn.Conv1d(BANDS, channels, 1)
        self.blocks = nn.ModuleList(_Block(channels, dilation) for dilation in DILATIONS)
        self.head = nn.Conv1d(channels, len(MOUTH_KEYS), 1)

    def forward(self, heard: Tensor) -> Tensor:
        x = torch.relu(self.input(heard.transpose(1, 2)))
        for block in self.blocks:
            x = block(x)
        scores: Tensor = self.head(x).transpose(1, 2)
        return torch.log_softmax(scores, dim=2)


def exported(network: Network) -> dict[str, Tensor]:
    """The weights as `render.mouth_listener` reads them: matrices that are multiplied from the right, 16 bits."""

    def matrix(layer: nn.Conv1d) -> Tensor:
        return layer.weight.detach().permute(2, 1, 0).reshape(-1, layer.out_channels)

    def bias(layer: nn.Conv1d) -> Tensor:
        assert layer.bias is not None
        return layer.bias.detach()

    tensors = {"input.weight": matrix(network.input), "input.bias": bias(network.input)}
    for place, block in enumerate(network.blocks):
        assert isinstance(block, _Block)
        tensors[f"blocks.{place}.taps"] = matrix(block.dilated)
        tensors[f"blocks.{place}.bias"] = bias(block.dilated)
        tensors[f"blocks.{place}.mix"] = matrix(block.mix)
        tensors[f"blocks.{place}.mix_bias"] = bias(block.mix)
    tensors["head.weight"], tensors["head.bias"] = matrix(network.head), bias(network.head)
    return {name: tensor.contiguous().to(torch.float16) for name, tensor in tensors.items()}


def metadata(trained_on: str) -> dict[str, str]:
    """What stands beside the weights in the file."""
    return {
        "format": FORMAT,
        "keys": " ".join(MOUTH_KEYS),
        "bands": str(BANDS),
        "delay": str(DELAY),
        "dilations": " ".join(str(dilation) for dilation in DILATIONS),
        "trained_on": trained_on,
    }


@dataclass(frozen=True, slots=True)
class Loss:
    """Parts of the loss of one batch."""

    total: Tensor
    weights: float
    opening: float
    closures: float


def loss(log_weights: Tensor, wanted: Tensor, middles: Tensor, warm_up: int) -> Loss:
    """Compare answers with the teacher's; the first `warm_up` hops of each stretch do not count."""
    answers, wanted = log_weights[:, DELAY + warm_up :], wanted[:, warm_up : wanted.shape[1] - DELAY]
    middles = middles[:, warm_up : middles.shape[1] - DELAY]
    stress = 1 + 2.5 * wanted[:, :, _MBP] + 1.5 * wanted[:, :, _FV]
    # Entropy of the teacher taken off: the Kullback-Leibler distance, nought when all is right.
    distance = (wanted * (torch.log(wanted.clamp_min(1e-6)) - answers)).sum(dim=2)
    by_weights = (stress * distance).sum() / stress.sum()
    jaw = torch.from_numpy(opening(np.eye(len(MOUTH_KEYS), dtype=np.float32)))
    error = (answers.exp() - wanted) @ jaw
    by_opening = (error**2).mean() + 4 * (error.diff(dim=1) ** 2).mean()
    width = 2 * _TOLERANCE_HOPS + 1
    closest = nn.functional.max_pool1d(answers[:, None, :, _MBP], width, stride=1, padding=_TOLERANCE_HOPS)[:, 0]
    by_closures = -(closest * middles).sum() / middles.sum().clamp_min(1)
    total = by_weights + 12 * by_opening + 0.25 * by_closures
    return Loss(total, by_weights.item(), by_opening.item(), by_closures.item())


@dataclass(slots=True)
class _Run:
    network: Network
    mean: Network
    """Running mean of the weights: what is exported."""
    optimiser: torch.optim.Optimizer
    step: int = 0

    def save(self, path: Path, batches: Batches) -> None:
        state = {
            "network": self.network.state_dict(),
            "mean": self.mean.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "chance": batches.chance.bit_generator.state,
        }
        unfinished = path.with_suffix(".tmp")
        torch.save(state, unfinished)
        unfinished.rename(path)

    def resume(self, path: Path, batches: Batches) -> None:
        state: dict[str, Any] = torch.load(path, weights_only=False)
        self.network.load_state_dict(state["network"])
        self.mean.load_state_dict(state["mean"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step = state["step"]
        batches.chance.bit_generator.state = state["chance"]

    def remember(self) -> None:
        share = min(0.995, (self.step + 1) / (self.step + 10))
        with torch.no_grad():
            for mean, now in zip(self.mean.parameters(), self.network.parameters(), strict=True):
                mean.lerp_(now, 1 - share)


def train(data: Path, out: Path, *, steps: int, channels: int, batch: int, hops: int, variants: int, seed: int) -> None:
    """Train and write the weights; a checkpoint beside them lets it go on when stopped."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    paths = sorted(path for path in (data / "train").glob("*.npz") if not path.name.startswith("unfinished"))
    if not paths:
        raise SystemExit(f"there is no speech in {data / 'train'}: make it with python -m render.training.recipe")
    began = time.process_time()
    examples = prepare(paths, variants, seed)
    minutes = sum(len(item.power) for item in examples) / 6000 / (variants + 1)
    speakers = len({item.speaker for item in examples})
    told = f"{minutes:.0f} minutes, {speakers} speakers, {variants} variants of each utterance"
    print(f"{told}; prepared in {time.process_time() - began:.0f} CPU s", flush=True)
    batches = Batches(examples, hops, seed)
    network, mean = Network(channels), Network(channels)
    mean.load_state_dict(network.state_dict())
    optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=0.01, betas=(0.9, 0.98))
    run = _Run(network, mean, optimiser)
    checkpoint = out.with_suffix(".checkpoint")
    if checkpoint.exists():
        run.resume(checkpoint, batches)
        print(f"going on after step {run.step}", flush=True)
    sums = np.zeros(4)
    while run.step < steps:
        warm = min(1.0, (run.step + 1) / 50)
        rate = warm * 2e-3 * (0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * run.step / steps)))
        for group in optimiser.param_groups:
            group["lr"] = rate
        heard, wanted, middles = (torch.from_numpy(array) for array in batches.draw(batch))
        found = loss(network(heard), wanted, middles, warm_up=20)
        optimiser.zero_grad()
        found.total.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        run.step += 1
        run.remember()
        sums += (found.total.item(), found.weights, found.opening, found.closures)
        if run.step % 50 == 0 or run.step == steps:
            total, weights, jaw, closures = sums / (run.step % 50 or 50)
            sums[:] = 0
            print(
                f"step {run.step}/{steps}  loss {total:.3f}  weights {weights:.3f}  opening {jaw:.4f}  "
                f"closures {closures:.3f}  {time.process_time() - began:.0f} CPU s",
                flush=True,
            )
            run.save(checkpoint, batches)
            save_file(exported(run.mean), out, metadata(told))


def main() -> None:
    """Train from the command line."""
    parser = argparse.ArgumentParser(prog="python -m render.training.train", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that render.training.recipe has filled")
    parser.add_argument("--out", type=Path, required=True, help="file for the weights (.safetensors)")
    parser.add_argument("--steps", type=int, default=6800)
    parser.add_argument("--channels", type=int, default=112)
    parser.add_argument("--batch", type=int, default=12, help="stretches of speech a step")
    parser.add_argument("--hops", type=int, default=300, help="length of a stretch in steps of 10 ms")
    parser.add_argument(
        "--variants", type=int, default=1, help="changed copies of each utterance (size of speaker, room)"
    )
    parser.add_argument("--seed", type=int, default=3)
    options = vars(parser.parse_args())
    train(options.pop("data"), options.pop("out"), **options)


if __name__ == "__main__":
    main()
