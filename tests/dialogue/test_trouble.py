from dialogue.trouble import QUIET_S, TroubleWatch


def test_three_viewers_at_once_raise_the_alarm_once() -> None:
    watch = TroubleWatch()
    assert watch.heard("Ann", "no sound", 0.0) == ()
    assert watch.heard("Bo", "nice pan", 1.0) == ()
    assert watch.heard("Bo", "没声音", 2.0) == ()
    assert watch.heard("Chen", "I can't hear you", 3.0) == ("no sound", "没声音", "I can't hear you")
    assert watch.heard("Dee", "no sound here", 4.0) == ()
    watch.heard("Ann", "still no sound", QUIET_S + 3)
    watch.heard("Bo", "no sound", QUIET_S + 3)
    assert len(watch.heard("Eve", "no audio", QUIET_S + 3)) == 3


def test_one_viewer_alone_is_no_alarm_however_often() -> None:
    watch = TroubleWatch()
    assert [watch.heard("Ann", "no sound", float(n)) for n in range(10)] == [()] * 10


def test_complaints_far_apart_are_no_alarm() -> None:
    watch = TroubleWatch()
    assert [watch.heard(name, "the picture is frozen", 30.0 * n) for n, name in enumerate("abcdef")] == [()] * 6
