import asyncio
from collections.abc import Callable

import pytest

from dialogue.floor import When
from dialogue.host import Host
from dialogue.steering.refusal import SteeringRefused
from dialogue.steering.reins import TakeoverMode
from render.contract import Line, LineKind, LiveChanged, LiveMode
from tests.dialogue.fakes import FakeStage
from tests.dialogue.test_host import EN, ROOM, Show, play
from tests.dialogue.test_steering_lines import NOTE, heard_texts, until_heard


def code_of(order: Callable[[], object]) -> tuple[str, int]:
    with pytest.raises(SteeringRefused) as caught:
        order()
    return caught.value.code, caught.value.status


def state(show: Show) -> dict[str, object]:
    return dict(show.host.desk.snapshot(show.stage.now)["state"])


def now_on(show: Show) -> str:
    rows = show.host.desk.snapshot(show.stage.now)["rundown"]["segments"]
    return next(str(row["id"]) for row in rows if row["state"] == "now")


def heard_after(show: Show, at: float) -> list[str]:
    return [line.text for begun, line in show.stage.heard if begun > at]


def test_pause_ends_the_sentence_and_resume_goes_on_with_the_next() -> None:
    async def script(show: Show) -> None:
        line = await until_heard(show, count=2)
        show.host.desk.show.pause("Ann")
        assert state(show)["paused"] is True
        at = show.stage.now
        await asyncio.sleep(60)
        rest = [line for begun, line in show.stage.heard if begun > at]
        assert all(other.reply == line.reply for other in rest), "only what belongs to the sentence"
        show.sentences = {line.reply for _, line in show.stage.heard}  # type: ignore[attr-defined]
        show.resumed = show.stage.now  # type: ignore[attr-defined]
        show.host.desk.show.resume("Ann")
        await asyncio.sleep(10)

    show = play(script)
    first = next(line for at, line in show.stage.heard if at > show.resumed)  # type: ignore[attr-defined]
    assert first.reply not in show.sentences  # type: ignore[attr-defined]
    assert len(set(heard_texts(show))) == len(show.stage.heard)


def test_the_host_in_pause_ends_the_answer_begun_and_begins_no_other() -> None:
    async def script(show: Show) -> None:
        first = show.ask("How much is the ribeye?", "Bo")
        second = show.ask("Is the kettle in stock?", "Cy")
        await asyncio.sleep(0.5)
        show.host.desk.show.pause("Ann")
        assert (await show.decided(first))["fate"] == "spoken"
        await asyncio.sleep(200)
        assert second.id not in show.fates(), "it waits, and its patience with it"
        show.host.desk.show.resume("Ann")
        assert (await show.decided(second))["fate"] == "spoken"

    play(script)


def test_in_pause_a_person_still_has_the_host_say_and_answer() -> None:
    async def script(show: Show) -> None:
        desk = show.host.desk
        desk.show.pause("Ann")
        comment = show.ask("How much is the ribeye?", "Bo")
        await asyncio.sleep(30)
        desk.lines.say("Ann", NOTE)
        await asyncio.sleep(6)
        assert heard_texts(show)[-1] == NOTE
        desk.comments.answer("Ann", comment.id)
        assert (await show.decided(comment))["fate"] == "spoken"
        await asyncio.sleep(30)
        assert show.stage.heard[-1][1].kind is LineKind.ANSWER, "and rests again"

    play(script)


def test_stop_is_silent_at_once_and_nothing_sounds_until_start() -> None:
    async def script(show: Show) -> None:
        desk = show.host.desk
        comment = show.ask("How much is the ribeye?", "Bo")
        await until_heard(show, LineKind.READBACK)
        at = show.stage.now
        desk.show.stop("Ann")
        assert show.stage.card is not None
        assert (state(show)["stopped"], state(show)["paused"], state(show)["epoch"]) == (True, True, 1)
        for order in (lambda: desk.lines.say("Ann", NOTE, when=When.NOW), lambda: desk.show.resume("Ann")):
            assert code_of(order) == ("stopped", 409)
        show.ask("Is the kettle in stock?", "Cy")
        await asyncio.sleep(100)
        assert heard_after(show, at) == []
        row = next(c for c in desk.snapshot(show.stage.now)["comments"] if c["comment"] == comment.id)
        assert row["state"] == "held", "a person says whether it is to be answered at all"
        desk.show.start("Bob")
        assert show.stage.card is None
        await asyncio.sleep(20)
        assert heard_after(show, at)
        assert comment.id not in show.fates()
        desk.comments.approve("Ann", comment.id)
        assert (await show.decided(comment))["fate"] == "spoken"

    show = play(script)
    held = [(event.data["held"], event.public) for event in show.events if event.type == "room.held"]
    assert held == [(True, True), (False, True)]


def test_stop_twice_is_stop() -> None:
    async def script(show: Show) -> None:
        await until_heard(show)
        show.host.desk.show.stop("Ann")
        show.host.desk.show.stop("Bob")

    assert [d["by"] for d in play(script).data("desk.action")] == ["Ann"]


