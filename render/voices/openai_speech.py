"""A voice behind any endpoint that speaks OpenAI's ``POST /audio/speech`` (reference: platform documentation, "Create speech")."""

import asyncio
import os
from typing import Final

import aiohttp
import numpy as np

from render.contract import Emotion, Speech, VoiceError
from render.loudness import Leveller
from render.settings import OpenAISpeechSettings
from render.speech_text import SpokenText
from render.voices.arriving_audio import ArrivingAudio
from render.voices.intonation import Intonation, intone
from render.voices.mastering import master
from render.voices.pitch_track import track_pitch
from render.voices.prosody import Prosody, prosody
from render.voices.spoken_form import spoken_form
from render.voices.word_spans import estimate_words
from rtc.contract import SAMPLE_RATE

_MOST_BYTES: Final = 16 * 1024 * 1024
MOST_CHARACTERS: Final = 600
_HANDSHAKE_SECONDS: Final = 3.0
_TRIES: Final = 2
_PASSING: Final = frozenset({429, 500, 502, 503, 504})
_PATIENCE_SECONDS: Final = 0.15
_LONGEST_PATIENCE_SECONDS: Final = 1.0


class OpenAISpeechVoice:
    """Implements `render.contract.Voice`. It gives no phonemes, and words by estimate.

    Text is sent in spoken form, so that a price is said as it would be by any other voice of the room. The answer is decoded while it
    arrives. Rate is asked of the server; melody and loudness are shaped here.
    """

    def __init__(self, settings: OpenAISpeechSettings) -> None:
        self._settings = settings
        self._address = str(settings.url).rstrip("/") + "/audio/speech"
        self._leveller = Leveller()
        self._session: aiohttp.ClientSession | None = None

    @property
    def name(self) -> str:
        return f"openai:{self._settings.model}/{self._settings.voice}"

    @property
    def languages(self) -> frozenset[str]:
        return self._settings.languages

    async def speak(self, text: str, *, language: str, emotion: Emotion, energy: float) -> Speech:
        if language not in self.languages:
            raise VoiceError("language-unsupported", f"the voice {self.name} is not set up to read {language!r}")
        if len(text) > MOST_CHARACTERS:
            raise VoiceError("text-too-long", f"{len(text)} characters; say at most {MOST_CHARACTERS} at once")
        spoken, said = spoken_form(text, language)
        if not said:
            raise VoiceError("nothing-to-say", "the text holds nothing that can be read")
        manner = prosody(emotion, energy, self._settings.rhythm)
        try:
            async with asyncio.timeout(self._settings.timeout_seconds):
                audio = await self._ask(said, manner.tempo)
        except TimeoutError as error:
            raise VoiceError(
                "voice-timeout", f"{self._address} did not answer within {self._settings.timeout_seconds:g} s"
            ) from error
        return await asyncio.to_thread(self._make, audio, spoken, manner)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _ask(self, text: str, tempo: float) -> ArrivingAudio:
        """Ask, and once more if the server was busy or out of reach before it had sent anything."""
        for _ in range(_TRIES - 1):
            try:
                return await self._ask_once(text, tempo)
            except _TryAgain as trouble:
                await asyncio.sleep(trouble.after_seconds)
        try:
            return await self._ask_once(text, tempo)
        except _TryAgain as trouble:
            raise trouble.error from trouble.__cause__

    async def _ask_once(self, text: str, tempo: float) -> ArrivingAudio:
        settings = self._settings
        body = {
            "model": settings.model,
            "voice": settings.voice,
            "input": text,
            "response_format": settings.format,
            "speed": round(min(4.0, max(0.25, settings.rate * tempo)), 3),
        }
        headers = self._headers()
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None, connect=_HANDSHAKE_SECONDS))
        begun = False
        try:
            # Cancelled or failed within, the connection is closed and not used again, so the server can stop its work.
            async with self._session.post(self._address, json=body, headers=headers) as response:
                if response.status != 200:
                    detail = (await response.content.read(300)).decode("utf-8", "replace")
                    refusal = _refusal(response.status, self._address, detail)
                    if response.status in _PASSING:
                        raise _TryAgain(refusal, _wait_seconds(response.headers.get("Retry-After")))
                    raise refusal
                audio, count = ArrivingAudio(settings.format, settings.pcm_rate), 0
                async for piece in response.content.iter_any():
                    begun = True
                    count += len(piece)
                    if count > _MOST_BYTES:
                        raise VoiceError(
                            "voice-answer-too-large", f"{self._address} sent more than {_MOST_BYTES >> 20} MiB"
                        )
                    await asyncio.to_thread(audio.feed, piece)
                return audio
        except aiohttp.ServerTimeoutError as error:
            raise VoiceError("voice-unreachable", f"{self._address} can't be reached: {error}") from error
        except aiohttp.ClientError as error:
            trouble = VoiceError("voice-unreachable", f"{self._address} can't be reached: {error}")
            if begun:
                raise trouble from error
            raise _TryAgain(trouble, _PATIENCE_SECONDS) from error

    def _headers(self) -> dict[str, str]:
        name = self._settings.key_env
        if name is None:
            return {}
        key = os.environ.get(name)
        if not key:
            raise VoiceError(
                "voice-key-missing", f"the environment variable {name} holds no key; set it, or remove key_env"
            )
        return {"Authorization": f"Bearer {key}"}

    def _make(self, audio: ArrivingAudio, spoken: SpokenText, manner: Prosody) -> Speech:
        """Finish decoding, shape the melody and master; runs in a thread, where NumPy and FFmpeg release the interpreter."""
        signal = audio.finish()
        change = Intonation(12 * float(np.log2(manner.pitch)), manner.span)
        if change != Intonation():
            signal = intone(signal, SAMPLE_RATE, track_pitch(signal, SAMPLE_RATE), change)
        pcm = master(signal, self._leveller).pcm
        if pcm.size == 0:
            raise VoiceError("voice-silent", f"{self._address} sent no sound")
        return Speech(pcm, (), estimate_words(spoken.tokens, 0, pcm.size))


class _TryAgain(Exception):
    """Trouble that may have passed a moment later."""

    def __init__(self, error: VoiceError, after_seconds: float) -> None:
        super().__init__(str(error))
        self.error = error
        self.after_seconds = after_seconds


def _wait_seconds(told: str | None) -> float:
    """How long to wait before the second try: what the server tells, if it is a number, but not so long that a viewer notices."""
    try:
        return min(max(float(told or ""), 0.0), _LONGEST_PATIENCE_SECONDS)
    except ValueError:
        return _PATIENCE_SECONDS


def _refusal(status: int, address: str, detail: str) -> VoiceError:
    code = {401: "voice-key-refused", 403: "voice-key-refused", 404: "voice-missing", 429: "voice-busy"}.get(status)
    return VoiceError(code or "voice-refused", f"{address} answered {status}: {detail or 'nothing more'}")
