"""The line of coded Slices: order, moments and its bound."""

from __future__ import annotations

from av.packet import Packet

from rtc.departures import Departure, Departures


def departure(at: float, index: int = 0) -> Departure:
    return Departure(at, index, Packet(b"a"), {})


def test_each_leaves_at_its_moment_and_not_before() -> None:
    line = Departures()
    line.add(departure(1.00, 1), departure(1.02, 1))
    assert line.take_due(0.99) == []
    assert line.next_deadline() == 1.00
    assert [d.at for d in line.take_due(1.0)] == [1.00]
    assert line.next_deadline() == 1.02
    assert [d.at for d in line.take_due(5.0)] == [1.02]
    assert line.next_deadline() is None


def test_a_late_slice_leaves_at_once_but_never_overtakes() -> None:
    line = Departures()
    line.add(departure(2.0, 1))
    line.add(departure(1.0, 2))  # the clock was set back: it waits behind the other
    assert line.take_due(1.5) == []
    assert [d.index for d in line.take_due(2.0)] == [1, 2]


def test_it_says_when_it_is_full() -> None:
    line = Departures(limit=4)
    line.add(departure(1.0), departure(1.02))
    assert not line.full
    line.add(departure(1.04), departure(1.06))
    assert line.full
    line.take_due(1.0)
    assert not line.full
    line.clear()
    assert len(line) == 0
