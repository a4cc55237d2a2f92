"""The Piper model in two parts: the same sound as in one."""

import numpy as np
import pytest

from render.voices.piper import _model_path
from render.voices.piper_model import PiperModel, _seam

pytestmark = pytest.mark.models


def test_halves_made_side_by_side_are_the_whole() -> None:
    model = PiperModel(_model_path("packaged"))
    latent = np.random.default_rng(3).normal(size=(1, 192, 90)).astype(np.float32)
    whole = model._decode_part(latent, 0, 90)
    halves = model._decode(latent)
    assert halves.size == whole.size == 90 * 256
    assert np.abs(halves - whole).max() < 1e-4 * np.abs(whole).max()

    ids = [*model.symbols["^"], *model.symbols["_"]]
    for symbol in "hɛloʊ":
        ids += [*model.symbols[symbol], *model.symbols["_"]]
    ids += model.symbols["$"]
    audio, samples = model.make(ids, model.scales, None)
    assert samples.size == len(ids)
    assert samples.sum() == audio.size


def test_a_model_whose_parts_share_more_than_one_thing_stays_whole() -> None:
    import onnx

    def node(name: str, inputs: list[str], output: str) -> onnx.NodeProto:
        return onnx.helper.make_node("Add", inputs, [output], name=name)

    speaker = [node("/enc/a", ["x", "y"], "z"), node("/dec/a", ["z", "w"], "u"), node("/dec/b", ["u", "g"], "v")]
    weights = [onnx.helper.make_tensor("w", onnx.TensorProto.FLOAT, [1], [0.0])]
    assert _seam(onnx.helper.make_graph(speaker, "two", [], [], weights)) is None
    plain = [*speaker[:2], node("/dec/b", ["u", "w"], "v")]
    assert _seam(onnx.helper.make_graph(plain, "one", [], [], weights)) == "z"
