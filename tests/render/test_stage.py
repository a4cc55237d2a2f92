from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from render.avatar_pack import AvatarPack, load_avatar_pack
from render.contract import Board, CallOut, HoldingCard, Layout, Line, LineKind, LiveMode, ProductCard
from render.dressing import Dressing
from render.holding import HoldingPicture
from render.label import LABELS
from render.layouts import Rect, Template, template_for
from render.stage import MOVE_S, StageGraphics
from render.typography import font

PACK = Path(__file__).parents[2] / "rooms/demo/avatar"
CARD = ProductCard(
    "RB-10", "Ribeye steak", "谷饲肋眼牛排", "¥199.00", "¥259.00", "box of 10 × 150 g", unit_zh="盒（10片×150克）"
)
OTHER = ProductCard("KT-17", "Gooseneck kettle", "细嘴壶", "¥269.00")
TEXT = "The ribeye is ¥199.00 for a box of ten 一百九十九元"
UPRIGHT, LYING = (720, 1280), (1280, 720)
LAYOUTS = (Layout.HOST, Layout.INSET, Layout.SIDE, Layout.FULL)
BOARD = Board("b", "Evening draw · 今晚抽奖", ("First prize: a cast-iron pan", "评论参与"), ends_at=100.0)

UNPAINTED = (255, 0, 255)

Frame = NDArray[np.uint8]


@pytest.fixture(scope="module")
def pack() -> AvatarPack:
    return load_avatar_pack(PACK)


class Rig:
    """A stage, and a plain host to lay it over."""

    def __init__(self, pack: AvatarPack, size: tuple[int, int] = UPRIGHT, grey: int | None = 128) -> None:
        self.template = template_for(pack, size)
        self.stage = StageGraphics(self.template, pack)
        self.host = pack.plate if grey is None else np.full_like(pack.plate, grey)
        self.lines = 0

    def begin(self, now: float, product: ProductCard | None = None, **more: object) -> Dressing:
        self.lines += 1
        dressing = self.stage.prepare(replace(Line(str(self.lines), TEXT, product=product), **more))  # type: ignore[arg-type]
        self.stage.begin(dressing, now)
        return dressing

    def drawn(
        self, now: float, caption: tuple[str, int, int] | None = None, word: tuple[int, int] | None = None
    ) -> Frame:
        width, height = self.template.size
        frame = np.full((height, width, 3), UNPAINTED, np.uint8)
        self.stage.draw(self.host, frame, now, caption, word)
        return frame


def differs(a: Frame, b: Frame) -> NDArray[np.bool_]:
    return np.asarray(np.abs(a.astype(np.int16) - b).max(axis=2) > 2)


def box_of(mask: NDArray[np.bool_]) -> Rect:
    rows, columns = np.nonzero(mask)
    x, y = int(columns.min()), int(rows.min())
    return Rect(x, y, int(columns.max()) + 1 - x, int(rows.max()) + 1 - y)


def overlap(a: Rect, b: Rect) -> bool:
    return a.x < b.right and b.x < a.right and a.y < b.bottom and b.y < a.bottom


def face_in(template: Template, layout: Layout, pack: AvatarPack) -> tuple[Rect, Rect]:
    """Where the face (brows to the chin at rest) and the widest open mouth are in the frame."""
    arrangement = template.arrangements[layout]
    scale = arrangement.host.width / arrangement.crop.width
    marks = pack.landmarks
    apart = marks["right_eye"][0] - marks["left_eye"][0]

    def placed(x0: float, y0: float, x1: float, y1: float) -> Rect:
        x, y = arrangement.host.x, arrangement.host.y
        return Rect(
            round(x + (x0 - arrangement.crop.x) * scale),
            round(y + (y0 - arrangement.crop.y) * scale),
            round((x1 - x0) * scale),
            round((y1 - y0) * scale),
        )

    eye, mouth, chin = marks["left_eye"], marks["mouth_centre"], marks["chin"]
    face = placed(eye[0] - 0.6 * apart, eye[1] - 0.6 * apart, eye[0] + 1.6 * apart, chin[1])
    lips = placed(mouth[0] - 0.6 * apart, mouth[1] - 0.3 * apart, mouth[0] + 0.6 * apart, mouth[1] + 0.45 * apart)
    return face, lips


