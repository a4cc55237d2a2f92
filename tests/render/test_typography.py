import threading
from pathlib import Path

import numpy as np
import pytest

from render.typography import Canvas, breaks, font, rounded, shortened, text_mask, trimmed, wrap


@pytest.mark.parametrize("character", ["A", "é", "¥", "肋", "，"])
def test_the_family_has_latin_and_chinese_glyphs(character: str) -> None:
    def ink(text: str) -> np.ndarray:
        return text_mask(60, 60, 5, 45, text, font(40))

    assert ink(character).any()
    assert not np.array_equal(ink(character), ink("\U0010ffff"))


def test_the_weight_is_set() -> None:
    assert (
        text_mask(200, 60, 5, 45, "weight", font(40, 800)).sum()
        > 1.3 * text_mask(200, 60, 5, 45, "weight", font(40, 300)).sum()
    )


def test_the_chinese_forms_are_the_simplified_ones() -> None:
    assert Path(str(font(40).path)).name == "NotoSansCJK-VF.otf.ttc"
    assert "SC" in (font(40).getname()[0] or "")


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
    word = "Donaudampfschifffahrtsgesellschaft"
    spans = wrap(word, font(30), 120)
    assert "".join(word[a:b] for a, b in spans) == word
    assert all(font(30).getlength(word[a:b]) <= 120 for a, b in spans)


def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one() -> None:
    text = "单片速冻，吃几片化几片。（10片，每片¥19.90）「好」！"
    starts = [0, *breaks(text)]
    assert not {text[at] for at in starts[:-1]} & set("，。）」！")
    assert not {text[at - 1] for at in starts[1:-1]} & set("（「¥")
    assert not any(text[at - 1].isdigit() and text[at].isdigit() for at in starts[1:-1])


def test_empty_and_blank_texts_have_no_lines() -> None:
    assert breaks("") == []
    assert wrap("", font(30), 100) == []
    assert all(a == b for a, b in wrap("   ", font(30), 100))


def test_what_is_shortened_says_so_and_fits() -> None:
    face = font(28)
    text = "请问这个牛排是原切的吗？还是合成的？保质期多久？能不能寄到新疆？"
    shown = shortened(text, wrap(text, face, 300), 2, face, 300)
    assert len(shown) == 2
    assert shown[1].endswith("…")
    assert all(face.getlength(line) <= 300 for line in shown)
    assert shortened("short", wrap("short", face, 300), 2, face, 300) == ["short"]


def test_spans_lose_their_spaces_only() -> None:
    assert trimmed("  ab  ", 0, 6) == (2, 4)
    assert trimmed("    ", 1, 3)[0] == trimmed("    ", 1, 3)[1]


def test_a_patch_covers_and_fades_as_alpha_says() -> None:
    canvas = Canvas(40, 20)
    canvas.panel((255, 0, 0), 0.5, 0)
    patch = canvas.patch()
    frame = np.full((30, 50, 3), 200, np.uint8)
    patch.lay(frame, 5, 5)
    assert np.abs(frame[15, 20].astype(int) - (100, 100, 228)).max() <= 1  # half red over grey, in BGR
    assert (frame[0] == 200).all()
    faint = np.full((30, 50, 3), 200, np.uint8)
    patch.faded(0.5).lay(faint, 5, 5)
    assert np.abs(faint[15, 20].astype(int) - (150, 150, 214)).max() <= 2


def test_what_sticks_out_of_the_frame_is_cut_off() -> None:
    canvas = Canvas(40, 20)
    canvas.panel((255, 255, 255), 1.0, 0)
    frame = np.zeros((30, 50, 3), np.uint8)
    for place in ((-30, -10), (45, 25), (200, 200), (-100, 0)):
        canvas.patch().lay(frame, *place)
    assert (frame[:10, :10] == 255).all()
    assert (frame[25:, 45:] == 255).all()
    assert (frame[12:20] == 0).all()


def test_round_corners_are_round_and_smooth() -> None:
    mask = rounded(40, 40, 20)
    assert mask[20, 20] == 1.0
    assert mask[0, 0] == 0.0
    assert abs(mask.sum() - np.pi * 400) < 6
    assert ((mask > 0.1) & (mask < 0.9)).sum() > 20


def test_text_is_set_from_several_threads_at_once_as_from_one() -> None:
    face = font(28)
    expected = text_mask(400, 60, 4, 40, "ribeye 肋眼 ¥199", face)
    wrong: list[int] = []

    def work() -> None:
        for _ in range(40):
            if not np.array_equal(text_mask(400, 60, 4, 40, "ribeye 肋眼 ¥199", face), expected):
                wrong.append(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
