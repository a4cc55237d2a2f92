"""The show without its thread: ticks are given by the test, in its own time."""

import asyncio

import pytest

from render.contract import (
    Board,
    CaptionShown,
    Line,
    LineEnded,
    LineKind,
    LineStarted,
    ProductCard,
    ProductShown,
    RenderFault,
    VoiceError,
)
from render.dressing import Dressing
from tests.render.show_rig import Rig

CARD = ProductCard("RB-10", "Ribeye steak", "肋眼牛排", "¥199.00")


@pytest.fixture
async def rig() -> Rig:
    return Rig()


async def test_the_host_is_seen_before_anybody_speaks(rig: Rig) -> None:
    await rig.run(3)
    assert [s.index for s in rig.tape.slices] == [0, 1, 2]
    assert all(request.mouth is None for request in rig.painter.requests)


async def test_sound_picture_caption_and_card_of_a_line_begin_in_the_same_slice(rig: Rig) -> None:
    await rig.run(4)
    assert await rig.show.say(Line("a", "hello", product=CARD))
    await rig.run(8)
    first = next(s for s in rig.tape.slices if s.pcm.any())
    request = rig.painter.requests[first.index]
    assert first.index == 4
    assert request.mouth is not None
    assert request.caption is not None
    assert (request.caption.text, request.caption.last) == ("hello", 5)
    assert rig.painter.calls[:2] == [("prepare", "a"), ("begin", "a", 0.16)]
    assert [type(e) for e in rig.events[:3]] == [ProductShown, LineStarted, CaptionShown]
    assert rig.painter.requests[-1].caption is None


async def test_a_product_that_is_on_the_stage_already_is_not_told_again(rig: Rig) -> None:
    await rig.show.say(Line("a", "hello", product=CARD))
    await rig.show.say(Line("b", "again", product=CARD))
    await rig.run(30)
    assert [call[0] for call in rig.painter.calls].count("begin") == 2
    assert sum(isinstance(e, ProductShown) for e in rig.events) == 1


async def test_the_host_looks_at_the_chat_while_a_comment_is_read_back(rig: Rig) -> None:
    await rig.show.say(Line("a", "Lin asks", kind=LineKind.READBACK, quote=("Lin", "how much?")))
    await rig.run(8)
    assert rig.painter.calls[-1] == ("end", "a")
    assert [request.look for request in rig.painter.requests] == ["chat"] * 5 + ["camera"] * 3


async def test_what_a_line_can_not_show_is_told_to_the_operator_and_the_line_is_heard(rig: Rig) -> None:
    rig.painter.faults = ("the product picture eggs.webp can't be read",)
    assert await rig.show.say(Line("a", "hello", product=CARD))
    assert [e.code for e in rig.events if isinstance(e, RenderFault)] == ["product-media"]


async def test_a_caption_that_differs_from_what_is_read_is_marked_in_its_own_words(rig: Rig) -> None:
    await rig.show.say(Line("a", "ten yuan", caption="¥10.00"))
    await rig.run(2)
    caption = rig.painter.requests[0].caption
    assert caption is not None
    assert (caption.text, caption.first, caption.last) == ("¥10.00", 0, 6)
    assert rig.painter.requests[0].word == (0, 8)
    assert [(e.first, e.last) for e in rig.events if isinstance(e, CaptionShown)] == [(0, 6)]


async def test_the_mouth_parts_before_a_line_that_follows_a_pause(rig: Rig) -> None:
    await rig.show.say(Line("a", "hello"))
    await rig.show.say(Line("b", "again"))
    await rig.run(20)
    heard = [bool(s.pcm.any()) for s in rig.tape.slices]
    begin = heard.index(True, heard.index(False))
    mouths = [request.mouth is not None for request in rig.painter.requests]
    assert mouths[begin - 3 : begin + 1] == [False, True, True, True]


async def test_the_last_board_asked_for_is_the_one_that_is_shown(rig: Rig) -> None:
    async def boards() -> list[object]:
        for _ in range(20):
            await asyncio.sleep(0.001)
        await rig.run(1)
        return [call[1] for call in rig.painter.calls if call[0] == "board"]

    rig.show.show_board(Board("a", "First"))
    rig.show.show_board(Board("b", "Second"))
    assert await boards() == ["b"]
    rig.show.show_board(None)
    assert await boards() == ["b", None]
    rig.show.show_board(Board("c", "Third"))
    rig.show.show_board(None)
    assert await boards() == ["b", None]


async def test_a_late_picture_is_repeated_while_the_audio_goes_on(rig: Rig) -> None:
    await rig.show.say(Line("a", "hello"))
    await rig.run(1)
    await rig.run(1, late=0.1)
    assert rig.tape.slices[1].repeated
    assert rig.tape.slices[1].picture is rig.tape.slices[0].picture
    assert rig.tape.slices[1].pcm.all()


async def test_after_an_interruption_nothing_of_the_old_epoch_is_heard(rig: Rig) -> None:
    old = Line("a", "hello")
    await rig.show.say(old)
    await rig.show.say(Line("b", "more"))
    voicing = asyncio.create_task(rig.show.say(Line("c", "wait")))
    await asyncio.sleep(0)
    await rig.run(2)
    assert rig.show.interrupt() == 1
    assert await voicing is False
    assert rig.voice.cancelled == ["wait"]
    assert await rig.show.say(Line("d", "late")) is False  # epoch 0 is over
    await rig.run(10)
    assert not any(s.pcm.any() for s in rig.tape.slices[3:])
    ended = {e.line.id: e for e in rig.events if isinstance(e, LineEnded)}
    assert (ended["a"].heard, ended["a"].interrupted) == ("", True)
    assert (ended["b"].heard, ended["b"].seconds) == ("", 0.0)
    assert await rig.show.say(Line("e", "now", epoch=1))


