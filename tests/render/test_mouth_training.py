from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from render.avatar_pack import MOUTH_KEYS
from render.contract import PhonemeSpan, Speech
from render.mouth_listener import BANDS, DELAY, MouthNetwork
from render.mouth_weights import Track
from render.training.evaluate import by_loudness, by_phonemes, noisy, score
from render.training.examples import Batches, example, variant
from render.training.recipe import HELD_OUT, make, plan, shuffled_words, texts
from render.training.speakers import Utterance, load, save
from render.training.train import Network, exported, loss, metadata
from rtc.contract import FRAME_RATE, SAMPLE_RATE, Pcm

MBP = MOUTH_KEYS.index("mbp")


def spoken(*phonemes: tuple[str, int]) -> Speech:
    """A buzz for a vowel, nothing for the rest; lengths in ms."""
    pieces, spans, reached = [], [], 0
    for symbol, length_ms in phonemes:
        size = length_ms * SAMPLE_RATE // 1000
        time = np.arange(size) / SAMPLE_RATE
        loud = 9000 if symbol and symbol not in "pbm" else 0
        pieces.append(loud * np.sign(np.sin(2 * np.pi * 120 * time)))
        spans.append(PhonemeSpan(symbol, reached, reached + size))
        reached += size
    return Speech(np.concatenate(pieces).astype(np.int16), tuple(spans))


SPEECH = spoken(("", 100), ("ˈɑː", 150), ("p", 90), ("iː", 140), ("b", 80), ("ˈoʊ", 200), ("", 120))


@dataclass(frozen=True, slots=True)
class Buzzer:
    name: str
    language: str = "en"

    def say(self, text: str, manner: np.random.Generator) -> Speech:
        return SPEECH


def test_the_network_that_learns_is_the_network_that_runs(tmp_path: Path) -> None:
    torch.manual_seed(1)
    network = Network(channels=12)
    path = tmp_path / "weights.safetensors"
    save_file(exported(network), path, metadata("nothing"))
    heard = np.random.default_rng(1).normal(size=(150, BANDS)).astype(np.float32)
    with torch.no_grad():
        learnt = network(torch.from_numpy(heard)[None])[0].exp().numpy()
    run = MouthNetwork.load(path)
    memory = run.memory()
    in_pieces = np.concatenate(
        [run.run(heard[:70], memory), run.run(heard[70:71], memory), run.run(heard[71:], memory)]
    )
    np.testing.assert_allclose(in_pieces, learnt, atol=3e-3)


def test_no_text_and_no_speaker_of_the_test_is_in_the_training() -> None:
    for language in ("en", "zh"):
        assert not set(texts(language, "train")) & set(texts(language, "test"))
    speakers = [Buzzer(name) for name in ("piper:joe", "flite:slt", *sorted(HELD_OUT))]
    plans = list(plan(speakers, {"piper": 6, "flite": 4, "kokoro": 2}, tests=3))
    unseen = set(texts("en", "test"))
    train = [item for item in plans if item.part == "train"]
    assert len(train) == 10
    assert not {item.speaker.name for item in train} & HELD_OUT
    assert not {item.text for item in train} & unseen
    tested = [item for item in plans if item.part == "speakers"]
    assert {item.speaker.name for item in tested} == HELD_OUT
    assert {item.text for item in tested} <= unseen
    assert len({item.file_name for item in plans}) == len(plans)


def test_words_are_shuffled_without_their_punctuation() -> None:
    mixed = shuffled_words(texts("en", "train"), np.random.default_rng(4))
    assert 7 <= len(mixed.split()) <= 12
    assert mixed.endswith(".")
    assert mixed.count(",") <= 1


def test_the_recipe_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    plans = list(plan([Buzzer("piper:joe")], {"piper": 3}, tests=2))
    make(tmp_path, plans[:2])
    first = (tmp_path / plans[0].part / plans[0].file_name).stat().st_mtime_ns
    make(tmp_path, plans)
    assert (tmp_path / plans[0].part / plans[0].file_name).stat().st_mtime_ns == first
    assert len(list(tmp_path.glob("*/*.npz"))) == len(plans)
    assert load(tmp_path / plans[-1].part / plans[-1].file_name).speech.phonemes == SPEECH.phonemes


