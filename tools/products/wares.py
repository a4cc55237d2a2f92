"""What there is to photograph: each room's products, how the camera looks at them, and which of them turn in a clip."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import appliances, fresh, household, tea, teaware
from .photo_set import PhotoSet
from .pieces import Random


@dataclass(frozen=True)
class Ware:
    """One product: its model and the view of it."""

    sku: str
    build: Callable[[PhotoSet, Random], None]
    elevation: float = 24.0
    """Degrees that the camera looks down."""
    turn: float = 0.0
    """Degrees that the product is turned, counter-clockwise from above."""
    clip: bool = False


ROOMS: dict[str, tuple[Ware, ...]] = {
    "demo": (
        Ware("RB-10", fresh.steak, 46, -14),
        Ware("BB-06", fresh.blueberries, 36, -18),
        Ware("EG-30", fresh.eggs, 38, -24),
        Ware("RC-05", fresh.rice, 22, 0),
        Ware("YG-12", fresh.yogurt, 26, 0),
        Ware("CK-30", appliances.cooker, 20, -24),
        Ware("KT-17", appliances.kettle, 16, -16, clip=True),
        Ware("BL-60", appliances.blender, 16, 0),
        Ware("AF-04", appliances.fryer, 18, -26),
        Ware("PN-26", household.pan, 34, -34),
        Ware("KN-20", household.knife, 52, 38),
        Ware("AP-01", household.apron, 12, -12),
        Ware("CB-40", household.board, 42, -26),
        Ware("DS-50", household.soap, 14, 0),
    ),
    "teahouse": (
        Ware("LJ-50", tea.tin, 22, 0),
        Ware("DH-60", tea.sachets, 32, -16),
        Ware("PE-357", tea.cake, 20, -14),
        Ware("MJ-100", tea.jasmine, 22, 0),
        Ware("CP-80", tea.jar, 20, 0),
        Ware("GW-120", teaware.gaiwan, 20, 0),
        Ware("ZS-200", teaware.teapot, 18, -18, clip=True),
        Ware("TR-01", teaware.travel, 24, 0),
    ),
}
