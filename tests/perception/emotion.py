"""Can emotions be told apart, by ear and by eye? Classes of Lines compared by what was received of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from render.contract import Emotion
from rtc.contract import SLICE_SAMPLES, Pcm
from tests.perception.face_reading import FIELDS, FaceRows
from tests.perception.fast_show import Said
from tests.perception.voice_pitch import median_hz, pitch_hz, range_semitones, syllables_per_second

PARTS: Final = {
    "F0 range": ("F0 range, semitones",),
    "rate": ("rate, syllables/s", "rate / the sentence's own"),
    "mouth corners": ("corner", "smile", "frown"),
    "brows": ("brow", "inner_brow", "brow_inner_up", "brow_outer_up", "brow_down"),
    "lids": ("lid_gap", "squint", "wide"),
}
"""What is asked for and how it is read; it counts as different where one of its readings is. Sentences differ in their rate by what
stands in them, so the rate is also taken over that of the same sentence in all emotions."""
_F0, _RATE, _OWN_RATE = "F0, Hz", *PARTS["rate"]
_SETTLED: Final = 12
"""Slices until a face has taken on the emotion of a Line."""
LEAST_D: Final = 1.0
"""Cohen's d above which the difference of the means is larger than the spread within."""

Sample = dict[str, float]


@dataclass(frozen=True, slots=True)
class Difference:
    """Two emotions in one measure."""

    measure: str
    first: Emotion
    second: Emotion
    means: tuple[float, float]
    spread: float
    """Pooled standard deviation within the two."""

    @property
    def d(self) -> float:
        """Cohen's d: difference of the means over the pooled spread, signed."""
        return (self.means[1] - self.means[0]) / max(self.spread, 1e-9)


@dataclass(frozen=True, slots=True)
class EmotionFigures:
    """The result."""

    lines: int
    """Of each emotion."""
    differences: tuple[Difference, ...]
    """Every measure, every pair."""

    def best(self, asked: str, first: Emotion, second: Emotion) -> Difference:
        """The clearest reading of a measure, or of a part of the face, for a pair."""
        return max(
            (d for d in self.differences if d.measure in PARTS[asked] and (d.first, d.second) == (first, second)),
            key=lambda d: abs(d.d),
        )

    def shortfalls(self) -> list[str]:
        """Pairs that can't be told apart by what the issue asks for, in words; empty when all can."""
        pairs = sorted({(d.first, d.second) for d in self.differences})
        found = []
        for asked in PARTS:
            for pair in pairs:
                best = self.best(asked, *pair)
                if not abs(best.d) >= LEAST_D:
                    found.append(f"{asked}: {pair[0]} and {pair[1]} differ by {abs(best.d):.2f} of the spread within")
        return found


def samples(said: Sequence[Said], rows: FaceRows, sound: Pcm) -> dict[Emotion, list[Sample]]:
    """One sample a Line: medians of the face while it is heard, once it has settled, and its voice; `sound` begins with Slice 0."""
    found: dict[Emotion, list[Sample]] = {}
    by_text: dict[str, list[Sample]] = {}
    for item in said:
        face = rows.slices(item.first + _SETTLED, item.last)
        heard = sound[item.first * SLICE_SAMPLES : item.last * SLICE_SAMPLES]
        hertz = pitch_hz(heard)
        sample = {
            "F0 range, semitones": range_semitones(hertz),
            _F0: median_hz(hertz),
            _RATE: syllables_per_second(item.speech.phonemes),
        }
        by_text.setdefault(item.line.text, []).append(sample)
        for name in (name for names in PARTS.values() for name in names if name in FIELDS):
            sample[name] = float(np.nanmedian(face[name]))
        found.setdefault(item.line.emotion, []).append(sample)
    for same in by_text.values():
        own = float(np.mean([sample[_RATE] for sample in same]))
        for sample in same:
            sample[_OWN_RATE] = sample[_RATE] / own
    return found


def compare(found: Mapping[Emotion, Sequence[Sample]]) -> EmotionFigures:
    """Every pair of emotions in every measure."""
    differences = []
    for first, second in combinations(sorted(found), 2):
        for measure in next(iter(found.values()))[0]:
            a, b = (np.array([s[measure] for s in found[emotion]]) for emotion in (first, second))
            differences.append(Difference(measure, first, second, (_mean(a), _mean(b)), _pooled(a, b)))
    return EmotionFigures(min(len(s) for s in found.values()), tuple(differences))


def _mean(values: NDArray[np.float64]) -> float:
    return float(np.nanmean(values))


def _pooled(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    return float(np.sqrt((np.nanvar(a, ddof=1) + np.nanvar(b, ddof=1)) / 2))
