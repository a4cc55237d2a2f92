import numpy as np
import pytest
from numpy.typing import NDArray

from tests.perception.conftest import REST_S, TalkSeen
from tests.perception.life import Sameness, coding_noise, find_blinks, measure_life, most_alike

pytestmark = pytest.mark.models
REST = round(REST_S / 0.04)


def talking(talk: TalkSeen) -> NDArray[np.bool_]:
    found = np.zeros(len(talk.rows.index), bool)
    for item in talk.said:
        found |= (talk.rows.index >= item.first) & (talk.rows.index < item.last + 8)
    return found


def alike(talk: TalkSeen, pictures: NDArray[np.uint8]) -> Sameness:
    return most_alike([(25, pictures[25:REST])], coding_noise(talk.kept.pictures))


def test_it_blinks_and_moves_as_people_do(talk: TalkSeen) -> None:
    found = measure_life(talk.rows, talking(talk), short=True)
    assert found.shortfalls() == []
    assert 3 <= len(found.blinks) <= 25
    assert len(found.values) >= 4


def test_no_second_of_rest_is_like_another(talk: TalkSeen) -> None:
    assert not alike(talk, talk.small.array()).identical


def test_a_second_shown_twice_is_noticed(talk: TalkSeen) -> None:
    pictures = talk.small.array().copy()
    random = np.random.default_rng(1)
    noise = random.normal(0, 0.1, pictures[100:125].shape)
    pictures[250:275] = np.clip(pictures[100:125] + noise, 0, 255).round().astype(np.uint8)
    found = alike(talk, pictures)
    assert found.identical
    assert found.pair_s == (4.0, 10.0)


def test_eyes_that_never_close_are_noticed(talk: TalkSeen) -> None:
    rows = talk.rows
    assert find_blinks(rows)
    staring = rows.values.copy()
    column = rows["lid_gap"]
    staring[:, [i for i in range(staring.shape[1]) if np.array_equal(staring[:, i], column)]] = 0.3
    assert not find_blinks(type(rows)(rows.index, staring))
