import pytest

from dialogue.contract import Comment, Fate
from dialogue.director import LOST_LINE_S, Director
from dialogue.floor import (
    Accepted,
    Action,
    BeginReply,
    Closing,
    Decide,
    Look,
    NewEpoch,
    PitchDropped,
    ReplyDone,
    ReplyLine,
    Speak,
    Started,
    Tick,
    Withdrawn,
    WithdrawPitch,
    Write,
)
from dialogue.phrasebook import Phrasebook
from dialogue.presenter import Presenter
from dialogue.room_content import RoomContent
from dialogue.waiting import Worth
from dialogue.wording import Wording
from render.contract import Line, LineEnded, LineKind, LineStarted


@pytest.fixture
def director(demo: RoomContent) -> Director:
    book = Phrasebook(1)
    show = Presenter(demo, Wording(book, demo.ordinary_words()), book)
    return Director(show, lambda product: product.card() if product is not None else None)


def comment(ident: str, text: str = "how much is it", at: float = 0.0, viewer: str = "") -> Comment:
    return Comment(ident, viewer or f"v{ident}", text, "en", at)


def spoken(actions: list[Action]) -> list[Line]:
    return [action.line for action in actions if isinstance(action, Speak)]


def heard(director: Director, line: Line, now: float) -> list[Action]:
    return [
        *director.feed(LineStarted(now, line), now),
        *director.feed(LineEnded(now + 1, line, line.text, False, 1.0), now + 1),
    ]


def begun(actions: list[Action]) -> BeginReply:
    return next(action for action in actions if isinstance(action, BeginReply))


def decisions(actions: list[Action]) -> list[tuple[str, Fate]]:
    return [(a.comment.id, a.fate) for a in actions if isinstance(a, Decide)]


def first_pitch(director: Director, now: float = 10.0) -> Line:
    director.feed(Started(), 0.0)
    (line, *_) = spoken(director.feed(Tick(), now))
    return line


def test_nothing_is_said_before_the_show_is_live(director: Director) -> None:
    assert director.feed(Tick(), 5.0) == []
    assert not any(isinstance(a, BeginReply) for a in director.feed(Accepted(comment("a"), Worth.QUESTION), 5.0))
    assert begun(director.feed(Started(), 6.0)).comment.id == "a"


def test_without_comments_it_presents_two_lines_ahead_at_most(director: Director) -> None:
    director.feed(Started(), 0.0)
    assert spoken(director.feed(Tick(), 0.0)) == []
    deadline = director.next_deadline()
    assert deadline is not None
    lines = spoken(director.feed(Tick(), deadline))
    assert 1 <= len(lines) <= 2
    assert all(line.kind is LineKind.PITCH for line in lines)
    assert spoken(director.feed(Tick(), deadline + 1)) == [] or len(lines) == 1


def test_a_comment_takes_the_floor_at_once_and_the_gaze_goes_to_the_chat(director: Director) -> None:
    first_pitch(director)
    actions = director.feed(Accepted(comment("a"), Worth.QUESTION), 11.0)
    assert [type(a) for a in actions] == [WithdrawPitch, Look, BeginReply]
    assert actions[1] == Look("chat")


def test_a_reply_is_decided_when_its_last_line_was_heard_and_the_presentation_goes_on_behind_it(
    director: Director,
) -> None:
    director.feed(Started(), 0.0)
    pitched = spoken(director.feed(Tick(), 10.0))
    reply = begun(director.feed(Accepted(comment("a"), Worth.QUESTION), 11.0)).reply
    director.feed(Withdrawn(pitched), 11.0)
    back = Line("b", "Lin asks", kind=LineKind.READBACK, reply=reply, comments=("a",))
    answer = Line("c", "It is 5 yuan.", kind=LineKind.ANSWER, reply=reply, comments=("a",))
    for line in (back, answer):
        director.feed(ReplyLine(line), 11.1)
    assert decisions(heard(director, back, 12.0)) == []
    assert Look("camera") in director.feed(LineStarted(13.0, answer), 13.0)
    assert decisions(director.feed(ReplyDone(reply), 13.5)) == []
    assert decisions(director.feed(LineEnded(14.0, answer, answer.text, False, 1.0), 14.0)) == [("a", Fate.SPOKEN)]
    assert spoken(director.feed(Tick(), 14.1)) == []
    assert spoken(director.feed(Tick(), 17.0))


def test_one_reply_at_a_time(director: Director) -> None:
    director.feed(Started(), 0.0)
    assert begun(director.feed(Accepted(comment("a", "price"), Worth.QUESTION), 1.0))
    actions = director.feed(Accepted(comment("b", "stock"), Worth.QUESTION), 2.0)
    assert actions == []


