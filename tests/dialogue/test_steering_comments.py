import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest

from dialogue.contract import Comment
from dialogue.director import BLOCKED
from dialogue.steering.comment_steering import CommentSteering
from dialogue.steering.refusal import SteeringRefused
from dialogue.steering.reins import TakeoverMode
from render.contract import LineKind
from tests.dialogue.fakes import FakeLLM
from tests.dialogue.test_host import Show, play

NEVER_S = 120.0
"""Longer than any comment's patience."""


def comments(show: Show) -> CommentSteering:
    return show.host.desk.comments


def row(show: Show, comment: Comment) -> dict[str, object]:
    """What the desk shows of a comment that waits."""
    rows = show.host.desk.snapshot(show.stage.now)["comments"]
    return next((dict(one) for one in rows if one["comment"] == comment.id), {})


async def busy(show: Show) -> Comment:
    """Keep the host answering, so that what comes then waits."""
    asked = show.ask("How much is the ribeye?", "First")
    await asyncio.sleep(0.3)
    return asked


def code_of(order: Callable[[], object]) -> tuple[str, int]:
    with pytest.raises(SteeringRefused) as caught:
        order()
    return caught.value.code, caught.value.status


def answered_in_order(show: Show) -> list[str]:
    return [data["comment"] for data in show.data("comment.chosen")]


def test_answer_puts_a_comment_ahead_of_all() -> None:
    async def script(show: Show) -> None:
        await busy(show)
        one = show.ask("Is the kettle in stock?", "Bo")
        two = show.ask("How long does the rice keep?", "Cy")
        three = show.ask("thanks a lot everybody", "Di")
        show.order = [c.id for c in (three, one, two)]  # type: ignore[attr-defined]
        comments(show).answer("Ann", three.id)
        assert row(show, three)["next"] is True
        for comment in (one, two, three):
            await show.decided(comment)

    show = play(script)
    chosen = answered_in_order(show)
    assert chosen[1] == show.order[0]  # type: ignore[attr-defined]
    assert sorted(chosen[2:]) == sorted(show.order[1:])  # type: ignore[attr-defined]


def test_an_edited_answer_is_said_word_for_word_after_the_read_back() -> None:
    async def script(show: Show) -> None:
        await busy(show)
        comment = show.ask("Is the kettle in stock?", "Bo")
        comments(show).answer("Ann", comment.id, text="Yes, the kettle is here beside me, and it is 189 yuan.")
        await show.decided(comment)
        show.asked = comment  # type: ignore[attr-defined]

    show = play(script, llm=FakeLLM(lambda _: "Nonsense."))
    assert show.answer(show.asked) == "Yes, the kettle is here beside me, and it is 189 yuan."  # type: ignore[attr-defined]
    back = [line for line in show.lines(LineKind.READBACK) if show.asked.id in line.comments]  # type: ignore[attr-defined]
    assert len(back) == 1


def test_an_edited_answer_is_checked_like_every_line() -> None:
    async def script(show: Show) -> None:
        await busy(show)
        comment = show.ask("How much is the kettle?", "Bo")
        with pytest.raises(SteeringRefused) as caught:
            comments(show).answer("Ann", comment.id, text="The kettle is 99 yuan.")
        assert (caught.value.code, caught.value.rule) == ("claim", "number")
        assert "189 yuan" in caught.value.suggestion
        comments(show).answer("Ann", comment.id, text="The kettle is 99 yuan.", as_is=True)
        await show.decided(comment)
        show.asked = comment  # type: ignore[attr-defined]

    show = play(script)
    assert show.answer(show.asked) == "The kettle is 99 yuan."  # type: ignore[attr-defined]
    assert show.data("desk.action")[-1]["after"] == {"text": "The kettle is 99 yuan.", "as_is": True}


def test_what_plan_showed_is_what_is_said() -> None:
    async def script(show: Show) -> None:
        await busy(show)
        comment = show.ask("How much is the kettle?", "Bo")
        plan = await comments(show).plan(comment.id)
        assert "189 yuan" in plan.text
        assert "catalogue/GK-01.price" in [f.name for f in plan.facts] or plan.facts
        assert plan.language == "en"
        assert row(show, comment)["state"] == "waiting", "planning decides nothing"
        comments(show).answer("Ann", comment.id)
        await show.decided(comment)
        assert show.answer(comment) == plan.text

    play(script, llm=FakeLLM(lambda _: "Something else."))


