"""However loud some are, everybody's question is answered, aloud or in writing, and soon."""

from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.contract import Comment
from dialogue.ranking import Waiting, Worth
from dialogue.waiting import HORIZON_S, PATIENCE_S, SETTLING_S, WaitingRoom

ANSWER_S = 8.0
STEP_S = 0.5


class Floor:
    """A host who answers one question after the other, and writes to those out of reach."""

    def __init__(self) -> None:
        self.room = WaitingRoom()
        self.spoken: list[tuple[str, str, float]] = []
        """Viewer, language, and how long the viewer had waited."""
        self.written: list[tuple[str, float]] = []
        self._busy: tuple[Waiting, float] | None = None

    def step(self, now: float) -> None:
        if self._busy is not None and now >= self._busy[1]:
            self.room.answered(self._busy[0].comment, now)
            self._busy = None
        late = [*self.room.expire(now), *self.room.beyond_reach(now)]
        self.written += [(entry.comment.viewer, now - entry.comment.at) for entry in late]
        if self._busy is None and (chosen := self.room.choose(now)) is not None:
            self.spoken.append((chosen.comment.viewer, chosen.comment.language, now - chosen.comment.at))
            self._busy = chosen, now + ANSWER_S


def play(asked: list[tuple[float, str, str]], seconds: float) -> Floor:
    floor, count, now = Floor(), 0, 0.0
    coming = sorted(asked)
    while now < seconds:
        while coming and coming[0][0] <= now:
            _, viewer, language = coming.pop(0)
            count += 1
            comment = Comment(f"c{count}", viewer, f"question number {count}", language, now)
            pushed = floor.room.add(Waiting(comment, Worth.QUESTION))
            floor.written += [(pushed.comment.viewer, now - pushed.comment.at)] if pushed is not None else []
        floor.step(now)
        now += STEP_S
    return floor


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0, 120), min_size=1, max_size=6), st.floats(0.7, 6.0))
def test_no_viewer_starves_beside_a_loud_one(quiet: list[float], every_s: float) -> None:
    loud = [(n * every_s, "Loud", "en") for n in range(int(150 / every_s))]
    floor = play([*loud, *((at, f"Quiet {n}", "en") for n, at in enumerate(quiet))], 260.0)
    for n in range(len(quiet)):
        waits = [wait for viewer, _, wait in floor.spoken if viewer == f"Quiet {n}"]
        assert waits, "each of the few quiet viewers is spoken to, not just written to"
        assert waits[0] <= ANSWER_S * (len(quiet) + 2)
    assert not len(floor.room)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 60), st.integers(0, 40)), min_size=1, max_size=80))
def test_every_question_is_spoken_or_written_within_its_patience(asked: list[tuple[float, int]]) -> None:
    floor = play([(at, f"v{who}", "en") for at, who in asked], 200.0)
    assert len(floor.spoken) + len(floor.written) == len(asked)
    assert all(wait < PATIENCE_S[Worth.QUESTION] for _, _, wait in floor.spoken)
    assert all(wait <= PATIENCE_S[Worth.QUESTION] + STEP_S for _, wait in floor.written)


def test_in_a_flood_the_written_answers_come_at_once() -> None:
    floor = play([(0.1 * n, f"v{n}", "en") for n in range(60)], 120.0)
    soon = [wait for _, wait in floor.written if wait <= SETTLING_S + 3.0]
    assert len(soon) >= 0.8 * len(floor.written) >= 30
    assert all(wait <= HORIZON_S + ANSWER_S for _, _, wait in floor.spoken)


def test_the_smaller_language_is_heard() -> None:
    many = [(2.0 * n, f"en{n}", "en") for n in range(100)]
    few = [(1.0 + 8.0 * n, f"zh{n}", "zh") for n in range(25)]
    floor = play([*many, *few], 200.0)
    aloud = sum(language == "zh" for _, language, _ in floor.spoken)
    assert aloud >= 0.8 * len(floor.spoken) * len(few) / (len(few) + len(many))
