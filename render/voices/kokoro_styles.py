"""The voices of Kokoro: tables of style vectors, one for each length of the text, and mixtures of them."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from render.contract import VoiceError
from render.voices.kokoro_files import SET_UP, STYLE_ROWS, STYLE_SIZE


class Styles:
    """One timbre: a voice, or several mixed by their shares."""

    def __init__(self, folder: Path, blend: dict[str, float]) -> None:
        """Read the voices' files; raises `VoiceError`."""
        table = np.zeros((STYLE_ROWS, STYLE_SIZE), np.float32)
        for name, share in blend.items():
            table += np.float32(share) * _read(folder / f"{name}.bin")
        self._table = table

    def of(self, symbols: int) -> NDArray[np.float32]:
        """Style for a text of so many symbols, shape (256,): the first half is timbre, the second manner."""
        row: NDArray[np.float32] = self._table[min(max(symbols - 1, 0), STYLE_ROWS - 1)]
        return row


def _read(path: Path) -> NDArray[np.float32]:
    try:
        values = np.fromfile(path, np.float32)
    except OSError as error:
        raise VoiceError("voice-missing", f"there is no voice {path}: {SET_UP}") from error
    if values.size != STYLE_ROWS * STYLE_SIZE or not np.isfinite(values).all():
        raise VoiceError("voice-broken", f"{path} is no voice of Kokoro: {SET_UP} again")
    return values.reshape(STYLE_ROWS, STYLE_SIZE)
