"""From the real show to the alarm: a voice that gives silence, a painter that fails, each seen in the Slices that are sent."""

import asyncio
from dataclasses import dataclass

import numpy as np
import pytest

from render.contract import Emotion, Line, Speech
from render.show import Show
from rtc.contract import SLICE_SAMPLES, SLICE_SECONDS
from server.alarms import Alarms, Readings
from server.programme_meter import ProgrammeMeter
from tests.render.show_rig import BarPainter, Tape, ToneVoice, _still


@dataclass
class LevelVoice(ToneVoice):
    """Four seconds of one level."""

    level: int = 0

    async def speak(self, text: str, *, language: str, emotion: Emotion, energy: float) -> Speech:
        return Speech(np.full(100 * SLICE_SAMPLES, self.level, np.int16))


class OnAir:
    """A show whose ticks the test gives, its meter, and the alarms that follow."""

    def __init__(self, level: int) -> None:
        self.painter, self.meter, self.alarms = BarPainter(), ProgrammeMeter(Tape()), Alarms()
        loop = asyncio.get_running_loop()
        self.show = Show(self.painter, _still, self.meter, lambda event: None, loop=loop, voice=LevelVoice(level=level))

    def run(self, seconds: float) -> list[str]:
        """Make Slices for so long, looking twice a second; returns what was raised."""
        raised: list[str] = []
        for index in range(round(seconds / SLICE_SECONDS)):
            self.show.tick(self.show.now)
            if index % 12 == 11:
                now = self.show.now
                measured = self.meter.read(now)
                readings = Readings(silent_seconds=measured.silent_seconds, still_seconds=measured.still_seconds)
                raised += [change.alarm.code for change in self.alarms.feed(readings, now) if change.raised]
        return raised


@pytest.mark.parametrize(("level", "raised"), [(0, ["no-sound"]), (5, ["no-sound"]), (2000, [])])
async def test_voice_that_gives_silence_raises_the_alarm_within_two_seconds(level: int, raised: list[str]) -> None:
    on_air = OnAir(level)
    assert await on_air.show.say(Line("a", "Ten steaks in one box."))
    assert on_air.run(2.0) == raised


async def test_host_who_says_nothing_raises_nothing() -> None:
    assert OnAir(0).run(6.0) == []


async def test_painter_that_fails_raises_the_alarm_within_two_seconds_and_it_clears() -> None:
    on_air = OnAir(2000)
    assert on_air.run(2.0) == []
    on_air.painter.fail = True
    assert on_air.run(2.0) == ["frozen-picture"]
    on_air.painter.fail = False
    assert on_air.run(4.0) == []
    assert on_air.alarms.standing() == ()
