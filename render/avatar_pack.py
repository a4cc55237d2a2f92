"""Load and check an avatar pack: the baked pictures and displacement fields of one host.

A pack is a folder, format ``talkback-avatar/2``, described in ``docs/avatar-pack.md``, written by ``tools/bake``. It
holds one picture of the host at rest, crops of mouth, lids, eyes and brows in their key shapes, and small fields that
say where each point of the skin goes. Nothing here draws a face: it only reads, checks, and hands over arrays.
"""

from __future__ import annotations

import math
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from render.consent import Consent, read_consent
from render.pack_manifest import AvatarPackError, ManifestFile

__all__ = [
    "AvatarPack",
    "AvatarPackError",
    "Box",
    "Consent",
    "KeySet",
    "load_avatar_pack",
]

FORMAT: Final = "talkback-avatar/2"

MOUTH_KEYS: Final[tuple[str, ...]] = (
    "rest",
    "mbp",
    "fv",
    "l",
    "s",
    "sh",
    "ee",
    "eh",
    "ah",
    "aa",
    "oh",
    "oo",
    "smile",
)
"""The mouth keys every pack has, and the first in ``AvatarPack.mouth.names``: those that speech is made of."""

OPTIONAL_MOUTH_KEYS: Final[tuple[str, ...]] = ("smile_eh", "smile_aa", "frown")
"""Follow in ``AvatarPack.mouth.names`` where a pack has them."""

LID_KEYS: Final[tuple[str, ...]] = ("half", "most", "closed")
GAZE_KEYS: Final[tuple[str, ...]] = ("left", "right", "down", "up")
BROW_KEYS: Final[tuple[str, ...]] = ("up",)
OPTIONAL_BROW_KEYS: Final[tuple[str, ...]] = ("inner_up", "down")
EYE_KEYS: Final[tuple[str, ...]] = ("squint", "wide")
"""The keys of the optional part ``eyes``; a pack may have either, both or none."""
HEAD_FIELDS: Final[tuple[str, ...]] = ("yaw", "pitch", "roll", "breath")
HEAD_ANGLES: Final[tuple[str, ...]] = ("yaw", "pitch", "roll")
LANDMARKS: Final[tuple[str, ...]] = ("left_eye", "right_eye", "mouth_centre", "chin", "nose_tip")

FLOW_STEP_PX: Final = 4
"""One sample of a key's flow stands for a block of 4 x 4 pixels and lies at the block's centre."""

HEAD_STEP_PX: Final = 8
"""One sample of a head field stands for a block of 8 x 8 pixels and lies at the block's centre."""

_MAX_SIDE_PX: Final = 4096
_MAX_ANGLE_DEGREES: Final = 30.0


