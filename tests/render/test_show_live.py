"""What a person may do to the running show: take Lines back, mute, hold it, speak in the host's place."""

import asyncio

import numpy as np
import pytest

from render.contract import (
    HoldingCard,
    Line,
    LineEnded,
    LineStarted,
    LiveChanged,
    LiveMode,
    RenderFault,
)
from render.live_input import LiveInput
from rtc.contract import SLICE_SECONDS
from tests.render.live_fakes import FedPerson
from tests.render.show_rig import Rig
from tests.render.test_live_input import talk

CARD = HoldingCard("One moment", "马上回来")


@pytest.fixture
async def rig() -> Rig:
    return Rig()


def heard(rig: Rig) -> list[bool]:
    return [bool(piece.pcm.any()) for piece in rig.tape.slices]


# ---- pending, drop -------------------------------------------------------------------------------------------


async def test_pending_tells_queued_and_voiced_lines_in_the_order_of_hearing(rig: Rig) -> None:
    await rig.show.say(Line("a", "heard"))
    await rig.show.say(Line("b", "queued"))
    voicing = asyncio.create_task(rig.show.say(Line("c", "wait")))
    hasty = asyncio.create_task(rig.show.say(Line("d", "wait", urgent=True)))
    await asyncio.sleep(0)
    await rig.run(1)
    assert [line.id for line in rig.show.pending()] == ["d", "b", "c"]
    rig.show.interrupt()
    assert rig.show.pending() == []
    assert not await voicing
    assert not await hasty


async def test_a_dropped_line_is_not_heard_and_another_is(rig: Rig) -> None:
    for name in "abc":
        await rig.show.say(Line(name, "hello"))
    voicing = asyncio.create_task(rig.show.say(Line("d", "wait")))
    await asyncio.sleep(0)
    await rig.run(1)
    dropped = rig.show.drop("b")
    assert dropped is not None
    assert dropped.id == "b"
    assert rig.show.drop("a") is None, "it has begun"
    assert rig.show.drop("b") is None
    last = rig.show.drop("d")
    assert last is not None
    assert await voicing is False
    await rig.run(40)
    assert [e.line.id for e in rig.events if isinstance(e, LineStarted)] == ["a", "c"]


# ---- mute ----------------------------------------------------------------------------------------------------


async def test_muted_lines_keep_their_time_and_captions_and_nothing_of_them_is_heard(rig: Rig) -> None:
    rig.show.mute(True)
    await rig.run(1)
    await rig.show.say(Line("a", "hello"))
    await rig.run(2)
    assert rig.show.level() == -100
    assert rig.painter.requests[-1].caption is not None
    rig.show.mute(False)
    await rig.run(6)
    assert heard(rig) == [False] * 3 + [True] * 3 + [False] * 3
    assert rig.show.level() == -100
    (ended,) = (e for e in rig.events if isinstance(e, LineEnded))
    assert (ended.heard, ended.interrupted) == ("hello", False)
    assert ended.at == pytest.approx(6 * SLICE_SECONDS)


async def test_the_level_is_that_of_what_was_sent(rig: Rig) -> None:
    await rig.show.say(Line("a", "hello"))
    await rig.run(2)
    assert rig.show.level() == pytest.approx(20 * np.log10(2000 / 32768), abs=0.1)


# ---- hold ----------------------------------------------------------------------------------------------------


async def test_a_hold_covers_the_next_slice_and_nothing_is_heard_after_a_fade(rig: Rig) -> None:
    await rig.show.say(Line("a", "hello"))
    await rig.show.say(Line("b", "next"))
    await rig.run(2)
    rig.show.hold(CARD)
    await rig.run(1, late=0.1)  # however late: a picture that shows the wrong thing is not repeated
    assert not rig.tape.slices[2].repeated
    holding = rig.painter.requests[-1].holding
    assert holding is not None
    assert holding.card == CARD
    faded = rig.tape.slices[2].pcm
    assert faded[:100].any()
    assert not faded[960:].any()
    await rig.run(50)
    assert not any(heard(rig)[3:])
    (ended,) = (e for e in rig.events if isinstance(e, LineEnded))
    assert (ended.line.id, ended.interrupted) == ("a", True)
    assert [line.id for line in rig.show.pending()] == ["b"]
    rig.show.hold(None)
    await rig.run(30)
    assert rig.painter.requests[-1].holding is None
    assert [e.line.id for e in rig.events if isinstance(e, LineStarted)] == ["a", "b"]


async def test_the_words_of_a_holding_card_follow_when_they_are_set(rig: Rig) -> None:
    rig.show.hold(CARD)
    await rig.run(1)
    first = rig.painter.requests[-1].holding
    assert first is not None
    assert first.words is None
    other = HoldingCard("Back at eight")
    rig.show.hold(other)
    for _ in range(100):
        await asyncio.sleep(0.001)
        if rig.show._covering is not None and rig.show._covering.done():
            break
    await rig.run(1)
    last = rig.painter.requests[-1].holding
    assert last is not None
    assert (last.card, last.words is not None) == (other, True)
    await rig.show.close()


# ---- a person ------------------------------------------------------------------------------------------------


class Spoken:
    """A person beside the rig, in the rig's time: second 0 is the show's second `begun`."""

    def __init__(self, rig: Rig, seconds: float = 8.0) -> None:
        self.rig = rig
        self.person = FedPerson(talk(seconds))
        self.live = LiveInput(self.person.source)
        self.begun = rig.show.now
        self.silent = False
        rig.show.take_live(self.live)

    async def run(self, slices: int, *, camera: bool = False) -> None:
        for _ in range(slices):
            now = self.rig.show.now
            if not self.silent:
                self.person.until(now - self.begun)
                if self.person.source.heard_at is not None:
                    self.person.source.heard_at = now
            if camera:
                self.person.show(np.full((48, 64, 3), 90, np.uint8), now)
            await self.rig.run(1)


