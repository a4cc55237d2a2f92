import numpy as np
from numpy.typing import NDArray

from dialogue.clusters import ALIKE, same_question
from dialogue.contract import Comment
from dialogue.ranking import ANY_TOPIC, Topic, Waiting, Worth
from dialogue.waiting import SETTLING_S, WaitingRoom

PAN = Topic(products=("PN-26",))


def vector(degrees: float) -> NDArray[np.float32]:
    return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))], np.float32)


NEAR, FAR = vector(np.degrees(np.arccos(ALIKE)) - 1), vector(np.degrees(np.arccos(ALIKE)) + 1)


def entry(
    ident: str, at: float = 0.0, *, language: str = "en", topic: Topic = PAN, turned: float | None = None
) -> Waiting:
    waiting = Waiting(Comment(ident, f"v{ident}", f"question {ident}", language, at), Worth.QUESTION, topic=topic)
    waiting.vector = vector(turned) if turned is not None else None
    return waiting


def test_near_in_meaning_about_the_same_product_in_the_same_language() -> None:
    one = entry("a", turned=0.0)
    near, far = entry("b"), entry("c")
    near.vector, far.vector = NEAR, FAR
    assert same_question(one, near)
    assert not same_question(one, far)
    assert not same_question(one, entry("d", language="zh", turned=0.0))
    assert not same_question(one, entry("e", topic=Topic(products=("KN-20",)), turned=0.0))
    assert not same_question(one, entry("f"))


def test_known_facts_decide_before_nearness() -> None:
    price, weight = (Topic((f"catalogue/PN-26.{field}",), ("PN-26",)) for field in ("price", "net_content"))
    assert not same_question(entry("a", topic=price, turned=0.0), entry("b", topic=weight, turned=0.0))
    assert same_question(entry("a", topic=price), entry("b", topic=price))


def test_a_comment_that_turns_out_the_same_goes_into_the_older_one_with_those_it_had() -> None:
    room = WaitingRoom()
    first, second = entry("a", 1.0), entry("b", 2.0)
    second.also.append(Comment("c", "vc", "the same", "en", 3.0))
    room.add(first)
    room.add(second)
    assert room.understood("a", Worth.QUESTION, PAN, vector(0.0)) is None
    merged = room.understood("b", Worth.QUESTION, PAN, NEAR)
    assert merged is not None
    stays, goes = merged
    assert (stays, goes) == (first, second)
    assert [c.id for c in first.also] == ["b", "c"]
    assert [w.comment.id for w in room.entries()] == ["a"]


def test_read_the_other_way_round_the_older_one_still_stays() -> None:
    room = WaitingRoom()
    for one in (entry("a", 1.0), entry("b", 2.0)):
        room.add(one)
    room.understood("b", Worth.QUESTION, PAN, vector(0.0))
    merged = room.understood("a", Worth.QUESTION, PAN, NEAR)
    assert merged is not None
    assert merged[0].comment.id == "a"
    assert room.understood("gone", Worth.QUESTION, PAN, NEAR) is None


def test_what_is_held_takes_nobody_with_it() -> None:
    room = WaitingRoom()
    for one in (entry("rude", 1.0), entry("polite", 2.0)):
        room.add(one)
    room.understood("rude", Worth.QUESTION, PAN, vector(0.0))
    room.hold("rude", "Please put it another way.")
    assert room.understood("polite", Worth.QUESTION, PAN, vector(0.0)) is None
    assert len(room.entries()) == 2
    chosen = room.choose(5.0, may=lambda waiting: not waiting.held)
    assert chosen is not None
    assert chosen.comment.id == "polite"


def test_a_comment_being_read_is_not_chosen_before_it_is_or_its_time_is_up() -> None:
    room = WaitingRoom()
    waiting = Waiting(Comment("a", "v", "question", "en", 0.0), Worth.QUESTION, ready_at=0.4)
    room.add(waiting)
    assert room.choose(0.1) is None
    assert room.next_ready(0.1) == 0.4
    room.understood("a", Worth.QUESTION, ANY_TOPIC, vector(0.0))
    assert room.next_ready(0.1) is None
    assert room.choose(0.1) is waiting


def test_who_is_out_of_reach_is_told_so_soon_and_the_others_wait() -> None:
    room = WaitingRoom()
    for n in range(12):
        room.add(entry(f"q{n:02}", 0.1 * n))
    talk = Waiting(Comment("talk", "v", "nice kitchen you have", "en", 0.0), Worth.TALK)
    room.add(talk)
    assert room.beyond_reach(1.0) == []
    far = room.beyond_reach(SETTLING_S + 1.2)
    assert 4 <= len(far) <= 8
    assert {w.comment.id for w in far} == {f"q{n:02}" for n in range(12 - len(far), 12)}
    assert talk in room.entries()


def test_quick_answers_reach_further() -> None:
    slow, quick = WaitingRoom(), WaitingRoom()
    for room, seconds in ((slow, 20.0), (quick, 3.0)):
        now = 0.0
        for n in range(12):
            room.add(entry(f"warm{n}", now))
            chosen = room.choose(now)
            assert chosen is not None
            now += seconds
            room.answered(chosen.comment, now)
        for n in range(12):
            room.add(entry(f"q{n}", now))
    assert len(slow.beyond_reach(12 * 20.0 + 3.0)) > len(quick.beyond_reach(12 * 3.0 + 3.0)) == 0


def test_what_was_answered_aloud_just_now_comes_later() -> None:
    room = WaitingRoom()
    told = entry("a", 0.0)
    room.add(told)
    assert room.choose(0.0) is told
    room.answered(told.comment, 8.0)
    room.add(Waiting(Comment("again", "vx", "question a", "en", 9.0), Worth.QUESTION, topic=PAN))
    room.add(entry("new", 9.0))
    ranking = room.ranking(10.0)
    assert [w.comment.id for w, _ in ranking] == ["new", "again"]
    assert dict(ranking[1][1].parts)["answered already"] < -1.5
    assert [w.comment.id for w, _ in room.ranking(300.0)] == ["again", "new"]


def test_a_raid_takes_out_what_waits_with_the_same_words() -> None:
    room = WaitingRoom()
    room.add(Waiting(Comment("a", "v", "Leave this stream NOW!", "en", 0.0), Worth.TALK))
    room.add(entry("b"))
    assert [w.comment.id for w in room.raided("leave this stream now")] == ["a"]
    assert [w.comment.id for w in room.entries()] == ["b"]
