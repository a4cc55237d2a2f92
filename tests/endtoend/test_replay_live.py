"""A few seconds of chat played to the real server, watched over WebRTC: the same verdicts, from what was received."""

from pathlib import Path

import pytest

from server.cli import main
from server.replay.report import read_report
from server.replay.verdicts.contract import Outcome
from tests.server.replay.replayed import DEMO

pytestmark = pytest.mark.endtoend

CHAT = """\
time,user,message
0:01,Lin,How much is the ribeye?
0:03,Bo,are you a real person?
0:05,小明,牛排多少钱
"""
RULES = """\
schema: 1
rules:
  - {name: The price is the catalogue's, comment: ribeye, must_say: ['199']}
bars:
  picture_gap_ms: 1000  # the machine that tests has other work too; tests/bench measures gaps on a quiet one
"""


def test_live_depth_judges_what_a_viewer_received(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chat, rules = tmp_path / "chat.csv", tmp_path / "rules.yaml"
    chat.write_text(CHAT, "utf-8")
    rules.write_text(RULES, "utf-8")
    arguments = [
        str(chat),
        "--room",
        str(DEMO),
        "--depth",
        "live",
        "--scenario",
        str(rules),
        "--out",
        str(tmp_path / "run"),
    ]
    main(["replay", *arguments])
    told = capsys.readouterr()
    report = read_report(tmp_path / "run")
    outcomes = {verdict.name: verdict.outcome for verdict in report.verdicts}
    assert report.complete, told.out
    assert {comment.fate for comment in report.comments} == {"spoken", "written"}
    for name in ("fates", "grounded", "honest", "language", "words", "sync", "pictures", "loudness"):
        assert outcomes[name] is Outcome.PASS, told.out
    assert outcomes["rule/The price is the catalogue's"] is Outcome.PASS
    assert [line for line in report.lines if line.transcript], "what was received was listened to"
