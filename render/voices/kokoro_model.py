"""The Kokoro model: from symbols to audio, with the duration of every symbol, under control from outside.

The published graph gives audio only. Two small changes are made to it when it is loaded:

* the durations that its predictor arrives at (frames of 600 samples for each symbol; their sum is exactly the length of the
  audio) become an output;
* the speed may differ from symbol to symbol, and the melody (F0, in Hz for every half frame) can be raised and its range
  widened or narrowed, which is what emotion does to a voice.

Tried and left out, measured on one core with AVX-512 VNNI: convolutions with their weights turned back from 8 to 32 bits
are slower (0.45 against 0.35 CPU seconds a second of speech); and bounds for the silence that the model puts around a text (0.45 s before,
0.7 s after) do not shorten it but swallow the first and last sounds, for the model ties silence to the ends of its input.
"""

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from render.contract import VoiceError

SAMPLE_RATE: Final = 24_000
FRAME: Final = 600
"""Samples in a frame of the model's durations: 25 ms."""
MOST_SYMBOLS: Final = 300
"""In one run; the model takes 508, but its memory and the wait for the first sound grow with them."""
_DURATIONS: Final = "/encoder/Clip_output_0"
_MELODY: Final = "/encoder/F0_proj/Conv_output_0"
_THREADS: Final = 1
STYLE: Final = 256
_STOPS_REMEMBERED: Final = 64
"""The numbers of stopped texts; older ones are over."""

SYMBOLS: Final[dict[str, int]] = {
    **dict(zip(";:,.!?", range(1, 7), strict=True)),
    **dict(zip('—…"()“” ', range(9, 17), strict=True)),
    **dict(zip("\u0303ʣʥʦʨᵝ\uab67AI", range(17, 26), strict=True)),
    **{"O": 31, "Q": 33, "S": 35, "T": 36, "W": 39, "Y": 41, "ᵊ": 42},
    **dict(zip("abcdef", range(43, 49), strict=True)),
    **dict(zip("hijklmnopqrstuvwxyzɑɐɒæ", range(50, 73), strict=True)),
    **{"β": 75, "ɔ": 76, "ɕ": 77, "ç": 78, "ɖ": 80, "ð": 81, "ʤ": 82, "ə": 83, "ɚ": 85, "ɛ": 86, "ɜ": 87, "ɟ": 90},
    **{"ɡ": 92, "ɥ": 99, "ɨ": 101, "ɪ": 102, "ʝ": 103, "ɯ": 110, "ɰ": 111, "ŋ": 112, "ɳ": 113, "ɲ": 114, "ɴ": 115},
    **{"ø": 116, "ɸ": 118, "θ": 119, "œ": 120, "ɹ": 123, "ɾ": 125, "ɻ": 126, "ʁ": 128, "ɽ": 129, "ʂ": 130, "ʃ": 131},
    **{"ʈ": 132, "ʧ": 133, "ʊ": 135, "ʋ": 136, "ʌ": 138, "ɣ": 139, "ɤ": 140, "χ": 142, "ʎ": 143, "ʒ": 147, "ʔ": 148},
    **{"ˈ": 156, "ˌ": 157, "ː": 158, "ʰ": 162, "ʲ": 164, "↓": 169, "→": 171, "↗": 172, "↘": 173, "ᵻ": 177},
}
"""Symbol to number, as Kokoro-82M 1.0 was trained (its config.json, Apache-2.0). Tones: → high, ↗ rising, ↓ low, ↘ falling."""


@dataclass(frozen=True, slots=True)
class Melody:
    """How the voice's pitch is changed against what the model would do."""

    pitch: float = 1.0
    """Factor for the whole; 1.06 is a semitone."""
    span: float = 1.0
    """Factor for the distance from the clause's middle, in semitones."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one run of the model made."""

    audio: NDArray[np.float32]
    """Mono, 24 kHz."""
    ends: NDArray[np.int64]
    """Shape (symbols + 1,): the sample at which the first symbol begins, then where each ends."""


