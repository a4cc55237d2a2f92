"""Do the lips keep time with the sound? Read off received pictures and received sound, against the voice's own phoneme times.

A picture is on the screen for 40 ms, and its moment is the middle of that time. The voice tells where each phoneme lies in the
audio that it made; where that audio lies in the received sound is found by correlating the two, so that a sound that
comes early or late is seen as what it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import MOUTH_KEYS, AvatarPack
from render.contract import Speech
from render.mouth_weights import Track
from render.photo.landmarks import Landmarker
from rtc.contract import SAMPLE_RATE, SLICE_SAMPLES, Pcm
from tests.perception.face_reading import FIELDS, FaceRows, read_face
from tests.perception.fast_show import Said

CLOSURE_WINDOW_S: Final = 0.040
"""From the middle of the phoneme to the middle of a picture with closed lips."""
CLOSED_ABOVE_REST: Final = 0.015
"""Lips count as closed up to this much above the face's own gap at rest, in distances between the outer corners of the eyes:
about 2 px of a face that fills a portrait frame, ten times the reader's noise, and a fourteenth of a wide "ah"."""
LAGS_MS: Final = tuple(range(-200, 201, 10))
_SEARCH_S: Final = 0.30
_BILABIALS: Final = frozenset("pbm")
_VOWELS: Final = frozenset("aeiouɑæʌɛɔɒɪʊɜ")


@dataclass(frozen=True, slots=True)
class Bar:
    """What issue and standard ask for."""

    closed: float = 0.95
    correlation: float = 0.85
    lag_ms: float = 20.0


BAR: Final = Bar()


@dataclass(frozen=True, slots=True)
class Closure:
    """One p, b or m that was heard, and the lips around it."""

    text: str
    symbol: str
    at_s: float
    """Middle of its sound on the received sound's clock."""
    gap: float
    """The smallest gap within the window, above rest."""

    @property
    def closed(self) -> bool:
        return self.gap <= CLOSED_ABOVE_REST


@dataclass(frozen=True, slots=True)
class LipFigures:
    """The result for one driver of the mouth."""

    sentences: int
    seconds: float
    closures: tuple[Closure, ...]
    vowels_closed: float
    """Share of vowels with closed lips within the same window: what the test would find by chance on a mouth that is often shut."""
    correlation: float
    """Of the opening seen with the opening commanded, at lag 0."""
    lag_ms: float
    """At which they correlate best; positive: the picture comes after the sound."""
    correlation_at_lag: float
    by_sentence: float
    """Median of the correlation at lag 0 within each sentence."""
    reference: float
    """Correlation at lag 0 with the opening that the phonemes ask for, whatever the driver was told."""

    @property
    def closed(self) -> float:
        return sum(c.closed for c in self.closures) / max(1, len(self.closures))

    def shortfalls(self, bar: Bar = BAR) -> list[str]:
        """What misses the bar, in words; empty when all is well."""
        found = []
        if not self.closures or self.closed < bar.closed:
            found.append(f"lips closed on {self.closed:.1%} of {len(self.closures)} p, b, m (asked: {bar.closed:.0%})")
        if self.correlation_at_lag < bar.correlation:
            found.append(f"opening correlates {self.correlation_at_lag:.2f} (asked: {bar.correlation})")
        if abs(self.lag_ms) > bar.lag_ms:
            found.append(f"lips are {self.lag_ms:+.0f} ms off (asked: {bar.lag_ms:.0f})")
        return found


def measure_lips(
    said: Sequence[Said],
    rows: FaceRows,
    sound: Pcm,
    openings_of_keys: NDArray[np.float32],
    references: Sequence[Track] | None = None,
) -> LipFigures:
    """Compare what was seen with what was heard.

    `sound` begins with Slice 0; `openings_of_keys`, shape (keys,), is what the command is told by (`key_openings`, or the pack's
    `gap_px`); `references` holds, for each of `said`, the track that its phonemes ask for (by default the commanded one).
    """
    openings_of_keys = openings_of_keys[: len(MOUTH_KEYS)]  # a track knows the spoken keys only; they come first
    gap = rows["lip_gap"]
    seen = dict(zip(rows.index.tolist(), gap.tolist(), strict=True))
    rest = rest_gap(said, rows)
    closures: list[Closure] = []
    vowels: list[bool] = []
    openings: list[NDArray[np.float64]] = []
    wanted: list[NDArray[np.float64]] = []
    asked: list[NDArray[np.float64]] = []
    for number, item in enumerate(said):
        begins_s = place_in(sound, item.speech.pcm, item.first) / SAMPLE_RATE
        for span in item.speech.phonemes:
            letters = [c for c in span.symbol if c.isalpha()]
            if not letters:
                continue
            at = begins_s + (span.start + span.end) / 2 / SAMPLE_RATE
            least = _least(seen, at) - rest
            if letters[0] in _BILABIALS:
                closures.append(Closure(item.line.text, letters[0], at, least))
            elif letters[0] in _VOWELS:
                vowels.append(least <= CLOSED_ABOVE_REST)
        indices = np.arange(item.first, item.last)
        openings.append(np.array([seen.get(int(i), np.nan) for i in indices]))
        times = np.asarray((indices + 0.5) * 0.04 - begins_s, np.float64)
        command = (item.mouth @ openings_of_keys).astype(np.float64)
        wanted.append(np.stack([_at(command, times - lag / 1000) for lag in LAGS_MS]))
        reference = command if references is None else (references[number] @ openings_of_keys).astype(np.float64)
        asked.append(_at(reference, times))
    opening, commanded = np.concatenate(openings), np.concatenate(wanted, axis=1)
    by_lag = [correlation(opening, row) for row in commanded]
    zero = LAGS_MS.index(0)
    lag, best = _peak(by_lag)
    return LipFigures(
        sentences=len(said),
        seconds=sum(item.last - item.first for item in said) * 0.04,
        closures=tuple(closures),
        vowels_closed=float(np.mean(vowels)) if vowels else 0.0,
        correlation=by_lag[zero],
        lag_ms=lag,
        correlation_at_lag=best,
        by_sentence=float(np.median([correlation(o, w[zero]) for o, w in zip(openings, wanted, strict=True)])),
        reference=correlation(opening, np.concatenate(asked)),
    )


