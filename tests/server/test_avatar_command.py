from collections.abc import AsyncIterator, Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from render.photo import model_bundle
from server.cli import main
from tests.render.photo_fixture import CONSENT, PLATE, needs_landmarker, portrait
from tests.server.fakes import Site, open_site

Run = Callable[..., tuple[int, str, str]]
DEMO = PLATE.parent


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: object) -> tuple[int, str, str]:
        status = main(["avatar", *(str(argument) for argument in arguments)])
        said = capsys.readouterr()
        return status, said.out, said.err

    return command


@pytest.fixture
def consent(tmp_path: Path) -> Path:
    file = tmp_path / "consent.yaml"
    file.write_text(CONSENT, encoding="utf-8")
    return file


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(tmp_path) as opened:
        yield opened


def test_the_template_can_be_written_to_a_file(run: Run) -> None:
    status, out, _ = run("consent-template")
    assert status == 0
    assert "what_for:" in out


def test_check_says_whom_a_pack_shows(run: Run) -> None:
    status, out, _ = run("check", DEMO)
    assert status == 0
    assert "consent: synthetic" in out


def test_check_refuses_what_is_no_pack(run: Run, tmp_path: Path) -> None:
    status, _, err = run("check", tmp_path)
    assert status == 2
    assert "manifest" in err


def test_without_consent_nothing_is_made(run: Run, tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    cv2.imwrite(str(photo), portrait())
    status, _, err = run("from-photo", photo, "--consent", tmp_path / "none.yaml", "--out", tmp_path / "avatar")
    assert status == 2
    assert "consent-missing" in err
    assert "consent-template" in err
    assert not (tmp_path / "avatar").exists()


def test_consent_is_no_option(run: Run, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as stopped:
        run("from-photo", tmp_path / "photo.png", "--out", tmp_path / "avatar")
    assert stopped.value.code == 2


def test_a_missing_landmarker_is_named_with_its_command(
    run: Run, tmp_path: Path, consent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = tmp_path / "photo.png"
    cv2.imwrite(str(photo), portrait())
    monkeypatch.setattr(model_bundle, "find_spec", lambda name: None)
    status, _, err = run("from-photo", photo, "--consent", consent, "--out", tmp_path / "avatar")
    assert status == 1
    assert model_bundle.INSTALL_COMMAND in err


@pytest.mark.models
@needs_landmarker
def test_a_photo_without_a_face_is_refused_and_nothing_is_left(run: Run, tmp_path: Path, consent: Path) -> None:
    photo = tmp_path / "wall.png"
    cv2.imwrite(str(photo), np.full((600, 600, 3), 140, np.uint8))
    status, _, err = run("from-photo", photo, "--consent", consent, "--out", tmp_path / "avatar")
    assert status == 2
    assert "Refused (no-face)" in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["consent.yaml", "wall.png"]


@pytest.mark.models
@needs_landmarker
def test_a_portrait_becomes_a_pack(run: Run, tmp_path: Path, consent: Path) -> None:
    photo = tmp_path / "photo.png"
    cv2.imwrite(str(photo), portrait())
    status, out, err = run("from-photo", photo, "--consent", consent, "--out", tmp_path / "avatar", "--no-preview")
    assert status == 0, err
    assert "2030-05-03" in out
    status, out, _ = run("check", tmp_path / "avatar")
    assert status == 0
    assert "who: Lin Wei" in out


# ---- the record on the host's dashboard -----------------------------------------------------------------------------------


async def test_the_host_sees_whose_face_is_shown_and_viewers_do_not(site: Site) -> None:
    answer = await site.client.get("/rooms/demo/avatar", headers=site.as_host)
    assert answer.status == 200
    body = await answer.json()
    assert body["name"] == "Lin"
    assert body["consent"]["who"] == "Lin Wei"
    assert body["consent"]["until"] == "2030-05-03"
    assert set(body["consent"]) == {"kind", "statement", "who", "what_for", "until", "proof"}
    assert (await site.client.get("/rooms/demo/avatar")).status == 401
    assert (await site.client.get("/rooms/nowhere/avatar", headers=site.as_host)).status == 404
    assert "Lin Wei" not in await (await site.client.get("/rooms/demo/info")).text()
    site.studio.avatar = None
    assert (await site.client.get("/rooms/demo/avatar", headers=site.as_host)).status == 503
