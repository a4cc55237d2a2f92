import pytest

from dialogue.second_person import SecondPerson


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("is Joe married?", "are you married?"),
        ("does joe marsh have a dog", "do you have a dog"),
        ("what's Joe's job", "what's your job"),
        ("hey Joe, how much is it?", "how much is it?"),
        ("how much is it, joe?", "how much is it?"),
        ("did the founder ever sail", "did you ever sail"),
        ("老板结婚了吗", "你结婚了吗"),
        ("老板娘是谁", "老板娘是谁"),
        ("乔多大了", "你多大了"),
        ("is it frozen?", "is it frozen?"),
    ],
)
def test_questions_about_the_founder_are_put_to_the_founder(text: str, told: str) -> None:
    assert SecondPerson("Joe Marsh", "乔·马什").in_second_person(text) == told
