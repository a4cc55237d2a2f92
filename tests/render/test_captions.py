import pytest
from hypothesis import given
from hypothesis import strategies as st

from render.captions import CaptionPage, caption_words, page_at, paginate, word_at
from render.contract import WordSpan


def measure(text: str) -> float:
    """Ten a Latin character, twenty a Chinese one."""
    return sum(20 if character > "\u2e80" else 10 for character in text)


def shown(text: str, pages: tuple[CaptionPage, ...]) -> list[list[str]]:
    return [[text[a:b] for a, b in page.lines] for page in pages]


def words_of(text: str, samples: int = 1000) -> list[WordSpan]:
    spans, at = [], 0
    for number, word in enumerate(text.split(" ")):
        spans.append(WordSpan(at, at + len(word), number * samples, (number + 1) * samples))
        at += len(word) + 1
    return spans


def test_a_short_text_is_one_line() -> None:
    assert shown("Fresh eggs today", paginate("Fresh eggs today", measure, 300)) == [["Fresh eggs today"]]


def test_two_lines_are_about_as_long_as_each_other() -> None:
    text = "The ribeye comes frozen in a box of ten"
    [[first, second]] = shown(text, paginate(text, measure, 300))
    assert abs(len(first) - len(second)) < 8


def test_a_page_ends_at_a_stop_or_a_comma_if_it_can() -> None:
    text = "It is frozen one by one. You thaw as many as you need, and the rest keeps for a year."
    pages = shown(text, paginate(text, measure, 330))
    assert pages[0][-1].endswith(("one.", "need,"))
    assert len(pages) == 2


def test_chinese_breaks_anywhere_but_before_its_punctuation() -> None:
    text = "眼肉牛排一盒十片，每盒一百九十九元，单片速冻，吃几片化几片，今天下单明天就发货。"
    for page in shown(text, paginate(text, measure, 300)):
        for line in page:
            assert line[0] not in "，。"
            assert measure(line) <= 300


def test_nothing_to_show_is_no_page() -> None:
    assert paginate("", measure, 300) == ()
    assert paginate("   ", measure, 300) == ()
    assert page_at((), 0) == -1


@given(st.text("ab 肋眼，。.,（10", max_size=90), st.integers(60, 400))
def test_every_character_is_shown_once_in_order_and_every_line_fits(text: str, width: int) -> None:
    pages = paginate(text, measure, width)
    spans = [line for page in pages for line in page.lines]
    assert "".join(text[a:b] for a, b in spans).replace(" ", "") == text.replace(" ", "")
    assert all(1 <= len(page.lines) <= 2 for page in pages)
    assert all(last - first == 1 or measure(text[first:last]) <= width for first, last in spans)
    assert all(page_at(pages, page.first) == number for number, page in enumerate(pages))


@pytest.mark.parametrize(("sample", "word"), [(0, 0), (999, 0), (1000, 1), (2500, 2), (99_999, 2)])
def test_a_word_stays_marked_until_the_next_is_heard(sample: int, word: int) -> None:
    words = words_of("one two three")
    assert word_at(words, sample) == words[word]


def test_before_the_first_word_none_is_marked() -> None:
    assert word_at([WordSpan(0, 3, 500, 900)], 100) is None
    assert word_at([], 0) is None


def test_a_caption_that_is_written_otherwise_is_marked_where_it_means_the_same() -> None:
    text, caption = "The ribeye is one hundred ninety-nine yuan today", "The ribeye is ¥199.00 today"
    found = caption_words(text, caption, words_of(text))
    marked = [caption[word.first : word.last] for word in found]
    assert marked == ["The", "ribeye", "is", "¥199.00", "¥199.00", "¥199.00", "¥199.00", "today"]
    assert [word.start for word in found] == [word.start for word in words_of(text)]


def test_what_the_caption_leaves_out_stays_with_the_word_before() -> None:
    text, caption = "Well yes it is frozen", "Yes frozen"
    marked = [caption[word.first : word.last] for word in caption_words(text, caption, words_of(text))]
    assert marked[0] in ("", "Yes")
    assert marked[-1] == "frozen"
    assert all(word in ("", "Yes", "Yes frozen", "frozen") for word in marked)


def test_a_caption_like_the_text_keeps_its_words() -> None:
    words = words_of("How much is it")
    assert caption_words("How much is it", "How much is it", words) == tuple(words)
