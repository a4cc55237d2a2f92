from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from render.contract import CaptionShown, Line, LineEnded, LineKind, LineStarted, QueueDrained, Speech, WordSpan
from render.playlist import Playlist, Take, make_take
from rtc.contract import SLICE_SAMPLES


def take(
    name: str, slices: int = 5, kind: LineKind = LineKind.PITCH, reply: str | None = None, level: int = 1000
) -> Take:
    length = SLICE_SAMPLES * slices
    words = (WordSpan(0, 3, 0, length // 2), WordSpan(4, 7, length // 2, length))
    speech = Speech(np.full(length, level, np.int16), words=words)
    return make_take(
        Line(name, "one two", kind=kind, reply=reply), speech, np.eye(1, 13, 0, np.float32).repeat(slices, 0)
    )


def test_a_line_is_heard_whole_and_reported_at_its_true_times() -> None:
    playlist = Playlist()
    playlist.add(take("a"))
    beats = [playlist.advance(i) for i in range(10, 17)]
    assert [int(b.pcm[0]) for b in beats] == [1000] * 5 + [0, 0]
    events = [e for b in beats for e in b.events]
    assert [type(e) for e in events] == [LineStarted, CaptionShown, CaptionShown, LineEnded, QueueDrained]
    assert events[0].at == 10 * 0.04
    ended = events[3]
    assert isinstance(ended, LineEnded)
    assert (ended.at, ended.heard, ended.interrupted, ended.seconds) == (15 * 0.04, "one two", False, 0.2)
    assert beats[-1].mouth is None


def test_speech_that_does_not_fill_its_last_slice_is_padded_with_silence() -> None:
    speech = Speech(np.full(SLICE_SAMPLES + 1, 500, np.int16))
    made = make_take(Line("a", "x"), speech, np.zeros((0, 13), np.float32))
    assert made.slices == 2
    assert made.pcm[SLICE_SAMPLES] == 500
    assert not made.pcm[SLICE_SAMPLES + 1 :].any()
    assert (made.mouth[:, 0] == 1).all()  # at rest where the track has ended


def test_the_length_of_a_line_is_known_while_it_is_heard_and_in_the_pause_before_it() -> None:
    playlist = Playlist()
    playlist.add(take("a", slices=5))
    playlist.add(take("b", slices=9))
    beats = [playlist.advance(i) for i in range(40)]
    assert [beat.clause_s for beat in beats[:5]] == [5 * 0.04] * 5
    pause = [beat for beat in beats[5:] if not beat.pcm.any()][:5]
    assert {beat.clause_s for beat in pause} == {9 * 0.04}
    assert beats[-1].clause_s is None


def test_clauses_of_one_reply_follow_closer_than_other_lines() -> None:
    def gap(second_kind: LineKind, reply: str | None) -> int:
        playlist = Playlist()
        playlist.add(take("a", kind=LineKind.READBACK, reply="r"))
        playlist.add(take("b", kind=second_kind, reply=reply))
        silent = [not b.pcm.any() for b in (playlist.advance(i) for i in range(40))]
        return silent[5:].index(False)

    assert gap(LineKind.ANSWER, "r") < gap(LineKind.ANSWER, "other") < gap(LineKind.PITCH, None)


def test_a_line_that_comes_after_a_long_silence_begins_at_once() -> None:
    playlist = Playlist()
    playlist.add(take("a"))
    for i in range(100):
        playlist.advance(i)
    playlist.add(take("b"))
    assert playlist.advance(100).pcm.any()


def test_a_cut_fades_within_one_slice_and_reports_only_the_words_that_were_over() -> None:
    playlist = Playlist()
    playlist.add(take("a", slices=10))
    playlist.add(take("b"))
    for i in range(6):
        playlist.advance(i)
    assert [line.id for line in playlist.cut()] == ["b"]
    last = playlist.advance(6)
    assert last.pcm[0] == 1000
    assert not last.pcm[SLICE_SAMPLES // 2 :].any()
    assert np.abs(np.diff(last.pcm.astype(int))).max() < 10  # no click
    (ended,) = last.events
    assert isinstance(ended, LineEnded)
    assert (ended.heard, ended.interrupted) == ("one", True)
    assert not playlist.advance(7).pcm.any()


def test_only_lines_that_have_not_begun_can_be_withdrawn() -> None:
    playlist = Playlist()
    playlist.add(take("a"))
    playlist.advance(0)
    playlist.add(take("b"))
    playlist.add(take("c", kind=LineKind.ANSWER))
    assert [line.id for line in playlist.withdraw(LineKind.PITCH)] == ["b"]
    assert playlist.current is not None
    assert playlist.current.id == "a"


@given(st.lists(st.sampled_from(["add", "cut", "withdraw", "advance", "advance", "advance"]), max_size=80))
def test_each_started_line_ends_exactly_once_and_the_length_of_a_slice_never_varies(actions: list[str]) -> None:
    playlist = Playlist()
    started: list[str] = []
    ended: list[str] = []
    index = 0
    for number, action in enumerate([*actions, *["advance"] * 600]):
        if action == "add":
            playlist.add(take(f"l{number}", slices=3))
        elif action == "cut":
            playlist.cut()
        elif action == "withdraw":
            playlist.withdraw(LineKind.PITCH)
        else:
            beat = playlist.advance(index)
            index += 1
            assert len(beat.pcm) == SLICE_SAMPLES
            started += [e.line.id for e in beat.events if isinstance(e, LineStarted)]
            ended += [e.line.id for e in beat.events if isinstance(e, LineEnded)]
            assert len(started) - len(ended) in (0, 1)
    assert started == ended


def urgent(name: str) -> Take:
    made = take(name, slices=4, kind=LineKind.NOTICE)
    return replace(made, line=replace(made.line, urgent=True))


def test_an_urgent_line_goes_first_and_the_one_being_heard_stops_after_a_word() -> None:
    playlist = Playlist()
    playlist.add(take("long", slices=60))  # its second word begins in Slice 30
    playlist.add(take("next"))
    for i in range(10):
        playlist.advance(i)
    playlist.add(urgent("now"))
    beats = [playlist.advance(i) for i in range(10, 60)]
    events = [(type(e).__name__, e.line.id) for b in beats for e in b.events if isinstance(e, LineStarted | LineEnded)]
    assert events[:3] == [("LineEnded", "long"), ("LineStarted", "now"), ("LineEnded", "now")]
    assert events[3] == ("LineStarted", "next")
    ended = next(e for b in beats for e in b.events if isinstance(e, LineEnded))
    assert (ended.heard, ended.interrupted) == ("one", True)
    assert ended.at <= 30 * 0.04


def test_a_line_that_is_almost_over_is_not_broken_off() -> None:
    playlist = Playlist()
    playlist.add(take("short", slices=12))
    playlist.advance(0)
    playlist.add(urgent("now"))
    events = [e for i in range(1, 30) for e in playlist.advance(i).events if isinstance(e, LineEnded)]
    assert [(e.line.id, e.interrupted) for e in events] == [("short", False), ("now", False)]


def test_what_is_no_longer_true_is_not_said() -> None:
    playlist = Playlist()
    playlist.add(take("a", slices=25))
    late = take("late")
    playlist.add(replace(late, line=replace(late.line, valid_until=0.8)))
    playlist.add(take("b"))
    events = [e for i in range(60) for e in playlist.advance(i).events if isinstance(e, LineStarted | LineEnded)]
    assert [(type(e).__name__, e.line.id) for e in events] == [
        ("LineStarted", "a"),
        ("LineEnded", "a"),
        ("LineEnded", "late"),
        ("LineStarted", "b"),
        ("LineEnded", "b"),
    ]
    gone = next(e for e in events if e.line.id == "late")
    assert isinstance(gone, LineEnded)
    assert (gone.heard, gone.interrupted) == ("", True)
