"""Every alarm: what raises it, what does not, and that it neither flickers nor stays."""

import pytest

from server.alarms import RULES, Alarms, Ending, Readings, Severity

FIRES = {
    "no-sound": Readings(silent_seconds=1.6),
    "microphone-silent": Readings(live_quiet_seconds=8.0),
    "frozen-picture": Readings(still_seconds=1.1),
    "nothing-sent": Readings(unsent_seconds=1.1),
    "pictures-late": Readings(repeated_share=0.2),
    "llm-degraded": Readings(mind_faults=2),
    "voice-degraded": Readings(voice_faults=2),
    "answers-slow": Readings(answers=5, answer_p95_s=3.6),
    "comment-flood": Readings(comments_per_second=9.0),
    "viewers-report-trouble": Readings(reports=3),
    "promotion-ending": Readings(endings=(Ending("draw", "Friday draw", 59.0),)),
    "disk-almost-full": Readings(disk_free_mb=900.0),
    "log-behind": Readings(log_waiting=501),
    "webhook-failing": Readings(webhooks_failing=("https://shop.example",)),
}
SILENT = {
    "no-sound": [Readings(silent_seconds=1.4), Readings(silent_seconds=9.0, silent_by_will=True)],
    "microphone-silent": [Readings(live_quiet_seconds=7.9), Readings(live_quiet_seconds=9.0, silent_by_will=True)],
    "frozen-picture": [Readings(still_seconds=0.9), Readings(still_seconds=9.0, covered=True)],
    "nothing-sent": [Readings(unsent_seconds=0.9)],
    "pictures-late": [Readings(repeated_share=0.09)],
    "llm-degraded": [
        Readings(mind_faults=1),
        Readings(clauses=4, clause_p95_s=9.0),
        Readings(clauses=9, clause_p95_s=3.9),
    ],
    "voice-degraded": [Readings(voice_faults=1)],
    "answers-slow": [Readings(answers=4, answer_p95_s=9.0), Readings(answers=20, answer_p95_s=3.4)],
    "comment-flood": [Readings(comments_per_second=7.9, comments_waiting=150)],
    "viewers-report-trouble": [Readings(reports=0)],
    "promotion-ending": [
        Readings(endings=(Ending("draw", "Friday draw", 61.0),)),
        Readings(endings=(Ending("quick", "Quick draw", 29.0, lasts=30.0),)),
    ],
    "disk-almost-full": [Readings(disk_free_mb=1_001.0), Readings(disk_free_mb=None)],
    "log-behind": [Readings(log_waiting=500)],
    "webhook-failing": [Readings(webhooks_failing=())],
}


def told(alarms: Alarms, readings: Readings, now: float) -> list[tuple[str, bool]]:
    return [(change.alarm.code, change.raised) for change in alarms.feed(readings, now)]


def codes(alarms: Alarms) -> list[str]:
    return [alarm.code for alarm in alarms.standing()]


def test_every_rule_is_tried_below() -> None:
    assert set(FIRES) == set(SILENT) == {watched.code for watched in RULES}


@pytest.mark.parametrize("code", FIRES)
def test_it_fires_once_and_clears_once(code: str) -> None:
    alarms = Alarms()
    changes = [change for now in range(10) for change in told(alarms, FIRES[code], now)]
    assert changes == [(code, True)]
    [alarm] = alarms.standing()
    assert alarm.message.endswith(".")
    assert alarm.remedy.endswith(".")
    assert alarm.message_zh.endswith("。")
    assert alarm.remedy_zh.endswith("。")
    changes = [change for now in range(10, 40) for change in told(alarms, Readings(), now)]
    assert changes == [(code, False)]
    assert alarms.standing() == ()


@pytest.mark.parametrize(("code", "readings"), [(code, one) for code, many in SILENT.items() for one in many])
def test_it_does_not_fire(code: str, readings: Readings) -> None:
    alarms = Alarms()
    assert [change for now in range(20) for change in told(alarms, readings, now)] == []


def test_slow_model_counts_as_degraded_too() -> None:
    alarms = Alarms()
    assert told(alarms, Readings(clauses=5, clause_p95_s=4.1), 0) == [("llm-degraded", True)]
    assert "4.1 s" in alarms.standing()[0].message


def test_value_that_swings_about_its_limit_makes_one_alarm() -> None:
    alarms = Alarms()
    changes = []
    for now in range(60):
        changes += told(alarms, Readings(disk_free_mb=990.0 if now % 2 else 1_010.0), now)
    assert changes == [("disk-almost-full", True)]


def test_short_burst_is_no_flood() -> None:
    alarms = Alarms()
    assert told(alarms, FIRES["comment-flood"], 0.0) == []
    assert told(alarms, FIRES["comment-flood"], 2.0) == []
    assert told(alarms, Readings(), 2.5) == []
    assert told(alarms, FIRES["comment-flood"], 3.0) == []
    assert told(alarms, FIRES["comment-flood"], 6.0) == [("comment-flood", True)]


def test_short_relief_does_not_clear() -> None:
    alarms = Alarms()
    told(alarms, FIRES["frozen-picture"], 0.0)
    assert told(alarms, Readings(), 1.0) == []
    assert told(alarms, FIRES["frozen-picture"], 2.0) == []
    assert told(alarms, Readings(), 3.0) == []
    assert told(alarms, Readings(), 5.0) == [("frozen-picture", False)]


def test_room_that_starts_or_closes_raises_only_what_concerns_its_machine() -> None:
    starting = Readings(live=False, still_seconds=9, silent_seconds=9, disk_free_mb=10, log_trouble="disk full")
    alarms = Alarms()
    for now in range(5):
        alarms.feed(starting, now)
    assert sorted(codes(alarms)) == ["disk-almost-full", "log-behind"]


def test_what_stood_while_live_is_cleared_when_the_room_closes() -> None:
    alarms = Alarms()
    told(alarms, FIRES["frozen-picture"], 0)
    assert told(alarms, Readings(live=False, still_seconds=9), 1) == [("frozen-picture", False)]


def test_worse_is_told_again_and_the_moment_stays() -> None:
    alarms = Alarms()
    told(alarms, Readings(disk_free_mb=900), 5)
    assert told(alarms, Readings(disk_free_mb=800), 6) == []
    assert told(alarms, Readings(disk_free_mb=100), 7) == [("disk-almost-full", True)]
    [alarm] = alarms.standing()
    assert (alarm.severity, alarm.since) == (Severity.URGENT, 5)
    assert "100 MB" in alarm.message


def test_two_promotions_end_by_themselves() -> None:
    alarms = Alarms()
    both = Readings(endings=(Ending("a", "A", 30), Ending("b", "B", 50)))
    assert told(alarms, both, 0) == [("promotion-ending", True)] * 2
    assert told(alarms, Readings(endings=(Ending("b", "B", 20),)), 30) == [("promotion-ending", False)]
    assert [alarm.subject for alarm in alarms.standing()] == ["b"]


def test_urgent_ones_come_first_then_the_oldest() -> None:
    alarms = Alarms()
    alarms.feed(Readings(mind_faults=2), 0)
    alarms.feed(Readings(mind_faults=2, still_seconds=2), 1)
    alarms.feed(Readings(mind_faults=2, still_seconds=2, silent_seconds=2), 2)
    assert codes(alarms) == ["frozen-picture", "no-sound", "llm-degraded"]
