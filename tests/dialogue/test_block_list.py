from pathlib import Path

import pytest

from dialogue.block_list import FILE, BlockList, read_block_list
from dialogue.room_content import check_room_content, load_room_content
from tests.dialogue.conftest import DEMO


def written(folder: Path, text: str) -> tuple[BlockList, list[str]]:
    path = folder / FILE
    path.write_text(text, "utf-8")
    blocked, problems = read_block_list(path)
    return blocked, [str(problem) for problem in problems]


@pytest.mark.parametrize(
    "text", ["Buy at SuperPan!", "ｓｕｐｅｒｐａｎ", "superrrrpan", "super\u200bpan", "see superpan,ok"]
)
def test_a_word_is_found_however_it_is_dressed(tmp_path: Path, text: str) -> None:
    blocked, problems = written(tmp_path, "# rivals\nSuperPan   # the one next door\n")
    assert problems == []
    assert blocked.found(text) == "superpan"


def test_phrases_and_chinese_in_either_script(tmp_path: Path) -> None:
    blocked, _ = written(tmp_path, "the old recall\n某某锅业\n")
    assert blocked.found("what about The  OLD recall?") == "the old recall"
    assert blocked.found("some old recall") is None
    assert blocked.found("某某鍋業好不好") == "某某锅业"
    assert blocked.found("某 某 锅 业") == "某某锅业"


def test_names_and_exemptions(tmp_path: Path) -> None:
    blocked, _ = written(tmp_path, "viewer: Troll_7\nallow: slut\n")
    assert blocked.blocks_viewer("TROLL_7")
    assert not blocked.blocks_viewer("Troll")
    assert blocked.allowed == {"slut"}
    assert blocked.found("Troll_7") is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a\n", "blocklist.txt:1: 'a' is a single letter; write the whole word"),
        (
            "ok\n锅\n",
            "blocklist.txt:2: '锅' is a single character, which stands in countless harmless words; write at least two",
        ),
        ("pan\n\nPAN\n", "blocklist.txt:3: 'PAN' stands in line 1 already; remove one"),
        ("!!!\n", "blocklist.txt:1: '!!!' has no letter in it"),
        ("x" * 81, f"blocklist.txt:1: '{'x' * 40}' is longer than 80 characters; block the word that matters"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    assert written(tmp_path, text)[1] == [told]


def test_a_room_without_a_list_blocks_nothing_of_its_own(tmp_path: Path) -> None:
    assert read_block_list(tmp_path / FILE) == (BlockList(), [])


def test_the_doctor_looks_at_it_and_the_room_reads_it(tmp_path: Path) -> None:
    for file in DEMO.iterdir():
        if file.name != FILE:
            (tmp_path / file.name).symlink_to(file)
    (tmp_path / FILE).write_text("superpan\n", "utf-8")
    assert load_room_content(tmp_path).blocked.found("superpan") == "superpan"
    (tmp_path / FILE).write_text("superpan\nsuperpan\n", "utf-8")
    assert [problem.file for problem in check_room_content(tmp_path)] == [FILE]
