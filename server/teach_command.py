"""``talkback persona train``: checks pairs and founder, teaches the packaged model, writes the adapter."""

import argparse
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from dialogue.contract import ModelError, RoomProblem
from dialogue.training.base_model import TrainingError
from dialogue.training.checking import pair_problems
from dialogue.training.founder import Founder, VoiceTally, in_voice, read_founder
from dialogue.training.generator import Case, cases, split
from dialogue.training.goods import read_goods
from dialogue.training.pairs import FOLDER, Pair, read_pairs

if TYPE_CHECKING:
    from dialogue.training.train import Progress, TrainingSettings

_FINE, _FAILED, _REFUSED = 0, 1, 2
PACKAGED_PAIRS: Final = Path("packaged")
FEWEST_PAIRS: Final = 50
_NEEDED: Final = ("torch", "transformers", "safetensors", "gguf", "peft")
_LINE_EVERY_S: Final = 0.2

Trainer = Callable[[Sequence[Case], Path, "TrainingSettings", "Callable[[Progress], None]"], Path]


def teach(options: argparse.Namespace, trainer: Trainer | None = None) -> int:
    """Run the command; returns its exit status: 0 written, 1 interrupted or failed, 2 refused."""
    if trainer is None and (missing := [name for name in _NEEDED if find_spec(name) is None]):
        _complain(f"training needs {', '.join(missing)}, which a show does not: pip install '.[train]'")
        return _FAILED
    line = ProgressLine(sys.stdout)
    try:
        return _taught(options, trainer or _train, line)
    except KeyboardInterrupt:
        line.end()
        _complain(f"Interrupted. {line.what_is_kept(options.out)}")
    except (TrainingError, ModelError, OSError, RuntimeError) as error:
        # RuntimeError: PyTorch's own, of memory above all
        line.end()
        _complain(str(error))
    return _FAILED


def _taught(options: argparse.Namespace, trainer: Trainer, line: "ProgressLine") -> int:
    out: Path = options.out
    if out.exists() and not out.is_dir():
        _complain(f"--out {out} is a file; give a folder")
        return _REFUSED
    founder: Founder | None = None
    if options.founder is not None:
        founder, problems = read_founder(options.founder)
        if founder is None:
            return _refuse(problems, "The founder's profile can't be used")
        if not _introduced(founder):
            return _REFUSED
    pairs, problems = _checked_pairs(options.data or [PACKAGED_PAIRS])
    if problems:
        return _refuse(problems, "Nothing was taught: these pairs must be put right first")
    if len(pairs) < FEWEST_PAIRS:
        _complain(
            f"{len(pairs)} pairs to teach are too few, {FEWEST_PAIRS} at least; add the packaged ones: --data packaged"
        )
        return _REFUSED
    out.mkdir(parents=True, exist_ok=True)  # a place that can't be written to is told now, not after fifty steps
    trainer(_cases(pairs, founder, options), out, _settings(options), line.show)
    line.end()
    print(
        f"The adapter is in {out}. A room uses it with, in room.yaml:\n  llm: {{backend: auto, adapter: {out.resolve()}}}"
    )
    print(f"How well it words facts that it has never seen: make bench-wording ADAPTER={out}")
    return _FINE


def _checked_pairs(folders: Sequence[Path]) -> tuple[list[Pair], list[RoomProblem]]:
    """The pairs to teach, those held back left out, or all that is wrong with them."""
    named = [FOLDER if folder == PACKAGED_PAIRS else folder for folder in dict.fromkeys(folders)]
    pairs, problems = read_pairs(*named)
    if not problems:
        print(f"{len(pairs)} pairs; checking each as it would be said", flush=True)
        problems = pair_problems(pairs, read_goods())
    taught, held = split(pairs)
    if not problems:
        print(f"{len(taught)} to teach; {len(held)} are held back to measure with", flush=True)
    return taught, problems


