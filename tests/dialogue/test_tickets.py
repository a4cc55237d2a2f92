from dialogue.contract import Comment
from dialogue.tickets import MOST_OPEN, Tickets


def comment(ident: str, text: str = "does it fly?", viewer: str = "Lin") -> Comment:
    return Comment(ident, viewer, text, "en", 0.0)


def test_the_same_question_is_one_ticket_with_all_who_asked() -> None:
    tickets = Tickets(id_prefix="s-")
    first, _ = tickets.open(comment("a"), 1.0, products=("PN-26",), also=[comment("b", viewer="Bo")])
    again, _ = tickets.open(comment("c", "Does it FLY??", "Cai"), 9.0, products=("PN-26",))
    other, _ = tickets.open(comment("d"), 9.0, products=("KN-20",))
    assert first.id == again.id == "s-q1"
    assert [asker.viewer for asker in again.askers] == ["Lin", "Bo", "Cai"]
    assert other.id != first.id
    assert tickets.waiting() == (again, other)


def test_it_is_closed_by_its_id_or_that_of_a_comment_once() -> None:
    tickets = Tickets()
    opened, _ = tickets.open(comment("a"), 1.0)
    assert tickets.get("a") == opened
    assert tickets.close("a") == opened
    assert tickets.close(opened.id) is None
    assert tickets.open(comment("a"), 2.0)[0].id != opened.id


def test_one_too_many_gives_up_the_oldest() -> None:
    tickets = Tickets()
    for n in range(MOST_OPEN):
        assert tickets.open(comment(str(n), f"question {n}"), 0.0)[1] is None
    _, given_up = tickets.open(comment("last", "one more"), 0.0)
    assert given_up is not None
    assert given_up.question == "question 0"
    assert len(tickets.waiting()) == MOST_OPEN
