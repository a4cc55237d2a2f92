"""The pauses within a clause, made longer or shorter where the voice made them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from render.voices.phoneme_spans import Segment

_SHORTEST_SECONDS: Final = 0.04
_LONGEST_SECONDS: Final = 0.9
_FADE_SECONDS: Final = 0.008


def stretch_pauses(
    audio: NDArray[np.float32], segments: Sequence[Segment], factor: float, rate: int
) -> tuple[NDArray[np.float32], list[Segment]]:
    """Audio and segments with every pause between two phonemes `factor` times as long (40 to 900 ms at the most).

    A pause is cut or lengthened in its middle, with a fade of 8 ms on both sides, so that the sounds around it keep their ends.
    """
    if abs(factor - 1) < 0.02:
        return audio, list(segments)
    pieces: list[NDArray[np.float32]] = []
    moved: list[Segment] = []
    taken, shift = 0, 0.0
    for index, item in enumerate(segments):
        inner = not item.symbol and 0 < index < len(segments) - 1
        length = item.end - item.start
        wanted = length
        if inner and length > _SHORTEST_SECONDS:
            wanted = min(max(length * factor, _SHORTEST_SECONDS), max(length, _LONGEST_SECONDS))
        if wanted != length:
            kept = min(length, wanted) / 2
            head, tail = round((item.start + kept) * rate), round((item.end - kept) * rate)
            added = max(0, round((wanted - length) * rate))
            pieces += [_faded(audio[taken:head], rate, last=True), np.zeros(added, np.float32)]
            taken = tail
            rest = audio[tail:]
            audio = np.concatenate([audio[:tail], _faded(rest, rate, last=False)])
            change = (head - round(item.start * rate) + added + round(item.end * rate) - tail) / rate - length
        else:
            change = 0.0
        moved.append(replace(item, start=item.start + shift, end=item.end + shift + change))
        shift += change
    pieces.append(audio[taken:])
    return np.concatenate(pieces), moved


def _faded(piece: NDArray[np.float32], rate: int, *, last: bool) -> NDArray[np.float32]:
    size = min(round(_FADE_SECONDS * rate), piece.size)
    ramp = (0.5 - 0.5 * np.cos(np.pi * (np.arange(size) + 0.5) / max(1, size))).astype(np.float32)
    faded = piece.copy()
    if last:
        faded[faded.size - size :] *= ramp[::-1]
    else:
        faded[:size] *= ramp
    return faded
