import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from dialogue.contract import Message, ModelError
from server.replay.judge import AnswerCache, Judge
from server.replay.recorder import CommentRecord, LineRecord, Recording
from server.replay.scenario import Judgement, Rule, Scenario
from server.replay.verdicts.contract import Outcome
from tests.server.replay.replayed import case_of

KIND = Judgement(name="kind", question="Is the answer kind to the viewer?")


class Opinionated:
    """Says what `says` has for the comment."""

    name = "judge-1"

    def __init__(self, says: dict[str, str], error: ModelError | None = None) -> None:
        self.says = says
        self.error = error
        self.asked: list[str] = []

    async def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        seed: int = 0,
        stop: Sequence[str] = (),
    ) -> AsyncIterator[str]:
        self.asked.append(messages[-1].content)
        if self.error is not None:
            raise self.error
        for comment, said in self.says.items():
            if f"<comment>{comment}</comment>" in messages[-1].content:
                yield said

    async def close(self) -> None:
        return None


def show(*texts: str) -> Recording:
    recording = Recording()
    for number, text in enumerate(texts, 1):
        ident = f"l{number}"
        recording.comments.append(
            CommentRecord(number, "Lin", text, 0.0, id=f"c{number}", fate="spoken", lines=[ident])
        )
        recording.lines.append(
            LineRecord(ident, "answer", "Sure.", "en", "warm", (f"c{number}",), (), None, 1.0, 2.0, "Sure.")
        )
    return recording


async def test_it_says_yes_no_or_cant_tell_and_decides_nothing(tmp_path: Path) -> None:
    llm = Opinionated({"a": "YES: it is", "b": "No. Rude.", "c": "UNSURE: too short", "d": "blah"})
    (verdict,) = await Judge(llm, AnswerCache(tmp_path)).judge_all(
        case_of(show("a", "b", "c", "d"), Scenario(judge=[KIND]))
    )
    assert verdict.outcome is Outcome.FAIL
    assert verdict.advisory
    assert verdict.figures == {"yes": 1, "no": 1, "unsure": 2, "failed": 0}
    assert verdict.evidence[0].comment == 2


async def test_what_was_asked_once_is_not_asked_again(tmp_path: Path) -> None:
    case = case_of(show("a"), Scenario(judge=[KIND]))
    first, second = Opinionated({"a": "YES"}), Opinionated({"a": "NO"})
    await Judge(first, AnswerCache(tmp_path)).judge_all(case)
    (verdict,) = await Judge(second, AnswerCache(tmp_path)).judge_all(case)
    assert (len(first.asked), len(second.asked)) == (1, 0)
    assert verdict.outcome is Outcome.PASS


async def test_where_a_rule_has_spoken_it_is_not_asked(tmp_path: Path) -> None:
    llm = Opinionated({"a": "NO", "b": "YES"})
    scenario = Scenario(judge=[KIND], rules=[Rule(name="r", comment="^a$", must_say=["Sure"])])
    (verdict,) = await Judge(llm, AnswerCache(tmp_path)).judge_all(case_of(show("a", "b"), scenario))
    assert verdict.outcome is Outcome.PASS
    assert not [question for question in llm.asked if "<comment>a<" in question]


async def test_a_judge_that_fails_measures_nothing(tmp_path: Path) -> None:
    llm = Opinionated({}, ModelError("endpoint", "no connection"))
    (verdict,) = await Judge(llm, AnswerCache(tmp_path)).judge_all(case_of(show("a"), Scenario(judge=[KIND])))
    assert verdict.outcome is Outcome.NOT_MEASURED
    assert "no connection" in verdict.summary
    assert not os.listdir(tmp_path), "a failure is not kept"
