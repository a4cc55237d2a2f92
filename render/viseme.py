"""From phonemes with their times to the shape of the mouth in every frame, with coarticulation.

Each phoneme pulls the mouth towards its own shape with a strength that rises before it and falls after it; the shape at
a moment is the mean of all pulls (dominance functions: Cohen & Massaro, "Modeling coarticulation in synthetic visual
speech", 1993). On top stand the few things that a viewer sees at once when they are wrong, as hard priorities:
lips closed on p, b, m; lip on teeth on f, v; a closed mouth in pauses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import MOUTH_KEYS
from render.contract import PhonemeSpan, Speech
from render.mouth_listener import heard_mouth_track
from render.mouth_weights import Track, finish
from rtc.contract import FRAME_RATE, SAMPLE_RATE

_REST: Final = MOUTH_KEYS.index("rest")
_MBP: Final = MOUTH_KEYS.index("mbp")
_FV: Final = MOUTH_KEYS.index("fv")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a phoneme does to the mouth."""

    weights: tuple[tuple[str, float], ...]
    """Mouth keys and their shares."""
    strength: float
    """How firmly it holds against its neighbours: 0 none of its own, 1 a plain vowel."""
    before_ms: float
    """Time constant of its pull before its beginning."""
    after_ms: float
    """Time constant after its end."""
    vowel: bool = False


def _vowel(before_ms: float = 70.0, after_ms: float = 70.0, strength: float = 1.0, **weights: float) -> Shape:
    return Shape(tuple(weights.items()), strength, before_ms, after_ms, vowel=True)


def _consonant(strength: float, before_ms: float = 45.0, after_ms: float = 45.0, **weights: float) -> Shape:
    return Shape(tuple(weights.items()), strength, before_ms, after_ms)


# Rounding begins about 120 ms before the sound and ends sooner after it (Bell-Berti & Harris, "Temporal patterns of
# coarticulation: lip rounding", JASA 71, 1982); tongue-only consonants let the neighbours' lips through.
_ROUND_BEFORE: Final = 120.0
_BILABIAL: Final = _consonant(2.0, mbp=1.0)
_LABIODENTAL: Final = _consonant(2.2, fv=1.0)
_SIBILANT: Final = _consonant(1.1, s=1.0)
_HUSHING: Final = _consonant(1.5, 90.0, 60.0, sh=1.0)
_ALVEOLAR: Final = _consonant(0.4, 35.0, 35.0, s=0.45, l=0.25, rest=0.3)
_DENTAL: Final = _consonant(1.0, l=0.7, s=0.3)
_LATERAL: Final = _consonant(0.9, l=1.0)
_VELAR: Final = _consonant(0.12, eh=0.6, rest=0.4)
_GLIDE_ROUND: Final = _consonant(1.8, _ROUND_BEFORE, 60.0, oo=1.0)
_RHOTIC: Final = _consonant(0.8, 90.0, 60.0, oo=0.5, sh=0.3, eh=0.2)
_PALATAL: Final = _consonant(0.8, 60.0, 50.0, ee=0.8, s=0.2)
_ALVEOLO_PALATAL: Final = _consonant(1.1, s=0.55, ee=0.45)
_RETROFLEX: Final = _consonant(1.1, 70.0, 50.0, sh=0.7, s=0.3)
_OPEN_BACK: Final = _vowel(aa=1.0)
_OPEN_MID: Final = _vowel(ah=0.75, aa=0.25)
_SCHWA: Final = _vowel(strength=0.5, ah=0.6, eh=0.25, rest=0.15)
_ROUND_OPEN: Final = _vowel(_ROUND_BEFORE, 80.0, oh=0.85, aa=0.15)
_ROUND_MID: Final = _vowel(_ROUND_BEFORE, 80.0, oh=1.0)
_ROUND_CLOSE: Final = _vowel(_ROUND_BEFORE, 80.0, strength=1.2, oo=1.0)
_RHOTIC_VOWEL: Final = _vowel(90.0, 70.0, strength=0.8, eh=0.4, oo=0.35, sh=0.25)
_FRONT_CLOSE: Final = _vowel(ee=1.0)
_FRONT_NEAR_CLOSE: Final = _vowel(strength=0.8, ee=0.55, eh=0.45)
_FRONT_MID: Final = _vowel(eh=0.75, ee=0.25)
_FRONT_OPEN: Final = _vowel(aa=0.55, eh=0.45)

