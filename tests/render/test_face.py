from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from render.avatar_pack import MOUTH_KEYS, AvatarPack, KeySet, load_avatar_pack
from render.face import Face, Pose
from tests.render.pack_fixture import BROWS_BOX, EYES_BOX, MOUTH_BOX, write_pack

DEMO = Path(__file__).parents[2] / "rooms/demo/avatar"


@pytest.fixture(scope="module")
def pack() -> AvatarPack:
    return load_avatar_pack(DEMO)


@pytest.fixture(scope="module")
def face(pack: AvatarPack) -> Face:
    return Face(pack)


def mouth(**weights: float) -> np.ndarray:
    out = np.zeros(len(MOUTH_KEYS), np.float32)
    for name, weight in weights.items():
        out[MOUTH_KEYS.index(name)] = weight
    return out


REST = Pose(mouth(rest=1))


def draw(face: Face, pack: AvatarPack, pose: Pose) -> np.ndarray:
    out = np.zeros_like(pack.plate)
    face.draw(pose, out)
    return out


def dark_inside(picture: np.ndarray, pack: AvatarPack) -> int:
    """Dark pixels around the mouth's centre: what is seen of the inside."""
    x, y = (round(v) for v in pack.landmarks["mouth_centre"])
    return int((picture[y - 40 : y + 60, x - 60 : x + 60].max(axis=2) < 60).sum())


def test_the_face_at_rest_is_the_plate(face: Face, pack: AvatarPack) -> None:
    difference = np.abs(draw(face, pack, REST).astype(int) - pack.plate)
    assert difference.mean() < 0.6  # the keys are compressed apart from the plate, nothing else may differ


def test_each_key_alone_is_shown_as_it_was_baked(face: Face, pack: AvatarPack) -> None:
    box = pack.mouth.box
    for index, name in enumerate(MOUTH_KEYS):
        if name == "rest":
            continue  # the plate itself stands for it, so that nothing jumps when speech begins
        shown = draw(face, pack, Pose(mouth(**{name: 1.0})))[box.y0 + 40 : box.y1 - 40, box.x0 + 40 : box.x1 - 40]
        difference = np.abs(shown.astype(int) - pack.mouth.pictures[index][40:-40, 40:-40])
        assert difference.mean() < 1.5, name  # beneath the jaw the field gives way to the neck, see docs/avatar-pack.md
        assert difference[50:130, 50:-50].mean() < 2.0, name


def test_the_mouth_opens_step_by_step_between_its_keys(face: Face, pack: AvatarPack) -> None:
    inside = [dark_inside(draw(face, pack, Pose(mouth(rest=1 - t, aa=t))), pack) for t in (0, 0.35, 0.7, 1.0)]
    assert inside == sorted(inside)
    assert inside[-1] > inside[0] + 300


def test_a_mixture_is_as_sharp_as_its_keys_and_not_a_double_exposure(face: Face, pack: AvatarPack) -> None:
    x, y = (round(v) for v in pack.landmarks["mouth_centre"])
    crop = np.s_[y - 30 : y + 50, x - 60 : x + 60]

    def sharpness(pose: Pose) -> float:
        grey = draw(face, pack, pose)[crop].mean(axis=2)
        return float(np.abs(np.diff(grey, axis=0)).mean())

    mixed = sharpness(Pose(mouth(ah=0.5, aa=0.5)))
    assert mixed > 0.75 * min(sharpness(Pose(mouth(ah=1))), sharpness(Pose(mouth(aa=1))))


def test_lids_close_and_the_gaze_moves_only_the_eyes(face: Face, pack: AvatarPack) -> None:
    rest, box = draw(face, pack, REST), pack.lids.box
    for pose in (
        replace(REST, blink=0.6),
        replace(REST, blink=1.0),
        replace(REST, gaze_x=-0.8),
        replace(REST, gaze_y=0.6),
    ):
        changed = np.abs(draw(face, pack, pose).astype(int) - rest).max(axis=2) > 12
        rows, columns = np.nonzero(changed)
        assert len(rows) > 150
        assert rows.min() >= box.y0
        assert rows.max() < box.y1
        assert columns.min() >= box.x0
        assert columns.max() < box.x1


def test_yaw_moves_the_nose_to_the_right_and_leaves_the_background_still(face: Face, pack: AvatarPack) -> None:
    turned = draw(face, pack, replace(REST, yaw=4))
    rest = draw(face, pack, REST)
    assert np.array_equal(turned[:60], rest[:60])
    x, y = (round(v) for v in pack.landmarks["nose_tip"])
    strip = rest[y - 20 : y + 20, x - 30 : x + 30].astype(float)
    errors = {
        shift: np.abs(turned[y - 20 : y + 20, x - 30 + shift : x + 30 + shift].astype(float) - strip).mean()
        for shift in range(-20, 21)
    }
    assert 4 <= min(errors, key=errors.__getitem__) <= 20


