import math
from dataclasses import astuple, fields

import numpy as np
import pytest

from render.avatar_pack import MOUTH_KEYS
from render.contract import Emotion
from render.gesturing import Gesturing
from render.life import Life, Moment
from render.motion import Spring, bump, ease, noise

FRAME = 1 / 25
Said = tuple[Emotion, float, float]


def moments(seconds: float, seed: int = 7, speaking: Said | None = None, look: str = "camera") -> list[Moment]:
    life = Life(seed)
    return [life.at(i * FRAME, speaking=speaking, look=look) for i in range(round(seconds / FRAME))]


def conversation(seconds: float, emotion: Emotion, seed: int = 7) -> list[Moment]:
    """Lines of four seconds with a stress about twice a second, and two seconds between them."""
    life, random = Life(seed), np.random.default_rng(seed)
    shown = []
    for i in range(round(seconds / FRAME)):
        talking = i % 150 < 100
        accent = float(random.random()) if i % 12 < 4 else 0.0
        shown.append(life.at(i * FRAME, speaking=(emotion, 1.0, accent) if talking else None, look="camera"))
    return shown


def blinks(shown: list[Moment]) -> list[float]:
    shut = [moment.blink > 0.5 for moment in shown]
    return [i * FRAME for i in range(1, len(shut)) if shut[i] and not shut[i - 1]]


def track(shown: list[Moment], name: str) -> np.ndarray:
    return np.array([getattr(moment, name) for moment in shown])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_blinks_keep_the_rates_that_were_measured_on_people(seed: int) -> None:
    rest = blinks(moments(600, seed))
    talking = blinks(moments(600, seed, speaking=(Emotion.NEUTRAL, 0.5, 0.0)))
    reading = blinks(moments(600, seed, look="chat"))
    assert 13 <= len(rest) / 10 <= 22  # Bentivoglio et al. 1997: 17 a minute at rest
    assert 20 <= len(talking) / 10 <= 32  # 26 in conversation
    assert len(reading) < 0.85 * len(rest)  # and fewer over a text


def test_the_time_between_blinks_is_log_normal_and_no_metronome() -> None:
    gaps = np.diff(blinks(moments(600)))
    alone = np.log(gaps[gaps > 0.9])  # without the pairs
    assert gaps.std() / gaps.mean() > 0.35
    assert gaps.max() > 2.5 * np.median(gaps)
    assert abs(float(((alone - alone.mean()) ** 3).mean()) / alone.std() ** 3) < 0.8  # the logarithms lean to no side
    assert np.median(gaps) == pytest.approx(2.9, abs=0.6)


def test_a_blink_closes_faster_than_it_opens_and_lasts_a_third_of_a_second() -> None:
    shown = track(moments(120), "blink")
    starts = [i for i in range(1, len(shown) - 12) if shown[i] > 0.02 >= shown[i - 1]]
    for start in starts:
        one = shown[start : start + 10]
        peak = int(one.argmax())
        assert peak <= 3
        assert one[peak] > 0.6
        assert 5 <= int(np.flatnonzero(one > 0.02).max()) + 1 <= 10
    assert len(starts) > 20


def test_no_second_of_ten_idle_minutes_is_like_another() -> None:
    shown = moments(600)
    seconds = np.array([[astuple(moment) for moment in shown[i : i + 25]] for i in range(0, len(shown), 25)])
    flat = seconds.reshape(len(seconds), -1)
    closest = min(float(np.abs(flat[i + 1 :] - flat[i]).max(axis=1).min()) for i in range(len(flat) - 1))
    assert closest > 0.02


def test_no_two_idle_frames_in_a_row_are_the_same() -> None:
    shown = moments(60)
    assert all(a != b for a, b in zip(shown, shown[1:], strict=False))


@pytest.mark.parametrize("emotion", list(Emotion))
def test_nothing_but_lids_and_eyes_ever_jumps(emotion: Emotion) -> None:
    shown = conversation(180, emotion)
    limits = {"yaw": 0.7, "pitch": 0.9, "roll": 0.5, "brow": 0.25, "smile": 0.15, "breath": 0.12, "squint": 0.15}
    for field in fields(Moment):
        if field.name in limits:
            assert np.abs(np.diff(track(shown, field.name))).max() < limits[field.name], field.name


@pytest.mark.parametrize("emotion", list(Emotion))
def test_the_head_stays_within_what_a_pack_can_show(emotion: Emotion) -> None:
    shown = conversation(120, emotion)
    assert np.abs(track(shown, "yaw")).max() < 5
    assert np.abs(track(shown, "pitch")).max() < 4
    assert np.abs(track(shown, "roll")).max() < 4
    unsigned = {f.name for f in fields(Moment)} - {"yaw", "pitch", "roll", "gaze_x", "gaze_y", "brow_tilt"}
    for name in sorted(unsigned):
        assert track(shown, name).min() >= 0
        assert track(shown, name).max() <= 1
    assert np.abs(track(shown, "gaze_x")).max() <= 1