def test_where_approval_is_required_nothing_is_answered_without_and_patience_stops() -> None:
    async def script(show: Show) -> None:
        show.host.desk.show.approval("Ann", True)
        one = show.ask("How much is the ribeye?", "Bo")
        two = show.ask("Is the kettle in stock?", "Cy")
        await asyncio.sleep(NEVER_S)
        assert show.fates() == {}
        comments(show).approve("Ann", two.id)
        assert row(show, two)["state"] == "answering"
        await show.decided(two)
        assert show.fates() == {two.id: "spoken"}
        show.host.desk.show.approval("Ann", False)
        await show.decided(one)
        assert show.fates()[one.id] == "spoken"

    play(script)


def test_approved_with_other_words_it_is_answered_with_them_when_its_turn_comes() -> None:
    async def script(show: Show) -> None:
        show.host.desk.show.approval("Ann", True)
        comment = show.ask("How much is the ribeye?", "Bo")
        comments(show).approve("Ann", comment.id, text="It is 199 yuan for the box.")
        await show.decided(comment)
        assert show.answer(comment) == "It is 199 yuan for the box."

    play(script)


def test_a_held_comment_keeps_its_place_and_its_patience() -> None:
    async def script(show: Show) -> None:
        await busy(show)
        comment = show.ask("Is the kettle in stock?", "Bo")
        comments(show).hold("Ann", comment.id)
        await asyncio.sleep(NEVER_S)
        assert comment.id not in show.fates()
        assert row(show, comment)["state"] == "held"
        comments(show).approve("Ann", comment.id)
        assert (await show.decided(comment))["fate"] == "spoken"

    play(script)


def test_held_while_it_is_being_answered_the_answer_stops_and_it_waits() -> None:
    async def script(show: Show) -> None:
        comment = show.ask("How much is the ribeye?", "Bo")
        await asyncio.sleep(0.5)
        assert row(show, comment)["state"] == "answering"
        comments(show).hold("Ann", comment.id)
        await asyncio.sleep(20)
        assert row(show, comment)["state"] == "held"
        assert show.answer(comment) == ""
        comments(show).answer("Ann", comment.id)
        assert (await show.decided(comment))["fate"] == "spoken"

    play(script)


def test_skip_declines_with_the_reason_also_what_is_being_answered() -> None:
    async def script(show: Show) -> None:
        current = await busy(show)
        comment = show.ask("Is the kettle in stock?", "Bo")
        comments(show).skip("Ann", comment.id, reason="We talk about it later.")
        decided = await show.decided(comment)
        assert (decided["fate"], decided["reason"]) == ("declined", "We talk about it later.")
        comments(show).skip("Ann", current.id)
        assert (await show.decided(current))["fate"] == "declined"
        assert show.answer(current) == ""

    play(script)


def test_skipped_when_the_answer_was_heard_it_is_spoken_all_the_same() -> None:
    async def script(show: Show) -> None:
        comment = show.ask("How much is the ribeye?", "Bo")
        while not show.lines(LineKind.ANSWER):  # noqa: ASYNC110 (virtual time)
            await asyncio.sleep(0.05)
        while show.host._director.answer_heard is None:  # noqa: ASYNC110 (virtual time)
            await asyncio.sleep(0.05)
        if comment.id not in show.fates():
            comments(show).skip("Ann", comment.id)
        assert (await show.decided(comment))["fate"] == "spoken"

    play(script, llm=FakeLLM(lambda _: "The ribeye is 199 yuan, Bo."))


def test_merge_lets_one_answer_serve_both() -> None:
    async def script(show: Show) -> None:
        await busy(show)
        one = show.ask("Is the kettle in stock?", "Bo")
        two = show.ask("How long does the rice keep?", "Cy")
        comments(show).merge("Ann", two.id, one.id)
        decided = await show.decided(two)
        assert (decided["fate"], decided["into"]) == ("merged", one.id)
        assert (row(show, one)["also"], row(show, one)["cluster"]) == (["Cy"], 2)
        assert code_of(lambda: comments(show).merge("Ann", one.id, one.id)) == ("same-comment", 422)
        assert code_of(lambda: comments(show).merge("Ann", one.id, two.id)) == ("decided", 409)
        assert code_of(lambda: comments(show).merge("Ann", one.id, "nobody")) == ("no-such-comment", 404)

    play(script)


