"""The face: one pose of the host, drawn from the pictures and fields of an avatar pack."""

import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import AvatarPack, Box
from render.head_warp import HeadWarp
from render.morph import Picture4, around, cut, with_alpha
from render.mouth import Mouth
from render.pose import Pose
from render.upper_face import UpperFace

__all__ = ["Face", "Frame", "Pose"]

Frame = NDArray[np.uint8]
"""BGR, shape (height, width, 3)."""


class Face:
    """Draws poses. Not thread-safe: it works in buffers of its own."""

    def __init__(self, pack: AvatarPack) -> None:
        self._mouth = Mouth(pack)
        self._upper = UpperFace(pack)
        self._head = HeadWarp(pack, [self._mouth.box, self._upper.box])
        self._frame_box = around(around(self._head.box, self._mouth.box), self._upper.box)
        self._work = with_alpha(cut(pack.plate, self._frame_box))
        self._work_head = self._region(self._head.box)

    def draw(self, pose: Pose, out: Frame) -> None:
        """Draw into `out`, shape (height, width, 3) uint8 BGR, which is overwritten whole."""
        mouth, upper = self._region(self._mouth.box), self._region(self._upper.box)
        mouth[...] = self._mouth.rest
        self._upper.clear(upper)
        self._mouth.draw(pose, mouth)
        skin = self._upper.draw(pose, upper)
        self._head.draw(self._work_head, out, pose, skin, self._upper.box[:2])

    def _region(self, box: Box) -> Picture4:
        x, y = self._frame_box.x0, self._frame_box.y0
        return self._work[box.y0 - y : box.y1 - y, box.x0 - x : box.x1 - x]
