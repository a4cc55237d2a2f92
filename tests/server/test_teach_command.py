"""`talkback persona train` before and around the training itself: what is refused, told, kept."""

import io
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from dialogue.training.base_model import TrainingError
from dialogue.training.generator import Case
from dialogue.training.pairs import FOLDER
from dialogue.training.train import Progress, TrainingSettings
from server import teach_command
from server.cli import main
from server.teach_command import ProgressLine, told

Tell = Callable[[Progress], None]


def progress(step: int, *, kept: bool = False, begun: int = 0, seconds: float = 10.0) -> Progress:
    return Progress(step, 1500, begun, 0.84, seconds, 410.4, kept)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with one file of the packaged pairs: enough to teach, quick to check."""
    folder = tmp_path / "pairs"
    folder.mkdir()
    shutil.copy(FOLDER / "product_origin.yaml", folder)
    return folder


class Trainer:
    """Stands for the training: keeps what it was given and ends as it is told to."""

    def __init__(self, ends: BaseException | None = None) -> None:
        self.ends = ends
        self.cases: list[Case] = []
        self.settings = TrainingSettings()

    def __call__(self, cases: Sequence[Case], out: Path, settings: TrainingSettings, tell: Tell) -> Path:
        self.cases, self.settings = list(cases), settings
        tell(progress(50, kept=True))
        tell(progress(63))
        if self.ends is not None:
            raise self.ends
        return out


@pytest.fixture
def trainer(monkeypatch: pytest.MonkeyPatch) -> Trainer:
    stand_in = Trainer()
    monkeypatch.setattr(teach_command, "_train", stand_in)
    return stand_in


def command(data: Path, out: Path, *more: str) -> int:
    return main(["persona", "train", "--data", str(data), "--out", str(out), "--cases", "200", *more])


def test_pairs_are_checked_filled_and_handed_on(
    data: Path, tmp_path: Path, trainer: Trainer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(data, tmp_path / "out", "--rank", "4", "--seed", "5", "--steps", "9", "--batch", "3") == 0
    settings = trainer.settings
    assert (settings.rank, settings.alpha, settings.seed, settings.steps, settings.batch) == (4, 8, 5, 9, 3)
    assert len(trainer.cases) == 200
    said = capsys.readouterr().out
    assert "held back" in said
    assert f"adapter: {tmp_path / 'out'}" in said


def test_a_bad_pair_is_refused_by_file_and_line_before_anything_is_loaded(
    data: Path, tmp_path: Path, trainer: Trainer, capsys: pytest.CaptureFixture[str]
) -> None:
    (data / "mine.yaml").write_text(
        "- intent: price\n  asks: [price]\n  emotion: warm\n  pairs: |\n    how much? => It's 12 yuan, {viewer}, for all of it.\n",
        "utf-8",
    )
    assert command(data, tmp_path / "out") == 2
    assert "mine.yaml:5: pairs: the reply says 12 yuan, which is in no fact" in capsys.readouterr().err
    assert trainer.cases == []
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("folder", ["nowhere", "empty"])
def test_a_folder_without_pairs_is_refused(
    folder: str, tmp_path: Path, trainer: Trainer, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    assert command(tmp_path / folder, tmp_path / "out") == 2
    assert "holds no pairs" in capsys.readouterr().err


def test_too_few_pairs_are_refused(
    tmp_path: Path, trainer: Trainer, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (data / "product_origin.yaml").unlink()
    row = "how much is the {name} tonight? => {The} {is} {price} now, {viewer}, as the card says."
    (data / "mine.yaml").write_text(
        f"- intent: price\n  asks: [price]\n  emotion: warm\n  pairs: |\n    {row}\n", "utf-8"
    )
    assert command(data, tmp_path / "out") == 2
    assert "--data packaged" in capsys.readouterr().err


def test_an_out_that_is_a_file_is_refused(data: Path, tmp_path: Path, trainer: Trainer) -> None:
    (tmp_path / "out").write_text("", "utf-8")
    assert command(data, tmp_path / "out") == 2


@pytest.mark.parametrize("option", [("--rank", "0"), ("--steps", "many"), ("--cases", "5"), ("--device", "tpu")])
def test_numbers_out_of_bounds_are_refused_by_the_command_line(
    option: tuple[str, str], data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        command(data, tmp_path / "out", *option)
    assert ended.value.code == 2
    assert option[0] in capsys.readouterr().err


def test_interrupted_it_says_what_is_kept_and_how_to_go_on(
    data: Path, tmp_path: Path, trainer: Trainer, capsys: pytest.CaptureFixture[str]
) -> None:
    trainer.ends = KeyboardInterrupt()
    assert command(data, tmp_path / "out") == 1
    err = capsys.readouterr().err
    assert "The checkpoint of step 50 is in" in err
    assert "(13 steps since then are lost)" in err
    assert "the same command goes on" in err


@pytest.mark.parametrize("trouble", [TrainingError("made with other settings"), RuntimeError("out of memory")])
def test_trouble_is_told_in_a_sentence(
    trouble: Exception, data: Path, tmp_path: Path, trainer: Trainer, capsys: pytest.CaptureFixture[str]
) -> None:
    trainer.ends = trouble
    assert command(data, tmp_path / "out") == 1
    assert str(trouble) in capsys.readouterr().err


def test_without_the_extra_it_is_named(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(teach_command, "find_spec", lambda name: None if name == "peft" else object())
    assert command(data, tmp_path / "out") == 1
    assert "peft" in (err := capsys.readouterr().err)
    assert "pip install '.[train]'" in err


def test_a_founder_with_too_little_is_refused_and_told_why(
    data: Path, tmp_path: Path, trainer: Trainer, capsys: pytest.CaptureFixture[str]
) -> None:
    room = founder_room(tmp_path, openings=["So"], catch_phrases=["It is the best ever."])
    assert command(data, tmp_path / "out", "--founder", str(room)) == 2
    told_of = capsys.readouterr()
    assert "left out (superlative): catch phrase 'It is the best ever.'" in told_of.out
    assert "3 are needed" in told_of.err
    assert trainer.cases == []


def test_a_founders_voice_is_in_the_cases(
    data: Path, tmp_path: Path, trainer: Trainer, capsys: pytest.CaptureFixture[str]
) -> None:
    room = founder_room(tmp_path, openings=["So", "Look", "Now then"], catch_phrases=["Here's the honest version."])
    assert command(data, tmp_path / "out", "--founder", str(room)) == 0
    assert {case.founder for case in trainer.cases} == {"Marta Kowal"}
    opened = sum(case.reply.startswith(("So, ", "Look, ", "Now then, ")) for case in trainer.cases)
    assert opened > 5
    assert f"{opened} with an opening of Marta Kowal's" in capsys.readouterr().out


def founder_room(folder: Path, **habits: list[str]) -> Path:
    room = folder / "room"
    room.mkdir()
    lines = [f"{name}: {json.dumps(value)}" for name, value in habits.items()]
    (room / "persona_profile.yaml").write_text("\n".join([*lines, "opening_share: 0.3"]) + "\n", "utf-8")
    said = "- A pan is a pan.\n- Slow is smooth.\n- It will keep."
    (room / "persona.md").write_text(
        f"# Marta Kowal {{#name}}\n\n## Who {{#who}}\n\nShe sells pans.\n\n## How they speak {{#voice}}\n\n{said}\n",
        "utf-8",
    )
    return room


def test_the_line_says_where_it_stands() -> None:
    assert told(progress(100)) == "step 100 of 1500 · loss 0.840 · 410 tokens/s · 2 min left"
    assert told(progress(60, begun=50, seconds=100)).endswith("4 h 0 min left")
    assert told(progress(1490, seconds=1490)).endswith("10 s left")


def test_off_a_terminal_there_is_a_line_for_each_checkpoint() -> None:
    stream = io.StringIO()
    line = ProgressLine(stream)
    for step in range(1, 101):
        line.show(progress(step, kept=step % 50 == 0, begun=10))
    lines = stream.getvalue().splitlines()
    assert lines[0] == "Going on from the checkpoint of step 10"
    assert [text.split(" of ")[0] for text in lines[1:]] == ["step 50", "step 100"]


def test_on_a_terminal_one_line_is_written_over_not_too_often() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream, now = Terminal(), 0.0
    line = ProgressLine(stream, lambda: now)
    for step in range(1, 5):
        now += 0.1
        line.show(progress(step))
    line.end()
    assert stream.getvalue().count("\r") == 2
    assert stream.getvalue().count("\n") == 1


def test_before_the_first_checkpoint_nothing_is_kept() -> None:
    line = ProgressLine(io.StringIO())
    assert "Nothing was learnt yet" in line.what_is_kept(Path("out"))
    line.show(progress(12))
    assert "12 steps are lost" in line.what_is_kept(Path("out"))
    resumed = ProgressLine(io.StringIO())
    resumed.show(progress(57, begun=50))
    assert "checkpoint of step 50" in resumed.what_is_kept(Path("out"))