def test_what_is_being_answered_takes_the_same_question_in(director: Director) -> None:
    director.feed(Started(), 0.0)
    director.feed(Accepted(comment("a", "How much?"), Worth.QUESTION), 1.0)
    (action,) = director.feed(Accepted(comment("b", "how MUCH"), Worth.QUESTION), 2.0)
    assert isinstance(action, Decide)
    assert (action.fate, action.into) == (Fate.MERGED, "a")


def test_fates_that_need_no_floor(director: Director) -> None:
    director.feed(Started(), 0.0)
    assert decisions(director.feed(Accepted(comment("a"), Worth.NOISE, "no links"), 1.0)) == [("a", Fate.DECLINED)]
    assert decisions(director.feed(Accepted(comment("b", "lol"), Worth.NOISE), 1.0)) == [("b", Fate.EXPIRED)]
    (action,) = director.feed(Accepted(comment("c", "多少钱"), Worth.QUESTION, write=True), 1.0)
    assert isinstance(action, Write)


def test_a_question_that_waited_too_long_is_answered_in_writing(director: Director) -> None:
    director.feed(Started(), 0.0)
    reply = begun(director.feed(Accepted(comment("a", "one"), Worth.QUESTION), 1.0)).reply
    director.feed(Accepted(comment("b", "two", 1.0), Worth.QUESTION), 1.0)
    director.feed(Accepted(comment("c", "nice evening", 1.0), Worth.TALK), 1.0)
    line = Line("x", "text", kind=LineKind.ANSWER, reply=reply)
    for now in (15.0, 35.0, 55.0, 75.0):
        actions = director.feed(ReplyLine(line), now)
        if now == 35.0:
            assert decisions(actions) == [("c", Fate.EXPIRED)]
    (action,) = director.feed(ReplyLine(line), 91.0)
    assert isinstance(action, Write)
    assert action.comment.id == "b"


def test_an_interruption_ends_the_reply_and_all_that_was_queued(director: Director) -> None:
    director.feed(Started(), 0.0)
    reply = begun(director.feed(Accepted(comment("a"), Worth.QUESTION), 1.0)).reply
    director.feed(ReplyLine(Line("x", "text", kind=LineKind.ANSWER, reply=reply)), 1.1)
    actions = director.feed(NewEpoch(), 2.0)
    assert [type(a).__name__ for a in actions] == ["StopReply", "Write"]
    assert spoken(director.feed(Tick(), 3.0)) == []
    assert spoken(director.feed(Tick(), 9.0))


def test_a_lost_line_does_not_stop_the_show(director: Director) -> None:
    director.feed(Started(), 0.0)
    reply = begun(director.feed(Accepted(comment("a"), Worth.QUESTION), 1.0)).reply
    director.feed(ReplyLine(Line("x", "text", kind=LineKind.ANSWER, reply=reply)), 1.1)
    director.feed(ReplyDone(reply), 1.2)
    assert director.feed(Tick(), 2.0) == []
    actions = director.feed(Tick(), 1.2 + LOST_LINE_S)
    assert any(isinstance(a, Write) for a in actions)
    assert spoken(director.feed(Tick(), 1.2 + LOST_LINE_S + 5))


def test_a_voice_that_fails_gets_the_answer_written(director: Director) -> None:
    director.feed(Started(), 0.0)
    reply = begun(director.feed(Accepted(comment("a"), Worth.QUESTION), 1.0)).reply
    assert any(isinstance(a, Write) for a in director.feed(ReplyDone(reply, silent=True), 2.0))


def test_a_pitch_that_the_voice_can_not_say_is_skipped(director: Director) -> None:
    line = first_pitch(director)
    director.feed(PitchDropped(line, failed=True), 10.1)
    again = [ln.text for now in (11.0, 12.0, 14.0, 16.0) for ln in spoken(director.feed(Tick(), now))]
    assert line.text not in again


def test_closing_decides_what_waits_and_begins_nothing(director: Director) -> None:
    director.feed(Started(), 0.0)
    director.feed(Accepted(comment("a", "one"), Worth.QUESTION), 1.0)
    director.feed(Accepted(comment("b", "two"), Worth.QUESTION), 1.0)
    actions = director.feed(Closing(), 2.0)
    assert decisions(actions) == [("b", Fate.EXPIRED)]
    assert decisions(director.feed(Accepted(comment("c", "three"), Worth.QUESTION), 3.0)) == [("c", Fate.EXPIRED)]
    assert spoken(director.feed(Tick(), 60.0)) == []