async def test_a_withdrawn_line_is_never_heard_even_if_it_was_being_voiced(rig: Rig) -> None:
    await rig.show.say(Line("a", "hello"))
    await rig.show.say(Line("b", "queued"))
    voicing = asyncio.create_task(rig.show.say(Line("c", "wait")))
    await asyncio.sleep(0)
    await rig.run(1)
    assert {line.id for line in rig.show.withdraw(LineKind.PITCH)} == {"b", "c"}
    assert await voicing is False
    assert await rig.show.say(Line("d", "reply", kind=LineKind.ANSWER))
    await rig.run(30)
    assert [e.line.id for e in rig.events if isinstance(e, LineStarted)] == ["a", "d"]


async def test_lines_keep_the_order_in_which_they_were_asked_for(rig: Rig) -> None:
    first = asyncio.create_task(rig.show.say(Line("a", "wait")))
    await asyncio.sleep(0)
    second = asyncio.create_task(rig.show.say(Line("b", "quick")))
    await asyncio.sleep(0)
    rig.voice.let.set()
    assert await first
    assert await second
    await rig.run(30)
    assert [e.line.id for e in rig.events if isinstance(e, LineStarted)] == ["a", "b"]


async def test_whoever_says_too_much_waits_until_some_of_it_was_heard(rig: Rig) -> None:
    while rig.show.waiting_seconds <= 12:
        await rig.show.say(Line(f"{rig.show.waiting_seconds}", "hello"))
    waiting = asyncio.create_task(rig.show.say(Line("last", "hello")))
    await asyncio.sleep(0)
    assert not waiting.done()
    await rig.run(40)
    assert await waiting


async def test_a_voice_that_fails_is_reported_to_the_caller_and_the_show_goes_on(rig: Rig) -> None:
    with pytest.raises(VoiceError, match="no sound"):
        await rig.show.say(Line("a", "broken"))
    assert await rig.show.say(Line("b", "fine"))


async def test_a_painter_that_fails_leaves_the_last_picture_and_tells_the_operator(rig: Rig) -> None:
    await rig.run(1)
    rig.painter.fail = True
    await rig.run(1)
    assert rig.tape.slices[1].picture is rig.tape.slices[0].picture
    (fault,) = (e for e in rig.events if isinstance(e, RenderFault))
    assert fault.code == "drawing-failed"


async def test_a_painter_that_keeps_failing_is_told_once_and_again_only_after_it_recovered(rig: Rig) -> None:
    await rig.run(1)
    for fail in (True, False, True):
        rig.painter.fail = fail
        await rig.run(10)
    assert sum(isinstance(e, RenderFault) for e in rig.events) == 2


async def test_a_card_that_can_not_be_shown_costs_the_card_and_not_the_show(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(dressing: Dressing, now: float) -> None:
        raise OSError("the picture file is gone")

    monkeypatch.setattr(rig.painter, "begin", broken)
    await rig.show.say(Line("a", "hello", product=CARD))
    await rig.run(8)
    assert sum(s.pcm.any() for s in rig.tape.slices) == 5
    assert [e.code for e in rig.events if isinstance(e, RenderFault)] == ["drawing-failed"]
    assert not any(isinstance(e, ProductShown) for e in rig.events)


async def test_a_card_that_can_not_be_prepared_does_not_keep_the_words_back(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(line: Line) -> Dressing:
        raise OSError("the picture file is gone")

    monkeypatch.setattr(rig.painter, "prepare", broken)
    assert await rig.show.say(Line("a", "hello", product=CARD))
    await rig.run(8)
    assert sum(s.pcm.any() for s in rig.tape.slices) == 5
    assert [e.code for e in rig.events if isinstance(e, RenderFault)] == ["drawing-failed"]


async def test_closing_lets_the_line_being_heard_end_and_stops_the_thread() -> None:
    rig = Rig()
    await rig.show.say(Line("a", "hello"))
    await rig.show.say(Line("b", "dropped"))
    rig.show.start()
    while rig.show.now < 0.08:  # noqa: ASYNC110 (the thread keeps its own time and has no event to wait for)
        await asyncio.sleep(0.01)
    await rig.show.close()
    await asyncio.sleep(0)
    ended = {e.line.id: e for e in rig.events if isinstance(e, LineEnded)}
    assert (ended["a"].heard, ended["a"].interrupted) == ("hello", False)
    assert ended["b"].heard == ""


async def test_a_line_that_outlasts_the_patience_at_closing_is_cut_and_what_was_heard_reported() -> None:
    rig = Rig()
    for name in "ab":
        await rig.show.say(Line(name, "hello"))
    rig.show.start()
    while rig.show.now < 0.08:  # noqa: ASYNC110 (the thread keeps its own time and has no event to wait for)
        await asyncio.sleep(0.01)
    await rig.show.close(patience=0.0)
    await asyncio.sleep(0)
    ended = {e.line.id: e for e in rig.events if isinstance(e, LineEnded)}
    assert (ended["a"].heard, ended["a"].interrupted) == ("", True)
