"""Pitch that is followed, melody and pauses that are changed."""

import numpy as np
import pytest
from numpy.typing import NDArray

from render.loudness import Signal
from render.voices.intonation import Intonation, find_marks, intone
from render.voices.pauses import stretch_pauses
from render.voices.phoneme_spans import Segment
from render.voices.pitch_track import track_pitch

RATE = 22_050
FORMANT_HZ = 900.0


def sung(hertz: NDArray[np.float64], rate: int = RATE) -> Signal:
    """A voice at a pitch for each sample: harmonics that fall off, with one resonance."""
    phase = 2 * np.pi * np.cumsum(hertz / rate)
    wave = np.zeros(hertz.size)
    for number in range(1, int(min(5000, rate / 2.2) / hertz.max()) + 1):
        at = number * hertz
        wave += (1 / number + 3 / (1 + ((at - FORMANT_HZ) / 120) ** 2)) * np.cos(number * phase)
    signal: Signal = (0.3 * wave / np.abs(wave).max()).astype(np.float32)
    return signal


def steady(hertz: float, seconds: float, rate: int = RATE) -> Signal:
    return sung(np.full(round(seconds * rate), hertz), rate)


def rising(low: float, high: float, seconds: float) -> Signal:
    return sung(np.geomspace(low, high, round(seconds * RATE)))


def hiss(seconds: float, level: float = 0.05) -> Signal:
    wave: Signal = (np.random.default_rng(1).normal(size=round(seconds * RATE)) * level).astype(np.float32)
    return wave


def resonance(signal: Signal) -> float:
    """Where the spectrum is strongest, smoothed over harmonics."""
    power = np.abs(np.fft.rfft(signal * np.hanning(signal.size))) ** 2
    width = round(300 / (RATE / signal.size))
    smooth = np.convolve(power, np.hanning(width), "same")
    return float(np.argmax(smooth) * RATE / signal.size)


@pytest.mark.parametrize("hertz", [75.0, 110.0, 180.0, 260.0, 380.0])
@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 48_000])
def test_a_steady_pitch_is_found(hertz: float, rate: int) -> None:
    track = track_pitch(steady(hertz, 0.6, rate), rate)
    inner = track.hertz[5:-5]
    assert (inner > 0).mean() > 0.95
    assert np.abs(12 * np.log2(inner[inner > 0] / hertz)).max() < 0.5


