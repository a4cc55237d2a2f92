"""A Piper (VITS) model cut in two: what reads a whole clause, and what turns a piece of it into sound.

The second part is three quarters of the work and knows only its neighbourhood: 10 frames (0.12 s) to either side; with them the error at a
seam is 110 dB below the loudest sample. So the halves of a clause are made side by side: 76 ms instead of 101 ms for two seconds
of speech on two idle cores. (The runtime's own threads meet after every layer; they took 82 ms there and twice the processor time.)
"""

import itertools
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from render.contract import VoiceError

_HALVES: Final = 2
_OVERLAP_FRAMES: Final = 12
_SHORTEST_HALVED_FRAMES: Final = 60
"""0.7 s: below it the overlap costs what the second core gains."""
_DECODER: Final = "/dec/"
"""What the names of the second part's nodes begin with, in every model that Piper's own export wrote."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How the model is to read: what Piper calls its scales."""

    length: float
    noise: float
    noise_width: float


class PiperModel:
    """A loaded Piper model; `make` may be called by one thread at a time."""

    def __init__(self, path: Path) -> None:
        """Load; raises `VoiceError`."""
        self._config, self._reader, self._decoder, self._latent = _load(path)
        self._phonemiser: Any = None
        self._hop = 0
        self._pool = ThreadPoolExecutor(_HALVES, "decode") if self._decoder is not None else None
        import piper

        self._piper = piper.PiperVoice(session=self._reader, config=self._config)

    @property
    def sample_rate(self) -> int:
        """Hz."""
        return int(self._config.sample_rate)

    @property
    def scales(self) -> Manner:
        """The model's own manner."""
        config = self._config
        return Manner(config.length_scale, config.noise_scale, config.noise_w_scale)

    @property
    def symbols(self) -> dict[str, list[int]]:
        """Known phoneme symbols and their numbers."""
        table: dict[str, list[int]] = self._config.phoneme_id_map
        return table

    def phonemise(self, text: str) -> list[list[str]]:
        """Sentences of IPA letters and marks."""
        sentences: list[list[str]] = self._piper.phonemize(text)
        return sentences

    def make(
        self, ids: Sequence[int], manner: Manner, speaker: int | None
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Audio (float32, about full scale 1.0), and the samples that each of `ids` takes; raises `VoiceError`."""
        given: dict[str, Any] = {
            "input": np.array([ids], np.int64),
            "input_lengths": np.array([len(ids)], np.int64),
            "scales": np.array([manner.noise, manner.length, manner.noise_width], np.float32),
        }
        if self._config.num_speakers > 1:
            given["sid"] = np.array([speaker or 0], np.int64)
        try:
            made, durations = self._reader.run(None, given)
            audio = self._decode(made) if self._decoder is not None else made.reshape(-1)
        except Exception as error:  # whatever the runtime raises becomes the voice's error
            raise VoiceError("voice-failed", f"the Piper model failed: {error}") from error
        frames = np.asarray(durations, np.float64).reshape(-1)
        if frames.size != len(ids) or frames.sum() <= 0:
            raise VoiceError("no-alignment", "the Piper model gives no phoneme durations")
        hop = audio.size / frames.sum()
        return np.asarray(audio, np.float32), np.round(frames * hop).astype(np.int64)

    def _decode(self, latent: NDArray[np.float32]) -> NDArray[np.float32]:
        frames = latent.shape[2]
        if frames < _SHORTEST_HALVED_FRAMES:
            return self._decode_part(latent, 0, frames)
        assert self._pool is not None
        cuts = [round(part * frames / _HALVES) for part in range(_HALVES + 1)]
        parts = self._pool.map(lambda span: self._decode_part(latent, *span), itertools.pairwise(cuts))
        return np.concatenate(list(parts))

    def _decode_part(self, latent: NDArray[np.float32], first: int, last: int) -> NDArray[np.float32]:
        low, high = max(0, first - _OVERLAP_FRAMES), min(latent.shape[2], last + _OVERLAP_FRAMES)
        assert self._decoder is not None
        made = self._decoder.run(None, {self._latent: np.ascontiguousarray(latent[:, :, low:high])})[0].reshape(-1)
        hop = made.size // (high - low)
        return np.asarray(made[(first - low) * hop : (last - low) * hop], np.float32)


def _load(path: Path) -> tuple[Any, Any, Any, str]:
    """Configuration, first part (or the whole), second part or None, and the name of what passes between them."""
    config_path = path.with_name(path.name + ".json")
    for needed in (path, config_path):
        if not needed.is_file():
            raise VoiceError(
                "voice-missing", f"{needed} does not exist; a Piper voice is an .onnx file and its .onnx.json"
            )
    try:
        import onnx
        from piper.config import PiperConfig
        from piper.patch_voice_with_alignment import add_alignment_output
    except ImportError as error:
        raise VoiceError("voice-missing", f"the Piper voice needs piper-tts and onnx: {error}") from error
    try:
        model = onnx.load(str(path))
        if len(model.graph.output) == 1:
            add_alignment_output(model)
        config = PiperConfig.from_dict(json.loads(config_path.read_text(encoding="utf-8")))
        seam = _seam(model.graph)
        if seam is None:
            return config, _session(model), None, ""
        first, second = _cut(model, seam)
        return config, _session(first), _session(second), seam
    except Exception as error:  # a broken file raises whatever its parser raises
        raise VoiceError("voice-broken", f"{path} is not a usable Piper voice: {error}") from error


def _seam(graph: Any) -> str | None:
    """The one tensor that passes into the decoder; None where the graph is not so (several speakers condition both parts)."""
    decoder = [node for node in graph.node if node.name.startswith(_DECODER)]
    made = {name for node in decoder for name in node.output}
    constant = {weights.name for weights in graph.initializer}
    constant |= {name for node in graph.node if node.op_type == "Constant" for name in node.output}
    crossing = {name for node in decoder for name in node.input if name and name not in made and name not in constant}
    return crossing.pop() if len(crossing) == 1 else None


def _cut(model: Any, seam: str) -> tuple[Any, Any]:
    import onnx
    from onnx.utils import Extractor

    graph = model.graph
    graph.value_info.append(onnx.helper.make_tensor_value_info(seam, onnx.TensorProto.FLOAT, None))
    audio, durations = (output.name for output in graph.output)
    extractor = Extractor(model)
    inputs = [given.name for given in graph.input]
    return extractor.extract_model(inputs, [seam, durations]), extractor.extract_model([seam], [audio])


def _session(model: Any) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
