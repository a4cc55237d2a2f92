from dataclasses import replace

import numpy as np
import pytest

from tests.perception.conftest import SwitchesSeen
from tests.perception.switching import measure_switches

pytestmark = pytest.mark.models


def test_thirty_products_leave_no_gap_and_show_the_price_that_is_said(switches: SwitchesSeen) -> None:
    found = measure_switches(switches.said, switches.watcher, switches.sound, switches.repeated)
    assert found.switches == 30
    assert found.shortfalls() == []


def test_a_card_with_another_price_is_noticed(switches: SwitchesSeen) -> None:
    said = list(switches.said[:12])
    lines = [said[4].line, said[11].line]
    said[4] = replace(said[4], line=replace(lines[0], product=lines[1].product))
    said[11] = replace(said[11], line=replace(lines[1], product=lines[0].product))
    found = measure_switches(said, switches.watcher, switches.sound, switches.repeated)
    assert [number for number, card in enumerate(found.cards) if not card.right] == [4, 11]


def test_lost_pictures_and_lost_sound_are_noticed(switches: SwitchesSeen) -> None:
    watcher = replace(switches.watcher, indices=[i for i in switches.watcher.indices if not 200 <= i < 204])
    sound = switches.sound.copy()
    sound[300 * 1920 : 302 * 1920] = 0
    found = measure_switches(switches.said[:15], watcher, sound, switches.repeated)
    assert found.picture_gap_ms == 200
    assert 40 <= found.dropout_ms <= 120
    assert len(found.shortfalls()) == 2
    assert np.array_equal(switches.watcher.indices, np.arange(len(switches.watcher.indices)))
