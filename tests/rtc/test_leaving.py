import pytest

from rtc.leaving import Leaving


def test_gaps_between_what_leaves_are_those_of_the_last_seconds() -> None:
    leaving = Leaving(window_s=10.0)
    for moment in (0.0, 0.04, 0.08, 0.28, 0.32):
        leaving.left(moment)
    assert leaving.longest_ms(0.33) == pytest.approx(200.0)
    assert leaving.longest_ms(2.32) == pytest.approx(2000.0)
    for step in range(300):
        leaving.left(0.36 + step * 0.04)
    assert leaving.longest_ms(12.33) == pytest.approx(40.0)
    leaving.rest()
    assert leaving.longest_ms(40.0) == 0.0
