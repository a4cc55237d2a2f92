"""What a report says of a show, checked against the show."""

import json

import pytest

from server.event import Event
from server.reports.report import ShowReport
from tests.server.reports.made_up import ENTRY, STORY, comment, decided, events, line


@pytest.fixture
def report() -> ShowReport:
    return ShowReport(ENTRY, events())


def test_transcript_holds_what_was_heard_at_its_times(report: ShowReport) -> None:
    told = [(heard.start, heard.end, heard.text, heard.interrupted) for heard in report.transcript.lines]
    assert told == [
        (10.0, 12.0, "Ten steaks in one box.", False),
        (21.0, 23.0, "Lin asks: how much is the ribeye?", False),
        (23.0, 25.0, "It's 199 yuan.", False),
        (40.0, 42.0, "Now the eggs,", True),
    ]


def test_products_have_their_stay_questions_and_clicks(report: ShowReport) -> None:
    rows = {row["sku"]: row for row in report.stays.rows()}
    assert list(rows) == ["RB-10", "EG-30"]
    ribeye = rows["RB-10"]
    assert (ribeye["times"], ribeye["seconds"], ribeye["spoken_seconds"]) == (2, 30.0 + 70.0, 4.0)
    assert (ribeye["questions"], ribeye["opened"], ribeye["cart"]) == (1, 1, 1)
    assert (rows["EG-30"]["seconds"], rows["EG-30"]["first_at"]) == (10.0, 40.0)


def test_comments_have_fate_intent_and_waiting_time(report: ShowReport) -> None:
    rows = {asked.comment: asked for asked in report.questions.comments.values()}
    assert rows["c1"].waited == pytest.approx(1.0)
    assert (rows["c3"].waited, rows["c3"].answer) == (2.0, "I'll ask the team.")
    assert rows["c2"].waited is None
    assert (rows["c4"].fate, rows["c4"].reason) == ("declined", "Advertising.")
    assert rows["c5"].fate == "open"


def test_answered_counts_merged_ones_whose_question_was_answered(report: ShowReport) -> None:
    figures = report.figures()
    assert figures["by_fate"] == {"spoken": 1, "written": 1, "merged": 1, "declined": 1, "expired": 0, "open": 1}
    assert (figures["answered"], figures["answered_share"]) == (3, 0.6)
    assert figures["fate_shares"]["spoken"] == 0.2
    assert figures["waiting_spoken"] == {"count": 1, "p50": 1.0, "p95": 1.0}
    assert figures["waiting_written"] == {"count": 1, "p50": 2.0, "p95": 2.0}


def test_merged_into_what_was_never_answered_is_not_answered() -> None:
    story = [
        comment(1.0, "a", "A", "x"),
        comment(2.0, "b", "B", "x"),
        comment(3.0, "c", "C", "x"),
        decided(4.0, "a", "expired"),
        decided(4.0, "b", "merged", into="a"),
        decided(4.0, "c", "merged", into="c"),
    ]
    assert ShowReport(ENTRY, events(story)).figures()["answered"] == 0


def test_questions_are_counted_by_intent(report: ShowReport) -> None:
    rows = report.questions.by_intent()
    assert [(row["intent"], row["comments"], row["answered"]) for row in rows] == [("unknown", 3, 1), ("price", 2, 2)]


def test_incidents_are_told_with_their_times(report: ShowReport) -> None:
    whole = report.as_json()
    [fault] = whole["faults"]
    assert (fault["times"], fault["at"], fault["last_at"]) == (2, 51.0, 52.0)
    [alarm] = whole["alarms"]
    assert (alarm["raised_at"], alarm["cleared_at"]) == (53.0, 55.0)
    [promotion] = whole["promotions"]
    assert (promotion["entries"], promotion["winners"]) == (3, [{"viewer": "Lin", "prize": "pan"}])
    assert [step["state"] for step in promotion["steps"]] == ["announced", "drawn"]
    [action] = whole["actions"]
    assert (action["by"], action["action"], action["at"]) == ("Ann", "say", 80.0)
    assert [refused["rule"] for refused in whole["refused"]] == ["price"]
    assert [asked["text"] for asked in whole["open_questions"]] == ["is it halal?"]
    assert whole["figures"]["viewers_most"] == 2
    assert [moment["kind"] for moment in whole["timeline"]] == [
        *(
            "room",
            "room",
            "product",
            "product",
            "product",
            "fault",
            "alarm",
            "promotion",
            "promotion",
            "action",
            "room",
        ),
    ]


def test_answered_ticket_is_no_open_question() -> None:
    closed = (90.0, "ticket.closed", {"ticket": "t1", "by": "Ann", "text": "Yes."})
    assert ShowReport(ENTRY, events([*STORY, closed])).as_json()["open_questions"] == []


def test_alarm_that_becomes_worse_is_one_alarm() -> None:
    story = [
        (1.0, "alarm", {"code": "disk", "state": "raised", "severity": "warning", "message": "900 MB"}),
        (2.0, "alarm", {"code": "disk", "state": "raised", "severity": "urgent", "message": "100 MB"}),
    ]
    [alarm] = ShowReport(ENTRY, events(story)).as_json()["alarms"]
    assert (alarm["severity"], alarm["raised_at"], alarm["cleared_at"]) == ("urgent", 1.0, None)


def test_show_that_broke_off_in_a_sentence_tells_what_the_captions_had_reached() -> None:
    story = [each for each in line(10.0, "l1", "Ten steaks in one box.", product="RB-10") if each[1] != "line.ended"]
    story.insert(0, (10.0, "product.shown", {"product": {"sku": "RB-10"}}))
    report = ShowReport(ENTRY, events(story[:-2]))
    [heard] = report.transcript.lines
    assert (heard.text, heard.interrupted) == ("Ten steaks in", True)
    assert report.stays.rows()[0]["seconds"] == pytest.approx(0.8)


def test_line_of_which_nothing_was_heard_is_not_in_the_transcript() -> None:
    story = [
        (1.0, "line.ended", {"line": "never", "heard": "", "interrupted": True}),
        *line(2.0, "l", "Hello.", heard=""),
    ]
    assert ShowReport(ENTRY, events(story)).transcript.lines == []


def test_damaged_events_are_counted_and_cost_nothing_else() -> None:
    broken = [
        Event(900, "demo-1", 90.0, "", "comment.received", True, "{"),
        Event(901, "demo-1", 91.0, "", "line.started", True, "[]"),
        Event(902, "demo-1", 92.0, "", "caption", True, "{}"),
        Event(903, "demo-1", 93.0, "", "product.shown", True, '{"product": {}}'),
    ]
    whole = ShowReport(ENTRY, [*events(), *broken]).as_json()
    assert whole["unreadable"] == 4
    assert whole["figures"]["comments"] == 5


def test_empty_show_has_a_report() -> None:
    whole = ShowReport(ENTRY, []).as_json()
    assert whole["figures"]["answered_share"] is None
    assert whole["transcript"] == []


def test_report_is_json(report: ShowReport) -> None:
    whole = json.loads(json.dumps(report.as_json(), allow_nan=False))
    assert whole["show"]["ended"] == "closed"
    assert whole["version"] == 1