def test_beyond_its_limits_the_head_does_not_go(face: Face, pack: AvatarPack) -> None:
    limit = pack.max_degrees["yaw"]
    assert np.array_equal(draw(face, pack, replace(REST, yaw=limit)), draw(face, pack, replace(REST, yaw=90)))


def test_the_same_pose_draws_the_same_picture_whatever_was_drawn_before(face: Face, pack: AvatarPack) -> None:
    pose = Pose(mouth(eh=0.6, oh=0.4), blink=0.3, gaze_x=0.4, brow=0.5, yaw=2, pitch=-1, roll=1, breath=0.7)
    first = draw(face, pack, pose)
    draw(face, pack, Pose(mouth(aa=1), blink=1, brow=1, gaze_x=-1))
    assert np.array_equal(draw(face, pack, pose), first)


def test_brows_stay_raised_through_a_blink_and_a_glance(face: Face, pack: AvatarPack) -> None:
    box = pack.brows.box
    lids = pack.lids.box
    above = np.s_[box.y0 : lids.y0 + 30, box.x0 : box.x1]
    raised = draw(face, pack, replace(REST, brow=1.0))[above].astype(int)
    rest = draw(face, pack, REST)[above].astype(int)
    lift = np.abs(raised - rest).mean()
    for pose in (replace(REST, brow=1.0, blink=1.0), replace(REST, brow=1.0, gaze_x=-1.0)):
        assert np.abs(draw(face, pack, pose)[above].astype(int) - raised).mean() < 0.5 * lift


def test_lips_that_meet_are_shut_whatever_the_smile(face: Face, pack: AvatarPack) -> None:
    wide = dark_inside(draw(face, pack, Pose(mouth(aa=1))), pack)
    for smile in (0.0, 0.4, 0.8):
        assert dark_inside(draw(face, pack, Pose(mouth(mbp=1), smile=smile)), pack) < 0.1 * wide


def test_a_smile_widens_the_mouth_at_rest(face: Face, pack: AvatarPack) -> None:
    rest, smiling = draw(face, pack, REST), draw(face, pack, replace(REST, smile=1.0))
    box = pack.mouth.box
    baked = pack.mouth.pictures[MOUTH_KEYS.index("smile")]
    shown = smiling[box.y0 : box.y1, box.x0 : box.x1].astype(int)
    assert np.abs(shown - baked)[40:-40, 40:-40].mean() < 2.5
    assert np.abs(shown - rest[box.y0 : box.y1, box.x0 : box.x1]).mean() > 1


def test_a_mouth_that_begins_to_open_shows_its_inside_and_not_smeared_lips(face: Face, pack: AvatarPack) -> None:
    closed = dark_inside(draw(face, pack, REST), pack)
    assert dark_inside(draw(face, pack, Pose(mouth(rest=0.7, aa=0.3))), pack) > closed + 60


def test_breath_lifts_the_chest_in_steps_too_small_to_see(face: Face, pack: AvatarPack) -> None:
    frames = [draw(face, pack, replace(REST, breath=breath)).astype(int) for breath in np.linspace(0, 1, 25)]
    assert np.abs(frames[-1] - frames[0])[900:].mean() > 0.4
    assert max(np.abs(b - a).mean() for a, b in zip(frames, frames[1:], strict=False)) < 0.4
    assert np.array_equal(frames[0][900:], pack.plate[900:])


def test_a_pack_whose_lids_and_gaze_lie_in_different_boxes_is_drawn(pack: AvatarPack) -> None:
    box = pack.lids.box
    smaller = type(box)(box.x0 + 10, box.y0 + 6, box.x1 - 10, box.y1 - 6)
    pictures = pack.lids.pictures[:, 6:-6, 10:-10]
    other = Face(replace(pack, lids=replace(pack.lids, box=smaller, pictures=pictures, flows=None)))
    shut, rest = draw(other, pack, replace(REST, blink=1.0)), draw(other, pack, REST)
    assert np.abs(shut.astype(int) - rest).max() > 60


@pytest.fixture(scope="module")
def drawn_pack(tmp_path_factory: pytest.TempPathFactory) -> AvatarPack:
    return load_avatar_pack(write_pack(tmp_path_factory.mktemp("pack"), expressions=True))


@pytest.fixture(scope="module")
def drawn_face(drawn_pack: AvatarPack) -> Face:
    return Face(drawn_pack)


def changed(face: Face, pack: AvatarPack, pose: Pose, base: Pose = REST) -> np.ndarray:
    """Mean change of each pixel against another pose."""
    difference = np.abs(draw(face, pack, pose).astype(int) - draw(face, pack, base)).mean(axis=2)
    return np.asarray(difference)


