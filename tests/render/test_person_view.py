import numpy as np
import pytest
from av import VideoFrame
from numpy.typing import NDArray

from render.person_view import PersonView
from rtc.contract import LivePicture

UPRIGHT, LYING = (720, 1280), (1280, 720)


def camera(width: int, height: int) -> NDArray[np.uint8]:
    """A bright disc in the upper middle on grey, with blue at the left and right edges."""
    y, x = np.mgrid[:height, :width]
    picture = np.full((height, width, 3), 100, np.uint8)
    picture[:, : width // 20] = picture[:, -width // 20 :] = (255, 0, 0)
    radius = height // 8
    picture[(x - width // 2) ** 2 + (y - height * 2 // 5) ** 2 < radius**2] = 255
    return picture


def shown(picture: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    frame = np.empty((size[1], size[0], 3), np.uint8)
    live = LivePicture(0, VideoFrame.from_ndarray(picture, format="bgr24").reformat(format="yuv420p"))
    PersonView(size).draw(live, frame)
    return frame


@pytest.mark.parametrize("size", [UPRIGHT, LYING])
@pytest.mark.parametrize("source", [(640, 480), (1280, 720), (480, 640), (1920, 1080)])
def test_the_picture_fills_the_frame_undistorted_with_the_head_in_it(
    size: tuple[int, int], source: tuple[int, int]
) -> None:
    frame = shown(camera(*source), size)
    bright = frame.min(axis=2) > 200
    rows, columns = np.flatnonzero(bright.any(axis=1)), np.flatnonzero(bright.any(axis=0))
    assert (rows[-1] - rows[0]) / (columns[-1] - columns[0]) == pytest.approx(1.0, abs=0.03)
    assert abs((columns[0] + columns[-1]) / 2 - size[0] / 2) < 6
    assert rows[0] > 0
    assert rows[-1] < size[1] * 0.9
    corners = frame[[0, -1], :][:, [0, -1]].astype(int)
    assert corners.min(axis=2).max() < 160, "nothing of the frame is left empty or white"


def test_a_picture_with_odd_sides_is_shown_too() -> None:
    frame = VideoFrame(641, 361, "yuv420p")
    for plane in frame.planes:
        plane.update(bytes([128]) * plane.buffer_size)
    out = np.empty((1280, 720, 3), np.uint8)
    PersonView(UPRIGHT).draw(LivePicture(0, frame), out)
    assert abs(out.astype(int) - 130).max() < 4


def test_the_same_picture_twice_is_scaled_once() -> None:
    view = PersonView(UPRIGHT)
    frame = VideoFrame.from_ndarray(camera(640, 480), format="bgr24").reformat(format="yuv420p")
    picture = LivePicture(0, frame)
    first, second = np.empty((1280, 720, 3), np.uint8), np.empty((1280, 720, 3), np.uint8)
    view.draw(picture, first)
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    view.draw(picture, second)
    assert np.array_equal(first, second)
