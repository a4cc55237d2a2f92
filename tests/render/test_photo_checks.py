from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from render.avatar_pack import load_avatar_pack
from render.photo.landmarks import FaceLandmarks, Landmarker
from render.photo.photograph import read_photograph
from render.photo.portrait_checks import checked
from render.photo.refusal import PhotoRefused
from tests.render.photo_fixture import (
    PLATE,
    Picture,
    landmarks,
    needs_landmarker,
    painted_over,
    portrait,
    rotated,
    scaled,
)

models = pytest.mark.models


@pytest.fixture(scope="module")
def landmarker() -> Landmarker:
    return Landmarker()


@pytest.fixture(scope="module")
def face() -> FaceLandmarks:
    return landmarks(portrait())


def refusal(landmarker: Landmarker, photo: Picture) -> PhotoRefused:
    with pytest.raises(PhotoRefused) as caught:
        checked(photo, landmarker(photo, levels=3))
    assert caught.value.problem
    assert caught.value.remedy
    return caught.value


def with_key(part: str, key: str) -> Picture:
    pack = load_avatar_pack(PLATE.parent)
    keys = getattr(pack, part)
    picture = pack.plate.copy()
    box = keys.box
    picture[box.y0 : box.y1, box.x0 : box.x1] = keys.pictures[keys.index(key)]
    return np.asarray(picture, np.uint8)


@models
@needs_landmarker
class TestPortraits:
    def test_a_good_portrait_is_taken(self, landmarker: Landmarker) -> None:
        photo = portrait()
        face, remarks = checked(photo, landmarker(photo, levels=3))
        assert face.presence > 0.9
        assert not remarks

    def test_a_portrait_that_must_be_enlarged_gets_a_remark(self, landmarker: Landmarker) -> None:
        photo = scaled(portrait(), 0.55)
        _, remarks = checked(photo, landmarker(photo, levels=3))
        assert any("enlarged" in remark for remark in remarks)

    def test_no_face(self, landmarker: Landmarker) -> None:
        assert refusal(landmarker, portrait()[760:]).code == "no-face"

    def test_several_faces(self, landmarker: Landmarker) -> None:
        both = np.hstack([portrait(), portrait()])
        assert "2 faces" in str(refusal(landmarker, both))

    def test_a_bystander_counts(self, landmarker: Landmarker) -> None:
        small = scaled(portrait(), 0.4)
        photo = np.full((1280, 1400, 3), 120, np.uint8)
        photo[:, :720] = portrait()
        photo[200 : 200 + small.shape[0], 900 : 900 + small.shape[1]] = small
        assert refusal(landmarker, photo).code == "several-faces"

    def test_too_small(self, landmarker: Landmarker) -> None:
        assert refusal(landmarker, scaled(portrait(), 0.4)).code == "too-small"

    @pytest.mark.parametrize("degrees", [-20, 20, 90])
    def test_tilted(self, landmarker: Landmarker, degrees: float) -> None:
        assert refusal(landmarker, rotated(portrait(), degrees)).code == "turned"

    @pytest.mark.parametrize(("yaw", "pitch", "said"), [(20, 0, "to the side"), (-20, 0, "to the side"), (0, 24, "up")])
    def test_turned(self, face: FaceLandmarks, yaw: float, pitch: float, said: str) -> None:
        # The landmarks are turned, not the picture: a flat picture can't be looked at from the side.
        across, up = np.radians(yaw), np.radians(pitch)
        about_y = np.array([[np.cos(across), 0, -np.sin(across)], [0, 1, 0], [np.sin(across), 0, np.cos(across)]])
        about_x = np.array([[1, 0, 0], [0, np.cos(up), np.sin(up)], [0, -np.sin(up), np.cos(up)]])
        middle = face.points.mean(0)
        points = (face.points - middle) @ (about_y @ about_x).T + middle
        turned = FaceLandmarks(points.astype(np.float32), face.blendshapes, face.presence)
        assert turned.pose().yaw == pytest.approx(face.pose().yaw + yaw, abs=2.5)
        with pytest.raises(PhotoRefused, match=said):
            checked(portrait(), [turned])

    @pytest.mark.parametrize("sigma_px", [3.5, 6])
    def test_blurred(self, landmarker: Landmarker, sigma_px: float) -> None:
        assert refusal(landmarker, np.asarray(cv2.GaussianBlur(portrait(), (0, 0), sigma_px))).code == "blurred"

    @pytest.mark.parametrize("grey", [20, 120, 240])
    def test_mouth_covered_by_a_mask(self, landmarker: Landmarker, face: FaceLandmarks, grey: int) -> None:
        masked = painted_over(portrait(), face.points[17, :2], (120, 95), grey)
        assert refusal(landmarker, masked).code == "mouth-covered"

    def test_eyes_covered_by_dark_glasses(self, landmarker: Landmarker, face: FaceLandmarks) -> None:
        photo = portrait()
        for eye in (468, 473):
            photo = painted_over(photo, face.points[eye, :2], (58, 42), 18)
        assert refusal(landmarker, photo).code == "eyes-covered"

    @pytest.mark.parametrize("key", ["aa", "ee"])
    def test_mouth_open_or_teeth_showing(self, landmarker: Landmarker, key: str) -> None:
        assert refusal(landmarker, with_key("mouth", key)).code == "mouth-open"

    def test_eyes_shut(self, landmarker: Landmarker) -> None:
        assert refusal(landmarker, with_key("lids", "closed")).code == "eyes-shut"

    def test_too_dark(self, landmarker: Landmarker) -> None:
        assert refusal(landmarker, np.asarray(portrait() * 0.15, np.uint8)).code == "too-dark"

    def test_burnt_out(self, landmarker: Landmarker) -> None:
        bright = np.clip(portrait().astype(np.float32) * 2.2 + 60, 0, 255).astype(np.uint8)
        assert refusal(landmarker, bright).code == "too-bright"