SHAPES: Final[dict[str, Shape]] = {
    **dict.fromkeys("pbmɓʘ", _BILABIAL),
    **dict.fromkeys("fvɱʋ", _LABIODENTAL),
    **dict.fromkeys("szʦʣ", _SIBILANT),
    **dict.fromkeys("ʃʒʧʤ", _HUSHING),
    **dict.fromkeys("tdnɾɗ", _ALVEOLAR),
    **dict.fromkeys("θð", _DENTAL),
    **dict.fromkeys("lɫɬɭʎ", _LATERAL),
    **dict.fromkeys("kɡgŋxhɣɦχʔqɢħʕʁʀ", _VELAR),
    **dict.fromkeys("wʍɥβɸ", _GLIDE_ROUND),
    **dict.fromkeys("ɹrɻʐɽ", _RHOTIC),
    **dict.fromkeys("jʝçɲcɟ", _PALATAL),
    **dict.fromkeys("ɕʑ", _ALVEOLO_PALATAL),
    **dict.fromkeys("ʂʈɖɳ", _RETROFLEX),
    **dict.fromkeys("ɑ", _OPEN_BACK),
    **dict.fromkeys("aä", _vowel(aa=0.8, ah=0.2)),
    **dict.fromkeys("ʌɐɤ", _OPEN_MID),
    **dict.fromkeys("əɘɨᵻ", _SCHWA),
    **dict.fromkeys("ɔɒ", _ROUND_OPEN),
    **dict.fromkeys("oɵø", _ROUND_MID),
    **dict.fromkeys("uʉyɯ", _ROUND_CLOSE),
    **dict.fromkeys("ʊʏ", _vowel(_ROUND_BEFORE, 80.0, strength=0.8, oo=0.75, oh=0.25)),
    **dict.fromkeys("ɚɜɝɞ", _RHOTIC_VOWEL),
    **dict.fromkeys("i", _FRONT_CLOSE),
    **dict.fromkeys("ɪ", _FRONT_NEAR_CLOSE),
    **dict.fromkeys("e", _FRONT_MID),
    **dict.fromkeys("ɛœ", _vowel(eh=1.0)),
    **dict.fromkeys("æɶ", _FRONT_OPEN),
}
"""IPA letter to mouth shape. A letter that is not here has no shape of its own: its neighbours' go on."""

_SLOWEST_MS: Final = 38.0
_FASTEST_MS: Final = 18.0
"""Time in which the lips close before a closure and part after it, for a long one and for the shortest."""
_CLOSED_WEIGHT: Final = 0.96
_TEETH_WEIGHT: Final = 0.85
_PAUSE_MS: Final = 80.0
"""A pause longer than this lets the mouth come to rest."""
_RELAX_MS: Final = 110.0
_PREPARE_MS: Final = 130.0
"""The mouth opens this long before the sound that ends a pause."""
_FULL_LENGTH_MS: Final = 110.0
"""A vowel this long reaches its target; shorter ones fall short of it (Lindblom's undershoot, JASA 35, 1963)."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """One IPA letter with its share of a span; times in ms."""

    shape: Shape | None
    start: float
    end: float
    reach: float
    """How much of its opening it attains, 0 to 1."""

    @property
    def centre(self) -> float:
        return (self.start + self.end) / 2


def mouth_track(speech: Speech, energy: float = 0.5, *, frame_rate: float = FRAME_RATE, smile: float = 0.0) -> Track:
    """Mouth of every frame of a clause: shape (frames, 13), float32, in the order of `MOUTH_KEYS`.

    Row i is the mouth at the middle of frame i: convex weights, sum 1, at most four of them not zero. `energy` (0..1)
    opens the mouth more or less, `smile` (0..1) adds a smile where the lips are free. There is one row for every frame begun.
    A voice without phonemes gets the track of `render.mouth_listener`, at 25 rows a second.
    """
    if not speech.phonemes:
        return heard_mouth_track(speech.pcm, energy, smile=smile)
    frames = -(-speech.pcm.size * frame_rate // SAMPLE_RATE)
    times = (np.arange(int(frames), dtype=np.float64) + 0.5) * np.float64(1000 / frame_rate)
    pieces = _pieces(speech.phonemes, energy)
    track = _blend(pieces, times)
    _rest_in_pauses(track, speech.phonemes, times)
    _hold(track, pieces, times, _LABIODENTAL, _FV, _TEETH_WEIGHT)
    _hold(track, pieces, times, _BILABIAL, _MBP, _CLOSED_WEIGHT)
    return finish(track, smile)


@lru_cache(maxsize=512)
def _letters(symbol: str) -> tuple[tuple[Shape | None, ...], float]:
    """Shapes of the letters of a symbol ("ˈoʊ" has two), and how much its stress lets it open."""
    stress = 1.0 if "ˈ" in symbol else 0.92 if "ˌ" in symbol else 0.78
    letters = tuple(SHAPES.get(letter) for letter in symbol if letter.isalpha() and letter not in "ˈˌːˑʲʰʷˠˤ")
    return letters, stress


def _pieces(phonemes: Sequence[PhonemeSpan], energy: float) -> list[_Piece]:
    effort = 0.82 + 0.3 * min(1.0, max(0.0, energy))
    pieces: list[_Piece] = []
    for span in phonemes:
        start, end = span.start * 1000 / SAMPLE_RATE, span.end * 1000 / SAMPLE_RATE
        if not span.symbol:
            if end - start > _PAUSE_MS:
                pieces.append(_Piece(_SILENCE, start, end, 1.0))
            continue
        letters, stress = _letters(span.symbol)
        length = (end - start) / max(1, len(letters))
        for place, shape in enumerate(letters):
            reach = 1.0
            if shape is not None and shape.vowel:
                reach = effort * stress * min(1.0, 0.45 + 0.55 * (end - start) / _FULL_LENGTH_MS)
            begin = start + place * length
            pieces.append(_Piece(shape, begin, begin + length, min(1.0, reach)))
    return pieces


_SILENCE: Final = Shape((("rest", 1.0),), 1.0, 60.0, 60.0)


@lru_cache(maxsize=64)
def _target(shape: Shape) -> NDArray[np.float64]:
    target = np.zeros(len(MOUTH_KEYS))
    for key, weight in shape.weights:
        target[MOUTH_KEYS.index(key)] = weight
    return target


def _blend(pieces: Sequence[_Piece], times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Dominance-weighted mean of the targets at each time, shape (frames, keys)."""
    shaped = [(piece, piece.shape) for piece in pieces if piece.shape is not None]
    track = np.zeros((times.size, len(MOUTH_KEYS)))
    if not shaped:
        track[:, _REST] = 1.0
        return track
    targets = np.stack([_target(shape) * piece.reach for piece, shape in shaped])
    targets[:, _REST] += 1 - targets.sum(axis=1)
    strength = np.array([shape.strength for _, shape in shaped])
    before = np.array([shape.before_ms for _, shape in shaped])
    after = np.array([shape.after_ms for _, shape in shaped])
    # The pull is full in the middle half of the phoneme and falls off outside it.
    quarter = np.array([(piece.end - piece.start) / 4 for piece, _ in shaped])
    starts = np.array([piece.start for piece, _ in shaped]) + quarter
    ends = np.array([piece.end for piece, _ in shaped]) - quarter
    early = np.maximum(0, starts - times[:, None]) / before
    late = np.maximum(0, times[:, None] - ends) / after
    # Squared distance in the exponent: smooth at the top, and no pull from three phonemes away.
    dominance = strength * np.exp(-((1.7 * (early + late)) ** 2)) + 1e-9
    result: NDArray[np.float64] = dominance @ targets / dominance.sum(axis=1, keepdims=True)
    return result


