"""A real training, two steps long: what it writes, and that an interruption changes nothing but the time."""

import copy
import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.numpy import load_file

from dialogue.llm.adapter import AdapterFiles, check_gguf, check_safetensors
from dialogue.settings import PACKAGED
from dialogue.training import train as training
from dialogue.training.base_model import Base, TrainingError
from dialogue.training.generator import Case, cases, split
from dialogue.training.goods import read_goods
from dialogue.training.pairs import read_pairs
from dialogue.training.train import CHECKPOINT, HISTORY, PLOT, Progress, TrainingSettings, encode, train

pytestmark = pytest.mark.models
SETTINGS = TrainingSettings(steps=2, batch=2, rank=2, alpha=4, every=1, device="cpu", dtype="float32", threads=1)


@pytest.fixture(autouse=True)
def loaded_once(packaged: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each training gets a fresh copy of weights that were read once."""

    def load(model: str, *, dtype: str) -> Base:
        return replace(packaged, model=copy.deepcopy(packaged.model).to(getattr(torch, dtype)))

    monkeypatch.setattr(training, "load_base", load)


@pytest.fixture(scope="module")
def two() -> list[Case]:
    taught, _ = split(read_pairs()[0])
    short = (case for case in cases(taught, read_goods(), 400, held=False, seed=4) if len(case.sheet) < 60)
    return [next(short), next(short)]


class Interrupted(Exception):
    pass


def tensors(folder: Path) -> dict[str, list[float]]:
    return {name: values.ravel().tolist() for name, values in load_file(folder / "adapter_model.safetensors").items()}


def test_going_on_from_a_checkpoint_gives_the_adapter_of_an_uninterrupted_run(two: list[Case], tmp_path: Path) -> None:
    told: list[Progress] = []
    whole = train(two, tmp_path / "whole", SETTINGS, told.append, model=PACKAGED)
    assert [(p.step, p.begun, p.kept) for p in told] == [(1, 0, True), (2, 0, True)]
    assert told[1].loss < told[0].loss
    assert told[1].left_s == 0

    def interrupt(progress: Progress) -> None:
        raise Interrupted

    parts = tmp_path / "parts"
    with pytest.raises(Interrupted):
        train(two, parts, SETTINGS, interrupt, model=PACKAGED)
    assert not (parts / "adapter.gguf").exists()
    told.clear()
    train(two, parts, SETTINGS, told.append, model=PACKAGED)
    assert [(p.step, p.begun) for p in told] == [(2, 1)]
    assert (parts / "adapter.gguf").read_bytes() == (whole / "adapter.gguf").read_bytes()
    assert tensors(parts) == tensors(whole)
    assert json.loads((parts / HISTORY).read_text("utf-8")) == json.loads((whole / HISTORY).read_text("utf-8"))
    assert "<polyline" in (parts / PLOT).read_text("utf-8")
    check_gguf(AdapterFiles(whole), PACKAGED)
    check_safetensors(AdapterFiles(whole), PACKAGED)
    another_data_or_settings_are_refused(two, parts)
    (parts / CHECKPOINT).write_bytes(b"half a check")
    with pytest.raises(TrainingError, match="can't be read"):
        train(two, parts, SETTINGS, told.append, model=PACKAGED)


def another_data_or_settings_are_refused(two: list[Case], folder: Path) -> None:
    with pytest.raises(TrainingError, match="other settings"):
        train(two, folder, replace(SETTINGS, seed=99), lambda _: None, model=PACKAGED)
    changed = [two[0], replace(two[1], founder="Somebody Else")]
    with pytest.raises(TrainingError, match="another founder"):
        train(changed, folder, SETTINGS, lambda _: None, model=PACKAGED)


def test_only_the_reply_is_learnt(packaged: Base, two: list[Case]) -> None:
    encoded = encode(packaged, two[0])
    prompt, reply = encoded.tokens[: encoded.reply_from], encoded.tokens[encoded.reply_from :]
    assert packaged.tokenizer.decode(prompt).endswith("assistant\n")
    assert two[0].sheet in packaged.tokenizer.decode(prompt)
    assert packaged.tokenizer.decode(reply[:-1]) == two[0].answer()
    assert reply[-1] == packaged.tokenizer.eos_token_id


def test_too_few_cases_for_a_batch_are_refused(two: list[Case], tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="too few"):
        train(two[:1], tmp_path, SETTINGS, lambda _: None, model=PACKAGED)
