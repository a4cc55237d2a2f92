"""The meter hears silence and sees a still picture, Slice by Slice."""

import numpy as np
import pytest

from rtc.contract import SLICE_SAMPLES, SLICE_SECONDS, Picture, Slice
from server.programme_meter import ProgrammeMeter

TONE = (8000 * np.sin(np.arange(SLICE_SAMPLES) / 10)).astype(np.int16)
HUSH = np.zeros(SLICE_SAMPLES, np.int16)


class Sink:
    def __init__(self) -> None:
        self.taken: list[int] = []

    def push(self, piece: Slice, due: float) -> None:
        self.taken.append(piece.index)


def picture(number: int) -> Picture:
    drawn = np.zeros((270, 180), np.uint8)
    drawn[80:96, 80:96] = number % 200
    return drawn


class Show:
    def __init__(self) -> None:
        self.sink = Sink()
        self.meter = ProgrammeMeter(self.sink)
        self.index = 0

    @property
    def now(self) -> float:
        return self.index * SLICE_SECONDS

    def run(
        self, seconds: float, *, sound: bool = True, line: str | None = "l1", moves: bool = True, late: bool = False
    ) -> None:
        for _ in range(round(seconds / SLICE_SECONDS)):
            self.index += 1
            drawn = picture(self.index if moves else 0)
            piece = Slice(self.index, drawn, TONE if sound else HUSH, 0, repeated=late, line=line)
            self.meter.push(piece, self.now)


def test_every_slice_is_handed_on() -> None:
    show = Show()
    show.run(1.0)
    assert show.sink.taken == list(range(1, 26))
    assert show.meter.read(show.now).slices == 25


def test_level_is_that_of_the_last_moment() -> None:
    show = Show()
    show.run(1.0)
    assert show.meter.read(show.now).level_dbfs == pytest.approx(-15.3, abs=0.3)  # 8000 of 32768, less 3 dB for a sine
    show.run(1.0, sound=False)
    assert show.meter.read(show.now).level_dbfs == -100.0


def test_silence_counts_only_while_a_line_is_on_and_ends_with_the_first_sound() -> None:
    show = Show()
    show.run(2.0, sound=False, line=None)
    assert show.meter.read(show.now).silent_seconds == 0.0
    assert show.meter.read(show.now).quiet_seconds == pytest.approx(2.0)
    show.run(1.6, sound=False)
    assert show.meter.read(show.now).silent_seconds == pytest.approx(1.6)
    show.run(0.04)
    assert show.meter.read(show.now).silent_seconds == 0.0


def test_still_picture_and_repeated_picture_are_seen_and_a_small_movement_too() -> None:
    show = Show()
    show.run(2.0)
    assert show.meter.read(show.now).still_seconds == 0.0
    assert show.meter.read(show.now).longest_gap_ms == pytest.approx(40.0)
    show.run(0.04, moves=False)
    show.run(1.2, moves=False)
    assert show.meter.read(show.now).still_seconds == pytest.approx(1.2)
    show.run(0.04)
    assert show.meter.read(show.now).still_seconds == 0.0
    assert show.meter.read(show.now).longest_gap_ms == pytest.approx(1240.0)
    show.run(0.4, late=True)
    assert show.meter.read(show.now).still_seconds == pytest.approx(0.4)
    show.run(11.0)
    assert show.meter.read(show.now).longest_gap_ms == pytest.approx(40.0)


def test_show_that_stands_is_a_still_picture() -> None:
    show = Show()
    show.run(1.0)
    programme = show.meter.read(show.now + 3.0)
    assert programme.still_seconds == pytest.approx(3.0)
    assert programme.longest_gap_ms == pytest.approx(3000.0)


def test_before_the_first_slice_nothing_is_still() -> None:
    assert Show().meter.read(50.0).still_seconds == 0.0
