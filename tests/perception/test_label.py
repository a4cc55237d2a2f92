import cv2
import numpy as np
import pytest
from av import VideoFrame

from render.avatar_pack import load_avatar_pack
from render.compositor import Compositor, FrameRequest
from render.contract import HoldingCard, LiveMode
from rtc.contract import SLICE_SAMPLES, LivePicture, Slice
from rtc.settings import VideoSettings
from tests.perception.conftest import SwitchesSeen, TalkSeen
from tests.perception.fast_show import DEMO
from tests.perception.label import CAMERA, HOST, VOICE, LabelReader
from tests.perception.received_stream import ReceivedStream
from tests.perception.typeset import Luma

pytestmark = pytest.mark.models


def test_every_picture_bears_the_label(talk: TalkSeen, switches: SwitchesSeen) -> None:
    seen = talk.label.seen + switches.label.seen
    assert len(seen) >= 100
    assert talk.label.missed() + switches.label.missed() == []


def test_the_holding_card_and_the_way_into_the_show_bear_it_too() -> None:
    compositor = Compositor(load_avatar_pack(DEMO), 1)
    label = LabelReader()
    stream = ReceivedStream(label)
    silence = np.zeros(SLICE_SAMPLES, np.int16)
    card = compositor.prepare_holding(HoldingCard("One moment", "马上开始"))
    for index in range(30):
        held = card if index < 10 else None
        picture = compositor.draw(FrameRequest(index * 0.04, None, None, "camera", None, holding=held))
        stream.push(Slice(index, picture, silence, 0), 0.0)
    stream.close()
    assert len(label.seen) == 30
    assert label.missed() == []


def person_shown(lying: bool) -> dict[LiveMode, list[Luma]]:
    """Pictures as received, three of each mode, one after the other; a busy camera picture lies under the last."""
    pack = load_avatar_pack(DEMO)
    width, height = pack.size[::-1] if lying else pack.size
    compositor = Compositor(pack, 1, (width, height))
    rng = np.random.default_rng(1)
    noise = cv2.resize(rng.integers(0, 255, (45, 80, 3), np.uint8), (1280, 720), interpolation=cv2.INTER_CUBIC)
    camera = LivePicture(0, VideoFrame.from_ndarray(noise, format="bgr24").reformat(format="yuv420p"))
    seen: dict[LiveMode, list[Luma]] = {mode: [] for mode in LiveMode}
    order = [mode for mode in LiveMode for _ in range(3)]
    received = ReceivedStream(
        lambda picture: seen[order[picture.index]].append(picture.luma().copy()),
        VideoSettings(width=width, height=height),
    )
    for index, mode in enumerate(order):
        person = camera if mode is LiveMode.CAMERA else None
        request = FrameRequest(index * 0.04, None, None, "camera", None, live=mode, person=person)
        received.push(Slice(index, compositor.draw(request), np.zeros(SLICE_SAMPLES, np.int16), 0), 0.0)
    received.close()
    return seen


@pytest.mark.parametrize("lying", [False, True])
def test_the_label_says_who_is_heard_and_seen_and_nothing_else(lying: bool) -> None:
    seen = person_shown(lying)
    wordings = {LiveMode.NONE: HOST, LiveMode.VOICE: VOICE, LiveMode.CAMERA: CAMERA}
    for mode, wording in wordings.items():
        reader = LabelReader(wording=wording)
        for luma in seen[mode]:
            assert reader.says_it(luma), (mode, reader.seen[-1])
        for other in wordings:
            if other is not mode:
                assert not any(LabelReader(wording=wording, setting=reader.setting).says_it(p) for p in seen[other])


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
