from server.vitals import Signs, Vitals


def codes(vitals: Vitals, now: float, slices: int, trouble: str = "", dropped: int = 0) -> list[str]:
    return [found.code for found in vitals.feed(Signs(slices, trouble, dropped), now)]


def test_standing_show_is_told_once_and_its_return_too() -> None:
    vitals = Vitals()
    assert codes(vitals, 0, 0) == []
    assert codes(vitals, 1, 25) == []
    assert codes(vitals, 2, 25) == []
    assert codes(vitals, 3, 25) == ["show-stalled"]
    assert codes(vitals, 4, 25) == []
    assert codes(vitals, 5, 26) == ["show-resumed"]
    assert codes(vitals, 8, 26) == ["show-stalled"]


def test_failing_log_is_told_once_and_its_recovery_too() -> None:
    vitals = Vitals()
    codes(vitals, 0, 0)
    assert codes(vitals, 1, 1, "disk full") == ["log-failing"]
    assert codes(vitals, 2, 2, "disk full", dropped=4) == ["log-dropped"]
    assert codes(vitals, 3, 3, dropped=4) == ["log-recovered"]
