from dataclasses import astuple, fields

import numpy as np

from render.contract import Emotion
from render.life import Life, Moment

FRAME = 1 / 25


def moments(
    seconds: float, seed: int = 7, speaking: tuple[Emotion, float, float] | None = None, look: str = "camera"
) -> list[Moment]:
    life = Life(seed)
    return [life.at(i * FRAME, speaking=speaking, look=look) for i in range(round(seconds / FRAME))]


def blinks(shown: list[Moment]) -> list[float]:
    shut = [moment.blink > 0.5 for moment in shown]
    return [i * FRAME for i in range(1, len(shut)) if shut[i] and not shut[i - 1]]


def test_blinks_keep_the_rates_that_were_measured_on_people() -> None:
    rest = blinks(moments(600))
    talking = blinks(moments(600, speaking=(Emotion.NEUTRAL, 0.5, 0.0)))
    assert 12 <= len(rest) / 10 <= 22  # Bentivoglio et al. 1997: 17 a minute at rest
    assert 18 <= len(talking) / 10 <= 32  # and 26 in conversation
    gaps = np.diff(rest)
    assert gaps.std() / gaps.mean() > 0.3  # not a metronome


def test_no_second_of_ten_idle_minutes_is_like_another() -> None:
    shown = moments(600)
    seconds = {tuple(np.round([astuple(m) for m in shown[i : i + 25]], 3).ravel()) for i in range(0, len(shown), 25)}
    assert len(seconds) == 600


def test_nothing_but_lids_and_eyes_ever_jumps() -> None:
    shown = moments(300, speaking=(Emotion.EXCITED, 1.0, 0.5))
    for field in fields(Moment):
        if field.name in ("blink", "gaze_x", "gaze_y"):
            continue
        track = np.array([getattr(m, field.name) for m in shown])
        assert np.abs(np.diff(track)).max() < 0.35, field.name


def test_the_head_stays_within_what_a_pack_can_show() -> None:
    for emotion in Emotion:
        shown = moments(120, speaking=(emotion, 1.0, 0.3))
        assert max(abs(m.yaw) for m in shown) < 5
        assert max(abs(m.pitch) for m in shown) < 4
        assert max(abs(m.roll) for m in shown) < 4


def test_the_same_seed_gives_the_same_life_and_another_seed_another() -> None:
    assert moments(60) == moments(60)
    assert moments(60) != moments(60, seed=8)


def test_emotions_are_told_apart_by_the_face() -> None:
    def settled(emotion: Emotion) -> Moment:
        return moments(4, speaking=(emotion, 0.5, 0.0))[-1]

    assert settled(Emotion.EXCITED).smile > settled(Emotion.NEUTRAL).smile + 0.2
    assert settled(Emotion.SORRY).brow > settled(Emotion.SERIOUS).brow + 0.2


def test_the_host_looks_down_to_the_chat_on_the_left() -> None:
    shown = moments(3, look="chat")[25:]
    assert max(m.gaze_x for m in shown) < -0.2
    assert min(m.gaze_y for m in shown) > 0.2
