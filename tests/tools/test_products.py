"""The products' pictures as committed, and the shapes that they are made of; Blender is not needed."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from render.product_media import read_clip
from tools.products.pieces import pile
from tools.products.solids import Solid, ball, box, filleted, lathe, rectangle, slab, tube
from tools.products.swing import FRAMES, OVERLAP, STEPS, SWING_DEG, angle, step_of

ROOT = Path(__file__).parents[2]
ROWS = [
    (room, row)
    for room in ("demo", "teahouse")
    for row in csv.DictReader((ROOT / "rooms" / room / "catalogue.csv").open(encoding="utf-8", newline=""))
]
PRODUCTS = pytest.mark.parametrize(("room", "row"), ROWS, ids=[f"{room}-{row['sku']}" for room, row in ROWS])


def _opened(file: Path) -> NDArray[np.uint8]:
    picture = cv2.imread(str(file))
    assert picture is not None, f"{file} is no picture"
    return np.asarray(picture, np.uint8)


@PRODUCTS
def test_every_product_is_seen(room: str, row: dict[str, str]) -> None:
    file = ROOT / "rooms" / room / "media" / row["picture"]
    assert file.stat().st_size <= 90_000
    picture = _opened(file)
    assert picture.shape == (640, 640, 3)
    # the ground runs to every edge and is light, warm and calm; the product stands out from it, in the middle
    border = np.concatenate(
        [picture[:12].reshape(-1, 3), picture[-12:].reshape(-1, 3), picture[:, -12:].reshape(-1, 3)]
    )
    blue, _, red = border.mean(0)
    assert border.mean() > 120
    assert red > blue
    distance = np.abs(cv2.GaussianBlur(picture, (0, 0), 2).astype(int) - np.median(border, axis=0)).max(2)
    rows, columns = np.nonzero(distance[24:-24, 24:-24] > 30)
    assert len(rows) > 0.05 * 640 * 640
    assert 0.55 * 640 < max(np.ptp(rows), np.ptp(columns)) < 0.86 * 640


def test_no_two_products_share_a_picture() -> None:
    small = {
        (room, row["sku"]): cv2.resize(_opened(ROOT / "rooms" / room / "media" / row["picture"]), (32, 32)).astype(int)
        for room, row in ROWS
    }
    keys = list(small)
    for place, one in enumerate(keys):
        for other in keys[place + 1 :]:
            assert np.abs(small[one] - small[other]).mean() > 2, f"{one} looks like {other}"


@pytest.mark.parametrize("room", ["demo", "teahouse"])
def test_each_room_has_a_clip_that_is_small_and_silent_and_loops_on_the_stage(room: str) -> None:
    (name,) = [row["clip"] for place, row in ROWS if place == room and row["clip"]]
    file = ROOT / "rooms" / room / "media" / name
    assert file.stat().st_size <= 400_000
    with av.open(str(file)) as box_:
        assert [stream.type for stream in box_.streams] == ["video"]
        stream = box_.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.average_rate == 25
        frames = [frame.to_ndarray(format="gray").astype(int) for frame in box_.decode(stream)]
    assert len(frames) == FRAMES + OVERLAP
    assert frames[0].shape == (640, 640)
    shown = [frame.astype(int) for frame in read_clip(str(file)).frames]
    steps = [float(np.abs(a - b).mean()) for a, b in zip(shown, shown[1:], strict=False)]
    assert max(steps) > 0.3  # it moves
    assert float(np.abs(shown[-1] - shown[0]).mean()) <= 1.3 * max(steps)


def test_a_clip_loops_without_a_jump_and_shows_every_rendered_step() -> None:
    turns = [angle(step_of(index)) for index in range(2 * FRAMES + 1)]
    assert turns[:FRAMES] == turns[FRAMES : 2 * FRAMES]
    assert turns[0] == 0
    assert max(turns) == pytest.approx(SWING_DEG)
    assert min(turns) == pytest.approx(-SWING_DEG)
    assert np.abs(np.diff(turns)).max() < 3.5
    assert np.abs(np.diff(turns, 2)).max() < 0.3
    assert {step_of(index) for index in range(FRAMES)} == set(STEPS)


def _volume(solid: Solid) -> float:
    """Signed volume, by tetrahedra from the origin; positive if faces wind counter-clockwise seen from outside."""
    total = 0.0
    for face in solid.faces:
        first, *others = solid.points[list(face)]
        for b, c in zip(others, others[1:], strict=False):
            total += float(np.dot(first, np.cross(b, c))) / 6
    return total


def _watertight(solid: Solid) -> bool:
    edges = Counter((a, b) for face in solid.faces for a, b in zip(face, (*face[1:], face[0]), strict=True))
    return all(count == 1 and edges[(b, a)] == 1 for (a, b), count in edges.items())


@pytest.mark.parametrize(
    ("solid", "volume"),
    [
        (lathe([(0, 0), (2, 0), (2, 5), (0, 5)]), np.pi * 4 * 5),
        (ball(1, 2, 3), 4 / 3 * np.pi * 6),
        (box(4, 3, 2, 0.05), 24.0),
        (slab(rectangle(10, 6, 1), 1, 0.1), 10 * 6 * 1 - (4 - np.pi)),
    ],
    ids=["cylinder", "ellipsoid", "box", "slab"],
)
def test_shapes_are_closed_and_hold_what_they_should(solid: Solid, volume: float) -> None:
    assert _watertight(solid)
    assert _volume(solid) == pytest.approx(volume, rel=0.03)


def test_a_swept_tube_is_closed_along_a_bend() -> None:
    angle = np.linspace(0, np.pi, 60)
    bend = tube(np.stack([5 * np.cos(angle), 0 * angle, 5 * np.sin(angle)], 1), 0.5, 24)
    assert _watertight(bend)
    assert abs(_volume(bend)) == pytest.approx(np.pi * 0.25 * 5 * np.pi, rel=0.06)


def test_fillets_keep_both_ends_and_stay_within_the_corner() -> None:
    line = filleted([(0, 0), (4, 0, 1), (4, 3)])
    assert line[0].tolist() == [0, 0]
    assert line[-1].tolist() == [4, 3]
    assert line[:, 0].max() <= 4
    assert line[:, 1].min() >= 0
    assert np.hypot(*(line - [4, 0]).T).min() > 0.3


def test_piled_balls_touch_but_never_overlap() -> None:
    centres = pile(np.random.default_rng(5), 80, 0.5, (2.0, 1.5))
    apart = np.linalg.norm(centres[:, None] - centres[None], axis=2) + 10 * np.eye(80)
    assert apart.min() >= 1.0 - 1e-9
    assert (centres[:, 2] > 0.5 + 1e-9).sum() > 20  # more than one layer
    assert np.abs(centres[:, 0]).max() <= 2.0
