from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from render.avatar_pack import MOUTH_KEYS
from render.contract import Emotion, Speech
from render.mouth_listener import (
    BANDS,
    DELAY,
    FORMAT,
    LOOK_AHEAD_SECONDS,
    Array,
    MouthListener,
    MouthNetwork,
    WeightsError,
    heard_mouth_track,
)
from render.mouth_weights import Track, opening
from render.settings import PiperSettings
from render.viseme import mouth_track
from rtc.contract import FRAME_RATE, SAMPLE_RATE, Pcm

FRAME = SAMPLE_RATE // FRAME_RATE
REST = MOUTH_KEYS.index("rest")
MBP = MOUTH_KEYS.index("mbp")


def babble(seconds: float, seed: int = 1) -> Pcm:
    """Something like speech: a buzz whose formants and level wander, hisses and gaps between."""
    chance = np.random.default_rng(seed)
    size = int(seconds * SAMPLE_RATE)
    time = np.arange(size) / SAMPLE_RATE
    knots = np.arange(0, seconds + 0.2, 0.1)
    first = np.interp(time, knots, chance.uniform(250, 850, knots.size))
    second = np.interp(time, knots, chance.uniform(800, 2400, knots.size))
    level = np.interp(time, knots, chance.choice([0.0, 0.3, 1.0], knots.size))
    wave = sum(np.sin(2 * np.pi * np.cumsum(formant) / SAMPLE_RATE) for formant in (first, second))
    sounds = level * (wave * 0.3 + 0.05 * chance.normal(size=size))
    pcm: Pcm = (sounds / np.abs(sounds).max() * 16000).astype(np.int16)
    return pcm


def in_pieces(pcm: Pcm, sizes: list[int]) -> Track:
    listener = MouthListener()
    rows, start, turn = [], 0, 0
    while start < pcm.size:
        size = sizes[turn % len(sizes)]
        rows.append(listener.feed(pcm[start : start + size]))
        start, turn = start + size, turn + 1
    return np.concatenate([*rows, listener.end()])