def test_write_answers_in_writing_from_the_facts_or_in_a_persons_words() -> None:
    async def script(show: Show) -> None:
        await busy(show)
        one = show.ask("How much is the kettle?", "Bo")
        two = show.ask("How long does the rice keep?", "Cy")
        comments(show).write("Ann", one.id)
        comments(show).write("Ann", two.id, text="谢谢，请看商品页。")  # the voice reads no Chinese; the page does
        first, second = await show.decided(one), await show.decided(two)
        assert (first["fate"], second["fate"]) == ("written", "written")
        assert "189 yuan" in first["text"]
        assert second["text"] == "谢谢，请看商品页。"

    play(script)


def test_a_pinned_comment_is_told_to_viewers_and_another_takes_its_place() -> None:
    async def script(show: Show) -> None:
        await busy(show)
        one, two = show.ask("Is the kettle in stock?", "Bo"), show.ask("How long does the rice keep?", "Cy")
        comments(show).pin("Ann", one.id)
        assert row(show, one)["pinned"] is True
        comments(show).pin("Ann", two.id)
        assert show.host.desk.snapshot(1.0)["pinned_comment"]["comment"] == two.id
        comments(show).unpin("Ann", two.id)
        assert code_of(lambda: comments(show).unpin("Ann", two.id)) == ("not-pinned", 409)

    show = play(script)
    told = [
        (e.type, e.data["viewer"], e.public) for e in show.events if e.type.startswith("comment.") and "pin" in e.type
    ]
    assert told == [
        ("comment.pinned", "Bo", True),
        ("comment.unpinned", "Bo", True),
        ("comment.pinned", "Cy", True),
        ("comment.unpinned", "Cy", True),
    ]


def test_nothing_is_taken_from_a_blocked_viewer_until_he_is_let_in_again() -> None:
    async def script(show: Show) -> None:
        current = await busy(show)
        waits = show.ask("Is the kettle in stock?", "Troll")
        other = show.ask("How long does the rice keep?", "Cy")
        comments(show).block("Ann", "TROLL", reason="insults")
        later = show.ask("and the pan?", "troll")
        for comment in (waits, later):
            decided = await show.decided(comment)
            assert (decided["fate"], decided["reason"]) == ("declined", BLOCKED)
        assert "insults" not in str(show.data("comment.decided")), "why is the hosts' business"
        assert (await show.decided(other))["fate"] == "spoken"
        assert show.host.desk.snapshot(1.0)["blocked"] == ["troll"]
        comments(show).unblock("Ann", "troll")
        again = show.ask("how much is the pan?", "Troll")
        assert (await show.decided(again))["fate"] == "spoken"
        assert code_of(lambda: comments(show).unblock("Ann", "troll")) == ("not-blocked", 409)
        assert (await show.decided(current))["fate"] == "spoken"

    play(script)


def test_blocked_while_he_is_being_answered_the_answer_stops() -> None:
    async def script(show: Show) -> None:
        current = await busy(show)
        comments(show).block("Ann", "First")
        assert (await show.decided(current))["fate"] == "declined"
        assert show.answer(current) == ""

    play(script)


async def collected(show: Show) -> list[Comment]:
    """Greetings that came in numbers, so that they are answered together."""
    greetings = [
        show.ask(text, viewer) for viewer, text in (("G1", "hello"), ("G2", "hi there"), ("G3", "good evening"))
    ]
    await asyncio.sleep(1)
    waiting = [greeting for greeting in greetings if row(show, greeting).get("state") == "waiting"]
    assert len(waiting) >= 2
    return waiting


def test_a_greeting_that_is_collected_with_others_can_be_answered_by_itself() -> None:
    async def script(show: Show) -> None:
        _, last = (await collected(show))[-2:]
        comments(show).answer("Ann", last.id, text="Good evening to you, my friend.")
        await show.decided(last)
        assert show.answer(last) == "Good evening to you, my friend."

    play(script)


def test_nobody_is_welcomed_by_name_whom_the_hosts_blocked_passed_over_or_have_not_approved() -> None:
    async def script(show: Show) -> None:
        first, last = (await collected(show))[-2:]
        comments(show).block("Ann", first.viewer)
        assert (await show.decided(first))["fate"] == "declined"
        show.host.desk.show.approval("Ann", True)
        await asyncio.sleep(NEVER_S)
        assert last.id not in show.fates()
        assert not any(last.id in line.comments for _, line in show.stage.heard)
        comments(show).skip("Ann", last.id)
        assert (await show.decided(last))["fate"] == "declined"

    play(script)


