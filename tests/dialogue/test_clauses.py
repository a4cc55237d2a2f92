import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.clauses import SentenceStream, clauses_of, ended, length_in_words, lines_of, sentences_of, thoughts_of


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It weighs 2.4 kg. Dr. Who? Yes.", ["It weighs 2.4 kg.", "Dr. Who?", "Yes."]),
        ("No end", ["No end"]),
        ("多少钱？199元。", ["多少钱？", "199元。"]),
        ("", []),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert sentences_of(text) == sentences


@given(
    st.lists(
        st.sampled_from(["The", "price", "is", "39.9", "yuan.", "Really?", "Yes,", "2.4 kg.", "it", "\n"]), max_size=30
    ),
    st.integers(1, 7),
)
def test_a_stream_in_any_pieces_gives_the_same_sentences(words: list[str], size: int) -> None:
    text = " ".join(words)
    stream, got = SentenceStream(), []
    for at in range(0, len(text), size):
        got += stream.feed(text[at : at + size])
    rest = stream.flush()
    whole = [part for line in text.split("\n") for part in sentences_of(line)]
    assert [
        part for sentence in [*got, *filter(None, [rest])] for part in sentence.split("\n") if part.strip()
    ] == whole


def test_a_number_is_not_cut_while_it_may_go_on() -> None:
    stream = SentenceStream()
    assert stream.feed("It is 39.") == []
    assert stream.feed("9 yuan. And") == ["It is 39.9 yuan."]
    assert stream.flush() == "And"


@given(st.lists(st.sampled_from(["one", "two,", "three", "and", "four;", "with", "five"]), min_size=1, max_size=40))
def test_clauses_joined_are_the_sentence(words: list[str]) -> None:
    sentence = " ".join(words)
    assert " ".join(clauses_of(sentence)) == sentence


def test_clauses_of_a_breath() -> None:
    parts = clauses_of("If something arrives damaged or thawed, send us a photo within 24 hours, and we refund it.")
    assert len(parts) >= 2
    assert all(2 <= len(part.split()) <= 12 for part in parts)


def test_a_short_sentence_is_told_with_the_next() -> None:
    assert lines_of("Honestly? I don't know. The team gets it.") == ["Honestly? I don't know.", "The team gets it."]


@pytest.mark.parametrize(("text", "whole"), [("It is,", "It is."), ("Really?", "Really?"), ("it —", "it."), ("", "")])
def test_ended(text: str, whole: str) -> None:
    assert ended(text) == whole


def test_chinese_is_cut_at_its_own_commas_and_put_together_without_spaces() -> None:
    text = "今天第一款，西湖龙井，叶子是扁的，炒出来有栗子香，水别太烫，八十度就好。"
    parts = clauses_of(text)
    assert len(parts) > 1
    assert "".join(parts) == text
    assert all(length_in_words(part) <= 12 for part in parts)


def test_two_chinese_characters_take_as_long_as_a_word() -> None:
    assert length_in_words("您好，欢迎光临") == 3
    assert length_in_words("买10盒 ribeye") == 3
    assert length_in_words("a plain English line") == 4


def test_short_chinese_sentences_share_a_line() -> None:
    assert lines_of("从哪儿来？云南勐海。") == ["从哪儿来？云南勐海。"]
    assert ended("云南勐海，") == "云南勐海。"


def test_a_question_is_one_thought_with_its_answer_however_long() -> None:
    text = "And if it breaks? Two years on the motor, and the shop takes it back at no cost to you. It hums."
    first, last = thoughts_of(text)
    assert first.startswith("And if it breaks? Two years")
    assert last == "It hums."
    assert lines_of(text)[0] == "And if it breaks? Two years on the motor,"
    assert max(length_in_words(line) for line in lines_of(text)) <= 12
    assert thoughts_of("坏了怎么办？电机保两年，其他的三十天内都可以退。") == [
        "坏了怎么办？电机保两年，其他的三十天内都可以退。"
    ]