@pytest.mark.parametrize("size", [UPRIGHT, LYING])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_covers_the_face_and_no_caption_the_mouth(
    pack: AvatarPack, size: tuple[int, int], layout: Layout
) -> None:
    rig = Rig(pack, size)
    arrangement = rig.template.arrangements[layout]
    face, lips = face_in(rig.template, layout, pack)
    assert not overlap(arrangement.card, face)
    assert not overlap(arrangement.chips, face)
    if layout is not Layout.SIDE or size == UPRIGHT:
        assert arrangement.picture is None or arrangement.picture.beneath or not overlap(arrangement.picture.box, face)
    assert not overlap(arrangement.captions, lips)
    for place in (arrangement.quote, arrangement.board):
        assert not overlap(place, face)


@pytest.mark.parametrize("size", [UPRIGHT, LYING])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_overlaps_and_all_stays_in_the_frame(pack: AvatarPack, size: tuple[int, int], layout: Layout) -> None:
    template = template_for(pack, size)
    arrangement = template.arrangements[layout]
    label = Rect(*template.label, 586, 60)
    places = [label, arrangement.card, arrangement.chips, arrangement.board]
    if (arrangement.quote.x, arrangement.quote.y) != (arrangement.board.x, arrangement.board.y):
        places.append(arrangement.quote)
    if layout is not Layout.SIDE:
        places.append(arrangement.captions)  # stands on the lower part of the strip there
    if arrangement.scaled:
        places.append(arrangement.host)
    for number, place in enumerate(places):
        assert place.x >= 0
        assert place.y >= 0
        assert place.right <= size[0]
        assert place.bottom <= size[1]
        assert not any(overlap(place, other) for other in places[number + 1 :]), (place, places[number + 1 :])


@pytest.mark.parametrize("size", [UPRIGHT, LYING])
def test_the_ai_label_is_in_every_frame_transitions_included(pack: AvatarPack, size: tuple[int, int]) -> None:
    rig = Rig(pack, size)
    x, y = rig.template.label
    where = np.s_[y + 6 : y + 54, x + 20 : x + 560]
    label = rig.drawn(0.0)[where]
    now = 1.0
    rig.stage.show_board(rig.stage.prepare_board(BOARD), now)
    for layout in (*LAYOUTS, Layout.SIDE, Layout.INSET, Layout.FULL, Layout.HOST):
        rig.begin(now, CARD if layout is Layout.SIDE else OTHER, layout=layout, quote=("Lin", "how much?"))
        for _ in range(11):
            shown = rig.drawn(now, (TEXT, 4, 10))[where]
            match = cv2.matchTemplate(shown, label, cv2.TM_CCOEFF_NORMED)
            assert match.item() > 0.95
            now += 0.04


def test_the_labels_characters_are_five_percent_of_the_short_side_high(pack: AvatarPack) -> None:
    label = Rig(pack, grey=0).drawn(0.0)[:120]
    chinese = label[:, round(28 + 20 + font(41, 600).getlength(LABELS[LiveMode.NONE][0][:-3])) :]
    rows = np.flatnonzero((chinese.mean(axis=2) > 100).any(axis=1))
    assert rows[-1] - rows[0] + 1 >= 0.05 * UPRIGHT[0]


def unpainted(frame: Frame) -> bool:
    return bool((frame == np.array(UNPAINTED, np.uint8)).all(axis=2).any())


