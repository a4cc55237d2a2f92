import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from dialogue.steering.lectern import Lectern
from dialogue.steering.reins import Reins
from render.contract import Emotion, Line, LineEnded, LineKind, VoiceError
from tests.dialogue.fakes import FakeStage
from tests.dialogue.virtual_time import run_virtual


def line(ident: str, kind: LineKind = LineKind.ANSWER, words: int = 8, **more: Any) -> Line:
    return Line(ident, " ".join([ident] * words), kind=kind, **more)


@dataclass
class Podium:
    stage: FakeStage
    lectern: Lectern
    reins: Reins
    told: list[tuple[str, str]] = field(default_factory=list)
    lost: list[tuple[str, bool]] = field(default_factory=list)

    def heard(self) -> list[str]:
        return [one.id for _, one in self.stage.heard]

    async def say_all(self, *lines: Line) -> list[bool]:
        """As an answer says its Lines: one after the other."""
        return [await self.lectern.say(one) for one in lines]


def play(script: Callable[[Podium], Awaitable[None]], *, failing: Callable[[Line], bool] = lambda _: False) -> Podium:
    async def main() -> Podium:
        stage, reins = FakeStage(failing=failing), Reins()
        told: list[tuple[str, str]] = []
        lost: list[tuple[str, bool]] = []

        def on_lost(gone: Line, error: VoiceError | None) -> None:
            lost.append((gone.id, error is not None))

        lectern = Lectern(stage, reins, lambda type_, data: told.append((type_, data["line"])), on_lost)
        podium = Podium(stage, lectern, reins, told, lost)
        running = [asyncio.create_task(stage.play()), asyncio.create_task(lectern.run())]
        await script(podium)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return podium

    return run_virtual(main())


def test_a_line_worded_anew_keeps_its_place_among_voiced_ones() -> None:
    async def script(podium: Podium) -> None:
        await podium.say_all(line("a"), line("b"), line("c"), line("d"))
        await asyncio.sleep(0.5)
        changed = podium.lectern.replace("b", "something else")
        assert changed is not None
        assert [one.id for one in podium.lectern.pending()] == ["b", "c", "d"]
        await asyncio.sleep(20)

    podium = play(script)
    assert podium.heard() == ["a", "b", "c", "d"]
    assert podium.stage.heard[1][1].text == "something else"
    assert podium.lost == []


def test_a_line_being_voiced_is_worded_anew_and_its_sayer_goes_on() -> None:
    async def script(podium: Podium) -> None:
        saying = asyncio.create_task(podium.say_all(line("a"), line("b"), line("c")))
        await asyncio.sleep(0.2)  # a is queued, b is being voiced
        assert not podium.lectern.is_voiced("b")
        assert podium.lectern.replace("b", "something else") is not None
        assert await saying == [True, True, True]
        await asyncio.sleep(20)

    podium = play(script)
    assert podium.heard() == ["a", "b", "c"]
    assert podium.stage.heard[1][1].text == "something else"


def test_twice_worded_anew_the_last_wording_is_heard_once() -> None:
    async def script(podium: Podium) -> None:
        await podium.say_all(line("a"), line("b"), line("c"))
        await asyncio.sleep(0.3)
        podium.lectern.replace("b", "once")
        await asyncio.sleep(0.05)  # being voiced
        podium.lectern.replace("b", "twice")
        podium.lectern.replace("c", "thrice")
        await asyncio.sleep(20)

    podium = play(script)
    assert [one.text.split()[0] for _, one in podium.stage.heard] == ["a", "twice", "thrice"]
    assert podium.lost == []


def test_what_is_put_first_goes_before_all_that_waits_and_after_what_was_put_first_before() -> None:
    async def script(podium: Podium) -> None:
        saying = asyncio.create_task(podium.say_all(line("a"), line("b"), line("c"), line("d")))
        await asyncio.sleep(0.5)
        podium.lectern.put_first([line("x1", LineKind.NOTICE), line("x2", LineKind.NOTICE)])
        podium.lectern.put_first([line("y", LineKind.NOTICE)])
        assert await saying == [True] * 4
        await asyncio.sleep(40)

    assert play(script).heard() == ["a", "x1", "x2", "y", "b", "c", "d"]


