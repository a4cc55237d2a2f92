"""A person over real WebRTC, in one process."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import numpy as np
import pytest

from rtc.contract import LiveFeed, Pcm, RtcEvent
from rtc.ingest import Ingest
from rtc.live_source import LiveSource
from rtc.rtc_error import RtcError
from rtc.settings import RtcSettings
from tests.person import Person
from tests.viewer import Viewer

TONE = (9000 * np.sin(2 * np.pi * 440 * np.arange(48_000 * 10) / 48_000)).astype(np.int16)


def tone(number: int) -> Pcm:
    return TONE[number * 960 : (number + 1) * 960]


class Way:
    def __init__(self) -> None:
        self.feeds: list[LiveFeed | None] = []
        self.events: list[RtcEvent] = []
        self.ingest = Ingest(RtcSettings(), self.feeds.append, self.events.append)
        self.names: list[str] = []

    async def admit(self, offer: str) -> str:
        admission = await self.ingest.answer(offer)
        self.names.append(admission.viewer_id)
        return admission.answer_sdp

    @property
    def feed(self) -> LiveFeed:
        feed = self.feeds[-1]
        assert feed is not None
        return feed


@pytest.fixture
async def way() -> AsyncIterator[Way]:
    made = Way()
    yield made
    await made.ingest.close()
    assert len(asyncio.all_tasks()) <= 2  # the test's own, and pytest's


async def until(condition: Callable[[], bool], seconds: float = 8.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # noqa: ASYNC110 (the network has no event for it)
        assert time.monotonic() < deadline, "it did not come"
        await asyncio.sleep(0.02)


async def test_sound_comes_as_it_was_spoken_without_the_lost_and_pictures_in_step(way: Way) -> None:
    def with_losses(number: int) -> Pcm | None:
        return None if number in (20, 31) else tone(number)

    def picture(number: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        return np.full((120, 160, 3), number % 200, np.uint8)

    async with Person(way.admit, with_losses, picture) as person:
        await until(lambda: bool(way.feeds) and way.feed.front is not None and way.feed.front >= 60 * 960)
        feed = way.feed
        assert feed.front is not None
        spoken = (time.monotonic() - person.begun) * 48_000
        assert feed.front == pytest.approx(spoken, abs=0.3 * 48_000)
        pcm, there = feed.sound(0, 60 * 960)
        first, second = (n for n in range(60) if not there[n * 960 : (n + 1) * 960].any())
        assert second - first == 11
        voiced = pcm[40 * 960 : 60 * 960].astype(float)
        spectrum = np.abs(np.fft.rfft(voiced))
        assert np.fft.rfftfreq(voiced.size, 1 / 48_000)[spectrum.argmax()] == pytest.approx(440, abs=3)
        shown = feed.picture(feed.front)
        assert shown is not None
        assert shown.i420().shape == (180, 160)
        assert feed.front - shown.at < 0.4 * 48_000
        assert feed.picture(-(10**9)) is not None
        # the sender's clock, by which picture and sound are put together, is read from reports that aiortc keeps to itself
        assert isinstance(feed, LiveSource)
        await until(lambda: feed._sound_report is not None and feed._picture_report is not None)
    await until(lambda: way.feeds[-1] is None)
    assert [event.type for event in way.events] == ["person.joined", "person.lost", "person.left"]


async def test_whoever_comes_replaces_the_one_before_and_can_be_hung_up(way: Way) -> None:
    async with Person(way.admit, tone), Person(way.admit, tone):
        await until(lambda: way.feed.heard_at is not None)
        first, second = way.names
        assert not await way.ingest.hang_up(first)
        assert way.ingest.connected
        assert await way.ingest.hang_up(second)
        assert not await way.ingest.hang_up(second)
        assert not way.ingest.connected
        assert way.feeds[-1] is not None, "somebody may come back at once"
        async with Person(way.admit, tone):
            await asyncio.sleep(1.2)
            assert None not in way.feeds
    await until(lambda: way.feeds[-1] is None)


async def test_offers_that_bring_no_sound_are_refused_in_words(way: Way) -> None:
    with pytest.raises(RtcError, match="v=0"):
        await way.ingest.answer("hello")
    with pytest.raises(RtcError, match="brings no sound"):
        async with Viewer(way.admit):
            pass
    assert way.feeds == []
    await way.ingest.close()
    person = Person(way.admit, tone)
    with pytest.raises(RtcError, match="closing"):
        await person.__aenter__()
    await person.connection.close()
