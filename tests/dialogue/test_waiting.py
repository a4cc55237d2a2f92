from dialogue.contract import Comment
from dialogue.waiting import MOST_WAITING, Waiting, WaitingRoom, Worth


def entry(ident: str, at: float, worth: Worth = Worth.QUESTION, viewer: str = "", text: str = "") -> Waiting:
    return Waiting(Comment(ident, viewer or f"v{ident}", text or f"question {ident}", "en", at), worth)


def chosen(room: WaitingRoom, now: float) -> list[str]:
    ids = []
    while (next_ := room.choose(now)) is not None:
        ids.append(next_.comment.id)
    return ids


def test_questions_come_before_talk_and_the_oldest_first() -> None:
    room = WaitingRoom()
    for one in (entry("a", 0, Worth.TALK), entry("b", 2), entry("c", 1), entry("d", 0, Worth.GREETING)):
        assert room.add(one) is None
    assert chosen(room, 5) == ["c", "b", "d", "a"]


def test_a_newcomer_comes_a_little_before_who_was_just_answered() -> None:
    room = WaitingRoom()
    room.answered(Comment("x", "Lin", "hi", "en", 0), 0)
    room.add(entry("a", 1, viewer="Lin"))
    room.add(entry("b", 10, viewer="Bo"))
    assert chosen(room, 12) == ["b", "a"]


def test_nobody_is_kept_back_for_ever() -> None:
    room = WaitingRoom()
    room.answered(Comment("x", "Lin", "hi", "en", 0), 0)
    room.add(entry("a", 1, viewer="Lin"))
    room.add(entry("b", 40, viewer="Bo"))
    assert chosen(room, 41) == ["a", "b"]


def test_the_same_is_found_whatever_its_dress() -> None:
    room = WaitingRoom()
    room.add(entry("a", 0, text="How much is it?"))
    found = room.same(Comment("b", "Bo", "how much IS it???", "en", 1))
    assert found is not None
    assert found.comment.id == "a"


def test_one_too_many_pushes_out_the_least_worthy() -> None:
    room = WaitingRoom()
    room.add(entry("talk", 50, Worth.TALK))
    for n in range(MOST_WAITING - 1):
        assert room.add(entry(str(n), n)) is None
    gone = room.add(entry("last", 99))
    assert gone is not None
    assert gone.comment.id == "talk"
    gone = room.add(entry("lastest", 100))
    assert gone is not None
    assert gone.comment.id == "0"
    assert len(room) == MOST_WAITING


def test_expiry() -> None:
    room = WaitingRoom()
    room.add(entry("a", 0))
    room.add(entry("b", 0, Worth.TALK))
    assert room.next_expiry() == 30
    assert [w.comment.id for w in room.expire(30)] == ["b"]
    assert [w.comment.id for w in room.expire(89.9)] == []
    assert [w.comment.id for w in room.expire(90)] == ["a"]
    assert room.next_expiry() is None
