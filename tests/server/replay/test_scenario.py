from pathlib import Path

import pytest

from server.replay.scenario import Scenario, ScenarioUnusable, read_scenario
from server.replay.script import parse_window, seconds_of
from tests.server.replay.replayed import EVENING_RULES


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "rules.yaml"
    file.write_text(text, "utf-8")
    return file


def test_the_committed_scenario_reads() -> None:
    scenario = read_scenario(EVENING_RULES)
    assert scenario.title
    assert scenario.rules
    assert scenario.actions[0].promotion == "red-lantern"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("schema: 1\nrules:\n  - name: a\n    comment: '('\n    absent: true\n", "is no regular expression"),
        ("schema: 1\nrules:\n  - name: a\n", "asks nothing"),
        ("schema: 1\nrules:\n  - {name: a, facts: [x]}\n", "about a comment"),
        ("schema: 1\nrulez: []\n", "rulez"),
        ("schema: 3\n", "schema"),
        ("schema: 1\nactions: [{at: -1, promotion: x}]\n", "at"),
        ("- nothing\n", "name: value"),
        ("schema: [\n", "rules.yaml"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ScenarioUnusable, match="rules.yaml") as wrong:
        read_scenario(write(tmp_path, text))
    assert told in str(wrong.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ScenarioUnusable, match="nowhere"):
        read_scenario(tmp_path / "nowhere.yaml")


def test_no_scenario_has_the_products_bars() -> None:
    bars = Scenario().bars
    assert (bars.av_offset_ms, bars.picture_gap_ms) == (40, 120)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [("10:00-20:00", 600, 1200), ("90-120.5", 90, 120.5), ("1:00:00-", 3600, float("inf")), ("-5:00", 0, 300)],
)
def test_windows(text: str, start: float, end: float) -> None:
    window = parse_window(text)
    assert (window.start, window.end) == (start, end)
    assert start in window
    assert end not in window


@pytest.mark.parametrize("text", ["", "10:00", "20:00-10:00", "a-b", "1:2:3:4-5"])
def test_what_is_no_window_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="window|ends before|time"):
        parse_window(text)


def test_times() -> None:
    assert seconds_of("00:31:10") == seconds_of("31:10") == seconds_of("1870") == 1870