def _introduced(founder: Founder) -> bool:
    """Tell what of a founder is taught, what is left out and what is lacking; False if it is too little."""
    print(f"{founder.name}: {len(founder.lines)} lines of manner, {founder.phrases} openings and catch phrases")
    for out in founder.left_out:
        print(f"  left out ({out.rule}): {out.what} '{out.text}': {out.detail}")
    lacking = founder.lacking()
    for sentence in lacking:
        _complain(f"too little: {sentence}.")
    if lacking:
        _complain("Nothing was taught. Without --founder the model is taught to word facts in nobody's voice.")
    return not lacking


def _cases(taught: Sequence[Pair], founder: Founder | None, options: argparse.Namespace) -> list[Case]:
    filled: Iterator[Case] = cases(taught, read_goods(), options.cases, held=False, seed=options.seed)
    if founder is None:
        return list(filled)
    tally = VoiceTally()
    made = list(in_voice(filled, founder, options.seed, tally))
    print(
        f"{tally.cases} cases: {tally.opened} with an opening of {founder.name}'s, {tally.phrased} with a catch phrase"
    )
    for rule, count in tally.refused.most_common():
        print(f"  {count} kept their own words, since with {founder.name}'s they would not pass ({rule})")
    return made


def _settings(options: argparse.Namespace) -> "TrainingSettings":
    from dialogue.training.train import TrainingSettings

    return TrainingSettings(
        steps=options.steps,
        batch=options.batch,
        rank=options.rank,
        alpha=2 * options.rank,
        seed=options.seed,
        device=options.device,
        threads=options.threads,
    )


def _train(made: Sequence[Case], out: Path, settings: "TrainingSettings", tell: "Callable[[Progress], None]") -> Path:
    from dialogue.settings import PACKAGED
    from dialogue.training.train import train

    print("Loading the packaged model", flush=True)
    warnings.simplefilter("ignore", FutureWarning)  # what libraries tell each other would break up the line
    return train(made, out, settings, tell, model=PACKAGED)


class ProgressLine:
    """One line that is written over on a terminal; elsewhere a line for each checkpoint."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._terminal = stream.isatty()
        self._shown_at = float("-inf")
        self._last: Progress | None = None
        self._kept = 0

    def show(self, progress: "Progress") -> None:
        """Tell where it stands."""
        if self._last is None and progress.begun:
            self._stream.write(f"Going on from the checkpoint of step {progress.begun}\n")
        self._last = progress
        self._kept = progress.step if progress.kept else self._kept or progress.begun
        now = self._clock()
        if not progress.kept and not (self._terminal and now - self._shown_at >= _LINE_EVERY_S):
            return
        self._shown_at = now
        head, tail = ("\r\x1b[K", "") if self._terminal else ("", "\n")
        self._stream.write(f"{head}{told(progress)}{tail}")
        self._stream.flush()

    def what_is_kept(self, out: Path) -> str:
        """After an interruption: where it stands, what is lost and how to go on."""
        if self._last is None:
            return "Nothing was learnt yet in this run; the same command goes on from the last checkpoint, if there is one."
        if not self._kept:
            return f"{self._last.step} steps are lost: there was no checkpoint yet. The same command begins anew."
        lost = self._last.step - self._kept
        return (
            f"The checkpoint of step {self._kept} is in {out} ({lost} steps since then are lost); "
            "the same command goes on from there."
        )

    def end(self) -> None:
        """Leave the line."""
        if self._terminal and self._last is not None:
            self._stream.write("\n")
            self._stream.flush()


def told(progress: "Progress") -> str:
    """``step 120 of 1500 · loss 0.84 · 410 tokens/s · 1 h 12 min left``."""
    return (
        f"step {progress.step} of {progress.steps} · loss {progress.loss:.3f} · "
        f"{progress.tokens_per_second:.0f} tokens/s · {_span(progress.left_s)} left"
    )


def _span(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min" if seconds >= 90 else f"{seconds:.0f} s"


def _refuse(problems: Sequence[RoomProblem], head: str) -> int:
    print(f"{head}:", file=sys.stderr)
    for problem in problems:
        print(f"  {problem}", file=sys.stderr)
    return _REFUSED


def _complain(sentence: str) -> None:
    print(sentence, file=sys.stderr)
