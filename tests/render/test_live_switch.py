from render.contract import LiveMode
from render.live_switch import MISSING_S, PICTURE_PATIENCE_S, LiveSwitch, Turn

NONE, VOICE, CAMERA = LiveMode.NONE, LiveMode.VOICE, LiveMode.CAMERA


class Rig:
    """A switch in its own time, 40 ms a step."""

    def __init__(self) -> None:
        self.switch = LiveSwitch()
        self.now = 100.0
        self.sound = self.picture = self.line = False
        self.wanted = NONE

    def step(self) -> Turn:
        turn = self.switch.decide(self.now, self.wanted, sound=self.sound, picture=self.picture, line=self.line)
        self.now += 0.04
        return turn

    def until_changed(self, most: float = 20.0) -> tuple[Turn, float]:
        begun = self.now
        while self.now < begun + most:
            turn = self.step()
            if turn.changed:
                return turn, self.now - begun
        raise AssertionError("nothing changed")


def test_without_a_wish_nothing_changes() -> None:
    rig = Rig()
    rig.sound = rig.picture = True
    assert [rig.step() for _ in range(100)] == [Turn(NONE)] * 100


def test_the_person_comes_with_the_first_slice_after_the_line_has_faded() -> None:
    rig = Rig()
    rig.wanted, rig.sound, rig.line = VOICE, True, True
    assert rig.step() == Turn(NONE, break_off=True)
    rig.line = False
    assert rig.step() == Turn(VOICE, changed=True)
    assert rig.step() == Turn(VOICE)


def test_the_host_goes_on_until_the_persons_sound_is_there() -> None:
    rig = Rig()
    rig.wanted, rig.line = VOICE, True
    assert all(rig.step() == Turn(NONE) for _ in range(50))
    rig.sound = True
    assert rig.step().break_off


def test_giving_back_fades_one_slice_under_the_persons_label() -> None:
    rig = Rig()
    rig.wanted, rig.sound = VOICE, True
    rig.step()
    rig.wanted = NONE
    assert rig.step() == Turn(VOICE, leaving=True)
    assert rig.step() == Turn(NONE, changed=True)
    assert rig.step() == Turn(NONE)


def test_a_wish_that_comes_back_while_the_person_fades_is_no_change() -> None:
    rig = Rig()
    rig.wanted, rig.sound = VOICE, True
    rig.step()
    rig.wanted = NONE
    assert rig.step().leaving
    rig.wanted = VOICE
    assert rig.step() == Turn(VOICE)


def test_a_wish_taken_back_before_anything_was_heard_is_told() -> None:
    rig = Rig()
    rig.wanted = VOICE
    rig.step()
    rig.wanted = NONE
    assert rig.step() == Turn(NONE, changed=True)
    assert rig.step() == Turn(NONE)


def test_a_person_who_is_lost_gives_back_at_once_with_a_fault() -> None:
    rig = Rig()
    rig.wanted, rig.sound = VOICE, True
    rig.step()
    rig.sound = False
    turn = rig.step()
    assert turn.mode is NONE
    assert turn.changed
    assert turn.given_up
    assert turn.fault is not None
    assert turn.fault[0] == "live-lost"


def test_a_person_who_never_comes_is_given_up() -> None:
    rig = Rig()
    rig.wanted = CAMERA
    turn, took = rig.until_changed()
    assert turn.given_up
    assert turn.mode is NONE
    assert turn.fault is not None
    assert turn.fault[0] == "live-missing"
    assert MISSING_S <= took < MISSING_S + 0.2


def test_a_camera_without_a_picture_begins_with_the_voice_after_a_moment() -> None:
    rig = Rig()
    rig.wanted, rig.sound = CAMERA, True
    turn, took = rig.until_changed()
    assert turn.mode is VOICE
    assert turn.fault is not None
    assert turn.fault[0] == "camera-missing"
    assert PICTURE_PATIENCE_S <= took < PICTURE_PATIENCE_S + 0.2
    rig.picture = True
    turn, took = rig.until_changed()
    assert turn.mode is CAMERA
    assert took >= 0.5


def test_a_frozen_camera_shows_the_avatar_and_comes_back_only_when_it_runs_steadily() -> None:
    rig = Rig()
    rig.wanted, rig.sound, rig.picture = CAMERA, True, True
    assert rig.step() == Turn(CAMERA, changed=True)
    rig.picture = False
    turn = rig.step()
    assert turn.mode is VOICE
    assert turn.fault is not None
    assert turn.fault[0] == "camera-frozen"
    for flicker in (True, False) * 20:
        rig.picture = flicker
        assert not rig.step().changed
    rig.picture = True
    assert rig.until_changed()[0] == Turn(CAMERA, changed=True)


def test_from_camera_to_voice_and_back_by_wish_without_a_gap() -> None:
    rig = Rig()
    rig.wanted, rig.sound, rig.picture = CAMERA, True, True
    rig.step()
    rig.wanted = VOICE
    assert rig.step() == Turn(VOICE, changed=True)
    rig.wanted = CAMERA
    assert rig.until_changed()[0].mode is CAMERA
