import json
import os
import signal
from pathlib import Path

import pytest

from server.cli import main
from server.replay.report import read_report
from tests.server.replay.replayed import BASELINE, DEMO, EVENING, EVENING_RULES

REMAKE = (
    "talkback replay tests/server/replay/logs/evening.jsonl --llm none "
    "--scenario tests/server/replay/scenarios/evening.yaml --baseline tests/server/replay/baseline/demo.json"
)
SHORT = ("--llm", "none", "--window", "0:00-0:08")


def run(*arguments: str | Path) -> int:
    return main(["replay", *map(str, arguments)])


def test_the_demo_room_behaves_as_its_baseline(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = run(
        *(EVENING, "--room", DEMO, "--llm", "none", "--scenario", EVENING_RULES, "--against", BASELINE),
        *("--expect-same", "--out", tmp_path),
    )
    found = read_report(tmp_path).comparison
    assert found is not None
    told = [f"{c.viewer}: {c.text}: {c.before} → {c.now}" for c in found.changes[:8]]
    assert status == 0, (
        f"the room's behaviour has changed. If that is meant, run: {REMAKE}\n{told}\n{found.presentation[:8]}"
    )
    assert "changed: nothing" in capsys.readouterr().out


def test_it_leaves_events_report_and_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(EVENING, *SHORT, "--out", tmp_path) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"events.jsonl", "report.json", "report.html"}
    types = [json.loads(row)["type"] for row in (tmp_path / "events.jsonl").read_text("utf-8").splitlines()]
    assert {"comment.received", "comment.decided", "line.started", "line.ended"} <= set(types)
    said = capsys.readouterr()
    assert "real time" in said.out
    assert "replay (logic): 100%" in said.err


def test_a_run_can_be_replayed_and_compared_with_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(EVENING, *SHORT, "--out", tmp_path / "one") == 0
    again = ("--llm", "none", "--against", tmp_path / "one", "--expect-same", "--out", tmp_path / "two")
    assert run(tmp_path / "one", *again) == 0
    assert "changed: nothing" in capsys.readouterr().out


def test_a_failed_verdict_is_exit_status_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("schema: 1\nrules:\n  - {name: Says a wrong price, comment: ribeye, must_say: ['1 yuan sharp']}\n")
    assert run(EVENING, *SHORT, "--scenario", rules, "--out", tmp_path / "run") == 1
    assert "FAIL  rule/Says a wrong price" in capsys.readouterr().out


def test_repeats_have_a_pass_rate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(EVENING, *SHORT, "--repeat", "2", "--seed", "5", "--out", tmp_path) == 0
    assert "2 of 2 runs passed" in capsys.readouterr().out
    report = read_report(tmp_path)
    assert [run.seed for run in report.repeats] == [5, 6]
    assert (tmp_path / "run-2" / "report.json").exists()


def test_a_log_can_be_played_over_and_over(tmp_path: Path) -> None:
    log = tmp_path / "one.jsonl"
    log.write_text('{"seq": 1, "type": "comment.received", "at": 1.0, "viewer": "Lin", "text": "hi Joe"}\n' * 2)
    assert run(log, "--llm", "none", "--loop", "3", "--out", tmp_path / "run") == 0
    assert [comment.number for comment in read_report(tmp_path / "run").comments] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nowhere.json",), "nowhere.json"),
        ((EVENING, "--room", "rooms/nowhere"), "rooms/nowhere can't be played to"),
        ((EVENING, "--against", "nowhere"), "there is no replay report"),
        ((EVENING, "--scenario", "nowhere.yaml"), "the scenario can't be used"),
        ((EVENING, "--window", "50:00-51:00"), "outside the window"),
    ],
)
def test_what_cant_run_is_exit_status_2_and_says_why(
    arguments: tuple[str | Path, ...], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments, "--llm", "none", "--out", tmp_path / "run") == 2
    assert told in capsys.readouterr().err


def test_a_baseline_of_another_schema_is_told_before_anything_is_played(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = tmp_path / "old.json"
    old.write_text('{"schema": 99, "room": "demo"}')
    assert run(EVENING, "--llm", "none", "--against", old, "--out", tmp_path / "run") == 2
    assert "schema 99" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_full_disk_is_told_and_the_verdicts_are_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "events.jsonl").symlink_to("/dev/full")
    assert run(EVENING, *SHORT, "--out", folder) == 2
    said = capsys.readouterr()
    assert "the disk is full" in said.err
    assert "fates" in said.out
    assert (folder / "report.json").exists(), "what had been computed is kept"


def test_a_place_that_cant_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert run(EVENING, *SHORT, "--out", tmp_path / "file" / "run") == 2
    assert "Choose another place with --out" in capsys.readouterr().err


def test_ctrl_c_leaves_a_report_of_what_there_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from server.replay.progress_bar import ProgressBar

    def pressed(self: ProgressBar, progress: object) -> None:
        if getattr(progress, "seconds", 0) > 20 and not getattr(progress, "stop", True):
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(ProgressBar, "__call__", pressed)
    assert run(EVENING, "--llm", "none", "--out", tmp_path) == 2
    report = read_report(tmp_path)
    assert not report.complete
    assert not report.passed
    assert 0 < len(report.comments) < 42
    assert "broken off" in capsys.readouterr().out
    assert "<title>" in (tmp_path / "report.html").read_text("utf-8")


def test_a_log_of_another_language_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "zh.csv"
    log.write_text("time,user,message\n0:01,小明,牛排多少钱\n0:02,小雨,蓝莓怎么保存\n0:03,Lin,hi\n", "utf-8")
    assert run(log, "--llm", "none", "--out", tmp_path / "run") == 0
    assert "are in a language that this room's voice does not read" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [("--window", "20:00-10:00"), ("--speed", "0"), ("--repeat", "0"), ("--loop", "x")])
def test_wrong_options_are_told_by_the_command_line(wrong: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(EVENING, *wrong)
    assert ended.value.code == 2
    assert wrong[0] in capsys.readouterr().err
