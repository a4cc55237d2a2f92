import numpy as np
import pytest
from numpy.typing import NDArray

from render.voices.kokoro_doubling import double

RATE = 24_000


def tone(hertz: float, rate: int, samples: int) -> NDArray[np.float32]:
    return np.sin(2 * np.pi * hertz * np.arange(samples) / rate).astype(np.float32)


@pytest.mark.parametrize("hertz", [100, 1000, 5000, 10_000, 11_000])
def test_a_tone_stays_that_tone_in_its_place(hertz: float) -> None:
    doubled = double(tone(hertz, RATE, 4800))
    inside = slice(400, -400)
    assert doubled.size == 9600
    np.testing.assert_allclose(doubled[inside], tone(hertz, 2 * RATE, 9600)[inside], atol=2e-3)


def test_no_image_above_the_old_band() -> None:
    noise = np.random.default_rng(1).normal(size=48_000).astype(np.float32)
    spectrum = np.abs(np.fft.rfft(noise))
    spectrum[round(11_300 / RATE * 48_000) :] = 0  # where the voice ends
    band = np.fft.irfft(np.fft.rfft(noise) * (spectrum > 0), 48_000).astype(np.float32)
    power = np.abs(np.fft.rfft(double(band)[960:-960] * np.hanning(2 * 48_000 - 1920))) ** 2
    hertz = np.fft.rfftfreq(2 * 48_000 - 1920, 1 / (2 * RATE))
    assert power[hertz > 12_650].max() < 1e-6 * power[hertz < 11_000].mean()


def test_nothing_stays_nothing() -> None:
    assert double(np.zeros(0, np.float32)).size == 0
