"""Many ask for key frames, few are made."""

from rtc.keyframe_gate import KeyframeGate


def test_nobody_asks_nobody_gets() -> None:
    assert not KeyframeGate().due(0.0)


def test_requests_within_the_gap_become_one_key_frame() -> None:
    gate = KeyframeGate(0.3)
    gate.request()
    gate.request()
    assert gate.due(10.0)
    gate.made(10.0)
    gate.sent()
    for _ in range(20):
        gate.request()
    assert not gate.due(10.04)
    assert not gate.due(10.29)
    assert gate.due(10.30)
    gate.made(10.30)
    gate.sent()
    assert not gate.due(20.0)


def test_a_request_is_served_by_the_key_frame_that_is_on_its_way() -> None:
    gate = KeyframeGate(0.3)
    gate.made(1.0)
    gate.request()
    assert not gate.wanted
    gate.sent()
    gate.request()
    assert gate.due(2.0)


def test_a_key_frame_that_came_by_itself_counts() -> None:
    gate = KeyframeGate(0.3)
    gate.request()
    gate.made(5.0)
    assert not gate.due(5.4)


def test_an_unserved_request_stays() -> None:
    gate = KeyframeGate(0.3)
    gate.request()
    assert gate.due(1.0)
    assert gate.due(1.04)  # the encoder failed in between
