from render.schedule import LEAD_SECONDS, Drawing, Schedule


def test_slices_leave_on_an_absolute_schedule_whatever_the_lateness() -> None:
    schedule = Schedule(100.0)
    schedule.decide(0, 100.039)
    assert schedule.due(25) == 101.0 + LEAD_SECONDS


def test_a_late_picture_is_repeated_and_a_timely_one_drawn() -> None:
    schedule = Schedule(100.0)
    assert schedule.decide(5, 100.201) is Drawing.NEW
    assert schedule.decide(5, 100.235) is Drawing.REPEAT


def test_after_a_pause_of_the_machine_the_schedule_begins_anew() -> None:
    schedule = Schedule(100.0)
    assert schedule.decide(10, 160.4) is Drawing.NEW
    assert schedule.resyncs == 1
    assert schedule.tick(11) == 160.4 + 0.04


def test_on_a_machine_that_stays_late_the_face_still_moves() -> None:
    schedule = Schedule(100.0)
    decisions = [schedule.decide(index, schedule.tick(index) + 0.2) for index in range(9)]
    assert [decision is Drawing.NEW for decision in decisions] == [False, False, True] * 3
    assert schedule.decide(9, schedule.tick(9)) is Drawing.NEW
