import shutil
from pathlib import Path

import pytest

from dialogue.contract import RoomProblem
from dialogue.room_content import RoomContent, check_room_content, load_room_content
from tests.dialogue.conftest import DEMO


@pytest.fixture
def room(tmp_path: Path) -> Path:
    folder = tmp_path / "room"
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns("avatar"))
    return folder


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_the_demo_room_is_in_order(demo: RoomContent) -> None:
    assert check_room_content(DEMO) == []
    assert len(demo.catalogue.products) >= 13
    assert len({p.details["category"] for p in demo.catalogue.products}) == 3
    assert str(demo.catalogue["RB-10"].price) == "199.00"
    assert demo.persona.name


@pytest.mark.parametrize(
    ("file", "old", "new", "where", "words"),
    [
        ("rundown.yaml", "product: RB-10", "product: RB-11", "segments[1].product", "no product RB-11"),
        ("rundown.yaml", "tell: [usage]", "tell: [usages]", "segments[1].beats[3].tell", "no filled column"),
        ("rundown.yaml", "story: freezer", "story: fridge", "segments[5].beats[0].story", "no story"),
        ("rundown.yaml", "fact: cost", "fact: costs", "segments[7].more[0].fact", "no section"),
        ("rundown.yaml", "promotion: red-lantern", "promotion: red", "segments[20].promotion", "no promotion"),
        ("rundown.yaml", "seconds: 180", "seconds: soon", "segments[1].seconds", "number"),
        ("rundown.yaml", "version: 1", "version: [", "", "YAML"),
        ("rundown.yaml", "{ingredients}", "{ingredient}", "segments[1].beats[2].say[0]", "no filled column"),
        ("rundown.yaml", "Something sweet.", "The best berries.", "segments[3].beats[0].say", "superlative"),
        ("rundown.yaml", "Something sweet.", "Only 12 yuan.", "segments[3].beats[0].say", "number"),
        ("persona.md", "I'm an AI, a digital double, and nothing", "I'm a real person, and nothing", "real", "AI"),
        ("persona.md", "{#voice}", "{#talk}", "voice", "sample lines"),
        (
            "facts/returns.md",
            "Broken, cracked or thawed",
            "It heals you. Broken, cracked or thawed",
            "damaged",
            "medical",
        ),
        ("facts/returns.md", "{#damaged}", "{#change-of-mind}", "change-of-mind", "twice"),
        ("catalogue.csv", ",199.00,", ",x,", "price", "amount"),
    ],
)
def test_a_broken_room_says_where(room: Path, file: str, old: str, new: str, where: str, words: str) -> None:
    edit(room / file, old, new)
    problems = check_room_content(room)
    assert any(p.field == where and words in p.message and p.file == file for p in problems), [str(p) for p in problems]
    with pytest.raises(RoomProblem):
        load_room_content(room)


def test_a_room_without_a_rundown_presents_its_catalogue(room: Path) -> None:
    (room / "rundown.yaml").unlink()
    content = load_room_content(room)
    assert [s.product for s in content.rundown.segments] == [p.sku for p in content.catalogue.products]
    assert all(s.beats for s in content.rundown.segments)


def test_a_missing_persona_is_told(room: Path) -> None:
    (room / "persona.md").unlink()
    assert any(p.file == "persona.md" and "missing" in p.message for p in check_room_content(room))


def test_no_folder(tmp_path: Path) -> None:
    assert "no such folder" in check_room_content(tmp_path / "nowhere")[0].message
