import json

import pytest

from server.event import Event
from server.recent import ANSWER_WINDOW_S, Recent


def event(type_: str, at: float = 0.0, **data: object) -> Event:
    return Event(1, "s", at, "", type_, True, json.dumps(data))


def test_comments_are_counted_over_ten_seconds() -> None:
    recent = Recent()
    recent.feed([event("comment.received")] * 30, now=100.0)
    assert recent.comments_per_second(101.0) == 3.0
    assert recent.comments_per_second(111.0) == 0.0


@pytest.mark.parametrize(
    ("code", "voice", "mind"),
    [
        ("voice-failed", 1, 0),
        ("no-voice", 1, 0),
        ("endpoint-unreachable", 0, 1),
        ("model-failed", 0, 1),
        ("host-stopped", 0, 1),
        ("product-media", 0, 0),
        ("webhook-failed", 0, 0),
    ],
)
def test_faults_count_for_a_minute_where_they_belong(code: str, voice: int, mind: int) -> None:
    recent = Recent()
    recent.feed([event("fault", 3.0, code=code, message="m")], now=10.0)
    assert (recent.voice_faults(20.0), recent.mind_faults(20.0)) == (voice, mind)
    assert (recent.voice_faults(71.0), recent.mind_faults(71.0)) == (0, 0)
    assert recent.faults == [{"code": code, "message": "m", "at": 3.0}]


def test_answer_takes_from_its_choice_to_its_first_sound() -> None:
    recent = Recent()
    recent.feed([event("comment.chosen", 5.0, comment="c1"), event("comment.chosen", 6.0, comment="c2")], now=0.0)
    recent.feed([event("line.started", 5.5, comments=["c1"]), event("line.started", 7.0, comments=["c1"])], now=1.0)
    recent.feed([event("comment.decided", 8.0, comment="c2"), event("line.started", 9.0, comments=["c2"])], now=2.0)
    assert recent.answers(2.0) == [0.5]
    assert recent.answers(2.0 + ANSWER_WINDOW_S) == []


def test_latency_is_kept_for_the_plots() -> None:
    recent = Recent()
    for number in range(30):
        recent.feed(
            [event("latency", number, comment=f"c{number}", stages={"first_clause": 0.5, "x": "bad"})], now=number
        )
    assert len(recent.latency) == 20
    assert recent.latency[-1] == {"comment": "c29", "at": 29, "stages": {"first_clause": 0.5}}
    assert recent.clauses(29.0) == [0.5] * 20


def test_report_of_viewers_counts_for_a_minute() -> None:
    recent = Recent()
    assert recent.reports(0.0) == 0
    recent.report(3, 10.0)
    assert recent.reports(69.0) == 3
    assert recent.reports(70.0) == 0