def test_noise_and_silence_have_no_pitch() -> None:
    assert track_pitch(hiss(0.5), RATE).voiced.mean() < 0.1
    assert not track_pitch(np.zeros(RATE // 2, np.float32), RATE).voiced.any()
    assert track_pitch(np.zeros(0, np.float32), RATE).hertz.size == 1


@pytest.mark.parametrize("shift", [-4.0, -1.5, 1.5, 4.0])
def test_the_voice_is_moved_and_its_resonance_stays(shift: float) -> None:
    voice = steady(120.0, 0.8)
    moved = intone(voice, RATE, track_pitch(voice, RATE), Intonation(shift))
    assert moved.size == voice.size
    heights = track_pitch(moved, RATE).semitones()
    assert np.median(heights) - 12 * np.log2(120 / 100) == pytest.approx(shift, abs=0.2)
    assert abs(resonance(moved) - resonance(voice)) < 80
    power = np.mean(moved[2000:-2000] ** 2) / np.mean(voice[2000:-2000] ** 2)
    assert abs(10 * np.log10(power)) < 3


@pytest.mark.parametrize("span", [0.5, 1.5])
def test_the_melody_is_stretched_about_its_middle(span: float) -> None:
    voice = rising(100, 150, 1.0)
    before = track_pitch(voice, RATE)
    after = track_pitch(intone(voice, RATE, before, Intonation(0.0, span)), RATE)
    reach = [float(np.subtract(*np.percentile(track.semitones(), [90, 10]))) for track in (before, after)]
    assert reach[1] / reach[0] == pytest.approx(span, rel=0.12)
    assert np.median(after.semitones()) == pytest.approx(np.median(before.semitones()), abs=0.4)


def test_sounds_keep_their_places_and_what_has_no_pitch_is_not_touched() -> None:
    voice = np.concatenate([hiss(0.2), steady(120, 0.4), hiss(0.2), steady(140, 0.4), hiss(0.2)])
    moved = intone(voice, RATE, track_pitch(voice, RATE), Intonation(3.0, 1.4))
    middle = slice(round(0.65 * RATE), round(0.75 * RATE))
    assert np.abs(moved[middle] - voice[middle]).max() < 1e-3

    def energy(signal: Signal) -> NDArray[np.float64]:
        return np.convolve(signal.astype(np.float64) ** 2, np.hanning(441), "same")

    early, late = energy(voice), energy(moved)
    lags = range(-220, 221, 20)
    best = max(lags, key=lambda lag: float(np.dot(early[300:-300], np.roll(late, lag)[300:-300])))
    assert abs(best) <= 60  # 3 ms


def test_no_click_where_voice_sets_in_or_out() -> None:
    at = np.arange(round(0.4 * RATE))
    swell = np.minimum(1, np.minimum(at, at[::-1]) / (0.05 * RATE)).astype(np.float32)
    quiet = np.zeros(round(0.1 * RATE), np.float32)
    voice = np.concatenate([quiet, steady(120, 0.4) * swell, quiet, steady(170, 0.4) * swell, quiet])
    for change in (Intonation(3.0, 1.5), Intonation(-2.0, 0.5)):
        moved = intone(voice, RATE, track_pitch(voice, RATE), change)
        assert np.abs(np.diff(moved)).max() < 1.6 * np.abs(np.diff(voice)).max()


def test_nothing_asked_is_nothing_done() -> None:
    voice = steady(120, 0.3)
    track = track_pitch(voice, RATE)
    assert intone(voice, RATE, track, Intonation()) is voice
    noise = hiss(0.3)
    assert intone(noise, RATE, track_pitch(noise, RATE), Intonation(2.0)) is noise


def test_there_is_one_mark_a_period() -> None:
    voice = steady(100, 0.5)
    marks, voiced = find_marks(voice, RATE, track_pitch(voice, RATE))
    assert (np.diff(marks) > 0).all()
    own = marks[voiced]
    assert np.abs(np.diff(own) - RATE / 100).max() <= 3
    assert own.size == pytest.approx(50, abs=4)


PARTS = [("", 0.05), ("a", 0.3), ("", 0.2), ("o", 0.3), ("", 0.03), ("i", 0.2), ("", 0.1)]


def spoken() -> tuple[Signal, list[Segment]]:
    audio, found, at = [], [], 0.0
    for symbol, seconds in PARTS:
        audio.append(steady(120, seconds) if symbol else np.zeros(round(seconds * RATE), np.float32))
        found.append(Segment(symbol, at, at + seconds, None))
        at += seconds
    return np.concatenate(audio), found


@pytest.mark.parametrize("factor", [0.5, 1.4, 8.0])
def test_pauses_inside_are_stretched_and_sounds_are_not(factor: float) -> None:
    audio, segments = spoken()
    longer, moved = stretch_pauses(audio, segments, factor, RATE)
    lengths = [item.end - item.start for item in moved]
    expected = [0.05, 0.3, min(0.2 * factor, 0.9), 0.3, 0.03, 0.2, 0.1]
    assert lengths == pytest.approx(expected, abs=0.001)
    assert longer.size / RATE == pytest.approx(moved[-1].end, abs=0.001)
    assert all(one.end == pytest.approx(other.start) for one, other in zip(moved, moved[1:], strict=False))
    for before, after in zip(segments, moved, strict=True):
        if before.symbol:
            one = audio[round(before.start * RATE) + 300 :][:2000]
            other = longer[round(after.start * RATE) + 300 :][:2000]
            assert max(np.abs(one - np.roll(other, lag)).max() for lag in (0,)) < 0.2
            assert np.abs(one).max() == pytest.approx(np.abs(other).max(), rel=0.05)
    assert np.abs(np.diff(longer)).max() <= np.abs(np.diff(audio)).max() * 1.05


def test_pauses_left_alone_are_left_alone() -> None:
    audio, segments = spoken()
    same, found = stretch_pauses(audio, segments, 1.0, RATE)
    assert same is audio
    assert found == segments
