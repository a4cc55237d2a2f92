"""Voices that cost nothing, for shows whose words do not matter or have been voiced before."""

from collections.abc import Sequence

import numpy as np

from render.contract import Emotion, Speech, WordSpan
from rtc.contract import SAMPLE_RATE

_SECONDS = 0.7


class ToneVoice:
    """Implements `render.contract.Voice` with a hum of 0.7 s, whatever the text."""

    name = "tone"
    languages = frozenset({"en", "zh"})

    async def speak(self, text: str, *, language: str, emotion: Emotion, energy: float) -> Speech:
        time = np.arange(round(_SECONDS * SAMPLE_RATE)) / SAMPLE_RATE
        pitch = 110 + 60 * np.sin(2 * np.pi * 1.3 * time) + sum(map(ord, text)) % 40
        phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
        sound = sum(np.sin(n * phase) / n for n in range(1, 9)) * (0.4 + 0.3 * np.sin(2 * np.pi * 4 * time))
        pcm = (5000 * sound).astype(np.int16)
        places = [i for i in range(len(text)) if text[i] != " " and (i == 0 or text[i - 1] == " ")]
        step = len(pcm) // max(1, len(places))
        words = tuple(
            WordSpan(first, len(text[first:].split(" ")[0]) + first, n * step, (n + 1) * step)
            for n, first in enumerate(places)
        )
        return Speech(pcm, words=words)

    async def close(self) -> None:
        pass


class ReplayedVoice:
    """Implements `render.contract.Voice` with speech that was made before, in its order."""

    name = "replayed"
    languages = frozenset({"en", "zh"})

    def __init__(self, speeches: Sequence[Speech]) -> None:
        self._left = list(speeches)

    async def speak(self, text: str, *, language: str, emotion: Emotion, energy: float) -> Speech:
        return self._left.pop(0)

    async def close(self) -> None:
        pass