def key_openings(pack: AvatarPack) -> NDArray[np.float32]:
    """How far the reader sees each mouth key open, shape (keys,), over the distance of the eyes' outer corners.

    Read off the pack's own pictures, laid into its plate. The reader takes the tongue in a rounded mouth for the lip and sees
    ``oh``, ``oo`` and ``sh`` at half of what the mesh says (`gap_px`); a command told in its own terms is free of that.
    """
    landmarker = Landmarker()
    openings = np.zeros(len(pack.mouth.names), np.float32)
    box = pack.mouth.box
    for place, picture in enumerate(pack.mouth.pictures):
        whole = pack.plate.copy()
        whole[box.y0 : box.y1, box.x0 : box.x1] = picture
        faces = landmarker(whole)
        if not faces:
            raise ValueError(f"no face is found in the pack's key {pack.mouth.names[place]}")
        openings[place] = read_face(faces[0])[FIELDS.index("lip_gap")]
    openings -= openings[pack.mouth.index("rest")]
    return openings


def rest_gap(said: Sequence[Said], rows: FaceRows) -> float:
    """The face's own gap at rest: its median while nobody speaks, half a second and more after the last word."""
    quiet = np.ones(len(rows.index), bool)
    for item in said:
        quiet &= (rows.index < item.first) | (rows.index > item.last + 12)
    values = rows["lip_gap"][quiet]
    values = values[np.isfinite(values)]
    if len(values) < 10:
        raise ValueError("the show has no rest in it, by which closed lips could be told: let it idle first")
    return float(np.median(values))


def place_in(sound: Pcm, piece: Pcm, first_slice: int) -> int:
    """The sample of `sound` at which `piece` begins, looked for around the beginning of a Slice."""
    reach = round(_SEARCH_S * SAMPLE_RATE)
    start = first_slice * SLICE_SAMPLES - reach
    heard = np.zeros(len(piece) + 2 * reach)
    low, high = max(0, start), min(len(sound), start + len(heard))
    heard[low - start : high - start] = sound[low:high]
    size = 1 << (len(heard) + len(piece) - 1).bit_length()
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(piece.astype(np.float64), size))
    match = np.fft.irfft(spectrum, size)[: 2 * reach + 1]
    return start + int(np.argmax(match))


def correlation(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Pearson's, over what is finite in both; 0 where either stands still."""
    both = np.isfinite(a) & np.isfinite(b)
    a, b = a[both], b[both]
    if len(a) < 3 or a.std() < 1e-9 or b.std() < 1e-9:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def loudness_track(speech: Speech, energy: float = 0.5) -> Track:
    """The baseline: a jaw that follows the loudness of the audio, and knows of no sounds."""
    del energy
    frames = -(-len(speech.pcm) // SLICE_SAMPLES)
    padded = np.zeros(frames * SLICE_SAMPLES)
    padded[: len(speech.pcm)] = speech.pcm
    level = 20 * np.log10(np.sqrt(np.mean(padded.reshape(frames, -1) ** 2, axis=1)) + 1.0)
    share = np.clip((level - 45) / 30, 0, 1)
    track = np.zeros((frames, len(MOUTH_KEYS)), np.float32)
    track[:, MOUTH_KEYS.index("aa")] = share
    track[:, MOUTH_KEYS.index("rest")] = 1 - share
    return track


def _least(seen: dict[int, float], at_s: float) -> float:
    """The smallest gap in the pictures whose middle lies within the window."""
    first = int(np.ceil((at_s - CLOSURE_WINDOW_S) / 0.04 - 0.5 - 1e-9))
    last = int(np.floor((at_s + CLOSURE_WINDOW_S) / 0.04 - 0.5 + 1e-9))
    found = [seen[i] for i in range(first, last + 1) if i in seen and np.isfinite(seen[i])]
    return min(found, default=np.inf)


def _at(track: NDArray[np.float64], times_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """A track of 25 rows a second, row i at (i + 0.5) * 40 ms, read at any time; outside it the mouth is at rest."""
    return np.interp(times_s, (np.arange(len(track)) + 0.5) * 0.04, track, left=0.0, right=0.0)


def _peak(by_lag: Sequence[float]) -> tuple[float, float]:
    """Lag in ms and height of the maximum, between the grid's points by a parabola."""
    top = int(np.argmax(by_lag))
    lag = float(LAGS_MS[top])
    if 0 < top < len(by_lag) - 1:
        before, here, after = by_lag[top - 1 : top + 2]
        bend = before - 2 * here + after
        if bend < 0:
            shift = 0.5 * (before - after) / bend
            lag += 10 * float(np.clip(shift, -0.5, 0.5))
    return lag, float(by_lag[top])
