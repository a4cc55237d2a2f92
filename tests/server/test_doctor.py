import shutil
from pathlib import Path

import pytest

from server.cli import main
from server.doctor import examine

DEMO = Path(__file__).resolve().parents[2] / "rooms" / "demo"


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEMO, tmp_path / "mine"))


def test_demo_room_is_fine(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", str(DEMO)]) == 0
    assert capsys.readouterr().out == f"{DEMO}: fine\n"


def test_problems_of_every_file_are_told_at_once(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    catalogue = demo / "catalogue.csv"
    lines = catalogue.read_text("utf-8").split("\n")
    lines[2] = lines[2].replace("59.90", "cheap")
    catalogue.write_text("\n".join(lines), "utf-8")
    room = demo / "room.yaml"
    room.write_text(room.read_text("utf-8").replace("seed: 1", "sede: 1"), "utf-8")
    assert main(["doctor", str(demo), str(DEMO)]) == 1
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    assert f"{demo}/catalogue.csv:3: price:" in err
    assert "sede: there is no such setting; did you mean seed?" in err
    assert err.startswith(f"{demo}: ")
    assert out == f"{DEMO}: fine\n"


def test_missing_parts_are_named(demo: Path) -> None:
    shutil.rmtree(demo / "avatar")
    (demo / "persona.md").unlink()
    _, problems = examine(demo)
    files = [Path(problem.file).name for problem in problems]
    assert "persona.md" in files
    assert "avatar" in files or "manifest.json" in files


def test_missing_folder_is_one_problem(tmp_path: Path) -> None:
    config, problems = examine(tmp_path / "nowhere")
    assert config is None
    assert len(problems) == 1


def test_video_that_does_not_fit_the_avatar_is_told(demo: Path) -> None:
    room = demo / "room.yaml"
    text = room.read_text("utf-8").replace("width: 720", "width: 640")
    room.write_text(text, "utf-8")
    (problem,) = examine(demo)[1]
    assert problem.line == text.split("\n").index("video:") + 1
    assert "720 x 1280" in problem.message


def test_an_adapter_that_cannot_be_used_is_told_and_keeps_nobody_off_the_air(
    demo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    room = demo / "room.yaml"
    text = room.read_text("utf-8").replace("  adapter: demo ", "  adapter: nobody ")
    room.write_text(text, "utf-8")
    assert main(["doctor", str(demo)]) == 1
    line = next(n for n, one in enumerate(text.split("\n"), 1) if one.startswith("  adapter: nobody"))
    assert f"room.yaml:{line}: llm.adapter: there is no adapter nobody" in capsys.readouterr().err
    assert examine(demo)[1] == []