def test_the_same_seed_gives_the_same_life_and_another_seed_another() -> None:
    assert moments(60) == moments(60)
    assert conversation(60, Emotion.WARM) == conversation(60, Emotion.WARM)
    assert moments(60) != moments(60, seed=8)


def test_fourteen_breaths_a_minute_longer_out_than_in() -> None:
    breath = track(moments(600), "breath")
    inhaling = np.diff(breath) > 0
    breaths = int((inhaling[1:] & ~inhaling[:-1]).sum())
    assert 12.5 <= breaths / 10 <= 15.5
    assert 0.36 <= inhaling.mean() <= 0.48


def test_emotions_are_told_apart_by_the_face() -> None:
    def settled(emotion: Emotion) -> Moment:
        return moments(4, speaking=(emotion, 0.5, 0.0))[-1]

    assert settled(Emotion.EXCITED).smile > settled(Emotion.NEUTRAL).smile + 0.2
    assert settled(Emotion.SORRY).brow_inner > settled(Emotion.SERIOUS).brow_inner + 0.5
    assert settled(Emotion.SERIOUS).brow_down > settled(Emotion.NEUTRAL).brow_down + 0.3
    assert settled(Emotion.SORRY).frown > settled(Emotion.NEUTRAL).frown + 0.3
    assert settled(Emotion.EXCITED).wide > settled(Emotion.NEUTRAL).wide + 0.3
    assert settled(Emotion.AMUSED).squint > settled(Emotion.NEUTRAL).squint + 0.4
    assert settled(Emotion.SORRY).blink > settled(Emotion.NEUTRAL).blink + 0.1  # its lids hang
    assert settled(Emotion.AMUSED).smile > settled(Emotion.WARM).smile + 0.2


def test_an_emotion_is_reached_within_half_a_second() -> None:
    life = Life(1)
    for i in range(100):
        life.at(i * FRAME, speaking=(Emotion.SERIOUS, 0.5, 0.0), look="camera")
    smiles = [life.at(4 + i * FRAME, speaking=(Emotion.AMUSED, 0.5, 0.0), look="camera").smile for i in range(50)]
    assert smiles[1] < 0.3 * smiles[-1]  # it begins gently
    assert smiles[10] > 0.8 * smiles[-1]


def test_an_emotion_outlasts_the_pause_between_two_lines() -> None:
    life = Life(1)
    for i in range(100):
        before = life.at(i * FRAME, speaking=(Emotion.AMUSED, 0.5, 0.0), look="camera")
    for i in range(8):
        after = life.at(4 + i * FRAME, speaking=None, look="camera")
    assert abs(after.smile - before.smile) < 0.06
    for i in range(100):
        later = life.at(4.4 + i * FRAME, speaking=None, look="camera")
    assert later.smile < 0.3


def test_stressed_words_are_nodded_and_browed_and_flat_speech_is_not() -> None:
    def movement(accents: bool) -> tuple[float, float]:
        life = Life(3)
        shown = [
            life.at(i * FRAME, speaking=(Emotion.NEUTRAL, 0.6, 1.0 if accents and i % 15 < 3 else 0.0), look="camera")
            for i in range(1500)
        ]
        return float(np.diff(track(shown, "pitch")).std()), float(track(shown, "brow").std())

    nods, brows = movement(accents=True)
    still, calm = movement(accents=False)
    assert nods > 2 * still
    assert brows > 2 * calm


@pytest.mark.parametrize(("look", "side"), [("chat", -1), ("product", 1)])
def test_the_host_looks_down_to_the_chat_on_the_left_and_the_product_on_the_right(look: str, side: int) -> None:
    shown = moments(30, look=look)[25:]
    assert np.median(side * track(shown, "gaze_x")) > 0.25
    assert np.median(track(shown, "gaze_y")) > 0.2
    assert np.mean(side * track(shown, "yaw")) > 0.5
    early = moments(3, look="chat")[25:]
    assert max(moment.gaze_x for moment in early) < -0.2


def test_eyes_reach_the_chat_in_two_frames_and_the_head_follows() -> None:
    life = Life(2)
    for i in range(25):
        life.at(i * FRAME, speaking=None, look="camera")
    shown = [life.at(1 + i * FRAME, speaking=None, look="chat") for i in range(12)]
    assert shown[2].gaze_x < -0.5
    assert abs(shown[2].yaw - shown[0].yaw) < 0.5 * abs(shown[-1].yaw - shown[0].yaw)


def test_while_it_looks_at_the_camera_the_eyes_make_up_for_the_head() -> None:
    shown = moments(120, speaking=(Emotion.EXCITED, 1.0, 0.0))
    fixed = 13.0 * track(shown, "gaze_x") + 0.9 * track(shown, "yaw")
    assert np.median(np.abs(np.diff(track(shown, "yaw")))) > 0.02
    assert np.median(np.abs(np.diff(fixed))) < 1e-6


def test_an_unknown_target_counts_as_the_camera_and_a_gap_in_time_does_no_harm() -> None:
    life = Life(1)
    assert life.at(0.0, speaking=None, look="the moon") == Life(1).at(0.0, speaking=None, look="camera")
    moment = life.at(3600.0, speaking=(Emotion.WARM, 0.5, 0.5), look="camera")
    assert all(math.isfinite(value) for value in astuple(moment))


