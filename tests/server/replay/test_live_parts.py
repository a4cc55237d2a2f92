import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml

from rtc.contract import SAMPLE_RATE
from server.configuration import read_room_config
from server.replay.live import place_on_show_clock
from server.replay.live_server import LiveServer, ServerFailed, quiet_copy
from server.replay.recorder import LineRecord
from tests.server.replay.replayed import CONFIG, DEMO


def line(started: float, ended: float) -> LineRecord:
    return LineRecord("l", "pitch", "words", "en", "neutral", (), (), None, started, ended, "words")


@pytest.mark.parametrize("begins", [0.0, 3.1, 47.5])
def test_what_was_received_finds_its_place_on_the_show_clock(begins: float) -> None:
    lines = [line(begins + at, begins + at + length) for at, length in ((1.0, 1.7), (3.1, 0.9), (5.5, 2.4), (9.0, 1.2))]
    sound = np.zeros(round(11 * SAMPLE_RATE), np.int16)
    hum = (8000 * np.sin(np.arange(len(sound)) / 40)).astype(np.int16)
    for each in lines:
        assert each.ended is not None
        first, last = round((each.started - begins) * SAMPLE_RATE), round((each.ended - begins) * SAMPLE_RATE)
        sound[first:last] = hum[first:last]
    assert place_on_show_clock(lines, sound) == pytest.approx(begins, abs=0.03)


def test_too_little_speech_has_no_place() -> None:
    assert place_on_show_clock([line(1, 2)], np.zeros(SAMPLE_RATE, np.int16)) is None


def test_the_copy_of_a_room_has_its_name_its_seed_and_rings_nobody(tmp_path: Path) -> None:
    room = tmp_path / "mine"
    room.mkdir()
    for entry in DEMO.iterdir():
        if entry.name != "room.yaml":
            (room / entry.name).symlink_to(entry)
    shutil.copy(DEMO / "room.yaml", room / "room.yaml")
    with (room / "room.yaml").open("a", encoding="utf-8") as more:
        more.write("\nwebhooks:\n  - {url: 'https://example.org/hook', events: [comment.decided], secret_env: HOOK}\n")
    copy = quiet_copy(room, CONFIG, 77, tmp_path / "copies")
    assert copy.name == "mine"
    written = yaml.safe_load((copy / "room.yaml").read_text("utf-8"))
    assert "webhooks" not in written
    assert read_room_config(copy).seed == 77
    assert (copy / "catalogue.csv").read_bytes() == (DEMO / "catalogue.csv").read_bytes()


async def test_a_server_that_does_not_come_up_says_why(tmp_path: Path) -> None:
    with pytest.raises(ServerFailed, match=r"nowhere|no such folder"):
        async with LiveServer(tmp_path / "nowhere", tmp_path / "data"):
            pytest.fail("there is no such room")
