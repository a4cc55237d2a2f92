"""Do the avatar's lips move with a person who speaks live? Read off received pictures against received sound."""

import asyncio

import pytest

from tests.perception.conftest import TalkSeen
from tests.perception.face_reading import FaceReader
from tests.perception.fast_show import fast_show
from tests.perception.lips import LipFigures, key_openings, measure_lips
from tests.perception.live_speech import speak_live
from tests.perception.stand_in_voices import ToneVoice

pytestmark = pytest.mark.models


def test_lips_move_with_a_live_voice_and_close_on_p_b_m(talk: TalkSeen) -> None:
    reader = FaceReader()

    async def run() -> LipFigures:
        async with fast_show(reader, ToneVoice()) as show:
            said = await speak_live(show, [item.speech for item in talk.said[:3]], level_db=-8)
        return measure_lips(said, reader.rows(), show.stream.pcm(), key_openings(show.pack))

    found = asyncio.run(run())
    assert len(found.closures) >= 8
    assert found.correlation_at_lag > 0.85
    assert abs(found.lag_ms) <= 20
    assert found.closed >= 0.7
    assert found.vowels_closed < 0.4, "a mouth that is hardly ever open closes on everything"
