import numpy as np
import pytest

from render.contract import PhonemeSpan
from rtc.contract import SAMPLE_RATE
from tests.perception.voice_pitch import median_hz, pitch_hz, range_semitones, syllables_per_second


def voice(hertz: np.ndarray) -> np.ndarray:
    phase = 2 * np.pi * np.cumsum(hertz) / SAMPLE_RATE
    sound = sum(np.sin(n * phase) / n for n in range(1, 13))
    return (4000 * sound + np.random.default_rng(0).normal(0, 60, len(hertz))).astype(np.int16)


@pytest.mark.parametrize("hertz", [85.0, 120.0, 210.0, 330.0])
def test_it_hears_how_high_a_voice_is(hertz: float) -> None:
    found = pitch_hz(voice(np.full(SAMPLE_RATE, hertz)))
    assert np.isfinite(found).mean() > 0.9
    assert median_hz(found) == pytest.approx(hertz, rel=0.01)
    assert range_semitones(found) < 0.3


def test_it_hears_how_far_a_voice_goes() -> None:
    octave = 110 * 2 ** np.linspace(0, 1, 2 * SAMPLE_RATE)
    assert range_semitones(pitch_hz(voice(octave))) == pytest.approx(12 * 0.9, abs=0.5)


def test_noise_has_no_pitch() -> None:
    noise = np.random.default_rng(2).normal(0, 3000, SAMPLE_RATE).astype(np.int16)
    assert np.isfinite(pitch_hz(noise)).mean() < 0.1


def test_syllables_are_counted_over_the_time_that_is_spoken() -> None:
    length = SAMPLE_RATE // 10
    spans = [
        PhonemeSpan(s, n * length, (n + 1) * length) for n, s in enumerate(["m", "ˈa", "m", "a", "", "", "p", "ʊ"])
    ]
    spans[4:6] = [PhonemeSpan("", 4 * length, 6 * length)]
    assert syllables_per_second(spans) == pytest.approx(3 / 0.6)