def modes(rig: Rig) -> list[LiveMode]:
    return [request.live for request in rig.painter.requests]


async def test_the_label_changes_in_the_slice_in_which_the_person_begins_and_ends(rig: Rig) -> None:
    await rig.show.say(Line("a", "hello"))
    await rig.show.say(Line("b", "later"))
    spoken = Spoken(rig)
    await spoken.run(3)
    rig.show.go_live(LiveMode.VOICE)
    await spoken.run(60)
    begin = modes(rig).index(LiveMode.VOICE)
    (ended,) = (e for e in rig.events if isinstance(e, LineEnded))
    assert (ended.line.id, ended.interrupted) == ("a", True)
    last_of_line = rig.tape.slices[begin - 1]
    assert last_of_line.line in ("a", None)
    assert not any(piece.line for piece in rig.tape.slices[begin:])
    (changed,) = (e for e in rig.events if isinstance(e, LiveChanged))
    assert changed.mode is LiveMode.VOICE
    assert changed.at == pytest.approx(begin * SLICE_SECONDS)
    assert any(heard(rig)[begin : begin + 30])
    assert any(r.mouth is not None and r.mouth[0] < 0.9 for r in rig.painter.requests[begin:])

    rig.show.go_live(LiveMode.NONE)
    gone = len(rig.tape.slices)
    await spoken.run(30)
    assert modes(rig)[gone : gone + 2] == [LiveMode.VOICE, LiveMode.NONE]
    assert not rig.tape.slices[gone].pcm[960:].any(), "the person's last Slice fades"
    started = [e for e in rig.events if isinstance(e, LineStarted)]
    assert [e.line.id for e in started] == ["a", "b"]
    assert started[1].at >= (gone + 1) * SLICE_SECONDS


async def test_late_pictures_are_not_repeated_where_the_label_changes(rig: Rig) -> None:
    spoken = Spoken(rig)
    await spoken.run(10)
    rig.show.go_live(LiveMode.VOICE)
    await rig.run(1, late=0.1)
    assert not rig.tape.slices[-1].repeated
    assert rig.painter.requests[-1].live is LiveMode.VOICE
    await rig.run(1, late=0.1)
    assert rig.tape.slices[-1].repeated


async def test_a_person_whose_connection_is_lost_is_replaced_by_the_host_within_two_seconds(rig: Rig) -> None:
    spoken = Spoken(rig)
    await spoken.run(10)
    rig.show.go_live(LiveMode.VOICE)
    await spoken.run(20)
    await rig.show.say(Line("a", "hello"))
    spoken.silent = True
    lost = rig.show.now
    await spoken.run(65)
    (event,) = (e for e in rig.events if isinstance(e, LiveChanged) and e.mode is LiveMode.NONE)
    assert event.at - lost < 1.7
    assert [e.code for e in rig.events if isinstance(e, RenderFault)] == ["live-lost"]
    (started,) = (e for e in rig.events if isinstance(e, LineStarted))
    assert started.at - lost < 2.2
    assert rig.show.live is LiveMode.NONE


async def test_the_persons_picture_is_shown_and_the_avatar_when_it_freezes(rig: Rig) -> None:
    spoken = Spoken(rig)
    await spoken.run(10, camera=True)
    rig.show.go_live(LiveMode.CAMERA)
    await spoken.run(20, camera=True)
    assert rig.painter.requests[-1].person is not None
    assert rig.painter.requests[-1].live is LiveMode.CAMERA
    frozen = rig.show.now
    await spoken.run(40)
    assert rig.painter.requests[-1].person is None
    assert [e.mode for e in rig.events if isinstance(e, LiveChanged)] == [LiveMode.CAMERA, LiveMode.VOICE]
    (fault,) = (e for e in rig.events if isinstance(e, RenderFault))
    assert fault.code == "camera-frozen"
    assert fault.at - frozen == pytest.approx(1.0, abs=0.1)


async def test_a_hold_silences_a_person_too(rig: Rig) -> None:
    spoken = Spoken(rig)
    await spoken.run(10)
    rig.show.go_live(LiveMode.VOICE)
    await spoken.run(20)
    rig.show.hold(CARD)
    begun = len(rig.tape.slices)
    await spoken.run(20)
    assert not any(heard(rig)[begun + 1 :])
    await rig.show.close()


async def test_a_person_may_be_silent_while_another_connection_is_made(rig: Rig) -> None:
    spoken = Spoken(rig)
    await spoken.run(10)
    rig.show.go_live(LiveMode.VOICE)
    await spoken.run(20)
    second = Spoken(rig)
    second.silent = True
    await second.run(75)  # three seconds of nothing
    second.silent, second.begun = False, rig.show.now
    rig.show.go_live(LiveMode.CAMERA)
    await second.run(40, camera=True)
    assert [e.mode for e in rig.events if isinstance(e, LiveChanged)] == [LiveMode.VOICE, LiveMode.CAMERA]
    assert second.live.behind > 0


async def test_a_connection_that_never_brings_sound_does_not_keep_the_host_away(rig: Rig) -> None:
    spoken = Spoken(rig)
    await spoken.run(10)
    rig.show.go_live(LiveMode.VOICE)
    await spoken.run(20)
    second = Spoken(rig)
    second.silent = True
    begun = rig.show.now
    await second.run(160)
    (event,) = (e for e in rig.events if isinstance(e, LiveChanged) and e.mode is LiveMode.NONE)
    assert event.at - begun < 6.0