def test_a_spring_arrives_without_overshoot_whatever_the_frame_rate() -> None:
    fine, coarse = Spring(0.0, 12.0), Spring(0.0, 12.0)
    for _ in range(100):
        assert fine.follow(1.0, 0.004) <= 1.0
    for _ in range(10):
        coarse.follow(1.0, 0.04)
    assert fine.value == pytest.approx(coarse.value, abs=1e-9)
    assert fine.value > 0.94


def test_the_curves_begin_and_end_where_they_should() -> None:
    assert (ease(-1), ease(0), ease(1), ease(2)) == (0, 0, 1, 1)
    assert (bump(0), bump(0.4), bump(1)) == (0, 1, 0)
    values = np.array([noise(i / 50, 3) for i in range(50_000)])
    assert np.abs(values).max() < 1.35
    assert abs(values.mean()) < 0.08
    assert np.abs(np.diff(values)).max() < 0.06


def test_no_idle_gesture_is_made_twice_in_a_row() -> None:
    gesturing = Gesturing(np.random.default_rng(5))
    made: list[object] = []
    for i in range(round(600 / FRAME)):
        before = gesturing._last
        gesturing.at(i * FRAME, FRAME, 0.0, 0.55, talking=False)
        if gesturing._last is not before:
            made.append(gesturing._last)
        assert len(gesturing._strokes) <= 1
    assert 60 <= len(made) <= 180
    assert len(set(map(id, made))) == 6
    assert all(a is not b for a, b in zip(made, made[1:], strict=False))


def test_a_deep_breath_is_taken_between_lines_and_spent_while_talking() -> None:
    life = Life(4)
    for i in range(75):
        life.at(i * FRAME, speaking=(Emotion.NEUTRAL, 0.5, 0.0), look="camera")
    spoken = life.at(3.0, speaking=(Emotion.NEUTRAL, 0.5, 0.0), look="camera").breath
    for i in range(12):
        taken = life.at(3.04 + i * FRAME, speaking=None, look="camera").breath
    for i in range(75):
        spent = life.at(3.52 + i * FRAME, speaking=(Emotion.NEUTRAL, 0.5, 0.0), look="camera").breath
    assert taken > spoken + 0.25
    assert spent < taken - 0.2


def test_a_long_clause_is_begun_with_a_deeper_breath() -> None:
    def drawn_in(clause_s: float) -> float:
        life = Life(4)
        for i in range(50):
            life.at(i * FRAME, speaking=None, look="camera")
        return max(life.at(2 + i * FRAME, speaking=None, look="camera", clause_s=clause_s).breath for i in range(14))

    assert drawn_in(6.0) > drawn_in(0.8) + 0.2


def test_a_card_that_appears_gets_a_short_glance() -> None:
    life = Life(2)
    for i in range(25):
        life.at(i * FRAME, speaking=None, look="camera")
    life.glance("product")
    shown = [life.at(1 + i * FRAME, speaking=None, look="camera") for i in range(60)]
    assert max(moment.gaze_x for moment in shown[:12]) > 0.5
    assert min(abs(moment.gaze_x) for moment in shown[20:45]) < 0.2


def test_the_head_keeps_within_the_limits_of_a_pack() -> None:
    life = Life(5, limits={"yaw": 1.5, "pitch": 1.0, "roll": 1.0})
    shown = [life.at(i * FRAME, speaking=(Emotion.EXCITED, 1.0, float(i % 15 < 3)), look="chat") for i in range(1000)]
    assert np.abs(track(shown, "yaw")).max() < 1.5
    assert np.abs(track(shown, "pitch")).max() < 1.0


def test_lips_are_pressed_only_while_the_mouth_is_free() -> None:
    shown = moments(300)
    pressing = max(shown, key=lambda moment: moment.press)
    rest = np.zeros(len(MOUTH_KEYS), np.float32)
    rest[MOUTH_KEYS.index("rest")] = 1.0
    talking = np.full(len(MOUTH_KEYS), 1 / len(MOUTH_KEYS), np.float32)
    assert pressing.press > 0.3
    assert pressing.pose(rest).mouth[MOUTH_KEYS.index("mbp")] > 0.3
    assert pressing.pose(rest).mouth.sum() == pytest.approx(1.0)
    assert np.array_equal(pressing.pose(talking).mouth, talking)
    assert rest[MOUTH_KEYS.index("rest")] == 1.0


def test_the_eyes_follow_the_product_to_where_the_stage_has_it() -> None:
    life = Life(6)
    life.put_product(600.0, 60.0)
    right = [life.at(i * FRAME, speaking=None, look="product").gaze_x for i in range(20)][-1]
    life.put_product(-500.0, -400.0)
    moved = [life.at(0.8 + i * FRAME, speaking=None, look="product") for i in range(12)][-1]
    assert right > 0.5
    assert moved.gaze_x < -0.4
    assert moved.gaze_y < -0.3
