import cv2
import numpy as np
import pytest

from render.contract import ProductCard
from render.stage import StageGraphics
from render.typography import canvas, font, patch_of, wrap

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


def test_the_ai_label_is_in_every_frame_five_percent_high_and_readable_on_any_ground() -> None:
    stage = StageGraphics(SIZE)
    stage.show_product(CARD, 9.9)
    stage.quote("Lin", "how much?", 9.9)
    plain = drawn(StageGraphics(SIZE))
    x0, y0, x1, y1 = changed_box(plain, np.full_like(plain, 128))
    assert y1 - y0 >= 0.05 * SIZE[0]
    label = plain[y0:y1, x0:x1]
    for grey in (0, 128, 255):
        for now in np.arange(9.9, 10.6, 0.04):
            shown = drawn(stage, now, ("words", 0, 5), grey)[y0:y1, x0:x1]
            match = cv2.matchTemplate(shown[6:-6, 20:-20], label[6:-6, 20:-20], cv2.TM_CCOEFF_NORMED)
            assert match.item() > 0.95


def test_the_word_being_heard_is_marked_and_nothing_else_changes() -> None:
    stage = StageGraphics(SIZE)
    text = "The ribeye is ¥199.00 for a box of ten 一百九十九元 and Mei checked that number twice"
    first, second = drawn(stage, caption=(text, 4, 10)), drawn(stage, caption=(text, 14, 21))
    x0, y0, x1, y1 = changed_box(first, second)
    assert y1 - y0 < 60
    assert x1 - x0 < 330
    assert y0 > 900


def test_a_long_caption_goes_on_to_its_next_page_with_the_voice() -> None:
    stage = StageGraphics(SIZE)
    text = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    early, late = drawn(stage, caption=(text, 0, 3)), drawn(stage, caption=(text, text.index("sixteen"), len(text)))
    assert np.abs(early.astype(int) - late).max() > 100


def test_a_card_moves_in_and_out_and_is_never_a_hole() -> None:
    stage = StageGraphics(SIZE)
    empty = drawn(stage)
    stage.show_product(CARD, 10.0)
    covered = [
        int((np.abs(drawn(stage, now).astype(int) - empty).max(axis=2) > 2).sum()) for now in (10.0, 10.1, 10.2, 10.5)
    ]
    assert covered[0] == 0
    assert covered == sorted(covered)
    stage.show_product(ProductCard("X", "Other", "别的", "¥1.00"), 11.0)
    assert all((drawn(stage, now) != empty).any() for now in np.arange(11.0, 11.5, 0.04))
    stage.show_product(None, 12.0)
    assert np.array_equal(drawn(stage, 13.0), empty)


def test_text_wraps_between_words_and_between_chinese_characters() -> None:
    face = font(30)
    for text in ("How much is the ribeye steak today", "谷饲肋眼牛排一百九十九元一盒十片装"):
        spans = wrap(text, face, 200)
        lines = [text[a:b] for a, b in spans]
        assert len(lines) > 1
        assert all(face.getlength(line) <= 200 for line in lines)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert [text[a:b] for text in ["How much"] for a, b in wrap(text, face, 100)] == ["How", "much"]


def test_a_word_wider_than_the_line_is_broken_rather_than_lost() -> None:
    spans = wrap("Donaudampfschifffahrtsgesellschaft", font(30), 120)
    assert spans[0][0] == 0
    assert spans[-1][1] == len("Donaudampfschifffahrtsgesellschaft")


@pytest.mark.parametrize("character", ["A", "é", "¥", "肋", "，"])
def test_the_family_has_latin_and_chinese_glyphs(character: str) -> None:
    def ink(text: str) -> np.ndarray:
        image, draw = canvas(60, 60)
        draw.text((5, 5), text, (255, 255, 255, 255), font(40))
        return patch_of(image).colour

    assert ink(character).any()
    assert not np.array_equal(ink(character), ink("\U0010ffff"))
