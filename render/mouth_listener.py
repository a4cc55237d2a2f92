"""A mouth from audio alone, by a small causal network: for voices that tell no phonemes and for a person speaking live.

The audio becomes a mel spectrum every 10 ms, relative to how loud the voice has been; a stack of dilated convolutions (the
"temporal convolutional network" of Bai, Kolter & Koltun, 2018) turns it into weights of the mouth keys; four of these make
one frame of video. The network was trained on speech whose phoneme times are known (`render.training`,
`docs/lip-sync.md`), to move as `render.viseme` moves with them. Here it is plain matrix products in numpy: no PyTorch is loaded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import MOUTH_KEYS
from render.mouth_weights import Track, finish
from rtc.contract import FRAME_RATE, SAMPLE_RATE, Pcm

Array = NDArray[np.float32]

HOP: Final = SAMPLE_RATE // 100
"""Samples between two spectra: 10 ms."""
WINDOW: Final = SAMPLE_RATE // 40
"""Samples in a spectrum: 25 ms, centred on the middle of its hop."""
BANDS: Final = 40
DELAY: Final = 5
"""Hops that the network hears beyond the one it answers for."""
_PER_FRAME: Final = SAMPLE_RATE // FRAME_RATE // HOP
_BEFORE: Final = (WINDOW - HOP) // 2
LOOK_AHEAD_SECONDS: Final = ((_PER_FRAME / 2 + DELAY) * HOP + _BEFORE) / SAMPLE_RATE
"""From the middle of a video frame to the last sample that its row needs: 77.5 ms."""
FORMAT: Final = "talkback-mouth-listener/1"

LOWEST_HZ: Final = 60.0
HIGHEST_HZ: Final = 7800.0
_FFT: Final = 2048
_FLOOR_POWER: Final = 1e-9
"""-90 dB: below the noise of any microphone, above that of 16 bits."""

START_DB: Final = -36.0
"""How loud a voice is taken to be before it is heard: rather too low (speech at -16 LUFS lies at -24), since the level soon rises."""
_LEAST_DB: Final = -58.0
_RELEASE_DB: Final = 0.03
"""Per hop (3 dB a second): how fast a loud moment is forgotten."""
_ATTACK: Final = 0.25
"""Share of the way to a louder level in one hop."""
_RANGE_DB: Final = 60.0

_QUIET_DB: Final = -66.0
_QUIET_HOPS: Final = 30
"""Longer than any closure of the lips: after so much silence the mouth is at rest, whatever the network says."""

_REST: Final = MOUTH_KEYS.index("rest")
_CLOSURES: Final = (MOUTH_KEYS.index("mbp"), MOUTH_KEYS.index("fv"))
_VOWELS: Final = [MOUTH_KEYS.index(key) for key in ("ee", "eh", "ah", "aa", "oh", "oo")]


_SHOWN: Final = 0.3
"""A closure that reaches this much for 10 ms fills its whole frame: at 25 frames a second a p may last for one only."""


class WeightsError(ValueError):
    """A file of weights that can not be used; says which file and why."""


@lru_cache(maxsize=1)
def mel_filters() -> Array:
    """Triangular filters, equally wide on the mel scale (O'Shaughnessy 1987), shape (bins, bands), each summing to one."""
    low, high = (2595 * np.log10(1 + hertz / 700) for hertz in (LOWEST_HZ, HIGHEST_HZ))
    edges = 700 * (10 ** (np.linspace(low, high, BANDS + 2) / 2595) - 1)
    hertz = np.fft.rfftfreq(_FFT, 1 / SAMPLE_RATE)[:, None]
    rising = (hertz - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - hertz) / (edges[2:] - edges[1:-1])
    filters = np.clip(np.minimum(rising, falling), 0, None)
    result: Array = (filters / filters.sum(axis=0)).astype(np.float32)
    return result


@lru_cache(maxsize=1)
def _hann() -> Array:
    return np.hanning(WINDOW + 2)[1:-1].astype(np.float32)


def mel_power(windows: Array) -> Array:
    """Mean power in each mel band, shape (windows, bands), from windows of shape (windows, `WINDOW`) in -1 to 1.

    A sine at full scale has power 1 spread over the bins of its band's window.
    """
    spectrum = np.fft.rfft(windows * _hann(), _FFT, axis=1)
    power = (spectrum.real**2 + spectrum.imag**2) * np.float32(4 / float(_hann().sum()) ** 2)
    result: Array = (power.astype(np.float32)) @ mel_filters()
    return result


def level_db(power: Array) -> Array:
    """How loud each spectrum is in dB, about the mean power of its window in dB of full scale; shape (..., 1) gone."""
    widths = _band_bins()
    total: Array = 10 * np.log10(power @ widths + _FLOOR_POWER)
    return total


@lru_cache(maxsize=1)
def _band_bins() -> Array:
    """What turns band means into the power of the window: bins a band counts for, over the window's noise bandwidth."""
    filters = mel_filters()
    bins = 1 / filters.max(axis=0)
    # A sine fills the window's main lobe: the equivalent noise bandwidth of a Hann window is 1.5 bins of its own length.
    result: Array = (bins / (2 * 1.5 * _FFT / WINDOW)).astype(np.float32)
    return result


class LevelTracker:
    """How loud the voice has been lately: rises within 40 ms, falls by 3 dB a second. Holds any number of voices at once."""

    def __init__(self, start_db: Array | float = START_DB) -> None:
        self._level = np.asarray(start_db, np.float32)

    def follow(self, loudness_db: Array) -> Array:
        """Level at each hop; time is the first axis of `loudness_db`, further axes are voices. Same shape."""
        levels = np.empty_like(loudness_db)
        level = self._level
        for place, now in enumerate(loudness_db):
            louder = np.maximum(now - level, 0)
            level = np.maximum(level + np.where(louder > 0, _ATTACK * louder, -_RELEASE_DB), _LEAST_DB)
            levels[place] = level
        self._level = level
        return levels


def features(power: Array, levels: Array) -> Array:
    """What the network hears: band levels in tens of dB against the voice's level, -1 to 6, shape (hops, bands)."""
    decibels = 10 * np.log10(power + _FLOOR_POWER) - levels[..., None]
    result: Array = np.clip(decibels / 10 + 5.0, 5.0 - _RANGE_DB / 10, 6.0).astype(np.float32)
    return result


@dataclass(frozen=True, slots=True)
class _Block:
    dilation: int
    taps: Array
    """Shape (3 * channels, channels): two dilations back, one, now."""
    bias: Array
    mix: Array
    mix_bias: Array


class MouthNetwork:
    """The trained network, in numpy. It holds no state of a stream, so that one can serve many."""

    def __init__(self, tensors: Mapping[str, Array], metadata: Mapping[str, str], origin: str = "the weights") -> None:
        """Check and take the weights; raises `WeightsError`."""
        _check_metadata(metadata, origin)
        dilations = _dilations(metadata, origin)
        take = _Taker(tensors, origin)
        self.channels = take.columns("input.weight", BANDS)
        size = self.channels
        self._input = take("input.weight", (BANDS, size)), take("input.bias", (size,))
        self._blocks = tuple(
            _Block(
                dilation,
                take(f"blocks.{place}.taps", (3 * size, size)),
                take(f"blocks.{place}.bias", (size,)),
                take(f"blocks.{place}.mix", (size, size)),
                take(f"blocks.{place}.mix_bias", (size,)),
            )
            for place, dilation in enumerate(dilations)
        )
        self._head = take("head.weight", (size, len(MOUTH_KEYS))), take("head.bias", (len(MOUTH_KEYS),))
        take.nothing_left()

    @classmethod
    def load(cls, path: Path | None = None) -> "MouthNetwork":
        """Read a safetensors file, by default the packaged one; raises `WeightsError`."""
        return _packaged() if path is None else _load(path)

    def memory(self) -> list[Array]:
        """What a stream remembers before its first sample: the blocks' past inputs, each (2 * dilation, channels)."""
        return [np.zeros((2 * block.dilation, self.channels), np.float32) for block in self._blocks]

    def run(self, heard: Array, memory: list[Array]) -> Array:
        """Weights of the mouth keys, shape (hops, 13), from features (hops, bands); brings `memory` up to date.

        Row k answers for the hop `DELAY` before hop k.
        """
        hops = len(heard)
        weight, bias = self._input
        x = np.maximum(heard @ weight + bias, 0)
        for place, block in enumerate(self._blocks):
            past = np.concatenate([memory[place], x])
            memory[place] = past[hops:]
            step = block.dilation
            seen = np.concatenate([past[:hops], past[step : step + hops], x], axis=1)
            x = x + np.maximum(seen @ block.taps + block.bias, 0) @ block.mix + block.mix_bias
        weight, bias = self._head
        scores = x @ weight + bias
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        result: Array = scores / scores.sum(axis=1, keepdims=True)
        return result


class MouthListener:
    """Turns a stream of speech into mouth rows, each as soon as it can be known.

    Row i is the mouth at the middle of video frame i (40 ms), counted from the first sample; it needs the audio up to
    `LOOK_AHEAD_SECONDS` after that moment, whatever the size of the pieces that are fed. One listener hears one stream.
    """

    def __init__(self, network: MouthNetwork | None = None, *, energy: float = 0.5, smile: float = 0.0) -> None:
        self._network = MouthNetwork.load() if network is None else network
        self.energy = energy
        """0 (calm) to 1 (lively): how far the mouth opens; may be set at any time."""
        self.smile = smile
        self.restart()

    def restart(self) -> None:
        """Forget what was heard: the next sample is the first of a new stream."""
        self._pcm = np.zeros(_BEFORE, np.float32)
        self._memory = self._network.memory()
        self._tracker = LevelTracker()
        self._unheard = DELAY
        self._quiet_hops = _QUIET_HOPS
        self._answers = np.zeros((0, len(MOUTH_KEYS)), np.float32)
        self._last = dict.fromkeys(_CLOSURES, 0.0)
        """Closures in the last answer that went into a row."""
        self._samples = 0
        self._given = 0

    def feed(self, pcm: Pcm) -> Track:
        """Hear samples (48 kHz, int16, any number of them) and give the rows that are ready now, shape (rows, 13)."""
        self._samples += pcm.size
        self._pcm = np.concatenate([self._pcm, pcm.astype(np.float32) / 32768])
        hops = max(0, (self._pcm.size - WINDOW) // HOP + 1)
        if hops:
            windows = np.lib.stride_tricks.sliding_window_view(self._pcm, WINDOW)[: hops * HOP : HOP]
            power = mel_power(windows)
            self._pcm = self._pcm[hops * HOP :]
            loudness = level_db(power)
            answers = self._network.run(features(power, self._tracker.follow(loudness)), self._memory)
            self._rest_when_quiet(answers, loudness)
            fresh = min(self._unheard, hops)
            self._unheard -= fresh
            self._answers = np.concatenate([self._answers, answers[fresh:]])
        return self._rows(len(self._answers) // _PER_FRAME)

    def end(self) -> Track:
        """Give a row for every frame begun that has none yet, as if silence followed; the listener is then as new."""
        owed = -(-self._samples * FRAME_RATE // SAMPLE_RATE) - self._given
        rows = self.feed(np.zeros(WINDOW + (DELAY + _PER_FRAME) * HOP, np.int16))[:owed]
        self.restart()
        return rows

    def _rest_when_quiet(self, answers: Array, loudness_db: Array) -> None:
        for answer, loudness in zip(answers, loudness_db, strict=True):
            self._quiet_hops = self._quiet_hops + 1 if loudness < _QUIET_DB else 0
            if self._quiet_hops > _QUIET_HOPS:
                answer[:] = 0
                answer[_REST] = 1

    def _rows(self, count: int) -> Track:
        """Make `count` rows of four answers each: their mean, but a closure that culminates among them is shown in full."""
        hops = self._answers[: count * _PER_FRAME].reshape(count, _PER_FRAME, len(MOUTH_KEYS)).astype(np.float64)
        self._answers = self._answers[count * _PER_FRAME :]
        track = hops.mean(axis=1)
        for key in _CLOSURES:
            wanted = track[:, key].copy()
            for row, values in enumerate(hops[:, :, key]):
                most = int(values.argmax())
                before = values[most - 1] if most else self._last[key]
                if values[most] >= max(_SHOWN, before):
                    wanted[row] = values[most]
                self._last[key] = values[-1]
            track *= ((1 - wanted) / np.maximum(1 - track[:, key], 1e-9))[:, None]
            track[:, key] = wanted
        _open(track, self.energy)
        self._given += count
        return finish(track, self.smile)


def heard_mouth_track(pcm: Pcm, energy: float = 0.5, *, smile: float = 0.0) -> Track:
    """Mouth of every frame begun of a whole clause at 48 kHz: shape (frames, 13), as `render.viseme.mouth_track` gives."""
    listener = MouthListener(energy=energy, smile=smile)
    return np.concatenate([listener.feed(pcm), listener.end()])


def _open(track: NDArray[np.float64], energy: float) -> None:
    """Let vowels open as far as `render.viseme` does at this energy; the network learnt them at 0.5."""
    effort = (0.82 + 0.3 * min(1.0, max(0.0, energy))) / 0.97
    vowels = track[:, _VOWELS]
    room = vowels.sum(axis=1) + track[:, _REST]
    wider = np.minimum(effort, room / np.maximum(vowels.sum(axis=1), 1e-9))
    track[:, _VOWELS] = vowels * wider[:, None]
    track[:, _REST] = room - track[:, _VOWELS].sum(axis=1)


class _Taker:
    """Hands out tensors and complains about those that are missing, misshapen, broken or unknown."""

    def __init__(self, tensors: Mapping[str, Array], origin: str) -> None:
        self._left = dict(tensors)
        self._origin = origin

    def columns(self, name: str, rows: int) -> int:
        shape = self._left[name].shape if name in self._left else ()
        if len(shape) != 2 or shape[0] != rows or shape[1] < 1:
            raise WeightsError(f"{self._origin}: {name} should have the shape ({rows}, channels), but has {shape}")
        return int(shape[1])

    def __call__(self, name: str, shape: Sequence[int]) -> Array:
        tensor = self._left.pop(name, None)
        if tensor is None:
            raise WeightsError(f"{self._origin}: {name} is missing")
        if tensor.shape != tuple(shape):
            raise WeightsError(f"{self._origin}: {name} should have the shape {tuple(shape)}, but has {tensor.shape}")
        if not np.issubdtype(tensor.dtype, np.floating) or not np.isfinite(tensor).all():
            raise WeightsError(f"{self._origin}: {name} holds values that are not finite numbers")
        return np.ascontiguousarray(tensor, np.float32)

    def nothing_left(self) -> None:
        if self._left:
            raise WeightsError(f"{self._origin}: holds tensors of another network: {', '.join(sorted(self._left))}")


def _check_metadata(metadata: Mapping[str, str], origin: str) -> None:
    wanted = {"format": FORMAT, "keys": " ".join(MOUTH_KEYS), "delay": str(DELAY), "bands": str(BANDS)}
    for name, value in wanted.items():
        if metadata.get(name) != value:
            found = metadata.get(name)
            raise WeightsError(
                f"{origin}: {name} should be {value!r}, but is {found!r}; train it again for this version"
            )


def _dilations(metadata: Mapping[str, str], origin: str) -> list[int]:
    try:
        dilations = [int(value) for value in metadata["dilations"].split()]
    except (KeyError, ValueError) as error:
        raise WeightsError(f"{origin}: dilations should be whole numbers, one a block") from error
    if not dilations or min(dilations) < 1 or max(dilations) > 256:
        raise WeightsError(f"{origin}: dilations should lie between 1 and 256, but are {dilations}")
    return dilations


@lru_cache(maxsize=1)
def _packaged() -> MouthNetwork:
    with resources.as_file(resources.files("render") / "weights" / "mouth_listener.safetensors") as path:
        return _load(path)


def _load(path: Path) -> MouthNetwork:
    import safetensors

    try:
        with safetensors.safe_open(str(path), framework="numpy") as file:
            metadata: dict[str, str] = file.metadata() or {}
            tensors: dict[str, Any] = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no dict)
    except (OSError, safetensors.SafetensorError) as error:
        raise WeightsError(f"{path} can not be read as safetensors: {error}") from error
    return MouthNetwork(tensors, metadata, str(path))