@pytest.mark.parametrize(
    ("asked", "box"),
    [
        (replace(REST, brow_inner=1.0), BROWS_BOX),
        (replace(REST, brow_down=1.0), BROWS_BOX),
        (replace(REST, squint=1.0), EYES_BOX),
        (replace(REST, wide=1.0), EYES_BOX),
        (replace(REST, frown=1.0), MOUTH_BOX),
    ],
)
def test_an_optional_key_moves_its_part_of_the_face_and_nothing_else(
    drawn_face: Face, drawn_pack: AvatarPack, asked: Pose, box: tuple[int, int, int, int]
) -> None:
    change = changed(drawn_face, drawn_pack, asked)
    x0, y0, x1, y1 = box
    assert (change[y0:y1, x0:x1] > 12).sum() > 10
    change[y0 - 8 : y1 + 8, x0 - 8 : x1 + 8] = 0  # a cell of the head's grid
    assert change.max() < 3


def with_keys(keys: KeySet, wanted: Sequence[str]) -> KeySet:
    """Some of the keys only."""
    places = [keys.index(name) for name in wanted]
    return replace(
        keys,
        names=tuple(wanted),
        pictures=keys.pictures[places],
        flows=None if keys.flows is None else keys.flows[places],
        gap_px=None if keys.gap_px is None else keys.gap_px[places],
    )


def test_a_pack_without_the_optional_keys_draws_any_pose(pack: AvatarPack) -> None:
    pack = replace(pack, mouth=with_keys(pack.mouth, MOUTH_KEYS), brows=with_keys(pack.brows, ["up"]), eyes=None)
    face = Face(pack)
    sorry = replace(REST, frown=1.0, squint=1.0, wide=1.0, brow_down=1.0)
    assert np.array_equal(draw(face, pack, sorry), draw(face, pack, REST))
    assert changed(face, pack, replace(REST, brow_inner=1.0)).max() > 20  # the whole brow rises in its place


def test_one_brow_may_go_higher_than_the_other(face: Face, pack: AvatarPack) -> None:
    box, middle = pack.brows.box, round(pack.landmarks["nose_tip"][0])
    change = changed(face, pack, replace(REST, brow=0.5, brow_tilt=0.9))[box.y0 : box.y1]
    assert change[:, middle + 20 : box.x1].mean() > 2 * change[:, box.x0 : middle - 20].mean()


def test_a_smile_speaks_through_the_smiling_key(drawn_face: Face, drawn_pack: AvatarPack) -> None:
    smiling = drawn_pack.mouth.pictures[drawn_pack.mouth.index("smile_aa")].astype(int)
    x0, y0, x1, y1 = MOUTH_BOX
    centre = np.s_[14:-14, 14:-14]
    plain = draw(drawn_face, drawn_pack, Pose(mouth(aa=1)))[y0:y1, x0:x1]
    shown = draw(drawn_face, drawn_pack, Pose(mouth(aa=1), smile=1.0))[y0:y1, x0:x1]
    assert np.abs(shown - smiling)[centre].mean() < 0.4 * np.abs(plain - smiling)[centre].mean()


def test_upper_teeth_stand_still_while_the_jaw_opens(face: Face, pack: AvatarPack) -> None:
    x, y = (round(v) for v in pack.landmarks["mouth_centre"])
    band = np.s_[y - 5 : y + 3, x - 22 : x + 22]  # the front teeth's middle

    def teeth(pose: Pose) -> np.ndarray:
        return np.asarray(draw(face, pack, pose)[band].mean(axis=(0, 2)))

    wide = teeth(Pose(mouth(aa=1)))
    for share in (0.45, 0.6, 0.8):
        seen = teeth(Pose(mouth(rest=1 - share, aa=share)))
        columns = np.arange(wide.size)
        shifts = {
            shift: float(np.corrcoef(seen[6:-6], np.interp(columns[6:-6] + shift, columns, wide))[0, 1])
            for shift in (-3, -2, -1, 0, 1, 2, 3)
        }
        best = max(shifts.values())
        assert max(shifts[shift] for shift in (-1, 0, 1)) == best, shifts


def test_the_inside_of_the_mouth_changes_gradually_between_open_shapes(face: Face, pack: AvatarPack) -> None:
    x, y = (round(v) for v in pack.landmarks["mouth_centre"])
    crop = np.s_[y - 10 : y + 40, x - 40 : x + 40]
    shown = [draw(face, pack, Pose(mouth(aa=1 - t, oh=t)))[crop].astype(int) for t in np.linspace(0, 1, 11)]
    steps = [np.abs(b - a).mean() for a, b in zip(shown, shown[1:], strict=False)]
    assert max(steps) < 3.0 * np.mean(steps)


def test_two_faces_draw_the_same_frames(face: Face, pack: AvatarPack) -> None:
    other = Face(pack)
    for t in np.linspace(0, 1, 5):
        pose = Pose(mouth(eh=1 - t, oo=t), blink=t, gaze_x=t - 0.5, brow=t, smile=0.5, squint=t, yaw=3 * t, breath=t)
        assert np.array_equal(draw(face, pack, pose), draw(other, pack, pose))
