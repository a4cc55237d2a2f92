"""Every sample log of every format replays."""

from pathlib import Path

import pytest

from server.replay.script import Window
from tests.server.replay.replayed import HERE, case_of, play, script_from, verdicts_of

SAMPLES = sorted(
    path
    for folder in ("logs", "samples")
    for path in (HERE / folder).glob("*")
    if path.is_file() and path.name != "NOTICE"
)


@pytest.mark.parametrize("log", SAMPLES, ids=lambda path: path.name)
def test_a_sample_replays_and_every_comment_has_a_fate(log: Path) -> None:
    whole = script_from(log)
    begin = whole.arrivals[0].t
    show = play(script_from(log, Window(begin, begin + 20)))
    found = verdicts_of(case_of(show))
    assert show.comments
    for name in ("fates", "grounded", "claims", "honest", "language", "trouble"):
        assert found[name].outcome != "fail", (name, found[name])
