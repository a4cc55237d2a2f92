import asyncio
from functools import partial

import pytest

from dialogue.floor import When
from dialogue.steering.refusal import SteeringRefused
from render.contract import CaptionShown, Emotion, Line, LineKind, LineStarted
from tests.dialogue.fakes import FakeLLM
from tests.dialogue.test_host import Show, play

NOTE = "We start the draw after this."


def heard_texts(show: Show) -> list[str]:
    return [line.text for _, line in show.stage.heard]


async def until_heard(show: Show, kind: LineKind = LineKind.PITCH, count: int = 1) -> Line:
    """The Line of this kind that has just begun, the `count`th from now on."""
    before = len(show.lines(kind))
    while len(show.lines(kind)) < before + count:  # noqa: ASYNC110 (virtual time)
        await asyncio.sleep(0.01)
    return show.lines(kind)[-1]


def at_of(show: Show, text: str) -> float:
    return next(at for at, line in show.stage.heard if line.text == text)


def test_said_now_it_breaks_into_the_presentation() -> None:
    async def script(show: Show) -> None:
        show.broken = await until_heard(show, count=2)  # type: ignore[attr-defined]
        show.asked = show.stage.now  # type: ignore[attr-defined]
        show.host.desk.lines.say("Ann", NOTE, when=When.NOW)
        await asyncio.sleep(15)

    show = play(script)
    assert at_of(show, NOTE) - show.asked < 1.0  # type: ignore[attr-defined]
    line = next(line for _, line in show.stage.heard if line.text == NOTE)
    assert (line.kind, line.urgent) == (LineKind.NOTICE, True)
    broken = show.broken.text  # type: ignore[attr-defined]
    after = heard_texts(show)[heard_texts(show).index(NOTE) + 1 :]
    assert after, "the presentation goes on"
    assert len(set(after)) == len(after), "and says nothing twice"
    assert broken.split()[0] in " ".join(after[:2]), "from the sentence that was broken off"


def test_said_after_the_sentence_nothing_is_cut() -> None:
    async def script(show: Show) -> None:
        line = await until_heard(show, count=2)
        show.sentence = line.reply  # type: ignore[attr-defined]
        show.host.desk.lines.say("Ann", NOTE, when=When.SENTENCE)
        await asyncio.sleep(20)

    show = play(script)
    told = [line for _, line in show.stage.heard]
    at = next(i for i, line in enumerate(told) if line.text == NOTE)
    assert told[at - 1].reply == show.sentence  # type: ignore[attr-defined]
    assert told[at + 1].reply != show.sentence  # type: ignore[attr-defined]
    assert not told[at].urgent


def test_said_after_the_product_it_waits_for_the_next_segment() -> None:
    async def script(show: Show) -> None:
        desk = show.host.desk
        await until_heard(show, count=1)
        before = desk.snapshot(show.stage.now)["rundown"]
        show.host.desk.lines.say("Ann", NOTE, when=When.PRODUCT)
        waiting = [c for c in desk.snapshot(show.stage.now)["coming"] if c["text"] == NOTE]
        assert [(c["stage"], c["by"]) for c in waiting] == [("waiting", "Ann")]
        await asyncio.sleep(8)
        assert NOTE not in heard_texts(show)
        desk.show.to_next("Ann")
        await asyncio.sleep(8)
        assert desk.snapshot(show.stage.now)["rundown"] != before

    show = play(script)
    told = heard_texts(show)
    assert NOTE in told
    next_segment = show.stage.heard[told.index(NOTE) + 1][1]
    assert next_segment.kind is LineKind.PITCH


def test_in_an_answer_the_words_come_before_what_is_left_of_it() -> None:
    async def script(show: Show) -> None:
        show.ask("How much is the ribeye?")
        await until_heard(show, LineKind.READBACK)
        await asyncio.sleep(0.5)  # the answer is voiced and waits
        assert any(c["kind"] == "answer" for c in show.host.desk.snapshot(show.stage.now)["coming"])
        show.host.desk.lines.say("Ann", NOTE, when=When.SENTENCE)
        await asyncio.sleep(20)

    show = play(script, llm=FakeLLM(lambda _: "The ribeye is 199 yuan, Lin."))
    kinds = [line.kind for _, line in show.stage.heard if line.kind is not LineKind.PITCH]
    assert kinds[:3] == [LineKind.READBACK, LineKind.NOTICE, LineKind.ANSWER]
    assert list(show.fates().values()) == ["spoken"]


