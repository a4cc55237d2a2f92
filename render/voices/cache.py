"""Lines that are said again and again, kept as they were said."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from render.contract import Emotion, Speech, Voice

_MOST_BYTES: Final = 24 * 1024 * 1024
"""About four minutes of speech."""
_SPAN_BYTES: Final = 120
"""Rough size of one phoneme or word span in memory."""

_Key = tuple[str, str, Emotion, int]


class CachedVoice:
    """A voice that remembers; beyond `most_bytes` the lines not heard for longest are forgotten.

    `allowed` is called before every line, a remembered one too, and raises `VoiceError` where the voice may not be used.
    """

    def __init__(
        self, voice: Voice, most_bytes: int = _MOST_BYTES, *, allowed: Callable[[], object] = lambda: None
    ) -> None:
        self._voice = voice
        self._allowed = allowed
        self._most_bytes = most_bytes
        self._kept: OrderedDict[_Key, Speech] = OrderedDict()
        self._bytes = 0

    @property
    def name(self) -> str:
        return self._voice.name

    @property
    def languages(self) -> frozenset[str]:
        return self._voice.languages

    @property
    def kept_bytes(self) -> int:
        """Memory held by remembered lines."""
        return self._bytes

    async def speak(self, text: str, *, language: str, emotion: Emotion, energy: float) -> Speech:
        self._allowed()
        key = (text, language, emotion, round(energy * 10))
        known = self._kept.get(key)
        if known is not None:
            self._kept.move_to_end(key)
            return known
        speech = await self._voice.speak(text, language=language, emotion=emotion, energy=energy)
        self._keep(key, speech)
        return speech

    async def close(self) -> None:
        self._kept.clear()
        self._bytes = 0
        await self._voice.close()

    def _keep(self, key: _Key, speech: Speech) -> None:
        if key in self._kept:  # two asked at once
            self._bytes -= _size(self._kept.pop(key))
        self._kept[key] = speech
        self._bytes += _size(speech)
        while self._bytes > self._most_bytes:
            _, forgotten = self._kept.popitem(last=False)
            self._bytes -= _size(forgotten)


def _size(speech: Speech) -> int:
    return speech.pcm.nbytes + _SPAN_BYTES * (len(speech.phonemes) + len(speech.words))