def test_a_welcome_that_is_dropped_greets_nobody() -> None:
    async def script(show: Show) -> None:
        waiting = await collected(show)
        desk = show.host.desk
        ids = {comment.id for comment in waiting}
        while not (welcome := [c for c in desk.snapshot(1.0)["coming"] if ids & set(c["comments"])]):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        desk.lines.drop("Ann", welcome[0]["line"])
        for ident in set(welcome[0]["comments"]):
            assert (await show.decided(next(c for c in waiting if c.id == ident)))["fate"] == "declined"
        await asyncio.sleep(60)
        assert not any(ids & set(line.comments) for _, line in show.stage.heard)

    play(script)


def test_the_teams_answer_to_an_open_question_is_said_and_written() -> None:
    async def script(show: Show) -> None:
        comment = show.ask("does the ribeye come with a sauce?", "Bo")
        await show.decided(comment)
        (ticket,) = show.host.desk.snapshot(1.0)["tickets"]
        assert (ticket["comment"], ticket["text"]) == (comment.id, comment.text)
        comments(show).answer("Ann", comment.id, text="No sauce comes with it, I asked the kitchen.")
        await asyncio.sleep(15)
        assert show.host.desk.snapshot(1.0)["tickets"] == []
        assert code_of(lambda: comments(show).answer("Ann", comment.id, text="Again.")) == ("decided", 409)

    show = play(script)
    said = " ".join(line.text for line in show.lines(LineKind.NOTICE))
    assert said == "No sauce comes with it, I asked the kitchen."
    assert len(show.data("comment.decided")) == 1
    (closed,) = show.data("ticket.closed")
    assert closed["text"] == "No sauce comes with it, I asked the kitchen."


def test_what_has_its_fate_or_is_unknown_is_refused_with_the_reason() -> None:
    async def script(show: Show) -> None:
        comment = show.ask("How much is the ribeye?", "Bo")
        await asyncio.sleep(0.2)
        assert code_of(lambda: comments(show).answer("Ann", comment.id)) == ("answering", 409)
        await show.decided(comment)
        for order in (comments(show).answer, comments(show).hold, comments(show).skip, comments(show).write):
            assert code_of(partial(order, "Ann", comment.id)) == ("decided", 409)
            assert code_of(partial(order, "Ann", "c-none")) == ("no-such-comment", 404)

    play(script)


def test_a_second_host_who_did_not_see_it_is_told_what_the_first_did() -> None:
    async def script(show: Show) -> None:
        await busy(show)
        comment = show.ask("Is the kettle in stock?", "Bo")
        seen = show.host.desk.revision
        comments(show).hold("Ann", comment.id, seen=seen)
        with pytest.raises(SteeringRefused, match="Ann did 'hold' to this just now"):
            comments(show).skip("Bob", comment.id, seen=seen)
        comments(show).skip("Bob", comment.id, seen=show.host.desk.revision)

    play(script)


def test_every_comment_has_one_fate_whatever_the_hosts_do() -> None:
    async def script(show: Show) -> None:
        desk = show.host.desk
        questions = ["How much is the ribeye?", "Is the kettle in stock?", "How long does the rice keep?"]
        asked = [show.ask(text, f"V{n}{m}") for n, text in enumerate(questions) for m in range(2)]
        asked += [show.ask(f"what about the {word}?", f"W{word}") for word in ("pan", "eggs", "knife", "yogurt")]
        await asyncio.sleep(1)
        desk.show.take_over("Ann", TakeoverMode.TEXT)
        asked.append(show.ask("can you hear me, how much is the pan?", "Late"))
        await asyncio.sleep(5)
        desk.show.stop("Ann")
        await asyncio.sleep(3)
        desk.show.start("Ann")
        desk.show.take_over("Ann", TakeoverMode.NONE)
        waiting = [one["comment"] for one in desk.snapshot(show.stage.now)["comments"]]
        for n, ident in enumerate(waiting):
            order = (desk.comments.hold, desk.comments.skip, desk.comments.write, desk.comments.answer)[n % 4]
            with contextlib.suppress(SteeringRefused):  # it has met its fate, or is being answered
                order("Ann", ident)
        await asyncio.sleep(60)
        show.asked = asked  # type: ignore[attr-defined]

    show = play(script)
    counted = Counter(data["comment"] for data in show.data("comment.decided"))
    assert counted == Counter(comment.id for comment in show.asked)  # type: ignore[attr-defined]
