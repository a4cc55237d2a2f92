"""Whose voice it is: a speaker encoder that is not ours (Wan et al., "Generalized end-to-end loss for speaker verification", ICASSP 2018).

Only the weights of the package `Resemblyzer` are used, with our own front end: the package itself pulls in librosa, numba and a good
deal more. On the same speech both front ends gave the same embeddings (a product of 1.0000; with each side's own way of cutting
pauses 0.997).
"""

import importlib.util
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from numpy.typing import NDArray

from rtc.contract import SAMPLE_RATE

RATE: Final = 16_000
"""Of the encoder."""
Signal16 = NDArray[np.float32]

_WEIGHTS: Final = ("resemblyzer", "pretrained.pt")
_BANDS: Final = 40
_WINDOW: Final = 400
_HOP: Final = 160
_PARTIAL_FRAMES: Final = 160
_PARTIALS_A_SECOND: Final = 1.3
_LEAST_RMS: Final = 10 ** (-30 / 20)


def at_16k(pcm: NDArray[np.int16]) -> Signal16:
    """Convert 48 kHz PCM to the rate of the judges, full scale 1.0."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(pcm).reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate = SAMPLE_RATE
    pieces = [piece.to_ndarray()[0] for piece in resampler.resample(frame) + resampler.resample(None)]
    return np.concatenate(pieces).astype(np.float32)


def package_file(package: str, inside: str) -> Path | None:
    """Path of a file that an installed package ships; None where the package is absent. The package is not imported."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / inside
    return path if path.is_file() else None


def can_tell_voices() -> bool:
    """Whether the encoder's weights are installed."""
    return package_file(*_WEIGHTS) is not None


@lru_cache(maxsize=1)
def _mel_bank() -> NDArray[np.float64]:
    """Triangular filters of equal area on Slaney's mel scale, shape (40, 201)."""
    step, corner, log_step = 200 / 3, 1000.0, np.log(6.4) / 27
    top = corner / step + np.log(RATE / 2 / corner) / log_step
    mels = np.linspace(0, top, _BANDS + 2)
    above = corner * np.exp(log_step * (mels - corner / step))
    edges = np.where(mels < corner / step, mels * step, above)
    bins = np.linspace(0, RATE / 2, _WINDOW // 2 + 1)
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    bank: NDArray[np.float64] = np.maximum(0, np.minimum(rising, falling)) * (2 / (edges[2:] - edges[:-2]))[:, None]
    return bank


def _mel(signal: Signal16) -> NDArray[np.float32]:
    padded = np.pad(signal, _WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_WINDOW) / _WINDOW)
    power = np.abs(np.fft.rfft(frames * window, axis=1)) ** 2
    return (power @ _mel_bank().T).astype(np.float32)


def without_long_pauses(signal: Signal16, longest_seconds: float = 0.2) -> Signal16:
    """The speech with every pause cut to `longest_seconds`: the encoder was trained on such."""
    cell = RATE * 3 // 100
    cells = signal[: signal.size // cell * cell].reshape(-1, cell)
    power = np.mean(cells**2, axis=1)
    speaking = power > 10 ** (-35 / 10) * np.percentile(power, 95)
    quiet_run, kept = 0, []
    for loud in speaking.tolist():
        quiet_run = 0 if loud else quiet_run + 1
        kept.append(quiet_run * cell <= longest_seconds * RATE)
    return np.ascontiguousarray(cells[np.array(kept)].reshape(-1))


@lru_cache(maxsize=1)
def _encoder(path: Path) -> Any:
    import torch

    lstm, linear = torch.nn.LSTM(_BANDS, 256, 3, batch_first=True), torch.nn.Linear(256, 256)
    state = torch.load(path, map_location="cpu", weights_only=True)["model_state"]
    lstm.load_state_dict({key[5:]: value for key, value in state.items() if key.startswith("lstm.")})
    linear.load_state_dict({key[7:]: value for key, value in state.items() if key.startswith("linear.")})
    return lstm.eval(), linear.eval()


def speaker_embedding(signal: Signal16) -> NDArray[np.float64]:
    """Whose voice this is: a unit vector of 256; the dot product of two is their likeness."""
    import torch

    path = package_file(*_WEIGHTS)
    assert path is not None, "the package Resemblyzer is not installed"
    lstm, linear = _encoder(path)
    rms = float(np.sqrt(np.mean(signal**2)))
    mel = _mel(signal * np.float32(max(1.0, _LEAST_RMS / max(rms, 1e-9))))
    step = round(RATE / _PARTIALS_A_SECOND / _HOP)
    starts = range(0, max(1, len(mel) - _PARTIAL_FRAMES + step // 4 + 1), step)
    mel = np.pad(mel, ((0, max(0, starts[-1] + _PARTIAL_FRAMES - len(mel))), (0, 0)))
    with torch.inference_mode():
        parts = torch.from_numpy(np.stack([mel[start : start + _PARTIAL_FRAMES] for start in starts]))
        hidden = lstm(parts)[1][0][-1]
        vectors = torch.relu(linear(hidden))
        vectors = vectors / vectors.norm(dim=1, keepdim=True)
    mean: NDArray[np.float64] = vectors.mean(dim=0).numpy().astype(np.float64)
    return mean / np.linalg.norm(mean)
