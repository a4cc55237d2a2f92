"""The last gain before the viewers: muting without a click, and how loud what leaves is."""

import numpy as np

from rtc.contract import SAMPLE_RATE, Pcm

FADE_SAMPLES = SAMPLE_RATE * 20 // 1000
SILENCE_DB = -100.0


class Outgoing:
    """Fades all sound out and in again; belongs to the playout thread, `level_db` may be read anywhere."""

    def __init__(self) -> None:
        self._open = True
        self.level_db = SILENCE_DB

    def send(self, pcm: Pcm, *, silent: bool) -> Pcm:
        """The samples as they leave, same shape; a change fades over the first 20 ms."""
        if silent and not self._open:
            out = np.zeros_like(pcm)
        elif silent:
            out = fade_out(pcm)
        elif not self._open:
            out = fade_in(pcm)
        else:
            out = pcm
        self._open = not silent
        self.level_db = level_db(out)
        return out


def fade_out(pcm: Pcm) -> Pcm:
    """A raised-cosine fade over the first 20 ms, then silence."""
    out = np.zeros_like(pcm)
    out[:FADE_SAMPLES] = (pcm[:FADE_SAMPLES] * _RAMP[::-1]).astype(np.int16)
    return out


def fade_in(pcm: Pcm) -> Pcm:
    """A raised-cosine fade over the first 20 ms, then everything."""
    out = pcm.copy()
    out[:FADE_SAMPLES] = (pcm[:FADE_SAMPLES] * _RAMP).astype(np.int16)
    return out


def level_db(pcm: Pcm) -> float:
    """Mean power in dB of full scale (a sine at full scale: -3), -100 at least."""
    power = float(np.mean(np.square(pcm.astype(np.float32) / 32768))) if pcm.size else 0.0
    return max(SILENCE_DB, 10 * float(np.log10(power))) if power > 0 else SILENCE_DB


_RAMP = 0.5 * (1 - np.cos(np.linspace(0, np.pi, FADE_SAMPLES)))
