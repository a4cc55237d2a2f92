"""A founder's own voice, cloned from a sample by XTTS (Coqui TTS), with their consent. Needs the extra: ``pip install '.[coqui]'``."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from numpy.typing import NDArray

from render.contract import Emotion, Speech, VoiceError
from render.loudness import Leveller, Signal
from render.settings import CoquiSettings
from render.speech_text import SpokenText
from render.voices.intonation import Intonation, intone
from render.voices.mastering import master, resample
from render.voices.pitch_track import track_pitch
from render.voices.prosody import Prosody, prosody
from render.voices.spoken_form import spoken_form
from render.voices.voice_consent import read_voice_consent
from render.voices.word_spans import estimate_words
from render.workshop import Workshop, WorkshopError
from rtc.contract import SAMPLE_RATE

LANGUAGE_CODES: Final[Mapping[str, str]] = {"zh": "zh-cn"} | {
    tag: tag for tag in ("en", "es", "fr", "de", "it", "pt", "pl", "tr", "ru", "nl", "cs", "ar", "ja", "hu", "ko", "hi")
}
"""BCP 47 primary tag to what XTTS version 2 calls it."""
MOST_CHARACTERS: Final = 400
_SAMPLE_RATE: Final = 22_050
_LEAST_SAMPLE_SECONDS: Final = 3.0
_MOST_SAMPLE_SECONDS: Final = 30.0
_PIECE_TOKENS: Final = 20
"""Of sound, between two moments at which the work may be broken off: about a second."""
_FILES: Final = ("config.json", "model.pth", "vocab.json")


class CoquiVoice:
    """Implements `render.contract.Voice` with a `CoquiReader` in a `Workshop`."""

    def __init__(self, settings: CoquiSettings, shop: Workshop) -> None:
        self._settings = settings
        self._shop = shop

    @classmethod
    async def open(cls, settings: CoquiSettings) -> "CoquiVoice":
        """Check the consent, start the process and load the model (tens of seconds); raises `VoiceError`."""
        read_voice_consent(Path(settings.consent), date.today())
        try:
            return cls(settings, await Workshop.start("voice", CoquiReader, settings, threads=1))
        except WorkshopError as error:
            raise VoiceError(error.code, f"the cloned voice could not be loaded: {error}") from error

    @property
    def name(self) -> str:
        return f"coqui:{Path(self._settings.sample).stem}"

    @property
    def languages(self) -> frozenset[str]:
        return self._settings.languages

    async def speak(self, text: str, *, language: str, emotion: Emotion, energy: float) -> Speech:
        if language not in self.languages:
            raise VoiceError("language-unsupported", f"the voice {self.name} is not set up to read {language!r}")
        self.check_consent()
        try:
            async for made in self._shop.stream("speak", text, language, emotion, energy):
                if isinstance(made, Speech):
                    return made
        except WorkshopError as error:
            raise VoiceError(error.code, str(error)) from error
        raise VoiceError("voice-failed", "the cloned voice stopped before it had said everything")

    def check_consent(self) -> None:
        """Raise `VoiceError` once the consent has ended: a show may run for days."""
        read_voice_consent(Path(self._settings.consent), date.today())

    async def close(self) -> None:
        await self._shop.close()


class CoquiReader:
    """The model, and the voice it has taken from the sample. Lives in the workshop's process."""

    def __init__(self, settings: CoquiSettings) -> None:
        """Load everything; raises `VoiceError`."""
        read_voice_consent(Path(settings.consent), date.today())
        sample = read_sample(Path(settings.sample))
        self._settings = settings
        self._model = _load_model(Path(settings.model), settings.device)
        self._timbre = take_timbre(self._model, sample)
        self._leveller = Leveller()

    def speak(self, text: str, language: str, emotion: Emotion, energy: float) -> Iterator[float | Speech]:
        """Say a text: gives the seconds made so far about once a second, and the Speech last. Raises `VoiceError`."""
        if len(text) > MOST_CHARACTERS:
            raise VoiceError("text-too-long", f"{len(text)} characters; say at most {MOST_CHARACTERS} at once")
        spoken, said = spoken_form(text, language)
        if not said:
            raise VoiceError("nothing-to-say", "the text holds nothing that can be read")
        manner = prosody(emotion, energy, self._settings.rhythm)
        pieces: list[NDArray[np.float32]] = []
        for piece in self._pieces(said, language, manner.tempo * self._settings.rate):
            pieces.append(piece)
            yield sum(part.size for part in pieces) / self._rate
        yield self._finish(pieces, spoken, manner)

    @property
    def _rate(self) -> int:
        return int(self._model.args.output_sample_rate)

    def _pieces(self, said: str, language: str, speed: float) -> Iterator[NDArray[np.float32]]:
        latent, embedding = self._timbre
        try:
            for piece in self._model.inference_stream(
                said,
                LANGUAGE_CODES[language],
                latent,
                embedding,
                stream_chunk_size=_PIECE_TOKENS,
                speed=speed,
                enable_text_splitting=False,
            ):
                yield piece.detach().float().cpu().numpy().reshape(-1)
        except Exception as error:  # whatever the model raises becomes the voice's error
            raise VoiceError("voice-failed", f"XTTS failed: {type(error).__name__}: {error}") from error

    def _finish(self, pieces: list[NDArray[np.float32]], spoken: SpokenText, manner: Prosody) -> Speech:
        signal = resample(np.concatenate(pieces) if pieces else np.zeros(0, np.float32), self._rate)
        change = Intonation(12 * float(np.log2(manner.pitch)), manner.span)
        if change != Intonation():
            signal = intone(signal, SAMPLE_RATE, track_pitch(signal, SAMPLE_RATE), change)
        pcm = master(signal, self._leveller).pcm
        if pcm.size == 0:
            raise VoiceError("voice-silent", "XTTS made no sound")
        return Speech(pcm, (), estimate_words(spoken.tokens, 0, pcm.size))


