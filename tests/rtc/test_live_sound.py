import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rtc.contract import SAMPLE_RATE, Pcm
from rtc.live_sound import KEPT_SAMPLES, LiveSound

PACKET = 960


def packet(number: int) -> Pcm:
    """Samples that say where they belong."""
    return (np.arange(number * PACKET, (number + 1) * PACKET) % 30_000 + 1).astype(np.int16)


def expected(start: int, samples: int) -> Pcm:
    return (np.arange(start, start + samples) % 30_000 + 1).astype(np.int16)


def test_what_is_written_is_read_by_its_place_and_nothing_else_is_there() -> None:
    sound = LiveSound()
    assert sound.front is None
    assert not sound.read(0, 10)[1].any()
    for number in range(3):
        sound.write(1000 + number * PACKET, packet(number))
    assert sound.front == 3 * PACKET
    pcm, there = sound.read(100, 3 * PACKET)
    assert there.sum() == 3 * PACKET - 100
    assert np.array_equal(pcm[there], expected(100, 3 * PACKET - 100))
    assert not pcm[~there].any()
    assert not sound.read(-50, 50)[1].any()


def test_a_lost_packet_is_a_hole_and_a_late_one_fills_it() -> None:
    sound = LiveSound()
    for number in (0, 1, 3):
        sound.write(number * PACKET, packet(number))
    _, there = sound.read(0, 4 * PACKET)
    assert [bool(part.all()) for part in np.split(there, 4)] == [True, True, False, True]
    sound.write(2 * PACKET, packet(2))
    pcm, there = sound.read(0, 4 * PACKET)
    assert there.all()
    assert np.array_equal(pcm, expected(0, 4 * PACKET))
    sound.write(2 * PACKET, packet(2))
    assert sound.late == 1, "a packet that comes twice"


def test_the_timestamp_wraps_round() -> None:
    sound = LiveSound()
    begin = 2**32 - PACKET
    for number in range(3):
        sound.write((begin + number * PACKET) % 2**32, packet(number))
    assert sound.front == 3 * PACKET
    assert sound.read(0, 3 * PACKET)[1].all()
    assert sound.position_of(5) == PACKET + 5


def test_another_beginning_of_the_timestamps_goes_on_right_behind() -> None:
    sound = LiveSound()
    sound.write(5000, packet(0))
    sound.write(3_000_000_000, packet(1))
    sound.write(3_000_000_000 + PACKET, packet(2))
    assert sound.front == 3 * PACKET
    assert np.array_equal(sound.read(0, 3 * PACKET)[0], expected(0, 3 * PACKET))


def test_only_the_last_two_seconds_are_kept() -> None:
    sound = LiveSound()
    for number in range(200):
        sound.write(number * PACKET, packet(number))
    front = 200 * PACKET
    assert not sound.read(front - KEPT_SAMPLES - 10, 10)[1].any()
    assert np.array_equal(sound.read(front - SAMPLE_RATE, SAMPLE_RATE)[0], expected(front - SAMPLE_RATE, SAMPLE_RATE))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=60))
def test_in_whatever_order_packets_come_each_sample_is_right_or_missing(order: list[tuple[int, bool]]) -> None:
    sound = LiveSound()
    first = order[0][0]
    for number, lost in order:
        if not lost or number == first:
            sound.write(number * PACKET, packet(number))
    assert sound.front is not None
    pcm, there = sound.read(-40 * PACKET, sound.front + 40 * PACKET)
    places = np.arange(-40 * PACKET, sound.front)[there]
    assert np.array_equal(pcm[there], (places + first * PACKET) % 30_000 + 1)