def _hold(
    track: NDArray[np.float64],
    pieces: Sequence[_Piece],
    times: NDArray[np.float64],
    shape: Shape,
    key: int,
    weight: float,
) -> None:
    """Let one key win at each of a shape's phonemes, for at least one frame, whatever the neighbours want."""
    held = [piece for piece in pieces if piece.shape is shape]
    if not held:
        return
    centres = np.array([piece.centre for piece in held])
    lengths = np.array([piece.end - piece.start for piece in held])
    moving = np.clip(0.6 * lengths, _FASTEST_MS, _SLOWEST_MS)
    outside = (np.abs(times[:, None] - centres) - 0.35 * lengths) / moving
    gate = 0.5 + 0.5 * np.cos(np.pi * np.clip(outside, 0, 1))
    gate[np.abs(times[:, None] - centres).argmin(axis=0), np.arange(len(held))] = (
        1.0  # one frame shows it, however short
    )
    gate = weight * gate.max(axis=1)
    wanted = np.maximum(track[:, key], gate)
    others = track.sum(axis=1) - track[:, key]
    track *= np.where(others > 1e-9, (1 - wanted) / np.maximum(others, 1e-9), 0.0)[:, None]
    track[:, key] = wanted


def _rest_in_pauses(track: NDArray[np.float64], phonemes: Sequence[PhonemeSpan], times: NDArray[np.float64]) -> None:
    """Bring the mouth to rest in pauses, and open it again before the sound that follows."""
    for span in phonemes:
        start, end = span.start * 1000 / SAMPLE_RATE, span.end * 1000 / SAMPLE_RATE
        if span.symbol or end - start <= _PAUSE_MS:
            continue
        last = span is phonemes[-1]
        relaxed = np.clip((times - start) / _RELAX_MS, 0, 1)
        waiting = np.ones_like(times) if last else np.clip((end - times) / _PREPARE_MS, 0, 1)
        share = np.where((times > start) & (times < end), _eased(relaxed) * _eased(waiting), 0.0)
        track *= (1 - share)[:, None]
        track[:, _REST] += share


def _eased(progress: NDArray[np.float64]) -> NDArray[np.float64]:
    return 0.5 - 0.5 * np.cos(np.pi * progress)
