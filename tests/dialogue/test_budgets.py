"""Each product keeps within its time, whatever the chat does; its price is always told."""

import itertools
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.room_content import RoomContent, load_room_content
from tests.dialogue.conftest import DEMO
from tests.dialogue.simulated_show import Asked, SimulatedShow

ROOM = load_room_content(DEMO)
TEAHOUSE = load_room_content(Path(DEMO).parent / "teahouse")
ONCE_WITHIN = 0.25
WITHIN = 0.15


def chat(rng: random.Random, per_second: float, until: float, longest_s: float) -> list[Asked]:
    """Questions at random moments, with answers of random length."""
    comments: list[Asked] = []
    at = 0.0
    while per_second > 0 and (at := at + rng.expovariate(per_second)) < until:
        comments.append(Asked(at, f"question {len(comments)}", rng.uniform(3.0, longest_s)))
    return comments


def off_budget(show: SimulatedShow, room: RoomContent) -> list[tuple[str, float, float]]:
    """Segments of products that were more than 15 % off: id, budget, spent."""
    budgets = {s.id: s.seconds for s in room.rundown.segments if s.product is not None}
    spent = [(ident, end - begin) for (begin, _, ident), (end, _, _) in zip(show.opened, show.opened[1:], strict=False)]
    return [(i, budgets[i], round(s, 1)) for i, s in spent if i in budgets and abs(s / budgets[i] - 1) > WITHIN]


@given(seed=st.integers(0, 10_000), per_minute=st.sampled_from([0.0, 0.5, 2.0, 6.0, 20.0, 120.0]))
@settings(max_examples=12, deadline=None)
def test_a_product_keeps_its_budget_whatever_the_chat_does(seed: int, per_minute: float) -> None:
    show = SimulatedShow(ROOM, seed=seed)
    show.play(2500, chat(random.Random(seed), per_minute / 60, 2500, longest_s=15.0))
    # an answer that turns out longer than any of late may take one segment past its bound, by less than the answer
    off = off_budget(show, ROOM)
    assert len(off) <= 1
    assert all(abs(spent / budget - 1) <= ONCE_WITHIN for _, budget, spent in off)


def test_of_all_products_hardly_one_is_off_its_budget() -> None:
    off = segments = 0
    for seed, per_minute in itertools.product(range(20020, 20026), (2.0, 6.0)):
        show = SimulatedShow(ROOM, seed=seed)
        show.play(2500, chat(random.Random(seed), per_minute / 60, 2500, longest_s=15.0))
        off += len(off_budget(show, ROOM))
        segments += len(show.opened)
    assert segments > 300
    assert off / segments < 0.005


@pytest.mark.parametrize("per_minute", [0.0, 4.0, 60.0])
def test_the_tea_house_keeps_its_budgets_too(per_minute: float) -> None:
    show = SimulatedShow(TEAHOUSE, language="zh", seed=3)
    show.play(2500, chat(random.Random(3), per_minute / 60, 2500, longest_s=9.0))
    assert off_budget(show, TEAHOUSE) == []


@pytest.mark.parametrize("per_minute", [0.0, 30.0, 300.0])
def test_the_price_is_told_every_time(per_minute: float) -> None:
    show = SimulatedShow(ROOM, seed=5)
    show.play(2500, chat(random.Random(5), per_minute / 60, 2500, longest_s=15.0))
    priced = {(r, s) for r, s, clause in show.told if any(f.field == "price" for f in clause.facts)}
    products = {s.id for s in ROOM.rundown.segments if s.product is not None}
    over = {(r, s) for _, r, s in show.opened[:-1]}
    assert {(r, s) for r, s in over if s in products} <= priced


def test_a_round_takes_forty_minutes_with_a_lively_chat_and_without() -> None:
    for per_minute in (0.0, 12.0):
        show = SimulatedShow(ROOM, seed=2)
        show.play(2800, chat(random.Random(2), per_minute / 60, 2800, longest_s=14.0))
        second = next(at for at, round_, _ in show.opened if round_ == 2)
        assert 36 * 60 <= second <= 46 * 60, (per_minute, second)
