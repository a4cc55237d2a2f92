from pathlib import Path

import pytest

from dialogue.room_content import RoomContent, load_room_content

DEMO = Path(__file__).parents[2] / "rooms" / "demo"


@pytest.fixture(scope="session")
def demo() -> RoomContent:
    return load_room_content(DEMO)
