import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.replay.rehearsal import Progress
from server.replay.scenario import Action, Scenario
from server.replay.script import Window
from tests.server.replay.replayed import EVENING, ROOT, fates, play, script, script_from

SHORT = Window(0, 40)
_CHILD = """
import hashlib
from tests.server.replay.replayed import *
rows = []
play(script_from(EVENING, Window(0, 40)), scenario=Scenario(), rows=rows)
print(hashlib.sha256("\\n".join(rows).encode()).hexdigest())
"""


def digest(hash_seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(
        [sys.executable, "-c", _CHILD], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_the_same_seed_gives_the_same_events_byte_for_byte() -> None:
    rows: list[str] = []
    play(script_from(EVENING, SHORT), rows=rows)
    assert digest("7") == hashlib.sha256("\n".join(rows).encode()).hexdigest()


def test_another_seed_gives_other_words_and_the_same_facts() -> None:
    what = script((1.0, "Lin", "How much is the ribeye?"))
    shows = [play(what, seed=seed) for seed in (1, 2, 3)]
    words = {" ".join(line.text for line in show.lines if line.comments) for show in shows}
    assert len(words) > 1
    facts = {frozenset(fact for line in show.lines if line.kind == "answer" for fact in line.facts) for show in shows}
    assert all("catalogue/RB-10.price" in named for named in facts)


def test_a_replay_of_a_replays_log_gives_the_same_fates(tmp_path: Path) -> None:
    rows: list[str] = []
    first = play(script_from(EVENING), rows=rows)
    log = tmp_path / "events.jsonl"
    log.write_text("\n".join(rows) + "\n", "utf-8")
    again = play(script_from(log))
    assert fates(again) == fates(first)
    assert [line.text for line in again.lines] == [line.text for line in first.lines]


TEXTS = st.sampled_from(
    [
        "how much is the ribeye?",
        "are you real?",
        "牛排多少钱",
        "hi Joe",
        "lol",
        "is the pan heavy",
        "and the kettle?",
        "thanks",
        "???",
    ]
)
COMMENTS = st.lists(
    st.tuples(st.floats(0, 30), st.sampled_from(["Lin", "Bo", "小明", "v_1"]), TEXTS), min_size=1, max_size=12
)


@given(COMMENTS)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
def test_any_chat_replays_as_itself(
    tmp_path_factory: pytest.TempPathFactory, comments: list[tuple[float, str, str]]
) -> None:
    rows: list[str] = []
    first = play(script(*sorted(comments, key=lambda comment: comment[0])), rows=rows)
    log = tmp_path_factory.mktemp("log") / "events.jsonl"
    log.write_text("\n".join(rows) + "\n", "utf-8")
    taken = [fate for fate in fates(first) if fate[2] != "refused"]
    if taken:
        assert fates(play(script_from(log))) == taken


def test_what_the_room_does_not_take_is_refused_and_says_why() -> None:
    show = play(script((1.0, "Lin", "...\u200b"), (2.0, "Bo", "word " * 100), (3.0, "Ann", "is the steak frozen?")))
    assert [comment.refused for comment in show.comments] == ["comment-empty", "comment-too-long", ""]
    assert show.comments[2].fate == "spoken"


def test_a_scenario_starts_a_promotion_and_comments_enter_it() -> None:
    scenario = Scenario(actions=[Action(at=1, promotion="red-lantern")])
    show = play(script((25.0, "Lin", "hongbao"), (26.0, "Lin", "hongbao")), scenario=scenario)
    assert [record.state for record in show.promotions][:2] == ["announced", "open"]
    assert {comment.fate for comment in show.comments} == {"written"}


def test_an_action_that_cant_be_done_is_told_as_a_fault() -> None:
    show = play(script((1.0, "Lin", "hi")), scenario=Scenario(actions=[Action(at=1, promotion="nothing")]))
    assert [happening.data["code"] for happening in show.happenings] == ["no-such-promotion"]


def test_a_replay_that_is_broken_off_keeps_what_there_is() -> None:
    progress = Progress()

    class Rows(list[str]):
        def append(self, row: str) -> None:
            super().append(row)
            progress.stop = progress.stop or len(self) > 30

    show = play(script_from(EVENING), rows=Rows(), progress=progress)
    assert not show.complete
    assert show.comments
    assert all(comment.fates == 1 for comment in show.comments), "closing gives every open comment its fate"
