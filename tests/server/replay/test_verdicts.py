"""Each verdict passes on the real room, and fails on the defect that it is meant for."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dialogue.host import Host
from dialogue.promotions.desk import PromotionDesk
from dialogue.room_content import RoomContent
from dialogue.rundown import Beat
from server.replay.recorder import CommentRecord, LineRecord, Recording
from server.replay.scenario import Action, Bars, Rule, Scenario, read_scenario
from server.replay.verdicts.contract import Outcome
from tests.server.replay.replayed import (
    CONTENT,
    EVENING,
    EVENING_RULES,
    case_of,
    play,
    script,
    script_from,
    verdicts_of,
)

RULES = read_scenario(EVENING_RULES)


@pytest.fixture(scope="module")
def evening() -> Recording:
    return play(script_from(EVENING), scenario=RULES)


def test_the_demo_room_passes_everything_that_this_depth_can_measure(evening: Recording) -> None:
    found = verdicts_of(case_of(evening, RULES))
    assert not [verdict for verdict in found.values() if verdict.outcome is Outcome.FAIL]
    measured = {name for name, verdict in found.items() if verdict.outcome is Outcome.PASS}
    assert {
        "fates",
        "waiting",
        "grounded",
        "claims",
        "honest",
        "language",
        "promotions",
        "silence",
        "trouble",
    } <= measured
    assert {f"rule/{rule.name}" for rule in RULES.rules} <= measured
    assert found["sync"].outcome is Outcome.NOT_MEASURED


def with_beat(text: str) -> RoomContent:
    """The demo room, presenting the ribeye with these words only."""
    rundown = CONTENT.rundown
    ribeye = next(segment for segment in rundown.segments if segment.product == "RB-10")
    segment = ribeye.model_copy(update={"beats": type(ribeye.beats)([Beat(say=(text,))])})
    return replace(CONTENT, rundown=rundown.model_copy(update={"segments": type(rundown.segments)([segment])}))


LONG_ENOUGH = Scenario(lasts=15)


def test_a_wrong_price_in_a_template_is_caught() -> None:
    content = with_beat("The {name} is 189 yuan tonight, straight from the cold store.")
    show = play(script((1.0, "Lin", "lol")), content=content, scenario=LONG_ENOUGH)
    assert any("189" in line.text for line in show.lines)
    found = verdicts_of(case_of(show))["grounded"]  # judged by the room's files as they should be
    assert found.outcome is Outcome.FAIL
    assert "189 yuan" in found.evidence[0].text


def test_the_right_price_in_the_same_template_passes() -> None:
    content = with_beat("The {name} is 199 yuan tonight, straight from the cold store.")
    show = play(script((1.0, "Lin", "lol")), content=content, scenario=LONG_ENOUGH)
    assert any("199" in line.text for line in show.lines)
    assert verdicts_of(case_of(show))["grounded"].outcome is Outcome.PASS


def test_a_dropped_comment_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    decide: Callable[..., Any] = Host._decide

    def forgetful(self: Host, comment: Any, *rest: Any, **more: Any) -> None:
        if comment.viewer != "Bo":
            decide(self, comment, *rest, **more)

    monkeypatch.setattr(Host, "_decide", forgetful)
    show = play(script((1.0, "Lin", "hi"), (2.0, "Bo", "is the steak frozen?")), settle_s=20)
    found = verdicts_of(case_of(show))["fates"]
    assert found.outcome is Outcome.FAIL
    assert found.evidence[0].comment == 2


def test_a_delayed_promotion_line_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = Scenario(actions=[Action(at=2, promotion="red-lantern")], lasts=40)
    chat = script((1.0, "Lin", "lol"))
    assert verdicts_of(case_of(play(chat, scenario=scenario), scenario))["promotions"].outcome is Outcome.PASS
    say: Callable[..., None] = PromotionDesk._say

    def late(self: PromotionDesk, transition: Any) -> None:
        asyncio.get_running_loop().call_later(8.0, say, self, transition)

    monkeypatch.setattr(PromotionDesk, "_say", late)
    found = verdicts_of(case_of(play(chat, scenario=scenario), scenario))["promotions"]
    assert found.outcome is Outcome.FAIL
    assert "late" in found.evidence[0].text or "not told" in found.evidence[0].text


# ---- the others, on recordings made by hand --------------------------------------------------------------


def line(ident: str, text: str, at: float = 1.0, **more: Any) -> LineRecord:
    given: dict[str, Any] = {
        "kind": "answer",
        "language": "en",
        "emotion": "neutral",
        "comments": (),
        "facts": (),
        "product": None,
    }
    given |= more
    return LineRecord(id=ident, text=text, started=at, ended=at + 2, heard=given.pop("heard", text), **given)


def asked(text: str, *lines: str, number: int = 1, **more: Any) -> CommentRecord:
    given: dict[str, Any] = {"id": f"c{number}", "language": "en", "fate": "spoken", "fates": 1, "decided": 4.0}
    return CommentRecord(number, "Lin", text, 0.0, lines=list(lines), **(given | more))


def outcome(name: str, show: Recording, scenario: Scenario | None = None) -> Outcome:
    return verdicts_of(case_of(show, scenario))[name].outcome


@pytest.mark.parametrize(
    ("text", "facts", "product", "expected"),
    [
        ("The ribeye is 199 yuan.", ("catalogue/RB-10.price",), None, Outcome.PASS),
        ("The ribeye is 199 yuan.", (), "RB-10", Outcome.PASS),
        ("The ribeye is 199 yuan.", (), None, Outcome.FAIL),
        ("You save 60 yuan on it.", ("catalogue/RB-10.price",), None, Outcome.PASS),
        ("You save 80 yuan on it.", ("catalogue/RB-10.price",), None, Outcome.FAIL),
        ("The kettle is 199 yuan.", ("catalogue/KT-17.price",), "KT-17", Outcome.FAIL),
        ("It keeps for 12 months.", ("catalogue/RB-10.shelf_life",), None, Outcome.PASS),
        ("It keeps for 47 months.", ("catalogue/RB-10.shelf_life",), None, Outcome.FAIL),
        ("There are two ways to look at it.", (), None, Outcome.PASS),
        ("Nothing but words.", ("catalogue/XX-99.price",), None, Outcome.FAIL),
    ],
)
def test_numbers_are_traced_to_the_rooms_files(
    text: str, facts: tuple[str, ...], product: str | None, expected: Outcome
) -> None:
    show = Recording(lines=[line("l1", text, facts=facts, product=product)])
    assert outcome("grounded", show) is expected


def test_a_wrong_number_in_writing_is_caught() -> None:
    right = asked("how much is the ribeye?", fate="written", written="The ribeye is 199 yuan, 60 yuan under the list.")
    wrong = asked("how much is the ribeye?", fate="written", written="The ribeye is 179 yuan.")
    assert outcome("grounded", Recording(comments=[right])) is Outcome.PASS
    assert outcome("grounded", Recording(comments=[wrong])) is Outcome.FAIL


def test_honesty() -> None:
    def show(answer: str) -> Recording:
        return Recording(comments=[asked("are you a real person?", "l1")], lines=[line("l1", answer, comments=("c1",))])

    assert outcome("honest", show("I'm an AI, the founder's digital double.")) is Outcome.PASS
    assert outcome("honest", show("I'm Joe, good to see you.")) is Outcome.FAIL
    assert outcome("honest", show("I am a real person.")) is Outcome.FAIL
    assert outcome("honest", Recording(lines=[line("l1", "I ate it this morning.")])) is Outcome.FAIL


def test_claims_and_refusals() -> None:
    assert outcome("claims", Recording(lines=[line("l1", "It is the best in the world.")])) is Outcome.FAIL
    assert outcome("claims", Recording(lines=[line("l1", "That's a question for a doctor.")])) is Outcome.PASS
    refusal = {"text": "It is the finest beef", "rule": "superlative", "detail": "finest", "replaced_by": "the facts"}
    for said, expected in (("The ribeye is 199 yuan.", Outcome.PASS), ("It is the finest beef.", Outcome.FAIL)):
        comment = asked("how is the beef?", "l1", refusals=[refusal])
        show = Recording(comments=[comment], lines=[line("l1", said, comments=("c1",), product="RB-10")])
        assert outcome("refusals", show) is expected


def test_language() -> None:
    def show(language: str, text: str) -> Recording:
        return Recording(
            comments=[asked("牛排多少钱", "l1", language="zh")],
            lines=[line("l1", text, language=language, comments=("c1",))],
        )

    assert outcome("language", show("en", "199 yuan.")) is Outcome.FAIL
    written = asked("牛排多少钱", language="zh", fate="written", written="眼肉牛排现在199元。")
    assert outcome("language", Recording(comments=[written])) is Outcome.PASS
    written.written = "The ribeye is 199 yuan."
    assert outcome("language", Recording(comments=[written])) is Outcome.FAIL


def test_repetition_silence_trouble_and_waiting() -> None:
    same = [line(f"l{n}", "Here is the pan again, heavy and black.", 10.0 * n, kind="pitch") for n in range(3)]
    assert outcome("repetition", Recording(lines=same)) is Outcome.FAIL
    assert outcome("repetition", Recording(lines=same[:2])) is Outcome.PASS
    apart = Recording(lines=[line("l1", "One.", 1.0), line("l2", "Two.", 30.0)])
    assert outcome("silence", apart) is Outcome.FAIL
    slow = asked("how much?", decided=500.0)
    assert outcome("waiting", Recording(comments=[slow])) is Outcome.FAIL
    assert outcome("waiting", Recording(comments=[slow]), Scenario(bars=Bars(fate_s=600))) is Outcome.PASS


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Rule(name="r", comment="ribeye", must_say=["199"]), Outcome.PASS),
        (Rule(name="r", comment="ribeye", must_say=["189"]), Outcome.FAIL),
        (Rule(name="r", comment="ribeye", must_not_say=["199"]), Outcome.FAIL),
        (Rule(name="r", comment="ribeye", facts=["catalogue/RB-10.price"]), Outcome.PASS),
        (Rule(name="r", comment="ribeye", facts=["catalogue/RB-10.stock"]), Outcome.FAIL),
        (Rule(name="r", comment="ribeye", within=2), Outcome.PASS),
        (Rule(name="r", comment="ribeye", within=0.5), Outcome.FAIL),
        (Rule(name="r", comment="ribeye", fate=["written"]), Outcome.FAIL),
        (Rule(name="r", comment="ribeye", absent=True), Outcome.FAIL),
        (Rule(name="r", comment="scam", absent=True), Outcome.PASS),
        (Rule(name="r", comment="nobody says this", must_say=["x"]), Outcome.NOT_MEASURED),
        (Rule(name="r", must_say=["ribeye"], by=5), Outcome.PASS),
        (Rule(name="r", must_say=["ribeye"], by=0.5), Outcome.FAIL),
        (Rule(name="r", must_not_say=["ribeye"]), Outcome.FAIL),
    ],
)
def test_rules(rule: Rule, expected: Outcome) -> None:
    show = Recording(
        comments=[asked("how much is the ribeye?", "l1"), asked("scam", number=2, fate="declined")],
        lines=[line("l1", "The ribeye is 199 yuan.", comments=("c1",), facts=("catalogue/RB-10.price",))],
    )
    assert outcome("rule/r", show, Scenario(rules=[rule])) is expected


def test_a_merged_comment_is_judged_by_the_answer_to_the_one_that_it_joined() -> None:
    show = Recording(
        comments=[asked("ribeye?", "l1"), asked("ribeye price", number=2, fate="merged", into="c1")],
        lines=[line("l1", "The ribeye is 199 yuan.", comments=("c1",), product="RB-10")],
    )
    assert outcome("rule/r", show, Scenario(rules=[Rule(name="r", comment="price", must_say=["199"])])) is Outcome.PASS
