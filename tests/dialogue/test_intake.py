import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.contract import CommentRefused
from dialogue.intake import Intake, IntakeLimits


def refusal(intake: Intake, viewer: str, text: str, now: float = 0.0) -> CommentRefused:
    with pytest.raises(CommentRefused) as caught:
        intake.accept(viewer, text, now)
    return caught.value


def test_a_comment_is_cleaned_and_told_its_language() -> None:
    intake = Intake(id_prefix="x")
    comment = intake.accept(" Lin\u200b ", "Ｈow   much？", 3.5, spoken=True)
    assert (comment.viewer, comment.text, comment.language, comment.at, comment.spoken) == (
        "Lin",
        "How much?",
        "en",
        3.5,
        True,
    )
    assert comment.id == "x1"
    assert intake.accept("Bo", "多少钱", 3.6).language == "zh"


@pytest.mark.parametrize(
    ("viewer", "text", "code", "status"),
    [
        ("Lin", "", "comment-empty", 422),
        ("Lin", " \u200b\x00 ", "comment-empty", 422),
        ("Lin", "...!", "comment-empty", 422),
        ("", "hello", "viewer-missing", 422),
        ("\u200b", "hello", "viewer-missing", 422),
        ("L" + "in" * 15, "hello", "viewer-too-long", 422),
        ("Lin", "very " * 70, "comment-too-long", 422),
        ("Lin", "very " * 7000, "comment-too-long", 413),
    ],
)
def test_refused(viewer: str, text: str, code: str, status: int) -> None:
    error = refusal(Intake(), viewer, text)
    assert (error.code, error.status) == (code, status)
    assert str(error)


def test_emoji_and_a_bare_question_mark_are_comments() -> None:
    intake = Intake()
    assert intake.accept("Lin", "😀", 0).text == "😀"
    assert intake.accept("Lin", "?", 0).text == "?"


def test_a_flood_is_refused_with_the_time_to_wait_and_others_are_not() -> None:
    intake = Intake(IntakeLimits(burst=3, seconds_each=4.0))
    for n in range(3):
        intake.accept("Lin", f"question {n}", 0.0)
    error = refusal(intake, "LIN", "one more", 1.0)
    assert (error.code, error.status, error.retry_after) == ("too-many-comments", 429, 3.0)
    intake.accept("Bo", "hello", 1.0)
    intake.accept("Lin", "now", 4.1)
    refusal(intake, "Lin", "again", 4.2)


@given(st.lists(st.floats(0, 5), max_size=60))
def test_nobody_gets_more_than_the_burst_and_the_pace(gaps: list[float]) -> None:
    limits = IntakeLimits(burst=5, seconds_each=3.0)
    intake, now, taken = Intake(limits), 0.0, 0
    for number, gap in enumerate(gaps):
        now += gap
        try:
            intake.accept("Lin", f"question {number}", now)
        except CommentRefused:
            continue
        taken += 1
        assert taken <= limits.burst + now / limits.seconds_each + 1e-6


def test_memory_of_viewers_is_bounded() -> None:
    intake = Intake(IntakeLimits(viewers=10))
    for n in range(100):
        intake.accept(f"viewer {n}", "hello", float(n))
    assert len(intake._paces) == 10