def test_a_long_text_is_said_in_breaths_and_in_order() -> None:
    text = (
        "Good evening everybody, thank you for your patience while we looked at the sound, which is fine again now. "
        "Please write in the chat whether you can hear us well, and then we go on with the presentation of the evening."
    )

    async def script(show: Show) -> None:
        await until_heard(show)
        show.host.desk.lines.say("Ann", text, when=When.NOW)
        await asyncio.sleep(30)

    show = play(script)
    said = show.lines(LineKind.NOTICE)
    assert " ".join(line.text for line in said) == text
    assert len({line.reply for line in said}) == 1


def test_a_line_that_waits_is_worded_anew_in_its_place() -> None:
    async def script(show: Show) -> None:
        desk = show.host.desk
        coming: list[dict[str, str]] = []
        while not coming:
            await until_heard(show)
            await asyncio.sleep(0.3)
            coming = [c for c in desk.snapshot(show.stage.now)["coming"] if c["stage"] == "voiced"]
        show.before = coming[0]["text"]  # type: ignore[attr-defined]
        show.playing = show.stage.heard[-1][1].id  # type: ignore[attr-defined]
        desk.lines.rewrite("Ann", coming[0]["line"], "And now something else.")
        (changed,) = [c for c in desk.snapshot(show.stage.now)["coming"] if c["line"] == coming[0]["line"]]
        assert (changed["text"], changed["by"]) == ("And now something else.", "Ann")
        await asyncio.sleep(10)

    show = play(script)
    ids = [line.id for _, line in show.stage.heard]
    after = show.stage.heard[ids.index(show.playing) + 1][1]  # type: ignore[attr-defined]
    assert after.text == "And now something else."
    assert show.before not in heard_texts(show)  # type: ignore[attr-defined]


def test_what_a_person_changed_stays_changed_when_a_comment_comes_between() -> None:
    async def script(show: Show) -> None:
        desk = show.host.desk
        await until_heard(show)
        await asyncio.sleep(0.2)
        first, second, *_ = [c for c in desk.snapshot(show.stage.now)["coming"] if c["kind"] == "pitch"]
        desk.lines.rewrite("Ann", first["line"], "And now something else.")
        desk.lines.drop("Ann", second["line"])
        show.dropped = second["text"]  # type: ignore[attr-defined]
        await show.decided(show.ask("How much is the ribeye?"))
        await asyncio.sleep(25)

    show = play(script)
    assert heard_texts(show).count("And now something else.") == 1
    assert show.dropped not in heard_texts(show)  # type: ignore[attr-defined]


def test_planned_words_can_be_changed_and_dropped() -> None:
    async def script(show: Show) -> None:
        desk = show.host.desk
        await until_heard(show)
        planned = [c for c in desk.snapshot(show.stage.now)["coming"] if c["stage"] == "planned"]
        while len(planned) < 2:
            await until_heard(show)
            planned = [c for c in desk.snapshot(show.stage.now)["coming"] if c["stage"] == "planned"]
        desk.lines.rewrite("Ann", planned[0]["line"], "And now something else.")
        desk.lines.drop("Ann", planned[1]["line"])
        show.gone = [planned[0]["text"], planned[1]["text"]]  # type: ignore[attr-defined]
        left = [c["line"] for c in desk.snapshot(show.stage.now)["coming"]]
        assert planned[1]["line"] not in left
        await asyncio.sleep(25)

    show = play(script)
    assert "And now something else." in heard_texts(show)
    assert not set(show.gone) & set(heard_texts(show))  # type: ignore[attr-defined]


def test_what_was_planned_can_be_changed_under_that_name_until_it_begins() -> None:
    async def script(show: Show) -> None:
        desk = show.host.desk

        async def waits(planned: str) -> str:
            """The name of the Line that a clause has become, once it waits to be heard."""
            while not (now := [c for c in desk.snapshot(1.0)["coming"] if c["planned_as"] == planned]):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            return str(now[0]["line"])

        while len(planned := [c for c in desk.snapshot(1.0)["coming"] if c["stage"] == "planned"]) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        first, second = planned[:2]
        show.gone = [first["text"], second["text"]]  # type: ignore[attr-defined]
        seen = desk.revision
        assert await waits(first["line"]) != first["line"]
        desk.lines.rewrite("Ann", first["line"], "And now something else.")
        with pytest.raises(SteeringRefused) as caught:
            desk.lines.drop("Ben", await waits(first["line"]), seen=seen)
        assert caught.value.code == "conflict"
        (changed,) = [c for c in desk.snapshot(1.0)["coming"] if c["planned_as"] == first["line"]]
        assert (changed["text"], changed["by"]) == ("And now something else.", "Ann")
        await waits(second["line"])
        desk.lines.drop("Ann", second["line"])
        await asyncio.sleep(25)
        with pytest.raises(SteeringRefused) as caught:
            desk.lines.drop("Ann", first["line"])
        assert caught.value.code == "begun"

    show = play(script)
    assert heard_texts(show).count("And now something else.") == 1
    assert not set(show.gone) & set(heard_texts(show))  # type: ignore[attr-defined]


