"""The lectern upon the real show: what a person changes is what is played."""

import asyncio

from dialogue.steering.lectern import Lectern
from dialogue.steering.reins import Reins
from render.contract import Line, LineKind, LineStarted, VoiceError
from tests.render.show_rig import Rig


def on_stage(rig: Rig) -> tuple[Lectern, list[str]]:
    lost: list[str] = []

    def note(line: Line, error: VoiceError | None) -> None:
        lost.append(line.id)

    return Lectern(rig.show, Reins(), lambda type_, data: None, note), lost


def begun(rig: Rig) -> list[tuple[str, str]]:
    return [(event.line.id, event.line.text) for event in rig.events if isinstance(event, LineStarted)]


async def queued(lectern: Lectern, *idents: str) -> None:
    """Wait until these Lines wait on the stage, ready to be heard; card and mouth are made in threads."""
    for _ in range(20_000):
        if [line.id for line in lectern.pending()] == [*idents] and all(map(lectern.is_voiced, idents)):
            return
        await asyncio.sleep(0.001)
    raise AssertionError(f"{lectern.pending()} wait")


async def test_a_queued_line_is_worded_anew_in_its_place() -> None:
    rig = Rig()
    lectern, lost = on_stage(rig)
    for ident in ("a", "b", "c"):
        assert await lectern.say(Line(ident, f"line {ident}"))
    await rig.run(1)
    assert lectern.replace("b", "other") is not None
    await queued(lectern, "b", "c")
    await rig.run(60)
    assert begun(rig) == [("a", "line a"), ("b", "other"), ("c", "line c")]
    assert lost == []


async def test_a_line_being_voiced_is_worded_anew_and_what_is_put_first_goes_before_it() -> None:
    rig = Rig()
    lectern, lost = on_stage(rig)
    assert await lectern.say(Line("a", "hello"))
    await rig.run(1)
    voicing = asyncio.create_task(lectern.say(Line("b", "wait")))
    await asyncio.sleep(0)
    assert not lectern.is_voiced("b")
    assert lectern.replace("b", "now") is not None
    lectern.put_first([Line("x", "first", kind=LineKind.NOTICE)])
    assert await voicing is True
    await queued(lectern, "x", "b")
    await rig.run(60)
    assert begun(rig) == [("a", "hello"), ("x", "first"), ("b", "now")]
    assert lost == []


async def test_a_line_taken_away_while_it_is_voiced_is_not_heard_and_one_that_is_heard_stays() -> None:
    rig = Rig()
    lectern, _ = on_stage(rig)
    assert await lectern.say(Line("a", "hello"))
    await rig.run(2)
    voicing = asyncio.create_task(lectern.say(Line("b", "wait")))
    await asyncio.sleep(0)
    assert lectern.take_away("a", "Ann") is None
    assert lectern.take_away("b", "Ann") is not None
    assert await voicing is True
    await rig.run(40)
    assert begun(rig) == [("a", "hello")]
