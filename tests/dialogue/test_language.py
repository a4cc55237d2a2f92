import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.language import clean, comparable, language_of, singular


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("ｈｏｗ　ｍｕｃｈ？", "how much?"),
        ("a\u200bb\u202ec", "abc"),
        ("sooooooo good!!!!!!!", "sooo good!!!"),
        ("  two\n\nlines ", "two lines"),
        ("cafe\u0301", "café"),
        ("\x00\x07", ""),
    ],
)
def test_clean(typed: str, cleaned: str) -> None:
    assert clean(typed) == cleaned


@given(st.text(max_size=200))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How much is the RIBEYE???", "how much is the ribeye"),
        ("priceeee", "price"),
        ("多少钱？", "多少钱!"),
        ("Café", "cafe"),
    ],
)
def test_the_same_comment_in_other_dress_is_the_same(one: str, other: str) -> None:
    assert comparable(one) == comparable(other)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("how much", "en"),
        ("多少钱", "zh"),
        ("ribeye 多少钱", "zh"),
        ("I love this shop 哈", "en"),
        ("666", "en"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("many", "one"),
    [
        ("steaks", "steak"),
        ("boxes", "box"),
        ("berries", "berry"),
        ("glass", "glass"),
        ("is", "is"),
        ("knives", "knive"),
    ],
)
def test_singular(many: str, one: str) -> None:
    assert singular(many) == one
