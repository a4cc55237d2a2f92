import numpy as np
import pytest

from render.avatar_pack import load_avatar_pack
from render.compositor import Compositor
from rtc.contract import SLICE_SAMPLES, Slice
from tests.perception.conftest import SwitchesSeen, TalkSeen
from tests.perception.fast_show import DEMO
from tests.perception.label import LabelReader
from tests.perception.received_stream import ReceivedStream

pytestmark = pytest.mark.models


def test_every_picture_bears_the_label(talk: TalkSeen, switches: SwitchesSeen) -> None:
    seen = talk.label.seen + switches.label.seen
    assert len(seen) >= 100
    assert talk.label.missed() + switches.label.missed() == []


def test_the_holding_card_and_the_way_into_the_show_bear_it_too() -> None:
    from render.compositor import FrameRequest

    compositor = Compositor(load_avatar_pack(DEMO), 1)
    label = LabelReader()
    stream = ReceivedStream(label)
    silence = np.zeros(SLICE_SAMPLES, np.int16)
    for index in range(10):
        stream.push(Slice(index, compositor.holding_card(index * 0.04, "One moment · 马上开始"), silence, 0), 0.0)
    for index in range(10, 30):
        picture = compositor.draw(FrameRequest(index * 0.04, None, None, "camera", None))
        stream.push(Slice(index, picture, silence, 0), 0.0)
    stream.close()
    assert len(label.seen) == 30
    assert label.missed() == []


@pytest.mark.parametrize(
    ("share", "what"), [((0.0, 1.0), "all of it"), ((0.0, 0.55), "the English half"), ((0.6, 1.0), "the Chinese half")]
)
def test_a_hidden_label_is_noticed(talk: TalkSeen, share: tuple[float, float], what: str) -> None:
    picture = talk.kept.pictures[0]
    luma = picture[: picture.shape[0] * 2 // 3].copy()
    x, y = talk.label.seen[0].place
    left, right = (x + round(s * 560) for s in share)
    luma[y - 8 : y + 56, max(0, left) : right] = 30
    reader = LabelReader(setting=talk.label.setting)
    assert not reader.look(0, luma).legible, what
    assert not LabelReader().look(0, luma).legible, what


def test_a_label_too_small_is_noticed(talk: TalkSeen) -> None:
    import cv2

    picture = talk.kept.pictures[0]
    luma = picture[: picture.shape[0] * 2 // 3].copy()
    x, y = talk.label.seen[0].place
    part = luma[y - 6 : y + 54, x - 6 : x + 600].copy()
    small = cv2.resize(part, None, fx=0.75, fy=0.75, interpolation=cv2.INTER_AREA)
    luma[y - 6 : y + 54, x - 6 : x + 600] = 30
    luma[y : y + small.shape[0], x : x + small.shape[1]] = small
    seen = LabelReader().look(0, luma)
    assert min(seen.english, seen.chinese) > 0.6, "it is there"
    assert not seen.legible
