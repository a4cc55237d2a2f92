"""A person's feed turned into Slices, in the test's own time."""

import numpy as np
import pytest
from numpy.typing import NDArray

from render.live_input import FROZEN_S, LOST_S, MARGIN, MOST_BEHIND, MOUTH_AHEAD, LiveInput, LivePiece
from render.mouth_weights import opening
from rtc.contract import SAMPLE_RATE, SLICE_SAMPLES, SLICE_SECONDS, Pcm
from tests.render.live_fakes import PACKET, FedPerson
from tests.render.test_live_voice import babble

BEGIN = 0.507
"""Seven milliseconds after a packet: what comes on the dot is not a matter of rounding."""


def talk(seconds: float, level: float = 0.15) -> Pcm:
    return (babble(seconds, level) * 32767).astype(np.int16)


def run(
    person: FedPerson, seconds: float, begin: float = BEGIN, live: LiveInput | None = None
) -> tuple[list[LivePiece], LiveInput]:
    """Take every Slice of some seconds at its time."""
    live = live or LiveInput(person.source)
    pieces = []
    for tick in range(round(seconds / SLICE_SECONDS)):
        person.until(begin + tick * SLICE_SECONDS)
        pieces.append(live.next(camera=False))
    return pieces, live


def lag_of(pieces: list[LivePiece], pcm: Pcm, begin: float) -> int:
    """By how many samples what is heard is behind what is being spoken, by correlation."""
    heard = np.concatenate([piece.pcm for piece in pieces]).astype(np.float64)
    spoken = np.zeros(heard.size)
    first = round(begin * SAMPLE_RATE)
    part = pcm[first : first + heard.size]
    spoken[: part.size] = part
    size = 2 * heard.size
    match = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(spoken, size)))
    return int(match[: SAMPLE_RATE // 2].argmax())


def test_the_voice_is_heard_little_more_than_the_lips_need_after_it_was_spoken() -> None:
    pcm = talk(6)
    pieces, live = run(FedPerson(pcm), 5)
    lag = lag_of(pieces[25:], pcm, BEGIN + 1.0)
    assert lag == pytest.approx(MOUTH_AHEAD + MARGIN, abs=PACKET)
    assert lag / SAMPLE_RATE < 0.15
    assert live.moved == 0
    assert live.holes == 0


def test_lips_and_voice_are_in_step() -> None:
    pcm = talk(8)
    pieces, _ = run(FedPerson(pcm), 7)
    level = np.array([np.sqrt(np.mean(piece.pcm.astype(float) ** 2)) for piece in pieces])
    rest = np.eye(13)[0]
    open_ = opening(np.array([rest if p.mouth is None else p.mouth for p in pieces], np.float32))
    scores = [np.corrcoef(level[30:-4], open_[30 + lag : len(open_) - 4 + lag])[0, 1] for lag in range(-4, 5)]
    assert abs(int(np.argmax(scores)) - 4) <= 1
    assert max(scores) > 0.5


def test_in_silence_the_mouth_is_left_alone() -> None:
    pieces, _ = run(FedPerson(np.zeros(4 * SAMPLE_RATE, np.int16)), 3)
    assert all(piece.mouth is None and piece.accent == 0 for piece in pieces)


def step_of(pcm: NDArray[np.int16]) -> int:
    return int(np.abs(np.diff(pcm.astype(int))).max())


def test_a_lost_packet_fades_out_and_in_and_nothing_waits() -> None:
    tone = (8000 * np.sin(2 * np.pi * 200 * np.arange(6 * SAMPLE_RATE) / SAMPLE_RATE)).astype(np.int16)
    clean, _ = run(FedPerson(tone), 5)
    pieces, live = run(FedPerson(tone, lost=frozenset({120, 121, 150})), 5)
    heard, whole = (np.concatenate([p.pcm for p in part]) for part in (pieces, clean))
    assert live.holes > 0
    assert live.moved == 0
    assert step_of(heard) < 1.6 * step_of(whole)
    quiet = np.abs(heard.astype(int)) < 40
    assert 3 * PACKET <= quiet[SAMPLE_RATE:].sum() - np.sum(np.abs(whole[SAMPLE_RATE:].astype(int)) < 40) < 4 * PACKET


def test_packets_that_come_late_but_before_they_are_heard_leave_no_trace() -> None:
    pcm = talk(6)
    punctual, _ = run(FedPerson(pcm), 5)
    pieces, live = run(FedPerson(pcm, late_s=dict.fromkeys(range(60, 240, 20), 0.025)), 5)
    assert live.holes == 0
    assert live.moved == 0
    assert all(np.array_equal(a.pcm, b.pcm) for a, b in zip(pieces, punctual, strict=True))
    away = [_away(a, b) for a, b in zip(pieces, punctual, strict=True)]
    assert np.mean([a < 0.02 for a in away]) > 0.9, "the lips stand still for a Slice now and then"
    assert away[-1] < 0.02, "and are in step again"


def _away(a: LivePiece, b: LivePiece) -> float:
    if a.mouth is None or b.mouth is None:
        return float(a.mouth is not b.mouth)
    return float(np.abs(a.mouth - b.mouth).max())


def test_packets_that_always_come_unevenly_are_waited_for() -> None:
    pcm = talk(12)
    rng = np.random.default_rng(3)
    late = {number: float(rng.uniform(0, 0.1)) for number in range(600)}
    pieces, live = run(FedPerson(pcm, late_s=late), 10)
    assert live.moved >= 1
    lag = lag_of(pieces[125:], pcm, BEGIN + 5.0) / SAMPLE_RATE
    assert lag < 0.25
    assert live.holes <= 8, "only before the delay was found"


def test_a_stalled_network_is_silence_and_then_the_newest() -> None:
    pcm = talk(9)
    late = {n: 3.0 - n * 0.02 for n in range(100, 150)}  # a second held back, which then comes at once
    pieces, live = run(FedPerson(pcm, late_s=late), 8)
    level = [float(np.abs(piece.pcm.astype(int)).max()) for piece in pieces]
    assert max(level[46:60]) == 0
    assert max(level[85:110]) > 1000
    assert live.behind <= MOST_BEHIND


@pytest.mark.parametrize("drift", [0.004, -0.004])
def test_clocks_that_drift_apart_never_run_dry_nor_pile_up(drift: float) -> None:
    pcm = talk(40)
    person = FedPerson(pcm)
    live = LiveInput(person.source)
    behind = []
    for tick in range(round(30 / SLICE_SECONDS)):
        person.until(BEGIN + tick * SLICE_SECONDS * (1 + drift))
        live.next(camera=False)
        behind.append(live.behind)
    assert live.moved > 0
    assert max(behind) < MOUTH_AHEAD + MARGIN + SAMPLE_RATE // 10
    assert live.holes == 0


def test_a_sender_whose_clock_stood_still_while_it_paused_is_heard_again() -> None:
    pcm = talk(9)
    late = dict.fromkeys(range(100, 450), 1.5)  # muted for 1.5 s at 2 s: no packets, then on with the next stamp
    pieces, live = run(FedPerson(pcm, late_s=late), 8)
    level = [float(np.abs(piece.pcm.astype(int)).max()) for piece in pieces]
    assert max(level[-60:]) > 1000
    assert live.behind <= MOST_BEHIND


def test_sound_counts_as_there_once_the_lips_can_be_known_and_until_it_stops() -> None:
    person = FedPerson(talk(2))
    live = LiveInput(person.source)
    assert not live.has_sound(0.0)
    person.until(0.06)
    assert not live.has_sound(0.06)
    person.until(0.2)
    assert live.has_sound(0.2)
    assert live.has_sound(0.2 + LOST_S)
    assert not live.has_sound(0.3 + LOST_S)
    assert not live.has_picture(0.2)
    person.show(np.zeros((48, 64, 3), np.uint8), 0.2)
    assert live.has_picture(0.2)
    assert not live.has_picture(0.3 + FROZEN_S)


def test_the_picture_is_the_one_that_belongs_to_the_voice() -> None:
    person = FedPerson(talk(3))
    live = LiveInput(person.source)
    shown = []
    for tick in range(50):
        now = BEGIN + tick * SLICE_SECONDS
        person.until(now)
        person.show(np.full((48, 64, 3), 4 * tick, np.uint8), now)
        piece = live.next(camera=True)
        assert piece.picture is not None
        shown.append((piece.picture.at - (live.behind and live._at - SLICE_SAMPLES)) / SAMPLE_RATE)
    assert max(abs(distance) for distance in shown[10:]) <= 2 * SLICE_SECONDS
