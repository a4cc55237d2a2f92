"""A voice behind any endpoint that speaks OpenAI's ``POST /audio/speech`` (reference: platform documentation, "Create speech")."""

import asyncio
import io
import os
from typing import Final

import aiohttp
import av
import numpy as np
from numpy.typing import NDArray

from render.contract import Emotion, Speech, VoiceError
from render.loudness import Leveller
from render.settings import OpenAISpeechSettings
from render.speech_text import SpokenToken, say_as_english
from render.voices.mastering import master, resample
from render.voices.prosody import prosody
from render.voices.word_spans import estimate_words
from rtc.contract import SAMPLE_RATE

_MOST_BYTES: Final = 16 * 1024 * 1024
_MOST_SECONDS: Final = 60
MOST_CHARACTERS: Final = 600
_HANDSHAKE_SECONDS: Final = 3.0


class OpenAISpeechVoice:
    """Implements `render.contract.Voice`. It gives no phonemes, and words by estimate.

    English text is sent in spoken form, so that a price is said as it would be by any other voice of the room.
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
        if language == "en":
            spoken = say_as_english(text)
            tokens, said = spoken.tokens, spoken.text
        else:
            tokens, said = _characters(text), text.strip()
        if not said:
            raise VoiceError("nothing-to-say", "the text holds nothing that can be read")
        answer = await self._ask(said, prosody(emotion, energy).tempo)
        return await asyncio.to_thread(self._make, answer, tokens)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _ask(self, text: str, tempo: float) -> bytes:
        settings = self._settings
        body = {
            "model": settings.model,
            "voice": settings.voice,
            "input": text,
            "response_format": settings.format,
            "speed": round(min(4.0, max(0.25, settings.rate * tempo)), 3),
        }
        if self._session is None:
            limits = aiohttp.ClientTimeout(total=settings.timeout_seconds, connect=_HANDSHAKE_SECONDS)
            self._session = aiohttp.ClientSession(timeout=limits)
        try:
            async with self._session.post(self._address, json=body, headers=self._headers()) as response:
                if response.status != 200:
                    detail = (await response.content.read(300)).decode("utf-8", "replace")
                    raise _refusal(response.status, self._address, detail)
                return await self._read(response)
        except TimeoutError as error:
            raise VoiceError(
                "voice-timeout", f"{self._address} did not answer within {settings.timeout_seconds:g} s"
            ) from error
        except aiohttp.ClientError as error:
            raise VoiceError("voice-unreachable", f"{self._address} can't be reached: {error}") from error

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

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        pieces = bytearray()
        async for piece in response.content.iter_chunked(65536):
            pieces += piece
            if len(pieces) > _MOST_BYTES:
                raise VoiceError("voice-answer-too-large", f"{self._address} sent more than {_MOST_BYTES >> 20} MiB")
        return bytes(pieces)

    def _make(self, answer: bytes, tokens: tuple[SpokenToken, ...]) -> Speech:
        """Decode and master an answer; runs in a thread, where NumPy and FFmpeg release the interpreter."""
        if self._settings.format == "pcm":
            samples = np.frombuffer(answer[: len(answer) // 2 * 2], "<i2").astype(np.float32)
            signal = resample(samples / np.float32(32768), self._settings.pcm_rate)
        else:
            signal = _decode(answer, self._settings.format)
        pcm = master(signal, self._leveller).pcm
        if pcm.size == 0:
            raise VoiceError("voice-silent", f"{self._address} sent no sound")
        return Speech(pcm, (), estimate_words(tokens, 0, pcm.size))


def _refusal(status: int, address: str, detail: str) -> VoiceError:
    code = {401: "voice-key-refused", 403: "voice-key-refused", 404: "voice-missing", 429: "voice-busy"}.get(status)
    return VoiceError(code or "voice-refused", f"{address} answered {status}: {detail or 'nothing more'}")


def _decode(data: bytes, form: str) -> NDArray[np.float32]:
    """Decode a whole file to mono float32 at 48 kHz; raises `VoiceError`."""
    pieces: list[NDArray[np.float32]] = []
    samples = 0
    try:
        with av.open(io.BytesIO(data), "r", format=form) as container:
            resampler = av.AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)
            for frame in container.decode(audio=0):
                converted = resampler.resample(frame)
                pieces += [piece.to_ndarray()[0] for piece in converted]
                samples += sum(piece.samples for piece in converted)
                if samples > _MOST_SECONDS * SAMPLE_RATE:
                    raise VoiceError("voice-answer-too-large", f"the answer is longer than {_MOST_SECONDS} s")
            pieces += [piece.to_ndarray()[0] for piece in resampler.resample(None)]
    except (av.FFmpegError, IndexError, ValueError) as error:
        raise VoiceError("voice-unreadable", f"the answer is no {form} audio: {error}") from error
    return np.concatenate(pieces).astype(np.float32) if pieces else np.zeros(0, np.float32)


_PAUSES: Final = {
    "，": ",",
    "、": ",",
    ",": ",",
    "。": ".",
    ".": ".",
    "！": "!",
    "!": "!",
    "？": "?",
    "?": "?",
    "；": ";",
    "：": ":",
}


def _characters(text: str) -> tuple[SpokenToken, ...]:
    """Tokens of a text in a language without our spoken form: one for each ideograph, one for each run of other letters."""
    tokens: list[SpokenToken] = []
    adjoins = False
    for at, character in enumerate(text):
        if character.isspace():
            adjoins = False
        elif not character.isalnum():
            if tokens:
                last = tokens[-1]
                tokens[-1] = SpokenToken(last.first, at + 1, last.words, _PAUSES.get(character, last.pause))
            adjoins = False
        elif _is_ideograph(character):
            tokens.append(SpokenToken(at, at + 1, (character,)))
            adjoins = False
        elif adjoins:
            last = tokens[-1]
            tokens[-1] = SpokenToken(last.first, at + 1, (last.words[0] + character,))
        else:
            tokens.append(SpokenToken(at, at + 1, (character,)))
            adjoins = True
    return tuple(tokens)


def _is_ideograph(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or "\U00020000" <= character <= "\U0003ffff"
