"""Does the host live? Blinks, glances, the head and sameness, read off received pictures, beside what people do.

The ranges are wide on purpose: they are where living people are found, not where this host happens to lie.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from rtc.contract import SLICE_SAMPLES, Picture, Slice
from rtc.settings import VideoSettings
from tests.perception.face_reading import FaceRows
from tests.perception.received_stream import Received, ReceivedStream

FRAME_S: Final = 0.040
_SHUT: Final = 0.5
"""A blink is a dip of the lids' gap below this share of how far they are open around it; its length is taken there."""
_SACCADE: Final = 0.016
"""Least jump of the irises, over the width of the eye: 3 degrees, by the reader's answer of 0.067 to a gaze of 13 degrees on
the demo host. Its noise between two pictures is 0.001."""
_AT_VIEWER: Final = 1.5 * _SACCADE


@dataclass(frozen=True, slots=True)
class Range:
    """Where people are found, and who looked."""

    name: str
    unit: str
    low: float
    high: float
    source: str

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


_BENTIVOGLIO: Final = "Bentivoglio et al. 1997, Mov. Disord. 12:1028: mean 17 at rest, 26 in conversation, 4.5 reading"
_LEE: Final = "Lee, Badler & Badler 2002, ACM Trans. Graph. 21:637: from the lengths of gaze at and away, 14 listening, 30 talking"
_ARGYLE: Final = "Argyle & Ingham 1972, Semiotica 6:32: 75 % listening, 41 % talking to a person; Rogers et al. 2018, Sci. Rep. 8:4271"
_HADAR: Final = (
    "Hadar et al. 1983, Lang. Speech 26:117: in speech the head moves nearly without pause, mostly by some degrees"
)
RANGES: Final[dict[str, Range]] = {
    r.name: r
    for r in (
        Range("blinks, idle", "/min", 8, 30, _BENTIVOGLIO),
        Range("blinks, talking", "/min", 13, 45, _BENTIVOGLIO),
        Range("variation of blink intervals", "", 0.4, 1.5, "a metronome has 0, chance alone (Poisson) 1"),
        Range(
            "length of a blink",
            "ms",
            80,
            300,
            "Caffier et al. 2003, Eur. J. Appl. Physiol. 89:319: 200 ms; VanderWerf et al. 2003",
        ),
        Range("gaze shifts, idle", "/min", 7, 60, _LEE),
        Range("gaze shifts, talking", "/min", 10, 90, _LEE),
        Range("gaze at the viewer, idle", "share", 0.6, 0.98, _ARGYLE),
        Range("gaze at the viewer, talking", "share", 0.4, 0.98, _ARGYLE),
        Range("head yaw, talking", "° SD", 0.5, 8.0, _HADAR),
        Range("head pitch, talking", "° SD", 0.5, 8.0, _HADAR),
        Range("head roll, talking", "° SD", 0.3, 6.0, _HADAR),
        Range("head still for longest, talking", "s", 0.0, 2.0, _HADAR),
    )
}
"""Half to twice what was found in people, and somewhat more where people differ much."""


@dataclass(frozen=True, slots=True)
class Blink:
    """One closure of the lids."""

    at_s: float
    seconds: float
    """Between the crossings of half-way shut, between pictures by interpolation."""


@dataclass(frozen=True, slots=True)
class LifeFigures:
    """The result; `values` by the names of `RANGES`."""

    seconds: float
    values: dict[str, float]
    blinks: tuple[Blink, ...]
    same: "Sameness | None"

    def shortfalls(self) -> list[str]:
        """What lies outside its range, in words; empty when all is well."""
        found = [
            f"{name}: {value:.2f} {RANGES[name].unit} is outside {RANGES[name].low:g}–{RANGES[name].high:g}"
            for name, value in self.values.items()
            if not RANGES[name].holds(value)
        ]
        if self.same is not None and self.same.identical:
            first, second = self.same.pair_s
            found.append(f"the seconds at {first:.1f} s and {second:.1f} s are the same")
        return found


