import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.contract import Comment
from dialogue.intents import CommentIntent
from dialogue.ranking import ANY_TOPIC, Topic, Waiting, Worth
from dialogue.waiting import WaitingRoom


def entry(
    ident: str, at: float = 0.0, *, viewer: str = "", language: str = "en", text: str = "", topic: Topic = ANY_TOPIC
) -> Waiting:
    return Waiting(Comment(ident, viewer or ident, text or ident, language, at), Worth.QUESTION, topic=topic)


def order(*entries: Waiting, now: float = 10.0, on_show: str | None = None) -> list[str]:
    room = WaitingRoom()
    for one in entries:
        room.add(one)
    return [waiting.comment.id for waiting, _ in room.ranking(now, on_show)]


def test_paraphrases_that_the_same_facts_answer_are_one_question() -> None:
    room = WaitingRoom()
    price = Topic(("catalogue/RB-10.price", "catalogue/RB-10.unit"), ("RB-10",))
    room.add(entry("a", text="how much is the ribeye", topic=price))
    found = room.same(Comment("b", "Bo", "price of the steak pls", "en", 1.0), price)
    assert found is not None
    assert found.comment.id == "a"
    assert room.same(Comment("c", "Chen", "牛排多少钱", "zh", 1.0), price) is None  # another language is another answer
    assert (
        room.same(Comment("d", "Dee", "is it frozen", "en", 1.0), Topic(("catalogue/RB-10.storage",), ("RB-10",)))
        is None
    )


def test_what_many_ask_comes_first() -> None:
    many = entry("many", 5.0)
    many.also.extend(Comment(str(n), str(n), "same", "en", 6.0) for n in range(7))
    assert order(entry("one", 0.0), many) == ["many", "one"]


def test_questions_on_the_product_on_show_come_first() -> None:
    other, shown = (
        entry("other", topic=Topic(products=("PN-26",))),
        entry("shown", 1.0, topic=Topic(products=("RB-10",))),
    )
    assert order(other, shown, on_show="RB-10") == ["shown", "other"]
    assert order(other, shown) == ["other", "shown"]


def test_chatter_far_from_the_shop_comes_last() -> None:
    off = entry("weather", 0.0, topic=Topic(intent=CommentIntent.OFFTOPIC))
    assert order(off, entry("price", 9.0)) == ["price", "weather"]


def test_the_smaller_language_gets_its_share() -> None:
    room = WaitingRoom()
    for n in range(6):
        room.answered(Comment(str(n), f"old{n}", "x", "en", 0.0), 0.0)
    for n in range(3):
        room.add(entry(f"en{n}", float(n)))
    room.add(entry("zh", 4.0, language="zh"))
    assert room.ranking(5.0)[0][0].comment.id == "zh"


def test_the_reasons_add_up_to_the_score() -> None:
    room = WaitingRoom()
    room.answered(Comment("x", "Lin", "hi", "en", 0.0), 0.0)
    room.add(entry("a", 1.0, viewer="Lin", topic=Topic(products=("RB-10",), addressed=True)))
    ((_, score),) = room.ranking(21.0, "RB-10")
    assert dict(score.parts)["waiting"] == 2.0
    assert {"on show", "to the host", "answered just now"} <= set(dict(score.parts))
    assert sum(points for _, points in score.parts) == pytest.approx(score.total, abs=0.05)


@given(st.lists(st.tuples(st.floats(0, 60), st.sampled_from(["Ann", "Bo", "Chen"])), min_size=2, max_size=20))
def test_of_one_viewers_questions_the_older_comes_first(asked: list[tuple[float, str]]) -> None:
    room = WaitingRoom()
    for n, (at, viewer) in enumerate(asked):
        room.add(entry(str(n), at, viewer=viewer))
    ranked = [waiting.comment for waiting, _ in room.ranking(70.0)]
    for viewer in {v for _, v in asked}:
        times = [c.at for c in ranked if c.viewer == viewer]
        assert times == sorted(times)


@given(st.integers(1, 30))
def test_a_loud_viewer_does_not_keep_another_waiting(count: int) -> None:
    room = WaitingRoom()
    now = 0.0
    for n in range(count):
        room.add(entry(f"loud{n}", now, viewer="Loud", text=f"question {n}"))
    room.add(entry("quiet", 1.0, viewer="Quiet"))
    taken = []
    while len(room):
        now += 5.0
        chosen = room.choose(now)
        assert chosen is not None
        room.answered(chosen.comment, now)
        taken.append(chosen.comment.id)
    assert taken.index("quiet") <= 1
