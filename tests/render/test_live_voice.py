"""The microphone's gate, gain and limiter, on made-up sounds in their own time."""

import numpy as np
import pytest

from render.live_voice import AHEAD_SAMPLES, LiveVoice
from render.loudness import Signal, loudness, true_peak
from rtc.contract import SAMPLE_RATE, SLICE_SAMPLES


def process(signal: Signal, voice: LiveVoice | None = None) -> tuple[Signal, list[bool]]:
    voice = voice or LiveVoice()
    padded = np.concatenate([signal, np.zeros(AHEAD_SAMPLES, np.float32)])
    out, open_ = [], []
    for start in range(0, signal.size - SLICE_SAMPLES + 1, SLICE_SAMPLES):
        end = start + SLICE_SAMPLES
        made = voice.take(padded[start:end], padded[end : end + AHEAD_SAMPLES])
        out.append(made.signal)
        open_.append(made.speaking)
    return np.concatenate(out), open_


def babble(seconds: float, level: float, seed: int = 1) -> Signal:
    """Syllables of harmonics, 150 ms each, with pauses: loudness and crest factor much like those of speech."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    pitch = 120 + 20 * np.sin(2 * np.pi * 0.7 * time)
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
    sound = sum(np.sin(n * phase + n * n) / n for n in range(1, 20))
    shape = np.clip(np.sin(2 * np.pi * 3.3 * time), 0, None) * (np.sin(2 * np.pi * 0.23 * time) > -0.6)
    noise = np.random.default_rng(seed).normal(0, 0.0004, time.size)
    return (level * sound * shape + noise).astype(np.float32)


@pytest.mark.parametrize("level", [0.02, 0.1, 0.8])
def test_a_voice_however_loud_comes_to_the_shows_loudness_within_a_few_seconds(level: float) -> None:
    out, _ = process(babble(14, level))
    assert loudness(out[4 * SAMPLE_RATE :]) == pytest.approx(-16, abs=2.5)
    assert true_peak(out) <= -0.8


def test_the_gain_does_not_jump() -> None:
    voice = LiveVoice()
    process(babble(6, 0.05), voice)
    steady = voice.gain
    process(babble(0.4, 0.9), voice)
    assert 20 * np.log10(steady / voice.gain) < 8


def clicks(seconds: float) -> Signal:
    """A key, 12 ms long and loud, every 300 ms."""
    sound = np.random.default_rng(2).normal(0, 0.0004, round(seconds * SAMPLE_RATE)).astype(np.float32)
    burst = np.random.default_rng(3).normal(0, 0.3, 576) * np.exp(-np.arange(576) / 150)
    for start in range(0, sound.size - 600, SAMPLE_RATE * 3 // 10):
        sound[start : start + 576] += burst
    return sound


def test_clicks_in_silence_are_kept_down_and_do_not_count_as_speaking() -> None:
    raw = clicks(4)
    out, open_ = process(raw)
    assert not any(open_)
    assert np.abs(out).max() < np.abs(raw).max() / 8


def test_the_first_word_after_a_silence_is_heard_from_its_first_sample() -> None:
    signal = np.zeros(2 * SAMPLE_RATE, np.float32)
    begin = SAMPLE_RATE + 700
    signal[begin:] = babble(2, 0.2)[: signal.size - begin]
    begin = int(np.flatnonzero(np.abs(signal) > 0.01)[0])
    out, _ = process(signal)
    heard = out[begin : begin + 2400].astype(float)
    raised = float(np.sqrt(np.mean(heard**2)) / np.sqrt(np.mean(signal[begin : begin + 2400].astype(float) ** 2)))
    assert raised > 0.8


def test_a_steady_hiss_is_no_voice_and_a_voice_in_it_is() -> None:
    rng = np.random.default_rng(4)
    hiss = rng.normal(0, 0.002, 8 * SAMPLE_RATE).astype(np.float32)
    _, open_ = process(hiss)
    assert not any(open_[-50:])
    both = hiss + np.concatenate([np.zeros(4 * SAMPLE_RATE, np.float32), babble(4, 0.1)])
    _, open_ = process(both)
    assert np.mean(open_[105:]) > 0.7


def test_nothing_is_heard_of_silence() -> None:
    out, open_ = process(np.zeros(SAMPLE_RATE, np.float32))
    assert not out.any()
    assert not any(open_)