@pytest.mark.parametrize("size", [UPRIGHT, LYING])
def test_a_change_of_layout_moves_without_a_hole_and_ends_where_it_should(
    pack: AvatarPack, size: tuple[int, int]
) -> None:
    rig = Rig(pack, size, None)
    now = 0.0
    seen: dict[Layout, Frame] = {}
    host, inset, side, full = LAYOUTS
    order = (host, inset, side, full, inset, host, side, inset, full, side, host, full, host)  # every pair once
    for layout in order:
        before = rig.drawn(now)
        rig.begin(now, CARD, layout=layout)
        frames = [rig.drawn(now + step * 0.04) for step in range(11)]
        assert not any(unpainted(frame) for frame in frames)
        assert np.array_equal(frames[-2], frames[-1])  # over within 0.36 s
        if rig.stage.layout in seen:
            assert np.array_equal(frames[-1], seen[rig.stage.layout])
        seen[rig.stage.layout] = frames[-1]
        first, whole = (cv2.absdiff(frame, before).mean() for frame in (frames[0], frames[-1]))
        assert first <= 0.2 * whole  # it begins gently: eased, not jumped to
        now += 1.0
    assert set(seen) == set(LAYOUTS)


def test_a_product_that_is_new_is_shown_large_and_one_without_a_picture_as_a_card(
    pack: AvatarPack, tmp_path: Path
) -> None:
    file = _picture(tmp_path, 600, 600)
    rig = Rig(pack)
    rig.begin(0.0, CARD)
    layouts = [rig.stage.layout]
    rig.begin(1.0, replace(OTHER, picture=file))
    layouts.append(rig.stage.layout)
    rig.begin(2.0)
    layouts.append(rig.stage.layout)
    rig.begin(3.0, layout=Layout.INSET)
    layouts.append(rig.stage.layout)
    assert layouts == [Layout.INSET, Layout.SIDE, Layout.SIDE, Layout.INSET]
    assert rig.stage.product is not None
    assert rig.stage.product.card.sku == "KT-17"


def test_without_a_product_there_is_only_the_host(pack: AvatarPack) -> None:
    rig = Rig(pack)
    rig.begin(0.0, layout=Layout.FULL)
    assert rig.stage.layout is Layout.HOST
    assert np.array_equal(rig.drawn(1.0), Rig(pack).drawn(1.0))


def test_one_product_follows_another_in_the_same_place_without_a_hole(pack: AvatarPack) -> None:
    rig = Rig(pack)
    place = rig.template.arrangements[Layout.INSET].card
    middle = np.s_[place.y + 30 : place.bottom - 30, place.x + 30 : place.right - 30]
    rig.begin(0.0, CARD, layout=Layout.INSET)
    rig.begin(1.0, OTHER, layout=Layout.INSET)
    for now in np.arange(1.0, 1.6, 0.04):
        assert np.median(rig.drawn(float(now))[middle]) > 230  # paper all the time, never the host through it


def test_switching_faster_than_a_change_takes_keeps_the_frame_whole(pack: AvatarPack) -> None:
    rig = Rig(pack)
    for number in range(12):
        rig.begin(0.04 * number, (CARD, OTHER)[number % 2], layout=LAYOUTS[number % 4])
        assert not unpainted(rig.drawn(0.04 * number))
    plain = Rig(pack)
    plain.begin(0.0, OTHER, layout=Layout.FULL)
    assert np.array_equal(rig.drawn(2.0), plain.drawn(2.0))