def measure_life(
    rows: FaceRows, talking: NDArray[np.bool_], same: "Sameness | None" = None, *, short: bool = False
) -> LifeFigures:
    """`talking`: shape (n,), whether a Line is heard in each row. `short`: too little time for rates of talk and of rest."""
    blinks = find_blinks(rows)
    values: dict[str, float] = {}
    intervals = np.diff([b.at_s for b in blinks])
    shifts, at_viewer = gaze_shifts(rows)
    for state, chosen in (("idle", ~talking), ("talking", talking)):
        minutes = chosen.sum() * FRAME_S / 60
        if minutes * 60 < 10:
            continue
        inside = {int(index) for index in rows.index[chosen]}
        values[f"blinks, {state}"] = sum(round(b.at_s / FRAME_S) in inside for b in blinks) / minutes
        values[f"gaze shifts, {state}"] = sum(int(index) in inside for index in shifts) / minutes
        values[f"gaze at the viewer, {state}"] = float(at_viewer[chosen].mean())
    if len(intervals) > 3:
        values["variation of blink intervals"] = float(intervals.std() / intervals.mean())
    if blinks:
        values["length of a blink"] = float(np.median([b.seconds for b in blinks])) * 1000
    if talking.sum() * FRAME_S >= 10:
        for angle in ("yaw", "pitch", "roll"):
            values[f"head {angle}, talking"] = float(np.nanstd(rows[angle][talking]))
        values["head still for longest, talking"] = longest_still(rows, talking)
    if short:  # half a minute holds too few blinks and glances for rates
        values = {name: value for name, value in values.items() if name in _SOON_KNOWN}
    return LifeFigures(len(rows.index) * FRAME_S, values, tuple(blinks), same)


_SOON_KNOWN: Final = frozenset(
    {
        "length of a blink",
        "head yaw, talking",
        "head pitch, talking",
        "head roll, talking",
        "head still for longest, talking",
    }
)


def find_blinks(rows: FaceRows) -> list[Blink]:
    """Dips of the lids' gap below half of what it is around them."""
    gap = _filled(rows["lid_gap"])
    open_gap = _running(gap, 75, 80)
    share = gap / open_gap
    blinks = []
    below = share < _SHUT
    starts = np.flatnonzero(below[1:] & ~below[:-1]) + 1
    for start in starts:
        end = start
        while end < len(share) and below[end]:
            end += 1
        if end >= len(share) or share[start:end].min() > 0.45:
            continue
        down = start - 1 + (share[start - 1] - _SHUT) / (share[start - 1] - share[start])
        up = end - 1 + (_SHUT - share[end - 1]) / (share[end] - share[end - 1])
        blinks.append(Blink((rows.index[0] + start) * FRAME_S, float(up - down) * FRAME_S))
    return blinks


