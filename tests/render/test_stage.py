from pathlib import Path

import cv2
import numpy as np
import pytest

from render.contract import ProductCard
from render.holding import HoldingCard
from render.product_card import product_card
from render.stage import LABEL, StageGraphics
from render.typography import font

CARD = ProductCard("RB-10", "Ribeye steak", "谷饲肋眼牛排", "¥199.00", "¥259.00", "box of 10 × 150 g")
SIZE = (720, 1280)


def drawn(
    stage: StageGraphics, now: float = 10.0, caption: tuple[str, int, int] | None = None, grey: int = 128
) -> np.ndarray:
    frame = np.full((SIZE[1], SIZE[0], 3), grey, np.uint8)
    stage.draw(frame, now, caption)
    return frame


def changed_box(frame: np.ndarray, other: np.ndarray) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero(np.abs(frame.astype(int) - other).max(axis=2) > 2)
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


def test_the_ai_label_is_in_every_frame_and_readable_on_any_ground() -> None:
    stage = StageGraphics(SIZE)
    stage.show_product(CARD, 9.9)
    stage.quote("Lin", "how much?", 9.9)
    plain = drawn(StageGraphics(SIZE))
    x0, y0, x1, y1 = changed_box(plain, np.full_like(plain, 128))
    label = plain[y0:y1, x0:x1]
    for grey in (0, 128, 255):
        for now in np.arange(9.9, 10.6, 0.04):
            shown = drawn(stage, now, ("words", 0, 5), grey)[y0:y1, x0:x1]
            match = cv2.matchTemplate(shown[6:-6, 20:-20], label[6:-6, 20:-20], cv2.TM_CCOEFF_NORMED)
            assert match.item() > 0.95
            ground, text = np.percentile(shown[6:-6, 20:-20].mean(axis=2), [30, 99])
            assert text - ground > 150


def test_the_labels_characters_are_five_percent_of_the_short_side_high() -> None:
    stage = StageGraphics(SIZE)
    label = drawn(stage, grey=0)[:120]
    chinese = label[:, round(28 + 20 + font(41, 600).getlength(LABEL[:-3])) :]
    rows = np.flatnonzero((chinese.mean(axis=2) > 100).any(axis=1))
    assert rows[-1] - rows[0] + 1 >= 0.05 * SIZE[0]


def test_the_word_being_heard_is_marked_and_nothing_else_changes() -> None:
    stage = StageGraphics(SIZE)
    text = "The ribeye is ¥199.00 for a box of ten 一百九十九元"
    first, second = drawn(stage, caption=(text, 4, 10)), drawn(stage, caption=(text, 14, 21))
    x0, y0, x1, y1 = changed_box(first, second)
    assert y1 - y0 < 60
    assert x1 - x0 < 340
    assert y0 > 900


def test_a_caption_keeps_its_place_while_its_words_are_heard() -> None:
    stage = StageGraphics(SIZE)
    text = "The ribeye is ¥199.00 for a box of ten"
    boxes = {changed_box(drawn(stage, caption=(text, a, b)), drawn(stage)) for a, b in ((0, 0), (0, 3), (28, 31))}
    assert len(boxes) == 1


def test_a_long_caption_goes_on_to_its_next_page_with_the_voice() -> None:
    stage = StageGraphics(SIZE)
    text = "one two three four five six seven eight nine ten eleven twelve " * 2
    early, late = drawn(stage, caption=(text, 0, 3)), drawn(stage, caption=(text, len(text) - 8, len(text)))
    assert np.abs(early.astype(int) - late).max() > 100


def test_captions_lie_in_the_lower_third_and_inside_the_frame() -> None:
    stage = StageGraphics(SIZE)
    for text in ("短", "a" * 120, "眼肉牛排一盒十片，每盒一百九十九元，单片速冻，吃几片化几片。" * 3):
        x0, y0, x1, y1 = changed_box(drawn(stage, caption=(text, 0, 1)), drawn(stage))
        assert y0 > SIZE[1] * 0.8
        assert x0 >= 28
        assert x1 <= SIZE[0] - 28
        assert y1 <= SIZE[1] - 28


def test_a_card_comes_and_goes_within_a_third_of_a_second() -> None:
    stage = StageGraphics(SIZE)
    empty = drawn(stage)
    stage.show_product(CARD, 10.0)

    def covered(now: float) -> int:
        return int((np.abs(drawn(stage, now).astype(int) - empty).max(axis=2) > 2).sum())

    shown = [covered(now) for now in (10.0, 10.06, 10.12, 10.2, 10.32)]
    assert shown[0] == 0
    assert shown == sorted(shown)
    assert covered(10.32) == covered(12.0)
    stage.show_product(None, 12.0)
    assert covered(12.1) > 0
    assert np.array_equal(drawn(stage, 12.33), empty)


