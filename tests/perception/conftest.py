"""One short show for all that is measured on it: half a minute at rest and in talk, eight sentences, thirty products."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from render.contract import Emotion, Layout, Line
from rtc.contract import Pcm
from tests.perception.face_reading import FaceReader, FaceRows
from tests.perception.fast_show import FastShow, Said, fast_show, voice_of
from tests.perception.label import LabelReader
from tests.perception.life import KeptPictures, SmallPictures
from tests.perception.received_stream import Received
from tests.perception.sentences import ENGLISH
from tests.perception.stand_in_voices import ToneVoice
from tests.perception.switching import CardWatcher, lines, products

REST_S = 15.0
EMOTIONS = (Emotion.NEUTRAL, Emotion.EXCITED)


def both(*watchers: Callable[[Received], None]) -> Callable[[Received], None]:
    """One watcher out of several."""

    def watch(received: Received) -> None:
        for watcher in watchers:
            watcher(received)

    return watch


@dataclass(frozen=True)
class TalkSeen:
    """What was received of a host who rests and then talks."""

    show: FastShow
    said: list[Said]
    rows: FaceRows
    sound: Pcm
    small: SmallPictures
    kept: KeptPictures
    label: LabelReader


@pytest.fixture(scope="session")
def talk() -> TalkSeen:
    """Fifteen seconds of rest, then eight sentences in the packaged voice."""
    reader, small, kept, label = FaceReader(), SmallPictures(), KeptPictures(100, 175), LabelReader(step=13)

    async def run() -> FastShow:
        async with voice_of() as voice, fast_show(both(reader, small, kept, label), voice) as show:
            await show.idle(REST_S)
            await show.say(
                [Line(f"talk-{n}", text, emotion=EMOTIONS[n // 2 % 2]) for n, text in enumerate(ENGLISH[:8])]
            )
            await show.idle(1.0)
        return show

    show = asyncio.run(run())
    return TalkSeen(show, show.said, reader.rows(), show.stream.pcm(), small, kept, label)


@dataclass(frozen=True)
class SwitchesSeen:
    """What was received of thirty products in random order."""

    said: list[Said]
    watcher: CardWatcher
    sound: Pcm
    repeated: int
    label: LabelReader


@pytest.fixture(scope="session")
def switches(tmp_path_factory: pytest.TempPathFactory) -> SwitchesSeen:
    """Thirty products in every layout, one with every Line, in a voice that costs nothing."""
    watcher, label = CardWatcher(), LabelReader(step=9)
    folder: Path = tmp_path_factory.mktemp("products")

    async def run() -> FastShow:
        async with fast_show(both(watcher, label), ToneVoice()) as show:
            await show.idle(0.5)
            await show.say(lines(products(30, folder), tuple(Layout)))
            await show.idle(0.5)
        return show

    show = asyncio.run(run())
    return SwitchesSeen(show.said, watcher, show.stream.pcm(), show.stream.repeated, label)
