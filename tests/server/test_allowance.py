from hypothesis import given
from hypothesis import strategies as st

from server.allowance import Allowance


def test_burst_then_rate() -> None:
    allowance = Allowance(per_minute=60, burst=2)
    assert [allowance.take("a", 0.0) for _ in range(3)] == [0.0, 0.0, 1.0]
    assert allowance.take("a", 0.5) == 0.5
    assert allowance.take("a", 1.0) == 0.0
    assert allowance.take("b", 1.0) == 0.0


def test_number_of_keys_is_bounded() -> None:
    allowance = Allowance(60, 1, most_keys=3)
    for number in range(100):
        allowance.take(str(number), 0.0)
    assert len(allowance._buckets) == 3
    assert allowance.take("99", 0.0) > 0


@given(st.lists(st.floats(0, 5), max_size=200))
def test_never_more_than_burst_and_rate(pauses: list[float]) -> None:
    allowance = Allowance(per_minute=30, burst=4)
    now, taken = 0.0, 0
    for pause in pauses:
        now += pause
        taken += allowance.take("a", now) == 0.0
        assert taken <= 4 + now * 0.5 + 1e-6
