"""What one host looks like: shape, pieces, colours, light and framing, read from a JSON file in ``hosts/``."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path


@dataclass(frozen=True)
class Hair:
    """Strand hair. Lengths in decimetres; melanin from 0 (white) to 1 (black)."""

    style: str  # "swept" back, or "fall" from a side parting to the shoulders
    strands: int
    clumps: int
    length: float
    lift: float
    radius: float
    melanin: float
    redness: float
    grey: float  # share of grey strands
    hairline_drop: float  # dm by which the hairline lies lower than drawn in hair.py
    roots: float  # how dark the scalp is between the strands, 0 to 1
    parting: float = 0.0  # "fall": where the parting lies, in distances of the eyes to the picture's right
    reach: float = 0.0  # "fall": how far below the eyes the ends hang, in distances of the eyes
    curl: float = 0.0  # "fall": how far the ends turn in


@dataclass(frozen=True)
class Skin:
    """Skin texture and tone; ``second`` is mixed over ``texture`` by ``second_share``."""

    texture: str
    second: str
    second_share: float
    saturation: float
    value: float
    tint: list[float]  # red, green, blue the colour is multiplied with
    creases: dict[str, float]  # depth of the lines at rest, by the names in paint.CREASES
    expressive: float  # how much a key deepens them (shapes.CREASES)
    blush: float  # these four: see paint.Complexion
    tired: float
    stubble: float
    lips: float


@dataclass(frozen=True)
class Brows:
    """Brows of strands. Places and lengths in distances of the eyes, from the middle between the eyes."""

    strands: int
    inner: float  # x of the inner end
    outer: float  # x of the outer end
    height: float  # of the inner end above the eyes
    arch: float  # rise of the highest point over the inner end
    tilt: float  # rise of the outer end
    thickness: float
    length: float
    radius: float  # of a strand, dm
    melanin: float


@dataclass(frozen=True)
class Clothes:
    """A garment: the picture on it (``ao``: only its shadows), its colour, and how coarse its weave is."""

    piece: str
    picture: str
    value: float
    saturation: float
    tint: list[float]  # red, green, blue the cloth is multiplied with
    weave: float  # strength of the weave


@dataclass(frozen=True)
class Light:
    """Powers in watts of the studio's lights, strength of the room around it, exposure in stops."""

    key: float
    fill: float
    rim: float
    room: float
    exposure: float


@dataclass(frozen=True)
class Frame:
    """The picture: size in pixels, height of the view in decimetres, how far its centre lies below the eyes."""

    width: int
    height: int
    view_dm: float
    drop_dm: float


@dataclass(frozen=True)
class Host:
    """One host. Names of pieces are those of the CC0 asset folders."""

    name: str
    statement: str
    credits: list[str]
    seed: int
    shape: dict[str, float]
    studio: str  # one of backdrop.STUDIOS
    clothes: Clothes
    eyes: str
    eyes_value: float
    eyes_saturation: float
    brows: Brows
    lashes: str
    lashes_opacity: float
    skin: Skin
    hair: Hair
    light: Light
    frame: Frame


def read_host(file: Path) -> Host:
    """Read a host; raises TypeError naming a field that is missing or unknown."""
    entries = json.loads(file.read_text(encoding="utf-8"))
    parts = {"skin": Skin, "hair": Hair, "brows": Brows, "clothes": Clothes, "light": Light, "frame": Frame}
    for part, kind in parts.items():
        entries[part] = kind(**entries[part])
    unknown = set(entries) - {entry.name for entry in fields(Host)}
    if unknown:
        raise TypeError(f"{file}: unknown fields: {', '.join(sorted(unknown))}")
    return Host(**entries)
