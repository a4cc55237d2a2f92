import numpy as np
import pytest

from render.outgoing import FADE_SAMPLES, SILENCE_DB, Outgoing, level_db
from rtc.contract import SLICE_SAMPLES

TONE = (16384 * np.sin(2 * np.pi * 1000 * np.arange(SLICE_SAMPLES) / 48_000)).astype(np.int16)


def test_sound_passes_untouched_and_its_level_is_told() -> None:
    out = Outgoing()
    assert out.send(TONE, silent=False) is TONE
    assert out.level_db == pytest.approx(-9.0, abs=0.1)
    assert level_db(np.zeros(0, np.int16)) == level_db(np.zeros(9, np.int16)) == SILENCE_DB


def test_muting_fades_within_20_ms_and_unmuting_too() -> None:
    out = Outgoing()
    out.send(TONE, silent=False)
    fading = out.send(TONE, silent=True)
    assert not fading[FADE_SAMPLES:].any()
    assert int(np.abs(np.diff(fading.astype(int))).max()) <= int(np.abs(np.diff(TONE.astype(int))).max()) + 1
    assert not out.send(TONE, silent=True).any()
    assert out.level_db == SILENCE_DB
    rising = out.send(TONE, silent=False)
    assert rising[0] == 0
    assert np.array_equal(rising[FADE_SAMPLES:], TONE[FADE_SAMPLES:])
    assert out.send(TONE, silent=False) is TONE
