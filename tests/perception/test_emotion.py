import numpy as np

from render.contract import Emotion
from tests.perception.emotion import PARTS, Sample, compare

EMOTIONS = (Emotion.NEUTRAL, Emotion.EXCITED, Emotion.SORRY)


def drawn(apart: float) -> dict[Emotion, list[Sample]]:
    """Forty samples an emotion, whose means lie `apart` spreads from each other in every measure."""
    random = np.random.default_rng(3)
    measures = [name for names in PARTS.values() for name in names]
    return {
        emotion: [{name: float(random.normal(apart * place, 1.0)) for name in measures} for _ in range(40)]
        for place, emotion in enumerate(EMOTIONS)
    }


def test_emotions_that_differ_by_more_than_their_spread_are_told_apart() -> None:
    figures = compare(drawn(1.6))
    assert figures.shortfalls() == []
    best = figures.best("brows", Emotion.EXCITED, Emotion.NEUTRAL)
    assert best.d < -1.2


def test_emotions_that_are_all_the_same_are_noticed() -> None:
    assert len(compare(drawn(0.0)).shortfalls()) == 3 * len(PARTS)


def test_a_single_emotion_that_is_not_shown_is_noticed() -> None:
    samples = drawn(1.6)
    samples[Emotion.SORRY] = [dict(sample) for sample in samples[Emotion.NEUTRAL]]
    found = compare(samples).shortfalls()
    assert len(found) == len(PARTS)
    assert all("neutral and sorry" in text for text in found)