def test_urgent_words_wait_for_nothing_and_keep_their_order() -> None:
    async def script(podium: Podium) -> None:
        await podium.say_all(line("a", words=30), line("b"))
        await asyncio.sleep(1)
        podium.lectern.put_first([line("x1", LineKind.NOTICE, urgent=True)])
        podium.lectern.put_first([line("x2", LineKind.NOTICE, urgent=True)])
        await asyncio.sleep(30)

    podium = play(script)
    assert podium.heard() == ["a", "x1", "x2", "b"]
    assert podium.stage.heard[1][0] < 2.0


def test_taken_away_it_is_not_heard_and_its_sayer_goes_on() -> None:
    async def script(podium: Podium) -> None:
        saying = asyncio.create_task(podium.say_all(line("a"), line("b"), line("c")))
        await asyncio.sleep(0.2)
        assert podium.lectern.take_away("b", "Ann") is not None
        assert podium.lectern.take_away("b", "Ann") is None
        assert await saying == [True, True, True]
        await asyncio.sleep(20)

    podium = play(script)
    assert podium.heard() == ["a", "c"]
    assert podium.told.count(("line.dropped", "b")) == 1


def test_what_has_begun_can_not_be_changed() -> None:
    async def script(podium: Podium) -> None:
        await podium.say_all(line("a"))
        await asyncio.sleep(0.5)
        assert podium.lectern.replace("a", "something else") is None
        assert podium.lectern.take_away("a", "Ann") is None
        await asyncio.sleep(5)

    assert play(script).heard() == ["a"]


def test_the_presentation_is_withdrawn_but_for_the_sentence_that_is_kept() -> None:
    async def script(podium: Podium) -> None:
        for one in (line("a", LineKind.PITCH, reply="s1"), line("b", LineKind.PITCH, reply="s1")):
            podium.lectern.enqueue(one)
        podium.lectern.enqueue(line("c", LineKind.PITCH, reply="s2"))
        await asyncio.sleep(0.4)
        gone = podium.lectern.withdraw_pitch("s1")
        assert [one.id for one in gone] == ["c"]
        await asyncio.sleep(20)

    assert play(script).heard() == ["a", "b"]


def test_an_interruption_ends_what_was_to_be_said_anew_too() -> None:
    async def script(podium: Podium) -> None:
        await podium.say_all(line("a"), line("b"), line("c"))
        await asyncio.sleep(0.3)
        podium.lectern.replace("b", "something else")
        podium.lectern.enqueue(line("d", LineKind.PITCH))
        podium.lectern.interrupt()
        podium.lectern.begin_epoch()
        assert list(podium.lectern.pending()) == []
        await asyncio.sleep(20)

    assert play(script).heard() == ["a"]


def test_what_the_voice_can_not_say_again_is_told() -> None:
    async def script(podium: Podium) -> None:
        await podium.say_all(line("a"), line("b"))
        await asyncio.sleep(0.3)
        podium.lectern.replace("b", "bad words")
        await asyncio.sleep(10)

    podium = play(script, failing=lambda one: one.text == "bad words")
    assert podium.heard() == ["a"]
    assert podium.lost == [("b", True)]


def test_a_persons_manner_is_laid_over_all_but_words_with_their_own() -> None:
    async def script(podium: Podium) -> None:
        podium.reins.emotion, podium.reins.energy = Emotion.SERIOUS, 0.1
        own = line("b", emotion=Emotion.AMUSED)
        podium.lectern.keep_manner([own])
        await podium.say_all(line("a", emotion=Emotion.EXCITED), own)
        await asyncio.sleep(10)

    first, second = [one for _, one in play(script).stage.heard]
    assert (first.emotion, first.energy) == (Emotion.SERIOUS, 0.1)
    assert second.emotion is Emotion.AMUSED


def test_each_line_is_told_as_it_comes_and_goes() -> None:
    async def script(podium: Podium) -> None:
        ended: list[LineEnded] = []
        podium.stage.sink = lambda event: ended.append(event) if isinstance(event, LineEnded) else None
        await podium.say_all(line("a"), line("b"))
        podium.lectern.drop("b")
        await asyncio.sleep(10)
        assert [event.line.id for event in ended] == ["a"]

    assert play(script).told == [("line.queued", "a"), ("line.queued", "b"), ("line.dropped", "b")]