def test_a_dropped_answer_is_given_in_writing() -> None:
    async def script(show: Show) -> None:
        comment = show.ask("How much is the ribeye?")
        await until_heard(show, LineKind.READBACK)
        desk = show.host.desk
        while not (answers := [c for c in desk.snapshot(1.0)["coming"] if c["kind"] == "answer"]):  # noqa: ASYNC110 (virtual)
            await asyncio.sleep(0.01)
        while answers:
            desk.lines.drop("Ann", answers[0]["line"])
            await asyncio.sleep(0.3)
            answers = [c for c in desk.snapshot(show.stage.now)["coming"] if c["kind"] == "answer"]
        decided = await show.decided(comment)
        assert decided["fate"] == "written"

    show = play(script)
    assert show.lines(LineKind.ANSWER) == []
    assert len(show.data("comment.decided")) == 1


def test_words_that_wait_for_the_product_can_be_changed_and_dropped() -> None:
    async def script(show: Show) -> None:
        lines = show.host.desk.lines
        await until_heard(show)
        first, _ = lines.say("Ann", NOTE, when=When.PRODUCT)
        second, _ = lines.say("Ann", "Thank you all.", when=When.PRODUCT)
        lines.rewrite("Bo", first, "We start the draw now.")
        lines.drop("Bo", second)
        show.host.desk.show.to_next("Ann")
        await asyncio.sleep(8)

    show = play(script)
    assert "We start the draw now." in heard_texts(show)
    assert not {NOTE, "Thank you all."} & set(heard_texts(show))


def test_a_line_that_has_begun_or_never_was_can_not_be_changed() -> None:
    async def script(show: Show) -> None:
        line = await until_heard(show)
        for ident in (line.id, "nonsense"):
            lines = show.host.desk.lines
            for order in (partial(lines.rewrite, "Ann", ident, "Something else."), partial(lines.drop, "Ann", ident)):
                with pytest.raises(SteeringRefused) as caught:
                    order()
                assert (caught.value.code, caught.value.status) == ("begun", 409)

    play(script)


def test_emotion_and_energy_hold_for_later_lines_but_not_for_words_with_their_own() -> None:
    async def script(show: Show) -> None:
        desk = show.host.desk
        await until_heard(show)
        desk.show.manner("Ann", Emotion.SERIOUS, 0.1)
        await asyncio.sleep(10)
        show.from_here = len(show.stage.heard)  # type: ignore[attr-defined]
        desk.lines.say("Ann", "That was a joke.", when=When.NOW, emotion=Emotion.AMUSED)
        await asyncio.sleep(6)
        desk.show.manner("Ann", None, None)
        await asyncio.sleep(20)

    show = play(script)
    told = [line for _, line in show.stage.heard]
    at = show.from_here  # type: ignore[attr-defined]
    assert (told[at - 1].emotion, told[at - 1].energy) == (Emotion.SERIOUS, 0.1)
    joke = next(line for line in told if line.text == "That was a joke.")
    assert joke.emotion is Emotion.AMUSED
    assert any(line.emotion is not Emotion.SERIOUS for line in told[-3:])


def test_lines_are_told_to_hosts_only() -> None:
    async def script(show: Show) -> None:
        await until_heard(show)
        show.host.desk.lines.say("Ann", NOTE, when=When.NOW)
        await asyncio.sleep(5)

    show = play(script)
    told = [event for event in show.events if event.type in ("line.queued", "line.dropped", "desk.action")]
    assert {event.type for event in told} == {"line.queued", "line.dropped", "desk.action"}
    assert not any(event.public for event in told)
    (deed,) = show.data("desk.action")
    assert (deed["by"], deed["action"], deed["after"]["text"], deed["revision"]) == ("Ann", "say", NOTE, 1)


def test_the_word_now_heard_is_shown() -> None:
    async def script(show: Show) -> None:
        line = await until_heard(show)
        show.host.feed(LineStarted(show.stage.now, line))
        show.host.feed(CaptionShown(show.stage.now, line, 3, 8))
        saying = show.host.desk.snapshot(show.stage.now)["saying"]
        assert (saying["line"], saying["text"], saying["first"], saying["last"]) == (line.id, line.text, 3, 8)

    play(script)