def _picture(folder: Path, width: int, height: int, colour: tuple[int, int, int] = (40, 90, 200)) -> str:
    file = folder / f"{width}x{height}.png"
    picture = np.full((height, width, 3), colour, np.uint8)
    cv2.circle(picture, (width // 2, height // 2), min(width, height) // 3, (30, 200, 30), -1)
    cv2.imwrite(str(file), picture)
    return str(file)


@pytest.mark.parametrize("shape", [(600, 600), (1600, 500), (400, 1400), (24, 24), (1000, 1250)])
@pytest.mark.parametrize("layout", [Layout.INSET, Layout.SIDE, Layout.FULL])
def test_a_picture_of_any_shape_is_seen_and_never_stretched(
    pack: AvatarPack, tmp_path: Path, shape: tuple[int, int], layout: Layout
) -> None:
    rig = Rig(pack)
    rig.begin(0.0, replace(CARD, picture=_picture(tmp_path, *shape)), layout=layout)
    frame = rig.drawn(1.0)
    green = (frame[..., 1] > 170) & (frame[..., 2] < 90) & (frame[..., 0] < 90)
    disc = box_of(green)
    assert disc.width >= 30
    if shape[0] > 24:
        assert disc.width / disc.height == pytest.approx(1.0, abs=0.12) or layout is Layout.FULL
    face, _ = face_in(rig.template, layout, pack)
    assert not overlap(disc, face) or layout is Layout.FULL


@pytest.mark.parametrize("name", ["missing.png", "broken.png", "empty.png"])
def test_a_picture_that_cannot_be_read_is_told_once_and_leaves_no_hole(
    pack: AvatarPack, tmp_path: Path, name: str
) -> None:
    (tmp_path / "broken.png").write_bytes(b"no picture")
    (tmp_path / "empty.png").write_bytes(b"")
    rig = Rig(pack)
    card = replace(CARD, picture=str(tmp_path / name))
    first, second = (
        rig.begin(0.0, card, layout=Layout.SIDE),
        rig.begin(1.0, replace(card, price="¥2.00"), layout=Layout.SIDE),
    )
    assert len(first.faults) == 1
    assert name in first.faults[0]
    assert second.faults == ()
    plain = Rig(pack)
    plain.begin(0.0, replace(CARD, price="¥2.00"), layout=Layout.SIDE)
    assert np.array_equal(rig.drawn(3.0), plain.drawn(3.0))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_card_shows_the_list_price_struck_only_where_it_differs(pack: AvatarPack, layout: Layout) -> None:
    def shown(list_price: str) -> Frame:
        rig = Rig(pack)
        rig.begin(0.0, ProductCard("X", "Eggs", "鸡蛋", "¥45.00", list_price), layout=layout)
        return rig.drawn(1.0)

    assert np.array_equal(shown("¥45.00"), shown(""))
    assert not np.array_equal(shown("¥52.00"), shown(""))


@pytest.mark.parametrize("size", [UPRIGHT, LYING])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_long_names_stay_on_their_card(pack: AvatarPack, size: tuple[int, int], layout: Layout) -> None:
    rig, empty = Rig(pack, size), Rig(pack, size)
    long = ProductCard(
        "X", "Cast-iron skillet with a very long name " * 3, "铸铁平底锅很长的名字" * 4, "¥1,234,567.00", "¥1,334,567.00",
        "set of two " * 8, unit_zh="套装两件" * 8,
    )  # fmt: skip
    rig.begin(0.0, long, layout=layout)
    empty.begin(0.0, replace(long, name="A", name_zh="", unit="", unit_zh="", list_price="", price="¥1"), layout=layout)
    changed = box_of(differs(rig.drawn(1.0), empty.drawn(1.0)))
    arrangement = rig.template.arrangements[layout]
    places = [arrangement.card, *([arrangement.picture.box] if arrangement.picture else [])]
    assert any(overlap(changed, place) for place in places)
    assert changed.x >= min(place.x for place in places)
    assert changed.right <= max(place.right for place in places)
    assert changed.bottom <= max(place.bottom for place in places)
    assert changed.y >= min(place.y for place in places)


def test_a_clip_runs_and_comes_round_and_a_broken_one_is_told(pack: AvatarPack, tmp_path: Path) -> None:
    file = tmp_path / "clip.mp4"
    with av.open(str(file), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for number in range(50):
            picture = np.full((240, 320, 3), 4 * number, np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    rig = Rig(pack)
    rig.begin(0.0, replace(CARD, clip=str(file)), layout=Layout.SIDE)
    place = rig.template.arrangements[Layout.SIDE].picture
    assert place is not None
    middle = (place.box.y + place.box.height // 2, place.box.x + place.box.width // 2)
    levels = [int(rig.drawn(1.0 + step * 0.08)[middle][0]) for step in range(60)]
    assert max(levels) - min(levels) > 100
    assert sum(a != b for a, b in zip(levels, levels[1:], strict=False)) > 50  # it moves with every second Slice
    assert levels[:20] == levels[20:40]  # 25 frames, the last five dissolved into the first
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video")
    dressing = rig.begin(9.0, replace(CARD, clip=str(broken)), layout=Layout.SIDE)
    assert "broken.mp4" in dressing.faults[0]
    assert not unpainted(rig.drawn(9.5))


# ---- captions, quote, call-outs, board --------------------------------------------------------------------------


@pytest.mark.parametrize("size", [UPRIGHT, LYING])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    "text", ["短", "a" * 120, "眼肉牛排一盒十片，每盒一百九十九元，单片速冻，吃几片化几片。" * 3, TEXT]
)
def test_captions_stay_in_their_place(pack: AvatarPack, size: tuple[int, int], layout: Layout, text: str) -> None:
    rig = Rig(pack, size)
    rig.begin(0.0, CARD, layout=layout, caption=text)
    box = box_of(differs(rig.drawn(1.0, (text, 0, 1)), rig.drawn(1.0)))
    place = rig.template.arrangements[layout].captions
    assert place.x <= box.x
    assert box.right <= place.right
    assert place.y <= box.y
    assert box.bottom == place.bottom


def test_the_word_being_heard_is_marked_and_nothing_else_changes(pack: AvatarPack) -> None:
    rig = Rig(pack)
    rig.begin(0.0)
    box = box_of(differs(rig.drawn(1.0, (TEXT, 4, 10)), rig.drawn(1.0, (TEXT, 14, 21))))
    assert box.height < 60
    assert box.width < 340
    assert box.y > 900


def test_a_caption_keeps_its_place_while_its_words_are_heard(pack: AvatarPack) -> None:
    rig = Rig(pack)
    empty = rig.drawn(1.0)
    boxes = {box_of(differs(rig.drawn(1.0, (TEXT[:38], a, b)), empty)) for a, b in ((0, 0), (0, 3), (28, 31))}
    assert len(boxes) == 1


def test_a_long_caption_goes_on_to_its_next_page_with_the_voice(pack: AvatarPack) -> None:
    rig = Rig(pack)
    text = "one two three four five six seven eight nine ten eleven twelve " * 2
    rig.begin(0.0, caption=text)
    early, late = rig.drawn(1.0, (text, 0, 3)), rig.drawn(1.0, (text, len(text) - 8, len(text)))
    assert np.abs(early.astype(int) - late).max() > 100


def test_a_quote_stays_a_moment_after_it_has_been_read(pack: AvatarPack) -> None:
    rig = Rig(pack)
    empty = rig.drawn(0.0)
    dressing = rig.begin(5.0, quote=("小红莓", "请问这个牛排是原切的吗？" * 6), kind=LineKind.READBACK)
    assert differs(rig.drawn(6.0), empty).any()
    rig.stage.end(dressing.line, 7.0)
    assert differs(rig.drawn(7.5), empty).any()
    assert np.array_equal(rig.drawn(9.0), empty)


def test_where_the_board_stands_the_comment_stands_below_the_face_until_a_callout_comes(pack: AvatarPack) -> None:
    rig = Rig(pack)
    rig.begin(0.0, CARD, layout=Layout.INSET)
    rig.stage.show_board(rig.stage.prepare_board(replace(BOARD, rows=(), ends_at=None)), 0.0)
    without = rig.drawn(2.0)
    rig.begin(2.0, layout=Layout.INSET, quote=("Lin", "how much? " * 20), callouts=(CallOut("10 × 150 g", 4),))
    box = box_of(differs(rig.drawn(3.0), without))
    face, _ = face_in(rig.template, Layout.INSET, pack)
    assert not overlap(box, face)
    rig.drawn(3.0, None, (4, 10))
    left = box_of(differs(rig.drawn(4.0), without))
    assert left.height <= 48


def _chips(rig: Rig, words: Sequence[tuple[float, int]]) -> list[int]:
    """How much of the place of the call-outs is covered after each word."""
    zone = rig.template.arrangements[Layout.INSET].chips
    where = np.s_[zone.y : zone.bottom, zone.x : zone.right]
    empty = Rig(rig_pack(), UPRIGHT).drawn(0.0)[where]
    covered = []
    for now, first in words:
        rig.drawn(now, None, (first, first + 1))
        covered.append(int(differs(rig.drawn(now + MOVE_S, None, (first, first + 1))[where], empty).sum()))
    return covered


def rig_pack() -> AvatarPack:
    return load_avatar_pack(PACK)


def test_callouts_come_with_the_words_that_name_them_and_leave_with_the_product(pack: AvatarPack) -> None:
    rig = Rig(pack)
    callouts = (CallOut("Hulunbuir", 20), CallOut("10 × 150 g", 4), CallOut("−18 °C", 30))
    rig.begin(0.0, CARD, layout=Layout.INSET, callouts=callouts)
    none, one, still, two, three = _chips(rig, [(1.0, 0), (2.0, 4), (3.0, 15), (4.0, 25), (5.0, 33)])
    assert none == 0
    assert 0 < one == still < two < three
    rig.begin(6.0, layout=Layout.INSET)  # the next Line on the same product keeps them
    assert _chips(rig, [(7.0, 0)]) == [three]
    rig.begin(8.0, OTHER, layout=Layout.INSET)
    assert _chips(rig, [(9.0, 0)]) == [0]


def test_at_most_three_callouts_are_seen_and_those_of_words_never_heard_do_not_come(pack: AvatarPack) -> None:
    rig = Rig(pack)
    many = tuple(CallOut(f"number {n}", n) for n in range(6))
    dressing = rig.begin(0.0, CARD, layout=Layout.INSET, callouts=many)
    rig.drawn(1.0, None, (2, 3))
    three = _chips(rig, [(1.5, 2)])[0]
    rig.drawn(2.0, None, (3, 4))
    assert 0 < _chips(rig, [(3.0, 3)])[0] < three  # a fourth begins anew
    rig.stage.end(dressing.line, 4.0)
    before = _chips(rig, [(4.0, 3)])
    assert _chips(rig, [(5.0, 9)]) == before


def test_the_board_counts_down_to_nought_and_leaves(pack: AvatarPack) -> None:
    rig = Rig(pack)
    empty = rig.drawn(0.0)
    rig.stage.show_board(rig.stage.prepare_board(replace(BOARD, rows=())), 0.0)
    assert box_of(differs(rig.drawn(1.5), empty)).y >= 90
    assert np.array_equal(rig.drawn(50.2), rig.drawn(50.9))
    changed = box_of(differs(rig.drawn(50.9), rig.drawn(51.1)))
    assert changed.x > 500
    assert changed.width < 60  # the last digit, or two
    assert np.array_equal(rig.drawn(100.0), rig.drawn(130.0))
    rig.stage.show_board(None, 140.0)
    assert np.array_equal(rig.drawn(141.0), empty)


def test_the_holding_card_says_its_text_and_is_never_still() -> None:
    plate = np.random.default_rng(1).integers(0, 255, (1280, 720, 3), np.uint8)
    holding = HoldingPicture(plate)
    held = holding.set(HoldingCard("One moment · 马上回来", "The show starts in a moment\n直播马上开始"))
    first, second = np.empty_like(plate), np.empty_like(plate)
    holding.draw(first, 1.0, held)
    holding.draw(second, 2.0, held)
    assert (first[560:760] > 240).all(axis=2).sum() > 2000
    assert not np.array_equal(first, second)


@pytest.mark.parametrize(
    ("size", "layout", "right", "down"),
    [
        (UPRIGHT, Layout.INSET, 0, 1),
        (UPRIGHT, Layout.SIDE, 0, 1),
        (UPRIGHT, Layout.FULL, -1, -1),
        (LYING, Layout.INSET, 1, 0),
        (LYING, Layout.SIDE, 1, 0),
        (LYING, Layout.FULL, -1, 0),
    ],
)
def test_where_the_product_stands_from_the_hosts_eyes(
    pack: AvatarPack, size: tuple[int, int], layout: Layout, right: int, down: int
) -> None:
    rig = Rig(pack, size)
    rig.begin(0.0, product=CARD, layout=layout)
    x, y = rig.stage.product_from_eyes
    assert right == 0 or x * right > 150, (x, y)
    assert down == 0 or y * down > 150, (x, y)