def test_next_previous_and_a_product_by_its_number() -> None:
    async def script(show: Show) -> None:
        desk = show.host.desk
        await until_heard(show)
        rows = desk.snapshot(show.stage.now)["rundown"]["segments"]
        at = [row["state"] for row in rows].index("now")
        desk.show.to_next("Ann")
        assert now_on(show) == rows[at + 1]["id"]
        desk.show.to_previous("Ann")
        assert now_on(show) == rows[at]["id"]
        desk.show.go_to("Ann", "KT-17")
        await asyncio.sleep(8)
        assert show.stage.heard[-1][1].product is not None
        assert show.stage.heard[-1][1].product.sku == "KT-17"
        assert state(show)["product"] == "KT-17"
        assert code_of(lambda: desk.show.go_to("Ann", "nothing")) == ("no-such-segment", 404)

    play(script)


def test_the_sentence_being_heard_is_ended_before_the_show_moves_on() -> None:
    async def script(show: Show) -> None:
        desk = show.host.desk
        line = await until_heard(show)
        while not any(c["stage"] == "planned" for c in desk.snapshot(1.0)["coming"][:2]) or not line.text.endswith(","):
            line = await until_heard(show)
        show.begun = line  # type: ignore[attr-defined]
        desk.show.go_to("Ann", "KT-17")
        await asyncio.sleep(15)

    show = play(script)
    begun: Line = show.begun  # type: ignore[attr-defined]
    told = [line for _, line in show.stage.heard]
    rest = told[told.index(begun) + 1 :]
    ending = [line for line in rest if line.reply == begun.reply]
    assert ending == rest[: len(ending)], "the end of the sentence, and then"
    assert ending[-1].text[-1] in ".!?"
    after = rest[len(ending)]
    assert after.product is not None
    assert after.product.sku == "KT-17"


def test_a_pinned_product_stays_on_show_until_it_is_unpinned() -> None:
    async def script(show: Show) -> None:
        desk = show.host.desk
        await until_heard(show)
        assert code_of(lambda: desk.show.unpin("Ann")) == ("not-pinned", 409)
        desk.show.go_to("Ann", "KT-17", pin=True)
        assert state(show)["pinned"] == "KT-17"
        at = show.stage.now
        await asyncio.sleep(400)  # longer than its budget
        told = {line.product.sku for begun, line in show.stage.heard if begun > at + 6 and line.product is not None}
        assert told == {"KT-17"}
        desk.show.unpin("Ann")
        await asyncio.sleep(200)
        assert now_on(show) != next(
            row["id"] for row in desk.snapshot(0)["rundown"]["segments"] if row["product"] == "KT-17"
        )

    play(script)


@pytest.mark.parametrize(
    ("mode", "live"),
    [
        (TakeoverMode.TEXT, LiveMode.NONE),
        (TakeoverMode.MICROPHONE, LiveMode.VOICE),
        (TakeoverMode.CAMERA, LiveMode.CAMERA),
    ],
)
def test_taken_over_the_host_neither_presents_nor_chooses_and_then_goes_on(mode: TakeoverMode, live: LiveMode) -> None:
    async def script(show: Show) -> None:
        desk = show.host.desk
        current = show.ask("How much is the ribeye?", "Bo")
        await until_heard(show, LineKind.READBACK)
        desk.show.take_over("Ann", mode)
        assert show.stage.live is live
        assert state(show)["takeover"] == {"mode": mode.value, "by": "Ann", "since": round(show.stage.now, 2)}
        waits = show.ask("Is the kettle in stock?", "Cy")
        await asyncio.sleep(5)
        at = show.stage.now
        await asyncio.sleep(200)
        assert heard_after(show, at) == []
        assert show.fates() == {}, "what is asked meanwhile waits"
        desk.show.take_over("Ann", TakeoverMode.NONE)
        assert show.stage.live is LiveMode.NONE
        assert {(await show.decided(c))["fate"] for c in (current, waits)} == {"spoken"}

    play(script)


def test_taken_over_by_text_the_host_says_what_the_person_writes() -> None:
    async def script(show: Show) -> None:
        desk = show.host.desk
        await until_heard(show)
        desk.show.take_over("Ann", TakeoverMode.TEXT)
        await asyncio.sleep(10)
        at = show.stage.now
        desk.lines.say("Ann", "Good evening, this is Ann writing.", when=When.NOW)
        desk.lines.say("Ann", "I look after the chat today.", when=When.NOW)
        await asyncio.sleep(20)
        assert heard_after(show, at) == ["Good evening, this is Ann writing.", "I look after the chat today."]

    play(script)


def test_while_a_person_speaks_the_host_has_no_voice() -> None:
    async def script(show: Show) -> None:
        desk = show.host.desk
        await until_heard(show)
        desk.show.take_over("Ann", TakeoverMode.MICROPHONE)
        with pytest.raises(SteeringRefused, match="Ann is on the air") as caught:
            desk.lines.say("Bob", NOTE)
        assert (caught.value.code, caught.value.status) == ("live", 409)
        comment = show.ask("How much is the ribeye?", "Bo")
        desk.comments.answer("Bob", comment.id)
        await asyncio.sleep(100)
        assert show.fates() == {}
        desk.show.take_over("Ann", TakeoverMode.NONE)
        assert (await show.decided(comment))["fate"] == "spoken"

    play(script)


