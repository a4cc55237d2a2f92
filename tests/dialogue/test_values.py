"""Generated questions about the catalogue, in both languages: every value in the answers is the catalogue's."""

import asyncio
from pathlib import Path

import pytest

from dialogue.room_content import load_room_content
from tests.bench.dialogue.values import checked

ROOMS = Path(__file__).parents[2] / "rooms"


@pytest.mark.parametrize("room", ["demo", "teahouse"])
def test_every_value_is_the_catalogues(room: str) -> None:
    values = asyncio.run(checked(load_room_content(ROOMS / room), 300, llm=None, worded=0))
    assert values.asked == 300
    assert values.wrong == []
