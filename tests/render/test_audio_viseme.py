import numpy as np
import pytest

from render.audio_viseme import LOOK_AHEAD_SECONDS, audio_mouth_track
from render.avatar_pack import MOUTH_KEYS
from render.contract import Emotion
from render.mouth_weights import opening
from render.settings import PiperSettings
from rtc.contract import SAMPLE_RATE, Pcm

NOISE = np.random.default_rng(1)


def tone(hertz: float, seconds: float, level_db: float = -14.0) -> Pcm:
    at = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    wave: Pcm = (np.sin(2 * np.pi * hertz * at) * 10 ** (level_db / 20) * 32767).astype(np.int16)
    return wave


def hiss(low_hz: float, high_hz: float, seconds: float) -> Pcm:
    spectrum = np.fft.rfft(NOISE.normal(size=int(seconds * SAMPLE_RATE)))
    frequency = np.fft.rfftfreq(int(seconds * SAMPLE_RATE), 1 / SAMPLE_RATE)
    noise = np.fft.irfft(np.where((frequency > low_hz) & (frequency < high_hz), spectrum, 0))
    scaled: Pcm = (noise / np.abs(noise).max() * 8000).astype(np.int16)
    return scaled


def winner(pcm: Pcm) -> str:
    track = audio_mouth_track(pcm)
    return MOUTH_KEYS[int(track[len(track) // 2].argmax())]


def test_silence_is_rest() -> None:
    track = audio_mouth_track(np.zeros(SAMPLE_RATE // 2, np.int16))
    assert (track[:, MOUTH_KEYS.index("rest")] == 1).all()
    assert audio_mouth_track(np.zeros(0, np.int16)).shape == (0, 13)


def test_formants_choose_the_vowel() -> None:
    assert winner(tone(150, 0.5) // 2 + tone(800, 0.5) // 2 + tone(1300, 0.5) // 4) in ("aa", "ah", "oh")
    assert winner(tone(150, 0.5) // 4 + tone(300, 0.5) // 2 + tone(2300, 0.5) // 4) == "ee"


def test_hiss_is_s_and_lower_hiss_is_sh() -> None:
    assert winner(hiss(5000, 9000, 0.4)) == "s"
    assert winner(hiss(2400, 5200, 0.4)) == "sh"


def test_rows_are_convex() -> None:
    track = audio_mouth_track(hiss(100, 9000, 1.0), smile=0.5)
    np.testing.assert_allclose(track.sum(axis=1), 1, atol=1e-5)
    assert (np.count_nonzero(track, axis=1) <= 4).all()


def test_it_hears_no_further_ahead_than_it_says() -> None:
    pcm = hiss(100, 9000, 1.0)
    cut = 20 * 1920
    changed = pcm.copy()
    changed[cut:] = 0
    last_same = int((cut / SAMPLE_RATE - LOOK_AHEAD_SECONDS) * 25 - 0.5)
    np.testing.assert_array_equal(audio_mouth_track(pcm)[:last_same], audio_mouth_track(changed)[:last_same])


@pytest.mark.models
def test_it_moves_like_the_mouth_that_knows_the_phonemes() -> None:
    from render.viseme import mouth_track
    from render.voices.piper import PiperReader

    reader = PiperReader(PiperSettings())
    known, heard = [], []
    for text in ("Lin asks how long the steak keeps in the freezer.", "We pack every box by hand, and it ships today."):
        speech = reader.speak(text, Emotion.NEUTRAL, 0.5)
        known.append(opening(mouth_track(speech)))
        heard.append(opening(audio_mouth_track(speech.pcm)))
    correlation = np.corrcoef(np.concatenate(known), np.concatenate(heard))[0, 1]
    print(f"opening, audio against phonemes: correlation {correlation:.2f}")
    assert correlation > 0.6
