"""A judge of speech that is not ours: DNSMOS for how good it sounds; beside it, from the product, whose voice it is.

Only the weights of the package `speechmos` are used, with our own front end: the package itself pulls in librosa, numba and a good
deal more. On the same speech both front ends gave the same scores, equal to six digits.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from server.replay.media.speaker import (
    RATE,
    Signal16,
    at_16k,
    package_file,
    speaker_embedding,
    without_long_pauses,
)

__all__ = ["RATE", "Signal16", "at_16k", "dnsmos", "package_file", "speaker_embedding", "without_long_pauses"]

_DNSMOS_SAMPLES: Final = int(9.01 * RATE)
# Raw outputs to opinion scores: the polynomials published with the DNSMOS P.835 model (Reddy et al., ICASSP 2022).
_SIGNAL: Final = (-0.08397278, 1.22083953, 0.0052439)
_BACKGROUND: Final = (-0.13166888, 1.60915514, -0.39604546)
_OVERALL: Final = (-0.06766283, 1.11546468, 0.04602535)


@lru_cache(maxsize=1)
def _dnsmos_session(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def dnsmos(signal: Signal16) -> tuple[float, float, float]:
    """Opinion scores of nine seconds of speech (the first, or repeated to it): overall, signal, background; 1 to 5."""
    path = package_file("speechmos", "dnsmos_models/sig_bak_ovr.onnx")
    assert path is not None, "the package speechmos is not installed"
    repeats = -(-_DNSMOS_SAMPLES // signal.size)
    window = np.tile(signal, repeats)[None, :_DNSMOS_SAMPLES]
    signal_raw, background_raw, overall_raw = _dnsmos_session(path).run(None, {"input_1": window})[0][0]
    return (
        float(np.polyval(_OVERALL, overall_raw)),
        float(np.polyval(_SIGNAL, signal_raw)),
        float(np.polyval(_BACKGROUND, background_raw)),
    )
