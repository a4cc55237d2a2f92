from dialogue.audience import Audience
from dialogue.contract import Comment, Fate
from dialogue.floor import Accepted, Action, Decide, Settle, Write
from dialogue.ranking import Topic
from dialogue.steering.reins import Reins, Takeover, TakeoverMode
from dialogue.waiting import PATIENCE_S, Worth

PRICE = Topic(("catalogue/RB-10.price",))


def comment(ident: str, text: str = "", at: float = 0.0) -> Comment:
    return Comment(ident, f"v{ident}", text or f"is it {ident}?", "en", at)


def question(ident: str, at: float = 0.0, topic: Topic | None = None) -> Accepted:
    return Accepted(comment(ident, at=at), Worth.QUESTION, topic=topic or Topic((f"fact/{ident}",)))


def fates(actions: list[Action]) -> list[tuple[str, Fate, str | None]]:
    return [(a.comment.id, a.fate, a.into) for a in actions if isinstance(a, Decide)]


def test_a_comment_that_had_the_floor_takes_in_what_asked_the_same_meanwhile() -> None:
    audience = Audience(Reins())
    audience.accept(question("a", topic=PRICE))
    first = audience.choose(1.0)
    assert first is not None
    audience.current = None  # its answer was given up
    audience.accept(question("b", topic=PRICE))
    assert fates(audience.wait(first)) == [("b", Fate.MERGED, "a")]
    assert [c.id for c in first.also] == ["b"]
    again = audience.choose(2.0)
    assert again is first
    assert audience.choose(3.0) is None


def test_patience_stands_still_while_a_person_leads() -> None:
    reins = Reins()
    audience = Audience(reins)
    audience.pass_time(0.0)
    audience.accept(question("a"))
    patience = PATIENCE_S[Worth.QUESTION]
    reins.takeover = Takeover(TakeoverMode.TEXT, "Ann", 0.0)
    audience.pass_time(10 * patience)
    assert audience.late(10 * patience) == []
    assert audience.next_deadline() is None, "nothing to wake up for"
    reins.takeover = Takeover()
    audience.pass_time(10.9 * patience)
    assert audience.late(10.9 * patience) == []
    (late,) = audience.late(11.1 * patience)
    assert isinstance(late, Write)


def test_only_what_was_approved_is_chosen_where_that_is_required() -> None:
    audience = Audience(Reins(approval=True))
    for ident in ("a", "b"):
        audience.accept(question(ident))
    assert audience.choose(1.0) is None
    audience.let_through("b", "Yes, it is.", at_once=False)
    chosen = audience.choose(1.0)
    assert chosen is not None
    assert chosen.comment.id == "b"
    assert audience.text_for(chosen) == "Yes, it is."
    assert audience.text_for(chosen) is None


def test_what_moderation_holds_is_declined_in_time_unless_a_person_takes_it_in_hand() -> None:
    audience = Audience(Reins())
    audience.pass_time(0.0)
    for ident in ("a", "b"):
        audience.accept(Accepted(comment(ident), Worth.QUESTION, topic=Topic((ident,)), held_for="Put it kindly."))
    audience.withhold("b", held=True)
    late = 1.1 * PATIENCE_S[Worth.QUESTION]
    audience.pass_time(late)
    assert fates(audience.late(late)) == [("a", Fate.DECLINED, None)]
    assert audience.entry("b") is not None


def test_what_is_let_through_at_once_keeps_the_order_of_the_orders() -> None:
    audience = Audience(Reins())
    for ident in ("a", "b", "c"):
        audience.accept(question(ident))
    for ident in ("c", "a"):
        audience.let_through(ident, None, at_once=True)
    assert [entry.comment.id for entry in audience.ordered] == ["c", "a"]
    assert audience.choose_ordered() is not None
    audience.withhold("a", held=True)
    assert audience.choose_ordered() is None
    assert {entry.comment.id for entry, _ in audience.ranking(1.0)} == {"a", "b"}


def test_the_same_question_as_one_that_was_ordered_goes_into_it() -> None:
    audience = Audience(Reins())
    audience.accept(question("a", topic=PRICE))
    audience.let_through("a", None, at_once=True)
    assert fates(audience.accept(question("b", topic=PRICE))) == [("b", Fate.MERGED, "a")]


def test_settled_comments_are_gone_and_what_they_go_into_takes_all_with_them() -> None:
    audience = Audience(Reins())
    for ident in ("a", "b"):
        audience.accept(question(ident))
    audience.accept(Accepted(comment("c", "is it b?"), Worth.QUESTION, topic=Topic(("fact/b",))))
    end = audience.settle(Settle("b", Fate.MERGED, "", into="a"))
    assert end is not None
    assert fates([end]) == [("b", Fate.MERGED, "a")]
    entry = audience.entry("a")
    assert entry is not None
    assert [c.id for c in entry.also] == ["b", "c"]
    assert audience.settle(Settle("b", Fate.DECLINED)) is None
    assert isinstance(audience.settle(Settle("a", Fate.WRITTEN)), Write)


def test_at_the_end_of_the_show_all_that_wait_are_decided() -> None:
    audience = Audience(Reins())
    for ident in ("a", "b"):
        audience.accept(question(ident))
    audience.let_through("a", None, at_once=True)
    assert sorted(fates(audience.close())) == [("a", Fate.EXPIRED, None), ("b", Fate.EXPIRED, None)]
    assert fates(audience.accept(question("c"))) == [("c", Fate.EXPIRED, None)]
