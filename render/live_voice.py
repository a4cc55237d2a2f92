"""A person's microphone made fit for the show: a gate against clicks and noise, a steady loudness, no clipping."""

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from render.loudness import TARGET_LUFS, Signal, limit, weighting_power
from rtc.contract import SAMPLE_RATE, SLICE_SAMPLES, SLICE_SECONDS

AHEAD_SAMPLES: Final = SAMPLE_RATE * 60 // 1000
"""What is heard in advance: enough to tell a click from a word, and for the limiter to close in time."""
_FRAME: Final = SAMPLE_RATE // 100
_FRAMES: Final = SLICE_SAMPLES // _FRAME
_CLICK_FRAMES: Final = 3
"""A sound that is over after 30 ms and follows silence is a key, a mouse, a tap on the desk: no syllable is so short."""
_LEAST_DB: Final = -52.0
"""Quieter is never speech, after the gain."""
_ABOVE_NOISE_DB: Final = 9.0
_NOISE_SLICES: Final = 50
"""The quietest moment of two seconds is the room: nobody speaks longer without a pause of 10 ms."""
_MOST_NOISE_DB: Final = -40.0
"""Louder is never taken for the room, after the gain: somebody holds a vowel."""
_HOLD_FRAMES: Final = 35
"""The ends of words and the pauses between them stay open."""
_CLOSED_GAIN: Final = 10 ** (-26 / 20)
_BLOCK_SLICES: Final = 10
"""Loudness is measured over 400 ms, as in BS.1770."""
_MEMORY_S: Final = 3.0
_MOST_GAIN_DB: Final = 27.0
_LEAST_GAIN_DB: Final = -18.0
_RISE_DB_S: Final = 4.0
_FALL_DB_S: Final = 15.0
_HASTE_S: Final = 2.0
"""The first seconds of speech, in which the gain may find its place faster."""
_START_GAIN_DB: Final = 6.0
"""Browsers bring a voice to about -22 LUFS by themselves."""
_CONTEXT: Final = SAMPLE_RATE * 20 // 1000


@dataclass(frozen=True, slots=True)
class VoiceSlice:
    """Forty milliseconds as they are sent."""

    signal: Signal
    """Shape (1920,), true peaks at most -1 dBTP."""
    speaking: bool
    """The gate is open in it."""


class LiveVoice:
    """Works on one Slice at a time and hears 60 ms ahead; the state is that of one person's stream."""

    def __init__(self, target_lufs: float = TARGET_LUFS) -> None:
        self._target = target_lufs
        self._gain_db = _START_GAIN_DB
        self._power: float | None = None
        self._spoken_s = 0.0
        self._quietest: deque[float] = deque(maxlen=_NOISE_SLICES)
        self._powers: deque[float] = deque(maxlen=_BLOCK_SLICES)
        self._open = 0
        """Frames for which the gate stays open."""
        self._gate = _CLOSED_GAIN
        self._before: Signal = np.zeros(_CONTEXT, np.float32)

    @property
    def gain(self) -> float:
        """Factor that brings the voice to its loudness."""
        return float(10 ** (self._gain_db / 20))

    def take(self, signal: Signal, ahead: Signal) -> VoiceSlice:
        """Process (1920,) samples in -1..1, given the (2880,) that follow."""
        levels = _frame_levels(np.concatenate([signal, ahead]))
        self._quietest.append(float(levels[:_FRAMES].min()))
        gates = self._gates(levels + np.float32(self._gain_db))
        speaking = bool((gates == 1.0).any())
        self._powers.append(weighting_power(signal))
        if speaking:
            self._learn()
        before, after = self._gain_db, self._next_gain_db()
        self._gain_db = after
        gain = 10 ** (np.linspace(before, after, SLICE_SAMPLES, endpoint=False, dtype=np.float32) / 20)
        raised = (signal * gain * self._smooth(gates)).astype(np.float32)
        follows = ahead[:_CONTEXT] * np.float32(10 ** (after / 20) * gates[-1])
        limited = limit(np.concatenate([self._before, raised, follows]))[_CONTEXT : _CONTEXT + SLICE_SAMPLES]
        self._before = raised[-_CONTEXT:]
        return VoiceSlice(np.clip(limited, -1.0, 1.0), speaking)

    def _gates(self, levels: NDArray[np.float32]) -> NDArray[np.float32]:
        """Gain of the gate in each frame of the Slice, shape (4,)."""
        gates = np.empty(_FRAMES, np.float32)
        noise_db = min(min(self._quietest) + self._gain_db, _MOST_NOISE_DB)
        threshold = max(_LEAST_DB, noise_db + _ABOVE_NOISE_DB)
        for frame in range(_FRAMES):
            loud = levels[frame : frame + 7] > threshold
            # What is open stays open for any sound; what is shut opens only for one that lasts.
            if (self._open and loud[0]) or int(loud.sum()) > _CLICK_FRAMES:
                self._open = _HOLD_FRAMES
            elif self._open:
                self._open -= 1
            gates[frame] = 1.0 if self._open else _CLOSED_GAIN
        return gates

    def _smooth(self, gates: NDArray[np.float32]) -> NDArray[np.float32]:
        """The gate's gain at each sample: it opens within a frame and shuts over three."""
        ends = [self._gate]
        for gate in gates:
            step = 1.0 if gate > ends[-1] else 1 / 3
            ends.append(ends[-1] + (float(gate) - ends[-1]) * step)
        self._gate = ends[-1]
        places = np.arange(SLICE_SAMPLES) / _FRAME
        return np.interp(places, np.arange(_FRAMES + 1), ends).astype(np.float32)

    def _learn(self) -> None:
        """Bring the mean loudness of what was said up to date, leaving out pauses as BS.1770 does (10 LU below)."""
        power = float(np.mean(self._powers))
        if power <= 0 or (self._power is not None and power < self._power / 10):
            return
        share = SLICE_SECONDS / min(_MEMORY_S, self._spoken_s + SLICE_SECONDS)
        self._power = power if self._power is None else self._power + (power - self._power) * share
        self._spoken_s += SLICE_SECONDS

    def _next_gain_db(self) -> float:
        if self._power is None:
            return self._gain_db
        measured = -0.691 + 10 * float(np.log10(self._power))
        wanted = float(np.clip(self._target - measured, _LEAST_GAIN_DB, _MOST_GAIN_DB))
        haste = 4.0 if self._spoken_s < _HASTE_S else 1.0
        step = wanted - self._gain_db
        return self._gain_db + float(np.clip(step, -_FALL_DB_S * SLICE_SECONDS, haste * _RISE_DB_S * SLICE_SECONDS))


def _frame_levels(signal: Signal) -> NDArray[np.float32]:
    """Mean power of each 10 ms in dB, without its offset."""
    frames = signal[: signal.size // _FRAME * _FRAME].reshape(-1, _FRAME)
    frames = frames - frames.mean(axis=1, keepdims=True)
    power = np.mean(np.square(frames), axis=1)
    return np.asarray(10 * np.log10(power + 1e-10), np.float32)
