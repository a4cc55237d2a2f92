"""Replays of the demo room at logic depth, for tests."""

from collections.abc import Sequence
from pathlib import Path

from dialogue.room_content import RoomContent, load_room_content
from server.configuration import read_room_config
from server.replay.recorder import Recorder, Recording
from server.replay.rehearsal import Parts, Progress, Terms, rehearse
from server.replay.scenario import Scenario
from server.replay.script import Arrival, Script, Window, read_script
from server.replay.sources.contract import open_log
from server.replay.timed_voice import TimedVoice
from server.replay.verdicts import judge
from server.replay.verdicts.contract import Case, Verdict
from server.replay.virtual_loop import run_virtual

ROOT = Path(__file__).resolve().parents[3]
DEMO = ROOT / "rooms" / "demo"
HERE = Path(__file__).resolve().parent
EVENING = HERE / "logs" / "evening.jsonl"
EVENING_RULES = HERE / "scenarios" / "evening.yaml"
BASELINE = HERE / "baseline" / "demo.json"
CONTENT = load_room_content(DEMO)
CONFIG = read_room_config(DEMO)
EN = frozenset({"en"})


def script(*comments: tuple[float, str, str]) -> Script:
    """A script of comments: second, viewer, text."""
    arrivals = tuple(Arrival(n, t, viewer, text, f"test:{n}") for n, (t, viewer, text) in enumerate(comments, 1))
    return Script(arrivals, ("test",), "test")


def script_from(path: Path, window: Window | None = None) -> Script:
    with open_log(path) as source:
        return read_script([(path.name, source)], window)


def play(
    what: Script,
    *,
    scenario: Scenario | None = None,
    seed: int = 1,
    content: RoomContent = CONTENT,
    rows: list[str] | None = None,
    progress: Progress | None = None,
    settle_s: float = 90.0,
) -> Recording:
    """Play a script to the demo room, without models."""
    parts = Parts(content, CONFIG, TimedVoice(EN))
    terms = Terms(seed=seed, scenario=scenario or Scenario(), settle_s=settle_s)
    recorder = Recorder(rows.append if rows is not None else None)
    return run_virtual(rehearse(what, parts, terms, recorder, progress or Progress()))


def case_of(show: Recording, scenario: Scenario | None = None, content: RoomContent = CONTENT) -> Case:
    return Case(show, content, scenario or Scenario(), EN)


def verdicts_of(case: Case) -> dict[str, Verdict]:
    return {verdict.name: verdict for verdict in judge(case)}


def fates(show: Recording) -> Sequence[tuple[str, str, str]]:
    return [(comment.viewer, comment.text, comment.fate) for comment in show.comments]
