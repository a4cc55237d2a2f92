"""Subtitles and tables: read back by what reads such files."""

import csv
import io
import json
import re

import pytest

from server.reports.report import ShowReport
from server.reports.subtitles import ROW_WIDTH, Cue, as_srt, as_vtt, cues_of
from server.reports.tables import TABLES, as_csv, as_jsonl
from server.reports.text import as_text
from server.reports.transcript import Heard, Word
from tests.server.reports.made_up import ENTRY, events


@pytest.fixture
def report() -> ShowReport:
    return ShowReport(ENTRY, events())


def heard(
    text: str, start: float = 0.0, end: float = 8.0, language: str = "en", *, pieces: list[str] | None = None
) -> Heard:
    """A Line whose words (or `pieces`) are heard evenly."""
    words, place = [], 0
    parts = pieces or text.split()
    for index, part in enumerate(parts):
        first = text.index(part, place)
        place = first + len(part)
        words.append(Word(start + (end - start) * index / len(parts), first, place))
    return Heard("l", "pitch", start, end, text, language, "warm", [], [], None, shown=text, words=words)


def test_captions_are_at_the_times_at_which_they_were_heard(report: ShowReport) -> None:
    cues = cues_of(report.transcript.lines)
    assert [(cue.start, cue.end) for cue in cues] == [(10.0, 12.0), (21.0, 23.0), (23.0, 25.0), (40.0, 42.0)]
    assert cues[-1].text == "Now the eggs,"


def test_long_line_is_cut_where_its_words_were_reached() -> None:
    text = "This is the longest sentence of the whole evening and it goes on and on until nobody knows how it once began, really"
    cues = cues_of([heard(text)])
    assert len(cues) == 2
    assert " ".join(cue.text for cue in cues) == text
    assert cues[0].start == 0.0
    assert cues[0].end == cues[1].start
    assert cues[1].end == 8.0
    cut = len(cues[0].text) + 1
    assert cues[1].start == next(word.at for word in heard(text).words if word.first == cut)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("Short.", ["Short."]),
        (
            "If you cook for one tonight and for six on Sunday,",
            ["If you cook for one tonight and", "for six on Sunday,"],
        ),
        ("这盒牛排一共十片每片一百五十克今天只要一百九十九元，喜欢的朋友", None),
        ("买10盒ribeye送一把刀，现在下单明天就能送到您家门口，包邮！", None),
    ],
)
def test_rows_are_short_and_never_begin_with_a_closing_mark(text: str, rows: list[str] | None) -> None:
    [block] = as_srt([Cue(0, 1, text)])
    told = block.strip().split("\n")[2:]
    assert len(told) <= 2
    for row in told:
        width = sum(2 if ord(ch) > 0x2E80 else 1 for ch in row)
        assert width <= ROW_WIDTH
        assert row[0] not in "，。！,.!"
    assert "".join("".join(told).split()) == "".join(text.split())
    if rows is not None:
        assert told == rows


def test_short_caption_stays_long_enough_to_be_read_but_never_covers_the_next() -> None:
    cues = cues_of([heard("Yes.", 0.0, 0.2), heard("No.", 0.5, 0.6), heard("Well.", 9.0, 9.1)])
    assert [(cue.start, round(cue.end, 2)) for cue in cues] == [(0.0, 0.5), (0.5, 1.2), (9.0, 9.7)]


def test_srt_is_numbered_with_commas() -> None:
    assert "".join(as_srt([Cue(3723.0405, 3724.9996, "Hi --> you")])) == (
        "1\n01:02:03,040 --> 01:02:05,000\nHi → you\n\n"
    )


def test_vtt_escapes_markup() -> None:
    told = "".join(as_vtt([Cue(1.0, 2.0, "<b>5 & 6</b>")]))
    assert told == "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n&lt;b&gt;5 &amp; 6&lt;/b&gt;\n\n"


def test_every_vtt_cue_has_its_form(report: ShowReport) -> None:
    blocks = "".join(as_vtt(cues_of(report.transcript.lines))).strip().split("\n\n")
    assert blocks[0] == "WEBVTT"
    for block in blocks[1:]:
        assert re.fullmatch(r"\d\d:\d\d:\d\d\.\d{3} --> \d\d:\d\d:\d\d\.\d{3}\n[^\n]+(\n[^\n]+)?", block)


@pytest.mark.parametrize("table", TABLES)
def test_every_table_is_csv_that_a_spreadsheet_reads(report: ShowReport, table: str) -> None:
    text = "".join(as_csv(report, table))
    assert text.startswith("\ufeff")
    heading, *rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows
    assert all(len(row) == len(heading) for row in rows)


def test_csv_holds_every_comment_and_no_formula(report: ShowReport) -> None:
    rows = list(csv.DictReader(io.StringIO("".join(as_csv(report, "comments")).removeprefix("\ufeff"))))
    assert [row["fate"] for row in rows] == ["spoken", "merged", "written", "declined", "open"]
    assert rows[3]["text"] == '\'=HYPERLINK("http://x")'
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_empty_table_is_an_empty_file_and_no_error() -> None:
    assert "".join(as_csv(ShowReport(ENTRY, []), "faults")).strip("\ufeff\r\n") == ""


def test_jsonl_holds_every_event_in_order() -> None:
    rows = [json.loads(row) for row in "".join(as_jsonl(events())).splitlines()]
    assert [row["seq"] for row in rows] == [event.seq for event in events()]
    assert rows[0]["data"] == {"state": "starting", "viewers": 0}


def test_jsonl_does_not_tell_the_seed_of_a_draw_that_is_still_open() -> None:
    story = [(1.0, "promotion.sealed", {"promotion": "d", "seed": "5eed"}), (2.0, "promotion.open", {"promotion": "d"})]
    assert "5eed" not in "".join(as_jsonl(events(story)))
    assert len(list(as_jsonl(events(story)))) == 1


def test_text_tells_the_essentials_in_a_terminal(report: ShowReport) -> None:
    told = "".join(as_text(report))
    assert "5 by 5 viewers; 60% answered" in told
    assert "RB-10  Ribeye steak" in told
    assert "0:00:40  Now the eggs, —" in told
    assert max(len(row) for row in told.splitlines()) < 200
