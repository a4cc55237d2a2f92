"""Looks at every received picture: how far the mouth is open, and whether anything has changed since the last."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import AvatarPack
from render.contract import Layout
from render.layouts import template_for
from rtc.contract import Picture
from server.replay.media.findings import PictureGap

_STEP = 4
"""Every fourth pixel each way is looked at."""
_STILL_STEP = 6
_GAPS_KEPT = 50


@dataclass(slots=True)
class SeenPictures:
    """What was seen, picture by picture."""

    times: list[float] = field(default_factory=list)
    """On the show clock: the moment from which the picture is on the screen."""
    openings: list[float] = field(default_factory=list)
    """About 0 for the mouth at rest, about 1 for a wide "ah", as far as light and dark tell."""
    changed: list[bool] = field(default_factory=list)
    """Whether the picture differs from the one before it."""

    def gaps(self) -> list[PictureGap]:
        """How long each picture stood, the longest first; a picture stands until one that differs is there."""
        stood: list[PictureGap] = []
        since = self.times[0] if self.times else 0.0
        for at, changed in zip(self.times[1:], self.changed[1:], strict=True):
            if changed:
                stood.append(PictureGap(since, (at - since) * 1000))
                since = at
        if self.times and self.times[-1] > since:
            stood.append(PictureGap(since, (self.times[-1] - since) * 1000))
        return sorted(stood, key=lambda gap: -gap.ms)[:_GAPS_KEPT]


class PictureWatch:
    """Takes pictures in order; used from one thread."""

    def __init__(self, pack: AvatarPack, size: tuple[int, int]) -> None:
        """`size` of the frame, (width, height)."""
        self.seen = SeenPictures()
        whole = template_for(pack, size).arrangements[Layout.HOST]
        scale = whole.host.width / whole.crop.width
        box = pack.mouth.box
        x0, y0 = (whole.host.x + (box.x0 - whole.crop.x) * scale, whole.host.y + (box.y0 - whole.crop.y) * scale)
        self._rows = slice(max(0, round(y0)), max(1, round(y0 + box.height * scale)), _STEP)
        self._columns = slice(max(0, round(x0)), max(1, round(x0 + box.width * scale)), _STEP)
        height = len(range(*self._rows.indices(size[1])))
        width = len(range(*self._columns.indices(size[0])))

        def luma(name: str) -> NDArray[np.float32]:
            grey = cv2.cvtColor(pack.mouth.pictures[pack.mouth.index(name)], cv2.COLOR_BGR2GRAY)
            return np.asarray(cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA), np.float32)

        rest = luma("rest")
        towards = luma("aa") - rest
        towards -= towards.mean()
        self._rest = rest
        self._towards = towards / max(1e-6, float((towards**2).sum()))
        self._last: NDArray[np.uint8] | None = None

    def look(self, at: float, picture: Picture) -> None:
        """Take a picture (I420) that is on the screen from `at` on."""
        luma = picture[: picture.shape[0] * 2 // 3]
        patch = luma[self._rows, self._columns].astype(np.float32) - self._rest
        few = luma[::_STILL_STEP, ::_STILL_STEP].copy()
        self.seen.times.append(at)
        self.seen.openings.append(float((patch * self._towards).sum()))
        self.seen.changed.append(self._last is None or not np.array_equal(few, self._last))
        self._last = few
