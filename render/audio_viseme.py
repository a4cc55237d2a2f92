"""A mouth from audio alone by fixed rules: what the network of `render.mouth_listener` is measured against.

It hears how loud a frame is, how open its vowel (energy around the first formant), how far forward (around the second) and whether
it hisses, and maps that to mouth keys by fixed rules; nothing is learnt. The jaw follows the voice well, hissing sounds and
rounded vowels roughly; p, b and m are guessed from short gaps and hums and often missed or confused with t, d, k and n.
No show uses it; `docs/lip-sync.md` has its figures. It is causal but for 72 ms.
"""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import MOUTH_KEYS
from render.mouth_weights import Track, finish
from rtc.contract import FRAME_RATE, SAMPLE_RATE, Pcm

_WINDOW: Final = 1536
"""32 ms, centred on the middle of a quarter frame."""
_PER_FRAME: Final = 4
LOOK_AHEAD_SECONDS: Final = 0.072
"""From the middle of a frame: the next frame's middle (smoothing, gaps) and half a window, rounded up."""

# Levels in dB of full scale per 32 ms, for speech at -16 LUFS (`render.loudness`).
_SILENT_DB: Final = -46.0
_LOUD_DB: Final = -17.0

# Band edges in Hz. First formant low (i, u) and high (a); second formant back (o, u) and front (e, i); hiss low (sh) and high (s).
_BANDS: Final[dict[str, tuple[float, float]]] = {
    "voice": (80, 4000),
    "hum": (80, 350),
    "low": (200, 480),
    "open": (560, 1150),
    "back": (650, 1250),
    "front": (1700, 2900),
    "hush": (2000, 4200),
    "hiss": (4600, 11000),
}


def audio_mouth_track(pcm: Pcm, energy: float = 0.5, *, frame_rate: float = FRAME_RATE, smile: float = 0.0) -> Track:
    """Mouth of every frame of `pcm`, levelled speech: shape (frames, 13), the format of `render.viseme.mouth_track`."""
    frames = int(-(-pcm.size * frame_rate // SAMPLE_RATE))
    if frames == 0:
        return np.zeros((0, len(MOUTH_KEYS)), np.float32)
    levels = _band_levels(pcm, frames, frame_rate)
    track = _weights({name: levels[:, i] for i, name in enumerate(_BANDS)}, energy)
    smooth = np.pad(track, ((1, 1), (0, 0)), mode="edge")
    track = 0.2 * smooth[:-2] + 0.6 * smooth[1:-1] + 0.2 * smooth[2:]
    return finish(track, smile)


@lru_cache(maxsize=1)
def _band_sums() -> NDArray[np.float64]:
    """Matrix that sums the bins of a window's power spectrum into bands, shape (bins, bands)."""
    frequency = np.fft.rfftfreq(_WINDOW, 1 / SAMPLE_RATE)
    columns = [(frequency >= low) & (frequency < high) for low, high in _BANDS.values()]
    return np.stack(columns, axis=1).astype(float)


def _band_levels(pcm: Pcm, frames: int, frame_rate: float) -> NDArray[np.float64]:
    """Level of each band in each frame, in dB, shape (frames, bands)."""
    moments = (np.arange(frames * _PER_FRAME) + 0.5) * SAMPLE_RATE / (frame_rate * _PER_FRAME)
    padded = np.pad(pcm.astype(np.float32) / 32768, (_WINDOW, 2 * _WINDOW + SAMPLE_RATE // 10))
    starts = (moments - _WINDOW / 2).astype(int) + _WINDOW
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[starts] * np.hanning(_WINDOW).astype(np.float32)
    power = np.abs(np.fft.rfft(windows, axis=1)) ** 2 / (_WINDOW * _WINDOW * 0.375 / 2)
    bands = (power @ _band_sums()).reshape(frames, _PER_FRAME, -1).mean(axis=1)
    levels: NDArray[np.float64] = 10 * np.log10(bands + 1e-9)
    return levels


def _ramp(value: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    result: NDArray[np.float64] = np.clip((value - low) / (high - low), 0, 1)
    return result


def _weights(level: dict[str, NDArray[np.float64]], energy: float) -> NDArray[np.float64]:
    """Rules from band levels to mouth keys, shape (frames, keys)."""
    track = np.zeros((level["voice"].size, len(MOUTH_KEYS)))
    put = {key: track[:, i] for i, key in enumerate(MOUTH_KEYS)}
    hissing = _ramp(np.maximum(level["hiss"], level["hush"]) - np.maximum(level["low"], level["open"]), 0, 8)
    sound = np.maximum(level["voice"], level["hiss"])
    present = _ramp(sound, _SILENT_DB, _SILENT_DB + 10)
    hushing = _ramp(level["hush"] - level["hiss"], -2, 8)
    hum = _ramp(level["hum"] - np.maximum(level["open"], level["front"]), 14, 24) * (1 - hissing)
    gap = _gaps(level["voice"]) * (1 - hissing)
    closed = np.maximum(hum, gap)

    effort = (0.75 + 0.35 * float(np.clip(energy, 0, 1))) * _ramp(level["voice"], _SILENT_DB + 6, _LOUD_DB)
    opening = np.clip(effort * (0.35 + 0.65 * _ramp(level["open"] - level["low"], -14, 4)), 0, 1)
    spread = _ramp(level["front"] - level["back"], -24, 0)

    vowel = present * (1 - hissing) * (1 - closed)
    wide = vowel * opening
    narrow = vowel * (1 - opening)
    put["aa"][:] = wide * _ramp(opening, 0.45, 0.85) * (1 - np.abs(2 * spread - 1))
    put["ah"][:] = wide * (1 - _ramp(opening, 0.45, 0.85)) * (1 - np.abs(2 * spread - 1))
    put["oh"][:] = wide * np.clip(1 - 2 * spread, 0, 1)
    put["eh"][:] = wide * np.clip(2 * spread - 1, 0, 1)
    voiced = _ramp(level["voice"], _SILENT_DB + 8, _SILENT_DB + 20)
    put["oo"][:] = narrow * voiced * 0.6 * np.clip(1 - 2 * spread, 0, 1)
    put["ee"][:] = narrow * voiced * 0.6 * np.clip(2 * spread - 1, 0, 1)
    put["s"][:] = present * hissing * (1 - hushing)
    put["sh"][:] = present * hissing * hushing
    put["mbp"][:] = present * (1 - hissing) * hum + (1 - present * (1 - hum)) * gap
    track /= np.maximum(1.0, track.sum(axis=1, keepdims=True))
    put["rest"][:] = 1 - track.sum(axis=1)
    return track


def _gaps(voice_db: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much each frame is a short dip between two louder ones: the closure of a stop, 0 to 1."""
    padded = np.pad(voice_db, 1, constant_values=-90.0)
    depth = np.minimum(padded[:-2], padded[2:]) - voice_db
    return _ramp(depth, 9, 18)
