from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from dialogue.embedding import DIMENSIONS
from dialogue.evaluation.labelled import labelled_comments
from dialogue.evaluation.train_intents import embedded, f1_scores, measured
from dialogue.intents import INTENTS, SIGNS, IntentClassifier, IntentWeightsError, signs_digest, signs_of

COMMENTS = labelled_comments()


def test_the_set_is_large_even_and_without_doubles() -> None:
    held = [c for c in COMMENTS if c.held_back]
    assert len(COMMENTS) >= 600
    assert len(held) >= 300
    assert max(Counter(c.text.casefold() for c in COMMENTS).values()) == 1
    for intent in INTENTS:
        assert {c.language for c in held if c.intent is intent} == {"en", "zh"}


def test_the_packaged_weights_fit_the_signs() -> None:
    guesses = IntentClassifier.load().classify(np.eye(2, DIMENSIONS, dtype=np.float32), ["no sound", "how much is it"])
    assert all(0 < guess.probability <= 1 for guess in guesses)
    assert IntentClassifier.load().classify(np.zeros((0, DIMENSIONS), np.float32), []) == []


def test_weights_of_other_signs_are_refused(tmp_path: Path) -> None:
    rows = DIMENSIONS + len(SIGNS) + 1
    arrays = {
        "weights": np.zeros((rows, len(INTENTS)), np.float32),
        "bias": np.zeros(len(INTENTS), np.float32),
        "centre": np.zeros(DIMENSIONS, np.float32),
    }
    file = tmp_path / "w.safetensors"
    save_file(arrays, file, metadata={"signs": "others"})
    with pytest.raises(IntentWeightsError, match="train_intents"):
        IntentClassifier.load(file)
    save_file({**arrays, "bias": np.zeros(3, np.float32)}, file, metadata={"signs": signs_digest()})
    with pytest.raises(IntentWeightsError, match="shapes"):
        IntentClassifier.load(file)
    file.write_bytes(b"not weights")
    with pytest.raises(IntentWeightsError, match="can't be read"):
        IntentClassifier.load(file)


def test_signs_see_words_in_both_languages() -> None:
    names = [*SIGNS, "asks"]
    seen = {name for name, found in zip(names, signs_of("no sound?"), strict=True) if found}
    assert {"section/trouble", "stream", "asks"} <= seen
    assert "offer" in {name for name, found in zip(names, signs_of("有优惠券吗"), strict=True) if found}


def test_f1_counts_misses_and_wrong_guesses() -> None:
    scores = f1_scores([0, 0, 1, 1], [0, 1, 1, 1])
    assert scores[0] == pytest.approx(2 / 3)
    assert scores[1] == pytest.approx(0.8)


@pytest.mark.models
def test_the_held_back_comments_are_understood() -> None:
    held = [c for c in COMMENTS if c.held_back]
    vectors = embedded(held)
    classifier = IntentClassifier.load()
    macro = {language: float(np.mean(measured(classifier, vectors, held, language))) for language in ("en", "zh")}
    assert macro["en"] >= 0.85
    assert macro["zh"] >= 0.80
