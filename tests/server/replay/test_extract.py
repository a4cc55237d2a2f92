"""From an incident to a test: the scenario holds what happened, and nobody can be recognised in it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from server.cli import main
from server.event_log import EventLog
from server.replay.incident import clock_of
from server.replay.scenario import read_scenario
from server.replay.sources.contract import ChatEvent, open_log

ROOM = Path("rooms/demo")


def received(at: float, comment: str, viewer: str, text: str) -> tuple[str, float, dict[str, Any]]:
    return (
        "comment.received",
        at,
        {"comment": comment, "viewer": viewer, "text": text, "language": "en", "spoken": False},
    )


def decided(at: float, comment: str, fate: str, **more: Any) -> tuple[str, float, dict[str, Any]]:
    return "comment.decided", at, {"comment": comment, "fate": fate, "reason": more.pop("reason", ""), **more}


def line(at: float, kind: str, text: str, comments: list[str], facts: list[str]) -> tuple[str, float, dict[str, Any]]:
    return "line.started", at, {"line": f"l{at}", "kind": kind, "text": text, "comments": comments, "facts": facts}


SHOW = [
    received(10.0, "c1", "Wilhelmina", "hello from the quiet before"),
    received(1850.0, "c2", "Lin Wei", "How much is the ribeye (10 x 150 g)?"),
    received(1851.0, "c3", "小周爱吃肉", "@Lin 我的手机13812345678，牛排几天到上海市徐汇区漕溪北路18号"),
    received(1852.5, "c4", "Bo", "how much for the ribeye? thanks wilhelmina"),
    line(1853.0, "readback", "Lin Wei asks for the price.", ["c2"], []),
    line(1855.0, "answer", "Lin Wei, the ribeye steaks are 199 yuan.", ["c2"], ["catalogue/RB-10.price"]),
    decided(1855.1, "c2", "spoken"),
    decided(1855.2, "c4", "merged", into="c2"),
    ("promotion.announced", 1860.0, {"promotion": "lantern-draw", "kind": "draw"}),
    ("desk.action", 1861.0, {"by": "Ann Host", "action": "skip", "target": "c3"}),
    decided(1862.0, "c3", "written", text="小周爱吃肉, two days.", reason=""),
    received(1863.0, "c5", "Wilhelmina", "WRITE TO will.mina@example.com or https://t.co/x"),
    decided(1864.0, "c5", "declined", reason="Wilhelmina advertises."),
    received(1869.0, "c6", "Bo", "still there?"),
    received(1999.0, "c7", "Bo", "after it all"),
]


@pytest.fixture
async def data(tmp_path: Path) -> Path:
    log = await EventLog.open(tmp_path / "demo" / "events.sqlite3")
    await log.begin_show("demo-1", "demo", "0")
    await log.append(*received(5.0, "c1", "Elsewhere", "another show"))
    await log.begin_show("demo-2", "demo", "0")
    for kind, at, body in SHOW:
        await log.append(kind, at, body)
    await log.close()
    return tmp_path


def cut(data: Path, *more: str) -> tuple[int, str]:
    out = data / "case.scenario"
    arguments = ["replay", "extract", "--data", str(data), "--folder", str(ROOM), "--out", str(out), *more]
    code = main(arguments)
    return code, out.read_text("utf-8") if out.exists() else ""


def test_the_scenario_has_the_comments_and_what_became_of_them(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = cut(data, "--show", "last", "--at", "00:31:00", "--around", "15")
    assert code == 0
    for secret in ("Lin", "Wei", "小周", "138", "漕溪", "徐汇", "Wilhelmina", "will.mina", "t.co", "Ann", "Bo"):
        assert not re.search(rf"(?<![A-Za-z]){re.escape(secret)}(?![A-Za-z])", text, re.I), secret
    scenario = read_scenario(data / "case.scenario")
    with open_log(data / "case.scenario") as source:
        assert source.format == "talkback-scenario"
        events = [event for event in source if isinstance(event, ChatEvent)]
    assert [round(event.t, 1) for event in events] == [5.0, 6.0, 7.5, 18.0, 24.0]
    assert events[0].text == "How much is the ribeye (10 x 150 g)?"
    assert events[2].user == events[4].user
    assert events[1].mentions
    assert all(event.ts is None for event in events)
    assert scenario.lasts == 30
    assert [(action.at, action.promotion, action.do) for action in scenario.actions] == [
        (15.0, "lantern-draw", "start")
    ]
    assert [(rule.fate, rule.facts) for rule in scenario.rules] == [
        (["spoken"], ["catalogue/RB-10.price"]), (["written"], []), (["merged"], []), (["declined"], []),
    ]  # fmt: skip
    for rule, event in zip(scenario.rules, events, strict=False):
        matching = [
            e
            for e in events
            if re.search(rule.comment or "", e.text, re.I) and re.search(rule.viewer or "", e.user, re.I)
        ]
        assert matching == [event]
    assert f"# then after 3.0 s: {events[0].user}, the ribeye steaks are 199 yuan." in text
    assert "Hosts steered the show meanwhile (1 ×)" in text
    told = capsys.readouterr().out
    assert "5 comments of 4 people" in told
    assert "1 × phone number" in told


def test_another_cut_gives_other_names(data: Path) -> None:
    _, first = cut(data, "--at", "31:00")
    _, second = cut(data, "--at", "31:00", "--force")
    assert first != second
    assert re.sub(r'"user.*?": ".*?"', "", first).count("\n") == re.sub(r'"user.*?": ".*?"', "", second).count("\n")


def test_what_can_not_be_cut_is_told(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cut(data, "--at", "00:10:00")[0] == 2
    assert "no comment around 00:10:00 (± 60 s); the nearest came at 00:00:10" in capsys.readouterr().err
    assert cut(data, "--at", "00:10:00", "--show", "demo-9")[0] == 2
    assert "no show demo-9. Its last ones: demo-1, demo-2" in capsys.readouterr().err
    assert cut(data, "--at", "00:10:00", "--room", "other")[0] == 2
    assert "--room which room's it is" in capsys.readouterr().err


def test_a_file_is_not_written_over_unless_asked_to(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "case.scenario").write_text("mine")
    assert cut(data, "--at", "31:00") == (1, "mine")
    assert "--force" in capsys.readouterr().err
    assert cut(data, "--at", "31:00", "--force")[0] == 0


def test_a_folder_that_can_not_be_written_is_told(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "file").write_text("")
    assert main(["replay", "extract", "--data", str(data), "--at", "31:00", "--out", str(data / "file" / "x")]) == 1
    assert "can't be written" in capsys.readouterr().err


def test_a_room_that_can_not_be_read_is_told(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cut(data, "--at", "31:00", "--folder", str(data))[0] == 0
    assert "--folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong", [("--at", "soon"), ("--at", "1:00", "--around", "0"), ("--at", "1:00", "--around", "9999")]
)
def test_nonsense_is_refused_by_the_command_line(
    tmp_path: Path, wrong: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["replay", "extract", "--out", str(tmp_path / "x"), *wrong])
    assert ended.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


async def test_words_that_yaml_and_patterns_care_about_come_through(tmp_path: Path) -> None:
    texts = [
        '"quoted": {a}? [b] # not a remark',
        "back\\slash $1.00 (x|y)*",
        "--- | > & % @",
        "多少钱：“十块”？",
        "é ​👍🏽 ñ",
        "'single' %s ~",
    ]
    log = await EventLog.open(tmp_path / "demo" / "events.sqlite3")
    await log.begin_show("demo-1", "demo", "0")
    for number, text in enumerate(texts):
        await log.append(*received(100.0 + number, f"c{number}", f"viewer{number}", text))
        await log.append(*decided(100.5 + number, f"c{number}", "expired", reason=text))
    await log.close()
    code, _ = cut(tmp_path, "--at", "1:43")
    assert code == 0
    rules = read_scenario(tmp_path / "case.scenario").rules
    with open_log(tmp_path / "case.scenario") as source:
        events = [event for event in source if isinstance(event, ChatEvent)]
    assert [event.text for event in events] == texts
    for rule, text in zip(rules, texts, strict=True):
        assert re.search(rule.comment or "", text, re.I)
        assert json.dumps(rule.name)


def test_clock() -> None:
    assert [clock_of(seconds) for seconds in (0.4, 59.6, 1870, 36_610)] == [
        "00:00:00",
        "00:01:00",
        "00:31:10",
        "10:10:10",
    ]
