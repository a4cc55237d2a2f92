import numpy as np
import pytest

from render.photo import model_bundle
from render.photo.framing import interocular
from render.photo.landmarks import BLENDSHAPES, FaceLandmarks, Landmarker
from render.photo.model_bundle import LandmarkerMissing, canonical_face
from tests.render.photo_fixture import landmarks, needs_landmarker, portrait, rotated, scaled

pytestmark = [pytest.mark.models, needs_landmarker]


@pytest.fixture(scope="module")
def face() -> FaceLandmarks:
    return landmarks(portrait())


def test_the_landmarks_of_a_rendered_host_lie_where_the_bake_says(face: FaceLandmarks) -> None:
    from render.avatar_pack import load_avatar_pack
    from tests.render.photo_fixture import PLATE

    known = load_avatar_pack(PLATE.parent).landmarks
    for name, point in (("left_eye", 468), ("right_eye", 473), ("nose_tip", 1), ("chin", 152)):
        off = np.hypot(*(face.points[point, :2] - known[name]))
        assert off < 0.12 * interocular(face), (name, off)


def test_every_score_has_its_name(face: FaceLandmarks) -> None:
    assert set(face.blendshapes) == set(BLENDSHAPES)
    assert len(BLENDSHAPES) == 52
    assert all(0 <= score <= 1 for score in face.blendshapes.values())
    assert face.blendshapes["jawOpen"] < 0.1
    assert face.presence > 0.9


def test_landmarks_follow_a_smaller_and_a_tilted_picture(face: FaceLandmarks) -> None:
    small = landmarks(scaled(portrait(), 0.5))
    assert np.abs(small.points[:, :2] * 2 - face.points[:, :2]).mean() < 2.0
    tilted = landmarks(rotated(portrait(), 12)).pose()
    assert tilted.roll == pytest.approx(face.pose().roll + 12, abs=2.0)


def test_the_next_picture_of_a_film_needs_no_search(face: FaceLandmarks) -> None:
    shifted = np.roll(portrait(), 6, axis=1)
    followed = Landmarker().follow(shifted, face)
    assert followed is not None
    assert (followed.points[:, 0] - face.points[:, 0]).mean() == pytest.approx(6, abs=1.0)


def test_a_face_that_has_left_is_not_followed(face: FaceLandmarks) -> None:
    assert Landmarker().follow(np.full((1280, 720, 3), 90, np.uint8), face) is None


def test_small_faces_are_found_with_more_levels() -> None:
    wide = np.full((1400, 2400, 3), 120, np.uint8)
    small = scaled(portrait(), 0.25)
    wide[900 : 900 + small.shape[0], 1900 : 1900 + small.shape[1]] = small
    (found,) = Landmarker()(wide, levels=4)
    assert found.points[:, 0].mean() == pytest.approx(1900 + small.shape[1] / 2, abs=15)


def test_the_canonical_face_is_symmetric_and_its_nose_comes_forward() -> None:
    canon = canonical_face()
    assert canon.points.shape == (468, 3)
    assert canon.triangles.max() == 467
    assert canon.points[33, 0] == pytest.approx(-canon.points[263, 0], abs=0.05)
    assert canon.points[1, 2] > canon.points[234, 2]


def test_a_missing_package_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_bundle, "find_spec", lambda name: None)
    with pytest.raises(LandmarkerMissing, match="pip install"):
        Landmarker()