def test_one_card_follows_another_without_a_hole() -> None:
    stage = StageGraphics(SIZE)
    empty = drawn(stage)
    stage.show_product(CARD, 10.0)
    stage.show_product(ProductCard("X", "Other", "别的", "¥1.00"), 11.0)
    assert all((drawn(stage, now) != empty).any() for now in np.arange(11.0, 11.5, 0.04))


def test_a_card_that_nobody_prepared_is_still_shown() -> None:
    stage = StageGraphics(SIZE)
    for number in range(70):  # more than are kept
        stage.show_product(ProductCard(str(number), f"Thing {number}", "东西", "¥1.00"), float(number))
    assert (drawn(stage, 80.0) != drawn(StageGraphics(SIZE), 80.0)).any()


def test_a_quote_stays_a_moment_after_it_has_been_read() -> None:
    stage = StageGraphics(SIZE)
    empty = drawn(stage)
    stage.quote("小红莓", "请问这个牛排是原切的吗？" * 6, 5.0)
    assert (drawn(stage, 6.0) != empty).any()
    stage.unquote(7.0)
    assert (drawn(stage, 7.5) != empty).any()
    assert np.array_equal(drawn(stage, 9.0), empty)


def test_a_quote_reaches_neither_the_label_nor_the_face() -> None:
    stage = StageGraphics(SIZE)
    empty = drawn(stage)
    stage.quote("A viewer with quite a long name", "a long question " * 20, 5.0)
    _, y0, _, y1 = changed_box(drawn(stage, 6.0), empty)
    assert y0 >= 92
    assert y1 <= 240


@pytest.mark.parametrize("picture", [(600, 800), (1200, 300), (20, 20)])
def test_a_card_with_any_picture_ends_above_the_captions(tmp_path: Path, picture: tuple[int, int]) -> None:
    file = tmp_path / "picture.png"
    cv2.imwrite(str(file), np.full((*picture, 3), (40, 90, 200), np.uint8))
    card = ProductCard(
        "X", "Cast-iron skillet with a very long name", "铸铁平底锅", "¥12,999.00", "¥14,599.00", "each", str(file)
    )
    patch = product_card(card, 1.0)
    assert patch.height + 716 < 1095
    assert patch.colour[20, 150].tolist() == pytest.approx([40, 90, 200], abs=3)


def test_a_picture_that_cannot_be_read_is_done_without(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "broken.png").write_bytes(b"no picture")
    for name in ("broken.png", "missing.png"):
        card = ProductCard("X", "Eggs", "鸡蛋", "¥45.00", picture=str(tmp_path / name))
        assert product_card(card, 1.0).height < 260
        assert name in caplog.text


def test_the_card_shows_the_list_price_struck_only_where_it_differs() -> None:
    same = product_card(ProductCard("X", "Eggs", "鸡蛋", "¥45.00", "¥45.00"), 1.0)
    none = product_card(ProductCard("X", "Eggs", "鸡蛋", "¥45.00"), 1.0)
    other = product_card(ProductCard("X", "Eggs", "鸡蛋", "¥45.00", "¥52.00"), 1.0)
    assert np.array_equal(same.colour, none.colour)
    assert other.colour.shape != none.colour.shape or not np.array_equal(other.colour, none.colour)


@pytest.mark.parametrize("size", [(180, 320), (360, 640), (1080, 1920)])
def test_the_stage_fits_other_frames(size: tuple[int, int]) -> None:
    stage = StageGraphics(size)
    stage.show_product(CARD, 0.0)
    stage.quote("Lin", "how much?", 0.0)
    frame = np.full((size[1], size[0], 3), 90, np.uint8)
    stage.draw(frame, 1.0, ("The ribeye is ¥199.00 for a box of ten", 4, 10))
    assert (frame != 90).any()


def test_the_holding_card_says_its_text_and_is_never_still() -> None:
    plate = np.random.default_rng(1).integers(0, 255, (SIZE[1], SIZE[0], 3), np.uint8)
    holding = HoldingCard(plate)
    first, second = np.empty_like(plate), np.empty_like(plate)
    holding.draw(first, 1.0, "The show starts in a moment\n直播马上开始")
    holding.draw(second, 2.0, "The show starts in a moment\n直播马上开始")
    assert (first[560:760] > 240).all(axis=2).sum() > 2000
    assert not np.array_equal(first, second)
