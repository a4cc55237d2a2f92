import json
import shutil
from datetime import date
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from render.avatar_pack import MOUTH_KEYS, AvatarPack, AvatarPackError, KeySet, load_avatar_pack
from render.face import Face, Pose
from render.photo.builder import build_pack
from render.photo.contours import LOWER_INNER_LIP, UPPER_INNER_LIP
from render.photo.framing import EYES_AT, INTEROCULAR_PX, framed, interocular
from render.photo.landmarks import FaceLandmarks, Landmarker
from render.photo.preview import write_preview
from render.photo.refusal import PhotoRefused
from tests.render.photo_fixture import CONSENT, Picture, landmarks, needs_landmarker, portrait, rotated, scaled

pytestmark = [pytest.mark.models, needs_landmarker]
TODAY = date(2026, 5, 3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack built from a portrait, once for all tests."""
    place = tmp_path_factory.mktemp("photo")
    cv2.imwrite(str(place / "photo.png"), portrait())
    (place / "consent.yaml").write_text(CONSENT, encoding="utf-8")
    build_pack(place / "photo.png", place / "consent.yaml", place / "pack", today=TODAY)
    return place / "pack"


@pytest.fixture(scope="module")
def pack(folder: Path) -> AvatarPack:
    return load_avatar_pack(folder)


class Mirror:
    """Draws the pack's face, and reads what can be seen of it."""

    def __init__(self, pack: AvatarPack) -> None:
        self._face = Face(pack)
        self._landmarker = Landmarker()
        self._drawn = np.zeros_like(pack.plate)
        self.at_rest = self.shown(Pose(mouth(rest=1.0)))

    def shown(self, pose: Pose) -> FaceLandmarks:
        self._face.draw(pose, self._drawn)
        (face,) = self._landmarker(self._drawn)
        return face


@pytest.fixture(scope="module")
def mirror(pack: AvatarPack) -> Mirror:
    return Mirror(pack)


def mouth(**weights: float) -> np.ndarray:
    out = np.zeros(len(MOUTH_KEYS), np.float32)
    for name, weight in weights.items():
        out[MOUTH_KEYS.index(name)] = weight
    return out


def lip_gap(face: FaceLandmarks) -> float:
    return float(face.points[LOWER_INNER_LIP[5], 1] - face.points[UPPER_INNER_LIP[5], 1])


def cut(pack: AvatarPack, keys: KeySet) -> Picture:
    box = keys.box
    return pack.plate[box.y0 : box.y1, box.x0 : box.x1]


def test_the_pack_holds_every_key_and_the_consent(pack: AvatarPack, folder: Path) -> None:
    assert set(pack.mouth.names) >= set(MOUTH_KEYS)
    manifest = json.loads((folder / "manifest.json").read_text())
    for key in ("smile_eh", "smile_aa", "frown"):
        assert key in manifest["mouth"]["keys"]
    assert set(manifest["brows"]["keys"]) == {"up", "inner_up", "down"}
    assert set(manifest["eyes"]["keys"]) == {"squint", "wide"}
    assert pack.consent.kind == "person"
    assert manifest["consent"]["who"] == pack.name == "Lin Wei"
    assert manifest["consent"]["until"] == "2030-05-03"
    assert sum(file.stat().st_size for file in folder.rglob("*")) < 8_000_000


def test_the_pack_stops_loading_when_the_consent_ends(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "pack"
    shutil.copytree(folder, copy)
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["consent"]["until"] = "2020-01-01"
    (copy / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(AvatarPackError, match="2020-01-01"):
        load_avatar_pack(copy)


def test_every_mouth_opens_as_far_as_the_pack_says(pack: AvatarPack, mirror: Mirror) -> None:
    assert pack.mouth.gap_px is not None
    for key in ("mbp", "s", "eh", "ah", "aa"):
        said = float(pack.mouth.gap_px[pack.mouth.index(key)])
        seen = lip_gap(mirror.shown(Pose(mouth(**{key: 1.0})))) - lip_gap(mirror.at_rest)
        # The landmarker reads wide mouths too small: three quarters of what a rendered host's mesh says.
        assert 0.65 * said - 3 < seen < 1.1 * said + 4, key


def test_lips_round_for_oo_and_spread_for_ee(mirror: Mirror) -> None:
    def width(face: FaceLandmarks) -> float:
        return float(face.points[308, 0] - face.points[78, 0])

    assert width(mirror.shown(Pose(mouth(oo=1.0)))) < 0.85 * width(mirror.at_rest)
    assert width(mirror.shown(Pose(mouth(ee=1.0)))) > 0.97 * width(mirror.at_rest)


def test_teeth_show_in_ee_and_dark_in_aa(pack: AvatarPack) -> None:
    box = pack.mouth.box
    x, y = (round(v) for v in pack.landmarks["mouth_centre"])
    for key in ("ee", "aa"):
        picture = pack.mouth.pictures[pack.mouth.index(key)]
        inside = picture[y - box.y0 - 8 : y - box.y0 + 14, x - box.x0 - 16 : x - box.x0 + 16].astype(np.float32)
        spread = inside.max(axis=2) - inside.min(axis=2)
        bright = (inside.mean(axis=2) > 120) & (spread < 45)  # teeth are bright and without colour
        assert bright.any(), key
    aa = pack.mouth.pictures[pack.mouth.index("aa")]
    assert aa[y - box.y0 + 4 : y - box.y0 + 24, x - box.x0 - 10 : x - box.x0 + 10].mean() < 110


def test_eyes_close_and_look_about(mirror: Mirror) -> None:
    def opening(face: FaceLandmarks) -> float:
        return float(face.points[145, 1] - face.points[159, 1] + face.points[374, 1] - face.points[386, 1]) / 2

    def pupils(face: FaceLandmarks) -> float:
        return float(face.points[[468, 473], 0].mean() - face.points[[33, 133, 362, 263], 0].mean())

    open_px = opening(mirror.at_rest)
    assert opening(mirror.shown(Pose(mouth(rest=1.0), blink=1.0))) < 0.4 * open_px
    half = opening(mirror.shown(Pose(mouth(rest=1.0), blink=0.5)))
    assert 0.3 * open_px < half < 0.9 * open_px
    left = pupils(mirror.shown(Pose(mouth(rest=1.0), gaze_x=-1.0)))
    right = pupils(mirror.shown(Pose(mouth(rest=1.0), gaze_x=1.0)))
    assert left < pupils(mirror.at_rest) - 2.5
    assert right > pupils(mirror.at_rest) + 2.5


def test_the_head_turns_the_way_the_pose_says(mirror: Mirror) -> None:
    def turned(**pose: float) -> FaceLandmarks:
        return mirror.shown(Pose(mouth(rest=1.0), **pose))

    assert turned(yaw=3).pose().yaw > turned(yaw=-3).pose().yaw + 2
    assert turned(pitch=3).points[1, 1] < turned(pitch=-3).points[1, 1] - 10
    assert turned(roll=3).pose().roll == pytest.approx(turned(roll=-3).pose().roll + 6, abs=2)


def test_every_key_meets_the_plate_at_its_border(pack: AvatarPack) -> None:
    for keys in (pack.mouth, pack.lids, pack.gaze, pack.brows):
        rest = cut(pack, keys).astype(np.int16)
        for picture in keys.pictures:
            off = np.abs(picture.astype(np.int16) - rest)
            border = np.concatenate([off[0], off[-1], off[:, 0], off[:, -1]])
            assert border.mean() < 3.0


def test_what_a_key_does_not_move_stays_the_photo(pack: AvatarPack) -> None:
    box = pack.mouth.box
    rest = cut(pack, pack.mouth).astype(np.int16)
    nose = slice(0, round(0.10 * box.height))
    for key in ("aa", "oo", "mbp"):
        off = np.abs(pack.mouth.pictures[pack.mouth.index(key)][nose].astype(np.int16) - rest[nose])
        assert off.mean() < 3.0, key


def test_the_same_photo_gives_the_same_pack(folder: Path, tmp_path: Path) -> None:
    """Nothing is drawn by chance: another run of the painter draws the same key."""
    from render.photo.mouth_keys import MouthPainter

    portraits = [framed(portrait(), landmarks(portrait())) for _ in range(2)]
    first, second = (MouthPainter(each).key("eh") for each in portraits)
    assert np.array_equal(first.picture, second.picture)
    assert np.array_equal(first.flow, second.flow)


def test_the_face_is_framed_alike_whatever_the_photo() -> None:
    for photo in (scaled(portrait(), 0.6), rotated(scaled(portrait(), 1.6), 8)):
        placed = framed(photo, landmarks(photo))
        eyes = placed.face.points[[468, 473], :2].mean(0)
        assert eyes == pytest.approx(EYES_AT, abs=2.0)
        assert INTEROCULAR_PX - 2 < interocular(placed.face) < 1.35 * INTEROCULAR_PX
        assert placed.plate.shape == (1280, 720, 3)


def test_a_tight_photo_is_carried_on_without_a_seam() -> None:
    tight = np.ascontiguousarray(portrait()[150:900, 130:590])
    placed = framed(tight, landmarks(tight))
    assert placed.missing_below_px > 40
    rows = placed.plate[:, 40].astype(np.float32).mean(axis=1)
    assert np.abs(np.diff(rows)).max() < 40


def test_a_folder_with_other_files_is_left_alone(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    (tmp_path / "consent.yaml").write_text(CONSENT, encoding="utf-8")
    with pytest.raises(PhotoRefused, match="other files"):
        build_pack(folder.parent / "photo.png", tmp_path / "consent.yaml", tmp_path, today=TODAY)
    assert (tmp_path / "letter.txt").read_text() == "dear"


def test_consent_is_asked_for_before_the_photo_is_opened(tmp_path: Path) -> None:
    with pytest.raises(PhotoRefused) as caught:
        build_pack(tmp_path / "no-photo.jpg", tmp_path / "no-consent.yaml", tmp_path / "pack", today=TODAY)
    assert caught.value.code == "consent-missing"


def test_the_preview_is_a_film_with_moving_picture(
    pack: AvatarPack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("render.photo.preview._SILENT_S", 1.6)
    seconds = write_preview(pack, None, tmp_path / "preview.mp4")
    with av.open(str(tmp_path / "preview.mp4")) as film:
        frames = [frame.to_ndarray(format="gray") for frame in film.decode(video=0)]
        assert film.streams.video[0].codec_context.name == "h264"
    assert len(frames) == round(seconds * 25)
    assert frames[0].shape == (1280, 720)
    assert np.abs(frames[0].astype(np.int16) - frames[-1]).mean() > 0.05