def test_a_person_who_is_lost_gives_back_by_that() -> None:
    async def script(show: Show) -> None:
        desk = show.host.desk
        await until_heard(show)
        desk.show.take_over("Ann", TakeoverMode.MICROPHONE)
        comment = show.ask("How much is the ribeye?", "Bo")
        await asyncio.sleep(20)
        show.stage.go_live(LiveMode.NONE)  # as the stage does it when no sound comes any more
        assert state(show)["takeover"]["mode"] == "none"  # type: ignore[index]
        assert (await show.decided(comment))["fate"] == "spoken"

    last = play(script).data("desk.action")[-1]
    assert (last["by"], last["action"], last["after"]["mode"]) == ("Ann", "takeover", "none")


def test_what_the_stage_says_of_a_takeover_before_does_not_end_the_next() -> None:
    async def script(show: Show) -> None:
        desk = show.host.desk
        await until_heard(show)
        desk.show.take_over("Ann", TakeoverMode.MICROPHONE)
        before = show.stage.now
        await asyncio.sleep(5)
        desk.show.take_over("Ann", TakeoverMode.NONE)
        desk.show.take_over("Ann", TakeoverMode.MICROPHONE)
        show.host.feed(LiveChanged(before, LiveMode.NONE))
        assert state(show)["takeover"]["mode"] == "microphone"  # type: ignore[index]

    play(script)


def test_one_takes_over_from_another_only_with_force() -> None:
    async def script(show: Show) -> None:
        desk = show.host.desk
        await until_heard(show)
        desk.show.take_over("Ann", TakeoverMode.TEXT)
        for mode in (TakeoverMode.MICROPHONE, TakeoverMode.NONE):
            with pytest.raises(SteeringRefused, match="Ann has taken the show over") as caught:
                desk.show.take_over("Bob", mode)
            assert (caught.value.code, caught.value.status) == ("taken", 409)
        desk.show.take_over("Bob", TakeoverMode.MICROPHONE, force=True)
        assert state(show)["takeover"]["by"] == "Bob"  # type: ignore[index]
        desk.show.take_over("Bob", TakeoverMode.CAMERA)
        assert show.stage.live is LiveMode.CAMERA

    play(script)


def test_mute_goes_to_the_stage_and_the_show_goes_on() -> None:
    async def script(show: Show) -> None:
        await until_heard(show)
        show.host.desk.show.mute("Ann", True)
        assert show.stage.muted
        assert state(show)["muted"] is True
        await until_heard(show, count=2)
        show.host.desk.show.mute("Ann", False)
        assert not show.stage.muted

    assert [d["action"] for d in play(script).data("desk.action")] == ["mute", "unmute"]


def test_an_order_on_the_show_that_another_changed_unseen_is_refused_but_stop_never() -> None:
    async def script(show: Show) -> None:
        desk = show.host.desk
        await until_heard(show)
        desk.show.pause("Ann", seen=0)
        with pytest.raises(SteeringRefused, match="Ann did 'pause'"):
            desk.show.to_next("Bob", seen=0)
        desk.show.stop("Bob")
        assert state(show)["stopped"] is True

    play(script)


def test_every_order_is_in_the_log_with_what_it_changed() -> None:
    async def script(show: Show) -> None:
        desk = show.host.desk
        await until_heard(show)
        desk.show.pause("Ann")
        desk.show.approval("Bob", True)
        desk.show.approval("Bob", True)  # changes nothing

    show = play(script)
    assert show.data("desk.action") == [
        {
            "by": "Ann",
            "action": "pause",
            "target": "show",
            "before": {"paused": False},
            "after": {"paused": True},
            "revision": 1,
        },
        {
            "by": "Bob",
            "action": "approval",
            "target": "approval",
            "before": {"required": False},
            "after": {"required": True},
            "revision": 2,
        },
    ]


def test_a_person_who_is_lost_on_the_air_is_followed_by_the_host_and_can_take_over_again() -> None:
    async def script(show: Show) -> None:
        desk = show.host.desk
        await until_heard(show, count=1)
        desk.show.take_over("Ann", TakeoverMode.MICROPHONE)
        await asyncio.sleep(20)
        lost = show.stage.now
        show.stage.go_live(LiveMode.NONE)  # the stage gives up a connection that is gone
        assert state(show)["takeover"] == {"mode": "none", "by": None, "since": None}
        await asyncio.sleep(6)
        assert heard_after(show, lost)
        desk.show.take_over("Bob", TakeoverMode.CAMERA)
        assert show.stage.live is LiveMode.CAMERA

    play(script)


def test_a_room_may_require_approval_from_the_start() -> None:
    async def script(show: Show) -> None:
        host = Host(ROOM, None, None, FakeStage(), EN, lambda event: None, approval=True)
        assert host.desk.snapshot(0.0)["state"]["approval"] is True
        assert state(show)["approval"] is False

    play(script)