def read_sample(path: Path) -> Signal:
    """The sample of the voice as mono float32 at 22,050 Hz, 3 to 30 s (the rest is left out); raises `VoiceError`."""
    pieces: list[NDArray[np.float32]] = []
    try:
        with av.open(str(path)) as container:
            resampler = av.AudioResampler(format="flt", layout="mono", rate=_SAMPLE_RATE)
            for frame in container.decode(audio=0):
                pieces += [piece.to_ndarray()[0] for piece in resampler.resample(frame)]
                if sum(piece.size for piece in pieces) > _MOST_SAMPLE_SECONDS * _SAMPLE_RATE:
                    break
            pieces += [piece.to_ndarray()[0] for piece in resampler.resample(None)]
    except (av.FFmpegError, OSError, IndexError) as error:
        raise VoiceError("voice-sample-unusable", f"{path} can't be read as a recording: {error}") from error
    signal = np.concatenate(pieces).astype(np.float32)[: round(_MOST_SAMPLE_SECONDS * _SAMPLE_RATE)]
    if signal.size < _LEAST_SAMPLE_SECONDS * _SAMPLE_RATE:
        raise VoiceError(
            "voice-sample-unusable",
            f"{path} holds {signal.size / _SAMPLE_RATE:.1f} s; record 10 to 30 s of the person speaking, without other sounds",
        )
    if float(np.sqrt(np.mean(signal**2))) < 1e-3:
        raise VoiceError("voice-sample-unusable", f"{path} is silent; record 10 to 30 s of the person speaking")
    return signal


def take_timbre(model: Any, sample: Signal) -> tuple[Any, Any]:
    """What XTTS keeps of a speaker: conditioning latents and an embedding, from mono samples at 22,050 Hz."""
    import torch

    audio = torch.from_numpy(sample)[None].to(model.device)
    with torch.inference_mode():
        return model.get_gpt_cond_latents(audio, _SAMPLE_RATE), model.get_speaker_embedding(audio, _SAMPLE_RATE)


def _load_model(folder: Path, device: str) -> Any:
    for name in _FILES:
        if not (folder / name).is_file():
            raise VoiceError(
                "voice-missing",
                f"{folder / name} does not exist; an XTTS version 2 model is a folder with {', '.join(_FILES)}",
            )
    try:
        import torch
        from TTS.tts.configs.xtts_config import XttsConfig
        from TTS.tts.models.xtts import Xtts
    except (ImportError, OSError) as error:
        raise VoiceError(
            "voice-missing",
            "the cloned voice needs the extra: pip install '.[coqui]', where torchaudio and torchcodec load (a CUDA build of PyTorch): "
            f"{error}",
        ) from error
    try:
        config = XttsConfig()
        config.load_json(str(folder / "config.json"))
        model = Xtts.init_from_config(config)
        model.load_checkpoint(config, checkpoint_dir=str(folder), eval=True)
    except Exception as error:  # a broken file raises whatever its parser raises
        raise VoiceError(
            "voice-broken", f"{folder} is not a usable XTTS model: {type(error).__name__}: {error}"
        ) from error
    chosen = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
    model.to(chosen)
    model.eval()  # gives nothing back, unlike the method it overrides
    return model
