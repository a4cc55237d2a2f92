from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from render.avatar_pack import MOUTH_KEYS, AvatarPack, load_avatar_pack
from render.compositor import CaptionState, Compositor, FrameRequest, Speaking
from render.contract import Emotion, HoldingCard, Layout, Line, ProductCard
from render.layouts import FrameSizeError
from rtc.contract import SLICE_SECONDS, Picture
from tests.render.pack_fixture import write_pack

CARD = ProductCard("RB-10", "Ribeye steak", "眼肉牛排", "¥199.00")
LINE = Line("line", "How much is it", product=CARD, quote=("Lin", "how much?"), layout=Layout.FULL)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> AvatarPack:
    return load_avatar_pack(write_pack(tmp_path_factory.mktemp("pack")))


def request(frame: int, mouth: str | None = None, look: str = "camera") -> FrameRequest:
    weights = None if mouth is None else np.eye(len(MOUTH_KEYS), dtype=np.float32)[MOUTH_KEYS.index(mouth)]
    speaking = None if mouth is None else Speaking(Emotion.WARM, 0.5, 0.3)
    caption = None if mouth is None else CaptionState("line", "How much is it", 4, 8)
    return FrameRequest(frame * SLICE_SECONDS, weights, speaking, look, caption)


def show(compositor: Compositor) -> list[Picture]:
    """Three seconds with everything in them."""
    pictures = []
    for frame in range(75):
        if frame == 10:
            compositor.begin(compositor.prepare(LINE), frame * SLICE_SECONDS)
        if frame == 40:
            compositor.end(LINE, frame * SLICE_SECONDS)
        mouth = MOUTH_KEYS[frame % len(MOUTH_KEYS)] if 20 <= frame < 55 else None
        pictures.append(compositor.draw(request(frame, mouth, "chat" if frame > 60 else "camera")).copy())
    return pictures


def test_a_picture_is_i420_of_the_packs_size(pack: AvatarPack) -> None:
    picture = Compositor(pack, 1).draw(request(0))
    width, height = pack.size
    assert picture.shape == (height * 3 // 2, width)
    assert picture.dtype == np.uint8
    assert picture.flags["C_CONTIGUOUS"]


def test_a_lying_frame_holds_the_same_host(pack: AvatarPack) -> None:
    width, height = pack.size
    picture = Compositor(pack, 1, (height, width)).draw(request(0))
    assert picture.shape == (width * 3 // 2, height)
    with pytest.raises(FrameSizeError, match="landscape"):
        Compositor(pack, 1, (640, 480))


def test_the_same_seed_and_requests_draw_the_same_frames(pack: AvatarPack) -> None:
    first, second = show(Compositor(pack, 5)), show(Compositor(pack, 5))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, show(Compositor(pack, 6)), strict=True))


def test_the_last_pictures_are_left_alone_while_the_next_are_drawn(pack: AvatarPack) -> None:
    compositor = Compositor(pack, 1)
    kept = [compositor.draw(request(frame)) for frame in range(4)]
    copies = [picture.copy() for picture in kept[1:]]
    compositor.draw(request(4, "aa"))
    assert all(np.array_equal(a, b) for a, b in zip(kept[1:], copies, strict=True))


def test_nothing_is_allocated_for_a_frame_but_small_things(pack: AvatarPack) -> None:
    compositor = Compositor(pack, 1)
    places = {compositor.draw(request(frame)).ctypes.data for frame in range(40)}
    assert len(places) == 4


def test_a_mouth_that_is_cut_off_closes_within_a_few_frames(pack: AvatarPack) -> None:
    box = pack.mouth.box

    def mouth(picture: Picture) -> np.ndarray:
        frame = cv2.cvtColor(picture, cv2.COLOR_YUV2BGR_I420)
        return np.asarray(frame[box.y0 : box.y1, box.x0 : box.x1], np.int64)

    compositor, silent = Compositor(pack, 1), Compositor(pack, 1)
    away = []
    for frame in range(16):
        said = "aa" if frame < 5 else None
        shown = mouth(compositor.draw(replace(request(frame, said), speaking=None, caption=None)))
        away.append(float(np.abs(shown - mouth(silent.draw(request(frame)))).mean()))
    assert away[4] > 5
    assert 0.1 * away[4] < away[5] < 0.9 * away[4]  # not from one frame to the next
    assert away[-1] < 0.05 * away[4]


def test_the_show_fades_in_from_the_holding_card(pack: AvatarPack) -> None:
    compositor, plain = Compositor(pack, 1), Compositor(pack, 1)
    card = compositor.prepare_holding(HoldingCard("Soon", "马上"))
    held = compositor.draw(replace(request(0), holding=card)).copy()
    frames = [compositor.draw(request(frame)).copy() for frame in range(1, 20)]
    bare = [plain.draw(request(frame)).copy() for frame in range(1, 20)]
    away = [float(np.abs(frame.astype(int) - held).mean()) for frame in frames[:10]]
    assert away[0] < 0.3 * away[-1]
    assert np.array_equal(frames[-1], bare[-1])


def test_the_real_pack_is_drawn_whole() -> None:
    pack = load_avatar_pack(Path(__file__).parents[2] / "rooms/demo/avatar")
    compositor = Compositor(pack, 1)
    first = compositor.draw(request(0)).copy()
    later = compositor.draw(request(40, "aa"))
    luma = later[: pack.size[1]]
    assert luma.std() > 20
    assert not np.array_equal(first, later)