def test_an_utterance_is_stored_whole(tmp_path: Path) -> None:
    save(SPEECH, "piper:joe", "en", "a pea, bo", tmp_path / "one.npz")
    kept = load(tmp_path / "one.npz")
    np.testing.assert_array_equal(kept.speech.pcm, SPEECH.pcm)
    assert (kept.speech.phonemes, kept.speaker, kept.text) == (SPEECH.phonemes, "piper:joe", "a pea, bo")


def test_a_variant_keeps_phonemes_with_their_sounds() -> None:
    chance = np.random.default_rng(3)
    for _ in range(4):
        other = variant(SPEECH, chance)
        size = len(other.pcm) / len(SPEECH.pcm)
        assert 0.8 < size < 1.25
        for span, old in zip(other.phonemes, SPEECH.phonemes, strict=True):
            assert abs(span.start - old.start * size) <= 2
        vowel = other.phonemes[1]
        assert np.abs(other.pcm[vowel.start : vowel.end]).max() > 4000


def test_batches_are_seeded_and_hold_together() -> None:
    examples = [example(SPEECH, name) for name in ("one", "two")]
    first, again = (Batches(examples, 200, seed=5, noise_seconds=3).draw(3) for _ in range(2))
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)
    heard, wanted, middles = first
    assert heard.shape == (3, 200, BANDS)
    assert np.isfinite(heard).all()
    np.testing.assert_allclose(wanted.sum(axis=2), 1, atol=2e-3)
    assert (wanted[middles > 0, MBP] > 0.5).all()


def test_the_loss_is_least_for_the_teacher_and_minds_a_missed_closure() -> None:
    item = example(SPEECH, "one")
    wanted = torch.from_numpy(item.weights.astype(np.float32))[None]
    middles = torch.zeros(1, wanted.shape[1])
    middles[0, list(item.closures)] = 1

    def against(answers: torch.Tensor) -> float:
        late = torch.roll(answers, DELAY, dims=1)
        return float(loss(torch.log(late.clamp_min(1e-6)), wanted, middles, warm_up=0).total)

    missed = wanted.clone()
    missed[:, :, MBP] *= 0.2
    missed /= missed.sum(dim=2, keepdim=True)
    assert against(wanted) + 0.1 < against(missed)


UTTERANCE = Utterance(SPEECH, "piper:joe", "en", "")


def test_the_teacher_scores_full_marks_and_silence_none() -> None:
    def asleep(utterance: Utterance, pcm: Pcm) -> Track:
        track = np.zeros((-(-pcm.size * FRAME_RATE // SAMPLE_RATE), len(MOUTH_KEYS)), np.float32)
        track[:, 0] = 1
        return track

    best = score([UTTERANCE], [SPEECH.pcm], by_phonemes)
    assert (best.correlation, best.closed, best.overlap) == (1.0, 1.0, 1.0) or best.correlation > 0.9999
    assert best.false_closures_a_minute == 0
    worst = score([UTTERANCE], [SPEECH.pcm], asleep)
    assert (worst.correlation, worst.closed) == (0.0, 0.0)


def test_closing_on_a_vowel_counts_as_false() -> None:
    def shut(utterance: Utterance, pcm: Pcm) -> Track:
        track = by_phonemes(utterance, pcm)
        middle = (SPEECH.phonemes[5].start + SPEECH.phonemes[5].end) // 2 * FRAME_RATE // SAMPLE_RATE
        track[middle] = np.eye(len(MOUTH_KEYS), dtype=np.float32)[MBP]
        return track

    assert score([UTTERANCE], [SPEECH.pcm], shut).false_closures_a_minute > 0


def test_loudness_opens_on_vowels_and_noise_has_its_level() -> None:
    assert 0.3 < score([UTTERANCE], [SPEECH.pcm], by_loudness).correlation < 1
    chance = np.random.default_rng(1)
    added = noisy(SPEECH.pcm, 10, chance, [SPEECH.pcm]).astype(float) - SPEECH.pcm
    ratio_db = 20 * np.log10(np.std(SPEECH.pcm.astype(float)) / np.std(added))
    assert 8 < ratio_db < 14
