import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from render.avatar_pack import MOUTH_KEYS
from render.contract import Emotion, PhonemeSpan, Speech
from render.mouth_weights import Track, lead_in, lead_out, opening
from render.settings import PiperSettings
from render.viseme import SHAPES, mouth_track

MBP, FV, REST, OO, AA, SMILE = (MOUTH_KEYS.index(key) for key in ("mbp", "fv", "rest", "oo", "aa", "smile"))


def speech(*phonemes: tuple[str, int]) -> Speech:
    """A silent clause with phonemes of so many milliseconds."""
    spans, at = [], 0
    for symbol, length_ms in phonemes:
        spans.append(PhonemeSpan(symbol, at, at + length_ms * 48))
        at += length_ms * 48
    return Speech(np.zeros(at, np.int16), tuple(spans))


def assert_convex(track: Track) -> None:
    assert track.dtype == np.float32
    assert track.shape[1] == len(MOUTH_KEYS)
    assert (track >= 0).all()
    np.testing.assert_allclose(track.sum(axis=1), 1.0, atol=1e-5)
    assert (np.count_nonzero(track, axis=1) <= 4).all()


def frame(track: Track, ms: float) -> Track:
    row: Track = track[int(ms / 40)]
    return row


@given(
    st.lists(st.tuples(st.sampled_from([*SHAPES, "", "ˈɑː", "oʊ", "?", "ŋ̩"]), st.integers(1, 400)), max_size=30),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_rows_are_convex_whatever_is_said(phonemes: list[tuple[str, int]], energy: float, smile: float) -> None:
    clause = speech(("ə", 10), *phonemes)
    track = mouth_track(clause, energy, smile=smile)
    assert len(track) == -(-clause.pcm.size // 1920)
    assert_convex(track)
    assert_convex(lead_in(track))


@given(st.integers(25, 90), st.integers(0, 39), st.sampled_from("pbm"), st.sampled_from(["ˈɑ", "ˈuː", "ˈiː", "s", "f"]))
def test_lips_close_in_some_frame_of_every_bilabial(length_ms: int, shift_ms: int, lips: str, around: str) -> None:
    clause = speech((around, 100 + shift_ms), (lips, length_ms), (around, 120))
    centre = 100 + shift_ms + length_ms / 2
    track = mouth_track(clause, 1.0)
    times = (np.arange(len(track)) + 0.5) * 40
    assert track[np.abs(times - centre) <= 40, MBP].max() >= 0.9


def test_lips_close_between_vowels_even_at_a_fast_rate() -> None:
    track = mouth_track(speech(*[("ˈɑ", 70), ("b", 50)] * 6, ("ˈɑ", 80)), 0.8)
    closed = track[:, MBP] >= 0.9
    assert np.count_nonzero(np.diff(np.concatenate([[False], closed, [False]]).astype(int)) == 1) == 6


def test_teeth_touch_the_lip_on_f_and_v() -> None:
    track = mouth_track(speech(("ˈɑː", 160), ("v", 60), ("ˈoʊ", 160)))
    assert frame(track, 190)[FV] >= 0.8


def test_rounding_begins_before_the_vowel_and_through_the_consonant() -> None:
    rounded = mouth_track(speech(("ˈiː", 160), ("t", 70), ("ˈuː", 200)))
    spread = mouth_track(speech(("ˈiː", 160), ("t", 70), ("ˈiː", 200)))
    assert frame(rounded, 190)[OO] > 0.2
    assert frame(spread, 190)[OO] == 0


def test_a_consonant_without_lips_leaves_the_mouth_to_its_neighbours() -> None:
    track = mouth_track(speech(("ˈuː", 150), ("k", 60), ("ˈuː", 150)))
    assert frame(track, 180)[OO] > 0.6


def test_unstressed_and_short_vowels_open_less() -> None:
    full = opening(mouth_track(speech(("t", 60), ("ˈɑː", 160), ("t", 60)))).max()
    unstressed = opening(mouth_track(speech(("t", 60), ("ɑː", 160), ("t", 60)))).max()
    short = opening(mouth_track(speech(("t", 60), ("ˈɑ", 50), ("t", 60)))).max()
    assert short < unstressed < full


def test_energy_opens_the_mouth() -> None:
    clause = speech(("t", 60), ("ɑ", 120), ("t", 60))
    assert opening(mouth_track(clause, 0.0)).max() < opening(mouth_track(clause, 1.0)).max()


def test_the_mouth_rests_in_pauses_and_opens_before_the_sound() -> None:
    track = mouth_track(speech(("ˈɑː", 200), ("", 400), ("ˈɑː", 200)))
    assert opening(track)[int(380 / 40)] < 0.05
    assert track[int(380 / 40), REST] > 0.9
    assert opening(track)[int(590 / 40)] > 0.2
    short = mouth_track(speech(("ˈɑː", 200), ("", 60), ("ˈɑː", 200)))
    assert opening(short)[int(230 / 40)] > 0.4


def test_a_smile_leaves_closures_closed() -> None:
    track = mouth_track(speech(("ˈiː", 120), ("m", 80), ("ˈiː", 120), ("", 300)), smile=1.0)
    assert frame(track, 160)[MBP] >= 0.9
    assert track[-1, SMILE] > 0.4


def test_mandarin_sounds_have_shapes() -> None:
    assert all(letter in SHAPES for letter in "ɕʂʐɤyuɑŋxtspm")


def test_the_mouth_opens_before_and_closes_after_a_clause() -> None:
    track = mouth_track(speech(("ˈɑː", 200)))
    openings = opening(lead_in(track))
    assert 0 < openings[0] < openings[1] < opening(track)[0]
    assert lead_in(track[:0]).shape == (2, 13)
    closing = opening(lead_out(track, 3))
    assert opening(track)[-1] > closing[0] > closing[1] > closing[2] > 0


def test_a_voice_without_phonemes_gets_a_track_from_its_audio() -> None:
    assert_convex(mouth_track(Speech(np.zeros(4000, np.int16))))


SENTENCES = [
    "Please keep the pepper mill above the table, Bob.",
    "My mother bought some beef from a famous butcher in Paris.",
    "Fifty percent off, but only for members of the club.",
    "Two blue boots, and a pair of warm woollen gloves.",
    "Maybe we'll pop by and bring both boxes to your lobby.",
]


@pytest.mark.models
@pytest.mark.parametrize("emotion", [Emotion.NEUTRAL, Emotion.EXCITED])
def test_real_speech_closes_on_bilabials_and_opens_on_vowels(emotion: Emotion) -> None:
    from render.voices.piper import PiperReader

    reader = PiperReader(PiperSettings())
    closed: list[bool] = []
    open_vowels: list[float] = []
    silent: list[float] = []
    for sentence in SENTENCES:
        clause = reader.speak(sentence, emotion, 0.6)
        track = mouth_track(clause, 0.6)
        assert_convex(track)
        times = (np.arange(len(track)) + 0.5) * 1920
        for span in clause.phonemes:
            centre = (span.start + span.end) / 2
            if span.symbol[:1] in set("pbm"):
                closed.append(bool(track[np.abs(times - centre) <= 1920, MBP].max() >= 0.9))
            elif span.symbol.startswith(("ˈɑ", "ˈæ", "ˈʌ", "ˈa")):
                open_vowels.append(float(opening(track)[int(centre // 1920)]))
            elif not span.symbol and span.end - span.start > 200 * 48:
                silent.append(float(opening(track)[int(centre // 1920)]))
    assert len(closed) > 30
    assert np.mean(closed) >= 0.95
    assert np.mean(open_vowels) > 0.45
    assert max(silent, default=0.0) < 0.05
