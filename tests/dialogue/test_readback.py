import pytest

from dialogue.contract import Comment
from dialogue.phrasebook import Phrasebook
from dialogue.readback import MOST_WORDS, ReadBack, readable, speakable_name

EN = frozenset({"en"})


@pytest.mark.parametrize(
    ("viewer", "said"),
    [
        ("Lin", "Lin"),
        ("xX_dark_wolf_99_Xx", "Dark Wolf"),
        ("anna-maria", "Anna-maria"),
        ("12345", "a viewer"),
        ("😀😀", "a viewer"),
        ("小明", "a viewer"),
        ("JFK", "JFK"),
        ("x" * 24, "a viewer"),
    ],
)
def test_names(viewer: str, said: str) -> None:
    assert speakable_name(viewer, EN) == said


def test_a_chinese_name_where_the_voice_can_say_it() -> None:
    assert speakable_name("小明99", frozenset({"en", "zh"})) == "小明"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("hw much is the ribeye pls??", "How much is the ribeye please?"),
        ("HOW MUCH IS IT", "How much is it"),
        ("r u real???", "Are you real?"),
        ("hi! what does it cost 😀", "What does it cost"),
        ("nice shirt. does it ship to Harbin?", "Does it ship to Harbin?"),
    ],
)
def test_readable(typed: str, read: str) -> None:
    assert readable(typed) == read


def test_a_long_comment_is_cut_at_a_breath() -> None:
    read = readable(
        "can you tell me whether the pan that you showed before works on the stove of my grandmother in Harbin " * 2
    )
    assert len(read.split()) <= MOST_WORDS


def test_read_backs_name_the_viewer_and_vary() -> None:
    readback = ReadBack(Phrasebook(3), EN)
    comment = Comment("c1", "Lin", "How much is the ribeye?", "en", 0)
    said = [readback.text(comment) for _ in range(5)]
    assert len(set(said)) == 5
    assert all("Lin" in text and text.endswith("how much is the ribeye?") for text in said)


def test_others_who_ask_the_same_are_counted() -> None:
    readback = ReadBack(Phrasebook(3), EN)
    comment = Comment("c1", "Lin", "how much is it", "en", 0)
    assert readback.text(comment, also=1) == "Lin and one other ask: How much is it?"
    assert "three others" in readback.text(comment, also=3)


def test_withheld_words_are_not_read_out() -> None:
    text = ReadBack(Phrasebook(3), EN).text(Comment("c1", "Lin", "this cures cancer", "en", 0), withheld=True)
    assert "cancer" not in text
    assert "Lin" in text


@pytest.mark.parametrize(
    ("typed", "ends"),
    [
        ("tell me about your dog", "ell me about your dog."),
        ("tell me about your dog?", "ell me about your dog?"),
        ("how much is it", "ow much is it?"),
    ],
)
def test_a_request_is_read_without_a_question_mark(typed: str, ends: str) -> None:
    reader = ReadBack(Phrasebook(0), EN)
    assert reader.text(Comment("c1", "Ola", typed, "en", 0)).endswith(ends)