class TestFiles:
    def test_a_phone_photo_is_turned_as_its_exif_data_say(self, tmp_path: Path) -> None:
        picture = np.zeros((300, 600, 3), np.uint8)
        picture[:, :100] = (0, 0, 255)
        image = Image.fromarray(picture[..., ::-1])
        exif = image.getexif()
        exif[0x0112] = 6  # shown turned a quarter clockwise
        image.save(tmp_path / "phone.jpg", exif=exif, quality=95)
        read = read_photograph(tmp_path / "phone.jpg")
        assert read.shape == (600, 300, 3)
        assert read[50, 150, 2] > 200
        assert read[550, 150, 2] < 50

    def test_a_cut_out_is_laid_on_grey(self, tmp_path: Path) -> None:
        Image.new("RGBA", (400, 400), (255, 0, 0, 0)).save(tmp_path / "cut.png")
        assert read_photograph(tmp_path / "cut.png")[200, 200].std() < 10

    def test_heic_is_refused_with_a_way_out(self, tmp_path: Path) -> None:
        (tmp_path / "phone.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(100))
        with pytest.raises(PhotoRefused, match="JPEG") as caught:
            read_photograph(tmp_path / "phone.heic")
        assert caught.value.code == "unreadable"

    @pytest.mark.parametrize("content", [b"", b"not a picture at all", b"\xff\xd8\xff\xe0" + bytes(60)])
    def test_what_is_no_picture_is_refused(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "x.jpg").write_bytes(content)
        with pytest.raises(PhotoRefused) as caught:
            read_photograph(tmp_path / "x.jpg")
        assert caught.value.code == "unreadable"

    def test_a_missing_file_and_a_tiny_picture_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(PhotoRefused, match="can't be read"):
            read_photograph(tmp_path / "none.jpg")
        Image.new("RGB", (200, 900)).save(tmp_path / "tiny.png")
        with pytest.raises(PhotoRefused) as caught:
            read_photograph(tmp_path / "tiny.png")
        assert caught.value.code == "too-small"
