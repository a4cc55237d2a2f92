import asyncio
from dataclasses import replace

import numpy as np
import pytest

from render.avatar_pack import MOUTH_KEYS
from render.contract import Speech
from render.mouth_weights import Track
from render.viseme import mouth_track
from tests.perception.conftest import TalkSeen
from tests.perception.face_reading import FaceReader
from tests.perception.fast_show import fast_show
from tests.perception.lips import LipFigures, key_openings, measure_lips
from tests.perception.stand_in_voices import ReplayedVoice

pytestmark = pytest.mark.models


def figures(talk: TalkSeen, late_ms: int = 0) -> LipFigures:
    return measure_lips(talk.said, talk.rows, np.roll(talk.sound, late_ms * 48), key_openings(talk.show.pack))


def test_lips_close_on_p_b_m_and_keep_time_with_the_sound(talk: TalkSeen) -> None:
    found = figures(talk)
    assert len(found.closures) >= 25
    assert found.shortfalls() == []
    assert found.vowels_closed < 0.5, "a mouth that is hardly ever open closes on everything"


@pytest.mark.parametrize("late_ms", [-120, 120])
def test_a_sound_that_is_off_is_noticed_and_measured(talk: TalkSeen, late_ms: int) -> None:
    found = figures(talk, late_ms)
    assert found.lag_ms == pytest.approx(-late_ms, abs=12)
    assert found.closed < 0.7
    assert len(found.shortfalls()) == 2


def test_a_mouth_with_swapped_shapes_is_noticed(talk: TalkSeen) -> None:
    reader = FaceReader()

    def swapped(speech: Speech, energy: float) -> Track:
        track = mouth_track(speech, energy).copy()
        shut, wide = MOUTH_KEYS.index("mbp"), MOUTH_KEYS.index("ah")
        track[:, [shut, wide]] = track[:, [wide, shut]]
        return track

    async def run() -> LipFigures:
        voice = ReplayedVoice([item.speech for item in talk.said[:2]])
        async with fast_show(reader, voice, driver=swapped) as show:
            await show.idle(1.0)
            await show.say([item.line for item in talk.said[:2]])
        # the command that should have been given is known; the one that was given would correlate with itself
        said = [replace(item, mouth=mouth_track(item.speech, item.line.energy)) for item in show.said]
        return measure_lips(said, reader.rows(), show.stream.pcm(), key_openings(show.pack))

    found = asyncio.run(run())
    assert found.closed < 0.7
    assert found.correlation_at_lag < 0.85