class KokoroModel:
    """The model with its changed graph; one run at a time."""

    def __init__(self, data: bytes) -> None:
        """Load from an ONNX file's bytes; raises `VoiceError`."""
        try:
            import onnxruntime
        except ImportError as error:
            raise VoiceError("voice-missing", f"the Kokoro voice needs onnxruntime: {error}") from error
        options = onnxruntime.SessionOptions()
        self._guard = threading.Lock()
        self._running: tuple[int, Any] | None = None
        self._stopped: deque[int] = deque(maxlen=_STOPS_REMEMBERED)
        options.intra_op_num_threads = _THREADS
        options.inter_op_num_threads = 1
        options.log_severity_level = 3  # it warns of every initializer that nothing uses
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            changed = _change(data)
            self._session = onnxruntime.InferenceSession(changed, options, providers=["CPUExecutionProvider"])
        except VoiceError:
            raise
        except Exception as error:  # a broken file raises whatever its parser raises
            raise VoiceError("voice-broken", f"the Kokoro model can't be used: {error}") from error

    def read(
        self,
        symbols: Sequence[str],
        style: NDArray[np.float32],
        speed: NDArray[np.float32],
        melody: Melody,
        number: int = 0,
    ) -> Reading:
        """Speak symbols of `SYMBOLS`.

        `style` has shape (256,); `speed` has one entry for each symbol and one more at either end, for the
        silence there. `number` is what `stop` knows the run by. Raises `VoiceError`.
        """
        import onnxruntime

        tokens = [0, *(SYMBOLS[symbol] for symbol in symbols), 0]
        inputs = {
            "tokens": np.array([tokens], np.int64),
            "style": np.ascontiguousarray(style, np.float32).reshape(1, STYLE),
            "speed": speed.astype(np.float32),
            "pitch": np.array([melody.pitch], np.float32),
            "pitch_span": np.array([melody.span], np.float32),
        }
        options = onnxruntime.RunOptions()
        with self._guard:
            if number in self._stopped:
                raise VoiceError("voice-stopped", "the voice was told to stop")
            self._running = (number, options)
        try:
            audio, durations = self._session.run(["audio", _DURATIONS], inputs, options)
        except Exception as error:  # whatever the runtime raises becomes the voice's error
            raise VoiceError("voice-failed", f"the Kokoro model failed: {error}") from error
        finally:
            with self._guard:
                self._running = None
        frames = np.asarray(durations, np.int64).reshape(-1)
        signal = np.asarray(audio, np.float32).reshape(-1)
        ends = np.cumsum(frames)[:-1] * FRAME
        return Reading(signal, ends.astype(np.int64))

    def stop(self, number: int) -> None:
        """Break off the run of that number and begin no other of it; may be called from another thread."""
        with self._guard:
            self._stopped.append(number)
            if self._running is not None and self._running[0] == number:
                self._running[1].terminate = True


def _change(data: bytes) -> bytes:
    """The graph with durations as an output, and speeds and melody as inputs; raises `VoiceError`."""
    import onnx
    from onnx import TensorProto, helper

    model = onnx.load_from_string(data)
    graph = model.graph
    made = {name for node in graph.node for name in node.output}
    if not {_DURATIONS, _MELODY} <= made or {item.name for item in graph.input} != {"tokens", "style", "speed"}:
        raise VoiceError("voice-broken", "this ONNX file is no export of Kokoro that gives durations and melody")

    def reroute(old: str, new: str) -> int:
        """Let all that reads `old` read `new`; returns the place behind the node that makes `old`."""
        for node in graph.node:
            for place, name in enumerate(node.input):
                if name == old:
                    node.input[place] = new
        return next(place for place, node in enumerate(graph.node) if old in node.output) + 1

    at = reroute(_MELODY, "melody")
    for node in reversed(_melody_nodes(helper)):
        graph.node.insert(at, node)
    graph.initializer.extend(
        [
            helper.make_tensor("talkback/voiced_hz", TensorProto.FLOAT, [1], [_VOICED_HZ]),
            helper.make_tensor("talkback/nothing", TensorProto.FLOAT, [1], [0.0]),
            helper.make_tensor("talkback/few", TensorProto.FLOAT, [1], [1.0]),
        ]
    )
    speed = next(item for item in graph.input if item.name == "speed")
    speed.type.tensor_type.shape.dim[0].dim_param = "sequence_length"
    graph.input.append(helper.make_tensor_value_info("pitch", TensorProto.FLOAT, [1]))
    graph.input.append(helper.make_tensor_value_info("pitch_span", TensorProto.FLOAT, [1]))
    graph.output.append(helper.make_tensor_value_info(_DURATIONS, TensorProto.FLOAT, None))
    changed: bytes = model.SerializeToString()
    return changed


_VOICED_HZ: Final = 30.0
"""Below this the predictor means "no voice" (it gives values around zero there)."""


def _melody_nodes(helper: Any) -> list[Any]:
    """F0' = pitch · mean · (F0 / mean) ** span where there is voice, the mean being that of the voiced frames."""

    def node(kind: str, inputs: list[str], output: str, **attributes: object) -> Any:
        return helper.make_node(kind, inputs, [output], name=f"talkback/{output}", **attributes)

    return [
        node("Greater", [_MELODY, "talkback/voiced_hz"], "talkback/voiced"),
        node("Where", ["talkback/voiced", _MELODY, "talkback/nothing"], "talkback/voiced_f0"),
        node("Cast", ["talkback/voiced"], "talkback/weight", to=1),
        node("ReduceSum", ["talkback/voiced_f0"], "talkback/sum", keepdims=1),
        node("ReduceSum", ["talkback/weight"], "talkback/count", keepdims=1),
        node("Max", ["talkback/count", "talkback/few"], "talkback/at_least_one"),
        node("Div", ["talkback/sum", "talkback/at_least_one"], "talkback/mean"),
        node("Max", [_MELODY, "talkback/voiced_hz"], "talkback/positive"),
        node("Max", ["talkback/mean", "talkback/voiced_hz"], "talkback/middle"),
        node("Div", ["talkback/positive", "talkback/middle"], "talkback/interval"),
        node("Pow", ["talkback/interval", "pitch_span"], "talkback/spanned"),
        node("Mul", ["talkback/spanned", "talkback/middle"], "talkback/placed"),
        node("Mul", ["talkback/placed", "pitch"], "talkback/raised"),
        node("Where", ["talkback/voiced", "talkback/raised", _MELODY], "melody"),
    ]
