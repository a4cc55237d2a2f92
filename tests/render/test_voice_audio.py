"""Loudness and mastering: what is done with the audio of any voice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from render.loudness import CEILING_DBTP, TARGET_LUFS, Leveller, Signal, limit, loudness, true_peak
from render.voices.mastering import master, resample, voiced_span
from rtc.contract import SAMPLE_RATE


def sine(hertz: float, seconds: float, level_dbfs: float = 0.0, phase: float = 0.0, rate: int = SAMPLE_RATE) -> Signal:
    at = np.arange(round(seconds * rate)) / rate
    wave: Signal = (np.sin(2 * np.pi * hertz * at + phase) * 10 ** (level_dbfs / 20)).astype(np.float32)
    return wave


def syllables(seconds: float, level: float = 0.1) -> Signal:
    at = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    tone = np.sin(2 * np.pi * 180 * at) + 0.5 * np.sin(2 * np.pi * 900 * at) + 0.2 * np.sin(2 * np.pi * 2500 * at)
    wave: Signal = (tone * level * (0.15 + np.abs(np.sin(2 * np.pi * 2.1 * at)) ** 3)).astype(np.float32)
    return wave


def test_loudness_is_that_of_the_standard() -> None:
    assert loudness(sine(997, 2.0)) == pytest.approx(-3.01, abs=0.02)
    assert loudness(sine(997, 2.0, -20)) == pytest.approx(-23.01, abs=0.02)
    # BS.1770 weights 100 Hz by -1.1 dB and 10 kHz by +4.0 dB against 997 Hz.
    assert loudness(sine(100, 2.0)) - loudness(sine(997, 2.0)) == pytest.approx(-1.8, abs=0.4)
    assert loudness(sine(10_000, 2.0)) - loudness(sine(997, 2.0)) == pytest.approx(3.35, abs=0.2)


def test_pauses_do_not_count_as_quiet_speech() -> None:
    spoken = sine(997, 2.0, -20)
    with_pause = np.concatenate([spoken, np.zeros(2 * SAMPLE_RATE, np.float32), spoken])
    assert loudness(with_pause) == pytest.approx(-23.0, abs=0.5)


def test_short_and_silent_signals() -> None:
    assert loudness(sine(997, 0.1, -10)) == pytest.approx(-13.0, abs=0.3)
    assert loudness(np.zeros(100, np.float32)) == -np.inf
    assert loudness(np.zeros(0, np.float32)) == -np.inf
    assert true_peak(np.zeros(100, np.float32)) == -np.inf


def test_true_peak_lies_between_the_samples() -> None:
    wave = sine(12_000, 0.1, phase=np.pi / 4)
    assert 20 * np.log10(np.abs(wave).max()) == pytest.approx(-3.01, abs=0.01)
    assert true_peak(wave) == pytest.approx(0.0, abs=0.3)


@given(st.floats(0.1, 1.5), st.integers(0, 1000))
def test_the_limiter_holds_its_ceiling(level: float, seed: int) -> None:
    noise = np.random.default_rng(seed).normal(size=9600) * level * np.abs(np.sin(np.arange(9600) / 700))
    assert true_peak(limit(noise.astype(np.float32))) <= CEILING_DBTP + 0.05


def test_the_limiter_leaves_soft_signals_alone() -> None:
    wave = sine(300, 0.2, -12)
    assert limit(wave) is wave


@pytest.mark.parametrize("level", [0.01, 0.1, 0.6])
def test_clauses_come_to_the_target(level: float) -> None:
    leveller = Leveller()
    for _ in range(3):
        levelled = leveller.level(syllables(3.0, level))
        assert loudness(levelled) == pytest.approx(TARGET_LUFS, abs=0.7)
        assert true_peak(levelled) <= CEILING_DBTP + 0.05


@pytest.mark.parametrize("seconds", [0.2, 0.45, 0.7, 6.0])
def test_a_short_clause_is_as_loud_as_a_long_one(seconds: float) -> None:
    leveller = Leveller()
    leveller.level(syllables(4.0, 0.1))
    for level in (0.05, 0.1, 0.2):
        assert loudness(leveller.level(syllables(seconds, level))) == pytest.approx(TARGET_LUFS, abs=0.7)


def test_what_is_hardly_a_voice_is_not_pulled_up_to_one() -> None:
    leveller = Leveller()
    leveller.level(syllables(4.0, 0.1))
    breath = syllables(1.0, 0.001)
    assert loudness(leveller.level(breath)) < TARGET_LUFS - 20
    silence = np.zeros(4800, np.float32)
    assert leveller.level(silence) is silence


# EBU Tech 3341 (2016), table 1: the minimum requirements test signals, here in one channel, which counts 3.01 LU less than two.
ONE_CHANNEL_LU = -3.01


@pytest.mark.parametrize(
    ("case", "parts", "lufs"),
    [
        (1, [(-23.0, 20.0)], -23.0),
        (2, [(-33.0, 20.0)], -33.0),
        (3, [(-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0)], -23.0),
        (4, [(-72.0, 10.0), (-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0), (-72.0, 10.0)], -23.0),
        (5, [(-26.0, 20.0), (-20.0, 20.1), (-26.0, 20.0)], -23.0),
    ],
)
def test_integrated_loudness_meets_ebu_tech_3341(case: int, parts: list[tuple[float, float]], lufs: float) -> None:
    signal = np.concatenate([sine(1000, seconds, level) for level, seconds in parts])
    assert loudness(signal) == pytest.approx(lufs + ONE_CHANNEL_LU, abs=0.1)


@pytest.mark.parametrize(
    ("case", "fraction", "degrees", "amplitude", "dbtp"),
    [
        (15, 4, 0, 0.5, -6.0),
        (16, 4, 45, 0.5, -6.0),
        (17, 6, 60, 0.5, -6.0),
        (18, 8, 67.5, 0.5, -6.0),
        (19, 4, 45, 1.41, 3.0),
    ],
)
def test_true_peak_meets_ebu_tech_3341(case: int, fraction: int, degrees: float, amplitude: float, dbtp: float) -> None:
    at = np.arange(SAMPLE_RATE)
    wave = (amplitude * np.sin(2 * np.pi * at / fraction + np.radians(degrees))).astype(np.float32)
    fade = np.minimum(1.0, np.minimum(at, at[::-1]) / 4800).astype(np.float32)
    assert dbtp - 0.4 <= true_peak(wave * fade) <= dbtp + 0.2


@pytest.mark.parametrize(("case", "offset"), [(20, 0), (21, 1), (22, 2), (23, 3)])
def test_a_peak_between_samples_is_seen_wherever_it_lies(case: int, offset: int) -> None:
    """A burst at a quarter of the sample rate, made at four times the rate and thinned from each of its four phases."""
    fine = 4 * SAMPLE_RATE
    at = np.arange(fine // 10)
    envelope = np.exp(-(((at - at.size / 2) / (fine / 400)) ** 2))
    wave = envelope * np.sin(2 * np.pi * (fine / 16) * at / fine)
    assert -0.4 <= true_peak(wave[offset::4].astype(np.float32)) - 20 * np.log10(np.abs(wave).max()) <= 0.2


@pytest.mark.parametrize("rate", [16_000, 22_050, 22_601, 24_000, 44_100])
def test_resampling_keeps_time_and_tone(rate: int) -> None:
    result = resample(sine(440, 1.003, -6, rate=rate), rate)
    length = round(1.003 * rate)
    assert result.size == -(-length * SAMPLE_RATE // rate)
    expected = sine(440, result.size / SAMPLE_RATE, -6)
    inner = slice(960, -960)
    assert np.abs(result[inner] - expected[inner]).max() < 1e-3


def test_silence_is_trimmed_to_a_few_milliseconds() -> None:
    clause = np.concatenate([np.zeros(9600, np.float32), syllables(1.0), np.zeros(14_400, np.float32)])
    first, last = voiced_span(clause)
    assert 9600 - 12 * 48 <= first <= 9600
    assert 0 <= last - (9600 + SAMPLE_RATE) <= 25 * 48
    assert voiced_span(np.zeros(4800, np.float32)) == (0, 0)


def test_mastered_audio_begins_and_ends_without_a_click() -> None:
    mastered = master(np.concatenate([np.zeros(480, np.float32), sine(200, 0.5, -20, phase=1.0)]), Leveller())
    assert mastered.pcm.dtype == np.int16
    assert abs(int(mastered.pcm[0])) < 200
    assert abs(int(mastered.pcm[-1])) < 200
    assert master(np.zeros(4800, np.float32), Leveller()).pcm.size == 0
