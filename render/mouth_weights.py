"""One row of mouth weights a frame: what visemes give and the face takes."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import MOUTH_KEYS

Track = NDArray[np.float32]
"""Convex weights of the mouth keys, shape (frames, 13), rows sum to one."""

MOST_KEYS: Final = 4
_LEAST_WEIGHT: Final = 0.02
_REST: Final = MOUTH_KEYS.index("rest")
_MBP: Final = MOUTH_KEYS.index("mbp")
_FV: Final = MOUTH_KEYS.index("fv")
_SMILE: Final = MOUTH_KEYS.index("smile")

_OPENINGS: Final[dict[str, float]] = {
    "l": 0.4,
    "s": 0.15,
    "sh": 0.25,
    "ee": 0.3,
    "eh": 0.55,
    "ah": 0.7,
    "aa": 1.0,
    "oh": 0.75,
    "oo": 0.3,
    "fv": 0.08,
}


def opening(track: Track) -> Track:
    """How far the jaw is open in each frame, 0 (shut) to 1 (a wide "ah"), shape (frames,)."""
    return track @ np.array([_OPENINGS.get(key, 0.0) for key in MOUTH_KEYS], np.float32)


def lead_in(track: Track, frames: int = 2) -> Track:
    """Rows to show in the frames before a clause that begins from rest, shape (frames, 13): lips part before they sound.

    The mouth `left` frames (1 to `frames`) before the first sound is ``lead_in(track, frames)[-left]``.
    """
    return _from_rest(track[:1], frames)


def lead_out(track: Track, frames: int = 2) -> Track:
    """Rows to show in the frames after a clause that nothing follows, shape (frames, 13)."""
    return _from_rest(track[-1:], frames)[::-1]


def _from_rest(row: Track, frames: int) -> Track:
    rest = np.zeros((1, len(MOUTH_KEYS)), np.float32)
    rest[:, _REST] = 1.0
    if len(row) == 0:
        return np.repeat(rest, frames, axis=0)
    share = ((np.arange(frames) + 1) / (frames + 1)).astype(np.float32)[:, None]
    return finish(((1 - share) * rest + share * row).astype(np.float64), 0.0)


def finish(track: NDArray[np.float64], smile: float) -> Track:
    """Add the smile, keep the four largest weights of each row and make them sum to one."""
    if smile > 0:
        lips_free = 1 - track[:, _MBP] - track[:, _FV]
        share = np.clip(smile, 0, 1) * (0.15 * np.clip(lips_free, 0, 1) + 0.55 * track[:, _REST])
        track *= (1 - share)[:, None]
        track[:, _SMILE] += share
    if len(track):
        smallest = np.argpartition(track, -MOST_KEYS, axis=1)[:, :-MOST_KEYS]
        np.put_along_axis(track, smallest, 0.0, axis=1)
        track[track < _LEAST_WEIGHT] = 0.0
        track /= track.sum(axis=1, keepdims=True)
    return track.astype(np.float32)
