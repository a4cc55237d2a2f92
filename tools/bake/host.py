"""What one host looks like: shape, pieces, colours, light and framing, read from a JSON file in ``hosts/``."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path


@dataclass(frozen=True)
class Hair:
    """Strand hair. Lengths in decimetres; melanin from 0 (white) to 1 (black)."""

    strands: int
    clumps: int
    length: float
    lift: float
    radius: float
    melanin: float
    redness: float
    grey: float  # share of grey strands
    hairline_drop: float  # dm by which the hairline lies lower than drawn in hair.py


@dataclass(frozen=True)
class Skin:
    """Skin texture and tone; ``second`` is mixed over ``texture`` by ``second_share``."""

    texture: str
    second: str
    second_share: float
    saturation: float
    value: float


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
    clothes: str
    clothes_value: float
    clothes_saturation: float
    clothes_tint: list[float]  # red, green, blue the cloth is multiplied with
    eyes: str
    eyes_value: float
    brows: str
    brows_value: float
    lashes: str
    skin: Skin
    hair: Hair
    light: Light
    frame: Frame


def read_host(file: Path) -> Host:
    """Read a host; raises TypeError naming a field that is missing or unknown."""
    entries = json.loads(file.read_text(encoding="utf-8"))
    for part, kind in (("skin", Skin), ("hair", Hair), ("light", Light), ("frame", Frame)):
        entries[part] = kind(**entries[part])
    unknown = set(entries) - {entry.name for entry in fields(Host)}
    if unknown:
        raise TypeError(f"{file}: unknown fields: {', '.join(sorted(unknown))}")
    return Host(**entries)
