"""Greetings and thanks in batches, and the host's word about what it is."""

import random
from itertools import pairwise

from dialogue.contract import Comment, Fate
from dialogue.disclosure import EVERY_S, Disclosure
from dialogue.guestbook import EVERY_S as BATCH_EVERY_S
from dialogue.guestbook import LATEST_S, MOST, Courtesy, Guestbook
from dialogue.phrasebook import Phrasebook
from dialogue.room_content import RoomContent
from dialogue.waiting import Worth
from dialogue.wording import Wording
from dialogue.wording_zh import ChineseWording
from tests.dialogue.simulated_show import Asked, SimulatedShow


def hello(number: int, at: float, viewer: str = "") -> Comment:
    return Comment(f"c{number}", viewer or f"Viewer{number}", "hello", "en", at)


def test_the_first_greeting_in_a_calm_room_is_answered_by_itself() -> None:
    assert Guestbook().takes(hello(1, 0.0), Courtesy.GREETING, 0.0) is None


def test_those_that_follow_are_collected_and_said_within_forty_seconds() -> None:
    book = Guestbook()
    book.takes(hello(1, 0.0), Courtesy.GREETING, 0.0)
    for number in range(2, 9):
        assert book.takes(hello(number, float(number)), Courtesy.GREETING, float(number)) == []
    due = book.next_due()
    assert due is not None
    assert due <= 2.0 + LATEST_S
    assert book.due(due - 0.01) is None
    batch = book.due(due)
    assert batch is not None
    assert batch.viewers == tuple(f"Viewer{n}" for n in range(2, 9))
    assert book.next_due() is None


def test_what_was_not_heard_comes_back() -> None:
    book = Guestbook()
    book.takes(hello(1, 0.0), Courtesy.GREETING, 0.0)
    book.takes(hello(2, 1.0), Courtesy.GREETING, 1.0)
    batch = book.due(100.0)
    assert batch is not None
    book.put_back(batch)
    again = book.due(101.0)
    assert again is not None
    assert again.comments == batch.comments


def test_a_flood_of_greetings_is_bounded() -> None:
    book = Guestbook()
    book.takes(hello(0, 0.0), Courtesy.GREETING, 0.0)
    gone = [book.takes(hello(n, 1.0), Courtesy.GREETING, 1.0) for n in range(1, MOST + 4)]
    assert [c.id for left in gone for c in left or []] == ["c1", "c2", "c3"]


def test_names_are_said_and_the_others_counted(demo: RoomContent) -> None:
    wording = Wording(Phrasebook(1), demo.ordinary_words())
    assert "Lin, Wei and eleven more" in wording.welcome_all(["Lin", "Wei"], 11)
    assert "Lin and Wei" in wording.welcome_all(["Lin", "Wei"], 0)
    assert "{" not in wording.thank_all([], 4)
    assert "小林、阿伟等13位朋友" in ChineseWording(Phrasebook(1)).welcome_all(["小林", "阿伟"], 11)


def test_everybody_who_said_hello_is_greeted_within_a_minute(demo: RoomContent) -> None:
    rng = random.Random(4)
    comments = [Asked(rng.uniform(5, 500), "hello", 3.0, f"Viewer{n}", Worth.GREETING) for n in range(60)]
    comments += [Asked(rng.uniform(5, 500), f"how much {n}", 8.0, f"Asker{n}") for n in range(30)]
    show = SimulatedShow(demo, seed=4)
    show.play(640, comments)
    assert all(len(fates) == 1 for fates in show.fates.values())
    greeted = [line for _, line in show.heard if len(line.comments) > 1]
    assert greeted
    counted = sum(len(line.comments) for line in greeted)
    alone = sum(Fate.SPOKEN in fates for fates in show.fates.values()) - counted
    assert counted + alone >= 85
    batches = [at for at, line in show.heard if line.id.startswith("w") and line.comments]
    assert len(batches) <= 600 / BATCH_EVERY_S + 1


def test_viewers_are_told_that_the_host_is_an_ai_at_the_start_and_every_ten_minutes(demo: RoomContent) -> None:
    show = SimulatedShow(demo, seed=2)
    show.play(2 * 3600)
    said = [at for at, line in show.heard if Disclosure.discloses(line.text)]
    assert said[0] < 15
    assert all(after - before <= EVERY_S + 60 for before, after in pairwise(said))


def test_a_crowd_that_comes_in_is_told_too(demo: RoomContent) -> None:
    comments = [Asked(400 + n / 2, "hello", 3.0, f"Viewer{n}", Worth.GREETING) for n in range(12)]
    show = SimulatedShow(demo, seed=2)
    show.play(460, comments)
    assert any(Disclosure.discloses(line.text) for at, line in show.heard if at > 400)