@pytest.mark.parametrize(
    "sizes", [[960], [1920], [1], [7, 4801, 480, 0, 333]], ids=["20 ms", "40 ms", "samples", "odd"]
)
def test_pieces_give_what_the_whole_gives(sizes: list[int]) -> None:
    pcm = babble(0.4 if sizes == [1] else 2.5)[:-100]
    whole = heard_mouth_track(pcm)
    assert whole.shape == (-(-pcm.size // FRAME), len(MOUTH_KEYS))
    np.testing.assert_allclose(in_pieces(pcm, sizes), whole, atol=2e-3)


def test_rows_come_as_soon_as_they_are_promised_and_not_before() -> None:
    listener = MouthListener()
    needed = round((0.5 / FRAME_RATE + LOOK_AHEAD_SECONDS) * SAMPLE_RATE)
    assert LOOK_AHEAD_SECONDS <= 0.080
    assert len(listener.feed(np.zeros(needed - 1, np.int16))) == 0
    assert len(listener.feed(np.zeros(1, np.int16))) == 1
    assert len(listener.feed(np.zeros(FRAME, np.int16))) == 1


def test_it_hears_no_further_ahead_than_it_says() -> None:
    pcm = babble(2.0)
    cut = 25 * FRAME
    changed = pcm.copy()
    changed[cut:] = babble(2.0, seed=9)[cut:]
    first, second = heard_mouth_track(pcm), heard_mouth_track(changed)
    last_same = int((cut / SAMPLE_RATE - LOOK_AHEAD_SECONDS) * FRAME_RATE - 0.5 + 1)
    np.testing.assert_allclose(first[:last_same], second[:last_same], atol=2e-3)
    assert np.abs(first[last_same : last_same + 2] - second[last_same : last_same + 2]).max() > 0.05, (
        "it looks ahead at all"
    )


def test_silence_is_rest_exactly() -> None:
    chance = np.random.default_rng(2)
    for noise in (0, 3):
        pcm = (chance.normal(size=SAMPLE_RATE) * noise).astype(np.int16)
        track = heard_mouth_track(pcm)
        assert (track[:, REST] == 1).all()
    assert heard_mouth_track(np.zeros(0, np.int16)).shape == (0, 13)


def test_after_speech_silence_is_rest_within_half_a_second() -> None:
    track = heard_mouth_track(np.concatenate([babble(1.5), np.zeros(SAMPLE_RATE, np.int16)]))
    assert opening(track[:35]).max() > 0.2
    assert (track[-13:, REST] == 1).all()


def test_steady_noise_leaves_the_mouth_nearly_shut() -> None:
    noise = (np.random.default_rng(3).normal(size=4 * SAMPLE_RATE) * 100).astype(np.int16)  # -50 dB
    assert opening(heard_mouth_track(noise))[25:].mean() < 0.1


def test_rows_are_convex_with_a_smile_where_the_lips_are_free() -> None:
    track = heard_mouth_track(babble(2.0), smile=0.8)
    np.testing.assert_allclose(track.sum(axis=1), 1, atol=1e-5)
    assert (track >= 0).all()
    assert (np.count_nonzero(track, axis=1) <= 4).all()
    assert track[:, MOUTH_KEYS.index("smile")].max() > 0.05


def test_more_energy_opens_the_mouth_more() -> None:
    pcm = babble(2.0)
    calm, plain, lively = (opening(heard_mouth_track(pcm, energy)).mean() for energy in (0.0, 0.5, 1.0))
    assert calm < plain < lively


def test_a_listener_that_has_ended_hears_anew() -> None:
    pcm = babble(1.0)
    listener = MouthListener()
    first = np.concatenate([listener.feed(pcm), listener.end()])
    second = np.concatenate([listener.feed(pcm), listener.end()])
    np.testing.assert_array_equal(first, second)


def small_network(**changes: Array | None) -> dict[str, Array]:
    size = 4
    shapes = {
        "input.weight": (BANDS, size),
        "input.bias": (size,),
        "blocks.0.taps": (3 * size, size),
        "blocks.0.bias": (size,),
        "blocks.0.mix": (size, size),
        "blocks.0.mix_bias": (size,),
        "head.weight": (size, len(MOUTH_KEYS)),
        "head.bias": (len(MOUTH_KEYS),),
    }
    tensors: dict[str, Array] = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    for name, value in changes.items():
        if value is None:
            del tensors[name.replace("__", ".")]
        else:
            tensors[name.replace("__", ".")] = value
    return tensors


ABOUT = {
    "format": FORMAT,
    "keys": " ".join(MOUTH_KEYS),
    "bands": str(BANDS),
    "delay": str(DELAY),
    "dilations": "1",
}


def test_weights_that_fit_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "small.safetensors"
    save_file(small_network(), path, ABOUT)
    answers = MouthNetwork.load(path).run(np.zeros((3, BANDS), np.float32), MouthNetwork.load(path).memory())
    np.testing.assert_allclose(answers, 1 / len(MOUTH_KEYS), atol=1e-6)


@pytest.mark.parametrize(
    ("tensors", "about", "complaint"),
    [
        (small_network(head__bias=None), ABOUT, "head.bias is missing"),
        (small_network(head__bias=np.zeros(12, np.float32)), ABOUT, r"head.bias should have the shape \(13,\)"),
        (small_network(input__weight=np.zeros((80, 4), np.float32)), ABOUT, r"input.weight should have the shape \(40"),
        (small_network(input__bias=np.full(4, np.nan, np.float32)), ABOUT, "not finite"),
        (small_network(blocks__1__bias=np.zeros(4, np.float32)), ABOUT, "another network: blocks.1.bias"),
        (small_network(), {**ABOUT, "keys": "rest mbp"}, "train it again"),
        (small_network(), {**ABOUT, "dilations": "two"}, "dilations"),
        (small_network(), {**ABOUT, "dilations": "0"}, "between 1 and 256"),
        (small_network(), {}, "format should be"),
    ],
)
def test_malformed_weights_are_refused(
    tmp_path: Path, tensors: dict[str, Array], about: dict[str, str], complaint: str
) -> None:
    path = tmp_path / "broken.safetensors"
    save_file(tensors, path, about)
    with pytest.raises(WeightsError, match=complaint):
        MouthNetwork.load(path)


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "broken.safetensors"
    path.write_bytes(b"not a file of weights")
    with pytest.raises(WeightsError, match=r"broken\.safetensors can not be read"):
        MouthNetwork.load(path)
    with pytest.raises(WeightsError, match="nowhere"):
        MouthNetwork.load(tmp_path / "nowhere.safetensors")


def louder(pcm: Pcm, decibels: float) -> Pcm:
    changed: Pcm = np.clip(pcm.astype(np.float64) * 10 ** (decibels / 20), -32768, 32767).astype(np.int16)
    return changed


@pytest.fixture(scope="module")
def spoken() -> list[Speech]:
    from render.voices.piper import PiperReader

    reader = PiperReader(PiperSettings())
    texts = (
        "Maybe the problem is the blue plug, not the lamp.",
        "My brother brought home a big bamboo bowl and six purple plums.",
        "Remember to bring a map, a pump and a bit of rope.",
    )
    return [reader.speak(text, Emotion.NEUTRAL, 0.5) for text in texts]


@pytest.mark.models
def test_lips_meet_on_p_b_and_m(spoken: list[Speech]) -> None:
    met = []
    for speech in spoken:
        track = heard_mouth_track(speech.pcm)
        middles = (np.arange(len(track)) + 0.5) / FRAME_RATE
        for span in speech.phonemes:
            if span.symbol.strip("ˈˌː") in {"p", "b", "m"}:
                near = np.abs(middles - (span.start + span.end) / 2 / SAMPLE_RATE) <= 0.040
                met.append(bool((track[near, MBP] >= 0.5).any()))
    print(f"{sum(met)} of {len(met)} closed")
    assert len(met) > 20
    assert np.mean(met) >= 0.9


@pytest.mark.models
def test_it_opens_like_the_mouth_that_knows_the_phonemes(spoken: list[Speech]) -> None:
    known = np.concatenate([opening(mouth_track(speech)) for speech in spoken])
    heard = np.concatenate([opening(heard_mouth_track(speech.pcm)) for speech in spoken])
    assert np.corrcoef(known, heard)[0, 1] > 0.8


@pytest.mark.models
@pytest.mark.parametrize("decibels", [-24.0, -12.0, 4.0])
def test_the_microphones_gain_hardly_matters(spoken: list[Speech], decibels: float) -> None:
    listener, other = MouthListener(), MouthListener()
    for speech in spoken:
        plain = listener.feed(speech.pcm)
        changed = other.feed(louder(speech.pcm, decibels))
    assert np.corrcoef(opening(plain), opening(changed))[0, 1] > 0.95