def gaze_shifts(rows: FaceRows) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Slices in which the eyes jump, and whether they look at the viewer in each row.

    Eyes are read while the lids are open. They count as looking at the viewer while the irises, and the head's turn taken off,
    lie near where they lie most.
    """
    lids = _filled(rows["lid_gap"])
    is_open = lids > 0.75 * _running(lids, 75, 80)
    x, y = _filled(np.where(is_open, rows["gaze_x"], np.nan)), _filled(np.where(is_open, rows["gaze_y"], np.nan))
    smooth_x, smooth_y = _median(x, 3), _median(y, 3)
    step = np.hypot(smooth_x[2:] - smooth_x[:-2], smooth_y[2:] - smooth_y[:-2])
    jumps: list[int] = []
    for at in np.flatnonzero(step > _SACCADE):
        if not jumps or at - jumps[-1] > 3:
            jumps.append(int(at))
    away = np.hypot(smooth_x - np.median(smooth_x), smooth_y - np.median(smooth_y))
    return rows.index[np.array(jumps, int) + 1] if jumps else np.zeros(0, np.int64), away < _AT_VIEWER


def longest_still(rows: FaceRows, talking: NDArray[np.bool_]) -> float:
    """The longest time for which a talking head turns by less than 0.15 degrees about every axis."""
    angles = np.stack([_median(_filled(rows[angle]), 5) for angle in ("yaw", "pitch", "roll")])
    longest, start = 0, 0
    for end in range(angles.shape[1]):
        if not talking[end]:
            start = end + 1
            continue
        while start < end and bool(np.any(np.ptp(angles[:, start : end + 1], axis=1) >= 0.15)):
            start += 1
        longest = max(longest, end - start)
    return longest * FRAME_S


# ---- sameness ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sameness:
    """The two most alike seconds of an idle stretch that do not overlap."""

    distance: float
    """Mean over the second of the mean absolute difference of the pictures, in grey levels."""
    pair_s: tuple[float, float]
    noise: float
    """The same distance for a second that was really shown twice: what the encoder alone makes of it."""

    @property
    def identical(self) -> bool:
        return self.distance <= 1.3 * self.noise


@dataclass(slots=True)
class SmallPictures:
    """A watcher that keeps the face and shoulders of every picture at an eighth of the size."""

    index: list[int] = field(default_factory=list)
    _kept: list[NDArray[np.uint8]] = field(default_factory=list)

    def __call__(self, received: Received) -> None:
        luma = received.luma()
        height, width = luma.shape
        part = luma[height // 10 : height * 7 // 10]
        small = cv2.resize(part, (width // 8, part.shape[0] // 8), interpolation=cv2.INTER_AREA)
        self.index.append(received.index)
        self._kept.append(np.asarray(small, np.uint8))

    def array(self, wanted: NDArray[np.bool_] | None = None) -> NDArray[np.uint8]:
        """Shape (n, height, width); of the pictures `wanted`, all by default."""
        pictures = np.stack(self._kept)
        return pictures if wanted is None else pictures[wanted]


def most_alike(stretches: Sequence[tuple[int, NDArray[np.uint8]]], noise: float) -> Sameness:
    """Compare every second with every later one, at every shift of one picture.

    `stretches`: (first Slice, pictures (n, height, width)) of unbroken idle time.
    """
    pictures = np.concatenate([p for _, p in stretches]).reshape(sum(len(p) for _, p in stretches), -1)
    index = np.concatenate([np.arange(first, first + len(p)) for first, p in stretches])
    # A random projection keeps distances (Johnson & Lindenstrauss 1984) well enough to find the candidates; those are compared exactly.
    random = np.random.default_rng(0)
    signs = random.standard_normal((pictures.shape[1], 48)).astype(np.float32) / np.sqrt(48)
    low = (pictures.astype(np.float32) - pictures[0].astype(np.float32)) @ signs
    squares = (low**2).sum(1)
    count = len(low)
    best: list[tuple[float, int, int]] = []
    for shift in range(25, count - 25):
        frame = squares[:-shift] + squares[shift:] - 2 * (low[:-shift] * low[shift:]).sum(1)
        total = np.cumsum(np.concatenate([[0.0], np.maximum(frame, 0)]))
        second = total[25:] - total[:-25]
        whole = (index[24:][: len(second)] - index[: len(second)] == 24) & (
            index[shift + 24 :][: len(second)] - index[shift:][: len(second)] == 24
        )
        second = np.where(whole, second, np.inf)
        at = int(np.argmin(second))
        best.append((float(second[at]), at, at + shift))
    best.sort()
    exact = []
    for _, a, b in best[:40]:
        difference = np.abs(pictures[a : a + 25].astype(np.int16) - pictures[b : b + 25]).mean()
        exact.append((float(difference), float(index[a]) * FRAME_S, float(index[b]) * FRAME_S))
    distance, first, second_at = min(exact)
    return Sameness(distance, (first, second_at), noise)


def coding_noise(pictures: Sequence[Picture]) -> float:
    """How far the same second lies from itself when it is shown again later, in grey levels: what the encoder alone makes of it.

    `pictures`: two seconds and more of I420 pictures, which are coded and decoded twice in one stream.
    """
    small = SmallPictures()
    settings = VideoSettings(width=pictures[0].shape[1], height=pictures[0].shape[0] * 2 // 3)
    stream = ReceivedStream(small, settings)
    for index, picture in enumerate([*pictures, *pictures]):
        stream.push(Slice(index, picture, np.zeros(SLICE_SAMPLES, np.int16), 0), 0.0)
    stream.close()
    shown = small.array()
    # the first second of a stream is coded worse than any other
    first, again = shown[25 : len(pictures)], shown[len(pictures) + 25 :]
    return float(np.abs(first.astype(np.int16) - again).mean())


@dataclass(slots=True)
class KeptPictures:
    """A watcher that keeps the whole pictures of a stretch."""

    first: int
    last: int
    pictures: list[Picture] = field(default_factory=list)

    def __call__(self, received: Received) -> None:
        if self.first <= received.index < self.last:
            self.pictures.append(received.picture.copy())


# ---- series --------------------------------------------------------------------------------------------------


def _filled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gaps closed by straight lines."""
    known = np.isfinite(values)
    if not known.any():
        raise ValueError("no face was found in any picture")
    places = np.arange(len(values))
    return np.interp(places, places[known], values[known])


def _running(values: NDArray[np.float64], half: int, percentile: float) -> NDArray[np.float64]:
    """A percentile over `half` rows to either side."""
    padded = np.pad(values, half, mode="reflect" if len(values) > half else "edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1)
    return np.asarray(np.percentile(windows, percentile, axis=1))


def _median(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    padded = np.pad(values, width // 2, mode="edge")
    return np.asarray(np.median(np.lib.stride_tricks.sliding_window_view(padded, width), axis=1))
