"""The pack's loader: it takes whole packs, and says what is wrong with broken ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from render.avatar_pack import (
    BROW_KEYS,
    EYE_KEYS,
    GAZE_KEYS,
    HEAD_FIELDS,
    LID_KEYS,
    MOUTH_KEYS,
    OPTIONAL_BROW_KEYS,
    OPTIONAL_MOUTH_KEYS,
    AvatarPackError,
    Box,
    load_avatar_pack,
)
from tests.render.pack_fixture import MOUTH_BOX, SIZE, write_fields, write_pack

DEMO_PACK = Path(__file__).parents[2] / "rooms/demo/avatar"
Manifest = dict[str, Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "pack")


def edit(folder: Path, change: Callable[[Manifest], object]) -> None:
    file = folder / "manifest.json"
    manifest = json.loads(file.read_text())
    change(manifest)
    file.write_text(json.dumps(manifest))


def refused(folder: Path, today: date | None = None) -> AvatarPackError:
    with pytest.raises(AvatarPackError) as caught:
        load_avatar_pack(folder, today=today)
    error = caught.value
    assert error.remedy
    assert str(error.file) in str(error)
    return error


PERSON: Manifest = {
    "kind": "person",
    "statement": "Shown in this shop's live streams.",
    "who": "Lin Chen",
    "what_for": "live streams of this shop",
    "until": "2027-03-31",
    "proof": "contracts/lin-2026.pdf",
}


def stored(file: Path) -> dict[str, NDArray[np.float16]]:
    with np.load(file) as archive:
        return {name: archive[name] for name in archive.files}


def test_a_whole_pack_loads_with_the_documented_shapes(folder: Path) -> None:
    pack = load_avatar_pack(folder)
    width, height = SIZE
    assert pack.size == SIZE
    assert pack.plate.shape == (height, width, 3)
    assert pack.plate.dtype == np.uint8
    assert pack.mouth.box == Box(*MOUTH_BOX)
    assert pack.mouth.names == MOUTH_KEYS
    assert pack.mouth.pictures.shape == (13, 56, 84, 3)
    assert pack.mouth.flows is not None
    assert pack.mouth.flows.shape == (13, 14, 21, 2)
    assert pack.mouth.flows.dtype == np.float32
    assert pack.lids.names == LID_KEYS
    assert pack.gaze.names == GAZE_KEYS
    assert pack.brows.names == BROW_KEYS
    assert set(pack.head) == set(HEAD_FIELDS)
    assert pack.head["yaw"].shape == (40, 23, 2)
    assert pack.max_degrees == {"yaw": 5.0, "pitch": 4.0, "roll": 4.0}
    assert pack.consent.kind == "synthetic"


def test_gaps_and_closures_come_in_the_order_of_the_names(folder: Path) -> None:
    pack = load_avatar_pack(folder)
    assert pack.mouth.gap_px is not None
    assert pack.mouth.gap_px[pack.mouth.index("rest")] == 0
    assert pack.mouth.gap_px[pack.mouth.index("aa")] == 18
    assert pack.lids.closure is not None
    assert pack.lids.closure.tolist() == pytest.approx([0.5, 0.8, 1.0])


def test_lid_and_brow_flows_are_optional_and_read_when_there(folder: Path) -> None:
    assert load_avatar_pack(folder).lids.flows is None
    write_fields(folder / "lids/flow.npz", {name: np.ones((8, 21, 2), np.float16) for name in LID_KEYS})
    flows = load_avatar_pack(folder).lids.flows
    assert flows is not None
    assert flows.shape == (3, 8, 21, 2)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert refused(tmp_path / "nowhere").file == tmp_path / "nowhere"


def test_a_missing_manifest_is_named(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    assert refused(folder).file.name == "manifest.json"


@pytest.mark.parametrize("text", ["{", "[]", ""])
def test_a_manifest_that_is_no_json_object_is_refused(folder: Path, text: str) -> None:
    (folder / "manifest.json").write_text(text)
    assert "JSON" in refused(folder).problem


def test_another_format_version_is_refused_by_name(folder: Path) -> None:
    edit(folder, lambda manifest: manifest.update(format="talkback-avatar/1"))
    assert "talkback-avatar/1" in refused(folder).problem


@pytest.mark.parametrize("name", ["plate.webp", "mouth/aa.webp", "lids/closed.webp", "head.npz", "mouth/flow.npz"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    error = refused(folder)
    assert error.file == folder / name
    assert "missing" in error.problem


def test_a_picture_of_another_size_than_its_box_is_refused(folder: Path) -> None:
    cv2.imwrite(str(folder / "mouth/oo.webp"), np.zeros((20, 20, 3), np.uint8))
    error = refused(folder)
    assert error.file == folder / "mouth/oo.webp"
    assert "20 x 20" in error.problem


def test_a_file_that_is_no_picture_is_refused(folder: Path) -> None:
    (folder / "plate.webp").write_bytes(b"not a picture")
    assert refused(folder).file == folder / "plate.webp"


@pytest.mark.parametrize("box", [[100, 120, 184, 176], [-4, 0, 80, 56], [84, 56, 0, 0], [0, 0, 84], [0.5, 0, 84, 56]])
def test_a_box_outside_the_frame_is_refused(folder: Path, box: list[float]) -> None:
    edit(folder, lambda manifest: manifest["mouth"].update(box=box))
    assert "mouth.box" in refused(folder).problem


@pytest.mark.parametrize("key", MOUTH_KEYS)
def test_a_missing_mouth_key_is_named(folder: Path, key: str) -> None:
    edit(folder, lambda manifest: manifest["mouth"]["keys"].pop(key))
    assert f'"mouth.keys" lacks {key}.' in refused(folder).problem


@pytest.mark.parametrize("gap", [None, "wide", True, -1.0])
def test_a_gap_that_is_no_length_is_refused(folder: Path, gap: object) -> None:
    edit(folder, lambda manifest: manifest["mouth"]["keys"]["aa"].update(gap_px=gap))
    assert "gap_px" in refused(folder).problem


def test_a_closure_beyond_shut_is_refused(folder: Path) -> None:
    edit(folder, lambda manifest: manifest["lids"]["keys"]["closed"].update(closure=1.5))
    assert "closure" in refused(folder).problem


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_flows_that_are_not_finite_are_refused(folder: Path, value: float) -> None:
    flows = stored(folder / "mouth/flow.npz")
    flows["eh"][3, 3, 0] = value
    write_fields(folder / "mouth/flow.npz", flows)
    error = refused(folder)
    assert error.file == folder / "mouth/flow.npz"
    assert '"eh"' in error.problem


def test_a_flow_that_lacks_a_key_is_refused(folder: Path) -> None:
    flows = stored(folder / "mouth/flow.npz")
    del flows["oo"]
    write_fields(folder / "mouth/flow.npz", flows)
    assert '"oo" is missing' in refused(folder).problem


def test_a_head_field_of_another_shape_is_refused(folder: Path) -> None:
    fields = stored(folder / "head.npz")
    fields["pitch"] = fields["pitch"][:-1]
    write_fields(folder / "head.npz", fields)
    error = refused(folder)
    assert error.file == folder / "head.npz"
    assert "(39, 23, 2)" in error.problem


def test_a_broken_archive_is_refused(folder: Path) -> None:
    (folder / "head.npz").write_bytes(b"PK\x03\x04 cut short")
    assert refused(folder).file == folder / "head.npz"


@pytest.mark.parametrize(
    "consent",
    [None, {}, {"kind": "synthetic"}, {"kind": "synthetic", "statement": " "}, {"kind": "a", "statement": "b"}],
)
def test_a_pack_without_consent_is_refused(folder: Path, consent: object) -> None:
    edit(folder, lambda manifest: manifest.update(consent=consent))
    error = refused(folder)
    assert error.file == folder / "manifest.json"
    assert "may be shown" in error.problem


def test_a_persons_consent_is_read_whole(folder: Path) -> None:
    edit(folder, lambda manifest: manifest.update(consent=PERSON))
    consent = load_avatar_pack(folder, today=date(2027, 3, 31)).consent
    assert (consent.kind, consent.who, consent.until) == ("person", "Lin Chen", date(2027, 3, 31))
    assert (consent.what_for, consent.proof) == (PERSON["what_for"], PERSON["proof"])


def test_the_day_after_the_last_the_pack_is_refused(folder: Path) -> None:
    edit(folder, lambda manifest: manifest.update(consent=PERSON))
    error = refused(folder, today=date(2027, 4, 1))
    assert "Lin Chen ended on 2027-03-31" in error.problem
    assert "new consent" in error.remedy


@pytest.mark.parametrize("key", ["who", "what_for", "until", "proof"])
def test_a_person_without_a_whole_record_is_refused(folder: Path, key: str) -> None:
    record = {name: value for name, value in PERSON.items() if name != key}
    edit(folder, lambda manifest: manifest.update(consent=record))
    assert f"lacks {key}" in refused(folder).problem


@pytest.mark.parametrize("until", ["soon", "31.03.2027", "2027-02-30"])
def test_a_last_day_that_is_no_day_is_refused(folder: Path, until: str) -> None:
    edit(folder, lambda manifest: manifest.update(consent=PERSON | {"until": until}))
    assert "consent.until" in refused(folder).problem


def test_a_pack_without_the_optional_keys_does_without_them(folder: Path) -> None:
    assert load_avatar_pack(folder).eyes is None


def test_optional_keys_follow_the_required_ones(tmp_path: Path) -> None:
    pack = load_avatar_pack(write_pack(tmp_path / "rich", expressions=True))
    assert pack.mouth.names == MOUTH_KEYS + OPTIONAL_MOUTH_KEYS
    assert pack.mouth.flows is not None
    assert pack.mouth.flows.shape[0] == len(pack.mouth.pictures) == 16
    assert pack.mouth.gap_px is not None
    assert pack.mouth.gap_px[pack.mouth.index("smile_aa")] == pack.mouth.gap_px[pack.mouth.index("aa")]
    assert pack.brows.names == BROW_KEYS + OPTIONAL_BROW_KEYS
    assert pack.eyes is not None
    assert pack.eyes.names == EYE_KEYS


def test_some_of_the_optional_keys_may_be_missing(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "rich", expressions=True)
    edit(folder, lambda manifest: manifest["mouth"]["keys"].pop("smile_eh"))
    edit(folder, lambda manifest: manifest["eyes"]["keys"].pop("squint"))
    pack = load_avatar_pack(folder)
    assert pack.mouth.names == (*MOUTH_KEYS, "smile_aa", "frown")
    assert pack.eyes is not None
    assert pack.eyes.names == ("wide",)


def test_an_optional_key_that_is_named_must_be_whole(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "rich", expressions=True)
    (folder / "mouth/frown.webp").unlink()
    assert refused(folder).file == folder / "mouth/frown.webp"


def test_eyes_without_any_key_are_refused(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "rich", expressions=True)
    edit(folder, lambda manifest: manifest["eyes"]["keys"].clear())
    assert '"eyes.keys" lacks squint, wide' in refused(folder).problem


@pytest.mark.parametrize("name", ["../plate.webp", "/etc/hostname"])
def test_a_file_name_may_not_leave_the_pack(folder: Path, name: str) -> None:
    edit(folder, lambda manifest: manifest.update(plate=name))
    assert "outside the pack" in refused(folder).problem


@pytest.mark.parametrize("size", [[181, 320], [180], [0, 0], ["a", "b"], [100_000, 320]])
def test_a_frame_size_that_cannot_be_video_is_refused(folder: Path, size: list[object]) -> None:
    edit(folder, lambda manifest: manifest.update(size=size))
    assert "size" in refused(folder).problem


def test_a_landmark_outside_the_frame_is_refused(folder: Path) -> None:
    edit(folder, lambda manifest: manifest["landmarks"].update(chin=[90, 400]))
    assert "landmarks.chin" in refused(folder).problem


@pytest.mark.parametrize("degrees", [0, -5, 90, None])
def test_head_limits_must_be_sensible_angles(folder: Path, degrees: object) -> None:
    edit(folder, lambda manifest: manifest["head"]["max_degrees"].update(yaw=degrees))
    assert "max_degrees.yaw" in refused(folder).problem


def test_the_demo_pack_loads() -> None:
    pack = load_avatar_pack(DEMO_PACK)
    assert pack.size == (720, 1280)
    assert pack.consent.kind == "synthetic"
    assert sum(file.stat().st_size for file in DEMO_PACK.rglob("*") if file.is_file()) < 4_000_000


def test_the_demo_pack_opens_its_mouth_in_the_order_of_its_vowels() -> None:
    mouth = load_avatar_pack(DEMO_PACK).mouth
    assert mouth.gap_px is not None
    gap = {name: float(value) for name, value in zip(mouth.names, mouth.gap_px, strict=True)}
    assert gap["rest"] <= 1
    assert gap["mbp"] <= 1
    assert gap["ee"] < gap["eh"] < gap["aa"]
    assert gap["oo"] < gap["oh"]


def test_the_demo_packs_key_pictures_meet_the_plate_at_their_borders() -> None:
    pack = load_avatar_pack(DEMO_PACK)
    for part in (pack.mouth, pack.lids, pack.gaze, pack.brows):
        x0, y0, x1, y1 = part.box
        around = pack.plate[y0:y1, x0:x1].astype(np.int16)
        edge = np.ones(around.shape[:2], bool)
        edge[2:-2, 2:-2] = False
        for name, picture in zip(part.names, part.pictures, strict=True):
            difference = np.abs(picture.astype(np.int16) - around)[edge]
            assert difference.mean() < 3, f"{name} does not meet the plate"


def test_the_demo_packs_head_turns_the_documented_way() -> None:
    pack = load_avatar_pack(DEMO_PACK)
    nose_x, nose_y = (round(value) // 8 for value in pack.landmarks["nose_tip"])
    assert pack.head["yaw"][nose_y, nose_x, 0] > 0.5
    assert pack.head["pitch"][nose_y, nose_x, 1] < -0.5
    assert pack.head["roll"][nose_y, nose_x, 0] > 0.5
    eye_x, eye_y = (round(value) // 8 for value in pack.landmarks["left_eye"])
    assert pack.head["roll"][eye_y, eye_x, 1] < 0
    assert all(float(np.abs(pack.head[angle][-8:]).max()) == 0 for angle in ("yaw", "pitch", "roll"))
