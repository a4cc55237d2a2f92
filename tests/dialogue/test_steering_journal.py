import pytest

from dialogue.steering.journal import MOST_SHOWN, Journal
from dialogue.steering.refusal import SteeringRefused


def test_each_order_raises_the_revision_and_the_newest_is_shown_first() -> None:
    journal = Journal()
    for n in range(MOST_SHOWN + 10):
        journal.note("Ann", "skip", f"c{n}", float(n))
    assert journal.revision == MOST_SHOWN + 10
    assert [deed.target for deed in journal.recent][:2] == [f"c{MOST_SHOWN + 9}", f"c{MOST_SHOWN + 8}"]
    assert len(journal.recent) == MOST_SHOWN


def test_what_another_person_changed_unseen_is_a_conflict_that_says_who_did_what_when() -> None:
    journal = Journal()
    journal.note("Ann", "hold", "c1", 100.0)
    with pytest.raises(SteeringRefused, match=r"Ann did 'hold' to this 7 seconds ago") as caught:
        journal.require_unchanged("c1", "Bo", 0, 107.0)
    assert (caught.value.code, caught.value.status) == ("conflict", 409)


@pytest.mark.parametrize(
    ("thing", "by", "seen"),
    [("c2", "Bo", 0), ("c1", "Ann", 0), ("c1", "Bo", 1), ("c1", "Bo", None)],
    ids=["another thing", "the same person", "seen", "does not say what was seen"],
)
def test_all_else_is_no_conflict(thing: str, by: str, seen: int | None) -> None:
    journal = Journal()
    journal.note("Ann", "hold", "c1", 100.0)
    journal.require_unchanged(thing, by, seen, 107.0)