class Box(NamedTuple):
    """A rectangle of the frame in pixels; ``x1`` and ``y1`` are one past the last column and row."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        """Columns, in pixels."""
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        """Rows, in pixels."""
        return self.y1 - self.y0


@dataclass(frozen=True, slots=True)
class KeySet:
    """The key shapes of one part of the face, all cut from the frame at the same box.

    ``pictures``: (K, h, w, 3) uint8, BGR, the box with the part in each key shape.
    ``flows``: (K, ceil(h/4), ceil(w/4), 2) float32, or None: where the skin point that the rest picture shows there
    goes in that key, as (dx, dy) in pixels; zero at the border of the box.
    ``gap_px``: (K,) float32, mouth only: height of the opening between the inner lips at the centre, in pixels.
    ``closure``: (K,) float32, lids only: 0 = open as at rest, 1 = shut.
    """

    box: Box
    names: tuple[str, ...]
    pictures: NDArray[np.uint8]
    flows: NDArray[np.float32] | None = None
    gap_px: NDArray[np.float32] | None = None
    closure: NDArray[np.float32] | None = None

    def index(self, name: str) -> int:
        """Place of a key in ``names`` and in the arrays; raises ValueError when there is no such key."""
        return self.names.index(name)


@dataclass(frozen=True, slots=True)
class AvatarPack:
    """Everything the face renderer needs to draw one host.

    ``size``: (width, height) of the frame in pixels.
    ``plate``: (height, width, 3) uint8, BGR: the whole frame, the host at rest.
    ``head``: ``yaw``, ``pitch``, ``roll``: (ceil(height/8), ceil(width/8), 2) float32, shift (dx, dy) in pixels for
    +1 degree of the point that the plate shows there; ``breath``: the same for one unit of breath.
    Positive yaw turns the nose to the right side of the picture, positive pitch lifts it, positive roll tilts the head
    clockwise as seen. Beyond ``max_degrees`` the fields no longer look right.
    ``head_region``: the box outside which yaw, pitch and roll are zero.
    ``landmarks``: (x, y) in pixels on the plate; left and right are sides of the picture.
    """

    name: str
    size: tuple[int, int]
    plate: NDArray[np.uint8]
    mouth: KeySet
    lids: KeySet
    gaze: KeySet
    brows: KeySet
    eyes: KeySet | None
    """Squint and wide eyes with the upper cheeks, where the pack has them."""
    head: Mapping[str, NDArray[np.float32]]
    head_region: Box
    max_degrees: Mapping[str, float]
    landmarks: Mapping[str, tuple[float, float]]
    consent: Consent
    credits: tuple[str, ...]
    manifest: Mapping[str, object]


def load_avatar_pack(folder: Path, *, today: date | None = None) -> AvatarPack:
    """Read the pack in ``folder`` and check it whole, so that nothing can fail on air.

    ``today`` decides whether a person's consent still holds; by default the present day (UTC).
    Raises AvatarPackError, naming the file, when something is missing, does not fit, is not a number, or has expired.
    """
    return _Reader(folder).pack(today or datetime.now(UTC).date())


class _Reader:
    """Reads one pack; every complaint names the file it is about."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._values = ManifestFile(folder)

    def pack(self, today: date) -> AvatarPack:
        values = self._values
        manifest = values.read(FORMAT)
        size = self._size(manifest)
        consent = read_consent(manifest, values, today)
        head = values.section(manifest, "head")
        return AvatarPack(
            name=values.text(manifest, "name"),
            size=size,
            plate=self._picture(values.text(manifest, "plate"), size),
            mouth=self._keys(
                manifest, "mouth", MOUTH_KEYS, size, optional=OPTIONAL_MOUTH_KEYS, number="gap_px", flows_needed=True
            ),
            lids=self._keys(manifest, "lids", LID_KEYS, size, number="closure"),
            gaze=self._keys(manifest, "gaze", GAZE_KEYS, size),
            brows=self._keys(manifest, "brows", BROW_KEYS, size, optional=OPTIONAL_BROW_KEYS),
            eyes=self._keys(manifest, "eyes", (), size, optional=EYE_KEYS) if "eyes" in manifest else None,
            head=self._head(values.text(head, "file", "head"), size),
            head_region=self._box(head, "region", "head", size),
            max_degrees=self._max_degrees(head),
            landmarks=self._landmarks(manifest, size),
            consent=consent,
            credits=values.texts(manifest, "credits"),
            manifest=manifest,
        )

    # -- the manifest ------------------------------------------------------------------------------------------------

    def _size(self, manifest: Mapping[str, object]) -> tuple[int, int]:
        size = self._values.numbers(manifest.get("size"), 2, '"size"')
        width, height = (int(side) for side in size)
        if (width, height) != tuple(size) or not all(16 <= side <= _MAX_SIDE_PX for side in (width, height)):
            raise self._values.wrong(f'"size" is {size}; both sides must be whole pixels from 16 to {_MAX_SIDE_PX}.')
        if width % 2 or height % 2:
            raise self._values.wrong(f'"size" is {width} x {height}; video needs an even width and height.')
        return width, height

    def _max_degrees(self, head: Mapping[str, object]) -> dict[str, float]:
        limits = self._values.section(head, "max_degrees", "head")
        found: dict[str, float] = {}
        for angle in HEAD_ANGLES:
            value = self._values.number(limits.get(angle), f'"head.max_degrees.{angle}"')
            if not 0 < value <= _MAX_ANGLE_DEGREES:
                raise self._values.wrong(
                    f'"head.max_degrees.{angle}" is {value:g}; it must lie above 0 and at most {_MAX_ANGLE_DEGREES:g}.'
                )
            found[angle] = value
        return found

    def _landmarks(self, manifest: Mapping[str, object], size: tuple[int, int]) -> dict[str, tuple[float, float]]:
        listed = self._values.section(manifest, "landmarks")
        found: dict[str, tuple[float, float]] = {}
        for name in LANDMARKS:
            x, y = self._values.numbers(listed.get(name), 2, f'"landmarks.{name}"')
            if not (0 <= x < size[0] and 0 <= y < size[1]):
                raise self._values.wrong(
                    f'"landmarks.{name}" is ({x:g}, {y:g}), outside the {size[0]} x {size[1]} frame.'
                )
            found[name] = (x, y)
        return found

    def _box(self, owner: Mapping[str, object], key: str, within: str, size: tuple[int, int]) -> Box:
        corners = self._values.numbers(owner.get(key), 4, f'"{within}.{key}"')
        box = Box(*(int(corner) for corner in corners))
        if tuple(box) != tuple(corners):
            raise self._values.wrong(f'"{within}.{key}" is {corners}; a box is given in whole pixels.')
        if not (0 <= box.x0 < box.x1 <= size[0] and 0 <= box.y0 < box.y1 <= size[1]):
            raise self._values.wrong(
                f'"{within}.{key}" is {list(box)}, not a box [x0, y0, x1, y1] inside the {size[0]} x {size[1]} frame.'
            )
        return box

    # -- pictures and fields -----------------------------------------------------------------------------------------

    def _keys(
        self,
        manifest: Mapping[str, object],
        part: str,
        names: tuple[str, ...],
        size: tuple[int, int],
        *,
        optional: tuple[str, ...] = (),
        number: str | None = None,
        flows_needed: bool = False,
    ) -> KeySet:
        entry = self._values.section(manifest, part)
        box = self._box(entry, "box", part, size)
        keys = self._values.section(entry, "keys", part)
        missing = [name for name in names if name not in keys]
        names += tuple(name for name in optional if name in keys)
        if missing or not names:
            raise AvatarPackError(
                self._values.file,
                f'"{part}.keys" lacks {", ".join(missing or optional)}.',
                "Bake the missing keys with tools/bake.",
            )
        pictures = np.empty((len(names), box.height, box.width, 3), np.uint8)
        numbers = np.zeros(len(names), np.float32)
        for place, name in enumerate(names):
            where = f"{part}.keys.{name}"
            key = self._values.section(keys, name, f"{part}.keys")
            pictures[place] = self._picture(self._values.text(key, "file", where), (box.width, box.height))
            if number is not None:
                numbers[place] = self._values.number(key.get(number), f'"{where}.{number}"')
        if number == "gap_px" and bool((numbers < 0).any()):
            raise self._values.wrong(f'"{part}.keys" has a negative "gap_px".')
        if number == "closure" and not bool(((numbers >= 0) & (numbers <= 1)).all()):
            raise self._values.wrong(f'"{part}.keys" has a "closure" outside 0..1.')
        return KeySet(
            box=box,
            names=names,
            pictures=pictures,
            flows=self._flows(part, names, box, needed=flows_needed),
            gap_px=numbers if number == "gap_px" else None,
            closure=numbers if number == "closure" else None,
        )

    def _picture(self, name: str, size: tuple[int, int]) -> NDArray[np.uint8]:
        file = self._file(name)
        data = np.fromfile(file, np.uint8)
        decoded = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
        if decoded is None:
            raise AvatarPackError(file, "This is not a picture that OpenCV can read.", "Copy or bake the pack again.")
        picture = np.asarray(decoded, np.uint8)
        height, width = picture.shape[:2]
        if (width, height) != size:
            raise AvatarPackError(
                file,
                f"The picture is {width} x {height} pixels; the manifest's box asks for {size[0]} x {size[1]}.",
                "Bake the pack again; pictures and manifest must come from one bake.",
            )
        return picture

    def _flows(self, part: str, names: tuple[str, ...], box: Box, *, needed: bool) -> NDArray[np.float32] | None:
        name = f"{part}/flow.npz"
        if not needed and not (self._folder / name).exists():
            return None
        shape = (math.ceil(box.height / FLOW_STEP_PX), math.ceil(box.width / FLOW_STEP_PX), 2)
        fields = self._fields(name, names, shape)
        return np.stack([fields[key] for key in names])

    def _head(self, name: str, size: tuple[int, int]) -> dict[str, NDArray[np.float32]]:
        width, height = size
        return self._fields(name, HEAD_FIELDS, (math.ceil(height / HEAD_STEP_PX), math.ceil(width / HEAD_STEP_PX), 2))

    def _fields(
        self, name: str, wanted: tuple[str, ...], shape: tuple[int, int, int]
    ) -> dict[str, NDArray[np.float32]]:
        file = self._file(name)
        again = "Bake the pack again with tools/bake."
        fields: dict[str, NDArray[np.float32]] = {}
        try:
            with np.load(file, allow_pickle=False) as archive:
                for key in wanted:
                    if key not in archive.files:
                        raise AvatarPackError(file, f'The field "{key}" is missing.', again)
                    stored = archive[key]
                    if stored.shape != shape:
                        raise AvatarPackError(
                            file, f'The field "{key}" has the shape {stored.shape}; it must have {shape}.', again
                        )
                    fields[key] = stored.astype(np.float32)
        except (OSError, ValueError, zipfile.BadZipFile) as error:
            raise AvatarPackError(file, f"This is not an archive of numpy arrays ({error}).", again) from error
        for key, field in fields.items():
            if not np.isfinite(field).all():
                raise AvatarPackError(file, f'The field "{key}" holds values that are not finite.', again)
        return fields

    def _file(self, name: str) -> Path:
        file = self._folder / name
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise self._values.wrong(f'The file name "{name}" leads outside the pack.')
        if not file.is_file():
            raise AvatarPackError(
                file, "The file is missing.", "Copy the whole pack, or bake it again with tools/bake."
            )
        return file
