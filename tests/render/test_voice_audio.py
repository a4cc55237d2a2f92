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


def test_a_short_clause_keeps_the_gain_of_the_voice() -> None:
    leveller = Leveller()
    leveller.level(syllables(4.0, 0.1))
    soft = syllables(0.4, 0.05)
    change = loudness(leveller.level(soft)) - loudness(soft)
    usual = TARGET_LUFS - loudness(syllables(4.0, 0.1))
    assert abs(change - usual) < 1.5
    silence = np.zeros(4800, np.float32)
    assert leveller.level(silence) is silence


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
